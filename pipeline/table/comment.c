#include "pipeline/table/comment.h"

#include "pipeline/sniff/sniff_kind.h"

#include <string.h>

/* How the line behind its # is cut. */
typedef struct
{
  size_t cells;  /* 0: it cannot be, a quote is open at its end */
  size_t blanks; /* delimiters that a blank is behind, as in sentences */
  size_t first;  /* bytes of the first cell */
} Cut;

/* Behind the quote that closes the cell that one opens at "at"; NULL: none does. */
static const char *
skip_quoted (const Dialect *dialect, const char *at, const char *end)
{
  for (at++; at < end; at++)
    {
      bool quote = *at == dialect->quote;
      if (dialect->escape == ESCAPE_BACKSLASH && *at == '\\')
        at++;
      else if (quote && at + 1 < end && at[1] == dialect->quote)
        at++;
      else if (quote)
        return at + 1;
    }
  return NULL;
}

/* Behind a cell, its quotes honoured; NULL: one of them is open. */
static const char *
skip_cell (const Dialect *dialect, const char *at, const char *end)
{
  size_t step = strlen (dialect->delimiter);
  const char *begin = at;
  while (dialect->trim && begin < end && (*begin == ' ' || *begin == '\t'))
    begin++;
  if (dialect->quote != 0 && begin < end && *begin == dialect->quote)
    at = skip_quoted (dialect, begin, end);
  const char *next = at != NULL ? memmem (at, (size_t) (end - at), dialect->delimiter, step) : NULL;
  return at == NULL || next != NULL ? next : end;
}

static Cut
cut_line (const Dialect *dialect, const char *line, size_t length)
{
  const char *end = line + length, *at = line;
  Cut cut = { 0 };
  while ((at = skip_cell (dialect, at, end)) != NULL)
    {
      if (cut.cells++ == 0)
        cut.first = (size_t) (at - line);
      if (at == end)
        return cut;
      at += strlen (dialect->delimiter);
      cut.blanks += !dialect->trim && at < end && *at == ' ';
    }
  return (Cut) { 0 };
}

static bool
is_remark (const char *line, size_t length)
{
  return length < 2 || strchr (" \t#!", line[1]) != NULL;
}

bool
comment_may_be_row (const SniffEvidence *evidence, const Dialect *dialect, const char *line, size_t length)
{
  if (is_remark (line, length))
    return false;
  const Cut cut = cut_line (dialect, line + 1, length - 1);
  size_t width = evidence->fields + dialect->trailing_delimiter;
  bool about = cut.cells == width || cut.cells == width + 1 || (cut.cells + 1 == width && cut.cells > 2);
  if (cut.cells == 0 || !about || cut.blanks + 1 == cut.cells)
    return false;
  CellKind column = evidence->kinds[0];
  return !sniff_kind_is_typed (column) || !sniff_kind_fits (sniff_kind (line + 1, cut.first), column);
}
