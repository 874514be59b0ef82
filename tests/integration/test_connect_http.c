/* REST sources, by a server whose answers each case says: what is asked for, and what becomes of it (docs/http.md). The server's clock stands at 2026-11-29 08:00:00 UTC. */
#include "tests/integration/http_source.h"

/* What a connector is asked, and what must come. ' stands for " in JSON. */
typedef struct
{
  const char *name, *rules;
  const char *connection; /* more members of it; NULL: none */
  const char *request;    /* of a read */
  const char *targets;    /* what was asked for, a line each; NULL: anything */
  const char *spool;      /* the file, with ' for " too; NULL: anything */
  const char *position;   /* NULL: anything */
  const char *columns;    /* their types, "id bigint, n text"; NULL: anything */
  const char *note;       /* in one of the notes; NULL: anything */
} Reading;

static char *
types_of (const ConnectorRun *run)
{
  GString *types = g_string_new (NULL);
  size_t i;
  const Json *column;
  json_array_foreach ((Json *) connector_line (run, "columns", 0), i, column)
    g_string_append_printf (types, "%s%s %s", i > 0 ? ", " : "", json_string_value (json_object_get (column, "name")),
                            json_string_value (json_object_get (column, "type")));
  return g_string_free (types, FALSE);
}

static void
check_equal (const Reading *reading, const char *what, const char *got, const char *wanted)
{
  if (wanted != NULL && g_strcmp0 (got, wanted) != 0)
    fail_msg ("%s: %s:\n%s\nand not\n%s", reading->name, what, got, wanted);
}

static void
check_note (const Reading *reading, const ConnectorRun *done)
{
  const Json *note;
  for (int i = 0; (note = connector_line (done, "note", i)) != NULL; i++)
    if (strstr (json_string_value (note), reading->note) != NULL)
      return;
  fail_msg ("%s: no note says \"%s\"", reading->name, reading->note);
}

static void
check_reading (const Reading *reading)
{
  api_rules (api, reading->rules);
  g_autoptr (ConnectorRun) done = run ("read", reading->connection, reading->request);
  g_autofree char *text = connector_text (done);
  if (done->code != 0)
    fail_msg ("%s: exit code %d: %s%s", reading->name, done->code, text, done->said);
  assert_connector_done (done);
  g_autofree char *targets = api_targets (api), *types = types_of (done),
                  *spool = g_strdelimit (g_strdup (done->spool), "\"", '\'');
  const Json *position = json_object_get (connector_done (done), "position");
  g_autoptr (Json) plain = json_is_object (position) ? json_copy ((Json *) position) : NULL;
  json_object_del (plain, "columns");
  g_autofree char *position_text = plain != NULL ? g_strdelimit (weir_json_text (plain), "\"", '\'') : g_strdup ("null");
  check_equal (reading, "asked", targets, reading->targets);
  check_equal (reading, "spool", spool, reading->spool);
  check_equal (reading, "position", position_text, reading->position);
  check_equal (reading, "types", types, reading->columns);
  if (reading->note != NULL)
    check_note (reading, done);
}

static void
check_readings (const Reading *readings, size_t n)
{
  for (size_t i = 0; i < n; i++)
    check_reading (&readings[i]);
}

#define TWO_PAGES "'from': {'path': 'orders', 'rows': 'data', 'pages': "
#define IDS(more) "'id'\n'1'\n'2'\n" more

