/* Whether the ledger is this weir's: what migrate_check says of every state a database can be in, and that no command touches a
 * ledger of another weir's. */
#include "schema/migrate.h"
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

/* How the ledger comes to the state, what is said of it, and the highest version that is applied (-1: the newest of this weir's). */
typedef struct
{
  const char *name;
  const char *sql; /* run on a ledger that is up to date; NULL: there is no ledger */
  Reason reason;   /* REASON_NONE: it is this weir's */
  const char *message;
  const char *hint;
  int version;
} LedgerCase;

static const LedgerCase ledger_cases[] = {
  { "there is none", NULL, REASON_NO_LEDGER, "no ledger yet", "weir migrate up", 0 },
  { "all taken back", "delete from weir.migration", REASON_NO_LEDGER, "no ledger yet", "weir migrate up", 0 },
  { "up to date", "select", REASON_NONE, NULL, NULL, -1 },
  { "older", "delete from weir.migration where version > 1", REASON_MODEL, "older than this weir", "weir migrate up", 1 },
  { "another text", "update weir.migration set checksum = 'another' where version = 1", REASON_LEDGER_CHANGED,
    "another migration 0001_ledger", "Use the weir that made it", -1 },
  { "newer", "insert into weir.migration (version, name, checksum) values (9001, 'later', 'x')", REASON_LEDGER_CHANGED,
    "version 9001 (later)", "at least as new", 9001 },
  { "newer, and a gap below", "update weir.migration set version = 9001, name = 'later' where version = 2", REASON_LEDGER_CHANGED,
    "version 9001 (later)", "at least as new", 9001 },
};

static int
newest_version (Db *db)
{
  g_autoptr (GPtrArray) migrations = migrate_status (db, NULL);
  const Migration *last = g_ptr_array_index (migrations, migrations->len - 1);
  return last->version;
}

static void
assert_check (Db *db, const LedgerCase *expected, int newest)
{
  g_autoptr (GError) error = NULL;
  int version = -1;
  bool is_ours = migrate_check (db, &version, &error);
  assert_int_equal (is_ours, expected->reason == REASON_NONE);
  assert_int_equal (version, expected->version >= 0 ? expected->version : newest);
  if (is_ours)
    return;
  assert_int_equal (error->code, WEIR_ERROR_MODEL);
  assert_int_equal (weir_error_get_reason (error), expected->reason);
  assert_contains (error->message, expected->message);
  assert_contains (weir_error_get_hint (error), expected->hint);
}

static void
test_check (void **state)
{
  Home *home = *state;
  g_autoptr (Db) db = db_connect (home->url, "test", -1, NULL);
  int newest = newest_version (db);
  for (size_t i = 0; i < G_N_ELEMENTS (ledger_cases); i++)
    {
      print_message ("%s\n", ledger_cases[i].name);
      if (ledger_cases[i].sql != NULL)
        {
          sql_run_text (home, "drop schema if exists weir cascade");
          assert_true (migrate_up (db, NULL, NULL));
          sql_run_text (home, "%s", ledger_cases[i].sql);
        }
      assert_check (db, &ledger_cases[i], newest);
    }
  assert_false (migrate_check (db, NULL, NULL));
}

/* Given a ledger of a newer weir with one of ours missing below: nothing is applied to it, by whatever command. */
static void
test_a_newer_ledger_is_left_alone (void **state)
{
  Home *home = *state;
  assert_weir (home, 0, "migrate", "up", NULL);
  sql_run_text (home, "update weir.migration set version = 9001, name = 'later' where version = 2");
  g_autofree char *before = sql_scalar (home, "select string_agg(version::text, ',' order by version) from weir.migration");

  const char *const commands[][3] = { { "migrate", "up" }, { "migrate", "down" }, { "watch" }, { "init" } };
  for (size_t i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autoptr (Outcome) outcome = run_weir_argv (home, commands[i]);
      assert_int_equal (outcome->code, 2);
      assert_contains (outcome->err, "version 9001 (later), which this weir does not know");
      assert_contains (outcome->err, "HINT:  Use a weir at least as new");
    }
  assert_sql (home, before, "select string_agg(version::text, ',' order by version) from weir.migration");
}

