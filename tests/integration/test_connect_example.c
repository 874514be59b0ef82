/* The connector that docs/connectors.md has as its example, taken from the page: by its protocol, and as the source and destination of jobs. */
#include "tests/support/cluster.h"
#include "tests/support/connector.h"
#include "tests/support/weir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sys/stat.h>

#define PROGRAM "weir-connect-sqlite"

/* The indented block of the page that begins with "#!", as a program in the home. Its path; owned by the caller. */
static char *
take_from_the_page (Home *home)
{
  g_autofree char *page = g_build_filename (g_getenv ("WEIR_SOURCE"), "docs", "connectors.md", NULL), *text = NULL;
  assert_true (g_file_get_contents (page, &text, NULL, NULL));
  const char *begin = strstr (text, "    #!/usr/bin/env python3\n");
  assert_non_null (begin);
  g_autoptr (GString) program = g_string_new (NULL);
  g_auto (GStrv) lines = g_strsplit (begin, "\n", -1);
  for (char **line = lines; *line != NULL && (**line == '\0' || g_str_has_prefix (*line, "    ")); line++)
    g_string_append_printf (program, "%s\n", **line == '\0' ? "" : *line + 4);
  home_write_file (home, PROGRAM, program->str);
  char *path = home_path (home, PROGRAM);
  assert_int_equal (chmod (path, 0755), 0);
  return path;
}

static void
in_sqlite (Home *home, const char *sql, const char *expected)
{
  g_autofree char *path = home_path (home, "shop.db");
  static const char program[] = "import sqlite3, sys\nd = sqlite3.connect(sys.argv[1])\n"
                                "rows = [r for s in sys.argv[2].split(';') for r in d.execute(s)]\nd.commit()\n"
                                "print('\\n'.join('|'.join('NULL' if c is None else str(c) for c in r) for r in rows), end='')";
  const char *const argv[] = { "python3", "-c", program, path, sql, NULL };
  g_autofree char *out = NULL, *err = NULL;
  int status = 0;
  assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err, &status, NULL));
  if (status != 0 || (expected != NULL && strcmp (out, expected) != 0))
    fail_msg ("%s gives\n%s%s", sql, out, err);
}

static void
given (Home *home)
{
  g_autofree char *program = take_from_the_page (home), *database = home_path (home, "shop.db");
  in_sqlite (home,
             "create table orders (id integer primary key, mail text not null, total numeric, note text);"
             "insert into orders values (1, 'a@x', 1.5, null), (2, 'b@x', 2, 'say \"x\"'), (3, 'c@x', null, '')",
             NULL);
  g_autofree char *more = g_strdup_printf (
      ", \"connections\": {\"shop\": {\"type\": \"sqlite\", \"program\": \"%s\", \"path\": \"%s\"}}", program, database);
  home_configure (home, more);
}