static void
test_pages (void **state)
{
  (void) state;
  static const Reading readings[] = {
    { .name = "one page",
      .rules = "[{'path': '/v2/orders', 'json': [{'id': 1}, {'id': 2}]}]",
      .request = "{'mode': 'full', 'from': {'path': 'orders'}}",
      .targets = "/v2/orders\n",
      .spool = IDS ("") },
    { .name = "next, relative and absolute, the host in clear as behind a proxy",
      .rules = "[{'path': '/v2/orders', 'query': {'page': null}, 'json': {'data': [{'id': 1}], 'links': {'next': '?page=b c'}}},"
               " {'path': '/v2/orders', 'query': {'page': 'b c'}, 'json': {'data': [{'id': 2}], 'links': {'next': "
               "'http://127.0.0.1:%PORT%/v2/orders?page=3'}}},"
               " {'path': '/v2/orders', 'query': {'page': '3'}, 'json': {'data': [{'id': 3}], 'links': {'next': null}}}]",
      .request = "{'mode': 'full', " TWO_PAGES "{'next': 'links.next'}}}",
      .targets = "/v2/orders\n/v2/orders?page=b%20c\n/v2/orders?page=3\n",
      .spool = IDS ("'3'\n") },
    { .name = "cursor",
      .rules = "[{'query': {'cursor': null}, 'json': {'data': [{'id': 1}], 'meta': {'next': 'a+b/='}}}, {'query': {'cursor': "
               "'a+b/='}, 'json': {'data': [{'id': 2}], 'meta': {}}}]",
      .request = "{'mode': 'full', 'from': {'path': 'orders', 'query': {'limit': 1}, 'rows': 'data', 'pages': {'cursor': {'from': "
                 "'meta.next', 'query': 'cursor'}}}}",
      .targets = "/v2/orders?limit=1\n/v2/orders?limit=1&cursor=a%2Bb%2F%3D\n",
      .spool = IDS ("") },
    { .name = "cursor in the body of a POST, a number that stays what it is",
      .rules = "[{'body': "
               "'{\\u0022all\\u0022:true,\\u0022variables\\u0022:{\\u0022n\\u0022:1,\\u0022after\\u0022:12345678901234567890}}', "
               "'json': "
               "{'data': [{'id': 2}], 'next': 8, 'page': {'more': false}}},"
               " {'body': '{\\u0022all\\u0022:true,\\u0022variables\\u0022:{\\u0022n\\u0022:1}}', 'method': 'POST', 'text': "
               "'{\\u0022data\\u0022: [{\\u0022id\\u0022: 1}], \\u0022next\\u0022: 12345678901234567890, \\u0022page\\u0022: "
               "{\\u0022more\\u0022: true}}'}]",
      .request = "{'mode': 'full', 'from': {'path': 'search', 'method': 'POST', 'body': {'all': true, 'variables': {'n': 1}}, "
                 "'rows': 'data', 'pages': "
                 "{'cursor': {'from': 'next', 'body': 'variables.after', 'more': 'page.more'}}}}",
      .targets = "/v2/search\n/v2/search\n",
      .spool = IDS ("") },
    { .name = "numbers go on to the page without rows, whatever the size that was asked for",
      .rules = "[{'page': {'rows': 3, 'by': 'page', 'size': 2}}]",
      .request = "{'mode': 'full', 'from': {'path': 'orders', 'pages': {'number': {'query': 'page', 'size': {'query': 'per_page', "
                 "'value': 100}}}, 'columns': {'id': 'id'}}}",
      .targets = "/v2/orders?page=1&per_page=100\n/v2/orders?page=2&per_page=100\n/v2/orders?page=3&per_page=100\n",
      .spool = "'id'\n'0'\n'1'\n'2'\n" },
    { .name = "numbers, where the page behind the last is not there",
      .rules = "[{'query': {'page': '0'}, 'json': [{'id': 1}, {'id': 2}]}]",
      .request = "{'mode': 'full', 'from': {'path': 'orders', 'pages': {'number': {'query': 'page', 'first': 0, 'missing_is_end': "
                 "true}}}}",
      .targets = "/v2/orders?page=0\n/v2/orders?page=1\n",
      .spool = IDS ("") },
    { .name = "offsets count the rows that came",
      .rules = "[{'query': {'skip': '0'}, 'json': {'data': [{'id': 1}, {'id': 2}]}}, {'query': {'skip': '2'}, 'json': {'data': "
               "[{'id': 3}]}}, {'query': {'skip': '3'}, 'json': {'data': []}}]",
      .request = "{'mode': 'full', " TWO_PAGES "{'offset': {'query': 'skip'}}}}",
      .targets = "/v2/orders?skip=0\n/v2/orders?skip=2\n/v2/orders?skip=3\n",
      .spool = IDS ("'3'\n") },
    { .name = "a Link header",
      .rules = "[{'query': {'p': null}, 'headers': {'Link': '</v2/orders?p=9>; rel=last, </v2/orders?p=2>; "
               "rel=\\u0022next\\u0022'}, 'json': [{'id': 1}]}, {'json': [{'id': 2}]}]",
      .request = "{'mode': 'full', 'from': {'path': 'orders', 'pages': {'link_header': true}}}",
      .targets = "/v2/orders\n/v2/orders?p=2\n",
      .spool = IDS ("") },
    { .name = "lines of JSON",
      .rules = "[{'headers': {'Content-Type': 'application/x-ndjson'}, 'text': '{\\u0022id\\u0022: 1}\\n\\n {\\u0022id\\u0022: "
               "2}\\r\\n'}]",
      .request = "{'mode': 'full', 'from': {'path': 'orders'}}",
      .spool = IDS ("") },
    { .name = "lines of which nobody says where they end",
      .rules = "[{'no_length': true, 'headers': {'Content-Type': 'application/x-ndjson'}, 'text': '{\\u0022id\\u0022: 1}\\n"
               "{\\u0022id\\u0022: 2}\\n'}]",
      .request = "{'mode': 'full', 'from': {'path': 'orders'}}",
      .spool = IDS (""),
      .note = "neither how long its lines are" },
    { .name = "pages that shift while they are read: rows are there twice, none is missing",
      .rules = "[{'page': {'rows': 5, 'by': 'page', 'size': 2, 'shift': 1}}]",
      .request = "{'mode': 'full', 'key': ['id'], 'from': {'path': 'orders', 'columns': {'id': 'id'}, 'pages': {'number': "
                 "{'query': 'page'}}}}",
      .spool = "'id'\n'0'\n'1'\n'1'\n'2'\n'2'\n'3'\n'3'\n'4'\n'4'\n" },
    { .name = "the same, until two readings are the same: none is there twice",
      .rules = "[{'page': {'rows': 5, 'by': 'page', 'size': 2, 'shift': 1}, 'times': 4}, {'page': {'rows': 5, 'by': 'page', "
               "'size': 2}}]",
      .request = "{'mode': 'full', 'key': ['id'], 'from': {'path': 'orders', 'steady': true, 'columns': {'id': 'id'}, 'pages': "
                 "{'number': {'query': 'page'}}}}",
      .spool = "'id'\n'0'\n'1'\n'2'\n'3'\n'4'\n" },
    { .name = "packed",
      .rules = "[{'gzip': true, 'json': [{'id': 1}, {'id': 2}]}]",
      .request = "{'mode': 'full', 'from': {'path': 'orders'}}",
      .spool = IDS ("") },
    { .name = "nothing: 204, null, no rows",
      .rules = "[{'status': 204}]",
      .request = "{'mode': 'full', 'key': ['id'], 'from': {'path': 'orders'}}",
      .spool = "'id'\n" },
  };
  check_readings (readings, G_N_ELEMENTS (readings));
}

