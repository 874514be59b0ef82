/* Alerts and what goes wrong on their way: targets that are down, hang or answer nonsense; a courier or its child killed at each point; a database
 * that is away. Each alert arrives once, or, where nobody can know whether it did, again under the same id. */
#include "tests/integration/alerting.h"

#include <signal.h>

/* How many different ids the messages that were taken have. */
static size_t
count_ids (const Sink *sink)
{
  g_autoptr (Json) taken = sink_taken (sink);
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  for (size_t i = 0; i < json_array_size (taken); i++)
    g_hash_table_add (
        ids, (gpointer) json_string_value (json_object_get (json_object_get (json_array_get (taken, i), "headers"), "webhook-id")));
  return g_hash_table_size (ids);
}

static unsigned
count_processes (const Home *home, const char *text)
{
  g_autoptr (GHashTable) processes = process_list (home->path);
  GHashTableIter at;
  void *words;
  unsigned count = 0;
  g_hash_table_iter_init (&at, processes);
  while (g_hash_table_iter_next (&at, NULL, &words))
    count += strstr (words, text) != NULL;
  return count;
}

static void
test_killed_at_each_point (void **state)
{
  static const struct
  {
    const char *point;
    int code;      /* of the courier */
    size_t copies; /* of the one alert */
  } cases[] = {
    { "alert-noted", 128 + SIGKILL, 1 }, { "alert-taken", 128 + SIGKILL, 1 },    { "deliver-begun", 1, 1 },
    { "deliver-answered", 1, 2 },        { "alert-answered", 128 + SIGKILL, 2 },
  };
  Home *home = *state;
  g_autoptr (Sink) sink = sink_http (home->path);
  home_write_model (home, "users", PEOPLE);
  configure_webhook (home, sink, "");
  begin_telling (home);
  size_t taken = 0;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].point);
      g_autofree char *name = g_strdup_printf ("users-%zu.csv", i);
      g_autofree char *fault = g_strdup_printf ("kill:%s", cases[i].point);
      drop_refused (home, name);
      home_set_environment (home, "WEIR_FAULT", fault);
      assert_weir (home, cases[i].code, "notify", "send", NULL);
      home_set_environment (home, "WEIR_FAULT", NULL);
      for (int round = 0; round < 2; round++)
        {
          sql_run_text (home, "update weir.alert_target set retry_on = null");
          assert_weir (home, 0, "notify", "send", NULL);
        }
      taken += cases[i].copies;
      assert_int_equal (sink_count (sink, true), taken);
      assert_int_equal (count_ids (sink), i + 1);
      let_an_hour_pass (home);
    }
}

/* Given a target that cannot be reached, in each way, then each alert arrives once when it is back, in their order. */
static void
test_outages (void **state)
{
  static const struct
  {
    SinkMode mode;
    int number, retry_after;
    const char *says;
  } cases[] = {
    { SINK_DOWN, 0, 0, "Failed to connect to 127.0.0.1 port " },
    { SINK_ANSWER, 500, 0, "HTTP 500: words" },
    { SINK_ANSWER, 429, 90, "tried again in 90 s: HTTP 429: words" },
    { SINK_ANSWER, 404, 0, "HTTP 404: words" },
    { SINK_HANG, 0, 0, "Operation timed out after 2" },
  };
  Home *home = *state;
  g_autoptr (Sink) sink = sink_http (home->path);
  home_write_model (home, "users", PEOPLE);
  configure_webhook (home, sink, "");
  begin_telling (home);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *one = g_strdup_printf ("users-%zu.csv", 2 * i), *other = g_strdup_printf ("users-%zu.csv", 2 * i + 1);
      sink_set (sink, cases[i].mode, cases[i].number, cases[i].retry_after);
      drop_refused (home, one);
      g_autoptr (Outcome) first = expect_weir (home, 1, "notify", "send", NULL);
      assert_contains (first->out, cases[i].says);
      let_an_hour_pass (home);
      drop_refused (home, other);
      size_t tried = sink_count (sink, false);
      assert_weir (home, 0, "notify", "send", NULL); /* it is left alone for a while */
      assert_int_equal (sink_count (sink, false), tried);
      sink_set (sink, SINK_TAKE, 0, 0);
      assert_weir (home, 0, "notify", "retry", "ops", NULL);
      assert_weir (home, 0, "notify", "send", NULL);
      let_an_hour_pass (home);
      assert_weir (home, 0, "notify", "send", NULL);
      g_autofree char *titles[] = { g_strconcat (one, " was refused", NULL), g_strconcat (other, " was refused", NULL) };
      assert_int_equal (sink_count (sink, true), 2 * i + 2);
      assert_taken (sink, 2 * i, "data.title", titles[0]);
      assert_taken (sink, 2 * i + 1, "data.title", titles[1]);
      let_an_hour_pass (home);
    }
  assert_int_equal (count_ids (sink), 2 * G_N_ELEMENTS (cases));
}

/* Given `weir watch` and two targets of which one hangs, then the other is told, and loads go on; courier and child are killed in the middle; and
 * when it is back it is told once. */
