/* `weir pull` of a PostgreSQL that changes, in each mode, for the first time and later. Whatever was killed, failed or cut, the pulls behind it bring what
 * the mode promises, and nothing twice. */
#include "torture.h"

#include "exchange.h"
#include "trace.h"

#include <string.h>

#define ROWS 30 /* of the source, in the beginning */
#define LATE 3  /* rows whose ids are the first are changed by transactions that commit late, and by nobody else */
#define DAYS 5  /* past ones, each a window */
#define TABLE "pulled"

/* Batches are so small that there are several. */
static const char tables_sql[] =
    "create table items (id bigint primary key, changed timestamptz not null default now(), name text, price numeric);"
    " create index on items (changed);"
    " create table events (id bigserial primary key, changed timestamptz not null default now(), name text, price numeric);"
    " create index on events (changed);"
    " create table days (id bigserial primary key, changed timestamptz not null, name text, price numeric)";

typedef enum
{
  MODE_SYNC,
  MODE_MIRROR,
  MODE_FULL,
  MODE_LOG,
  MODE_DUMP,
  MODE_INCREMENTAL,
  MODE_WINDOWS,
  N_MODES,
} Mode;

/* What becomes of rows at the source. */
typedef enum
{
  FATE_CHANGED,
  FATE_ADDED,
  FATE_OF_DAYS, /* they are of days that are over */
} Fate;

static const struct
{
  const char *name, *source, *members;
  Fate fate;
  bool has_versions;
  bool has_deleted; /* what is gone at the source stays */
} modes[] = {
  [MODE_SYNC] = { "sync", "items", "\"key\": [\"id\"], \"bookmark\": \"changed\"", FATE_CHANGED, true, true },
  [MODE_MIRROR] = { "mirror", "items", "\"key\": [\"id\"], \"bookmark\": \"changed\"", FATE_CHANGED, true, false },
  [MODE_FULL] = { "full", "items", "\"key\": [\"id\"]", FATE_CHANGED, true, false },
  [MODE_LOG] = { "log", "events", "\"key\": [\"id\"]", FATE_ADDED, false, false },
  [MODE_DUMP] = { "dump", "items", "\"description\": \"all\"", FATE_CHANGED, false, false },
  [MODE_INCREMENTAL] = { "incremental", "events", "\"bookmark\": \"changed\", \"overlap\": 0", FATE_ADDED, false, false },
  [MODE_WINDOWS] = { "incremental", "days", "\"key\": [\"id\"], \"bookmark\": \"changed\"", FATE_OF_DAYS, true, false },
};

/* A case is a mode, and whether something was pulled before: mode * 2 + later. */
#define CASES (N_MODES * 2)

typedef struct
{
  Db *late;          /* a transaction that is open; NULL: none */
  GPtrArray *states; /* of char *: what the source has had when somebody pulled; of dumps */
  char *from, *to;   /* of a window that is pulled once more; NULL: what is new */
  const char *command[8];
} Pulls;

static Mode
mode_of (const Exchange *exchange)
{
  return (Mode) (exchange->which / 2);
}

static bool
is_later (const Exchange *exchange)
{
  return exchange->which % 2 == 1;
}

static int
any (const Exchange *exchange, int from, int below)
{
  return g_rand_int_range (exchange->trial->choices, from, below);
}

static const char *const *
command (const Exchange *exchange)
{
  Pulls *pulls = exchange->own;
  const char *const words[] = { "pull", TABLE, pulls->from != NULL ? "--from" : NULL, pulls->from, "--to", pulls->to, NULL };
  memcpy (pulls->command, words, sizeof words);
  return pulls->command;
}

static const ExchangeScript script;

/* ---- the source ---- */

/* Rows of other ids than those that somebody else changes; each has a name that nobody else has. One is deleted at most: a guard holds a list that
 * closes a tenth. */