static void
test_values (void **state)
{
  (void) state;
  static const Reading readings[] = {
    { .name = "types and exact digits",
      .rules = "[{'text': '[{\\u0022id\\u0022: 1, \\u0022n\\u0022: 1.10, \\u0022big\\u0022: 12345678901234567890.5, "
               "\\u0022b\\u0022: true, \\u0022t\\u0022: \\u0022007\\u0022, \\u0022d\\u0022: \\u00222026-11-29T08:00:00Z\\u0022, "
               "\\u0022o\\u0022: {\\u0022x\\u0022: [1.50, null]}, \\u0022z\\u0022: null},"
               " {\\u0022id\\u0022: 18446744073709551616, \\u0022n\\u0022: 2, \\u0022late\\u0022: false}]'}]",
      .request = "{'mode': 'full', 'key': ['id'], 'from': {'path': 'orders'}}",
      .columns = "id numeric, n numeric, big numeric, b boolean, t text, d text, o jsonb, z text, late boolean",
      .spool = "'id','n','big','b','t','d','o','z','late'\n"
               "'1','1.10','12345678901234567890.5','true','007','2026-11-29T08:00:00Z','{''x'':[1.50,null]}',,\n"
               "'18446744073709551616','2',,,,,,,'false'\n" },
    { .name = "mixtures",
      .rules = "[{'json': [{'a': 1, 'b': 1, 'c': true, '': 7}, {'a': 'x', 'b': [1], 'c': null}, {'a': false, 'b': 'y', 'c': 2}]}]",
      .request = "{'mode': 'full', 'from': {'path': 'orders'}}",
      .columns = "a text, b jsonb, c text, unnamed bigint",
      .spool = "'a','b','c','unnamed'\n'1','1','true','7'\n'x','[1]',,\n'false','''y''','2',\n" },
    { .name = "paths, and what the job says of columns",
      .rules = "[{'json': {'data': {'items': [{'id': 1, 'customer': {'address': {'city': 'Bergen'}}, 'tags': ['a', 'b'], 'mail': "
               "'anna@example.org'}, {'id': 2, 'customer': null, 'tags': []}]}}}]",
      .request = "{'mode': 'full', 'key': ['id'], 'columns': {'mail': {'mask': 'last4'}, 'city': {'rename': 'town', 'default': "
                 "'?'}, 'tags': {'type': 'text'}},"
                 " 'from': {'path': 'orders', 'rows': 'data.items', 'columns': {'id': 'id', 'city': 'customer.address.city', "
                 "'tag': 'tags[1]', 'tags': 'tags', 'mail': 'mail'}}}",
      .columns = "id bigint, town text, tag text, tags text, mail text",
      .spool = "'id','town','tag','tags','mail'\n'1','Bergen','b','[''a'',''b'']','************.org'\n'2','?',,'[]',\n" },
    { .name = "rows that are no objects",
      .rules = "[{'json': [1, 'b', null]}]",
      .request = "{'mode': 'full', 'from': {'path': 'orders'}}",
      .columns = "value text",
      .spool = "'value'\n'1'\n'b'\n\n" },
    { .name = "one object is one row",
      .rules = "[{'json': {'id': 1}}]",
      .request = "{'mode': 'full', 'from': {'path': 'orders'}}",
      .spool = "'id'\n'1'\n" },
    { .name = "what no text can hold",
      .rules = "[{'text': '[{\\u0022a\\u0022: \\u0022x\\\\u0000y\\\\ud800\\u0022, \\u0022b\\u0022: {\\u0022c\\u0022: "
               "\\u0022\\\\u0000\\u0022}, \\u0022c\\u0022: \\u0022\\\\ud83d\\\\ude00\\u0022}]'}]",
      .request = "{'mode': 'full', 'from': {'path': 'orders'}}",
      .spool = "'a','b','c'\n'x\xEF\xBF\xBDy\xEF\xBF\xBD','{''c'':''\xEF\xBF\xBD''}','\xF0\x9F\x98\x80'\n",
      .note = "3 characters" },
    { .name = "a window without rows has the columns of those before, and their types",
      .rules = "[{'json': []}]",
      .request =
          "{'mode': 'sync', 'key': ['id'], 'bookmark': 'at', 'position': {'since': '2026-11-28T00:00:00Z', 'columns': {'id': "
          "'bigint', 'at': 'text', 'n': 'numeric', 'z': null}}, 'from': {'path': 'orders', 'query': {'since': '{window.start}'}}}",
      .columns = "id bigint, at text, n numeric, z text",
      .position = "{'since':'2026-11-28T00:00:00Z'}",
      .spool = "'id','at','n','z'\n" },
    { .name = "columns that the job names and no row of the window has",
      .rules = "[{'json': [{'id': 1}]}]",
      .request = "{'mode': 'full', 'key': ['id'], 'columns': {'note': {'drop': true}, 'size': {'type': 'bigint'}}, 'from': "
                 "{'path': 'orders'}}",
      .columns = "id bigint, size bigint",
      .spool = "'id','size'\n'1',\n",
      .note = "no row has \"size\"" },
  };
  check_readings (readings, G_N_ELEMENTS (readings));
}

