#include "pipeline/records/reader_passed.h"

#include "base/text.h"

#include <string.h>

static bool
is_blank (const ReaderPassed *passed, const Line *line)
{
  const char *text = line_source_bytes (passed->lines) + line->begin;
  size_t length = line->text_end - line->begin, mark = text_mark (text, length);
  if (length == mark)
    return !passed->keeps_blank;
  const char *delimiter = passed->dialect->delimiter;
  if (delimiter[0] == 0)
    return false;
  for (size_t i = mark; i < length; i++)
    if (text[i] != ' ' && text[i] != '\t')
      return false;
  return (passed->dialect->trim && delimiter[0] == ' ') || memmem (text, length, delimiter, strlen (delimiter)) == NULL;
}

/* "line": at the current place, if the cut says so. */
static bool
is_comment (const ReaderPassed *passed, LineCut cut, const Line *line)
{
  if (passed->dialect->comment == 0 || (cut != LINE_CUT && cut != LINE_TOO_LONG))
    return false;
  const char *text = line_source_bytes (passed->lines);
  bool doubted = cut == LINE_CUT && passed->is_row != NULL;
  return text[0] == passed->dialect->comment && !(doubted && passed->is_row (text, line->text_end, passed->data));
}

static void
count_passed (ReaderPassed *passed, bool comment)
{
  ReaderLines *counts = &passed->counts;
  if (comment && counts->first_comment == 0)
    counts->first_comment = line_source_number (passed->lines);
  counts->comments += comment;
  counts->blank += !comment;
}

LineCut
passed_cut (ReaderPassed *passed, Line *ret_line, GError **error)
{
  for (;;)
    {
      LineCut cut = line_source_cut (passed->lines, 0, ret_line, error);
      bool comment = is_comment (passed, cut, ret_line);
      if (!comment && !(cut == LINE_CUT && is_blank (passed, ret_line)))
        return cut;
      count_passed (passed, comment);
      if (cut == LINE_CUT)
        line_source_advance (passed->lines, ret_line->end, 1);
      else if (!line_source_skip (passed->lines, error))
        return LINE_ERROR;
    }
}

bool
passed_preamble (ReaderPassed *passed, GError **error)
{
  for (int i = 0; i < passed->dialect->skip_lines; i++)
    {
      Line line = { 0 };
      LineCut cut = line_source_cut (passed->lines, 0, &line, error);
      if (cut == LINE_ERROR || (cut == LINE_TOO_LONG && !line_source_skip (passed->lines, error)))
        return false;
      if (cut == LINE_NONE)
        break;
      passed->counts.preamble++;
      if (cut == LINE_CUT)
        line_source_advance (passed->lines, line.end, 1);
    }
  return true;
}
