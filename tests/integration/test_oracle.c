/* The oracle itself: a home in order passes, and each thing that is put out of order is found. */
#include "tests/support/effort.h"
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"rejects\": {\"max_percent\": 60}}"
#define SALES                                                                                                                      \
  "{\"table\": \"sales\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"users\", \"columns\": [\"email\"], \"as\": "      \
  "\"user_id\"}]}"

/* Two files of users, one of sales, one refused. */
static void
fill (Home *home)
{
  static const char *const files[][2] = {
    { "users.csv", "name,email\nAnn,a@x.org\nEve,\nBob,b@x.org\n" },
    { "users.csv", "name,email\nAnna,a@x.org\n" },
    { "sales.csv", "email,amount\na@x.org,5\n" },
    { "users-1.csv", "name\nAnna\n" },
  };
  home_write_model (home, "users", USERS);
  home_write_model (home, "sales", SALES);
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    json_decref (load_text (home, files[i][0], files[i][1], NULL));
}

static void
test_in_order (void **state)
{
  Home *home = *state;
  fill (home);
  home->oracle = ORACLE_REPLAY;
}

static const struct
{
  const char *sql, *finds;
} damages[] = {
  { "update weir.file set rows_read = rows_read + 1 where state = 'applied'", "- counts: " },
  { "update weir.file set rows_staged = null where state = 'applied'", "counts are missing" },
  { "update weir.file set rows_inserted = rows_inserted + 1, rows_read = rows_read + 1 where state = 'applied'",
    "not the summary's" },
  { "update weir.file set lines = jsonb_set(lines, '{blank}', '7') where state = 'applied'", "lines do not add up" },
  { "update weir.file set lines = null where state = 'applied'", "not those of its rows" },
  { "update weir.file set lines = jsonb_set(jsonb_set(lines, '{rows}', '0'), '{blank}', '3') where state = 'applied'",
    "not those of its rows" },
  { "update weir.file set lines = jsonb_set(jsonb_set(lines, '{total}', '9'), '{blank}', "
    "to_jsonb(9 - (lines ->> 'total')::int)) where state = 'applied'",
    "counted 9 lines" },
  { "delete from weir.reject", "- rejects: " },
  { "update weir.reject set original = ''", "no original bytes" },
  { "update weir.execution set status = 'IN_PROGRESS'", "still open" },
  { "update weir.execution set status = 'FAILED', error = 'x'", "does not fit its status" },
  { "update weir.execution set error = null", "without an error" },
  { "delete from weir.execution_step_model; delete from weir.execution_step where step_name = 'TRANSFORM'", "LOAD and TRANSFORM" },
  { "update weir.execution_step set status = 'IN_PROGRESS'", "a step is open" },
  { "update weir.file set disposition = null", "does not know where" },
  { "update weir.file set place = 'archive/users/nothing.csv' where disposition = 'archived'", "is not there" },
  { "update weir.file set sha256 = 'x' where disposition = 'archived'", "other bytes" },
  { "update warehouse.users set version_number = 3 where is_current", "users: numbers: " },
  { "update warehouse.users set opened_by = gen_random_uuid()", "does not call applied" },
  { "update warehouse.users set closed_by = opened_by", "users: openers: " },
  { "update warehouse.users set effective_end_date = effective_end_date + interval '1 hour' where not is_current",
    "users: overlap: " },
  { "delete from warehouse.users where email = 'b@x.org'", "not in the warehouse once" },
  { "drop view warehouse.users_current; create view warehouse.users_current as select * from warehouse.users where false",
    "view of current rows" },
  { "delete from warehouse.sales", "not in the warehouse once" },
  { "update warehouse.sales set loaded_by = gen_random_uuid()", "does not call applied" },
  { "create schema strange", "schemas nobody asked for" },
  { "update warehouse.users set name = 'sesame-' || 'Pa55word'", "password is in table warehouse.users" },
  { "update weir.file set summary = summary || '{\"detail\": \"" ORACLE_CANARY "\"}'", "cell of a test is in table weir.file" },
};

static void
test_damaged_database (void **state)
{
  Home *home = *state;
  fill (home);
  for (size_t i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      /* The oracle looks through the same connection, so a transaction shows it what nobody else will see. */
      sql_run_text (home, "begin");
      g_auto (GStrv) statements = g_strsplit (damages[i].sql, "; ", -1);
      for (char **statement = statements; *statement != NULL; statement++)
        sql_run_text (home, "%s", *statement);
      g_autofree char *found = oracle_find (home, 0);
      if (strstr (found, damages[i].finds) == NULL)
        fail_msg ("the oracle does not see: %s\nbut: %s", damages[i].sql, found);
      sql_run_text (home, "rollback");
    }
}

