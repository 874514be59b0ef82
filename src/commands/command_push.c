#include "base/error.h"
#include "base/text.h"
#include "base/log.h"
#include "base/secrets.h"
#include "pipeline/warehouse/columns.h"
#include "schema/ledger.h"
#include "src/commands/cli.h"
#include "src/jobs/deliveries.h"
#include "src/load/loader.h"
#include "src/push/courier.h"
#include "src/push/sending.h"
#include "src/report/delivered.h"
#include "src/server/connect.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#define EXIT_REFUSED 1
#define EXIT_AGAIN 3

typedef struct
{
  char *to, *table, *run, *send;
  gboolean full, list, drop, deliver, wait;
  int limit;
} PushOptions;

static DeliveryChoice
choice_of (const Call *call)
{
  const PushOptions *options = call->options;
  return (DeliveryChoice) { .destination = options->to,
                            .job = call->n_arguments > 0 ? call->arguments[0] : NULL,
                            .table = options->table,
                            .run = options->run };
}

/* ---- one destination: what the courier starts ---- */

static Json *
delivery_to_json (const Delivery *delivery)
{
  return json_pack ("{s:s, s:o, s:s, s:s}", "destination", delivery->destination, "member", weir_json_string (delivery->member),
                    "job", delivery->job, "table", delivery->table);
}

static void
say_line (Json *line)
{
  g_autoptr (Json) owned = line;
  g_autofree char *text = weir_json_text (owned);
  puts (text);
  fflush (stdout);
}

static void
say_result (const PushResult *result, void *data)
{
  (void) data;
  const Delivery *delivery = result->delivery;
  Json *object = delivery_to_json (delivery);
  json_object_set_new (object, "runs", json_integer (delivery->runs != NULL ? delivery->runs->len : 0));
  json_object_set_new (object, "state", json_string (result->state));
  json_object_set_new (object, "rows", json_integer (result->rows));
  json_object_set_new (object, "pause", result->pause > 0 ? json_integer (result->pause) : json_null ());
  json_object_set (object, "detail", (Json *) result->detail);
  say_line (json_pack ("{s:o}", "result", object));
}

static void
say_progress (const Delivery *delivery, int64_t rows, void *data)
{
  (void) data;
  Json *object = delivery_to_json (delivery);
  json_object_set_new (object, "rows", json_integer (rows));
  say_line (json_pack ("{s:o}", "progress", object));
}

static bool
run_send (const Call *call, GError **error)
{
  const PushOptions *options = call->options;
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  PushTask task = { .settings = call->settings,
                    .choice = choice_of (call),
                    .waits = options->wait,
                    .stop_fd = loader_open_stop (),
                    .result = say_result,
                    .progress = say_progress };
  g_autoptr (GError) problem = NULL;
  task.choice.destination = options->send;
  bool done = sending_run (&task, &problem);
  if (!done && !g_error_matches (problem, WEIR_ERROR, WEIR_ERROR_STOP))
    say_line (json_pack ("{s:{s:s, s:o}}", "failed", "destination", options->send, "message", weir_json_string (problem->message)));
  if (!done)
    g_propagate_error (error, g_steal_pointer (&problem));
  return done;
}

/* ---- beside `weir watch` ---- */

static void
write_log (LogLevel level, const char *text)
{
  printf ("<%d>%s\n", log_priority (level), text);
  fflush (stdout);
}

static void
log_said (const Json *line, void *data)
{
  (void) data;
  const Json *result = json_object_get (line, "result"), *failed = json_object_get (line, "failed");
  if (result != NULL)
    {
      bool sent = g_strcmp0 (json_string_value (json_object_get (result, "state")), "sent") == 0;
      g_autofree char *text = delivered_result_text (result);
      write_log (sent ? LEVEL_INFO : LEVEL_WARNING, text);
    }
  else if (failed != NULL)
    {
      g_autofree char *text = g_strdup_printf ("%s: %s", json_string_value (json_object_get (failed, "destination")),
                                               json_string_value (json_object_get (failed, "message")));
      write_log (LEVEL_WARNING, text);
    }
}

static void
log_trouble (const GError *error, void *data)
{
  (void) data;
  g_autofree char *text = g_strdup_printf ("waits: %s", error->message);
  write_log (LEVEL_WARNING, g_strdelimit (text, "\n", ' '));
}

/* ---- by hand ---- */

typedef struct
{
  bool json, fancy;
  Json *results, *failed; /* arrays */
} Round;

