/* Deliveries and what goes wrong on their way: weir, the connector, or the connection to the destination killed at each point. The destination has then what
 * the warehouse has, and nothing twice. */
#include "tests/integration/pushing.h"
#include "tests/support/connector.h"
#include "tests/support/relay.h"

#include <signal.h>
#include <sys/stat.h>

#define PEOPLE "{\"table\": \"people\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"
#define EVENTS "{\"table\": \"events\", \"kind\": \"fact\", \"append\": \"all\"}"

#define PEOPLE_THERE "select * from people order by email"
#define PEOPLE_HERE "select people_id, email, age from warehouse.people_current order by email"
#define EVENTS_THERE "select what, n, weir_run from events order by what, n, weir_run"
#define EVENTS_HERE "select what, n, loaded_by from warehouse.events order by what, n, loaded_by"

static void
load (Home *home, const char *name, const char *text)
{
  g_autoptr (Json) published = load_text (home, name, text, NULL);
  assert_json (published, "status", "applied");
}

static void
begin (Home *home, const Store *store, const char *url)
{
  configure_store (home, url != NULL ? url : store->url, "");
  home_write_model (home, "people", PEOPLE);
  home_write_model (home, "events", EVENTS);
  write_job (home, "people", "{\"table\": \"people\", \"deliver\": [{\"to\": \"dwh\"}]}");
  write_job (home, "events", "{\"table\": \"events\", \"deliver\": [{\"to\": \"dwh\"}]}");
}

/* The n-th pair of files. */
static void
load_pair (Home *home, size_t n, bool events_first)
{
  g_autofree char *people = g_strdup_printf ("people-%zu.csv", n), *events = g_strdup_printf ("events-%zu.csv", n);
  g_autofree char *rows = g_strdup_printf ("email,age\na@x.org,%zu\nb%zu@x.org,1\n", n, n);
  g_autofree char *facts = g_strdup_printf ("what,n\nstart,1\nstart,1\nstop,%zu\n", n);
  /* What goes first is what is hit. */
  if (!events_first)
    load (home, people, rows);
  load (home, events, facts);
  if (events_first)
    load (home, people, rows);
}

static void
assert_all_there (const Store *store)
{
  assert_same (store, PEOPLE_THERE, PEOPLE_HERE);
  assert_same (store, EVENTS_THERE, EVENTS_HERE);
}

/* A load that does not come to its end leaves nothing to deliver; whoever takes it up does. */
static void
test_outbox (void **state)
{
  static const char *const faults[] = { "kill:after-load", "kill:before-commit", NULL };
  Home *home = *state;
  g_auto (Store) store = store_make (home);
  begin (home, &store, NULL);
  for (size_t i = 0; faults[i] != NULL; i++)
    {
      g_autofree char *text = g_strdup_printf ("email,age\na@x.org,%zu\n", i), *before = g_strdup_printf ("%zu", i);
      g_autofree char *after = g_strdup_printf ("%zu", i + 1);
      home_drop (home, "people-1.csv", text);
      home_set_environment (home, "WEIR_FAULT", faults[i]);
      g_autoptr (Outcome) killed = run_weir (home, "load", "imports/people-1.csv", "--archive", NULL);
      assert_int_equal (killed->code, 128 + SIGKILL);
      home_set_environment (home, "WEIR_FAULT", NULL);
      assert_sql (home, before, "select count(*) from weir.delivery");
      assert_weir (home, 0, "watch", "--once", NULL);
      assert_sql (home, after, "select count(*) from weir.delivery");
    }
  assert_weir (home, 0, "push", NULL);
  assert_same (&store, PEOPLE_THERE, PEOPLE_HERE);
}

