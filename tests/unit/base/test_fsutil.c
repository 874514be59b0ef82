#include "base/fsutil.h"

#include "base/autoptr.h"
#include "base/error.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <glib/gstdio.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* What the file system under test can do; the functions below stand before the C library's. */
static struct
{
  bool no_renameat2;
  bool no_link;
} lacking;

int
renameat2 (int from_folder, const char *from, int to_folder, const char *to, unsigned int flags)
{
  if (lacking.no_renameat2)
    return errno = EINVAL, -1;
  return (int) syscall (SYS_renameat2, from_folder, from, to_folder, to, flags);
}

int
linkat (int from_folder, const char *from, int to_folder, const char *to, int flags)
{
  if (lacking.no_link)
    return errno = EPERM, -1;
  return (int) syscall (SYS_linkat, from_folder, from, to_folder, to, flags);
}

static int
set_up (void **state)
{
  memset (&lacking, 0, sizeof lacking);
  *state = g_dir_make_tmp ("weir-fsutil-XXXXXX", NULL);
  return *state == NULL;
}

/* Removes a tree made here; no link in it leads outside. */
static void
remove_tree (const char *path)
{
  {
    g_autoptr (GDir) folder = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
    for (const char *name; folder != NULL && (name = g_dir_read_name (folder)) != NULL;)
      {
        g_autofree char *child = g_build_filename (path, name, NULL);
        remove_tree (child);
      }
  }
  g_remove (path);
}

static int
tear_down (void **state)
{
  remove_tree (*state);
  g_free (*state);
  return 0;
}

static void
put (const char *path, const char *contents)
{
  assert_true (g_file_set_contents (path, contents, -1, NULL));
}

static void
assert_contents (const char *path, const char *expected)
{
  g_autofree char *contents = NULL;
  assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  assert_string_equal (contents, expected);
}

static mode_t
mode_of (const char *path)
{
  struct stat status;
  assert_int_equal (lstat (path, &status), 0);
  return status.st_mode & 07777;
}

static int
entries_in (const char *path)
{
  int count = 0;
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  assert_non_null (folder);
  while (g_dir_read_name (folder) != NULL)
    count++;
  return count;
}

/* An error of ours about this path, cleared. */
static void
assert_local_error (GError **error, const char *path)
{
  assert_true (g_error_matches (*error, WEIR_ERROR, WEIR_ERROR_LOCAL));
  assert_non_null (strstr ((*error)->message, path));
  g_clear_error (error);
}

static void
folders_are_made_with_their_parents (void **state)
{
  g_autofree char *middle = g_build_filename (*state, "a", NULL);
  g_autofree char *deep = g_build_filename (*state, "a", "b", "c", NULL);
  assert_true (fs_make_folder (deep, 0700, NULL));
  assert_int_equal (mode_of (deep), 0700);
  assert_int_equal (mode_of (middle), 0700);

  /* given one that exists, then it stays as it is */
  assert_int_equal (chmod (deep, 0750), 0);
  assert_true (fs_make_folder (deep, 0700, NULL));
  assert_int_equal (mode_of (deep), 0750);
}

static void
a_file_in_the_way_of_a_folder_is_said (void **state)
{
  g_autofree char *file = g_build_filename (*state, "file", NULL);
  g_autofree char *below = g_build_filename (file, "folder", NULL);
  put (file, "x");
  GError *error = NULL;
  assert_false (fs_make_folder (file, 0700, &error));
  assert_local_error (&error, file);
  assert_false (fs_make_folder (below, 0700, &error));
  assert_local_error (&error, file);
}

/* By a file without a name, or by a sibling. */
static void
a_new_file_never_replaces (void **state)
{
  for (int i = 0; i < 2; i++)
    {
      bool exists = true;
      GError *error = NULL;
      g_autofree char *name = g_strdup_printf ("new-%d", i), *path = g_build_filename (*state, name, NULL), *text = NULL;
      lacking.no_link = i == 1;
      assert_true (fs_write_new (path, "one", 3, 0640, &exists, &error));
      assert_false (exists);
      assert_int_equal (mode_of (path), 0640);
      assert_false (fs_write_new (path, "two", 3, 0640, &exists, &error));
      assert_true (exists);
      assert_null (error);
      assert_true (fs_read_file (path, 10, &text, NULL, NULL));
      assert_string_equal (text, "one");
    }
  assert_int_equal (entries_in (*state), 2);
  bool exists;
  GError *error = NULL;
  g_autofree char *nowhere = g_build_filename (*state, "nowhere", "new", NULL);
  assert_false (fs_write_new (nowhere, "x", 1, 0640, &exists, &error));
  assert_false (exists);
  assert_local_error (&error, nowhere);
}

