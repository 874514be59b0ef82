/* The connector of Singer taps: what they have, and what comes of what they bring. */
#include "tests/support/home.h"
#include "tests/support/process.h"
#include "tests/support/tap.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* ---- discover ---- */

static void
test_discovers_streams (void **state)
{
  tap_write (*state, CATALOG, "", "");
  g_autoptr (ConnectorRun) left = tap_run (*state, "discover", "{" TAP "}");
  assert_int_equal (left->code, 0);
  const Json *users = connector_line (left, "stream", 0), *orders = connector_line (left, "stream", 1);
  assert_tap_json (json_object_get (users, "key"), "[\"id\"]");
  assert_tap_json (json_object_get (users, "bookmarks"), "[\"updated_at\"]");
  assert_int_equal (json_array_size (json_object_get (users, "columns")), 5); /* not the one that is unsupported */
  assert_tap_json (json_array_get (json_object_get (users, "columns"), 2),
                   "{\"name\": \"updated_at\", \"type\": \"timestamptz\", \"nullable\": true, \"key\": false, "
                   "\"source_type\": \"string (date-time)\"}");
  assert_tap_json (json_object_get (orders, "name"), "\"db-orders\"");
  assert_tap_json (json_object_get (orders, "kind"), "\"table\"");
  assert_tap_json (json_object_get (orders, "rows"), "7");
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
      tap_write (*state, catalogs[i], "", "");
      g_autoptr (ConnectorRun) left = tap_run (*state, "discover", "{" TAP "}");
      assert_connector_error (left, 78, "configuration", NULL, "no catalog");
    }
}

/* ---- read ---- */

static void
test_reads_rows_and_state (void **state)
{
  tap_write (*state, CATALOG,
             STATE ("{\"bookmarks\": {}}") SCHEMA_TEXT RECORD (
                 "{\"id\": 1, \"name\": \"\\u00e6 \\\"q\\\"\\nline\", \"updated_at\": \"2026-11-29T08:00:00Z\"}")
                 RECORD ("{\"updated_at\": null, \"id\": 2}") STATE ("{\"bookmarks\": {\"users\": {\"updated_at\": \"2026\"}}}"),
             "echo working >&2; echo token is hunter22 in /data/very/long >&2");
  g_autoptr (ConnectorRun) left = tap_run (*state, "read", SYNC);
  assert_tap_spool (left,
                    "\"id\",\"name\",\"updated_at\"\n\"1\",\"\xc3\xa6 \"\"q\"\"\nline\",\"2026-11-29 08:00:00+00\"\n\"2\",,\n");
  const Json *done = connector_done (left);
  assert_tap_json (json_object_get (done, "position"), "{\"bookmarks\": {\"users\": {\"updated_at\": \"2026\"}}}");
  assert_tap_json (json_object_get (done, "more"), "false");
  assert_tap_json (json_object_get (done, "complete"), "false");
  assert_tap_json (json_array_get (connector_line (left, "columns", 0), 0),
                   "{\"name\": \"id\", \"type\": \"bigint\", \"nullable\": false, \"key\": true, \"source_type\": \"integer\"}");
  assert_tap_no_note (left);
  assert_non_null (strstr (left->said, "working"));
  assert_non_null (strstr (left->said, "token is <config.token> in <config.folder>"));
  assert_tap_file_has (*state, "seen-config", "{\"token\":\"hunter22\",\"folder\":\"/data/very/long\"}");
  assert_tap_file_has (*state, "seen-mode", "600");
  assert_tap_file_has (*state, "seen-option", "--catalog");
  g_autofree char *given = tap_read_file (*state, "seen-state");
  assert_null (given);
}

/* The selected part of one stream's metadata: "users:true id:true ...". */
static char *
selection (const TapPlace *place, int stream)
{
  g_autofree char *text = tap_read_file (place, "seen-catalog");
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
      tap_write (*state, CATALOG, SCHEMA_TEXT STATE ("{}"), "");
      g_autoptr (ConnectorRun) left = tap_run (*state, "read", cases[i].request);
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
      g_autofree char *seen = tap_path (*state, "seen-state");
      unlink (seen);
      tap_write (*state, CATALOG, cases[i].messages, "");
      g_autoptr (ConnectorRun) left = tap_run (*state, "read", cases[i].request);
      assert_connector_done (left);
      assert_tap_json (json_object_get (connector_done (left), "position"), cases[i].position);
      assert_tap_json (json_object_get (connector_done (left), "complete"), cases[i].complete);
      assert_int_equal (access (seen, F_OK) == 0, cases[i].has_state);
      if (cases[i].has_state)
        assert_tap_file_has (*state, "seen-state", "{\"a\":1}");
    }
}

