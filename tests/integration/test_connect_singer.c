/* The connector of Singer taps and targets, with small ones of the test's own: shell scripts that bring what a case says, or behave as taps should not. */
#include "tests/support/connector.h"
#include "tests/support/home.h"
#include "tests/support/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define PROGRAM "weir-connect-singer"

/* A folder with a tap or target in it. */
typedef struct
{
  char *path;
} Place;

static int
place_setup (void **state)
{
  Place *place = g_new0 (Place, 1);
  place->path = g_dir_make_tmp ("weir-singer-XXXXXX", NULL);
  *state = place;
  return place->path == NULL;
}

static char *
in_place (const Place *place, const char *name)
{
  return g_build_filename (place->path, name, NULL);
}

/* Nothing is left in memory, where configurations lie. */
static int
place_teardown (void **state)
{
  Place *place = *state;
  process_kill_all (place->path);
  remove_tree (place->path);
  g_free (place->path);
  g_free (place);
  return 0;
}

static void
write_file (const Place *place, const char *name, const char *text)
{
  g_autofree char *path = in_place (place, name);
  assert_true (g_file_set_contents (path, text, -1, NULL));
}

static char *
read_file (const Place *place, const char *name)
{
  g_autofree char *path = in_place (place, name);
  char *text = NULL;
  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

static void
assert_file_has (const Place *place, const char *name, const char *text)
{
  g_autofree char *all = read_file (place, name);
  if (all == NULL || strstr (all, text) == NULL)
    fail_msg ("%s has no %s: %s", name, text, all != NULL ? all : "(not there)");
}

#define CATALOG                                                                                                                    \
  "{\"streams\": ["                                                                                                                \
  "{\"tap_stream_id\": \"users\", \"stream\": \"users\", \"schema\": {\"properties\": {"                                           \
  "\"id\": {\"type\": \"integer\"}, \"name\": {\"type\": [\"null\", \"string\"]},"                                                 \
  " \"updated_at\": {\"type\": [\"null\", \"string\"], \"format\": \"date-time\"}, \"note\": {\"type\": [\"null\", \"string\"]},"  \
  " \"odd\": {\"type\": \"string\"}, \"big\": {\"type\": \"integer\", \"maximum\": 18446744073709551615}}},"                       \
  " \"metadata\": [{\"breadcrumb\": [], \"metadata\": {\"forced-replication-method\": \"\", \"table-key-properties\": [\"id\"],"   \
  " \"valid-replication-keys\": [\"updated_at\"]}},"                                                                               \
  " {\"breadcrumb\": [\"properties\", \"odd\"], \"metadata\": {\"inclusion\": \"unsupported\"}}]},"                                \
  "{\"tap_stream_id\": \"db-orders\", \"stream\": \"orders\", \"table_name\": \"orders\", \"is_view\": false,"                     \
  " \"schema\": {\"properties\": {\"id\": {\"type\": \"integer\"}}}, \"key_properties\": [\"id\"],"                                \
  " \"metadata\": [{\"breadcrumb\": [], \"metadata\": {\"forced-replication-method\": \"FULL_TABLE\", \"row-count\": 7,"           \
  " \"schema-name\": \"shop\"}}]}]}"

#define SCHEMA_TEXT                                                                                                                \
  "{\"type\": \"SCHEMA\", \"stream\": \"users\", \"key_properties\": [\"id\"], \"schema\": {\"properties\": {"                     \
  "\"id\": {\"type\": \"integer\"}, \"name\": {\"type\": [\"null\", \"string\"]},"                                                 \
  " \"updated_at\": {\"type\": [\"null\", \"string\"], \"format\": \"date-time\"}}}}\n"
#define RECORD(record) "{\"type\": \"RECORD\", \"stream\": \"users\", \"record\": " record "}\n"
#define STATE(value) "{\"type\": \"STATE\", \"value\": " value "}\n"

/* A tap that writes "messages", and then does "more". What it was given is kept: seen-config, seen-catalog, seen-state, seen-option. */
static void
write_tap (const Place *place, const char *catalog, const char *messages, const char *more)
{
  write_file (place, "catalog", catalog);
  write_file (place, "messages", messages);
  g_autofree char *script =
      g_strdup_printf ("while [ $# -gt 0 ]; do\n"
                       "  case $1 in\n"
                       "    --config) cp \"$2\" seen-config; stat -c %%a \"$2\" >seen-mode; shift ;;\n"
                       "    --discover) cat catalog; exit ;;\n"
                       "    --catalog | --properties) echo $1 >seen-option; cp \"$2\" seen-catalog; shift ;;\n"
                       "    --state) cp \"$2\" seen-state; shift ;;\n"
                       "  esac\n"
                       "  shift\n"
                       "done\n"
                       "cat messages\n%s\n",
                       more);
  write_file (place, "tap", script);
}

/* A target that keeps what it reads in "got", and gives the states back at the end. */
static void
write_target (const Place *place, const char *more)
{
  g_autofree char *script = g_strdup_printf ("cp \"$2\" seen-config\n"
                                             "cat >got\n%s\n"
                                             "sed -n 's/^{\"type\":\"STATE\",\"value\":\\(.*\\)}$/\\1/p' got\n",
                                             more);
  write_file (place, "target", script);
}

/* text: members of a request, with ' for ". A new reference. */
static Json *
request_of (const char *text)
{
  g_autofree char *json = g_strdelimit (g_strdup (text), "'", '"');
  Json *request = json_loads (json, 0, NULL);
  if (request == NULL)
    fail_msg ("no JSON: %s", json);
  return request;
}

#define TAP                                                                                                                        \
  "'connection': {'type': 'singer', 'command': ['sh', 'tap'], 'config': {'token': 'hunter22', 'folder': '/data/very/long'}}"
#define READ "{" TAP ", 'job': 'j', 'run': 'r', 'stream': 'users', 'mode': "
#define SYNC READ "'sync', 'bookmark': 'updated_at', 'from': {}}"
#define FULL READ "'full', 'from': {}}"

static ConnectorRun *
run (const Place *place, const char *verb, const char *text)
{
  g_autoptr (Json) request = request_of (text);
  ConnectorRun *left = connector_run (place->path, PROGRAM, verb, request, NULL);
  if (strstr (left->said, "hunter22") != NULL || strstr (left->said, "/data/very/long") != NULL)
    fail_msg ("a secret was told: %s", left->said);
  g_autofree char *all = connector_text (left);
  assert_null (strstr (all, "hunter22"));
  return left;
}

static void
assert_spool (const ConnectorRun *left, const char *text)
{
  assert_connector_done (left);
  if (strcmp (left->spool, text) != 0)
    fail_msg ("the spool file is\n%s, not\n%s", left->spool, text);
}

static void
assert_json (const Json *json, const char *text)
{
  g_autofree char *got = json != NULL ? weir_json_line (json) : g_strdup ("(none)");
  if (strcmp (got, text) != 0)
    fail_msg ("%s, not %s", got, text);
}

static void
assert_note (const ConnectorRun *left, const char *text)
{
  const Json *note;
  for (int i = 0; (note = connector_line (left, "note", i)) != NULL; i++)
    if (strstr (json_string_value (note), text) != NULL)
      return;
  g_autofree char *all = connector_text (left);
  fail_msg ("no note has \"%s\":\n%s", text, all);
}

static void
assert_no_note (const ConnectorRun *left)
{
  g_autofree char *all = connector_text (left);
  if (connector_line (left, "note", 0) != NULL)
    fail_msg ("%s", all);
}

/* ---- discover ---- */

static void
test_discovers_streams (void **state)
{
  write_tap (*state, CATALOG, "", "");
  g_autoptr (ConnectorRun) left = run (*state, "discover", "{" TAP "}");
  assert_int_equal (left->code, 0);
  const Json *users = connector_line (left, "stream", 0), *orders = connector_line (left, "stream", 1);
  assert_json (json_object_get (users, "key"), "[\"id\"]");
  assert_json (json_object_get (users, "bookmarks"), "[\"updated_at\"]");
  assert_int_equal (json_array_size (json_object_get (users, "columns")), 5); /* not the one that is unsupported */
  assert_json (json_array_get (json_object_get (users, "columns"), 2),
               "{\"name\": \"updated_at\", \"type\": \"timestamptz\", \"nullable\": true, \"key\": false, "
               "\"source_type\": \"string (date-time)\"}");
  assert_json (json_object_get (orders, "name"), "\"db-orders\"");
  assert_json (json_object_get (orders, "kind"), "\"table\"");
  assert_json (json_object_get (orders, "rows"), "7");
  assert_null (connector_line (left, "stream", 2));
}

static void
test_what_is_no_catalog_is_told (void **state)
{
  static const char *const catalogs[] = {
    "", "usage: tap", "{}", "[]", "{\"streams\": 7}", "{\"streams\": [", "{\"streams\": []} x"
  };
  for (size_t i = 0; i < G_N_ELEMENTS (catalogs); i++)
    {
      write_tap (*state, catalogs[i], "", "");
      g_autoptr (ConnectorRun) left = run (*state, "discover", "{" TAP "}");
      assert_connector_error (left, 78, "configuration", NULL, "no catalog");
    }
}

/* ---- read ---- */

static void
test_reads_rows_and_state (void **state)
{
  write_tap (*state, CATALOG,
             STATE ("{\"bookmarks\": {}}") SCHEMA_TEXT RECORD (
                 "{\"id\": 1, \"name\": \"\\u00e6 \\\"q\\\"\\nline\", \"updated_at\": \"2026-11-29T08:00:00Z\"}")
                 RECORD ("{\"updated_at\": null, \"id\": 2}") STATE ("{\"bookmarks\": {\"users\": {\"updated_at\": \"2026\"}}}"),
             "echo working >&2; echo token is hunter22 in /data/very/long >&2");
  g_autoptr (ConnectorRun) left = run (*state, "read", SYNC);
  assert_spool (left, "\"id\",\"name\",\"updated_at\"\n\"1\",\"\xc3\xa6 \"\"q\"\"\nline\",\"2026-11-29 08:00:00+00\"\n\"2\",,\n");
  const Json *done = connector_done (left);
  assert_json (json_object_get (done, "position"), "{\"bookmarks\": {\"users\": {\"updated_at\": \"2026\"}}}");
  assert_json (json_object_get (done, "more"), "false");
  assert_json (json_object_get (done, "complete"), "false");
  assert_json (json_array_get (connector_line (left, "columns", 0), 0),
               "{\"name\": \"id\", \"type\": \"bigint\", \"nullable\": false, \"key\": true, \"source_type\": \"integer\"}");
  assert_no_note (left);
  assert_non_null (strstr (left->said, "working"));
  assert_non_null (strstr (left->said, "token is <config.token> in <config.folder>"));
  assert_file_has (*state, "seen-config", "{\"token\":\"hunter22\",\"folder\":\"/data/very/long\"}");
  assert_file_has (*state, "seen-mode", "600");
  assert_file_has (*state, "seen-option", "--catalog");
  g_autofree char *given = read_file (*state, "seen-state");
  assert_null (given);
}

/* The selected part of one stream's metadata: "users:true id:true ...". */
static char *
selection (const Place *place, int stream)
{
  g_autofree char *text = read_file (place, "seen-catalog");
  g_autoptr (Json) catalog = json_loads (text, 0, NULL);
  assert_non_null (catalog);
  const Json *entry = json_array_get (json_object_get (catalog, "streams"), (size_t) stream), *item;
  GString *words = g_string_new (NULL);
  size_t i;
  json_array_foreach (json_object_get (entry, "metadata"), i, item)
    {
      const char *name = json_string_value (json_array_get (json_object_get (item, "breadcrumb"), 1));
      const Json *selected = json_object_get (json_object_get (item, "metadata"), "selected");
      g_string_append_printf (words, "%s:%s ", name != NULL ? name : "*",
                              selected == NULL          ? "-"
                              : json_is_true (selected) ? "true"
                                                        : "false");
    }
  const Json *said = json_object_get (json_array_get (json_object_get (entry, "metadata"), 0), "metadata");
  const char *method = json_string_value (json_object_get (said, "replication-method"));
  const char *key = json_string_value (json_object_get (said, "replication-key"));
  g_string_append_printf (words, "%s %s", method != NULL ? method : "-", key != NULL ? key : "-");
  return g_string_free (words, FALSE);
}

static void
test_selects_one_stream (void **state)
{
  static const struct
  {
    const char *request, *users, *orders;
  } cases[] = {
    { SYNC, "*:true odd:false id:true name:true updated_at:true note:true big:true INCREMENTAL updated_at", "*:false - -" },
    { READ "'sync', 'from': {}}", "*:true odd:false id:true name:true updated_at:true note:true big:true INCREMENTAL updated_at",
      "*:false - -" },
    { READ "'sync', 'bookmark': 'updated_at', 'columns': {'note': {'drop': true}, 'id': {'drop': true}}}",
      "*:true odd:false id:true name:true updated_at:true note:false big:true INCREMENTAL updated_at", "*:false - -" },
    { READ "'sync', 'from': {'replication_method': 'LOG_BASED'}}",
      "*:true odd:false id:true name:true updated_at:true note:true big:true LOG_BASED -", "*:false - -" },
    { FULL, "*:true odd:false id:true name:true updated_at:true note:true big:true FULL_TABLE -", "*:false - -" },
    { READ "'mirror', 'part': 'keys', 'key': ['id'], 'columns': {'name': {'mask': 'hash'}}}",
      "*:true odd:false id:true name:false updated_at:false note:false big:false FULL_TABLE -", "*:false - -" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      write_tap (*state, CATALOG, SCHEMA_TEXT STATE ("{}"), "");
      g_autoptr (ConnectorRun) left = run (*state, "read", cases[i].request);
      assert_connector_done (left);
      g_autofree char *users = selection (*state, 0), *orders = selection (*state, 1);
      assert_string_equal (users, cases[i].users);
      assert_string_equal (orders, cases[i].orders);
    }
}

static void
test_modes_and_completeness (void **state)
{
  static const struct
  {
    const char *request, *messages;
    const char *position, *complete;
    bool has_state; /* the tap got one */
  } cases[] = {
    { READ "'sync', 'position': {'a': 1}}", SCHEMA_TEXT STATE ("{\"a\": 2}"), "{\"a\": 2}", "false", true },
    { READ "'sync', 'position': {'a': 1}}", SCHEMA_TEXT, "{\"a\": 1}", "false", true }, /* no STATE */
    { READ "'sync'}", SCHEMA_TEXT, "null", "false", false },
    { "{" TAP ", 'stream': 'users', 'position': {'a': 1}}", SCHEMA_TEXT STATE ("{\"a\": 2}"), "{\"a\": 2}", "false",
      true }, /* no mode */
    { READ "'sync', 'position': {'a': 1}}", SCHEMA_TEXT STATE ("{\"a\": 2}") STATE ("null"), "{\"a\": 2}", "false", true },
    { READ "'full', 'position': {'a': 1}}", SCHEMA_TEXT STATE ("{\"a\": 2}"), "null", "true", false },
    { READ "'dump', 'position': {'a': 1}}", SCHEMA_TEXT STATE ("{\"a\": 2}"), "null", "true", false },
    { READ "'mirror', 'key': ['id'], 'part': 'rows', 'position': {'a': 1}}", SCHEMA_TEXT STATE ("{\"a\": 2}"), "{\"a\": 2}",
      "false", true },
    { READ "'mirror', 'key': ['id'], 'part': 'keys', 'position': {'a': 1}}", SCHEMA_TEXT STATE ("{\"a\": 2}"), "null", "true",
      false },
    /* What JSON of weir cannot hold as it was is kept as a text. */
    { READ "'sync'}", SCHEMA_TEXT STATE ("{\"a\": 1.10, \"b\": \"\\u0000\"}"),
      "{\"singer_state\": \"{\\\"a\\\": 1.10, \\\"b\\\": \\\"\\\\u0000\\\"}\"}", "false", false },
    { READ "'sync'}", SCHEMA_TEXT STATE ("[1]"), "{\"singer_state\": \"[1]\"}", "false", false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *seen = in_place (*state, "seen-state");
      unlink (seen);
      write_tap (*state, CATALOG, cases[i].messages, "");
      g_autoptr (ConnectorRun) left = run (*state, "read", cases[i].request);
      assert_connector_done (left);
      assert_json (json_object_get (connector_done (left), "position"), cases[i].position);
      assert_json (json_object_get (connector_done (left), "complete"), cases[i].complete);
      assert_int_equal (access (seen, F_OK) == 0, cases[i].has_state);
      if (cases[i].has_state)
        assert_file_has (*state, "seen-state", "{\"a\":1}");
    }
}

static void
test_a_kept_text_is_the_state_again (void **state)
{
  write_tap (*state, CATALOG, SCHEMA_TEXT, "");
  g_autoptr (ConnectorRun) left = run (*state, "read", READ "'sync', 'position': {'singer_state': '{ \\'a\\': 1.10}'}}");
  assert_connector_done (left);
  assert_file_has (*state, "seen-state", "{ \"a\": 1.10}");
  assert_json (json_object_get (connector_done (left), "position"), "{\"singer_state\": \"{ \\\"a\\\": 1.10}\"}");
}

static void
test_versions_replace_rows (void **state)
{
#define VERSIONED(id, version)                                                                                                     \
  "{\"type\": \"RECORD\", \"stream\": \"users\", \"record\": {\"id\": " #id "}, \"version\": " #version "}\n"
#define ACTIVATE(version) "{\"type\": \"ACTIVATE_VERSION\", \"stream\": \"users\", \"version\": " #version "}\n"
  static const struct
  {
    const char *messages, *ids, *complete;
  } cases[] = {
    { SCHEMA_TEXT VERSIONED (1, 5) ACTIVATE (5), "1,", "true" },
    { SCHEMA_TEXT ACTIVATE (5) VERSIONED (1, 5) ACTIVATE (5), "1,", "true" },
    { SCHEMA_TEXT ACTIVATE (5) VERSIONED (1, 5), "1,", "false" },
    { SCHEMA_TEXT VERSIONED (1, 5), "1,", "false" },
    { SCHEMA_TEXT VERSIONED (1, 4) VERSIONED (2, 5) ACTIVATE (5), "2,", "true" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      write_tap (*state, CATALOG, cases[i].messages, "");
      g_autoptr (ConnectorRun) left = run (*state, "read", FULL);
      assert_connector_done (left);
      assert_json (json_object_get (connector_done (left), "complete"), cases[i].complete);
      g_autoptr (GPtrArray) rows = connector_rows (left);
      g_autoptr (GString) ids = g_string_new (NULL);
      for (guint r = 1; r < rows->len; r++)
        g_string_append_printf (ids, "%s,", (const char *) ((GPtrArray *) rows->pdata[r])->pdata[0]);
      assert_string_equal (ids->str, cases[i].ids);
    }
}

/* Each property of one record, its schema, and the cell and type that come of it. */
static void
test_values_stay_exact (void **state)
{
  static const struct
  {
    const char *schema, *value, *type, *cell; /* cell NULL: NULL */
  } cases[] = {
    { "{\"type\": \"integer\"}", "9223372036854775807", "bigint", "9223372036854775807" },
    { "{\"type\": \"integer\"}", "18446744073709551616", "numeric", "18446744073709551616" },
    { "{\"type\": [\"null\", \"number\"]}", "0.1000000000000000055511151231257827", "numeric",
      "0.1000000000000000055511151231257827" },
    { "{\"type\": \"number\"}", "1e400", "numeric", "1e400" },
    { "{\"type\": \"number\"}", "NaN", "numeric", "NaN" },
    { "{\"type\": \"string\", \"format\": \"singer.decimal\"}", "\"1.10\"", "numeric", "1.10" },
    { "{\"type\": \"object\"}", "{\"a\": [1.10, {\"b\": null}], \"c\": \"\\u00e6\"}", "jsonb",
      "{\"a\": [1.10, {\"b\": null}], \"c\": \"\\u00e6\"}" },
    { "{}", "[1, 2]", "jsonb", "[1, 2]" },
    { "{}", "\"x\"", "text", "x" },
    { "{\"anyOf\": [{\"oneOf\": [{\"type\": \"null\"}, {\"type\": \"boolean\"}]}, {\"type\": \"null\"}]}", "true", "boolean",
      "true" },
    { "{\"type\": \"string\"}", "\"\"", "text", "" },
    { "{\"type\": \"string\"}", "null", "text", NULL },
    { "{\"type\": \"string\"}", "\"\\ud83d\\ude00\"", "text", "\xf0\x9f\x98\x80" },
  };
  g_autoptr (GString) properties = g_string_new (NULL), record = g_string_new (NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_string_append_printf (properties, "%s\"c%zu\": %s", i > 0 ? ", " : "", i, cases[i].schema);
      g_string_append_printf (record, "%s\"c%zu\": %s", i > 0 ? ", " : "", i, cases[i].value);
    }
  g_autofree char *messages = g_strdup_printf ("{\"type\": \"SCHEMA\", \"stream\": \"users\", \"schema\": {\"properties\": {%s}}, "
                                               "\"key_properties\": []}\n" RECORD ("{%s}"),
                                               properties->str, record->str);
  write_tap (*state, CATALOG, messages, "");
  g_autoptr (ConnectorRun) left = run (*state, "read", FULL);
  assert_connector_done (left);
  g_autoptr (GPtrArray) rows = connector_rows (left);
  const GPtrArray *row = rows->pdata[1];
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Json *column = json_array_get (connector_line (left, "columns", 0), i);
      assert_string_equal (json_string_value (json_object_get (column, "type")), cases[i].type);
      if (g_strcmp0 (row->pdata[i], cases[i].cell) != 0)
        fail_msg ("%s: %s", cases[i].value, (const char *) row->pdata[i]);
    }
}

/* A NUL is kept, for weir to reject the row; half a surrogate is told. */
static void
test_what_is_no_text (void **state)
{
  write_tap (*state, CATALOG,
             SCHEMA_TEXT RECORD ("{\"id\": 1, \"name\": \"a\\u0000b\"}") RECORD ("{\"id\": 2, \"name\": \"\\ud800\"}"), "");
  g_autoptr (ConnectorRun) left = run (*state, "read", FULL);
  assert_connector_done (left);
  static const char want[] = "\"id\",\"name\",\"updated_at\"\n\"1\",\"a\0b\",\n\"2\",\"\xef\xbf\xbd\",\n";
  assert_int_equal (left->length, sizeof want - 1);
  assert_memory_equal (left->spool, want, sizeof want - 1);
  assert_note (left, "1 texts had half a surrogate pair");
}

static void
test_schemas_in_mid_stream (void **state)
{
  write_tap (*state, CATALOG,
             SCHEMA_TEXT SCHEMA_TEXT RECORD (
                 "{\"id\": 1, \"name\": \"a\", \"more\": 7}") "{\"type\": \"SCHEMA\", \"stream\": \"users\", \"key_properties\": "
                                                              "[\"id\"], \"schema\": {\"properties\": {"
                                                              "\"more\": {\"type\": \"integer\"}, \"id\": {\"type\": [\"integer\", "
                                                              "\"string\"]}}}}\n" RECORD (
                                                                  "{\"id\": \"x\", \"more\": 8, \"unknown\": 1, \"again\": 2}")
                                                                  RECORD ("{\"unknown\": 1, \"id\": 3}"),
             "");
  g_autoptr (ConnectorRun) left = run (*state, "read", FULL);
  assert_spool (left, "\"id\",\"name\",\"updated_at\",\"more\"\n\"1\",\"a\",,\n\"x\",,,\"8\"\n\"3\",,,\n");
  assert_json (json_object_get (json_array_get (connector_line (left, "columns", 0), 0), "type"), "\"text\"");
  assert_note (left, "\"unknown\"");
  assert_note (left, "\"again\"");
  assert_note (left, "\"more\""); /* it came before its SCHEMA */
  assert_null (connector_line (left, "note", 1));
}

static void
test_columns_are_treated (void **state)
{
  write_tap (*state, CATALOG, SCHEMA_TEXT RECORD ("{\"id\": 1, \"name\": \"abcdef\"}"), "");
  g_autoptr (ConnectorRun) left =
      run (*state, "read",
           READ "'full', 'key': ['name'], 'columns': {'name': {'mask': 'last4', 'rename': 'n'}, 'note': {'drop': true},"
                " 'updated_at': {'drop': true}}}");
  assert_spool (left, "\"id\",\"n\"\n\"1\",\"**cdef\"\n");
  assert_json (json_object_get (json_array_get (connector_line (left, "columns", 0), 0), "key"), "false");
  assert_json (json_object_get (json_array_get (connector_line (left, "columns", 0), 1), "key"), "true");
  assert_no_note (left);
}

static void
test_no_rows_have_columns_all_the_same (void **state)
{
  write_tap (*state, CATALOG, STATE ("{\"a\": 1}"), "");
  g_autoptr (ConnectorRun) left = run (*state, "read", SYNC);
  assert_spool (left, "\"id\",\"name\",\"updated_at\",\"note\",\"odd\",\"big\"\n");
  assert_json (json_object_get (connector_done (left), "rows"), "0");
}

static void
test_other_streams_are_left_out (void **state)
{
  write_tap (*state, CATALOG,
             "{\"type\": \"SCHEMA\", \"stream\": \"lines\", \"schema\": {\"properties\": {\"n\": {}}}, \"key_properties\": "
             "[]}\n" SCHEMA_TEXT "{\"type\": \"RECORD\", \"stream\": \"lines\", \"record\": {\"n\": 1}}\n" RECORD (
                 "{\"id\": 1}") "{\"type\": \"RECORD\", \"stream\": \"lines\", \"record\": {\"n\": 1}}\n{\"type\": \"LOG\", "
                                "\"text\": \"x\"}\n\n",
             "");
  g_autoptr (ConnectorRun) left = run (*state, "read", FULL);
  assert_spool (left, "\"id\",\"name\",\"updated_at\"\n\"1\",,\n");
  assert_note (left, "2 records of other streams were left out: lines (2)");
}

/* Messages have the stream's short name, the catalog another. */
static void
test_streams_by_any_name (void **state)
{
  static const char *const names[] = { "orders", "db-orders", "shop-orders" };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *messages = g_strdup_printf ("{\"type\": \"SCHEMA\", \"stream\": \"%s\", \"schema\": {\"properties\": "
                                                   "{\"id\": {\"type\": \"integer\"}}}, \"key_properties\": []}\n"
                                                   "{\"type\": \"RECORD\", \"stream\": \"%s\", \"record\": {\"id\": 1}}\n",
                                                   names[i], names[i]);
      write_tap (*state, CATALOG, messages, "");
      g_autoptr (ConnectorRun) left = run (*state, "read", "{" TAP ", 'mode': 'sync', 'from': {'stream': 'orders'}}");
      assert_spool (left, "\"id\"\n\"1\"\n");
      assert_note (left, "whole each time");
    }
}

static void
test_catalogs_of_the_connection (void **state)
{
  write_tap (*state, "no", SCHEMA_TEXT RECORD ("{\"id\": 1}"), "");
  write_file (*state, "mine.json", CATALOG);
  static const char *const catalogs[] = { "'mine.json', 'properties': true", "{'streams': [{'stream': 'users', 'schema': {}}]}",
                                          "false" };
  for (size_t i = 0; i < G_N_ELEMENTS (catalogs); i++)
    {
      g_autofree char *seen = in_place (*state, "seen-option");
      unlink (seen);
      g_autofree char *text = g_strdup_printf (
          "{'connection': {'type': 'singer', 'command': ['sh', 'tap'], 'catalog': %s}, 'stream': 'users', 'mode': 'full'}",
          catalogs[i]);
      g_autoptr (ConnectorRun) left = run (*state, "read", text);
      assert_spool (left, "\"id\",\"name\",\"updated_at\"\n\"1\",,\n");
      if (i < 2)
        assert_file_has (*state, "seen-option", i == 0 ? "--properties" : "--catalog");
      else
        assert_int_not_equal (access (seen, F_OK), 0);
      assert_file_has (*state, "seen-config", "{}");
    }
}

static void
write_gzip (const Place *place, const char *name, const char *text)
{
  g_autofree char *path = in_place (place, name);
  gzFile file = gzopen (path, "w");
  assert_true (gzwrite (file, text, (unsigned) strlen (text)) > 0);
  gzclose (file);
}

static void
test_batches (void **state)
{
  Place *place = *state;
  write_gzip (place, "a.gz", "{\"id\": 1, \"name\": \"a\"}\n{\"id\": 2}\n");
  write_file (place, "b.jsonl", "{\"id\": 3}\n\n{\"id\": 18446744073709551616}");
  g_autofree char *messages = g_strdup_printf (
      SCHEMA_TEXT
      "{\"type\": \"BATCH\", \"stream\": \"users\", \"encoding\": {\"format\": \"jsonl\", \"compression\": \"gzip\"}, "
      "\"manifest\": [\"file://%s/a.gz\"]}\n"
      "{\"type\": \"BATCH\", \"stream\": \"users\", \"encoding\": {\"format\": \"jsonl\"}, \"manifest\": [\"%s/b.jsonl\"]}\n",
      place->path, place->path);
  write_tap (place, CATALOG, messages, "");
  g_autoptr (ConnectorRun) left = run (place, "read", FULL);
  assert_spool (left, "\"id\",\"name\",\"updated_at\"\n\"1\",\"a\",\n\"2\",,\n\"3\",,\n\"18446744073709551616\",,\n");
}

static void
test_batches_that_cannot_be_read (void **state)
{
  Place *place = *state;
  write_gzip (place, "whole.gz", "{\"id\": 1, \"name\": \"a\"}\n{\"id\": 2}\n");
  g_autofree char *path = in_place (place, "whole.gz");
  assert_int_equal (truncate (path, 30), 0);
  write_file (place, "bad.jsonl", "{\"id\": 3}\n{\"id\": \n");
  static const struct
  {
    const char *encoding, *manifest, *said;
    int code;
  } cases[] = {
    { "{\"format\": \"parquet\"}", "file:///x", "parquet", 78 },
    { "{}", "file:///x", "format", 78 },
    { "{\"format\": \"jsonl\", \"compression\": \"zstd\"}", "file:///x", "zstd", 78 },
    { "{\"format\": \"jsonl\"}", "s3://bucket/x", "not on this machine", 78 },
    { "{\"format\": \"jsonl\"}", "file:///nowhere/x", "could not open", 75 },
    { "{\"format\": \"jsonl\", \"compression\": \"gzip\"}", "whole.gz", "damaged, or not whole", 75 },
    { "{\"format\": \"jsonl\"}", "bad.jsonl", "line 2 of the batch", 78 },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *messages =
          g_strdup_printf (SCHEMA_TEXT "{\"type\": \"BATCH\", \"stream\": \"users\", \"encoding\": %s, \"manifest\": [\"%s\"]}\n",
                           cases[i].encoding, cases[i].manifest);
      write_tap (place, CATALOG, messages, "");
      g_autoptr (ConnectorRun) left = run (place, "read", FULL);
      assert_connector_error (left, cases[i].code, cases[i].code == 78 ? "configuration" : "transient", NULL, cases[i].said);
    }
}

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
      write_tap (*state, CATALOG, SCHEMA_TEXT, cases[i].more);
      g_autoptr (ConnectorRun) left = run (*state, "read", cases[i].request);
      assert_connector_done (left);
      assert_json (json_object_get (connector_done (left), "position"), cases[i].position);
      assert_int_equal (json_integer_value (json_object_get (connector_done (left), "rows")), cases[i].rows);
      assert_json (json_object_get (connector_done (left), "more"), cases[i].has_more);
    }
}

