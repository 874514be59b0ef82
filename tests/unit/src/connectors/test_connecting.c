/* Connectors that do well, badly, nothing, or too much: small scripts of sh, each of which is one connector. */
#include "src/connectors/connecting.h"

#include "tests/support/process.h"

#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHA "\"000ABCDEF0000000000000000000000000000000000000000000000000000000\""
#define SAY(line) "echo '" line "' >&4\n"
#define DONE(bytes) SAY ("{\"done\": {\"rows\": 1, \"bytes\": " bytes ", \"sha256\": " SHA ", \"position\": {\"id\": 7}}}")
#define COLUMNS SAY ("{\"columns\": [{\"name\": \"id\", \"type\": \"bigint\"}]}")

typedef struct
{
  char *folder;
  Settings *settings;
  GPtrArray *said, *lines; /* of char * */
  int ticks;
} Fixture;

static int
setup (void **state)
{
  Fixture *fixture = g_new0 (Fixture, 1);
  g_autofree char *path = g_dir_make_tmp ("weir-connecting-XXXXXX", NULL);
  fixture->folder = realpath (path, NULL);
  fixture->settings = settings_load_home (fixture->folder, HOME_CREATE, NULL);
  fixture->said = g_ptr_array_new_with_free_func (g_free);
  fixture->lines = g_ptr_array_new_with_free_func (g_free);
  *state = fixture;
  return fixture->settings == NULL;
}

static int
teardown (void **state)
{
  Fixture *fixture = *state;
  remove_tree (fixture->folder);
  settings_free (fixture->settings);
  g_ptr_array_unref (fixture->said);
  g_ptr_array_unref (fixture->lines);
  free (fixture->folder);
  g_free (fixture);
  return 0;
}

static void
on_said (const char *text, void *data)
{
  g_ptr_array_add (((Fixture *) data)->said, g_strdup (text));
}

static void
on_line (const Json *line, void *data)
{
  g_ptr_array_add (((Fixture *) data)->lines, weir_json_text (line));
}

static void
on_tick (void *data)
{
  ((Fixture *) data)->ticks++;
}

static bool
has_text (const GPtrArray *texts, const char *part)
{
  for (guint i = 0; i < texts->len; i++)
    if (strstr (texts->pdata[i], part) != NULL)
      return true;
  return false;
}

static void
write_script (const Fixture *fixture, const char *script)
{
  g_autofree char *path = g_build_filename (fixture->folder, "connector", NULL), *text = g_strconcat ("#!/bin/sh\n", script, NULL);
  assert_true (g_file_set_contents (path, text, -1, NULL));
  assert_int_equal (chmod (path, 0700), 0);
}

/* Runs the script as a connector. most: seconds, 0: no limit. */
static bool
call (Fixture *fixture, const char *script, const char *verb, int spool_fd, int stop_fd, int64_t most, Connected *ret,
      GError **error)
{
  write_script (fixture, script);
  g_autoptr (Json) connection =
      json_pack ("{s:s, s:s, s:s, s:s, s:s, s:[s, s]}", "type", "test", "program", "./connector", "host", "db.example.org",
                 "password", "hunter2secret", "url", "postgresql://ann:sesame99@h/x", "command", "/opt/tap-x", "argument-7");
  g_autoptr (Json) request =
      json_pack ("{s:s, s:s, s:{s:s, s:{s:s}}, s:{s:s, s:s}}", "job", "orders", "verb", "nothing", "from", "table", "orders",
                 "headers", "X-Key", "abra-cadabra", "where", "tokens", "where-word", "name", "quiet-word");
  const ConnectorCall how = { .verb = verb,
                              .connection = connection,
                              .request = request,
                              .spool_fd = spool_fd,
                              .stop_fd = stop_fd,
                              .most_seconds = most,
                              .line = on_line,
                              .said = on_said,
                              .tick = on_tick,
                              .data = fixture };
  return connector_call (fixture->settings, &how, ret, error);
}

static int
open_spool (void)
{
  int fd = memfd_create ("spool", MFD_CLOEXEC);
  assert_true (fd >= 0);
  return fd;
}

