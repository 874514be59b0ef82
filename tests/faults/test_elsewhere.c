/* archive/ and failed/ on another file system than the drop folder: files get there as copies, each once, whenever a process dies. */
#include "tests/faults/two_files.h"

#include "base/autoptr.h"

#include <sys/stat.h>

static const char *const points[] = { "copy-written", "copy-noted", "copy-named", "copy-removed" };

typedef struct
{
  Home *home;
  char *folder; /* on the other file system */
} Elsewhere;

static void
elsewhere_clear (Elsewhere *elsewhere)
{
  g_clear_pointer (&elsewhere->home, home_free); /* the oracle looks at what is there */
  remove_tree (elsewhere->folder);
  g_free (elsewhere->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Elsewhere, elsewhere_clear)

static void
link_to (const Elsewhere *elsewhere, const char *name)
{
  g_autofree char *target = g_build_filename (elsewhere->folder, name, NULL);
  g_autofree char *link = home_path (elsewhere->home, name);
  assert_int_equal (mkdir (target, 0755), 0);
  assert_int_equal (symlink (target, link), 0);
}

/* A folder of a file system that the home is not on; NULL: there is none here. */
static const char *
other_place (const Home *home)
{
  const char *const places[] = { "/dev/shm", g_get_tmp_dir () };
  struct stat here, there;
  for (size_t i = 0; i < G_N_ELEMENTS (places); i++)
    if (stat (home->path, &here) == 0 && stat (places[i], &there) == 0 && here.st_dev != there.st_dev)
      return places[i];
  return NULL;
}

static bool
is_one_file_system (const Home *home)
{
  bool one = other_place (home) == NULL;
  if (one)
    print_message ("there is no other file system than that of %s: skipped\n", home->path);
  return one;
}

/* A new home, whose archive and failed are links to there. */
static void
elsewhere_init (Elsewhere *elsewhere, Home *outer)
{
  elsewhere->folder = g_mkdtemp (g_build_filename (other_place (outer), "weir-elsewhere-XXXXXX", NULL));
  assert_non_null (elsewhere->folder);
  elsewhere->home = home_new (outer->cluster);
  link_to (elsewhere, "archive");
  link_to (elsewhere, "failed");
  prepare (elsewhere->home);
}

/* Runs a watch whose worker stops at the point, and ends all as a power cut would. */
static void
die_at (Home *home, const char *point, const char *text)
{
  set_fault (home, "stop", point);
  g_autoptr (Background) doomed = spawn_weir (home, "watch", NULL);
  home_drop (home, "users.csv", text);
  wait_until (process_find_stopped (home->path, "--worker") != 0);
  process_kill_all (home->path);
  background_free (g_steal_pointer (&doomed));
  set_fault (home, NULL, NULL);
}

static void
test_archived (void **state)
{
  Home *outer = *state;
  if (is_one_file_system (outer))
    skip ();
  for (size_t i = 0; i < G_N_ELEMENTS (points); i++)
    {
      print_message ("  %s\n", points[i]);
      g_auto (Elsewhere) elsewhere = { 0 };
      elsewhere_init (&elsewhere, outer);
      Home *home = elsewhere.home;
      die_at (home, points[i], second_text);
      g_autoptr (Background) watch = start_watch (home);
      wait_until (home_count_files (home, "archive/users") == 2 && home_count_files (home, "imports") == 0
                  && sql_number (home, "select count(*) from weir.file where disposition = 'archived'") == 2);
      assert_int_equal (background_stop (watch, SIGTERM, 10), 0);
      assert_loaded_once (home);
    }
}

static int
count_refused (Home *home)
{
  g_autoptr (GPtrArray) files = home_list_files (home, "failed");
  int count = 0;
  for (guint i = 0; i < files->len; i++)
    count += g_str_has_suffix (files->pdata[i], ".csv");
  return count;
}

static void
test_refused (void **state)
{
  Home *outer = *state;
  if (is_one_file_system (outer))
    skip ();
  for (size_t i = 0; i < G_N_ELEMENTS (points); i++)
    {
      print_message ("  %s\n", points[i]);
      g_auto (Elsewhere) elsewhere = { 0 };
      elsewhere_init (&elsewhere, outer);
      Home *home = elsewhere.home;
      die_at (home, points[i], "");
      g_autoptr (Background) watch = start_watch (home);
      wait_until (count_refused (home) == 1 && home_count_files (home, "imports") == 0);
      assert_int_equal (background_stop (watch, SIGTERM, 10), 0);
      assert_int_equal (count_refused (home), 1);
      assert_sql (home, "1", "select count(*) from weir.file where disposition = 'failed'");
    }
}

/* The archived file is claimed by a copy, which a worker goes on with. */
static void
test_retried (void **state)
{
  Home *outer = *state;
  if (is_one_file_system (outer))
    skip ();
  for (size_t i = 0; i < G_N_ELEMENTS (points); i++)
    {
      print_message ("  %s\n", points[i]);
      g_auto (Elsewhere) elsewhere = { 0 };
      elsewhere_init (&elsewhere, outer);
      Home *home = elsewhere.home;
      set_fault (home, "kill", points[i]);
      assert_weir (home, 128 + SIGKILL, "retry", "last", NULL);
      set_fault (home, NULL, NULL);
      assert_true (home_count_files (home, "imports") > 0);
      g_autoptr (Background) watch = start_watch (home);
      wait_until (home_count_files (home, "archive/users") == 1 && home_count_files (home, "imports") == 0);
      assert_int_equal (background_stop (watch, SIGTERM, 10), 0);
      assert_int_equal (home_count_files (home, "archive/users"), 1);
      assert_sql (home, "2", "select count(*) from warehouse.users");
      /* One that was not claimed by then is the first run's still. */
      assert_sql (home, "1|0",
                  "select count(*) filter (where disposition = 'archived'),"
                  " count(*) filter (where not (disposition = 'retried' and place = '')) - 1 from weir.file");
    }
}

/* Without a crash, and there and back again. */
static void
test_there_and_back (void **state)
{
  Home *outer = *state;
  if (is_one_file_system (outer))
    skip ();
  g_auto (Elsewhere) elsewhere = { 0 };
  elsewhere_init (&elsewhere, outer);
  Home *home = elsewhere.home;
  g_autoptr (Outcome) check = expect_weir (home, 0, "check", "--json", NULL);
  assert_contains (check->out, "\"check\": \"copy\"");
  assert_contains (check->out, "from imports to failed, which is on another file system");
  assert_weir (home, 1, "retry", "last", NULL); /* one of its rows is a reject */
  assert_int_equal (home_count_files (home, "archive/users"), 1);
  home_drop (home, "users.csv", "");
  assert_weir (home, 1, "load", "imports/users.csv", NULL);
  assert_int_equal (count_refused (home), 1);
  assert_weir (home, 1, "retry", "last", NULL);
  assert_int_equal (count_refused (home), 1);
  /* A model that is broken gives the file back to where it was. */
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"phone\"]}");
  assert_weir (home, 2, "retry", "users.csv", NULL);
  assert_int_equal (count_refused (home), 1);
  assert_int_equal (home_count_files (home, "imports"), 0);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_archived),
    TEST (test_refused),
    TEST (test_retried),
    TEST (test_there_and_back),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
