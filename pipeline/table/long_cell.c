#include "pipeline/table/long_cell.h"

#define LOOKED_AT 100 /* records behind the quote */

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
      cell->alike += sniff_fits (evidence, record);
      if (cell->seen < LOOKED_AT)
        return true;
    }
  *ret_line = cell->line;
  cell->line = 0;
  return cell->alike * 2 >= cell->seen;
}
