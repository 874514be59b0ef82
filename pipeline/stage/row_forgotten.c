/* Rows of whom `weir forget` has erased, or that refer to them. */
#include "base/text.h"
#include "pipeline/stage/row_inside.h"

#include <string.h>

#define OWN (-1) /* in the place of a reference's number: the row's own key */

void
row_forget (Row *row, const Tombstones *tombstones)
{
  const Layout *layout = row->layout;
  g_clear_pointer (&row->reference_forgotten, g_free);
  row->forgotten = row->key != NULL ? tombstones_find (tombstones, layout->model->table) : NULL;
  bool any = row->forgotten != NULL;
  g_autofree const Forgotten **of = g_new0 (const Forgotten *, layout->n_references + 1);
  for (int r = 0; r < layout->n_references; r++)
    {
      of[r] = tombstones_find (tombstones, layout->references[r].dimension->table);
      any |= of[r] != NULL;
    }
  if (any)
    row->reference_forgotten = g_steal_pointer (&of);
}

static const Forgotten *
forgotten_of (const Row *row, int which)
{
  return which == OWN ? row->forgotten : row->reference_forgotten[which];
}

static KeyMaker *
maker_of (const Row *row, int which)
{
  return which == OWN ? row->key : row->reference_keys[which];
}

static bool
loses (const Row *row, int r)
{
  return model_forgets (row->layout->model, row->layout->references[r].reference) == FORGETS_NULL;
}

/* Whether the key that was made last is of somebody who is forgotten. */
static bool
was_forgotten (const Row *row, int which)
{
  const Forgotten *forgotten = forgotten_of (row, which);
  const char *text = NULL;
  size_t length = 0;
  if (forgotten == NULL)
    return false;
  key_text (maker_of (row, which), &text, &length);
  return forgotten_has (forgotten, text, length);
}

RowVerdict
row_pass_forgotten (Row *row)
{
  const Layout *layout = row->layout;
  bool lost = false;
  if (was_forgotten (row, OWN))
    return ROW_FORGOTTEN;
  for (int r = 0; r < layout->n_references; r++)
    {
      if (row->reference_cells[r].null || !was_forgotten (row, r))
        continue;
      if (!loses (row, r))
        return ROW_FORGOTTEN;
      row->reference_cells[r].null = lost = true;
      for (int part = 0; part < layout->references[r].n_columns; part++)
        row->cells[layout->references[r].columns[part]].null = true;
    }
  row->lost += lost;
  return ROW_OK;
}

int64_t
row_lost (const Row *row)
{
  return row->lost;
}

/* ---- records that are no rows ---- */

static const int *
columns_of (const Row *row, int which, int *ret_count)
{
  const Layout *layout = row->layout;
  *ret_count = which == OWN ? layout->n_key_columns : layout->references[which].n_columns;
  return which == OWN ? layout->key_columns : layout->references[which].columns;
}

/* Whether the parts, as they were filled in, are the key of somebody who is forgotten. */
static bool
are_parts_forgotten (Row *row, int which)
{
  int n;
  Uid id;
  size_t empty;
  (void) columns_of (row, which, &n);
  for (int part = 0; part < n; part++)
    (void) (which == OWN ? row_canonical_key (row, part) : row_canonical_reference (row, which, part));
  return key_make (maker_of (row, which), row->parts, (size_t) n, &id, NULL, &empty) && was_forgotten (row, which);
}

static bool
is_whole (const Row *row, const Record *record)
{
  return record->problem == NULL && record->n_fields == (size_t) row->layout->n_columns;
}

static bool
names (Row *row, const Record *record, int which)
{
  int n;
  const int *columns = columns_of (row, which, &n);
  if (forgotten_of (row, which) == NULL)
    return false;
  row_fill_parts (row, record, columns, n);
  return are_parts_forgotten (row, which);
}

static bool
ends_piece (const Dialect *dialect, char c)
{
  return c == '\n' || c == '\r' || (c == dialect->quote && c != '\0') || strchr (dialect->delimiter, c) != NULL;
}

/* What stands between delimiters, quotes and line ends, without blanks around it: of KeyPart. */
static GArray *
cut_pieces (const Record *record, const Dialect *dialect)
{
  GArray *pieces = g_array_new (FALSE, FALSE, sizeof (KeyPart));
  const char *end = record->raw + record->raw_length;
  for (const char *at = record->raw, *stop; at < end; at = stop + 1)
    {
      for (stop = at; stop < end && !ends_piece (dialect, *stop);)
        stop++;
      const char *first = at, *last = stop;
      while (first < last && g_ascii_isspace (*first))
        first++;
      while (first < last && g_ascii_isspace (last[-1]))
        last--;
      const KeyPart piece = { .text = first, .length = (size_t) (last - first), .null = first == last };
      if (!piece.null)
        g_array_append_val (pieces, piece);
    }
  return pieces;
}

/* Pieces in the places that the key's columns have to each other, wherever the first one is. */
static bool
do_pieces_name (Row *row, const GArray *pieces, int which)
{
  int n;
  const int *columns = columns_of (row, which, &n);
  if (forgotten_of (row, which) == NULL)
    return false;
  for (int first = 0; first < (int) pieces->len; first++)
    {
      int part = 0;
      for (; part < n; part++)
        {
          int at = first + columns[part] - columns[0];
          if (at < 0 || at >= (int) pieces->len)
            break;
          row->parts[part] = g_array_index (pieces, KeyPart, at);
          if (!text_is_utf8 (row->parts[part].text, row->parts[part].length, NULL))
            break;
        }
      if (part == n && are_parts_forgotten (row, which))
        return true;
    }
  return false;
}

bool
row_goes (Row *row, const Record *record, const Dialect *dialect)
{
  if (row->reference_forgotten == NULL)
    return false;
  g_autoptr (GArray) pieces = is_whole (row, record) ? NULL : cut_pieces (record, dialect);
  for (int which = OWN; which < row->layout->n_references; which++)
    if (pieces != NULL ? do_pieces_name (row, pieces, which) : (which == OWN || !loses (row, which)) && names (row, record, which))
      return true;
  return false;
}

/* ---- references that were lost ---- */

static void
append_cell (GString *text, const Field *field, const Dialect *dialect)
{
  g_autofree char *cell = g_strndup (field->text, field->length);
  if (!field->null)
    dialect_append_cell (dialect, cell, field->length == 0, text);
}

/* Which columns are to be empty. False: none, or the row goes. */
static bool
find_blank (Row *row, const Record *record, bool *blank)
{
  const Layout *layout = row->layout;
  bool any = false;
  if (names (row, record, OWN))
    return false;
  for (int r = 0; r < layout->n_references; r++)
    {
      if (!names (row, record, r))
        continue;
      if (!loses (row, r))
        return false;
      for (int part = 0; part < layout->references[r].n_columns; part++)
        any = blank[layout->references[r].columns[part]] = true;
    }
  return any;
}

char *
row_blanked (Row *row, const Record *record, const Dialect *dialect)
{
  const Layout *layout = row->layout;
  g_autofree bool *blank = g_new0 (bool, layout->n_columns + 1);
  if (row->reference_forgotten == NULL || !is_whole (row, record) || !find_blank (row, record, blank))
    return NULL;
  GString *text = g_string_new (NULL);
  for (int i = 0; i < layout->n_columns; i++)
    {
      g_string_append (text, i > 0 ? dialect->delimiter : "");
      if (!blank[i])
        append_cell (text, &record->fields[i], dialect);
    }
  g_string_append (text, dialect->trailing_delimiter ? dialect->delimiter : "");
  return g_string_free (text, FALSE);
}