static const struct
{
  const char *name;
  const char *script;
  ConnectedHow how;
  WeirErrorCode code;
  const char *message, *detail; /* NULL: not looked at */
} ends[] = {
  { "done", "printf 'id\\n\"1\"\\n' >&3\n" COLUMNS DONE ("7"), CONNECTED_DONE, 0, NULL, NULL },
  { "transient",
    SAY ("{\"error\": {\"class\": \"transient\", \"code\": \"08006\", \"message\": \"gone\", \"detail\": \"why\"}}") "exit 75",
    CONNECTED_TRANSIENT, WEIR_ERROR_RETRY, "job \"orders\": gone (08006)", "why" },
  { "credentials", SAY ("{\"error\": {\"class\": \"credentials\", \"message\": \"no\"}}") "exit 77", CONNECTED_CREDENTIALS,
    WEIR_ERROR_MODEL, "job \"orders\": no", NULL },
  { "configuration",
    SAY ("{\"error\": {\"message\": \"must be there\", \"path\": \"connection.host\"}}")
        SAY ("{\"error\": {\"message\": \"is none\", \"path\": \"from.table\"}}") "exit 78",
    CONNECTED_CONFIGURATION, WEIR_ERROR_MODEL, "job \"orders\" has 2 mistakes",
    "connection.host: must be there\nfrom.table: is none" },
  { "gap", SAY ("{\"error\": {\"message\": \"lost\"}}") "exit 65", CONNECTED_GAP, WEIR_ERROR_MODEL, "job \"orders\": lost", NULL },
  { "a class without words", "exit 77", CONNECTED_CREDENTIALS, WEIR_ERROR_MODEL,
    "job \"orders\": the connector ended with exit code 77", NULL },
  { "silent", "true", CONNECTED_CRASHED, WEIR_ERROR_RETRY, "job \"orders\": the connector ended without \"done\"", NULL },
  { "another code", SAY ("{\"error\": {\"message\": \"bug\"}}") "exit 3", CONNECTED_CRASHED, WEIR_ERROR_RETRY,
    "job \"orders\": the connector ended with exit code 3", "bug" },
  { "done, and a code", "printf 'id\\n\"1\"\\n' >&3\n" COLUMNS DONE ("7") "exit 75", CONNECTED_TRANSIENT, WEIR_ERROR_RETRY, NULL,
    NULL },
  { "a signal", "kill -9 $$", CONNECTED_CRASHED, WEIR_ERROR_RETRY, "job \"orders\": the connector was killed by signal 9 (Killed)",
    NULL },
  { "a signal behind done", DONE ("0") "kill -9 $$", CONNECTED_CRASHED, WEIR_ERROR_RETRY, NULL, NULL },
  { "garbage", "echo 'hello hunter2secret' >&4", CONNECTED_CRASHED, WEIR_ERROR_MODEL,
    "job \"orders\": the connector sent a line that is no JSON object: hello ...", NULL },
  { "an array", SAY ("[]"), CONNECTED_CRASHED, WEIR_ERROR_MODEL,
    "job \"orders\": the connector sent a line that is no JSON object: []", NULL },
  { "bytes", "printf '\\377\\000\\n' >&4", CONNECTED_CRASHED, WEIR_ERROR_MODEL, NULL, NULL },
  { "half a line", "printf '{\"note\": ' >&4", CONNECTED_CRASHED, WEIR_ERROR_MODEL, NULL, NULL },
  { "half a line, and killed", "printf '{\"note\": ' >&4; kill -9 $$", CONNECTED_CRASHED, WEIR_ERROR_RETRY, NULL, NULL },
  { "garbage, and on and on", "echo x >&4; while :; do sleep 1; done", CONNECTED_CRASHED, WEIR_ERROR_MODEL, NULL, NULL },
  { "endless", "head -c 3000000 /dev/zero >&4; sleep 20", CONNECTED_CRASHED, WEIR_ERROR_MODEL,
    "job \"orders\": the connector sent a line of more than 1 MiB", NULL },
  { "notes without end", "x=$(head -c 100000 /dev/zero | tr '\\0' x)\nwhile :; do echo '{\"note\": \"'$x'\"}' || exit; done >&4",
    CONNECTED_CRASHED, WEIR_ERROR_MODEL, "job \"orders\": the connector sent more than 16 MiB of results", NULL },
  { "a note that is none", SAY ("{\"note\": 1}"), CONNECTED_CRASHED, WEIR_ERROR_MODEL,
    "job \"orders\": the connector sent \"note\" that is no string", NULL },
  { "columns twice", COLUMNS COLUMNS, CONNECTED_CRASHED, WEIR_ERROR_MODEL, "job \"orders\": the connector said its columns twice",
    NULL },
  { "an error, and done",
    SAY ("{\"error\": {\"class\": \"transient\", \"message\": \"away\"}}") COLUMNS "printf 'id\\n\"1\"\\n' >&3\n" DONE ("7"),
    CONNECTED_CRASHED, WEIR_ERROR_MODEL, NULL, NULL },
  { "done twice", DONE ("0") DONE ("0"), CONNECTED_CRASHED, WEIR_ERROR_MODEL, NULL, NULL },
  { "wrong bytes", "printf 'id\\n\"1\"\\n' >&3\n" COLUMNS DONE ("8"), CONNECTED_CRASHED, WEIR_ERROR_MODEL,
    "job \"orders\": the connector says that its file has 8 bytes, and it has 7", NULL },
  { "no rows", SAY ("{\"done\": {\"bytes\": 0, \"sha256\": " SHA "}}"), CONNECTED_CRASHED, WEIR_ERROR_MODEL,
    "job \"orders\": the connector sent \"done\" without rows, bytes and SHA-256", NULL },
  { "rows below 0", SAY ("{\"done\": {\"rows\": -1, \"bytes\": 0, \"sha256\": " SHA "}}"), CONNECTED_CRASHED, WEIR_ERROR_MODEL,
    NULL, NULL },
  { "no digest", SAY ("{\"done\": {\"rows\": 0, \"bytes\": 0, \"sha256\": \"0\"}}"), CONNECTED_CRASHED, WEIR_ERROR_MODEL, NULL,
    NULL },
  { "no columns", "printf 'id\\n\"1\"\\n' >&3\n" DONE ("7"), CONNECTED_CRASHED, WEIR_ERROR_MODEL,
    "job \"orders\": the connector did not say the columns of its file", NULL },
  { "raw", "printf 'id;x\\n' >&3\n" SAY ("{\"done\": {\"rows\": 0, \"bytes\": 5, \"sha256\": " SHA ", \"raw\": true}}"),
    CONNECTED_DONE, 0, NULL, NULL },
  { "nothing new", COLUMNS DONE ("0"), CONNECTED_DONE, 0, NULL, NULL },
  { "what is not known", SAY ("{\"later\": 1}") COLUMNS DONE ("0"), CONNECTED_DONE, 0, NULL, NULL },
  { "its children stay", "sleep 20 & \n" COLUMNS DONE ("0"), CONNECTED_DONE, 0, NULL, NULL },
  { "no line end", COLUMNS "printf '{\"done\": {\"rows\": 0, \"bytes\": 0, \"sha256\": " SHA "}}' >&4", CONNECTED_DONE, 0, NULL,
    NULL },
  { "closed results", "exec 4>&- 1>&- 2>&-; sleep 0.2", CONNECTED_CRASHED, WEIR_ERROR_RETRY, NULL, NULL },
};

