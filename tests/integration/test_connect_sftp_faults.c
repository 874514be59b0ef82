/* Files by SFTP, while things go wrong: files that grow, connections that are cut or frozen, and a connector that is killed. */
#include "sftp_place.h"

#include "tests/support/gate.h"
#include "tests/support/process.h"

#include "base/autoptr.h"

#include <sys/prctl.h>
#include <sys/stat.h>

/* A connection that does not wait long. */
static Json *
brisk (const Place *place, int port)
{
  Json *json = sshd_connection (place->sshd, port);
  json_object_set_new (json, "timeout", json_integer (4));
  return json;
}

/* Writes on to a file until it is killed. */
static pid_t
start_growing (const char *path)
{
  pid_t pid = fork ();
  if (pid != 0)
    return pid;
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  AUTO_FD int fd = open (path, O_WRONLY | O_APPEND | O_CLOEXEC);
  while (write (fd, "more\n", 5) == 5)
    g_usleep (20000);
  _exit (1);
}

/* A file that grows is left for the next time; one that is new, and stays, is taken. */
static void
test_settles (void **state)
{
  const Place *place = *state;
  g_autofree char *growing = files_path (place->data, "growing.csv"), *fresh = files_path (place->data, "fresh.csv");
  assert_true (g_file_set_contents (growing, "x", 1, NULL) && g_file_set_contents (fresh, "x", 1, NULL));
  g_autoptr (Json) request = files_request (connection (place), "\"from\": {\"path\": \"%s/*\", \"settle\": 2}", place->data);
  pid_t writer = start_growing (growing);
  g_autoptr (ConnectorRun) found = connector_run (place->folder, CURL_PROGRAM, "discover", request, NULL);
  kill (writer, SIGKILL);
  process_wait (writer);
  assert_connector_done (found);
  assert_string_equal (json_string_value (json_object_get (connector_line (found, "stream", 0), "name")), fresh);
  assert_null (connector_line (found, "stream", 1));
  assert_non_null (strstr (json_string_value (connector_line (found, "note", 0)), "still being written"));
}

static ConnectorRun *
read_object (const Place *place, int port, const char *name, int64_t size, const char *mtime)
{
  return run (place, "read",
              files_request (sshd_connection (place->sshd, port),
                             "\"from\": {\"path\": \"%s/*\"}, \"object\": {\"path\": \"%s/%s\", \"size\": %" G_GINT64_FORMAT
                             ", \"mtime\": \"%s\", \"etag\": null}",
                             place->data, place->data, name, size, mtime),
              NULL);
}

/* So many bytes that no two pieces of it are the same. Owned by the caller. */
static char *
many_bytes (size_t size)
{
  GString *text = g_string_sized_new (size);
  for (int i = 0; text->len < size; i++)
    g_string_append_printf (text, "%d,", i);
  g_string_truncate (text, size);
  return g_string_free (text, FALSE);
}

#define MANY 3000000

/* Cut in the middle it goes on from there; changed meanwhile, it is not put together from two files. */
static void
test_resumes (void **state)
{
  const Place *place = *state;
  g_autofree char *text = many_bytes (MANY);
  files_put (place->data, "large.csv", text);
  Gate *gate = gate_start (place->sshd->port);
  gate_set (gate, GATE_CUT, MANY / 2);
  g_autoptr (ConnectorRun) some = read_object (place, gate_port (gate), "large.csv", MANY, FILES_MTIME);
  assert_connector_done (some);
  assert_int_equal (some->length, MANY);
  assert_memory_equal (some->spool, text, MANY);
  assert_true (gate_has_shut (gate) && gate_connections (gate) >= 2);

  gate_set (gate, GATE_HOLD, MANY / 2);
  g_autoptr (Json) request =
      files_request (sshd_connection (place->sshd, gate_port (gate)),
                     "\"object\": {\"path\": \"%s/large.csv\", \"size\": %d, \"mtime\": \"" FILES_MTIME "\"}", place->data, MANY);
  ConnectorJob *job = connector_start (place->folder, CURL_PROGRAM, "read", request, NULL, NULL);
  wait_until (gate_has_shut (gate));
  text[MANY - 1] = '!';
  g_autofree char *path = files_path (place->data, "large.csv");
  assert_true (g_file_set_contents (path, text, -1, NULL));
  sshd_signal_sessions (place->sshd, SIGKILL);
  gate_set (gate, GATE_PASS, 0);
  g_autoptr (ConnectorRun) changed = connector_finish (job);
  assert_connector_error (changed, 75, "transient", NULL, "has changed");
  assert_string_equal (json_string_value (json_object_get (connector_line (changed, "error", 0), "code")), "changed");
  gate_stop (gate);
}

