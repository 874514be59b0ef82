/* What changed in a row, as people read it, and as SQL asks for it. */
#include "src/report/changes.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static const struct
{
  const char *changes;
  bool is_new;
  const char *text;
} texts[] = {
  { "[]", false, "" },
  { "[{\"column\": \"name\", \"old\": \"Ann\", \"new\": \"Eve\"}]", false, "name: Ann → Eve" },
  { "[{\"column\": \"name\", \"old\": null, \"new\": \"Eve\"}]", false, "name: NULL → Eve" },
  { "[{\"column\": \"name\", \"old\": null, \"new\": \"Eve\"}, {\"column\": \"age\", \"old\": null, \"new\": \"7\"}]", true,
    "name: Eve, age: 7" },
  { "[{\"column\": \"name\", \"old\": \"Ann\", \"new\": null}]", false, "name: Ann → NULL" },
  { "[{\"column\": \"name\", \"old\": \"\", \"new\": \"a\\nb\\u0007\"}]", false, "name:  → a\\x0Ab\\x07" },
  { "[{\"column\": \"phone\", \"withheld\": true}]", false, "phone (changed, not shown)" },
  { "[{\"column\": \"phone\", \"withheld\": true}]", true, "phone (not shown)" },
};

static void
test_the_text_of_changes (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (Json) changes = weir_json_parse (texts[i].changes, strlen (texts[i].changes), "changes", NULL);
      g_autofree char *text = changes_text (changes, texts[i].is_new);
      assert_string_equal (text, texts[i].text);
    }
}

static void
test_a_long_value_is_cut (void **state G_GNUC_UNUSED)
{
  g_autofree char *value = g_strnfill (5000, 'x');
  g_autoptr (Json) changes = json_pack ("[{s:s, s:n, s:s}]", "column", "note", "old", "new", value);
  g_autofree char *text = changes_text (changes, true);
  assert_true (strlen (text) < 200);
  assert_true (g_str_has_suffix (text, "..."));
}

/* The values of a hidden column are nowhere in the statement but where they are compared, or digested. */
static void
test_hidden_values_stay_at_the_server (void **state G_GNUC_UNUSED)
{
  SeenColumn key = { (char *) "email", (char *) "text", true, false }, phone = { (char *) "phone", (char *) "text", false, true },
             name = { (char *) "name", (char *) "text", false, false };
  g_autoptr (GPtrArray) columns = g_ptr_array_new ();
  g_ptr_array_add (columns, &key);
  g_ptr_array_add (columns, &phone);
  g_ptr_array_add (columns, &name);
  g_autofree char *changes = changes_expression (columns, "o.", "n."), *cells = changes_cells (columns, "w.");
  assert_null (strstr (changes, "\"phone\"::text"));
  assert_non_null (strstr (changes, "o.\"phone\" is distinct from n.\"phone\""));
  assert_non_null (strstr (changes, "o.\"name\"::text"));
  assert_null (strstr (changes, "email"));
  assert_non_null (strstr (cells, "md5(w.\"phone\"::text)"));
  assert_non_null (strstr (cells, "('name', w.\"name\"::text)"));
}

static void
test_nothing_but_a_key_never_changes (void **state G_GNUC_UNUSED)
{
  g_autoptr (GPtrArray) columns = g_ptr_array_new ();
  g_autofree char *changes = changes_expression (columns, "o.", "n."), *cells = changes_cells (columns, "w.");
  assert_string_equal (changes, "null::text");
  assert_string_equal (cells, "'{}'::json");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_the_text_of_changes),
    cmocka_unit_test (test_a_long_value_is_cut),
    cmocka_unit_test (test_hidden_values_stay_at_the_server),
    cmocka_unit_test (test_nothing_but_a_key_never_changes),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
