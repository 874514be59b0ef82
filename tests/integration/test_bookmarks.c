/* Bookmarks: they move in the COMMIT of the run that brings what is between two positions, or not at all. */
#include "tests/support/declared.h"
#include "tests/support/oracle.h"
#include "tests/support/process.h"
#include "tests/support/weir.h"

#include "schema/ledger_bookmark.h"

#include <signal.h>
#include <string.h>

#define USERS_MODEL "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"id\"]}"
#define COLUMNS "\"columns\": [{\"name\": \"id\", \"type\": \"bigint\"}, {\"name\": \"name\"}], \"rows\": \"changes\", "
#define HEADER "\"id\",\"name\"\n"
#define BOOKMARK "select coalesce((select position::text from weir.bookmark where source = 'job'), '-')"

static char *
run_of (Home *home, const char *file)
{
  return sql_scalar (home, "select run_id from weir.file where file_name = '%s' order by seen_on desc limit 1", file);
}

/* ---- moving ---- */

static void
test_moves_with_the_run (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS_MODEL);
  expect_declared (home, "users-1.csv", COLUMNS JOB_BOOKMARK ("null", "{\"id\": 1}"), HEADER "\"1\",\"a\"\n", "applied",
                   "inserted=1");
  expect_declared (home, "users-2.csv", COLUMNS JOB_BOOKMARK ("{\"id\": 1.0}", "{\"id\": 2}"), HEADER "\"2\",\"b\"\n", "applied",
                   "inserted=1");
  g_autofree char *run = run_of (home, "users-2.csv");
  g_autofree char *expected = g_strdup_printf ("{\"id\": 2}|{\"id\": 1}|%s", run);
  assert_sql (home, expected, "select position, previous, run_id from weir.bookmark");
  /* Whoever comes too late changes nothing, and is told who was first. */
  g_autoptr (Json) late =
      load_declared (home, "users-3.csv", COLUMNS JOB_BOOKMARK ("{\"id\": 1}", "{\"id\": 3}"), HEADER "\"3\",\"c\"\n");
  assert_json (late, "error.code", "bookmark_moved");
  g_autofree char *said = g_strdup_printf ("run %.8s has moved it", run), *shown = weir_json_text (late);
  assert_non_null (strstr (shown, said));
  assert_sql (home, "2", "select count(*) from warehouse.users");
  assert_sql (home, "{\"id\": 2}", BOOKMARK);
}

/* Also where nothing is new, and where there is no model. */
static void
test_moves_without_rows (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS_MODEL);
  expect_declared (home, "users-1.csv", COLUMNS JOB_BOOKMARK ("null", "1"), HEADER "\"1\",\"a\"\n", "applied", "");
  expect_declared (home, "users-2.csv", COLUMNS JOB_BOOKMARK ("1", "2"), HEADER "\"1\",\"a\"\n", "duplicate", "");
  assert_sql (home, "2", BOOKMARK);
  expect_declared (home, "others.csv", COLUMNS JOB_BOOKMARK ("2", "3"), HEADER "\"1\",\"a\"\n", "staged", "");
  assert_sql (home, "3", BOOKMARK);
  /* Of other columns the same bytes say something else. */
  expect_declared (home, "users-3.csv", "\"columns\": [{\"name\": \"id\", \"type\": \"numeric\"}, {\"name\": \"name\"}]",
                   HEADER "\"1\",\"a\"\n", "applied", "unchanged=1");
}

static void
test_refused_moves_nothing (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS_MODEL);
  expect_declared (home, "users-1.csv", COLUMNS JOB_BOOKMARK ("null", "1"), HEADER "\"x\",\"a\"\n", "failed", "rejected=1");
  assert_sql (home, "-", BOOKMARK);
  g_autoptr (Outcome) dry = NULL;
  declare (home, "users-2.csv", COLUMNS JOB_BOOKMARK ("null", "2"));
  home_drop (home, "users-2.csv", HEADER "\"1\",\"a\"\n");
  dry = expect_weir (home, 0, "load", "--dry-run", "imports/users-2.csv", NULL);
  assert_sql (home, "-", BOOKMARK);
  assert_weir (home, 0, "load", "imports/users-2.csv", NULL);
  assert_sql (home, "2", BOOKMARK);
}

/* ---- files once more ---- */

