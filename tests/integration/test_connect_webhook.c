/* Deliveries by webhook: what is posted and how it is signed, and what becomes of each answer. */
#include "files.h"

#include "tests/support/sink.h"

#include "base/webhook.h"

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define NOTICE "\"to\": {}, " FILES_DELIVERY

typedef struct
{
  char *folder;
  Sink *sink;
} Place;

static int
setup (void **state)
{
  Place *place = g_new0 (Place, 1);
  place->folder = files_folder ();
  place->sink = sink_http (place->folder);
  *state = place;
  return 0;
}

static int
teardown (void **state)
{
  Place *place = *state;
  sink_stop (place->sink);
  remove_tree (place->folder);
  g_free (place->folder);
  g_free (place);
  return 0;
}

static Json *
connection (const Place *place)
{
  return json_pack ("{s:s, s:o, s:s, s:i}", "type", "webhook", "url",
                    json_sprintf ("http://127.0.0.1:%d/hook/very-secret", sink_port (place->sink)), "secret", SECRET, "timeout", 2);
}

static ConnectorRun *
run (const Place *place, const char *verb, Json *request)
{
  g_autoptr (Json) held = request;
  return connector_run (place->folder, CURL_PROGRAM, verb, held, FILES_SPOOL);
}

static const char *
header (const Json *message, const char *name)
{
  return json_string_value (json_object_get (json_object_get (message, "headers"), name));
}

static void
assert_signed (const Json *message)
{
  const char *body = json_string_value (json_object_get (message, "body"));
  g_autofree char *signature =
      webhook_signature (SECRET, header (message, "webhook-id"), g_ascii_strtoll (header (message, "webhook-timestamp"), NULL, 10),
                         body, strlen (body));
  assert_string_equal (header (message, "webhook-signature"), signature);
}

static void
test_notice (void **state)
{
  const Place *place = *state;
  g_autoptr (ConnectorRun) sent = run (place, "write", files_request (connection (place), NOTICE));
  assert_connector_done (sent);
  g_autoptr (Json) all = sink_all (place->sink);
  const Json *message = json_array_get (all, 0);
  const char *text = json_string_value (json_object_get (message, "body"));
  g_autoptr (Json) body = weir_json_parse (text, strlen (text), "the body", NULL);
  const Json *data = json_object_get (body, "data");
  assert_string_equal (json_string_value (json_object_get (body, "type")), "delivery");
  assert_string_equal (json_string_value (json_object_get (body, "timestamp")), "2026-11-28T12:00:00Z");
  assert_string_equal (json_string_value (json_object_get (data, "table")), "orders");
  assert_string_equal (json_string_value (json_object_get (data, "run")), RUN_ID);
  assert_string_equal (json_string_value (json_object_get (data, "job")), "nightly");
  assert_int_equal (json_integer_value (json_object_get (data, "rows")), 2);
  assert_int_equal (json_array_size (json_object_get (data, "columns")), 2);
  assert_string_equal (header (message, "content-type"), "application/json");
  assert_true (g_str_has_prefix (header (message, "webhook-id"), RUN_ID "."));
  assert_signed (message);
}

