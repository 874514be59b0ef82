/* Deliveries by mail, against aiosmtpd: what arrives as Python's own parser reads it, each recipient's end for itself, and no password to whom it is not for. */
#include "files.h"

#include "tests/support/mailer.h"

typedef struct
{
  char *folder;
  Mailer *mailer; /* NULL: not begun */
} Place;

static int
setup (void **state)
{
  Place *place = g_new0 (Place, 1);
  place->folder = files_folder ();
  *state = place;
  return 0;
}

static int
teardown (void **state)
{
  Place *place = *state;
  if (place->mailer != NULL)
    mailer_stop (place->mailer);
  remove_tree (place->folder);
  g_free (place->folder);
  g_free (place);
  return 0;
}

/* With STARTTLS and a login, where no other options are said. */
static void
begin (Place *place, const char *const *options)
{
  static const char *const usual[] = { "--tls", "--auth", "ann:right", "--login", NULL };
  g_autofree char *folder = files_path (place->folder, "mail");
  place->mailer = mailer_start (folder, options != NULL ? options : usual);
}

static Json *
connection (const Place *place)
{
  g_autofree char *url = g_strdup_printf ("smtp://localhost:%d", place->mailer->port);
  return json_pack ("{s:s, s:s, s:s, s:s, s:s, s:s, s:i}", "type", "smtp", "url", url, "user", "ann", "password", "right", "from",
                    "weir@example.org", "ca_file", place->mailer->ca_file, "timeout", 3);
}

static ConnectorRun *
run (const Place *place, const char *verb, Json *request, const char *spool)
{
  g_autoptr (Json) held = request;
  return connector_run (place->folder, CURL_PROGRAM, verb, held, spool);
}

#define MAILS_SPOOL                                                                                                                \
  "\"id\",\"mail\"\n\"1\",\"ann@example.org\"\n\"2\",\"bob@example.org\"\n\"3\",\"ann@example.org\"\n\"4\",\n\"5\",\"nobody at "   \
  "all\"\n"
#define MAILS_DELIVERY                                                                                                             \
  "\"delivery\": {\"run\": \"" RUN_ID "\", \"table\": \"orders\", \"rows\": 5, \"on\": \"2026-11-28T12:00:00Z\", \"columns\": "    \
  "[{\"name\": \"id\"}, {\"name\": \"mail\"}]}"

static ConnectorRun *
send_to (const Place *place, const char *to)
{
  return run (place, "write", files_request (connection (place), "\"to\": {%s}, " MAILS_DELIVERY, to), MAILS_SPOOL);
}

/* A member of a mail by a path such as "headers.subject" or "parts.1.text". */
static const char *
text_at (const Json *mail, const char *path)
{
  g_auto (GStrv) words = g_strsplit (path, ".", -1);
  for (size_t i = 0; words[i] != NULL; i++)
    mail = json_is_array (mail) ? json_array_get (mail, (size_t) g_ascii_strtoll (words[i], NULL, 10))
                                : json_object_get (mail, words[i]);
  return json_string_value (mail);
}

static void
assert_delivered (const ConnectorRun *run, int n, const char *name, const char *status, const char *text)
{
  const Json *line = connector_line (run, "delivered", n);
  assert_string_equal (json_string_value (json_object_get (line, "name")), name);
  assert_string_equal (json_string_value (json_object_get (line, "status")), status);
  assert_non_null (strstr (json_string_value (json_object_get (line, "text")), text));
}

