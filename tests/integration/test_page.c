/* `weir page` over HTTP: its pages and objects, and what is hostile in files. */
#include "tests/support/web_page.h"

#include <signal.h>
#include <string.h>

/* ---- pages and objects ---- */

/* Headings "### `/api/...`" of docs/page.md, and below each the members that a table has: those of the object, and no others. */
static void
assert_documented (const char *heading, const Json *object)
{
  g_autofree char *path = g_build_filename (g_getenv ("WEIR_SOURCE"), "docs", "page.md", NULL), *page = NULL;
  assert_true (g_file_get_contents (path, &page, NULL, NULL));
  g_autofree char *wanted = g_strdup_printf ("\n### `%s`\n", heading);
  const char *from = strstr (page, wanted);
  assert_non_null (from);
  const char *end = strstr (from + strlen (wanted), "\n#");
  g_autofree char *section = g_strndup (from, end != NULL ? (gsize) (end - from) : strlen (from));
  const char *member;
  Json *value;
  size_t documented = 0;
  json_object_foreach ((Json *) object, member, value)
    {
      g_autofree char *row = g_strdup_printf ("\n| `%s` |", member);
      if (strstr (section, row) == NULL)
        fail_msg ("docs/page.md, %s: no row for \"%s\"", heading, member);
    }
  for (const char *row = section; (row = strstr (row, "\n| `")) != NULL; row++)
    documented++;
  if (documented != json_object_size (object))
    fail_msg ("docs/page.md, %s: %zu members are documented, it has %zu", heading, documented, json_object_size (object));
}

static void
refuse_one (Home *home)
{
  home_drop (home, "sales.csv", "sale,amount\n1,10\n");
  home_write_model (home, "sales", "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"id\"]}");
  assert_weir (home, 1, "load", "--archive", "imports/sales.csv", NULL);
}

/* What `weir jobs` says, but for positions of tables with personal data, and what may be asked for with the place. */
static void
check_jobs (Home *home, int port)
{
  home_write_file (home, "jobs/bad.json", "{\"tabel\": \"sales\"}");
  home_write_file (home, "jobs/shop.json",
                   "{\"from\": {\"connection\": \"share\", \"path\": \"out/*.csv\", \"note\": \"secret\"}, \"to_table\": \"sales\","
                   " \"deliver\": [{\"to\": \"share\", \"path\": \"in/x.csv\"}]}");
  home_write_file (home, "jobs/people.json",
                   "{\"from\": {\"connection\": \"share\", \"path\": \"p.csv\"}, \"to_table\": \"customers\"}");
  sql_run_text (home, "insert into weir.bookmark (source, stream, position) values ('shop', 'rows', '{\"id\": 77}'),"
                      " ('people', 'rows', '{\"email\": \"ann@x.org\"}')");
  sql_run_text (home, "insert into weir.delivery (job, destination, item, run_id, mark, table_name, cause) values"
                      " ('shop', 'share', 0, gen_random_uuid(), gen_random_uuid(), 'sales', 'run')");
  g_autoptr (Reply) page = http_get (port, 200, "/jobs"), object = http_get (port, 200, "/api/jobs");
  g_autoptr (Json) jobs = reply_json (object);
  assert_documented ("/api/jobs", jobs);
  assert_json (jobs, "jobs.0.state", "broken");
  assert_json (jobs, "jobs.2.from", "{\"path\":\"out/*.csv\"}");
  assert_json (jobs, "jobs.2.bookmarks.0.position.id", "77");
  assert_json (jobs, "deliveries.0.runs", "1");
  assert_contains (page->body, "share out/*.csv");
  assert_contains (page->body, "1 run waiting");
  assert_contains (page->body, "Not delivered yet");
  assert_contains (page->body, "{&quot;id&quot;: 77}");
  assert_contains (page->body, "did you mean &quot;table&quot;");
  assert_lacks (object->body, "secret");
  /* Nothing of a person's key, and that there is one. */
  assert_json (jobs, "jobs.1.name", "people");
  assert_json (jobs, "jobs.1.withheld", "true");
  assert_json (jobs, "jobs.1.bookmarks.0.position", "null");
  assert_json (jobs, "jobs.2.withheld", "false");
  assert_contains (page->body, "share p.csv");
  assert_contains (page->body, "<span class=\"withheld\">not shown</span>");
  assert_lacks (page->body, "ann@x.org");
  assert_lacks (object->body, "ann@x.org");
}