/* weir's own points. What the killed one had begun is sent once more, under the same mark. */
static void
test_killed_at_each_point (void **state)
{
  static const char *const points[] = { "push-taken", "push-spooled", "push-sent", NULL };
  Home *home = *state;
  g_auto (Store) store = store_make (home);
  begin (home, &store, NULL);
  for (size_t i = 0; points[i / 2] != NULL; i++)
    {
      g_autofree char *fault = g_strconcat ("kill:", points[i / 2], NULL);
      print_message ("  %s\n", points[i / 2]);
      load_pair (home, i, i % 2 == 0);
      home_set_environment (home, "WEIR_FAULT", fault);
      g_autoptr (Outcome) killed = run_weir (home, "push", NULL);
      assert_int_equal (killed->code, 3);
      home_set_environment (home, "WEIR_FAULT", NULL);
      load_pair (home, i + 100, false);
      assert_weir (home, 0, "push", NULL);
      assert_all_there (&store);
      assert_sql (home, "0", "select count(*) from weir.delivery where state <> 'sent'");
    }
}

/* The first delivery is there, and nobody here knows it: who is closed before it is sent once more goes there, too. */
static void
test_closed_since (void **state)
{
  Home *home = *state;
  g_auto (Store) store = store_make (home);
  begin (home, &store, NULL);
  home_write_model (home, "people",
                    "{\"table\": \"people\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"absent\": \"close\","
                    " \"guard\": {\"close_percent\": 100, \"shrink_percent\": 0}}");
  write_job (home, "flags",
             "{\"table\": \"people\", \"deliver\": [{\"to\": \"dwh\", \"table\": \"flagged\", \"gone\": \"flag\"}]}");
  load (home, "people-1.csv", "email,age\na@x.org,1\nb@x.org,2\n");
  home_set_environment (home, "WEIR_FAULT", "kill:push-sent");
  assert_weir (home, 3, "push", "people", NULL);
  assert_weir (home, 3, "push", "flags", NULL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  assert_store (&store, "2|2", "select count(*), (select count(*) from flagged) from people");
  load (home, "people-2.csv", "email,age\na@x.org,1\n");
  assert_weir (home, 0, "push", NULL);
  assert_same (&store, PEOPLE_THERE, PEOPLE_HERE);
  assert_store (&store, "a@x.org|f\nb@x.org|t", "select email, weir_gone from flagged order by email");
}

/* The connection is cut before and behind the COMMIT at the destination, and when rows are on their way. */
static void
test_cut (void **state)
{
  static const struct
  {
    RelayMode mode;
    const char *text;
  } cases[] = { { RELAY_CUT_BEFORE, "commit work" },
                { RELAY_CUT_BEHIND, "commit work" },
                { RELAY_CUT_BEFORE, "copy weir_rows" },
                { RELAY_CUT_BEHIND, "insert into" },
                { RELAY_CUT_BEHIND, "weir_delivered" } };
  Home *home = *state;
  g_auto (Store) store = store_make (home);
  g_autofree char *folder = home_path (home, "relay");
  Relay *relay = relay_start (home->cluster->socket, folder);
  g_autofree char *url = g_strdup_printf ("postgresql://weir@/%s?host=%s", store.database, folder);
  begin (home, &store, url);
  for (size_t i = 0; i < G_N_ELEMENTS (cases) * 2; i++)
    {
      print_message ("  %s %s\n", cases[i / 2].mode == RELAY_CUT_BEFORE ? "before" : "behind", cases[i / 2].text);
      load_pair (home, i, i % 2 == 0);
      relay_set (relay, cases[i / 2].mode, cases[i / 2].text);
      g_autoptr (Outcome) cut = run_weir (home, "push", NULL);
      assert_int_equal (cut->code, 3);
      assert_true (relay_triggered (relay));
      load_pair (home, i + 100, false);
      assert_weir (home, 0, "push", NULL);
      assert_all_there (&store);
    }
  relay_stop (relay);
}

/* The connector's own points, each with the request that weir makes. */
static void
test_connector_killed (void **state)
{
  static const struct
  {
    const char *fault;
    const char *rows;
  } cases[] = { { "WEIR_FAULT=kill:write-rows", "0" }, { "WEIR_FAULT=kill:write-committed", "2" }, { NULL, "2" }, { NULL, "2" } };
  Home *home = *state;
  g_auto (Store) store = store_make (home);
  store_run (&store, "create table t (a text)");
  g_autoptr (Json) request =
      json_pack ("{s:s, s:s, s:{s:s, s:s}, s:{s:s}, s:{s:s, s:s, s:[{s:s, s:s}], s:i}}", "job", "j", "run",
                 "c0ffee00-1234-4000-8000-000000000001", "connection", "type", "postgresql", "url", store.url, "to", "table", "t",
                 "delivery", "table", "x", "mode", "append", "columns", "name", "a", "type", "text", "rows", 2);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *const environment[] = { cases[i].fault, NULL };
      g_autoptr (ConnectorRun) run =
          connector_run_with (home->path, "weir-connect-pg", "write", request, "\"a\"\n\"x\"\n\n", environment);
      assert_int_equal (run->code, cases[i].fault != NULL ? 128 + SIGKILL : 0);
      assert_store (&store, cases[i].rows, "select count(*) from t");
    }
}

