/* One record to one staged row, or the reason why not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/layout/survey.h"
#include "pipeline/stage/row.h"
#include "tests/unit/pipeline/records.h"

/* A layout of users: name, email, date_of_birth, and x, a bigint by inference. */
static Layout *
users_layout (const Catalog *catalog, const Pins *pins)
{
  TestRecord made;
  Layout *layout =
      layout_new (catalog_find (catalog, "users"), catalog, test_record (&made, 1, "name|email|date_of_birth|x"), 0, pins, NULL);
  g_autoptr (Survey) survey = survey_new (layout);
  survey_look (survey, test_record (&made, 2, "Ann|a@b.c|01/02/1990|7"));
  bool again;
  assert_true (survey_settle (survey, true, &again, NULL));
  return layout;
}

typedef struct
{
  const char *record;
  RowVerdict verdict;
  const char *reason, *column;
} Case;

static const Case cases[] = {
  { "Ann|a@b.c|01/02/1990|1", ROW_OK, NULL, NULL },
  { "Ann| A@B.C |1/2/1990|", ROW_OK, NULL, NULL },
  { "~|a@b.c|~|~", ROW_OK, NULL, NULL }, /* a quoted empty text is a text */
  { "|a@b.c|01/02/1990|1", ROW_REJECT, "null_required", "name" },
  { "Ann||01/02/1990|1", ROW_REJECT, "empty_key", "email" },
  { "Ann|  |01/02/1990|1", ROW_REJECT, "empty_key", "email" },
  { "Ann|~|01/02/1990|1", ROW_REJECT, "empty_key", "email" },
  { "Ann|a@b.c|31/02/1990|1", ROW_REJECT, "bad_value", "date_of_birth" },
  { "Ann|a@b.c|1990-02-01|1", ROW_REJECT, "bad_value", "date_of_birth" },
  { "Ann|a@b.c|01/02/1990", ROW_REJECT, "too_few_fields", NULL },
  { "Ann|a@b.c|01/02/1990|1|2", ROW_REJECT, "too_many_fields", NULL },
  { "Ann|a@b.c|01/02/1990|x", ROW_CONTRADICTION, "bad_value", "x" },
  /* a row that is refused anyway still tells of its column's type: types do not depend on where a cell stands */
  { "|a@b.c|31/02/1990|x", ROW_CONTRADICTION, "bad_value", "x" },
};

static void
test_convert (void **state)
{
  (void) state;
  g_autoptr (Catalog) catalog = test_catalog (test_model ("users", USERS_JSON), NULL);
  g_autoptr (Pins) pins = pins_new ();
  g_autoptr (Layout) layout = users_layout (catalog, pins);
  g_autoptr (Row) row = row_new (layout, NULL, 0);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TestRecord made;
      assert_int_equal (row_convert (row, test_record (&made, 2, cases[i].record)), cases[i].verdict);
      if (cases[i].verdict == ROW_OK)
        continue;
      assert_string_equal (reason_word (row_reason (row)), cases[i].reason);
      if (cases[i].column == NULL)
        assert_null (row_column (row));
      else
        assert_string_equal (row_column (row), cases[i].column);
      assert_true (strlen (row_message (row)) > 0);
    }
}

/* What the sample took for a boolean is no boolean when the rest of the file has a cell that inference would not take for one. */
static void
test_contradicted_boolean (void **state)
{
  static const struct
  {
    Origin origin;
    const char *cell;
    RowVerdict verdict;
  } booleans[] = {
    { ORIGIN_INFERRED, "FALSE", ROW_OK },
    { ORIGIN_INFERRED, "yes", ROW_CONTRADICTION },
    { ORIGIN_INFERRED, "1", ROW_CONTRADICTION },
    { ORIGIN_PINNED, "yes", ROW_OK },
    { ORIGIN_DECLARED, "1", ROW_OK },
  };
  (void) state;
  g_autoptr (Catalog) catalog = test_catalog (test_model ("users", USERS_JSON), NULL);
  g_autoptr (Pins) pins = pins_new ();
  for (size_t i = 0; i < G_N_ELEMENTS (booleans); i++)
    {
      g_autoptr (Layout) layout = users_layout (catalog, pins);
      layout->columns[3].type = &types[TYPE_BOOLEAN];
      layout->columns[3].origin = booleans[i].origin;
      g_autoptr (Row) row = row_new (layout, NULL, 0);
      g_autofree char *text = g_strdup_printf ("Ann|a@b.c|01/02/1990|%s", booleans[i].cell);
      TestRecord made;
      assert_int_equal (row_convert (row, test_record (&made, 2, text)), booleans[i].verdict);
    }
}