#define ROWS_AT(rows) "[{'json': [" rows "]}]"
#define SINCE "'from': {'path': 'orders', 'query': {'since': '{window.start}'"

static void
test_windows (void **state)
{
  (void) state;
  static const Reading readings[] = {
    { .name = "the first time there is no window",
      .rules = ROWS_AT ("{'id': 1, 'at': '2026-11-28T10:00:00+01:00'}, {'id': 2, 'at': '2026-11-28T09:30:00Z'}"),
      .request = "{'mode': 'sync', 'key': ['id'], 'bookmark': 'at', " SINCE "}}}",
      .targets = "/v2/orders\n",
      .position = "{'since':'2026-11-28T09:30:00Z'}" },
    { .name = "then from the position, less the overlap; what is older moves nothing",
      .rules = ROWS_AT ("{'id': 2, 'at': '2026-11-28T09:25:00Z'}"),
      .request =
          "{'mode': 'sync', 'key': ['id'], 'bookmark': 'at', 'overlap': 600, 'position': {'since': '2026-11-28T09:30:00Z'}, " SINCE
          "}}}",
      .targets = "/v2/orders?since=2026-11-28T09:20:00Z\n",
      .position = "{'since':'2026-11-28T09:30:00Z'}" },
    { .name = "a row from the future does not pass what is to come",
      .rules = ROWS_AT ("{'id': 2, 'at': '2031-01-01T00:00:00Z'}"),
      .request = "{'mode': 'sync', 'key': ['id'], 'bookmark': 'at', 'position': {'since': '2026-11-28T09:30:00Z'}, " SINCE "}}}",
      .position = "{'since':'2026-11-29T08:00:00Z'}" },
    { .name = "numbers, by the key, as a log",
      .rules = ROWS_AT ("{'id': 9}, {'id': 10}"),
      .request = "{'mode': 'log', 'key': ['id'], 'overlap': 2, 'position': {'since': 8}, " SINCE "}}}",
      .targets = "/v2/orders?since=6\n",
      .position = "{'since':10}" },
    { .name = "seconds since 1970",
      .rules = ROWS_AT ("{'id': 9, 'at': 1795939200}"),
      .request = "{'mode': 'sync', 'key': ['id'], 'bookmark': 'at', 'overlap': 60, 'position': {'since': 1795852800}, " SINCE
                 "}, 'window': {'format': 'epoch'}}}",
      .targets = "/v2/orders?since=1795852740\n",
      .position = "{'since':'2026-11-29T08:00:00Z'}" },
    { .name = "a window that somebody asks for moves nothing",
      .rules = ROWS_AT ("{'id': 9, 'at': '2026-11-01T00:00:00Z'}"),
      .request = "{'mode': 'incremental', 'key': ['id'], 'bookmark': 'at', 'position': {'since': '2026-11-28T09:30:00Z'}, "
                 "'window': {'start': '2026-11-01', 'end': '2026-11-03'},"
                 " 'from': {'path': 'orders/{window.start}', 'query': {'to': '{window.end}'}, 'window': {'format': 'date'}}}",
      .targets = "/v2/orders/2026-11-01?to=2026-11-03\n",
      .position = "{'since':'2026-11-28T09:30:00Z'}" },
    { .name = "day by day, in one file, up to what their clock says",
      .rules = ROWS_AT ("{'id': 9}"),
      .request = "{'mode': 'incremental', 'key': ['id'], 'window': {'start': '2026-11-27T12:00:00Z', 'end': "
                 "'2026-11-29T08:00:00Z'}, 'from': {'path': 'orders', 'query': {'day': '{window.day}'}}}",
      .targets = "/v2/orders?day=2026-11-27\n/v2/orders?day=2026-11-28\n/v2/orders?day=2026-11-29\n",
      .spool = "'id'\n'9'\n'9'\n'9'\n" },
    { .name = "steps, in a body, with numbers that are numbers",
      .rules = ROWS_AT ("{'id': 9}"),
      .request = "{'mode': 'incremental', 'key': ['id'], 'window': {'start': '2026-11-28', 'end': '2026-11-29'},"
                 " 'from': {'path': 'orders', 'method': 'POST', 'body': {'from': '{window.start}', 'x': ['{window.end}']}, "
                 "'window': {'format': 'epoch', 'step': '12 hours'}}}",
      .targets = "/v2/orders\n/v2/orders\n" },
    { .name = "all rows are asked for without a window",
      .rules = ROWS_AT ("{'id': 9}"),
      .request = "{'mode': 'mirror', 'part': 'keys', 'key': ['id'], 'bookmark': 'at', 'position': {'since': "
                 "'2026-11-28T09:30:00Z', 'columns': {'at': 'text'}}, " SINCE ", 'a': [1, 2]}}}",
      .targets = "/v2/orders?a=1&a=2\n",
      .spool = "'id'\n'9'\n",
      .position = "null" },
    { .name = "no window is named",
      .rules = ROWS_AT ("{'id': 9, 'at': '2026-11-28T00:00:00Z'}"),
      .request = "{'mode': 'sync', 'key': ['id'], 'bookmark': 'at', 'from': {'path': 'orders'}}",
      .note = "names no window" },
    { .name = "a stream of the connection",
      .connection = "{'streams': {'orders': {'path': 'o', 'rows': 'data', 'query': {'a': 1}}}}",
      .rules = "[{'json': {'data': [{'id': 9}]}}]",
      .request = "{'mode': 'full', 'stream': 'orders', 'from': {}}",
      .targets = "/v2/o?a=1\n" },
  };
  check_readings (readings, G_N_ELEMENTS (readings));
}

