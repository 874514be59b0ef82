/* Where the table ends. Records go in as they are read and come out as rows of the table or as what is below it: a footer, another
 * table. Those in doubt (of another width, with bad quotes) are held back until what follows them tells.
 *
 *   if (!extent_pass (extent, record))                         most are rows and nothing else
 *     extent_take (extent, record);                            NULL: the file ended
 *   while ((record = extent_give (extent, &below)) != NULL)    then the next extent_take
 *
 * A row that is off is one of the table if rows of its width follow. At the end of the file, or after many in a row:
 *
 *   footer           last rows that have nothing in common with the columns, behind a gap; without one up to five that are one cell,
 *                    where there are ten times as many rows
 *   second_table     words where the table has values, and rows of other values below them or a gap above them; rows of one other
 *                    width behind a gap. It and all below it are no rows of the table
 *   repeated_header  the table's own, once more, and titles above it; or words where it has values, which rows of its own follow; the
 *                    table goes on
 *
 * A gap is an empty line (where these are not usual), a rule such as ----, or a row of delimiters only. Pure. */
#ifndef WEIR_PIPELINE_TABLE_EXTENT_H
#define WEIR_PIPELINE_TABLE_EXTENT_H

#include "pipeline/records/reader.h"
#include "pipeline/sniff/sniff_evidence.h"

typedef struct Extent Extent;

/* "width": of the table. "header": its record, NULL: none. "join": a record with bad quotes that its next lines make sound is one.
 * All are borrowed. */
Extent *extent_new (const SniffEvidence *evidence, const Dialect *dialect, size_t width, const Record *header, bool join);
void extent_free (Extent *extent);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Extent, extent_free)

void extent_reset (Extent *extent); /* back to the beginning of the file */

/* Once extent_give returns NULL: whether the record is a row of the table beyond doubt, and nothing is held back before it. Then it is
 * taken and given at once. NULL is no row. */
bool extent_pass (Extent *extent, const Record *record);

/* "record" is borrowed until the next call of the reader. */
void extent_take (Extent *extent, const Record *record);

/* The next decided record, valid until the next call of extent_take; NULL: more must be taken. *ret_below: REASON_NONE for a row of the
 * table, else one of the words above. */
const Record *extent_give (Extent *extent, Reason *ret_below);

/* Whether a record is the table's header, to the letter. */
bool extent_is_header (const Extent *extent, const Record *record);

int64_t extent_last_line (const Extent *extent); /* of the last row of the table's width so far; 0: none */

#endif
