/* `weir demo`: what it makes, that each command of its tour works, and the questions to the history that the README asks there. */
#include "tests/support/oracle.h"
#include "tests/support/page.h"
#include "tests/support/weir.h"

#include <string.h>

#define STEPS 6

/* The home's folder as somebody's empty one. Not a setup of its own: by home_setup_empty every_test.c knows what is not for a loader. */
static Home *
empty_home (void **state)
{
  Home *home = *state;
  home_remove_file (home, "weir.json");
  home_set_environment (home, "WEIR_DATABASE", home->url);
  return home;
}

static void
remember_those_in (Home *home, const char *folder)
{
  g_autoptr (GPtrArray) files = home_list_files (home, folder);
  for (guint i = 0; i < files->len; i++)
    home_note_file (home, files->pdata[i]);
}

/* What the demo has archived was dropped, as far as the oracle is concerned. */
static void
remember_files (Home *home)
{
  remember_those_in (home, "archive");
}

static void
run_step (Home *home, const char *command, const char *shows)
{
  g_auto (GStrv) words = NULL;
  assert_true (g_shell_parse_argv (command, NULL, &words, NULL));
  assert_string_equal (words[0], "weir");
  g_autoptr (Outcome) outcome = run_weir_argv (home, (const char *const *) words + 1);
  print_message ("  %s\n", command);
  assert_int_equal (outcome->code, 0);
  assert_contains (outcome->out, shows);
}

/* For a program: what each file became, and the tour. */
static void
test_each_step_shows_something (void **state)
{
  static const char *const shows[STEPS] = {
    "users_2026-02-01.csv", "ali.lund@example.com", "Oslo → Bergen", "Hugo Jensen", "Mia Lund", "all is well"
  };
  Home *home = empty_home (state);
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "demo", "--json", ".", NULL);
  remember_files (home);
  g_autoptr (Json) february = outcome_json_at (outcome, 1);
  g_autoptr (Json) told = outcome_json_at (outcome, 3);
  assert_load (february, "applied", "read=38 inserted=1 updated=3 deactivated=4 unchanged=32 absent=1 rejected=2 staged=36");
  assert_json (told, "home", home->path);
  Json *tour = json_object_get (told, "tour");
  assert_int_equal (json_array_size (tour), STEPS);
  for (size_t i = 0; i < STEPS; i++)
    run_step (home, json_string_value (json_object_get (json_array_get (tour, i), "command")), shows[i]);
}

/* For a person: the same commands, walked through by weir itself, also where WEIR_HOME is another home. */
static void
test_the_tour_is_walked (void **state)
{
  Home *home = empty_home (state);
  home_set_environment (home, "WEIR_HOME", "/nowhere");
  g_autoptr (Outcome) walked = expect_weir (home, 0, "demo", "--tour", ".", NULL);
  remember_files (home);
  static const char *const shows[] = { "6. ",        "bad_value", "Oslo → Bergen", "Hugo Jensen", "name: Mia Moreau → Mia Lund",
                                       "all is well" };
  for (size_t i = 0; i < G_N_ELEMENTS (shows); i++)
    assert_contains (walked->out, shows[i]);
  home_set_environment (home, "WEIR_HOME", NULL);
}

static void
test_the_questions_of_the_readme (void **state)
{
  Home *home = empty_home (state);
  g_autoptr (Outcome) made = expect_weir (home, 0, "demo", ".", NULL);
  remember_files (home);
  g_autofree char *first = g_strconcat ("cd ", home->path, NULL);
  assert_contains (made->out, first);
  g_autofree char *last = g_strdup_printf ("weir db drop --yes --home %s", home->path); /* and not what WEIR_HOME names */
  assert_contains (made->out, last);
  assert_contains (made->out, "\n6. ");
  assert_int_equal (page_run (home, "README.md", "## Ask the history", "## The way of the data"), 5);
}

/* Nothing of anybody's is touched. */
static void
test_what_is_refused (void **state)
{
  Home *home = empty_home (state);
  home_write_file (home, "mine/notes.txt", "x");
  g_autoptr (Outcome) full = expect_weir (home, 2, "demo", "mine", NULL);
  assert_contains (full->err, "has things in it");
  assert_int_equal (home_count_files (home, "mine"), 1);

  sql_run_text (home, "create schema staging");
  g_autoptr (Outcome) used = expect_weir (home, 2, "demo", NULL);
  assert_contains (used->err, "schema weir, staging or warehouse");
  home_set_environment (home, "WEIR_DATABASE", NULL);
  home_set_environment (home, "WEIR_PG_BIN", "/nowhere");
  g_autoptr (Outcome) none = expect_weir (home, 2, "demo", NULL);
  assert_contains (none->err, "apt-get install postgresql");
  assert_false (home_has_file (home, "weir-demo"));
}

/* The next free name; as somebody tries it a second time. */
static void
test_a_folder_of_its_own (void **state)
{
  Home *home = empty_home (state);
  home_write_file (home, "weir-demo/x", "x");
  g_autoptr (Outcome) made = expect_weir (home, 0, "demo", NULL);
  assert_contains (made->out, "/weir-demo-2\n");
  assert_true (home_has_file (home, "weir-demo-2/exports/users_2026-03-01.csv"));
  home->oracle = ORACLE_BY_HAND; /* the database is that of a home below this one */
}

/* As docs/running.md says of a database without a backup: archive, models and secret give the same ids and, as the files are dated, the same
 * history. */
static void
test_only_the_files_are_left (void **state)
{
  static const char history[] =
      "select md5 (string_agg (version, ',' order by version)) from (select concat (user_id, version_number, city,"
      " effective_start_date) as version from warehouse.users) as all_of_them";
  Home *home = empty_home (state);
  g_autoptr (Home) other = home_new_empty (home->cluster);
  assert_weir (home, 0, "demo", ".", NULL);
  remember_files (home);
  static const char copy[] = "mkdir -p $1/.weir $1/imports && cp -r models $1 && cp .weir/key_secret $1/.weir"
                             " && cp -p archive/*/*.csv $1/imports";
  const char *const argv[] = { "/bin/sh", "-c", copy, "sh", other->path, NULL };
  const ProcessSetup setup = { .folder = home->path, .environment = (const char *const *) home->environment->pdata };
  assert_int_equal (process_wait (process_start (&setup, argv)), 0);
  remember_those_in (other, "imports");
  assert_weir (other, 0, "watch", "--once", "--rejects-ok", NULL);
  g_autofree char *expected = sql_scalar (home, "%s", history);
  assert_sql (other, expected, "%s", history);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup_empty, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_each_step_shows_something), TEST (test_the_tour_is_walked),  TEST (test_the_questions_of_the_readme),
    TEST (test_what_is_refused),           TEST (test_a_folder_of_its_own), TEST (test_only_the_files_are_left),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
