/* What is known of a delimited file once all of it was read, as LOAD would without a model: its columns and their types, and which
 * rows are off. For `weir sniff`. */
#ifndef WEIR_SRC_REPORT_SNIFFED_H
#define WEIR_SRC_REPORT_SNIFFED_H

#include "base/reason.h"
#include "pipeline/types/infer.h"
#include "src/report/peek.h"

typedef struct
{
  char *name;
  char *header; /* NULL: the file has none */
  ColumnGuess guess;
  InferResult result;
} SniffedColumn;

/* A row that cannot be read as written. */
typedef struct
{
  int64_t line;
  Reason reason;
  char *message;
} SniffedProblem;

typedef struct
{
  int64_t rows;
  LineCounts lines;
  int64_t below;        /* rows that are none of the table: above it, below it, and headers in it */
  int64_t headers;      /* of them: the header once more, words where values are */
  int64_t first_header; /* line */
  int64_t others;       /* rows of other tables */
  int64_t first_other;  /* line */
  int64_t ragged;
  int64_t first_ragged; /* line */
  int64_t problems;
  GPtrArray *examples; /* of SniffedProblem: the first few */
  SniffedColumn *columns;
  size_t n_columns;
} Sniffed;

void sniffed_clear (Sniffed *sniffed);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sniffed, sniffed_clear)

/* Reads the file to its end. *ret_sniffed is the caller's to clear even on error. Errors: those of rows_next. */
bool sniffed_read (const PeekedFile *file, Sniffed *ret_sniffed, GError **error);

#endif
