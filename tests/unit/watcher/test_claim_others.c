/* What others put into the drop folder, and into the claims: only files are taken, and only the ones that were meant. */
#include "watcher/claim.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "tests/unit/watcher/dropped.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* In a folder. */
static void
make_odd (const char *folder, const char *kind, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  int made = strcmp (kind, "link") == 0     ? symlink ("/etc/passwd", path)
             : strcmp (kind, "pipe") == 0   ? mkfifo (path, 0644)
             : strcmp (kind, "folder") == 0 ? mkdir (path, 0755)
                                            : mknod (path, S_IFSOCK | 0644, 0);
  assert_int_equal (made, 0);
}

static const char *const odd_kinds[] = { "link", "pipe", "folder", "socket" };

static void
what_is_no_file_is_left_where_it_is (void **state)
{
  const char *imports = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (odd_kinds); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s.csv", odd_kinds[i]);
      make_odd (imports, odd_kinds[i], name);
      bool gone = false;
      g_autoptr (GError) error = NULL;
      assert_null (claim_take (imports, name, NULL, uid_random (), &gone, &error));
      assert_false (gone);
      assert_int_equal (error->code, WEIR_ERROR_INPUT);
      assert_false (has (imports, ".claimed"));
    }
}

static void
a_claim_of_what_is_no_file_is_nobodys_to_take_up (void **state)
{
  const char *imports = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (odd_kinds); i++)
    {
      Uid run = uid_random ();
      char text[UID_TEXT_SIZE];
      uid_format (run, text);
      g_autofree char *folder = g_build_filename (imports, ".claimed", text, NULL);
      assert_int_equal (g_mkdir_with_parents (folder, 0755), 0);
      make_odd (folder, odd_kinds[i], "users.csv");
      g_autoptr (GPtrArray) claims = claim_list (imports, NULL);
      assert_int_equal (claims->len, 1);
      const ClaimEntry *entry = claims->pdata[0];
      assert_string_equal (entry->name, "users.csv");
      assert_true (entry->orphan);
      assert_string_equal (entry->problem, i == 0 ? "it is a symbolic link" : "it is not a regular file");
      bool gone = false;
      g_autoptr (GError) error = NULL;
      assert_null (claim_resume (imports, run, NULL, &gone, &error));
      assert_false (gone);
      assert_int_equal (error->code, WEIR_ERROR_INPUT);
      remove_tree (folder);
    }
}

/* What has the name of a claim's folder and is none. */
static void
a_claim_that_is_no_folder_has_a_problem (void **state)
{
  static const char run_text[] = "11111111-2222-4333-8444-555555555555";
  const char *imports = *state;
  g_autofree char *claimed = g_build_filename (imports, ".claimed", NULL);
  g_autofree char *elsewhere = g_build_filename (imports, "elsewhere", NULL);
  g_autofree char *link = g_build_filename (claimed, run_text, NULL);
  assert_int_equal (mkdir (claimed, 0755), 0);
  assert_int_equal (mkdir (elsewhere, 0755), 0);
  drop (elsewhere, "users.csv", "secret");
  assert_int_equal (symlink (elsewhere, link), 0);
  g_autoptr (GPtrArray) claims = claim_list (imports, NULL);
  assert_int_equal (claims->len, 1);
  const ClaimEntry *entry = claims->pdata[0];
  assert_string_equal (entry->name, run_text);
  assert_non_null (strstr (entry->problem, "its folder cannot be opened"));
  bool gone = false;
  g_autoptr (GError) error = NULL;
  assert_null (claim_resume (imports, entry->run, NULL, &gone, &error));
  assert_false (gone);
  assert_int_equal (error->code, WEIR_ERROR_LOCAL);
}

