#include "base/error.h"
#include "base/quantity.h"
#include "base/text.h"
#include "schema/ledger.h"
#include "src/commands/cli.h"
#include "src/report/log_reader.h"
#include "src/report/logged.h"
#include "src/report/pager.h"
#include "src/server/connect.h"

#include <stdio.h>
#include <string.h>

/* Where nothing is asked for. */
#define DEFAULT_LINES 20
#define EVERY_LINE (-1)

#define LOOK_AGAIN_US 200000

typedef struct
{
  gboolean follow;
  char *since, *level;
  int lines;
} LogCommandOptions;

/* Which lines are wanted. */
typedef struct
{
  const Call *call;
  char *imports;    /* as messages call it */
  GPtrArray *named; /* of char *: runs or files; empty: all */
  char *since;      /* as Logged.time; NULL: since ever */
  LogLevel level;
} Wanted;

/* What was found. */
typedef struct
{
  GQueue lines;     /* of char *, as they are printed */
  GHashTable *runs; /* of what was named: the beginnings of the ids, each with who named it */
  GHashTable *met;  /* of what was named: that there is a line, whatever its time and level */
  char *oldest;     /* the time of the first line that has one */
} Found;

static void
found_init (Found *found)
{
  *found = (Found) { .runs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                     .met = g_hash_table_new (g_str_hash, g_str_equal) };
  g_queue_init (&found->lines);
}

static void
wanted_clear (Wanted *wanted)
{
  g_free (wanted->imports);
  g_ptr_array_unref (wanted->named);
  g_free (wanted->since);
}

static void
found_clear (Found *found)
{
  g_queue_clear_full (&found->lines, g_free);
  g_hash_table_unref (found->runs);
  g_hash_table_unref (found->met);
  g_free (found->oldest);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Wanted, wanted_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Found, found_clear)

/* ---- what is wanted ---- */

/* A time (UTC, as the log has it), or how long ago: "2 hours". Owned by the caller; NULL: it is neither. */
static char *
read_since (const char *text)
{
  int64_t seconds;
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autofree char *whole = g_strdelimit (g_strdup (text), " ", 'T');
  g_autofree char *to_minute = g_strconcat (whole, ":00", NULL), *to_day = g_strconcat (whole, "T00:00:00", NULL);
  const char *const forms[] = { whole, to_minute, to_day };
  g_autoptr (GDateTime) time = NULL;
  for (size_t i = 0; i < G_N_ELEMENTS (forms) && time == NULL; i++)
    time = g_date_time_new_from_iso8601 (forms[i], utc);
  if (time == NULL && quantity_read_period (text, &seconds) && seconds > 0)
    {
      g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
      time = g_date_time_add_seconds (now, -(double) seconds);
    }
  g_autoptr (GDateTime) in_utc = time != NULL ? g_date_time_to_utc (time) : NULL;
  return in_utc != NULL ? g_date_time_format (in_utc, "%Y-%m-%dT%H:%M:%S") : NULL;
}

/* *ret_code: the command line is wrong, which was said. */
static bool
read_wanted (Call *call, Wanted *wanted, int *ret_code)
{
  const LogCommandOptions *options = call->options;
  *wanted = (Wanted) { .call = call,
                       .level = LEVEL_DEBUG,
                       .imports = settings_shown_path (call->settings, call->settings->imports),
                       .named = g_ptr_array_new_with_free_func (g_free) };
  for (int i = 0; i < call->n_arguments; i++)
    g_ptr_array_add (wanted->named, g_strdup (call->arguments[i]));
  wanted->since = options->since != NULL ? read_since (options->since) : NULL;
  if (options->since != NULL && wanted->since == NULL)
    *ret_code = command_usage ("log", "--since takes a time, as \"2026-11-20 09:30\" (UTC), or how long ago, as \"2 hours\"");
  else if (options->level != NULL && !log_level_read (options->level, &wanted->level))
    *ret_code = command_usage ("log", "--level is one of error, warning, info and debug");
  else if (options->lines < EVERY_LINE)
    *ret_code = command_usage ("log", "--lines must be at least 0");
  return *ret_code == 0;
}

/* ---- what is found ---- */

/* Whether somebody asked for what the line is about, and who it was. */
static bool
is_named (const Wanted *wanted, const Logged *logged, Found *found)
{
  bool is = wanted->named->len == 0;
  for (guint i = 0; i < wanted->named->len; i++)
    {
      const char *name = wanted->named->pdata[i];
      bool of_run = logged_may_be_run (name) && logged_is_of_run (logged, name);
      if (!of_run && !logged_is_about (logged, name, wanted->imports))
        continue;
      is = true;
      g_hash_table_add (found->met, (gpointer) name);
      if (of_run)
        g_hash_table_insert (found->runs, g_strndup (logged->run, 8), (gpointer) name);
    }
  return is;
}