static void
test_rows (void **state)
{
  const Place *place = *state;
  g_autoptr (ConnectorRun) csv =
      run (place, "write", files_request (connection (place), "\"to\": {\"send\": \"rows\"}, " FILES_DELIVERY));
  Json *other = files_request (connection (place), "\"to\": {\"send\": \"rows\", \"format\": \"json\"}, " FILES_DELIVERY);
  json_object_set_new (json_object_get (other, "delivery"), "item", json_string ("hook.2"));
  g_autoptr (ConnectorRun) lines = run (place, "write", other);
  assert_connector_done (csv);
  assert_connector_done (lines);
  g_autoptr (Json) all = sink_all (place->sink);
  const Json *first = json_array_get (all, 0), *second = json_array_get (all, 1);
  assert_string_equal (json_string_value (json_object_get (first, "body")), FILES_SPOOL);
  assert_string_equal (header (first, "content-type"), "text/csv; charset=UTF-8");
  assert_string_equal (header (first, "weir-rows"), "2");
  assert_string_equal (json_string_value (json_object_get (second, "body")),
                       "{\"id\":\"1\",\"note\":\"x \\\"y\\\" é;\"}\n{\"id\":\"2\",\"note\":null}\n");
  assert_signed (first);
  assert_signed (second);
  /* Two members of "deliver" to one webhook are two messages; one that is sent again is the same, whatever its member says by now. */
  assert_string_not_equal (header (first, "webhook-id"), header (second, "webhook-id"));
  g_autoptr (ConnectorRun) again = run (
      place, "write", files_request (connection (place), "\"to\": {\"send\": \"rows\", \"limit\": \"1 MB\"}, " FILES_DELIVERY));
  g_autoptr (Json) three = sink_all (place->sink);
  assert_string_equal (header (json_array_get (three, 2), "webhook-id"), header (first, "webhook-id"));
  g_autoptr (ConnectorRun) large = run (
      place, "write", files_request (connection (place), "\"to\": {\"send\": \"rows\", \"limit\": \"10 B\"}, " FILES_DELIVERY));
  assert_connector_error (large, 78, "configuration", NULL, "limit");
  assert_int_equal (sink_count (place->sink, false), 3);

  /* A whole table has nothing to say of rows that are gone. */
  static const char whole[] =
      "\"delivery\": {\"run\": \"" RUN_ID "\", \"table\": \"t\", \"mode\": \"upsert\", \"whole\": true, \"rows\": 2,"
      " \"columns\": [{\"name\": \"id\"}, {\"name\": \"weir_gone\"}]}";
  for (int json = 0; json < 2; json++)
    {
      g_autoptr (Json) request = files_request (connection (place), "\"to\": {\"send\": \"rows\", \"format\": \"%s\"}, %s",
                                                json == 1 ? "json" : "csv", whole);
      g_autoptr (ConnectorRun) present =
          connector_run (place->folder, CURL_PROGRAM, "write", request, "\"id\",\"weir_gone\"\n\"1\",\"f\"\n\"2\",\"t\"\n");
      assert_connector_done (present);
    }
  g_autoptr (Json) more = sink_all (place->sink);
  assert_string_equal (json_string_value (json_object_get (json_array_get (more, 3), "body")), "\"id\"\n\"1\"\n");
  assert_string_equal (json_string_value (json_object_get (json_array_get (more, 4), "body")), "{\"id\":\"1\"}\n");
  assert_string_equal (header (json_array_get (more, 4), "weir-rows"), "1");
}

