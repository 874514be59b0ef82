#include "pipeline/records/reader_record.h"

#include <string.h>

static size_t
size_of (const Record *record)
{
  size_t size = record->n_fields * (sizeof (Field) + 1) + record->raw_length + 1;
  size += record->problem != NULL ? strlen (record->problem) + 1 : 0;
  for (size_t i = 0; i < record->n_fields; i++)
    size += record->fields[i].length;
  return size;
}

static char *
append (char *to, const char *bytes, size_t length)
{
  return length > 0 ? mempcpy (to, bytes, length) : to;
}

static bool
has_cell (const Record *record, size_t column)
{
  return column < record->n_fields && record->fields[column].length > 0;
}

static bool
has_unit (const Record *record, size_t column)
{
  return has_cell (record, column) && strchr ("([", record->fields[column].text[0]) != NULL;
}

/* The name of a group of columns goes on to the right until the next one, above names and no units; it is that of a group where its
 * own column has a name below it, too. */
static const Field *
name_above (const Record *above, const Record *below, size_t column)
{
  static const Field missing = { "", 0, true };
  if (column >= above->n_fields)
    return &missing;
  size_t group = column;
  while (group > 0 && !has_cell (above, group) && has_cell (below, column) && !has_unit (below, column))
    group--;
  return &above->fields[has_cell (above, group) && has_cell (below, group) ? group : column];
}

Record
record_join (const Record *above, const Record *below, char **ret_memory)
{
  static const Field missing = { "", 0, true };
  size_t n_fields = MAX (above->n_fields, below->n_fields);
  size_t size = size_of (above) + size_of (below);
  for (size_t i = 0; i < n_fields; i++)
    size += name_above (above, below, i)->length;
  char *memory = g_malloc (size);
  Field *fields = (Field *) (void *) memory;
  char *at = memory + n_fields * sizeof (Field);
  for (size_t i = 0; i < n_fields; i++)
    {
      const Field *first = name_above (above, below, i);
      const Field *second = i < below->n_fields ? &below->fields[i] : &missing;
      char *text = at;
      at = append (at, first->text, first->length);
      at = append (at, " ", first->length > 0 && second->length > 0);
      at = append (at, second->text, second->length);
      fields[i] = (Field) { text, (size_t) (at - text), first->null && second->null };
    }
  char *raw = at;
  at = append (at, above->raw, above->raw_length);
  at = append (at, "\n", above->raw_length > 0);
  at = append (at, below->raw, below->raw_length);
  *ret_memory = memory;
  return (Record) { .line = above->line != 0 ? above->line : below->line,
                    .fields = fields,
                    .n_fields = n_fields,
                    .raw = raw,
                    .raw_length = (size_t) (at - raw) };
}

Record
record_copy (const Record *record, char **ret_memory)
{
  const Record nothing = { 0 };
  Record copy = record_join (&nothing, record, ret_memory);
  copy.lines = record->lines;
  copy.blank = record->blank;
  copy.comments = record->comments;
  if (record->problem != NULL)
    copy.problem = strcpy (*ret_memory + (copy.raw + copy.raw_length - *ret_memory), record->problem);
  copy.reason = record->reason;
  return copy;
}

const char *
record_describe (const Record *record, size_t width, char *buffer, size_t size)
{
  if (record->problem != NULL)
    return record->problem;
  g_snprintf (buffer, size, "%zu field%s where there are %zu columns", record->n_fields, record->n_fields == 1 ? "" : "s", width);
  return buffer;
}

Reason
record_reason (const Record *record, size_t width)
{
  if (record->problem != NULL)
    return record->reason;
  return record->n_fields < width ? REASON_TOO_FEW_FIELDS : REASON_TOO_MANY_FIELDS;
}

size_t
record_byte_in_line (const Record *record, size_t offset, int64_t *ret_line)
{
  size_t begin = 0;
  *ret_line = record->line;
  for (size_t i = 0; i < offset; i++)
    if (record->raw[i] == '\n' || (record->raw[i] == '\r' && record->raw[i + 1] != '\n'))
      {
        begin = i + 1;
        ++*ret_line;
      }
  return offset - begin + 1;
}