/* Days go on in the next file when one is full, and meet; the overlap is read again, and does not keep it from going on. */
static void
test_days_in_batches (void **state)
{
  (void) state;
  api_rules (api, "[{'clock': 'real', 'json': [{'id': 1}]}]");
  g_autoptr (GDateTime) now = g_date_time_new_now_utc (), first = g_date_time_add_days (now, -6);
  g_autofree char *from = g_date_time_format (first, "%Y-%m-%d"), *today = g_date_time_format (now, "%Y-%m-%d");
  g_autoptr (Json) request = request_of (NULL, "{'mode': 'incremental', 'key': ['id'], 'overlap': 86400, 'limits': {'rows': 1},"
                                               " 'from': {'path': 'o', 'query': {'day': '{window.day}'}, 'window': {}}}");
  json_object_set_new (json_object_get (json_object_get (request, "from"), "window"), "first", json_string (from));
  int files = 0;
  for (bool more = true; more; files++)
    {
      g_autoptr (ConnectorRun) done = connector_run (folder, "weir-connect-curl", "read", request, NULL);
      assert_connector_done (done);
      more = json_is_true (json_object_get (connector_done (done), "more"));
      json_object_set (request, "position", json_object_get (connector_done (done), "position"));
      assert_true (files < 10);
    }
  /* A day; then that one again and the next, each time; the last one has today, as far as it has come. */
  assert_true (files == 7 || files == 8);
  const char *since = json_string_value (json_object_get (json_object_get (request, "position"), "since"));
  assert_true (strncmp (since, today, 10) >= 0);
  g_autofree char *targets = api_targets (api), *last = g_strdup_printf ("/v2/o?day=%s\n", today),
                  *begin = g_strdup_printf ("/v2/o?day=%s\n", from);
  assert_non_null (strstr (targets, last));
  assert_true (g_str_has_prefix (targets, begin));
}

