/* Type inference: what is left of a column's possible types after each cell.
 *
 *   for each cell: infer_cell (&guess, text, length, null);
 *   infer_result (&guess, &result);
 *
 * The result depends on the set of cells, never on their order. Candidates are (type, format) pairs, so 1,5 leaves a numeric
 * with a decimal comma and drops one with a comma between thousands. Dates and times are guessed beside them (infer_moment.h):
 * 25/12/2026 leaves DD/MM/YYYY and drops MM/DD/YYYY. 1.234 is a decimal point, unless another column of the file has decimal
 * commas:
 *
 *   if (infer_is_comma (the other's format) && result.either) infer_doubt (&result);
 *
 * 1,234 could be either, unless another column has decimal points and none decimal commas:
 *
 *   if (the other.points && infer_may_group (&result)) infer_group (&result);
 *
 * Blanks around a cell count for text alone. A word that stands for nothing (null_word.h) takes no candidate away: if the others
 * leave a type that is not text it is NULL, else it is a text like any other. */
#ifndef WEIR_PIPELINE_TYPES_INFER_H
#define WEIR_PIPELINE_TYPES_INFER_H

#include "pipeline/types/infer_moment.h"
#include "pipeline/types/types.h"

typedef struct
{
  uint64_t left; /* one bit per candidate that is still possible, and what else infer.c must remember */
  MomentGuess moments;
  int64_t cells; /* not NULL; a "" is one, and so is a word */
  int64_t nulls;
  int64_t values;      /* of the cells those that say something: no "", no blanks alone, no word that stands for nothing */
  int64_t words;       /* of the cells those that are such a word */
  uint64_t which;      /* of null_word.h they are, by bit */
  uint64_t currencies; /* set of the signs that were met, while all cells may be amounts */
  size_t longest;      /* bytes */
  bool quoted_empty;   /* a "" was seen: text keeps it, other types read it as NULL */
  bool no_words;       /* set by the caller behind infer_init: every word is a text */
} ColumnGuess;

/* What a model may say of the column. */
typedef struct
{
  const Type *type;   /* NULL: nothing */
  const char *format; /* static text or NULL */
  const char *sign;   /* of the currency, or NULL; static text */
} InferWay;

typedef struct
{
  const Type *type;   /* never NULL; text where nothing else is left or nothing was seen */
  const char *format; /* NULL: the type's own; static text */
  bool unknown;       /* no cell had a value */
  bool undecided;     /* text, unless cells to come make it something else: as numbers only double precision holds, with no exponent
                         so far; or +44 and no minus; or nothing but words that stand for nothing */
  bool ambiguous;     /* the cells can be read in two ways (day and month, decimal comma and thousands): text */
  bool declarable;    /* text, and all percentages, amounts, yes and no, dates with years of two digits: only a model may say so */
  bool either;        /* numbers whose every mark may be the decimal one or stand between thousands: ambiguous, or 1.234 */
  bool numeric;       /* every cell is a number that numeric keeps, also where that is no reason to choose it */
  bool points;        /* numbers, and a point among their marks is a decimal one without doubt */
  bool takes_plus;    /* numbers of which one has a minus, a fraction, or is zero: +5 is one of them, and no telephone number */
  uint64_t nulls;     /* the words of null_word.h, by bit, that are NULL in the column, or would be in one of the ways */
  InferWay ways[2];   /* where ambiguous or either both, where declarable one or two */
} InferResult;

void infer_init (ColumnGuess *guess);

/* null: an unquoted empty cell. A quoted empty one comes as length 0 and not null, and narrows nothing. */
void infer_cell (ColumnGuess *guess, const char *cell, size_t length, bool null);

void infer_result (const ColumnGuess *guess, InferResult *ret_result);

/* "type": "date", "format": "DD/MM/YYYY", "null": ["NA"]: the inside of a column in a model. NULL: there is no such way. Owned by
 * the caller. */
char *infer_way (const InferResult *result, int way);

/* ["NA", "-"], as in a model. Owned by the caller. */
char *infer_null_list (uint64_t words);

bool infer_is_comma (const char *format);         /* whether numbers of that format (NULL: plain ones) have a decimal comma */
bool infer_may_group (const InferResult *result); /* whether a comma is the decimal mark or stands between thousands */
void infer_group (InferResult *result);           /* it stands between thousands */
void infer_doubt (InferResult *result);           /* of numbers that can be read either way: they are ambiguous, and text */

#endif
