/* Rows of JSON on their way to the spool file: kept in an unnamed file until the last page is there, for only then it is known which columns there are, and of which type.
 *
 *   g_autoptr (HttpRows) rows = http_rows_new (source, request, error);
 *   http_rows_add (rows, row, error) ...
 *   http_rows_write (rows, error);            columns and rows, to the spool file
 *
 * Types: whole numbers are bigint, other numbers (and mixtures of both) numeric with the digits that they have, true and false boolean, objects and arrays jsonb, texts text;
 * what is of several of these is jsonb where objects or arrays are among them, else text. What the job says of a column goes before. */
#ifndef WEIR_CONNECT_CURL_HTTP_ROWS_H
#define WEIR_CONNECT_CURL_HTTP_ROWS_H

#include "base/digest.h"
#include "connect/curl/http_source.h"

typedef struct HttpRows HttpRows;

/* Both are borrowed. "columns" of the position: what earlier windows had. Errors: the local disk. */
HttpRows *http_rows_new (const HttpSource *source, const Request *request, GError **error);
void http_rows_free (HttpRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HttpRows, http_rows_free)

bool http_rows_add (HttpRows *rows, Slice row, GError **error);

/* From here on rows belong to one reading: what it had as a SHA-256, and as if it had not been. */
void http_rows_mark (HttpRows *rows);
void http_rows_digest (HttpRows *rows, char ret_sha256[SHA256_HEX_SIZE]);
bool http_rows_take_back (HttpRows *rows, GError **error);

int64_t http_rows_count (const HttpRows *rows);
int64_t http_rows_size (const HttpRows *rows); /* bytes, as JSON */

/* The bookmark's greatest value; borrowed. */
const Moment *http_rows_greatest (const HttpRows *rows);
const char *http_rows_bookmark (const HttpRows *rows); /* NULL: the job has none */

bool http_rows_write (HttpRows *rows, GError **error);

/* The columns as a position has them: {"id": "bigint", "note": null}; and as discover tells them. New references. */
Json *http_rows_memory (const HttpRows *rows);
Json *http_rows_describe (const HttpRows *rows);

/* Columns that may be a key or a bookmark. Arrays of names; new references. */
Json *http_rows_keys (const HttpRows *rows);
Json *http_rows_bookmarks (const HttpRows *rows);

#endif