static void
test_mail (void **state)
{
  Place *place = *state;
  begin (place, NULL);
  g_autofree char *body = files_path (place->folder, "body.txt");
  assert_true (g_file_set_contents (
      body, "Hallo {recipient},\r\n.\r\n..\nFrom {job}: {rows} Zeilen von {table} – Grüße, ::DD.MM.YYYY:: [::1]\n", -1, NULL));
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (ConnectorRun) sent =
          send_to (place, "\"recipients\": [\"ann@example.org\", \"ann@example.org\"], \"subject\": \"Übersicht über alle "
                          "Überführungen ::YYYY-MM-DD::\", "
                          "\"body_file\": \"body.txt\", \"attach\": \"Bericht ü \\\"1\\\" ::YYYYMMDD::.csv\"");
      assert_connector_done (sent);
      assert_int_equal (json_integer_value (json_object_get (connector_done (sent), "rows")), 5);
    }
  g_autoptr (Json) all = mailer_all (place->mailer);
  const Json *mail = json_array_get (all, 0);
  assert_int_equal (json_array_size (all), 2);
  assert_string_equal (text_at (mail, "headers.subject"), "Übersicht über alle Überführungen 2026-11-28");
  assert_string_equal (text_at (mail, "headers.to"), "ann@example.org");
  assert_string_equal (text_at (mail, "headers.date"), "Sat, 28 Nov 2026 12:00:00 +0000");
  assert_non_null (strstr (text_at (mail, "headers.message-id"), RUN_ID));
  assert_string_equal (text_at (mail, "headers.message-id"), text_at (json_array_get (all, 1), "headers.message-id"));
  assert_string_equal (text_at (mail, "parts.0.text"),
                       "Hallo ann@example.org,\r\n.\r\n..\r\nFrom nightly: 5 Zeilen von orders – Grüße, 28.11.2026 [::1]\r\n");
  assert_string_equal (text_at (mail, "parts.0.encoding"), "quoted-printable");
  assert_string_equal (text_at (mail, "parts.1.name"), "Bericht ü \"1\" 20261128.csv");
  assert_string_equal (text_at (mail, "parts.1.type"), "text/csv");
  assert_string_equal (text_at (mail, "parts.1.text"), MAILS_SPOOL);
  assert_true (json_is_true (json_object_get (mail, "tls")) && json_is_true (json_object_get (mail, "authenticated")));
  assert_int_equal (json_integer_value (json_object_get (mail, "defects")), 0);
  assert_true (json_integer_value (json_object_get (mail, "longest")) <= 78);
}

/* Without an attachment, and without words of the job's own; without rows. */
static void
test_plain (void **state)
{
  Place *place = *state;
  begin (place, NULL);
  g_autoptr (ConnectorRun) sent =
      run (place, "write",
           files_request (connection (place), "\"to\": {\"recipients\": \"ann@example.org\"}, \"delivery\": {\"run\": \"" RUN_ID
                                              "\", \"table\": \"orders\", \"rows\": 0, \"columns\": [{\"name\": \"id\"}]}"),
           "\"id\"\n");
  assert_connector_done (sent);
  g_autoptr (Json) all = mailer_all (place->mailer);
  const Json *mail = json_array_get (all, 0);
  assert_string_equal (text_at (mail, "headers.subject"), "orders");
  assert_string_equal (text_at (mail, "parts.0.text"), "0 rows of orders.\r\n");
  assert_int_equal (json_array_size (json_object_get (mail, "parts")), 1);
}

/* Each of them for himself; those that have theirs do not get it again. */
static void
test_each (void **state)
{
  Place *place = *state;
  begin (place, NULL);
  g_autoptr (ConnectorRun) first =
      send_to (place, "\"recipients\": [\"nobody@example.org\", \"ann@example.org\", \"grey@example.org\", "
                      "\"poison@example.org\", \"later@example.org\", \"bob@example.org\"]");
  assert_connector_error (first, 75, "transient", NULL, "2 of 6");
  static const char *const expected[][3] = {
    { "nobody@example.org", "refused", "550 5.1.1 no such user here" },
    { "ann@example.org", "sent", "" },
    { "grey@example.org", "again", "451 4.7.1 come back later" },
    { "poison@example.org", "refused", "554 5.7.1 not this one" },
    { "later@example.org", "again", "452 4.3.1 no room now" },
    { "bob@example.org", "sent", "" },
  };
  for (int i = 0; i < (int) G_N_ELEMENTS (expected); i++)
    assert_delivered (first, i, expected[i][0], expected[i][1], expected[i][2]);
  g_autoptr (Json) taken = mailer_all (place->mailer);
  assert_int_equal (json_array_size (taken), 2);

  g_autofree char *open = files_path (place->folder, "mail/grey");
  assert_true (g_file_set_contents (open, "", 0, NULL));
  Json *request = files_request (
      connection (place),
      "\"to\": {\"recipients\": [\"ann@example.org\", \"nobody@example.org\", \"grey@example.org\"]}, " MAILS_DELIVERY);
  json_object_set_new (json_object_get (request, "delivery"), "sent", json_pack ("[s]", "ann@example.org"));
  json_object_set_new (json_object_get (request, "delivery"), "refused", json_pack ("[s]", "nobody@example.org"));
  g_autoptr (ConnectorRun) second = run (place, "write", request, MAILS_SPOOL);
  assert_connector_done (second);
  assert_delivered (second, 0, "grey@example.org", "sent", "");
  assert_null (connector_line (second, "delivered", 1));
  assert_string_equal (json_string_value (connector_line (second, "note", 0)),
                       "1 of 2 mails were refused; nobody@example.org: refused before");

  /* Nobody else is left: whoever pushes it once more has mended something. */
  Json *last = files_request (connection (place),
                              "\"to\": {\"recipients\": [\"ann@example.org\", \"nobody@example.org\"]}, " MAILS_DELIVERY);
  json_object_set_new (json_object_get (last, "delivery"), "sent", json_pack ("[s]", "ann@example.org"));
  json_object_set_new (json_object_get (last, "delivery"), "refused", json_pack ("[s]", "nobody@example.org"));
  g_autoptr (ConnectorRun) third = run (place, "write", last, MAILS_SPOOL);
  assert_delivered (third, 0, "nobody@example.org", "refused", "550 5.1.1 no such user here");

  g_autoptr (ConnectorRun) none = send_to (place, "\"recipients\": [\"nobody@example.org\", \"strict@example.org\"]");
  assert_connector_error (none, 78, "configuration", NULL, "no such user here");
  assert_delivered (none, 1, "strict@example.org", "refused",
                    "550-5.7.26 a policy forbids it 5.7.26 which we have 5.7.26 see elsewhere");
}

