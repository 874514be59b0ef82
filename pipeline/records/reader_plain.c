#include "pipeline/records/reader_plain.h"

#include "base/text.h"

#include <string.h>

/* The place in a record, going from one byte that means something to the next. No function is called on the way, so that it stays in
 * registers. */
typedef struct
{
  const char *block; /* of SCAN_BLOCK bytes */
  const ScanMarks *marks;
  const ScanMarks *behind; /* the last marks */
  uint64_t hits;           /* of the block, but for those that were passed */
  uint64_t high;           /* not 0: in the blocks so far there are bytes beyond ASCII, of this record or of others */
  size_t lines;            /* that have begun */
  bool doubled;            /* some cell has doubled quotes */
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
plain_clear (PlainReader *plain)
{
  g_clear_pointer (&plain->marks, g_free);
}

/* ---- marks ---- */

/* The bits of the first "n" bytes. */
static inline uint64_t
bits_of (ptrdiff_t n)
{
  return n < SCAN_BLOCK ? (UINT64_C (1) << n) - 1 : UINT64_MAX;
}

/* Makes the marks of what is there, or as much as there is room for. */
static void
look (PlainReader *plain, const LineText *text)
{
  if (plain->marks == NULL)
    plain->marks = g_new (ScanMarks, PLAIN_BLOCKS);
  const size_t length = MIN (text->length, (size_t) PLAIN_BLOCKS * SCAN_BLOCK), last = (length - 1) / SCAN_BLOCK;
  plain->scan.look (&plain->scan, text->bytes, last + 1, plain->marks);
  const uint64_t there = bits_of ((ptrdiff_t) (length - last * SCAN_BLOCK));
  plain->marks[last].hits &= there;
  plain->marks[last].high &= there;
  plain->begin = text->bytes;
  plain->end = text->bytes + length;
  plain->fills = text->fills;
}

static Cursor
cursor_at (const PlainReader *plain, const char *bytes)
{
  const size_t block = (size_t) (bytes - plain->begin) / SCAN_BLOCK;
  Cursor cursor = { .block = plain->begin + block * SCAN_BLOCK, .marks = plain->marks + block, .lines = 1 };
  cursor.behind = plain->marks + (size_t) (plain->end - plain->begin + SCAN_BLOCK - 1) / SCAN_BLOCK;
  cursor.hits = cursor.marks->hits & ~bits_of (bytes - cursor.block);
  cursor.high = cursor.marks->high;
  return cursor;
}

/* Goes to the next block that has a hit, if there is one. */
static inline bool
next_block (Cursor *cursor)
{
  do
    {
      if (++cursor->marks == cursor->behind)
        return false;
      cursor->block += SCAN_BLOCK;
      cursor->hits = cursor->marks->hits;
      cursor->high |= cursor->marks->high;
    }
  while (cursor->hits == 0);
  return true;
}

/* The next byte that means something. False: there is none, or no mark of it. */
static inline bool
next_hit (Cursor *cursor, const char **ret_hit)
{
  if (G_UNLIKELY (cursor->hits == 0) && !next_block (cursor))
    return false;
  *ret_hit = cursor->block + (unsigned) __builtin_ctzll (cursor->hits);
  cursor->hits &= cursor->hits - 1;
  return true;
}

/* From the first byte beyond ASCII to behind the last one; NULL in *ret_first: there is none. */
static void
find_high (const PlainReader *plain, const char *bytes, const char *end, const char **ret_first, const char **ret_behind)
{
  size_t i = (size_t) (bytes - plain->begin) / SCAN_BLOCK;
  const char *block = plain->begin + i * SCAN_BLOCK;
  *ret_first = *ret_behind = NULL;
  for (uint64_t out = bits_of (bytes - block); block < end; i++, block += SCAN_BLOCK, out = 0)
    {
      const uint64_t bits = plain->marks[i].high & ~out & bits_of (end - block);
      if (bits != 0 && *ret_first == NULL)
        *ret_first = block + __builtin_ctzll (bits);
      if (bits != 0)
        *ret_behind = block + SCAN_BLOCK - __builtin_clzll (bits);
    }
}

/* Whether the bytes are UTF-8: those beyond ASCII tell, and what is between them. */
static bool
are_text (const PlainReader *plain, const char *bytes, const char *end)
{
  const char *first, *behind;
  find_high (plain, bytes, end, &first, &behind);
  return first == NULL || text_is_utf8 (first, (size_t) (behind - first), NULL);
}

/* ---- cells ---- */

/* Whether one more line may begin in the record: a record of more lines may be rows that a quote swallowed. */
static inline bool
begin_line (const PlainReader *plain, Cursor *cursor)
{
  const size_t most = MIN (READER_SWALLOW_LINES - 1, plain->limits->lines);
  return ++cursor->lines <= most;
}

/* Takes the cell whose text begins behind the quote, at "begin". Returns what is right behind its closing quote, a delimiter or a line
 * end; NULL: something else is, or nothing yet. */
static inline const char *
take_quoted (const PlainReader *plain, Cursor *cursor, const char *begin, Field *ret_field)
{
  const char quote = plain->dialect->quote;
  for (;;)
    {
      const char *hit, *behind;
      if (!next_hit (cursor, &hit))
        return NULL;
      const bool line_end = *hit == '\n' || (*hit == '\r' && hit + 1 < plain->end && hit[1] != '\n');
      if (line_end && !begin_line (plain, cursor))
        return NULL;
      if (*hit != quote)
        continue;
      if (!next_hit (cursor, &behind) || behind != hit + 1)
        return NULL;
      *ret_field = (Field) { begin, (size_t) (hit - begin), false };
      if (*behind != quote)
        return behind;
      cursor->doubled = true;
    }
}

/* Takes the cells of the record, and returns the first byte of its line end; NULL: it is not plain. Doubled quotes are still so. */
static const char *
take_cells (const PlainReader *plain, Cursor *ret_cursor, const char *begin, size_t *ret_cells)
{
  Cursor cursor = cursor_at (plain, begin);
  const char *text_end = NULL;
  const char delimiter = plain->dialect->delimiter[0], quote = plain->dialect->quote;
  const Field *most = plain->fields + plain->limits->fields;
  for (Field *field = plain->fields; field < most; field++)
    {
      const char *hit;
      if (!next_hit (&cursor, &hit))
        break;
      if (*hit != quote)
        *field = (Field) { begin, (size_t) (hit - begin), hit == begin };
      else if (hit != begin || (hit = take_quoted (plain, &cursor, begin + 1, field)) == NULL)
        break;
      if (*hit != delimiter)
        {
          *ret_cells = (size_t) (field + 1 - plain->fields);
          text_end = hit;
          break;
        }
      begin = hit + 1;
    }
  *ret_cursor = cursor;
  return text_end;
}

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

/* Cells that still have quotes have doubled ones. */
static void
undouble (const PlainReader *plain, size_t cells)
{
  const char quote = plain->dialect->quote;
  char *arena = plain->arena;
  for (Field *field = plain->fields; field < plain->fields + cells; field++)
    if (memchr (field->text, quote, field->length) != NULL)
      {
        char *end = copy_unescaped (arena, field->text, field->text + field->length, quote);
        *field = (Field) { arena, (size_t) (end - arena), false };
        arena = end;
      }
}

/* ---- records ---- */

/* Whether the line may be a record at all. */
static bool
may_begin (const PlainReader *plain, const char *bytes, size_t length)
{
  const char first = length > 0 ? *bytes : '\n';
  return first != '\n' && first != '\r' && (first != plain->dialect->comment || plain->dialect->comment == 0)
         && (first != '\xEF' || text_mark (bytes, length) == 0);
}

/* Cuts the record into cells, as take_cells does, and once more where the marks did not reach to its end. */
static const char *
cut_record (PlainReader *plain, const LineText *text, Cursor *ret_cursor, size_t *ret_cells)
{
  const char *bytes = text->bytes;
  if (text->fills != plain->fills || bytes >= plain->end)
    look (plain, text);
  for (;;)
    {
      const char *text_end = take_cells (plain, ret_cursor, bytes, ret_cells);
      if (text_end != NULL || ret_cursor->marks < ret_cursor->behind)
        return text_end;
      if (plain->begin == bytes || plain->end == bytes + text->length)
        return NULL;
      look (plain, text);
    }
}

/* Where the line end at "at" ends; NULL: there may be more of it behind "end". */
static const char *
pass_line_end (const char *at, const char *end)
{
  if (*at == '\n')
    return at + 1;
  if (at + 1 == end)
    return NULL;
  return at[1] == '\n' ? at + 2 : at + 1;
}

static bool
are_cells_short (const PlainReader *plain, size_t cells)
{
  for (size_t i = 0; i < cells; i++)
    if (plain->fields[i].length > plain->limits->field_bytes)
      return false;
  return true;
}

/* Whether the record is right as it was cut: within the limits, and not blank. */
static bool
is_sound (const PlainReader *plain, const char *bytes, const char *text_end, size_t cells)
{
  if ((size_t) (text_end - bytes) > plain->limits->field_bytes && !are_cells_short (plain, cells))
    return false;
  if (cells == 1 && (*bytes == ' ' || *bytes == '\t'))
    return false;
  /* What is behind its last delimiter may be blanks. */
  return !plain->dialect->trailing_delimiter || plain->fields[cells - 1].null;
}

size_t
plain_take (PlainReader *plain, const LineText *text, Record *ret_record)
{
  Cursor cursor;
  size_t cells = 0;
  const char *bytes = text->bytes;
  if (!may_begin (plain, bytes, text->length))
    return 0;
  const char *text_end = cut_record (plain, text, &cursor, &cells);
  const char *end = text_end != NULL ? pass_line_end (text_end, bytes + text->length) : NULL;
  if (end == NULL || (size_t) (end - bytes) > plain->limits->record_bytes || !is_sound (plain, bytes, text_end, cells)
      || (cursor.high != 0 && !are_text (plain, bytes, text_end)))
    return 0;
  if (cursor.doubled)
    undouble (plain, cells);
  *ret_record = (Record) { .line = text->line,
                           .lines = (int64_t) cursor.lines,
                           .fields = plain->fields,
                           .n_fields = cells - plain->dialect->trailing_delimiter,
                           .raw = bytes,
                           .raw_length = (size_t) (text_end - bytes) };
  return (size_t) (end - bytes);
}
