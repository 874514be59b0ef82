#include "base/error.h"
#include "base/text.h"
#include "schema/ledger_schedule.h"
#include "src/commands/cli.h"
#include "src/commands/schedule_call.h"

#include <stdio.h>

#define EXIT_STALE 1

/* ---- pieces that are there ---- */

static bool
open_work (Call *call, ScheduleWork *ret_work, GError **error)
{
  const ScheduleCall *schedule = call->around; /* NULL: a command of its own */
  call->json = call->json || (schedule != NULL && schedule->json);
  if (schedule != NULL)
    settings_given_add (&call->given, schedule->given);
  call->settings = settings_load (&call->given, HOME_REQUIRED, error);
  return call->settings != NULL && schedule_work_open (call->settings, ret_work, error);
}

/* What the argument names. Owned by the caller. */
static char *
find_name (const Call *call, Db *db, GError **error)
{
  char *name;
  if (!schedule_find (db, call->arguments[0], &name, error))
    return NULL;
  if (name == NULL)
    weir_fail (error,
               &(Failure) { WEIR_ERROR_MODEL,
                            .hint = "`weir schedule` lists what there is; a job is among them that has a \"cron\" or \"every\"." },
               "nothing is called \"%s\", or more than one thing", call->arguments[0]);
  return name;
}

/* How it stands with it now. */
static bool
show_piece (const Call *call, Db *db, const char *name, const char *said, GError **error)
{
  g_autoptr (DbResult) rows = NULL;
  if (!call->json)
    return puts (said), true;
  if (!schedule_list (db, name, &rows, error))
    return false;
  g_autoptr (Json) array = schedule_rows_to_json (rows);
  show_json (json_array_get (array, 0));
  return true;
}

static bool
run_pause (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  bool done;
  g_auto (ScheduleWork) work = { 0 };
  g_autofree char *name = open_work (call, &work, error) ? find_name (call, work.db, error) : NULL;
  if (name == NULL || !schedule_pause (work.db, name, &done, error))
    return false;
  g_autofree char *said =
      g_strdup_printf ("%s %s: weir resume %s goes on with it", name, done ? "is paused" : "was paused already", name);
  return show_piece (call, work.db, name, said, error);
}

/* The first due time from now on of what a row says. */
static bool
find_next (Db *db, const char *name, bool *ret_has, int64_t *ret_next, GError **error)
{
  g_autoptr (DbResult) rows = NULL;
  g_auto (Timing) timing = { 0 };
  int64_t now;
  if (!schedule_now (db, &now, error) || !schedule_list (db, name, &rows, error)
      || !timing_parse (db_result_named (rows, 0, "cron"), db_result_named (rows, 0, "time_zone"), db_result_named (rows, 0, "by"),
                        NULL, &timing, error))
    return false;
  *ret_has = timing_next (&timing, now, ret_next);
  return true;
}

static bool
run_resume (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  bool done, has_next;
  int64_t next = 0;
  g_auto (ScheduleWork) work = { 0 };
  g_autofree char *name = open_work (call, &work, error) ? find_name (call, work.db, error) : NULL;
  if (name == NULL || !find_next (work.db, name, &has_next, &next, error)
      || !schedule_resume (work.db, name, has_next, next, &done, error))
    return false;
  g_autofree char *said = g_strdup_printf ("%s %s", name, done ? "goes on" : "was not paused");
  return show_piece (call, work.db, name, said, error);
}

static bool
run_run_now (Call *call, int *ret_code, GError **error)
{
  bool well;
  g_autofree char *said = NULL;
  g_auto (ScheduleWork) work = { 0 };
  g_autofree char *name = open_work (call, &work, error) ? find_name (call, work.db, error) : NULL;
  if (name == NULL || !keeper_run_now (&work.keeper, work.db, name, &well, &said, error))
    return false;
  *ret_code = well ? 0 : EXIT_STALE;
  return show_piece (call, work.db, name, said, error);
}

const Command word_schedule_pause = {
  .name = "schedule pause",
  .arguments = "TASK",
  .summary = "nothing of it begins until it is resumed",
  .description = "What is under way goes on.\n\n  weir schedule pause users",
  .takes = TAKES_SETTINGS | TAKES_JSON,
  .least = 1,
  .most = 1,
  .usage = "what `weir schedule` calls it, or its table, is needed",
  .run = run_pause,
};

const Command word_schedule_resume = {
  .name = "schedule resume",
  .arguments = "TASK",
  .summary = "it goes on with its next time",
  .description = "What was due meanwhile is not made up for.\n\n  weir schedule resume users",
  .takes = TAKES_SETTINGS | TAKES_JSON,
  .least = 1,
  .most = 1,
  .usage = "what `weir schedule` calls it, or its table, is needed",
  .run = run_resume,
};

