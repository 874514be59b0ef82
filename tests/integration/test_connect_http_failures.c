/* REST sources: who we are, what goes wrong, and what is told of it; no secret is in it. Ends and kills in the middle. */
#include "tests/integration/http_source.h"
#include "tests/support/mailer.h"

#include <signal.h>
#include <sys/stat.h>

/* ---- who we are ---- */

#define OAUTH "'auth': {'type': 'oauth2', 'token_url': 'http://127.0.0.1:%d/token', 'client_id': 'me', 'client_secret': 'se/cret'"

static void
check_headers (const char *connection, const char *rules, int n, const char *const *wanted)
{
  api_rules (api, rules);
  g_autoptr (Json) more = with_port (connection);
  g_autofree char *text = weir_json_text (more);
  g_autoptr (ConnectorRun) done =
      run ("read", text, "{'mode': 'full', 'key': ['id'], 'from': {'path': 'orders', 'pages': {'number': {'query': 'p'}}}}");
  assert_connector_done (done);
  g_autoptr (Json) log = api_log (api);
  assert_int_equal (json_array_size (log), n);
  for (int i = 0; i < n; i++)
    {
      const Json *asked = json_array_get (log, (size_t) i);
      g_auto (GStrv) parts = g_strsplit (wanted[i], ": ", 2);
      const char *got = json_string_value (json_object_get (json_object_get (asked, "headers"), parts[0]));
      if (g_strcmp0 (got, parts[1]) != 0)
        fail_msg ("%s: request %d: %s, not %s", connection, i, got, parts[1]);
    }
  g_autofree char *all = connector_text (done);
  assert_null (strstr (all, "cret"));
}

static void
test_credentials (void **state)
{
  (void) state;
  static const char ok[] = "[{'json': []}]";
  check_headers ("{'auth': {'type': 'basic', 'user': 'anna', 'password': 's: cret'}}", ok, 1,
                 (const char *[]) { "authorization: Basic YW5uYTpzOiBjcmV0" });
  check_headers ("{'auth': {'type': 'bearer', 'token': 'cret'}}", ok, 1, (const char *[]) { "authorization: Bearer cret" });
  check_headers ("{'auth': {'type': 'header', 'name': 'X-Key', 'value': 'cret'}, 'headers': {'Accept': 'a/b'}}", ok, 1,
                 (const char *[]) { "x-key: cret" });
  check_headers ("{'headers': {'Accept': 'a/b'}}", ok, 1, (const char *[]) { "accept: a/b" });
  /* A token that is none any more at the second page: once a new one, and on. */
  check_headers ("{" OAUTH "}, 'headers': {'X': 'cret'}}",
                 "[{'path': '/token', 'times': 1, 'json': {'access_token': 'cret1', 'token_type': 'Bearer', 'expires_in': 3600}},"
                 " {'path': '/token', 'json': {'access_token': 'cret2'}}, {'header': 'authorization: Bearer cret1', 'times': 1, "
                 "'json': [{'id': 1}]},"
                 " {'header': 'authorization: Bearer cret2', 'json': []}, {'status': 401}]",
                 5,
                 (const char *[]) { "authorization: Basic bWU6c2UlMkZjcmV0", "authorization: Bearer cret1",
                                    "authorization: Bearer cret1", "authorization: Basic bWU6c2UlMkZjcmV0",
                                    "authorization: Bearer cret2" });
}

/* What is sent for a token, and one that expires by the clock in the middle of the pages. */
static void
test_tokens (void **state)
{
  (void) state;
  api_rules (api, "[{'path': '/token', 'json': {'access_token': 't', 'expires_in': 1, 'refresh_token': 'another'}}, {'page': "
                  "{'rows': 1, 'by': 'page', 'size': 1}}]");
  g_autoptr (Json) more = with_port ("{" OAUTH ", 'refresh_token': 'r e', 'scope': 'a b', 'client_auth': 'body'}}");
  g_autofree char *text = weir_json_text (more);
  g_autoptr (ConnectorRun) done =
      run ("read", text, "{'mode': 'full', 'key': ['id'], 'from': {'path': 'o', 'pages': {'number': {'query': 'page'}}}}");
  assert_connector_done (done);
  assert_non_null (strstr (json_string_value (connector_line (done, "note", 0)), "another refresh token"));
  g_autofree char *all = connector_text (done);
  assert_null (strstr (all, "\"another\""));
  g_autoptr (Json) log = api_log (api);
  assert_string_equal (json_string_value (json_object_get (json_array_get (log, 0), "body")),
                       "grant_type=refresh_token&refresh_token=r%20e&scope=a%20b&client_id=me&client_secret=se%2Fcret");
  assert_null (json_object_get (json_object_get (json_array_get (log, 0), "headers"), "authorization"));
}

