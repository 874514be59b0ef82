#include "src/schedule/keeper.h"

#include "base/error.h"
#include "base/secrets.h"
#include "base/text.h"
#include "schema/ledger_schedule.h"
#include "src/schedule/incident.h"
#include "src/schedule/work.h"
#include "src/settings/settings_table.h"

#include <stdio.h>
#include <string.h>

/* How long a file that lies in the drop folder, or is in work, may yet become one that has come. */
#define PATIENCE_SECONDS 600

#define LOOK_AGAIN_MS 100

void
keeper_init (Keeper *keeper, const Settings *settings, const TimedJob *jobs, const char *program)
{
  *keeper = (Keeper) { .settings = settings, .jobs = jobs, .program = program };
  keeper->works = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

typedef struct
{
  Work *work;
  int64_t began; /* as the ledger has it */
} UnderWay;

static void
drop_works (Keeper *keeper)
{
  GHashTableIter each;
  void *value;
  g_hash_table_iter_init (&each, keeper->works);
  while (g_hash_table_iter_next (&each, NULL, &value))
    work_free (((UnderWay *) value)->work);
  g_hash_table_remove_all (keeper->works);
}

void
keeper_clear (Keeper *keeper)
{
  drop_works (keeper);
  g_hash_table_unref (keeper->works);
  g_strfreev (keeper->environment);
  g_free (keeper->followed);
}

/* The locks of what it had under way are gone: somebody else may have begun the same. */
void
keeper_reconnected (Keeper *keeper)
{
  drop_works (keeper);
  g_clear_pointer (&keeper->followed, g_free);
  keeper->locked = false;
}

bool
keeper_is_working (const Keeper *keeper)
{
  return g_hash_table_size (keeper->works) > 0;
}

/* One line, whatever a file is called: to whoever has called us, or to the log of `weir watch`, with what that makes of it. */
static void
say (const Keeper *keeper, LogLevel level, const char *text)
{
  g_autofree char *line = text_printable (text, strlen (text), strlen (text));
  if (keeper->tell != NULL)
    {
      keeper->tell (level, line, keeper->tell_data);
      return;
    }
  if (keeper->logged)
    printf ("<%d>", log_priority (level));
  puts (line);
  fflush (stdout);
}

/* ---- jobs ---- */

static char *
lock_name (const char *name)
{
  return g_strconcat ("work ", name, NULL);
}

/* What has to be written down when a job's work has ended, or never began. The due times that have passed meanwhile are no debt. */
static bool
end_work (Db *db, const Piece *piece, const char *name, int64_t began, int64_t now, const char *failure, GError **error)
{
  g_autofree char *lock = lock_name (name);
  ScheduleAct act = { .name = name, .result = failure != NULL ? "failed" : "done", .message = failure };
  if (piece != NULL && piece->times.catch_up != CATCH_UP_ALL)
    act.has_next = timing_next (&piece->timing, now, &act.next);
  return schedule_end (db, &act, began, now, error) && schedule_unlock (db, lock, error);
}

/* A database that was given on the command line reaches jobs as one of the environment does. */
static bool
make_environment (Keeper *keeper, GError **error)
{
  const Settings *settings = keeper->settings;
  bool given = g_strcmp0 (settings->database_source, settings_row (database)->option) == 0;
  if (keeper->environment == NULL)
    keeper->environment = secrets_pass (given ? settings->database : NULL, error);
  return keeper->environment != NULL;
}

/* Begins a job whose row says that it is under way. */
static bool
start_work (Keeper *keeper, Db *db, const Piece *piece, int64_t now, GError **error)
{
  g_autoptr (GError) problem = NULL;
  Work *work = NULL;
  if (make_environment (keeper, &problem))
    work = work_start (&(WorkSetup) { piece->job, keeper->program, keeper->settings->home, keeper->environment }, &problem);
  if (work == NULL)
    return end_work (db, piece, piece->name, now, now, problem->message, error);
  UnderWay *under_way = g_new0 (UnderWay, 1);
  *under_way = (UnderWay) { work, now };
  g_hash_table_replace (keeper->works, g_strdup (piece->name), under_way);
  return true;
}

/* Writes down those that are over. */
static bool
look_after_works (Keeper *keeper, Db *db, const GPtrArray *pieces, int64_t now, GError **error)
{
  GHashTableIter each;
  void *key, *value;
  g_hash_table_iter_init (&each, keeper->works);
  while (g_hash_table_iter_next (&each, &key, &value))
    {
      const UnderWay *under_way = value;
      g_autofree char *failure = NULL;
      if (!work_is_over (under_way->work, &failure))
        continue;
      if (!end_work (db, pieces_find (pieces, key), key, under_way->began, now, failure, error))
        return false;
      g_autofree char *text = g_strdup_printf ("%s: %s", (char *) key, failure != NULL ? failure : "done");
      say (keeper, failure != NULL ? LEVEL_ERROR : LEVEL_INFO, text);
      work_free (under_way->work);
      g_hash_table_iter_remove (&each);
    }
  return true;
}

void
keeper_stop (Keeper *keeper, Db *db)
{
  GHashTableIter each;
  void *key, *value;
  int64_t now;
  g_hash_table_iter_init (&each, keeper->works);
  while (g_hash_table_iter_next (&each, &key, &value))
    {
      const UnderWay *under_way = value;
      work_stop (under_way->work);
      if (db_is_usable (db) && schedule_now (db, &now, NULL))
        (void) end_work (db, NULL, key, under_way->began, now, "weir was stopped", NULL);
    }
  drop_works (keeper);
}

/* What is said to be under way, and nobody does: its keeper has died. */
static bool
look_after_orphans (Keeper *keeper, Db *db, const char *names, int64_t now, GError **error)
{
  g_autoptr (DbResult) rows = NULL;
  if (!schedule_under_way (db, names, &rows, error))
    return false;
  for (int row = 0; row < db_result_rows (rows); row++)
    {
      const char *name = db_result_value (rows, row, 0);
      g_autofree char *lock = lock_name (name);
      bool ours;
      if (g_hash_table_contains (keeper->works, name))
        continue;
      if (!schedule_lock (db, lock, &ours, error)
          || (ours && !end_work (db, NULL, name, db_result_int64 (rows, row, 1), now, "whoever began it is gone", error)))
        return false;
    }
  return true;
}

/* ---- what is due ---- */

/* In a transaction. asked: somebody asked for it. */
static bool
act_on_expectation (Db *db, const Piece *piece, ScheduleAct *act, const Arrival *arrival, int64_t now, bool asked, char **ret_text,
                    GError **error)
{
  bool ours;
  act->result = arrival->came ? "in time" : "stale";
  if (!(asked ? schedule_act_now (db, act, now, &ours, error) : schedule_act (db, act, now, &ours, error)))
    return false;
  return !ours || arrival->came || incident_open_stale (db, piece, act->due, arrival, ret_text, error);
}

static bool
settle_expectation (Db *db, const Piece *piece, ScheduleAct *act, const Arrival *arrival, int64_t now, bool asked, char **ret_text,
                    GError **error)
{
  if (!db_exec (db, "begin", error))
    return false;
  if (act_on_expectation (db, piece, act, arrival, now, asked, ret_text, error))
    return db_exec (db, "commit", error);
  (void) db_exec (db, "rollback", NULL);
  return false;
}

/* A file that is there may be loaded any moment; not for ever. */
static bool
is_patient (const Keeper *keeper, int64_t due, int64_t now)
{
  return now < MAX (due, keeper->begun) + PATIENCE_SECONDS;
}

static bool
do_expectation (Keeper *keeper, Db *db, const Catalog *catalog, const Piece *piece, ScheduleAct *act, int64_t now, GError **error)
{
  g_auto (Arrival) arrival = { 0 };
  g_autofree char *text = NULL;
  if (!incident_find_arrival (db, keeper->settings, catalog, piece, act->due, &arrival, error))
    return false;
  if (arrival.waits && is_patient (keeper, act->due, now))
    return true;
  if (!settle_expectation (db, piece, act, &arrival, now, false, &text, error))
    return false;
  if (text != NULL)
    say (keeper, LEVEL_WARNING, text);
  return true;
}

static bool
do_job (Keeper *keeper, Db *db, const Piece *piece, const ScheduleAct *act, int64_t now, bool asked, GError **error)
{
  g_autofree char *lock = lock_name (piece->name);
  bool locked = true, ours;
  if (!schedule_lock (db, lock, &locked, error))
    return false;
  if (!locked)
    return true;
  if (!(asked ? schedule_act_now (db, act, now, &ours, error) : schedule_act (db, act, now, &ours, error)))
    return false;
  return ours ? start_work (keeper, db, piece, now, error) : schedule_unlock (db, lock, error);
}

/* Why nothing is run for what is due. */
static const char *
why_skipped (const TimingPlan *plan)
{
  return plan->is_too_late ? "its cut-off had passed" : "nobody was there at its time";
}

static bool
do_due (Keeper *keeper, Db *db, const Catalog *catalog, const Piece *piece, int64_t was, int64_t now, GError **error)
{
  TimingPlan plan;
  bool ours;
  timing_plan (&piece->timing, piece->times.catch_up, was, now, &plan);
  ScheduleAct act = { .name = piece->name, .was = was, .due = plan.due, .has_next = plan.has_next, .next = plan.next };
  if (piece->model != NULL)
    return do_expectation (keeper, db, catalog, piece, &act, now, error);
  act.message = plan.passed_by ? "once for all due times at which nobody was there" : NULL;
  if (plan.acts)
    return do_job (keeper, db, piece, &act, now, false, error);
  act.result = "skipped";
  act.message = why_skipped (&plan);
  return schedule_act (db, &act, now, &ours, error);
}

static bool
do_all_due (Keeper *keeper, Db *db, const Catalog *catalog, const GPtrArray *pieces, int64_t now, GError **error)
{
  g_autofree char *names = pieces_names (pieces);
  g_autoptr (DbResult) due = NULL;
  if (!look_after_orphans (keeper, db, names, now, error) || !schedule_due (db, names, now, &due, error))
    return false;
  for (int row = 0; row < db_result_rows (due); row++)
    if (!do_due (keeper, db, catalog, pieces_find (pieces, db_result_value (due, row, 0)), db_result_int64 (due, row, 1), now,
                 error))
      return false;
  return true;
}

/* ---- rounds ---- */

static bool
take_lock (Keeper *keeper, Db *db, GError **error)
{
  g_autofree char *what = g_strconcat ("home ", keeper->settings->home, NULL);
  return keeper->locked || schedule_lock (db, what, &keeper->locked, error);
}

static bool
follow (Keeper *keeper, Db *db, const Catalog *catalog, const GPtrArray *pieces, int64_t now, GError **error)
{
  g_autofree char *text = pieces_text (catalog, pieces);
  if (g_strcmp0 (text, keeper->followed) == 0)
    return true;
  if (!pieces_follow (db, keeper->settings, catalog, pieces, now, error))
    return false;
  g_free (keeper->followed);
  keeper->followed = g_steal_pointer (&text);
  return true;
}

static bool
look_at_files (const Keeper *keeper, Db *db, const GPtrArray *pieces, GError **error)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  bool done = incident_look (db, pieces, texts, error);
  for (guint i = 0; i < texts->len; i++)
    say (keeper, LEVEL_WARNING, texts->pdata[i]);
  return done;
}

