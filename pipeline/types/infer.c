#include "pipeline/types/infer.h"

#include "pipeline/types/null_word.h"
#include "pipeline/types/types_decimal.h"

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
  CANDIDATE_BY_TWO_POINT,
  CANDIDATE_UUID,
  CANDIDATE_JSONB,
  CANDIDATE_PERCENT, /* from here on only a model may choose */
  CANDIDATE_PERCENT_COMMA,
  CANDIDATE_CURRENCY,
  CANDIDATE_CURRENCY_POINTS,
  CANDIDATE_CURRENCY_BLANKS,
  CANDIDATE_CURRENCY_BY_TWO,
  CANDIDATE_YES_NO,
  CANDIDATE_Y_N,
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
  [CANDIDATE_BY_TWO_POINT] = { TYPE_NUMERIC, "9,99,999.9" },
  [CANDIDATE_UUID] = { TYPE_UUID, NULL },
  [CANDIDATE_JSONB] = { TYPE_JSONB, NULL },
  [CANDIDATE_PERCENT] = { TYPE_NUMERIC, "percent" },
  [CANDIDATE_PERCENT_COMMA] = { TYPE_NUMERIC, "percent 9.999,9" },
  [CANDIDATE_CURRENCY] = { TYPE_NUMERIC, "currency" },
  [CANDIDATE_CURRENCY_POINTS] = { TYPE_NUMERIC, "currency 9.999,9" },
  [CANDIDATE_CURRENCY_BLANKS] = { TYPE_NUMERIC, "currency 9 999,9" },
  [CANDIDATE_CURRENCY_BY_TWO] = { TYPE_NUMERIC, "currency 9,99,999.9" },
  [CANDIDATE_YES_NO] = { TYPE_BOOLEAN, "yes/no" },
  [CANDIDATE_Y_N] = { TYPE_BOOLEAN, "y/n" },
};

/* Where "best" would be chosen but "other" is left as well, nobody knows. Whole numbers in threes may be addresses
 * (192.168.100.200) or telephone numbers (600 123 456) unless a cell of the column has a fraction, which drops their candidate. */
static const struct
{
  CandidateId best;
  CandidateId other;
  InferWay ways[2];
} ambiguities[] = {
  { CANDIDATE_COMMA, CANDIDATE_COMMAS_POINT, { { &types[TYPE_NUMERIC], "9,9", NULL }, { &types[TYPE_NUMERIC], "9,999.9", NULL } } },
  { CANDIDATE_POINTS, CANDIDATE_POINTS_COMMA, { { &types[TYPE_NUMERIC], "9.999,9", NULL }, { &types[TYPE_TEXT], NULL, NULL } } },
  { CANDIDATE_BLANKS, CANDIDATE_BLANKS_COMMA, { { &types[TYPE_NUMERIC], "9 999,9", NULL }, { &types[TYPE_TEXT], NULL, NULL } } },
};

#define BIT(candidate) (UINT64_C (1) << (candidate))
#define BOOLEAN BIT (CANDIDATE_BOOLEAN)
#define NUMBERS (BIT (CANDIDATE_BIGINT) | BIT (CANDIDATE_NUMERIC) | BIT (CANDIDATE_DOUBLE))

/* Numbers with marks of their own; they all write a whole number without marks alike. */
#define MARKED (BIT (CANDIDATE_UUID) - BIT (CANDIDATE_COMMA))
#define UUID BIT (CANDIDATE_UUID)
#define JSONB BIT (CANDIDATE_JSONB)
#define PERCENTS (BIT (CANDIDATE_PERCENT) | BIT (CANDIDATE_PERCENT_COMMA))
#define CURRENCIES (BIT (CANDIDATE_YES_NO) - BIT (CANDIDATE_CURRENCY))
#define WORDS (BIT (CANDIDATE_YES_NO) | BIT (CANDIDATE_Y_N))
#define INFERRED (BIT (CANDIDATE_PERCENT) - 1)
#define ALL (BIT (CANDIDATE_COUNT) - 1)

/* No candidates, but still set while no cell had, if it could be a number: an exponent (without one, double precision is not
 * offered); a mark (whole numbers without one are read alike in every format); a plus before two digits or more; what shows that
 * such a plus is none of a calling code (+44); a mark beside a unit. */
#define NO_EXPONENT BIT (CANDIDATE_COUNT)
#define NO_MARKS BIT (CANDIDATE_COUNT + 1)
#define NO_PLUS BIT (CANDIDATE_COUNT + 2)
#define NO_SIGN BIT (CANDIDATE_COUNT + 3)
#define NO_UNIT_MARKS BIT (CANDIDATE_COUNT + 4)
#define FLAGS (NO_EXPONENT | NO_MARKS | NO_PLUS | NO_SIGN | NO_UNIT_MARKS)

