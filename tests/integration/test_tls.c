/* sslmode=verify-full, as docs/operations.md has it: with a certificate of one's own authority, on the loopback. */
#include "tests/support/connector.h"
#include "tests/support/oracle.h"
#include "tests/support/port.h"
#include "tests/support/weir.h"

#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *folder; /* of the certificates */
  int port;
  pid_t postmaster;
} TlsServer;

static void
run_openssl (const char *folder, const char *command)
{
  g_auto (GStrv) words = g_strsplit (command, " ", -1);
  g_autofree char *program = g_find_program_in_path ("openssl");
  g_autofree char *log = g_build_filename (folder, "openssl.log", NULL);
  g_free (words[0]);
  words[0] = g_steal_pointer (&program);
  if (process_wait (process_start (&(ProcessSetup) { .folder = folder, .out = log }, (const char *const *) words)) != 0)
    fail_msg ("failed, see %s: %s", log, command);
}

/* On a curve: to find an RSA key takes longer than all that is tested with it. */
#define NEW_KEY " -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "

static void
make_certificates (const char *folder)
{
  g_autofree char *names = g_build_filename (folder, "names.txt", NULL), *key = g_build_filename (folder, "server.key", NULL);
  assert_true (g_file_set_contents (names, "subjectAltName=DNS:localhost\n", -1, NULL));
  run_openssl (folder, "openssl req -new -x509 -days 365" NEW_KEY "-subj /CN=our-ca -keyout ca.key -out ca.crt");
  run_openssl (folder, "openssl req -new -x509 -days 365" NEW_KEY "-subj /CN=other-ca -keyout other.key -out other.crt");
  run_openssl (folder, "openssl req -new" NEW_KEY "-subj /CN=localhost -keyout server.key -out server.csr");
  run_openssl (folder, "openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 -extfile names.txt"
                       " -out server.crt");
  const struct passwd *user = geteuid () == 0 ? getpwnam ("postgres") : NULL;
  assert_true (user == NULL || chown (key, user->pw_uid, user->pw_gid) == 0);
  chmod (key, 0600);
}

/* The cluster's server once more, with TLS. */
static TlsServer
start_with_tls (Cluster *cluster)
{
  TlsServer server = { .folder = g_build_filename (cluster->folder, "tls", NULL), .port = port_free () };
  g_autofree char *postgres = g_build_filename (cluster->bin, "postgres", NULL);
  g_autofree char *hba = g_build_filename (cluster->folder, "tls", "pg_hba.conf", NULL);
  g_autofree char *log = g_build_filename (cluster->folder, "tls", "server.log", NULL);
  g_mkdir_with_parents (server.folder, 0755);
  make_certificates (server.folder);
  assert_true (g_file_set_contents (hba, "hostssl all all 127.0.0.1/32 trust\n", -1, NULL));
  chmod (hba, 0644);
  cluster_stop (cluster);
  g_autofree char *port = g_strdup_printf ("%d", server.port),
                  *folder = g_strconcat ("unix_socket_directories=", cluster->socket, NULL);
  g_autofree char *certificate = g_strdup_printf ("ssl_cert_file=%s/server.crt", server.folder);
  g_autofree char *key = g_strdup_printf ("ssl_key_file=%s/server.key", server.folder);
  g_autofree char *rules = g_strconcat ("hba_file=", hba, NULL);
  const char *argv[] = { postgres, "-D",   cluster->data, "-p",     port,        "-c",        "listen_addresses=127.0.0.1",
                         "-c",     folder, "-c",          "ssl=on", "-c",        certificate, "-c",
                         key,      "-c",   rules,         "-c",     "fsync=off", NULL };
  server.postmaster = process_start (&(ProcessSetup) { .folder = "/", .user = "postgres", .out = log }, argv);
  return server;
}

static void
stop_with_tls (Cluster *cluster, TlsServer *server)
{
  kill (server->postmaster, SIGQUIT);
  process_wait (server->postmaster);
  g_free (server->folder);
  cluster_start (cluster);
}

/* Whether it takes connections. That somebody listens says less: it may be starting. */
static bool
accepts (int port, const char *database)
{
  g_autofree char *url = g_strdup_printf ("postgresql://weir@127.0.0.1:%d/%s?sslmode=require", port, database);
  g_autoptr (Db) db = db_connect (url, "test", -1, NULL);
  return db != NULL;
}

