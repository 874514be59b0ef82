#include "pipeline/records/reader_plain.h"

#include "base/text.h"

#include <string.h>

/* The place in a record, going from one byte that means something to the next. */
typedef struct
{
  const char *end;   /* of what is there */
  const char *most;  /* that the record may have */
  const char *block; /* of SCAN_BLOCK bytes */
  ScanMarks marks;   /* of it; hits that were passed are out */
  uint64_t wide;     /* not 0: bytes beyond ASCII are in the blocks before, as far as they are the record's */
  int64_t lines;     /* that have begun */
} Cursor;

PlainReader
plain_new (const Dialect *dialect, const ReaderLimits *limits, Field *fields, char *arena)
{
  PlainReader plain = { .dialect = dialect, .limits = limits, .fields = fields, .arena = arena };
  const char delimiter = dialect->delimiter[0], quote = dialect->quote;
  const char bytes[SCAN_BYTES] = { delimiter != 0 ? delimiter : '\n', quote != 0 ? quote : '\n', '\n', '\r' };
  scan_init (&plain.scan, bytes);
  return plain;
}

void
plain_forget (PlainReader *plain)
{
  plain->block = NULL;
}

/* The bits of the first "n" bytes. */
static inline uint64_t
bits_of (ptrdiff_t n)
{
  return n < SCAN_BLOCK ? (UINT64_C (1) << n) - 1 : UINT64_MAX;
}

static inline void
look (const PlainReader *plain, Cursor *cursor)
{
  cursor->marks = plain->scan.look (&plain->scan, cursor->block);
  const uint64_t there = bits_of (cursor->end - cursor->block);
  cursor->marks.hits &= there;
  cursor->marks.high &= there;
}

/* The next byte that means something; NULL: there is none. */
static inline const char *
next_hit (const PlainReader *plain, Cursor *cursor)
{
  while (cursor->marks.hits == 0)
    {
      cursor->wide |= cursor->marks.high;
      cursor->block += SCAN_BLOCK;
      if (cursor->block >= cursor->end)
        return NULL;
      look (plain, cursor);
    }
  const char *hit = cursor->block + __builtin_ctzll (cursor->marks.hits);
  cursor->marks.hits &= cursor->marks.hits - 1;
  return hit;
}

/* Whether the line may be a record at all. */
static bool
may_begin (const PlainReader *plain, const char *bytes, size_t length)
{
  const char first = length > 0 ? *bytes : '\n';
  return first != '\n' && first != '\r' && (first != plain->dialect->comment || plain->dialect->comment == 0)
         && (first != '\xEF' || text_mark (bytes, length) == 0);
}

/* ---- cells ---- */

/* Copies the text with one quote for two of them. Returns where the copy ends. */
static char *
copy_unescaped (char *to, const char *from, const char *end, char quote)
{
  while (from < end)
    {
      const char *at = memchr (from, quote, (size_t) (end - from));
      const size_t length = (size_t) ((at != NULL ? at + 1 : end) - from);
      memcpy (to, from, length);
      to += length;
      from = at != NULL ? at + 2 : end;
    }
  return to;
}

/* Whether one more line may begin in the record: a record of more lines may be rows that a quote swallowed. */
static bool
begin_line (const PlainReader *plain, Cursor *cursor)
{
  const size_t most = MIN (READER_SWALLOW_LINES - 1, plain->limits->lines);
  return (size_t) ++cursor->lines <= most;
}

/* Takes the cell whose text begins behind the quote, at "begin". Returns what is right behind its closing quote, a delimiter or a line
 * end; NULL: something else is, or nothing yet. */
static const char *
take_quoted (const PlainReader *plain, Cursor *cursor, const char *begin, char **arena, Field *ret_field)
{
  const char quote = plain->dialect->quote;
  bool doubled = false;
  for (;;)
    {
      const char *hit = next_hit (plain, cursor);
      if (hit == NULL)
        return NULL;
      bool line_end = *hit == '\n' || (*hit == '\r' && hit + 1 < cursor->end && hit[1] != '\n');
      if (line_end && !begin_line (plain, cursor))
        return NULL;
      if (*hit != quote)
        continue;
      const char *behind = next_hit (plain, cursor);
      if (behind != hit + 1)
        return NULL;
      *ret_field = (Field) { begin, (size_t) (hit - begin), false };
      if (*behind == quote)
        doubled = true;
      else if (!doubled)
        return behind;
      else if (hit >= cursor->most) /* the arena holds no more */
        return NULL;
      else
        {
          ret_field->text = *arena;
          *arena = copy_unescaped (*arena, begin, hit, quote);
          ret_field->length = (size_t) (*arena - ret_field->text);
          return behind;
        }
    }
}