static void
test_a_kept_text_is_the_state_again (void **state)
{
  tap_write (*state, CATALOG, SCHEMA_TEXT, "");
  g_autoptr (ConnectorRun) left = tap_run (*state, "read", READ "'sync', 'position': {'singer_state': '{ \\'a\\': 1.10}'}}");
  assert_connector_done (left);
  assert_tap_file_has (*state, "seen-state", "{ \"a\": 1.10}");
  assert_tap_json (json_object_get (connector_done (left), "position"), "{\"singer_state\": \"{ \\\"a\\\": 1.10}\"}");
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
    { SCHEMA_TEXT VERSIONED (1, 4) ACTIVATE (5) VERSIONED (2, 5), "2,", "false" },
    { SCHEMA_TEXT VERSIONED (1, 4) ACTIVATE (5) VERSIONED (2, 5) ACTIVATE (4), "2,", "true" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      tap_write (*state, CATALOG, cases[i].messages, "");
      g_autoptr (ConnectorRun) left = tap_run (*state, "read", FULL);
      assert_connector_done (left);
      assert_tap_json (json_object_get (connector_done (left), "complete"), cases[i].complete);
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
  tap_write (*state, CATALOG, messages, "");
  g_autoptr (ConnectorRun) left = tap_run (*state, "read", FULL);
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

/* What no text can have is told: a file with a NUL byte is no text at all. */
static void
test_what_is_no_text (void **state)
{
  tap_write (*state, CATALOG,
             SCHEMA_TEXT RECORD ("{\"id\": 1, \"name\": \"a\\u0000b\"}") RECORD ("{\"id\": 2, \"name\": \"\\ud800\"}"), "");
  g_autoptr (ConnectorRun) left = tap_run (*state, "read", FULL);
  assert_connector_done (left);
  static const char want[] = "\"id\",\"name\",\"updated_at\"\n\"1\",\"a\xef\xbf\xbd"
                             "b\",\n\"2\",\"\xef\xbf\xbd\",\n";
  assert_int_equal (left->length, sizeof want - 1);
  assert_memory_equal (left->spool, want, sizeof want - 1);
  assert_tap_note (left, "no characters of a text (half a surrogate pair, NUL): 2");
}

static void
test_schemas_in_mid_stream (void **state)
{
  tap_write (*state, CATALOG,
             SCHEMA_TEXT SCHEMA_TEXT RECORD (
                 "{\"id\": 1, \"name\": \"a\", \"more\": 7}") "{\"type\": \"SCHEMA\", \"stream\": \"users\", \"key_properties\": "
                                                              "[\"id\"], \"schema\": {\"properties\": {"
                                                              "\"more\": {\"type\": \"integer\"}, \"id\": {\"type\": [\"integer\", "
                                                              "\"string\"]}}}}\n" RECORD (
                                                                  "{\"id\": \"x\", \"more\": 8, \"unknown\": 1, \"again\": 2}")
                                                                  RECORD ("{\"unknown\": 1, \"id\": 3}"),
             "");
  g_autoptr (ConnectorRun) left = tap_run (*state, "read", FULL);
  assert_tap_spool (left, "\"id\",\"name\",\"updated_at\",\"more\"\n\"1\",\"a\",,\n\"x\",,,\"8\"\n\"3\",,,\n");
  assert_tap_json (json_object_get (json_array_get (connector_line (left, "columns", 0), 0), "type"), "\"text\"");
  assert_tap_note (left, "\"unknown\"");
  assert_tap_note (left, "\"again\"");
  assert_tap_note (left, "\"more\""); /* it came before its SCHEMA */
  assert_null (connector_line (left, "note", 1));
}

static void
test_columns_are_treated (void **state)
{
  tap_write (*state, CATALOG, SCHEMA_TEXT RECORD ("{\"id\": 1, \"name\": \"abcdef\"}"), "");
  g_autoptr (ConnectorRun) left =
      tap_run (*state, "read",
               READ "'full', 'key': ['name'], 'columns': {'name': {'mask': 'last4', 'rename': 'n'}, 'note': {'drop': true},"
                    " 'updated_at': {'drop': true}}}");
  assert_tap_spool (left, "\"id\",\"n\"\n\"1\",\"**cdef\"\n");
  assert_tap_json (json_object_get (json_array_get (connector_line (left, "columns", 0), 0), "key"), "false");
  assert_tap_json (json_object_get (json_array_get (connector_line (left, "columns", 0), 1), "key"), "true");
  assert_tap_no_note (left);
}

static void
test_no_rows_have_columns_all_the_same (void **state)
{
  tap_write (*state, CATALOG, STATE ("{\"a\": 1}"), "");
  g_autoptr (ConnectorRun) left = tap_run (*state, "read", SYNC);
  assert_tap_spool (left, "\"id\",\"name\",\"updated_at\",\"note\",\"odd\",\"big\"\n");
  assert_tap_json (json_object_get (connector_done (left), "rows"), "0");
}

static void
test_other_streams_are_left_out (void **state)
{
  tap_write (*state, CATALOG,
             "{\"type\": \"SCHEMA\", \"stream\": \"lines\", \"schema\": {\"properties\": {\"n\": {}}}, \"key_properties\": "
             "[]}\n" SCHEMA_TEXT "{\"type\": \"RECORD\", \"stream\": \"lines\", \"record\": {\"n\": 1}}\n" RECORD (
                 "{\"id\": 1}") "{\"type\": \"RECORD\", \"stream\": \"lines\", \"record\": {\"n\": 1}}\n{\"type\": \"LOG\", "
                                "\"text\": \"x\"}\n\n",
             "");
  g_autoptr (ConnectorRun) left = tap_run (*state, "read", FULL);
  assert_tap_spool (left, "\"id\",\"name\",\"updated_at\"\n\"1\",,\n");
  assert_tap_note (left, "records of other streams were left out: lines (2)");
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
      tap_write (*state, CATALOG, messages, "");
      g_autoptr (ConnectorRun) left = tap_run (*state, "read", "{" TAP ", 'mode': 'sync', 'from': {'stream': 'orders'}}");
      assert_tap_spool (left, "\"id\"\n\"1\"\n");
      assert_tap_note (left, "whole each time");
    }
}

static void
test_catalogs_of_the_connection (void **state)
{
  tap_write (*state, "no", SCHEMA_TEXT RECORD ("{\"id\": 1}"), "");
  tap_write_file (*state, "mine.json", CATALOG);
  static const char *const catalogs[] = { "'mine.json', 'properties': true", "{'streams': [{'stream': 'users', 'schema': {}}]}",
                                          "false" };
  for (size_t i = 0; i < G_N_ELEMENTS (catalogs); i++)
    {
      g_autofree char *seen = tap_path (*state, "seen-option");
      unlink (seen);
      g_autofree char *text = g_strdup_printf (
          "{'connection': {'type': 'singer', 'command': ['sh', 'tap'], 'catalog': %s}, 'stream': 'users', 'mode': 'full'}",
          catalogs[i]);
      g_autoptr (ConnectorRun) left = tap_run (*state, "read", text);
      assert_tap_spool (left, "\"id\",\"name\",\"updated_at\"\n\"1\",,\n");
      if (i < 2)
        assert_tap_file_has (*state, "seen-option", i == 0 ? "--properties" : "--catalog");
      else
        assert_int_not_equal (access (seen, F_OK), 0);
      assert_tap_file_has (*state, "seen-config", "{}");
    }
}

/* Nothing says by what it could be read: all of it comes each time. */
static void
test_a_stream_without_bookmarks (void **state)
{
  tap_write (*state, "{\"streams\": [{\"stream\": \"users\", \"schema\": {\"properties\": {\"id\": {}}}}]}",
             SCHEMA_TEXT STATE ("{\"a\": 2}"), "");
  g_autoptr (ConnectorRun) left = tap_run (*state, "read", READ "'sync', 'position': {'a': 1}}");
  assert_connector_done (left);
  assert_tap_note (left, "whole each time");
  assert_tap_file_has (*state, "seen-catalog", "\"replication-method\":\"FULL_TABLE\"");
  assert_tap_file_has (*state, "seen-state", "{\"a\":1}");
  assert_tap_json (json_object_get (connector_done (left), "complete"), "false");
  /* Of a log the STATE says where it stands. */
  static const char *const logs[] = {
    "\"metadata\": [{\"breadcrumb\": [], \"metadata\": {\"forced-replication-method\": \"LOG_BASED\"}}]",
    "\"metadata\": [{\"breadcrumb\": [], \"metadata\": {\"replication-method\": \"LOG_BASED\"}}]",
    "\"replication_method\": \"LOG_BASED\""
  };
  for (size_t i = 0; i < G_N_ELEMENTS (logs); i++)
    {
      g_autofree char *catalog =
          g_strdup_printf ("{\"streams\": [{\"stream\": \"users\", \"schema\": {\"properties\": {\"id\": {}}}, %s}]}", logs[i]);
      tap_write (*state, catalog, SCHEMA_TEXT STATE ("{\"a\": 3}"), "");
      g_autoptr (ConnectorRun) log = tap_run (*state, "read", READ "'sync', 'position': {'a': 2}}");
      assert_connector_done (log);
      assert_tap_no_note (log);
      assert_tap_file_has (*state, "seen-catalog", "\"replication-method\":\"LOG_BASED\"");
      assert_tap_file_has (*state, "seen-state", "{\"a\":2}");
    }
}

static void
write_gzip (const TapPlace *place, const char *name, const char *text)
{
  g_autofree char *path = tap_path (place, name);
  gzFile file = gzopen (path, "w");
  assert_true (gzwrite (file, text, (unsigned) strlen (text)) > 0);
  gzclose (file);
}

static void
test_batches (void **state)
{
  TapPlace *place = *state;
  write_gzip (place, "a.gz", "{\"id\": 1, \"name\": \"a\"}\n{\"id\": 2}\n");
  tap_write_file (place, "b.jsonl", "{\"id\": 3}\n\n{\"id\": 18446744073709551616}");
  g_autofree char *messages = g_strdup_printf (
      SCHEMA_TEXT
      "{\"type\": \"BATCH\", \"stream\": \"users\", \"encoding\": {\"format\": \"jsonl\", \"compression\": \"gzip\"}, "
      "\"manifest\": [\"file://%s/a.gz\"]}\n"
      "{\"type\": \"BATCH\", \"stream\": \"users\", \"encoding\": {\"format\": \"jsonl\"}, \"manifest\": [\"%s/b.jsonl\"]}\n",
      place->path, place->path);
  tap_write (place, CATALOG, messages, "");
  g_autoptr (ConnectorRun) left = tap_run (place, "read", FULL);
  assert_tap_spool (left, "\"id\",\"name\",\"updated_at\"\n\"1\",\"a\",\n\"2\",,\n\"3\",,\n\"18446744073709551616\",,\n");
}

static void
test_batches_that_cannot_be_read (void **state)
{
  TapPlace *place = *state;
  write_gzip (place, "whole.gz", "{\"id\": 1, \"name\": \"a\"}\n{\"id\": 2}\n");
  g_autofree char *path = tap_path (place, "whole.gz");
  assert_int_equal (truncate (path, 30), 0);
  tap_write_file (place, "bad.jsonl", "{\"id\": 3}\n{\"id\": \n");
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
      tap_write (place, CATALOG, messages, "");
      g_autoptr (ConnectorRun) left = tap_run (place, "read", FULL);
      assert_connector_error (left, cases[i].code, cases[i].code == 78 ? "configuration" : "transient", NULL, cases[i].said);
    }
}

#define CASE(function) cmocka_unit_test_setup_teardown (function, tap_setup, tap_teardown)

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
    CASE (test_a_stream_without_bookmarks),
    CASE (test_batches),
    CASE (test_batches_that_cannot_be_read),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
