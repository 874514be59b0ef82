/* The connector of Singer targets: what they are sent, and when that counts as written. */
#include "tests/support/home.h"
#include "tests/support/process.h"
#include "tests/support/tap.h"

#include <stdio.h>
#include <string.h>

/* ---- write ---- */

#define TARGET "'connection': {'type': 'singer', 'command': ['sh', 'target'], 'config': {'token': 'hunter22'}"
#define COLUMNS                                                                                                                    \
  "'columns': [{'name': 'id', 'type': 'bigint', 'nullable': false, 'key': true}, {'name': 'total', 'type': 'numeric'},"            \
  " {'name': 'at', 'type': 'timestamptz'}, {'name': 'doc', 'type': 'jsonb'}, {'name': 'name', 'type': 'text'}]"
#define DELIVERY(mode)                                                                                                             \
  "{" TARGET "}, 'to': {}, 'delivery': {'run': 'r1', 'table': 'orders', 'mode': '" mode "', 'key': ['id'], " COLUMNS "}}"
#define SPOOL                                                                                                                      \
  "\"id\",\"total\",\"at\",\"doc\",\"name\"\n"                                                                                     \
  "\"1\",\"12345678901234567890.10\",\"2026-11-29 08:00:00.5+00\",\"{\"\"a\"\": [1]}\",\"\xc3\xa6 \"\"q\"\"\nline\"\n"             \
  "\"2\",,,,\"\"\n"

static ConnectorRun *
run_write (const TapPlace *place, const char *text, const char *spool)
{
  g_autoptr (Json) request = tap_request (text);
  ConnectorRun *left = connector_run (place->path, SINGER, "write", request, spool);
  g_autofree char *all = connector_text (left);
  assert_null (strstr (all, "hunter22"));
  return left;
}

static void
test_writes_records (void **state)
{
  tap_write_target (*state, "");
  g_autoptr (ConnectorRun) left = run_write (*state, DELIVERY ("upsert"), SPOOL);
  assert_connector_done (left);
  assert_tap_json (connector_done (left), "{\"rows\": 2}");
  g_autofree char *got = tap_read_file (*state, "got");
  g_auto (GStrv) lines = g_strsplit (got, "\n", -1);
  assert_int_equal (g_strv_length (lines), 5);
  assert_string_equal (lines[0],
                       "{\"type\":\"SCHEMA\",\"stream\":\"orders\",\"schema\":{\"type\":\"object\",\"properties\":{"
                       "\"id\":{\"type\":[\"integer\"]},\"total\":{\"type\":[\"number\",\"null\"]},"
                       "\"at\":{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"},"
                       "\"doc\":{\"type\":[\"boolean\",\"integer\",\"number\",\"string\",\"object\",\"array\",\"null\"]},"
                       "\"name\":{\"type\":[\"string\",\"null\"]}}},\"key_properties\":[\"id\"],\"bookmark_properties\":[]}");
  assert_true (g_str_has_prefix (lines[1], "{\"type\":\"RECORD\",\"stream\":\"orders\",\"record\":{\"id\":1,"
                                           "\"total\":12345678901234567890.10,\"at\":\"2026-11-29T08:00:00.5+00:00\","
                                           "\"doc\":{\"a\": [1]},\"name\":\"\xc3\xa6 \\\"q\\\"\\nline\"},\"time_extracted\":\""));
  assert_true (g_str_has_prefix (lines[2], "{\"type\":\"RECORD\",\"stream\":\"orders\",\"record\":{\"id\":2,"
                                           "\"total\":null,\"at\":null,\"doc\":null,\"name\":\"\"},\"time_extracted\":\""));
  assert_string_equal (lines[3], "{\"type\":\"STATE\",\"value\":{\"weir\":\"r1\"}}");
  assert_tap_file_has (*state, "seen-config", "hunter22");
}

/* The version of all rows, which is activated behind them; -1: they have none. */
static int64_t
version_of (const TapPlace *place)
{
  g_autofree char *got = tap_read_file (place, "got");
  g_auto (GStrv) lines = g_strsplit (got, "\n", -1);
  const char *version = strstr (lines[1], "},\"version\":");
  if (version == NULL)
    {
      assert_null (strstr (got, "ACTIVATE_VERSION"));
      return -1;
    }
  int64_t number = g_ascii_strtoll (version + strlen ("},\"version\":"), NULL, 10);
  g_autofree char *want =
      g_strdup_printf ("{\"type\":\"ACTIVATE_VERSION\",\"stream\":\"orders\",\"version\":%" G_GINT64_FORMAT "}", number);
  assert_string_equal (lines[3], want);
  assert_true (g_str_has_prefix (lines[4], "{\"type\":\"STATE\""));
  return number;
}

