#include "pipeline/rows.h"

#include "base/error.h"
#include "pipeline/repair.h"
#include "pipeline/sniff_file.h"

#include <string.h>

struct Rows
{
  const char *name;
  const Model *model;
  Dialect dialect;
  SniffEvidence evidence; /* what the table's rows look like */
  Reader *reader;
  Repair *repair; /* NULL: rows that are off stay so */
  size_t width;
  char *header;      /* as it is written */
  int64_t last_line; /* of the table's rows so far; 0: none yet */
  bool blank_lines;  /* rows go on behind them */
  bool over;         /* another table began */
  Record below;
  char problem[80];
};

/* The names that make a first line a header. */
static GStrv
known_names (const Model *model, const Pins *pins)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  if (model != NULL)
    {
      for (guint i = 0; i < model->columns->len; i++)
        g_strv_builder_add (names, ((ModelColumn *) model->columns->pdata[i])->name);
      g_strv_builder_addv (names, (const char **) model->business_key);
      for (guint i = 0; i < model->references->len; i++)
        g_strv_builder_addv (names, (const char **) ((ModelReference *) model->references->pdata[i])->columns);
    }
  GHashTableIter pin;
  gpointer name;
  g_hash_table_iter_init (&pin, pins->columns);
  while (g_hash_table_iter_next (&pin, &name, NULL))
    g_strv_builder_add (names, name);
  return g_strv_builder_end (names);
}

Rows *
rows_open (int fd, const char *name, const Model *model, const Pins *pins, const ReaderLimits *limits, Sha256 *sha, GError **error)
{
  g_autoptr (Rows) rows = g_new0 (Rows, 1);
  rows->name = name;
  rows->model = model;
  g_auto (GStrv) names = known_names (model, pins);
  if (!sniff_file (fd, name, model != NULL ? &model->dialect : NULL, names[0] == NULL ? NULL : (const char *const *) names,
                   &rows->dialect, &rows->evidence, error))
    return NULL;
  rows->reader = reader_new (fd, &rows->dialect, limits != NULL ? limits : &reader_default_limits, sha);
  return g_steal_pointer (&rows);
}

void
rows_free (Rows *rows)
{
  if (rows == NULL)
    return;
  sniff_evidence_clear (&rows->evidence);
  g_clear_pointer (&rows->reader, reader_free);
  g_clear_pointer (&rows->repair, repair_free);
  g_free (rows->header);
  g_free (rows);
}

const Dialect *
rows_dialect (const Rows *rows)
{
  return &rows->dialect;
}

bool
rows_none (const Rows *rows, GError **error)
{
  weir_error (error, WEIR_ERROR_INPUT, "\"%s\" has a header but no rows", rows->name);
  weir_error_detail (
      error, "An export that was cut off looks like this too, so it is not taken for \"nothing new\". Nothing was changed.");
  weir_error_hint (error, "If there is really nothing to load, remove the file; if it should have rows, drop it again.");
  weir_error_reason (error, "no_rows");
  return false;
}

bool
rows_header (Rows *rows, const Record **ret_header, int *ret_width, GError **error)
{
  *ret_width = 0;
  if (!reader_header (rows->reader, ret_header, error))
    return g_prefix_error (error, "\"%s\": ", rows->name), false;
  if (*ret_header != NULL)
    {
      g_free (rows->header);
      rows->header = g_strndup ((*ret_header)->raw, (*ret_header)->raw_length);
      return *ret_width = (int) (*ret_header)->n_fields, true;
    }
  const Record *record;
  do
    if (!reader_next (rows->reader, &record, error))
      return false;
  while (record != NULL && record->problem != NULL);
  if (record == NULL)
    return rows_none (rows, error);
  *ret_width = (int) record->n_fields;
  return reader_rewind (rows->reader, error);
}

void
rows_set_width (Rows *rows, int width)
{
  rows->width = (size_t) width;
  g_clear_pointer (&rows->repair, repair_free);
  if (rows->model == NULL || rows->model->ragged == RAGGED_REPAIR)
    rows->repair = repair_new (&rows->dialect, rows->width);
}

static bool
refuse_ragged (const Rows *rows, const Record *record, GError **error)
{
  g_autofree char *fields =
      g_strdup_printf ("%zu field%s where there are %zu columns", record->n_fields, record->n_fields == 1 ? "" : "s", rows->width);
  weir_error (error, WEIR_ERROR_INPUT, "line %" G_GINT64_FORMAT " of \"%s\" is off: %s", record->line, rows->name,
              record->problem != NULL ? record->problem : fields);
  weir_error_line (error, record->line);
  weir_error_detail (error, "%s refuses such files (\"ragged\": \"fail\"). Nothing was loaded.", rows->model->path);
  weir_error_hint (error, "Mend the line and drop the file again, or choose \"reject\" or \"repair\" and use `weir retry`.");
  weir_error_reason (error, "ragged");
  return false;
}

/* Whether a record of another width belongs to the table; where the model chose another dialect the sniffer's table is not this
 * one. */
static bool
belongs (const Rows *rows, const Record *record)
{
  return record->problem != NULL || rows->evidence.fields != rows->width || sniff_is_row (&rows->evidence, record);
}

/* Whether another table begins with the record: a header behind an empty line, and not this table's own once more. */
static bool
begins_table (const Rows *rows, const Record *record)
{
  return record->blank && rows->last_line > 0 && rows->header != NULL && !rows->evidence.blank_lines && !rows->blank_lines
         && record->problem == NULL && sniff_is_other_header (&rows->evidence, record)
         && (strlen (rows->header) != record->raw_length || memcmp (rows->header, record->raw, record->raw_length) != 0);
}

/* The record, or a reject instead where it is below the table. */
static const Record *
tell_below (Rows *rows, const Record *record)
{
  rows->over = rows->over || begins_table (rows, record);
  bool footer = rows->evidence.footer_line > 0 && record->line >= rows->evidence.footer_line;
  if (record->problem != NULL || (!rows->over && !footer))
    {
      if (record->problem == NULL && record->n_fields == rows->width)
        {
          rows->blank_lines = rows->blank_lines || (record->blank && rows->last_line > 0);
          rows->last_line = record->line;
        }
      return record;
    }
  g_snprintf (rows->problem, sizeof rows->problem, "below the end of the table on line %" G_GINT64_FORMAT, rows->last_line);
  rows->below = *record;
  rows->below.n_fields = 0;
  rows->below.problem = rows->problem;
  rows->below.reason = rows->over ? "second_table" : "footer";
  return &rows->below;
}

bool
rows_next (Rows *rows, const Record **ret_row, const Record **ret_original, GError **error)
{
  *ret_original = NULL;
  if (!reader_next (rows->reader, ret_row, error))
    return false;
  const Record *record = *ret_row = *ret_row != NULL ? tell_below (rows, *ret_row) : NULL;
  if (record == NULL || (record->problem == NULL && record->n_fields == rows->width))
    return true;
  if (rows->model != NULL && rows->model->ragged == RAGGED_FAIL)
    return refuse_ragged (rows, record, error);
  size_t found;
  const Record *mended = rows->repair != NULL && belongs (rows, record) ? repair_record (rows->repair, record, &found) : NULL;
  if (mended == NULL)
    return true;
  *ret_row = mended;
  *ret_original = record;
  return true;
}

bool
rows_rewind (Rows *rows, GError **error)
{
  rows->last_line = 0;
  rows->over = rows->blank_lines = false;
  return reader_rewind (rows->reader, error);
}

int64_t
rows_offset (const Rows *rows)
{
  return reader_offset (rows->reader);
}
