#include "src/watch/troubles.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void
a_trouble_lasts_while_its_cause_does (void **state)
{
  (void) state;
  static const struct
  {
    HoldCause cause;
    const char *text;
    int64_t now, pause, since, next;
  } rows[] = {
    { HOLD_BUSY, NULL, 100, 50, 100, 150 },          { HOLD_BUSY, "somebody works on it", 160, 50, 100, 210 },
    { HOLD_MODEL, "no good", 300, 1000, 300, 1300 }, { HOLD_BUSY, NULL, 400, 50, 400, 450 },
    { HOLD_CRASHED, NULL, 500, INT64_MAX, 500, 0 },
  };
  g_autoptr (Troubles) troubles = troubles_new ();
  assert_null (troubles_find (troubles, "users.csv"));
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      troubles_note (troubles, "users.csv", rows[i].cause, rows[i].text, rows[i].now, rows[i].pause);
      const Trouble *trouble = troubles_find (troubles, "users.csv");
      assert_int_equal (trouble->cause, rows[i].cause);
      assert_int_equal (g_strcmp0 (trouble->text, rows[i].text), 0);
      assert_int_equal (trouble->since, rows[i].since);
      assert_int_equal (trouble->next, rows[i].next);
    }
  troubles_forget (troubles, "users.csv");
  assert_null (troubles_find (troubles, "users.csv"));
}

static void
pauses_grow_while_the_cause_is_the_same (void **state)
{
  (void) state;
  static const struct
  {
    HoldCause cause;
    int64_t now, pause;
  } rows[] = {
    { HOLD_BUSY, 1000000, 500000 },  { HOLD_BUSY, 2000000, 1000000 },   { HOLD_BUSY, 4000000, 2000000 },
    { HOLD_LOCAL, 7000000, 500000 }, { HOLD_LOCAL, 99000000, 1000000 },
  };
  g_autoptr (Troubles) troubles = troubles_new ();
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      assert_int_equal (troubles_pause (troubles, "a.csv", rows[i].cause, rows[i].now), rows[i].pause);
      troubles_note (troubles, "a.csv", rows[i].cause, NULL, rows[i].now, rows[i].pause);
    }
  /* another file has pauses of its own */
  assert_int_equal (troubles_pause (troubles, "b.csv", HOLD_LOCAL, 99000000), 500000);
}

static void
what_no_job_has_is_forgotten (void **state)
{
  (void) state;
  g_autoptr (Troubles) troubles = troubles_new ();
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) job_free);
  g_ptr_array_add (jobs, job_new ("stays.csv", "stays.csv", "stays"));
  troubles_note (troubles, "stays.csv", HOLD_BUSY, NULL, 1, 1);
  troubles_note (troubles, "left.csv", HOLD_BUSY, NULL, 1, 1);
  troubles_keep_only (troubles, jobs);
  assert_non_null (troubles_find (troubles, "stays.csv"));
  assert_null (troubles_find (troubles, "left.csv"));
}

static void
every_cause_has_a_word_and_a_text (void **state)
{
  (void) state;
  for (HoldCause each = HOLD_NONE; each < HOLD_CAUSES; each++)
    {
      assert_non_null (troubles_word (each));
      assert_non_null (troubles_text (each));
      for (HoldCause other = HOLD_NONE; other < each; other++)
        assert_string_not_equal (troubles_word (each), troubles_word (other));
    }
}

static void
the_manual_names_each_cause (void **state)
{
  (void) state;
  const char *source = g_getenv ("WEIR_SOURCE");
  if (source == NULL)
    skip ();
  g_autofree char *path = g_build_filename (source, "docs", "operations.md", NULL), *manual = NULL;
  assert_true (g_file_get_contents (path, &manual, NULL, NULL));
  const char *table = strstr (manual, "| cause | what is waited for |");
  assert_non_null (table);
  g_autofree char *rows = g_strndup (table, (size_t) (strstr (table, "\n\n") - table));
  for (HoldCause each = HOLD_BUSY; each < HOLD_CAUSES; each++)
    {
      g_autofree char *word = g_strdup_printf ("`%s`", troubles_word (each));
      if (strstr (rows, word) == NULL)
        print_message ("docs/operations.md should name the cause %s\n", word);
      assert_non_null (strstr (rows, word));
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (a_trouble_lasts_while_its_cause_does), cmocka_unit_test (pauses_grow_while_the_cause_is_the_same),
    cmocka_unit_test (what_no_job_has_is_forgotten),         cmocka_unit_test (every_cause_has_a_word_and_a_text),
    cmocka_unit_test (the_manual_names_each_cause),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
