/* The connector of Singer taps: limits, taps as they should not be, and mistakes of who asks. */
#include "tests/support/home.h"
#include "tests/support/process.h"
#include "tests/support/tap.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- limits ---- */

#define TEN                                                                                                                        \
  "i=0; while [ $i -lt 10 ]; do i=$((i+1)); echo '{\"type\": \"RECORD\", \"stream\": \"users\", \"record\": {\"id\": '$i'}}'; "
#define THEN_STATE "echo '{\"type\": \"STATE\", \"value\": {\"id\": '$i'}}'; done; "

static void
test_a_window_ends_at_a_state (void **state)
{
  static const struct
  {
    const char *request, *more, *position;
    int64_t rows;
    const char *has_more;
  } cases[] = {
    { READ "'sync', 'limits': {'rows': 3}}", TEN THEN_STATE "exec sleep 1000", "{\"id\": 3}", 3, "true" },
    { READ "'sync', 'limits': {'bytes': 3}}", TEN THEN_STATE "exec sleep 1000", "{\"id\": 1}", 1, "true" },
    { READ "'sync', 'limits': {'rows': 30}}", TEN THEN_STATE, "{\"id\": 10}", 10, "false" },
    { READ "'full', 'limits': {'rows': 3}}", TEN THEN_STATE, "null", 10, "false" }, /* all or nothing */
    { READ "'sync', 'limits': {'rows': 3}}", TEN "done", "null", 10, "false" },     /* no STATE to go on from */
    /* Where it stands already is no way on, and progress markers are none. */
    { READ "'sync', 'limits': {'rows': 3}, 'position': {'id': 3}}", TEN THEN_STATE "exec sleep 1000", "{\"id\": 4}", 4, "true" },
    { READ "'sync', 'limits': {'rows': 3}}", TEN "echo '{\"type\": \"STATE\", \"value\": {\"progress_markers\": '$i'}}'; done",
      "{\"progress_markers\": 10}", 10, "false" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      tap_write (*state, CATALOG, SCHEMA_TEXT, cases[i].more);
      g_autoptr (ConnectorRun) left = tap_run (*state, "read", cases[i].request);
      assert_connector_done (left);
      assert_tap_json (json_object_get (connector_done (left), "position"), cases[i].position);
      assert_int_equal (json_integer_value (json_object_get (connector_done (left), "rows")), cases[i].rows);
      assert_tap_json (json_object_get (connector_done (left), "more"), cases[i].has_more);
    }
}

/* ---- taps as they should not be ---- */

/* What is told is cut. A secret across the cut leaves nothing of it. */
static void
test_cut_secrets (void **state)
{
  for (size_t n = 190; n < 204; n++)
    {
      g_autofree char *fill = g_strnfill (n, 'x'), *line = g_strconcat (fill, "hunter22\n", NULL);
      tap_write (*state, CATALOG, line, "");
      g_autoptr (ConnectorRun) read = tap_run (*state, "read", READ "'sync'}");
      tap_write (*state, line, "", "");
      g_autoptr (ConnectorRun) found = tap_run (*state, "discover", "{" TAP "}");
      assert_connector_error (read, 78, "configuration", NULL, "no Singer message");
      assert_connector_error (found, 78, "configuration", NULL, "no catalog");
      g_autofree char *all = connector_text (read), *of_found = connector_text (found);
      assert_null (strstr (all, "xh"));
      assert_null (strstr (of_found, "xh"));
    }
}

static void
test_hostile_taps (void **state)
{
  static const struct
  {
    const char *messages, *more;
    int code;
    const char *error_class, *said;
  } cases[] = {
    { SCHEMA_TEXT "INFO starting\n", "", 78, "configuration", "no Singer message: \"INFO starting\"" },
    { SCHEMA_TEXT "{\"type\": \"RECORD\", \"stream\": \"users\", \"record\": {\"token\": \"hunter22\n", "", 78, "configuration",
      "<config.token>" },
    { SCHEMA_TEXT "\xff\xfe\n", "", 78, "configuration", "no Singer message" },
    { SCHEMA_TEXT "[]\n", "", 78, "configuration", "no Singer message" },
    { RECORD ("{\"id\": 1}") SCHEMA_TEXT, "", 78, "configuration", "before its SCHEMA" },
    { SCHEMA_TEXT RECORD ("{\"id\": 1}") STATE ("{\"a\": 1}"), "echo 'ValueError: broken' >&2; exit 1", 75, "transient",
      "exit code 1: ValueError: broken" },
    { SCHEMA_TEXT RECORD ("{\"id\": 1}") STATE ("{\"a\": 1}"), "kill -9 $$", 75, "transient", "signal 9" },
    { SCHEMA_TEXT "{\"type\": \"RECORD\", \"stream\": \"users\", \"reco", "", 75, "transient", "within a line" },
    { SCHEMA_TEXT "{\"type\": \"RECORD\", \"stream\": \"users\", \"reco", "exit 3", 75, "transient", "exit code 3" },
    { SCHEMA_TEXT, "echo 'FATAL: password authentication failed: hunter22' >&2; exit 1", 77, "credentials", "<config.token>" },
    { SCHEMA_TEXT, "exit 127", 78, "configuration", "exit code 127" },
    { "{\"type\": \"SCHEMA\", \"stream\": \"users\", \"schema\": {}, \"key_properties\": []}\n", "", 78, "configuration",
      "no properties" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      tap_write (*state, CATALOG, cases[i].messages, cases[i].more);
      g_autoptr (ConnectorRun) left = tap_run (*state, "read", SYNC);
      assert_connector_error (left, cases[i].code, cases[i].error_class, NULL, cases[i].said);
    }
}

/* A whole last line without its end is one. */
static void
test_a_line_without_its_end (void **state)
{
  tap_write (*state, CATALOG, SCHEMA_TEXT "{\"type\": \"RECORD\", \"stream\": \"users\", \"record\": {\"id\": 1}}", "");
  g_autoptr (ConnectorRun) left = tap_run (*state, "read", FULL);
  assert_tap_spool (left, "\"id\",\"name\",\"updated_at\"\n\"1\",,\n");
}

/* A value of 50 MB is taken as it is. */
static void
test_a_huge_value (void **state)
{
  tap_write (
      *state, CATALOG, SCHEMA_TEXT,
      "printf '{\"type\": \"RECORD\", \"stream\": \"users\", \"record\": {\"id\": 1, \"name\": \"'; head -c 50000000 /dev/zero | "
      "tr '\\0' x; echo '\"}}'");
  g_autoptr (ConnectorRun) left = tap_run (*state, "read", FULL);
  assert_connector_done (left);
  assert_int_equal (left->length, strlen ("\"id\",\"name\",\"updated_at\"\n\"1\",\"\",\n") + 50000000);
}

static void
test_a_huge_line_is_refused (void **state)
{
  tap_write (*state, CATALOG, SCHEMA_TEXT, "head -c 70000000 /dev/zero | tr '\\0' x");
  g_autoptr (ConnectorRun) left = tap_run (*state, "read", FULL);
  assert_connector_error (left, 78, "configuration", NULL, "a line of more than 64 MiB");
}

/* Somebody else holds the pipe of a tap that has ended. */
static void
test_a_child_that_stays_is_ended (void **state)
{
  tap_write (*state, CATALOG, SCHEMA_TEXT RECORD ("{\"id\": 1}"), "sleep 1000 &");
  g_autoptr (ConnectorRun) left = tap_run (*state, "read", FULL);
  assert_tap_spool (left, "\"id\",\"name\",\"updated_at\"\n\"1\",,\n");
  wait_until (process_find (((TapPlace *) *state)->path, "sleep 1000") == 0);
}

/* Folders of ours in memory that have this file. */
static int
count_folders (const char *text)
{
  int n = 0;
  GDir *listing = g_dir_open ("/dev/shm", 0, NULL);
  for (const char *name; listing != NULL && (name = g_dir_read_name (listing)) != NULL;)
    {
      g_autofree char *path = g_build_filename ("/dev/shm", name, "config.json", NULL), *found = NULL;
      if (g_str_has_prefix (name, "weir-singer-") && g_file_get_contents (path, &found, NULL, NULL))
        n += strstr (found, text) != NULL;
    }
  if (listing != NULL)
    g_dir_close (listing);
  return n;
}

/* A request whose configuration nobody else's has. */
static char *
marked_request (const TapPlace *place)
{
  return g_strdup_printf (
      "{'connection': {'type': 'singer', 'command': ['sh', 'tap'], 'config': {'mark': '%s'}}, 'stream': 'users', 'mode': 'full'}",
      place->path);
}

static ConnectorJob *
start_endless (const TapPlace *place, const char *more)
{
  tap_write (place, CATALOG, SCHEMA_TEXT RECORD ("{\"id\": 1}"), more);
  g_autofree char *text = marked_request (place);
  g_autoptr (Json) request = tap_request (text);
  ConnectorJob *job = connector_start (place->path, SINGER, "read", request, NULL, NULL);
  g_autofree char *begun = tap_path (place, "begun");
  wait_until (access (begun, F_OK) == 0);
  assert_int_equal (count_folders (place->path), 1);
  return job;
}

static void
test_sigterm_ends_it_and_its_tap (void **state)
{
  TapPlace *place = *state;
  static const char *const endless[] = {
    "touch begun; sleep 1000", "trap '' TERM; touch begun; while :; do sleep 0.1; done",
    "touch begun; while :; do echo '{\"type\": \"RECORD\", \"stream\": \"users\", \"record\": {\"id\": 1}}'; done"
  };
  for (size_t i = 0; i < G_N_ELEMENTS (endless); i++)
    {
      ConnectorJob *job = start_endless (place, endless[i]);
      kill (connector_pid (job), SIGTERM);
      g_autoptr (ConnectorRun) left = connector_finish (job);
      assert_connector_error (left, 75, "transient", NULL, "asked to end");
      wait_until (process_find (place->path, "tap") == 0);
      assert_int_equal (count_folders (place->path), 0);
      g_autofree char *begun = tap_path (place, "begun");
      unlink (begun);
    }
}

/* The next run of anybody takes away what a kill left. */
static void
test_a_kill_leaves_nothing_for_long (void **state)
{
  TapPlace *place = *state;
  ConnectorJob *job = start_endless (place, "touch begun; exec sleep 1000");
  kill (connector_pid (job), SIGKILL);
  g_autoptr (ConnectorRun) left = connector_finish (job);
  assert_int_equal (left->code, 128 + SIGKILL);
  wait_until (process_find (place->path, "sleep 1000") == 0);
  tap_write (place, CATALOG, SCHEMA_TEXT, "");
  g_autoptr (ConnectorRun) next = tap_run (place, "read", FULL);
  assert_connector_done (next);
  assert_int_equal (count_folders (place->path), 0);
}

/* ---- mistakes ---- */

static void
test_mistakes_are_told_at_once (void **state)
{
  static const struct
  {
    const char *verb, *request;
    const char *paths[6]; /* ends with NULL */
  } cases[] = {
    { "read",
      "{'connection': {'type': 'singer', 'command': [], 'confg': {}, 'config': 7, 'catalog': 7, 'kind': 'pipe', 'decimals': 'x'}}",
      { "connection.command", "connection.confg", "connection.config", "connection.catalog", "connection.kind",
        "connection.decimals" } },
    { "discover",
      "{'connection': {'type': 'singer', 'command': ['sh', 7], 'check_stream': 'x'}}",
      { "connection.command", "connection.check_stream" } },
    { "read",
      "{" TAP ", 'mode': 'sync', 'stream': 'users', 'from': {'table': 'x', 'replication_method': 'y'}, 'where': {'a': 1}, "
      "'window': {'start': 1}}",
      { "from.table", "from.replication_method", "where", "window" } },
    { "read", "{" TAP ", 'mode': 'sync', 'stream': 'user'}", { "from.stream" } },
    { "read", "{" TAP ", 'mode': 'sync'}", { "from.stream" } },
    { "read", "{" TAP ", 'mode': 'sync', 'stream': 'users', 'bookmark': 'id', 'key': ['idd']}", { "bookmark", "key" } },
    { "read", "{" TAP ", 'mode': 'full', 'stream': 'users', 'columns': {'nam': {'drop': true}}}", { "columns.nam" } },
    { "discover", "{'connection': {'type': 'singer', 'command': ['sh', 'tap'], 'catalog': false}}", { "connection.catalog" } },
    { "write",
      "{'connection': {'type': 'singer', 'command': ['sh', 'target'], 'catalog': {}}, 'to': {'strem': 'x'}, 'delivery': {}}",
      { "connection.catalog" } },
    { "write",
      "{'connection': {'type': 'singer', 'command': ['sh', 'target']}, 'to': {'strem': 'x'}, 'delivery': {}}",
      { "to.strem", "delivery.table", "delivery.columns" } },
  };
  tap_write (*state, CATALOG, SCHEMA_TEXT, "");
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ConnectorRun) left = tap_run (*state, cases[i].verb, cases[i].request);
      for (size_t p = 0; p < G_N_ELEMENTS (cases[i].paths) && cases[i].paths[p] != NULL; p++)
        assert_connector_error (left, 78, "configuration", cases[i].paths[p], "");
    }
}

