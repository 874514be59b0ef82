/* The records of a stream as they came, in an unnamed file of TMPDIR, until all columns and their types are known.
 *
 *   records_begin (rows, version), records_value (rows, column, value) ..., records_end (rows)
 *   records_rewind (rows); while (records_next (rows, cells, n, &version, &is_end) && !is_end) ...
 *
 * A row is a version, a count, and as many columns with their values as JSON. */
#ifndef WEIR_CONNECT_SINGER_RECORDS_H
#define WEIR_CONNECT_SINGER_RECORDS_H

#include "connect/slice.h"

#include <stdint.h>

typedef struct Records Records;

Records *records_new (GError **error);
void records_free (Records *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Records, records_free)

void records_begin (Records *rows, int64_t version);
void records_value (Records *rows, guint column, Slice value);
bool records_end (Records *rows, GError **error);

int64_t records_count (const Records *rows);
int64_t records_bytes (const Records *rows);

/* From here on they are read. */
bool records_rewind (Records *rows, GError **error);

/* The next one: cells of n columns, at NULL where it has none; borrowed until the next call. */
bool records_next (Records *rows, Slice *cells, size_t n, int64_t *ret_version, bool *ret_end, GError **error);

#endif
