/* The schema of weir.json has each setting that weir.json may have, and no more. */
#include "src/settings/settings_show.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

/* "limits.rows": what the schema says of it; NULL: nothing. */
static const Json *
find (const Json *schema, const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, ".", 2);
  const Json *found = json_object_get (json_object_get (schema, "properties"), parts[0]);
  return parts[1] != NULL ? find (found, parts[1]) : found;
}

/* Settings; what a setting has in itself, such as "notify", is none. */
static size_t
count (const Json *schema)
{
  const char *name;
  Json *member;
  size_t all = 0;
  json_object_foreach (json_object_get (schema, "properties"), name, member)
    {
      all += json_object_get (member, "description") == NULL ? count (member) : 1;
    }
  return all;
}

static void
test_every_row (void **state)
{
  (void) state;
  g_autoptr (Json) schema = settings_to_schema ();
  size_t rows = 0;
  for (const Setting *row = settings_table; row->help != NULL; row++)
    {
      if (row->path == NULL)
        continue;
      const Json *found = find (schema, row->path);
      assert_non_null (found);
      assert_string_equal (json_string_value (json_object_get (found, "description")), row->help);
      if (row->words != NULL)
        assert_string_equal (json_string_value (json_array_get (json_object_get (found, "enum"), 1)), row->words[1]);
      if (row->type == SETTING_WHOLE || row->type == SETTING_NUMBER)
        assert_true (json_number_value (json_object_get (found, "maximum")) == row->high);
      rows++;
    }
  /* And "$schema" and "description". */
  assert_int_equal (count (schema), rows + 2);
  assert_true (json_is_false (json_object_get (schema, "additionalProperties")));
  assert_true (json_is_false (json_object_get (find (schema, "limits"), "additionalProperties")));
  assert_true (json_is_false (json_object_get (find (schema, "page"), "additionalProperties")));
  assert_non_null (find (schema, "page.tls.key"));
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_every_row) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