static void
a_file_keeps_its_owner_when_it_is_rewritten (void **state)
{
  struct stat info;
  if (geteuid () != 0)
    print_message ("  whose it is where root rewrites it: skipped, for this is not root\n");
  uid_t owner = geteuid () == 0 ? 12345 : geteuid ();
  g_autofree char *path = g_build_filename (*state, "file", NULL);
  put (path, "one");
  assert_int_equal (chown (path, owner, (gid_t) -1), 0);
  assert_true (fs_rewrite_file (path, "two", 3, 0600, NULL));
  assert_int_equal (stat (path, &info), 0);
  assert_int_equal (info.st_uid, owner);
  assert_int_equal (mode_of (path), 0600);
  /* Else it is ours. */
  assert_true (fs_write_file (path, "two", 3, 0600, NULL));
  assert_int_equal (stat (path, &info), 0);
  assert_int_equal (info.st_uid, geteuid ());
}

static void
assert_owner (const char *path, uid_t owner)
{
  struct stat info;
  assert_int_equal (stat (path, &info), 0);
  assert_int_equal (info.st_uid, owner);
}

/* What root makes in it, with `sudo`, the owner of a folder can go on with. */
static void
what_is_made_in_a_folder_is_its_owners (void **state)
{
  uid_t owner = 12345;
  if (geteuid () != 0)
    skip (); /* nobody else may give anything away */
  g_autofree char *folder = g_build_filename (*state, "a", "b", NULL), *file = g_build_filename (folder, "file", NULL);
  g_autofree char *other = g_build_filename (folder, "other", NULL);
  bool exists;
  assert_int_equal (chown (*state, owner, (gid_t) -1), 0);
  assert_true (fs_make_folder (folder, 0700, NULL));
  assert_owner (folder, owner);
  assert_true (fs_write_new (file, "x", 1, 0600, &exists, NULL));
  assert_owner (file, owner);
  lacking.no_link = true;
  assert_true (fs_write_new (other, "x", 1, 0600, &exists, NULL));
  assert_owner (other, owner);
}

static const struct
{
  bool no_renameat2;
  bool no_link;
} abilities[] = { { false, false }, { true, false }, { true, true } };

static void
a_rename_never_replaces (void **state)
{
  g_autofree char *from = g_build_filename (*state, "from", NULL);
  g_autofree char *to = g_build_filename (*state, "to", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (abilities); i++)
    {
      lacking.no_renameat2 = abilities[i].no_renameat2;
      lacking.no_link = abilities[i].no_link;

      /* given a free name, then the file moves */
      put (from, "one");
      bool exists = true;
      assert_true (fs_rename_new (from, to, &exists, NULL));
      assert_false (exists);
      assert_contents (to, "one");
      assert_int_equal (entries_in (*state), 1);

      /* given a taken name, then both files stay as they are */
      put (from, "two");
      GError *error = NULL;
      assert_false (fs_rename_new (from, to, &exists, &error));
      assert_null (error);
      assert_true (exists);
      assert_contents (from, "two");
      assert_contents (to, "one");

      /* given nowhere to say so, then it is an error */
      assert_false (fs_rename_new (from, to, NULL, &error));
      assert_local_error (&error, to);

      g_remove (to);
      g_remove (from);
    }
}

static void
a_dangling_link_is_not_replaced_either (void **state)
{
  g_autofree char *from = g_build_filename (*state, "from", NULL);
  g_autofree char *to = g_build_filename (*state, "to", NULL);
  put (from, "one");
  assert_int_equal (symlink ("nowhere", to), 0);
  for (size_t i = 0; i < G_N_ELEMENTS (abilities); i++)
    {
      lacking.no_renameat2 = abilities[i].no_renameat2;
      lacking.no_link = abilities[i].no_link;
      bool exists = false;
      assert_false (fs_rename_new (from, to, &exists, NULL));
      assert_true (exists);
      assert_contents (from, "one");
    }
}

