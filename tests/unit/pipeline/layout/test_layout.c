/* Layouts: which column of the file is what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "pipeline/layout/layout.h"
#include "tests/unit/pipeline/records.h"

static Layout *
lay_out (const Catalog *catalog, const char *table, const char *header, const Pins *pins, GError **error)
{
  TestRecord made;
  const Model *model = table == NULL ? NULL : catalog_find (catalog, table);
  return layout_new (model, catalog, test_record (&made, 1, header), 0, pins, error);
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

/* Without a file: every column that is pinned or named, called as a file's would be. */
static void
test_known_columns (void **state)
{
  (void) state;
  g_autoptr (Catalog) catalog = test_catalog (test_model ("users", USERS_JSON), test_model ("sales", SALES_JSON));
  g_autoptr (Pins) pins = pins_new ();
  pins_add (pins, "e_mail")->header = g_strdup ("E-Mail");
  pins_add (pins, "date_of_birth")->header = g_strdup ("Date of birth");
  pins_set (pins, "city", types_find ("text"), NULL);
  g_autoptr (Layout) layout = layout_known (catalog_find (catalog, "users"), catalog, pins, NULL);
  assert_non_null (layout);
  /* email and name were never in a file; date_of_birth has another header. */
  assert_int_equal (layout->n_columns, 5);
  int found = 0;
  for (int i = 0; i < layout->n_columns; i++)
    {
      const LayoutColumn *column = &layout->columns[i];
      bool declared = g_str_equal (column->name, "date_of_birth") || g_str_equal (column->name, "name");
      assert_true (declared == (column->origin == ORIGIN_DECLARED));
      found += declared;
      assert_true ((column->key_part == 0) == g_str_equal (column->name, "email"));
      if (g_str_equal (column->name, "city"))
        assert_int_equal (column->origin, ORIGIN_PINNED);
    }
  assert_int_equal (found, 2);
  g_autoptr (Pins) none = pins_new ();
  g_autoptr (Layout) sales = layout_known (catalog_find (catalog, "sales"), catalog, none, NULL);
  assert_int_equal (sales->n_columns, 2);
  assert_false (sales->columns[0].stored);

  /* named as a part of the key and once more: one column */
  g_autoptr (Catalog) typed =
      test_catalog (test_model ("users", "{\"table\": \"users\", \"kind\": \"dimension\","
                                         " \"business_key\": [\"n\"], \"columns\": {\"n\": {\"type\": \"bigint\"}}}"),
                    NULL);
  g_autoptr (Layout) once = layout_known (catalog_find (typed, "users"), typed, none, NULL);
  assert_int_equal (once->n_columns, 1);
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
      assert_string_equal (reason_word (weir_error_get_reason (error)), cases[i].reason);
      if (cases[i].hint != NULL)
        assert_non_null (strstr (weir_error_get_hint (error), cases[i].hint));
    }
}

/* What the warehouse's own columns are called is free for the file. */
static void
test_names_that_are_taken (void **state)
{
  (void) state;
  static const struct
  {
    const char *table, *header, *names;
  } cases[] = {
    { "users", "email|name|user_id|user_id_", "email name user_id__ user_id_" },
    { "users", "email|name|user_id_|user_id", "email name user_id_ user_id__" },
    { "sales", "email|user_id|amount|occurrence", "email user_id_ amount occurrence_" },
    { "users", "email|name|occurrence", "email name occurrence" }, /* a fact's */
  };
  g_autoptr (Catalog) catalog = test_catalog (test_model ("users", USERS_JSON), test_model ("sales", SALES_JSON));
  g_autoptr (Pins) pins = pins_new ();
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Layout) layout = lay_out (catalog, cases[i].table, cases[i].header, pins, NULL);
      g_autoptr (GString) names = g_string_new (NULL);
      for (int column = 0; column < layout->n_columns; column++)
        g_string_append_printf (names, "%s%s", column > 0 ? " " : "", layout->columns[column].name);
      assert_string_equal (names->str, cases[i].names);
    }
}

/* The model's names are the file's own words before they are identifiers. */
static void
test_names_by_their_spelling (void **state)
{
  (void) state;
  static const struct
  {
    const char *key, *header;
    int column;
  } cases[] = { { "E-Mail", "e_mail|E-Mail", 1 },
                { "E-Mail", "E-Mail|e_mail", 0 },
                { "e_mail", "E-Mail|e_mail", 1 },
                { "E-Mail", "x|e_mail", 1 },
                { "e_mail", "x|E-Mail", 1 } };
  g_autoptr (Pins) pins = pins_new ();
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json =
          g_strdup_printf ("{\"table\":\"users\",\"kind\":\"dimension\",\"business_key\":[\"%s\"]}", cases[i].key);
      g_autoptr (Catalog) catalog = test_catalog (test_model ("users", json), NULL);
      g_autoptr (Layout) layout = lay_out (catalog, "users", cases[i].header, pins, NULL);
      assert_int_equal (layout->key_columns[0], cases[i].column);
    }
}

