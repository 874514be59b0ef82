/* What rows become, to the last bit: the COPY stream with ids, references and hashes, and what is said of refused ones. They are kept
 * in people's warehouses; whoever must change a digest has changed what is stored. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/digest.h"
#include "pipeline/layout/survey.h"
#include "pipeline/stage/row.h"
#include "tests/unit/pipeline/records.h"

static const char secret[] = "0123456789abcdef0123456789abcdef";

#define MOST_RECORDS 12

/* A table, and beside it the dimension that a fact refers to. The first record says what the columns hold. */
typedef struct
{
  const char *what;
  const char *table, *model;
  const char *dimension, *dimension_model;
  const char *header;
  const char *records[MOST_RECORDS];
  const char *digest; /* of what became of them */
} Case;

#define PEOPLE(hash, normalize)                                                                                                    \
  "{\"table\":\"people\",\"kind\":\"dimension\",\"business_key\":[\"email\"],\"id\":{" hash "\"normalize\":[" normalize            \
  "]},\"columns\":{\"born\":{\"type\":\"date\",\"format\":\"DD/MM/YYYY\"},\"name\":{\"type\":\"text\",\"required\":true}}}"

#define PEOPLE_ROWS                                                                                                                \
  {                                                                                                                                \
    "a@b.c|Ann|01/02/1990|12.50|2026-11-20 09:30:00", " A@B.C\t|Ann|1/2/1990||", "GRÖSSE@ÄÖ.DE|Bob|~|-0.0|2026-11-20T09:30:00.5",  \
        "\xc2\xa0\xe2\x80\x83x\xe3\x80\x80|Bob|31/12/1999|1e3|NA", "e\xcc\x81@x|Bob|31/12/1999| 5 | 2026-11-20 9:30 ",             \
        "İI\xc8\xba|Bob|28/02/1999|5|", "|Bob|31/12/1999|5|", "  |Bob|31/12/1999|5|", "a@b.d||31/12/1999|5|",                      \
        ("a-key-that-is-longer-than-a-block-of-the-hash-and-so-takes-Two-of-Them@Example.com|X|01/01/2000|0.5|"                    \
         "2026-11-20 09:30:00"),                                                                                                   \
        ("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRS|x|1/1/2000|123456789012345678901234567890.5|"                    \
         "0001-01-01 00:00:00.000001"),                                                                                            \
  }

#define PEOPLE_HEADER "email|name|born|amount|seen"

#define NUMBERS(hash)                                                                                                              \
  "{\"table\":\"codes\",\"kind\":\"dimension\",\"business_key\":[\"code\",\"day\",\"part\"],\"id\":{" hash                         \
  "\"normalize\":[\"trim\",\"lowercase\"]},\"columns\":{\"code\":{\"type\":\"numeric\",\"format\":\"9.999,9\"}}}"

#define CODES_ROWS                                                                                                                 \
  {                                                                                                                                \
    "1.234,50|2026-11-20|A|true", "1234,5|2026-11-20|a|false", " 1234,500 | 2026-11-20 | a |", "0,0|2026-11-20|B:,|true",          \
        "x|2026-11-20|B|true", "-5|0001-01-01|Ü|~", "5||B|", "5|2026-11-20|~|true", "5|2026-11-20|a|yes",                          \
  }