static bool
collect (const void *bytes, size_t length, void *data, GError **error)
{
  (void) error;
  g_byte_array_append (data, bytes, (guint) length);
  return true;
}

/* The row's bytes in the COPY stream, behind the header. */
static GByteArray *
row_bytes (Row *row, const char *text)
{
  TestRecord made;
  const Record *record = test_record (&made, 42, text);
  GByteArray *bytes = g_byte_array_new ();
  g_auto (CopyWriter) copy = { 0 };
  copy_begin (&copy, collect, bytes);
  assert_int_equal (row_convert (row, record), ROW_OK);
  assert_true (row_write (row, record, &copy, NULL));
  assert_true (copy_end (&copy, NULL));
  return bytes;
}

static const uint8_t expected_head[] = {
  'P',
  'G',
  'C',
  'O',
  'P',
  'Y',
  '\n',
  0xff,
  '\r',
  '\n',
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0, /* signature, flags, extension */
  0,
  7, /* four columns, _line, _id, _hash */
  0,
  0,
  0,
  3,
  'A',
  'n',
  'n', /* name */
  0,
  0,
  0,
  5,
  'a',
  '@',
  'b',
  '.',
  'c', /* email, normalised */
  0,
  0,
  0,
  4,
  0xff,
  0xff,
  0xf1,
  0xda, /* 1990-01-31: day -3622 */
  0xff,
  0xff,
  0xff,
  0xff, /* x is NULL */
  0,
  0,
  0,
  8,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  42, /* _line */
  0,
  0,
  0,
  16,
  /* _id: md5 of a@b.c, as md5('a@b.c')::uuid gives it */
  0x5d,
  0x60,
  0xd4,
  0xe2,
  0x80,
  0x66,
  0xdf,
  0x25,
  0x4d,
  0x54,
  0x52,
  0xf9,
  0x2c,
  0x91,
  0x00,
  0x92,
};

static void
test_write (void **state)
{
  (void) state;
  g_autoptr (Catalog) catalog = test_catalog (test_model ("users", USERS_JSON), NULL);
  g_autoptr (Pins) pins = pins_new ();
  g_autoptr (Layout) layout = users_layout (catalog, pins);
  g_autoptr (Row) row = row_new (layout, NULL, 0);
  g_autoptr (GByteArray) bytes = row_bytes (row, "Ann| A@B.c |31/01/1990|");
  assert_int_equal (bytes->len, sizeof expected_head + 4 + 16 + 2);
  assert_memory_equal (bytes->data, expected_head, sizeof expected_head);
  assert_memory_equal (bytes->data + bytes->len - 2, "\377\377", 2);
  /* the same row in other words has the same id and hash: everything behind the first field is equal */
  g_autoptr (GByteArray) again = row_bytes (row, "Ann|a@b.C|31/1/1990|~");
  assert_int_equal (again->len, bytes->len);
  assert_memory_equal (again->data, bytes->data, bytes->len);
  g_autoptr (GByteArray) other = row_bytes (row, "Bob|a@b.C|31/1/1990|~");
  assert_memory_not_equal (other->data + other->len - 18, bytes->data + bytes->len - 18, 16);
}

#define SHOPS_JSON                                                                                                                 \
  "{\"table\":\"shops\",\"kind\":\"dimension\",\"business_key\":[\"country\",\"code\"],"                                           \
  "\"id\":{\"hash\":\"md5\",\"normalize\":[\"trim\"]}}"
#define VISITS_JSON                                                                                                                \
  "{\"table\":\"visits\",\"kind\":\"fact\",\"references\":[{\"dimension\":\"shops\",\"columns\":[\"country\",\"code\"],"           \
  "\"as\":\"shop_id\"}],\"columns\":{\"country\":{\"type\":\"text\"},\"code\":{\"type\":\"text\"}}}"

