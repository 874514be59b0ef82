#include "src/report/explained.h"

#include "pipeline/sniff/sniff_choose.h"

#include <string.h>

#define MOST_WAYS 4 /* that are told */

static const char *const quotes[] = { "\"", "'", "" };

static void
explained_free (Explained *way)
{
  sniff_evidence_clear (&way->evidence);
  g_clear_pointer (&way->cells, g_ptr_array_unref);
  g_free (way);
}

/* ---- one way ---- */

static void
take_cells (Explained *way, const Record *record)
{
  for (size_t i = 0; i < way->width; i++)
    {
      const Field *field = i < record->n_fields ? &record->fields[i] : NULL;
      g_ptr_array_add (way->cells, field != NULL && field->length > 0 ? g_strndup (field->text, field->length) : NULL);
    }
}

static void
take_header (Explained *way, const Record *header)
{
  if (header != NULL)
    take_cells (way, header);
  for (size_t i = 1; header == NULL && i <= way->width; i++)
    g_ptr_array_add (way->cells, g_strdup_printf ("column_%zu", i));
}

static bool
read_rows (Rows *rows, Explained *way)
{
  const Record *row = NULL, *original = NULL;
  take_header (way, rows_header (rows));
  for (;;)
    {
      if (!rows_next (rows, &row, &original, NULL))
        return false;
      if (row == NULL)
        return true;
      if ((reason_use (row->reason) & REASON_OF_FOREIGN) != 0)
        continue;
      if (row->problem == NULL && way->rows < EXPLAINED_ROWS)
        take_cells (way, row);
      way->rows++;
    }
}

/* What the kinds of the columns are is not told. */
static void
take_evidence (Explained *way, const SniffEvidence *evidence)
{
  way->evidence = *evidence;
  way->evidence.delimiter = g_strdup (evidence->delimiter);
  way->evidence.quote = g_strdup (evidence->quote);
  way->evidence.header = g_strdup (evidence->header);
  way->evidence.encoding = g_strdup (evidence->encoding);
  way->evidence.kinds = NULL;
}

/* Reads the file as a model would that says no more than delimiter and quote (NULL: not even that), and the encoding where that
 * must be said. NULL: it cannot be read so. */
static Explained *
read_way (const PeekedFile *file, const char *delimiter, const char *quote)
{
  g_autoptr (Model) model = model_new ();
  model->ragged = RAGGED_REPAIR;
  model->dialect.delimiter = g_strdup (delimiter);
  model->dialect.quote = g_strdup (quote);
  model->dialect.encoding = g_strdup (file->like != NULL ? file->like->dialect.encoding : NULL);
  g_autoptr (Rows) rows = rows_open (&(RowsInput) { .fd = file->fd, .name = file->name, .model = model }, NULL);
  if (rows == NULL)
    return NULL;
  Explained *way = g_new0 (Explained, 1);
  way->dialect = *rows_dialect (rows);
  way->width = rows_width (rows);
  way->cells = g_ptr_array_new_with_free_func (g_free);
  take_evidence (way, rows_evidence (rows));
  if (read_rows (rows, way))
    return way;
  explained_free (way);
  return NULL;
}

/* ---- all ways ---- */

static bool
is_same_table (const Explained *a, const Explained *b)
{
  if (a->width != b->width || a->rows != b->rows || a->cells->len != b->cells->len)
    return false;
  for (guint i = 0; i < a->cells->len; i++)
    if (g_strcmp0 (a->cells->pdata[i], b->cells->pdata[i]) != 0)
      return false;
  return true;
}

/* A delimiter that cuts nothing makes no other table. */
static bool
is_other_table (const Explained *way, const GPtrArray *ways)
{
  if (way->dialect.delimiter[0] != '\0' && way->width < 2)
    return false;
  for (guint i = 0; i < ways->len; i++)
    if (is_same_table (way, ways->pdata[i]))
      return false;
  return true;
}

static void
try_way (const PeekedFile *file, const char *delimiter, const char *quote, GPtrArray *ways)
{
  Explained *way = read_way (file, delimiter, quote);
  if (way == NULL)
    return;
  if (is_other_table (way, ways))
    g_ptr_array_add (ways, way);
  else
    explained_free (way);
}

static int
compare_scores (const void *a, const void *b)
{
  double x = (*(Explained *const *) a)->evidence.score, y = (*(Explained *const *) b)->evidence.score;
  return (x < y) - (x > y);
}

GPtrArray *
explained_read (const PeekedFile *file)
{
  const Dialect *chosen = rows_dialect (file->rows);
  const char quote[] = { chosen->quote, '\0' };
  GPtrArray *ways = g_ptr_array_new_with_free_func ((GDestroyNotify) explained_free);
  try_way (file, chosen->delimiter, quote, ways);
  for (size_t i = 0; sniff_delimiters[i] != NULL; i++)
    try_way (file, sniff_delimiters[i], NULL, ways);
  for (size_t i = 0; i < G_N_ELEMENTS (quotes); i++)
    try_way (file, chosen->delimiter, quotes[i], ways);
  if (ways->len > 0)
    g_ptr_array_remove_index (ways, 0); /* the chosen one */
  g_ptr_array_sort (ways, compare_scores);
  if (ways->len > MOST_WAYS)
    g_ptr_array_set_size (ways, MOST_WAYS);
  return ways;
}
