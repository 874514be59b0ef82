/* The library of connectors by its protocol: each case is a connector of its own in a process of its own, with a request, and what it answers. */
#include "connect/connector.h"

#include "base/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a connector left. */
typedef struct
{
  int exit_code;
  GPtrArray *lines; /* of Json: results */
  char *spool;
} Left;

static void
left_clear (Left *left)
{
  g_ptr_array_unref (left->lines);
  g_free (left->spool);
}

/* An unnamed file with this text, at its beginning. */
static int
file_of (const char *text)
{
  int fd = memfd_create ("test", 0);
  assert_true (fd >= 0);
  assert_int_equal (write (fd, text, strlen (text)), strlen (text));
  assert_int_equal (lseek (fd, 0, SEEK_SET), 0);
  return fd;
}

static char *
text_of_fd (int fd)
{
  off_t size = lseek (fd, 0, SEEK_END);
  char *text = g_malloc0 ((size_t) size + 1);
  assert_int_equal (pread (fd, text, (size_t) size, 0), size);
  close (fd);
  return text;
}

static void
become (const Connector *connector, const char *verb, int in, int spool, int results)
{
  /* Away from the numbers that they are to have. */
  int from[] = { fcntl (in, F_DUPFD, 20), fcntl (spool, F_DUPFD, 20), fcntl (results, F_DUPFD, 20) };
  dup2 (from[0], STDIN_FILENO);
  dup2 (from[1], 3);
  dup2 (from[2], 4);
  char name[] = "weir-connect-test", word[16];
  g_strlcpy (word, verb, sizeof word);
  char *argv[] = { name, word, NULL };
  int code = connector_main (2, argv, connector);
  fflush (NULL);
  _exit (code);
}

/* The spool file is closed. */
static Left
run_into (const Connector *connector, const char *verb, const char *request, int spool)
{
  int in = file_of (request), results = file_of ("");
  pid_t child = fork ();
  assert_true (child >= 0);
  if (child == 0)
    become (connector, verb, in, spool, results);
  int status;
  assert_int_equal (waitpid (child, &status, 0), child);
  assert_true (WIFEXITED (status));
  close (in);
  Left left = { .exit_code = WEXITSTATUS (status), .lines = g_ptr_array_new_with_free_func ((GDestroyNotify) json_decref) };
  left.spool = text_of_fd (spool);
  g_autofree char *text = text_of_fd (results);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    {
      Json *line = weir_json_parse (lines[i], strlen (lines[i]), "result", NULL);
      assert_non_null (line);
      g_ptr_array_add (left.lines, line);
    }
  return left;
}

static Left
run (const Connector *connector, const char *verb, const char *request, const char *spooled)
{
  return run_into (connector, verb, request, file_of (spooled));
}

/* The last line's member of that name; NULL: another one. */
static const Json *
last_of (const Left *left, const char *name)
{
  return left->lines->len == 0 ? NULL : json_object_get (g_ptr_array_index (left->lines, left->lines->len - 1), name);
}

static bool
read_people (const Request *request, Done *done, GError **error)
{
  (void) request;
  static const ConnectColumn columns[] = {
    { .name = "id", .type = "bigint", .key = true }, { .name = "mail" }, { .name = "note", .nullable = true }, { .name = "n" }
  };
  static const char *const cells[][4] = { { "1", "anna@x.org", "say \"hi\"", "5" },
                                          { "2", "bö@x", "", NULL },
                                          { "3", NULL, NULL, "7" } };
  if (!spool_columns (columns, G_N_ELEMENTS (columns), error))
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS (cells); i++)
    {
      for (size_t at = 0; at < G_N_ELEMENTS (columns); at++)
        if (!(cells[i][at] == NULL ? spool_null (error) : spool_text (cells[i][at], strlen (cells[i][at]), error)))
          return false;
      if (!spool_row_end (error))
        return false;
    }
  done->position = json_pack ("{s:i}", "id", 3);
  return true;
}

#define REQUEST(verb, rest) "{\"protocol\": 1, \"verb\": \"" verb "\", \"connection\": {\"type\": \"test\"}" rest "}"