/* A column is new where the table has had others and no load has had it, nor does the model ask for it. */
static void
test_columns_contract (void **state)
{
  (void) state;
  static const struct
  {
    const char *contract;
    bool loaded; /* before, with email and n */
    const char *header;
    const char *refused; /* named in the error; NULL: none */
    const char *stored;
  } cases[] = {
    { "freeze", false, "email|n|city", NULL, "email n city" },
    { "freeze", true, "email|n", NULL, "email n" },
    { "freeze", true, "email|n|city", "city", NULL },
    { "freeze", true, "email|n|needed", NULL, "email n needed" },
    { "freeze", true, "email|n|typed", NULL, "email n typed" },
    { "freeze", true, "_weir_line|email|n", NULL, "email n" },
    { "discard", false, "email|n|city", NULL, "email n city" },
    { "discard", true, "email|n|city|needed", NULL, "email n needed" },
    { "discard", true, "email|n|city|typed", NULL, "email n typed" },
    { "discard", true, "_weir_line|email|n|city", NULL, "email n" },
    { "evolve", true, "_weir_line|email|n|city", NULL, "email n city" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      bool needed = strstr (cases[i].header, "needed") != NULL;
      g_autofree char *json = g_strdup_printf ("{\"table\":\"users\",\"kind\":\"dimension\",\"business_key\":[\"email\"],"
                                               "\"columns\":{%s\"typed\":{\"type\":\"text\"}},\"contract\":{\"columns\":\"%s\"}}",
                                               needed ? "\"needed\":{\"required\":true}," : "", cases[i].contract);
      g_autoptr (Catalog) catalog = test_catalog (test_model ("users", json), NULL);
      g_autoptr (Pins) pins = pins_new ();
      if (cases[i].loaded)
        {
          pins_set (pins, "email", types_find ("text"), NULL);
          pins_set (pins, "n", NULL, NULL); /* nothing but NULL so far */
        }
      g_autoptr (GError) error = NULL;
      g_autoptr (Layout) layout = lay_out (catalog, "users", cases[i].header, pins, &error);
      g_autoptr (GString) stored = g_string_new (NULL);
      for (int column = 0; layout != NULL && column < layout->n_columns; column++)
        if (layout->columns[column].stored)
          g_string_append_printf (stored, "%s%s", stored->len > 0 ? " " : "", layout->columns[column].name);
      assert_int_equal (layout == NULL, cases[i].refused != NULL);
      if (layout != NULL)
        assert_string_equal (stored->str, cases[i].stored);
      else
        assert_non_null (strstr (error->message, cases[i].refused));
    }
}

/* A table of PostgreSQL has 1,600 columns, of which weir needs some. */
static void
test_most_columns (void **state)
{
  (void) state;
  static const char dimension[] = "{\"table\":\"t\",\"kind\":\"dimension\",\"business_key\":[\"column_1\"]}";
  static const char fact[] = "{\"table\":\"t\",\"kind\":\"fact\"}";
  static const struct
  {
    const char *json; /* NULL: staged only */
    int most;
  } cases[] = { { NULL, 1597 }, { dimension, 1590 }, { fact, 1595 } };
  g_autoptr (Pins) pins = pins_new ();
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int more = 0; more <= 1; more++)
      {
        g_autoptr (Model) model = cases[i].json != NULL ? test_model ("t", cases[i].json) : NULL;
        g_autoptr (Layout) layout = layout_new (model, NULL, NULL, cases[i].most + more, pins, NULL);
        g_autoptr (GError) error = NULL;
        assert_int_equal (layout_check_columns (layout, "x.csv", &error), more == 0);
        if (more)
          assert_string_equal (reason_word (weir_error_get_reason (error)), "too_many_columns");
      }
}

static void
test_null_texts (void **state)
{
  (void) state;
  g_autoptr (Catalog) catalog = test_catalog (
      test_model ("users", "{\"table\":\"users\",\"kind\":\"dimension\",\"business_key\":[\"email\"],\"null\":[\"-\",\"NA\"]}"),
      NULL);
  g_autoptr (Pins) pins = pins_new ();
  g_autoptr (Layout) layout = lay_out (catalog, "users", "email", pins, NULL);
  static const struct
  {
    const char *cell;
    bool null;
  } cells[] = { { "NA", true }, { "-", true }, { "N", false }, { "NAN", false }, { "na", false }, { "--", false }, { "", false } };
  for (size_t i = 0; i < G_N_ELEMENTS (cells); i++)
    assert_int_equal (layout_is_null (&layout->columns[0], &(Field) { cells[i].cell, strlen (cells[i].cell), false }),
                      cells[i].null);
  assert_true (layout_is_null (&layout->columns[0], &(Field) { "", 0, true }));
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

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_roles_of_a_dimension), cmocka_unit_test (test_roles_of_a_fact),
    cmocka_unit_test (test_known_columns),        cmocka_unit_test (test_missing_columns),
    cmocka_unit_test (test_names_that_are_taken), cmocka_unit_test (test_names_by_their_spelling),
    cmocka_unit_test (test_columns_contract),     cmocka_unit_test (test_most_columns),
    cmocka_unit_test (test_null_texts),           cmocka_unit_test (test_without_a_header),
  };
  return cmocka_run_group_tests_name ("pipeline/layout", tests, NULL, NULL);
}
