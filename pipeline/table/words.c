#include "pipeline/table/words.h"

#include "pipeline/sniff/sniff_kind.h"

static bool
is_same_cell (const Field *a, const Field *b)
{
  return a->length == b->length && g_ascii_strncasecmp (a->text, b->text, a->length) == 0;
}

bool
words_are_one (const Record *record)
{
  size_t i = 1;
  while (i < record->n_fields && is_same_cell (&record->fields[i], &record->fields[0]))
    i++;
  return i == record->n_fields;
}

bool
words_are_names (const Record *record)
{
  for (size_t i = 1; i < record->n_fields; i++)
    for (size_t j = 0; j < i; j++)
      if (is_same_cell (&record->fields[i], &record->fields[j]))
        return false;
  return true;
}

bool
words_are_sentence (const Record *record)
{
  for (size_t i = 1; i < record->n_fields; i++)
    if (record->fields[i].length > 0 && record->fields[i].text[0] == ' ')
      return true;
  return false;
}

bool
words_are_title (const Record *record)
{
  size_t i = 1;
  while (i < record->n_fields && record->fields[i].null)
    i++;
  return i == record->n_fields;
}

bool
words_are_total (const Record *record)
{
  if (record->n_fields != 2)
    return false;
  const Field *word = &record->fields[0], *value = &record->fields[1];
  return sniff_kind (word->text, word->length) == KIND_TEXT && sniff_kind_is_typed (sniff_kind (value->text, value->length));
}

bool
words_are_above_all (const SniffEvidence *evidence, const Record *record)
{
  size_t values = 0;
  for (size_t i = 0; i < evidence->fields; i++)
    values += sniff_kind_is_typed (evidence->kinds[i]);
  return values > 0 && record->n_fields == evidence->fields && sniff_words_above_values (evidence, record) == values;
}

bool
words_of_other_kinds (const SniffEvidence *evidence, const Record *record)
{
  size_t values = 0, above_words = 0;
  for (size_t i = 0; i < record->n_fields && i < evidence->fields; i++)
    {
      const Field *field = &record->fields[i];
      CellKind kind = sniff_kind (field->text, field->length), column = evidence->kinds[i];
      bool typed = sniff_kind_is_typed (column);
      if (typed && (field->length == 0 || sniff_kind_fits (kind, column) || sniff_is_null_word (field->text, field->length)))
        return false;
      values += typed;
      above_words += !typed && sniff_kind_is_typed (kind);
    }
  return values > 1 || (values == 1 && above_words > 0);
}
