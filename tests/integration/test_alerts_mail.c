/* Alerts by mail, against a mail server of the test's own: STARTTLS is obligatory, certificates are looked at, nothing gets into a header. */
#include "tests/integration/alerting.h"
#include "tests/support/quoted.h"

/* A certificate of its own authority for localhost, with its key. */
static void
make_certificate (Home *home, const char *name)
{
  g_autofree char *openssl = g_find_program_in_path ("openssl"), *path = home_path (home, name);
  if (openssl == NULL)
    {
      fprintf (stderr, "skipped: openssl is not installed\n");
      skip ();
    }
  const char *argv[] = { openssl,
                         "req",
                         "-new",
                         "-x509",
                         "-nodes",
                         "-days",
                         "9",
                         "-subj",
                         "/CN=localhost",
                         "-addext",
                         "subjectAltName=DNS:localhost",
                         "-newkey",
                         "ec",
                         "-pkeyopt",
                         "ec_paramgen_curve:P-256",
                         "-keyout",
                         path,
                         "-out",
                         path,
                         NULL };
  assert_int_equal (process_wait (process_start (&(ProcessSetup) { .folder = home->path }, argv)), 0);
}

static void
configure_mail (Home *home, const Sink *sink, const char *more)
{
  g_autofree char *password = home_path (home, "password");
  if (!home_has_file (home, "password"))
    home_write_file (home, "password", "right\n");
  assert_int_equal (chmod (password, 0600), 0);
  g_autofree char *notify = g_strdup_printf (", \"rejects\": {\"max_percent\": 50}, \"notify\": {\"targets\": {\"mail\": "
                                             "{\"type\": \"smtp\", \"host\": \"localhost\", \"port\": "
                                             "%d, \"from\": \"weir@example.org\"%s}}}",
                                             sink_port (sink), more);
  home_configure (home, notify);
}

#define LOGIN ", \"user\": \"ann\", \"password\": \"${file:password}\""
#define TO_ONE ", \"to\": [\"ann@example.org\"]"

static void
test_what_servers_say (void **state)
{
  static const struct
  {
    const char *authority, *to;
    int reply;
    const char *password;
    int code;
    const char *says;
  } cases[] = {
    { "server.pem", TO_ONE, 250, "right", 0, "mail: sent: taken\n" },
    { "server.pem", ", \"to\": [\"nobody@example.org\", \"ann@example.org\"]", 250, "right", 0,
      "mail: sent: 1 of 2 recipients refused: 550 no such user here\n" },
    { "server.pem", ", \"to\": [\"nobody@example.org\"]", 250, "right", 1, "the recipient was refused: 550 no such user here\n" },
    { "server.pem", TO_ONE, 451, "right", 1, "(reply 451)" },
    { "server.pem", TO_ONE, 554, "right", 1, "(reply 554)" },
    { "server.pem", TO_ONE, 250, "wrong", 1, "(reply 535)" },
    { "other.pem", TO_ONE, 250, "right", 1, "SSL certificate problem" },
  };
  Home *home = *state;
  make_certificate (home, "server.pem");
  make_certificate (home, "other.pem");
  g_autofree char *certificate = home_path (home, "server.pem");
  g_autoptr (Sink) sink = sink_smtp (home->path, certificate);
  size_t came = 0;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s %d %s\n", cases[i].authority, cases[i].reply, cases[i].password);
      g_autofree char *more = g_strdup_printf ("%s" LOGIN ", \"ca_file\": \"%s\"", cases[i].to, cases[i].authority);
      home_write_file (home, "password", cases[i].password);
      configure_mail (home, sink, more);
      sink_set (sink, SINK_ANSWER, cases[i].reply, 0);
      g_autoptr (Outcome) outcome = expect_weir (home, cases[i].code, "notify", "test", NULL);
      assert_contains (outcome->out, cases[i].says);
      assert_null (strstr (outcome->out, "right"));
      came += cases[i].code == 0 || cases[i].reply > 400;
      assert_int_equal (sink_count (sink, false), came);
    }
  g_autoptr (Json) all = sink_all (sink);
  assert_json (all, "0.tls", "true");
  assert_json (all, "0.to", "[\"<ann@example.org>\"]");
}

/* A server that has no TLS to offer gets nothing, least of all a password; but one of this machine, where that is asked for. */
static void
test_no_tls (void **state)
{
  Home *home = *state;
  g_autoptr (Sink) sink = sink_smtp (home->path, NULL);
  configure_mail (home, sink, TO_ONE LOGIN);
  g_autoptr (Outcome) refused = expect_weir (home, 1, "notify", "test", NULL);
  assert_contains (refused->out, "not delivered: ");
  assert_int_equal (sink_count (sink, false), 0);
  configure_mail (home, sink, TO_ONE ", \"tls\": \"none\"");
  assert_weir (home, 0, "notify", "test", NULL);
  g_autoptr (Json) all = sink_all (sink);
  assert_json (all, "0.tls", "false");
}

/* Names of files that would be headers; and text that a mail server could take for its end. */
static void
test_hostile_names (void **state)
{
  Home *home = *state;
  g_autoptr (Sink) sink = sink_smtp (home->path, NULL);
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"files\": [\"users*\"]}");
  configure_mail (home, sink, TO_ONE ", \"tls\": \"none\"");
  begin_telling (home);
  drop_refused (home, "users\r\nBcc: eve@example.org\r\n\r\n.\r\n é.csv");
  assert_weir (home, 0, "notify", "send", NULL);
  g_autoptr (Json) all = sink_taken (sink);
  assert_int_equal (json_array_size (all), 1);
  assert_json (all, "0.to", "[\"<ann@example.org>\"]");
  const char *text = json_string_value (json_object_get (json_array_get (all, 0), "text"));
  assert_contains (text, "\nSubject: =?UTF-8?B?d2VpcjogdXNlcnNc");
  assert_null (strstr (text, "\nBcc:"));
  assert_contains (text, "\nTo: ann@example.org\n");
  assert_contains (text, "\nContent-Transfer-Encoding: quoted-printable\n");
  assert_contains (text, "\nAuto-Submitted: auto-generated\n");
  g_autofree char *id = sql_scalar (home, "select '<' || message_id || '@example.org>' from weir.alert_message");
  assert_contains (text, id);
  g_autofree char *plain = quoted_text (strstr (text, "\n\n"));
  assert_contains (plain, "\n    weir rejects ");
  assert_contains (plain, "\\x0D\\x0ABcc: eve@example.org\\x0D\\x0A\\x0D\\x0A.\\x0D\\x0A é.csv");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_what_servers_say, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_no_tls, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_hostile_names, home_setup, home_teardown),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