/* A sanitizer would tell what libcurl and libssh2 themselves do not free of a session that was given up. */
static const char *const without_leaks[] = { "ASAN_OPTIONS=detect_leaks=0", NULL };

static ConnectorJob *
start_large_write (const Place *place, Gate *gate, const char *spool)
{
  g_autoptr (Json) request = files_request (
      brisk (place, gate_port (gate)),
      "\"to\": {\"path\": \"%s/\"}, \"delivery\": {\"run\": \"" RUN_ID "\", \"table\": \"orders\", \"rows\": 1}", place->data);
  gate_set (gate, GATE_HOLD, MANY / 2);
  ConnectorJob *job = connector_start (place->folder, CURL_PROGRAM, "write", request, spool, without_leaks);
  wait_until (gate_has_shut (gate));
  return job;
}

#define LARGE_NAME "orders." RUN_ID ".csv"

/* Its session stopped in the middle: it is given up, and begun again in another one. */
static void
test_frozen (void **state)
{
  const Place *place = *state;
  g_autofree char *spool = many_bytes (MANY);
  Gate *gate = gate_start (place->sshd->port);
  ConnectorJob *job = start_large_write (place, gate, spool);
  sshd_signal_sessions (place->sshd, SIGSTOP);
  assert_true (files_has (place->data, "." LARGE_NAME ".part") && !files_has (place->data, LARGE_NAME));
  gate_set (gate, GATE_PASS, 0);
  g_autoptr (ConnectorRun) written = connector_finish (job);
  sshd_signal_sessions (place->sshd, SIGCONT);
  assert_connector_done (written);
  assert_file (place->data, LARGE_NAME, spool);
  gate_stop (gate);
}

/* All of the server frozen: told as what may pass; and a SIGTERM meanwhile ends it. */
static void
test_ends (void **state)
{
  const Place *place = *state;
  g_autofree char *spool = many_bytes (MANY);
  Gate *gate = gate_start (place->sshd->port);
  ConnectorJob *job = start_large_write (place, gate, spool);
  kill (connector_pid (job), SIGTERM);
  g_autoptr (ConnectorRun) stopped = connector_finish (job);
  assert_connector_error (stopped, 75, "transient", NULL, "asked to end");
  assert_false (files_has (place->data, LARGE_NAME));
  gate_set (gate, GATE_PASS, 0);

  kill (place->sshd->process, SIGSTOP);
  g_autoptr (ConnectorRun) frozen = run (place, "check", files_request (brisk (place, 0), "%s", ""), NULL);
  kill (place->sshd->process, SIGCONT);
  assert_connector_error (frozen, 75, "transient", NULL, "timed out");
  gate_stop (gate);
}

