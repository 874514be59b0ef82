/* What others may do to a folder between two of our calls: the second call goes through here, behind them. */
#include "base/autoptr.h"
#include "base/fsat.h"
#include "tests/support/process.h"
#include "watcher/claim.h"
#include "watcher/scan.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define RUN_TEXT "3fa9c1d2-0000-4000-8000-000000000001"

/* Done once, before the call of that name. */
typedef struct
{
  const char *call;
  void (*act) (const char *imports);
  const char *imports;
} Other;

static Other other;

static void
others_turn (const char *call)
{
  if (other.call == NULL || strcmp (other.call, call) != 0)
    return;
  other.call = NULL;
  other.act (other.imports);
}

int __real_fs_open_beneath (int folder, const char *path, int flags);
int __wrap_fs_open_beneath (int folder, const char *path, int flags);
int __real_flock (int fd, int operation);
int __wrap_flock (int fd, int operation);
int __real_fstatat (int folder, const char *path, struct stat *status, int flags);
int __wrap_fstatat (int folder, const char *path, struct stat *status, int flags);

/* Of the claim's own folder. */
int
__wrap_fs_open_beneath (int folder, const char *path, int flags)
{
  if (strcmp (path, RUN_TEXT) == 0)
    others_turn ("open");
  return __real_fs_open_beneath (folder, path, flags);
}

int
__wrap_flock (int fd, int operation)
{
  others_turn ("flock");
  return __real_flock (fd, operation);
}

int
__wrap_fstatat (int folder, const char *path, struct stat *status, int flags)
{
  others_turn ("fstatat");
  return __real_fstatat (folder, path, status, flags);
}

/* imports/ with users.csv in it. */
static int
set_up (void **state)
{
  char *imports = g_dir_make_tmp ("weir-between-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (imports, "users.csv", NULL);
  *state = imports;
  return g_file_set_contents (path, "text", -1, NULL) ? 0 : -1;
}

static int
tear_down (void **state)
{
  other = (Other) { 0 };
  remove_tree (*state);
  g_free (*state);
  return 0;
}

static Uid
the_run (void)
{
  Uid run;
  assert_true (uid_parse (RUN_TEXT, strlen (RUN_TEXT), &run));
  return run;
}

static char *
folder_of_claim (const char *imports)
{
  return g_build_filename (imports, ".claimed", RUN_TEXT, NULL);
}

static void
remove_empty_claim (const char *imports)
{
  g_autofree char *folder = folder_of_claim (imports);
  assert_int_equal (rmdir (folder), 0);
}

static void
remove_file (const char *imports)
{
  g_autofree char *path = g_build_filename (imports, "users.csv", NULL);
  assert_int_equal (unlink (path), 0);
}

/* As whoever finished the claim, and made it again for another file. */
static void
remake_claim (const char *imports)
{
  g_autofree char *folder = folder_of_claim (imports);
  g_autofree char *path = g_build_filename (folder, "users.csv", NULL);
  g_autofree char *away = g_build_filename (imports, ".away", NULL);
  assert_int_equal (rename (folder, away), 0); /* kept: the new one must not get its inode */
  assert_int_equal (g_mkdir_with_parents (folder, 0755), 0);
  assert_true (g_file_set_contents (path, "more", -1, NULL));
}

/* A listing tidies empty claims away, and one that is just being made looks like that. */
static void
a_new_claim_that_is_tidied_away_is_made_again (void **state)
{
  static const char *const calls[] = { "open", "flock" };
  for (size_t i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      other = (Other) { calls[i], remove_empty_claim, *state };
      bool gone = true;
      g_autoptr (GError) error = NULL;
      Claim *claim = claim_take (*state, "users.csv", NULL, the_run (), &gone, &error);
      assert_null (other.call);
      assert_non_null (claim);
      assert_false (gone);
      assert_true (g_file_test (claim_path (claim), G_FILE_TEST_EXISTS));
      assert_true (claim_give_back (claim, NULL, NULL));
      claim_free (claim);
    }
}

static void
a_file_that_goes_before_it_is_claimed_is_gone (void **state)
{
  other = (Other) { "flock", remove_file, *state };
  bool gone = false;
  g_autoptr (GError) error = NULL;
  assert_null (claim_take (*state, "users.csv", NULL, the_run (), &gone, &error));
  assert_true (gone);
  assert_null (error);
}

static void
an_orphan_that_becomes_anothers_is_gone (void **state)
{
  g_autofree char *folder = folder_of_claim (*state);
  g_autofree char *path = g_build_filename (folder, "users.csv", NULL);
  assert_int_equal (g_mkdir_with_parents (folder, 0755), 0);
  assert_true (g_file_set_contents (path, "text", -1, NULL));
  other = (Other) { "flock", remake_claim, *state };
  bool gone = false;
  g_autoptr (GError) error = NULL;
  assert_null (claim_resume (*state, the_run (), NULL, &gone, &error));
  assert_true (gone);
  assert_null (error);
}

static void
put_a_link_there (const char *imports)
{
  g_autofree char *path = g_build_filename (imports, "users.csv", NULL);
  remove_file (imports);
  assert_int_equal (symlink ("/etc/passwd", path), 0);
}

static void
put_another_file_there (const char *imports)
{
  g_autofree char *path = g_build_filename (imports, "users.csv", NULL);
  assert_true (g_file_set_contents (path, "text", -1, NULL)); /* renames over it */
}

/* Given to nobody, and back where it was: the next listing says what it is. */
static void
what_takes_a_files_place_while_it_is_claimed_is_put_back (void **state)
{
  static void (*const acts[]) (const char *imports) = { put_another_file_there, put_a_link_there };
  g_autofree char *path = g_build_filename (*state, "users.csv", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (acts); i++)
    {
      other = (Other) { "flock", acts[i], *state };
      bool gone = false;
      g_autoptr (GError) error = NULL;
      assert_null (claim_take (*state, "users.csv", NULL, the_run (), &gone, &error));
      assert_null (other.call);
      assert_null (error);
      assert_true (gone);
      assert_int_equal (g_file_test (path, G_FILE_TEST_IS_SYMLINK), acts[i] == put_a_link_there);
      g_autoptr (GPtrArray) claims = claim_list (*state, NULL);
      assert_int_equal (claims->len, 0);
    }
}

static void
a_file_that_goes_while_the_folder_is_listed_is_not_in_it (void **state)
{
  other = (Other) { "fstatat", remove_file, *state };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = scan_folder (*state, NULL, NULL, &error);
  assert_null (other.call);
  assert_non_null (entries);
  assert_int_equal (entries->len, 0);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST (a_new_claim_that_is_tidied_away_is_made_again),
    TEST (a_file_that_goes_before_it_is_claimed_is_gone),
    TEST (an_orphan_that_becomes_anothers_is_gone),
    TEST (what_takes_a_files_place_while_it_is_claimed_is_put_back),
    TEST (a_file_that_goes_while_the_folder_is_listed_is_not_in_it),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