/* As it is printed, without its end; NULL: it is not wanted. Owned by the caller. */
static char *
take_line (const Wanted *wanted, const char *line, Found *found)
{
  g_auto (Logged) logged = { 0 };
  logged_read (line, &logged);
  if (found->oldest == NULL && logged.time[0] != '\0')
    found->oldest = g_strdup (logged.time);
  bool is = is_named (wanted, &logged, found) && logged.level <= wanted->level
            && (wanted->since == NULL || strcmp (logged.time, wanted->since) >= 0);
  if (!is || (logged.message == NULL && !wanted->call->json))
    return NULL;
  if (!wanted->call->json)
    return logged_to_text (&logged);
  g_autoptr (Json) object = logged_to_json (&logged);
  return weir_json_ascii (object);
}

static void
find_lines (LogReader *reader, const Wanted *wanted, int most, Found *found)
{
  const char *line;
  while ((line = log_reader_next (reader)) != NULL)
    {
      char *text = take_line (wanted, line, found);
      if (text != NULL)
        g_queue_push_tail (&found->lines, text);
      if (most != EVERY_LINE && found->lines.length > (guint) most)
        g_free (g_queue_pop_head (&found->lines));
    }
}

/* An id that was shortened too much. */
static bool
check_runs (const Wanted *wanted, const Found *found, GError **error)
{
  for (guint i = 0; i < wanted->named->len; i++)
    {
      int runs = 0;
      GHashTableIter each;
      void *named;
      g_hash_table_iter_init (&each, found->runs);
      while (g_hash_table_iter_next (&each, NULL, &named))
        runs += named == wanted->named->pdata[i];
      if (runs > 1)
        return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "Give more of the id; `weir runs` lists them." },
                          "more than one run in the log begins with \"%s\"", (const char *) wanted->named->pdata[i]);
    }
  return true;
}

/* ---- what is not there ---- */

/* "users.csv, applied, 2026-11-20 09:30:00", as the ledger has it. Owned by the caller. */
static char *
describe_run (Db *db, Uid id, GError **error)
{
  g_autoptr (DbResult) run = NULL;
  if (!ledger_run (db, id, &run, error))
    return NULL;
  const char *file = db_result_rows (run) > 0 ? db_result_named (run, 0, "file") : NULL;
  const char *state = db_result_rows (run) > 0 ? db_result_named (run, 0, "state") : NULL;
  const char *started = db_result_rows (run) > 0 ? db_result_named (run, 0, "started") : NULL;
  return g_strdup_printf ("%s, %s, begun %s UTC", file != NULL ? file : "no file", state != NULL ? state : "not ended",
                          started != NULL ? started : "at an unknown time");
}

static bool
fail_unknown (const char *name, const Found *found, const char *known, const char *hint, GError **error)
{
  g_autofree char *oldest = found->oldest != NULL ? g_strdup_printf ("Its oldest line is of %.19sZ", found->oldest) : NULL;
  g_autofree char *detail = g_strdup_printf ("%s; what `weir load` and other commands do is not in it. %s",
                                             oldest != NULL ? oldest : "It is empty", known);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .detail = detail, .hint = hint }, "the log has no line about \"%s\"",
                    name);
}

/* The log forgets, the ledger does not. */
static bool
explain_missing (const Wanted *wanted, const char *name, const Found *found, GError **error)
{
  Uid id;
  g_autoptr (GError) away = NULL;
  g_autoptr (Db) db = database_open (wanted->call->settings, &away);
  if (db == NULL)
    {
      g_autofree char *known = g_strdup_printf ("The ledger cannot be asked: %s.", away->message);
      return fail_unknown (name, found, known, NULL, error);
    }
  if (!ledger_find_execution (db, name, &id, error))
    return false;
  char run[UID_TEXT_SIZE];
  uid_format (id, run);
  g_autofree char *what = describe_run (db, id, error);
  g_autofree char *known = g_strdup_printf ("The ledger knows the run: %s.", what);
  g_autofree char *hint = g_strdup_printf ("`weir runs %.8s` shows what the ledger has of it.", run);
  return what != NULL && fail_unknown (name, found, known, hint, error);
}

static bool
check_all_met (const Wanted *wanted, const Found *found, GError **error)
{
  for (guint i = 0; i < wanted->named->len; i++)
    if (!g_hash_table_contains (found->met, wanted->named->pdata[i]))
      return explain_missing (wanted, wanted->named->pdata[i], found, error);
  return true;
}

/* ---- "last" ---- */

/* The last run that the log has; NULL: none. Owned by the caller. */
static char *
last_in_log (const char *path)
{
  char *last = NULL;
  const char *line;
  g_autoptr (LogReader) reader = log_reader_new (path, NULL);
  while (reader != NULL && (line = log_reader_next (reader)) != NULL)
    {
      g_auto (Logged) logged = { 0 };
      logged_read (line, &logged);
      if (logged.run != NULL)
        {
          g_free (last);
          last = g_steal_pointer (&logged.run);
        }
    }
  return last;
}

