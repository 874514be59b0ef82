#include "pipeline/records/reader_lines.h"

#include "base/error.h"
#include "base/text.h"

#include <string.h>

/* The next occurrence of one byte, looked for once: there is none in the buffer in [from, at), and one at "at" if "hit". */
typedef struct
{
  size_t from;
  size_t at;
  bool hit;
} Seek;

struct LineSource
{
  Source *text;
  bool cut_off;
  size_t piece;
  size_t limit;
  char *buffer;
  size_t capacity;
  size_t start;   /* the current place */
  size_t end;     /* of what was read */
  int64_t number; /* of the line at the current place */
  int64_t base;   /* offset of buffer[0] in the text */
  int64_t nul;    /* offset of the first NUL byte, INT64_MAX: none yet */
  int64_t ends;   /* of lines, in all that was read */
  int64_t fills;  /* of the buffer */
  char last;      /* byte that was read */
  bool eof;
  Seek lf;
  Seek cr;
};

LineSource *
line_source_new (Source *text, bool cut_off, size_t piece, size_t limit)
{
  LineSource *source = g_new0 (LineSource, 1);
  source->text = text;
  source->cut_off = cut_off;
  source->piece = piece;
  source->limit = limit;
  source->capacity = 2 * piece;
  source->buffer = g_malloc (source->capacity + LINE_SOURCE_MARGIN);
  source->nul = INT64_MAX;
  source->number = 1;
  return source;
}

void
line_source_free (LineSource *source)
{
  if (source == NULL)
    return;
  g_free (source->buffer);
  g_free (source);
}

const char *
line_source_bytes (const LineSource *source)
{
  return source->buffer + source->start;
}

size_t
line_source_available (const LineSource *source)
{
  return source->end - source->start;
}

LineText
line_source_sound (const LineSource *source)
{
  const int64_t end = MIN (source->nul - source->base, (int64_t) source->end);
  const size_t length = (size_t) MAX (end - (int64_t) source->start, 0);
  return (LineText) { source->buffer + source->start, length, source->number, source->fills };
}

int64_t
line_source_number (const LineSource *source)
{
  return source->number;
}

int64_t
line_source_total (const LineSource *source)
{
  bool open = source->last != '\n' && source->last != '\r';
  return source->ends + (open && source->base + (int64_t) source->end > 0);
}

static int64_t
place_in_text (const LineSource *source)
{
  return source->base + (int64_t) source->start;
}

void
line_source_advance (LineSource *source, size_t bytes, size_t lines)
{
  source->start += bytes;
  source->number += (int64_t) lines;
}

void
line_source_rewind (LineSource *source)
{
  source->start = source->end = 0;
  source->base = 0;
  source->number = 1;
  source->nul = INT64_MAX;
  source->ends = 0;
  source->last = 0;
  source->eof = false;
  source->lf = source->cr = (Seek) { 0, 0, false };
  source_rewind (source->text);
}

static void
seek_slide (Seek *seek, size_t by)
{
  bool stale = seek->at < by;
  *seek = stale ? (Seek) { 0, 0, false } : (Seek) { seek->from - MIN (seek->from, by), seek->at - by, seek->hit };
}

/* Makes room for one more piece: by sliding to the front, and by growing where that is not enough. */
static void
make_room (LineSource *source)
{
  if (source->capacity - source->end >= source->piece)
    return;
  size_t kept = source->end - source->start;
  memmove (source->buffer, source->buffer + source->start, kept);
  seek_slide (&source->lf, source->start);
  seek_slide (&source->cr, source->start);
  source->base += (int64_t) source->start;
  source->start = 0;
  source->end = kept;
  if (source->capacity - kept >= source->piece)
    return;
  size_t most = source->limit + 2 * source->piece;
  source->capacity = MAX (kept + source->piece, MIN (2 * source->capacity, most));
  source->buffer = g_realloc (source->buffer, source->capacity + LINE_SOURCE_MARGIN);
}

