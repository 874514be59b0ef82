/* What is above the table and is more than titles: rows of another table, or of this one, that the sniffer left out. They must not go
 * unsaid, and are rejects.
 *
 *   titles, settings, remarks     none of these: words, cells with nothing behind them, two cells of a name and a value
 *   rows as wide as the table     more than half of their cells filled
 *   rows of one other width       three or more, one behind the other; two where the first has words above values of the second. Where
 *                                 they have two cells, which settings have too: three that begin with values, the first aside; three
 *                                 below words above values; more than eight, but for names with a colon behind them
 *   rows of another delimiter     the same, but without words above values or values at their beginning more than eight
 *   lines of one value            more than ten
 */
#ifndef WEIR_PIPELINE_TABLE_ABOVE_H
#define WEIR_PIPELINE_TABLE_ABOVE_H

#include "pipeline/records/reader.h"

typedef struct Above Above;

/* Reads the first "dialect->skip_lines" lines of the file again; "width": of the table. Errors: those of source_read. */
Above *above_find (int fd, const Dialect *dialect, size_t width, GError **error);
void above_free (Above *above);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Above, above_free)

/* The record of that index, from 0; NULL: there are no more. Valid as long as "above". */
const Record *above_record (const Above *above, guint index);

#endif
