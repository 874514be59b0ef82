#include "src/schedule/keeper.h"

#include "base/error.h"
#include "base/text.h"
#include "src/schedule/incident.h"

#include <stdio.h>
#include <string.h>

/* How long a file that lies in the drop folder, or is in work, may yet become one that has come. */
#define PATIENCE_SECONDS 600

#define LOOK_AGAIN_MS 100

/* What is done at one instant, with the pieces that there are then. */
typedef struct
{
  Keeper *keeper;
  Db *db;
  int64_t now;
  Catalog *catalog;
  GPtrArray *pieces; /* borrow the catalog */
} Round;

static void
round_clear (Round *round)
{
  g_clear_pointer (&round->pieces, g_ptr_array_unref);
  g_clear_pointer (&round->catalog, catalog_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Round, round_clear)

void
keeper_init (Keeper *keeper, const Settings *settings, const TimedJob *jobs, const char *program)
{
  *keeper = (Keeper) { .settings = settings, .jobs = jobs };
  works_init (&keeper->works, settings, program);
}

void
keeper_clear (Keeper *keeper)
{
  works_clear (&keeper->works);
  g_free (keeper->followed);
}

void
keeper_stop (Keeper *keeper, Db *db)
{
  works_stop (&keeper->works, db);
}

void
keeper_reconnected (Keeper *keeper)
{
  works_drop (&keeper->works);
  g_clear_pointer (&keeper->followed, g_free);
  keeper->locked = false;
}

bool
keeper_is_working (const Keeper *keeper)
{
  return works_count (&keeper->works) > 0;
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

/* ---- what is due ---- */

/* In a transaction. */
static bool
act_on_expectation (Db *db, const Piece *piece, ScheduleAct *act, const Arrival *arrival, char **ret_text, GError **error)
{
  bool ours;
  act->result = arrival->came ? "in time" : "stale";
  return schedule_act (db, act, &ours, error)
         && (!ours || arrival->came || incident_open_stale (db, piece, act->due, arrival, ret_text, error));
}

static bool
settle_expectation (Db *db, const Piece *piece, ScheduleAct *act, const Arrival *arrival, char **ret_text, GError **error)
{
  if (!db_exec (db, "begin", error))
    return false;
  if (act_on_expectation (db, piece, act, arrival, ret_text, error))
    return db_exec (db, "commit", error);
  (void) db_exec (db, "rollback", NULL);
  return false;
}

static bool
find_arrival (const Round *round, const Piece *piece, int64_t due, Arrival *ret_arrival, GError **error)
{
  g_autofree char *lying = incident_find_lying (round->keeper->settings, round->catalog, piece->model->table);
  return incident_find_arrival (round->db, piece, due, lying, ret_arrival, error);
}

/* A file that is there may be loaded any moment; not for ever. */
static bool
is_patient (const Round *round, int64_t due)
{
  return round->now < MAX (due, round->keeper->begun) + PATIENCE_SECONDS;
}

static bool
do_expectation (const Round *round, const Piece *piece, ScheduleAct *act, GError **error)
{
  g_auto (Arrival) arrival = { 0 };
  g_autofree char *text = NULL;
  if (!find_arrival (round, piece, act->due, &arrival, error))
    return false;
  if (arrival.waits && is_patient (round, act->due))
    return true;
  if (!settle_expectation (round->db, piece, act, &arrival, &text, error))
    return false;
  if (text != NULL)
    say (round->keeper, LEVEL_WARNING, text);
  return true;
}

/* "was": its next due time, which is here. */
static bool
do_due (const Round *round, const Piece *piece, int64_t was, GError **error)
{
  TimingPlan plan;
  bool ours;
  timing_plan (&piece->timing, piece->times.catch_up, was, round->now, &plan);
  ScheduleAct act = {
    .name = piece->name, .was = was, .due = plan.due, .has_next = plan.has_next, .next = plan.next, .now = round->now
  };
  if (piece->model != NULL)
    return do_expectation (round, piece, &act, error);
  act.message = plan.passed_by ? "once for all due times at which nobody was there" : NULL;
  if (plan.acts)
    return works_begin (&round->keeper->works, round->db, piece, &act, error);
  act.result = "skipped";
  act.message = plan.is_too_late ? "its cut-off had passed" : "nobody was there at its time";
  return schedule_act (round->db, &act, &ours, error);
}

static bool
do_all_due (const Round *round, const char *names, GError **error)
{
  g_autoptr (DbResult) due = NULL;
  if (!schedule_due (round->db, names, round->now, &due, error))
    return false;
  for (int row = 0; row < db_result_rows (due); row++)
    if (!do_due (round, pieces_find (round->pieces, db_result_value (due, row, 0)), db_result_int64 (due, row, 1), error))
      return false;
  return true;
}

/* ---- what there is ---- */

static bool
follow (const Round *round, GError **error)
{
  Keeper *keeper = round->keeper;
  g_autofree char *text = pieces_text (keeper->settings, round->catalog, round->pieces);
  if (g_strcmp0 (text, keeper->followed) == 0)
    return true;
  if (!pieces_follow (round->db, keeper->settings, round->catalog, round->pieces, round->now, error))
    return false;
  g_free (keeper->followed);
  keeper->followed = g_steal_pointer (&text);
  return true;
}

/* Reads what models and settings ask for now, and has the ledger follow. */
static bool
begin_round (Round *round, GError **error)
{
  const Keeper *keeper = round->keeper;
  round->catalog = settings_load_catalog (keeper->settings, error);
  round->pieces = round->catalog != NULL ? pieces_of (keeper->settings, round->catalog, keeper->jobs, error) : NULL;
  return round->pieces != NULL && follow (round, error);
}

bool
keeper_follow (Keeper *keeper, Db *db, GError **error)
{
  g_auto (Round) round = { .keeper = keeper, .db = db };
  return schedule_now (db, &round.now, error) && begin_round (&round, error);
}

/* ---- rounds ---- */

static bool
take_lock (Keeper *keeper, Db *db, GError **error)
{
  g_autofree char *what = g_strconcat ("home ", keeper->settings->home, NULL);
  return keeper->locked || schedule_lock (db, what, &keeper->locked, error);
}

static bool
look_after_works (const Round *round, GError **error)
{
  g_autoptr (GHashTable) ends = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter each;
  void *name, *failure;
  bool done = works_look (&round->keeper->works, round->db, round->pieces, round->now, ends, error);
  g_hash_table_iter_init (&each, ends);
  while (g_hash_table_iter_next (&each, &name, &failure))
    {
      g_autofree char *text = g_strdup_printf ("%s: %s", (char *) name, failure != NULL ? (char *) failure : "done");
      say (round->keeper, failure != NULL ? LEVEL_ERROR : LEVEL_INFO, text);
    }
  return done;
}

static bool
look_at_files (const Round *round, GError **error)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  bool done = incident_look (round->db, round->pieces, texts, error);
  for (guint i = 0; i < texts->len; i++)
    say (round->keeper, LEVEL_WARNING, texts->pdata[i]);
  return done;
}

static bool
find_next (Db *db, const char *names, int64_t *ret_next, GError **error)
{
  bool any;
  if (!schedule_next (db, names, &any, ret_next, error))
    return false;
  *ret_next = any ? *ret_next : INT64_MAX;
  return true;
}

static bool
do_round (Round *round, int64_t *ret_next, GError **error)
{
  if (!begin_round (round, error))
    return false;
  g_autofree char *names = pieces_names (round->pieces);
  return look_after_works (round, error) && look_at_files (round, error)
         && works_find_orphans (&round->keeper->works, round->db, names, round->now, error) && do_all_due (round, names, error)
         && find_next (round->db, names, ret_next, error);
}

bool
keeper_round (Keeper *keeper, Db *db, int64_t now, bool *ret_ours, int64_t *ret_next, GError **error)
{
  g_auto (Round) round = { .keeper = keeper, .db = db, .now = now };
  *ret_next = INT64_MAX;
  if (!take_lock (keeper, db, error))
    return false;
  *ret_ours = keeper->locked;
  return !keeper->locked || do_round (&round, ret_next, error);
}

/* ---- because somebody asked ---- */

/* The last due time, and what there is to say of it. */
static bool
judge_now (const Round *round, const Piece *piece, bool *ret_well, char **ret_text, GError **error)
{
  g_auto (Arrival) arrival = { 0 };
  ScheduleAct act = { .name = piece->name, .asked = true, .now = round->now };
  if (!timing_last (&piece->timing, round->now + 1, &act.due))
    return *ret_well = true, *ret_text = g_strdup ("it was never due"), true;
  if (!find_arrival (round, piece, act.due, &arrival, error)
      || !settle_expectation (round->db, piece, &act, &arrival, ret_text, error))
    return false;
  g_autofree char *due = zone_text (piece->timing.zone, act.due);
  *ret_well = arrival.came;
  if (arrival.came)
    *ret_text = g_strdup_printf ("%s: %s has come for %s (%s)", piece->model->table, arrival.file, due, piece->times.zone);
  else if (*ret_text == NULL)
    *ret_text = g_strdup_printf ("%s: still no file for %s (%s)", piece->model->table, due, piece->times.zone);
  return true;
}

/* To its end. */
static bool
run_job (const Round *round, const Piece *piece, bool *ret_well, char **ret_text, GError **error)
{
  Works *works = &round->keeper->works;
  const ScheduleAct act = { .name = piece->name, .asked = true, .now = round->now };
  g_autoptr (GHashTable) ends = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (!works_begin (works, round->db, piece, &act, error))
    return false;
  if (works_count (works) == 0)
    return weir_error (error, WEIR_ERROR_RETRY, "%s is under way already, or could not be started", piece->name);
  for (int64_t now; works_count (works) > 0;)
    if (!db_sleep (round->db, LOOK_AGAIN_MS, error) || !schedule_now (round->db, &now, error)
        || !works_look (works, round->db, round->pieces, now, ends, error))
      return false;
  const char *failure = g_hash_table_lookup (ends, piece->name);
  *ret_well = failure == NULL;
  *ret_text = g_strdup_printf ("%s: %s", piece->name, failure != NULL ? failure : "done");
  return true;
}

bool
keeper_run_now (Keeper *keeper, Db *db, const char *name, bool *ret_well, char **ret_text, GError **error)
{
  g_auto (Round) round = { .keeper = keeper, .db = db };
  if (!schedule_now (db, &round.now, error) || !begin_round (&round, error))
    return false;
  const Piece *piece = pieces_find (round.pieces, name);
  if (piece == NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "\"%s\" is another home's, or its model is broken", name);
  return piece->model != NULL ? judge_now (&round, piece, ret_well, ret_text, error)
                              : run_job (&round, piece, ret_well, ret_text, error);
}
