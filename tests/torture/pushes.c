/* `weir push` to another PostgreSQL, in each of its ways, for the first time and later. Whatever was killed, failed or cut, the destination has in the end what
 * the warehouse has, and nothing twice. */
#include "torture.h"

#include "exchange.h"
#include "trace.h"

#include <string.h>

#define PEOPLE 12 /* in a file, of as many again */

/* A way is a job with one destination, and what must be equal then. */
static const struct
{
  const char *model, *members;
  const char *there, *here;
} ways[] = {
  { "\"kind\": \"dimension\", \"business_key\": [\"email\"], \"absent\": \"close\", \"guard\": {\"close_percent\": 100, "
    "\"shrink_percent\": 0}",
    "", "select people_id, email, name from people order by email",
    "select people_id, email, name from warehouse.people_current order by email" },
  { "\"kind\": \"dimension\", \"business_key\": [\"email\"], \"absent\": \"close\", \"guard\": {\"close_percent\": 100, "
    "\"shrink_percent\": 0}",
    ", \"history\": true",
    "select people_id, email, name, version_number, is_current, effective_end_date from people order by email, version_number",
    "select people_id, email, name, version_number, is_current, effective_end_date from warehouse.people order by email, "
    "version_number" },
  { "\"kind\": \"fact\", \"append\": \"all\"", "", "select email, name, weir_run from people order by email, name, weir_run",
    "select email, name, loaded_by from warehouse.people order by email, name, loaded_by" },
  { "\"kind\": \"dimension\", \"business_key\": [\"email\"]", ", \"mode\": \"swap\"",
    "select people_id, email, name from people order by email",
    "select people_id, email, name from warehouse.people_current order by email" },
  { "\"kind\": \"dimension\", \"business_key\": [\"email\"], \"absent\": \"close\", \"guard\": {\"close_percent\": 100, "
    "\"shrink_percent\": 0}",
    ", \"gone\": \"flag\"", "select people_id, email, name from people where not weir_gone order by email",
    "select people_id, email, name from warehouse.people_current order by email" },
};

/* A case is a way, and whether something was pushed before: way * 2 + later. */
#define CASES ((int) G_N_ELEMENTS (ways) * 2)

static const char *const *
command (const Exchange *exchange)
{
  static const char *const words[] = { "push", NULL };
  (void) exchange;
  return words;
}

static const ExchangeScript script;

/* Some of all, each with a name of its own. */
static void
load_some (const Exchange *exchange)
{
  int *files = exchange->own;
  GRand *choices = exchange->trial->choices;
  g_autoptr (GString) text = g_string_new ("email,name\n");
  g_autofree char *name = g_strdup_printf ("people-%d.csv", ++*files);
  int first = g_rand_int_range (choices, 0, PEOPLE);
  for (int i = first; i < first + PEOPLE; i++)
    g_string_append_printf (text, "p%02d@x.org,%x\n", i, g_rand_int (choices) % 3);
  g_autoptr (Json) loaded = load_text (exchange->trial->home, name, text->str, NULL);
  assert_json (loaded, "status", "applied");
}

static void
begin (Exchange *exchange)
{
  Home *home = exchange->trial->home;
  int way = exchange->which / 2;
  g_autofree char *model = g_strdup_printf ("{\"table\": \"people\", %s}", ways[way].model);
  g_autofree char *job = g_strdup_printf ("{\"table\": \"people\", \"deliver\": [{\"to\": \"store\"%s}]}", ways[way].members);
  exchange->own = g_new0 (int, 1);
  home_write_model (home, "people", model);
  if (g_rand_boolean (exchange->trial->choices)) /* rows of runs that no delivery knows */
    load_some (exchange);
  home_write_file (home, "jobs/people.json", job);
  load_some (exchange);
  if (exchange->which % 2 == 0)
    return;
  assert_weir (home, 0, "push", NULL);
  load_some (exchange);
  load_some (exchange);
}

/* Rows as text, columns joined by |, rows by a newline. Owned by the caller. */
static char *
rows_there (const Exchange *exchange, const char *sql)
{
  g_autofree char *all = g_strdup_printf ("select coalesce(string_agg(r::text, chr(10)), '') from (%s) r", sql);
  return pg_value (exchange->store, "%s", all);
}

static char *
rows_here (const Exchange *exchange, const char *sql)
{
  g_autofree char *all = g_strdup_printf ("select coalesce(string_agg(r::text, chr(10)), '') from (%s) r", sql);
  return sql_scalar (exchange->trial->home, "%s", all);
}

static void
push_until_there (const Exchange *exchange)
{
  int64_t deadline = deadline_new ();
  while (!exchange_go (exchange, &script) && exchange->trial->result->violations == 0)
    if (!deadline_sleep (deadline))
      {
        trial_violation (exchange->trial, "it is not pushed in %d s", DEADLINE_SECONDS);
        return;
      }
}

static void
check (const Exchange *exchange)
{
  int way = exchange->which / 2;
  g_autofree char *wanted = rows_here (exchange, ways[way].here), *found = rows_there (exchange, ways[way].there);
  g_autofree char *tables = pg_value (exchange->store, "select string_agg(relname, ' ' order by relname) from pg_class where "
                                                       "relkind = 'r' and relnamespace = 'public'::regnamespace");
  g_autofree char *waiting = sql_scalar (exchange->trial->home, "select count(*) from weir.delivery where state <> 'sent'");
  exchange_compare (exchange, "at the destination", wanted, found);
  exchange_compare (exchange, "tables of the destination", "people weir_delivered", tables);
  exchange_compare (exchange, "deliveries that wait", "0", waiting);
  g_autoptr (Outcome) verified = run_weir (exchange->trial->home, "verify", NULL);
  if (verified->code != 0)
    trial_violation (exchange->trial, "weir verify ends with %d: %s%s", verified->code, verified->out, verified->err);
}

static void
end (Exchange *exchange, int code)
{
  GRand *choices = exchange->trial->choices;
  (void) code;
  int then = g_rand_int_range (choices, 0, 6);
  if (then == 0)
    assert_weir (exchange->trial->home, 0, "undo", "last", "--yes", NULL);
  else if (then <= 2)
    load_some (exchange);
  push_until_there (exchange);
  check (exchange);
  g_free (exchange->own);
}

static const ExchangeScript script = { .cases = CASES, .begin = begin, .end = end, .command = command };

const Kind kind_push_calls = {
  .name = "push-calls",
  .what = "SIGKILL before each system call of a push, to weir, its children, the connector, or all, in each of its ways",
  .quick = 2,
  .seconds = 240,
  .obstacle = trace_obstacle,
  .plan = exchange_plan,
  .run = exchange_run,
  .own = &(const ExchangeKind) { &script, EXCHANGE_CALLS },
};

const Kind kind_push_errors = {
  .name = "push-errors",
  .what = "each system call of weir, its children and the connector failing once in a push",
  .quick = 2,
  .seconds = 240,
  .obstacle = trace_obstacle,
  .plan = exchange_plan,
  .run = exchange_run,
  .own = &(const ExchangeKind) { &script, EXCHANGE_ERRORS },
};

const Kind kind_push_messages = {
  .name = "push-messages",
  .what =
      "the connection of weir to its server, or of the connector to the destination, cut or silent, before and behind each message",
  .quick = 2,
  .seconds = 240,
  .plan = exchange_plan,
  .run = exchange_run,
  .own = &(const ExchangeKind) { &script, EXCHANGE_MESSAGES },
};
