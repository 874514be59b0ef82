/* Jobs and connections as their commands have them, with a connector that is a small script. */
#include "tests/support/declared.h"
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <string.h>
#include <sys/stat.h>

#define SAY(line) "say '" line "'\n"
#define DONE SAY ("{\"done\": {}}")

#define CONNECTIONS                                                                                                                \
  ", \"connections\": {\"app\": {\"type\": \"postgresql\", \"program\": \"./connector\", \"host\": \"db.example.org\","            \
  " \"password\": \"${file:secret}\"}, \"dwh\": {\"type\": \"postgresql\", \"program\": \"./connector\", \"password\": "           \
  "\"open-sesame\"},"                                                                                                              \
  " \"crm\": {\"type\": \"singer\", \"program\": \"./connector\"}}"

#define JOB(more)                                                                                                                  \
  "{\"from\": {\"connection\": \"app\", \"table\": \"public.orders\"}, \"mode\": \"sync\", \"key\": [\"id\"], \"bookmark\": "      \
  "\"updated_at\"" more "}"

/* What the connector does with its request, which is in "asked", one file a verb. */
static void
write_connector (Home *home, const char *script)
{
  g_autofree char *path = home_path (home, "connector");
  g_autofree char *text = g_strconcat ("#!/bin/sh\nsay () { echo \"$1\" >&4; }\ncat >>asked.$1; echo >>asked.$1\n", script, NULL);
  home_write_file (home, "connector", text);
  assert_int_equal (chmod (path, 0755), 0);
}

static void
given (Home *home)
{
  g_autofree char *secret = home_path (home, "secret");
  home_write_file (home, "secret", "hunter2secret\n");
  assert_int_equal (chmod (secret, 0600), 0);
  home_configure (home, CONNECTIONS);
  write_connector (
      home, "case $1 in\n"
            "check)\n" SAY ("{\"columns\": [{\"name\": \"id\"}, {\"name\": \"Weir Gone\"}]}")
                SAY ("{\"checked\": {\"what\": \"connect\", \"ok\": true, \"text\": \"as weir\"}}")
                    SAY ("{\"note\": \"the clock is late\"}") DONE
      ";;\n"
      "discover)\n" SAY (
          "{\"stream\": {\"name\": \"public.orders\", \"kind\": \"table\", \"rows\": 1234567, \"columns\": "
          "[{\"name\": \"id\", \"type\": \"bigint\", \"nullable\": false, \"key\": true, \"source_type\": \"int8\"}, "
          "{\"name\": \"updated_at\", \"type\": \"timestamptz\", \"nullable\": true, \"source_type\": \"timestamptz\"}], "
          "\"key\": [\"id\"], \"bookmarks\": [\"id\", \"updated_at\"]}}")
          SAY ("{\"stream\": {\"name\": \"public.log\", \"kind\": \"table\", \"rows\": null, \"columns\": [], \"key\": [], "
               "\"bookmarks\": []}}") DONE ";;\nesac\n");
}

/* ---- check ---- */