static void
test_ends (void **state)
{
  for (size_t i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      int spool = open_spool ();
      g_autoptr (GError) error = NULL;
      g_auto (Connected) connected = { 0 };
      print_message ("  %s\n", ends[i].name);
      assert_true (call (*state, ends[i].script, "read", spool, -1, 0, &connected, NULL));
      close (spool);
      bool is_done = connected_error (&connected, "job \"orders\"", "orders", &error);
      if (error != NULL)
        print_message ("    %s\n", error->message);
      assert_string_equal (connected_words[connected.how], connected_words[ends[i].how]);
      assert_int_equal (is_done, ends[i].how == CONNECTED_DONE);
      assert_int_equal (is_done, error == NULL);
      assert_int_equal (connected.done != NULL, is_done);
      const char *digest = json_string_value (json_object_get (connected.done, "sha256"));
      assert_true (digest == NULL || strstr (digest, "000abcdef0") != NULL);
      if (is_done || error == NULL)
        continue;
      assert_true (g_error_matches (error, WEIR_ERROR, ends[i].code));
      if (connected.is_broken) /* a page that is there */
        assert_non_null (strstr (weir_error_get_hint (error), "has to be mended: /"));
      if (ends[i].message != NULL)
        assert_string_equal (error->message, ends[i].message);
      if (ends[i].detail != NULL)
        assert_string_equal (weir_error_get_detail (error), ends[i].detail);
      assert_null (strstr (error->message, "hunter2"));
    }
}