/* Takes the cells of the record, and returns the first byte of its line end; NULL: it is not plain. */
static const char *
take_cells (const PlainReader *plain, Cursor *cursor, const char *begin, size_t *ret_cells)
{
  const char delimiter = plain->dialect->delimiter[0], quote = plain->dialect->quote;
  const size_t most = plain->limits->fields;
  Field *fields = plain->fields;
  char *arena = plain->arena;
  for (size_t n = 0; n < most; n++)
    {
      const char *hit = next_hit (plain, cursor);
      if (hit == NULL)
        return NULL;
      if (*hit != quote)
        fields[n] = (Field) { begin, (size_t) (hit - begin), hit == begin };
      else if (hit != begin || (hit = take_quoted (plain, cursor, begin + 1, &arena, &fields[n])) == NULL)
        return NULL;
      if (*hit != delimiter)
        return *ret_cells = n + 1, hit;
      begin = hit + 1;
    }
  return NULL;
}

/* ---- records ---- */

static Cursor
resume (PlainReader *plain, const char *bytes, size_t length)
{
  const size_t most = MIN (length, plain->limits->record_bytes);
  Cursor cursor = { bytes + length, bytes + most, plain->block, plain->marks, 0, 1 };
  if (plain->block == NULL)
    {
      cursor.block = bytes;
      look (plain, &cursor);
    }
  plain->block = NULL;
  return cursor;
}

/* Where the line end at "at" ends; NULL: there may be more of it. */
static const char *
pass_line_end (const PlainReader *plain, Cursor *cursor, const char *at)
{
  if (*at == '\n')
    return at + 1;
  if (at + 1 == cursor->end)
    return NULL;
  return at[1] == '\n' ? next_hit (plain, cursor) + 1 : at + 1;
}

static bool
are_cells_short (const PlainReader *plain, size_t cells)
{
  for (size_t i = 0; i < cells; i++)
    if (plain->fields[i].length > plain->limits->field_bytes)
      return false;
  return true;
}

/* Whether it is right as it was cut: within the limits, not blank, text. */
static bool
is_sound (const PlainReader *plain, const char *bytes, size_t raw_length, size_t cells, bool wide)
{
  if (raw_length > plain->limits->field_bytes && !are_cells_short (plain, cells))
    return false;
  if (cells == 1 && (*bytes == ' ' || *bytes == '\t'))
    return false;
  return !wide || text_is_utf8 (bytes, raw_length, NULL);
}

size_t
plain_take (PlainReader *plain, const char *bytes, size_t length, Record *ret_record)
{
  if (!may_begin (plain, bytes, length))
    return plain_forget (plain), 0;
  Cursor cursor = resume (plain, bytes, length);
  size_t cells = 0;
  const char *text_end = take_cells (plain, &cursor, bytes, &cells);
  if (text_end == NULL)
    return 0;
  const char *end = pass_line_end (plain, &cursor, text_end);
  if (end == NULL || end > cursor.most)
    return 0;
  const uint64_t passed = bits_of (end - cursor.block);
  const size_t raw_length = (size_t) (text_end - bytes);
  if (!is_sound (plain, bytes, raw_length, cells, (cursor.wide | (cursor.marks.high & passed)) != 0))
    return 0;
  const bool trailing = plain->dialect->trailing_delimiter;
  if (trailing && !plain->fields[cells - 1].null) /* what is behind its last delimiter may be blanks */
    return 0;
  plain->block = cursor.block;
  plain->marks = (ScanMarks) { cursor.marks.hits, cursor.marks.high & ~passed };
  *ret_record = (Record) {
    .lines = cursor.lines, .fields = plain->fields, .n_fields = cells - trailing, .raw = bytes, .raw_length = raw_length
  };
  return (size_t) (end - bytes);
}
