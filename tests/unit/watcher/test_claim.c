#include "watcher/claim.h"

#include "base/autoptr.h"
#include "tests/unit/watcher/dropped.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

static bool
holds (const char *path, const char *text)
{
  g_autofree char *content = NULL;
  return g_file_get_contents (path, &content, NULL, NULL) && strcmp (content, text) == 0;
}

static Claim *
take (const char *imports, const char *name, Uid run)
{
  bool gone = true;
  g_autoptr (GError) error = NULL;
  Claim *claim = claim_take (imports, name, NULL, run, &gone, &error);
  assert_null (error);
  assert_non_null (claim);
  assert_false (gone);
  return claim;
}

static void
a_claimed_file_belongs_to_its_run (void **state)
{
  const char *imports = *state;
  drop (imports, "users.csv", "one");
  Uid run = uid_random ();
  g_autoptr (Claim) claim = take (imports, "users.csv", run);
  assert_string_equal (claim_name (claim), "users.csv");
  assert_true (uid_equal (claim_run (claim), run));
  assert_false (has (imports, "users.csv"));
  assert_true (holds (claim_path (claim), "one"));
  g_autoptr (GPtrArray) claims = claim_list (imports, NULL);
  assert_int_equal (claims->len, 1);
  const ClaimEntry *entry = claims->pdata[0];
  assert_true (uid_equal (entry->run, run));
  assert_string_equal (entry->name, "users.csv");
  assert_false (entry->orphan);
}

static void
what_is_gone_is_no_error (void **state)
{
  bool gone = false;
  g_autoptr (GError) error = NULL;
  assert_null (claim_take (*state, "users.csv", NULL, uid_random (), &gone, &error));
  assert_true (gone);
  assert_null (error);
  assert_null (claim_resume (*state, uid_random (), NULL, &gone, &error));
  assert_true (gone);
  assert_null (error);
  g_autoptr (GPtrArray) claims = claim_list (*state, NULL);
  assert_int_equal (claims->len, 0);
}

static void
what_is_no_name_of_a_file_is_refused (void **state)
{
  static const char *const names[] = {
    "", ".", "..", "/", "../users.csv", "a/users.csv", "/etc/passwd", "users.csv/", ".weir-move"
  };
  const char *imports = *state;
  drop (imports, ".weir-move", "one");
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      bool gone = false;
      g_autoptr (GError) error = NULL;
      assert_null (claim_take (imports, names[i], NULL, uid_random (), &gone, &error));
      assert_non_null (error);
      assert_non_null (strstr (error->message, "is not a file name"));
      assert_false (gone);
    }
  assert_false (has (imports, ".claimed"));
}

static void
a_finished_claim_leaves_nothing (void **state)
{
  const char *imports = *state;
  drop (imports, "users.csv", "one");
  Claim *claim = take (imports, "users.csv", uid_random ());
  g_autofree char *folder = g_path_get_dirname (claim_path (claim));
  unlink (claim_path (claim));
  claim_free (claim);
  assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_autoptr (GPtrArray) claims = claim_list (imports, NULL);
  assert_int_equal (claims->len, 0);
}

static void
an_unfinished_claim_is_an_orphan_and_can_be_resumed_by_one (void **state)
{
  const char *imports = *state;
  Uid run = uid_random ();
  drop (imports, "users.csv", "one");
  claim_free (take (imports, "users.csv", run));
  g_autoptr (GPtrArray) before = claim_list (imports, NULL);
  assert_int_equal (before->len, 1);
  assert_true (((const ClaimEntry *) before->pdata[0])->orphan);

  bool gone = true;
  g_autoptr (Claim) resumed = claim_resume (imports, run, NULL, &gone, NULL);
  assert_non_null (resumed);
  assert_false (gone);
  assert_string_equal (claim_name (resumed), "users.csv");
  assert_true (holds (claim_path (resumed), "one"));
  g_autoptr (GPtrArray) during = claim_list (imports, NULL);
  assert_false (((const ClaimEntry *) during->pdata[0])->orphan);
  assert_null (claim_resume (imports, run, NULL, &gone, NULL));
  assert_true (gone);
}

/* A process that dies lets go of its claims, whatever it was doing. */
static void
a_killed_process_leaves_an_orphan (void **state)
{
  const char *imports = *state;
  Uid run = uid_random ();
  drop (imports, "users.csv", "one");
  pid_t pid = fork ();
  if (pid == 0)
    {
      bool gone;
      Claim *claim = claim_take (imports, "users.csv", NULL, run, &gone, NULL);
      kill (getpid (), claim ? SIGKILL : SIGTERM);
    }
  int status;
  assert_int_equal (waitpid (pid, &status, 0), pid);
  assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  g_autoptr (GPtrArray) claims = claim_list (imports, NULL);
  assert_int_equal (claims->len, 1);
  assert_true (((const ClaimEntry *) claims->pdata[0])->orphan);
  assert_true (uid_equal (((const ClaimEntry *) claims->pdata[0])->run, run));
}

