#include "pipeline/infer.h"

#include <string.h>

/* Every cell can only take candidates away, and which ones depends on that cell alone: so order never matters. */
typedef struct
{
  TypeId type;
  const char *format;
} Candidate;

typedef enum
{
  CANDIDATE_BOOLEAN,
  CANDIDATE_BIGINT,
  CANDIDATE_NUMERIC,
  CANDIDATE_DOUBLE,
  CANDIDATE_DATE,
  CANDIDATE_DATE_YMD,
  CANDIDATE_DATE_DMY_SLASH,
  CANDIDATE_DATE_MDY_SLASH,
  CANDIDATE_DATE_DMY_DASH,
  CANDIDATE_DATE_MDY_DASH,
  CANDIDATE_DATE_DMY_DOT,
  CANDIDATE_TIMESTAMP,
  CANDIDATE_TIMESTAMPTZ,
  CANDIDATE_UUID,
  CANDIDATE_JSONB,
  CANDIDATE_TEXT,
  CANDIDATE_COUNT
} CandidateId;

/* In the order of preference where several are left. */
static const Candidate candidates[CANDIDATE_COUNT] = {
  [CANDIDATE_BOOLEAN] = { TYPE_BOOLEAN, NULL },
  [CANDIDATE_BIGINT] = { TYPE_BIGINT, NULL },
  [CANDIDATE_NUMERIC] = { TYPE_NUMERIC, NULL },
  [CANDIDATE_DOUBLE] = { TYPE_DOUBLE, NULL },
  [CANDIDATE_DATE] = { TYPE_DATE, NULL },
  [CANDIDATE_DATE_YMD] = { TYPE_DATE, "YYYY/MM/DD" },
  [CANDIDATE_DATE_DMY_SLASH] = { TYPE_DATE, "DD/MM/YYYY" },
  [CANDIDATE_DATE_MDY_SLASH] = { TYPE_DATE, "MM/DD/YYYY" },
  [CANDIDATE_DATE_DMY_DASH] = { TYPE_DATE, "DD-MM-YYYY" },
  [CANDIDATE_DATE_MDY_DASH] = { TYPE_DATE, "MM-DD-YYYY" },
  [CANDIDATE_DATE_DMY_DOT] = { TYPE_DATE, "DD.MM.YYYY" },
  [CANDIDATE_TIMESTAMP] = { TYPE_TIMESTAMP, NULL },
  [CANDIDATE_TIMESTAMPTZ] = { TYPE_TIMESTAMPTZ, NULL },
  [CANDIDATE_UUID] = { TYPE_UUID, NULL },
  [CANDIDATE_JSONB] = { TYPE_JSONB, NULL },
  [CANDIDATE_TEXT] = { TYPE_TEXT, NULL },
};

#define BIT(candidate) (UINT32_C (1) << (candidate))
#define TEXT BIT (CANDIDATE_TEXT)
#define BOOLEAN BIT (CANDIDATE_BOOLEAN)
#define NUMBERS (BIT (CANDIDATE_BIGINT) | BIT (CANDIDATE_NUMERIC) | BIT (CANDIDATE_DOUBLE))
#define DATES                                                                                                                      \
  (BIT (CANDIDATE_DATE) | BIT (CANDIDATE_DATE_YMD) | BIT (CANDIDATE_DATE_DMY_SLASH) | BIT (CANDIDATE_DATE_MDY_SLASH)               \
   | BIT (CANDIDATE_DATE_DMY_DASH) | BIT (CANDIDATE_DATE_MDY_DASH) | BIT (CANDIDATE_DATE_DMY_DOT))
#define TIMES (BIT (CANDIDATE_TIMESTAMP) | BIT (CANDIDATE_TIMESTAMPTZ))
#define UUID BIT (CANDIDATE_UUID)
#define JSONB BIT (CANDIDATE_JSONB)

/* No candidate: still set while no cell had an exponent. Without one, double precision is not offered. */
#define NO_EXPONENT BIT (CANDIDATE_COUNT)

/* The candidates of cells that begin with that character, but for text, which always is one. */
static uint32_t
candidates_of (char first)
{
  if (g_ascii_isdigit (first))
    return NUMBERS | DATES | TIMES | UUID;
  switch (first)
    {
    case '-':
    case '.':
      return NUMBERS;
    case '{':
    case '[':
      return JSONB;
    case 't':
    case 'T':
      return BOOLEAN;
    case 'f':
    case 'F':
      return BOOLEAN | UUID;
    default:
      return g_ascii_isxdigit (first) ? UUID : 0;
    }
}

static bool
is_possible (const Candidate *candidate, const char *cell, size_t length)
{
  const Type *type = &types[candidate->type];
  Value unused;
  return type->recognize != NULL ? type->recognize (cell, length) : type->parse (cell, length, candidate->format, &unused);
}

void
infer_init (ColumnGuess *guess)
{
  *guess = (ColumnGuess) { .left = (BIT (CANDIDATE_COUNT) - 1) | NO_EXPONENT };
}

void
infer_cell (ColumnGuess *guess, const char *cell, size_t length, bool null)
{
  if (null)
    {
      guess->nulls++;
      return;
    }
  guess->cells++;
  guess->longest = MAX (guess->longest, length);
  if (length == 0)
    {
      guess->quoted_empty = true;
      return;
    }
  uint32_t left = guess->left & (candidates_of (cell[0]) | TEXT | NO_EXPONENT);
  for (uint32_t rest = left & ~(TEXT | NO_EXPONENT); rest != 0; rest &= rest - 1)
    {
      int candidate = g_bit_nth_lsf (rest, -1);
      if (!is_possible (&candidates[candidate], cell, length))
        left &= ~BIT (candidate);
    }
  if ((left & NUMBERS) == BIT (CANDIDATE_DOUBLE) && (left & NO_EXPONENT) != 0
      && (memchr (cell, 'e', length) != NULL || memchr (cell, 'E', length) != NULL))
    left &= ~NO_EXPONENT;
  guess->left = left;
}

void
infer_result (const ColumnGuess *guess, InferResult *ret_result)
{
  const uint32_t slashes = BIT (CANDIDATE_DATE_DMY_SLASH) | BIT (CANDIDATE_DATE_MDY_SLASH);
  const uint32_t dashes = BIT (CANDIDATE_DATE_DMY_DASH) | BIT (CANDIDATE_DATE_MDY_DASH);
  *ret_result = (InferResult) { .type = &types[TYPE_TEXT], .unknown = guess->longest == 0 };
  if (ret_result->unknown)
    return;
  uint32_t left = guess->left & ~NO_EXPONENT;
  if ((guess->left & NO_EXPONENT) != 0)
    {
      ret_result->undecided = (left & ~TEXT) == BIT (CANDIDATE_DOUBLE);
      left &= ~BIT (CANDIDATE_DOUBLE);
    }
  ret_result->ambiguous = (left & slashes) == slashes || (left & dashes) == dashes;
  if (ret_result->ambiguous)
    return;
  const Candidate *best = &candidates[g_bit_nth_lsf (left, -1)];
  ret_result->type = &types[best->type];
  ret_result->format = best->format;
}