static void
test_retry (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS_MODEL);
  expect_declared (home, "users-1.csv", COLUMNS JOB_BOOKMARK ("null", "1"), HEADER "\"x\",\"a\"\n", "failed", "rejected=1");
  home_write_model (
      home, "users",
      "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"id\"], \"columns\": {\"id\": {\"type\": \"text\"}}}");
  g_autofree char *failed = run_of (home, "users-1.csv");
  assert_weir (home, 0, "retry", failed, NULL);
  assert_sql (home, "1", BOOKMARK);
  assert_sql (home, "x", "select id from warehouse.users");
  /* What was applied is applied again, wherever its bookmark is by then. */
  expect_declared (home, "users-2.csv", COLUMNS JOB_BOOKMARK ("1", "2"), HEADER "\"y\",\"b\"\n", "applied", "inserted=1");
  g_autofree char *applied = run_of (home, "users-1.csv");
  g_autoptr (Outcome) again = expect_weir (home, 0, "retry", "--json", applied, NULL);
  assert_non_null (strstr (again->out, "of this file has moved it"));
  assert_sql (home, "2", BOOKMARK);
  /* One that begins elsewhere is not. */
  expect_declared (home, "users-3.csv", COLUMNS JOB_BOOKMARK ("1", "3"), HEADER "\"z\",\"b\"\n", "failed", "");
  g_autofree char *late = run_of (home, "users-3.csv");
  g_autoptr (Outcome) refused = expect_weir (home, 1, "retry", "--json", late, NULL);
  assert_non_null (strstr (refused->out, "bookmark_moved"));
}

/* A file of the archive that is dropped again is known, and is what it was. */
static void
test_dropped_again (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS_MODEL);
  expect_declared (home, "users-1.csv", COLUMNS JOB_BOOKMARK ("null", "1"), HEADER "\"1\",\"NULL\"\n", "applied", "inserted=1");
  expect_declared (home, "users-2.csv", COLUMNS JOB_BOOKMARK ("1", "2"), HEADER "\"1\",\"\"\n", "applied", "updated=1");
  g_autofree char *place = sql_scalar (home, "select place from weir.file where file_name = 'users-1.csv'");
  g_autofree char *text = home_read_file (home, place), *name = g_path_get_basename (place);
  g_autoptr (Json) again = load_text (home, name, text, "--force", NULL);
  assert_json (again, "status", "applied");
  assert_json (again, "rows.updated", "1");
  assert_sql (home, "<NULL>", "select '<' || name || '>' from warehouse.users_current");
  assert_sql (home, "2", BOOKMARK);
}

static void
test_undo (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS_MODEL);
  expect_declared (home, "users-1.csv", COLUMNS JOB_BOOKMARK ("null", "1"), HEADER "\"1\",\"a\"\n", "applied", "");
  expect_declared (home, "users-2.csv", COLUMNS JOB_BOOKMARK ("1", "2"), HEADER "\"2\",\"b\"\n", "applied", "");
  g_autofree char *first = run_of (home, "users-1.csv"), *second = run_of (home, "users-2.csv");
  g_autoptr (Outcome) stays = expect_weir (home, 0, "undo", "--yes", "--json", first, NULL);
  assert_non_null (strstr (stays->out, "stays where it is"));
  assert_sql (home, "2", BOOKMARK);
  g_autoptr (Outcome) back = expect_weir (home, 0, "undo", "--yes", "--json", second, NULL);
  assert_non_null (strstr (back->out, "is where it was before run"));
  assert_sql (home, "1|-", "select position, run_id from weir.bookmark");
  /* What was taken back is brought again, with its bookmark. */
  assert_weir (home, 0, "retry", second, NULL);
  assert_sql (home, "2", BOOKMARK);
}

static void
test_undo_of_the_first (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS_MODEL);
  expect_declared (home, "users-1.csv",
                   COLUMNS JOB_BOOKMARK ("null", "1") ", \"pulled\": {\"path\": \"out/a.csv\", \"size\": 12, \"mtime\": "
                                                      "\"2026-11-29T08:00:00Z\", \"etag\": null}",
                   HEADER "\"1\",\"a\"\n", "applied", "");
  assert_sql (home, "job|out/a.csv|12|2026-11-29 08:00:00+00|-|-",
              "select source, path, size, mtime, etag, settled_on from weir.pulled_file");
  assert_weir (home, 0, "undo", "--yes", "last", NULL);
  assert_sql (home, "-", BOOKMARK);
  assert_sql (home, "0", "select count(*) from weir.pulled_file");
}

