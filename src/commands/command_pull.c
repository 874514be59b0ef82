#include "base/autoptr.h"
#include "base/error.h"
#include "base/text.h"
#include "schema/ledger_bookmark.h"
#include "schema/ledger_trouble.h"
#include "src/commands/cli.h"
#include "src/commands/load_now.h"
#include "src/jobs/windows.h"
#include "src/load/upkeep.h"
#include "src/steps/steps.h"
#include "src/report/progress.h"
#include "src/report/stepped.h"
#include "src/schedule/pulls.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DRAW_US 200000

typedef struct
{
  char *from, *to;
  gboolean full, all, gaps, rejects_ok, resume, dry_run, scheduled, names;
} PullCommand;

/* What is told while jobs are pulled. */
typedef struct
{
  const PullCommand *options;
  bool json;
  Loader loader;
  Log *log; /* NULL: there is no file */
  Progress progress;
  int64_t began_us, drawn_us; /* of what comes; 0: nothing was drawn */
  int code;
} Telling;

static void
telling_clear (Telling *telling)
{
  loader_clear (&telling->loader);
  g_clear_pointer (&telling->log, log_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Telling, telling_clear)

/* ---- what happens ---- */

static void
on_ended (const Json *published, const LoadEnd *end, void *data)
{
  Telling *telling = data;
  if (end != NULL)
    {
      int code = load_now_exit_code (end, telling->options->rejects_ok);
      telling->code = MAX (telling->code, code);
      load_now_tell (published, telling->json, false);
      load_now_look_behind (&telling->loader);
      return;
    }
  g_autofree char *text = telling->json
                              ? weir_json_text (published)
                              : g_strdup_printf ("%s: nothing new", json_string_value (json_object_get (published, "job")));
  puts (text);
  fflush (stdout);
}

static void
on_told (const char *job, const char *text, void *data)
{
  (void) data;
  g_auto (GStrv) lines = g_strsplit_set (text, "\n\t", -1);
  g_autofree char *line = g_strjoinv (" ", lines), *shown = text_printable (line, strlen (line), SIZE_MAX);
  fprintf (stderr, "%s: %s\n", job, shown);
}

/* The connector's own words: in the log under the run, and for whoever looks on. */
static void
on_said (const char *job, Uid run, const char *line, void *data)
{
  Telling *telling = data;
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  g_autofree char *shown = text_printable (line, strlen (line), SIZE_MAX);
  if (telling->log != NULL)
    log_about (telling->log, LEVEL_INFO, &(LogSubject) { .run = id }, "%s: connector: %s", job, shown);
  if (telling->log == NULL || !telling->options->scheduled)
    fprintf (stderr, "%s: connector: %s\n", job, shown);
}

static void
draw (Telling *telling, const char *job, int64_t rows, int64_t bytes, int64_t total)
{
  int64_t took_us = MAX (g_get_monotonic_time () - telling->began_us, 1);
  g_autofree char *count = text_count (rows), *size = text_size (bytes), *all = text_count (total);
  g_autofree char *speed = text_count (rows * G_USEC_PER_SEC / took_us);
  fprintf (stderr, "\r\033[K%s  %s%s%s rows, %s, %s rows/s", job, count, total >= 0 ? " of " : "", total >= 0 ? all : "", size,
           speed);
  fflush (stderr);
}

static void
on_coming (const char *job, int64_t rows, int64_t bytes, int64_t total, void *data)
{
  Telling *telling = data;
  int64_t now = g_get_monotonic_time ();
  if (!show_is_fancy (STDERR_FILENO))
    return;
  if (rows < 0)
    {
      if (telling->drawn_us > 0)
        fputs ("\r\033[K", stderr);
      telling->began_us = telling->drawn_us = 0;
      return;
    }
  if (telling->began_us == 0)
    telling->began_us = now;
  if (now - telling->drawn_us < DRAW_US)
    return;
  telling->drawn_us = now;
  draw (telling, job, rows, bytes, total);
}

static void
on_loading (const char *name, bool begins, void *data)
{
  Telling *telling = data;
  if (begins)
    progress_begin (&telling->progress, name, &telling->loader);
  else
    progress_end (&telling->progress);
}

/* ---- jobs ---- */

static const char *
table_of (const Job *job)
{
  if (job->streams->len == 0)
    return job->name;
  return ((const JobStream *) job->streams->pdata[0])->table;
}

/* The name is part of many a word, and of what files and tables are called. */
static bool
is_named (const Job *job, const char *message)
{
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", job->name);
  const char *behind = g_str_has_prefix (message, job->name) ? message + strlen (job->name) : "";
  return g_str_has_prefix (behind, ": ") || g_str_has_prefix (behind, " is ") || strstr (message, quoted) != NULL;
}

/* Of several jobs it has to be seen whose it is. Takes the error. */
static GError *
with_name (const Job *job, GError *error)
{
  if (!is_named (job, error->message) && !g_error_matches (error, WEIR_ERROR, WEIR_ERROR_STOP))
    g_prefix_error (&error, "%s: ", job->name);
  return error;
}

/* Takes the error. *ret_end_of_all: where no other job would go better. */
static void
tell_failure (Telling *telling, const Job *job, ConnectedHow how, GError *error, bool *ret_end_of_all)
{
  int code = weir_error_exit_code (error);
  *ret_end_of_all = g_error_matches (error, WEIR_ERROR, WEIR_ERROR_STOP);
  telling->code = MAX (telling->code, code);
  if (!telling->json)
    {
      command_fail (with_name (job, error), false);
      if (*ret_end_of_all)
        fprintf (stderr, "HINT:  Nothing is lost: `weir pull %s` goes on from there.\n", job->name);
      return;
    }
  g_autoptr (Json) failed = json_pack (
      "{s:s, s:n, s:s, s:s, s:n, s:s?, s:n, s:n, s:o}", "job", job->name, "stream", "table", table_of (job), "status", "failed",
      "file", "class", how != CONNECTED_DONE ? connected_words[how] : NULL, "run", "rows", "error", weir_json_error (error));
  g_autofree char *line = weir_json_text (failed);
  puts (line);
  fflush (stdout);
  g_error_free (error);
}

static void
on_step (const char *job, const Json *step, void *data)
{
  const Telling *telling = data;
  if (!telling->json)
    stepped_show (job, step);
}

/* Takes the error. */
static void
tell_steps (Telling *telling, const Job *job, ConnectedHow how, const Json *summary, GError *error, bool *ret_end_of_all)
{
  if (summary == NULL || error == NULL || !telling->json)
    {
      if (summary != NULL && telling->json)
        {
          g_autofree char *line = weir_json_text (summary);
          puts (line);
        }
      if (error != NULL)
        tell_failure (telling, job, how, error, ret_end_of_all);
      return;
    }
  g_autofree char *line = weir_json_text (summary);
  puts (line);
  fflush (stdout);
  telling->code = MAX (telling->code, weir_error_exit_code (error));
  *ret_end_of_all = g_error_matches (error, WEIR_ERROR, WEIR_ERROR_STOP);
  g_error_free (error);
}

static bool
run_steps (Telling *telling, const PullOptions *options, const Job *job)
{
  bool rejects, end_of_all = false;
  ConnectedHow how;
  GError *error = NULL;
  g_autoptr (Json) summary = NULL;
  const StepsOptions asked = { options, telling->options->resume, telling->options->dry_run, on_step, telling };
  (void) steps_run (&asked, job, &summary, &rejects, &how, &error);
  tell_steps (telling, job, how, summary, error, &end_of_all);
  if (rejects && !telling->options->rejects_ok)
    telling->code = MAX (telling->code, EXIT_REFUSED);
  return !end_of_all;
}

static bool
pull_one (Telling *telling, const Job *job)
{
  const PullOptions options = { .loader = &telling->loader,
                                .full = telling->options->full,
                                .from = telling->options->from,
                                .to = telling->options->to,
                                .events = { on_ended, on_told, on_said, on_coming, on_loading, telling } };
  ConnectedHow how;
  bool well, end_of_all = false;
  GError *error = NULL;
  if (job->steps != NULL)
    return run_steps (telling, &options, job);
  if (!pull_job (&options, job, &how, &well, &error))
    tell_failure (telling, job, how, error, &end_of_all);
  else if (!well)
    telling->code = MAX (telling->code, EXIT_REFUSED);
  return !end_of_all;
}

static bool
check_pulls (const PullCommand *options, const Job *job, GError **error)
{
  if (job->steps != NULL && (options->from != NULL || options->gaps))
    return weir_error (error, WEIR_ERROR_MODEL, "job \"%s\" is a stream of steps: it has no windows", job->name);
  if (job->steps == NULL && (options->resume || options->dry_run))
    return weir_error (error, WEIR_ERROR_MODEL, "job \"%s\" has no steps: --resume and --dry-run are for those", job->name);
  if (options->gaps && job->connection != NULL && job->window == NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "job \"%s\" has no \"window\": only jobs that have one know of gaps", job->name);
  if (job->connection != NULL || job->steps != NULL)
    return true;
  g_autofree char *hint = g_strdup_printf ("`weir push %s` delivers its table.", job->name);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = hint }, "job \"%s\" pulls nothing: it has no \"from\"",
                    job->name);
}

