#include "base/error.h"
#include "base/text.h"
#include "schema/ledger_schedule.h"
#include "src/commands/cli.h"
#include "src/commands/schedule_call.h"
#include "src/load/loader.h"
#include "src/schedule/keeping.h"
#include "src/server/connect.h"

#include "base/autoptr.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OVERDUE_SECONDS 900

typedef struct
{
  gboolean tick;
  gboolean keep;
  gboolean names;
  char *now;
} ScheduleOptions;

static const Command *const words[] = { &word_schedule_next, &word_schedule_pause, &word_schedule_resume, &word_schedule_run_now,
                                        NULL };

/* ---- what the words share ---- */

void
schedule_work_clear (ScheduleWork *work)
{
  if (work->keeper.works.by_name != NULL)
    keeper_clear (&work->keeper);
  g_clear_pointer (&work->db, db_free);
  g_clear_pointer (&work->program, g_free);
}

bool
schedule_work_open (const Settings *settings, ScheduleWork *ret_work, GError **error)
{
  ret_work->program = command_program (error);
  ret_work->db = ret_work->program != NULL ? database_open (settings, error) : NULL;
  if (ret_work->db == NULL)
    return false;
  keeper_init (&ret_work->keeper, settings, schedule_jobs, ret_work->program);
  return keeper_follow (&ret_work->keeper, ret_work->db, error);
}

/* As people read it; null: there is no such time. */
static Json *
instant_to_json (const char *seconds)
{
  g_autofree char *text = seconds != NULL ? text_time (g_ascii_strtoll (seconds, NULL, 10) * G_GINT64_CONSTANT (1000000000)) : NULL;
  return weir_json_string (text);
}

Json *
schedule_rows_to_json (const DbResult *rows)
{
  static const char *const times[] = { "next", "last", "began", "ended", "paused", NULL };
  Json *array = show_result_to_json (rows);
  for (int row = 0; row < db_result_rows (rows); row++)
    {
      Json *object = json_array_get (array, (size_t) row);
      json_object_set_new (object, "next", instant_to_json (db_result_named (rows, row, "next")));
      json_object_set_new (object, "last", instant_to_json (db_result_named (rows, row, "last")));
      show_times_to_iso (object, times);
    }
  return array;
}

/* ---- the list ---- */

static char *
when (const DbResult *rows, int row, const char *column)
{
  const char *seconds = db_result_named (rows, row, column);
  g_autoptr (Zone) zone = zone_open (db_result_named (rows, row, "time_zone"), NULL);
  if (seconds == NULL || zone == NULL)
    return NULL;
  g_autofree char *text = zone_text (zone, g_ascii_strtoll (seconds, NULL, 10));
  return g_strdup_printf ("%s %s", text, zone_name (zone));
}

/* The same on the clock of whoever looks. */
static char *
when_here (const char *seconds)
{
  g_autoptr (GDateTime) time = seconds != NULL ? g_date_time_new_from_unix_local (g_ascii_strtoll (seconds, NULL, 10)) : NULL;
  return time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M %Z") : NULL;
}

/* "0 6 * * 1-5, by 08:00" */
static char *
rule_of (const DbResult *rows, int row)
{
  const char *by = db_result_named (rows, row, "by"), *cut_off = db_result_named (rows, row, "cut_off");
  return g_strconcat (db_result_named (rows, row, "cron"), by != NULL ? ", by " : "", by != NULL ? by : "",
                      cut_off != NULL ? ", not from " : "", cut_off != NULL ? cut_off : "", cut_off != NULL ? " on" : "", NULL);
}

static const char *
state_of (const DbResult *rows, int row)
{
  if (db_result_named (rows, row, "paused") != NULL)
    return "paused";
  if (db_result_named (rows, row, "began") != NULL && db_result_named (rows, row, "ended") == NULL)
    return "under way";
  return db_result_named (rows, row, "result");
}

/* Due so long ago that a file which lies in the drop folder is no reason any more. */
static bool
is_overdue (const DbResult *rows, int row)
{
  const char *next = db_result_named (rows, row, "next");
  return next != NULL && db_result_named (rows, row, "paused") == NULL
         && g_ascii_strtoll (next, NULL, 10) < g_get_real_time () / G_USEC_PER_SEC - OVERDUE_SECONDS;
}

static void
print_list (const DbResult *rows)
{
  static const char *const headers[] = { "name", "times", "next", "here", "last", "result", NULL };
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  for (int row = 0; row < db_result_rows (rows); row++)
    {
      g_ptr_array_add (cells, g_strdup (db_result_named (rows, row, "name")));
      g_ptr_array_add (cells, rule_of (rows, row));
      g_ptr_array_add (cells, when (rows, row, "next"));
      g_ptr_array_add (cells, when_here (db_result_named (rows, row, "next")));
      g_ptr_array_add (cells, when (rows, row, "last"));
      g_ptr_array_add (cells, g_strdup (state_of (rows, row)));
    }
  if (cells->len == 0)
    puts ("Nothing has its times: \"expect\" in a model says when a file is expected, \"cron\" in a job when it is pulled.");
  else
    show_table (headers, cells);
  bool overdue = false;
  for (int row = 0; row < db_result_rows (rows); row++)
    {
      overdue = overdue || is_overdue (rows, row);
      if (db_result_named (rows, row, "message") != NULL)
        printf ("%s: %s\n", db_result_named (rows, row, "name"), db_result_named (rows, row, "message"));
    }
  if (overdue)
    puts ("Nobody keeps the schedule: `weir watch` does as long as it runs, `weir schedule --tick` once.");
}

