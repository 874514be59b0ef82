/* Root claims and refuses files in the home of somebody else, with `sudo`: all that is made for it is that one's, who can go on with it, also where root was killed
 * meanwhile. */
#include "tests/support/process.h"
#include "watcher/archive.h"
#include "watcher/beside.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOON INT64_C (1795167000) /* 2026-11-20 09:30:00 UTC */
#define ANN 12345

typedef struct
{
  char *home, *imports;
} Places;

static int
set_up (void **state)
{
  Places *places = g_new0 (Places, 1);
  places->home = g_dir_make_tmp ("weir-owner-XXXXXX", NULL);
  places->imports = g_build_filename (places->home, "imports", NULL);
  *state = places;
  return g_mkdir_with_parents (places->imports, 0755);
}

static int
tear_down (void **state)
{
  Places *places = *state;
  remove_tree (places->home);
  g_free (places->home);
  g_free (places->imports);
  g_free (places);
  return 0;
}

static void
put (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  assert_true (g_file_set_contents (path, "{}", -1, NULL) && chown (path, ANN, ANN) == 0);
}

static void
assert_hers (const char *path)
{
  struct stat info;
  if (lstat (path, &info) != 0)
    fail_msg ("\"%s\" is not there", path);
  if (info.st_uid != ANN || info.st_gid != ANN)
    fail_msg ("\"%s\" is of user %d, group %d", path, (int) info.st_uid, (int) info.st_gid);
}

static void
what_root_makes_for_a_file_is_its_folders_owners (void **state)
{
  const Places *places = *state;
  if (geteuid () != 0)
    skip (); /* nobody else may give anything away */
  assert_true (chown (places->home, ANN, ANN) == 0 && chown (places->imports, ANN, ANN) == 0);
  put (places->imports, "users.csv");
  put (places->imports, ".users.csv.json");
  bool gone;
  g_autoptr (Claim) claim = claim_take (places->imports, "users.csv", NULL, uid_random (), &gone, NULL);
  assert_non_null (claim);
  g_autofree char *folder = g_path_get_dirname (claim_path (claim)), *claimed = g_path_get_dirname (folder);
  g_autofree char *kept = g_build_filename (folder, BESIDE_KEPT_NAME, NULL);
  assert_hers (claimed);
  assert_hers (folder);
  assert_hers (kept);
  g_autofree char *failed = g_build_filename (places->home, "failed", NULL), *place = NULL;
  const ArchiveFile file = { claim_path (claim), "users.csv", claim_run (claim), NOON, claim };
  assert_true (archive_refuse (&file, failed, "{}", &place, NULL));
  g_autofree char *report = g_strconcat (place, ".error.json", NULL);
  assert_hers (failed);
  assert_hers (place);
  assert_hers (report);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (what_root_makes_for_a_file_is_its_folders_owners, set_up, tear_down),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