/* As everywhere, by the ledger; where the database is away, which may be why somebody reads the log, by the log. */
static bool
resolve_last (Wanted *wanted, GError **error)
{
  const Settings *settings = wanted->call->settings;
  g_autoptr (GPtrArray) resolved = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < wanted->named->len; i++)
    {
      Uid id;
      char run[UID_TEXT_SIZE];
      const char *name = wanted->named->pdata[i];
      bool last = strcmp (name, "last") == 0;
      g_autoptr (Db) db = last ? database_open (settings, NULL) : NULL;
      if (db != NULL && !ledger_find_execution (db, name, &id, error))
        return false;
      if (db != NULL)
        uid_format (id, run);
      char *found = db != NULL ? g_strdup (run) : last ? last_in_log (settings->log_file) : NULL;
      g_ptr_array_add (resolved, found != NULL ? found : g_strdup (name));
    }
  g_ptr_array_unref (wanted->named);
  wanted->named = g_steal_pointer (&resolved);
  return true;
}

/* ---- the command ---- */

static void
print_lines (const Found *found, bool paged)
{
  GPid pager;
  bool has_pager = paged && pager_begin (&pager);
  for (const GList *line = found->lines.head; line != NULL; line = line->next)
    puts (line->data);
  if (has_pager)
    pager_end (pager);
  else
    fflush (stdout);
}

/* Until somebody stops us, or nobody reads us any more. */
static void
follow (LogReader *reader, const Wanted *wanted, Found *found)
{
  while (ferror (stdout) == 0)
    {
      const char *line = log_reader_next (reader);
      if (line == NULL)
        {
          fflush (stdout);
          g_usleep (LOOK_AGAIN_US);
          continue;
        }
      g_autofree char *text = take_line (wanted, line, found);
      if (text != NULL)
        puts (text);
    }
}

static bool
show (Wanted *wanted, const LogCommandOptions *options, GError **error)
{
  g_auto (Found) found;
  found_init (&found);
  bool chosen = options->lines != EVERY_LINE || wanted->named->len > 0 || wanted->since != NULL;
  if (!resolve_last (wanted, error))
    return false;
  g_autoptr (LogReader) reader = log_reader_new (wanted->call->settings->log_file, error);
  if (reader == NULL)
    return false;
  find_lines (reader, wanted, chosen ? options->lines : DEFAULT_LINES, &found);
  if (!check_runs (wanted, &found, error) || (!options->follow && !check_all_met (wanted, &found, error)))
    return false;
  print_lines (&found, !options->follow && !wanted->call->json);
  if (options->follow)
    follow (reader, wanted, &found);
  return true;
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  g_auto (Wanted) wanted = { 0 };
  if (!read_wanted (call, &wanted, ret_code))
    return true;
  if (call->settings->log_file == NULL)
    return weir_fail (error,
                      &(Failure) { WEIR_ERROR_MODEL,
                                   .hint =
                                       "Of a service of systemd: journalctl -u UNIT. `\"log\": {\"file\": \".weir/weir.log\"}` in "
                                       "weir.json keeps a file." },
                      "the settings say that no log file is kept");
  return show (&wanted, call->options, error);
}

static const CommandOption options[] = {
  { "follow", 'f', OPTION_FLAG (LogCommandOptions, follow), "Go on with the lines that come, until stopped", NULL },
  { "since", 0, OPTION_TEXT (LogCommandOptions, since),
    "Lines since that time (UTC), \"2026-11-20 09:30\", or for so long, \"2 hours\"", "TIME" },
  { "level", 0, OPTION_TEXT (LogCommandOptions, level), "Lines that are as grave as this, or graver: error, warning, info, debug",
    "LEVEL" },
  { "lines", 'n', OPTION_NUMBER (LogCommandOptions, lines),
    "At most this many, the last (default: 20 where no run and no time is named)", "N" },
  { NULL },
};

const Command command_log = {
  .name = "log",
  .arguments = "[RUN...]",
  .summary = "what `weir watch` has logged, of a run or a file, also before the log was begun anew",
  .description =
      "RUN is " A_RUN
      "; of a file name it is all that was said of such files, by which run ever. Of a log in JSON people get text, and\n"
      "--json has an object a line of either. Needs no database: that is asked for \"last\", and what it knows where the log has "
      "nothing.\n\n"
      "  weir log last\n"
      "  weir log users.csv --since '2 days' --level warning\n"
      "  weir log -f",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .most = ANY_NUMBER,
  .options = options,
  .options_size = sizeof (LogCommandOptions),
  .defaults = &(const LogCommandOptions) { .lines = EVERY_LINE },
  .run = run,
};