/* The same as words of their own, for a job as for all else. */
const Command command_pause = {
  .name = "pause",
  .arguments = "JOB/TASK",
  .summary = "nothing of a job, or other timed work, begins until it is resumed",
  .description = "As `weir schedule pause`. What is under way goes on.\n\n  weir pause orders",
  .takes = TAKES_SETTINGS | TAKES_JSON,
  .least = 1,
  .most = 1,
  .usage = "a job, or what `weir schedule` calls it, is needed",
  .run = run_pause,
};

const Command command_resume = {
  .name = "resume",
  .arguments = "JOB/TASK",
  .summary = "what was paused goes on with its next time",
  .description = "As `weir schedule resume`. What was due meanwhile is not made up for.\n\n  weir resume orders",
  .takes = TAKES_SETTINGS | TAKES_JSON,
  .least = 1,
  .most = 1,
  .usage = "a job, or what `weir schedule` calls it, is needed",
  .run = run_resume,
};

const Command word_schedule_run_now = {
  .name = "schedule run-now",
  .arguments = "TASK",
  .summary = "do it now, and say what came of it",
  .description = "Its next time stays, and it may be paused. Of a file that is expected: whether one has come for the last time "
                 "that it was due.\n"
                 "Ends with 1 where one has not, or the work fails.\n\n"
                 "  weir schedule run-now users",
  .takes = TAKES_SETTINGS | TAKES_JSON,
  .least = 1,
  .most = 1,
  .usage = "what `weir schedule` calls it, or its table, is needed",
  .run = run_run_now,
};

/* ---- an expression ---- */

typedef struct
{
  char *time_zone, *by, *from;
  int count;
} NextOptions;

static const NextOptions next_defaults = { .count = 5 };

static bool
read_from (const char *text, const Zone *zone, int64_t *ret_from, GError **error)
{
  *ret_from = g_get_real_time () / G_USEC_PER_SEC;
  if (text == NULL)
    return true;
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autofree char *midnight = g_strconcat (text, "T00:00:00", NULL);
  bool is_date = strlen (text) == strlen ("YYYY-MM-DD");
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (is_date ? midnight : text, utc);
  if (time == NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "\"%s\" is no day, as 2027-03-28 is, and no time, as 2027-03-28T00:00:00Z is",
                       text);
  /* A day begins where the zone says. */
  *ret_from = is_date ? zone_instant (zone, g_date_time_to_unix (time)) - 1 : g_date_time_to_unix (time);
  return true;
}

static void
print_due (const Zone *zone, int64_t due, Json *array, bool json)
{
  static const char *const times[] = { "at", NULL };
  g_autofree char *there = zone_text (zone, due), *utc = text_time (due * G_GINT64_CONSTANT (1000000000));
  Json *object = json_pack ("{s:s, s:s}", "at", utc, "there", there);
  show_times_to_iso (object, times);
  json_array_append_new (array, object);
  if (!json)
    printf ("%s  %s UTC\n", there, utc);
}

static bool
run_next (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  const NextOptions *options = call->options;
  const ScheduleCall *schedule = call->around;
  g_autofree char *cron = g_strjoinv (" ", call->arguments);
  g_auto (Timing) timing = { 0 };
  g_autoptr (Json) array = json_array ();
  bool json = call->json || schedule->json;
  int64_t at;
  if (!timing_parse (cron, options->time_zone != NULL ? options->time_zone : "UTC", options->by, NULL, &timing, error)
      || !read_from (options->from, timing.zone, &at, error))
    return false;
  for (int i = 0; i < options->count && timing_next (&timing, at, &at); i++)
    print_due (timing.zone, at, array, json);
  if (json)
    show_json (array);
  return true;
}

static const CommandOption next_options[] = {
  { "time-zone", 'z', OPTION_TEXT (NextOptions, time_zone), "Where these times are meant (UTC)", "ZONE" },
  { "by", 0, OPTION_TEXT (NextOptions, by), "A time of day until which it may come, as \"by\" of \"expect\"", "TIME" },
  { "from", 0, OPTION_TEXT (NextOptions, from), "From that day or time on, and not from now on", "DAY" },
  { "count", 'n', OPTION_NUMBER (NextOptions, count), "How many (5)", "N" },
  { NULL },
};

const Command word_schedule_next = {
  .name = "schedule next",
  .arguments = "CRON",
  .summary = "when an expression is due, to try it out",
  .description = "Minute, hour, day of the month, month, day of the week, as crontab (5) has them; or six with the second before "
                 "them; or @daily\n"
                 "and the like.\n\n"
                 "  weir schedule next '30 2 * * *' --time-zone Europe/Oslo --from 2027-03-27 -n 3",
  .takes = TAKES_JSON,
  .least = 1,
  .most = 6,
  .usage = "an expression is needed, in quotes: '0 6 * * 1-5'",
  .options = next_options,
  .options_size = sizeof (NextOptions),
  .defaults = &next_defaults,
  .run = run_next,
};
