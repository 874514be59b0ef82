#include "pipeline/types/infer.h"

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
  CANDIDATE_COMMA,
  CANDIDATE_COMMAS_POINT,
  CANDIDATE_POINTS,
  CANDIDATE_POINTS_COMMA,
  CANDIDATE_BLANKS,
  CANDIDATE_BLANKS_COMMA,
  CANDIDATE_BLANKS_POINT,
  CANDIDATE_APOSTROPHES_POINT,
  CANDIDATE_DATE,
  CANDIDATE_DATE_YMD,
  CANDIDATE_DATE_DMY_SLASH,
  CANDIDATE_DATE_MDY_SLASH,
  CANDIDATE_DATE_DMY_DASH,
  CANDIDATE_DATE_MDY_DASH,
  CANDIDATE_DATE_DMY_DOT,
  CANDIDATE_DATE_NAMED_BLANK,
  CANDIDATE_DATE_NAMED_DASH,
  CANDIDATE_DATE_NAMED_FIRST,
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
  [CANDIDATE_COMMA] = { TYPE_NUMERIC, "9,9" },
  [CANDIDATE_COMMAS_POINT] = { TYPE_NUMERIC, "9,999.9" },
  [CANDIDATE_POINTS] = { TYPE_NUMERIC, "9.999" },
  [CANDIDATE_POINTS_COMMA] = { TYPE_NUMERIC, "9.999,9" },
  [CANDIDATE_BLANKS] = { TYPE_NUMERIC, "9 999" },
  [CANDIDATE_BLANKS_COMMA] = { TYPE_NUMERIC, "9 999,9" },
  [CANDIDATE_BLANKS_POINT] = { TYPE_NUMERIC, "9 999.9" },
  [CANDIDATE_APOSTROPHES_POINT] = { TYPE_NUMERIC, "9'999.9" },
  [CANDIDATE_DATE] = { TYPE_DATE, NULL },
  [CANDIDATE_DATE_YMD] = { TYPE_DATE, "YYYY/MM/DD" },
  [CANDIDATE_DATE_DMY_SLASH] = { TYPE_DATE, "DD/MM/YYYY" },
  [CANDIDATE_DATE_MDY_SLASH] = { TYPE_DATE, "MM/DD/YYYY" },
  [CANDIDATE_DATE_DMY_DASH] = { TYPE_DATE, "DD-MM-YYYY" },
  [CANDIDATE_DATE_MDY_DASH] = { TYPE_DATE, "MM-DD-YYYY" },
  [CANDIDATE_DATE_DMY_DOT] = { TYPE_DATE, "DD.MM.YYYY" },
  [CANDIDATE_DATE_NAMED_BLANK] = { TYPE_DATE, "DD Mon YYYY" },
  [CANDIDATE_DATE_NAMED_DASH] = { TYPE_DATE, "DD-Mon-YYYY" },
  [CANDIDATE_DATE_NAMED_FIRST] = { TYPE_DATE, "Mon DD, YYYY" },
  [CANDIDATE_TIMESTAMP] = { TYPE_TIMESTAMP, NULL },
  [CANDIDATE_TIMESTAMPTZ] = { TYPE_TIMESTAMPTZ, NULL },
  [CANDIDATE_UUID] = { TYPE_UUID, NULL },
  [CANDIDATE_JSONB] = { TYPE_JSONB, NULL },
  [CANDIDATE_TEXT] = { TYPE_TEXT, NULL },
};

#define NUMBER_FORMAT(format) "\"type\": \"numeric\", \"format\": \"" format "\""
#define DATE_FORMAT(format) "\"type\": \"date\", \"format\": \"" format "\""
#define PLAIN_TEXT "\"type\": \"text\""

/* Where "best" would be chosen but "other" is left as well, nobody knows. Whole numbers in threes may be addresses
 * (192.168.100.200) or telephone numbers (600 123 456) unless a cell of the column has a fraction, which drops their candidate. */
static const struct
{
  CandidateId best;
  CandidateId other;
  const char *settle;
  const char *settle_or;
} ambiguities[] = {
  { CANDIDATE_COMMA, CANDIDATE_COMMAS_POINT, NUMBER_FORMAT ("9,9"), NUMBER_FORMAT ("9,999.9") },
  { CANDIDATE_POINTS, CANDIDATE_POINTS_COMMA, NUMBER_FORMAT ("9.999,9"), PLAIN_TEXT },
  { CANDIDATE_BLANKS, CANDIDATE_BLANKS_COMMA, NUMBER_FORMAT ("9 999,9"), PLAIN_TEXT },
  { CANDIDATE_DATE_DMY_SLASH, CANDIDATE_DATE_MDY_SLASH, DATE_FORMAT ("DD/MM/YYYY"), DATE_FORMAT ("MM/DD/YYYY") },
  { CANDIDATE_DATE_DMY_DASH, CANDIDATE_DATE_MDY_DASH, DATE_FORMAT ("DD-MM-YYYY"), DATE_FORMAT ("MM-DD-YYYY") },
};

#define BIT(candidate) (UINT32_C (1) << (candidate))
#define TEXT BIT (CANDIDATE_TEXT)
#define BOOLEAN BIT (CANDIDATE_BOOLEAN)
#define NUMBERS (BIT (CANDIDATE_BIGINT) | BIT (CANDIDATE_NUMERIC) | BIT (CANDIDATE_DOUBLE))

