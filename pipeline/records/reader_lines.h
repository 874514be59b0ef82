/* The lines of a text, cut at LF, CRLF or a lone CR, over a sliding buffer. The lower half of the reader.
 *
 *   LineCut cut = line_source_cut (source, 0, &line, error);   the line at the current place
 *   cut = line_source_cut (source, line.end, &line, error);    the line behind it, and so on
 *   line_source_advance (source, line.end);                    moves the current place on
 *
 * Everything from the current place to the last line cut stays in the buffer, so a caller can go back to the second of several
 * lines at no cost. The buffer never holds more than the limit and two pieces. Results do not depend on the size of the pieces. */
#ifndef WEIR_PIPELINE_RECORDS_READER_LINES_H
#define WEIR_PIPELINE_RECORDS_READER_LINES_H

#include "pipeline/text/source.h"

typedef struct LineSource LineSource;

/* Places are counted from the current place. */
typedef struct
{
  size_t begin;
  size_t text_end; /* less the line end */
  size_t end;      /* with it; equal to text_end in a last line without one */
} Line;

typedef enum
{
  LINE_CUT,
  LINE_NONE,     /* the input ends here */
  LINE_TOO_LONG, /* the end of the line is more than the limit behind the current place */
  LINE_ERROR,
} LineCut;

/* "text" is borrowed. "cut_off": more would follow, so a last line without a line end is left out. "piece": bytes per read. */
LineSource *line_source_new (Source *text, bool cut_off, size_t piece, size_t limit);
void line_source_free (LineSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LineSource, line_source_free)

/* A NUL byte is an INPUT error ("nul_byte") that names its line, whenever the line with it is cut or skipped. */
LineCut line_source_cut (LineSource *source, size_t from, Line *ret_line, GError **error);

/* The bytes at the current place; valid until the next call of line_source_cut or line_source_skip. */
const char *line_source_bytes (const LineSource *source);
size_t line_source_available (const LineSource *source); /* how many of them are in the buffer */

#define LINE_SOURCE_MARGIN 64 /* bytes behind the buffer that may be read, whatever they are */

/* What is there before a NUL byte. */
typedef struct
{
  const char *bytes; /* at the current place */
  size_t length;
  int64_t line;  /* its number, as line_source_number */
  int64_t fills; /* the buffer was filled so often; while it is the same, no bytes have come or moved. Not 0 where there are some */
} LineText;

LineText line_source_sound (const LineSource *source);

/* "lines": how many lines these bytes are. */
void line_source_advance (LineSource *source, size_t bytes, size_t lines);

/* Passes over the rest of the line at the current place, however long, without keeping it. */
bool line_source_skip (LineSource *source, GError **error);

void line_source_rewind (LineSource *source); /* and the text */

int64_t line_source_number (const LineSource *source); /* of the line at the current place, from 1 */

/* How many lines there are in what was read of the text, by their ends alone: once it is read to its end, all of them. */
int64_t line_source_total (const LineSource *source);

#endif