static void
test_a_program_that_is_not_there (void **state)
{
  static const char *const commands[] = { "weir-no-such-tap", "./nowhere/tap", "./catalog" };
  tap_write_file (*state, "catalog", "");
  for (size_t i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *text = g_strdup_printf ("{'connection': {'type': 'singer', 'command': ['%s']}}", commands[i]);
      g_autoptr (ConnectorRun) left = tap_run (*state, "check", text);
      assert_connector_error (left, 78, "configuration", NULL, commands[i]);
    }
}

/* ---- check ---- */

static void
test_checks_a_tap (void **state)
{
  tap_write (*state, CATALOG, SCHEMA_TEXT RECORD ("{\"id\": 1}"), "sleep 1000");
  g_autoptr (ConnectorRun) left = tap_run (*state, "check", "{" TAP "}");
  assert_int_equal (left->code, 0);
  assert_tap_json (connector_line (left, "checked", 0),
                   "{\"what\": \"connect\", \"ok\": true, \"text\": \"the tap runs, and has 2 streams\"}");
  assert_tap_json (connector_line (left, "checked", 1),
                   "{\"what\": \"read\", \"ok\": true, \"text\": \"one row of \\\"users\\\"\"}");
  g_autoptr (ConnectorRun) job = tap_run (*state, "check", "{" TAP ", 'from': {'stream': 'users'}}");
  assert_int_equal (job->code, 0);
  assert_tap_json (connector_line (job, "checked", 0),
                   "{\"what\": \"read\", \"ok\": true, \"text\": \"one row of \\\"users\\\"\"}");
  tap_write (*state, CATALOG, SCHEMA_TEXT, "");
  g_autoptr (ConnectorRun) none = tap_run (*state, "check", "{" TAP ", 'from': {'stream': 'users'}}");
  assert_tap_json (connector_line (none, "checked", 0),
                   "{\"what\": \"read\", \"ok\": true, \"text\": \"\\\"users\\\" has no rows\"}");
  tap_write (*state, CATALOG, SCHEMA_TEXT, "exit 1");
  g_autoptr (ConnectorRun) failed = tap_run (*state, "check", "{" TAP "}");
  assert_connector_error (failed, 75, "transient", NULL, "exit code 1");
}

