/* Files on a share, which is a folder here: what SFTP does, too, and what only a folder has: links, pipes, and nothing at all in it, which is a share that is not
 * mounted. */
#include "files.h"

#include "base/autoptr.h"

typedef struct
{
  char *folder, *share;
} Place;

static int
setup (void **state)
{
  Place *place = g_new0 (Place, 1);
  place->folder = files_folder ();
  place->share = files_path (place->folder, "share");
  assert_int_equal (g_mkdir (place->share, 0755), 0);
  *state = place;
  return 0;
}

static int
teardown (void **state)
{
  Place *place = *state;
  remove_tree (place->folder);
  g_free (place->folder);
  g_free (place->share);
  g_free (place);
  return 0;
}

static Json *
connection (const Place *place)
{
  return json_pack ("{s:s, s:s}", "type", "share", "path", place->share);
}

static ConnectorRun *
run (const Place *place, const char *verb, Json *request, const char *spool)
{
  g_autoptr (Json) held = request;
  return connector_run (place->folder, CURL_PROGRAM, verb, held, spool);
}

static ConnectorRun *
write_to (const Place *place, const char *to)
{
  return run (place, "write", files_request (connection (place), "\"to\": {%s}, " FILES_DELIVERY, to), FILES_SPOOL);
}

static ConnectorRun *
read_object (const Place *place, const char *name, int64_t size, const char *mtime)
{
  return run (place, "read",
              files_request (connection (place),
                             "\"object\": {\"path\": \"%s\", \"size\": %" G_GINT64_FORMAT ", \"mtime\": \"%s\"}", name, size,
                             mtime),
              NULL);
}

/* Never "no files". */
static void
test_not_mounted (void **state)
{
  const Place *place = *state;
  static const char from[] = "\"from\": {\"path\": \"*\"}";
  g_autoptr (ConnectorRun) empty = run (place, "discover", files_request (connection (place), "%s", from), NULL);
  assert_connector_error (empty, 75, "transient", NULL, "not mounted");
  g_autoptr (ConnectorRun) write = write_to (place, "\"path\": \"a.csv\"");
  assert_connector_error (write, 75, "transient", NULL, "not mounted");
  g_autofree char *names = files_names_in (place->share, ".");
  assert_string_equal (names, "");

  Json *marked = connection (place);
  json_object_set_new (marked, "marker", json_string (".here"));
  files_put (place->share, "a.csv", "x");
  g_autoptr (ConnectorRun) unmarked = run (place, "discover", files_request (json_incref (marked), "%s", from), NULL);
  assert_connector_error (unmarked, 75, "transient", NULL, ".here");
  Json *wrong = connection (place);
  g_autofree char *too_long = g_strnfill (300, 'x');
  json_object_set_new (wrong, "marker", json_string (too_long));
  g_autoptr (ConnectorRun) unknown = run (place, "discover", files_request (wrong, "%s", from), NULL);
  assert_connector_error (unknown, 78, "configuration", NULL, "could not look at");
  files_put (place->share, ".here", "");
  g_autofree char *path = files_path (place->share, "a.csv");
  assert_int_equal (unlink (path), 0);
  g_autoptr (ConnectorRun) none = run (place, "discover", files_request (marked, "%s", from), NULL);
  assert_connector_done (none);
  assert_null (connector_line (none, "stream", 0));

  g_autoptr (ConnectorRun) missing = run (
      place, "discover", files_request (json_pack ("{s:s, s:s}", "type", "share", "path", "/no/such/folder"), "%s", from), NULL);
  assert_connector_error (missing, 78, "configuration", NULL, "/no/such/folder");
  g_autoptr (ConnectorRun) relative =
      run (place, "discover", files_request (json_pack ("{s:s, s:s}", "type", "share", "path", "share"), "%s", from), NULL);
  assert_connector_error (relative, 78, "configuration", "connection.path", "absolute");
}