static const Case cases[] = {
  { "keys by HMAC, trimmed and in lower case", "people", PEOPLE ("\"hash\":\"hmac-sha256\",", "\"trim\",\"lowercase\""), NULL, NULL,
    PEOPLE_HEADER, PEOPLE_ROWS, "86d00193a5924dc4" },
  { "keys by HMAC as they are", "people", PEOPLE ("\"hash\":\"hmac-sha256\",", ""), NULL, NULL, PEOPLE_HEADER, PEOPLE_ROWS,
    "6b9081d6490f94ef" },
  { "keys by MD5, composed", "people", PEOPLE ("\"hash\":\"md5\",", "\"nfc\",\"lowercase\""), NULL, NULL, PEOPLE_HEADER,
    PEOPLE_ROWS, "1be212e0f603059d" },
  { "keys by name", "people", PEOPLE ("\"hash\":\"uuid5\",\"namespace\":\"dns\",", "\"trim\""), NULL, NULL, PEOPLE_HEADER,
    PEOPLE_ROWS, "2ec6d62b58b13978" },
  { "keys of values", "codes", NUMBERS ("\"hash\":\"hmac-sha256\","), NULL, NULL, "code|day|part|flag", CODES_ROWS,
    "da3b9d9a4e646818" },
  { "references, and rows known by their hash",
    "sales",
    "{\"table\":\"sales\",\"kind\":\"fact\",\"references\":[{\"dimension\":\"people\",\"columns\":[\"email\"],\"as\":\"person_id\"}"
    "],"
    "\"columns\":{\"flag\":{\"type\":\"boolean\",\"format\":\"ja/nein\"}}}",
    "people",
    PEOPLE ("\"hash\":\"hmac-sha256\",", "\"trim\",\"lowercase\""),
    "email|item|n|at|flag",
    { "a@b.c|x|5|09:30|ja", " A@B.C |x|5|9:30:00.000|JA", "|x|5||nein", "~|~|5|24:00|nein",
      "ÄÖ@X|Größe|-9223372036854775808|00:00|ja", "x|\\N|NULL|23:59:59.999999|", "x|||| ", "x|y|0.00|10:00|yes",
      "x|y|9223372036854775808|10:00|ja", "x|y|+1234567|10:00|ja" },
    "8cb9c1bd07ff1a99" },
  { "references of values",
    "sold",
    "{\"table\":\"sold\",\"kind\":\"fact\",\"append\":\"all\",\"references\":[{\"dimension\":\"codes\",\"columns\":[\"code\","
    "\"day\","
    "\"part\"],\"as\":\"code_id\"}]}",
    "codes",
    NUMBERS ("\"hash\":\"hmac-sha256\","),
    "code|day|part|id|doc",
    { "1234.50|2026-11-20|A|e4eaaaf2-d142-11e1-b3e4-080027620cdd|{\"a\": 1}",
      "1234.5|2026-11-20| a|E4EAAAF2-D142-11E1-B3E4-080027620CDD|[]", "|||e4eaaaf2-d142-11e1-b3e4-080027620cdd|{}",
      "5||a|e4eaaaf2-d142-11e1-b3e4-080027620cdd|{}", "5|2026-11-20|a|e4eaaaf2d14211e1b3e4080027620cdd|{}",
      "5|2026-11-20|a||null" },
    "77a2daf8d6404925" },
  { "no model",
    "staged",
    NULL,
    NULL,
    NULL,
    "a|b|c|d",
    { "1,5|2026-11-20T09:30:00Z|1.5e300|x", "-0,50|2026-11-20 09:30:00+0200|2.50|", ",5|0001-01-01T00:00:00-15:59|5e-300|~",
      "1.5||1|y", "0,0|n/a|0|null" },
    "ac996c36b8dac809" },
};

static bool
collect (const void *bytes, size_t length, void *data, GError **error)
{
  (void) error;
  g_byte_array_append (data, bytes, (guint) length);
  return true;
}

static Layout *
layout_of (const Case *given, const Catalog *catalog)
{
  TestRecord made;
  g_autoptr (Pins) pins = pins_new ();
  const Model *model = given->model != NULL ? catalog_find (catalog, given->table) : NULL;
  Layout *layout = layout_new (model, catalog, test_record (&made, 1, given->header), 0, pins, NULL);
  assert_non_null (layout);
  g_autoptr (Survey) survey = survey_new (layout);
  survey_look (survey, test_record (&made, 2, given->records[0]));
  bool again;
  assert_true (survey_settle (survey, true, &again, NULL));
  return layout;
}

/* The bytes of the good rows, and between them what is said of the others. */
static GByteArray *
convert_all (const Case *given, const Layout *layout)
{
  GByteArray *bytes = g_byte_array_new ();
  g_autoptr (Row) row = row_new (layout, secret, strlen (secret));
  for (int i = 0; i < MOST_RECORDS && given->records[i] != NULL; i++)
    {
      TestRecord made;
      const Record *record = test_record (&made, 2 + i, given->records[i]);
      g_auto (CopyWriter) copy = { 0 };
      copy_begin (&copy, collect, bytes);
      RowVerdict verdict = row_convert (row, record);
      g_autofree char *said =
          g_strdup_printf ("%d %s: %s", verdict, verdict == ROW_OK || row_column (row) == NULL ? "-" : row_column (row),
                           verdict == ROW_OK ? "" : reason_word (row_reason (row)));
      g_byte_array_append (bytes, (const guint8 *) said, (guint) strlen (said));
      if (verdict == ROW_OK)
        assert_true (row_write (row, record, &copy, NULL));
      assert_true (copy_end (&copy, NULL));
    }
  return bytes;
}

static void
test_rows (void **state)
{
  (void) state;
  int different = 0;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *given = &cases[i];
      g_autoptr (Catalog) catalog =
          test_catalog (test_model (given->table, given->model != NULL ? given->model : "{\"table\":\"staged\",\"kind\":\"fact\"}"),
                        given->dimension != NULL ? test_model (given->dimension, given->dimension_model) : NULL);
      g_autoptr (Layout) layout = layout_of (given, catalog);
      g_autoptr (GByteArray) bytes = convert_all (given, layout);
      char digest[SHA256_HEX_SIZE];
      sha256_bytes (bytes->data, bytes->len, digest);
      different += strncmp (digest, given->digest, 16) != 0 || given->digest[0] == '\0';
      if (strncmp (digest, given->digest, 16) != 0 || given->digest[0] == '\0')
        print_error ("%s: %.16s, wanted: %s\n", given->what, digest, given->digest);
    }
  assert_int_equal (different, 0);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_rows),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
