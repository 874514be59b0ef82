#include "pipeline/records/reader_swallow.h"

#include <string.h>

typedef struct
{
  size_t fields;
  bool sentence; /* a blank is behind a delimiter, as behind the comma in a sentence */
} Cut;

static void
take_field (void *text, size_t length, void *data)
{
  Cut *cut = data;
  cut->sentence = cut->sentence || (cut->fields > 0 && length > 0 && *(const char *) text == ' ');
  cut->fields++;
}

/* The end of the line at "at", less its line end; *ret_next is where the next begins. */
static const char *
end_of_line (const char *at, const char *end, const char **ret_next)
{
  while (at < end && *at != '\n' && *at != '\r')
    at++;
  *ret_next = at + (end - at > 1 && at[0] == '\r' && at[1] == '\n' ? 2 : at < end);
  return at;
}

static bool
is_cut_as_rows (Splitter *splitter, size_t width, const char *bytes, const Line *line)
{
  Cut cut = { 0 };
  bool done = false;
  size_t stray = splitter_feed (splitter, bytes, line, take_field, &cut, &done);
  splitter_reset (splitter);
  return stray == 0 && done && cut.fields == width && !cut.sentence;
}

/* The wider the table, the less a line is cut so by chance. */
static size_t
least_lines (size_t width)
{
  return width > 3 ? 2 : width > 2 ? 3 : 6;
}

bool
swallows_rows (Splitter *splitter, size_t width, const char *raw, size_t length)
{
  const char *end = raw + length, *line = raw, *next = NULL;
  size_t rows = 0, others = 0;
  if (width < 2)
    return false;
  end_of_line (line, end, &next);
  for (line = next; line < end; line = next)
    {
      const char *text_end = end_of_line (line, end, &next);
      if (next == end)
        break; /* the last line, with the closing quote */
      if (text_end == line)
        continue;
      bool row = is_cut_as_rows (splitter, width, line, &(Line) { 0, (size_t) (text_end - line), (size_t) (next - line) });
      rows += row;
      others += !row;
    }
  return rows >= least_lines (width) && others * 4 <= rows;
}