/* Rows to whom they are about. */
static void
test_by_rows (void **state)
{
  Place *place = *state;
  begin (place, NULL);
  g_autoptr (ConnectorRun) own =
      send_to (place, "\"recipients_column\": \"mail\", \"attach\": \"r.csv\", \"quote\": \"needed\", \"body\": \"{rows}\"");
  assert_connector_done (own);
  assert_delivered (own, 0, "ann@example.org", "sent", "");
  assert_delivered (own, 1, "bob@example.org", "sent", "");
  assert_delivered (own, 2, "nobody at all", "refused", "no address");
  g_autoptr (Json) all = mailer_all (place->mailer);
  assert_int_equal (json_array_size (all), 2);
  assert_string_equal (text_at (all, "0.parts.1.text"), "id,mail\n1,ann@example.org\n3,ann@example.org\n");
  assert_string_equal (text_at (all, "0.parts.0.text"), "2");
  assert_string_equal (text_at (all, "1.parts.1.text"), "id,mail\n2,bob@example.org\n");
  g_autoptr (ConnectorRun) everything =
      send_to (place, "\"recipients_column\": \"mail\", \"each_gets\": \"all\", \"attach\": \"r.csv\"");
  assert_connector_done (everything);
  g_autoptr (Json) more = mailer_all (place->mailer);
  assert_string_equal (text_at (more, "3.parts.1.text"), MAILS_SPOOL);
  g_autoptr (ConnectorRun) unknown = send_to (place, "\"recipients_column\": \"address\"");
  assert_connector_error (unknown, 78, "configuration", NULL, "address");
}

static void
test_mistakes (void **state)
{
  Place *place = *state;
  begin (place, NULL);
  Json *wrong = connection (place);
  json_object_set_new (wrong, "from", json_string ("wächter@example.org"));
  json_object_set_new (wrong, "tls", json_string ("none"));
  json_object_set_new (wrong, "usr", json_string ("x"));
  g_autoptr (ConnectorRun) all =
      run (place, "write",
           files_request (wrong, "\"to\": {\"recipients\": [\"ann@example.org\", \"eve@example.org\\r\\nBcc: x@example.org\"], "
                                 "\"subject\": \"Hi\\r\\nBcc: eve@example.org\", \"attach\": \"a/b.csv\", \"body\": \"::WHEN::\", "
                                 "\"attach_limit\": \"much\"}, " MAILS_DELIVERY),
           MAILS_SPOOL);
  static const char *const paths[] = { "connection.from", "connection.tls", "connection.usr", "to.recipients[1]",
                                       "to.subject",      "to.attach",      "to.body",        "to.attach_limit" };
  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++)
    assert_connector_error (all, 78, "configuration", paths[i], "");
  Json *elsewhere = connection (place);
  json_object_set_new (elsewhere, "url", json_string ("smtp://127.example.org:25"));
  json_object_set_new (elsewhere, "tls", json_string ("none"));
  json_object_del (elsewhere, "user");
  json_object_del (elsewhere, "password");
  g_autoptr (ConnectorRun) clear = run (place, "check", files_request (elsewhere, "%s", ""), NULL);
  assert_connector_error (clear, 78, "configuration", "connection.tls", "on this machine");
  g_autoptr (Json) taken = mailer_all (place->mailer);
  assert_int_equal (json_array_size (taken), 0);
  g_autoptr (ConnectorRun) large =
      send_to (place, "\"recipients\": [\"ann@example.org\"], \"attach\": \"a.csv\", \"attach_limit\": \"100 B\"");
  assert_connector_error (large, 78, "configuration", NULL, "attach_limit");
}

