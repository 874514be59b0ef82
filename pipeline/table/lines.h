/* The sum of lines: each line of a file's text is of one kind, and all of them together are the file. The published object has it
 * as "lines", the ledger as weir.file.lines. */
#ifndef WEIR_PIPELINE_TABLE_LINES_H
#define WEIR_PIPELINE_TABLE_LINES_H

#include "base/json.h"

/* Lines of the text, which end with LF, CRLF or CR; a record in quotes may have several. */
typedef struct
{
  int64_t total;    /* of the text, counted by their ends and by nothing else */
  int64_t above;    /* the table: titles, settings, other tables; blank ones among them too */
  int64_t header;   /* its rows */
  int64_t rows;     /* of the table: loaded, repaired ones and duplicates too */
  int64_t rejected; /* in the table; those above and below it are counted there */
  int64_t comments;
  int64_t blank;
  int64_t below;                      /* the table: footers, other tables */
  int64_t first_comment, first_below; /* their first line; 0: there is none */
} LineCounts;

/* Whether the kinds are the total. If not, weir has lost a line or told it twice, which refuses the file: an INPUT error
 * ("line_count"). "name": of the file. */
bool lines_check (const LineCounts *lines, const char *name, GError **error);

/* A new reference; the first lines only where there are any. */
Json *lines_to_json (const LineCounts *lines);
LineCounts lines_from_json (const Json *json); /* NULL: all are 0 */

/* How many lines are in no row and no reject of the table: above it, below it, comments. */
int64_t lines_out (const LineCounts *lines);

/* The same in words: "12 lines left out: 3 above the table, 9 below it from line 1,204 on". NULL: there is nothing. Owned by the
 * caller. */
char *lines_left_out (const LineCounts *lines);

/* All kinds that there are: "1,207 = 3 above + 1 header + 1,194 rows + 9 below". Owned by the caller. */
char *lines_text (const LineCounts *lines);

#endif