static void
test_beside_a_watch (void **state)
{
  Home *home = *state;
  g_autoptr (Sink) sink = sink_http (home->path);
  home_write_model (home, "users", PEOPLE);
  g_autofree char *notify = g_strdup_printf (
      ", \"notify\": {\"gather\": \"1 second\", \"timeout\": \"20 seconds\", \"targets\": {\"ops\": {\"type\": \"webhook\", "
      "\"url\": "
      "\"http://127.0.0.1:%d/\"}, \"me\": {\"type\": \"command\", \"command\": [\"sh\", \"-c\", \"cat >> told\"]}}}",
      sink_port (sink));
  home_configure (home, notify);
  g_autoptr (Background) watch = start_watch (home);
  wait_until (sql_number (home, "select count(*) from weir.alert_target") == 2);
  sink_set (sink, SINK_HANG, 0, 0);
  home_drop (home, "users-1.csv", refused_text);
  wait_until (background_said (watch, "me: users-1.csv was refused (taken)") && sink_count (sink, false) == 1);
  assert_sql (home, "sending", "select state from weir.alert_message where target = 'ops'");
  home_drop (home, "users-2.csv", "name,email\nAnn,a@x.org\n");
  wait_until (home_count_files (home, "archive/users") == 1);

  assert_int_equal (kill (process_find (home->path, "notify --deliver"), SIGKILL), 0);
  wait_until (sink_count (sink, false) == 2);
  assert_int_equal (count_processes (home, "weir-deliver"),
                    1); /* the other one, which might still deliver, has died with who started it */
  sink_set (sink, SINK_TAKE, 0, 0);
  assert_int_equal (kill (process_find (home->path, "weir-deliver"), SIGKILL), 0);
  wait_until (background_said (watch, "weir-deliver was killed by signal 9"));
  assert_weir (home, 0, "notify", "retry", NULL);
  wait_until (sql_number (home, "select count(*) from weir.alert_message where state = 'sent'") == 2);
  stop_watch (watch);
  assert_int_equal (sink_count (sink, true), 1);
}

/* Given a database that is away for long enough, then that is told from a file, and that it is back from the ledger. */
static void
test_database_away (void **state)
{
  Home *home = *state;
  g_autoptr (Sink) sink = sink_http (home->path);
  g_autofree char *targets = g_strdup_printf ("\"notify\": {\"away_after\": \"10 minutes\", \"targets\": {\"ops\": {\"type\": "
                                              "\"webhook\", \"url\": \"http://127.0.0.1:%d/\"}}}",
                                              sink_port (sink));
  g_autofree char *there = g_strconcat (", ", targets, NULL);
  g_autofree char *away = g_strdup_printf ("{\"database\": \"postgresql://weir@%%2Fnowhere/none\", %s}", targets);
  home_configure (home, there);
  begin_telling (home);
  home_write_file (home, "weir.json", away);
  assert_weir (home, 3, "notify", "send", NULL);
  assert_int_equal (sink_count (sink, false), 0);

  /* Eleven minutes pass. It is told once, and goes again under its id where the answer was not heard. */
  g_autofree char *since = g_strdup_printf ("{\"since\": %" G_GINT64_FORMAT ", \"told\": false, \"last\": 0, \"messages\": []}",
                                            g_get_real_time () / G_USEC_PER_SEC - 660);
  home_write_file (home, ".weir/alerts.json", since);
  home_set_environment (home, "WEIR_FAULT", "kill:alert-answered");
  assert_weir (home, 128 + SIGKILL, "notify", "send", NULL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  for (int i = 0; i < 2; i++)
    assert_weir (home, 3, "notify", "send", NULL);
  assert_int_equal (sink_count (sink, true), 2);
  assert_int_equal (count_ids (sink), 1);
  assert_taken (sink, 0, "type", "database_away");
  assert_taken (sink, 0, "data.commands.0", "weir check");

  home_configure (home, there);
  for (int i = 0; i < 2; i++)
    assert_weir (home, 0, "notify", "send", NULL);
  assert_int_equal (sink_count (sink, true), 3);
  assert_taken (sink, 2, "data.title", "the database is back");
  g_autofree char *line = taken_at (sink, 2, "data.lines.0");
  assert_contains (line, "it was away for 11 min");
}

/* A watch that begins without its database tells that, too. */
static void
test_away_from_the_beginning (void **state)
{
  Home *home = *state;
  g_autoptr (Sink) sink = sink_http (home->path);
  g_autofree char *json =
      g_strdup_printf ("{\"database\": \"postgresql://weir@%%2Fnowhere/none\", \"notify\": {\"away_after\": \"1 second\", "
                       "\"targets\": {\"ops\": {\"type\": \"webhook\", \"url\": \"http://127.0.0.1:%d/\"}}}}",
                       sink_port (sink));
  home_write_file (home, "weir.json", json);
  g_autoptr (Background) watch = spawn_weir (home, "watch", NULL);
  wait_until (sink_count (sink, true) == 1);
  stop_watch (watch);
  assert_taken (sink, 0, "data.title", "the database is away");
  home_configure (home, "");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_killed_at_each_point, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_outages, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_beside_a_watch, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_database_away, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_away_from_the_beginning, home_setup, home_teardown),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