static void
folders_can_be_renamed_too (void **state)
{
  g_autofree char *from = g_build_filename (*state, "from", NULL);
  g_autofree char *inside = g_build_filename (from, "file", NULL);
  g_autofree char *to = g_build_filename (*state, "to", NULL);
  g_autofree char *arrived = g_build_filename (to, "file", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (abilities); i++)
    {
      lacking.no_renameat2 = abilities[i].no_renameat2;
      lacking.no_link = abilities[i].no_link;
      assert_int_equal (g_mkdir (from, 0700), 0);
      put (inside, "x");
      assert_true (fs_rename_new (from, to, NULL, NULL));
      assert_contents (arrived, "x");
      remove_tree (to);
    }
}

static void
a_missing_file_leaves_nothing_behind (void **state)
{
  g_autofree char *from = g_build_filename (*state, "from", NULL);
  g_autofree char *to = g_build_filename (*state, "to", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (abilities); i++)
    {
      lacking.no_renameat2 = abilities[i].no_renameat2;
      lacking.no_link = abilities[i].no_link;
      GError *error = NULL;
      bool exists = true;
      assert_false (fs_rename_new (from, to, &exists, &error));
      assert_false (exists);
      assert_local_error (&error, from);
      assert_int_equal (entries_in (*state), 0);
    }
}

static void
a_file_is_written_whole_or_not_at_all (void **state)
{
  g_autofree char *path = g_build_filename (*state, "file", NULL);
  mode_t mask = umask (077);
  assert_true (fs_write_file (path, "one", 3, 0640, NULL));
  umask (mask);
  assert_contents (path, "one");
  assert_int_equal (mode_of (path), 0640);

  assert_true (fs_write_file (path, "", 0, 0600, NULL));
  assert_contents (path, "");
  assert_int_equal (mode_of (path), 0600);
  assert_int_equal (entries_in (*state), 1);

  /* given a folder of that name, then the write fails and leaves no temporary file */
  g_autofree char *folder = g_build_filename (*state, "folder", NULL);
  assert_int_equal (g_mkdir (folder, 0700), 0);
  GError *error = NULL;
  assert_false (fs_write_file (folder, "x", 1, 0600, &error));
  assert_local_error (&error, folder);
  assert_int_equal (entries_in (*state), 2);
}

static void
a_file_is_read_up_to_its_limit (void **state)
{
  g_autofree char *path = g_build_filename (*state, "file", NULL);
  put (path, "12345");
  g_autofree char *contents = NULL;
  size_t length = 0;
  assert_true (fs_read_file (path, 5, &contents, &length, NULL));
  assert_int_equal (length, 5);
  assert_string_equal (contents, "12345");

  char *none = NULL;
  GError *error = NULL;
  assert_false (fs_read_file (path, 4, &none, &length, &error));
  assert_null (none);
  assert_local_error (&error, path);
}

static void
only_regular_files_are_read (void **state)
{
  g_autofree char *fifo = g_build_filename (*state, "fifo", NULL);
  g_autofree char *missing = g_build_filename (*state, "missing", NULL);
  assert_int_equal (mkfifo (fifo, 0600), 0);
  const char *paths[] = { fifo, missing, *state };
  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      GError *error = NULL;
      char *none = NULL;
      assert_false (fs_read_file (paths[i], 100, &none, NULL, &error));
      assert_local_error (&error, paths[i]);
    }
}

static void
a_folder_that_is_none_cannot_be_synced (void **state)
{
  g_autofree char *file = g_build_filename (*state, "file", NULL);
  put (file, "x");
  GError *error = NULL;
  assert_true (fs_sync_folder (*state, NULL));
  assert_false (fs_sync_folder (file, &error));
  assert_local_error (&error, file);
}