static void
an_empty_orphan_folder_is_removed (void **state)
{
  const char *imports = *state;
  g_autofree char *folder = g_build_filename (imports, ".claimed", "11111111-2222-4333-8444-555555555555", NULL);
  assert_int_equal (g_mkdir_with_parents (folder, 0755), 0);
  g_autofree char *foreign = g_build_filename (imports, ".claimed", "not-a-run", NULL);
  assert_int_equal (g_mkdir_with_parents (foreign, 0755), 0);
  g_autoptr (GPtrArray) claims = claim_list (imports, NULL);
  assert_int_equal (claims->len, 0);
  assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  assert_true (g_file_test (foreign, G_FILE_TEST_EXISTS));
}

/* Its owner has made and locked it, and is about to move the file there. */
static void
an_empty_folder_that_is_somebodys_stays (void **state)
{
  const char *imports = *state;
  g_autofree char *folder = g_build_filename (imports, ".claimed", "11111111-2222-4333-8444-555555555555", NULL);
  assert_int_equal (g_mkdir_with_parents (folder, 0755), 0);
  AUTO_FD int owner = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  assert_int_equal (flock (owner, LOCK_EX), 0);
  g_autoptr (GPtrArray) claims = claim_list (imports, NULL);
  assert_true (g_file_test (folder, G_FILE_TEST_EXISTS));
}

static void
a_rename_never_replaces (void **state)
{
  const char *imports = *state;
  Uid run = uid_random ();
  drop (imports, "users.csv", "one");
  Claim *first = take (imports, "users.csv", run);
  drop (imports, "users.csv", "two");
  /* Given back onto a name that is taken, in words or not: it stays claimed, and nobody's. */
  g_autofree char *path = g_build_filename (imports, "users.csv", NULL);
  const char *const places[] = { NULL, path };
  for (size_t i = 0; i < G_N_ELEMENTS (places); i++)
    {
      bool gone;
      g_autoptr (GError) error = NULL;
      g_autoptr (Claim) claim = i == 0 ? g_steal_pointer (&first) : claim_resume (imports, run, NULL, &gone, NULL);
      assert_false (claim_give_back (claim, places[i], &error));
      assert_non_null (error);
      assert_true (holds (path, "two"));
    }
  g_autoptr (GPtrArray) claims = claim_list (imports, NULL);
  assert_int_equal (claims->len, 1);
  assert_true (((const ClaimEntry *) claims->pdata[0])->orphan);
  /* The same run cannot take a second file of that name either. */
  bool gone = true;
  g_autoptr (GError) taken = NULL;
  assert_null (claim_take (imports, "users.csv", NULL, run, &gone, &taken));
  assert_non_null (taken);
  assert_false (gone);
  assert_true (holds (path, "two"));
}

static void
a_claim_can_be_given_back (void **state)
{
  const char *imports = *state;
  g_autofree char *elsewhere = g_build_filename (imports, "elsewhere.csv", NULL);
  const char *places[] = { NULL, elsewhere };
  for (size_t i = 0; i < G_N_ELEMENTS (places); i++)
    {
      drop (imports, "users.csv", "one");
      Claim *claim = take (imports, "users.csv", uid_random ());
      assert_true (claim_give_back (claim, places[i], NULL));
      claim_free (claim);
      g_autofree char *path = places[i] ? g_strdup (places[i]) : g_build_filename (imports, "users.csv", NULL);
      assert_true (holds (path, "one"));
      g_autoptr (GPtrArray) claims = claim_list (imports, NULL);
      assert_int_equal (claims->len, 0);
      unlink (path);
    }
}

