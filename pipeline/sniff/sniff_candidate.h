/* One dialect over a sample: its rows as they are cut, and where the table is that they make. Part of the sniffer. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_CANDIDATE_H
#define WEIR_PIPELINE_SNIFF_SNIFF_CANDIDATE_H

#include "models/model.h"
#include "pipeline/records/reader.h"
#include "pipeline/sniff/sniff_kind.h"
#include "pipeline/sniff/sniff_known.h"

#define SNIFF_MOST_FIELDS 20000 /* in a row; more than a table may have, so that they can be told */

/* The first text of a file, as UTF-8. */
typedef struct
{
  const char *bytes;
  size_t length;
  bool whole;
  const SniffKnown *known;      /* names; NULL: none are known */
  const ModelDialect *declared; /* what needs not be worked out */
  bool long_records;            /* take them, whatever the reader will say */
  bool returned;                /* rows that weir handed back for correction: see annotation.h */
} Sample;

/* A record as it was cut. */
typedef struct
{
  int64_t line;
  int64_t lines; /* of the file it takes */
  guint fields;  /* 0: unusable */
  guint kinds;   /* where the kinds of its cells begin in SniffCandidate.kinds */
  bool blank;    /* an empty line is before it */
  bool comment;  /* begins with # */
  bool percent;  /* begins with % and a blank, as the remarks of some programs do */
  bool cell;     /* with # and no blank behind it, as a cell may */
} SniffRow;

typedef struct
{
  Dialect dialect;                    /* of it delimiter, trim, quote, escape and comment */
  GArray *rows;                       /* of SniffRow */
  GByteArray *kinds;                  /* of CellKind, of all cells */
  int64_t problems;                   /* unusable rows */
  int64_t quoted;                     /* cells in quotes */
  int64_t edges;                      /* cells that begin with a double quote, where that is none of the dialect */
  int64_t lone;                       /* those of them that are nothing else */
  int64_t opened, wrapped;            /* cells that a single quote begins; begins and ends; where that is none of the dialect */
  int64_t doubled;                    /* quotes in them, doubled or escaped */
  int64_t before, behind;             /* delimiters with a cell before them, behind them */
  int64_t blank_before, blank_behind; /* those of them that have a blank between */
  size_t known;                       /* the most known names there are in one of the first rows */
  size_t fields;                      /* the table's width */
  bool shorter;                       /* no row is as wide as the header: they lack last cells */
  bool other_below;                   /* a larger table of another width is below it */
  guint first, last;                  /* its rows: the first of that width, the last; others may be among them */
  int64_t even;                       /* those of its width */
  double share;                       /* even / all rows */
  double score;                       /* how likely this is what was meant */
} SniffCandidate;

void sniff_candidate_clear (SniffCandidate *candidate);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SniffCandidate, sniff_candidate_clear)

/* Replaces *best by "other" if that is better, and drops the one that is not. */
void sniff_settle (SniffCandidate *best, SniffCandidate *other, bool better);

bool sniff_occurs (const Sample *sample, const char *text);

/* Reads the whole sample. *ret_candidate is owned by the caller. */
void sniff_look (const Sample *sample, const Dialect *dialect, SniffCandidate *ret_candidate);

const SniffRow *sniff_row (const SniffCandidate *candidate, guint index);

/* What a cell of the row holds; "column" is less than the row's fields. */
CellKind sniff_cell_kind (const SniffCandidate *candidate, guint row, size_t column);

/* What all passes over the sample read with: no header, behind "skip_lines". */
Reader *sniff_reader (const Sample *sample, const Dialect *dialect, int64_t skip_lines);

#endif
