/* Layouts: which column of the file is what, and how its type is settled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "pipeline/layout.h"
#include "tests/unit/pipeline/records.h"

static Layout *
lay_out (const Catalog *catalog, const char *table, const char *header, const Pins *pins, GError **error)
{
  TestRecord made;
  const Model *model = table == NULL ? NULL : catalog_find (catalog, table);
  return layout_new (model, catalog, test_record (&made, 1, header), 0, pins, error);
}

/* Given lines, when the whole file was looked at, then the column's type. */
static bool
settle (Layout *layout, const char *const *lines, bool whole, bool *ret_again, GError **error)
{
  ColumnGuess guesses[RECORD_FIELDS];
  for (int i = 0; i < layout->n_columns; i++)
    infer_init (&guesses[i]);
  for (int line = 0; lines[line] != NULL; line++)
    {
      TestRecord made;
      layout_look (layout, guesses, test_record (&made, line + 2, lines[line]));
    }
  return layout_settle (layout, guesses, whole, ret_again, error);
}

static void
test_roles_of_a_dimension (void **state)
{
  (void) state;
  g_autoptr (Catalog) catalog = test_catalog (test_model ("users", USERS_JSON), NULL);
  g_autoptr (Pins) pins = pins_new ();
  g_autoptr (Layout) layout = lay_out (catalog, "users", "name|E-Mail|email|date_of_birth|user_id|version_number", pins, NULL);
  assert_non_null (layout);
  assert_int_equal (layout->key_columns[0], 2);
  assert_int_equal (layout->columns[2].key_part, 0);
  assert_int_equal (layout->columns[2].hash_slot, -1);
  assert_true (layout->columns[0].required);
  assert_string_equal (layout->columns[3].format, "DD/MM/YYYY");
  /* weir makes user_id and version_number itself */
  assert_string_equal (layout->columns[4].name, "user_id_");
  assert_string_equal (layout->columns[5].name, "version_number_");
  /* tracked in the order of their names */
  assert_int_equal (layout->tracked->len, 5);
  assert_string_equal (layout->tracked->pdata[0], "date_of_birth");
  assert_int_equal (layout->columns[3].hash_slot, 0);
}

static void
test_roles_of_a_fact (void **state)
{
  (void) state;
  g_autoptr (Catalog) catalog = test_catalog (test_model ("users", USERS_JSON), test_model ("sales", SALES_JSON));
  g_autoptr (Pins) pins = pins_new ();
  g_autoptr (Layout) layout = lay_out (catalog, "sales", "email|amount", pins, NULL);
  assert_non_null (layout);
  assert_false (layout->columns[0].stored);
  assert_int_equal (layout->n_references, 1);
  assert_int_equal (layout->references[0].columns[0], 0);
  assert_int_equal (layout->n_key_columns, 0);
  assert_string_equal (layout->tracked->pdata[0], "amount");
  assert_string_equal (layout->tracked->pdata[1], "user_id");
}

static void
test_missing_columns (void **state)
{
  (void) state;
  const struct
  {
    const char *header, *reason, *hint;
  } cases[] = {
    { "name|emial|date_of_birth", "missing_key_column", "emial" },
    { "email|date_of_birth", "missing_column", NULL },
  };
  g_autoptr (Catalog) catalog = test_catalog (test_model ("users", USERS_JSON), NULL);
  g_autoptr (Pins) pins = pins_new ();
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      assert_null (lay_out (catalog, "users", cases[i].header, pins, &error));
      assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_INPUT));
      assert_string_equal (weir_error_get_reason (error), cases[i].reason);
      if (cases[i].hint != NULL)
        assert_non_null (strstr (weir_error_get_hint (error), cases[i].hint));
    }
}

static void
test_without_a_header (void **state)
{
  (void) state;
  g_autoptr (Pins) pins = pins_new ();
  g_autoptr (Layout) layout = layout_new (NULL, NULL, NULL, 3, pins, NULL);
  assert_int_equal (layout->n_columns, 3);
  assert_string_equal (layout->columns[2].name, "column_3");
}

typedef struct
{
  const char *pinned; /* type word, NULL: not pinned */
  const char *lines[4];
  bool whole;
  const char *type; /* NULL: an error */
  bool again;
  bool change;
} TypeCase;

static const TypeCase type_cases[] = {
  { NULL, { "1", "2" }, true, "bigint", false, false },
  { NULL, { "1", "2.5" }, true, "numeric", false, false },
  { NULL, { "01/02/2020", "03/04/2020" }, false, "text", true, false },
  { NULL, { "01/02/2020", "03/04/2020" }, true, "text", false, false },
  { NULL, { "31/02/2020", "x" }, true, "text", false, false },
  { "bigint", { "1", "2" }, false, "bigint", false, false },
  { "bigint", { "1", "2.5" }, false, "bigint", true, false },
  { "bigint", { "1", "2.5" }, true, "numeric", false, true },
  { "bigint", { "1", "x" }, true, "text", false, true },
  { "numeric", { "1", "2" }, true, "numeric", false, false },
  { "text", { "1", "2" }, true, "text", false, false },
  { "date", { "2020-01-01", "2020-02-30" }, true, NULL, false, false },
  { "boolean", { "true", "1" }, true, "boolean", false, false },
  /* only an exponent makes numbers like these doubles: the sample does not know whether one comes */
  { NULL, { "-0" }, false, "text", true, false },
  { NULL, { "-0" }, true, "text", false, false },
};

static void
test_types (void **state)
{
  (void) state;
  g_autoptr (Catalog) catalog = test_catalog (test_model ("users", USERS_JSON), NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (type_cases); i++)
    {
      const TypeCase *c = &type_cases[i];
      g_autoptr (Pins) pins = pins_new ();
      if (c->pinned != NULL)
        pins_set (pins, "x", types_find (c->pinned), NULL);
      g_autoptr (Layout) layout = lay_out (catalog, "users", "email|name|x", pins, NULL);
      assert_non_null (layout);
      char *lines[4] = { NULL };
      for (int line = 0; c->lines[line] != NULL; line++)
        lines[line] = g_strdup_printf ("a@b.c|Ann|%s", c->lines[line]);
      g_autoptr (GError) error = NULL;
      bool again;
      bool settled = settle (layout, (const char *const *) lines, c->whole, &again, &error);
      for (int line = 0; lines[line] != NULL; line++)
        g_free (lines[line]);
      assert_int_equal (settled, c->type != NULL);
      if (!settled)
        {
          assert_string_equal (weir_error_get_reason (error), "type_drift");
          assert_int_equal (weir_error_get_line (error), 3);
          continue;
        }
      assert_string_equal (layout->columns[2].type->name, c->type);
      assert_int_equal (again, c->again);
      assert_int_equal (layout->columns[2].change != NULL, c->change);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_roles_of_a_dimension), cmocka_unit_test (test_roles_of_a_fact), cmocka_unit_test (test_missing_columns),
    cmocka_unit_test (test_without_a_header),     cmocka_unit_test (test_types),
  };
  return cmocka_run_group_tests_name ("pipeline/layout", tests, NULL, NULL);
}