#define KEPT "{" OAUTH ", 'client_auth': 'body', 'refresh_token_file': 'kept'}}"
#define EACH_ONCE(token, next)                                                                                                     \
  "{'path': '/token', 'times': 1, 'body': 'grant_type=refresh_token&refresh_token=" token                                          \
  "&client_id=me&client_secret=se%2Fcret',"                                                                                        \
  " 'json': {'access_token': 'a', 'refresh_token': '" next "'}}, "
#define NO_MORE "{'path': '/token', 'status': 400, 'json': {'error': 'invalid_grant'}}, {'json': []}]"

/* Whose the file is: where root runs the tests another one's, as of a `sudo weir pull`. */
#define OTHER_USER 12345
static uid_t owner;

static void
put_token (const char *token, int mode)
{
  g_autofree char *path = g_build_filename (folder, "kept", NULL);
  assert_true (g_file_set_contents (path, token, -1, NULL));
  assert_int_equal (chmod (path, (mode_t) mode), 0);
  owner = geteuid () == 0 ? OTHER_USER : geteuid ();
  assert_int_equal (chown (path, owner, (gid_t) -1), 0);
}

static void
assert_token (const char *wanted)
{
  struct stat look;
  g_autofree char *path = g_build_filename (folder, "kept", NULL), *text = NULL;
  assert_true (g_file_get_contents (path, &text, NULL, NULL));
  assert_string_equal (text, wanted);
  assert_int_equal (stat (path, &look), 0);
  assert_int_equal (look.st_mode & 0777, 0600);
  assert_int_equal (look.st_uid, owner);
  /* Who takes it next opens the lock, too. */
  g_autofree char *lock = g_build_filename (folder, ".kept.lock", NULL);
  assert_int_equal (stat (lock, &look), 0);
  assert_int_equal (look.st_uid, owner);
}

static ConnectorJob *
start_with_token (const char *const *environment)
{
  g_autoptr (Json) more = with_port (KEPT);
  g_autofree char *text = weir_json_text (more);
  g_autoptr (Json) whole = request_of (text, "{'mode': 'full', 'key': ['id'], 'from': {'path': 'o'}}");
  return connector_start (folder, "weir-connect-curl", "read", whole, NULL, environment);
}

/* Each is good for one use, and the next one is in the answer: of several pulls at once, one after the other uses it. */
static void
test_kept_token (void **state)
{
  (void) state;
  ConnectorJob *jobs[3];
  put_token ("  first\n", 0600);
  api_rules (api, "[" EACH_ONCE ("first", "second") EACH_ONCE ("second", "third") EACH_ONCE ("third", "fourth") NO_MORE);
  for (size_t i = 0; i < G_N_ELEMENTS (jobs); i++)
    jobs[i] = start_with_token (NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (jobs); i++)
    {
      g_autoptr (ConnectorRun) done = connector_finish (jobs[i]);
      assert_connector_done (done);
      g_autofree char *all = connector_text (done);
      assert_true (strstr (all, "first") == NULL && strstr (all, "second") == NULL && strstr (all, "fourth") == NULL);
    }
  assert_token ("fourth\n");

  /* A kill between use and keeping cannot be healed where the server is strict; what to do is said. */
  api_rules (api, "[" EACH_ONCE ("fourth", "fifth") NO_MORE);
  g_autoptr (ConnectorRun) killed = connector_finish (start_with_token ((const char *[]) { "WEIR_FAULT=kill:http-token", NULL }));
  assert_int_equal (killed->code, 128 + SIGKILL);
  assert_token ("fourth\n");
  g_autoptr (ConnectorRun) refused = connector_finish (start_with_token (NULL));
  assert_connector_error (refused, 77, "credentials", NULL, "invalid_grant");
  g_autofree char *said = connector_text (refused);
  assert_non_null (strstr (said, "put a new one there"));

  static const struct
  {
    const char *token;
    int mode;
    const char *path, *text;
  } wrong[] = { { "sixth", 0644, "connection.auth.refresh_token_file", "chmod 600" },
                { "", 0600, NULL, "is empty" },
                { "two\nlines", 0600, NULL, "one line" } };
  for (size_t i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      put_token (wrong[i].token, wrong[i].mode);
      g_autoptr (ConnectorRun) tried = connector_finish (start_with_token (NULL));
      assert_connector_error (tried, 78, "configuration", wrong[i].path, wrong[i].text);
    }
}