/* ---- taps as they should not be ---- */

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
      write_tap (*state, CATALOG, cases[i].messages, cases[i].more);
      g_autoptr (ConnectorRun) left = run (*state, "read", SYNC);
      assert_connector_error (left, cases[i].code, cases[i].error_class, NULL, cases[i].said);
    }
}

/* A whole last line without its end is one. */
static void
test_a_line_without_its_end (void **state)
{
  write_tap (*state, CATALOG, SCHEMA_TEXT "{\"type\": \"RECORD\", \"stream\": \"users\", \"record\": {\"id\": 1}}", "");
  g_autoptr (ConnectorRun) left = run (*state, "read", FULL);
  assert_spool (left, "\"id\",\"name\",\"updated_at\"\n\"1\",,\n");
}

static void
test_a_huge_line_is_refused (void **state)
{
  write_tap (*state, CATALOG, SCHEMA_TEXT, "head -c 70000000 /dev/zero | tr '\\0' x");
  g_autoptr (ConnectorRun) left = run (*state, "read", FULL);
  assert_connector_error (left, 78, "configuration", NULL, "a line of more than 64 MiB");
}

/* Somebody else holds the pipe of a tap that has ended. */
static void
test_a_child_that_stays_is_ended (void **state)
{
  write_tap (*state, CATALOG, SCHEMA_TEXT RECORD ("{\"id\": 1}"), "sleep 1000 &");
  g_autoptr (ConnectorRun) left = run (*state, "read", FULL);
  assert_spool (left, "\"id\",\"name\",\"updated_at\"\n\"1\",,\n");
  assert_int_equal (process_find (((Place *) *state)->path, "sleep 1000"), 0);
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
marked_request (const Place *place)
{
  return g_strdup_printf (
      "{'connection': {'type': 'singer', 'command': ['sh', 'tap'], 'config': {'mark': '%s'}}, 'stream': 'users', 'mode': 'full'}",
      place->path);
}

static ConnectorJob *
start_endless (const Place *place, const char *more)
{
  write_tap (place, CATALOG, SCHEMA_TEXT RECORD ("{\"id\": 1}"), more);
  g_autofree char *text = marked_request (place);
  g_autoptr (Json) request = request_of (text);
  ConnectorJob *job = connector_start (place->path, PROGRAM, "read", request, NULL, NULL);
  g_autofree char *begun = in_place (place, "begun");
  wait_until (access (begun, F_OK) == 0);
  assert_int_equal (count_folders (place->path), 1);
  return job;
}

static void
test_sigterm_ends_it_and_its_tap (void **state)
{
  Place *place = *state;
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
      assert_int_equal (process_find (place->path, "tap"), 0);
      assert_int_equal (count_folders (place->path), 0);
      g_autofree char *begun = in_place (place, "begun");
      unlink (begun);
    }
}

