/* What http_rows.c and http_rows_write.c share. */
#ifndef WEIR_CONNECT_CURL_HTTP_ROWS_PRIVATE_H
#define WEIR_CONNECT_CURL_HTTP_ROWS_PRIVATE_H

#include "connect/curl/http_rows.h"

#include <stdio.h>

/* What a column's values are so far. */
typedef enum
{
  TYPE_NULL, /* nothing but null */
  TYPE_BOOLEAN,
  TYPE_BIGINT,
  TYPE_NUMERIC,
  TYPE_TEXT,
  TYPE_JSONB,
} Type;

extern const char *const http_type_words[]; /* by the enumeration; the first is NULL */

typedef struct
{
  char *name;
  Type type;
  bool is_seen;  /* in a row, or in an earlier window */
  bool is_dated; /* each text so far is an instant */
  bool is_raw;   /* is written as JSON */
} Column;

struct HttpRows
{
  const HttpSource *source;
  const Request *request;
  FILE *file;          /* a line of JSON each: the row; or, where the job says the columns, an array of their values */
  GPtrArray *columns;  /* of Column, in the order in which they came */
  GHashTable *by_name; /* index + 1 */
  const char *bookmark;
  Moment greatest;
  GString *line, *text; /* a row; a name or a value */
  int64_t count, size;
  Sha256 *sha; /* of the rows since the mark */
  struct
  {
    int64_t count, size;
    uint64_t replaced;
    Moment greatest;
  } mark;
  uint64_t replaced; /* characters that no text can hold */
};

/* The column of that name, which is there from now on. Borrowed. */
Column *http_rows_column (HttpRows *rows, const char *name);

/* What a row's member is called as a column. Borrowed until the next one. */
const char *http_rows_member (HttpRows *rows, Slice name);

#endif
