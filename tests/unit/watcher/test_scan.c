#include "watcher/scan.h"

#include "tests/support/process.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
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
    EntryKind kind;
  } files[] = {
    { "users.csv", ENTRY_FILE },
    { "USERS.CSV", ENTRY_FILE },
    { "users.tsv", ENTRY_FILE },
    { "users.csv.gz", ENTRY_FILE },
    { "users.csv.zst", ENTRY_FILE },
    { "users.tsv.gz", ENTRY_FILE },
    { "users.tsv.zst", ENTRY_FILE },
    { "Users.CSV.GZ", ENTRY_FILE },
    { "users.20261120T093000Z-3fa9c1d2.csv.zst", ENTRY_FILE },
    { "us ers.2026.csv", ENTRY_FILE },
    { "\xC3\xA4pfel.csv", ENTRY_FILE },
    { "line\nbreak.csv", ENTRY_FILE },
    { ".users.csv", ENTRY_WAITING },
    { ".users.csv.Xy12Z", ENTRY_WAITING },
    { "users.csv.part", ENTRY_WAITING },
    { "users.csv.PART", ENTRY_WAITING },
    { "users.tmp", ENTRY_WAITING },
    { "users.csv.filepart", ENTRY_WAITING },
    { "users.csv.crdownload", ENTRY_WAITING },
    { ".users.csv.gz", ENTRY_WAITING },
    { "users.csv.gz.part", ENTRY_WAITING },
    { "users.csv.bak", ENTRY_OTHER },
    { "users.gz", ENTRY_OTHER },
    { "users.tar.gz", ENTRY_OTHER },
    { "users.csv.bz2", ENTRY_OTHER },
    { "users.csv.gz.gz", ENTRY_OTHER },
    { ".csv.gz", ENTRY_WAITING },
    { "notes.txt", ENTRY_OTHER },
    { "csv", ENTRY_OTHER },
    { "bad\xFFname.csv", ENTRY_OTHER },
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
      if (entry->kind != files[i].kind)
        fail_msg ("%s is taken for kind %d", files[i].name, (int) entry->kind);
      assert_int_equal (entry->reason != NULL, entry->kind == ENTRY_OTHER);
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

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST (names_tell_what_is_ours),
    TEST (what_is_no_file_says_why),
    TEST (entries_are_sorted_and_claims_left_out),
    TEST (a_missing_folder_is_told_from_other_errors),
    TEST (a_replaced_folder_has_another_identity),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