static void
test_check_calls_nobody (void **state)
{
  Home *home = *state;
  given (home);
  home_write_file (home, "jobs/orders.json", JOB (""));
  home_write_file (home, "jobs/bad.json", JOB (", \"keys\": []"));
  home_write_file (home, "jobs/out.json", "{\"table\": \"orders\", \"deliver\": [{\"to\": \"dwh\"}]}");
  home_write_file (home, "jobs/slip.json", "{\"table\": \"peple\", \"deliver\": [{\"to\": \"dwh\"}]}");
  home_write_file (home, "jobs/wrong.json", JOB (", \"keys\": [], \"deliver\": [{\"to\": \"dwh\", \"mode\": \"upsrt\"}]"));
  home_write_file (
      home, "jobs/flat.json",
      "{\"table\": \"events\", \"deliver\": [{\"to\": \"dwh\"}, {\"to\": \"dwh\", \"mode\": \"upsert\", \"history\": true}]}");
  home_write_model (home, "people", "{\"table\": \"people\", \"kind\": \"dimension\", \"business_key\": [\"id\"]}");
  home_write_model (
      home, "events",
      "{\"table\": \"events\", \"kind\": \"fact\", \"append\": \"all\", \"columns\": {\"weir_gone\": {\"type\": \"boolean\"}}}");
  g_autoptr (Outcome) outcome = expect_weir (home, 1, "check", "--json", NULL);
  g_autoptr (Json) told = outcome_json (outcome);
  g_autofree char *text = weir_json_text (told);
  assert_contains (text, "{\"check\":\"job\",\"subject\":\"jobs/orders.json\",\"ok\":true");
  assert_contains (text, "{\"check\":\"job\",\"subject\":\"jobs/bad.json\",\"ok\":false");
  assert_contains (text, "did you mean \\\"key\\\"?");
  assert_contains (text, "{\"check\":\"job\",\"subject\":\"jobs/out.json\",\"ok\":true");
  assert_contains (text, "{\"check\":\"job\",\"subject\":\"jobs/slip.json\",\"ok\":false");
  assert_contains (text, "Did you mean \\\"people\\\"?");
  /* What members of "deliver" say of what is sent: with all else, and by the table's model. */
  assert_contains (text, "did you mean \\\"key\\\"?\\n$.deliver[0].mode: must be one of upsert, append, swap");
  static const char by_model[] =
      "$.deliver[0].columns.weir_gone: is a name that weir needs itself: say \\\"rename\\\" or \\\"drop\\\"\\n"
      "$.deliver[1].mode: events has no key: \\\"append\\\" and \\\"swap\\\" are what there is\\n"
      "$.deliver[1].history: events has one row of each key\\n$.deliver[1].columns.weir_gone: is";
  assert_contains (text, by_model);
  assert_contains (text, "\"check\":\"connection\",\"subject\":\"app, by ");
  assert_false (home_has_file (home, "asked.check"));
  g_autoptr (Outcome) named = expect_weir (home, 2, "check", "flat", NULL);
  assert_contains (named->out, "$.deliver[1].history: events has one row of each key");
  home_remove_file (home, "asked.check");
  /* What is shown of settings has no secret. */
  assert_contains (text, "\"host\":\"db.example.org\",\"password\":\"${file:secret}\"");
  assert_contains (text, "\"dwh\":{\"type\":\"postgresql\",\"program\":\"./connector\",\"password\":\"...\"}");
  assert_null (strstr (text, "sesame"));
  /* Files of secrets are looked at; the environment is that of whoever pulls. */
  home_configure (home,
                  ", \"connections\": {\"app\": {\"type\": \"x\", \"program\": \"./connector\", \"user\": \"${env:WEIR_NOT_SET}\"},"
                  " \"dwh\": {\"type\": \"x\", \"program\": \"./connector\", \"auth\": {\"token\": \"${file:secrt}\"}}}");
  g_autoptr (Outcome) secrets = expect_weir (home, 1, "check", NULL);
  assert_contains (secrets->out, "ok      connection app, by ");
  assert_contains (secrets->out, "FAILED  connection dwh, by ");
  assert_contains (secrets->out, "$.connections.dwh.auth.token: could not open secret");
  assert_contains (secrets->out, "chmod 600");
  assert_null (strstr (secrets->out, "WEIR_NOT_SET"));
  home_configure (home, ", \"connections\": {\"app\": {\"type\": \"postgresqll\"}}");
  g_autoptr (Outcome) missing = expect_weir (home, 1, "check", NULL);
  assert_contains (missing->out, "weir-connect-postgresqll is neither beside weir nor on the PATH");
  assert_contains (missing->out, "Did you mean \"type\": \"postgresql\"?");
  home_remove_file (home, "jobs/bad.json");
  home_remove_file (home, "jobs/slip.json");
  home_remove_file (home, "jobs/out.json");
  home_remove_file (home, "jobs/wrong.json");
  home_remove_file (home, "jobs/flat.json");
  home_remove_file (home, "models/events.json");
}

