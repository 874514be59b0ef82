/* What commands print: aligned tables, JSON, errors as part of a report. */
#ifndef WEIR_SRC_REPORT_SHOW_H
#define WEIR_SRC_REPORT_SHOW_H

#include "base/db.h"
#include "base/json.h"

/* Prints a result as an aligned table on stdout. Headers are the result's column names; "empty" is said when there are no rows.
 * Columns whose values are all numbers are right-aligned. */
void show_result (const DbResult *result, const char *empty);

/* Prints an aligned table: headers (NULL-terminated), and cells (of char *, NULL is empty) row by row. */
void show_table (const char *const *headers, const GPtrArray *cells);

/* The same for a table that comes in parts, to be called for each. widths: one per column, at first 0, then those of the parts
 * before: the headers are printed with the first part. */
void show_table_part (const char *const *headers, const GPtrArray *cells, int *widths);

/* Makes members that are times as people read them ("YYYY-MM-DD HH24:MI:SS", UTC) what programs read: "2026-11-20T09:30:00Z". */
void show_times_to_iso (Json *object, const char *const *members);

/* A result as an array of objects; columns of whole numbers become numbers. A new reference. */
Json *show_result_to_json (const DbResult *result);

/* Prints a row of CSV: a cell that is NULL is empty, and an empty text has quotes. */
void show_csv_row (const char *const *cells, size_t count);

/* Prints a value as pretty JSON with a newline. */
void show_json (const Json *json);

/* Whether colour and bars may go to this stream: a terminal, TERM not dumb, NO_COLOR unset. */
bool show_is_fancy (int fd);

/* Prints message, DETAIL and HINT to stdout, as part of a report; each line begins with "indent". */
void show_error (const GError *error, const char *indent);

#endif
