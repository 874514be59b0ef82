/* What a connector calls types is what weir calls them, and names of tables as people write them. */
#include "connect/pg/session.h"
#include "connect/pg/types.h"
#include "pipeline/types/types.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void
test_words (void **state)
{
  (void) state;
  static const char *const words[] = {
    "int",    "INT4",  "smallint", "varchar", "real", "float", "decimal", "bool", "timestamp with time zone",
    "double", "money", "json",     ""
  };
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    {
      const Type *type = types_find (words[i]);
      const char *found = type_find (words[i]);
      assert_true ((type == NULL) == (found == NULL));
      if (type != NULL)
        assert_string_equal (type->name, found);
    }
  for (int i = 0; types_words ()[i] != NULL; i++)
    assert_string_equal (type_find (types_words ()[i]), types_words ()[i]);
  for (PgKind kind = PG_OTHER; kind <= PG_JSON; kind++)
    assert_non_null (types_find (type_declared (kind)));
}

static void
test_kinds (void **state)
{
  (void) state;
  assert_int_equal (type_kind ("int8", true), PG_INTEGER);
  assert_int_equal (type_kind ("int8", false), PG_OTHER);
  assert_int_equal (type_kind ("citext", false), PG_TEXT);
  assert_false (type_is_ordered (PG_TEXT, "citext"));
  assert_true (type_is_ordered (PG_OTHER, "bytea"));
  assert_false (type_is_ordered (PG_DOUBLE, "float8"));
}

static void
test_names (void **state)
{
  (void) state;
  static const struct
  {
    const char *text, *schema, *name;
  } cases[] = {
    { "orders", NULL, "orders" },
    { "public.Orders", "public", "Orders" },
    { "\"My \"\"shop\".\"a.b\"", "My \"shop", "a.b" },
    { "a.b.c", NULL, NULL },
    { "", NULL, NULL },
    { "a.", NULL, NULL },
    { ".a", NULL, NULL },
    { "\"a", NULL, NULL },
    { "\"\"", NULL, NULL },
    { "a\"b\"", NULL, NULL },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *schema = NULL, *name = NULL;
      assert_true (session_split_name (cases[i].text, &schema, &name) == (cases[i].name != NULL));
      assert_true (g_strcmp0 (schema, cases[i].schema) == 0 && g_strcmp0 (name, cases[i].name) == 0);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_words), cmocka_unit_test (test_kinds), cmocka_unit_test (test_names) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