static char *
changes (const Exchange *exchange, bool late)
{
  GString *sql = g_string_new (NULL);
  bool has_deleted = late;
  for (int count = any (exchange, 2, 9); count > 0; count--)
    {
      Fate fate = modes[mode_of (exchange)].fate;
      int what = any (exchange, 0, 5), id = late ? any (exchange, 1, LATE + 1) : any (exchange, LATE + 1, ROWS + 1),
          day = any (exchange, 1, DAYS + 1);
      unsigned name = g_rand_int (exchange->trial->choices);
      if (fate == FATE_ADDED)
        g_string_append_printf (sql, "insert into events (name, price) values ('%x', %d.50);", name, id);
      else if (fate == FATE_OF_DAYS && what < 3)
        g_string_append_printf (
            sql,
            "insert into days (changed, name, price) values (date_trunc('day', now(), 'UTC') - %d * interval '17 hours', '%x', 1);",
            day, name);
      else if (fate == FATE_OF_DAYS)
        g_string_append_printf (sql, "update days set name = '%x' where id = %d;", name, id);
      else if (what < 2)
        g_string_append_printf (sql, "insert into items (id, name, price) values (nextval('events_id_seq') + 100, '%x', %d.50);",
                                name, id);
      else if (what < 4 || has_deleted)
        g_string_append_printf (sql, "update items set name = '%x', changed = now() where id = %d;", name, id);
      else
        {
          g_string_append_printf (sql, "delete from items where id = %d;", id);
          has_deleted = true;
        }
    }
  return g_string_free (sql, FALSE);
}

static void
change (const Exchange *exchange)
{
  g_autofree char *sql = changes (exchange, false);
  pg_sql (exchange->store, "%s", sql);
}

/* What is there now belongs to transactions that began before others which are read. */
static void
begin_late (const Exchange *exchange)
{
  Pulls *pulls = exchange->own;
  g_autofree char *sql = changes (exchange, true), *begun = g_strconcat ("begin; ", sql, NULL);
  g_autoptr (GError) error = NULL;
  pulls->late = pg_session (exchange->store);
  if (!db_exec (pulls->late, begun, &error))
    fail_msg ("%s: %s", begun, error->message);
}

static void
commit_late (const Exchange *exchange)
{
  Pulls *pulls = exchange->own;
  if (pulls->late == NULL)
    return;
  assert_true (db_exec (pulls->late, "commit", NULL));
  g_clear_pointer (&pulls->late, db_free);
}

#define CONTENT "select coalesce(string_agg(id || '|' || coalesce(name, '-') || '|' || price, ' ' order by id), '') from "

static char *
content_there (const Exchange *exchange)
{
  return pg_value (exchange->store, CONTENT "%s", modes[mode_of (exchange)].source);
}

/* What those who pull from now on may see. */
static void
note_state (const Exchange *exchange)
{
  const Pulls *pulls = exchange->own;
  g_ptr_array_add (pulls->states, content_there (exchange));
}

/* ---- before the fault ---- */

static void
fill_source (const Exchange *exchange)
{
  pg_sql (exchange->store, "%s", tables_sql);
  pg_sql (exchange->store, "insert into items select n, now(), 'n' || n, n + 0.5 from generate_series(1, %d) n", ROWS);
  pg_sql (exchange->store,
          "insert into events (changed, name, price) select now() - (60 - n) * interval '1 minute', 'n' || n, n + 0.5 from "
          "generate_series(1, %d) n",
          ROWS);
  pg_sql (exchange->store,
          "insert into days (changed, name, price) select date_trunc('day', now(), 'UTC') - n * interval '4 hours', 'n' || n, n "
          "from generate_series(1, %d) n",
          ROWS);
}

static void
write_job (const Exchange *exchange)
{
  Home *home = exchange->trial->home;
  Mode mode = mode_of (exchange);
  g_autofree char *start = pg_value (exchange->store, "select (now() at time zone 'UTC')::date - %d", DAYS);
  g_autofree char *window = g_strdup_printf (", \"window\": {\"period\": \"1 day\", \"start\": \"%s\"}", start);
  g_autofree char *job =
      g_strdup_printf ("{\"from\": {\"connection\": \"store\", \"table\": \"public.%s\"}, \"to_table\": \"" TABLE
                       "\", \"mode\": \"%s\", %s, \"batch\": {\"rows\": 7}%s}",
                       modes[mode].source, modes[mode].name, modes[mode].members, mode == MODE_WINDOWS ? window : "");
  home_write_file (home, "jobs/" TABLE ".json", job);
  if (mode == MODE_INCREMENTAL) /* each row of each file: what comes twice is there twice */
    home_write_model (home, TABLE, "{\"table\": \"" TABLE "\", \"kind\": \"fact\", \"append\": \"all\"}");
}