static void
test_by_its_protocol (void **state)
{
  Home *home = *state;
  given (home);
  g_autofree char *program = home_path (home, PROGRAM), *database = home_path (home, "shop.db");
  in_sqlite (home, "create table pictures (id integer, data blob); insert into pictures values (1, x'00ff')", NULL);
  static const struct
  {
    const char *request;
    int code;
    const char *spool;
  } cases[] = {
    { "{\"from\": {\"table\": \"orders\"}, \"mode\": \"sync\", \"key\": [\"id\"]}", 0,
      "\"id\",\"mail\",\"total\",\"note\"\n\"1\",\"a@x\",\"1.5\",\n\"2\",\"b@x\",\"2\",\"say \"\"x\"\"\"\n\"3\",\"c@x\",,\"\"\n" },
    { "{\"from\": {\"table\": \"orders\"}, \"mode\": \"sync\", \"key\": [\"id\"], \"position\": 3, \"columns\": {\"mail\": "
      "{\"drop\": true}}}",
      0, "\"id\",\"total\",\"note\"\n\"3\",,\"\"\n" },
    { "{\"from\": {\"table\": \"orders\"}, \"mode\": \"log\", \"key\": [\"id\"], \"bookmark\": \"total\", \"position\": 2, "
      "\"columns\": {\"mail\": {\"drop\": true}}}",
      0, "\"id\",\"total\",\"note\"\n\"3\",,\"\"\n" },
    { "{\"from\": {\"table\": \"orders\"}, \"mode\": \"incremental\", \"bookmark\": \"id\", \"overlap\": 0}", 78, NULL },
    { "{\"from\": {\"table\": \"orders\"}, \"mode\": \"log\", \"key\": [\"id\", \"mail\"]}", 78, NULL },
    { "{\"from\": {\"table\": \"orders\"}, \"mode\": \"sync\", \"key\": [\"idd\"], \"bookmark\": \"id\"}", 78, NULL },
    { "{\"from\": {\"table\": \"orders\"}, \"mode\": \"mirror\", \"key\": [\"id\"], \"part\": \"keys\"}", 0,
      "\"id\"\n\"1\"\n\"2\"\n\"3\"\n" },
    { "{\"from\": {\"table\": \"pictures\"}, \"mode\": \"full\"}", 0, "\"id\",\"data\"\n\"1\",\"\\x00ff\"\n" },
    { "{\"from\": {\"table\": \"orderz\"}, \"mode\": \"full\", \"key\": [\"id\"]}", 78, NULL },
    { "{\"from\": {\"table\": \"orders\"}, \"mode\": \"sync\", \"key\": [\"id\"], \"bookmark\": \"idd\"}", 78, NULL },
    { "{\"from\": {\"table\": \"orders\"}, \"mode\": \"sync\", \"key\": [\"id\"], \"where\": {\"id\": 1}}", 78, NULL },
    { "{\"from\": {\"table\": \"orders\"}, \"mode\": \"sync\", \"key\": [\"id\"], \"columns\": {\"mail\": {\"mask\": \"hash\"}}}",
      78, NULL },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Json) request = weir_json_parse (cases[i].request, strlen (cases[i].request), "request", NULL);
      json_object_set_new (request, "connection", json_pack ("{s:s, s:s}", "type", "sqlite", "path", database));
      g_autoptr (ConnectorRun) run = connector_run (home->path, program, "read", request, NULL);
      assert_int_equal (run->code, cases[i].code);
      g_autoptr (ConnectorRun) checked = connector_run (home->path, program, "check", request, NULL);
      assert_int_equal (checked->code, cases[i].code);
      if (cases[i].spool == NULL)
        continue;
      assert_connector_done (run);
      assert_string_equal (run->spool, cases[i].spool);
    }
}

/* What was written between two pulls comes with the second; what is gone at the source is gone at the destination, too. */
static void
test_as_source_and_destination (void **state)
{
  Home *home = *state;
  given (home);
  home_write_file (home, "jobs/orders.json",
                   "{\"from\": {\"connection\": \"shop\", \"table\": \"orders\"}, \"mode\": \"mirror\", \"key\": [\"id\"], "
                   "\"bookmark\": \"id\",\n"
                   " \"deliver\": [{\"to\": \"shop\", \"table\": \"copy\"}]}");
  assert_weir (home, 0, "check", "orders", NULL);
  assert_weir (home, 0, "pull", "orders", NULL);
  assert_weir (home, 0, "push", NULL);
  in_sqlite (home, "select id, mail, total, note from copy order by id", "1|a@x|1.5|NULL\n2|b@x|2|say \"x\"\n3|c@x|NULL|");
  in_sqlite (home, "insert into orders values (4, 'd@x', 7, 'new'), (5, 'e@x', 8, 'new'); delete from orders where id in (1, 2)",
             NULL);
  home_write_file (home, "models/orders.json",
                   "{\"table\": \"orders\", \"kind\": \"dimension\", \"business_key\": [\"id\"], \"absent\": \"close\", \"id\": "
                   "{\"normalize\": []}, \"guard\": "
                   "{\"close_percent\": 100}}");
  assert_weir (home, 0, "pull", "orders", NULL);
  assert_sql (home, "3\n4\n5", "select id from warehouse.orders where is_current order by id");
  assert_weir (home, 0, "push", NULL);
  in_sqlite (home, "select id from copy order by cast(id as integer)", "3\n4\n5");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_by_its_protocol),
    TEST (test_as_source_and_destination),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