static void
test_answers (void **state)
{
  const Place *place = *state;
  static const struct
  {
    SinkMode mode;
    int status, code;
    const char *class, *text;
  } cases[] = {
    { SINK_ANSWER, 400, 78, "configuration", "HTTP 400: words" },
    { SINK_ANSWER, 401, 77, "credentials", "HTTP 401" },
    { SINK_ANSWER, 404, 78, "configuration", "HTTP 404" },
    { SINK_ANSWER, 500, 75, "transient", "HTTP 500" },
    { SINK_ANSWER, 429, 75, "transient", "HTTP 429" },
    { SINK_REDIRECT, 0, 78, "configuration", "not followed" },
    { SINK_HANG, 0, 75, "transient", "too slow" },
    { SINK_DOWN, 0, 75, "transient", "connect" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      sink_set (place->sink, cases[i].mode, cases[i].status, 0);
      g_autoptr (ConnectorRun) answered = run (place, "write", files_request (connection (place), NOTICE));
      assert_connector_error (answered, cases[i].code, cases[i].class, NULL, cases[i].text);
      g_autofree char *text = connector_text (answered);
      assert_null (strstr (text, "very-secret"));
      assert_null (strstr (text, SECRET));
    }
  g_autoptr (Json) all = sink_all (place->sink);
  assert_int_equal (json_array_size (all), 7); /* once each, and the redirect went nowhere */
}

/* A short wait is waited for, a long one is handed on. */
static void
test_waits (void **state)
{
  const Place *place = *state;
  sink_set (place->sink, SINK_ANSWER, 429, 1);
  g_autoptr (ConnectorRun) shortly = run (place, "write", files_request (connection (place), NOTICE));
  assert_connector_error (shortly, 75, "transient", NULL, "HTTP 429");
  assert_int_equal (sink_count (place->sink, false), 3);
  sink_set (place->sink, SINK_ANSWER, 429, 3600);
  g_autoptr (ConnectorRun) longer = run (place, "write", files_request (connection (place), NOTICE));
  assert_connector_error (longer, 75, "transient", NULL, "3600 seconds");
  assert_int_equal (sink_count (place->sink, false), 4);
}

static void
test_mistakes (void **state)
{
  const Place *place = *state;
  g_autoptr (ConnectorRun) all =
      run (place, "write",
           files_request (json_pack ("{s:s, s:s, s:i}", "type", "webhook", "url", "ftp://example.org/very-secret", "timeout", 0),
                          "\"to\": {\"send\": \"all\", \"format\": \"json\", \"limit\": \"1 GB\"}"));
  static const char *const paths[] = { "connection.url", "connection.timeout", "to.send", "to.format", "to.limit", "delivery" };
  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++)
    assert_connector_error (all, 78, "configuration", paths[i], "");
  g_autofree char *text = connector_text (all);
  assert_null (strstr (text, "very-secret"));
  g_autoptr (ConnectorRun) checked = run (place, "check", files_request (connection (place), "%s", ""));
  assert_connector_done (checked);
  assert_null (connector_line (checked, "checked", 0));
  assert_non_null (strstr (json_string_value (connector_line (checked, "note", 0)), "nothing was sent"));
  g_autoptr (ConnectorRun) discovered = run (place, "discover", files_request (connection (place), "%s", ""));
  assert_connector_error (discovered, 78, "configuration", NULL, "cannot discover");
}

/* In clear to this machine alone, or where somebody says so. */
static void
test_in_clear (void **state)
{
  const Place *place = *state;
  static const struct
  {
    const char *url, *tls, *path;
  } cases[] = {
    { "http://hook.invalid/very-secret", NULL, "connection.url" },
    { "http://127.0.0.1.hook.invalid/very-secret", "require", "connection.url" },
    { "HTTP://127.0.0.1@hook.invalid/very-secret", NULL, "connection.url" },
    { "https://hook.invalid/very-secret", "perhaps", "connection.tls" },
    { "http://hook.invalid/very-secret", "none", NULL },
    { "https://hook.invalid/very-secret", "require", NULL },
    { "http://[::1]:1/very-secret", NULL, NULL },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Json *hook = json_pack ("{s:s, s:s, s:s*}", "type", "webhook", "url", cases[i].url, "tls", cases[i].tls);
      g_autoptr (ConnectorRun) done = run (place, "check", files_request (hook, "%s", ""));
      g_autofree char *text = connector_text (done);
      assert_null (strstr (text, "very-secret"));
      if (cases[i].path != NULL)
        assert_connector_error (done, 78, "configuration", cases[i].path, "");
      else
        assert_connector_done (done);
    }
  g_autoptr (ConnectorRun) asked = run (place, "check",
                                        files_request (json_pack ("{s:s, s:s, s:s}", "type", "webhook", "url", "https://a.invalid/",
                                                                  "check_url", "http://a.invalid/"),
                                                       "%s", ""));
  assert_connector_error (asked, 78, "configuration", "connection.check_url", "https://");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_notice, setup, teardown),
    cmocka_unit_test_setup_teardown (test_rows, setup, teardown),
    cmocka_unit_test_setup_teardown (test_answers, setup, teardown),
    cmocka_unit_test_setup_teardown (test_waits, setup, teardown),
    cmocka_unit_test_setup_teardown (test_mistakes, setup, teardown),
    cmocka_unit_test_setup_teardown (test_in_clear, setup, teardown),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