/* A file of which rows are missing counts as nothing. */
static void
test_cut_file (void **state)
{
  Home *home = *state;
  g_auto (Store) store = store_make (home);
  g_autoptr (Json) request =
      json_pack ("{s:s, s:s, s:{s:s, s:s}, s:{s:s}, s:{s:s, s:s, s:[{s:s, s:s}], s:i}}", "job", "j", "run",
                 "c0ffee00-1234-4000-8000-000000000001", "connection", "type", "postgresql", "url", store.url, "to", "table", "t",
                 "delivery", "table", "x", "mode", "append", "columns", "name", "a", "type", "text", "rows", 3);
  g_autoptr (ConnectorRun) run = connector_run (home->path, "weir-connect-pg", "write", request, "\"a\"\n\"x\"\n\n");
  assert_connector_error (run, 75, "transient", NULL, "2 rows arrived of 3");
  assert_store (&store, "f", "select to_regclass('t') is not null");
  g_autoptr (ConnectorRun) other = connector_run (home->path, "weir-connect-pg", "write", request, "\"b\"\n\"x\"\n");
  assert_connector_error (other, 78, "configuration", NULL, "its names are not the columns");
}

/* Nobody answers for a while, and two weirs of one database deliver at once. */
static void
test_away_and_crowd (void **state)
{
  Home *home = *state;
  g_auto (Store) store = store_make (home);
  begin (home, &store, "postgresql://nobody@127.0.0.1:1/x?sslmode=disable&connect_timeout=2");
  for (size_t i = 0; i < 3; i++)
    {
      load_pair (home, i, i % 2 == 0);
      assert_weir (home, 3, "push", NULL);
    }
  assert_outbox (home, "waiting 6");
  assert_sql (home, "t", "select min(next_on) > now() and max(attempts) = 3 from weir.delivery");
  begin (home, &store, NULL);
  g_autoptr (Background) one = spawn_weir (home, "push", NULL), other = spawn_weir (home, "push", NULL);
  assert_int_equal (background_stop (one, 0, DEADLINE_SECONDS), 0);
  assert_int_equal (background_stop (other, 0, DEADLINE_SECONDS), 0);
  assert_all_there (&store);
  assert_outbox (home, "sent 6");
}