/* The next run of anybody takes away what a kill left. */
static void
test_a_kill_leaves_nothing_for_long (void **state)
{
  Place *place = *state;
  ConnectorJob *job = start_endless (place, "touch begun; exec sleep 1000");
  kill (connector_pid (job), SIGKILL);
  g_autoptr (ConnectorRun) left = connector_finish (job);
  assert_int_equal (left->code, 128 + SIGKILL);
  wait_until (process_find (place->path, "sleep 1000") == 0);
  write_tap (place, CATALOG, SCHEMA_TEXT, "");
  g_autoptr (ConnectorRun) next = run (place, "read", FULL);
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
  write_tap (*state, CATALOG, SCHEMA_TEXT, "");
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ConnectorRun) left = run (*state, cases[i].verb, cases[i].request);
      for (size_t p = 0; p < G_N_ELEMENTS (cases[i].paths) && cases[i].paths[p] != NULL; p++)
        assert_connector_error (left, 78, "configuration", cases[i].paths[p], "");
    }
}

static void
test_a_program_that_is_not_there (void **state)
{
  static const char *const commands[] = { "weir-no-such-tap", "./nowhere/tap", "./catalog" };
  write_file (*state, "catalog", "");
  for (size_t i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *text = g_strdup_printf ("{'connection': {'type': 'singer', 'command': ['%s']}}", commands[i]);
      g_autoptr (ConnectorRun) left = run (*state, "check", text);
      assert_connector_error (left, 78, "configuration", NULL, commands[i]);
    }
}

