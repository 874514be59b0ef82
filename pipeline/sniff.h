/* The dialect from the first bytes of a file, with the evidence. Pure: bytes in, dialect out. */
#ifndef WEIR_PIPELINE_SNIFF_H
#define WEIR_PIPELINE_SNIFF_H

#include "pipeline/dialect.h"

#define SNIFF_HEAD_SIZE (256 * 1024) /* how much of a file the sniffer wants to see */

/* Owned by the caller; all texts are. */
typedef struct
{
  char *delimiter; /* "delimiter ; : 1,204 of 1,204 rows have 7 fields; runner-up , : 3 %" */
  char *quote;
  char *header;
  char *encoding;
  double confidence; /* 0 to 1 */
} SniffEvidence;

void sniff_evidence_clear (SniffEvidence *evidence);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SniffEvidence, sniff_evidence_clear)

/* Works out the dialect of "bytes", the first "length" of a file; "whole": they are all of it. "known_names" (NULL: none) are
 * column names that a model or an earlier file gave: a first line with them is the header. "name" is the file's, for messages.
 * Errors are INPUT: an empty file ("empty_file"), UTF-16 or another encoding that is not read yet ("encoding"), NUL bytes
 * ("nul_byte"). ret_evidence may be NULL. */
bool sniff_dialect (const char *bytes, size_t length, bool whole, const char *const *known_names, const char *name,
                    Dialect *ret_dialect, SniffEvidence *ret_evidence, GError **error);

#endif