static void
test_a_whole_table_has_a_version (void **state)
{
  static const struct
  {
    const char *mode;
    bool has_version;
  } cases[] = {
    { "'mode': 'swap'", true },
    { "'mode': 'upsert', 'complete': true, 'gone': 'delete'", true },
    { "'mode': 'upsert', 'complete': true, 'gone': 'keep'", false },
    { "'mode': 'upsert', 'complete': false, 'gone': 'delete'", false },
    { "'mode': 'append'", false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      tap_write_target (*state, "");
      g_autofree char *text = g_strdup_printf (
          "{" TARGET "}, 'to': {}, 'delivery': {'run': 'r1', 'table': 'orders', %s, 'key': ['id'], " COLUMNS "}}", cases[i].mode);
      g_autoptr (ConnectorRun) left = run_write (*state, text, SPOOL);
      assert_connector_done (left);
      assert_int_equal (version_of (*state) > 0, cases[i].has_version);
    }
}

static void
test_what_is_gone_is_marked (void **state)
{
  static const char spool[] = "\"id\",\"weir_gone\"\n\"1\",\"f\"\n\"2\",\"t\"\n";
  static const struct
  {
    const char *gone, *first, *second;
  } cases[] = {
    { "'delete'", "\"record\":{\"id\":1,\"_sdc_deleted_at\":null}", "\"record\":{\"id\":2,\"_sdc_deleted_at\":\"2" },
    { "'flag'", "\"record\":{\"id\":1,\"weir_gone\":false}", "\"record\":{\"id\":2,\"weir_gone\":true}" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      tap_write_target (*state, "");
      g_autofree char *text = g_strdup_printf (
          "{" TARGET
          "}, 'to': {'stream': 'o2'}, 'delivery': {'run': 'r1', 'table': 'orders', 'mode': 'upsert', 'gone': %s, 'key': ['id'],"
          " 'columns': [{'name': 'id', 'type': 'bigint', 'nullable': false}, {'name': 'weir_gone', 'type': "
          "'boolean', 'nullable': false}]}}",
          cases[i].gone);
      g_autoptr (ConnectorRun) left = run_write (*state, text, spool);
      assert_connector_done (left);
      assert_tap_file_has (*state, "got", cases[i].first);
      assert_tap_file_has (*state, "got", cases[i].second);
      assert_tap_file_has (*state, "got", "\"stream\":\"o2\"");
    }
}

static void
test_decimals_as_text (void **state)
{
  tap_write_target (*state, "");
  g_autoptr (ConnectorRun) left =
      run_write (*state,
                 "{" TARGET ", 'decimals': 'text'}, 'to': {}, 'delivery': {'run': 'r1', 'table': 't', 'key': [],"
                 " 'columns': [{'name': 'n', 'type': 'numeric'}]}}",
                 "\"n\"\n\"1.10\"\n\"NaN\"\n");
  assert_connector_done (left);
  assert_tap_file_has (*state, "got", "\"n\":{\"type\":[\"string\",\"null\"],\"format\":\"singer.decimal\"}");
  assert_tap_file_has (*state, "got", "{\"n\":\"1.10\"}");
  assert_tap_file_has (*state, "got", "{\"n\":null}");
  assert_tap_note (left, "for JSON does not have them (NaN, infinity, dates before Christ or beyond 9999): 1");
}

static void
test_hostile_targets (void **state)
{
  static const struct
  {
    const char *script;
    int code;
    const char *error_class, *said;
  } cases[] = {
    { "cat >got", 75, "transient", "without giving the STATE back" },
    { "cat >got; echo '{\"weir\": \"r0\"}'", 75, "transient", "without giving the STATE back" }, /* of another run */
    { "cat >got; echo '{\"weir\": \"r1\"}'; exit 1", 75, "transient", "exit code 1" },
    { "echo 'ImportError: x' >&2; exit 1", 78, "configuration", "ImportError: x" },
    { "read line; exit 0", 75, "transient", "STATE" },
    { "echo garbage; cat >got; echo '{'", 75, "transient", "without giving the STATE back" },
    { "kill -9 $$", 75, "transient", "signal 9" },
    { "cat >got; echo '{\"weir\": \"r1\"}'; kill -9 $$", 75, "transient", "signal 9" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      tap_write_file (*state, "target", cases[i].script);
      g_autoptr (ConnectorRun) left = run_write (*state, DELIVERY ("upsert"), SPOOL);
      assert_connector_error (left, cases[i].code, cases[i].error_class, NULL, cases[i].said);
    }
  static const char *const confirms[] = { "cat >got; echo '{\"type\": \"STATE\", \"value\": {\"weir\": \"r1\"}}'",
                                          "cat >got; echo '{\"weir\": \"r1\"}'; echo '{}'" };
  for (size_t i = 0; i < G_N_ELEMENTS (confirms); i++)
    {
      tap_write_file (*state, "target", confirms[i]);
      g_autoptr (ConnectorRun) left = run_write (*state, DELIVERY ("upsert"), SPOOL);
      assert_connector_done (left);
    }
}

/* More rows than pipes hold, to a target that stops reading, and to one that answers to each line. */
static void
test_many_rows_to_any_target (void **state)
{
  g_autoptr (GString) spool = g_string_new ("\"id\",\"total\",\"at\",\"doc\",\"name\"\n");
  for (int i = 0; i < 20000; i++)
    g_string_append_printf (spool, "\"%d\",,,,\"some text that makes a line longer\"\n", i);
  tap_write_file (*state, "target", "read line; exit 0");
  g_autoptr (ConnectorRun) left = run_write (*state, DELIVERY ("upsert"), spool->str);
  assert_connector_error (left, 75, "transient", NULL, "before it had read all rows");
  tap_write_file (*state, "target", "exec sed 's/^{\"type\":\"STATE\",\"value\":\\(.*\\)}$/\\1/'");
  g_autoptr (ConnectorRun) echo = run_write (*state, DELIVERY ("upsert"), spool->str);
  assert_connector_done (echo);
  assert_tap_json (connector_done (echo), "{\"rows\": 20000}");
}

#define CASE(function) cmocka_unit_test_setup_teardown (function, tap_setup, tap_teardown)

int
main (void)
{
  const struct CMUnitTest tests[] = {
    CASE (test_writes_records),         CASE (test_a_whole_table_has_a_version),
    CASE (test_what_is_gone_is_marked), CASE (test_decimals_as_text),
    CASE (test_hostile_targets),        CASE (test_many_rows_to_any_target),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
