/* What a property of a JSON Schema becomes, and what a cell. */
#include "connect/singer/cells.h"
#include "connect/singer/types.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static const struct
{
  const char *property;
  const char *values; /* an array of what came */
  const char *type;
} shapes[] = {
  { "{\"type\": \"string\"}", "[]", "text" },
  { "{\"type\": [\"null\", \"string\"]}", "[null]", "text" },
  { "{\"type\": [\"string\", \"null\"], \"format\": \"date-time\"}", "[]", "timestamptz" },
  { "{\"type\": \"string\", \"format\": \"date\"}", "[]", "date" },
  { "{\"type\": \"string\", \"format\": \"time\"}", "[]", "time" },
  { "{\"type\": \"string\", \"format\": \"uuid\"}", "[]", "uuid" },
  { "{\"type\": \"string\", \"format\": \"email\"}", "[]", "text" },
  { "{\"type\": [\"string\", \"null\"], \"format\": \"singer.decimal\"}", "[]", "numeric" },
  { "{\"type\": [\"number\", \"string\", \"null\"], \"format\": \"singer.decimal\"}", "[]", "numeric" },
  { "{\"type\": \"string\", \"format\": \"x-singer.decimal\"}", "[]", "numeric" },
  { "{\"type\": \"integer\"}", "[1, -9223372036854775808]", "bigint" },
  { "{\"type\": \"integer\"}", "[9223372036854775807]", "bigint" },
  { "{\"type\": \"integer\"}", "[1, 9223372036854775808]", "numeric" },
  { "{\"type\": \"integer\"}", "[-9223372036854775809]", "numeric" },
  { "{\"type\": \"integer\"}", "[100000000000000000000]", "numeric" },
  { "{\"type\": \"integer\"}", "[7.0]", "bigint" },
  { "{\"type\": \"integer\"}", "[7, 1e+16]", "numeric" },
  { "{\"type\": \"integer\"}", "[1E3]", "numeric" },
  { "{\"type\": [\"null\", \"number\"]}", "[1]", "numeric" },
  { "{\"type\": [\"integer\", \"number\"]}", "[1]", "numeric" },
  { "{\"type\": \"number\", \"format\": \"double\"}", "[]", "double precision" },
  { "{\"type\": \"boolean\"}", "[]", "boolean" },
  { "{\"type\": \"object\"}", "[]", "jsonb" },
  { "{\"properties\": {}}", "[]", "jsonb" },
  { "{\"type\": [\"null\", \"array\"], \"items\": {\"type\": \"string\"}}", "[]", "jsonb" },
  { "{\"type\": [\"object\", \"array\"]}", "[1]", "jsonb" }, /* its row is rejected */
  { "{\"type\": [\"object\", \"string\"]}", "[{}, null]", "jsonb" },
  { "{\"type\": [\"object\", \"string\"]}", "[{}, \"a\"]", "text" },
  { "{\"type\": [\"integer\", \"string\"]}", "[1]", "text" },
  { "{\"type\": [\"boolean\", \"integer\"]}", "[1]", "text" },
  { "{}", "[]", "text" },
  { "{}", "[{}]", "jsonb" },
  { "{}", "[{}, 1]", "text" },
  { "{\"anyOf\": [{\"type\": \"null\"}, {\"type\": \"string\", \"format\": \"date-time\"}]}", "[]", "timestamptz" },
  { "{\"anyOf\": [{\"type\": \"string\", \"format\": \"date-time\"}, {\"type\": [\"string\", \"null\"]}]}", "[]", "text" },
  { "{\"oneOf\": [{\"type\": \"integer\"}, {\"type\": \"number\"}]}", "[]", "numeric" },
  { "{\"allOf\": [{\"$ref\": \"#/definitions/when\"}]}", "[]", "timestamptz" },
  { "{\"anyOf\": [{\"anyOf\": [{\"anyOf\": [{\"type\": \"integer\"}]}]}, {\"type\": \"null\"}]}", "[]", "bigint" },
  { "{\"$ref\": \"#/definitions/loop\"}", "[]", "text" },
  { "{\"$ref\": \"#/nowhere\"}", "[]", "text" },
  { "{\"$ref\": \"#/definitions/a~1b~0c%20d\"}", "[]", "bigint" },
  { "{\"$ref\": \"#/list/1\"}", "[]", "boolean" },
  { "{\"$ref\": \"#/list/7\"}", "[]", "text" },
  { "{\"$ref\": \"#\"}", "[]", "jsonb" },
  { "{\"enum\": [\"a\", \"b\", null]}", "[]", "text" },
  { "{\"enum\": [1, 2]}", "[]", "bigint" },
  { "{\"const\": true}", "[]", "boolean" },
  { "{\"type\": 7}", "[]", "text" },
  { "{\"type\": [\"string\", \"string\"], \"format\": 7}", "[]", "text" },
};