/* The folder of all claims is not looked for behind a link either. */
static void
a_link_is_no_folder_of_claims (void **state)
{
  const char *imports = *state;
  g_autofree char *claimed = g_build_filename (imports, ".claimed", NULL);
  assert_int_equal (symlink ("/tmp", claimed), 0);
  drop (imports, "users.csv", "one");
  bool gone = false;
  g_autoptr (GError) taken = NULL;
  g_autoptr (GError) listed = NULL;
  assert_null (claim_take (imports, "users.csv", NULL, uid_random (), &gone, &taken));
  assert_int_equal (taken->code, WEIR_ERROR_LOCAL);
  assert_null (claim_list (imports, &listed));
  assert_int_equal (listed->code, WEIR_ERROR_LOCAL);
  assert_true (has (imports, "users.csv"));
}

/* A file that is not the one that was listed is let alone, dropped or claimed. */
static void
only_the_file_that_was_listed_is_taken (void **state)
{
  const char *imports = *state;
  Uid run = uid_random ();
  drop (imports, "users.csv", "one");
  g_autofree char *path = g_build_filename (imports, "users.csv", NULL);
  struct stat info;
  assert_int_equal (stat (path, &info), 0);
  const Sight seen = opening_sight (&info);
  Sight other = seen;
  other.inode++;
  bool gone = false;
  assert_null (claim_take (imports, "users.csv", &other, run, &gone, NULL));
  assert_true (gone);
  assert_true (has (imports, "users.csv"));
  claim_free (claim_take (imports, "users.csv", &seen, run, &gone, NULL));
  assert_false (has (imports, "users.csv"));
  assert_null (claim_resume (imports, run, &other, &gone, NULL));
  assert_true (gone);
  g_autoptr (GPtrArray) claims = claim_list (imports, NULL);
  assert_int_equal (claims->len, 1);
  const ClaimEntry *entry = claims->pdata[0];
  g_autoptr (Claim) claim = claim_resume (imports, run, &entry->sight, &gone, NULL);
  assert_non_null (claim);
}

/* Renames a file and a link over users.csv and over each other, until it is killed. */
static pid_t
start_exchanging (const char *imports, const char *secret)
{
  pid_t pid = fork ();
  if (pid != 0)
    return pid;
  g_autofree char *path = g_build_filename (imports, "users.csv", NULL);
  g_autofree char *aside = g_strdup_printf ("%s/.%d", imports, (int) getpid ());
  for (;;)
    {
      AUTO_FD int fd = open (aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
      if (write (fd, "mine", 4) == 4)
        rename (aside, path);
      g_usleep ((gulong) g_random_int_range (1, 10000));
      if (symlink (secret, aside) == 0)
        rename (aside, path);
      g_usleep ((gulong) g_random_int_range (1, 1000));
    }
}

static void
a_link_that_is_exchanged_for_the_file_is_never_read (void **state)
{
  enum
  {
    TRIES = 500
  };
  const char *imports = *state;
  g_autofree char *folder = g_build_filename (imports, "private", NULL);
  assert_int_equal (mkdir (folder, 0700), 0);
  drop (folder, "secret.csv", "secret");
  g_autofree char *secret = g_build_filename (folder, "secret.csv", NULL);
  pid_t exchanger = start_exchanging (imports, secret);
  int taken = 0, secrets = 0;
  for (int i = 0; i < TRIES; i++)
    {
      bool gone = false;
      char text[16] = "";
      g_autoptr (GError) error = NULL;
      g_autoptr (Claim) claim = claim_take (imports, "users.csv", NULL, uid_random (), &gone, &error);
      if (claim == NULL)
        continue;
      assert_true (pread (claim_file (claim), text, sizeof text - 1, 0) >= 0);
      taken++;
      secrets += strstr (text, "secret") != NULL;
      unlinkat (claim_folder (claim), "users.csv", 0);
    }
  kill (exchanger, SIGKILL);
  assert_int_equal (waitpid (exchanger, NULL, 0), exchanger);
  print_message ("  %d of %d taken\n", taken, TRIES);
  assert_int_equal (secrets, 0);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST (what_is_no_file_is_left_where_it_is),     TEST (a_claim_of_what_is_no_file_is_nobodys_to_take_up),
    TEST (a_claim_that_is_no_folder_has_a_problem), TEST (a_link_is_no_folder_of_claims),
    TEST (only_the_file_that_was_listed_is_taken),  TEST (a_link_that_is_exchanged_for_the_file_is_never_read),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