/* Nobody gets password or mail who has not shown who he is; and what is said of each. */
static void
test_sessions (void **state)
{
  Place *place = *state;
  begin (place, NULL);
  static const char to[] = "\"to\": {\"recipients\": [\"ann@example.org\"]}, " MAILS_DELIVERY;
  g_autoptr (ConnectorRun) fine = run (place, "check", files_request (connection (place), "%s", ""), NULL);
  assert_connector_done (fine);
  assert_non_null (strstr (json_string_value (json_object_get (connector_line (fine, "checked", 0), "text")), "no mail was sent"));
  Json *wrong = connection (place);
  json_object_set_new (wrong, "password", json_string ("not right"));
  g_autoptr (ConnectorRun) refused = run (place, "write", files_request (wrong, "%s", to), MAILS_SPOOL);
  assert_connector_error (refused, 77, "credentials", NULL, "535");
  g_autofree char *said = connector_text (refused);
  assert_null (strstr (said, "not right"));
  g_autofree char *other = files_path (place->folder, "other.pem");
  mailer_certificate (other);
  Json *stranger = connection (place);
  json_object_set_new (stranger, "ca_file", json_string (other));
  g_autoptr (ConnectorRun) unknown = run (place, "check", files_request (stranger, "%s", ""), NULL);
  assert_connector_error (unknown, 77, "credentials", NULL, "certificate");
  Json *anonymous = connection (place);
  json_object_del (anonymous, "user");
  json_object_del (anonymous, "password");
  g_autoptr (ConnectorRun) unasked = run (place, "write", files_request (anonymous, "%s", to), MAILS_SPOOL);
  assert_connector_error (unasked, 77, "credentials", NULL, "530");
  Json *away = connection (place);
  json_object_set_new (away, "url", json_string ("smtp://localhost:1"));
  g_autoptr (ConnectorRun) nobody = run (place, "check", files_request (away, "%s", ""), NULL);
  assert_connector_error (nobody, 75, "transient", NULL, "connect");
  g_autoptr (Json) taken = mailer_all (place->mailer);
  assert_int_equal (json_array_size (taken), 0);
}

/* A server without STARTTLS; one with it, that does not ask for the password; TLS from the beginning; in clear on this machine. */
static void
test_servers (void **state)
{
  Place *place = *state;
  static const char *const bare[] = { NULL }, *const no_auth[] = { "--tls", NULL };
  static const char *const implicit[] = { "--tls", "--implicit", "--auth", "ann:right", NULL };
  static const char to[] = "\"to\": {\"recipients\": [\"ann@example.org\", \"bob@example.org\"]}, " MAILS_DELIVERY;
  begin (place, bare);
  g_autoptr (ConnectorRun) no_tls = run (place, "write", files_request (connection (place), "%s", to), MAILS_SPOOL);
  assert_connector_error (no_tls, 77, "credentials", NULL, "STARTTLS");
  Json *clear = json_pack ("{s:s, s:o, s:s, s:s}", "type", "smtp", "url", json_sprintf ("smtp://127.0.0.1:%d", place->mailer->port),
                           "from", "weir@example.org", "tls", "none");
  g_autoptr (ConnectorRun) in_clear = run (place, "write", files_request (clear, "%s", to), MAILS_SPOOL);
  assert_connector_done (in_clear);
  g_autoptr (Json) taken = mailer_all (place->mailer);
  assert_int_equal (json_array_size (taken), 2);
  mailer_stop (place->mailer);
  g_autofree char *folder = files_path (place->folder, "mail");
  remove_tree (folder);

  begin (place, no_auth);
  g_autoptr (ConnectorRun) unasked = run (place, "write", files_request (connection (place), "%s", to), MAILS_SPOOL);
  assert_connector_error (unasked, 77, "credentials", NULL, "nothing was sent");
  g_autoptr (Json) nothing = mailer_all (place->mailer);
  assert_int_equal (json_array_size (nothing), 0);
  mailer_stop (place->mailer);
  remove_tree (folder);

  begin (place, implicit);
  Json *tls = connection (place);
  json_object_set_new (tls, "url", json_sprintf ("smtps://localhost:%d", place->mailer->port));
  g_autoptr (ConnectorRun) from_beginning = run (place, "write", files_request (tls, "%s", to), MAILS_SPOOL);
  assert_connector_done (from_beginning);
  g_autoptr (Json) both = mailer_all (place->mailer);
  assert_int_equal (json_array_size (both), 2);
}