static void
print_names (const DbResult *rows)
{
  for (int row = 0; row < db_result_rows (rows); row++)
    puts (db_result_named (rows, row, "name"));
}

/* Those that are known, for completion, which waits for nobody. */
static bool
list_names (const Settings *settings)
{
  g_autoptr (DbResult) rows = NULL;
  g_autoptr (Db) db = database_open (settings, NULL);
  if (db != NULL && schedule_list (db, NULL, &rows, NULL))
    print_names (rows);
  return true;
}

static bool
list (const Settings *settings, bool json, GError **error)
{
  g_auto (ScheduleWork) work = { 0 };
  g_autoptr (DbResult) rows = NULL;
  if (!schedule_work_open (settings, &work, error) || !schedule_list (work.db, NULL, &rows, error))
    return false;
  g_autoptr (Json) array = schedule_rows_to_json (rows);
  if (json)
    show_json (array);
  else
    print_list (rows);
  return true;
}

/* ---- whoever keeps it ---- */

/* The time that a test says it is; 0: as it is. */
static bool
read_now (const char *text, int64_t *ret_now, GError **error)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, utc) : NULL;
  *ret_now = time != NULL ? g_date_time_to_unix (time) : 0;
  return text == NULL || time != NULL || weir_error (error, WEIR_ERROR_MODEL, "\"%s\" is no time", text);
}

static bool
tick (const Settings *settings, const char *text, GError **error)
{
  g_auto (ScheduleWork) work = { 0 };
  int64_t now;
  bool ours;
  if (!read_now (text, &now, error) || !schedule_work_open (settings, &work, error))
    return false;
  if (!keeping_once (&work.keeper, work.db, now, &ours, error))
    return false;
  if (!ours)
    fputs ("Another weir keeps the schedule of this home.\n", stderr);
  return true;
}

static bool
keep (const Settings *settings, GError **error)
{
  AUTO_FD int stop_fd = loader_open_stop ();
  g_autofree char *program = command_program (error);
  if (program == NULL)
    return false;
  /* `weir watch` has what we say in the log. So it has what jobs say of why they failed. */
  dup2 (STDOUT_FILENO, STDERR_FILENO);
  g_auto (Keeper) keeper;
  keeper_init (&keeper, settings, schedule_jobs, program);
  keeping_on (&keeper, stop_fd);
  return true;
}

/* ---- the command ---- */

static int
call_word (const ScheduleCall *schedule, int argc, char **argv)
{
  const Command *word = command_find_word (&command_schedule, argv[0]);
  if (word != NULL)
    return command_call_word (word, schedule, argc, argv);
  if (argv[0][0] == '-')
    return command_usage (command_schedule.name, "unknown option \"%s\"", argv[0]);
  g_auto (GStrv) names = command_words (&command_schedule);
  const char *nearest = text_nearest (argv[0], (const char *const *) names);
  if (nearest != NULL)
    return command_usage (command_schedule.name, "there is no word \"%s\", did you mean \"%s\"?", argv[0], nearest);
  return command_usage (command_schedule.name, "there is no word \"%s\"", argv[0]);
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  const ScheduleOptions *options = call->options;
  const ScheduleCall schedule = { &call->given, call->json };
  if (call->n_arguments > 0)
    return *ret_code = call_word (&schedule, call->n_arguments, call->arguments), true;
  call->settings = settings_load (&call->given, HOME_REQUIRED, error);
  if (call->settings == NULL)
    return false;
  if (options->names)
    return list_names (call->settings);
  if (options->keep)
    return keep (call->settings, error);
  return options->tick ? tick (call->settings, options->now, error) : list (call->settings, call->json, error);
}

static const CommandOption options[] = {
  { "tick", 0, OPTION_FLAG (ScheduleOptions, tick),
    "Do what is due, once, and end, as `weir watch --once` does when the files are in", NULL },
  { "keep", 0, OPTION_FLAG (ScheduleOptions, keep), NULL, NULL }, /* weir watch's companion */
  { "names", 0, OPTION_FLAG (ScheduleOptions, names), NULL, NULL },
  { "now", 0, OPTION_TEXT (ScheduleOptions, now), NULL, NULL }, /* of tick: as if it were that time */
  { NULL },
};

const Command command_schedule = {
  .name = "schedule",
  .arguments = "[WORD ...]",
  .summary = "work that has its times: when it is due next, and what came of it",
  .description =
      "Without a word: a list. NAME is what that calls it, or a table. `weir watch` keeps the schedule as long as it runs.\n\n"
      "  weir schedule\n"
      "  weir schedule next '0 6 * * 1-5' --time-zone Europe/Oslo\n"
      "  weir schedule pause users",
  .takes = TAKES_SETTINGS | TAKES_JSON | PASSES_ARGUMENTS,
  .most = ANY_NUMBER,
  .options = options,
  .options_size = sizeof (ScheduleOptions),
  .words = words,
  .run = run,
};