/* ---- what is tried again ---- */

static void
test_again (void **state)
{
  (void) state;
  static const Reading readings[] = {
    { .name = "429 with seconds",
      .rules = "[{'status': 429, 'headers': {'Retry-After': '1'}, 'times': 1}, {'json': [{'id': 1}, {'id': 2}]}]",
      .request = "{'mode': 'full', 'from': {'path': 'orders'}}",
      .targets = "/v2/orders\n/v2/orders\n",
      .spool = IDS ("") },
    { .name = "503 with a date that has been",
      .rules = "[{'status': 503, 'headers': {'Retry-After': 'Sun, 29 Nov 2020 08:00:00 GMT'}, 'times': 1}, {'json': [{'id': 1}, "
               "{'id': 2}]}]",
      .request = "{'mode': 'full', 'from': {'path': 'orders'}}",
      .spool = IDS ("") },
    { .name = "a body that was cut, and one that ends with a connection that was cut",
      .rules = "[{'cut': 3, 'times': 1, 'json': [{'id': 1}, {'id': 2}]}, {'json': [{'id': 1}, {'id': 2}]}]",
      .request = "{'mode': 'full', 'from': {'path': 'orders'}}",
      .targets = "/v2/orders\n/v2/orders\n",
      .spool = IDS ("") },
    { .name = "redirects within the server keep the credentials",
      .connection = "{'auth': {'type': 'bearer', 'token': 'cret'}}",
      .rules = "[{'path': '/v2/orders', 'status': 302, 'headers': {'Location': '/v3/orders?a=1'}}, {'path': '/v3/orders', "
               "'header': 'authorization: Bearer cret', 'json': [{'id': 1}, {'id': 2}]}]",
      .request = "{'mode': 'full', 'from': {'path': 'orders'}}",
      .targets = "/v2/orders\n/v3/orders?a=1\n",
      .spool = IDS ("") },
  };
  check_readings (readings, G_N_ELEMENTS (readings));
}

