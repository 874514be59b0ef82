#include "src/schedule/piece.h"

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "models/name.h"
#include "schema/ledger_trouble.h"
#include "schema/ledger_schedule.h"

#include <string.h>

void
piece_free (Piece *piece)
{
  g_free (piece->name);
  timing_clear (&piece->timing);
  pull_free (piece->pull);
  g_free (piece);
}

static bool
add_piece (GPtrArray *pieces, Piece *piece, GError **error)
{
  g_ptr_array_add (pieces, piece);
  return timing_parse (piece->times.cron, piece->times.zone, piece->by, piece->times.cut_off, &piece->timing, error);
}

static bool
add_model (GPtrArray *pieces, const Model *model, GError **error)
{
  Piece *piece = g_new0 (Piece, 1);
  piece->name = g_strconcat (EXPECT_PREFIX, model->table, NULL);
  piece->model = model;
  piece->times = (JobTimes) { model->expect.every, model_expect_zone (model), NULL, CATCH_UP_ONCE };
  piece->by = model->expect.by;
  return add_piece (pieces, piece, error);
}

static bool
add_job (GPtrArray *pieces, const TimedJob *job, const JobTimes *times, GError **error)
{
  Piece *piece = g_new0 (Piece, 1);
  piece->name = g_strdup (job->name);
  piece->job = job;
  piece->times = *times;
  if (add_piece (pieces, piece, error))
    return true;
  return g_prefix_error (error, "%s: ", job->name), false;
}

/* Of a job that asks for what cannot be nothing is begun: whoever reads jobs tells it. */
static bool
add_pulls (GPtrArray *pieces, const Settings *settings, const TimedJob *row, GError **error)
{
  g_autoptr (GPtrArray) pulls = pulls_of (settings, row, error);
  for (guint i = 0; pulls != NULL && i < pulls->len; i++)
    {
      Piece *piece = g_new0 (Piece, 1);
      piece->pull = g_steal_pointer (&pulls->pdata[i]);
      piece->name = g_strconcat (PULL_PREFIX, piece->pull->name, NULL);
      piece->job = &piece->pull->job;
      piece->times = piece->pull->times;
      if (!add_piece (pieces, piece, NULL))
        g_ptr_array_remove_index (pieces, pieces->len - 1);
    }
  return pulls != NULL;
}

GPtrArray *
pieces_of (const Settings *settings, const Catalog *catalog, const TimedJob *jobs, GError **error)
{
  g_autoptr (GPtrArray) pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) piece_free);
  JobTimes times;
  for (guint i = 0; i < catalog->models->len; i++)
    {
      const Model *model = catalog->models->pdata[i];
      if (model->expect.every != NULL && !add_model (pieces, model, error))
        return NULL;
    }
  for (; jobs->name != NULL; jobs++)
    {
      if (jobs->is_pulls ? !add_pulls (pieces, settings, jobs, error)
                         : jobs->is_wanted (settings, &times) && !add_job (pieces, jobs, &times, error))
        return NULL;
    }
  return g_steal_pointer (&pieces);
}

bool
pieces_any (const Settings *settings, const Catalog *catalog, const TimedJob *jobs)
{
  JobTimes times;
  for (guint i = 0; i < catalog->models->len; i++)
    if (((const Model *) catalog->models->pdata[i])->expect.every != NULL)
      return true;
  for (; jobs->name != NULL; jobs++)
    if (jobs->is_pulls ? pulls_any (settings, jobs) : jobs->is_wanted (settings, &times))
      return true;
  return false;
}

const Piece *
pieces_find (const GPtrArray *pieces, const char *name)
{
  for (guint i = 0; i < pieces->len; i++)
    if (strcmp (((const Piece *) pieces->pdata[i])->name, name) == 0)
      return pieces->pdata[i];
  return NULL;
}

char *
pieces_names (const GPtrArray *pieces)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (guint i = 0; i < pieces->len; i++)
    g_ptr_array_add (names, ((const Piece *) pieces->pdata[i])->name);
  return text_array (names);
}