/* A column of the source that is called as one of weir's, before anything is pulled; and whose name a model changes. */
static void
check_names_of_ours (Home *home)
{
  home_write_file (home, "jobs/ours.json", JOB (", \"to_table\": \"ours\", \"deliver\": [{\"to\": \"dwh\"}]"));
  g_autoptr (Outcome) ours = expect_weir (home, 2, "check", "ours", NULL);
  assert_contains (ours->out, "$.deliver[0].columns.weir_gone: is a name that weir needs itself: say \"rename\" or \"drop\"");
  home_write_model (home, "ours",
                    "{\"table\": \"ours\", \"kind\": \"dimension\", \"business_key\": [\"id\"], "
                    "\"columns\": {\"left\": {\"from\": [\"weir gone\"]}}}");
  assert_weir (home, 0, "check", "ours", NULL);
  home_remove_file (home, "jobs/ours.json");
}

static void
test_check_by_name (void **state)
{
  Home *home = *state;
  given (home);
  home_write_file (home, "jobs/orders.json",
                   JOB (", \"where\": {\"tenant\": \"${env:TENANT}\"}, \"deliver\": [{\"to\": \"dwh\", \"table\": \"o\", "
                        "\"columns\": {\"weir_gone\": {\"drop\": true}}}]"));
  home_set_environment (home, "TENANT", "7");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "check", "orders", NULL);
  assert_contains (outcome->out, "connect    app: as weir");
  assert_contains (outcome->out, "connect    dwh: as weir");
  assert_contains (outcome->out, "note: app: the clock is late");
  g_autofree char *asked = home_read_file (home, "asked.check");
  assert_contains (asked, "\"from\":{\"table\":\"public.orders\"}");
  assert_contains (asked, "\"to\":{\"table\":\"o\",");
  assert_contains (asked, "\"where\":{\"tenant\":\"7\"}");
  assert_contains (asked, "\"password\":\"hunter2secret\"");
  g_autoptr (Outcome) json = expect_weir (home, 0, "check", "app", "--json", NULL);
  g_autoptr (Json) told = outcome_json (json);
  assert_json (told, "ok", "true");
  assert_json (told, "checks.0.subject", "app: as weir");
  assert_json (told, "notes.0", "app: the clock is late");
  assert_weir (home, 2, "check", "ap", NULL);
  assert_weir (home, 0, "check", "app", "dwh", NULL);
  check_names_of_ours (home);
  home_set_environment (home, "TENANT", NULL);
  g_autoptr (Outcome) missing = expect_weir (home, 2, "check", "orders", NULL);
  assert_contains (missing->out, "$.where.tenant: ");
  home_remove_file (home, "asked.check");
}

