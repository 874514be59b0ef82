/* Alerts are made of runs that a courier reads now and then: none is missed, whenever its beginning or its end becomes visible, and none comes
 * twice. */
#include "tests/integration/alerting.h"

#include <signal.h>

/* What was told so far: the names of the files. Owned by the caller. */
static char *
told (Home *home)
{
  return sql_scalar (home, "select coalesce(string_agg(file_name, ' ' order by file_name), '') from weir.alert");
}

static void
assert_told (Home *home, const char *files)
{
  assert_weir (home, 0, "notify", "send", NULL);
  g_autofree char *names = told (home);
  assert_string_equal (names, files);
}

/* A copy of the run of users-1.csv, which began half an hour ago: the statements for it. "more" are members that it has otherwise. Owned by the
 * caller. */
static char *
copy_of_run (const char *id, const char *file, const char *more)
{
  return g_strdup_printf (
      "insert into weir.execution select (jsonb_populate_record(e, jsonb_build_object('execution_id', '%s', 'started_on', now() - "
      "interval "
      "'30 minutes'%s))).* from weir.execution e join weir.file f on run_id = execution_id where file_name = 'users-1.csv'; "
      "insert into weir.file select (jsonb_populate_record(f, jsonb_build_object('run_id', '%s', 'file_name', '%s'))).* "
      "from weir.file f where file_name = 'users-1.csv'",
      id, more, id, file);
}

/* Given a target that has come far, and runs of half an hour ago which become visible only now, or end only now, then they are told. */
static void
test_what_comes_late (void **state)
{
  Home *home = *state;
  home->oracle = ORACLE_BY_HAND;
  g_autoptr (Sink) sink = sink_http (home->path);
  home_write_model (home, "users", PEOPLE);
  configure_webhook (home, sink, "");
  begin_telling (home);
  sql_run_text (home, "update weir.alert_target set since = since - interval '1 hour', seen_on = seen_on - interval '1 hour'");
  drop_refused (home, "users-1.csv");

  /* One is not committed yet, the other is not over. */
  g_autoptr (GError) error = NULL;
  g_autoptr (Db) slow = db_connect (home->url, "test", -1, &error);
  assert_non_null (slow);
  g_autofree char *late = copy_of_run ("00000000-0000-4000-8000-000000000001", "late.csv", "");
  g_autofree char *open = copy_of_run ("00000000-0000-4000-8000-000000000002", "open.csv", ", 'status', 'IN_PROGRESS'");
  assert_true (db_exec (slow, open, &error) && db_exec (slow, "begin", &error) && db_exec (slow, late, &error));

  /* Others come, and the target goes on: as far as it may. */
  for (int i = 0; i < 3; i++)
    assert_told (home, "users-1.csv");
  assert_true (db_exec (slow, "commit", &error));
  assert_told (home, "late.csv users-1.csv");
  drop_refused (home, "users-2.csv");
  for (int i = 0; i < 3; i++)
    assert_told (home, "late.csv users-1.csv users-2.csv");
  assert_sql (home, "1|t",
              "select (select count(*) from weir.alert_open), seen_on > now() - interval '20 minutes' from weir.alert_target");
  sql_run_text (home, "update weir.execution set status = 'FAILED', completed_on = now() where status = 'IN_PROGRESS'");
  assert_told (home, "late.csv open.csv users-1.csv users-2.csv");
  assert_sql (home, "0", "select count(*) from weir.alert_open");
}

/* A clock that is set back by hours hides nothing. */
static void
test_a_clock_set_back (void **state)
{
  Home *home = *state;
  g_autoptr (Sink) sink = sink_http (home->path);
  home_write_model (home, "users", PEOPLE);
  configure_webhook (home, sink, "");
  begin_telling (home);
  sql_run_text (home, "update weir.alert_target set seen_on = now() + interval '5 hours'");
  drop_refused (home, "users-1.csv");
  assert_told (home, "users-1.csv");
}

