#include "pipeline/sniff/sniff_comments.h"

#include "pipeline/sniff/sniff_table.h"

/* Whether a line that begins with # is cut as the rows are; or nearly so, and # begins a word: "#2 Oak St, Apt 2" with a delimiter
 * too many is a row that is off. */
static bool
is_row_with_sign (const SniffRow *row, size_t fields)
{
  return row->fields == fields || (row->cell && sniff_is_near (row, fields));
}

bool
sniff_has_comments (const SniffCandidate *best)
{
  int64_t comments = 0, rows = 0;
  if (best->fields < 2 || best->even < 2 || sniff_row (best, best->first)->comment)
    return false;
  for (guint i = best->first; i < best->rows->len; i++)
    {
      const SniffRow *row = sniff_row (best, i);
      comments += row->comment;
      rows += row->comment && is_row_with_sign (row, best->fields);
    }
  return comments > 0 && rows * 2 <= comments;
}