/* What it is given: the request and nothing else. */
static void
test_what_it_gets (void **state)
{
  Fixture *fixture = *state;
  g_auto (Connected) connected = { 0 };
  int null = open ("/dev/null", O_RDONLY | O_CLOEXEC), leaked = fcntl (null, F_DUPFD, 40);
  close (null);
  assert_true (leaked >= 40);
  g_setenv ("WEIR_TEST_SECRET", "x", TRUE);
  assert_true (call (fixture,
                     "cat >request; env >environment; pwd >place; echo $1 $# >words; ls /proc/$$/fd >fds\n" SAY ("{\"done\": {}}"),
                     "check", -1, -1, 0, &connected, NULL));
  close (leaked);
  assert_int_equal (connected.how, CONNECTED_DONE);
  static const struct
  {
    const char *file, *text;
  } left[] = {
    { "request", "{\"protocol\":1,\"verb\":\"check\",\"job\":\"orders\",\"from\":{\"table\":\"orders\",\"headers\":{\"X-Key\":"
                 "\"abra-cadabra\"}},\"where\":{\"tokens\":\"where-word\",\"name\":\"quiet-word\"},\"connection\":{\"type\":"
                 "\"test\",\"program\":\"./"
                 "connector\",\"host\":"
                 "\"db.example.org\",\"password\":\"hunter2secret\",\"url\":\"postgresql://ann:sesame99@h/x\",\"command\":[\"/opt/"
                 "tap-x\",\"argument-7\"]}}" },
    { "words", "check 1\n" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (left); i++)
    {
      g_autofree char *path = g_build_filename (fixture->folder, left[i].file, NULL), *text = NULL;
      assert_true (g_file_get_contents (path, &text, NULL, NULL));
      assert_string_equal (text, left[i].text);
    }
  g_autofree char *path = g_build_filename (fixture->folder, "environment", NULL), *environment = NULL, *place = NULL, *fds = NULL;
  assert_true (g_file_get_contents (path, &environment, NULL, NULL));
  g_auto (GStrv) variables = g_strsplit (environment, "\n", -1);
  for (size_t i = 0; variables[i] != NULL && variables[i][0] != '\0'; i++)
    {
      g_autofree char *name = g_strndup (variables[i], strcspn (variables[i], "="));
      static const char *const allowed[] = {
        "PATH", "HOME", "LANG", "TZ", "TMPDIR", "PWD", "OLDPWD", "SHLVL", "_", "WEIR_MUTANT", NULL
      }; /* the last by scripts/mutate alone */
      if (!g_strv_contains (allowed, name))
        fail_msg ("it has %s in its environment", name);
    }
  g_autofree char *place_path = g_build_filename (fixture->folder, "place", NULL);
  g_autofree char *fds_path = g_build_filename (fixture->folder, "fds", NULL);
  assert_true (g_file_get_contents (place_path, &place, NULL, NULL));
  assert_string_equal (g_strchomp (place), fixture->folder);
  assert_true (g_file_get_contents (fds_path, &fds, NULL, NULL));
  /* The script asks without a pipe, which would be one of the shell's own. A shell has some of 10 and above, so that the one that is ours
   * is looked for by its number. */
  g_auto (GStrv) numbers = g_strsplit (fds, "\n", -1);
  for (int fd = 0; fd < 10; fd++)
    {
      g_autofree char *number = g_strdup_printf ("%d", fd);
      assert_int_equal (g_strv_contains ((const char *const *) numbers, number), fd <= 2 || fd == 4);
    }
  g_autofree char *number = g_strdup_printf ("%d", leaked);
  assert_false (g_strv_contains ((const char *const *) numbers, number));
}

/* What it says is told, without what is secret in the connection. */
static void
test_what_it_says (void **state)
{
  Fixture *fixture = *state;
  g_auto (Connected) connected = { 0 };
  assert_true (
      call (fixture,
            "echo 'out hunter2secret at db.example.org for orders by abra-cadabra'; echo /opt/tap-x argument-7; echo err >&2; "
            "printf 'tail \\033 sesame99'\n" SAY ("{\"note\": \"with hunter2secret\"}") SAY ("{\"progress\": {\"rows\": 5}}")
                SAY ("{\"checked\": {\"what\": \"connect\", \"ok\": true, \"text\": \"as postgresql://ann:sesame99@h/x\"}}")
                    SAY ("{\"stream\": {\"name\": \"public.t\"}}")
                        SAY ("{\"columns\": [{\"name\": \"id\", \"type\": \"hunter2secret\"}]}") SAY ("{\"done\": {}}"),
            "check", -1, -1, 0, &connected, NULL));
  assert_int_equal (connected.how, CONNECTED_DONE);
  assert_true (has_text (fixture->said, "out ... at db.example.org for orders by ..."));
  assert_true (has_text (fixture->said, "/opt/tap-x ..."));
  assert_true (has_text (fixture->said, "err"));
  assert_true (has_text (fixture->said, "tail \\x1B ..."));
  assert_int_equal (fixture->lines->len, 5);
  assert_true (has_text (fixture->lines, "{\"progress\":{\"rows\":5}}"));
  assert_false (has_text (fixture->lines, "hunter2"));
  assert_false (has_text (fixture->said, "hunter2"));
  assert_string_equal (json_string_value (json_object_get (json_array_get (connected.columns, 0), "type")), "...");
  g_autofree char *notes = weir_json_text (connected.notes), *checked = weir_json_text (connected.checked);
  assert_string_equal (notes, "[\"with ...\"]");
  assert_string_equal (checked, "[{\"what\":\"connect\",\"ok\":true,\"text\":\"as ...\"}]");
  assert_int_equal (json_array_size (connected.streams), 1);
}

/* It is hidden before the line is cut, where a NUL is before it, and where only its being a reference says that it is secret. */
static void
test_hidden (void **state)
{
  Fixture *fixture = *state;
  static const struct
  {
    const char *name, *script;
  } lines[] = {
    { "at the cut", "printf '%0110dhunter2secret and more\\n' 0 >&4" },
    { "behind a NUL", "printf 'x\\000hunter2secret\\n' >&4" },
    { "in a member of no special name", "echo 'it is quiet-word' >&4" },
    { "in where", "echo 'it is where-word' >&4" },
  };
  g_hash_table_add (fixture->settings->resolved, g_strdup ("quiet-word"));
  for (size_t i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto (Connected) connected = { 0 };
      print_message ("  %s\n", lines[i].name);
      assert_true (call (fixture, lines[i].script, "check", -1, -1, 0, &connected, NULL));
      assert_int_equal (connected.how, CONNECTED_CRASHED);
      print_message ("    %s\n", connected.ended);
      assert_non_null (strstr (connected.ended, "..."));
      assert_null (strstr (connected.ended, "hunter"));
      assert_null (strstr (connected.ended, "-word"));
    }
}

static size_t
count_open (void)
{
  size_t count = 0;
  for (int fd = 0; fd < 256; fd++)
    count += fcntl (fd, F_GETFD) >= 0 ? 1 : 0;
  return count;
}

/* Whichever descriptor is the first that is not to be had: it is told, and none stays open. */
static void
test_too_few_descriptors (void **state)
{
  struct rlimit before;
  int spool = open_spool (), failed = 0, well = 0;
  assert_int_equal (getrlimit (RLIMIT_NOFILE, &before), 0);
  for (rlim_t most = 4; most < 48; most++)
    {
      g_auto (Connected) connected = { 0 };
      g_autoptr (GError) error = NULL;
      size_t open_before = count_open ();
      write_script (*state, SAY ("{\"done\": {}}"));
      g_autoptr (Json) connection = json_pack ("{s:s, s:s}", "type", "test", "program", "./connector");
      g_autoptr (Json) request = json_object ();
      const ConnectorCall how = { .verb = "check", .connection = connection, .request = request, .spool_fd = spool, .stop_fd = -1 };
      assert_int_equal (setrlimit (RLIMIT_NOFILE, &(struct rlimit) { most, before.rlim_max }), 0);
      bool done = connector_call (((Fixture *) *state)->settings, &how, &connected, &error);
      assert_int_equal (setrlimit (RLIMIT_NOFILE, &before), 0);
      assert_int_equal (done, error == NULL);
      assert_int_equal (count_open (), open_before);
      failed += done ? 0 : 1;
      well += done ? 1 : 0;
    }
  close (spool);
  assert_true (failed > 0 && well > 0);
}

/* A line that has no end does not fill the memory, and the others come through. */
static void
test_what_it_says_is_cut (void **state)
{
  Fixture *fixture = *state;
  g_auto (Connected) connected = { 0 };
  assert_true (call (fixture, "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo short\n" SAY ("{\"done\": {}}"), "check", -1, -1,
                     0, &connected, NULL));
  assert_int_equal (connected.how, CONNECTED_DONE);
  assert_int_equal (fixture->said->len, 2);
  assert_true (strlen (fixture->said->pdata[0]) < 10000);
  assert_string_equal (fixture->said->pdata[1], "short");
}

/* ---- to end it ---- */

/* Whether the process whose number is in the file runs; one that nobody has waited for yet does not. */
static bool
is_alive (const Fixture *fixture, const char *file)
{
  g_autofree char *path = g_build_filename (fixture->folder, file, NULL), *number = NULL, *stat = NULL;
  if (!g_file_get_contents (path, &number, NULL, NULL))
    return false;
  g_autofree char *process = g_strdup_printf ("/proc/%d/stat", atoi (number));
  return g_file_get_contents (process, &stat, NULL, NULL) && strstr (stat, ") Z ") == NULL;
}

static void
test_stop (void **state)
{
  static const struct
  {
    const char *name, *script;
    ConnectedHow how;
  } stops[] = {
    { "at once", "sleep 100 & echo $! >child; wait", CONNECTED_STOPPED },
    { "deaf", "trap '' TERM; sleep 100 & echo $! >child; while :; do wait; sleep 0.1; done", CONNECTED_STOPPED },
    { "says why",
      "trap 'echo \"{\\\"error\\\": {\\\"message\\\": \\\"stopped\\\"}}\" >&4; exit 75' TERM; sleep 100 & echo $! >child; wait",
      CONNECTED_STOPPED },
    { "done all the same", "trap 'echo \"{\\\"done\\\": {}}\" >&4; exit 0' TERM; sleep 100 & echo $! >child; wait",
      CONNECTED_DONE },
  };
  Fixture *fixture = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (stops); i++)
    {
      int ends_of_pipe[2];
      g_auto (Connected) connected = { 0 };
      g_autoptr (GError) error = NULL;
      print_message ("  %s\n", stops[i].name);
      assert_int_equal (pipe (ends_of_pipe), 0);
      /* Asked from the beginning: a shell that has not yet said how it takes the signal is ended by it, so it says when it has. */
      g_autofree char *script = g_strconcat (stops[i].script, "\n", NULL);
      pid_t asker = fork ();
      if (asker == 0)
        {
          g_autofree char *path = g_build_filename (fixture->folder, "child", NULL);
          while (!g_file_test (path, G_FILE_TEST_EXISTS))
            g_usleep (10000);
          g_usleep (50000);
          _exit (write (ends_of_pipe[1], "x", 1) == 1 ? 0 : 1);
        }
      assert_true (call (fixture, script, "check", -1, ends_of_pipe[0], 0, &connected, NULL));
      assert_int_equal (process_wait (asker), 0);
      close (ends_of_pipe[0]);
      close (ends_of_pipe[1]);
      assert_string_equal (connected_words[connected.how], connected_words[stops[i].how]);
      assert_false (connected.is_late);
      if (connected.how == CONNECTED_STOPPED)
        {
          assert_false (connected_error (&connected, "job \"orders\"", "orders", &error));
          assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_STOP));
        }
      wait_until (!is_alive (fixture, "child"));
      g_autofree char *path = g_build_filename (fixture->folder, "child", NULL);
      assert_int_equal (unlink (path), 0);
    }
}

