#include "pipeline/table/comment.h"

#include "pipeline/sniff/sniff_kind.h"

#include <string.h>

/* How the line is cut, quotes aside. */
typedef struct
{
  size_t cells;
  size_t blanks; /* delimiters that a blank is behind, as in sentences */
  size_t first;  /* bytes of the first cell */
} Cut;

static Cut
cut_line (const char *delimiter, const char *line, size_t length)
{
  size_t step = strlen (delimiter);
  const char *end = line + length;
  Cut cut = { .cells = 1, .first = length };
  for (const char *at = line; (at = memmem (at, (size_t) (end - at), delimiter, step)) != NULL; cut.cells++)
    {
      if (cut.cells == 1)
        cut.first = (size_t) (at - line);
      at += step;
      cut.blanks += at < end && *at == ' ';
    }
  return cut;
}

static bool
is_remark (const char *line, size_t length, char quote)
{
  return length < 2 || strchr (" \t#!", line[1]) != NULL || (quote != 0 && memchr (line, quote, length) != NULL);
}

bool
comment_may_be_row (const SniffEvidence *evidence, const Dialect *dialect, const char *line, size_t length)
{
  if (is_remark (line, length, dialect->quote))
    return false;
  const Cut cut = cut_line (dialect->delimiter, line, length);
  size_t width = evidence->fields + dialect->trailing_delimiter;
  bool about = cut.cells == width || cut.cells == width + 1 || (cut.cells + 1 == width && cut.cells > 2);
  if (!about || cut.blanks + 1 == cut.cells)
    return false;
  CellKind column = evidence->kinds[0];
  return !sniff_kind_is_typed (column) || !sniff_kind_fits (sniff_kind (line + 1, cut.first - 1), column);
}
