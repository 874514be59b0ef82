/* The table of types itself, and the types that are neither numbers nor times. */
#include "tests/unit/pipeline/probe.h"

static void
test_the_table_is_indexed_by_id_and_matches_its_words (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < TYPE_COUNT; i++)
    {
      assert_int_equal (types[i].id, i);
      assert_string_equal (types_words ()[i], types[i].name);
      assert_ptr_equal (types_find (types[i].name), &types[i]);
      assert_ptr_equal (types_by_oid (types[i].oid), &types[i]);
    }
  assert_null (types_words ()[TYPE_COUNT]);
}

static void
test_names_as_people_write_them (void **state G_GNUC_UNUSED)
{
  static const struct
  {
    const char *name;
    TypeId id;
  } names[] = {
    { "BOOL", TYPE_BOOLEAN },
    { "int8", TYPE_BIGINT },
    { "integer", TYPE_BIGINT },
    { "int", TYPE_BIGINT },
    { "smallint", TYPE_BIGINT },
    { "decimal", TYPE_NUMERIC },
    { "float8", TYPE_DOUBLE },
    { "Double Precision", TYPE_DOUBLE },
    { "timestamp without time zone", TYPE_TIMESTAMP },
    { "timestamp with time zone", TYPE_TIMESTAMPTZ },
    { "varchar", TYPE_TEXT },
    { "character varying", TYPE_TEXT },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    assert_ptr_equal (types_find (names[i].name), &types[names[i].id]);
  static const char *const unknown[] = { "", "json", "strnig", "text ", "numeric(10,2)", "int16" };
  for (size_t i = 0; i < G_N_ELEMENTS (unknown); i++)
    assert_null (types_find (unknown[i]));
}

static void
test_varchar_reads_back_as_text_and_strangers_as_nothing (void **state G_GNUC_UNUSED)
{
  assert_ptr_equal (types_by_oid (1043), &types[TYPE_TEXT]);
  assert_null (types_by_oid (23));
  assert_null (types_by_oid (0));
}

static void
test_widening_loses_nothing (void **state G_GNUC_UNUSED)
{
  for (TypeId from = 0; from < TYPE_COUNT; from++)
    for (TypeId to = 0; to < TYPE_COUNT; to++)
      {
        bool expected = from == to || (from == TYPE_BIGINT && (to == TYPE_NUMERIC || to == TYPE_TEXT))
                        || (from == TYPE_NUMERIC && to == TYPE_TEXT);
        assert_int_equal (types_widens (from, to), expected);
      }
}

static void
test_boolean (void **state G_GNUC_UNUSED)
{
  static const Probe probes[] = {
    { "true", "01" }, { "TRUE", "01" },  { "t", "01" },     { "T", "01" },     { "yes", "01" }, { "y", "01" },    { "on", "01" },
    { "1", "01" },    { "fAlSe", "00" }, { "f", "00" },     { "No", "00" },    { "n", "00" },   { "off", "00" },  { "0", "00" },
    { "", NULL },     { "tru", NULL },   { "truee", NULL }, { " true", NULL }, { "10", NULL },  { "wahr", NULL },
  };
  CHECK_ENCODED (TYPE_BOOLEAN, NULL, probes);
}

static void
test_boolean_is_recognized_by_true_and_false_alone (void **state G_GNUC_UNUSED)
{
  static const struct
  {
    const char *cell;
    bool recognized;
  } cells[] = { { "true", true }, { "False", true }, { "TRUE", true }, { "t", false },
                { "yes", false }, { "1", false },    { "on", false },  { "", false } };
  for (size_t i = 0; i < G_N_ELEMENTS (cells); i++)
    {
      Value value;
      bool recognized = type_recognize (&types[TYPE_BOOLEAN], cells[i].cell, strlen (cells[i].cell), NULL, &value);
      assert_int_equal (recognized, cells[i].recognized);
      assert_true (!recognized || value.boolean == (g_ascii_tolower (cells[i].cell[0]) == 't'));
    }
}

static void
test_uuid (void **state G_GNUC_UNUSED)
{
  static const Probe probes[] = {
    { "123e4567-e89b-12d3-a456-426614174000", "123e4567e89b12d3a456426614174000" },
    { "123E4567-E89B-12D3-A456-42661417400F", "123e4567e89b12d3a45642661417400f" },
    { "00000000-0000-0000-0000-000000000000", "00000000000000000000000000000000" },
    { "ffffffff-ffff-ffff-ffff-ffffffffffff", "ffffffffffffffffffffffffffffffff" },
    { "123e4567e89b12d3a456426614174000", NULL },
    { "{123e4567-e89b-12d3-a456-426614174000}", NULL },
    { "123e4567-e89b-12d3-a456-42661417400", NULL },
    { "123e4567-e89b-12d3-a456-4266141740000", NULL },
    { "123e4567-e89b-12d3-a456-42661417400g", NULL },
    { "123e4567-e89b-12d3-a4564-26614174000", NULL },
    { "123e4567-e89b-12d3-a456- 26614174000", NULL },
    { "123e4567--89b-12d3-a456-426614174000", NULL },
    { "123e4567-e89b-12d3-a456-4266141740\xc3\xa4", NULL },
    { "", NULL },
  };
  CHECK_ENCODED (TYPE_UUID, NULL, probes);
}

static void
test_jsonb_takes_objects_and_arrays (void **state G_GNUC_UNUSED)
{
  static const Probe probes[] = {
    { "{}", "01 7b7d" },
    { "[]", "01 5b5d" },
    { "{\"a\": 1}", "01 7b2261223a20317d" },
    { "[1]", "01 5b315d" },
  };
  CHECK_ENCODED (TYPE_JSONB, NULL, probes);
  static const char *const taken[] = {
    "[1.5e300, -0.25, 12345678]",
    "{\"e\": \"1e999999 is text\", \"\\\"1e9999\": [\"\\\\\"]}",
    "{\"a\":{\"b\":[true,false,null]}}",
    "[1e-307]",
    "[\"\xc3\xa4\\u00e4\"]",
  };
  CHECK_TAKEN (TYPE_JSONB, NULL, taken);
  static const char *const refused[] = {
    "",
    "{",
    "[",
    "5",
    "\"x\"",
    "true",
    "null",
    " {}",
    "{} ",
    "{]",
    "[}",
    "{a}",
    "[1,]",
    "{\"a\":1,\"a\":2}",
    "[01]",
    "[NaN]",
    "[\"\\u0000\"]", /* text in PostgreSQL has no NUL */
    "[\"\\ud800\"]", /* half a character */
    "[1e1000]",
    "[1e-1000]",
    "[0e0001]",
  };
  CHECK_REFUSED (TYPE_JSONB, NULL, refused);
}

static void
test_jsonb_refuses_numbers_that_numeric_would_not_keep (void **state G_GNUC_UNUSED)
{
  g_autofree char *zeros = g_strnfill (NUMERIC_MAX_DIGITS, '0');
  g_autofree char *long_fraction = g_strdup_printf ("[0.%s1]", zeros);
  g_autofree char *long_text = g_strdup_printf ("[\"0.%s1\"]", zeros);
  const char *const refused[] = { long_fraction };
  const char *const taken[] = { long_text };
  CHECK_REFUSED (TYPE_JSONB, NULL, refused);
  CHECK_TAKEN (TYPE_JSONB, NULL, taken);
}

static void
test_text_takes_everything (void **state G_GNUC_UNUSED)
{
  static const Probe probes[] = { { "", "" }, { "a", "61" }, { " \t", "2009" }, { "\xc3\xa4", "c3a4" }, { "00123", "3030313233" } };
  CHECK_ENCODED (TYPE_TEXT, NULL, probes);
}

static void
test_encode_says_where_it_ends (void **state G_GNUC_UNUSED)
{
  /* given a value of each type */
  static const char *const cells[TYPE_COUNT] = {
    "t",  "1", "1.5", "1e5", "2000-01-01", "00:00", "2000-01-01T00:00", "2000-01-01T00:00Z", "00000000-0000-0000-0000-000000000000",
    "{}", "x"
  };
  static const int sizes[TYPE_COUNT] = { 1, 8, 12, 8, 4, 8, 8, 8, 16, 3, 1 };
  for (size_t i = 0; i < TYPE_COUNT; i++)
    {
      Value value;
      assert_true (type_parse (&types[i], cells[i], strlen (cells[i]), NULL, &value));
      /* when it is encoded, it takes that many bytes, and no more than it said */
      uint8_t bytes[64];
      memset (bytes, 0x7f, sizeof bytes);
      assert_int_equal (types[i].encode (&value, bytes) - bytes, sizes[i]);
      assert_int_equal (bytes[type_room (&value)], 0x7f);
    }
}

static void
test_canonical_bytes_begin_with_their_class (void **state G_GNUC_UNUSED)
{
  static const Probe booleans[] = { { "true", "62 01" }, { "yes", "62 01" }, { "0", "62 00" } };
  CHECK_CANONICAL (TYPE_BOOLEAN, NULL, booleans);
  static const Probe uuids[] = { { "123E4567-e89b-12d3-a456-426614174000", "75 123e4567e89b12d3a456426614174000" } };
  CHECK_CANONICAL (TYPE_UUID, NULL, uuids);
  static const Probe documents[] = { { "{}", "6a 7b7d" }, { "[ ]", "6a 5b205d" } };
  CHECK_CANONICAL (TYPE_JSONB, NULL, documents);
  static const Probe texts[] = { { "", "74" }, { "5", "74 35" }, { "true", "74 74727565" } };
  CHECK_CANONICAL (TYPE_TEXT, NULL, texts);
}

/* Ids are made of these texts and kept: they may never be others. */
static void
test_the_one_text_of_a_value (void **state G_GNUC_UNUSED)
{
  static const struct
  {
    TypeId type;
    const char *format, *cell, *text;
  } cases[] = {
    { TYPE_BOOLEAN, NULL, "true", "true" },
    { TYPE_BOOLEAN, NULL, "No", "false" },
    { TYPE_BIGINT, NULL, "1", "1" },
    { TYPE_BIGINT, NULL, "-9223372036854775808", "-9223372036854775808" },
    { TYPE_BIGINT, "9,999", "1,234", "1234" },
    { TYPE_NUMERIC, NULL, "1", "1" },
    { TYPE_NUMERIC, NULL, "1.0", "1" },
    { TYPE_NUMERIC, NULL, "-1.50", "-1.5" },
    { TYPE_NUMERIC, NULL, ".05", "0.05" },
    { TYPE_NUMERIC, NULL, "0.00", "0" },
    { TYPE_NUMERIC, NULL, "1200", "1200" },
    { TYPE_NUMERIC, NULL, "12345678901234567890", "12345678901234567890" },
    { TYPE_NUMERIC, "9.999,9", "1.234,50", "1234.5" },
    { TYPE_NUMERIC, "9 999,9",
      "1\xc2\xa0"
      "000",
      "1000" },
    { TYPE_DOUBLE, NULL, "1e3", "1000" },
    { TYPE_DOUBLE, NULL, "1.5e-7", "0.00000015" },
    { TYPE_DOUBLE, NULL, "-0", "0" },
    { TYPE_DATE, NULL, "2026-11-20", "2026-11-20" },
    { TYPE_DATE, "DD/MM/YYYY", "1/2/2026", "2026-02-01" },
    { TYPE_DATE, NULL, "0001-01-01", "0001-01-01" },
    { TYPE_DATE, NULL, "9999-12-31", "9999-12-31" },
    { TYPE_DATE, "DD/MM/YY", "1/2/26", "2026-02-01" },
    { TYPE_TIME, NULL, "09:30", "09:30:00" },
    { TYPE_TIME, NULL, "9:30:00.120", "09:30:00.12" },
    { TYPE_TIME, "HH12:MI AM", "12:30 PM", "12:30:00" },
    { TYPE_BOOLEAN, "ja/nein", "JA", "true" },
    { TYPE_BOOLEAN, "ja/nein", "nein", "false" },
    { TYPE_BIGINT, NULL, "-0", "0" },
    { TYPE_NUMERIC, NULL, "-0.00", "0" },
    { TYPE_NUMERIC, NULL, "+5.", "5" },
    { TYPE_NUMERIC, "percent", "12.50 %", "12.5" },
    { TYPE_NUMERIC, "currency", "($1,234.50)", "-1234.5" },
    { TYPE_NUMERIC, "9,99,999.9", "1,23,456.70", "123456.7" },
    { TYPE_TIMESTAMP, NULL, "2026-11-20T09:30", "2026-11-20 09:30:00" },
    { TYPE_TIMESTAMP, NULL, "1999-12-31 23:59:59.120", "1999-12-31 23:59:59.12" },
    { TYPE_TIMESTAMPTZ, NULL, "2026-11-20 09:30:00+01", "2026-11-20T08:30:00Z" },
    { TYPE_TIMESTAMPTZ, NULL, "2026-11-20T08:30Z", "2026-11-20T08:30:00Z" },
    { TYPE_TIMESTAMPTZ, NULL, "0001-01-01 00:00+01", "0000-12-31T23:00:00Z" },
    { TYPE_TIMESTAMPTZ, NULL, "9999-12-31 23:30-01", "10000-01-01T00:30:00Z" },
    { TYPE_UUID, NULL, "550E8400-e29b-41d4-A716-446655440000", "550e8400-e29b-41d4-a716-446655440000" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Value value;
      const Type *type = &types[cases[i].type];
      assert_true (type_parse (type, cases[i].cell, strlen (cases[i].cell), cases[i].format, &value));
      g_autoptr (GString) text = g_string_new (NULL);
      type->write (&value, text);
      assert_string_equal (text->str, cases[i].text);
    }
  assert_null (types[TYPE_TEXT].write);
  assert_null (types[TYPE_JSONB].write);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_the_table_is_indexed_by_id_and_matches_its_words),
    cmocka_unit_test (test_names_as_people_write_them),
    cmocka_unit_test (test_varchar_reads_back_as_text_and_strangers_as_nothing),
    cmocka_unit_test (test_widening_loses_nothing),
    cmocka_unit_test (test_boolean),
    cmocka_unit_test (test_boolean_is_recognized_by_true_and_false_alone),
    cmocka_unit_test (test_uuid),
    cmocka_unit_test (test_jsonb_takes_objects_and_arrays),
    cmocka_unit_test (test_jsonb_refuses_numbers_that_numeric_would_not_keep),
    cmocka_unit_test (test_text_takes_everything),
    cmocka_unit_test (test_encode_says_where_it_ends),
    cmocka_unit_test (test_the_one_text_of_a_value),
    cmocka_unit_test (test_canonical_bytes_begin_with_their_class),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
