/* Records that are not to be loaded though a row could be made of them, as rejects that say why. Which ones is for the others of this
 * room to say. */
#ifndef WEIR_PIPELINE_TABLE_FOREIGN_H
#define WEIR_PIPELINE_TABLE_FOREIGN_H

#include "pipeline/records/reader.h"

/* Room for one. */
typedef struct
{
  Record record;
  char problem[120];
} Foreign;

/* What each returns is "foreign->record": the text of "record", which is borrowed, no fields, and a problem with its reason. */

const Record *foreign_above (Foreign *foreign, const Record *record, int64_t first); /* "first": line of the table */
const Record *foreign_comment (Foreign *foreign, const Record *record);

/* Words among the rows. "own": the table's header, once more. "width": of the table. */
const Record *foreign_header (Foreign *foreign, const Record *record, bool own, size_t width);

/* "below": REASON_FOOTER or REASON_SECOND_TABLE. "last": line of the table's last row. */
const Record *foreign_below (Foreign *foreign, const Record *record, Reason below, int64_t last);

/* A record with a bad quote that is no text either is not to be mended: whatever its cells are, they are not to be stored. All others
 * are returned as they are. */
const Record *foreign_bad_text (Foreign *foreign, const Record *record, const Dialect *dialect);

#endif