static void
print_progress (const Json *progress)
{
  g_autofree char *place = delivered_place (progress);
  g_autofree char *rows = text_count (json_integer_value (json_object_get (progress, "rows")));
  fprintf (stderr, "\r\033[K%s: %s: %s rows", place, json_string_value (json_object_get (progress, "table")), rows);
}

static void
take_said (const Json *line, void *data)
{
  Round *round = data;
  const Json *result = json_object_get (line, "result"), *failed = json_object_get (line, "failed");
  const Json *progress = json_object_get (line, "progress");
  if (round->fancy && progress != NULL)
    print_progress (progress);
  else if (round->fancy)
    fputs ("\r\033[K", stderr);
  if (result != NULL)
    json_array_append (round->results, (Json *) result);
  if (result != NULL && !round->json)
    delivered_print_result (result);
  if (failed != NULL)
    json_array_append (round->failed, (Json *) failed);
  if (failed != NULL && !round->json)
    printf ("%s: %s\n", json_string_value (json_object_get (failed, "destination")),
            json_string_value (json_object_get (failed, "message")));
}

static void
ignore_trouble (const GError *error, void *data)
{
  (void) error;
  (void) data;
}

static bool
run_courier (const Call *call, Round *round, GError **error)
{
  const PushOptions *options = call->options;
  const char *source = call->settings->database_source;
  bool given = source != NULL && strcmp (source, "--database") == 0;
  g_autofree char *program = command_program (error);
  g_auto (GStrv) environment = program != NULL ? secrets_pass (given ? call->settings->database : NULL, error) : NULL;
  if (environment == NULL)
    return false;
  const PushCourierOptions courier = { .program = program,
                                       .environment = (const char *const *) environment,
                                       .choice = choice_of (call),
                                       .once = !options->deliver,
                                       .said = options->deliver ? log_said : take_said,
                                       .trouble = options->deliver ? log_trouble : ignore_trouble,
                                       .data = round };
  signal (SIGPIPE, SIG_IGN);
  return push_courier_run (call->settings, &courier, error);
}

/* Members of "deliver" of the jobs that are meant, one after the other. */
typedef struct Asking
{
  Db *db;
  const Settings *settings;
  const DeliveryChoice *choice;
  bool (*ask) (struct Asking *asking, const char *destination, int64_t item, const char *table, GError **error);
  const Job *job;
  unsigned count;
  GPtrArray *empty; /* of char *: jobs of which there is nothing to deliver yet */
  GError *error;
} Asking;

static void
ask_member (const JobDelivery *delivery, int64_t item, const char *table, void *data)
{
  Asking *asking = data;
  const DeliveryChoice *choice = asking->choice;
  if (asking->error != NULL || (choice->destination != NULL && strcmp (choice->destination, delivery->connection) != 0)
      || (choice->table != NULL && strcmp (choice->table, table) != 0))
    return;
  asking->count++;
  (void) asking->ask (asking, delivery->connection, item, table, &asking->error);
}

static bool
ask_members (Asking *asking, const Jobs *jobs, GError **error)
{
  const DeliveryChoice *choice = asking->choice;
  for (guint i = 0; i < jobs->jobs->len; i++)
    {
      asking->job = jobs->jobs->pdata[i];
      if (choice->job == NULL || strcmp (choice->job, asking->job->name) == 0)
        deliveries_each (asking->job, ask_member, asking);
    }
  if (asking->error == NULL)
    return true;
  g_propagate_error (error, asking->error);
  return false;
}

static bool
ask_whole (Asking *asking, const char *destination, int64_t item, const char *table, GError **error)
{
  return delivery_whole (asking->db, asking->settings->home, asking->job->name, destination, item, table, false, error);
}

static bool
ask_full (Asking *asking, const Jobs *jobs, GError **error)
{
  asking->ask = ask_whole;
  if (!ask_members (asking, jobs, error))
    return false;
  return asking->count > 0
         || weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "`weir jobs` lists what is delivered where." },
                       "no job delivers that: nothing was changed");
}

static bool
has_anything (const Asking *asking, const char *table, bool *ret_has, GError **error)
{
  g_auto (TableState) state = { 0 };
  if (!ledger_table_read (asking->db, table, false, &state, error))
    return false;
  const char *schema = state.warehouse_schema != NULL ? state.warehouse_schema : asking->settings->warehouse_schema;
  g_autoptr (GPtrArray) columns = columns_read (asking->db, schema, table, error);
  return columns != NULL && (columns->len == 0 || delivery_has_rows (asking->db, schema, table, ret_has, error));
}

