#include "pipeline/table/extent_private.h"
#include "pipeline/table/words.h"

#define MOST_FOOTERS 5     /* rows; more are something else */
#define ROWS_PER_FOOTER 10 /* above a footer that no empty line is before */
#define LEAST_TABLE 3      /* rows of a second table that no empty line is before, its header one of them */

void
extent_end_table (Extent *extent, guint first, Reason below)
{
  extent->rows_held = first;
  extent->below = below;
}

static guint
find_unlike (const Extent *extent, guint from)
{
  while (from < extent->n_held && extent->held[from].like_row)
    from++;
  return from;
}

static guint
count_unlike (const Extent *extent, guint first)
{
  guint unlike = 0;
  for (guint i = first; i < extent->n_held; i++)
    unlike += !extent->held[i].like_row && !extent->held[i].near;
  return unlike;
}

/* How many of the held from "first" on are as wide as that. */
static guint
count_alike (const Extent *extent, guint first)
{
  guint i = first;
  while (i < extent->n_held && extent->held[i].record.n_fields == extent->held[first].record.n_fields)
    i++;
  return i - first;
}

/* Whether all of the held that are as wide as that of index "first" are totals, two or a few more: words are where the table has
 * values. */
static bool
are_totals (const Extent *extent, guint first)
{
  guint alike = count_alike (extent, first), i = first;
  while (i < first + alike && words_are_total (&extent->held[i].record))
    i++;
  return i == first + alike && alike > 1 && alike <= MOST_FOOTERS && sniff_is_value (extent->evidence, 0);
}

/* Whether the held of index "first" begins another table: its header is there, or, behind a gap, rows of one other width. Totals are
 * none, nor are sentences. */
static bool
begins_table (const Extent *extent, guint first, bool behind_gap)
{
  const Record *record = &extent->held[first].record;
  if (record->n_fields < 2 || record->n_fields == extent->width || words_are_sentence (record))
    return false;
  guint alike = count_alike (extent, first), least = behind_gap ? MIN (2, extent->n_held - first) : LEAST_TABLE;
  bool words = sniff_words_above_values (extent->evidence, record) > 0;
  return (words && alike >= least) || (behind_gap && alike > 1 && !are_totals (extent, first));
}

/* Where another table begins; n_held: there is none. */
static guint
find_second_table (const Extent *extent, guint gap)
{
  guint n = extent->n_held, first = gap < n ? gap : find_unlike (extent, 0);
  return first < n && begins_table (extent, first, gap < n) ? first : n;
}

/* The same below the first row of a footer, which may be a title. */
static guint
find_table_below (const Extent *extent, guint footer)
{
  guint i = footer + 1;
  while (i < extent->n_held && !(count_alike (extent, i) > 1 && begins_table (extent, i, true)))
    i++;
  return i;
}

/* Where a footer begins; n_held: there is none. Not at the "end" of the file it is one if there is nothing else behind a gap.
 * Without a gap, what has many of the fields may be a row that was cut off. */
static guint
find_footer (const Extent *extent, guint gap, bool end)
{
  guint n = extent->n_held, first = find_unlike (extent, gap < n ? gap : 0);
  while (first < n && extent->held[first].near)
    first = find_unlike (extent, first + 1);
  if (gap < n && are_totals (extent, gap))
    return gap;
  if (first == n || (!end && (gap == n || count_unlike (extent, first) < n - first)))
    return n;
  if (gap < n)
    return first;
  const Record *record = &extent->held[first].record;
  bool remark = record->n_fields * 2 <= extent->width || record->n_fields == extent->width;
  return remark && n - first <= MOST_FOOTERS && (n - first) * ROWS_PER_FOOTER <= extent->rows ? first : n;
}

void
extent_judge (Extent *extent, guint gap, guint words, bool end)
{
  guint n = extent->n_held;
  guint table = find_second_table (extent, gap), footer = find_footer (extent, gap, end);
  extent->decided = true;
  extent->rows_held = n;
  if (words < n || table < n)
    extent_end_table (extent, words < n ? MIN (gap, words) : table, REASON_SECOND_TABLE);
  else if (footer < n)
    {
      extent->footer_end = find_table_below (extent, footer);
      extent_end_table (extent, footer, extent->footer_end < n ? REASON_SECOND_TABLE : REASON_FOOTER);
    }
}
