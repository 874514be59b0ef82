#include "watcher/scan.h"

#include "tests/support/process.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int
set_up (void **state)
{
  *state = g_dir_make_tmp ("weir-scan-XXXXXX", NULL);
  return *state ? 0 : -1;
}

static int
tear_down (void **state)
{
  remove_tree (*state);
  g_free (*state);
  return 0;
}

static void
make_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  assert_true (g_file_set_contents (path, "a\n1\n", -1, NULL));
}

static const Entry *
find (const GPtrArray *entries, const char *name)
{
  for (unsigned i = 0; i < entries->len; i++)
    if (strcmp (((const Entry *) entries->pdata[i])->name, name) == 0)
      return entries->pdata[i];
  return NULL;
}

static void
names_tell_what_is_ours (void **state)
{
  static const struct
  {
    const char *name;
    FileState state;
  } files[] = {
    { "users.csv", FILE_SETTLING },
    { "USERS.CSV", FILE_SETTLING },
    { "users.tsv", FILE_SETTLING },
    { "users.csv.gz", FILE_SETTLING },
    { "users.csv.zst", FILE_SETTLING },
    { "users.tsv.gz", FILE_SETTLING },
    { "users.tsv.zst", FILE_SETTLING },
    { "Users.CSV.GZ", FILE_SETTLING },
    { "users.20261120T093000Z-3fa9c1d2.csv.zst", FILE_SETTLING },
    { "us ers.2026.csv", FILE_SETTLING },
    { "\xC3\xA4pfel.csv", FILE_SETTLING },
    { "line\nbreak.csv", FILE_SETTLING },
    { ".users.csv", FILE_PARTIAL },
    { ".users.csv.Xy12Z", FILE_PARTIAL },
    { "users.csv.part", FILE_PARTIAL },
    { "users.csv.PART", FILE_PARTIAL },
    { "users.tmp", FILE_PARTIAL },
    { "users.csv.filepart", FILE_PARTIAL },
    { "users.csv.crdownload", FILE_PARTIAL },
    { ".users.csv.gz", FILE_PARTIAL },
    { "users.csv.gz.part", FILE_PARTIAL },
    { "users.csv.bak", FILE_IGNORED },
    { "users.gz", FILE_IGNORED },
    { "users.tar.gz", FILE_IGNORED },
    { "users.csv.bz2", FILE_IGNORED },
    { "users.csv.gz.gz", FILE_IGNORED },
    { ".csv.gz", FILE_PARTIAL },
    { "notes.txt", FILE_IGNORED },
    { "csv", FILE_IGNORED },
    { "bad\xFFname.csv", FILE_IGNORED },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    make_file (*state, files[i].name);
  g_autoptr (GPtrArray) entries = scan_folder (*state, NULL, NULL, NULL);
  assert_non_null (entries);
  assert_int_equal (entries->len, G_N_ELEMENTS (files));
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    {
      const Entry *entry = find (entries, files[i].name);
      assert_non_null (entry);
      if (entry->state != files[i].state)
        fail_msg ("%s is taken for state %d", files[i].name, (int) entry->state);
      assert_int_equal (entry->reason != NULL, entry->state == FILE_IGNORED);
      assert_int_equal (entry->size, 4);
    }
}

static void
what_is_no_file_says_why (void **state)
{
  const char *folder = *state;
  g_autofree char *directory = g_build_filename (folder, "directory.csv", NULL);
  g_autofree char *link_path = g_build_filename (folder, "link.csv", NULL);
  g_autofree char *pipe_path = g_build_filename (folder, "pipe.csv", NULL);
  assert_int_equal (mkdir (directory, 0755), 0);
  assert_int_equal (symlink ("/etc/passwd", link_path), 0);
  assert_int_equal (mkfifo (pipe_path, 0600), 0);
  g_autoptr (GPtrArray) entries = scan_folder (folder, NULL, NULL, NULL);
  assert_non_null (entries);
  assert_string_equal (find (entries, "directory.csv")->reason, "is a directory");
  assert_string_equal (find (entries, "link.csv")->reason, "is a symbolic link");
  assert_string_equal (find (entries, "pipe.csv")->reason, "is not a regular file");
}

/* root may read everything: be somebody else while looking. */
static void
what_we_may_not_read_says_so (void **state)
{
  const char *folder = *state;
  make_file (folder, "users.csv");
  make_file (folder, "notes.txt");
  g_autofree char *path = g_build_filename (folder, "users.csv", NULL);
  g_autofree char *other = g_build_filename (folder, "notes.txt", NULL);
  assert_int_equal (chmod (folder, 0755), 0);
  assert_int_equal (chmod (path, 0), 0);
  assert_int_equal (chmod (other, 0), 0);
  bool root = geteuid () == 0;
  assert_int_equal (root ? seteuid (65534) : 0, 0);
  g_autoptr (GPtrArray) entries = scan_folder (folder, NULL, NULL, NULL);
  assert_int_equal (root ? seteuid (0) : 0, 0);
  assert_int_equal (find (entries, "users.csv")->state, FILE_UNREADABLE);
  assert_string_equal (find (entries, "users.csv")->reason, "cannot be opened: permission denied");
  assert_int_equal (find (entries, "notes.txt")->state, FILE_IGNORED);
}

static void
facts_wait_for_what_will_be_loaded (void **state)
{
  (void) state;
  static const bool pending[] = { [FILE_WRITING] = true, [FILE_SETTLING] = true, [FILE_READY] = true };
  for (FileState each = FILE_IGNORED; each <= FILE_READY; each++)
    assert_int_equal (scan_is_pending (each), pending[each]);
}

static void
entries_are_sorted_and_claims_left_out (void **state)
{
  const char *folder = *state;
  g_autofree char *claimed = g_build_filename (folder, ".claimed", NULL);
  assert_int_equal (mkdir (claimed, 0755), 0);
  enum
  {
    FILES = 37 /* so many that a folder does not list them in order by chance */
  };
  for (unsigned i = 0; i < FILES; i++)
    {
      g_autofree char *name = g_strdup_printf ("%02u.csv", i * 10 % FILES);
      make_file (folder, name);
    }
  g_autoptr (GPtrArray) entries = scan_folder (folder, NULL, NULL, NULL);
  assert_int_equal (entries->len, FILES);
  for (unsigned i = 0; i < FILES; i++)
    {
      g_autofree char *name = g_strdup_printf ("%02u.csv", i);
      assert_string_equal (((const Entry *) entries->pdata[i])->name, name);
    }
}

static void
a_missing_folder_is_told_from_other_errors (void **state)
{
  g_autofree char *missing_path = g_build_filename (*state, "missing", NULL);
  bool missing = false;
  g_autoptr (GError) error = NULL;
  assert_null (scan_folder (missing_path, &missing, NULL, &error));
  assert_true (missing);
  assert_non_null (strstr (error->message, missing_path));
}

static void
a_replaced_folder_has_another_identity (void **state)
{
  g_autofree char *folder = g_build_filename (*state, "imports", NULL);
  g_autofree char *away = g_build_filename (*state, "away", NULL);
  ino_t before = 0, after = 0;
  assert_int_equal (mkdir (folder, 0755), 0);
  g_ptr_array_unref (scan_folder (folder, NULL, &before, NULL));
  assert_int_equal (rename (folder, away), 0);
  assert_int_equal (mkdir (folder, 0755), 0);
  g_ptr_array_unref (scan_folder (folder, NULL, &after, NULL));
  assert_true (before != 0 && after != 0 && before != after);
}

/* A name that is gone between its listing and the look at it was never there. */
static void
what_vanishes_while_it_is_listed_is_left_out (void **state)
{
  const char *folder = *state;
  make_file (folder, "users.csv");
  pid_t pid = fork ();
  if (pid == 0)
    {
      g_setenv ("WEIR_FAULT", "stop:scan-name", TRUE);
      g_autoptr (GPtrArray) entries = scan_folder (folder, NULL, NULL, NULL);
      _exit (entries ? (int) entries->len : 255);
    }
  int status;
  assert_int_equal (waitpid (pid, &status, WUNTRACED), pid);
  assert_true (WIFSTOPPED (status));
  g_autofree char *path = g_build_filename (folder, "users.csv", NULL);
  assert_int_equal (unlink (path), 0);
  kill (pid, SIGCONT);
  assert_int_equal (waitpid (pid, &status, 0), pid);
  assert_true (WIFEXITED (status));
  assert_int_equal (WEXITSTATUS (status), 0);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST (names_tell_what_is_ours),
    TEST (what_is_no_file_says_why),
    TEST (what_we_may_not_read_says_so),
    TEST (facts_wait_for_what_will_be_loaded),
    TEST (entries_are_sorted_and_claims_left_out),
    TEST (what_vanishes_while_it_is_listed_is_left_out),
    TEST (a_missing_folder_is_told_from_other_errors),
    TEST (a_replaced_folder_has_another_identity),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