/* A held file moves it when it is let pass. */
static void
test_held (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"id\"], \"absent\": \"close\"}");
  expect_declared (
      home, "users-1.csv",
      "\"columns\": [{\"name\": \"id\", \"type\": \"bigint\"}, {\"name\": \"name\"}], \"rows\": \"complete\", " JOB_BOOKMARK (
          "null", "1"),
      HEADER "\"1\",\"a\"\n\"2\",\"b\"\n\"3\",\"c\"\n", "applied", "");
  expect_declared (
      home, "users-2.csv",
      "\"columns\": [{\"name\": \"id\", \"type\": \"bigint\"}, {\"name\": \"name\"}], \"rows\": \"complete\", " JOB_BOOKMARK ("1",
                                                                                                                              "2"),
      HEADER "\"1\",\"N/A\"\n", "held", "");
  assert_sql (home, "1", BOOKMARK);
  assert_weir (home, 0, "approve", "last", NULL);
  assert_sql (home, "2", BOOKMARK);
  assert_sql (home, "1|N/A", "select id, name from warehouse.users_current");
}

/* Two files from one position, at once: of two tables, for those of one are loaded one by one. The second waits for the first. */
static void
test_two_at_once (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS_MODEL);
  home_write_model (home, "others", "{\"table\": \"others\", \"kind\": \"dimension\", \"business_key\": [\"id\"]}");
  declare (home, "users-1.csv", COLUMNS JOB_BOOKMARK ("null", "1"));
  home_drop (home, "users-1.csv", HEADER "\"1\",\"a\"\n");
  declare (home, "others-1.csv", COLUMNS JOB_BOOKMARK ("null", "2"));
  home_drop (home, "others-1.csv", HEADER "\"1\",\"a\"\n");
  home_set_environment (home, "WEIR_FAULT", "stop:before-commit");
  g_autoptr (Background) first = spawn_weir (home, "load", "imports/users-1.csv", NULL);
  wait_until (process_find_stopped (home->path, "load") != 0);
  home_set_environment (home, "WEIR_FAULT", NULL);
  g_autoptr (Background) second = spawn_weir (home, "load", "imports/others-1.csv", NULL);
  wait_until (
      sql_number (home, "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
      == 1);
  kill (process_find_stopped (home->path, "load"), SIGCONT);
  assert_int_equal (background_stop (first, 0, 30), 0);
  assert_int_equal (background_stop (second, 0, 30), 1);
  assert_true (background_said (second, "is not where the file begins"));
  assert_sql (home, "1", BOOKMARK);
  assert_sql (home, "applied users-1.csv, failed others-1.csv",
              "select string_agg(state || ' ' || file_name, ', ' order by state) from weir.file");
}

/* What a rebuild makes again moves nothing; and what is dropped is pulled from the beginning. */
static void
test_rebuild_and_drop (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS_MODEL);
  expect_declared (home, "users-1.csv", COLUMNS JOB_BOOKMARK ("null", "1"), HEADER "\"1\",\"NULL\"\n", "applied", "");
  expect_declared (home, "users-2.csv", COLUMNS JOB_BOOKMARK ("1", "2"), HEADER "\"1\",\"\"\n", "applied", "");
  assert_weir (home, 0, "rebuild", "users", NULL);
  sql_run_text (home, "update warehouse.users set name = 'x'");
  assert_weir (home, 0, "rebuild", "--write", "users", NULL);
  assert_sql (home, "NULL|", "select string_agg(name, '|' order by version_number) from warehouse.users");
  assert_sql (home, "2", BOOKMARK);
  assert_weir (home, 0, "drop", "--yes", "users", NULL);
  assert_sql (home, "-", BOOKMARK);
}

/* Somebody is erased, also from files that are declared; what is left of one is still what it was declared to be. */
static void
test_forgotten (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS_MODEL);
  expect_declared (home, "users-1.csv",
                   COLUMNS "\"count\": 2, \"sha256\": \"1b1b7a7d1e32cbc1d22d9ab6d0b0bdcd50f8e8e1f7d5a1d4d9a5e1c3f7a0b0c1\"",
                   HEADER "\"1\",\"N/A\"\n\"2\",\"b\"\n", "failed", "");
  expect_declared (home, "users-2.csv", COLUMNS "\"count\": 2, " JOB_BOOKMARK ("null", "1"), HEADER "\"1\",\"N/A\"\n\"2\",\"b\"\n",
                   "applied", "inserted=2");
  assert_weir (home, 0, "forget", "--yes", "users", "1", NULL);
  assert_sql (home, "2b", "select string_agg(id || name, '') from warehouse.users");
  g_autofree char *place = sql_scalar (home, "select place from weir.file where state = 'applied'");
  g_autofree char *text = home_read_file (home, place);
  assert_null (strstr (text, "N/A"));
  assert_weir (home, 0, "rebuild", "users", NULL);
  assert_weir (home, 0, "retry", "users-2.csv", NULL);
  home->oracle = ORACLE_BY_HAND; /* a later run has read other bytes than were dropped */
}

