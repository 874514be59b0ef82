#include "src/report/clean.h"

static bool
needs_quotes (const Field *field)
{
  if (field->length == 0)
    return !field->null;
  for (size_t i = 0; i < field->length; i++)
    if (field->text[i] == ',' || field->text[i] == '"' || field->text[i] == '\n' || field->text[i] == '\r')
      return true;
  return false;
}

static void
append_cell (GString *out, const Field *field)
{
  if (!needs_quotes (field))
    {
      g_string_append_len (out, field->text, (gssize) field->length);
      return;
    }
  g_string_append_c (out, '"');
  for (size_t i = 0; i < field->length; i++)
    {
      if (field->text[i] == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, field->text[i]);
    }
  g_string_append_c (out, '"');
}

void
clean_append (GString *out, const Record *record)
{
  for (size_t i = 0; i < record->n_fields; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      append_cell (out, &record->fields[i]);
    }
  g_string_append_c (out, '\n');
}
