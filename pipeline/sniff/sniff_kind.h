/* What a cell looks like, told from its text alone: the evidence that a dialect cuts a file where it was meant to be cut. Much
 * coarser than pipeline/types/types.h, and never wrong about a value: it is only ever counted. Part of the sniffer. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_KIND_H
#define WEIR_PIPELINE_SNIFF_SNIFF_KIND_H

#include <stdbool.h>
#include <stddef.h>

typedef enum
{
  KIND_EMPTY,
  KIND_NUMBER,  /* 1,234.50  -3e8  12 %  EUR 5 */
  KIND_FIGURES, /* digits and what stands between them in telephone numbers and codes */
  KIND_DATE,
  KIND_TIME,
  KIND_TIMESTAMP,
  KIND_BOOLEAN,
  KIND_EMAIL,
  KIND_URL,
  KIND_TEXT,   /* words */
  KIND_PADDED, /* words with a blank before or behind them */
  KIND_ODD,    /* holds what rather separates cells */
  KIND_BROKEN, /* still in its quotes, or with a tab, which is in no word */
  N_KINDS,
} CellKind;

CellKind sniff_kind (const char *text, size_t length);

/* Whether a column of this kind tells its cells from words. */
bool sniff_kind_is_typed (CellKind kind);

/* Whether a cell of the one kind fits a column of the other, which is typed. */
bool sniff_kind_fits (CellKind cell, CellKind column);

/* "NA", "n/a", "-" and the like: they fit any column. */
bool sniff_is_null_word (const char *text, size_t length);

/* "numbers", "dates", ...: what a column holds. */
const char *sniff_kind_word (CellKind kind);

#endif