/* A table that was full before a job said "deliver". */
static bool
note_first (Asking *asking, const char *destination, int64_t item, const char *table, GError **error)
{
  bool is_new = false, has_rows = false;
  const char *job = asking->job->name;
  if (!delivery_is_new (asking->db, job, destination, item, table, &is_new, error)
      || (is_new && !has_anything (asking, table, &has_rows, error)))
    return false;
  if (has_rows)
    return delivery_whole (asking->db, asking->settings->home, job, destination, item, table, true, error);
  if (is_new && !g_ptr_array_find_with_equal_func (asking->empty, job, g_str_equal, NULL))
    g_ptr_array_add (asking->empty, (gpointer) job);
  return true;
}

static bool
ask_first (Asking *asking, const Jobs *jobs, GError **error)
{
  asking->ask = note_first;
  return ask_members (asking, jobs, error);
}

/* 0, or why not all was delivered. */
static int
judge (const Round *round)
{
  bool again = json_array_size (round->failed) > 0, refused = false;
  for (size_t i = 0; i < json_array_size (round->results); i++)
    {
      const char *state = json_string_value (json_object_get (json_array_get (round->results, i), "state"));
      refused = refused || g_strcmp0 (state, "refused") == 0;
      again = again || g_strcmp0 (state, "waiting") == 0;
    }
  return refused ? EXIT_REFUSED : again ? EXIT_AGAIN : 0;
}

/* Whether something may be meant by those names, so that a mistyped one is told; one that is gone may have left something. */
static bool
check_names (const Settings *settings, const Jobs *jobs, const DeliveryChoice *choice, int64_t waiting, GError **error)
{
  if (waiting > 0)
    return true;
  if (choice->destination != NULL && connection_find (settings, choice->destination, error) == NULL)
    return false;
  const Job *job = choice->job != NULL ? jobs_find (jobs, choice->job, error) : NULL;
  if (choice->job != NULL && job == NULL)
    return false;
  if (job != NULL && job->deliver->len == 0)
    return weir_error (error, WEIR_ERROR_MODEL, "%s delivers nothing: it has no \"deliver\"", job->path);
  bool delivered = choice->table == NULL;
  for (guint i = 0; !delivered && i < jobs->jobs->len; i++)
    delivered = deliveries_has_table (jobs->jobs->pdata[i], choice->table);
  return delivered
         || weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "`weir jobs` lists what is delivered where." },
                       "no job delivers a table \"%s\"", choice->table);
}

static void
tell_nothing (int64_t waiting, const GPtrArray *empty)
{
  puts (waiting > 0 ? "Another weir has delivered what waited." : "Nothing waits to be delivered.");
  for (guint i = 0; i < empty->len; i++)
    printf ("%s: nothing was delivered yet: its table has no rows, or is not there.\n", (const char *) empty->pdata[i]);
}

static bool
run_round (Call *call, int *ret_code, GError **error)
{
  const PushOptions *options = call->options;
  const DeliveryChoice choice = choice_of (call);
  g_autoptr (Json) results = json_array (), failed = json_array ();
  Round round = { call->json, !call->json && show_is_fancy (STDERR_FILENO), results, failed };
  g_autoptr (Jobs) jobs = jobs_load (call->settings, error);
  g_autoptr (Db) db = jobs != NULL ? database_open (call->settings, error) : NULL;
  int64_t waiting = 0;
  if (db == NULL)
    return false;
  g_autofree char *names = deliveries_jobs (jobs);
  const DeliveryOwner owner = { call->settings->home, names };
  g_autoptr (GPtrArray) empty = g_ptr_array_new ();
  Asking asking = { .db = db, .settings = call->settings, .choice = &choice, .empty = empty };
  if (!delivery_renew (db, &owner, &choice, -1, &waiting, error) || !check_names (call->settings, jobs, &choice, waiting, error)
      || !(options->full ? ask_full : ask_first) (&asking, jobs, error))
    return false;
  g_clear_pointer (&db, db_free);
  if (!run_courier (call, &round, error))
    return false;
  *ret_code = judge (&round);
  g_autoptr (Json) all = json_pack ("{s:O, s:O}", "deliveries", results, "failed", failed);
  if (call->json)
    show_json (all);
  else if (json_array_size (results) == 0 && json_array_size (failed) == 0)
    tell_nothing (waiting, empty);
  return true;
}