/* Windows that were pulled are pulled once more, for they have changed. */
static void
pull_windows_again (const Exchange *exchange)
{
  Pulls *pulls = exchange->own;
  pulls->from = pg_value (exchange->store, "select (now() at time zone 'UTC')::date - %d", DAYS);
  pulls->to = pg_value (exchange->store, "select (now() at time zone 'UTC')::date");
}

static void
begin (Exchange *exchange)
{
  Pulls *pulls = g_new0 (Pulls, 1);
  exchange->own = pulls;
  pulls->states = g_ptr_array_new_with_free_func (g_free);
  fill_source (exchange);
  write_job (exchange);
  note_state (exchange);
  if (!is_later (exchange))
    return;
  assert_weir (exchange->trial->home, 0, "pull", TABLE, NULL);
  if (mode_of (exchange) == MODE_WINDOWS)
    pull_windows_again (exchange);
  change (exchange);
  if (any (exchange, 0, 2) == 0)
    begin_late (exchange);
  note_state (exchange);
}

/* ---- what is promised ---- */

/* Of dumps: the last one, and each is of the source as it was some time. */
static char *
last_dump (const Exchange *exchange)
{
  const Pulls *pulls = exchange->own;
  g_autoptr (DbResult) dumps =
      sql_query (exchange->trial->home, CONTENT "warehouse." TABLE " group by snapshot_at order by snapshot_at");
  int rows = db_result_rows (dumps);
  for (int i = 0; i < rows; i++)
    if (!g_ptr_array_find_with_equal_func (pulls->states, db_result_value (dumps, i, 0), g_str_equal, NULL))
      trial_violation (exchange->trial, "a dump has what the source never had:\n%s", db_result_value (dumps, i, 0));
  return g_strdup (rows > 0 ? db_result_value (dumps, rows - 1, 0) : "");
}

static char *
content_here (const Exchange *exchange)
{
  Home *home = exchange->trial->home;
  Mode mode = mode_of (exchange);
  if (sql_number (home, "select count(*) from pg_tables where schemaname = 'warehouse' and tablename = '" TABLE "'") == 0)
    return g_strdup ("");
  if (mode == MODE_DUMP)
    return last_dump (exchange);
  g_autofree char *ids = pg_value (exchange->store, "select coalesce(string_agg(id::text, ','), '0') from %s", modes[mode].source);
  g_autofree char *known = modes[mode].has_deleted ? g_strdup_printf ("id in (%s)", ids) : g_strdup ("true");
  return sql_scalar (home, CONTENT "warehouse." TABLE " where %s and %s", modes[mode].has_versions ? "is_current" : "true", known);
}

/* No version is what the one before it was, and none ends before the next begins: nobody has come again. */
static void
check_versions (const Exchange *exchange)
{
  g_autofree char *odd = sql_text_rows (
      exchange->trial->home,
      "select id, version_number, name from (select id, version_number, name, price, changed_, effective_start_date,"
      " lag(effective_end_date) over w as ended, lag((name, price, changed_)::text) over w as before from warehouse." TABLE
      " window w as (partition by id order by version_number)) v"
      " where ended <> effective_start_date or before = (name, price, changed_)::text order by 1, 2");
  if (*odd != '\0')
    trial_violation (exchange->trial, "versions that are as the one before, or come behind a gap:\n%s", odd);
}

/* With all that it does once more at most. */
static void
pull_until_there (const Exchange *exchange)
{
  g_autofree char *wanted = content_there (exchange), *found = NULL;
  int64_t deadline = deadline_new ();
  note_state (exchange);
  do
    {
      g_free (found);
      bool well = exchange_go (exchange, &script);
      found = content_here (exchange);
      if (well && strcmp (wanted, found) == 0)
        return;
    }
  while (exchange->trial->result->violations == 0 && deadline_sleep (deadline));
  exchange_compare (exchange, "behind a pull", wanted, found);
}

