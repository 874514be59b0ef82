#include "pipeline/sniff_below.h"

#define MOST_FOOTERS 5 /* rows; more are something else */

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
      bool from_right = n - i <= evidence->fields && kinds[i] == evidence->kinds[evidence->fields - (n - i)];
      if (sniff_kind_is_typed (kinds[i]) && (from_left || from_right))
        return true;
    }
  return false;
}

int64_t
sniff_find_footer (const SniffCandidate *best, const SniffEvidence *evidence)
{
  guint rows = best->rows->len - 1 - best->last;
  if (best->fields < 2 || rows == 0 || rows > MOST_FOOTERS)
    return 0;
  bool blank = sniff_row (best, best->last + 1)->blank && !evidence->blank_lines;
  if (!blank && rows * 10 > best->even)
    return 0;
  for (guint i = best->last + 1; i < best->rows->len; i++)
    {
      const SniffRow *row = sniff_row (best, i);
      if (row->fields == 0 || row->fields >= best->fields
          || are_cells_of_row (evidence, best->kinds->data + row->kinds, row->fields))
        return 0;
    }
  return sniff_row (best, best->last + 1)->line;
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
sniff_is_other_header (const SniffEvidence *evidence, const Record *record)
{
  for (size_t i = 0; i < record->n_fields; i++)
    if (sniff_kind (record->fields[i].text, record->fields[i].length) != KIND_TEXT
        || sniff_is_null_word (record->fields[i].text, record->fields[i].length))
      return false;
  return record->n_fields > 1 && count_typed (evidence) > 0;
}
