/* What a listing may bring, by a server that says anything: only names of files that the pattern takes are looked at. */
#include "connect/curl/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char *const hostile[] = { "ok.csv",         "..",         ".",        "../up.csv", "/etc/passwd.csv",
                                       "two\nlines.csv", "bell\a.csv", "\xff.csv", "sub/a.csv", ".hid.csv",
                                       "being.csv.part", "Über.csv",   "",         "b.txt" };

/* A folder of these, and another one in each of the first two depths; below "loop" there is no end. */
static bool
list (Store *store, const char *folder, GPtrArray *names, GPtrArray *folders, GError **error)
{
  (void) store;
  if (strcmp (folder, "in/closed") == 0)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "no");
  for (size_t i = 0; i < G_N_ELEMENTS (hostile); i++)
    g_ptr_array_add (names, g_strdup (hostile[i]));
  if (folders == NULL)
    return true;
  static const char *const subfolders[] = { "closed", ".git", "done", "..", "two\nlines", "2026" };
  for (size_t i = 0; strcmp (folder, "in") == 0 && i < G_N_ELEMENTS (subfolders); i++)
    g_ptr_array_add (folders, g_strdup (subfolders[i]));
  if (strcmp (folder, "in/2026") == 0 || strstr (folder, "loop") != NULL)
    g_ptr_array_add (folders, g_strdup (folder[0] == 'i' ? "out" : "loop"));
  return true;
}

static bool
home (Store *store, char **ret_home, GError **error)
{
  (void) store;
  (void) error;
  *ret_home = g_strdup ("/home/ann/");
  return true;
}

static const StoreVerbs verbs = { .list = list, .home = home };

/* Paths, with blanks between. Owned by the caller. */
static char *
find (const char *path, const char *avoided)
{
  Store store = { &verbs, "here" };
  g_autoptr (Json) from_json = json_pack ("{s:s}", "path", path);
  g_autoptr (Json) after = json_pack ("{s:s?}", "folder", avoided);
  g_auto (FilesFrom) from = files_from (from_json, after);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) paths = files_find (&store, &from, &error);
  assert_non_null (paths);
  g_ptr_array_add (paths, NULL);
  return g_strjoinv (" ", (char **) paths->pdata);
}

static void
test_names (void **state)
{
  (void) state;
  static const struct
  {
    const char *path, *avoided, *names;
  } cases[] = {
    { "in/*.csv", NULL, "in/ok.csv in/Über.csv" },
    { "in/*", NULL, "in/b.txt in/ok.csv in/Über.csv" },
    { "in/.*", NULL, "in/.hid.csv" },
    { "in/o?.csv", NULL, "in/ok.csv" },
    { "in/x*", NULL, "" },
    { "in/one.csv", NULL, "in/one.csv" },
    { "[bo]*", NULL, "b.txt ok.csv" },
    { "/o*", NULL, "/ok.csv" },
    { "in/**/o*.csv", "done", "in/2026/ok.csv in/2026/out/ok.csv in/done/ok.csv in/ok.csv" },
    { "in/**/o*.csv", "./in//done/", "in/2026/ok.csv in/2026/out/ok.csv in/ok.csv" },
    { "in/**/o*.csv", "/home/ann/in/done", "in/2026/ok.csv in/2026/out/ok.csv in/ok.csv" },
    { "in/**/**/o*.csv", "in/done", "in/2026/ok.csv in/2026/out/ok.csv in/ok.csv" },
    { "in/**/out/**/o*.csv", NULL, "in/2026/out/ok.csv" },
    { "in/**/2*/**/o*.csv", NULL, "in/2026/ok.csv in/2026/out/ok.csv" },
    { "in/**/*/**/o*.csv", NULL, "in/2026/ok.csv in/2026/out/ok.csv in/done/ok.csv" },
    { "in/*/o*.csv", NULL, "in/2026/ok.csv in/done/ok.csv" },
    { "in/202[0-9]/./out/o*.csv", NULL, "in/2026/out/ok.csv" },
    { "in/2026/**", NULL,
      "in/2026/b.txt in/2026/ok.csv in/2026/out/b.txt in/2026/out/ok.csv in/2026/out/Über.csv in/2026/Über.csv" },
    { "in/.g*/o*.csv", NULL, "in/.git/ok.csv" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *names = find (cases[i].path, cases[i].avoided);
      assert_string_equal (names, cases[i].names);
    }
  g_autofree char *endless = find ("loop/**/o*.csv", NULL);
  g_auto (GStrv) each = g_strsplit (endless, " ", -1);
  assert_in_range (g_strv_length (each), 60, 70);
}

static void
test_come_again (void **state)
{
  (void) state;
  static const struct
  {
    const char *path, *folder;
    bool again;
  } cases[] = {
    { "in/*.csv", "in", true },    { "in/*.csv", "./in/", true },    { "in/a.csv", "in", true },       { "*.csv", ".", true },
    { "/in/*.csv", "in", false },  { "in/*.csv", "in/done", false }, { "in/**/a", "in", true },        { "in/**", "in", true },
    { "in/*/a.csv", "in", false }, { "in/**/a", "in/done", false },  { "in/**/daily/a", "in", false }, { "in/*", NULL, false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Json) json = json_pack ("{s:s}", "path", cases[i].path);
      g_autoptr (Json) after = json_pack ("{s:s?}", "folder", cases[i].folder);
      g_auto (FilesFrom) from = files_from (json, after);
      assert_int_equal (files_come_again (&from), cases[i].again);
    }
}

/* The same folder as a relative and as an absolute path; alike as they are, the user's folder plays no part. */
static void
test_come_again_otherwise_written (void **state)
{
  (void) state;
  static const struct
  {
    const char *path, *folder;
    bool again;
  } cases[] = {
    { "in/*.csv", "/home/ann/in", true },   { "in/*.csv", "/home/ann/in/done", false }, { "in/*.csv", "/in", false },
    { "*.csv", "/home/ann/", true },        { "*.csv", "/home/anna", false },           { "in/a.csv", "/home/ann/./in", true },
    { "/home/ann/in/*.csv", "in/", true },  { "/home/ann/*.csv", ".", true },           { "/in/*.csv", "in", false },
    { "in/*.csv", "/home/anna/in", false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Store store = { &verbs, "here" };
      g_autoptr (GError) error = NULL;
      g_autoptr (Json) json = json_pack ("{s:s}", "path", cases[i].path);
      g_autoptr (Json) after = json_pack ("{s:s}", "folder", cases[i].folder);
      g_auto (FilesFrom) from = files_from (json, after);
      g_autoptr (GPtrArray) paths = files_find (&store, &from, &error);
      print_message ("  %s, %s\n", cases[i].path, cases[i].folder);
      assert_int_equal (paths == NULL, cases[i].again);
      assert_int_equal (g_error_matches (error, CONNECT_ERROR, CONNECT_CONFIGURATION), cases[i].again);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_names),
    cmocka_unit_test (test_come_again),
    cmocka_unit_test (test_come_again_otherwise_written),
  };
  /* Where a connector's results go. */
  int fd = open ("/dev/null", O_WRONLY | O_CLOEXEC);
  if (fd < 0 || dup2 (fd, 4) != 4)
    return 1;
  return cmocka_run_group_tests (tests, NULL, NULL);
}