/* ---- what goes wrong ---- */

typedef struct
{
  const char *rules, *connection, *request;
  int code;
  const char *error_class, *path, *text;
} Failing;

#define PLAIN "{'mode': 'full', 'from': {'path': 'orders', 'query': {'key': 'verysecret'}}}"
#define COUNTED                                                                                                                    \
  "{'mode': 'full', 'limits': {'seconds': 1}, 'from': {'path': 'orders', 'rows': 'data', 'pages': {'number': {'query': 'page'}}}}"
#define LINKED "{'mode': 'full', 'from': {'path': 'orders', 'rows': 'data', 'pages': {'next': 'next'}}}"
#define HURRY "{'mode': 'full', 'limits': {'seconds': 1}, 'from': {'path': 'orders'}}"

static const Failing failing[] = {
  { "[{'status': 401, 'text': 'token cret123 is bad'}]", "{'auth': {'type': 'bearer', 'token': 'cret123'}}", PLAIN, 77,
    "credentials", NULL, "HTTP 401: token ... is bad" },
  { "[{'status': 400, 'text': 'Authorization: Basic YW5uYTpzL2NyZXQxMjM=; s/cret123, s%2Fcret123'}]",
    "{'auth': {'type': 'basic', 'user': 'anna', 'password': 's/cret123'}}", PLAIN, 78, "configuration", NULL,
    "HTTP 400: Authorization: Basic ...; ..., ..." },
  { "[{'path': '/token', 'status': 400, 'json': {'error': 'bWU6c2UlMkZjcmV0 se/cret client_secret=se%2Fcret'}}]", "{" OAUTH "}}",
    PLAIN, 77, "credentials", NULL, "HTTP 400: ... ... client_secret=..." },
  { "[{'path': '/token', 'json': {'access_token': 'cret1231'}}, {'status': 400, 'text': 'bWU6c2UlMkZjcmV0 se%2Fcret cret1231'}]",
    "{" OAUTH "}}", PLAIN, 78, "configuration", NULL, "HTTP 400: ... ... ..." },
  { "[{'status': 400, 'text': 'no cret9876 here'}]", "{'headers': {'X-Auth': 'Bearer cret9876'}}", PLAIN, 78, "configuration", NULL,
    "HTTP 400: no ... here" },
  { "[{'status': 403}]", NULL, PLAIN, 77, "credentials", NULL, "page 1 of orders: HTTP 403" },
  { "[{'status': 400, 'text': 'no such filter\\n'}]", NULL, PLAIN, 78, "configuration", NULL, "HTTP 400: no such filter" },
  { "[{'status': 404}]", NULL, PLAIN, 78, "configuration", NULL, "HTTP 404" },
  { "[{'gzip': 4, 'headers': {'Content-Type': 'application/x-ndjson'}, 'text': '{}\\n'}]", NULL, PLAIN, 75, "transient", NULL,
    "packed answer ends too early" },
  { "[{'headers': {'Content-Encoding': 'gzip'}, 'text': '[]'}]", NULL, PLAIN, 75, "transient", NULL, "not packed as it says" },
  { "[{'headers': {'Content-Encoding': 'br'}, 'text': '[x'}]", NULL, PLAIN, 78, "configuration", NULL, "packed as \"br\"" },
  { "[{'headers': {'Content-Encoding': 'Identity'}, 'text': 'x'}]", NULL, PLAIN, 78, "configuration", NULL,
    "(application/json) is no JSON" },
  { "[{'gzip': true, 'status': 400, 'text': 'no, thanks'}]", NULL, PLAIN, 78, "configuration", NULL, "no, thanks" },
  { "[{'status': 500}]", NULL, HURRY, 75, "transient", NULL, "HTTP 500" },
  { "[{'status': 429, 'headers': {'Retry-After': '9000000000000000'}}]", NULL, PLAIN, 75, "transient", NULL,
    "It asks to come again" },
  { "[{'status': 429, 'headers': {'Retry-After': '3600'}}]", NULL, PLAIN, 75, "transient", NULL,
    "It asks to come again in 3600 seconds." },
  { "[{'query': {'page': '1'}, 'json': {'data': [{'id': 1}]}}, {'status': 404}]", NULL, COUNTED, 75, "transient", NULL,
    "page 2 of orders: HTTP 404" },
  { "[{'query': {'page': '1'}, 'json': {'data': [{'id': 1}]}}, {'status': 404}]", NULL, COUNTED, 75, "transient", NULL,
    "missing_is_end" },
  { "[{'json': {'data': [{'id': 1}]}}]", NULL, COUNTED, 78, "configuration", NULL, "the very rows of the page before" },
  { "[{'json': {'data': [{'id': 1}], 'next': '/v2/orders'}}]", NULL, LINKED, 78, "configuration", NULL, "was there before" },
  { "[{'json': {'data': [], 'next': 'https://elsewhere.example/orders?cret'}}]", NULL, LINKED, 78, "configuration", NULL,
    "https://elsewhere.example, which is not followed" },
  { "[{'json': {'data': [], 'next': 'http://127.0.0.1:%PORT%@elsewhere.example/'}}]", NULL, LINKED, 78, "configuration", NULL,
    "the link to the next one has a user in it" },
  { "[{'json': {'data': [], 'next': 'file:///etc/passwd'}}]", NULL, LINKED, 78, "configuration", NULL, "must begin with https://" },
  { "[{'json': {'data': [], 'next': {'a': 1}}}]", NULL, LINKED, 78, "configuration", NULL, "no text and no number" },
  { "[{'status': 302, 'headers': {'Location': 'http://localhost:%PORT%/v2/orders'}}]", NULL, PLAIN, 78, "configuration", NULL,
    "it is redirected to http://localhost:" },
  { "[{'status': 307, 'headers': {'Location': '/v2/orders'}}]", NULL, PLAIN, 78, "configuration", NULL, "again and again" },
  { "[{'status': 301}]", NULL, PLAIN, 78, "configuration", NULL, "has no Location" },
  { "[{'headers': {'Content-Type': 'text/html'}, 'text': '<html>\\n\\u0007Log in'}]", NULL, PLAIN, 78, "configuration", NULL,
    "the answer (text/html) is no JSON: a value is missing at byte 0; it begins with \"<html>\\x0A\\x07Log in\"" },
  { "[{'text': ''}]", NULL, PLAIN, 78, "configuration", NULL, "is no JSON" },
  { "[{'text': '[{\\u0022id\\u0022: 1}', 'no_length': true}]", NULL, PLAIN, 75, "transient", NULL, "ends too early" },
  { "[{'json': {'items': [], 'meta': 1}}]", NULL, LINKED, 78, "configuration", NULL,
    "has no \"data\" (\"from.rows\"); its members: \"items\", \"meta\"" },
  { "[{'json': {'data': 5}}]", NULL, LINKED, 78, "configuration", NULL, "no array of rows" },
  { "[{'text': '[1', 'endless': true}]", "{'most': {'page_bytes': '1 MB'}}", PLAIN, 78, "configuration", NULL,
    "the answer has more than 1.0 MB" },
  { "[{'text': 'x', 'endless': true, 'status': 400}]", NULL, PLAIN, 78, "configuration", NULL, "HTTP 400: xxx" },
  { "[{'text': 'AAAAAAAAAA', 'repeat': 1000000, 'gzip': true}]", "{'most': {'page_bytes': '1 MB'}}", PLAIN, 78, "configuration",
    NULL, "more than 1.0 MB" },
  { "[{'text': '[', 'repeat': 100000}]", NULL, PLAIN, 78, "configuration", NULL, "nested too deeply" },
  { "[{'hang': true, 'cut': 2, 'json': [1]}]", NULL, HURRY, 75, "transient", NULL, "page 1 of orders" },
  { "[{'page': {'rows': 99, 'by': 'page', 'size': 9, 'shift': 1}}]", NULL,
    "{'mode': 'full', 'from': {'path': 'o', 'steady': true}}", 75, "transient", NULL, "were never the same twice" },
  { "[{'page': {'rows': 9, 'by': 'page', 'size': 1}}]", "{'most': {'pages': 3}}",
    "{'mode': 'full', 'from': {'path': 'o', 'pages': {'number': {'query': 'page'}}}}", 78, "configuration", NULL,
    "more than 3 pages" },
  { "[{'page': {'rows': 9, 'by': 'page', 'size': 1}}]", "{'most': {'bytes': 60}}",
    "{'mode': 'full', 'from': {'path': 'o', 'pages': {'number': {'query': 'page'}}}}", 78, "configuration", NULL,
    "more than 60 B together" },
  { "[{'json': [{'x': 1}]}]", NULL, "{'mode': 'full', 'key': ['id'], 'from': {'path': 'orders'}}", 78, "configuration", "key",
    "no row has \"id\"" },
  { "[{'json': []}]", NULL, "{'mode': 'full', 'from': {'path': 'orders'}}", 78, "configuration", NULL,
    "nothing to make a table of" },
  { "[{'path': '/token', 'status': 400, 'json': {'error': 'invalid_client', 'error_description': 'se/cret'}}]", "{" OAUTH "}}",
    PLAIN, 77, "credentials", NULL, "the token server answered HTTP 400: invalid_client" },
  { "[{'path': '/token', 'json': {}}]", "{" OAUTH "}}", PLAIN, 78, "configuration", NULL, "no access_token" },
  { "[{'path': '/token', 'json': {'access_token': 't'}}, {'status': 401}]", "{" OAUTH "}}", PLAIN, 77, "credentials", NULL,
    "HTTP 401" },
  { "[]", "{'url': 'http://127.0.0.1:1/'}", HURRY, 75, "transient", NULL, "page 1 of orders" },
  { "[]", NULL, "{'mode': 'incremental', 'from': {'path': 'o', 'query': {'d': '{window.day}'}}}", 78, "configuration",
    "from.window.first", "is missing" },
  { "[]", NULL, "{'mode': 'sync', 'bookmark': 'a', 'from': {'path': 'o/{window.start}'}}", 78, "configuration", "from.window.first",
    "\"path\"" },
  { "[]", NULL,
    "{'mode': 'sync', 'overlap': 5, 'bookmark': 'a', 'position': {'since': 'abc'}, 'from': {'query': {'a': '{window.start}'}}}", 78,
    "configuration", "overlap", "times or numbers" },
  { "[]", NULL, "{'mode': 'full', 'where': {'a': 1}, 'from': {'path': 'o'}}", 78, "configuration", "where", "no conditions" },
};