/* ---- check and discover ---- */

static void
test_check (void **state)
{
  (void) state;
  api_rules (api,
             "[{'path': '/v2/', 'status': 404}, {'path': '/v2/orders', 'json': [{'id': 1, 'at': 'x', 'never': null}, {'id': 2}]},"
             " {'path': '/v2/last', 'json': {'data': [{'id': 1}], 'more': false}},"
             " {'path': '/v2/none', 'no_length': true, 'status': 204}]");
  g_autoptr (ConnectorRun)
      base = run ("check", NULL, "{}"),
      job = run ("check", NULL,
                 "{'from': {'path': 'orders', 'query': {'day': '{window.day}'}, 'pages': {'number': {'query': 'p'}}}}");
  assert_connector_done (base);
  assert_connector_done (job);
  assert_string_equal (json_string_value (json_object_get (connector_line (base, "checked", 0), "what")), "connect");
  assert_string_equal (json_string_value (json_object_get (connector_line (job, "checked", 1), "text")),
                       "the first page of orders: 2 rows, 3 columns");
  assert_null (connector_line (job, "note", 0));
  static const char *const fine[] = {
    "{'from': {'path': 'last', 'rows': 'data', 'pages': {'cursor': {'from': 'next', 'query': 'c', 'more': 'more'}}}}",
    "{'from': {'path': 'none', 'format': 'lines'}}",
  };
  for (size_t i = 0; i < G_N_ELEMENTS (fine); i++)
    {
      g_autoptr (ConnectorRun) checked = run ("check", NULL, fine[i]);
      assert_connector_done (checked);
      assert_null (connector_line (checked, "note", 0));
    }
  g_autoptr (ConnectorRun) slips = run (
      "check", NULL,
      "{'from': {'path': 'orders', 'columns': {'id': 'id', 'at': 'att'}, 'pages': {'cursor': {'from': 'nxt', 'query': 'c'}}}}");
  assert_connector_done (slips);
  g_autofree char *noted = connector_text (slips);
  assert_non_null (strstr (noted, "has nothing where \\\"pages\\\" looks for the next one"));
  assert_non_null (strstr (noted, "has no value for the column \\\"at\\\""));
  api_rules (api, "[{'status': 401}]");
  g_autoptr (ConnectorRun) refused = run ("check", NULL, "{}");
  assert_connector_error (refused, 77, "credentials", NULL, "HTTP 401");
}

static void
test_discover (void **state)
{
  (void) state;
  api_rules (api, "[{'path': '/v2/orders', 'json': [{'id': 1, 'updated_at': '2026-11-29T08:00:00Z', 'n': 1.5}]}, {'path': "
                  "'/v2/users', 'status': 404}]");
  g_autoptr (ConnectorRun) done = run ("discover", "{'streams': {'orders': {'path': 'orders'}, 'users': {'path': 'users'}}}", "{}");
  assert_connector_done (done);
  const Json *stream = connector_line (done, "stream", 0);
  g_autofree char *text = g_strdelimit (weir_json_text (stream), "\"", '\'');
  assert_string_equal (text, "{'name':'orders','kind':'resource','rows':null,'columns':[{'name':'id','type':'bigint','nullable':"
                             "true,'key':false,'source_type':'json'},"
                             "{'name':'updated_at','type':'text','nullable':true,'key':false,'source_type':'json'},{'name':'n','"
                             "type':'numeric','nullable':true,'key':false,'source_type':'json'}],"
                             "'key':['id'],'bookmarks':['updated_at']}");
  assert_null (connector_line (done, "stream", 1));
  assert_non_null (strstr (json_string_value (connector_line (done, "note", 0)), "users: page 1 of users: HTTP 404"));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_pages),           cmocka_unit_test (test_values), cmocka_unit_test (test_windows),
    cmocka_unit_test (test_days_in_batches), cmocka_unit_test (test_again),  cmocka_unit_test (test_check),
    cmocka_unit_test (test_discover),
  };
  return cmocka_run_group_tests (tests, setup, teardown);
}