static void
schemas_become_types (void **state)
{
  (void) state;
  g_autoptr (Json) root =
      json_loads ("{\"type\": \"object\", \"list\": [{\"type\": \"string\"}, {\"type\": \"boolean\"}],"
                  " \"definitions\": {\"a/b~c d\": {\"type\": \"integer\"}, \"when\": {\"type\": [\"null\", \"string\"], "
                  "\"format\": \"date-time\"},"
                  " \"loop\": {\"anyOf\": [{\"$ref\": \"#/definitions/loop\"}, {\"$ref\": \"#/definitions/loop\"}]}}}",
                  0, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autoptr (Json) property = json_loads (shapes[i].property, 0, NULL);
      Seen seen = { 0 };
      Slice values = slice_lenient (shapes[i].values, strlen (shapes[i].values)), value;
      for (SliceWalk walk = slice_walk (values); slice_next (&walk, NULL, &value);)
        seen_add (&seen, value);
      const char *type = cell_words[shape_type (shape_of (property, root), seen)];
      if (strcmp (type, shapes[i].type) != 0)
        fail_msg ("%s with %s: %s", shapes[i].property, shapes[i].values, type);
    }
}

static const struct
{
  CellType type;
  const char *value, *cell;
} cells[] = {
  { CELL_TEXT, "\"a\\nb\"", "a\nb" },
  { CELL_TEXT, "1.10", "1.10" },
  { CELL_TEXT, "{\"a\": \"\\u00e6\"}", "{\"a\": \"\\u00e6\"}" },
  { CELL_BOOLEAN, "true", "true" },
  { CELL_BIGINT, "7.0", "7" },
  { CELL_BIGINT, "7.00", "7" },
  { CELL_BIGINT, "7.5", "7.5" },
  { CELL_BIGINT, "\"7\"", "7" },
  { CELL_NUMERIC, "12345678901234567890.12345678901234567890", "12345678901234567890.12345678901234567890" },
  { CELL_NUMERIC, "1.10", "1.10" },
  { CELL_NUMERIC, "7.0", "7.0" },
  { CELL_NUMERIC, "\"1.10\"", "1.10" },
  { CELL_NUMERIC, "NaN", "NaN" },
  { CELL_DOUBLE, "-Infinity", "-infinity" },
  { CELL_DOUBLE, "Infinity", "infinity" },
  { CELL_JSONB, "{\"a\": [1, NaN]}", "{\"a\": [1, \"NaN\"]}" },
  { CELL_JSONB, "\"a\"", "\"a\"" },
  { CELL_UUID, "\"0190e6f2-0000-7000-8000-000000000001\"", "0190e6f2-0000-7000-8000-000000000001" },
  { CELL_DATE, "\"2026-11-29\"", "2026-11-29" },
  { CELL_DATE, "\"2026-11-29T00:00:00Z\"", "2026-11-29" },
  { CELL_DATE, "\"2026-11-29T00:00:00.000000+00:00\"", "2026-11-29" },
  { CELL_DATE, "\"2026-11-29T23:00:00Z\"", "2026-11-29T23:00:00Z" },
  { CELL_DATE, "\"2026-11-29T00:00:00+05:00\"", "2026-11-29T00:00:00+05:00" },
  { CELL_DATE, "\"soon\"", "soon" },
  { CELL_TIME, "\"08:00:00\"", "08:00:00" },
  { CELL_TIME, "\"08:00:00.123456789Z\"", "08:00:00.123456" },
  { CELL_TIME, "\"08:00+00:00\"", "08:00" },
  { CELL_TIME, "\"08:00:00+02:00\"", "08:00:00+02:00" },
  { CELL_TIMESTAMPTZ, "\"2026-11-29T08:00:00Z\"", "2026-11-29 08:00:00+00" },
  { CELL_TIMESTAMPTZ, "\"2026-11-29T08:00:00.123456789Z\"", "2026-11-29 08:00:00.123456+00" },
  { CELL_TIMESTAMPTZ, "\"2026-11-29T08:00:00\"", "2026-11-29 08:00:00+00" },
  { CELL_TIMESTAMPTZ, "\"2026-11-29 08:00:00.5+05:30\"", "2026-11-29 08:00:00.5+05:30" },
  { CELL_TIMESTAMPTZ, "\"2026-11-29T08:00:00-0330\"", "2026-11-29 08:00:00-0330" },
  { CELL_TIMESTAMPTZ, "\"2026-11-29T08:00Z\"", "2026-11-29 08:00:00+00" },
  { CELL_TIMESTAMPTZ, "\"2026-11-29\"", "2026-11-29 00:00:00+00" },
  { CELL_TIMESTAMPTZ, "\"29.11.2026\"", "29.11.2026" },
  { CELL_TIMESTAMPTZ, "\"2026-11-29T08:00:00 Europe/Oslo\"", "2026-11-29T08:00:00 Europe/Oslo" },
  { CELL_TIMESTAMPTZ, "1795940000", "1795940000" },
  { CELL_TIMESTAMPTZ, "\"\"", "" },
};

