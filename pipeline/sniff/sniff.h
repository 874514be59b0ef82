/* The dialect from the first bytes of a file, with the evidence. Pure: bytes in, dialect out.
 *
 * Each delimiter, quote and escape that occurs is tried with the reader; the evidence is the table that it makes, never how often a
 * character occurs: the rows of one width, how many cells of the file they hold, and whether the columns hold numbers, dates, words
 * or pieces of something. Lines above the first row of the table's width are preamble, to be skipped. What is below the table
 * (footers, a second table) is not the dialect's: sniff_is_row tells rows that are off from rows of something else. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_H
#define WEIR_PIPELINE_SNIFF_SNIFF_H

#include "models/model.h"
#include "pipeline/records/reader.h"

#define SNIFF_HEAD_SIZE (256 * 1024) /* how much of a file's text the sniffer wants to see */

/* Owned by the caller; all texts are. */
typedef struct
{
  char *delimiter; /* "delimiter ; : 1,204 of 1,204 rows have 7 fields; runner-up , : 3 %" */
  char *quote;
  char *header;
  char *encoding;
  double confidence;    /* 0 to 1 */
  size_t fields;        /* the table's columns */
  unsigned char *kinds; /* what each holds, for sniff_is_row */
  bool blank_lines;     /* between the rows are usual, and end no table */
} SniffEvidence;

void sniff_evidence_clear (SniffEvidence *evidence);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SniffEvidence, sniff_evidence_clear)

/* Works out the dialect of "bytes", the first "length" of a file, decompressed (source_head); "whole": they are all of it. What is
 * "declared" (NULL: nothing) holds, and the rest is worked out within it. "known_names" (NULL: none) are column names that a model
 * or an earlier file gave: a first line with them is the header. "name" is the file's, for messages. The dialect's compression is
 * left to the caller. Errors are INPUT: an empty file ("empty_file"), more columns than PostgreSQL takes ("too_many_columns"),
 * those of decode_head. ret_evidence may be NULL. */
bool sniff_dialect (const char *bytes, size_t length, bool whole, const ModelDialect *declared, const char *const *known_names,
                    const char *name, Dialect *ret_dialect, SniffEvidence *ret_evidence, GError **error);

/* Whether a record of another width could be a row of the table that lost or gained separators, and no footer or other table: some
 * of its cells are what the columns hold, counted from the first or from the last. */
bool sniff_is_row (const SniffEvidence *evidence, const Record *record);

/* Of a record of words only: in how many columns this table has values instead (of another width: in all). 0: it has something
 * else, or the table has none. Such a record is the header of another table. */
size_t sniff_words_above_values (const SniffEvidence *evidence, const Record *record);

/* Whether a column of the table has values that begin with no letter: numbers, dates, times. */
bool sniff_is_value (const SniffEvidence *evidence, size_t column);

#endif
