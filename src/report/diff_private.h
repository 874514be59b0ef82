/* What the two halves of a diff share: what is found in the transaction (diff.c), and compared behind it (diff_compare.c). */
#ifndef WEIR_SRC_REPORT_DIFF_PRIVATE_H
#define WEIR_SRC_REPORT_DIFF_PRIVATE_H

#include "src/report/changes.h"
#include "src/report/diff.h"

#include <stdio.h>

struct Diff
{
  DiffOptions options;
  const Model *model; /* of a table that was changed; NULL: none */
  char *schema;       /* of the warehouse */
  GPtrArray *columns; /* of SeenColumn, as the load leaves them */
  bool hides;
  int64_t counts[DIFF_KINDS], shown[DIFF_KINDS];
  FILE *found; /* in the transaction: an object a line, with "at" and "cells" of what is to be compared */
  FILE *told;  /* the same when that is done, as diff_next gives them */
};

/* A line of JSON; diff_get gives a new reference, NULL at the end. Errors: LOCAL. */
bool diff_put (FILE *file, const Json *object, GError **error);
Json *diff_get (FILE *file);

#endif