/* Regular files alone; nothing outside, by whatever way. */
static void
test_only_files (void **state)
{
  const Place *place = *state;
  files_put (place->folder, "secret.csv", "secret");
  files_put (place->share, "a.csv", "one");
  files_put (place->share, "in/b.csv", "two");
  files_put (place->share, "two\nlines/c.csv", "three");
  g_autofree char *link_path = files_path (place->share, "link.csv"), *folder_link = files_path (place->share, "away");
  g_autofree char *pipe_path = files_path (place->share, "pipe.csv");
  assert_int_equal (symlink ("../secret.csv", link_path), 0);
  assert_int_equal (symlink ("..", folder_link), 0);
  assert_int_equal (mkfifo (pipe_path, 0644), 0);
  g_autoptr (ConnectorRun) found = run (place, "discover", files_request (connection (place), "\"from\": {\"path\": \"*\"}"), NULL);
  assert_connector_done (found);
  assert_string_equal (json_string_value (json_object_get (connector_line (found, "stream", 0), "name")), "a.csv");
  assert_null (connector_line (found, "stream", 1));
  g_autoptr (ConnectorRun) below =
      run (place, "discover", files_request (connection (place), "\"from\": {\"path\": \"**/*.csv\"}"), NULL);
  assert_connector_done (below);
  assert_string_equal (json_string_value (json_object_get (connector_line (below, "stream", 1), "name")), "in/b.csv");
  assert_null (connector_line (below, "stream", 2));
  assert_true (g_str_has_prefix (json_string_value (connector_line (below, "note", 0)), "1 names below"));
  static const char *const paths[] = { "link.csv", "away/secret.csv", "../secret.csv", "pipe.csv", "in", "/etc/passwd" };
  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (ConnectorRun) refused = read_object (place, paths[i], 6, FILES_MTIME);
      assert_int_not_equal (refused->code, 0);
      assert_int_equal (refused->length, 0);
    }
  g_autoptr (ConnectorRun) through = write_to (place, "\"path\": \"away/out.csv\"");
  assert_connector_error (through, 78, "configuration", NULL, "link");
  assert_false (files_has (place->folder, "out.csv"));
  g_autoptr (ConnectorRun) onto = write_to (place, "\"path\": \"link.csv\", \"replace\": true");
  assert_int_equal (onto->code, 78);
  assert_file (place->folder, "secret.csv", "secret");

  /* Nor is a pipe written into that has the name of the part, whether or not somebody reads it. */
  g_autofree char *part_path = files_path (place->share, ".out.csv.part");
  assert_int_equal (mkfifo (part_path, 0644), 0);
  g_autoptr (ConnectorRun) unread = write_to (place, "\"path\": \"out.csv\"");
  assert_int_not_equal (unread->code, 0);
  AUTO_FD int reader = open (part_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  g_autoptr (ConnectorRun) read_by_one = write_to (place, "\"path\": \"out.csv\"");
  assert_connector_error (read_by_one, 78, "configuration", NULL, "no ordinary file");
  char byte;
  ssize_t n = read (reader, &byte, 1);
  assert_int_equal (n, 0);
}

static void
test_read (void **state)
{
  const Place *place = *state;
  files_put (place->share, "Übersicht.csv", "id;n\r\n1;\xfc\r\n");
  g_autofree char *path = files_path (place->share, "Übersicht.csv");
  const struct timespec times[] = { { 1795905001, 0 }, { 1795905001, 123456789 } };
  assert_int_equal (utimensat (AT_FDCWD, path, times, 0), 0);
  g_autoptr (ConnectorRun) found =
      run (place, "discover", files_request (connection (place), "\"from\": {\"path\": \"*.csv\"}"), NULL);
  assert_connector_done (found);
  const char *mtime = json_string_value (json_object_get (connector_line (found, "stream", 0), "mtime"));
  assert_string_equal (mtime, "2026-11-28T22:30:01.123456Z");
  g_autoptr (ConnectorRun) some = read_object (place, "Übersicht.csv", 11, mtime);
  assert_connector_done (some);
  assert_memory_equal (some->spool, "id;n\r\n1;\xfc\r\n", 11);
  g_autoptr (ConnectorRun) changed = read_object (place, "Übersicht.csv", 11, FILES_MTIME);
  assert_connector_error (changed, 75, "transient", NULL, "has changed");
}

