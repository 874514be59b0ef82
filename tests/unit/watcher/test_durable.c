/* What must be on the disk when a function returns: every fsync goes through here first. */
#include "base/fsutil.h"
#include "tests/support/process.h"
#include "watcher/archive.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#define NOON INT64_C (1795167000) /* 2026-11-20 09:30:00 UTC */

static GString *synced; /* the paths, each in a line, as they were called then */

int __real_fsync (int fd);
int __wrap_fsync (int fd);

int
__wrap_fsync (int fd)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *path = g_file_read_link (link, NULL);
  if (synced != NULL)
    g_string_append_printf (synced, "%s\n", path);
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
  g_autofree char *report = g_strconcat (failed, "/.users.", NULL);
  assert_non_null (strstr (synced->str, report));
}

static void
a_file_that_is_deleted (void **state)
{
  g_autofree char *path = make_file (*state, "claimed", "users.csv");
  g_autofree char *place = NULL;
  assert_true (archive_delete (&(ArchiveFile) { path, "users.csv", { { 0 } }, NOON, NULL }, &place, NULL));
  assert_synced (*state, "claimed");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST (a_file_that_is_written),  TEST (a_file_that_is_moved),   TEST (a_file_that_is_claimed),
    TEST (a_file_that_is_archived), TEST (a_file_that_is_refused), TEST (a_file_that_is_deleted),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
