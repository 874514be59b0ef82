/* Rows of words where the table has values: what could they be? Pure. */
#ifndef WEIR_PIPELINE_TABLE_WORDS_H
#define WEIR_PIPELINE_TABLE_WORDS_H

#include "pipeline/sniff/sniff_evidence.h"

/* Names of columns: no two are the same, whatever their case. */
bool words_are_names (const Record *record);

/* One word again and again, as of somebody who tried whether a row goes through. */
bool words_are_one (const Record *record);

/* A piece of text that a comma cuts, with a blank behind it. */
bool words_are_sentence (const Record *record);

/* Nothing behind the first cell, which may be empty too. */
bool words_are_title (const Record *record);

/* A word and a value, as "Total" and a number, or "Printed" and a date. */
bool words_are_total (const Record *record);

/* Words only, in each column of values; the table has one at least. */
bool words_are_above_all (const SniffEvidence *evidence, const Record *record);

/* A record of the table's width with no value that fits where the table has values; where that is one column only, with values
 * where the table has words too. */
bool words_of_other_kinds (const SniffEvidence *evidence, const Record *record);

#endif