/* ---- by hand ---- */

static void
test_by_hand (void **state)
{
  Home *home = *state;
  sql_run_text (home, "select 1");
  Db *db = home->db;
  g_autoptr (GError) error = NULL;
  g_autoptr (Json) seven = json_integer (7), eight = json_integer (8), found = NULL, back = NULL, none = NULL;
  const Uid run = uid_random ();
  assert_true (ledger_bookmark_set (db, "job", "s", seven, NULL));
  assert_true (ledger_bookmark_find (db, "job", "s", &found, NULL));
  assert_true (json_equal (found, seven));
  assert_true (ledger_bookmark_check (db, "job", "s", seven, NULL));
  assert_false (ledger_bookmark_move (db, "job", "s", eight, seven, run, &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_INPUT));
  assert_int_equal (weir_error_get_reason (error), REASON_BOOKMARK_MOVED);
  g_clear_error (&error);
  assert_true (ledger_bookmark_set (db, "job", "s", eight, NULL));
  assert_true (ledger_bookmark_rewind (db, "job", "s", &back, NULL));
  assert_true (json_equal (back, seven));
  assert_false (ledger_bookmark_rewind (db, "job", "s", &none, &error));
  g_clear_error (&error);
  assert_true (ledger_bookmark_set (db, "job", "s", NULL, NULL));
  assert_true (ledger_bookmark_find (db, "job", "s", &none, NULL));
  assert_null (none);
  /* Before the first there was none. */
  assert_true (ledger_bookmark_set (db, "job", "s", eight, NULL));
  g_autoptr (Json) nowhere = NULL;
  assert_true (ledger_bookmark_rewind (db, "job", "s", &nowhere, NULL));
  assert_null (nowhere);
  assert_sql (home, "0", "select count(*) from weir.bookmark");
}

static void
move_to (Db *db, const char *from, const char *to)
{
  g_autoptr (Json) began = json_loads (from, JSON_DECODE_ANY, NULL), ends = json_loads (to, JSON_DECODE_ANY, NULL);
  g_autoptr (GError) error = NULL;
  assert_true (ledger_bookmark_move (db, "job", "s", began, ends, uid_random (), &error));
}

/* A step back leads to where something else was read, however often nothing came since. */
static void
test_back_behind_nothing_new (void **state)
{
  Home *home = *state;
  sql_run_text (home, "select 1");
  g_autoptr (Json) back = NULL, three = json_integer (3), one = json_loads ("{\"id\": 1, \"$earlier\": {\"id\": 2}}", 0, NULL);
  move_to (home->db, "null", "{\"$earlier\": {\"id\": 1}}");
  move_to (home->db, "{\"$earlier\": {\"id\": 1}}", "{\"$earlier\": {\"id\": 2}}");
  assert_sql (home, "null", "select previous from weir.bookmark");
  move_to (home->db, "{\"$earlier\": {\"id\": 2}}", "{\"id\": 1, \"$earlier\": {\"id\": 2}}");
  move_to (home->db, "{\"id\": 1, \"$earlier\": {\"id\": 2}}", "{\"id\": 2}");
  move_to (home->db, "{\"id\": 2}", "{\"id\": 2}");
  move_to (home->db, "{\"id\": 2}", "{\"id\": 2, \"$earlier\": {\"id\": 3}}");
  assert_sql (home, "{\"id\": 2, \"$earlier\": {\"id\": 3}}|{\"id\": 1, \"$earlier\": {\"id\": 2}}",
              "select position, previous from weir.bookmark");
  assert_true (ledger_bookmark_set (home->db, "job", "s", one, NULL));
  move_to (home->db, "{\"id\": 1, \"$earlier\": {\"id\": 2}}", "3");
  move_to (home->db, "3", "3.0");
  assert_true (ledger_bookmark_set (home->db, "job", "s", three, NULL));
  assert_true (ledger_bookmark_rewind (home->db, "job", "s", &back, NULL));
  assert_true (json_equal (back, one));
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_moves_with_the_run),
    TEST (test_moves_without_rows),
    TEST (test_refused_moves_nothing),
    TEST (test_retry),
    TEST (test_dropped_again),
    TEST (test_undo),
    TEST (test_two_at_once),
    TEST (test_rebuild_and_drop),
    TEST (test_forgotten),
    TEST (test_undo_of_the_first),
    TEST (test_held),
    TEST (test_by_hand),
    TEST (test_back_behind_nothing_new),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