/* The candidates of cells that begin with that character. */
static uint64_t
candidates_of (char first)
{
  if (g_ascii_isdigit (first))
    return NUMBERS | MARKED | UUID | PERCENTS | CURRENCIES;
  switch (first)
    {
    case '-':
    case '+':
    case '.':
    case ',':
      return NUMBERS | MARKED | PERCENTS | CURRENCIES;
    case '{':
    case '[':
      return JSONB;
    case 't':
    case 'T':
      return BOOLEAN | CURRENCIES;
    case 'f':
    case 'F':
      return BOOLEAN | UUID;
    case '%':
    case '(':
      return PERCENTS | CURRENCIES;
    default:
      return (g_ascii_isxdigit (first) ? UUID : 0) | (strchr ("ynYN", first) != NULL ? WORDS : 0) | CURRENCIES;
    }
}

static bool
is_possible (const Candidate *candidate, const char *cell, size_t length)
{
  const Type *type = &types[candidate->type];
  Value unused;
  return type_recognize (type, cell, length, candidate->format, &unused);
}

static bool
has_marks (const char *cell, size_t length)
{
  for (size_t i = cell[0] == '-' || cell[0] == '+' ? 1 : 0; i < length; i++)
    if (!g_ascii_isdigit (cell[i]))
      return true;
  return false;
}

static bool
has_any (const char *cell, size_t length, char one, char other)
{
  return memchr (cell, one, length) != NULL || memchr (cell, other, length) != NULL;
}

void
infer_init (ColumnGuess *guess)
{
  *guess = (ColumnGuess) { .left = ALL | FLAGS };
  moment_guess_init (&guess->moments);
}

/* What amounts and percentages must be known by; the cell may be one. A number alone is none. */
static uint64_t
narrow_units (ColumnGuess *guess, uint64_t left, const char *cell, size_t length)
{
  int currency = (left & CURRENCIES) != 0 ? decimal_currency (cell, length) : -1;
  if (currency < 0)
    left &= ~CURRENCIES;
  else
    guess->currencies |= UINT64_C (1) << currency;
  if ((left & (PERCENTS | CURRENCIES)) != 0 && has_any (cell, length, '.', ','))
    left &= ~NO_UNIT_MARKS;
  return left;
}

/* What the number says of others in its column. */
static uint64_t
note_number (uint64_t left, const char *cell, size_t length)
{
  bool marks = has_marks (cell, length);
  if (cell[0] == '+' && length > 2)
    left &= ~NO_PLUS;
  bool zero = cell[length - 1] == '0' && length == (cell[0] == '+' ? 2 : 1);
  if (cell[0] == '-' || marks || zero)
    left &= ~NO_SIGN;
  if ((left & BIT (CANDIDATE_BIGINT)) == 0 && has_any (cell, length, 'e', 'E'))
    left &= ~NO_EXPONENT;
  return left;
}

/* What a cell that says something leaves. */
static uint64_t
narrow (ColumnGuess *guess, const char *cell, size_t length)
{
  uint64_t left = guess->left & (candidates_of (cell[0]) | FLAGS);
  if ((left & (PERCENTS | CURRENCIES)) != 0)
    left = narrow_units (guess, left, cell, length);
  uint64_t rest = left & ALL;
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
      int candidate = __builtin_ctzll (rest);
      if (!is_possible (&candidates[candidate], cell, length))
        left &= ~BIT (candidate);
    }
  return (left & (NUMBERS | MARKED)) != 0 ? note_number (left, cell, length) : left;
}

/* A cell that is not empty, without the blanks around it. */
static void
take_cell (ColumnGuess *guess, const char *cell, size_t length)
{
  MomentGuess moments = guess->moments;
  uint64_t left = guess->left;
  if (g_ascii_isalnum (cell[0]))
    moment_guess_cell (&moments, cell, length);
  else
    moments.orders = 0;
  if ((left & ALL) != 0)
    left = narrow (guess, cell, length);
  bool nothing = (left & ALL) == 0 && moments.orders == 0;
  bool was_text = (guess->left & ALL) == 0 && guess->moments.orders == 0;
  int word = nothing && !was_text && !guess->no_words ? null_word_find (cell, length) : -1;
  if (word >= 0)
    {
      guess->words++;
      guess->which |= UINT64_C (1) << word;
      return;
    }
  guess->values++;
  guess->left = left;
  guess->moments = moments;
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
  types_trim (&cell, &length);
  if (length > 0)
    take_cell (guess, cell, length);
}

