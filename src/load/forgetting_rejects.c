/* Refused rows, which are in the ledger as they were written, and not known by an id: each is read as its run's file was. */
#include "src/load/forgetting_inside.h"

#include "base/error.h"
#include "pipeline/stage/row.h"
#include "schema/sql.h"

#include <string.h>

/* How the rejects of a run are read. */
typedef struct
{
  Dialect dialect;
  Record header; /* its fields are borrowed from the reader */
  Reader *reader;
  Layout *layout;
  Row *row;
} RejectReader;

static void
reject_reader_clear (RejectReader *reader)
{
  g_clear_pointer (&reader->row, row_free);
  g_clear_pointer (&reader->layout, layout_free);
  g_clear_pointer (&reader->reader, reader_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RejectReader, reject_reader_clear)

/* Columns that nobody has settled are of no type that a key is known by. */
static void
settle (Layout *layout)
{
  for (int i = 0; i < layout->n_columns; i++)
    if (layout->columns[i].type == NULL)
      {
        layout->columns[i].type = &types[TYPE_TEXT];
        layout->columns[i].unknown = true;
      }
}

static bool
open_reader (Forgetting *forgetting, const Model *model, const DbResult *runs, int run, RejectReader *reader, GError **error)
{
  const Loader *loader = forgetting->loader;
  const char *header = db_result_value (runs, run, 2), *dialect = db_result_value (runs, run, 3);
  g_autoptr (Json) json = dialect != NULL ? json_loads (dialect, 0, NULL) : NULL;
  g_autoptr (Pins) pins = pipeline_pins (forgetting->loader->db, model, error);
  const Record *record = NULL;
  if (pins == NULL)
    return false;
  reader->dialect = json != NULL ? dialect_of_records (json) : dialect_default;
  reader->dialect.header_rows = 0;
  if (header != NULL)
    {
      reader->reader = reader_new_bytes (header, strlen (header), true, &reader->dialect, &reader_default_limits);
      if (!reader_next (reader->reader, &record, error))
        return false;
    }
  reader->layout =
      layout_new (model, loader->catalog, record, header != NULL ? 0 : (int) db_result_int64 (runs, run, 4), pins, error);
  if (reader->layout == NULL)
    return false;
  settle (reader->layout);
  reader->row = row_new (reader->layout, loader->secret, loader->secret_length);
  row_forget (reader->row, forgetting->tombstones);
  return true;
}

/* What becomes of one: *ret_text is what stays, NULL: nothing. */
static bool
judge (RejectReader *reader, const char *bytes, size_t length, bool *ret_forgotten, char **ret_text)
{
  g_autoptr (Reader) record_reader = reader_new_bytes (bytes, length, true, &reader->dialect, &reader_default_limits);
  const Record *record = NULL;
  *ret_forgotten = false;
  *ret_text = NULL;
  Record odd = { .raw = bytes, .raw_length = length, .problem = "it is no record" };
  if (!reader_next (record_reader, &record, NULL) || record == NULL || record->raw_length < length)
    record = &odd;
  *ret_text = row_blanked (reader->row, record, &reader->dialect);
  *ret_forgotten = *ret_text == NULL && row_goes (reader->row, record, &reader->dialect);
  return *ret_forgotten || *ret_text != NULL;
}

static bool
settle_reject (Forgetting *forgetting, RejectReader *reader, const char *run, const DbResult *rejects, int row, GError **error)
{
  gsize length;
  bool forgotten;
  g_autofree guchar *bytes = g_base64_decode (db_result_value (rejects, row, 2), &length);
  g_autofree char *text = NULL;
  if (!judge (reader, (const char *) bytes, length, &forgotten, &text))
    return true;
  const SqlVar vars[] = { { "run", run },
                          { "line", db_result_value (rejects, row, 0) },
                          { "repaired", db_result_value (rejects, row, 1) },
                          { "text", text } };
  forgetting->counts.rejects++;
  return sql_run (forgetting->loader->db, text != NULL ? "forgotten/reject_blank" : "forgotten/reject_take", vars,
                  G_N_ELEMENTS (vars), NULL, error);
}

static bool
read_rejects (Forgetting *forgetting, RejectReader *reader, const char *run, GError **error)
{
  g_autofree char *line = g_strdup ("-1"), *repaired = g_strdup ("f");
  for (;;)
    {
      const SqlVar vars[] = { { "run", run }, { "line", line }, { "repaired", repaired } };
      g_autoptr (DbResult) rejects = NULL;
      if (!sql_run (forgetting->loader->db, "forgotten/rejects", vars, G_N_ELEMENTS (vars), &rejects, error))
        return false;
      int n = db_result_rows (rejects);
      for (int row = 0; row < n; row++)
        if (!settle_reject (forgetting, reader, run, rejects, row, error))
          return false;
      if (n == 0)
        return true;
      g_free (line);
      g_free (repaired);
      line = g_strdup (db_result_value (rejects, n - 1, 0));
      repaired = g_strdup (db_result_value (rejects, n - 1, 1));
    }
}

/* Rejects of a file that the model as it is now could not read stay, and are told. */
static void
note_unread (Forgetting *forgetting, const Model *model, const char *run, const char *file, const GError *problem)
{
  for (guint i = 0; i < forgetting->files->len; i++)
    if (strcmp (((const ForgetFile *) forgetting->files->pdata[i])->run, run) == 0)
      return;
  ForgetFile *unread = g_new0 (ForgetFile, 1);
  *unread = (ForgetFile) { .run = g_strdup (run),
                           .table = g_strdup (model->table),
                           .place = g_strdup (file),
                           .disposition = g_strdup (""),
                           .path = g_strdup (""),
                           .problem = g_strdup_printf ("its rejects could not be read: %s", problem->message) };
  g_ptr_array_add (forgetting->files, unread);
}

bool
forget_rejects (Forgetting *forgetting, const Model *model, GError **error)
{
  Db *db = forgetting->loader->db;
  const SqlVar var = { "table", model->table };
  g_autoptr (DbResult) runs = NULL;
  if (!sql_run (db, "forgotten/reject_runs", &var, 1, &runs, error))
    return false;
  for (int run = 0; run < db_result_rows (runs); run++)
    {
      g_auto (RejectReader) reader = { 0 };
      g_autoptr (GError) problem = NULL;
      const char *id = db_result_value (runs, run, 0);
      if (open_reader (forgetting, model, runs, run, &reader, &problem))
        {
          if (!read_rejects (forgetting, &reader, id, error))
            return false;
        }
      else if (!db_is_usable (db))
        return g_propagate_error (error, g_steal_pointer (&problem)), false;
      else
        note_unread (forgetting, model, id, db_result_value (runs, run, 1), problem);
    }
  return true;
}