/* All that are named, before one of them is begun. Borrowed. */
static GPtrArray *
choose (const Jobs *jobs, const Call *call, GError **error)
{
  const PullCommand *options = call->options;
  g_autoptr (GPtrArray) chosen = g_ptr_array_new ();
  for (guint i = 0; options->all && i < jobs->jobs->len; i++)
    {
      const Job *job = jobs->jobs->pdata[i];
      if (options->gaps ? job->window != NULL : job->connection != NULL || job->steps != NULL)
        g_ptr_array_add (chosen, jobs->jobs->pdata[i]);
    }
  for (int i = 0; i < call->n_arguments; i++)
    {
      const Job *job = jobs_find (jobs, call->arguments[i], error);
      if (job == NULL || !check_pulls (options, job, error))
        return NULL;
      g_ptr_array_add (chosen, (Job *) job);
    }
  return g_steal_pointer (&chosen);
}

/* ---- gaps ---- */

static bool
tell_gaps_of (Db *db, const Job *job, Json *all, GError **error)
{
  for (guint i = 0; i < job->streams->len; i++)
    {
      const JobStream *stream = job->streams->pdata[i];
      g_autoptr (Json) position = NULL;
      if (!ledger_bookmark_find (db, job->name, pull_stream_name (job, stream), &position, error))
        return false;
      g_autoptr (Json) gaps = windows_gaps (position);
      for (size_t g = 0; g < json_array_size (gaps); g++)
        {
          Json *gap = json_array_get (gaps, g);
          json_object_set_new (gap, "job", json_string (job->name));
          json_array_append (all, gap);
        }
    }
  return true;
}