static void
test_pages_and_objects (void **state)
{
  Home *home = *state;
  int port;
  if (!page_is_built ())
    skip ();
  home_configure (home, ", \"connections\": {\"share\": {\"type\": \"share\", \"path\": \"/nowhere\"}}");
  load_customers (home);
  refuse_one (home);
  g_autoptr (Background) page = start_page (home, &port);

  /* Which table is stale, what was refused, why. */
  g_autoptr (Reply) overview = http_get (port, 200, "/"), object = http_get (port, 200, "/api/overview");
  assert_contains (overview->body, "<h1>Overview</h1>");
  assert_contains (overview->body, "href=\"/tables/customers\"");
  assert_contains (overview->body, "the file has no column &quot;id&quot;");
  g_autoptr (Json) status = reply_json (object);
  assert_documented ("/api/overview", status);
  assert_json (status, "tables.0.table", "customers");
  assert_json (status, "tables.0.rows", "3");
  assert_json (status, "tables.0.versions", "5");
  assert_json (status, "tables.0.estimated", "false");
  assert_json (status, "failures.0.file", "sales.csv");
  assert_json (status, "failed.files", "1");

  /* The run says why and what to do, and the box finds it by its file. */
  g_autoptr (Reply) go = http_get (port, 303, "/go?run=sales.csv");
  g_autofree char *place = reply_header (go, "Location");
  g_autoptr (Reply) run = http_get (port, 200, place);
  assert_contains (run->body, "What to do: ");
  assert_contains (run->body, "<code>weir retry ");
  sql_run_text (home, "update weir.execution set execution_time_ms = 200000");
  g_autoptr (Reply) runs = http_get (port, 200, "/api/runs?state=applied"), ledger = http_get (port, 200, "/runs?table=customers");
  g_autoptr (Json) list = reply_json (runs);
  assert_documented ("/api/runs", list);
  assert_int_equal (json_array_size (json_object_get (list, "runs")), 2);
  assert_contains (ledger->body, "customers_2026-03-20.csv");
  assert_lacks (ledger->body, "sales.csv");
  assert_contains (ledger->body, "3 min 20 s");

  /* A table: by the days since when its versions hold. */
  g_autoptr (Reply) table = http_get (port, 200, "/tables/customers"), table_object = http_get (port, 200, "/api/tables/customers");
  assert_contains (table->body, "<svg ");
  assert_contains (table->body, "business key");
  g_autoptr (Json) about = reply_json (table_object);
  assert_documented ("/api/tables/TABLE", about);
  assert_json (about, "kind", "dimension");
  assert_json (about, "pins.columns.city.type", "text");
  assert_json (about, "files.1.file", "customers_2026-01-10.csv");

  g_autoptr (Reply) index = http_get (port, 200, "/api"), held = http_get (port, 200, "/api/held"),
                    find = http_get (port, 200, "/api/find"), schedules = http_get (port, 200, "/api/schedules");
  g_autoptr (Json) held_object = reply_json (held), find_object = reply_json (find), schedules_object = reply_json (schedules);
  assert_documented ("/api/schedules", schedules_object);
  assert_contains (index->body, "\"/api/tables/?/entities/?\"");
  assert_documented ("/api/held", held_object);
  assert_documented ("/api/find", find_object);
  check_jobs (home, port);
  assert_json (find_object, "tables.0.key", "[\"customer\"]");

  /* What is not there is said in both forms. */
  g_autoptr (Reply) no_table = http_get (port, 404, "/api/tables/nobody"), no_page = http_get (port, 404, "/nothing");
  assert_contains (no_table->body, "there is no table \\\"nobody\\\"");
  assert_contains (no_page->body, "<h1>Not found</h1>");
  reply_free (http_get (port, 404, "/runs/nosuchfile.csv"));
  g_autoptr (Reply) head = http_ask (port, "HEAD", "/", "", NULL);
  assert_int_equal (head->status, 200);
  assert_string_equal (head->body, "");
  assert_int_equal (background_stop (page, SIGTERM, 10), 0);
}

