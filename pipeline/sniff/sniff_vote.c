#include "pipeline/sniff/sniff_vote.h"

#include "pipeline/sniff/sniff_series.h"

#define LEAST_FOR 5       /* cells below that have something in common, for a cell that has it not to be no such */
#define MOST_OTHER 10     /* percent of the cells may lack it */
#define LEAST_AGAINST 2   /* for one that has it to be one of them */
#define LEAST_ALIKE 3     /* and that are built as it is, or begin so */
#define LEAST_ORDERED 20  /* cells in order, for one that begins it to be no accident */
#define LEAST_PREFIX 2    /* bytes */
#define LEAST_BEGINNING 3 /* bytes that all begin with, for a cell that does not to be no such */

/* How much a cell says. */
#define VALUE 3     /* above such, or a word */
#define WORD 4      /* in a row without gaps: numbers are names more often than words are among numbers */
#define RECURRING 2 /* a text that is there again, or that begins an order */

/* ---- columns of one kind ---- */

int
vote_by_kind (const Top *top, guint row, size_t column)
{
  const Field *field = top_cell (top, row, column);
  CellKind kind = top_kind (top, row, column), below = top->columns[column].kind;
  if (kind == KIND_EMPTY || !sniff_kind_is_typed (below) || sniff_is_null_word (field->text, field->length))
    return 0;
  if (!sniff_kind_is_typed (kind) || sniff_is_series (top, row, column))
    return 1;
  if (kind == KIND_FIGURES && below == KIND_NUMBER && top->columns[column].wholes == top->columns[column].cells)
    return 0; /* classes: 10-19 above whole numbers */
  if (sniff_kind_fits (kind, below))
    return sniff_is_above_fractions (top, row, column) ? 0 : -1;
  return kind == KIND_BOOLEAN; /* a word too */
}

/* ---- columns of text ---- */

static bool
most_have (const SniffColumn *below, int sign)
{
  return (below->cells - below->signs[sign]) * 100 <= below->cells * MOST_OTHER;
}

/* What the cells below have in common that words have not: -1, the first row's has it too; 1, it has not. */
static int
vote_by_signs (const SniffColumn *below, const Field *field, const char **ret_what)
{
  static const char *const words[SNIFF_SIGNS] = { "texts with digits", "texts with /", "texts with =", "texts with \\",
                                                  "texts with @",      "texts with <", "texts with >", "texts of several words" };
  for (int sign = 0; sign < SNIFF_SIGNS; sign++)
    {
      if (below->cells < LEAST_AGAINST || !most_have (below, sign))
        continue;
      *ret_what = words[sign];
      bool has = sniff_has_sign (field, sign);
      bool tells = sign > 0 && sign < SNIFF_SIGNS - 1; /* names have digits and blanks, too */
      if (has && tells)
        return -1;
      if (!has && below->cells >= LEAST_FOR)
        return 1;
    }
  return 0;
}

/* Codes begin as the thing's name does, cust-001 below customer_id, and have digits, which the name has not. */
static int
vote_by_beginning (const SniffColumn *below, const Field *field, const char **ret_what)
{
  *ret_what = "texts with the same beginning";
  bool code = most_have (below, 0) && !sniff_has_sign (field, 0);
  size_t least = g_ascii_ispunct (field->text[0]) ? 1 : LEAST_PREFIX;
  bool enough = below->cells >= LEAST_ALIKE || (below->cells >= LEAST_AGAINST && below->prefix * 2 > field->length);
  if (!enough || field->text[0] == ' ')
    return 0;
  if (below->prefix == below->beginning && below->prefix >= least && below->prefix < field->length)
    return code ? 0 : -1;
  return below->cells >= LEAST_FOR && below->beginning >= LEAST_BEGINNING && below->prefix < MIN (below->beginning, field->length);
}

static int
vote_by_length (const SniffColumn *below, const Field *field, const char **ret_what)
{
  *ret_what = "texts of one length";
  return below->cells >= LEAST_FOR && below->length > 0 && below->length != field->length;
}

static int
vote_by_build (const SniffColumn *below, const Field *field, const char **ret_what)
{
  *ret_what = "texts built alike";
  return below->cells >= LEAST_ALIKE && below->alike * 2 >= below->cells && sniff_has_sign (field, 0) ? -1 : 0;
}

static int
vote_by_order (const Top *top, const char **ret_what)
{
  *ret_what = "texts in order";
  int64_t cells = top->columns[0].cells;
  if (!top->ordered || cells < LEAST_FOR)
    return 0;
  return !top->continuous ? 1 : cells >= LEAST_ORDERED ? -RECURRING : 0;
}

/* The first that says something, where one is enough: they go together. */
static int
vote_by_look (const SniffColumn *below, const Field *field, const char **ret_what)
{
  static int (*const votes[]) (const SniffColumn *, const Field *, const char **) = { vote_by_beginning, vote_by_length,
                                                                                      vote_by_build, vote_by_signs };
  int voted = 0;
  for (size_t i = 0; i < G_N_ELEMENTS (votes) && voted == 0; i++)
    voted = votes[i](below, field, ret_what);
  return voted;
}

static int
vote_of_text (const Top *top, size_t column, const char **ret_what)
{
  const Field *field = top_cell (top, 0, column);
  const SniffColumn *below = &top->columns[column];
  if (field->length == 0)
    return 0;
  if (below->cells > 0 && below->prefix >= MAX (sniff_key (field), 1) && sniff_key (field) > 0)
    return *ret_what = "the same key", -VALUE;
  if (below->recurs)
    return *ret_what = "the same text", -RECURRING;
  if (sniff_is_series (top, 0, column))
    return *ret_what = "what does not go on so", 1;
  const char *order = NULL;
  int voted = vote_by_look (below, field, ret_what), ordered = column == 0 ? vote_by_order (top, &order) : 0;
  if (ABS (ordered) <= ABS (voted))
    return voted;
  *ret_what = order;
  return ordered;
}

/* The empty corner above the names of rows, as data frames write themselves. */
static bool
is_corner (const Top *top, size_t column)
{
  if (column > 0 || top->fields < 2 || top_cell (top, 0, 0)->length > 0)
    return false;
  return top->columns[0].kind == KIND_NUMBER || (top_is_filled (top, 0) && top_count_filled (top, 0) + 1 == top->fields);
}

int
vote_of_first (const Top *top, size_t column, const char **ret_what)
{
  const SniffColumn *below = &top->columns[column];
  bool full = top_count_filled (top, 0) == top->fields;
  *ret_what = sniff_kind_word (below->kind);
  if (is_corner (top, column))
    return *ret_what = below->kind == KIND_NUMBER ? "row numbers" : "names of rows", 1;
  if (below->kind == KIND_EMPTY)
    return full && top->below >= LEAST_FOR;
  if (!sniff_kind_is_typed (below->kind))
    return vote_of_text (top, column, ret_what);
  int voted = vote_by_kind (top, 0, column);
  if (voted > 0)
    return top_kind (top, 0, column) == KIND_BOOLEAN ? 1 : full ? WORD : VALUE;
  return voted * VALUE;
}
