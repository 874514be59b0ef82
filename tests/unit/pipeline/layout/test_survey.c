/* Surveys: what the cells of a file settle of its columns' types. */
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

typedef struct
{
  const char *pinned; /* type word, NULL: not pinned */
  const char *lines[4];
  bool whole;
  const char *type; /* NULL: an error */
  bool again;
  bool change;
} TypeCase;

/* A number with more digits than numeric takes, all but the first of them zeros. */
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
#define LONG_NUMBER "0.5" ZEROS ZEROS ZEROS ZEROS ZEROS ZEROS ZEROS ZEROS ZEROS ZEROS

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
  { NULL, { LONG_NUMBER }, false, "text", true, false },
  { NULL, { LONG_NUMBER }, true, "text", false, false },
  /* and what these become hangs on cells to come, too */
  { NULL, { "+15", "7" }, false, "text", true, false },
  { NULL, { "+5", "7" }, false, "bigint", false, false },
  { NULL, { "+15", "-7" }, false, "bigint", false, false },
  { NULL, { "NA", "NA" }, false, "text", true, false },
  { NULL, { "NA", "NA" }, true, "text", false, false },
  { NULL, { "  ", "  " }, false, "text", true, false },
  { NULL, { "5 %", "7 %" }, false, "text", true, false },
  { NULL, { "5 %", "7 %" }, true, "text", false, false },
  /* words that stand for nothing contradict no type */
  { NULL, { "1", "NA" }, false, "bigint", false, false },
  { "bigint", { "1", "NA" }, true, "bigint", false, false },
  { "bigint", { "NA", "-", "N/A" }, true, "bigint", false, false },
  { "bigint", { "NA", "2.5" }, true, "numeric", false, true },
  { "bigint", { "NA", "x" }, true, "text", false, true },
  { "date", { "2020-01-01", "NULL" }, true, "date", false, false },
  { "date", { "2020-01-01", "  " }, true, "date", false, false },
  { "bigint", { " 1", "2 " }, true, "bigint", false, false },
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
      const char *actual = settle (layout, lines, true, &again, &error) ? layout->columns[1].type->name
                                                                        : reason_word (weir_error_get_reason (error));
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
      assert_non_null (strstr (detail, "x5: date so far, text in this file; line 3 is the first\n"));
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

/* What a load leaves for those to come. */
static void
test_pins_after_a_load (void **state)
{
  (void) state;
  g_autoptr (Catalog) catalog = test_catalog (test_model ("users", USERS_JSON), NULL);
  g_autoptr (Pins) pins = pins_new ();
  pins_set (pins, "score", types_find ("numeric"), NULL);
  pins_set (pins, "points", types_find ("bigint"), NULL);
  g_autoptr (Layout) layout = lay_out (catalog, "users", "E-Mail|email|name|score|points|empty|_weir_reason", pins, NULL);
  assert_non_null (layout);
  bool again;
  assert_true (settle (layout, (const char *const[]) { "x|a@b.c|Ann|1,5|many||why", NULL }, true, &again, NULL));
  layout_pin (layout, pins);
  assert_string_equal (pins_find (pins, "email")->type->name, "text");
  assert_string_equal (pins_add (pins, "e_mail")->header, "E-Mail"); /* the name does not say it */
  assert_null (pins_add (pins, "email")->header);
  assert_null (pins_find (pins, "score")->format); /* 1,5 was for once */
  assert_string_equal (pins_find (pins, "points")->type->name, "text");
  assert_true (pins_find (pins, "points")->was_number);
  assert_true (pins_know (pins, "empty"));
  assert_null (pins_find (pins, "empty"));
  assert_false (pins_know (pins, "_weir_reason"));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_types),         cmocka_unit_test (test_types_contract),
    cmocka_unit_test (test_what_drifted),  cmocka_unit_test (test_numbers_written_otherwise),
    cmocka_unit_test (test_doubtful_keys), cmocka_unit_test (test_pins_after_a_load),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