/* Not by the lines that are cut, which it is to prove. */
static void
count_ends (LineSource *source, const char *bytes, size_t length)
{
  bool pair = source->last == '\r' && bytes[0] == '\n'; /* counted by its CR */
  source->ends += text_count_line_ends (bytes, length) - pair;
  source->last = bytes[length - 1];
}

static bool
fill (LineSource *source, GError **error)
{
  make_room (source);
  source->fills++;
  char *to = source->buffer + source->end;
  size_t got = 0;
  if (!source_read (source->text, to, source->piece, &got, error))
    return false;
  if (got == 0)
    {
      source->eof = true;
      return true;
    }
  const char *nul = source->nul == INT64_MAX ? memchr (to, '\0', got) : NULL;
  if (nul != NULL)
    source->nul = source->base + (nul - source->buffer);
  count_ends (source, to, got);
  source->end += got;
  return true;
}

static bool
seek_byte (LineSource *source, Seek *seek, size_t from, int byte)
{
  if (from < seek->from || from > seek->at)
    *seek = (Seek) { from, from, false };
  if (seek->hit)
    return true;
  const char *found = memchr (source->buffer + seek->at, byte, source->end - seek->at);
  seek->hit = found != NULL;
  seek->at = found != NULL ? (size_t) (found - source->buffer) : source->end;
  return seek->hit;
}

/* Whether the line that begins at buffer[from] ends within the buffer, or with the input. */
static bool
find_line_end (LineSource *source, size_t from, size_t *ret_text_end, size_t *ret_end)
{
  bool lf = seek_byte (source, &source->lf, from, '\n');
  bool cr = seek_byte (source, &source->cr, from, '\r');
  if (cr && (!lf || source->cr.at < source->lf.at))
    {
      size_t at = source->cr.at;
      if (at + 1 == source->end && !source->eof)
        return false; /* an LF may follow */
      *ret_text_end = at;
      *ret_end = at + (at + 1 < source->end && source->buffer[at + 1] == '\n' ? 2 : 1);
      return true;
    }
  *ret_text_end = lf ? source->lf.at : source->end;
  *ret_end = lf ? source->lf.at + 1 : source->end;
  return lf || source->eof;
}

/* "number": of the line with the NUL byte. */
static bool
nul_error (int64_t number, GError **error)
{
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_INPUT, REASON_NUL_BYTE, .line = number,
                                 .hint = "The file is damaged or no text. Export it again as CSV in UTF-8." },
                    "there is a NUL byte on line %" G_GINT64_FORMAT, number);
}

LineCut
line_source_cut (LineSource *source, size_t from, Line *ret_line, GError **error)
{
  size_t text_end = 0, end = 0;
  while (!find_line_end (source, source->start + from, &text_end, &end))
    {
      if (source->end - source->start > source->limit)
        return LINE_TOO_LONG;
      if (!fill (source, error))
        return LINE_ERROR;
    }
  if (end == source->start + from || (source->cut_off && end == text_end))
    return LINE_NONE;
  if (end - source->start > source->limit)
    return LINE_TOO_LONG;
  if (source->nul < source->base + (int64_t) end)
    return nul_error (source->number + text_count_line_ends (source->buffer + source->start, from), error), LINE_ERROR;
  *ret_line = (Line) { from, text_end - source->start, end - source->start };
  return LINE_CUT;
}

bool
line_source_skip (LineSource *source, GError **error)
{
  size_t text_end = 0, end = 0;
  while (!find_line_end (source, source->start, &text_end, &end))
    {
      /* A CR at the end is kept: an LF may follow. */
      bool cr = source->end > source->start && source->buffer[source->end - 1] == '\r';
      line_source_advance (source, source->end - source->start - (cr ? 1 : 0), 0);
      if (!fill (source, error))
        return false;
    }
  line_source_advance (source, end - source->start, 1);
  return source->nul >= place_in_text (source) || nul_error (source->number - 1, error);
}
