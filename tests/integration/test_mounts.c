/* Folders that somebody mounts something over, in this process's own mounts. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"

static const char users_text[] = "name,email\nAnn,a@x.org\nBob,b@x.org\n";

static bool
may_mount (void)
{
  static bool asked, may;
  if (!asked)
    may = unshare (CLONE_NEWNS) == 0 && mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
  if (!may && !asked)
    print_message ("nothing can be mounted here: skipped\n");
  asked = true;
  return may;
}

/* An orphan whose rows are loaded, and imports/ bound over itself: no rename leads out of it any more. */
static void
test_imports_mounted_over (void **state)
{
  Home *home = *state;
  if (!may_mount ())
    skip ();
  home_write_model (home, "users", USERS);
  home_drop (home, "users.csv", users_text);
  home_set_environment (home, "WEIR_FAULT", "kill:after-commit");
  assert_weir (home, 128 + SIGKILL, "load", "imports/users.csv", NULL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  g_autofree char *imports = home_path (home, "imports");
  assert_int_equal (mount (imports, imports, NULL, MS_BIND, NULL), 0);
  g_autoptr (Outcome) check = expect_weir (home, 0, "check", "--json", NULL);
  assert_contains (check->out, "\"check\": \"copy\"");
  g_autoptr (Background) watch = start_watch (home);
  wait_until (home_count_files (home, "archive/users") == 1 && home_count_files (home, "imports") == 0);
  stop_watch (watch);
  assert_int_equal (umount (imports), 0);
  assert_sql (home, "2|applied|archived", "select (select count(*) from warehouse.users), state, disposition from weir.file");
}

/* A file cannot be claimed there, and everybody says so. */
static void
test_claims_elsewhere (void **state)
{
  Home *home = *state;
  if (!may_mount ())
    skip ();
  home_write_model (home, "users", USERS);
  home_drop (home, "users.csv", users_text);
  g_autofree char *claimed = home_path (home, "imports/.claimed");
  assert_int_equal (mkdir (claimed, 0755), 0);
  assert_int_equal (mount ("tmpfs", claimed, "tmpfs", 0, NULL), 0);
  g_autoptr (Outcome) load = expect_weir (home, 4, "load", "imports/users.csv", NULL);
  assert_contains (load->err, "Invalid cross-device link");
  assert_contains (load->err, "must be on the same file system");
  g_autoptr (Outcome) check = expect_weir (home, 1, "check", NULL);
  assert_contains (check->out, "is on another file system than");
  g_autoptr (Outcome) watch = expect_weir (home, 4, "watch", NULL);
  assert_contains (watch->err, "is on another file system than");
  assert_true (home_has_file (home, "imports/users.csv"));
  assert_int_equal (umount (claimed), 0);
}

/* What cannot be moved says why: its folder, or the one it goes to. */
static void
test_claims_read_only (void **state)
{
  Home *home = *state;
  if (!may_mount ())
    skip ();
  home_write_model (home, "users", USERS);
  home_drop (home, "users.csv", users_text);
  home_set_environment (home, "WEIR_FAULT", "kill:after-commit");
  assert_weir (home, 128 + SIGKILL, "load", "imports/users.csv", NULL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  static const struct
  {
    const char *folder, *says;
  } cases[] = { { "imports", "it cannot be moved out of" }, { "archive", "could not write to \"archive\"" } };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *folder = home_path (home, cases[i].folder);
      assert_int_equal (mount (folder, folder, NULL, MS_BIND, NULL), 0);
      assert_int_equal (mount (NULL, folder, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), 0);
      g_autoptr (Outcome) status = expect_weir (home, 1, "status", NULL);
      assert_contains (status->out, cases[i].says);
      assert_contains (status->out, "Read-only file system");
      assert_int_equal (umount (folder), 0);
    }
  g_autoptr (Background) watch = start_watch (home);
  wait_until (home_count_files (home, "archive/users") == 1 && home_count_files (home, "imports") == 0);
  stop_watch (watch);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_imports_mounted_over),
    TEST (test_claims_elsewhere),
    TEST (test_claims_read_only),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
