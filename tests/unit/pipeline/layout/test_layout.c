/* Layouts: which column of the file is what, and how its type is settled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "pipeline/layout/survey.h"
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
  g_autoptr (Survey) survey = survey_new (layout);
  for (int line = 0; lines[line] != NULL; line++)
    {
      TestRecord made;
      survey_look (survey, test_record (&made, line + 2, lines[line]));
    }
  return survey_settle (survey, whole, ret_again, error);
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
          assert_string_equal (reason_word (weir_error_get_reason (error)), "type_drift");
          assert_int_equal (weir_error_get_line (error), 3);
          continue;
        }
      assert_string_equal (layout->columns[2].type->name, c->type);
      assert_int_equal (again, c->again);
      assert_int_equal (layout->findings[2].change != NULL, c->change);
    }
}

/* Two columns of the same file, of which one says how the other is to be read. */
typedef struct
{
  const char *pins[2];    /* type words, NULL: not pinned */
  const char *formats[2]; /* of the pins */
  const char *lines[4];
  const char *expected; /* "x TYPE FORMAT, y TYPE FORMAT", or the reason of the refusal */
} NumberCase;

static const NumberCase number_cases[] = {
  /* one column: the pin reads what fits it, and what does not is read as it asks for, if it can be told how */
  { { "numeric", "text" }, { "9,999.9" }, { "1,234|", "1,500|" }, "x numeric 9,999.9, y text -" },
  { { "numeric", "text" }, { "9,999.9" }, { "1,5|", "1,234|" }, "x numeric 9,9 for once, y text -" },
  { { "numeric", "text" }, { NULL }, { "1.234|", "2.500|" }, "x numeric -, y text -" },
  { { "numeric", "text" }, { NULL }, { "1,5|", "1.234,5|" }, "x numeric 9.999,9 for once, y text -" },
  { { "numeric", "text" }, { NULL }, { "1,234|", "1,500|" }, "type_drift" },
  { { "numeric", "text" }, { "9,9" }, { "1.234|", "2.500|" }, "type_drift" },
  { { "numeric", "text" }, { "9,9" }, { "1.234|", "2.5|" }, "x numeric - for once, y text -" },
  { { "bigint", "text" }, { NULL }, { "1.500|", "2|" }, "type_drift" },
  { { "bigint", "text" }, { NULL }, { "1.500|", "2.5|" }, "x numeric -, y text -" },
  { { "bigint", "text" }, { NULL }, { "1.234,50|", "2|" }, "x numeric 9.999,9, y text -" },
  { { "bigint", "text" }, { NULL }, { "12345678901234567890|", "2|" }, "x numeric -, y text -" },
  /* two: a decimal comma beside it makes a point doubtful */
  { { NULL, NULL }, { NULL }, { "1,5|1.234", "2,75|2.500" }, "x numeric 9,9, y text - ambiguous" },
  { { NULL, NULL }, { NULL }, { "1,5|1.234", "2,75|2.5" }, "x numeric 9,9, y numeric -" },
  { { NULL, NULL }, { NULL }, { "1.5|1.234", "2.75|2.500" }, "x numeric -, y numeric -" },
  { { "numeric", NULL }, { "9,9" }, { "5|1.234", "7|2.500" }, "x numeric 9,9, y text - ambiguous" },
  { { "numeric", "numeric" }, { NULL }, { "1,5|1.234", "2,75|2.500" }, "type_drift" },
  { { "numeric", "numeric" }, { NULL }, { "1,5|1.25", "2,75|2.500" }, "x numeric 9,9 for once, y numeric -" },
  { { "numeric", "numeric" }, { "9,9", "9,9" }, { "1.5|1,234", "2.75|2,500" }, "type_drift" },
};

static char *
describe_numbers (const Layout *layout)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (int i = 1; i <= 2; i++)
    {
      const LayoutColumn *column = &layout->columns[i];
      g_string_append_printf (text, "%s%s %s %s%s%s", i == 1 ? "" : ", ", column->name, column->type->name,
                              column->format == NULL ? "-" : column->format, layout->findings[i].other_format ? " for once" : "",
                              layout->findings[i].settle != NULL ? " ambiguous" : "");
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_numbers_written_otherwise (void **state)
{
  (void) state;
  static const char json[] = "{\"table\":\"users\",\"kind\":\"dimension\",\"business_key\":[\"email\"]}";
  g_autoptr (Catalog) catalog = test_catalog (test_model ("users", json), NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (number_cases); i++)
    {
      const NumberCase *c = &number_cases[i];
      g_autoptr (Pins) pins = pins_new ();
      for (int column = 0; column < 2; column++)
        if (c->pins[column] != NULL)
          pins_set (pins, column == 0 ? "x" : "y", types_find (c->pins[column]), c->formats[column]);
      g_autoptr (Layout) layout = lay_out (catalog, "users", "email|x|y", pins, NULL);
      char *lines[4] = { NULL };
      for (int line = 0; c->lines[line] != NULL; line++)
        lines[line] = g_strdup_printf ("a@b.c|%s", c->lines[line]);
      g_autoptr (GError) error = NULL;
      bool again;
      bool settled = settle (layout, (const char *const *) lines, true, &again, &error);
      for (int line = 0; lines[line] != NULL; line++)
        g_free (lines[line]);
      g_autofree char *actual = settled ? describe_numbers (layout) : g_strdup (reason_word (weir_error_get_reason (error)));
      assert_string_equal (actual, c->expected);
    }
}

/* What rows are known by cannot be mended later. */
static void
test_doubtful_keys (void **state)
{
  (void) state;
  static const struct
  {
    const char *json;
    bool refused;
  } cases[] = {
    { "{\"table\":\"users\",\"kind\":\"dimension\",\"business_key\":[\"day\"]}", true },
    { "{\"table\":\"users\",\"kind\":\"dimension\",\"business_key\":[\"day\"],\"columns\":{\"day\":{\"type\":\"text\"}}}", false },
    { "{\"table\":\"users\",\"kind\":\"dimension\",\"business_key\":[\"id\"]}", false },
    { "{\"table\":\"users\",\"kind\":\"fact\"}", true },
    { "{\"table\":\"users\",\"kind\":\"fact\",\"append\":\"all\"}", false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Catalog) catalog = test_catalog (test_model ("users", cases[i].json), NULL);
      g_autoptr (Pins) pins = pins_new ();
      g_autoptr (Layout) layout = lay_out (catalog, "users", "id|day", pins, NULL);
      static const char *const lines[] = { "1|01/02/2026", "2|03/04/2026", NULL };
      g_autoptr (GError) error = NULL;
      bool again;
      assert_int_equal (settle (layout, lines, true, &again, &error), !cases[i].refused);
      if (cases[i].refused)
        assert_string_equal (reason_word (weir_error_get_reason (error)), "ambiguous");
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_roles_of_a_dimension),
    cmocka_unit_test (test_roles_of_a_fact),
    cmocka_unit_test (test_known_columns),
    cmocka_unit_test (test_missing_columns),
    cmocka_unit_test (test_without_a_header),
    cmocka_unit_test (test_types),
    cmocka_unit_test (test_numbers_written_otherwise),
    cmocka_unit_test (test_doubtful_keys),
  };
  return cmocka_run_group_tests_name ("pipeline/layout", tests, NULL, NULL);
}