char *
pieces_tables (const GPtrArray *pieces)
{
  g_autoptr (GPtrArray) tables = g_ptr_array_new ();
  for (guint i = 0; i < pieces->len; i++)
    {
      const Piece *piece = pieces->pdata[i];
      if (piece->model != NULL)
        g_ptr_array_add (tables, piece->model->table);
    }
  return text_array (tables);
}

/* ---- what the ledger has of them ---- */

/* What a model asks of rows, as JSON; NULL: nothing. */
static char *
rows_text (const Model *model)
{
  g_autoptr (Json) rows = json_object ();
  if (model != NULL && model->expect.least_rows >= 0)
    json_object_set_new (rows, "min", json_integer (model->expect.least_rows));
  if (model != NULL && model->expect.change_percent >= 0)
    json_object_set_new (rows, "change_percent", json_real (model->expect.change_percent));
  return json_object_size (rows) > 0 ? weir_json_text (rows) : NULL;
}

static bool
follow_piece (Db *db, const char *home, const Piece *piece, int64_t now, GError **error)
{
  g_autofree char *rows = rows_text (piece->model);
  ScheduleRow row = { .name = piece->name,
                      .kind = piece->job != NULL ? piece->job->name : "expect",
                      .table = piece->model != NULL ? piece->model->table : NULL,
                      .cron = piece->times.cron,
                      .zone = piece->times.zone,
                      .by = piece->by,
                      .cut_off = piece->times.cut_off,
                      .rows = rows,
                      .catch_up = piece->times.catch_up };
  row.has_next = timing_next (&piece->timing, now, &row.next);
  return schedule_follow (db, home, &row, now, error);
}

/* The names that stay: of the pieces, and of models and jobs that are broken now. */
static char *
names_that_stay (const Settings *settings, const Catalog *catalog, const GPtrArray *pieces)
{
  g_autoptr (GPtrArray) broken = pulls_broken (settings);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < pieces->len; i++)
    g_ptr_array_add (names, g_strdup (((const Piece *) pieces->pdata[i])->name));
  for (guint i = 0; i < catalog->broken->len; i++)
    {
      const char *table = ((const BrokenModel *) catalog->broken->pdata[i])->table;
      if (name_is_usable (table))
        g_ptr_array_add (names, g_strconcat (EXPECT_PREFIX, table, NULL));
    }
  for (guint i = 0; i < broken->len; i++)
    g_ptr_array_add (names, g_strconcat (PULL_PREFIX, broken->pdata[i], NULL));
  return text_array (names);
}

static bool
follow_all (Db *db, const Settings *settings, const char *names, const GPtrArray *pieces, int64_t now, GError **error)
{
  const char *home = settings->home;
  g_autoptr (GPtrArray) jobs = pulls_jobs (settings);
  g_autofree char *known = text_array (jobs);
  for (guint i = 0; i < pieces->len; i++)
    if (!follow_piece (db, home, pieces->pdata[i], now, error))
      return false;
  return schedule_forget (db, home, names, now, error) && ledger_trouble_forget_pulls (db, home, known, now, error);
}

bool
pieces_follow (Db *db, const Settings *settings, const Catalog *catalog, const GPtrArray *pieces, int64_t now, GError **error)
{
  g_autofree char *names = names_that_stay (settings, catalog, pieces);
  if (!db_exec (db, "begin", error))
    return false;
  if (follow_all (db, settings, names, pieces, now, error))
    return db_exec (db, "commit", error);
  (void) db_exec (db, "rollback", NULL);
  return false;
}

char *
pieces_text (const Settings *settings, const Catalog *catalog, const GPtrArray *pieces)
{
  g_autofree char *names = names_that_stay (settings, catalog, pieces);
  g_autoptr (GString) text = g_string_new (names);
  for (guint i = 0; i < pieces->len; i++)
    {
      const Piece *piece = pieces->pdata[i];
      g_autofree char *rows = rows_text (piece->model);
      g_string_append_printf (text, "\n%s|%s|%s|%s|%s|%d", piece->times.cron, piece->times.zone, piece->by != NULL ? piece->by : "",
                              piece->times.cut_off != NULL ? piece->times.cut_off : "", rows != NULL ? rows : "",
                              (int) piece->times.catch_up);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