/* Numbers with marks of their own; they all write a whole number without marks alike. */
#define MARKED                                                                                                                     \
  (BIT (CANDIDATE_COMMA) | BIT (CANDIDATE_COMMAS_POINT) | BIT (CANDIDATE_POINTS) | BIT (CANDIDATE_POINTS_COMMA)                    \
   | BIT (CANDIDATE_BLANKS) | BIT (CANDIDATE_BLANKS_COMMA) | BIT (CANDIDATE_BLANKS_POINT) | BIT (CANDIDATE_APOSTROPHES_POINT))

#define NAMED_FIRST BIT (CANDIDATE_DATE_NAMED_FIRST)
#define DATES                                                                                                                      \
  (BIT (CANDIDATE_DATE) | BIT (CANDIDATE_DATE_YMD) | BIT (CANDIDATE_DATE_DMY_SLASH) | BIT (CANDIDATE_DATE_MDY_SLASH)               \
   | BIT (CANDIDATE_DATE_DMY_DASH) | BIT (CANDIDATE_DATE_MDY_DASH) | BIT (CANDIDATE_DATE_DMY_DOT)                                  \
   | BIT (CANDIDATE_DATE_NAMED_BLANK) | BIT (CANDIDATE_DATE_NAMED_DASH))
#define TIMES (BIT (CANDIDATE_TIMESTAMP) | BIT (CANDIDATE_TIMESTAMPTZ))
#define UUID BIT (CANDIDATE_UUID)
#define JSONB BIT (CANDIDATE_JSONB)

/* No candidate: still set while no cell had an exponent. Without one, double precision is not offered. */
#define NO_EXPONENT BIT (CANDIDATE_COUNT)

/* No candidate: still set while no cell had a mark. Whole numbers without one are read alike in every format. */
#define NO_MARKS BIT (CANDIDATE_COUNT + 1)
#define FLAGS (NO_EXPONENT | NO_MARKS)

/* The candidates of cells that begin with that character, but for text, which always is one. */
static uint32_t
candidates_of (char first)
{
  if (g_ascii_isdigit (first))
    return NUMBERS | MARKED | DATES | TIMES | UUID;
  switch (first)
    {
    case '-':
    case '.':
    case ',':
      return NUMBERS | MARKED;
    case '{':
    case '[':
      return JSONB;
    case 't':
    case 'T':
      return BOOLEAN;
    case 'f':
    case 'F':
      return BOOLEAN | UUID | NAMED_FIRST;
    default:
      return (g_ascii_isxdigit (first) ? UUID : 0) | (g_ascii_isalpha (first) ? NAMED_FIRST : 0);
    }
}

static bool
is_possible (const Candidate *candidate, const char *cell, size_t length)
{
  const Type *type = &types[candidate->type];
  Value unused;
  return type->recognize != NULL ? type->recognize (cell, length) : type->parse (cell, length, candidate->format, &unused);
}

static bool
has_marks (const char *cell, size_t length)
{
  for (size_t i = cell[0] == '-' ? 1 : 0; i < length; i++)
    if (!g_ascii_isdigit (cell[i]))
      return true;
  return false;
}

void
infer_init (ColumnGuess *guess)
{
  *guess = (ColumnGuess) { .left = (BIT (CANDIDATE_COUNT) - 1) | FLAGS };
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
  uint32_t left = guess->left & (candidates_of (cell[0]) | TEXT | FLAGS);
  uint32_t rest = left & ~(TEXT | FLAGS);
  if ((rest & MARKED) != 0 && has_marks (cell, length))
    left &= ~NO_MARKS;
  else if ((rest & MARKED) != 0)
    {
      if (!is_possible (&candidates[CANDIDATE_NUMERIC], cell, length))
        left &= ~MARKED;
      rest &= ~MARKED;
    }
  for (; rest != 0; rest &= rest - 1)
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
  *ret_result = (InferResult) { .type = &types[TYPE_TEXT], .unknown = guess->longest == 0 };
  if (ret_result->unknown)
    return;
  uint32_t left = guess->left & ~FLAGS;
  if ((guess->left & NO_EXPONENT) != 0)
    {
      ret_result->undecided = (left & ~TEXT) == BIT (CANDIDATE_DOUBLE);
      left &= ~BIT (CANDIDATE_DOUBLE);
    }
  CandidateId best = (CandidateId) g_bit_nth_lsf (left, -1);
  for (size_t i = 0; i < G_N_ELEMENTS (ambiguities); i++)
    if (best == ambiguities[i].best && (left & BIT (ambiguities[i].other)) != 0)
      {
        ret_result->ambiguous = true;
        ret_result->either = (BIT (best) & MARKED) != 0;
        ret_result->settle = ambiguities[i].settle;
        ret_result->settle_or = ambiguities[i].settle_or;
        return;
      }
  ret_result->type = &types[candidates[best].type];
  ret_result->format = candidates[best].format;
  if (best != CANDIDATE_NUMERIC || (guess->left & NO_MARKS) != 0 || (left & BIT (CANDIDATE_POINTS)) == 0)
    return;
  ret_result->either = true;
  ret_result->settle = "\"type\": \"numeric\"";
  ret_result->settle_or = NUMBER_FORMAT ("9.999,9");
}

bool
infer_is_comma (const char *format)
{
  return format != NULL && g_str_has_suffix (format, ",9");
}

void
infer_doubt (InferResult *result)
{
  result->type = &types[TYPE_TEXT];
  result->format = NULL;
  result->ambiguous = true;
}
