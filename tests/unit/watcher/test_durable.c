/* What must be on the disk when a function returns: every fsync goes through here first. */
#include "base/fsutil.h"
#include "base/scope.h"
#include "tests/support/process.h"
#include "watcher/archive.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define NOON INT64_C (1795167000) /* 2026-11-20 09:30:00 UTC */

static GString *synced; /* the paths, each in a line, as they were called then */

static int fails_with; /* what each of them ends with; 0: it does its work */

int __real_fsync (int fd);
int __wrap_fsync (int fd);

int
__wrap_fsync (int fd)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *path = g_file_read_link (link, NULL);
  if (synced != NULL)
    g_string_append_printf (synced, "%s\n", path);
  if (fails_with != 0)
    return errno = fails_with, -1;
  return __real_fsync (fd);
}

static int
set_up (void **state)
{
  *state = g_dir_make_tmp ("weir-durable-XXXXXX", NULL);
  synced = g_string_new (NULL);
  return *state ? 0 : -1;
}

static int
tear_down (void **state)
{
  remove_tree (*state);
  g_free (*state);
  g_string_free (g_steal_pointer (&synced), TRUE);
  return 0;
}

static char *
make_file (const char *home, const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (home, folder, NULL);
  assert_int_equal (g_mkdir_with_parents (path, 0755), 0);
  char *file = g_build_filename (path, name, NULL);
  assert_true (g_file_set_contents (file, "text", -1, NULL));
  g_string_truncate (synced, 0);
  return file;
}

/* The folder or file "name" of the test's folder, "" itself. */
static void
assert_synced (const char *home, const char *name)
{
  g_autofree char *line = g_strdup_printf ("%s%s%s\n", home, *name != '\0' ? "/" : "", name);
  if (strstr (synced->str, line) == NULL)
    fail_msg ("\"%s\" is not synced, but:\n%s", name, synced->str);
}

static void
a_file_that_is_written (void **state)
{
  g_autofree char *path = g_build_filename (*state, "weir.json", NULL);
  assert_true (fs_write_file (path, "{}", 2, 0644, NULL));
  /* Its contents first, under another name: then the name. */
  g_autofree char *temporary = g_strdup_printf ("%s/.weir.json.", (char *) *state);
  assert_true (g_str_has_prefix (synced->str, temporary));
  assert_synced (*state, "");
}

static void
a_file_that_is_moved (void **state)
{
  g_autofree char *from = make_file (*state, "from", "a.csv");
  g_autofree char *other = make_file (*state, "to", "b.csv");
  g_autofree char *to = g_build_filename (*state, "to", "a.csv", NULL);
  assert_true (fs_rename_new (from, to, NULL, NULL));
  assert_synced (*state, "from");
  assert_synced (*state, "to");
}

/* The folder of all claims where this is the first, the folder of its claim, and the file in it: there, and no more where it was. */
static void
a_file_that_is_claimed (void **state)
{
  g_autofree char *path = make_file (*state, "imports", "users.csv");
  g_autofree char *imports = g_build_filename (*state, "imports", NULL);
  bool gone;
  Claim *claim = claim_take (imports, "users.csv", NULL, uid_random (), &gone, NULL);
  assert_non_null (claim);
  const char *order[] = { "/imports\n", "/imports/.claimed\n", "/imports/.claimed/", "/imports\n" };
  const char *at = synced->str;
  for (size_t i = 0; i < G_N_ELEMENTS (order); i++)
    {
      at = strstr (at, order[i]);
      if (at == NULL)
        fail_msg ("%s is not synced in its turn, but:\n%s", order[i], synced->str);
      at += strlen (order[i]);
    }
  claim_free (claim);
}

static void
a_file_that_is_archived (void **state)
{
  g_autofree char *path = make_file (*state, "claimed", "users.csv");
  g_autofree char *other = make_file (*state, "archive", ".keep");
  g_autofree char *archive = g_build_filename (*state, "archive", "users", NULL);
  g_autofree char *place = NULL;
  assert_true (archive_store (&(ArchiveFile) { path, "users.csv", { { 0 } }, NOON, NULL }, archive, &place, NULL));
  assert_synced (*state, "archive"); /* the table's folder is new there */
  assert_synced (*state, "archive/users");
  assert_synced (*state, "claimed");
}

static void
a_file_that_is_refused (void **state)
{
  g_autofree char *path = make_file (*state, "claimed", "users.csv");
  g_autofree char *failed = g_build_filename (*state, "failed", NULL);
  g_autofree char *place = NULL;
  assert_true (archive_refuse (&(ArchiveFile) { path, "users.csv", { { 0 } }, NOON, NULL }, failed, "{}\n", &place, NULL));
  assert_synced (*state, "");
  assert_synced (*state, "failed");
  assert_synced (*state, "claimed");
  /* The report before it has its name, as fs_write_new makes it. */
  g_autofree char *unnamed = g_strconcat (failed, "/#", NULL), *hidden = g_strconcat (failed, "/.users.", NULL);
  assert_true (strstr (synced->str, unnamed) != NULL || strstr (synced->str, hidden) != NULL);
}

static void
a_file_that_is_deleted (void **state)
{
  g_autofree char *path = make_file (*state, "claimed", "users.csv");
  g_autofree char *place = NULL;
  assert_true (archive_delete (&(ArchiveFile) { path, "users.csv", { { 0 } }, NOON, NULL }, &place, NULL));
  assert_synced (*state, "claimed");
}

/* Whose trouble it is that a disk does not take, by what it says. The file itself is where it was to go. */
static void
a_disk_that_does_not_sync (void **state)
{
  static const struct
  {
    int number;
    Scope scope;
  } cases[] = { { ENOSPC, SCOPE_MACHINE }, { EDQUOT, SCOPE_MACHINE }, { EROFS, SCOPE_MACHINE },
                { EIO, SCOPE_FILE },       { ESTALE, SCOPE_FILE },    { ENAMETOOLONG, SCOPE_FILE } };
  g_autofree char *archive = g_build_filename (*state, "archive", NULL);
  assert_int_equal (g_mkdir_with_parents (archive, 0755), 0);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = make_file (*state, "claimed", "users.csv");
      g_autofree char *place = NULL;
      g_autoptr (GError) error = NULL;
      fails_with = cases[i].number;
      bool done = archive_store (&(ArchiveFile) { path, "users.csv", uid_random (), NOON, NULL }, archive, &place, &error);
      fails_with = 0;
      assert_false (done);
      assert_int_equal (weir_error_get_errno (error), cases[i].number);
      assert_int_equal (scope_of_error (error), cases[i].scope);
      assert_true (g_file_test (place, G_FILE_TEST_EXISTS));
      assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
    }
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST (a_file_that_is_written), TEST (a_file_that_is_moved),   TEST (a_file_that_is_claimed),    TEST (a_file_that_is_archived),
    TEST (a_file_that_is_refused), TEST (a_file_that_is_deleted), TEST (a_disk_that_does_not_sync),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