/* ---- one entity ---- */

static void
test_an_entity_is_found_by_a_key_that_goes_nowhere (void **state)
{
  Home *home = *state;
  int port;
  if (!page_is_built ())
    skip ();
  load_customers (home);
  g_autoptr (Background) page = start_page (home, &port);
  g_autofree char *origin = g_strdup_printf ("Origin: http://127.0.0.1:%d\r\n", port);
  g_autoptr (Reply) form = http_get (port, 200, "/find");
  assert_contains (form->body, "action=\"/find/customers\"");
  g_autoptr (Reply) found = http_ask (port, "POST", "/find/customers", origin, "key=ann&at=2026-02-15");
  assert_int_equal (found->status, 303);
  g_autofree char *place = reply_header (found, "Location");
  assert_lacks (place, "ann");
  assert_contains (place, "?at=2026-02-15");

  /* In February she was in Oslo; her phone is hidden, in JSON too. */
  g_autoptr (Reply) entity = http_get (port, 200, place);
  g_autofree char *api = g_strconcat ("/api", place, NULL);
  g_autoptr (Reply) reply = http_get (port, 200, api);
  const char *at = strstr (entity->body, "On 2026-02-15");
  assert_non_null (at);
  assert_contains (at, "<dd>Oslo");
  assert_contains (entity->body, "<mark>Lyon</mark>");
  assert_contains (entity->body, "Columns with personal data are not shown here.");
  assert_lacks (entity->body, "phone-111");
  g_autoptr (Json) object = reply_json (reply);
  assert_documented ("/api/tables/TABLE/entities/ID", object);
  assert_json (object, "key.customer", "ann");
  assert_json (object, "withheld", "true");
  assert_json (object, "versions.1.changed.0.new", "Lyon");
  assert_lacks (reply->body, "phone-111");
  assert_lacks (reply->body, "phone-999");

  /* Nobody, too many values, and a fact. */
  g_autoptr (Reply) nobody = http_ask (port, "POST", "/find/customers", origin, "key=eve");
  g_autofree char *nowhere = reply_header (nobody, "Location");
  g_autoptr (Reply) none = http_get (port, 200, nowhere);
  assert_contains (none->body, "Nobody in customers has that key");
  g_autoptr (Reply) two = http_ask (port, "POST", "/find/customers", origin, "key=ann&key=bob");
  assert_int_equal (two->status, 404);
  assert_contains (two->body, "2 values were given");
  assert_int_equal (background_stop (page, SIGTERM, 10), 0);
  g_autofree char *said = background_text (page);
  assert_lacks (said, "ann");
}

/* ---- what is hostile ---- */