/* A server that says nothing while no file's bytes come, as one that opens a pipe: given up, too. And one that is frozen when all is done keeps nobody. */
static void
test_quiet (void **state)
{
  const Place *place = *state;
  g_autofree char *pipe = files_path (place->data, "pipe.csv");
  assert_int_equal (mkfifo (pipe, 0644), 0);
  Json *hasty = brisk (place, 0);
  json_object_set_new (hasty, "timeout", json_integer (2));
  g_autoptr (Json) look = files_request (hasty, "\"from\": {\"path\": \"%s\"}", pipe);
  g_autoptr (ConnectorRun) waited = connector_run_with (place->folder, CURL_PROGRAM, "discover", look, NULL, without_leaks);
  assert_connector_error (waited, 75, "transient", NULL, "could not look at");

  static const char *const stops[] = { "WEIR_FAULT=stop:farewell", "ASAN_OPTIONS=detect_leaks=0", NULL };
  g_autoptr (Json) check = files_request (connection (place), "%s", "");
  ConnectorJob *job = connector_start (place->folder, CURL_PROGRAM, "check", check, NULL, stops);
  wait_until (process_find_stopped (place->folder, CURL_PROGRAM) == connector_pid (job));
  sshd_signal_sessions (place->sshd, SIGSTOP);
  kill (connector_pid (job), SIGCONT);
  g_autoptr (ConnectorRun) done = connector_finish (job);
  sshd_signal_sessions (place->sshd, SIGKILL);
  assert_connector_done (done);
}

/* The connector killed in the middle, and behind the rename: the next try leaves one whole file. */
static void
test_killed (void **state)
{
  const Place *place = *state;
  g_autofree char *spool = many_bytes (MANY);
  Gate *gate = gate_start (place->sshd->port);
  ConnectorJob *job = start_large_write (place, gate, spool);
  kill (connector_pid (job), SIGKILL);
  g_autoptr (ConnectorRun) killed = connector_finish (job);
  assert_int_equal (killed->code, 128 + SIGKILL);
  gate_set (gate, GATE_PASS, 0);
  gate_stop (gate);
  static const char *const faults[] = { "WEIR_FAULT=kill:sftp-put", NULL };
  g_autoptr (Json) request = files_request (
      connection (place),
      "\"to\": {\"path\": \"%s/\"}, \"delivery\": {\"run\": \"" RUN_ID "\", \"table\": \"orders\", \"rows\": 1}", place->data);
  g_autoptr (ConnectorRun) behind = connector_run_with (place->folder, CURL_PROGRAM, "write", request, spool, faults);
  assert_int_equal (behind->code, 128 + SIGKILL);
  assert_file (place->data, LARGE_NAME, spool);
  g_autoptr (ConnectorRun) again = connector_run (place->folder, CURL_PROGRAM, "write", request, spool);
  assert_connector_done (again);
  g_autofree char *names = files_names_in (place->data, ".");
  assert_string_equal (names, LARGE_NAME);
}

/* A server that goes away while it says which names are folders: no folder is taken for a file. */
static void
test_half_a_listing (void **state)
{
  const Place *place = *state;
  for (int i = 0; i < 400; i++)
    {
      g_autofree char *name = g_strdup_printf ("%0230d.txt", i);
      files_put (place->data, name, "");
    }
  Gate *gate = gate_start (place->sshd->port);
  g_autoptr (Json) request =
      files_request (sshd_connection (place->sshd, gate_port (gate)), "\"from\": {\"path\": \"%s/**/*.csv\"}", place->data);
  gate_set (gate, GATE_CUT, 350000); /* a listing has about 240 kB */
  g_autoptr (ConnectorRun) cut = connector_run_with (place->folder, CURL_PROGRAM, "discover", request, NULL, without_leaks);
  assert_connector_error (cut, 75, "transient", NULL, "list the folder");
  assert_true (gate_has_shut (gate));
  gate_stop (gate);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup (test_settles, clear),        cmocka_unit_test_setup (test_resumes, clear),
    cmocka_unit_test_setup (test_frozen, clear),         cmocka_unit_test_setup (test_ends, clear),
    cmocka_unit_test_setup (test_quiet, clear),          cmocka_unit_test_setup (test_killed, clear),
    cmocka_unit_test_setup (test_half_a_listing, clear),
  };
  return cmocka_run_group_tests (tests, setup, teardown);
}
