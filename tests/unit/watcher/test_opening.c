#include "watcher/opening.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "tests/support/process.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>

enum
{
  ROOT = 0,
  WEIR = 10, /* who runs weir */
  ANN = 20,
  BOB = 30
};

static void
a_hard_link_is_taken_where_who_made_it_may_read_the_file (void **state)
{
  (void) state;
  static const struct
  {
    const char *title;
    unsigned names;
    mode_t mode;
    uid_t owner, folder_owner;
    mode_t folder_mode;
    bool protected_links, foreign;
  } cases[] = {
    { "one name", 1, 0600, BOB, WEIR, 0777, false, false },
    { "the system forbids such links", 2, 0600, ROOT, WEIR, 0777, true, false },
    { "everybody may read it", 2, 0604, ROOT, WEIR, 0777, false, false },
    { "everybody may make links", 2, 0640, ROOT, WEIR, 0777, false, true },
    { "everybody may, in a sticky folder", 2, 0600, WEIR, WEIR, 01777, false, true },
    { "a group may", 2, 0600, BOB, WEIR, 0770, false, true },
    { "only weir may", 2, 0600, ROOT, WEIR, 0755, false, false },
    { "only root may", 2, 0600, BOB, ROOT, 0755, false, false },
    { "only Ann may, and it is hers", 2, 0600, ANN, ANN, 0755, false, false },
    { "only Ann may, and it is Bob's", 2, 0600, BOB, ANN, 0755, false, true },
    { "only Ann may, and it is weir's", 2, 0600, WEIR, ANN, 0755, false, true },
    { "more names", 5, 0600, BOB, ANN, 0755, false, true },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const struct stat file = { .st_nlink = cases[i].names, .st_mode = S_IFREG | cases[i].mode, .st_uid = cases[i].owner };
      const struct stat folder = { .st_mode = S_IFDIR | cases[i].folder_mode, .st_uid = cases[i].folder_owner };
      if (opening_judge_link (&file, &folder, WEIR, cases[i].protected_links) != cases[i].foreign)
        fail_msg ("%s: not %d", cases[i].title, cases[i].foreign);
    }
}

static void
a_file_is_known_again_by_all_that_was_seen (void **state)
{
  (void) state;
  const struct stat seen = { .st_dev = 1, .st_ino = 2, .st_size = 3, .st_mtim = { 4, 5 } };
  const Sight sight = opening_sight (&seen);
  struct stat others[5] = { seen, seen, seen, seen, seen };
  others[0].st_dev++;
  others[1].st_ino++;
  others[2].st_size++;
  others[3].st_mtim.tv_sec++;
  others[4].st_mtim.tv_nsec++;
  assert_true (opening_is_same (&sight, &seen));
  for (size_t i = 0; i < G_N_ELEMENTS (others); i++)
    assert_false (opening_is_same (&sight, &others[i]));
}

static int
set_up (void **state)
{
  *state = g_dir_make_tmp ("weir-opening-XXXXXX", NULL);
  return *state == NULL;
}

static int
tear_down (void **state)
{
  remove_tree (*state);
  g_free (*state);
  return 0;
}

static void
only_a_regular_file_is_opened (void **state)
{
  static const struct
  {
    const char *name;
    int code; /* of the error; -1: it is opened */
    const char *says;
  } cases[] = {
    { "file.csv", -1, NULL },
    { "link.csv", WEIR_ERROR_INPUT, "a symbolic link" },
    { "loop.csv", WEIR_ERROR_INPUT, "a symbolic link" },
    { "folder.csv", WEIR_ERROR_INPUT, "a directory" },
    { "pipe.csv", WEIR_ERROR_INPUT, "not a regular file" },
    { "none.csv", WEIR_ERROR_LOCAL, "No such file" },
    { "line\nend.csv", -1, NULL },
  };
  AUTO_FD int folder = open (*state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  AUTO_FD int file = openat (folder, "file.csv", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  AUTO_FD int other = openat (folder, "line\nend.csv", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  assert_int_equal (symlinkat ("file.csv", folder, "link.csv"), 0);
  assert_int_equal (symlinkat ("loop.csv", folder, "loop.csv"), 0);
  assert_int_equal (mkdirat (folder, "folder.csv", 0755), 0);
  assert_int_equal (mkfifoat (folder, "pipe.csv", 0644), 0);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      struct stat info;
      g_autoptr (GError) error = NULL;
      AUTO_FD int fd = opening_dropped (folder, cases[i].name, "shown.csv", &info, &error);
      assert_int_equal (fd >= 0, cases[i].code < 0);
      if (fd >= 0)
        continue;
      assert_int_equal (error->code, cases[i].code);
      if (strstr (error->message, cases[i].says) == NULL || strstr (error->message, "shown.csv") == NULL)
        fail_msg ("%s: %s", cases[i].name, error->message);
    }
}

/* Of a path that a person names links are followed. */
static void
a_named_link_is_followed (void **state)
{
  g_autofree char *file = g_build_filename (*state, "file.csv", NULL);
  g_autofree char *link = g_build_filename (*state, "link.csv", NULL);
  struct stat info;
  g_autoptr (GError) error = NULL;
  assert_true (g_file_set_contents (file, "text", -1, NULL));
  assert_int_equal (symlink ("file.csv", link), 0);
  AUTO_FD int fd = opening_named (link, &info, &error);
  assert_true (fd >= 0);
  assert_int_equal (info.st_size, 4);
  assert_int_equal (opening_named (*state, &info, &error), -1);
  assert_non_null (strstr (error->message, "a directory"));
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (a_hard_link_is_taken_where_who_made_it_may_read_the_file),
    cmocka_unit_test (a_file_is_known_again_by_all_that_was_seen),
    TEST (only_a_regular_file_is_opened),
    TEST (a_named_link_is_followed),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