/* ---- check ---- */

static void
test_checks_a_tap (void **state)
{
  write_tap (*state, CATALOG, SCHEMA_TEXT RECORD ("{\"id\": 1}"), "sleep 1000");
  g_autoptr (ConnectorRun) left = run (*state, "check", "{" TAP "}");
  assert_int_equal (left->code, 0);
  assert_json (connector_line (left, "checked", 0),
               "{\"what\": \"connect\", \"ok\": true, \"text\": \"the tap runs, and has 2 streams\"}");
  assert_json (connector_line (left, "checked", 1), "{\"what\": \"read\", \"ok\": true, \"text\": \"one row of \\\"users\\\"\"}");
  g_autoptr (ConnectorRun) job = run (*state, "check", "{" TAP ", 'from': {'stream': 'users'}}");
  assert_int_equal (job->code, 0);
  assert_json (connector_line (job, "checked", 0), "{\"what\": \"read\", \"ok\": true, \"text\": \"one row of \\\"users\\\"\"}");
  write_tap (*state, CATALOG, SCHEMA_TEXT, "");
  g_autoptr (ConnectorRun) none = run (*state, "check", "{" TAP ", 'from': {'stream': 'users'}}");
  assert_json (connector_line (none, "checked", 0), "{\"what\": \"read\", \"ok\": true, \"text\": \"\\\"users\\\" has no rows\"}");
  write_tap (*state, CATALOG, SCHEMA_TEXT, "exit 1");
  g_autoptr (ConnectorRun) failed = run (*state, "check", "{" TAP "}");
  assert_connector_error (failed, 75, "transient", NULL, "exit code 1");
}

