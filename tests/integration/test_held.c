/* Files that are held for a person: exports that would close too much, `weir approve`, `weir discard`, and what lies where they do. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <signal.h>
#include <string.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"key\"]"
#define UNGUARDED "\"guard\": {\"close_percent\": 100, \"shrink_percent\": 0}"

/* The published object of a file that is held. */
static Json *
expect_held (Home *home, const char *name, const char *text, const char *guard)
{
  g_autoptr (Json) published = load_text (home, name, text, NULL);
  assert_json (published, "status", "held");
  assert_json (published, "error.code", "held");
  assert_json (published, "held.guard", guard);
  return json_incref (published);
}

static const char ten[] = "key,v\nk0,a\nk1,a\nk2,a\nk3,a\nk4,a\nk5,a\nk6,a\nk7,a\nk8,a\nk9,a\n";
static const char nine[] = "key,v\nk0,a\nk1,a\nk2,a\nk3,a\nk4,a\nk5,a\nk6,a\nk7,a\nk8,a\n";
static const char eight[] = "key,v\nk0,a\nk1,a\nk2,a\nk3,a\nk4,a\nk5,a\nk6,a\nk7,a\n";

static void
test_a_guard (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": \"close\"}");
  load_and_count (home, "users-1.csv", ten, "read=10 inserted=10 staged=10");
  /* A tenth may go, and no more. Nothing is changed, and the next one is judged by what was applied. */
  load_and_count (home, "users-2.csv", nine, "read=9 unchanged=9 deactivated=1 absent=1 staged=9");
  for (int i = 0; i < 2; i++)
    {
      g_autofree char *name = g_strdup_printf ("users-%d.csv", i + 3);
      g_autoptr (Json) held = expect_held (home, name, eight, "close_percent");
      assert_json (held, "held.closes", "1");
      assert_json (held, "held.of", "9");
      assert_error_says (held, "it would close 1 of 9 keys (11 %)");
    }
  assert_sql (home, "9|2", "select (select count(*) from warehouse.users_current), count(*) from weir.file where state = 'held'");
  assert_int_equal (home_count_files (home, "imports/.held"), 2);
  g_autoptr (Outcome) status = expect_weir (home, 1, "status", NULL);
  assert_contains (status->out, "Held since ");
  assert_contains (status->out, "It would close, for instance, k8\n");
  assert_contains (status->out, "weir approve ");
  g_autoptr (Outcome) approved = expect_weir (home, 0, "approve", "users-4.csv", "--json", NULL);
  assert_contains (approved->out, "\"absent\":1");
  assert_sql (home, "8", "select count(*) from warehouse.users_current");
  /* What is older goes on top of nothing by a mere leave. */
  g_autoptr (Outcome) overtaken = expect_weir (home, 2, "approve", "users-3.csv", NULL);
  assert_contains (overtaken->err, "\"users-3.csv\" is overtaken: users-4.csv was applied to users since");
  assert_weir (home, 0, "discard", "users-3.csv", NULL);
  assert_sql (home, "failed|failed|discarded",
              "select state, disposition, summary -> 'error' ->> 'code' from weir.file where file_name = 'users-3.csv'");
  assert_int_equal (home_count_files (home, "imports/.held"), 0);
  g_autoptr (Outcome) twice = expect_weir (home, 2, "discard", "users-3.csv", NULL);
  assert_contains (twice->err, "is not held, but failed");
}

static void
test_a_guard_of_rows (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": \"close\", \"guard\": {\"close_percent\": 100}}");
  load_and_count (home, "users-1.csv", ten, "read=10 inserted=10 staged=10");
  g_autoptr (Json) held = expect_held (home, "users-2.csv", "key,v\nk0,a\nk1,a\nk2,a\nk3,a\n", "shrink_percent");
  assert_error_says (held, "it has 4 rows, 40 % of the 10 of the export before it");
  load_and_count (home, "users-3.csv", "key,v\nk0,a\nk1,a\nk2,a\nk3,a\nk4,a\n",
                  "read=5 unchanged=5 deactivated=5 absent=5 staged=5");
  assert_weir (home, 0, "discard", "users-2.csv", NULL);
}