static void
a_file_is_taken_from_another_place_under_another_name (void **state)
{
  const char *imports = *state;
  drop (imports, "users.20261120T093000Z-3fa9c1d2.csv", "one");
  g_autofree char *path = g_build_filename (imports, "users.20261120T093000Z-3fa9c1d2.csv", NULL);
  bool gone = true;
  g_autoptr (Claim) claim = claim_take_from (imports, path, "users.csv", uid_random (), &gone, NULL);
  assert_non_null (claim);
  assert_string_equal (claim_name (claim), "users.csv");
  assert_true (holds (claim_path (claim), "one"));
  assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* Claims as many of the files as it can get, while others do the same and list; returns how many. */
static int
race (const char *imports, int files)
{
  int taken = 0;
  for (int i = 0; i < files; i++)
    {
      g_autofree char *name = g_strdup_printf ("users-%d.csv", i);
      bool gone = false;
      g_autoptr (GError) error = NULL;
      g_autoptr (Claim) claim = claim_take (imports, name, NULL, uid_random (), &gone, &error);
      if (error || (!claim && !gone))
        return 255;
      g_autoptr (GPtrArray) claims = claim_list (imports, NULL);
      if (!claims || (claim && unlink (claim_path (claim)) != 0))
        return 255;
      taken += claim != NULL;
    }
  return taken;
}

static void
of_two_processes_one_gets_each_file (void **state)
{
  enum
  {
    FILES = 100,
    RACERS = 3
  };
  const char *imports = *state;
  for (int i = 0; i < FILES; i++)
    {
      g_autofree char *name = g_strdup_printf ("users-%d.csv", i);
      drop (imports, name, "one");
    }
  pid_t racers[RACERS];
  for (int i = 0; i < RACERS; i++)
    if ((racers[i] = fork ()) == 0)
      _exit (race (imports, FILES));
  int taken = 0;
  for (int i = 0; i < RACERS; i++)
    {
      int status;
      assert_int_equal (waitpid (racers[i], &status, 0), racers[i]);
      assert_true (WIFEXITED (status));
      taken += WEXITSTATUS (status);
    }
  assert_int_equal (taken, FILES);
  g_autoptr (GPtrArray) claims = claim_list (imports, NULL);
  assert_int_equal (claims->len, 0);
}

/* A process that claims users.csv, stopped at a fault point. It ends with 0 when it has the file, 1 when that is gone, 2 on errors. */
static pid_t
start_stopped (const char *imports, const char *point)
{
  pid_t pid = fork ();
  if (pid == 0)
    {
      g_autofree char *fault = g_strconcat ("stop:", point, NULL);
      g_setenv ("WEIR_FAULT", fault, TRUE);
      bool gone = false;
      Claim *claim = claim_take (imports, "users.csv", NULL, uid_random (), &gone, NULL);
      _exit (claim ? 0 : gone ? 1 : 2);
    }
  return pid;
}

/* Whether it stopped (again); otherwise it has ended, with *ret_code. */
static bool
has_stopped (pid_t pid, int *ret_code)
{
  int status;
  assert_int_equal (waitpid (pid, &status, WUNTRACED), pid);
  *ret_code = WIFEXITED (status) ? WEXITSTATUS (status) : -1;
  return WIFSTOPPED (status);
}

static void
a_folder_that_is_removed_before_its_lock_is_made_again (void **state)
{
  const char *imports = *state;
  drop (imports, "users.csv", "one");
  pid_t pid = start_stopped (imports, "claim-lock");
  int code;
  assert_true (has_stopped (pid, &code));
  /* Whoever lists now takes it for a dead worker's. */
  g_autoptr (GPtrArray) claims = claim_list (imports, NULL);
  assert_int_equal (claims->len, 0);
  kill (pid, SIGCONT);
  assert_true (has_stopped (pid, &code));
  kill (pid, SIGCONT);
  assert_false (has_stopped (pid, &code));
  assert_int_equal (code, 0);
  g_autoptr (GPtrArray) after = claim_list (imports, NULL);
  assert_int_equal (after->len, 1);
}

static void
a_file_that_somebody_else_takes_before_the_rename_is_gone (void **state)
{
  const char *imports = *state;
  drop (imports, "users.csv", "one");
  pid_t pid = start_stopped (imports, "claim-rename");
  int code;
  assert_true (has_stopped (pid, &code));
  g_autoptr (Claim) claim = take (imports, "users.csv", uid_random ());
  kill (pid, SIGCONT);
  assert_false (has_stopped (pid, &code));
  assert_int_equal (code, 1);
  assert_true (holds (claim_path (claim), "one"));
  /* And it leaves no folder behind. */
  g_autoptr (GPtrArray) claims = claim_list (imports, NULL);
  assert_int_equal (claims->len, 1);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST (a_claimed_file_belongs_to_its_run),
    TEST (what_is_gone_is_no_error),
    TEST (what_is_no_name_of_a_file_is_refused),
    TEST (a_finished_claim_leaves_nothing),
    TEST (an_unfinished_claim_is_an_orphan_and_can_be_resumed_by_one),
    TEST (a_killed_process_leaves_an_orphan),
    TEST (an_empty_orphan_folder_is_removed),
    TEST (an_empty_folder_that_is_somebodys_stays),
    TEST (a_rename_never_replaces),
    TEST (a_claim_can_be_given_back),
    TEST (a_file_is_taken_from_another_place_under_another_name),
    TEST (of_two_processes_one_gets_each_file),
    TEST (a_folder_that_is_removed_before_its_lock_is_made_again),
    TEST (a_file_that_somebody_else_takes_before_the_rename_is_gone),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
