#include "pipeline/stage/twice.h"

#include "pipeline/layout/survey.h"
#include "pipeline/stage/row.h"
#include "pipeline/table/rows.h"

#define PIECE 50000 /* pairs */

/* All of the file decides what it has, as where LOAD read it to the end. */
static bool
settle (Rows *rows, Layout *layout, GError **error)
{
  g_autoptr (Survey) survey = survey_new (layout);
  const Record *record, *original;
  bool again;
  do
    {
      if (!rows_next (rows, &record, &original, error))
        return false;
      if (record != NULL)
        survey_look (survey, record);
    }
  while (record != NULL);
  return rows_rewind (rows, error) && survey_settle (survey, true, &again, error);
}

static void
add (GArray *pairs, Uid was, Uid is, bool hash)
{
  const Pair pair = { was, is, hash };
  if (!uid_equal (was, is))
    g_array_append_val (pairs, pair);
}

static void
add_row (GArray *pairs, const Layout *layout, Row *was, Row *is, const Record *record)
{
  Uid before, now;
  RowVerdict verdict = row_convert (was, record);
  if (verdict != row_convert (is, record))
    return;
  if (verdict != ROW_OK)
    {
      if (row_identify (was, record, &before) && row_identify (is, record, &now))
        add (pairs, before, now, false);
      return;
    }
  if (layout->n_key_columns > 0)
    add (pairs, row_identity (was), row_identity (is), false);
  for (int r = 0; r < layout->n_references; r++)
    if (row_reference (was, r, &before) && row_reference (is, r, &now))
      add (pairs, before, now, false);
  add (pairs, row_hash (was), row_hash (is), true);
}

static bool
read_all (Rows *rows, const Layout *layout, const TwoSecrets *secrets, bool (*take) (const GArray *, void *, GError **), void *data,
          GError **error)
{
  g_autoptr (Row) was = row_new (layout, secrets->was, secrets->was_length), is = row_new (layout, secrets->is, secrets->is_length);
  g_autoptr (GArray) pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
  const Record *record, *original;
  do
    {
      if (!rows_next (rows, &record, &original, error))
        return false;
      if (record != NULL)
        add_row (pairs, layout, was, is, record);
      if (pairs->len < (record != NULL ? PIECE : 1))
        continue;
      if (!take (pairs, data, error))
        return false;
      g_array_set_size (pairs, 0);
    }
  while (record != NULL);
  return true;
}

bool
twice_read (const TwiceFile *file, const TwoSecrets *secrets, bool (*take) (const GArray *pairs, void *data, GError **error),
            void *data, GError **error)
{
  g_autofree const char **columns = pins_names (file->pins);
  const Declaration *declaration = file->declaration;
  const RowsInput input = { file->fd, file->name, file->model, columns, file->limits, NULL, declaration };
  g_autoptr (Rows) rows = rows_open (&input, error);
  g_autoptr (Layout) layout = rows == NULL ? NULL
                                           : layout_new_declared (file->model, file->catalog, rows_header (rows),
                                                                  (int) rows_width (rows), file->pins, declaration, error);
  return layout != NULL && (!declaration_leaves_types (declaration) || settle (rows, layout, error))
         && read_all (rows, layout, secrets, take, data, error);
}