/* Each class of a connector's end has its code, and nothing says a secret. */
static void
test_codes (void **state)
{
  static const struct
  {
    const char *script;
    int code;
    const char *says;
  } cases[] = {
    { SAY ("{\"error\": {\"class\": \"credentials\", \"message\": \"hunter2secret is no password\"}}") "exit 77", 2,
      "app: ... is no password" },
    { SAY ("{\"error\": {\"message\": \"is none\", \"path\": \"connection.host\"}}") "exit 78", 2,
      "app: connection.host: is none\n        HINT:  Mend the connection in weir.json. Then try: weir check app\n" },
    { SAY ("{\"error\": {\"message\": \"is none\", \"path\": \"from.table\"}}") "exit 78", 2,
      "app: from.table: is none\n        HINT:  Mend the job. Then try: weir check app\n" },
    { SAY ("{\"error\": {\"message\": \"is none\", \"path\": \"position.id\"}}") "exit 78", 2,
      "app: position.id: is none\n        HINT:  `weir bookmark`" },
    { SAY ("{\"error\": {\"message\": \"no room\", \"code\": \"ENOSPC\"}}") "exit 75", 4, "app: no room (ENOSPC)" },
    { SAY ("{\"error\": {\"message\": \"no route\", \"code\": \"curl 7\"}}") "exit 75", 3, "app: no route (curl 7)" },
    { SAY ("{\"checked\": {\"what\": \"read\", \"ok\": false, \"text\": \"no such table\"}}") "exit 78", 2, "no such table" },
    { SAY ("{\"checked\": {\"what\": \"read\", \"ok\": false, \"text\": \"no such table\"}}") DONE, 2, "no such table" },
    { "echo boo hunter2secret >&2; kill -9 $$", 3, "app: the connector was killed by signal 9 (Killed)" },
    { "exit 0", 3, "app: the connector ended without \"done\"" },
  };
  Home *home = *state;
  given (home);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].says);
      write_connector (home, cases[i].script);
      g_autoptr (Outcome) outcome = expect_weir (home, cases[i].code, "check", "app", NULL);
      assert_contains (outcome->out, cases[i].says);
      assert_null (strstr (outcome->out, "hunter2"));
      assert_null (strstr (outcome->err, "hunter2"));
      home_remove_file (home, "asked.check");
    }
  /* What is wrong in a job is tried by its name. */
  home_write_file (home, "jobs/orders.json", JOB (""));
  write_connector (home, SAY ("{\"error\": {\"message\": \"is none\", \"path\": \"from.table\"}}") "exit 78");
  g_autoptr (Outcome) job = expect_weir (home, 2, "check", "orders", NULL);
  assert_contains (job->out, "app: from.table: is none\n        HINT:  Mend the job. Then try: weir check orders\n");
  write_connector (home, "exit 0");
  g_autoptr (Outcome) discover = expect_weir (home, 3, "discover", "app", NULL);
  assert_contains (discover->err, "app: the connector ended without \"done\"");
  /* Of several jobs it is seen whose an error is. */
  home_write_file (home, "jobs/orders.json", "{\"from\": {\"connection\": \"app\"}, \"to_table\": \"other\", \"mode\": \"dump\"}");
  home_write_model (home, "other", "{");
  g_autoptr (Outcome) model = expect_weir (home, 2, "pull", "orders", NULL);
  assert_contains (model->err, "weir: orders: \"models/other.json\" is not valid JSON");
  home_remove_file (home, "models/other.json");
  home_remove_file (home, "secret");
  g_autoptr (Outcome) secret = expect_weir (home, 4, "discover", "app", NULL);
  assert_contains (secret->err, "$.connections.app.password: could not open secret");
  assert_contains (secret->err, "chmod 600");
  home_write_file (home, "jobs/orders.json", JOB (""));
  g_autoptr (Outcome) pull = expect_weir (home, 4, "pull", "orders", NULL);
  assert_contains (pull->err, "weir: orders: $.connections.app.password: could not open secret ");
  home_remove_file (home, "asked.discover");
}

/* ---- discover ---- */

static void
test_discover (void **state)
{
  Home *home = *state;
  given (home);
  g_autoptr (Outcome) all = expect_weir (home, 0, "discover", "app", NULL);
  assert_contains (all->out, "public.orders  table  1,234,567        2  id   id, updated_at\n");
  g_autoptr (Outcome) one = expect_weir (home, 0, "discover", "app", "public.orders", NULL);
  assert_contains (one->out, "id          bigint       int8           no        yes  yes\n");
  g_autoptr (Outcome) json = expect_weir (home, 0, "discover", "app", "public.orders", "--json", NULL);
  g_autoptr (Json) told = outcome_json (json);
  assert_json (told, "connection", "app");
  assert_json (told, "streams.0.name", "public.orders");
  g_autoptr (Outcome) near = expect_weir (home, 2, "discover", "app", "public.order", NULL);
  assert_contains (near->err, "did you mean \"public.orders\"?");
  g_autoptr (Outcome) within = expect_weir (home, 2, "discover", "app", "orders", NULL);
  assert_contains (within->err, "did you mean \"public.orders\"?");
  g_autoptr (Outcome) nobody = expect_weir (home, 2, "discover", "ap", NULL);
  assert_contains (nobody->err, "there is no connection \"ap\", did you mean \"app\"?");
  assert_weir (home, 2, "discover", NULL);
  home_remove_file (home, "asked.discover");
}