static void
test_what_the_job_says_of_columns (void **state)
{
  (void) state;
  static const struct
  {
    const char *rest, *spool;
  } cases[] = {
    { "", "\"id\",\"mail\",\"note\",\"n\"\n\"1\",\"anna@x.org\",\"say \"\"hi\"\"\",\"5\"\n\"2\",\"bö@x\",\"\",\n\"3\",,,\"7\"\n" },
    { ", \"columns\": {\"mail\": {\"drop\": true}, \"note\": {\"rename\": \"text\", \"default\": \"-\"}, \"n\": {\"default\": "
      "0.1}}",
      "\"id\",\"text\",\"n\"\n\"1\",\"say \"\"hi\"\"\",\"5\"\n\"2\",\"\",\"0.1\"\n\"3\",\"-\",\"7\"\n" },
    { ", \"columns\": {\"mail\": {\"mask\": \"last4\"}, \"note\": {\"mask\": \"null\"}, \"n\": {\"drop\": true}}",
      "\"id\",\"mail\",\"note\"\n\"1\",\"******.org\",\n\"2\",\"****\",\n\"3\",,\n" },
    { ", \"columns\": {\"n\": {\"mask\": \"hash\"}, \"note\": {\"drop\": true}, \"mail\": {\"drop\": true}}",
      "\"id\",\"n\"\n\"1\",\"ef2d127de37b942baad06145e54b0c619a1f22327b2ebbcfbec78f5564afe39d\"\n\"2\",\n"
      "\"3\",\"7902699be42c8a8e46fbbb4501726517e86b22c56a189f7625a6da49081b2451\"\n" },
    { ", \"part\": \"keys\", \"key\": [\"id\"]", "\"id\"\n\"1\"\n\"2\"\n\"3\"\n" },
    { ", \"part\": \"keys\", \"key\": [\"mail\"]", "\"mail\"\n\"anna@x.org\"\n\"bö@x\"\n\n" },
  };
  static const Connector connector = { .name = "test", .read = read_people };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *request = g_strdup_printf (REQUEST ("read", "%s"), cases[i].rest);
      Left left = run (&connector, "read", request, "");
      assert_string_equal (left.spool, cases[i].spool);
      assert_int_equal (left.exit_code, 0);
      const Json *done = last_of (&left, "done");
      char sha256[SHA256_HEX_SIZE];
      sha256_bytes (left.spool, strlen (left.spool), sha256);
      assert_string_equal (json_string_value (json_object_get (done, "sha256")), sha256);
      assert_int_equal (json_integer_value (json_object_get (done, "bytes")), strlen (left.spool));
      assert_int_equal (json_integer_value (json_object_get (done, "rows")), 3);
      assert_int_equal (json_integer_value (json_object_get (json_object_get (done, "position"), "id")), 3);
      left_clear (&left);
    }
}

static void
test_a_dump_has_its_time (void **state)
{
  (void) state;
  static const Connector connector = { .name = "test", .read = read_people };
  Left left = run (&connector, "read", REQUEST ("read", ", \"mode\": \"dump\""), "");
  assert_int_equal (left.exit_code, 0);
  assert_true (g_str_has_prefix (left.spool, "\"id\",\"mail\",\"note\",\"n\",\"snapshot_at\"\n\"1\","));
  assert_true (g_str_has_suffix (left.spool, "+00\"\n"));
  left_clear (&left);
}

/* The disk that is full, and what helps. */
static void
test_no_room (void **state)
{
  (void) state;
  static const Connector connector = { .name = "test", .read = read_people };
  Left left = run_into (&connector, "read", REQUEST ("read", ""), open ("/dev/full", O_RDWR | O_CLOEXEC));
  const Json *error = last_of (&left, "error");
  assert_int_equal (left.exit_code, 75);
  assert_string_equal (json_string_value (json_object_get (error, "code")), "ENOSPC");
  assert_non_null (strstr (json_string_value (json_object_get (error, "hint")), "Make room"));
  left_clear (&left);
}

