#include "pipeline/table/long_cell.h"

#include "pipeline/sniff/sniff_kind.h"

#define LOOKED_AT 100 /* records behind the quote */

/* Whether the record is cut as the table's rows are, and holds numbers, dates and the like where they do. */
static bool
is_like_row (const SniffEvidence *evidence, const Record *record)
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

bool
long_cell_look (LongCell *cell, const SniffEvidence *evidence, const Record *record, int64_t *ret_line)
{
  if (cell->line == 0)
    {
      if (record != NULL && record->open)
        *cell = (LongCell) { .line = record->line };
      return true;
    }
  if (record != NULL)
    {
      cell->seen++;
      cell->alike += is_like_row (evidence, record);
      if (cell->seen < LOOKED_AT)
        return true;
    }
  *ret_line = cell->line;
  cell->line = 0;
  return cell->alike * 2 >= cell->seen;
}