/* What is done with the pieces there are now. */
typedef struct
{
  Catalog *catalog;
  GPtrArray *pieces; /* borrow the catalog */
} Pieces;

static void
pieces_clear (Pieces *pieces)
{
  g_clear_pointer (&pieces->pieces, g_ptr_array_unref);
  g_clear_pointer (&pieces->catalog, catalog_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pieces, pieces_clear)

static bool
read_pieces (Keeper *keeper, Db *db, int64_t now, Pieces *ret_pieces, GError **error)
{
  ret_pieces->catalog = settings_load_catalog (keeper->settings, error);
  if (ret_pieces->catalog == NULL)
    return false;
  ret_pieces->pieces = pieces_of (keeper->settings, ret_pieces->catalog, keeper->jobs, error);
  return ret_pieces->pieces != NULL && follow (keeper, db, ret_pieces->catalog, ret_pieces->pieces, now, error);
}

bool
keeper_follow (Keeper *keeper, Db *db, GError **error)
{
  g_auto (Pieces) all = { 0 };
  int64_t now;
  return schedule_now (db, &now, error) && read_pieces (keeper, db, now, &all, error);
}

static bool
find_next (Db *db, const GPtrArray *pieces, int64_t *ret_next, GError **error)
{
  g_autofree char *names = pieces_names (pieces);
  bool any;
  if (!schedule_next (db, names, &any, ret_next, error))
    return false;
  *ret_next = any ? *ret_next : INT64_MAX;
  return true;
}

bool
keeper_round (Keeper *keeper, Db *db, int64_t now, bool *ret_ours, int64_t *ret_next, GError **error)
{
  g_auto (Pieces) all = { 0 };
  *ret_next = INT64_MAX;
  if (!take_lock (keeper, db, error))
    return false;
  *ret_ours = keeper->locked;
  if (!keeper->locked)
    return true;
  return read_pieces (keeper, db, now, &all, error) && look_after_works (keeper, db, all.pieces, now, error)
         && look_at_files (keeper, db, all.pieces, error) && do_all_due (keeper, db, all.catalog, all.pieces, now, error)
         && find_next (db, all.pieces, ret_next, error);
}

/* ---- because somebody asked ---- */

/* The last due time, and what there is to say of it. */
static bool
judge_now (Keeper *keeper, Db *db, const Catalog *catalog, const Piece *piece, int64_t now, bool *ret_well, char **ret_text,
           GError **error)
{
  g_auto (Arrival) arrival = { 0 };
  ScheduleAct act = { .name = piece->name };
  if (!timing_last (&piece->timing, now + 1, &act.due))
    return *ret_well = true, *ret_text = g_strdup ("it was never due"), true;
  if (!incident_find_arrival (db, keeper->settings, catalog, piece, act.due, &arrival, error)
      || !settle_expectation (db, piece, &act, &arrival, now, true, ret_text, error))
    return false;
  g_autofree char *due = zone_text (piece->timing.zone, act.due);
  *ret_well = arrival.came;
  if (arrival.came)
    *ret_text = g_strdup_printf ("%s: %s has come for %s (%s)", piece->model->table, arrival.file, due, piece->times.zone);
  else if (*ret_text == NULL)
    *ret_text = g_strdup_printf ("%s: still no file for %s (%s)", piece->model->table, due, piece->times.zone);
  return true;
}

static bool
run_job_now (Keeper *keeper, Db *db, const Pieces *all, const Piece *piece, int64_t now, char **ret_failure, GError **error)
{
  const ScheduleAct act = { .name = piece->name };
  if (!do_job (keeper, db, piece, &act, now, true, error))
    return false;
  if (!keeper_is_working (keeper))
    return weir_error (error, WEIR_ERROR_RETRY, "%s is under way already, or could not be started", piece->name);
  const UnderWay *under_way = g_hash_table_lookup (keeper->works, piece->name);
  while (!work_is_over (under_way->work, ret_failure))
    if (!db_sleep (db, LOOK_AGAIN_MS, error))
      return false;
  int64_t then;
  bool done = schedule_now (db, &then, error)
              && end_work (db, pieces_find (all->pieces, piece->name), piece->name, under_way->began, then, *ret_failure, error);
  work_free (under_way->work);
  g_hash_table_remove (keeper->works, piece->name);
  return done;
}

bool
keeper_run_now (Keeper *keeper, Db *db, const char *name, bool *ret_well, char **ret_text, GError **error)
{
  g_auto (Pieces) all = { 0 };
  g_autofree char *failure = NULL;
  int64_t now;
  if (!schedule_now (db, &now, error) || !read_pieces (keeper, db, now, &all, error))
    return false;
  const Piece *piece = pieces_find (all.pieces, name);
  if (piece == NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "\"%s\" is another home's, or its model is broken", name);
  if (piece->model != NULL)
    return judge_now (keeper, db, all.catalog, piece, now, ret_well, ret_text, error);
  if (!run_job_now (keeper, db, &all, piece, now, &failure, error))
    return false;
  *ret_well = failure == NULL;
  *ret_text = g_strdup_printf ("%s: %s", name, failure != NULL ? failure : "done");
  return true;
}
