/* What lies beside a file: read, kept with a claim, put back. */
#include "watcher/beside.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsutil.h"
#include "tests/support/process.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
test_names (void **state G_GNUC_UNUSED)
{
  g_autofree char *name = beside_name ("users.csv"), *file = beside_of (".users.csv.json");
  assert_string_equal (name, ".users.csv.json");
  assert_string_equal (file, "users.csv");
  static const char *const others[] = { "users.csv.json", ".users.csv", ".json", "", ".", "..json" };
  for (size_t i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *none = beside_of (others[i]);
      if (none != NULL)
        fail_msg ("%s is of %s", others[i], none);
    }
}

typedef struct
{
  char *path;
  int fd;
} Folder;

static int
setup (void **state)
{
  Folder *folder = g_new0 (Folder, 1);
  folder->path = g_dir_make_tmp ("weir-beside-XXXXXX", NULL);
  folder->fd = open (folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return *state = folder, folder->fd < 0;
}

static int
teardown (void **state)
{
  Folder *folder = *state;
  fd_cleanup (&folder->fd);
  remove_tree (folder->path);
  g_free (folder->path);
  g_free (folder);
  return 0;
}

static void
write_file (const Folder *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder->path, name, NULL);
  assert_true (g_file_set_contents (path, text, -1, NULL));
}

static bool
has (const Folder *folder, const char *name)
{
  return faccessat (folder->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void
test_reading (void **state)
{
  const Folder *folder = *state;
  g_auto (Beside) none = { 0 }, some = { 0 }, empty = { 0 }, bad = { 0 };
  g_autoptr (GError) error = NULL;
  assert_true (beside_read (folder->fd, "users.csv", &none, NULL));
  assert_null (none.text);
  write_file (folder, ".users.csv.json", "{}");
  write_file (folder, ".none.csv.json", "");
  assert_true (beside_read (folder->fd, "users.csv", &some, NULL));
  assert_string_equal (some.text, "{}");
  assert_true (beside_read (folder->fd, "none.csv", &empty, NULL));
  assert_string_equal (empty.text, "");
  /* A link leads to what is not the dropper's. */
  assert_int_equal (symlinkat (".users.csv.json", folder->fd, ".link.csv.json"), 0);
  assert_false (beside_read (folder->fd, "link.csv", &bad, &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_INPUT));
  g_clear_error (&error);
  assert_int_equal (mkdirat (folder->fd, ".folder.csv.json", 0755), 0);
  assert_false (beside_read (folder->fd, "folder.csv", &bad, &error));
  g_clear_error (&error);
  g_autofree char *large = g_strnfill (BESIDE_MOST_BYTES + 1, ' ');
  write_file (folder, ".large.csv.json", large);
  assert_false (beside_read (folder->fd, "large.csv", &bad, &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_INPUT));
  g_clear_error (&error);
  AUTO_FD int fd = openat (folder->fd, ".nul.csv.json", O_WRONLY | O_CREAT | O_EXCL, 0644);
  assert_int_equal (write (fd, "{}\0{}", 5), 5);
  assert_false (beside_read (folder->fd, "nul.csv", &bad, &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_INPUT));
  g_autofree char *long_name = g_strnfill (252, 'x');
  assert_true (beside_read (folder->fd, long_name, &none, NULL));
  assert_null (none.text);
}

/* It is removed only as what was read. */
static void
test_removing (void **state)
{
  const Folder *folder = *state;
  g_auto (Beside) read = { 0 }, again = { 0 };
  write_file (folder, ".users.csv.json", "{}");
  assert_true (beside_read (folder->fd, "users.csv", &read, NULL));
  write_file (folder, ".users.csv.json", "[]");
  beside_remove (folder->fd, "users.csv", &read);
  assert_true (has (folder, ".users.csv.json"));
  assert_true (beside_read (folder->fd, "users.csv", &again, NULL));
  beside_remove (folder->fd, "users.csv", &again);
  assert_false (has (folder, ".users.csv.json"));
}

/* Behind a crash the one that was kept goes, and not the same once more. */
static void
test_finishing (void **state)
{
  const Folder *folder = *state;
  g_auto (Beside) read = { 0 }, kept = { 0 };
  assert_int_equal (mkdirat (folder->fd, "claim", 0755), 0);
  AUTO_FD int claim = openat (folder->fd, "claim", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  write_file (folder, ".users.csv.json", "{}");
  assert_true (beside_read (folder->fd, "users.csv", &read, NULL));
  g_usleep (20000); /* the clock of the file system */
  assert_true (beside_keep (claim, &read, NULL));
  assert_true (beside_kept (claim, &kept, NULL));
  assert_string_equal (kept.text, "{}");
  beside_finish (folder->fd, "users.csv", &kept);
  assert_false (has (folder, ".users.csv.json"));
  g_usleep (20000);
  write_file (folder, ".users.csv.json", "{}");
  beside_finish (folder->fd, "users.csv", &kept);
  assert_true (has (folder, ".users.csv.json"));
  beside_forget (claim);
  g_auto (Beside) gone = { 0 };
  assert_true (beside_kept (claim, &gone, NULL));
  assert_null (gone.text);
}

/* Back beside its file, and in nobody's place. */
static void
test_putting_back (void **state)
{
  const Folder *folder = *state;
  const Uid run = uid_random ();
  g_auto (Beside) read = { 0 }, back = { 0 };
  g_autoptr (GError) error = NULL;
  write_file (folder, ".users.csv.json", "{}");
  assert_true (beside_read (folder->fd, "users.csv", &read, NULL));
  assert_true (beside_put (folder->fd, "users.csv", run, &read, NULL));
  beside_remove (folder->fd, "users.csv", &read);
  assert_true (beside_put (folder->fd, "users.csv", run, &read, NULL));
  assert_true (beside_read (folder->fd, "users.csv", &back, NULL));
  assert_string_equal (back.text, "{}");
  write_file (folder, ".users.csv.json", "[]");
  assert_false (beside_put (folder->fd, "users.csv", run, &read, &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_LOCAL));
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, setup, teardown)
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_names), TEST (test_reading), TEST (test_removing), TEST (test_finishing), TEST (test_putting_back),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