/* No answer to a mail: it is sent again, and the next one goes by another connection, where no old answer is taken for its own. */
static void
test_silence (void **state)
{
  Place *place = *state;
  begin (place, NULL);
  g_autofree char *hangs = files_path (place->folder, "mail/hangs");
  g_autoptr (ConnectorRun) some =
      send_to (place, "\"recipients\": [\"drop@example.org\", \"hang@example.org\", \"ann@example.org\"]");
  assert_connector_error (some, 75, "transient", NULL, "2 of 3");
  assert_delivered (some, 0, "drop@example.org", "again", "");
  assert_delivered (some, 1, "hang@example.org", "again", "");
  assert_delivered (some, 2, "ann@example.org", "sent", "");
  g_autoptr (Json) request =
      files_request (connection (place), "\"to\": {\"recipients\": [\"hang@example.org\"]}, " MAILS_DELIVERY);
  json_object_set_new (json_object_get (request, "connection"), "timeout", json_integer (60));
  assert_int_equal (unlink (hangs), 0);
  ConnectorJob *job = connector_start (place->folder, CURL_PROGRAM, "write", request, MAILS_SPOOL, NULL);
  wait_until (access (hangs, F_OK) == 0);
  kill (connector_pid (job), SIGTERM);
  g_autoptr (ConnectorRun) stopped = connector_finish (job);
  assert_connector_error (stopped, 75, "transient", NULL, "asked to end");
}

/* Killed behind a mail that was taken: the next try sends it again, and it is known again by its Message-ID. */
static void
test_killed (void **state)
{
  Place *place = *state;
  begin (place, NULL);
  static const char *const faults[] = { "WEIR_FAULT=kill:mail-sent", NULL };
  g_autoptr (Json) request =
      files_request (connection (place), "\"to\": {\"recipients\": [\"ann@example.org\", \"bob@example.org\"]}, " MAILS_DELIVERY);
  g_autoptr (ConnectorRun) killed = connector_run_with (place->folder, CURL_PROGRAM, "write", request, MAILS_SPOOL, faults);
  assert_int_equal (killed->code, 128 + SIGKILL);
  g_autoptr (ConnectorRun) again = connector_run (place->folder, CURL_PROGRAM, "write", request, MAILS_SPOOL);
  assert_connector_done (again);
  g_autoptr (Json) all = mailer_all (place->mailer);
  assert_int_equal (json_array_size (all), 3);
  assert_string_equal (text_at (all, "0.headers.message-id"), text_at (all, "1.headers.message-id"));
  assert_string_not_equal (text_at (all, "1.headers.message-id"), text_at (all, "2.headers.message-id"));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_mail, setup, teardown),
    cmocka_unit_test_setup_teardown (test_plain, setup, teardown),
    cmocka_unit_test_setup_teardown (test_each, setup, teardown),
    cmocka_unit_test_setup_teardown (test_by_rows, setup, teardown),
    cmocka_unit_test_setup_teardown (test_mistakes, setup, teardown),
    cmocka_unit_test_setup_teardown (test_sessions, setup, teardown),
    cmocka_unit_test_setup_teardown (test_servers, setup, teardown),
    cmocka_unit_test_setup_teardown (test_silence, setup, teardown),
    cmocka_unit_test_setup_teardown (test_killed, setup, teardown),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