static void
test_failures (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (failing); i++)
    {
      api_rules (api, failing[i].rules);
      g_autoptr (Json) more = with_port (failing[i].connection != NULL ? failing[i].connection : "{}");
      g_autofree char *text = weir_json_text (more);
      g_autoptr (ConnectorRun) done = run ("read", text, failing[i].request);
      assert_connector_error (done, failing[i].code, failing[i].error_class, failing[i].path, failing[i].text);
      g_autofree char *all = connector_text (done);
      if (strstr (all, "verysecret") != NULL || strstr (all, "cret123") != NULL || strstr (all, "se/cret") != NULL)
        fail_msg ("a secret is told: %s", all);
    }
}

/* All mistakes at once, each at its place; nobody is asked anything. */
static void
test_mistakes (void **state)
{
  (void) state;
  static const char *const paths[] = { "connection.url",
                                       "connection.headers.a b",
                                       "connection.auth.password",
                                       "connection.most.page_bytes",
                                       "from.rowz",
                                       "from.pages.x",
                                       "from.method",
                                       "from.columns.a",
                                       "from.query.q",
                                       "from.query.o",
                                       "from.window.step",
                                       "from.path",
                                       "connection.tsl" };
  api_rules (api, "[]");
  g_autoptr (ConnectorRun) done =
      run ("read",
           "{'url': 'http://example.org/', 'headers': {'a b': 'x'}, 'auth': {'type': 'basic', 'user': 'x'}, 'most': {'page_bytes': "
           "'much'}, 'tsl': 1}",
           "{'mode': 'full', 'from': {'path': '../x', 'rowz': 'data', 'pages': {'x': 1}, 'method': 'PUT', 'columns': {'a': 'b['},"
           " 'query': {'q': '{window.begin}', 'o': {}}, 'window': {'step': 'soon'}}}");
  assert_int_equal (done->code, 78);
  for (size_t n = 0; n < G_N_ELEMENTS (paths); n++)
    {
      const Json *error;
      bool is_told = false;
      for (int i = 0; (error = connector_line (done, "error", i)) != NULL; i++)
        is_told |= g_strcmp0 (json_string_value (json_object_get (error, "path")), paths[n]) == 0;
      if (!is_told)
        fail_msg ("nothing is told of %s", paths[n]);
    }
}

