/* The file of what is to be said while the database is away. */
#include "src/notify/away.h"
#include "src/notify/sender.h"

#include "tests/support/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static int
folder_setup (void **state)
{
  *state = g_dir_make_tmp ("weir-away-XXXXXX", NULL);
  return *state == NULL;
}

static int
folder_teardown (void **state)
{
  remove_tree (*state);
  g_free (*state);
  return 0;
}

/* Two targets, of which one is told. */
static AlertPlan *
make_plan (void)
{
  const char *text =
      "{\"targets\": {\"one\": {\"type\": \"command\", \"command\": [\"x\"]}, \"two\": {\"type\": \"command\", \"command\": "
      "[\"x\"]}},"
      " \"rules\": [{\"on\": [\"database_away\"], \"to\": [\"one\"]}], \"every\": \"1 hour\", \"away_after\": \"1 minute\"}";
  g_autoptr (Json) tree = json_loads (text, 0, NULL);
  g_autoptr (GPtrArray) mistakes = g_ptr_array_new_with_free_func (g_free);
  AlertPlan *plan = alert_plan_read (tree, "$.notify", mistakes);
  assert_int_equal (mistakes->len, 0);
  return plan;
}

/* Each step opens the file anew, as after a crash. */
static void
test_outages (void **state)
{
  static const struct
  {
    int64_t at; /* seconds */
    bool reached;
    size_t messages; /* for "one", so far */
    int64_t since;   /* told when it is back */
  } steps[] = {
    { 1000, false, 0, 0 },   { 1059, false, 0, 0 },   { 1060, false, 1, 0 }, { 1061, false, 1, 0 }, /* once an outage */
    { 1100, true, 1, 1000 }, { 1101, true, 1, 0 },    { 1200, false, 1, 0 }, { 1210, true, 1, 0 },  /* too short to speak of */
    { 2000, false, 1, 0 },   { 4600, false, 1, 0 }, /* an hour behind the last one that was told, and no sooner */
    { 4660, false, 2, 0 },   { 4700, true, 2, 2000 },
  };
  g_autoptr (AlertPlan) plan = make_plan ();
  for (size_t i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (Away) away = away_open (*state);
      int64_t since = 0;
      assert_true (away_take (away));
      if (!steps[i].reached)
        assert_true (away_failed (away, plan, steps[i].at, "why", NULL));
      else
        {
          away_is_back (away, plan, steps[i].at, &since);
          assert_true (away_forget (away, NULL));
        }
      assert_int_equal (since, steps[i].since);
      assert_int_equal (away_count (away), steps[i].messages);
      assert_null (away_next (away, "two"));
    }
  g_autoptr (Away) away = away_open (*state);
  const Json *first = away_next (away, "one");
  assert_string_equal (json_string_value (json_object_get (first, "text")), "since 1970-01-01 00:16:40 UTC: why");
  assert_true (away_remove (away, first, NULL));
  g_autoptr (Away) again = away_open (*state);
  assert_int_equal (away_count (again), 1);
}

/* Of two couriers of a home one tells; the other begins where that one has ended. */
static void
test_one_tells (void **state)
{
  g_autoptr (AlertPlan) plan = make_plan ();
  g_autoptr (Away) other = NULL;
  {
    g_autoptr (Away) first = away_open (*state);
    other = away_open (*state);
    assert_true (away_take (first));
    assert_true (away_take (first));
    assert_false (away_take (other));
    assert_true (away_failed (first, plan, 1000, "why", NULL));
    assert_true (away_failed (first, plan, 1060, "why", NULL));
  }
  assert_int_equal (away_count (other), 0);
  assert_true (away_take (other));
  assert_int_equal (away_count (other), 1);
  assert_true (away_failed (other, plan, 1061, "why", NULL));
  assert_int_equal (away_count (other), 1);
}

static void
test_pauses (void **state)
{
  (void) state;
  static const struct
  {
    int64_t failures, retry_after, pause;
  } cases[] = { { 1, 0, 5 },         { 2, 0, 10 },  { 8, 0, 640 }, { 9, 0, 900 },
                { 1000000, 0, 900 }, { 1, 90, 90 }, { 5, 60, 80 }, { 1, 100000, 3600 } };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_int_equal (sender_pause (cases[i].failures, cases[i].retry_after), cases[i].pause);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_outages, folder_setup, folder_teardown),
    cmocka_unit_test_setup_teardown (test_one_tells, folder_setup, folder_teardown),
    cmocka_unit_test (test_pauses),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