/* A file that ends within a line, as no file of the table did before, may be cut off. */
static void
test_a_file_that_is_cut_off (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": \"close\", " UNGUARDED "}");
  load_and_count (home, "users-1.csv", "key,v\nann,a\nbob,bob\ncid,c\n", "read=3 inserted=3 staged=3");
  g_autoptr (Json) held = expect_held (home, "users-2.csv", "key,v\nann,a\nbob,bo", "cut_off");
  assert_weir (home, 0, "approve", "users-2.csv", NULL);
  /* From now on files of the table end so. */
  load_and_count (home, "users-3.csv", "key,v\nann,a", "read=1 unchanged=1 deactivated=1 absent=1 staged=1");
}

static void
test_personal_keys_are_not_shown (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": \"close\", \"columns\": {\"key\": {\"pii\": true}}}");
  load_and_count (home, "users-1.csv", "key,v\nann,a\nbob,b\n", "read=2 inserted=2 staged=2");
  g_autoptr (Json) held = expect_held (home, "users-2.csv", "key,v\nann,a\n", "close_percent");
  g_autofree char *id = sql_scalar (home, "select user_id from warehouse.users where key = 'bob'");
  assert_json (held, "held.sample.0", id);
  g_autoptr (Outcome) hidden = expect_weir (home, 1, "status", NULL);
  assert_null (strstr (hidden->out, "bob"));
  home_write_model (home, "users", USERS ", \"absent\": \"close\"}");
  g_autoptr (Outcome) shown = expect_weir (home, 1, "status", "--json", NULL);
  g_autoptr (Json) json = outcome_json (shown);
  assert_json (json, "held.0.keys.0.key", "bob");
}

/* `weir load` leaves a file where it lies; the leave is for its bytes. */
static void
test_held_where_it_lies (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": \"close\"}");
  load_and_count (home, "users-1.csv", ten, "read=10 inserted=10 staged=10");
  home_write_file (home, "elsewhere/users-2.csv", eight);
  g_autoptr (Outcome) held = expect_weir (home, 1, "load", "elsewhere/users-2.csv", NULL);
  assert_contains (held->err, "\"users-2.csv\" is held");
  assert_true (home_has_file (home, "elsewhere/users-2.csv"));
  g_autoptr (Outcome) diff = run_weir (home, "diff", "--json", "elsewhere/users-2.csv", NULL);
  assert_contains (diff->out, "the file would be held: it would close 2 of 10 keys");
  home_write_file (home, "elsewhere/users-2.csv", "key,v\nk0,a\n");
  assert_weir (home, 1, "approve", "users-2.csv", NULL);
  assert_sql (home, "10", "select count(*) from warehouse.users_current");
  home_write_file (home, "elsewhere/users-2.csv", eight);
  assert_weir (home, 1, "load", "elsewhere/users-2.csv", NULL);
  assert_weir (home, 0, "approve", "users-2.csv", NULL);
  assert_sql (home, "8", "select count(*) from warehouse.users_current");
  home_write_file (home, "elsewhere/users-3.csv", "key,v\nk0,a\n");
  assert_weir (home, 1, "load", "elsewhere/users-3.csv", NULL);
  assert_weir (home, 0, "discard", "users-3.csv", NULL);
  assert_sql (home, "failed|left", "select state, disposition from weir.file where file_name = 'users-3.csv'");
}