/* Numbers, or what else is told by one cell at a time; "left": of these. */
static void
choose (const ColumnGuess *guess, uint64_t left, InferResult *result)
{
  CandidateId best = (CandidateId) __builtin_ctzll (left);
  result->takes_plus = (guess->left & NO_SIGN) == 0;
  for (size_t i = 0; i < G_N_ELEMENTS (ambiguities); i++)
    if (best == ambiguities[i].best && (left & BIT (ambiguities[i].other)) != 0)
      {
        result->ambiguous = result->either = true;
        memcpy (result->ways, ambiguities[i].ways, sizeof result->ways);
        return;
      }
  result->type = &types[candidates[best].type];
  result->format = candidates[best].format;
  bool marks = (guess->left & NO_MARKS) == 0;
  result->numeric = result->numeric || result->type->id == TYPE_NUMERIC;
  result->points = result->format != NULL ? g_str_has_suffix (result->format, ".9")
                                          : best == CANDIDATE_NUMERIC && marks && (left & BIT (CANDIDATE_POINTS)) == 0;
  if (best != CANDIDATE_NUMERIC || !marks || (left & BIT (CANDIDATE_POINTS)) == 0)
    return;
  result->either = true;
  result->ways[0] = (InferWay) { .type = &types[TYPE_NUMERIC] };
  result->ways[1] = (InferWay) { .type = &types[TYPE_NUMERIC], .format = "9.999,9" };
}

/* False: the column holds no dates or times. */
static bool
choose_moment (const ColumnGuess *guess, InferResult *result)
{
  MomentReading readings[2] = { { 0 } };
  bool sure;
  int count = moment_guess_result (&guess->moments, readings, &sure);
  if (count == 1 && sure)
    {
      result->type = &types[readings[0].type];
      result->format = readings[0].format;
      return true;
    }
  result->ambiguous = count > 1 && sure;
  result->declarable = count > 0 && !sure;
  for (int i = 0; i < count; i++)
    result->ways[i] = (InferWay) { .type = &types[readings[i].type], .format = readings[i].format };
  return count > 0;
}

/* What only a model may say. Amounts in several currencies are no numbers that could be compared. */
static void
choose_declarable (const ColumnGuess *guess, InferResult *result)
{
  uint64_t left = guess->left & ALL & ~INFERRED;
  bool mixed = (guess->currencies & (guess->currencies - 1)) != 0;
  const char *sign = (left & CURRENCIES) != 0 ? decimal_currency_sign (__builtin_ctzll (guess->currencies)) : NULL;
  left &= mixed ? ~CURRENCIES : ~UINT64_C (0);
  if ((left & BIT (CANDIDATE_CURRENCY)) != 0) /* both read it alike, and so do the next two */
    left &= ~BIT (CANDIDATE_CURRENCY_BY_TWO);
  if ((left & BIT (CANDIDATE_CURRENCY_POINTS)) != 0)
    left &= ~BIT (CANDIDATE_CURRENCY_BLANKS);
  int most = (guess->left & NO_UNIT_MARKS) != 0 ? 1 : 2;
  for (int i = 0; i < most && left != 0; i++, left &= left - 1)
    {
      const Candidate *candidate = &candidates[__builtin_ctzll (left)];
      result->ways[i] = (InferWay) { &types[candidate->type], candidate->format, sign };
      result->declarable = true;
    }
}

void
infer_result (const ColumnGuess *guess, InferResult *ret_result)
{
  *ret_result = (InferResult) { .type = &types[TYPE_TEXT], .unknown = guess->longest == 0 };
  if (guess->values == 0)
    {
      ret_result->undecided = !ret_result->unknown;
      return;
    }
  uint64_t left = guess->left & INFERRED;
  if ((guess->left & NO_EXPONENT) != 0)
    {
      ret_result->undecided = left == BIT (CANDIDATE_DOUBLE);
      left &= ~BIT (CANDIDATE_DOUBLE);
    }
  else if ((left & BIT (CANDIDATE_DOUBLE)) != 0) /* an exponent is what double precision writes */
    {
      ret_result->numeric = (left & BIT (CANDIDATE_NUMERIC)) != 0;
      left = BIT (CANDIDATE_DOUBLE);
    }
  if ((left & NUMBERS) != 0 && (guess->left & NO_PLUS) == 0 && (guess->left & NO_SIGN) != 0)
    {
      ret_result->undecided = true;
      left &= ~(NUMBERS | MARKED);
    }
  if (left != 0)
    choose (guess, left, ret_result);
  else if (!choose_moment (guess, ret_result))
    choose_declarable (guess, ret_result);
  if (ret_result->type->id != TYPE_TEXT || ret_result->ways[0].type != NULL)
    ret_result->nulls = guess->which;
}