static void
check_leftovers (const Exchange *exchange)
{
  Home *home = exchange->trial->home;
  g_autoptr (GPtrArray) files = home_list_files (home, "imports");
  g_autoptr (GPtrArray) models = home_list_files (home, "models");
  /* Who is killed while he writes a model leaves a file beside it that is none. */
  for (guint i = 0; i < models->len; i++)
    if (g_str_has_suffix (models->pdata[i], ".json"))
      g_ptr_array_add (files, g_strdup (models->pdata[i]));
  g_ptr_array_add (files, NULL);
  g_autofree char *found = g_strjoinv ("\n", (char **) files->pdata);
  exchange_compare (exchange, "files of imports/ and models/", "models/" TABLE ".json", found);
  g_autofree char *incidents = sql_scalar (home, "select count(*) from weir.incident where ended is null");
  exchange_compare (exchange, "incidents", "0", incidents);
  g_autoptr (Outcome) verified = run_weir (home, "verify", NULL);
  if (verified->code != 0)
    trial_violation (exchange->trial, "weir verify ends with %d: %s%s", verified->code, verified->out, verified->err);
}

/* Who says that it went well has brought all of what was committed. */
static void
check_now (const Exchange *exchange)
{
  static const bool at_once[N_MODES] = {
    [MODE_SYNC] = true, [MODE_MIRROR] = true, [MODE_FULL] = true, [MODE_LOG] = true, [MODE_DUMP] = true
  };
  if (!at_once[mode_of (exchange)])
    return;
  g_autofree char *wanted = content_there (exchange), *found = content_here (exchange);
  exchange_compare (exchange, "behind a pull that said that it went well", wanted, found);
}

/* Who loads all files loads those that a pull has left, too. */
static void
watch_once (const Exchange *exchange)
{
  g_autoptr (Outcome) watched = run_weir (exchange->trial->home, "watch", "--once", NULL);
  if (watched->code != 0 && watched->code != 3)
    trial_violation (exchange->trial, "weir watch --once ends with %d: %s%s", watched->code, watched->out, watched->err);
}

static void
end (Exchange *exchange, int code)
{
  Pulls *pulls = exchange->own;
  if (code == 0)
    check_now (exchange);
  if (any (exchange, 0, 2) == 0)
    commit_late (exchange);
  if (any (exchange, 0, 4) == 0)
    watch_once (exchange);
  if (any (exchange, 0, 2) == 0 && (pulls->from != NULL || mode_of (exchange) != MODE_WINDOWS))
    change (exchange);
  if (pulls->late != NULL)
    {
      note_state (exchange);
      exchange_go (exchange, &script);
      commit_late (exchange);
    }
  pull_until_there (exchange);
  if (any (exchange, 0, 3) == 0 && mode_of (exchange) != MODE_WINDOWS)
    {
      change (exchange);
      pull_until_there (exchange);
    }
  if (modes[mode_of (exchange)].has_versions)
    check_versions (exchange);
  check_leftovers (exchange);
  g_free (pulls->from);
  g_free (pulls->to);
  g_ptr_array_unref (pulls->states);
  g_free (pulls);
}

static const ExchangeScript script = { .cases = CASES, .begin = begin, .end = end, .command = command };

const Kind kind_pull_calls = {
  .name = "pull-calls",
  .what = "SIGKILL before each system call of a pull, to weir, its connector, or both, in each mode",
  .quick = 2,
  .seconds = 240,
  .obstacle = trace_obstacle,
  .plan = exchange_plan,
  .run = exchange_run,
  .own = &(const ExchangeKind) { &script, EXCHANGE_CALLS },
};

const Kind kind_pull_errors = {
  .name = "pull-errors",
  .what = "each system call of weir and its connector failing once in a pull",
  .quick = 2,
  .seconds = 240,
  .obstacle = trace_obstacle,
  .plan = exchange_plan,
  .run = exchange_run,
  .own = &(const ExchangeKind) { &script, EXCHANGE_ERRORS },
};

const Kind kind_pull_messages = {
  .name = "pull-messages",
  .what = "the connection of weir to its server, or of the connector to the source, cut or silent, before and behind each message",
  .quick = 2,
  .seconds = 240,
  .plan = exchange_plan,
  .run = exchange_run,
  .own = &(const ExchangeKind) { &script, EXCHANGE_MESSAGES },
};
