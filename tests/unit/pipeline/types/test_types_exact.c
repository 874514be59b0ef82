/* Cells of sources that know their types: what PostgreSQL writes beside what every type takes, and what stands for it in a row hash. */
#include "tests/unit/pipeline/probe.h"

#include <math.h>

#define MOST 256

static bool
parse (TypeId type, const char *cell, Value *ret_value)
{
  return types_exact[type](cell, strlen (cell), &cell_format_own, ret_value);
}

/* The bytes in hex. */
static char *
bytes_of (TypeId type, const char *cell, uint8_t *(*put) (const Value *value, uint8_t *out))
{
  Value value;
  uint8_t bytes[MOST];
  if (!parse (type, cell, &value))
    fail_msg ("%s: \"%s\" is not taken", types[type].name, cell);
  GString *hex = g_string_new (NULL);
  for (const uint8_t *at = bytes, *end = put (&value, bytes); at < end; at++)
    g_string_append_printf (hex, "%02x", *at);
  return g_string_free (hex, FALSE);
}

/* As PostgreSQL's own *_send functions give them. */
static void
test_encodings (void **state G_GNUC_UNUSED)
{
  static const struct
  {
    TypeId type;
    const char *cell, *hex;
  } cases[] = {
    { TYPE_NUMERIC, "NaN", "00000000c0000000" },
    { TYPE_NUMERIC, "Infinity", "00000000d0000000" },
    { TYPE_NUMERIC, "-Infinity", "00000000f0000000" },
    { TYPE_NUMERIC, "0.00", "0000000000000002" },
    { TYPE_NUMERIC, "1.10", "0002000000000002000103e8" },
    { TYPE_DOUBLE, "Infinity", "7ff0000000000000" },
    { TYPE_DOUBLE, "-Infinity", "fff0000000000000" },
    { TYPE_DOUBLE, "-0", "8000000000000000" },
    { TYPE_DATE, "infinity", "7fffffff" },
    { TYPE_DATE, "-infinity", "80000000" },
    { TYPE_DATE, "4714-11-24 BC", "ffda97a7" },
    { TYPE_DATE, "5874897-12-31", "7fda970c" },
    { TYPE_TIMESTAMP, "infinity", "7fffffffffffffff" },
    { TYPE_TIMESTAMPTZ, "-infinity", "8000000000000000" },
    { TYPE_TIMESTAMP, "4714-11-24 00:00:00 BC", "fd0f7cc1411fa000" },
    { TYPE_TIME, "24:00:00", "000000141dd76000" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *hex = bytes_of (cases[i].type, cases[i].cell, types[cases[i].type].encode);
      if (strcmp (hex, cases[i].hex) != 0)
        fail_msg ("%s is %s, not %s", cases[i].cell, hex, cases[i].hex);
    }
}

/* Values that are one have one hash, and no two others. */
static void
test_canonical (void **state G_GNUC_UNUSED)
{
  static const struct
  {
    TypeId type, other_type;
    const char *cell, *other;
    bool same;
  } cases[] = {
    { TYPE_NUMERIC, TYPE_DOUBLE, "NaN", "NaN", true },
    { TYPE_NUMERIC, TYPE_DOUBLE, "Infinity", "Infinity", true },
    { TYPE_NUMERIC, TYPE_NUMERIC, "Infinity", "-Infinity", false },
    { TYPE_NUMERIC, TYPE_NUMERIC, "Infinity", "NaN", false },
    { TYPE_NUMERIC, TYPE_NUMERIC, "NaN", "0", false },
    { TYPE_DOUBLE, TYPE_DOUBLE, "-0", "0", true },
    { TYPE_DATE, TYPE_TIMESTAMP, "infinity", "infinity", true },
    { TYPE_DATE, TYPE_DATE, "infinity", "-infinity", false },
    { TYPE_DATE, TYPE_TIMESTAMP, "0044-03-15 BC", "0044-03-15 00:00:00 BC", true },
    { TYPE_DATE, TYPE_TIMESTAMPTZ, "12026-11-29", "12026-11-29 00:00:00+00", true },
    { TYPE_DATE, TYPE_DATE, "5874897-12-30", "5874897-12-31", false },
    { TYPE_DATE, TYPE_DATE, "0044-03-15 BC", "0044-03-15", false },
    { TYPE_TIME, TYPE_TIME, "24:00:00", "00:00:00", false },
    { TYPE_TIMESTAMPTZ, TYPE_TIMESTAMPTZ, "10000-01-01 00:00:00+00", "9999-12-31 23:00:00-01", true },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *one = bytes_of (cases[i].type, cases[i].cell, types[cases[i].type].canonical);
      g_autofree char *other = bytes_of (cases[i].other_type, cases[i].other, types[cases[i].other_type].canonical);
      if ((strcmp (one, other) == 0) != cases[i].same)
        fail_msg ("%s and %s: %s and %s", cases[i].cell, cases[i].other, one, other);
    }
}

/* What only a source may say is no cell of a type that was guessed or declared by a model; and some things are none at all. */
static void
test_what_is_taken (void **state G_GNUC_UNUSED)
{
  static const struct
  {
    TypeId type;
    const char *cell;
    bool exact, otherwise;
  } cases[] = {
    { TYPE_NUMERIC, "NaN", true, false },
    { TYPE_NUMERIC, "nan", true, false },
    { TYPE_NUMERIC, "inf", false, false },
    { TYPE_NUMERIC, "+Infinity", false, false },
    { TYPE_NUMERIC, "12", true, true },
    { TYPE_DOUBLE, "NaN", true, false },
    { TYPE_DOUBLE, "", false, false },
    { TYPE_BIGINT, "NaN", false, false },
    { TYPE_DATE, "infinity", true, false },
    { TYPE_DATE, "today", false, false },
    { TYPE_DATE, "0044-03-15 BC", true, false },
    { TYPE_DATE, "0000-03-15 BC", false, false },
    { TYPE_DATE, "0001-02-29 BC", true, false },
    { TYPE_DATE, "0002-02-29 BC", false, false },
    { TYPE_DATE, "4714-11-24 BC", true, false },
    { TYPE_DATE, "4714-11-23 BC", false, false },
    { TYPE_DATE, "10000-01-01", true, false },
    { TYPE_DATE, "010000-01-01", false, false },
    { TYPE_DATE, "5874897-12-31", true, false },
    { TYPE_DATE, "5874898-01-01", false, false },
    { TYPE_DATE, "99999999-01-01", false, false },
    { TYPE_DATE, "2026-13-01", false, false },
    { TYPE_DATE, "12026-02-29", false, false },
    { TYPE_DATE, "BC", false, false },
    { TYPE_DATE, " BC", false, false },
    { TYPE_TIMESTAMP, "294276-12-31 23:59:59.999999", true, false },
    { TYPE_TIMESTAMP, "294277-01-01 00:00:00", false, false },
    { TYPE_TIMESTAMP, "4714-11-24 00:00:00 BC", true, false },
    { TYPE_TIMESTAMP, "4714-11-23 23:59:59 BC", false, false },
    { TYPE_TIMESTAMPTZ, "0044-03-15 12:00:00+00 BC", true, false },
    { TYPE_TIMESTAMPTZ, "0044-03-15 12:00:00 BC", false, false },
    { TYPE_TIME, "24:00:00", true, false },
    { TYPE_TIME, "24:00:01", false, false },
    { TYPE_JSONB, "5", true, false },
    { TYPE_JSONB, "null", true, false },
    { TYPE_JSONB, " {\"a\": [1, 2.5e3, -0.1, true, \"\\u00e4\\ud83d\\ude00\"]} ", true, false },
    { TYPE_JSONB, "123456789012345678901234567890", true, false },
    { TYPE_JSONB, "\"\\u0000\"", false, false },
    { TYPE_JSONB, "\"\\ud83d\"", false, false },
    { TYPE_JSONB, "\"\\ude00\"", false, false },
    { TYPE_JSONB, "\"a\nb\"", false, false },
    { TYPE_JSONB, "\"a", false, false },
    { TYPE_JSONB, "\"\\x\"", false, false },
    { TYPE_JSONB, "01", false, false },
    { TYPE_JSONB, "1.", false, false },
    { TYPE_JSONB, "1e9999", false, false },
    { TYPE_JSONB, "-", false, false },
    { TYPE_JSONB, "[1,]", false, false },
    { TYPE_JSONB, "{\"a\"}", false, false },
    { TYPE_JSONB, "{} {}", false, false },
    { TYPE_JSONB, "", false, false },
    { TYPE_JSONB, "nul", false, false },
    { TYPE_TEXT, "NaN", true, true },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Value value;
      size_t length = strlen (cases[i].cell);
      /* Right up to its end, for whoever reads beyond it. */
      g_autofree char *copy = g_memdup2 (cases[i].cell, length + (length == 0));
      bool exact = types_exact[cases[i].type](copy, length, &cell_format_own, &value);
      bool otherwise = type_parse (&types[cases[i].type], copy, length, NULL, &value);
      if (exact != cases[i].exact || otherwise != cases[i].otherwise)
        fail_msg ("%s \"%s\": %d, and otherwise %d", types[cases[i].type].name, cases[i].cell, exact, otherwise);
    }
}

static void
test_deep_json (void **state G_GNUC_UNUSED)
{
  for (size_t depth = 900; depth <= 100000; depth += 99100)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      for (size_t i = 0; i < 2 * depth; i++)
        g_string_append_c (text, i < depth ? '[' : ']');
      Value value;
      assert_int_equal (types_exact[TYPE_JSONB](text->str, text->len, &cell_format_own, &value), depth == 900);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_encodings),
    cmocka_unit_test (test_canonical),
    cmocka_unit_test (test_what_is_taken),
    cmocka_unit_test (test_deep_json),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