static void
test_write (void **state)
{
  const Place *place = *state;
  files_put (place->share, "keep", "mine");
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (ConnectorRun) written = write_to (place, "\"path\": \"report.csv\"");
      assert_connector_done (written);
      assert_file (place->share, "report.csv", FILES_SPOOL);
    }
  struct stat look;
  g_autofree char *path = files_path (place->share, "report.csv");
  assert_int_equal (stat (path, &look), 0);
  assert_int_equal (look.st_mode & 07777 & ~0640U, 0);
  files_put (place->share, "report.csv", "another");
  g_autoptr (ConnectorRun) taken = write_to (place, "\"path\": \"report.csv\"");
  assert_connector_error (taken, 78, "configuration", NULL, "already another");
  assert_file (place->share, "report.csv", "another");
  g_autoptr (ConnectorRun) replaced = write_to (place, "\"path\": \"report.csv\", \"replace\": true");
  assert_connector_done (replaced);
  assert_file (place->share, "report.csv", FILES_SPOOL);
  g_autoptr (ConnectorRun) once = write_to (place, "\"path\": \"report.csv\", \"replace\": true");
  assert_connector_done (once);
  assert_string_equal (json_string_value (connector_line (once, "note", 0)),
                       "\"report.csv\" was there already, with the same bytes");
  g_autoptr (ConnectorRun) nowhere = write_to (place, "\"path\": \"no/report.csv\"");
  assert_connector_error (nowhere, 78, "configuration", NULL, "no");
  g_autofree char *names = files_names_in (place->share, ".");
  assert_string_equal (names, "keep report.csv");
}

/* Killed before the rename and behind it: no half file under its name, and the next try leaves nothing else. */
static void
test_killed (void **state)
{
  const Place *place = *state;
  files_put (place->share, "keep", "mine");
  static const struct
  {
    const char *fault;
    bool is_there;
  } cases[] = { { "WEIR_FAULT=kill:share-put", false }, { "WEIR_FAULT=kill:file-put", true } };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *const environment[] = { cases[i].fault, NULL };
      g_autoptr (Json) request = files_request (connection (place), "\"to\": {}, " FILES_DELIVERY);
      g_autoptr (ConnectorRun) killed =
          connector_run_with (place->folder, CURL_PROGRAM, "write", request, FILES_SPOOL, environment);
      assert_int_equal (killed->code, 128 + SIGKILL);
      assert_int_equal (files_has (place->share, "orders." RUN_ID ".csv"), cases[i].is_there);
      g_autoptr (ConnectorRun) again = connector_run (place->folder, CURL_PROGRAM, "write", request, FILES_SPOOL);
      assert_connector_done (again);
      assert_file (place->share, "orders." RUN_ID ".csv", FILES_SPOOL);
      g_autofree char *names = files_names_in (place->share, "."), *path = files_path (place->share, "orders." RUN_ID ".csv");
      assert_string_equal (names, "keep orders." RUN_ID ".csv");
      assert_int_equal (unlink (path), 0);
    }
}

