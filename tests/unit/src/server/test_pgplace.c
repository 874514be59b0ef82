/* Whose data are whose, where they lie outside of the home. */
#include "src/server/pgplace.h"

#include "src/server/pgclusters.h"
#include "src/server/pgstate.h"
#include "tests/support/process.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A machine with a root for clusters, and homes. */
static int
machine_setup (void **state)
{
  *state = g_dir_make_tmp ("weir-place-XXXXXX", NULL);
  return 0;
}

static int
machine_teardown (void **state)
{
  remove_tree (*state);
  g_free (*state);
  return 0;
}

static char *
make_home (const char *machine, const char *name)
{
  char *home = g_build_filename (machine, name, NULL);
  g_autofree char *state = g_build_filename (home, ".weir", NULL);
  assert_int_equal (g_mkdir_with_parents (state, 0700), 0);
  return home;
}

static char *
find (const char *machine, const char *home, GError **error)
{
  g_autofree char *root = g_build_filename (machine, "root", NULL);
  g_autofree char *state = g_build_filename (home, ".weir", NULL);
  return pgplace_find (root, state, home, error);
}

/* What a start leaves. */
static void
start (const char *data, const char *home)
{
  g_autofree char *state = g_build_filename (home, ".weir", NULL);
  g_autofree char *version = g_build_filename (data, "PG_VERSION", NULL);
  const PgServer server = { .data = (char *) data,
                            .state = state,
                            .owner = geteuid (),
                            .bin = (char *) "/bin",
                            .version = 15,
                            .port = 5432,
                            .socket = (char *) "/run/x" };
  assert_int_equal (g_mkdir_with_parents (data, 0700), 0);
  assert_true (g_file_set_contents (version, "15\n", -1, NULL));
  assert_true (pgstate_write (&server, home, NULL));
  assert_true (pgplace_record (data, home, NULL));
}

static void
assert_place (const char *machine, const char *home, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *data = find (machine, home, &error);
  if (error != NULL)
    fail_msg ("%s", error->message);
  assert_string_equal (data, expected);
}

static void
move (const char *from, const char *to)
{
  assert_int_equal (rename (from, to), 0);
}

/* The data go where the home goes, again and again, started or not in between. */
static void
test_a_home_that_moves (void **state)
{
  const char *machine = *state;
  g_autofree char *first = make_home (machine, "first");
  g_autofree char *second = g_build_filename (machine, "second", NULL);
  g_autofree char *third = g_build_filename (machine, "third", NULL);
  g_autofree char *data = find (machine, first, NULL);
  start (data, first);
  assert_place (machine, first, data);
  move (first, second);
  assert_place (machine, second, data);
  start (data, second);
  assert_place (machine, second, data); /* once more, as after a reboot */
  move (second, third);
  move (third, first);
  assert_place (machine, first, data);
}

/* A new home where another one was has data of its own. */
static void
test_a_new_home_in_the_old_place (void **state)
{
  const char *machine = *state;
  g_autofree char *first = make_home (machine, "first");
  g_autofree char *second = g_build_filename (machine, "second", NULL);
  g_autofree char *data = find (machine, first, NULL);
  start (data, first);
  move (first, second);
  start (data, second);
  g_autofree char *anew = make_home (machine, "first");
  g_autofree char *own = find (machine, anew, NULL);
  assert_string_not_equal (own, data);
  start (own, anew);
  assert_place (machine, anew, own);
  assert_place (machine, second, data);
}

/* Two homes never share their data. */
static void
test_a_copy (void **state)
{
  const char *machine = *state;
  g_autofree char *first = make_home (machine, "first"), *copy = make_home (machine, "copy");
  g_autofree char *data = find (machine, first, NULL);
  start (data, first);
  g_autofree char *from = g_build_filename (first, ".weir", "server.json", NULL);
  g_autofree char *to = g_build_filename (copy, ".weir", "server.json", NULL);
  g_autofree char *text = NULL;
  assert_true (g_file_get_contents (from, &text, NULL, NULL) && g_file_set_contents (to, text, -1, NULL));
  g_autoptr (GError) error = NULL;
  assert_null (find (machine, copy, &error));
  assert_non_null (strstr (error->message, "is a copy of"));
  unlink (to);
  g_autofree char *own = find (machine, copy, NULL);
  assert_string_not_equal (own, data);
  /* The first is gone: what was its copy is the home now. */
  assert_true (g_file_set_contents (to, text, -1, NULL));
  remove_tree (first);
  assert_place (machine, copy, data);
}

/* Data that are gone are not looked for elsewhere. */
static void
test_lost_data (void **state)
{
  const char *machine = *state;
  g_autofree char *home = make_home (machine, "home");
  g_autofree char *data = find (machine, home, NULL);
  start (data, home);
  remove_tree (data);
  assert_place (machine, home, data);
}

/* The data of a service whose home is the former root lie in its home; those of an older weir below it do not. */
static void
test_the_former_root (void **state)
{
  const char *machine = *state;
  g_autofree char *home = make_home (machine, "home");
  g_autofree char *state_folder = g_build_filename (home, ".weir", NULL);
  const PgServer server = { .data = (char *) PGPLACE_FORMER_ROOT "/1a2b3c4d/data",
                            .state = state_folder,
                            .owner = geteuid (),
                            .bin = (char *) "/bin",
                            .version = 15,
                            .port = 5432,
                            .socket = (char *) "/run/x" };
  assert_true (pgstate_write (&server, home, NULL));
  assert_place (machine, home, PGPLACE_FORMER_ROOT "/1a2b3c4d/data");
  assert_true (pgplace_is_outside (PGPLACE_ROOT, PGPLACE_ROOT "/1a2b3c4d/data"));
  assert_false (pgplace_is_outside (PGPLACE_ROOT, PGPLACE_FORMER_ROOT "/.weir/postgres"));
  assert_false (pgplace_is_outside (PGPLACE_ROOT, "/srv/shop/.weir/postgres"));
}

static void
test_the_list (void **state)
{
  const char *machine = *state;
  g_autofree char *root = g_build_filename (machine, "root", NULL);
  g_autoptr (GPtrArray) none = pgclusters_list (root, NULL);
  assert_int_equal (none->len, 0);
  static const char *const names[] = { "there", "gone", "unknown" };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *home = make_home (machine, names[i]);
      g_autofree char *data = g_build_filename (root, names[i], "data", NULL);
      start (data, home);
    }
  g_autofree char *gone = g_build_filename (machine, "gone", NULL);
  g_autofree char *record = g_build_filename (root, "unknown", "home", NULL);
  remove_tree (gone);
  unlink (record);
  g_autoptr (GPtrArray) clusters = pgclusters_list (root, NULL);
  assert_int_equal (clusters->len, 3);
  const PgCluster *orphan = clusters->pdata[0], *there = clusters->pdata[1], *unknown = clusters->pdata[2];
  assert_true (orphan->orphan && !orphan->running && orphan->version == 15 && orphan->bytes > 0);
  assert_string_equal (orphan->home, gone);
  assert_false (there->orphan);
  assert_true (unknown->home == NULL && !unknown->orphan);
  assert_true (pgclusters_remove (orphan, NULL, NULL));
  assert_false (g_file_test (orphan->folder, G_FILE_TEST_EXISTS));
  assert_true (g_file_test (there->data, G_FILE_TEST_EXISTS));
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, machine_setup, machine_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_a_home_that_moves),
    TEST (test_a_new_home_in_the_old_place),
    TEST (test_a_copy),
    TEST (test_lost_data),
    TEST (test_the_former_root),
    TEST (test_the_list),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
