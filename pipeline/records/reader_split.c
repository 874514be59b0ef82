#include "pipeline/records/reader_split.h"

#include <string.h>

struct Splitter
{
  char delimiter[3];
  size_t delimiter_length;
  char quote;
  char escape;
  bool inside; /* a quote is open */
  char *text;  /* of the field in quotes; record_bytes, untouched pages cost nothing */
  size_t length;
};

Splitter *
splitter_new (const Dialect *dialect, size_t record_bytes)
{
  Splitter *splitter = g_new0 (Splitter, 1);
  g_strlcpy (splitter->delimiter, dialect->delimiter, sizeof splitter->delimiter);
  splitter->delimiter_length = strlen (splitter->delimiter);
  splitter->quote = dialect->quote;
  splitter->escape = dialect->escape == ESCAPE_BACKSLASH ? '\\' : dialect->quote;
  splitter->text = g_malloc (record_bytes);
  return splitter;
}

void
splitter_free (Splitter *splitter)
{
  if (splitter == NULL)
    return;
  g_free (splitter->text);
  g_free (splitter);
}

void
splitter_reset (Splitter *splitter)
{
  splitter->inside = false;
}

/* Takes what is inside the quotes, as far as line[end]. Returns the place behind the closing quote, or "end". */
static size_t
take_quoted (Splitter *splitter, const char *line, size_t at, size_t end)
{
  for (; at < end; at++)
    {
      char next = at + 1 < end ? line[at + 1] : '\0';
      if (line[at] == splitter->escape && (next == splitter->quote || (next == '\\' && splitter->escape == '\\')))
        at++;
      else if (line[at] == splitter->quote)
        return splitter->inside = false, at + 1;
      splitter->text[splitter->length++] = line[at];
    }
  return end;
}

/* Where the field without quotes at line[at] ends. */
static size_t
find_delimiter (const Splitter *splitter, const char *line, size_t at, size_t text_end)
{
  const char *found = NULL;
  if (splitter->delimiter_length > 0)
    found = memmem (line + at, text_end - at, splitter->delimiter, splitter->delimiter_length);
  return found != NULL ? (size_t) (found - line) : text_end;
}

static bool
is_delimiter (const Splitter *splitter, const char *line, size_t at, size_t text_end)
{
  return splitter->delimiter_length > 0 && text_end - at >= splitter->delimiter_length
         && memcmp (line + at, splitter->delimiter, splitter->delimiter_length) == 0;
}

size_t
splitter_feed (Splitter *splitter, const char *bytes, const Line *line, SplitterField take_field, void *data, bool *ret_done)
{
  const char *text = bytes + line->begin;
  size_t text_end = line->text_end - line->begin, end = line->end - line->begin;
  *ret_done = false;
  for (size_t at = 0;; at += splitter->delimiter_length)
    {
      if (!splitter->inside && splitter->quote != 0 && at < text_end && text[at] == splitter->quote)
        {
          splitter->inside = true;
          splitter->length = 0;
          at++;
        }
      if (splitter->inside)
        {
          at = take_quoted (splitter, text, at, end);
          if (splitter->inside)
            return 0;
          if (at < text_end && !is_delimiter (splitter, text, at, text_end))
            return at;
          take_field (splitter->text, splitter->length, data);
        }
      else
        {
          size_t field_end = find_delimiter (splitter, text, at, text_end);
          const char *stray = splitter->quote != 0 ? memchr (text + at, splitter->quote, field_end - at) : NULL;
          if (stray != NULL)
            return (size_t) (stray - text) + 1;
          take_field (field_end > at ? (void *) (text + at) : NULL, field_end - at, data);
          at = field_end;
        }
      if (at == text_end)
        return *ret_done = true, 0;
    }
}
