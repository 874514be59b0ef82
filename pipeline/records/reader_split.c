#include "pipeline/records/reader_split.h"

#include <string.h>

struct Splitter
{
  Dialect dialect;
  size_t delimiter_length;
  char escape;
  bool inside; /* a quote is open */
  char *text;  /* of the field in quotes; record_bytes, untouched pages cost nothing */
  size_t length;
  SplitterField take_field;
  void *data;
};

Splitter *
splitter_new (const Dialect *dialect, size_t record_bytes)
{
  Splitter *splitter = g_new0 (Splitter, 1);
  splitter->dialect = *dialect;
  splitter->delimiter_length = strlen (dialect->delimiter);
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
  char quote = splitter->dialect.quote;
  for (; at < end; at++)
    {
      char next = at + 1 < end ? line[at + 1] : '\0';
      if (line[at] == splitter->escape && (next == quote || (next == '\\' && splitter->escape == '\\')))
        at++;
      else if (line[at] == quote && !dialect_is_apostrophe (&splitter->dialect, line, at, end))
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
    found = memmem (line + at, text_end - at, splitter->dialect.delimiter, splitter->delimiter_length);
  return found != NULL ? (size_t) (found - line) : text_end;
}

static bool
is_delimiter (const Splitter *splitter, const char *line, size_t at, size_t text_end)
{
  return splitter->delimiter_length > 0 && text_end - at >= splitter->delimiter_length
         && memcmp (line + at, splitter->dialect.delimiter, splitter->delimiter_length) == 0;
}

/* The place of a quote that is no apostrophe, "end": there is none. */
static size_t
find_stray (const Splitter *splitter, const char *line, size_t at, size_t end)
{
  char quote = splitter->dialect.quote;
  for (const char *found; quote != 0 && (found = memchr (line + at, quote, end - at)) != NULL; at++)
    {
      at = (size_t) (found - line);
      if (!dialect_is_apostrophe (&splitter->dialect, line, at, end))
        return at;
    }
  return end;
}

/* Takes the field without quotes at line[*at], and moves to where it ends. Returns where a quote is, from 1; 0: there is none. */
static size_t
take_plain (const Splitter *splitter, const char *line, size_t text_end, size_t *at)
{
  const Dialect *dialect = &splitter->dialect;
  size_t from = *at + (dialect->trim ? dialect_blanks_behind (dialect, line + *at, line + text_end) : 0);
  size_t end = find_delimiter (splitter, line, from, text_end), stray = find_stray (splitter, line, from, end);
  if (stray < end)
    return stray + 1;
  *at = end;
  if (dialect->trim)
    end -= dialect_blanks_before (dialect, line + from, line + end);
  splitter->take_field (end > from ? (void *) (line + from) : NULL, end - from, splitter->data);
  return 0;
}

/* Opens the quoted field that begins at line[at], with blanks before its quote or without. Returns the place behind the quote, or
 * "at" where none begins. */
static size_t
open_quoted (Splitter *splitter, const char *line, size_t at, size_t text_end)
{
  if (splitter->inside || splitter->dialect.quote == 0)
    return at;
  size_t quote = at + dialect_blanks_behind (&splitter->dialect, line + at, line + text_end);
  if (quote == text_end || line[quote] != splitter->dialect.quote)
    return at;
  splitter->inside = true;
  splitter->length = 0;
  return quote + 1;
}

/* Takes the rest of a field in quotes at line[*at], and moves to where it ends, if it does. Returns where its closing quote is,
 * from 1, if that is before something else than blanks and a delimiter; else 0. */
static size_t
close_quoted (Splitter *splitter, const char *line, size_t text_end, size_t end, size_t *at)
{
  size_t closed = *at = take_quoted (splitter, line, *at, end);
  if (splitter->inside)
    return 0;
  *at += dialect_blanks_to_delimiter (&splitter->dialect, line + *at, line + text_end);
  if (*at < text_end && !is_delimiter (splitter, line, *at, text_end))
    return closed;
  splitter->take_field (splitter->text, splitter->length, splitter->data);
  return 0;
}

size_t
splitter_feed (Splitter *splitter, const char *bytes, const Line *line, SplitterField take_field, void *data, bool *ret_done)
{
  const char *text = bytes + line->begin;
  size_t text_end = line->text_end - line->begin, end = line->end - line->begin;
  if (splitter->dialect.trim)
    text_end -= dialect_blanks_before (&splitter->dialect, text, text + text_end);
  splitter->take_field = take_field;
  splitter->data = data;
  *ret_done = false;
  for (size_t at = 0;; at += splitter->delimiter_length)
    {
      at = open_quoted (splitter, text, at, text_end);
      size_t stray =
          splitter->inside ? close_quoted (splitter, text, text_end, end, &at) : take_plain (splitter, text, text_end, &at);
      if (stray > 0 || splitter->inside)
        return stray;
      if (at == text_end)
        return *ret_done = true, 0;
    }
}