static void
test_after (void **state)
{
  const Place *place = *state;
  static const char *const names[] = { "a.csv", "b.csv", "c.csv", "done/c.csv", "d.csv" };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    files_put (place->share, names[i], "x");
  static const struct
  {
    const char *name, *mtime, *action;
  } cases[] = {
    { "a.csv", FILES_MTIME, "\"action\": \"delete\"" },
    { "a.csv", FILES_MTIME, "\"action\": \"delete\"" },
    { "b.csv", FILES_MTIME, "\"action\": \"move\", \"folder\": \"done\"" },
    { "c.csv", FILES_MTIME, "\"action\": \"move\", \"folder\": \"done/\"" },
    { "d.csv", "2026-11-28T22:30:02Z", "\"action\": \"delete\"" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ConnectorRun) finished =
          run (place, "write",
               files_request (connection (place), "\"after\": {\"path\": \"%s\", \"size\": 1, \"mtime\": \"%s\", %s}",
                              cases[i].name, cases[i].mtime, cases[i].action),
               NULL);
      assert_connector_done (finished);
    }
  g_autofree char *left = files_names_in (place->share, "."), *done = files_names_in (place->share, "done");
  assert_string_equal (left, "d.csv done");
  assert_true (g_str_has_prefix (done, "b.csv c-") && g_str_has_suffix (done, " c.csv"));
  g_autoptr (ConnectorRun) nowhere =
      run (place, "write",
           files_request (connection (place), "\"after\": {\"path\": \"d.csv\", \"size\": 1, \"mtime\": \"" FILES_MTIME
                                              "\", \"action\": \"move\", \"folder\": \"no/\"}"),
           NULL);
  assert_connector_error (nowhere, 78, "configuration", NULL, "there is no folder \"no\"");
  assert_connector_error (nowhere, 78, "configuration", NULL, "Make the folder");
  g_autoptr (ConnectorRun) outside =
      run (place, "write",
           files_request (connection (place), "\"after\": {\"path\": \"d.csv\", \"size\": 1, \"mtime\": \"" FILES_MTIME
                                              "\", \"action\": \"move\", \"folder\": \"../x\"}"),
           NULL);
  assert_connector_error (outside, 78, "configuration", "after.folder", "..");
}

/* A whole table has nothing to say of rows that are gone; of changes they are told. */
static void
test_gone (void **state)
{
  static const struct
  {
    const char *whole, *mode, *more, *content;
  } cases[] = {
    { "false", "upsert", "", "\"id\",\"weir_gone\"\n\"1\",\"f\"\n\"2\",\"t\"\n" },
    { "true", "upsert", "", "\"id\"\n\"1\"\n" },
    { "true", "upsert", ", \"delimiter\": \";\", \"quote\": \"needed\", \"header\": false", "1\n" },
    { "true", "swap", "", "\"id\",\"weir_gone\"\n\"1\",\"f\"\n\"2\",\"t\"\n" }, /* the user's own column */
  };
  const Place *place = *state;
  files_put (place->share, "kept.txt", "x");
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ConnectorRun) written = run (
          place, "write",
          files_request (connection (place),
                         "\"to\": {\"path\": \"gone.csv\", \"replace\": true%s}, \"delivery\": {\"run\": \"" RUN_ID
                         "\", \"table\": \"t\", \"mode\": \"%s\", \"whole\": %s, \"rows\": 2, \"columns\": [{\"name\": \"id\"}, "
                         "{\"name\": \"weir_gone\"}]}",
                         cases[i].more, cases[i].mode, cases[i].whole),
          "\"id\",\"weir_gone\"\n\"1\",\"f\"\n\"2\",\"t\"\n");
      assert_connector_done (written);
      g_autofree char *path = g_build_filename (place->share, "gone.csv", NULL), *text = NULL;
      assert_true (g_file_get_contents (path, &text, NULL, NULL));
      assert_string_equal (text, cases[i].content);
      assert_int_equal (unlink (path), 0);
    }
}

static void
test_check (void **state)
{
  const Place *place = *state;
  files_put (place->share, "in/a.csv", "xyz");
  g_autoptr (ConnectorRun) checked =
      run (place, "check", files_request (connection (place), "\"from\": {\"path\": \"in/*\"}, \"to\": {\"path\": \"in/\"}"), NULL);
  assert_connector_done (checked);
  assert_non_null (connector_line (checked, "checked", 2));
  g_autofree char *names = files_names_in (place->share, "in");
  assert_string_equal (names, "a.csv");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_not_mounted, setup, teardown),
    cmocka_unit_test_setup_teardown (test_only_files, setup, teardown),
    cmocka_unit_test_setup_teardown (test_read, setup, teardown),
    cmocka_unit_test_setup_teardown (test_write, setup, teardown),
    cmocka_unit_test_setup_teardown (test_killed, setup, teardown),
    cmocka_unit_test_setup_teardown (test_after, setup, teardown),
    cmocka_unit_test_setup_teardown (test_gone, setup, teardown),
    cmocka_unit_test_setup_teardown (test_check, setup, teardown),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