static void
test_what_files_say_is_text (void **state)
{
  static const char name[] = "\"><img src=x onerror=alert(1)>'&.csv";
  static const char turned[] = "turned_\xE2\x80\xAEgpj.csv"; /* reads from right to left */
  Home *home = *state;
  int port;
  if (!page_is_built ())
    skip ();
  home_write_model (home, "evil",
                    "{\"table\": \"evil\", \"kind\": \"dimension\", \"business_key\": [\"id\"], \"columns\": {\"n\": {\"type\": "
                    "\"bigint\"}}, \"rejects\": {\"max_percent\": 100}, \"files\": [\"*alert*.csv\"]}");
  home_drop (home, name, "id,\"<script>alert(2)</script>\",n\n1,\"\"\"><svg onload=alert(3)>\",1\n2,x,<b>bold</b>\n");
  home_drop (home, turned, "a,b\n1,2\n");
  assert_weir (home, 0, "watch", "--once", "--rejects-ok", NULL);
  g_autoptr (Background) page = start_page (home, &port);
  g_autofree char *id = sql_scalar (home, "select evil_id from warehouse.evil where id = '1'");
  g_autofree char *run = sql_scalar (home, "select run_id from weir.file where table_name = 'evil'");
  g_autofree char *entity = g_strdup_printf ("/tables/evil/entities/%s", id);
  g_autofree char *details = g_strdup_printf ("/runs/%s", run), *rejects = g_strdup_printf ("/runs/%s/rejects", run);
  const char *const paths[] = { "/",
                                "/runs",
                                "/tables/evil",
                                entity,
                                details,
                                rejects,
                                "/find?table=%3Cimg%20src%3D1%3E",
                                "/runs?table=%22%3E%3Cscript%3Ealert(4)%3C/script%3E",
                                "/%3Cscript%3Ealert(5)%3C/script%3E" };
  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (Reply) reply = http_ask (port, "GET", paths[i], "", NULL);
      static const char *const never[] = { "<script>", "<img", "<svg onload", "<b>", "\xE2\x80\xAE" };
      for (size_t j = 0; j < G_N_ELEMENTS (never); j++)
        assert_lacks (reply->body, never[j]);
      g_autofree char *policy = reply_header (reply, "Content-Security-Policy");
      assert_contains (policy, "default-src 'none'; script-src 'self'");
    }
  g_autoptr (Reply) overview = http_get (port, 200, "/"), versions = http_get (port, 200, entity),
                    refused = http_get (port, 200, rejects);
  assert_contains (overview->body, "&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&#39;&amp;.csv");
  assert_contains (overview->body, "turned_\\xE2\\x80\\xAEgpj.csv");
  assert_contains (versions->body, "&lt;svg onload=alert(3)&gt;");
  assert_contains (refused->body, "&lt;b&gt;bold&lt;/b&gt;");
  assert_int_equal (background_stop (page, SIGTERM, 10), 0);
}

/* What a real browser makes of a page: its elements when its scripts have run. Owned by the caller; NULL: there is no browser. */
static char *
browse (int port, const char *path)
{
  g_autofree char *program = g_find_program_in_path ("chromium");
  if (program == NULL)
    return print_message ("chromium is not here: no page is shown in it\n"), NULL;
  g_autofree char *folder = g_dir_make_tmp ("weir-browser-XXXXXX", NULL), *out = g_build_filename (folder, "dom.html", NULL);
  g_autofree char *data = g_strconcat ("--user-data-dir=", folder, NULL),
                  *url = g_strdup_printf ("http://127.0.0.1:%d%s", port, path);
  const char *const argv[] = { program,
                               "--headless=new",
                               "--no-sandbox",
                               "--disable-gpu",
                               "--disable-background-networking",
                               "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                               data,
                               "--dump-dom",
                               url,
                               NULL };
  g_autofree char *own = g_strconcat ("HOME=", folder, NULL), *path_variable = g_strconcat ("PATH=", g_getenv ("PATH"), NULL);
  const char *const environment[] = { own, path_variable, NULL };
  const ProcessSetup setup = { .folder = folder, .environment = environment, .out = out, .err = "/dev/null" };
  char *dom = NULL;
  assert_int_equal (process_wait (process_start (&setup, argv)), 0);
  assert_true (g_file_get_contents (out, &dom, NULL, NULL));
  remove_tree (folder);
  return dom;
}