static void
test_damaged_files (void **state)
{
  Home *home = *state;
  fill (home);
  g_autofree char *place = sql_scalar (home, "select place from weir.file where disposition = 'archived' order by seen_on limit 1");
  g_autofree char *bytes = home_read_file (home, place);

  home_remove_file (home, place);
  g_autofree char *lost = oracle_find (home, 0);
  assert_contains (lost, "is lost");
  home_write_file (home, place, "something else");
  g_autofree char *changed = oracle_find (home, 0);
  assert_contains (changed, "never dropped");
  home_write_file (home, place, bytes);

  home_write_file (home, "archive/users/twice.csv", bytes);
  g_autofree char *twice = oracle_find (home, 0);
  assert_contains (twice, "too often");
  home_remove_file (home, "archive/users/twice.csv");

  g_autofree char *refused = sql_scalar (home, "select place from weir.file where disposition = 'failed'");
  g_autofree char *reason = g_strconcat (refused, ".error.json", NULL);
  home_remove_file (home, reason);
  g_autofree char *unexplained = oracle_find (home, 0);
  assert_contains (unexplained, "no .error.json");
  home->oracle = ORACLE_BY_HAND;
}

/* A home that is released in disorder fails its test, which did not ask for the oracle. */
static void
test_released_in_disorder (void **state)
{
  Home *outer = *state;
  Home *home = home_new (outer->cluster);
  fill (home);
  sql_run_text (home, "delete from weir.reject");
  g_autofree char *found = home_end (home);
  assert_contains (found, "- rejects: ");
}

/* The server logs the statements of all homes, and each home's are told apart. */
static void
test_secret_in_a_statement (void **state)
{
  Home *other = *state;
  Home *home = home_new (other->cluster);
  fill (home);
  g_autofree char *secret = g_strstrip (home_read_file (home, ".weir/key_secret"));
  sql_run_text (other, "select '%s'", secret);
  g_autofree char *elsewhere = oracle_find (home, 0);
  assert_string_equal (elsewhere, "");
  sql_run_text (home, "select 1,\n'%s'", secret);
  g_autofree char *found = home_end (home);
  assert_contains (found, "key secret is in the server's log");
}

static void
test_leaked_secret (void **state)
{
  Home *home = *state;
  fill (home);
  g_autofree char *secret = g_strstrip (home_read_file (home, ".weir/key_secret"));
  home_write_file (home, ".weir/leak.log", secret);
  g_autofree char *leaked = oracle_find (home, 0);
  assert_contains (leaked, "key secret is in .weir/leak.log");
  home_remove_file (home, ".weir/leak.log");

  g_autofree char *stray = g_build_filename (home->elsewhere, "stray", NULL);
  assert_true (g_file_set_contents (stray, "x", 1, NULL));
  g_autofree char *strayed = oracle_find (home, 0);
  assert_contains (strayed, "outside the home");
  unlink (stray);
}

/* The arguments of this program, as whom it leaks, or does what is undefined. */
#define LEAK "leak"
#define OVERFLOW "overflow"

#ifdef __SANITIZE_ADDRESS__
/* This program with that argument. Owned by the caller: what the oracle finds in the home, which is over then. */
static char *
look_at_ourselves (Home *home, const char *argument)
{
  const ProcessSetup setup = { .folder = "/", .environment = (const char *const *) home->environment->pdata };
  process_wait (process_start (&setup, (const char *[]) { "/proc/self/exe", argument, NULL }));
  return home_end (home);
}
#endif

/* Some homes look for leaks, the first of a program and each fourth. */
static void
test_leaked_memory (void **state)
{
#ifdef __SANITIZE_ADDRESS__
  Home *first = *state;
  int found = 0;
  for (int i = 0; i < 4; i++)
    {
      g_autofree char *violations = look_at_ourselves (home_new (first->cluster), LEAK);
      found += strstr (violations, "a sanitizer reported") != NULL && strstr (violations, "leaked in") != NULL;
    }
  assert_int_equal (found, effort (1, 4));
#else
  (void) state;
  skip ();
#endif
}

/* What is undefined traps, and the line is told. */
static void
test_overflow (void **state)
{
#ifdef __SANITIZE_ADDRESS__
  Home *first = *state;
  g_autofree char *violations = look_at_ourselves (home_new (first->cluster), OVERFLOW);
  assert_contains (violations, "a sanitizer reported");
  assert_contains (violations, "in overflow ");
#else
  (void) state;
  skip ();
#endif
}

static int
overflow (void)
{
  volatile int most = INT_MAX;
  return most + 1;
}

static void
leak (void)
{
  for (int i = 0; i < 10; i++)
    {
      char *volatile lost = g_strdup ("lost");
      lost = NULL;
      (void) lost;
    }
}

/* What no single look can find: the warehouse is consistent, but not what the files make. */
static void
test_replay_differs (void **state)
{
  Home *home = *state;
  fill (home);
  sql_run_text (home, "update warehouse.users set name = 'Mallory' where is_current and email = 'a@x.org'");
  g_autofree char *plain = oracle_find (home, 0);
  assert_string_equal (plain, "");
  g_autofree char *found = oracle_find (home, ORACLE_REPLAY);
  assert_contains (found, "gives another users");
}

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], LEAK) == 0)
    return leak (), 0;
  if (argc == 2 && strcmp (argv[1], OVERFLOW) == 0)
    return overflow ();
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_in_order),
                                      TEST (test_damaged_database),
                                      TEST (test_damaged_files),
                                      TEST (test_released_in_disorder),
                                      TEST (test_secret_in_a_statement),
                                      TEST (test_leaked_secret),
                                      TEST (test_leaked_memory),
                                      TEST (test_overflow),
                                      TEST (test_replay_differs) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