/* Asked to stop when one of several receivers has it: who comes next knows that, and which member of the job it is for. */
static void
test_stopped (void **state)
{
  Home *home = *state;
  g_auto (Store) store = store_make (home);
  configure_store (home, store.url, ", \"mail\": {\"type\": \"smtp\", \"program\": \"./connector\"}");
  g_autofree char *path = home_path (home, "connector");
  home_write_file (home, "connector",
                   "#!/bin/sh\ncat >>asked\necho >>asked\n[ -e begun ] && { echo '{\"done\": {\"rows\": 1}}' >&4; exit 0; }\n"
                   "echo '{\"delivered\": {\"name\": \"a@x.org\", \"status\": \"sent\"}}' >&4\n"
                   "trap 'exit 75' TERM\ntouch begun\nwhile :; do sleep 0.1; done\n");
  assert_int_equal (chmod (path, 0755), 0);
  home_write_model (home, "people", PEOPLE);
  write_job (
      home, "people",
      "{\"table\": \"people\", \"deliver\": [{\"to\": \"mail\"}, {\"to\": \"mail\", \"columns\": {\"age\": {\"drop\": true}}}]}");
  load (home, "people-1.csv", "email,age\na@x.org,1\n");
  g_autoptr (Background) push = spawn_weir (home, "push", NULL);
  wait_until (home_has_file (home, "begun"));
  background_stop (push, SIGTERM, DEADLINE_SECONDS);
  assert_outbox (home, "waiting 2");
  assert_weir (home, 0, "push", NULL);
  g_autofree char *asked = home_read_file (home, "asked");
  g_auto (GStrv) lines = g_strsplit (asked, "\n", -1);
  assert_int_equal (g_strv_length (lines), 4);
  static const char *const sent[] = { "[]", "[\"a@x.org\"]", "[]" }, *const items[] = { "mail.1", "mail.1", "mail.2" };
  for (size_t i = 0; i < G_N_ELEMENTS (items); i++)
    {
      g_autoptr (Json) request = weir_json_parse (lines[i], strlen (lines[i]), "request", NULL);
      assert_json (request, "delivery.sent", sent[i]);
      assert_json (request, "delivery.item", items[i]);
    }
  assert_outbox (home, "sent 2");
}

#define LOCKED "select not pg_try_advisory_lock(hashtextextended('weir.delivery dwh', 0))"

/* The ledger's session is lost: what was sent is settled, and no more goes before the destination is its own again. */
static void
test_lock_lost (void **state)
{
  Home *home = *state;
  g_auto (Store) store = store_make (home);
  begin (home, &store, NULL);
  load_pair (home, 1, false);
  home_set_environment (home, "WEIR_FAULT", "stop:push-sent");
  g_autoptr (Background) push = spawn_weir (home, "push", "--send", "dwh", NULL);
  wait_until (process_find_stopped (home->path, "--send") == push->pid);
  sql_run_text (home, "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
                      " and pid <> pg_backend_pid()");
  kill (push->pid, SIGCONT);
  wait_until (sql_number (home, "select count(*) from weir.delivery where state = 'sent'") == 1);
  wait_until (process_find_stopped (home->path, "--send") == push->pid);
  assert_sql (home, "t", LOCKED);
  kill (push->pid, SIGCONT);
  assert_int_equal (background_stop (push, 0, DEADLINE_SECONDS), 0);
  assert_all_there (&store);
  assert_outbox (home, "sent 2");
}

/* A delivery that kills its process each time is put off and told, and not tried every few seconds for ever; by hand it is tried. */
static void
test_dies (void **state)
{
  Home *home = *state;
  g_auto (Store) store = store_make (home);
  begin (home, &store, NULL);
  load (home, "people-1.csv", "email,age\na@x.org,1\n");
  /* A try that failed, and said so, is none of those. */
  configure_store (home, "postgresql://weir@/nobody?host=/nowhere", "");
  assert_weir (home, 0, "push", "--send", "dwh", NULL);
  assert_sql (home, "waiting|transient", "select state, detail ->> 'class' from weir.delivery");
  sql_run_text (home, "update weir.delivery set next_on = null");
  configure_store (home, store.url, "");
  home_set_environment (home, "WEIR_FAULT", "kill:push-spooled");
  for (int i = 0; i < 3; i++)
    assert_weir (home, 128 + SIGKILL, "push", "--send", "dwh", NULL);
  assert_weir (home, 0, "push", "--send", "dwh", NULL);
  assert_sql (home, "waiting|crashed|t", "select state, detail ->> 'class', next_on > now() from weir.delivery");
  g_autoptr (Outcome) status = run_weir (home, "status", NULL);
  assert_contains (status->out, "whoever sent it has died, 3 times by now");
  home_set_environment (home, "WEIR_FAULT", NULL);
  assert_weir (home, 0, "push", NULL);
  assert_same (&store, PEOPLE_THERE, PEOPLE_HERE);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_outbox, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_killed_at_each_point, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_closed_since, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_cut, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_connector_killed, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_cut_file, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_away_and_crowd, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_stopped, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_lock_lost, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_dies, home_setup, home_teardown),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