/* Somebody has taken the file away: there is nothing to approve, and the run can still be settled. */
static void
test_held_and_taken_away (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": \"close\"}");
  load_and_count (home, "users-1.csv", ten, "read=10 inserted=10 staged=10");
  home_drop (home, "users-2.csv", eight);
  assert_weir (home, 1, "load", "--dry-run", "imports/users-2.csv", NULL);
  assert_weir (home, 1, "load", "imports/users-2.csv", NULL);
  g_autofree char *place = sql_scalar (home, "select place from weir.file where state = 'held'");
  home_take_back (home, place + strlen ("imports/"));
  g_autoptr (Outcome) approved = expect_weir (home, 2, "approve", "last", NULL);
  assert_contains (approved->err, "Somebody has moved or removed it, or it is in another home");
  g_autoptr (Outcome) discarded = expect_weir (home, 2, "discard", "last", NULL);
  assert_contains (discarded->err, "weir discard --gone");
  assert_sql (home, "held", "select state from weir.file where file_name = 'users-2.csv'");
  g_autoptr (Outcome) verified = expect_weir (home, 1, "verify", NULL);
  assert_contains (verified->out, place);
  assert_weir (home, 0, "discard", "--gone", "last", NULL);
  assert_weir (home, 0, "verify", NULL);
  assert_weir (home, 2, "discard", "last", NULL);
  assert_sql (home, "failed", "select state from weir.file where file_name = 'users-2.csv'");
  home->oracle = ORACLE_BY_HAND;
}

/* Two homes on one database: what one holds the other cannot discard behind its back; and what lies there that no run holds is told. */
static void
test_held_in_another_home (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": \"close\"}");
  load_and_count (home, "users-1.csv", ten, "read=10 inserted=10 staged=10");
  g_autoptr (Json) held = expect_held (home, "users-2.csv", eight, "close_percent");
  g_autofree char *place = sql_scalar (home, "select place from weir.file where state = 'held'");
  g_autofree char *moved = g_strconcat ("elsewhere/", place + strlen ("imports/"), NULL), *bytes = home_read_file (home, place);
  home_write_file (home, moved, bytes);
  home_remove_file (home, place);
  assert_weir (home, 2, "discard", "last", NULL);
  assert_weir (home, 0, "discard", "--gone", "last", NULL);
  home_write_file (home, place, bytes);
  g_autoptr (Outcome) status = expect_weir (home, 1, "status", NULL);
  assert_contains (status->out, "1 file in the folder of held files that no run holds, such as ");
  assert_contains (status->out, place);
  g_autoptr (Outcome) told = expect_weir (home, 1, "status", "--json", NULL);
  g_autoptr (Json) json = outcome_json (told);
  assert_json (json, "not_held.0", place);
  g_autoptr (Outcome) verified = expect_weir (home, 1, "verify", "--json", NULL);
  assert_contains (verified->out, "file_unknown");
  assert_contains (verified->out, place);
  home_remove_file (home, place);
  home_remove_file (home, moved);
  assert_weir (home, 0, "verify", NULL);
  home->oracle = ORACLE_BY_HAND;
}

/* A file that was to be archived is, once it is approved; and goes to failed/ where it is not. */
static void
test_held_and_archived (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": \"close\"}");
  load_and_count (home, "users-1.csv", ten, "read=10 inserted=10 staged=10");
  for (int i = 0; i < 2; i++)
    {
      home_write_file (home, "elsewhere/users-2.csv", i == 0 ? "key,v\nk0,a\n" : eight);
      home_note_file (home, "elsewhere/users-2.csv");
      assert_weir (home, 1, "load", "--archive", "elsewhere/users-2.csv", NULL);
      assert_false (home_has_file (home, "elsewhere/users-2.csv"));
      assert_int_equal (home_count_files (home, "imports/.held"), 1);
      assert_weir (home, 0, i == 0 ? "discard" : "approve", "users-2.csv", NULL);
      assert_int_equal (home_count_files (home, "imports/.held"), 0);
    }
  assert_sql (
      home, "failed|failed, applied|archived",
      "select string_agg(state || '|' || disposition, ', ' order by seen_on) from weir.file where file_name = 'users-2.csv'");
  assert_sql (home, "8", "select count(*) from warehouse.users_current");
}

