/* Layouts: which column of the file is what, and how its type is settled. */
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
  } cases[] = { { NULL, 1597 }, { dimension, 1592 }, { fact, 1595 } };
  g_autoptr (Pins) pins = pins_new ();
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int more = 0; more <= 1; more++)
      {
        g_autoptr (Model) model = cases[i].json != NULL ? test_model ("t", cases[i].json) : NULL;
        g_autoptr (Layout) layout = layout_new (model, NULL, NULL, cases[i].most + more, pins, NULL);
        g_autoptr (GError) error = NULL;
        assert_int_equal (layout_check_columns (layout, "x.csv", &error), more == 0);
        if (more)
          assert_string_equal (weir_error_get_reason (error), "too_many_columns");
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
    assert_int_equal (layout_is_null (layout, &(Field) { cells[i].cell, strlen (cells[i].cell), false }), cells[i].null);
  assert_true (layout_is_null (layout, &(Field) { "", 0, true }));
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

/* What the model says to a contradiction. */
static void
test_types_contract (void **state)
{
  (void) state;
  static const struct
  {
    const char *contract, *expected; /* the type then, or the reason of the refusal */
  } cases[] = { { "evolve", "numeric" }, { "reject", "bigint" }, { "freeze", "type_drift" } };
  static const char *const lines[] = { "a@b.c|1", "a@b.c|2.5", NULL };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"table\":\"users\",\"kind\":\"dimension\",\"business_key\":[\"email\"],"
                                               "\"contract\":{\"types\":\"%s\"}}",
                                               cases[i].contract);
      g_autoptr (Catalog) catalog = test_catalog (test_model ("users", json), NULL);
      g_autoptr (Pins) pins = pins_new ();
      pins_set (pins, "x", types_find ("bigint"), NULL);
      g_autoptr (Layout) layout = lay_out (catalog, "users", "email|x", pins, NULL);
      g_autoptr (GError) error = NULL;
      bool again;
      const char *actual =
          settle (layout, lines, true, &again, &error) ? layout->columns[1].type->name : weir_error_get_reason (error);
      assert_string_equal (actual, cases[i].expected);
    }
}

/* One error for all columns that drifted: where each did first, how often the first, and no more of them than fit. */
static void
test_what_drifted (void **state)
{
  (void) state;
  g_autoptr (Catalog) catalog = test_catalog (test_model ("users", USERS_JSON), NULL);
  for (int columns = 5; columns <= 6; columns++)
    {
      g_autoptr (Pins) pins = pins_new ();
      g_autoptr (GString) header = g_string_new ("email|name"), good = g_string_new ("a@b.c|Ann"), bad = g_string_new ("a@b.c|Bob");
      for (int i = 1; i <= columns; i++)
        {
          g_autofree char *name = g_strdup_printf ("x%d", i);
          pins_set (pins, name, types_find ("date"), NULL);
          g_string_append_printf (header, "|%s", name);
          g_string_append (good, "|2020-01-01");
          g_string_append (bad, "|soon");
        }
      const char *const lines[] = { good->str, bad->str, bad->str, good->str, NULL };
      g_autoptr (Layout) layout = lay_out (catalog, "users", header->str, pins, NULL);
      g_autoptr (GError) error = NULL;
      bool again;
      assert_false (settle (layout, lines, true, &again, &error));
      assert_int_equal (weir_error_get_line (error), 3);
      assert_non_null (strstr (error->message, "\"x1\" was loaded as date so far, and 2 of its cells are not"));
      assert_non_null (strstr (error->message, columns == 5 ? "4 other columns have drifted" : "5 other columns have drifted"));
      const char *detail = weir_error_get_detail (error);
      assert_non_null (strstr (detail, "x5: date so far, text in this file; line 3 has \"soon\"\n"));
      assert_int_equal (strstr (detail, "and more\n") != NULL, columns > 5);
      assert_null (strstr (detail, "x6"));
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
                              column->format == NULL ? "-" : column->format, column->other_format ? " for once" : "",
                              column->ambiguous ? " ambiguous" : "");
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
      g_autofree char *actual = settled ? describe_numbers (layout) : g_strdup (weir_error_get_reason (error));
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
        assert_string_equal (weir_error_get_reason (error), "ambiguous");
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_roles_of_a_dimension),
    cmocka_unit_test (test_roles_of_a_fact),
    cmocka_unit_test (test_missing_columns),
    cmocka_unit_test (test_names_that_are_taken),
    cmocka_unit_test (test_names_by_their_spelling),
    cmocka_unit_test (test_columns_contract),
    cmocka_unit_test (test_most_columns),
    cmocka_unit_test (test_null_texts),
    cmocka_unit_test (test_without_a_header),
    cmocka_unit_test (test_types),
    cmocka_unit_test (test_types_contract),
    cmocka_unit_test (test_what_drifted),
    cmocka_unit_test (test_numbers_written_otherwise),
    cmocka_unit_test (test_doubtful_keys),
  };
  return cmocka_run_group_tests_name ("pipeline/layout", tests, NULL, NULL);
}
