/* Kinds of warehouse tables: what is done with one, as the statements of schema/templates/ that do it. One table: a new kind, or
 * one whose rows are distributed, is a row of it. */
#ifndef WEIR_PIPELINE_WAREHOUSE_KINDS_H
#define WEIR_PIPELINE_WAREHOUSE_KINDS_H

#include "models/model.h"

typedef struct
{
  const char *create;
  const char *const *index; /* behind the rows of the first load; NULL-terminated */
  const char *first;        /* the rows of the first load */
  const char *
      apply; /* those of a later one (NULL: they are appended): known rows that are others now are closed, or updated in place; new ones and,
                             * with "versions", the next ones of those that were closed are inserted */
  bool versions; /* rows have history, and <table>_current shows those that hold now */
} Kind;

const Kind *kind_of (const Model *model);

/* Which rows of the model's table, w, hold now, as SQL. Owned by the caller. */
char *kind_current (const Model *model);

#endif