/* Whatever is wrong with a request is told at once, each with its place. */
static void
test_mistakes (void **state)
{
  (void) state;
  static const struct
  {
    const char *request, *places; /* separated by blanks */
  } cases[] = {
    { "{}", "protocol verb connection" },
    { "{\"protocol\": 2, \"verb\": \"write\", \"connection\": 1}", "protocol verb connection connection" },
    { REQUEST ("read", ", \"columns\": {\"nots\": {}, \"n\": {\"maske\": 1, \"mask\": \"x\", \"rename\": \"\"}, \"id\": "
                       "{\"rename\": \"mail\"}}"),
      "columns.nots columns.n.maske columns.n.rename columns.n.mask columns" },
    { REQUEST ("read", ", \"from\": 1, \"job\": 2, \"limits\": {\"rows\": \"x\"}"), "job from limits.rows" },
    { "no json", NULL },
    { "[]", NULL },
    { "", NULL },
  };
  static const Connector connector = { .name = "test", .read = read_people };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Left left = run (&connector, "read", cases[i].request, "");
      assert_int_equal (left.exit_code, 78);
      g_autoptr (GString) places = g_string_new (NULL);
      for (guint at = 0; at < left.lines->len; at++)
        {
          const Json *error = json_object_get (g_ptr_array_index (left.lines, at), "error");
          assert_string_equal (json_string_value (json_object_get (error, "class")), "configuration");
          const char *path = json_string_value (json_object_get (error, "path"));
          g_string_append_printf (places, "%s%s", at == 0 ? "" : " ", path != NULL ? path : "");
        }
      assert_string_equal (places->str, cases[i].places != NULL ? cases[i].places : "");
      assert_int_equal (left.lines->len > 0, true);
      left_clear (&left);
    }
}

static bool
fail_as_told (const Request *request, GError **error)
{
  const char *how = connect_text (request->from, "from", "how", true);
  if (strcmp (how, "other") == 0)
    return g_set_error (error, G_FILE_ERROR, 1, "a reason"), false;
  int64_t class = connect_number (request->from, "from", "class", 0);
  return connect_fail (error, (ConnectClass) class, how, "Mend it.", "it %s", "failed");
}

static void
test_classes (void **state)
{
  (void) state;
  static const struct
  {
    const char *from, *class, *code, *hint;
    int exit_code;
  } cases[] = {
    { "{\"how\": \"08006\", \"class\": 0}", "transient", "08006", "Mend it.", 75 },
    { "{\"how\": \"28P01\", \"class\": 1}", "credentials", "28P01", "Mend it.", 77 },
    { "{\"how\": \"42P01\", \"class\": 2}", "configuration", "42P01", "Mend it.", 78 },
    { "{\"how\": \"slot\", \"class\": 3}", "gap", "slot", "Mend it.", 65 },
    { "{\"how\": \"other\"}", "transient", NULL, NULL, 75 },
  };
  static const Connector connector = { .name = "test", .check = fail_as_told };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *request = g_strdup_printf (REQUEST ("check", ", \"from\": %s"), cases[i].from);
      Left left = run (&connector, "check", request, "");
      const Json *error = last_of (&left, "error");
      assert_int_equal (left.exit_code, cases[i].exit_code);
      assert_string_equal (json_string_value (json_object_get (error, "class")), cases[i].class);
      assert_int_equal (g_strcmp0 (json_string_value (json_object_get (error, "code")), cases[i].code), 0);
      assert_int_equal (g_strcmp0 (json_string_value (json_object_get (error, "hint")), cases[i].hint), 0);
      left_clear (&left);
    }
}

static bool
miscount (const Request *request, Done *done, GError **error)
{
  static const ConnectColumn columns[] = { { .name = "a" }, { .name = "b" } };
  const char *how = connect_text (request->from, "from", "how", true);
  if (strcmp (how, "nothing") == 0)
    return true;
  if (!spool_columns (columns, 2, error))
    return false;
  if (strcmp (how, "open") == 0)
    return spool_null (error);
  if (strcmp (how, "few") == 0)
    return spool_null (error) && spool_row_end (error);
  g_autofree char *words = g_strnfill (1 << 20, 'x');
  if (strcmp (how, "far") == 0)
    return done->position = json_string (words), true;
  for (int i = 0; i < 3; i++)
    if (!spool_null (error))
      return false;
  return true;
}

/* A connector that has lost count, or would end with a line that nobody takes, is not believed. */
static void
test_rows_that_are_none (void **state)
{
  (void) state;
  static const Connector connector = { .name = "test", .read = miscount };
  static const char *const ways[] = { "nothing", "open", "few", "many", "far" };
  for (size_t i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *request = g_strdup_printf (REQUEST ("read", ", \"from\": {\"how\": \"%s\"}"), ways[i]);
      Left left = run (&connector, "read", request, "");
      assert_int_equal (left.exit_code, 78);
      assert_null (last_of (&left, "done"));
      left_clear (&left);
    }
}

