/* The dialect from the first bytes of a file, with the evidence. Pure: bytes in, dialect out.
 *
 * Each delimiter, quote and escape that occurs is tried with the reader; the evidence is the table that it makes, never how often a
 * character occurs: the rows of one width, how many cells of the file they hold, and whether the columns hold numbers, dates, words
 * or pieces of something. Lines above the first row of the table's width are preamble, to be skipped. What is below the table
 * (footers, a second table) is not the dialect's: sniff_is_row tells rows that are off from rows of something else.
 *
 * docs/sniffing.md has the order of the work, and for each constant the kind of file that it is for. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_H
#define WEIR_PIPELINE_SNIFF_SNIFF_H

#include "models/model.h"
#include "pipeline/sniff/sniff_evidence.h"
#include "pipeline/text/source.h"

#define SNIFF_HEAD_SIZE (256 * 1024) /* how much of a file's text the sniffer wants to see */

/* What is known of a file beforehand. */
typedef struct
{
  const char *name;               /* for messages */
  const ModelDialect *declared;   /* holds, and the rest is worked out within it; NULL: nothing is */
  const char *const *known_names; /* of columns, by a model or an earlier file: a first line with them is the header; NULL: none */
} SniffInput;

/* Works out the dialect from the head of a file. Errors are INPUT: an empty file ("empty_file"), more columns than PostgreSQL takes
 * ("too_many_columns"), a cell of too many lines ("record_too_long"), those of decode_head. There is no evidence then. */
bool sniff_dialect (const SourceHead *head, const SniffInput *input, Dialect *ret_dialect, SniffEvidence *ret_evidence,
                    GError **error);

/* The same for the file open on fd (borrowed, its offset is left alone), of which more is read where its head does not tell the
 * encoding. Errors, those of source_read too, name the file. */
bool sniff_file (int fd, const SniffInput *input, Dialect *ret_dialect, SniffEvidence *ret_evidence, GError **error);

#endif
