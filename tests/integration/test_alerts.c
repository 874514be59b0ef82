/* Alerts: who is told of what, in which words, and how often. */
#include "tests/integration/alerting.h"

/* By GLib's HMAC, where weir's is OpenSSL's: "v1," and the base64 of it over ID.TIMESTAMP.BODY. Owned by the caller. */
static char *
expected_signature (const char *id, const char *timestamp, const char *body)
{
  g_autofree char *text = g_strdup_printf ("%s.%s.%s", id, timestamp, body);
  guint8 digest[32];
  gsize length = sizeof digest;
  GHmac *hmac = g_hmac_new (G_CHECKSUM_SHA256, (const guchar *) SIGNING_SECRET, strlen (SIGNING_SECRET));
  g_hmac_update (hmac, (const guchar *) text, -1);
  g_hmac_get_digest (hmac, digest, &length);
  g_hmac_unref (hmac);
  g_autofree char *encoded = g_base64_encode (digest, length);
  return g_strconcat ("v1,", encoded, NULL);
}

static const char *
header (const Json *message, const char *name)
{
  return json_string_value (json_object_get (json_object_get (message, "headers"), name));
}

/* Given a home with a refused file, when a target is named, then it is told of what happens from then on, once, signed, without a cell. */
static void
test_a_webhook (void **state)
{
  Home *home = *state;
  g_autoptr (Sink) sink = sink_http (home->path);
  home_write_model (home, "users", PEOPLE);
  drop_refused (home, "users-1.csv");
  configure_webhook (home, sink, "");
  begin_telling (home);
  drop_refused (home, "users-2.csv");
  g_autoptr (Outcome) sent = expect_weir (home, 0, "notify", "send", NULL);
  assert_string_equal (sent->out, "ops: users-2.csv was refused (HTTP 200: words)\n");
  assert_weir (home, 0, "notify", "send", NULL);

  g_autoptr (Json) all = sink_all (sink);
  assert_int_equal (json_array_size (all), 1);
  const Json *message = json_array_get (all, 0);
  const char *body = json_string_value (json_object_get (message, "body"));
  g_autofree char *signature = expected_signature (header (message, "webhook-id"), header (message, "webhook-timestamp"), body);
  assert_string_equal (header (message, "webhook-signature"), signature);
  assert_string_equal (header (message, "content-type"), "application/json");
  g_autofree char *key = g_strdup_printf ("\"%s\"", header (message, "webhook-id"));
  assert_string_equal (header (message, "idempotency-key"), key);
  assert_null (strstr (body, ORACLE_CANARY));

  g_autofree char *run = sql_scalar (home, "select left (run_id::text, 8) from weir.file where file_name = 'users-2.csv'");
  g_autofree char *commands = g_strdup_printf ("[\"weir rejects %s\",\"weir retry %s\"]", run, run);
  assert_taken (sink, 0, "type", "refused");
  assert_taken (sink, 0, "data.id", header (message, "webhook-id"));
  assert_taken (sink, 0, "data.table", "users");
  assert_taken (sink, 0, "data.lines.0", "1 of 1 rows of \"users-2.csv\" are rejects, more than 50 %");
  assert_taken (sink, 0, "data.lines.1", "1 empty_key in email, first on line 2");
  assert_taken (sink, 0, "data.commands", commands);
  g_autofree char *kept = taken_at (sink, 0, "data.kept");
  assert_contains (kept, "nothing is lost: the file is failed/users-2.");
  assert_taken (sink, 0, "data.first.0.rejected", "1");
}