static bool
end_by_signal (const Request *request, Done *done, GError **error)
{
  raise (SIGTERM);
  return read_people (request, done, error);
}

static void
test_asked_to_end (void **state)
{
  (void) state;
  static const Connector connector = { .name = "test", .read = end_by_signal };
  Left left = run (&connector, "read", REQUEST ("read", ""), "");
  assert_int_equal (left.exit_code, 75);
  assert_null (last_of (&left, "done"));
  left_clear (&left);
}

static bool
write_all (const Request *request, Done *done, GError **error)
{
  g_autoptr (SpoolReader) reader = spool_reader_open (json_object_get (request->delivery, "columns"), error);
  if (reader == NULL)
    return false;
  g_autoptr (GString) seen = g_string_new (NULL);
  done->rows = 0;
  for (;;)
    {
      const char *const *cells;
      const size_t *lengths;
      size_t n;
      if (!spool_next (reader, &cells, &lengths, &n, error))
        return false;
      if (n == 0)
        break;
      done->rows++;
      for (size_t i = 0; i < n; i++)
        g_string_append_printf (seen, "[%s %zu]", cells[i] != NULL ? cells[i] : "NULL", lengths[i]);
    }
  connect_note ("%s", seen->str);
  return true;
}

static void
test_what_is_to_be_written (void **state)
{
  (void) state;
  static const struct
  {
    const char *spool, *seen; /* NULL: it is refused */
  } cases[] = {
    { "\"a\",\"b\"\n\"1\",\"x \"\"y\"\",\n\"\n,\"\"\n", "[1 1][x \"y\",\n 7][NULL 0][ 0]" },
    { "\"a\",\"b\"\n", "" },
    { "\"a\",\"b\"\n,\n,\"ö\"\n", "[NULL 0][NULL 0][NULL 0][ö 2]" },
    { "", NULL },
    { "\"a\",\"c\"\n", NULL },
    { "\"a\"\n", NULL },
    { "\"a\",\"b\"\n\"1\"\n", NULL },
    { "\"a\",\"b\"\n\"1\",2\n", NULL },
    { "\"a\",\"b\"\n\"1\",\"2\n", NULL },
    { "\"a\",\"b\"\n\"1\",\"2\"", NULL },
  };
  static const Connector connector = { .name = "test", .write = write_all };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Left left = run (&connector, "write",
                       REQUEST ("write", ", \"delivery\": {\"columns\": [{\"name\": \"a\"}, {\"name\": \"b\"}]}"), cases[i].spool);
      assert_int_equal (left.exit_code, cases[i].seen != NULL ? 0 : 78);
      if (cases[i].seen != NULL)
        assert_string_equal (json_string_value (json_object_get (g_ptr_array_index (left.lines, 0), "note")), cases[i].seen);
      left_clear (&left);
    }
}

static int attempts_left;

static bool
attempt (void *data, GError **error)
{
  (void) data;
  return --attempts_left == 0 || connect_fail (error, CONNECT_TRANSIENT, NULL, NULL, "not yet");
}

static bool
try_again (const Request *request, GError **error)
{
  attempts_left = (int) connect_number (request->from, "from", "fails", 0) + 1;
  return connect_retry (2, attempt, NULL, error);
}

static void
test_tries (void **state)
{
  (void) state;
  static const Connector connector = { .name = "test", .check = try_again };
  static const struct
  {
    const char *from;
    int exit_code;
  } cases[] = { { "{\"fails\": 0}", 0 }, { "{\"fails\": 1}", 0 }, { "{\"fails\": 2}", 75 } };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *request = g_strdup_printf (REQUEST ("check", ", \"from\": %s"), cases[i].from);
      Left left = run (&connector, "check", request, "");
      assert_int_equal (left.exit_code, cases[i].exit_code);
      left_clear (&left);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_what_the_job_says_of_columns),
    cmocka_unit_test (test_a_dump_has_its_time),
    cmocka_unit_test (test_no_room),
    cmocka_unit_test (test_mistakes),
    cmocka_unit_test (test_classes),
    cmocka_unit_test (test_rows_that_are_none),
    cmocka_unit_test (test_asked_to_end),
    cmocka_unit_test (test_what_is_to_be_written),
    cmocka_unit_test (test_tries),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