static bool
tell_gaps (const Telling *telling, const GPtrArray *jobs, GError **error)
{
  g_autoptr (Json) all = json_array ();
  for (guint i = 0; i < jobs->len; i++)
    if (!tell_gaps_of (telling->loader.db, jobs->pdata[i], all, error))
      return false;
  if (telling->json)
    return show_json (all), true;
  for (size_t i = 0; i < json_array_size (all); i++)
    {
      const Json *gap = json_array_get (all, i);
      printf ("weir pull %s --from %s --to %s\n", json_string_value (json_object_get (gap, "job")),
              json_string_value (json_object_get (gap, "start")), json_string_value (json_object_get (gap, "end")));
    }
  if (json_array_size (all) == 0)
    puts ("No window is missing between two that were pulled.");
  return true;
}

/* ---- the command ---- */

static bool
open_telling (const Call *call, Telling *telling, int stop_fd, GError **error)
{
  LogOptions logged = settings_log_options (call->settings);
  logged.quiet = true;
  if (!settings_make_folders (call->settings, error))
    return false;
  telling->log = logged.path != NULL ? log_open (&logged) : NULL;
  loader_init (&telling->loader, call->settings, stop_fd);
  telling->loader.one_shot = true;
  return loader_refresh (&telling->loader, error);
}

/* What was told of jobs that are not there any more is over. */
static void
forget_others (const Telling *telling)
{
  const Settings *settings = telling->loader.settings;
  g_autoptr (GPtrArray) names = pulls_jobs (settings);
  g_autofree char *known = text_array (names);
  (void) ledger_trouble_forget_pulls (telling->loader.db, settings->home, known, g_get_real_time () / G_USEC_PER_SEC, NULL);
}