/* What is proposed is a job that weir takes. */
static void
test_proposals (void **state)
{
  Home *home = *state;
  given (home);
  g_autoptr (Outcome) many = expect_weir (home, 2, "discover", "app", "--job", NULL);
  assert_contains (many->err, "\"app\" has 2 streams");
  g_autoptr (Outcome) orders = expect_weir (home, 0, "discover", "app", "public.orders", "--write", NULL);
  g_autoptr (Json) job = outcome_json (orders);
  assert_json (job, "mode", "sync");
  assert_json (job, "bookmark", "updated_at");
  assert_weir (home, 0, "discover", "app", "public.log", "--job", "--write", NULL);
  assert_weir (home, 0, "discover", "crm", "--job", "--write", NULL);
  g_autoptr (Outcome) listed = expect_weir (home, 0, "jobs", "--json", NULL);
  g_autoptr (Json) jobs = outcome_json (listed);
  assert_int_equal (json_array_size (jobs), 3);
  for (int i = 0; i < 3; i++)
    {
      g_autofree char *state_of_job = json_at (json_array_get (jobs, (size_t) i), "state");
      assert_string_equal (state_of_job, "ready");
    }
  assert_true (home_has_file (home, "schema/job.schema.json"));
  g_autofree char *crm = home_read_file (home, "jobs/crm.json");
  assert_contains (crm, "\"public.orders\": \"orders\"");
  home_remove_file (home, "jobs/crm.json");
  home_write_file (home, "jobs/orders.json", "mine");
  g_autoptr (Outcome) again = expect_weir (home, 2, "discover", "app", "public.orders", "--write", NULL);
  assert_contains (again->err, "never replaced");
  g_autofree char *kept = home_read_file (home, "jobs/orders.json");
  assert_string_equal (kept, "mine");
  home_remove_file (home, "asked.discover");
}

/* A dot within quotes parts nothing, and a quote is written twice. */
static void
test_proposals_of_quoted_names (void **state)
{
  Home *home = *state;
  static const char *const cases[][2] = { { "public.\"Ta\"\"b.le ü\"", "ta_b_le_u" },
                                          { "\"My.Shop\".orders", "orders" },
                                          { "\"a.b\".\"x/y\"", "x_y" },
                                          { "he\"llo.x", "x" } };
  given (home);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Json) stream = json_pack ("{s:{s:s, s:s}}", "stream", "name", cases[i][0], "kind", "table");
      g_autofree char *line = weir_json_text (stream), *script = g_strdup_printf ("say '%s'\n%s", line, DONE);
      write_connector (home, script);
      g_autoptr (Outcome) proposed = expect_weir (home, 0, "discover", "app", "--job", NULL);
      g_autoptr (Json) job = outcome_json (proposed);
      assert_json (job, "to_table", cases[i][1]);
      assert_json (job, "from.table", cases[i][0]);
    }
  write_connector (home, SAY ("{\"stream\": {\"name\": \"\\\"a b\\\"\", \"kind\": \"table\"}}")
                             SAY ("{\"stream\": {\"name\": \"b\", \"kind\": \"table\"}}") DONE);
  g_autoptr (Outcome) many = expect_weir (home, 2, "discover", "app", "--job", NULL);
  assert_contains (many->err, "weir discover app '\"a b\"' --job");
  home_remove_file (home, "asked.discover");
}

/* Of files: all that a pattern names are one job, called by what their names have in common, or by their folder. */
static void
test_proposals_of_files (void **state)
{
  Home *home = *state;
  static const char *const cases[][2] = {
    { "out/orders_*.csv", "orders" }, { "out/[a-z]??.csv", "out" }, { "*", "files" },     { "/*.csv", "files" },
    { "Out/Order*.CSV", "order" },    { "out/a_1.csv", "a_1" },     { "a/b c/*", "b_c" },
  };
  home_configure (home, ", \"connections\": {\"files\": {\"type\": \"share\", \"program\": \"./connector\", \"path\": \"/\"}}");
  write_connector (home, SAY ("{\"stream\": {\"name\": \"out/a.csv\", \"kind\": \"file\", \"size\": 1}}")
                             SAY ("{\"stream\": {\"name\": \"out/b.csv\", \"kind\": \"file\", \"size\": 1}}") DONE);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Outcome) proposed = expect_weir (home, 0, "discover", "files", cases[i][0], "--job", NULL);
      g_autoptr (Json) job = outcome_json (proposed);
      assert_json (job, "to_table", cases[i][1]);
      assert_json (job, "from.path", cases[i][0]);
      g_autofree char *asked = home_read_file (home, "asked.discover");
      assert_contains (asked, cases[i][0]);
      home_remove_file (home, "asked.discover");
    }
  assert_weir (home, 0, "discover", "files", "out/*.csv", "--write", NULL);
  g_autoptr (Outcome) listed = expect_weir (home, 0, "jobs", "--json", NULL);
  g_autoptr (Json) jobs = outcome_json (listed);
  assert_json (jobs, "0.state", "ready");
  g_autoptr (Outcome) many = expect_weir (home, 2, "discover", "files", "--job", NULL);
  assert_contains (many->err, "weir discover files \"*.csv\" --job");
  write_connector (home, DONE);
  g_autoptr (Outcome) none = expect_weir (home, 2, "discover", "files", "in/*", "--job", NULL);
  assert_contains (none->err, "\"files\" has no stream \"in/*\"");
  home_remove_file (home, "asked.discover");
}