/* Whatever dies when: the file is in one place, and waits; and with a leave it is applied once. */
static void
test_held_through_crashes (void **state)
{
  static const char *const points[] = { "after-load", "before-archive", "after-archive" };
  static const char *const later[] = { "after-load", "before-commit", "after-commit", "before-archive", "after-archive" };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (points) + G_N_ELEMENTS (later); i++)
    {
      bool holding = i < G_N_ELEMENTS (points);
      g_autofree char *fault = g_strconcat ("kill:", holding ? points[i] : later[i - G_N_ELEMENTS (points)], NULL);
      print_message ("  %s %s\n", holding ? "load" : "approve", fault);
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "users", USERS ", \"absent\": \"close\"}");
      load_and_count (home, "users-1.csv", ten, "read=10 inserted=10 staged=10");
      home_drop (home, "users-2.csv", eight);
      home_set_environment (home, "WEIR_FAULT", holding ? fault : NULL);
      g_autoptr (Outcome) loaded = run_weir (home, "load", "imports/users-2.csv", NULL);
      assert_int_equal (loaded->code, holding ? 128 + SIGKILL : 1);
      home_set_environment (home, "WEIR_FAULT", holding ? NULL : fault);
      if (!holding)
        {
          g_autoptr (Outcome) approved = run_weir (home, "approve", "users-2.csv", NULL);
          assert_int_equal (approved->code, 128 + SIGKILL);
          home_set_environment (home, "WEIR_FAULT", NULL);
        }
      g_autoptr (Outcome) watched = run_weir (home, "watch", "--once", NULL);
      assert_sql (home, holding ? "held|held" : "applied|archived",
                  "select state, disposition from weir.file where file_name = 'users-2.csv'");
      assert_int_equal (home_count_files (home, "imports/.held"), holding);
      assert_sql (home, holding ? "10" : "8", "select count(*) from warehouse.users_current");
    }
}

/* A file that is held is judged, and named, by its own time. */
static void
test_a_held_export_of_timed_rows (void **state)
{
  static const char *const models[] = {
    USERS ", \"absent\": \"close\", \"effective\": {\"column\": \"at\"}}",
    USERS ", \"absent\": \"close\", \"effective\": {\"column\": \"at\", \"absent\": \"file_name\"}}"
  };
  Home *home = *state;
  for (int i = 0; i < 2; i++)
    {
      home_write_model (home, "users", models[i]);
      g_autofree char *text = g_strdup_printf ("key,v,at\nann,a,2026-01-01\nbob,b,2026-01-0%d\n", i + 1);
      g_autoptr (Json) all = load_text (home, "users_2026-01-03.csv", text, NULL);
      g_autoptr (Json) held = expect_held (home, "users_2026-01-04.csv", "key,v,at\nann,a,2026-01-01\n", "close_percent");
      assert_json (held, "held.effective", i == 0 ? "null" : "2026-01-04 00:00:00+00");
      assert_weir (home, 0, "approve", "last", NULL);
      assert_sql (home, "f", "select bool_or(is_current) from warehouse.users where key = 'bob'");
    }
}

/* Whom a held file would close is told by the key's columns as the table has them. */
static void
test_held_keys_of_odd_names (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"2nd\"], \"absent\": \"close\"}");
  load_and_count (home, "users-1.csv", "2nd,v\nann,a\nbob,b\n", "read=2 inserted=2 staged=2");
  json_decref (expect_held (home, "users-2.csv", "2nd,v\nann,a\n", "close_percent"));
  g_autoptr (Outcome) status = expect_weir (home, 1, "status", NULL);
  assert_contains (status->out, "It would close, for instance, bob\n");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_a_guard),
    TEST (test_a_guard_of_rows),
    TEST (test_a_file_that_is_cut_off),
    TEST (test_personal_keys_are_not_shown),
    TEST (test_held_keys_of_odd_names),
    TEST (test_held_where_it_lies),
    TEST (test_held_and_taken_away),
    TEST (test_held_in_another_home),
    TEST (test_held_and_archived),
    TEST (test_held_through_crashes),
    TEST (test_a_held_export_of_timed_rows),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