static bool
pull_all (const Call *call, Telling *telling, GError **error)
{
  g_autoptr (Jobs) jobs = jobs_load (call->settings, error);
  g_autoptr (GPtrArray) chosen = jobs != NULL ? choose (jobs, call, error) : NULL;
  AUTO_FD int stop_fd = loader_open_stop ();
  if (chosen == NULL || !open_telling (call, telling, stop_fd, error))
    return false;
  if (chosen->len == 0)
    fputs ("weir: there is no job that pulls: one is a file jobs/NAME.json\n", stderr);
  if (telling->options->gaps)
    return tell_gaps (telling, chosen, error);
  forget_others (telling);
  for (guint i = 0; i < chosen->len; i++)
    if (!pull_one (telling, chosen->pdata[i]))
      break;
  upkeep_leave (&telling->loader);
  return true;
}

/* Of the jobs that can be pulled: not those that only deliver. */
static bool
print_names (const Call *call, GError **error)
{
  g_autoptr (Jobs) jobs = jobs_load (call->settings, error);
  for (guint i = 0; jobs != NULL && i < jobs->jobs->len; i++)
    {
      const Job *job = jobs->jobs->pdata[i];
      if (job->connection != NULL || job->steps != NULL)
        puts (job->name);
    }
  return jobs != NULL;
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  const PullCommand *options = call->options;
  if (options->names)
    return print_names (call, error);
  g_auto (Telling) telling = { .options = options, .json = call->json };
  if (options->all == (call->n_arguments > 0))
    *ret_code = command_usage ("pull", "the names of jobs are needed, or --all");
  else if (options->to != NULL && options->from == NULL)
    *ret_code = command_usage ("pull", "--to needs --from");
  else if (options->full && options->from != NULL)
    *ret_code = command_usage ("pull", "--full and --from are not for the same pull");
  else if (options->resume && (options->full || options->all))
    *ret_code = command_usage ("pull", "--resume is for one job, and not beside --full");
  else if (!pull_all (call, &telling, error))
    return false;
  else
    *ret_code = telling.code;
  return true;
}

static const CommandOption options[] = {
  { "from", 0, OPTION_TEXT (PullCommand, from), "Once more what is from there on, whatever the bookmark says, which stays", "T" },
  { "to", 0, OPTION_TEXT (PullCommand, to), "And before that (now)", "T" },
  { "full", 0, OPTION_FLAG (PullCommand, full), "All of it, as the first time", NULL },
  { "resume", 0, OPTION_FLAG (PullCommand, resume), "Of steps: go on with the last run, which failed", NULL },
  { "dry-run", 0, OPTION_FLAG (PullCommand, dry_run), "Of steps: all but the deliveries", NULL },
  { "all", 'a', OPTION_FLAG (PullCommand, all), "All jobs that pull", NULL },
  { "gaps", 0, OPTION_FLAG (PullCommand, gaps), "Pull nothing: say which windows are missing", NULL },
  REJECTS_OK_OPTION (PullCommand),
  { "scheduled", 0, OPTION_FLAG (PullCommand, scheduled), NULL, NULL }, /* by whoever keeps the schedule */
  { "names", 0, OPTION_FLAG (PullCommand, names), NULL, NULL },         /* by the completion of shells */
  { NULL },
};

const Command command_pull = {
  .name = "pull",
  .arguments = "JOB...",
  .summary = "bring what is new at a source into its table, now",
  .description =
      "A job is a file jobs/NAME.json: `weir jobs` lists them. What was brought is loaded as a file that somebody has dropped,\n"
      "and where the source was read to moves with that. One that failed is pulled from the same place the next time.\n"
      "T is a time (2026-01-31, 2026-01-31T06:00:00Z), or what the bookmark is of. Ends with 1 for what was refused, held or\n"
      "rejected, 2 where a person has to mend something, 3 where it may go well another time, 4 where the disk is full.\n\n"
      "  weir pull orders\n"
      "  weir pull orders --from 2026-01-01 --to 2026-02-01\n"
      "  weir pull --all --json",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .most = ANY_NUMBER,
  .options = options,
  .options_size = sizeof (PullCommand),
  .run = run,
};
