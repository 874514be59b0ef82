#include "pipeline/reader_record.h"

#include <string.h>

Record
record_copy (const Record *record, char **ret_memory)
{
  size_t size = record->n_fields * sizeof (Field) + record->raw_length;
  for (size_t i = 0; i < record->n_fields; i++)
    size += record->fields[i].length;
  char *memory = g_malloc (MAX (size, 1));
  Field *fields = (Field *) (void *) memory;
  char *at = memory + record->n_fields * sizeof (Field);
  for (size_t i = 0; i < record->n_fields; i++)
    {
      const Field *field = &record->fields[i];
      fields[i] = (Field) { at, field->length, field->null };
      at = (char *) mempcpy (at, field->text, field->length);
    }
  memcpy (at, record->raw, record->raw_length);
  *ret_memory = memory;
  return (
      Record) { .line = record->line, .fields = fields, .n_fields = record->n_fields, .raw = at, .raw_length = record->raw_length };
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