static void
test_checks_a_target (void **state)
{
  tap_write_target (*state, "");
  g_autoptr (ConnectorRun) left =
      tap_run (*state, "check", "{'connection': {'type': 'singer', 'command': ['sh', 'target'], 'kind': 'target'}}");
  assert_int_equal (left->code, 0);
  assert_non_null (strstr (json_string_value (json_object_get (connector_line (left, "checked", 0), "text")), "nothing was sent"));
  g_autoptr (ConnectorRun) wrote =
      tap_run (*state, "check",
               "{'connection': {'type': 'singer', 'command': ['sh', 'target'], 'kind': 'target', 'check_stream': 'weir_check'}}");
  assert_int_equal (wrote->code, 0);
  assert_tap_json (json_object_get (connector_line (wrote, "checked", 0), "what"), "\"write\"");
  assert_tap_file_has (*state, "got", "\"stream\":\"weir_check\",\"record\":{\"id\":1}");
}

#define CASE(function) cmocka_unit_test_setup_teardown (function, tap_setup, tap_teardown)

int
main (void)
{
  const struct CMUnitTest tests[] = {
    CASE (test_a_window_ends_at_a_state),
    CASE (test_cut_secrets),
    CASE (test_hostile_taps),
    CASE (test_a_line_without_its_end),
    CASE (test_a_huge_value),
    CASE (test_a_huge_line_is_refused),
    CASE (test_a_child_that_stays_is_ended),
    CASE (test_sigterm_ends_it_and_its_tap),
    CASE (test_a_kill_leaves_nothing_for_long),
    CASE (test_mistakes_are_told_at_once),
    CASE (test_a_program_that_is_not_there),
    CASE (test_checks_a_tap),
    CASE (test_checks_a_target),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
