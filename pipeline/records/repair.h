/* Rows that are off, made to fit: what was most likely meant, and nothing of their text lost but quotes that have no partner.
 *
 *   too few fields      filled up with empty ones at the end
 *   too many fields     empty ones at the end are dropped, else the surplus is joined into the last by the delimiter
 *   a stray quote       it is text: a quoted field ends only at a quote before a delimiter or the end of the line
 *   an unclosed quote   it is dropped: its field ends at the next delimiter, or takes the surplus where there is one
 *
 *   another delimiter   a row with few fields that another delimiter cuts into as many as the table has is read with that
 *
 * A line with bad quotes is read in several ways; the first that gives the table's width is taken. Pure. */
#ifndef WEIR_PIPELINE_RECORDS_REPAIR_H
#define WEIR_PIPELINE_RECORDS_REPAIR_H

#include "pipeline/records/reader.h"

typedef struct Repair Repair;

/* "fields": the table's width, at least 1. */
Repair *repair_new (const Dialect *dialect, size_t fields);
void repair_free (Repair *repair);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Repair, repair_free)

/* The record with as many fields as the table has and no problem; itself where nothing is wrong with it. *ret_found: how many
 * fields were there. NULL: what is wrong is not its fields or quotes. Valid as long as "record" and until the next call. */
const Record *repair_record (Repair *repair, const Record *record, size_t *ret_found);

/* Whether the record last repaired has a quote that its line does not close, so that it may go on in the next. */
bool repair_is_open (const Repair *repair);

/* The record made of a raw text of several lines, if that gives the table's width and no line ends outside of quotes; else NULL. */
const Record *repair_quotes (Repair *repair, const Record *record);

#endif