/* ---- jobs and bookmarks ---- */

static void
test_jobs (void **state)
{
  Home *home = *state;
  given (home);
  g_autoptr (Outcome) none = expect_weir (home, 0, "jobs", NULL);
  assert_contains (none->out, "There is no job");
  home_write_file (home, "jobs/orders.json", JOB (", \"every\": \"1 hour\", \"deliver\": [{\"to\": \"dwh\"}]"));
  home_write_file (home, "jobs/bad.json", "{\"from\": {\"connection\": \"ap\"}, \"mode\": \"dump\"}");
  home_write_file (home, "jobs/out.json", "{\"table\": \"orders\", \"deliver\": [{\"to\": \"dwh\"}]}");
  expect_declared (home, "users.csv",
                   "\"table\": \"users\", \"bookmark\": {\"source\": \"orders\", \"stream\": \"public.orders\", \"from\": null, "
                   "\"to\": {\"id\": 7}}",
                   "id\n1\n", "staged", "");
  g_autoptr (Outcome) list = expect_weir (home, 0, "jobs", NULL);
  assert_contains (list->out, "app public.orders  orders  dwh  sync");
  assert_contains (list->out, "{\"id\": 7}");
  assert_contains (list->out, "$.from.connection: unknown connection \"ap\"; did you mean \"app\"?");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "jobs", "--json", NULL);
  g_autoptr (Json) jobs = outcome_json (outcome);
  assert_int_equal (json_array_size (jobs), 3);
  assert_json (jobs, "0.name", "bad");
  assert_json (jobs, "0.state", "broken");
  assert_json (jobs, "1.name", "orders");
  assert_json (jobs, "1.state", "ready");
  assert_json (jobs, "1.every_seconds", "3600");
  assert_json (jobs, "1.deliver.0", "dwh");
  assert_json (jobs, "1.bookmarks.0.position", "{\"id\":7}");
  assert_json (jobs, "2.connection", "null");
  assert_json (jobs, "2.table", "orders");
  /* The files are there, whatever the database does. */
  home_write_file (home, "weir.json", "{\"database\": \"postgresql://%2Fnowhere/none\"" CONNECTIONS "}");
  g_autoptr (Outcome) away = expect_weir (home, 3, "jobs", "--json", NULL);
  g_autoptr (Json) known = outcome_json (away);
  assert_json (known, "1.bookmarks", "null");
  home_configure (home, CONNECTIONS);
  home_remove_file (home, "jobs/bad.json");
}