static void
test_a_browser_runs_our_script_and_no_other (void **state)
{
  Home *home = *state;
  int port;
  if (!page_is_built ())
    skip ();
  home_drop (home, "\"><img src=x onerror=alert(1)>.csv", "a,b\n1,2\n");
  assert_weir (home, 0, "watch", "--once", NULL);
  g_autoptr (Background) page = start_page (home, &port);
  g_autofree char *dom = browse (port, "/");
  if (dom != NULL)
    {
      assert_contains (dom, "id=\"pause\""); /* the button that the script puts in the place of a link */
      assert_contains (dom, "onerror=alert(1)&gt;.csv</a>");
      assert_lacks (dom, "<img");
    }
  assert_int_equal (background_stop (page, SIGTERM, 10), 0);
}

static void
test_rejects_are_downloaded_but_for_personal_ones (void **state)
{
  Home *home = *state;
  int port;
  if (!page_is_built ())
    skip ();
  home_write_model (home, "people",
                    "{\"table\": \"people\", \"kind\": \"dimension\", \"business_key\": [\"id\"], \"columns\": {\"n\": {\"type\": "
                    "\"bigint\"}}, \"rejects\": {\"max_percent\": 100}}");
  g_autoptr (GString) text = g_string_new ("id,n\n");
  for (int i = 0; i < 1200; i++)
    g_string_append_printf (text, "%d,=no%d\n", i, i);
  home_drop (home, "people.csv", text->str);
  assert_weir (home, 1, "load", "--archive", "imports/people.csv", NULL);
  g_autoptr (Background) page = start_page (home, &port);
  g_autoptr (Outcome) typed = expect_weir (home, 0, "rejects", "people.csv", "--csv", NULL);
  g_autoptr (Reply) csv = http_get (port, 200, "/runs/people.csv/rejects.csv"),
                    safe = http_get (port, 200, "/runs/people.csv/rejects-safe.csv");
  assert_string_equal (csv->body, typed->out);
  assert_contains (safe->body, "'=no7");
  g_autofree char *name = reply_header (csv, "Content-Disposition");
  assert_string_equal (name, "attachment; filename=\"people_1.csv\"");
  g_autoptr (Reply) first = http_get (port, 200, "/api/runs/people.csv/rejects");
  g_autoptr (Json) object = reply_json (first);
  assert_documented ("/api/runs/RUN/rejects", object);
  assert_json (object, "next", "101");
  g_autoptr (Reply) second = http_get (port, 200, "/api/runs/people.csv/rejects?after=101");
  assert_contains (second->body, "\"line\": 102,");

  home_write_model (home, "people",
                    "{\"table\": \"people\", \"kind\": \"dimension\", \"business_key\": [\"id\"], \"columns\": {\"n\": {\"type\": "
                    "\"bigint\", \"pii\": true}}}");
  wait_until (!page_says (port, "/api/runs/people.csv/rejects", "", "=no7"));
  g_autoptr (Reply) shown = http_get (port, 200, "/runs/people.csv/rejects"),
                    no = http_get (port, 404, "/runs/people.csv/rejects.csv");
  assert_lacks (shown->body, "=no");
  assert_contains (shown->body, "weir rejects ");
  assert_lacks (no->body, "=no");

  /* Nor once the model is gone that said so. */
  g_autofree char *model = home_path (home, "models/people.json");
  assert_int_equal (unlink (model), 0);
  wait_until (page_says (port, "/api/tables/people", "", "\"model\": null"));
  g_autoptr (Reply) gone = http_get (port, 404, "/runs/people.csv/rejects.csv");
  assert_false (page_says (port, "/api/runs/people.csv/rejects", "", "=no7"));
  assert_lacks (gone->body, "=no");
  assert_int_equal (background_stop (page, SIGTERM, 10), 0);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_pages_and_objects),
    TEST (test_an_entity_is_found_by_a_key_that_goes_nowhere),
    TEST (test_what_files_say_is_text),
    TEST (test_a_browser_runs_our_script_and_no_other),
    TEST (test_rejects_are_downloaded_but_for_personal_ones),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