static void
test_checks_a_target (void **state)
{
  write_target (*state, "");
  g_autoptr (ConnectorRun) left =
      run (*state, "check", "{'connection': {'type': 'singer', 'command': ['sh', 'target'], 'kind': 'target'}}");
  assert_int_equal (left->code, 0);
  assert_non_null (strstr (json_string_value (json_object_get (connector_line (left, "checked", 0), "text")), "nothing was sent"));
  g_autoptr (ConnectorRun) wrote =
      run (*state, "check",
           "{'connection': {'type': 'singer', 'command': ['sh', 'target'], 'kind': 'target', 'check_stream': 'weir_check'}}");
  assert_int_equal (wrote->code, 0);
  assert_json (json_object_get (connector_line (wrote, "checked", 0), "what"), "\"write\"");
  assert_file_has (*state, "got", "\"stream\":\"weir_check\",\"record\":{\"id\":1}");
}

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
run_write (const Place *place, const char *text, const char *spool)
{
  g_autoptr (Json) request = request_of (text);
  ConnectorRun *left = connector_run (place->path, PROGRAM, "write", request, spool);
  g_autofree char *all = connector_text (left);
  assert_null (strstr (all, "hunter22"));
  return left;
}

static void
test_writes_records (void **state)
{
  write_target (*state, "");
  g_autoptr (ConnectorRun) left = run_write (*state, DELIVERY ("upsert"), SPOOL);
  assert_connector_done (left);
  assert_json (connector_done (left), "{\"rows\": 2}");
  g_autofree char *got = read_file (*state, "got");
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
  assert_file_has (*state, "seen-config", "hunter22");
}