static bool
can_connect (Home *home)
{
  g_autoptr (Outcome) outcome = run_weir (home, "migrate", "up", NULL);
  return outcome->code == 0;
}

static void
test_verify_full (void **state)
{
  static const struct
  {
    const char *host, *authority;
    int code;
    const char *says;
  } cases[] = {
    { "localhost", "ca.crt", 0, "" },
    { "localhost", "other.crt", 3, "certificate verify failed" },
    { "127.0.0.1", "ca.crt", 3, "127.0.0.1" }, /* the certificate is of another name */
    { "localhost", "none.crt", 3, "none.crt" },
  };
  g_autofree char *openssl = g_find_program_in_path ("openssl");
  if (openssl == NULL)
    {
      fprintf (stderr, "skipped: openssl is not installed\n");
      skip ();
    }
  Home *home = *state;
  TlsServer server = start_with_tls (home->cluster);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json =
          g_strdup_printf ("{\"database\": \"postgresql://weir@%s:%d/%s?sslmode=verify-full&sslrootcert=%s/%s\"}", cases[i].host,
                           server.port, home->database, server.folder, cases[i].authority);
      home_write_file (home, "weir.json", json);
      if (i == 0)
        wait_until (can_connect (home));
      g_autoptr (Outcome) outcome = expect_weir (home, cases[i].code, "migrate", "up", NULL);
      assert_contains (outcome->err, cases[i].says);
      if (i == 0)
        {
          g_autoptr (Outcome) shown =
              expect_weir (home, 0, "psql", "-X", "-At", "-c", "select ssl from pg_stat_ssl where pid = pg_backend_pid()", NULL);
          assert_string_equal (shown->out, "t\n");
        }
    }
  stop_with_tls (home->cluster, &server);
}

/* A source: who the other side is, is asked of every server that is not this machine; and of this one where the connection says so. */
static void
test_connector (void **state)
{
  static const struct
  {
    const char *more;
    int code;
    const char *says;
  } cases[] = {
    { "\"host\": \"localhost\", \"sslmode\": \"verify-full\", \"sslrootcert\": \"ca.crt\"", 0,
      "its certificate and name are checked" },
    { "\"host\": \"localhost\", \"sslmode\": \"require\"", 0, "certificate is not checked" },
    { "\"host\": \"localhost\", \"sslmode\": \"verify-full\", \"sslrootcert\": \"other.crt\"", 77, "certificate verify failed" },
    { "\"host\": \"localhost\", \"sslmode\": \"verify-full\"", 77, "certificate" },
    { "\"host\": \"127.0.0.1\", \"sslmode\": \"verify-full\", \"sslrootcert\": \"ca.crt\"", 77, "127.0.0.1" },
    /* Of two one that is not known to be this machine, and no word of TLS; it is, so that no name server is asked and nobody else. */
    { "\"host\": \"0.0.0.0,localhost\"", 77, "certificate" },
    { "\"url\": \"host=elsewhere.example.org hostaddr=127.0.0.1\", \"sslrootcert\": \"ca.crt\"", 0, "certificate is not checked" },
  };
  g_autofree char *openssl = g_find_program_in_path ("openssl");
  if (openssl == NULL)
    {
      fprintf (stderr, "skipped: openssl is not installed\n");
      skip ();
    }
  Home *home = *state;
  TlsServer server = start_with_tls (home->cluster);
  home_configure (home, "");
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf (
          "{\"connection\": {\"type\": \"postgresql\", \"port\": %d, \"database\": \"%s\", \"user\": \"weir\", %s}}", server.port,
          home->database, cases[i].more);
      g_autoptr (Json) request = weir_json_parse (text, strlen (text), "a request", NULL);
      if (i == 0)
        wait_until (accepts (server.port, home->database));
      g_autoptr (ConnectorRun) run = connector_run (server.folder, "weir-connect-pg", "check", request, NULL);
      g_autofree char *said = connector_text (run);
      if (run->code != cases[i].code || strstr (said, cases[i].says) == NULL)
        fail_msg ("%s: %s", text, said);
    }
  stop_with_tls (home->cluster, &server);
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown (test_verify_full, home_setup, home_teardown),
                                      cmocka_unit_test_setup_teardown (test_connector, home_setup, home_teardown) };
  return cmocka_run_group_tests (tests, cluster_setup_own, cluster_teardown);
}
