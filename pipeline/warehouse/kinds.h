/* Kinds of warehouse tables: what is done with one, as the statements of schema/templates/ that do it. One table: a new kind, or
 * one whose rows are distributed, is a row of it. */
#ifndef WEIR_PIPELINE_WAREHOUSE_KINDS_H
#define WEIR_PIPELINE_WAREHOUSE_KINDS_H

#include "models/model.h"

typedef struct
{
  const char *create;
  const char *const *index; /* behind the rows of the first load; NULL-terminated */
  const char *first;        /* the rows of the first load; NULL: every load appends */
  const char *prepare;      /* what change and insert need before them; NULL: nothing */
  const char *change;       /* known rows that are others now: closed, or updated in place */
  const char *insert;       /* new rows, and with "versions" the next ones of those that were closed */
  bool versions;            /* rows have history, and <table>_current shows those that hold now */
  const char *current;      /* which rows of the table, w, hold now */
  const char *carried;      /* further columns of w that the statements want of a changed row */
} Kind;

const Kind *kind_of (const Model *model);

#endif
