#include "pipeline/sniff/sniff_evidence.h"

#include "pipeline/sniff/sniff_kind.h"

void
sniff_evidence_clear (SniffEvidence *evidence)
{
  g_clear_pointer (&evidence->delimiter, g_free);
  g_clear_pointer (&evidence->quote, g_free);
  g_clear_pointer (&evidence->header, g_free);
  g_clear_pointer (&evidence->encoding, g_free);
  g_clear_pointer (&evidence->kinds, g_free);
  evidence->confidence = evidence->score = 0;
  evidence->fields = 0;
}

int
sniff_percent (const SniffEvidence *evidence)
{
  return (int) (100 * evidence->confidence + 0.5);
}

bool
sniff_is_doubtful (int percent, int least, int64_t lines_left_out, int header_rows)
{
  return percent < least && (lines_left_out > 0 || header_rows == 0);
}

static size_t
count_typed (const SniffEvidence *evidence)
{
  size_t typed = 0;
  for (size_t i = 0; i < evidence->fields; i++)
    typed += sniff_kind_is_typed (evidence->kinds[i]);
  return typed;
}

/* Whether some of the cells are of their columns' kinds, counted from the first or from the last. */
static bool
are_cells_of_row (const SniffEvidence *evidence, const guint8 *kinds, size_t n)
{
  if (count_typed (evidence) == 0)
    return n * 2 > evidence->fields;
  for (size_t i = 0; i < n; i++)
    {
      bool from_left = i < evidence->fields && kinds[i] == evidence->kinds[i];
      bool from_right =
          n * 2 > evidence->fields && n - i <= evidence->fields && kinds[i] == evidence->kinds[evidence->fields - (n - i)];
      if (sniff_kind_is_typed (kinds[i]) && (from_left || from_right))
        return true;
    }
  return false;
}

bool
sniff_is_row (const SniffEvidence *evidence, const Record *record)
{
  g_autofree guint8 *kinds = g_malloc (record->n_fields + 1);
  for (size_t i = 0; i < record->n_fields; i++)
    kinds[i] = (guint8) sniff_kind (record->fields[i].text, record->fields[i].length);
  return are_cells_of_row (evidence, kinds, record->n_fields);
}

bool
sniff_fits (const SniffEvidence *evidence, const Record *record)
{
  if (record->problem != NULL || record->n_fields != evidence->fields)
    return false;
  for (size_t i = 0; i < record->n_fields; i++)
    {
      const Field *field = &record->fields[i];
      CellKind kind = evidence->kinds[i];
      if (field->length > 0 && sniff_kind_is_typed (kind) && !sniff_kind_fits (sniff_kind (field->text, field->length), kind)
          && !sniff_is_null_word (field->text, field->length))
        return false;
    }
  return true;
}

size_t
sniff_words_above_values (const SniffEvidence *evidence, const Record *record)
{
  size_t above = 0;
  for (size_t i = 0; i < record->n_fields; i++)
    {
      const Field *field = &record->fields[i];
      CellKind kind = sniff_kind (field->text, field->length);
      if ((kind != KIND_TEXT && kind != KIND_PADDED) || sniff_is_null_word (field->text, field->length))
        return 0;
      above += i < evidence->fields && sniff_kind_is_typed (evidence->kinds[i]);
    }
  return record->n_fields > 1 ? (record->n_fields == evidence->fields ? above : count_typed (evidence)) : 0;
}

bool
sniff_is_value (const SniffEvidence *evidence, size_t column)
{
  return evidence->kinds[column] > KIND_EMPTY && evidence->kinds[column] <= KIND_TIMESTAMP;
}
