/* What the sniffer saw of a table, and whether a record could be one of its rows. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_EVIDENCE_H
#define WEIR_PIPELINE_SNIFF_SNIFF_EVIDENCE_H

#include "pipeline/records/reader.h"

/* Owned by the caller; all texts are, but "likelier". */
typedef struct
{
  char *delimiter; /* "delimiter ; : 1,204 of 1,204 rows have 7 fields; runner-up , : 3 %" */
  char *quote;
  char *header;
  char *encoding;
  const char *likelier; /* the word of an encoding that the text is like, and that only a model may say; NULL: none */
  double confidence;    /* 0 to 1: of files with 0.9 some nine in ten are read as they were meant */
  double score;         /* how well the rows are cut; higher than that of other dialects, unless something else decided */
  size_t fields;        /* the table's columns */
  unsigned char *kinds; /* what each holds, for sniff_is_row */
  bool blank_lines;     /* between the rows are usual, and end no table */
} SniffEvidence;

void sniff_evidence_clear (SniffEvidence *evidence);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SniffEvidence, sniff_evidence_clear)

#define SNIFF_SURE_PERCENT 80  /* of confidence: below it a person should look */
#define SNIFF_LEAST_PERCENT 50 /* below it the table is a guess; words alone have some 60 */

/* The confidence as it is said. */
int sniff_percent (const SniffEvidence *evidence);

/* Whether a file should rather be refused than loaded: the confidence is below "least" percent, and lines of it are in no row, or
 * it has no header that would tell its columns. */
bool sniff_is_doubtful (int percent, int least, int64_t lines_left_out, int header_rows);

/* Whether a record of another width could be a row of the table that lost or gained separators, and no footer or other table: some
 * of its cells are what the columns hold, counted from the first or from the last. */
bool sniff_is_row (const SniffEvidence *evidence, const Record *record);

/* Whether the record is cut as the table's rows are, and holds numbers, dates and the like where they do. */
bool sniff_fits (const SniffEvidence *evidence, const Record *record);

/* Of a record of words only: in how many columns this table has values instead (of another width: in all). 0: it has something
 * else, or the table has none. Such a record is the header of another table. */
size_t sniff_words_above_values (const SniffEvidence *evidence, const Record *record);

/* Whether a column of the table has values that begin with no letter: numbers, dates, times. */
bool sniff_is_value (const SniffEvidence *evidence, size_t column);

#endif
