/* Candidate dialects over a sample: how evenly each delimiter and quote cuts it. Part of the sniffer. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_CANDIDATE_H
#define WEIR_PIPELINE_SNIFF_CANDIDATE_H

#include "pipeline/reader.h"

/* The first bytes of a file. */
typedef struct
{
  const char *bytes;
  size_t length;
  bool whole;
  const char *const *known_names; /* NULL: none */
} Sample;

typedef struct
{
  char delimiter;
  char quote;
  int64_t records;     /* with the unusable ones */
  int64_t problems;    /* unusable ones */
  size_t fields;       /* most records have so many */
  int64_t even;        /* records that have */
  size_t first_fields; /* of the first record */
  size_t known;        /* cells of the first record that are known names */
  int64_t quoted;      /* cells in quotes */
  double share;        /* even / records */
} SniffCandidate;

/* Looks at the sample with every delimiter and quote that occurs in it, behind "skip_lines", and chooses. The evidence is how many
 * records have the same number of fields, never how often a character occurs. *ret_second is the best with another delimiter that
 * splits the records; its records are 0 where there is none. A best with delimiter 0 is a file of one column. */
void sniff_choose (const Sample *sample, int skip_lines, SniffCandidate *ret_best, SniffCandidate *ret_second);

/* What all passes over the sample read with. */
Reader *sniff_reader (const Sample *sample, char delimiter, char quote, int skip_lines);

/* Whether the cell is one of the names, as it is written or as the SQL identifier made from it. */
bool sniff_is_known (const char *cell, size_t length, const char *const *known_names);

#endif