/* A reference of two columns is whole, or none, or half of one. */
static const struct
{
  const char *record;
  bool null;
  const char *refused; /* the column; NULL: the row is good */
} references[] = {
  { "de|x", false, NULL },  { "|", true, NULL },        { "~|~", true, NULL },      { "  |  ", true, NULL },
  { "de|", false, "code" }, { "de|  ", false, "code" }, { "|x", false, "country" }, { "~|x", false, "country" },
};

static void
test_reference_of_two_columns (void **state)
{
  (void) state;
  g_autoptr (Catalog) catalog = test_catalog (test_model ("shops", SHOPS_JSON), test_model ("visits", VISITS_JSON));
  g_autoptr (Pins) pins = pins_new ();
  TestRecord made;
  g_autoptr (Layout) layout =
      layout_new (catalog_find (catalog, "visits"), catalog, test_record (&made, 1, "country|code"), 0, pins, NULL);
  g_autoptr (Row) row = row_new (layout, NULL, 0);
  for (size_t i = 0; i < G_N_ELEMENTS (references); i++)
    {
      const Record *record = test_record (&made, 2, references[i].record);
      RowVerdict verdict = row_convert (row, record);
      assert_int_equal (verdict, references[i].refused == NULL ? ROW_OK : ROW_REJECT);
      if (verdict == ROW_REJECT)
        {
          assert_int_equal (row_reason (row), REASON_INCOMPLETE_REFERENCE);
          assert_string_equal (row_column (row), references[i].refused);
          continue;
        }
      g_autoptr (GByteArray) bytes = row_bytes (row, references[i].record);
      /* Behind the two cells: the length of the id, -1 where it is NULL. */
      const guint8 *at = bytes->data + 19 + 2;
      for (int cell = 0; cell < 2; cell++)
        at += 4 + (at[0] == 0xff ? 0 : at[3]);
      assert_int_equal (at[0] == 0xff, references[i].null);
    }
}

/* A layout whose columns are as the row of text makes them. */
static Layout *
layout_of (const Catalog *catalog, const char *table, const char *header, const char *text)
{
  TestRecord made;
  g_autoptr (Pins) pins = pins_new ();
  Layout *layout = layout_new (catalog_find (catalog, table), catalog, test_record (&made, 1, header), 0, pins, NULL);
  assert_non_null (layout);
  g_autoptr (Survey) survey = survey_new (layout);
  survey_look (survey, test_record (&made, 2, text));
  bool again;
  assert_true (survey_settle (survey, true, &again, NULL));
  return layout;
}

#define PRICES_JSON                                                                                                                \
  "{\"table\":\"prices\",\"kind\":\"dimension\",\"business_key\":[\"shop\",\"sku\"],\"id\":{\"column\":\"price_id\",\"hash\":"     \
  "\"md5\"}}"
#define SOLD_JSON                                                                                                                  \
  "{\"table\":\"sold\",\"kind\":\"fact\",\"references\":[{\"dimension\":\"prices\",\"columns\":[\"shop\",\"sku\"],\"as\":\"price_" \
  "id\"}]}"

/* The hash, which is what the stream ends with. */
static void
assert_hash_alike (Row *row, const char *one, const char *other, bool alike)
{
  g_autoptr (GByteArray) first = row_bytes (row, one);
  g_autoptr (GByteArray) second = row_bytes (row, other);
  bool equal = memcmp (first->data + first->len - 18, second->data + second->len - 18, 16) == 0;
  if (equal != alike)
    fail_msg ("%s and %s: %s", one, other, equal ? "alike" : "not alike");
}