/* ---- certificates ---- */

static void
test_tls (void **state)
{
  (void) state;
  g_autofree char *tls = g_build_filename (folder, "tls", NULL), *pem = g_build_filename (folder, "tls", "api.pem", NULL),
                  *rules = g_build_filename (folder, "tls", "rules.json", NULL);
  assert_int_equal (g_mkdir_with_parents (tls, 0700), 0);
  mailer_certificate (pem);
  assert_true (g_file_set_contents (rules, "[{\"json\": [{\"id\": 1}]}]", -1, NULL));
  Api *secure = api_start (tls, pem);
  g_autofree char *right = g_strdup_printf ("{'url': 'https://localhost:%d/', 'ca': 'tls/api.pem'}", secure->port);
  g_autofree char *unknown = g_strdup_printf ("{'url': 'https://localhost:%d/'}", secure->port);
  g_autofree char *clear = g_strdup_printf (
      "{'url': 'https://localhost:%d/', 'ca': 'tls/api.pem', 'auth': {'type': 'bearer', 'token': 'x'}}", api->port);
  g_autofree char *missing = g_strdup_printf ("{'url': 'https://localhost:%d/', 'ca': 'tls/other.pem'}", secure->port);
  static const char request[] = "{'mode': 'full', 'limits': {'seconds': 2}, 'from': {'path': 'o'}}";
  g_autoptr (ConnectorRun) good = run ("read", right, request), bad = run ("read", unknown, request),
                           none = run ("read", clear, request), gone = run ("read", missing, request);
  api_stop (secure);
  assert_connector_done (good);
  assert_connector_error (bad, 77, "credentials", NULL, "certificate");
  assert_connector_error (none, 78, "configuration", NULL, "page 1 of o: the server speaks no TLS");
  assert_connector_error (gone, 77, "credentials", NULL, "tls/other.pem");
}