/* A file that is tried again is told of again only when it is refused once more; what is tried again by itself is not refused. */
static void
test_tried_again (void **state)
{
  Home *home = *state;
  g_autoptr (Sink) sink = sink_http (home->path);
  home_write_model (home, "users", PEOPLE);
  configure_webhook (home, sink, "");
  begin_telling (home);
  drop_refused (home, "users-1.csv");
  assert_told (home, "users-1.csv");
  assert_weir (home, 1, "retry", "users-1.csv", NULL);
  assert_told (home, "users-1.csv users-1.csv");
  /* A process died at it: it is tried again, and that is no news. */
  home_drop (home, "users-2.csv", refused_text);
  home_set_environment (home, "WEIR_FAULT", "kill:after-load");
  g_autoptr (Outcome) killed = run_weir (home, "load", "imports/users-2.csv", NULL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  assert_int_equal (killed->code, 128 + SIGKILL);
  assert_told (home, "users-1.csv users-1.csv");
  assert_weir (home, 1, "watch", "--once", NULL);
  assert_told (home, "users-1.csv users-1.csv users-2.csv");
  /* Of a file that was not claimed, the next one finds that its process is gone. */
  home_write_file (home, "x/users-3.csv", refused_text);
  home_set_environment (home, "WEIR_FAULT", "kill:after-load");
  assert_weir (home, 128 + SIGKILL, "load", "x/users-3.csv", NULL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  load_text (home, "users-4.csv", "name,email\nAnn,a@x.org\n", NULL);
  assert_sql (home, "failed|left", "select state, disposition from weir.file where file_name = 'users-3.csv'");
  assert_told (home, "users-1.csv users-1.csv users-2.csv");
}

/* Two weirs of one database that have a target of the same name: one delivers. */
static void
test_two_couriers (void **state)
{
  Home *home = *state;
  g_autoptr (Sink) sink = sink_http (home->path);
  home_write_model (home, "users", PEOPLE);
  configure_webhook (home, sink, "");
  begin_telling (home);
  drop_refused (home, "users-1.csv");
  sql_run_text (home, "select pg_advisory_lock(hashtextextended('weir.alert ops', 0))");
  g_autoptr (Outcome) off = expect_weir (home, 0, "notify", "send", NULL);
  assert_string_equal (off->out, "ops: another weir of this database delivers to a target of this name\n");
  assert_int_equal (sink_count (sink, false), 0);
  sql_run_text (home, "select pg_advisory_unlock_all()");
  assert_told (home, "users-1.csv");
}

/* Runs by cron: the round is at the end. */
static void
test_once (void **state)
{
  Home *home = *state;
  home->oracle = ORACLE_BY_HAND;
  g_autoptr (Sink) sink = sink_http (home->path);
  home_write_model (home, "users", PEOPLE);
  configure_webhook (home, sink, "");
  assert_weir (home, 0, "watch", "--once", NULL);
  home_drop (home, "users-1.csv", refused_text);
  g_autoptr (Outcome) outcome = expect_weir (home, 1, "watch", "--once", NULL);
  assert_contains (outcome->err, "alerts: ops: users-1.csv was refused (HTTP 200: words)");
  assert_int_equal (sink_count (sink, true), 1);
  /* What was told a month ago is forgotten, and not told again. */
  sql_run_text (home, "update weir.alert_message set made_on = made_on - interval '31 days'");
  sql_run_text (
      home,
      "update weir.execution set started_on = started_on - interval '31 days', completed_on = completed_on - interval '31 days'");
  sql_run_text (home, "update weir.alert_target set since = since - interval '40 days'");
  assert_weir (home, 0, "notify", "send", NULL);
  assert_sql (home, "0|0", "select (select count(*) from weir.alert), (select count(*) from weir.alert_message)");
  assert_weir (home, 0, "notify", "send", NULL);
  assert_int_equal (sink_count (sink, true), 1);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_what_comes_late, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_a_clock_set_back, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_tried_again, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_two_couriers, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_once, home_setup, home_teardown),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