static bool
run_list (const Call *call, GError **error)
{
  const PushOptions *options = call->options;
  const DeliveryChoice choice = choice_of (call);
  g_autoptr (Jobs) jobs = jobs_load (call->settings, error);
  g_autoptr (Db) db = jobs != NULL ? database_open (call->settings, error) : NULL;
  if (db == NULL)
    return false;
  if (!call->json)
    return delivered_print_list (db, call->settings, jobs, &choice, options->limit, error);
  g_autoptr (Json) waiting = delivered_waiting (db, call->settings, jobs, error);
  g_autoptr (Json) list =
      waiting != NULL ? delivered_list_to_json (db, call->settings, jobs, &choice, options->limit, error) : NULL;
  if (list == NULL)
    return false;
  g_autoptr (Json) json = json_pack ("{s:O, s:O}", "waiting", waiting, "outbox", list);
  show_json (json);
  return true;
}

static bool
run_drop (Call *call, int *ret_code, GError **error)
{
  const DeliveryChoice choice = choice_of (call);
  int64_t count = 0;
  if (choice.job == NULL && choice.destination == NULL && choice.table == NULL && choice.run == NULL)
    return *ret_code = command_usage ("push", "--drop needs to know what: a job, --to, --table or --run"), true;
  g_autoptr (Jobs) jobs = jobs_load (call->settings, error);
  g_autoptr (Db) db = jobs != NULL ? database_open (call->settings, error) : NULL;
  g_autofree char *names = jobs != NULL ? deliveries_jobs (jobs) : NULL;
  const DeliveryOwner owner = { call->settings->home, names };
  if (db == NULL || !delivery_drop (db, &owner, &choice, &count, error))
    return false;
  g_autoptr (Json) json = json_pack ("{s:I}", "dropped", (json_int_t) count);
  if (call->json)
    show_json (json);
  else
    printf ("%" G_GINT64_FORMAT " deliver%s given up.\n", count, count == 1 ? "y is" : "ies are");
  return true;
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  const PushOptions *options = call->options;
  Round none = { 0 };
  if (options->send != NULL)
    return run_send (call, error);
  if (options->deliver)
    return run_courier (call, &none, error);
  if ((options->list && (options->drop || options->full)) || (options->drop && options->full))
    return *ret_code = command_usage ("push", "one of --list, --drop and --full"), true;
  if (options->run != NULL && !options->drop)
    return *ret_code = command_usage ("push", "--run goes with --drop: a run is delivered with all that its table has to deliver"),
           true;
  return options->list   ? run_list (call, error)
         : options->drop ? run_drop (call, ret_code, error)
                         : run_round (call, ret_code, error);
}

static const PushOptions defaults = { .limit = 50 };

static const CommandOption options[] = {
  { "to", 0, OPTION_TEXT (PushOptions, to), "Only to this connection", "CONNECTION" },
  { "table", 't', OPTION_TEXT (PushOptions, table), "Only this table", "TABLE" },
  { "full", 0, OPTION_FLAG (PushOptions, full), "All that the tables have, not only what changed", NULL },
  { "list", 'l', OPTION_FLAG (PushOptions, list), "Only show what waits, and what was delivered", NULL },
  { "limit", 0, OPTION_NUMBER (PushOptions, limit), "Of the list: at most this many", "N" },
  { "drop", 0, OPTION_FLAG (PushOptions, drop), "Give up what is not delivered", NULL },
  { "run", 0, OPTION_TEXT (PushOptions, run), "Of --drop: only what this run changed", "RUN" },
  { "send", 0, OPTION_TEXT (PushOptions, send), NULL, NULL },       /* one destination: what the courier starts */
  { "wait", 0, OPTION_FLAG (PushOptions, wait), NULL, NULL },       /* of it: for another one that sends there */
  { "deliver", 0, OPTION_FLAG (PushOptions, deliver), NULL, NULL }, /* until its stdin ends: what `weir watch` starts */
  { NULL },
};

const Command command_push = {
  .name = "push",
  .arguments = "[JOB]",
  .summary = "deliver tables to other stores",
  .description = "Sends what jobs want to have delivered (\"deliver\" in jobs/NAME.json) and is not yet: what runs changed since "
                 "the last time, and\n"
                 "at first the whole table. `weir watch` does it by itself; by hand it is tried at once, also what was "
                 "refused before.\n"
                 "Ends with 1 where a destination refused something, with 3 where it is tried again.\n\n"
                 "  weir push --list\n"
                 "  weir push orders --to dwh --full",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .most = 1,
  .usage = "at most one job may stand here",
  .options = options,
  .options_size = sizeof (PushOptions),
  .defaults = &defaults,
  .run = run,
};