/* history is what was applied, the newest first; current the newest of it, and whether it is all. */
static void
test_history_and_current (void **state)
{
  Home *home = *state;
  g_autoptr (Outcome) none = expect_weir (home, 0, "migrate", "current", NULL);
  assert_string_equal (none->out, "none\n");
  g_autoptr (Outcome) empty = expect_weir (home, 0, "migrate", "history", NULL);
  assert_string_equal (empty->out, "");
  assert_weir (home, 0, "migrate", "up", NULL);
  g_autoptr (Outcome) head = expect_weir (home, 0, "migrate", "current", NULL);
  assert_true (g_str_has_suffix (head->out, " (head)\n"));
  assert_weir (home, 0, "migrate", "down", NULL);
  g_autofree char *applied =
      sql_scalar (home, "select string_agg(lpad(version::text, 4, '0') || '  ' || rpad(name, 24) || ' ' ||"
                        " to_char(applied_on, 'YYYY-MM-DD HH24:MI:SS') || chr(10), '' order by version desc) from weir.migration");
  g_autofree char *newest = sql_scalar (
      home, "select lpad(version::text, 4, '0') || '_' || name || chr(10) from weir.migration order by version desc limit 1");
  g_autoptr (Outcome) history = expect_weir (home, 0, "migrate", "history", NULL);
  assert_string_equal (history->out, applied);
  g_autoptr (Outcome) current = expect_weir (home, 0, "migrate", "current", NULL);
  assert_string_equal (current->out, newest);
  g_autoptr (Outcome) as_json = expect_weir (home, 0, "migrate", "current", "--json", NULL);
  g_autoptr (Outcome) all = expect_weir (home, 0, "migrate", "history", "--json", NULL);
  g_autoptr (Json) object = outcome_json (as_json);
  g_autoptr (Json) array = outcome_json (all);
  assert_json (object, "head", "false");
  g_autofree char *version = json_at (object, "version"), *first = json_at (array, "0.version");
  assert_string_equal (version, first);
  assert_weir (home, 0, "migrate", "up", NULL);
}

/* A migration is not taken back while that would lose what nobody has elsewhere: the newest ones, each by itself. */
static void
test_down_loses_nothing (void **state)
{
  static const struct
  {
    const char *has, *says, *clears;
  } cases[] = {
    { "insert into weir.incident (kind, \"table\", subject, began, detail) values ('push', 'orders', 'x', now(), '{}')",
      "deliveries that failed would be lost", "delete from weir.incident" },
    { "with made as (insert into weir.execution (execution_id) values (gen_random_uuid()) returning execution_id)"
      " insert into weir.execution_step (execution_id, step_name, message) select execution_id, 'report', '3 rows' from made",
      "what was said of the steps of streams would be lost", "update weir.execution_step set message = null" },
    { "insert into weir.delivery_target (job, destination, item, table_name) values ('orders', 'dwh', 0, 'orders')",
      "which changes were delivered, and which still have to be, would be lost", "delete from weir.delivery_target" },
    { "insert into weir.incident (kind, \"table\", subject, began, detail) values ('pull', 'orders', 'x', now(), '{}')",
      "pulls that failed would be lost", "delete from weir.incident" },
    { "insert into weir.bookmark (source, stream, position) values ('orders', 'public.orders', '7')",
      "how far sources were read, and which of their files were loaded, would be lost", "delete from weir.bookmark" },
  };
  Home *home = *state;
  assert_weir (home, 0, "migrate", "up", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      sql_run_text (home, "%s", cases[i].has);
      g_autoptr (Outcome) refused = run_weir (home, "migrate", "down", NULL);
      assert_int_not_equal (refused->code, 0);
      if (strstr (refused->err, cases[i].says) == NULL)
        fail_msg ("weir migrate down does not say \"%s\":\n%s", cases[i].says, refused->err);
      sql_run_text (home, "%s", cases[i].clears);
      assert_weir (home, 0, "migrate", "down", NULL);
    }
  sql_run_text (home, "drop schema weir cascade");
  assert_weir (home, 0, "migrate", "up", NULL);
}

/* Given a ledger that is not this weir's, whoever looks at it says the same of it. */
static void
test_all_commands_say_the_same (void **state)
{
  static const struct
  {
    const char *sql; /* NULL: the newest migration is taken back */
    const char *says;
    int load; /* with which exit code: what is only older is brought up to date */
  } cases[] = {
    { "update weir.migration set checksum = 'another' where version = 1", "made by another migration 0001_ledger", 2 },
    { NULL, "older than this weir", 0 },
  };
  Home *home = *state;
  home_write_file (home, "users.csv", "name,email\nAnn,a@x.org\n");
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      sql_run_text (home, "drop schema if exists weir cascade");
      assert_weir (home, 0, "migrate", "up", NULL);
      if (cases[i].sql != NULL)
        sql_run_text (home, "%s", cases[i].sql);
      else
        assert_weir (home, 0, "migrate", "down", NULL);
      const char *const commands[][3] = { { "check" }, { "status" }, { "runs" }, { "migrate", "status" }, { "load", "users.csv" } };
      for (size_t j = 0; j < G_N_ELEMENTS (commands); j++)
        {
          g_autoptr (Outcome) outcome = run_weir_argv (home, commands[j]);
          g_autofree char *said = g_strconcat (outcome->out, outcome->err, NULL);
          bool loads = g_str_equal (commands[j][0], "load");
          if (!(loads && cases[i].load == 0) && strstr (said, cases[i].says) == NULL)
            fail_msg ("weir %s does not say \"%s\":\n%s", commands[j][0], cases[i].says, said);
          if (loads)
            assert_int_equal (outcome->code, cases[i].load);
        }
    }
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup_empty, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_check),
    TEST (test_a_newer_ledger_is_left_alone),
    TEST (test_down_loses_nothing),
    TEST (test_all_commands_say_the_same),
    TEST (test_history_and_current),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