static void
test_late (void **state)
{
  g_auto (Connected) connected = { 0 };
  g_autoptr (GError) error = NULL;
  Fixture *fixture = *state;
  assert_true (call (fixture, "sleep 100 & wait", "check", -1, -1, 1, &connected, NULL));
  assert_int_equal (connected.how, CONNECTED_STOPPED);
  assert_true (connected.is_late);
  assert_true (fixture->ticks >= 1);
  assert_false (connected_error (&connected, "job \"orders\"", "orders", &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_RETRY));
  assert_string_equal (error->message, "job \"orders\": the connector was not done after 1 s");
}

/* It does not outlive whoever started it. */
static void
test_dies_with_us (void **state)
{
  Fixture *fixture = *state;
  pid_t caller = fork ();
  assert_true (caller >= 0);
  if (caller == 0)
    {
      Connected connected;
      call (fixture, "echo $$ >pid; exec sleep 100", "check", -1, -1, 0, &connected, NULL);
      _exit (0);
    }
  wait_until (is_alive (fixture, "pid"));
  kill (caller, SIGKILL);
  process_wait (caller);
  wait_until (!is_alive (fixture, "pid"));
}

/* ---- its program ---- */

static void
test_programs (void **state)
{
  Fixture *fixture = *state;
  static const struct
  {
    const char *connection, *message, *hint;
  } programs[] = {
    { "{\"type\": \"postgresq\"}", "weir-connect-postgresq is neither beside weir nor on the PATH",
      "Did you mean \"type\": \"postgresql\"?" },
    { "{\"type\": \"snail-mail\"}", "weir-connect-snail-mail is neither beside weir nor on the PATH",
      "Install the package that has it, or say \"program\" in the connection." },
    { "{\"type\": \"x\", \"program\": \"/nowhere/at/all\"}", "there is no program \"/nowhere/at/all\" that could be run", NULL },
    { "{\"type\": \"x\", \"program\": \"/tmp\"}", "there is no program \"/tmp\" that could be run", NULL },
    { "{\"type\": \"x\", \"program\": \"no-such-program-of-weir\"}",
      "no-such-program-of-weir is neither beside weir nor on the PATH",
      "Install the package that has it, or say \"program\" in the connection." },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autoptr (Json) connection = json_loads (programs[i].connection, 0, NULL);
      g_autoptr (GError) error = NULL;
      assert_null (connector_program (fixture->settings, connection, &error));
      assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_MODEL));
      assert_string_equal (error->message, programs[i].message);
      assert_true (g_strcmp0 (weir_error_get_hint (error), programs[i].hint) == 0);
    }
  g_autoptr (Json) shell = json_pack ("{s:s, s:s}", "type", "x", "program", "sh");
  g_autofree char *found = connector_program (fixture->settings, shell, NULL);
  assert_non_null (found);
}

