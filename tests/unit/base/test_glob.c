#include "base/error.h"
#include "base/glob.h"

#include <fcntl.h>
#include <locale.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Files of the folder that all cases look into; "new\nline.sql" and what is no UTF-8 are among them. */
static const char *const files[] = { "a.sql",         "b.csv",          "c.sql.bak",       ".hidden.sql",     "load/a.json",
                                     "load/x/b.json", "load/x/y/c.sql", "load/x/y/b.json", "load/.git/d.sql", "t/new\nline.sql",
                                     "t/\xff.sql",    "t/[1].sql",      "t/a b, c.sql",    "t/\xc3\xa6.sql" };

/* What a pattern finds, separated by blanks or, where names have these, by |. */
static const struct
{
  const char *pattern, *found;
} cases[] = {
  { "*.sql", ".hidden.sql a.sql" },
  { "a.sql", "a.sql" },
  { "./a.sql", "a.sql" },
  { "missing.sql", "" },
  { "load", "" }, /* a folder is no file */
  { "load/", "" },
  { "?.sql", "a.sql" },
  { "[ab].*", "a.sql b.csv" },
  { "[!a].*", "b.csv c.sql.bak" },
  { "**/*.json", "load/a.json load/x/b.json load/x/y/b.json" },
  { "load/**/*.json", "load/a.json load/x/b.json load/x/y/b.json" },
  { "load/*/*.json", "load/x/b.json" },
  { "load/**/y/*.json", "load/x/y/b.json" },
  { "**/x/**/*.json", "load/x/b.json load/x/y/b.json" },
  { "**/**/y/**/**/*.sql", "load/x/y/c.sql" },
  { "**/d.sql", "load/.git/d.sql" },
  { "load/x/**", "load/x/b.json load/x/y/b.json load/x/y/c.sql" },
  { "load//x/./*.json", "load/x/b.json" },
  { "load/x/../*.json", "load/x/../a.json" },
  { "a.sql/*", "" }, /* a file is no folder */
  { "t/\xc3\xa6.sql", "t/\xc3\xa6.sql" },
  { "t/?.sql", "t/\xc3\xa6.sql|t/\xff.sql" },
  { "t/[[]1].sql", "t/[1].sql" },
  { "t/a*.sql", "t/a b, c.sql|" },
  { "t/new*", "t/new\nline.sql|" },
  { "links/*.sql", "links/to_file.sql" }, /* not to a folder, and not to nothing */
  { "links/**/*.sql", "links/to_file.sql" },
  { "links/*/*.json", "links/to_folder/a.json" },
  { "links/to_folder/*.json", "links/to_folder/a.json" },
  { "links/**/to_folder/a.json", "links/to_folder/a.json" },
  { "links/loop/loop/loop/to_file.sql", "links/loop/loop/loop/to_file.sql" },
  { "links/fifo.*", "" },
};

static char *folder;

static int
make_folder (void **state)
{
  (void) state;
  folder = g_dir_make_tmp ("weir-glob-XXXXXX", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (folder, files[i], NULL), *above = g_path_get_dirname (path);
      assert_int_equal (g_mkdir_with_parents (above, 0700), 0);
      assert_true (g_file_set_contents (path, "x", 1, NULL));
    }
  g_autofree char *links = g_build_filename (folder, "links", NULL);
  assert_int_equal (mkdir (links, 0700), 0);
  int fd = open (links, O_RDONLY | O_DIRECTORY);
  assert_int_equal (symlinkat ("../a.sql", fd, "to_file.sql"), 0);
  assert_int_equal (symlinkat ("../load", fd, "to_folder"), 0);
  assert_int_equal (symlinkat ("nowhere", fd, "to_nothing.sql"), 0);
  assert_int_equal (symlinkat (".", fd, "loop"), 0);
  assert_int_equal (symlinkat ("circle.sql", fd, "circle.sql"), 0);
  assert_int_equal (mkfifoat (fd, "fifo.sql", 0600), 0);
  close (fd);
  return 0;
}

static int
remove_folder (void **state)
{
  (void) state;
  const char *const argv[] = { "rm", "-rf", folder, NULL };
  assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
  g_free (folder);
  return 0;
}

static void
test_what_patterns_find (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("%s\n", cases[i].pattern);
      GError *error = NULL;
      g_autoptr (GPtrArray) found = glob_find (folder, cases[i].pattern, &error);
      assert_null (error);
      const char *separator = strchr (cases[i].found, '|') != NULL ? "|" : " ";
      g_auto (GStrv) expected = g_strsplit (cases[i].found, separator, -1);
      guint count = g_strv_length (expected) - (expected[0] != NULL && *expected[g_strv_length (expected) - 1] == '\0');
      assert_int_equal (found->len, count);
      for (guint j = 0; j < count; j++)
        assert_string_equal (found->pdata[j], expected[j]);
    }
}

static void
test_what_is_no_pattern (void **state)
{
  (void) state;
  static const char *const patterns[] = { "", "/", "/etc/*", ".", "./" };
  for (size_t i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      g_autoptr (GError) error = NULL;
      assert_null (glob_find (folder, patterns[i], &error));
      assert_int_equal (error->code, WEIR_ERROR_INPUT);
      assert_non_null (strstr (error->message, patterns[i]));
    }
}

/* Given a folder that we may not read, what might be in it is not left out in silence; where nobody asks for it, it is in nobody's way. */
static void
test_a_folder_that_cannot_be_read (void **state)
{
  (void) state;
  if (geteuid () == 0)
    skip ();
  g_autofree char *closed = g_build_filename (folder, "closed", NULL);
  assert_int_equal (mkdir (closed, 0000), 0);
  g_autoptr (GError) error = NULL;
  assert_null (glob_find (folder, "**/*.json", &error));
  assert_int_equal (error->code, WEIR_ERROR_LOCAL);
  assert_non_null (strstr (error->message, "closed"));
  g_autoptr (GPtrArray) found = glob_find (folder, "*.csv", NULL);
  assert_int_equal (found->len, 1);
  assert_int_equal (rmdir (closed), 0);
}

int
main (void)
{
  setlocale (LC_CTYPE, "C.UTF-8"); /* as weir does */
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_what_patterns_find),
    cmocka_unit_test (test_what_is_no_pattern),
    cmocka_unit_test (test_a_folder_that_cannot_be_read),
  };
  return cmocka_run_group_tests (tests, make_folder, remove_folder);
}