static void
test_a_whole_table_has_a_version (void **state)
{
  write_target (*state, "");
  g_autoptr (ConnectorRun) left = run_write (*state, DELIVERY ("swap"), SPOOL);
  assert_connector_done (left);
  g_autofree char *got = read_file (*state, "got");
  g_auto (GStrv) lines = g_strsplit (got, "\n", -1);
  const char *version = strstr (lines[1], "},\"version\":");
  assert_non_null (version);
  int64_t number = g_ascii_strtoll (version + strlen ("},\"version\":"), NULL, 10);
  g_autofree char *want =
      g_strdup_printf ("{\"type\":\"ACTIVATE_VERSION\",\"stream\":\"orders\",\"version\":%" G_GINT64_FORMAT "}", number);
  assert_string_equal (lines[3], want);
  assert_true (g_str_has_prefix (lines[4], "{\"type\":\"STATE\""));
}

static void
test_what_is_gone_is_marked (void **state)
{
  static const char spool[] = "\"id\",\"weir_gone\"\n\"1\",\"false\"\n\"2\",\"true\"\n";
  static const struct
  {
    const char *gone, *first, *second;
  } cases[] = {
    { "'delete'", "\"record\":{\"id\":1,\"_sdc_deleted_at\":null}", "\"record\":{\"id\":2,\"_sdc_deleted_at\":\"2" },
    { "'flag'", "\"record\":{\"id\":1,\"weir_gone\":false}", "\"record\":{\"id\":2,\"weir_gone\":true}" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      write_target (*state, "");
      g_autofree char *text = g_strdup_printf (
          "{" TARGET
          "}, 'to': {'stream': 'o2'}, 'delivery': {'run': 'r1', 'table': 'orders', 'mode': 'upsert', 'gone': %s, 'key': ['id'],"
          " 'columns': [{'name': 'id', 'type': 'bigint', 'nullable': false}, {'name': 'weir_gone', 'type': "
          "'boolean', 'nullable': false}]}}",
          cases[i].gone);
      g_autoptr (ConnectorRun) left = run_write (*state, text, spool);
      assert_connector_done (left);
      assert_file_has (*state, "got", cases[i].first);
      assert_file_has (*state, "got", cases[i].second);
      assert_file_has (*state, "got", "\"stream\":\"o2\"");
    }
}

static void
test_decimals_as_text (void **state)
{
  write_target (*state, "");
  g_autoptr (ConnectorRun) left =
      run_write (*state,
                 "{" TARGET ", 'decimals': 'text'}, 'to': {}, 'delivery': {'run': 'r1', 'table': 't', 'key': [],"
                 " 'columns': [{'name': 'n', 'type': 'numeric'}]}}",
                 "\"n\"\n\"1.10\"\n\"NaN\"\n");
  assert_connector_done (left);
  assert_file_has (*state, "got", "\"n\":{\"type\":[\"string\",\"null\"],\"format\":\"singer.decimal\"}");
  assert_file_has (*state, "got", "{\"n\":\"1.10\"}");
  assert_file_has (*state, "got", "{\"n\":null}");
  assert_note (left, "1 values that JSON does not have");
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
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      write_file (*state, "target", cases[i].script);
      g_autoptr (ConnectorRun) left = run_write (*state, DELIVERY ("upsert"), SPOOL);
      assert_connector_error (left, cases[i].code, cases[i].error_class, NULL, cases[i].said);
    }
  static const char *const confirms[] = { "cat >got; echo '{\"type\": \"STATE\", \"value\": {\"weir\": \"r1\"}}'",
                                          "cat >got; echo '{\"weir\": \"r1\"}'; echo '{}'" };
  for (size_t i = 0; i < G_N_ELEMENTS (confirms); i++)
    {
      write_file (*state, "target", confirms[i]);
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
  write_file (*state, "target", "read line; exit 0");
  g_autoptr (ConnectorRun) left = run_write (*state, DELIVERY ("upsert"), spool->str);
  assert_connector_error (left, 75, "transient", NULL, "before it had read all rows");
  write_file (*state, "target", "exec sed 's/^{\"type\":\"STATE\",\"value\":\\(.*\\)}$/\\1/'");
  g_autoptr (ConnectorRun) echo = run_write (*state, DELIVERY ("upsert"), spool->str);
  assert_connector_done (echo);
  assert_json (connector_done (echo), "{\"rows\": 20000}");
}

#define CASE(function) cmocka_unit_test_setup_teardown (function, place_setup, place_teardown)

int
main (void)
{
  const struct CMUnitTest tests[] = {
    CASE (test_discovers_streams),
    CASE (test_what_is_no_catalog_is_told),
    CASE (test_reads_rows_and_state),
    CASE (test_selects_one_stream),
    CASE (test_modes_and_completeness),
    CASE (test_a_kept_text_is_the_state_again),
    CASE (test_versions_replace_rows),
    CASE (test_values_stay_exact),
    CASE (test_what_is_no_text),
    CASE (test_schemas_in_mid_stream),
    CASE (test_columns_are_treated),
    CASE (test_no_rows_have_columns_all_the_same),
    CASE (test_other_streams_are_left_out),
    CASE (test_streams_by_any_name),
    CASE (test_catalogs_of_the_connection),
    CASE (test_batches),
    CASE (test_batches_that_cannot_be_read),
    CASE (test_a_window_ends_at_a_state),
    CASE (test_hostile_taps),
    CASE (test_a_line_without_its_end),
    CASE (test_a_huge_line_is_refused),
    CASE (test_a_child_that_stays_is_ended),
    CASE (test_sigterm_ends_it_and_its_tap),
    CASE (test_a_kill_leaves_nothing_for_long),
    CASE (test_mistakes_are_told_at_once),
    CASE (test_a_program_that_is_not_there),
    CASE (test_checks_a_tap),
    CASE (test_checks_a_target),
    CASE (test_writes_records),
    CASE (test_a_whole_table_has_a_version),
    CASE (test_what_is_gone_is_marked),
    CASE (test_decimals_as_text),
    CASE (test_hostile_targets),
    CASE (test_many_rows_to_any_target),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