static void
a_scratch_file_has_no_name (void **state)
{
  AUTO_FD int fd = fs_open_scratch (*state, NULL);
  assert_true (fd >= 0);
  assert_true (fs_write_all (fd, "abc", 3, "scratch", NULL));
  char back[4] = "";
  assert_int_equal (pread (fd, back, 3, 0), 3);
  assert_string_equal (back, "abc");
  assert_int_equal (entries_in (*state), 0);
  assert_true (fcntl (fd, F_GETFD) & FD_CLOEXEC);

  g_autofree char *missing = g_build_filename (*state, "missing", NULL);
  GError *error = NULL;
  assert_int_equal (fs_open_scratch (missing, &error), -1);
  assert_local_error (&error, missing);
}

static void
a_failed_write_names_the_file (void **state)
{
  g_autofree char *path = g_build_filename (*state, "file", NULL);
  put (path, "");
  AUTO_FD int fd = open (path, O_RDONLY);
  GError *error = NULL;
  assert_false (fs_write_all (fd, "x", 1, path, &error));
  assert_local_error (&error, path);
}

static void
the_longest_name_can_be_written (void **state)
{
  char name[NAME_MAX + 1] = { 0 };
  memset (name, 'x', NAME_MAX);
  g_autofree char *path = g_build_filename (*state, name, NULL);
  assert_true (fs_write_file (path, "whole", 5, 0600, NULL));
  assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* By the names themselves: "a" is before "a-b", though "a.x" is not before "a-b.x". */
static void
names_are_listed_without_their_ending (void **state)
{
  static const char *const files[] = { "a-b.x", "b.x", "a.x", ".c.x", "d.x~", "e", ".x" };
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (*state, files[i], NULL);
      put (path, "");
    }
  g_autoptr (GPtrArray) names = fs_list (*state, ".x", NULL);
  g_ptr_array_add (names, NULL);
  g_autofree char *all = g_strjoinv (" ", (char **) names->pdata);
  assert_string_equal (all, "a a-b b");
  g_autofree char *missing = g_build_filename (*state, "missing", NULL), *file = g_build_filename (*state, "e", NULL);
  g_autoptr (GPtrArray) none = fs_list (missing, ".x", NULL);
  assert_int_equal (none->len, 0);
  g_autoptr (GError) error = NULL;
  assert_null (fs_list (file, ".x", &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_LOCAL));
}

static void
all_of_an_open_file_is_hashed (void **state)
{
  g_autofree char *path = g_build_filename (*state, "large", NULL), *text = g_malloc (100000);
  char found[SHA256_HEX_SIZE], expected[SHA256_HEX_SIZE];
  memset (text, 'x', 100000);
  assert_true (fs_write_file (path, text, 100000, 0600, NULL));
  AUTO_FD int fd = open (path, O_RDONLY | O_CLOEXEC);
  assert_int_equal (lseek (fd, 7, SEEK_SET), 7);

  assert_true (fs_sha256 (fd, found));

  sha256_bytes (text, 100000, expected);
  assert_string_equal (found, expected);
  assert_int_equal (lseek (fd, 0, SEEK_CUR), 7);
  assert_false (fs_sha256 (-1, found));
}

int
main (void)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown (test, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    WITH_FOLDER (a_new_file_never_replaces),
    WITH_FOLDER (a_file_keeps_its_owner_when_it_is_rewritten),
    WITH_FOLDER (what_is_made_in_a_folder_is_its_owners),
    WITH_FOLDER (folders_are_made_with_their_parents),
    WITH_FOLDER (a_file_in_the_way_of_a_folder_is_said),
    WITH_FOLDER (a_rename_never_replaces),
    WITH_FOLDER (a_dangling_link_is_not_replaced_either),
    WITH_FOLDER (folders_can_be_renamed_too),
    WITH_FOLDER (a_missing_file_leaves_nothing_behind),
    WITH_FOLDER (a_file_is_written_whole_or_not_at_all),
    WITH_FOLDER (a_file_is_read_up_to_its_limit),
    WITH_FOLDER (only_regular_files_are_read),
    WITH_FOLDER (a_folder_that_is_none_cannot_be_synced),
    WITH_FOLDER (a_scratch_file_has_no_name),
    WITH_FOLDER (a_failed_write_names_the_file),
    WITH_FOLDER (the_longest_name_can_be_written),
    WITH_FOLDER (names_are_listed_without_their_ending),
    WITH_FOLDER (all_of_an_open_file_is_hashed),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