static void
values_become_cells (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cells); i++)
    {
      g_autoptr (GString) cell = g_string_new (NULL);
      Mended mended = { 0 };
      cell_of_value (cells[i].type, slice_lenient (cells[i].value, strlen (cells[i].value)), cell, &mended);
      if (strcmp (cell->str, cells[i].cell) != 0)
        fail_msg ("%s as %s: %s", cells[i].value, cell_words[cells[i].type], cell->str);
    }
}

static const struct
{
  const char *type, *cell;
  bool as_text;
  const char *json; /* NULL: it is none of the type */
  int64_t words;
} written[] = {
  { "bigint", "9223372036854775807", false, "9223372036854775807", 0 },
  { "numeric", "12345678901234567890.10", false, "12345678901234567890.10", 0 },
  { "numeric", "1.10", true, "\"1.10\"", 0 },
  { "numeric", "NaN", false, "null", 1 },
  { "numeric", "x", false, NULL, 0 },
  { "double precision", "1e+20", false, "1e+20", 0 },
  { "double precision", "-Infinity", false, "null", 1 },
  { "boolean", "true", false, "true", 0 },
  { "boolean", "t", false, "true", 0 },
  { "boolean", "f", false, "false", 0 },
  { "boolean", "false", false, "false", 0 },
  { "boolean", "tr", false, NULL, 0 },
  { "boolean", "", false, NULL, 0 },
  { "date", "2026-11-29", false, "\"2026-11-29\"", 0 },
  { "date", "0044-03-15 BC", false, "null", 1 },
  { "date", "infinity", false, "null", 1 },
  { "timestamptz", "2026-11-29 08:00:00.5+00", false, "\"2026-11-29T08:00:00.5+00:00\"", 0 },
  { "timestamptz", "2026-11-29 08:00:00-03:30", false, "\"2026-11-29T08:00:00-03:30\"", 0 },
  { "timestamptz", "2026-11-29T08:00:00Z", false, "\"2026-11-29T08:00:00+00:00\"", 0 },
  { "timestamptz", "0044-03-15 08:00:00+00 BC", false, "null", 1 },
  { "timestamptz", "-infinity", false, "null", 1 },
  { "timestamp", "2026-11-29 08:00:00", false, "\"2026-11-29T08:00:00+00:00\"", 0 },
  { "time", "08:00:00", false, "\"08:00:00\"", 0 },
  { "uuid", "0190e6f2-0000-7000-8000-000000000001", false, "\"0190e6f2-0000-7000-8000-000000000001\"", 0 },
  { "jsonb", "{\"a\":\n [1]}", false, "{\"a\": [1]}", 0 },
  { "jsonb", "{", false, NULL, 0 },
  { "text", "a\"b\\c\nd\te\x01\xc3\xa6", false, "\"a\\\"b\\\\c\\nd\\u0009e\\u0001\xc3\xa6\"", 0 },
  { "text", "\xe6", false, "\"\xef\xbf\xbd\"", 0 },
  { "text", "", false, "\"\"", 0 },
  { "bytea", "\\x00ff", false, "\"\\\\x00ff\"", 0 },
};

static void
cells_become_values (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (written); i++)
    {
      g_autoptr (GString) json = g_string_new (NULL);
      Mended mended = { 0 };
      bool ok = value_of_cell (written[i].type, written[i].cell, strlen (written[i].cell), written[i].as_text, json, &mended);
      if (ok != (written[i].json != NULL) || (ok && (strcmp (json->str, written[i].json) != 0 || mended.words != written[i].words)))
        fail_msg ("%s as %s: %s", written[i].cell, written[i].type, json->str);
    }
  g_autoptr (GString) json = g_string_new (NULL);
  Mended mended = { 0 };
  assert_true (value_of_cell ("bigint", NULL, 0, false, json, &mended));
  assert_string_equal (json->str, "null");
}

static const struct
{
  const char *type;
  bool nullable, as_text;
  const char *property;
} properties[] = {
  { "bigint", false, false, "{\"type\":[\"integer\"]}" },
  { "numeric", true, false, "{\"type\":[\"number\",\"null\"]}" },
  { "numeric", true, true, "{\"type\":[\"string\",\"null\"],\"format\":\"singer.decimal\"}" },
  { "timestamptz", true, false, "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}" },
  { "jsonb", true, false, "{\"type\":[\"boolean\",\"integer\",\"number\",\"string\",\"object\",\"array\",\"null\"]}" },
  { "text[]", true, false, "{\"type\":[\"string\",\"null\"]}" },
};

static void
columns_become_properties (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (properties); i++)
    {
      g_autoptr (Json) property = property_of (properties[i].type, properties[i].nullable, properties[i].as_text);
      g_autofree char *text = weir_json_text (property);
      assert_string_equal (text, properties[i].property);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (schemas_become_types),
    cmocka_unit_test (values_become_cells),
    cmocka_unit_test (cells_become_values),
    cmocka_unit_test (columns_become_properties),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
