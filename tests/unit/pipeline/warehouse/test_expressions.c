/* SQL about columns: what is compared, and how. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/warehouse/expressions.h"

/* Names, separated by blanks. */
static GPtrArray *
names (const char *text)
{
  GPtrArray *array = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  for (char **word = words; *word != NULL && **word != '\0'; word++)
    g_ptr_array_add (array, g_strdup (*word));
  return array;
}

#define CARRIED_HASH                                                                                                               \
  "case when row(c.\"b\",c.\"c\") is null then d._hash else md5(d._hash::text || row(c.\"b\",c.\"c\")::text)::uuid end"

/* A text that was a number once, where it is one still. */
#define NUMBER(of)                                                                                                                 \
  "case when length(" of ".\"a\") <= 1000 and " of                                                                                 \
  ".\"a\" ~ '^ *(-|[+](?![0-9]{7,} *$))?((0|[1-9][0-9]*)([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})? *$' then trim_scale(" of     \
  ".\"a\"::numeric)::text else " of ".\"a\" end"

/* Given the tracked columns and which of them are special, then what decides whether a version opens, its hash, and that of a row which
 * stays. */
static const struct
{
  const char *tracked, *added, *empties, *numbers, *carried, *distinct, *hash, *refreshed;
} cases[] = {
  { "a b", "", "", "", "", "row(d.\"a\", d.\"b\") is distinct from row(w.\"a\", w.\"b\")", "d._hash", "d._hash" },
  { "a b", "b", "", "", "", "row(d.\"a\") is distinct from row(w.\"a\")", "d._hash", "d._hash" },
  { "a", "a", "", "", "", "false", "d._hash", "d._hash" },
  { "", "", "", "", "", "false", "d._hash", "d._hash" },
  { "a", "", "a", "", "", "row(nullif(d.\"a\", '')) is distinct from row(nullif(w.\"a\", ''))", "d._hash", "d._hash" },
  { "a", "", "", "", "b c", "row(d.\"a\") is distinct from row(w.\"a\")", CARRIED_HASH,
    "case when row(w.\"b\",w.\"c\") is null then d._hash else w.row_hash end" },
  { "a d", "d", "", "", "b c", "row(d.\"a\") is distinct from row(w.\"a\")", CARRIED_HASH,
    "case when row(w.\"b\",w.\"c\") is null then d._hash when row(d.\"d\") is null then w.row_hash else md5(w.row_hash::text || "
    "row(d.\"d\")::text)::uuid end" },
  { "a", "", "", "a", "", "row(" NUMBER ("d") ") is distinct from row(" NUMBER ("w") ")", "d._hash", "d._hash" },
};

static void
test_what_is_compared (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) tracked = names (cases[i].tracked), added = names (cases[i].added);
      g_autoptr (GPtrArray) empties = names (cases[i].empties), numbers = names (cases[i].numbers);
      g_autoptr (GPtrArray) carried = names (cases[i].carried);
      const Layout layout = { .tracked = tracked };
      const Warehouse warehouse = {
        .layout = &layout, .added = added, .filled = added, .empties = empties, .numbers = numbers, .carried = carried
      };
      g_autofree char *distinct = expression_distinct (&warehouse);
      g_autofree char *hash = expression_hash (&warehouse, "c.");
      assert_string_equal (distinct, cases[i].distinct);
      g_autofree char *refreshed = expression_refreshed_hash (&warehouse);
      assert_string_equal (hash, cases[i].hash);
      assert_string_equal (refreshed, cases[i].refreshed);
    }
}

static void
test_lists (void **state)
{
  (void) state;
  g_autoptr (GPtrArray) some = names ("a b\"c"), none = names (""), left_out = names ("a");
  g_autofree char *listed = expression_names (some, "s.", ", ");
  g_autofree char *assigned = expression_assignments (some, ", ", "");
  g_autofree char *nothing = expression_names (none, "s.", ", ");
  g_autoptr (GPtrArray) rest = expression_names_but (some, left_out);
  assert_string_equal (listed, "s.\"a\", s.\"b\"\"c\", ");
  assert_string_equal (assigned, ", \"a\" = d.\"a\", \"b\"\"c\" = d.\"b\"\"c\"");
  assert_string_equal (nothing, "");
  assert_int_equal (rest->len, 1);
  assert_string_equal (rest->pdata[0], "b\"c");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_what_is_compared),
    cmocka_unit_test (test_lists),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