/* What each rule says. */
static void
test_rules (void **state)
{
  static const struct
  {
    const char *file, *text, *rule, *title, *line;
  } cases[] = {
    { "users-2.csv", "name,email\nAnn,a@x.org\nBob,b@x.org\nCid,\n", "rejects", "users-2.csv has rejected rows",
      "users-2.csv: 1 of 3 rows were rejected" },
    { "users-3.csv", "email,fax,age\na@x.org,1,2\n", "drift", "users-3.csv has other columns than before",
      "users-3.csv: new: age, fax; missing: name" },
    { "users-4.csv", "email,fax,age\na@x.org,1,2\n", NULL, NULL, NULL }, /* as the one before it */
    { "exports-2.csv", "key,v\nk0,a\n", "held", "exports-2.csv is held", NULL },
    { "users-5.csv", "name,email\n,\n", "refused", "users-5.csv was refused", NULL },
  };
  Home *home = *state;
  g_autoptr (Sink) sink = sink_http (home->path);
  home_write_model (home, "users", PEOPLE);
  home_write_model (home, "exports",
                    "{\"table\": \"exports\", \"kind\": \"dimension\", \"business_key\": [\"key\"], \"absent\": \"close\"}");
  configure_webhook (home, sink, "");
  begin_telling (home);
  expect_load (home, "name,email\nAnn,a@x.org\nBob,b@x.org\n", "applied", "read=2 inserted=2 staged=2");
  g_autoptr (Json) first = load_text (home, "exports-1.csv", "key,v\nk0,a\nk1,a\nk2,a\n", NULL);
  assert_json (first, "status", "applied");
  size_t told = 0;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      home_drop (home, cases[i].file, cases[i].text);
      g_autofree char *path = g_strconcat ("imports/", cases[i].file, NULL);
      g_autoptr (Outcome) loaded = run_weir (home, "load", path, "--archive", NULL);
      let_an_hour_pass (home);
      assert_weir (home, 0, "notify", "send", NULL);
      told += cases[i].rule != NULL;
      assert_int_equal (sink_count (sink, true), told);
      if (cases[i].rule == NULL)
        continue;
      assert_taken (sink, told - 1, "type", cases[i].rule);
      assert_taken (sink, told - 1, "data.title", cases[i].title);
      if (cases[i].line != NULL)
        assert_taken (sink, told - 1, "data.lines.0", cases[i].line);
    }
  g_autofree char *commands = taken_at (sink, 2, "data.commands");
  assert_contains (commands, "weir approve ");
}

/* A file that comes behind a younger one; who wants to hear of all; and of which tables. */
static void
test_late_and_applied (void **state)
{
  Home *home = *state;
  g_autoptr (Sink) sink = sink_http (home->path);
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"effective\": \"file_name\"}");
  home_write_model (home, "other", "{\"table\": \"other\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}");
  configure_webhook (home, sink, ", \"rules\": [{\"on\": [\"late\", \"applied\"], \"tables\": [\"us?rs*\"]}]");
  begin_telling (home);
  load_text (home, "users_2026-11-20.csv", "name,email\nAnn,a@x.org\n", NULL);
  load_text (home, "other.csv", "name,email\nAnn,a@x.org\n", NULL);
  assert_weir (home, 0, "notify", "send", NULL);
  assert_int_equal (sink_count (sink, true), 1);
  assert_taken (sink, 0, "data.title", "users_2026-11-20.csv was loaded");
  load_text (home, "users_2026-11-10.csv", "name,email\nAnna,a@x.org\n", NULL);
  assert_weir (home, 0, "notify", "send", NULL);
  assert_int_equal (sink_count (sink, true), 2);
  assert_taken (sink, 1, "type", "late");
  assert_taken (sink, 1, "data.title", "users_2026-11-10.csv came late");
}

/* Files that are expected (docs/schedules.md): one that does not come, one that does, and one that is too small. */
static void
test_expected (void **state)
{
  Home *home = *state;
  g_autoptr (Sink) sink = sink_http (home->path);
  home_write_model (
      home, "users",
      "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"expect\": {\"every\": \"0 6 * * *\", "
      "\"by\": \"08:00\", \"time_zone\": \"Europe/Oslo\", \"rows\": {\"min\": 2}}}");
  configure_webhook (home, sink, "");
  begin_telling (home);
  assert_weir (home, 0, "schedule", NULL);
  sql_run_text (home, "update weir.schedule set next_at = '2026-11-27 07:00Z', looked_on = '2020-01-01'");
  assert_weir (home, 0, "schedule", "--tick", "--now", "2026-11-27T07:00:00Z", NULL);
  assert_weir (home, 0, "notify", "send", NULL);
  assert_taken (sink, 0, "type", "stale");
  assert_taken (sink, 0, "data.title", "a file of users did not come");
  assert_taken (sink, 0, "data.lines.0", "users: no file came by Fri 2026-11-27 08:00 (Europe/Oslo); none has ever come");

  load_text (home, "users-1.csv", "name,email\nAnn,a@x.org\n", NULL);
  sql_run_text (home, "update weir.file set seen_on = '2026-11-27 08:00Z'");
  assert_weir (home, 0, "schedule", "--tick", "--now", "2026-11-27T08:00:05Z", NULL);
  assert_weir (home, 0, "notify", "send", NULL);
  assert_int_equal (sink_count (sink, true), 3);
  bool back = false, rows = false;
  for (size_t i = 1; i < 3; i++)
    {
      g_autofree char *title = taken_at (sink, i, "data.title"), *line = taken_at (sink, i, "data.lines.0");
      back |= g_str_equal (title, "users is as expected again") && g_str_equal (line, "users-1.csv: came at last");
      rows |= g_str_equal (title, "users-1.csv has more or fewer rows than expected")
              && g_str_has_prefix (line, "users-1.csv has 1 row, and 2 are expected at least: weir runs ");
    }
  assert_true (back && rows);
}