/* ---- ends ---- */

static ConnectorJob *
start (const char *request, const char *const *environment)
{
  g_autoptr (Json) whole = request_of (NULL, request);
  return connector_start (folder, "weir-connect-curl", "read", whole, NULL, environment);
}

static void
await_request (void)
{
  for (;;)
    {
      g_autoptr (Json) log = api_log (api);
      if (json_array_size (log) > 0)
        return;
      g_usleep (20000);
    }
}

/* While it waits for bytes, and while it waits because it was asked to. */
static void
test_asked_to_end (void **state)
{
  (void) state;
  static const char *const rules[] = { "[{'hang': true, 'cut': 1, 'json': []}]",
                                       "[{'status': 429, 'headers': {'Retry-After': '100'}}]" };
  for (size_t i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      api_rules (api, rules[i]);
      ConnectorJob *job = start ("{'mode': 'full', 'from': {'path': 'o'}}", NULL);
      await_request ();
      kill (connector_pid (job), SIGTERM);
      g_autoptr (ConnectorRun) ended = connector_finish (job);
      assert_int_equal (ended->code, 75);
      assert_null (connector_done (ended));
    }
}

/* Whatever does not end with "done" counts as nothing; and the same request brings the same. */
static void
test_kills (void **state)
{
  (void) state;
  static const char *const points[] = { "http-page", "http-read" };
  static const char request[] = "{'mode': 'full', 'key': ['id'], 'from': {'path': 'o', 'pages': {'number': {'query': 'page'}}}}";
  api_rules (api, "[{'page': {'rows': 5, 'by': 'page', 'size': 2}}]");
  g_autoptr (ConnectorRun) whole = connector_finish (start (request, NULL));
  assert_connector_done (whole);
  for (size_t i = 0; i < G_N_ELEMENTS (points); i++)
    {
      g_autofree char *fault = g_strdup_printf ("WEIR_FAULT=kill:%s", points[i]);
      g_autoptr (ConnectorRun) killed = connector_finish (start (request, (const char *[]) { fault, NULL }));
      assert_int_equal (killed->code, 128 + SIGKILL);
      assert_null (connector_done (killed));
      g_autoptr (ConnectorRun) again = connector_finish (start (request, NULL));
      assert_connector_done (again);
      assert_string_equal (again->spool, whole->spool);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_credentials),  cmocka_unit_test (test_tokens),   cmocka_unit_test (test_kept_token),
    cmocka_unit_test (test_failures),     cmocka_unit_test (test_mistakes), cmocka_unit_test (test_tls),
    cmocka_unit_test (test_asked_to_end), cmocka_unit_test (test_kills),
  };
  return cmocka_run_group_tests (tests, setup, teardown);
}
