/* The dialect from the first bytes of a file, with the evidence. Pure: bytes in, dialect out.
 *
 * Each delimiter, quote and escape that occurs is tried with the reader; the evidence is the table that it makes, never how often a
 * character occurs: the rows of one width, how many cells of the file they hold, and whether the columns hold numbers, dates, words
 * or pieces of something. Lines above the first row of the table's width are preamble, to be skipped. What is below the table
 * (footers, a second table) is not the dialect's: sniff_is_row tells rows that are off from rows of something else. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_H
#define WEIR_PIPELINE_SNIFF_SNIFF_H

#include "models/model.h"
#include "pipeline/sniff/sniff_evidence.h"

#define SNIFF_HEAD_SIZE (256 * 1024) /* how much of a file's text the sniffer wants to see */

/* Works out the dialect of "bytes", the first "length" of a file, decompressed (source_head); "whole": they are all of it. What is
 * "declared" (NULL: nothing) holds, and the rest is worked out within it. "known_names" (NULL: none) are column names that a model
 * or an earlier file gave: a first line with them is the header. "name" is the file's, for messages. The dialect's compression is
 * left to the caller. Errors are INPUT: an empty file ("empty_file"), more columns than PostgreSQL takes ("too_many_columns"),
 * those of decode_head. ret_evidence may be NULL. */
bool sniff_dialect (const char *bytes, size_t length, bool whole, const ModelDialect *declared, const char *const *known_names,
                    const char *name, Dialect *ret_dialect, SniffEvidence *ret_evidence, GError **error);

/* As sniff_dialect, of the file open on fd (borrowed, its offset is left alone), with its compression. Errors name the file. */
bool sniff_file (int fd, const char *name, const ModelDialect *declared, const char *const *known_names, Dialect *ret_dialect,
                 SniffEvidence *ret_evidence, GError **error);

#endif