/* Given many refused files, then one message names the first; what comes within the hour is told behind it; and many tables share one. */
static void
test_digests (void **state)
{
  Home *home = *state;
  g_autoptr (Sink) sink = sink_http (home->path);
  home_write_model (home, "users", PEOPLE);
  configure_webhook (home, sink, "");
  begin_telling (home);
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (argv, g_strdup ("load"));
  g_ptr_array_add (argv, g_strdup ("--archive"));
  for (int i = 0; i < 12; i++)
    {
      g_autofree char *name = g_strdup_printf ("users-%d.csv", i);
      home_drop (home, name, refused_text);
      g_ptr_array_add (argv, g_strconcat ("imports/", name, NULL));
    }
  g_ptr_array_add (argv, NULL);
  g_autoptr (Outcome) loaded = run_weir_argv (home, (const char *const *) argv->pdata);
  assert_weir (home, 0, "notify", "send", NULL);
  assert_int_equal (sink_count (sink, true), 1);
  assert_taken (sink, 0, "data.title", "12 files of users were refused");
  assert_taken (sink, 0, "data.count", "12");
  g_autofree char *sixth = taken_at (sink, 0, "data.first.5");
  assert_null (sixth);
  assert_taken (sink, 0, "data.commands.0", "weir runs --table users");
  g_autofree char *lines = taken_at (sink, 0, "data.lines");
  assert_contains (lines, "\"and 7 more\"]");

  drop_refused (home, "users-20.csv");
  assert_weir (home, 0, "notify", "send", NULL);
  assert_int_equal (sink_count (sink, true), 1);
  let_an_hour_pass (home);
  assert_weir (home, 0, "notify", "send", NULL);
  assert_taken (sink, 1, "data.title", "users-20.csv was refused");

  for (int i = 0; i < 6; i++)
    {
      g_autofree char *name = g_strdup_printf ("t%d.csv", i), *table = g_strdup_printf ("t%d", i);
      g_autofree char *model = g_strdup_printf ("{\"table\": \"t%d\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}", i);
      home_write_model (home, table, model);
      drop_refused (home, name);
    }
  assert_weir (home, 0, "notify", "send", NULL);
  assert_int_equal (sink_count (sink, true), 3);
  assert_taken (sink, 2, "data.title", "6 files of 6 tables were refused");
  drop_refused (home, "t3-2.csv");
  assert_weir (home, 0, "notify", "send", NULL);
  assert_int_equal (sink_count (sink, true), 3);
}

/* What an error says in detail may quote a cell: it is told of tables alone whose model has no "pii", and can be read. */
static void
test_personal_tables (void **state)
{
  static const struct
  {
    const char *columns;
    bool told;
  } cases[] = {
    { "{\"name\": {\"pii\": true}}", false },
    { "{\"name\": {\"type\": \"text\"}}", true },
  };
  Home *home = *state;
  g_autoptr (Sink) sink = sink_http (home->path);
  configure_webhook (home, sink, "");
  begin_telling (home);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *model = g_strdup_printf (
          "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"columns\": %s}", cases[i].columns);
      g_autofree char *name = g_strdup_printf ("users-%zu.csv", i), *path = g_strconcat ("imports/", name, NULL);
      home_write_model (home, "users", model);
      home_drop (home, name, "age\n7\n");
      assert_weir (home, 1, "load", path, "--archive", NULL);
      assert_weir (home, 0, "notify", "send", NULL);
      g_autofree char *lines = taken_at (sink, i, "data.lines");
      assert_contains (lines, "the file has no column \\\"email\\\"");
      assert_true ((strstr (lines, "Its first row was taken for the header") != NULL) == cases[i].told);
      let_an_hour_pass (home);
    }
}