/* A file that no kernel can run. */
static void
test_cannot_be_run (void **state)
{
  Fixture *fixture = *state;
  g_autoptr (GError) error = NULL;
  g_auto (Connected) connected = { 0 };
  g_autofree char *path = g_build_filename (fixture->folder, "connector", NULL);
  assert_true (g_file_set_contents (path, "\177ELF nonsense", -1, NULL));
  assert_int_equal (chmod (path, 0700), 0);
  g_autoptr (Json) connection = json_pack ("{s:s, s:s}", "type", "x", "program", "./connector");
  const ConnectorCall how = { .verb = "check", .connection = connection, .spool_fd = -1, .stop_fd = -1 };
  assert_false (connector_call (fixture->settings, &how, &connected, &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_LOCAL));
}

/* What is away is tried three times in all. */
static void
test_tries (void **state)
{
  (void) state;
  static const struct
  {
    ConnectedHow how;
    int pauses[3];
  } rows[] = { { CONNECTED_TRANSIENT, { 1, 3, 0 } },
               { CONNECTED_CRASHED, { 1, 3, 0 } },
               { CONNECTED_CREDENTIALS, { 0, 0, 0 } },
               { CONNECTED_STOPPED, { 0, 0, 0 } },
               { CONNECTED_GAP, { 0, 0, 0 } } };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    for (size_t tries = 1; tries <= 3; tries++)
      assert_int_equal (connected_pause (rows[i].how, tries), rows[i].pauses[tries - 1]);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_ends, setup, teardown),
    cmocka_unit_test_setup_teardown (test_what_it_gets, setup, teardown),
    cmocka_unit_test_setup_teardown (test_what_it_says, setup, teardown),
    cmocka_unit_test_setup_teardown (test_what_it_says_is_cut, setup, teardown),
    cmocka_unit_test_setup_teardown (test_hidden, setup, teardown),
    cmocka_unit_test_setup_teardown (test_too_few_descriptors, setup, teardown),
    cmocka_unit_test (test_tries),
    cmocka_unit_test_setup_teardown (test_stop, setup, teardown),
    cmocka_unit_test_setup_teardown (test_late, setup, teardown),
    cmocka_unit_test_setup_teardown (test_dies_with_us, setup, teardown),
    cmocka_unit_test_setup_teardown (test_programs, setup, teardown),
    cmocka_unit_test_setup_teardown (test_cannot_be_run, setup, teardown),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