/* What a row is known by where it has no key, and what has changed where it has one. */
static void
test_what_is_hashed (void **state)
{
  (void) state;
  g_autoptr (Catalog) catalog = test_catalog (test_model ("prices", PRICES_JSON), test_model ("sold", SOLD_JSON));
  g_autoptr (Layout) sold = layout_of (catalog, "sold", "shop|sku|n|note", "a|b|1|x");
  g_autoptr (Row) bag = row_new (sold, NULL, 0);
  assert_hash_alike (bag, "a|b|1|x", "a|b|2|x", false);
  assert_hash_alike (bag, "a|b|1|x", "a|c|1|x", false);
  assert_hash_alike (bag, "a|b|1|x", "||1|x", false);
  assert_hash_alike (bag, "||1|x", "||1|x", true);
  /* "" was NULL until the column had its first text, and the row is the same */
  assert_hash_alike (bag, "a|b|1|~", "a|b|1|", true);
  /* no reference is none, whatever the row before had */
  g_autoptr (GByteArray) before = row_bytes (bag, "||1|x");
  g_autoptr (GByteArray) other = row_bytes (bag, "a|b|1|x");
  g_autoptr (GByteArray) after = row_bytes (bag, "||1|x");
  assert_memory_equal (before->data, after->data, before->len);
  g_autoptr (Layout) prices = layout_of (catalog, "prices", "shop|sku|note", "a|b|x");
  g_autoptr (Row) keyed = row_new (prices, NULL, 0);
  assert_hash_alike (keyed, "a|b|~", "a|b|", false);
  assert_hash_alike (keyed, "a|b|x", "A|c|x", true); /* the id stands for the key */
}

#define LOG_JSON "{\"table\":\"log\",\"kind\":\"fact\",\"append\":\"all\"}"

/* Where every row is kept "" is stored as it is; the hash leaves it out, for the model may say "distinct" later. */
static void
test_empty_text_of_rows_that_are_all_kept (void **state)
{
  (void) state;
  g_autoptr (Catalog) catalog = test_catalog (test_model ("log", LOG_JSON), NULL);
  g_autoptr (Layout) layout = layout_of (catalog, "log", "n|note", "1|x");
  g_autoptr (Row) row = row_new (layout, NULL, 0);
  assert_hash_alike (row, "1|~", "1|", true);
  assert_hash_alike (row, "1|~", "1|x", false);
}

/* The first value of a column asks for its type. */
static void
test_value_of_a_column_without_values (void **state)
{
  (void) state;
  g_autoptr (Catalog) catalog = test_catalog (test_model ("log", LOG_JSON), NULL);
  g_autoptr (Layout) layout = layout_of (catalog, "log", "n|note", "1|");
  g_autoptr (Row) row = row_new (layout, NULL, 0);
  TestRecord made;
  assert_int_equal (row_convert (row, test_record (&made, 2, "2|")), ROW_OK);
  assert_int_equal (row_convert (row, test_record (&made, 2, "2|~")), ROW_OK);
  assert_int_equal (row_convert (row, test_record (&made, 2, "2|x")), ROW_CONTRADICTION);
}

/* A type does not depend on where in the file a cell stands: a row that is refused anyway tells of its key, too. */
static void
test_refused_row_tells_of_its_key (void **state)
{
  (void) state;
  static const char json[] = "{\"table\":\"users\",\"kind\":\"dimension\",\"business_key\":[\"n\"],\"id\":{\"hash\":\"md5\"},"
                             "\"columns\":{\"name\":{\"required\":true}}}";
  g_autoptr (Catalog) catalog = test_catalog (test_model ("users", json), NULL);
  g_autoptr (Layout) layout = layout_of (catalog, "users", "name|n", "Ann|7");
  g_autoptr (Row) row = row_new (layout, NULL, 0);
  TestRecord made;
  assert_int_equal (row_convert (row, test_record (&made, 2, "|8")), ROW_REJECT);
  assert_int_equal (row_convert (row, test_record (&made, 2, "Ann|x")), ROW_CONTRADICTION);
  assert_int_equal (row_convert (row, test_record (&made, 2, "|x")), ROW_CONTRADICTION);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_convert),
    cmocka_unit_test (test_contradicted_boolean),
    cmocka_unit_test (test_write),
    cmocka_unit_test (test_reference_of_two_columns),
    cmocka_unit_test (test_what_is_hashed),
    cmocka_unit_test (test_refused_row_tells_of_its_key),
    cmocka_unit_test (test_empty_text_of_rows_that_are_all_kept),
    cmocka_unit_test (test_value_of_a_column_without_values),
  };
  return cmocka_run_group_tests_name ("pipeline/row", tests, NULL, NULL);
}