/* Slack's body: what Slack takes for markup is not. */
static void
test_slack (void **state)
{
  Home *home = *state;
  g_autoptr (Sink) sink = sink_http (home->path);
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"files\": [\"users*\"]}");
  g_autofree char *notify = g_strdup_printf (", \"notify\": {\"targets\": {\"chat\": {\"type\": \"webhook\", \"body\": \"slack\", "
                                             "\"url\": \"${env:SLACK_URL}\"}}}");
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%d/services/secret-token", sink_port (sink));
  home_configure (home, notify);
  home_set_environment (home, "SLACK_URL", url);
  begin_telling (home);
  drop_refused (home, "users <!channel>&\n.csv");
  /* A server that says which address it does not know. */
  sink_set (sink, SINK_ANSWER, 400, 0);
  g_autoptr (Outcome) refused = expect_weir (home, 1, "notify", "send", NULL);
  assert_contains (refused->out, "HTTP 400: words/***/***");
  sink_set (sink, SINK_TAKE, 0, 0);
  assert_weir (home, 0, "notify", "retry", "chat", NULL);
  assert_weir (home, 0, "notify", "send", NULL);
  g_autofree char *text = taken_at (sink, 0, "text");
  assert_contains (text, "*weir: users &lt;!channel&gt;&amp;\\x0A.csv was refused*\n");
  assert_contains (text, "    weir rejects ");
  g_autoptr (Outcome) listed = expect_weir (home, 0, "notify", "--json", NULL);
  assert_null (strstr (listed->out, "token"));
  assert_contains (listed->out, "${env:SLACK_URL}");
}

/* A command: its words, its stdin, and what it ends with. */
static void
test_commands (void **state)
{
  static const struct
  {
    const char *script;
    int code;
    const char *says, *state;
    const char *timeout; /* NULL: long */
  } cases[] = {
    { "cat > message; echo taken", 0, "(taken)", "sent" },
    { "echo later; exit 75", 1, "tried again in 5 s: the command ended with exit code 75: later", "waiting" },
    { "kill -9 $$", 1, "tried again in 5 s: the command was killed by signal 9 (Killed)", "waiting" },
    { "echo never; exit 3", 1, "put aside: the command ended with exit code 3: never", "refused" },
    { "sleep 20", 1, "tried again in 5 s: no answer in 1 s", "waiting", "1 second" },
  };
  Home *home = *state;
  home_write_model (home, "users", PEOPLE);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].script);
      g_autofree char *notify =
          g_strdup_printf (", \"notify\": {\"timeout\": \"%s\", \"targets\": {\"me\": {\"type\": \"command\", "
                           "\"command\": [\"sh\", \"-c\", \"%s\"]}}}",
                           cases[i].timeout != NULL ? cases[i].timeout : "1 minute", cases[i].script);
      g_autofree char *name = g_strdup_printf ("users-%zu.csv", i);
      home_configure (home, notify);
      assert_weir (home, 0, "notify", "send", NULL);
      drop_refused (home, name);
      g_autoptr (Outcome) sent = expect_weir (home, cases[i].code, "notify", "send", NULL);
      assert_contains (sent->out, cases[i].says);
      assert_sql (home, cases[i].state, "select state from weir.alert_message order by made_on desc limit 1");
      assert_weir (home, 0, "notify", "drop", "me", NULL);
      let_an_hour_pass (home);
      sql_run_text (home, "update weir.alert_target set retry_on = null");
    }
  g_autofree char *message = home_read_file (home, "message");
  assert_contains (message, "\"title\":\"users-0.csv was refused\"");
}