static void
test_bookmarks (void **state)
{
  Home *home = *state;
  given (home);
  g_autoptr (Outcome) none = expect_weir (home, 0, "bookmark", NULL);
  assert_contains (none->out, "No source was read by a bookmark yet.");
  home_write_file (home, "jobs/orders.json", JOB (""));
  g_autoptr (Outcome) word = expect_weir (home, 2, "bookmark", "rewnd", NULL);
  assert_contains (word->err, "did you mean \"rewind\"?");
  g_autoptr (Outcome) unread = expect_weir (home, 0, "bookmark", "orders", NULL);
  assert_contains (unread->out, "No source");
  /* Set, set, back, and back no further. */
  assert_weir (home, 2, "bookmark", "set", "order", "public.orders", "{}", NULL);
  assert_weir (home, 2, "bookmark", "set", "orders", "public.orders", "{", NULL);
  assert_weir (home, 2, "bookmark", "set", "orders", "public.orders", "null", NULL);
  assert_weir (home, 0, "bookmark", "set", "orders", "public.orders", "{\"id\": 7}", NULL);
  assert_weir (home, 0, "bookmark", "set", "orders", "public.orders", "{\"id\": 9}", NULL);
  g_autoptr (Outcome) back = expect_weir (home, 0, "bookmark", "rewind", "orders", NULL);
  assert_string_equal (back->out, "orders, public.orders: goes on from {\"id\": 7}\n");
  g_autoptr (Outcome) further = expect_weir (home, 2, "bookmark", "rewind", "orders", NULL);
  assert_contains (further->err, "orders");
  g_autoptr (Outcome) json = expect_weir (home, 0, "bookmark", "orders", "--json", NULL);
  g_autoptr (Json) list = outcome_json (json);
  assert_json (list, "0.position", "{\"id\":7}");
  assert_json (list, "0.run", "null");
  g_autoptr (Outcome) slip = expect_weir (home, 2, "bookmark", "set", "orders", "public.order", "[1]", NULL);
  assert_contains (slip->err, "job \"orders\" has no stream \"public.order\"; it has: public.orders\n");
  /* Of several streams one is meant. */
  home_write_file (
      home, "jobs/orders.json",
      "{\"from\": {\"connection\": \"app\"}, \"streams\": {\"public.orders\": \"orders\", \"public.lines\": \"lines\"},"
      " \"mode\": \"full\", \"key\": [\"id\"]}");
  assert_weir (home, 0, "bookmark", "set", "orders", "public.lines", "[1]", NULL);
  g_autoptr (Outcome) which = expect_weir (home, 2, "bookmark", "rewind", "orders", NULL);
  assert_contains (which->err, "public.lines, public.orders");
  g_autoptr (Outcome) other = expect_weir (home, 2, "bookmark", "rewind", "orders", "public.line", NULL);
  assert_contains (other->err, "has no bookmark of \"public.line\"");
  /* Forgotten only when somebody says so. */
  g_autoptr (Outcome) asked = expect_weir (home, 2, "bookmark", "forget", "orders", NULL);
  assert_contains (asked->err, "nobody is there to say yes");
  assert_sql (home, "2", "select count(*) from weir.bookmark");
  assert_weir (home, 0, "bookmark", "forget", "orders", "public.lines", "--yes", NULL);
  assert_sql (home, "public.orders", "select string_agg(stream, ',') from weir.bookmark");
  assert_weir (home, 0, "bookmark", "set", "orders", "public.lines", "[1]", NULL);
  assert_weir (home, 0, "bookmark", "forget", "orders", "--yes", NULL);
  assert_sql (home, "0", "select count(*) from weir.bookmark");
  g_autoptr (Outcome) gone = expect_weir (home, 2, "bookmark", "forget", "orders", "--yes", NULL);
  assert_contains (gone->err, "there is no bookmark of \"orders\"");
}

/* One rule for names, by whichever command. */
static void
test_pause (void **state)
{
  Home *home = *state;
  given (home);
  home_write_model (
      home, "users",
      "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"expect\": {\"every\": \"0 6 * * *\"}}");
  assert_weir (home, 0, "pause", "users", NULL);
  g_autoptr (Outcome) list = expect_weir (home, 0, "schedule", "--json", NULL);
  g_autoptr (Json) paused = outcome_json (list);
  assert_json (paused, "0.name", "expect.users");
  g_autofree char *since = json_at (paused, "0.paused");
  assert_string_not_equal (since, "null");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "resume", "expect.users", "--json", NULL);
  g_autoptr (Json) row = outcome_json (outcome);
  assert_json (row, "paused", "null");
  g_autoptr (Outcome) nobody = expect_weir (home, 2, "pause", "nobody", NULL);
  assert_contains (nobody->err, "nothing is called \"nobody\"");
  assert_weir (home, 2, "resume", NULL);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_check_calls_nobody),
                                      TEST (test_check_by_name),
                                      TEST (test_codes),
                                      TEST (test_discover),
                                      TEST (test_proposals),
                                      TEST (test_proposals_of_quoted_names),
                                      TEST (test_proposals_of_files),
                                      TEST (test_jobs),
                                      TEST (test_bookmarks),
                                      TEST (test_pause) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