/* Who cannot be told: `weir status` says so, `weir notify` lists it, and both give it up or send it again. */
static void
test_what_is_not_delivered (void **state)
{
  Home *home = *state;
  g_autoptr (Sink) sink = sink_http (home->path);
  home_write_model (home, "users", PEOPLE);
  configure_webhook (home, sink, "");
  begin_telling (home);
  sink_set (sink, SINK_ANSWER, 400, 0);
  drop_refused (home, "users-1.csv");
  g_autoptr (Outcome) refused = expect_weir (home, 1, "notify", "send", NULL);
  assert_contains (refused->out, "not delivered, and put aside: HTTP 400: words; `weir notify retry ops`");
  g_autoptr (Outcome) status = expect_weir (home, 1, "status", NULL);
  assert_contains (status->out, "1 message to ops put aside: `weir notify` shows why, `weir notify retry ops` sends it again\n");
  g_autoptr (Outcome) listed = expect_weir (home, 0, "notify", NULL);
  assert_contains (listed->out, "put aside");
  assert_contains (listed->out, "HTTP 400: words");
  assert_null (strstr (listed->out, "token"));

  sink_set (sink, SINK_ANSWER, 503, 0);
  g_autoptr (Outcome) again = expect_weir (home, 0, "notify", "retry", NULL);
  assert_string_equal (again->out, "1 message is waiting.\n");
  assert_weir (home, 1, "notify", "send", NULL);
  g_autoptr (Outcome) failing = expect_weir (home, 1, "status", NULL);
  assert_contains (failing->out, "alerts to ops could not be delivered: HTTP 503: words; 1 waits, tried again in ");
  g_autoptr (Outcome) told = expect_weir (home, 1, "status", "--json", NULL);
  g_autoptr (Json) json = outcome_json (told);
  assert_json (json, "alerts.0.target", "ops");
  assert_json (json, "alerts.0.failures", "1");

  /* After three days nobody tries any more. */
  sql_run_text (home, "update weir.alert_message set made_on = made_on - interval '4 days'");
  sql_run_text (home, "update weir.alert_target set retry_on = null");
  assert_weir (home, 1, "notify", "send", NULL);
  assert_sql (home, "refused", "select state from weir.alert_message");
  /* Neither a part of an id nor a pattern gives anything up, and a name that nobody has is a mistake. */
  g_autofree char *start = sql_scalar (home, "select left(message_id::text, 7) from weir.alert_message");
  g_autofree char *id = sql_scalar (home, "select left(message_id::text, 8) from weir.alert_message");
  const char *wrong[] = { "", "%", "________", start, "pager" };
  for (size_t i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      assert_weir (home, 2, "notify", "drop", wrong[i], NULL);
      assert_weir (home, 2, "notify", "retry", wrong[i], NULL);
    }
  assert_sql (home, "refused", "select state from weir.alert_message");
  assert_weir (home, 0, "notify", "retry", id, NULL);
  assert_sql (home, "waiting", "select state from weir.alert_message");
  g_autoptr (Outcome) dropped = expect_weir (home, 0, "notify", "drop", "ops", NULL);
  assert_string_equal (dropped->out, "1 message is dropped.\n");
  assert_sql (home, "dropped", "select state from weir.alert_message");
}

/* `weir notify test`, and what is said before anything is sent. */
static void
test_trying (void **state)
{
  Home *home = *state;
  g_autoptr (Sink) sink = sink_http (home->path);
  g_autoptr (Outcome) none = expect_weir (home, 2, "notify", "test", NULL);
  assert_contains (none->err, "names no target in \"notify\"");
  configure_webhook (home, sink, "");
  g_autoptr (Outcome) sent = expect_weir (home, 0, "notify", "test", "ops", NULL);
  assert_string_equal (sent->out, "ops: sent: HTTP 200: words\n");
  assert_taken (sink, 0, "type", "test");
  assert_weir (home, 2, "notify", "test", "nobody", NULL);
  assert_weir (home, 2, "notify", "tst", NULL);

  sink_set (sink, SINK_REDIRECT, 0, 0);
  g_autoptr (Outcome) moved = expect_weir (home, 1, "notify", "test", "--json", NULL);
  g_autoptr (Json) json = outcome_json (moved);
  assert_json (json, "0.sent", "false");
  assert_json (json, "0.answer", "HTTP 302, to another address: that is not followed");
  assert_int_equal (sink_count (sink, false), 2);

  g_autofree char *secret = home_path (home, "signing");
  assert_int_equal (chmod (secret, 0644), 0);
  g_autoptr (Outcome) open = run_weir (home, "check", NULL);
  assert_contains (open->out, "FAILED  alerts     to ops");
  assert_contains (open->out, "can be read or written by others (mode 0644)");
  g_autoptr (Outcome) checked = run_weir (home, "check", "--json", NULL);
  assert_null (strstr (checked->out, "token"));
  assert_int_equal (sink_count (sink, false), 2);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_a_webhook, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_rules, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_late_and_applied, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_expected, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_digests, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_personal_tables, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_slack, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_commands, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_what_is_not_delivered, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_trying, home_setup, home_teardown),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
