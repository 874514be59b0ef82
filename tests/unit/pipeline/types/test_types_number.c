/* bigint, numeric and double precision. Expected numeric bytes are ndigits, weight, sign, dscale, digits, as PostgreSQL sends
 * them. */
#include "tests/unit/pipeline/probe.h"

static void
test_bigint (void **state G_GNUC_UNUSED)
{
  static const Probe probes[] = {
    { "0", "0000000000000000" },
    { "1", "0000000000000001" },
    { "-1", "ffffffffffffffff" },
    { "10", "000000000000000a" },
    { "9223372036854775807", "7fffffffffffffff" },
    { "-9223372036854775808", "8000000000000000" },
    { "-9223372036854775807", "8000000000000001" },
    { "9223372036854775808", NULL },
    { "-9223372036854775809", NULL },
    { "9999999999999999999", NULL },
    { "10000000000000000000", NULL },
    { "18446744073709551616", NULL },
    { "-0", "0000000000000000" },
    { "+44", "000000000000002c" },
    { "+0", "0000000000000000" },
    { "+123456", "000000000001e240" },
    { "+1234567", NULL },           /* a telephone number, it may be */
    { "-0.0", "0000000000000000" }, /* zero is zero */
    { "-0.00", "0000000000000000" },
    { "0.0", "0000000000000000" },
    { "0.00000", "0000000000000000" },
    { "+0.0", "0000000000000000" },
    { "-.0", "0000000000000000" },
    { "0.", "0000000000000000" },
    { "0,0", NULL },
    { "-0,00", NULL }, /* no format says so */
    { "0.01", NULL },
    { "-0.0000001", NULL },
    { "0.0.0", NULL },
    { "0e0", NULL },
    { "00.0", NULL },
    { ".", NULL },
    { "-.", NULL },
    { "0.0 ", NULL },
    { "5.0", NULL },
    { "10.0", NULL },
    { "-00", NULL },
    { "+-1", NULL },
    { "+", NULL },
    { "00123", NULL },
    { "-01", NULL },
    { " 5", NULL },
    { "5 ", NULL },
    { "", NULL },
    { "-", NULL },
    { "--1", NULL },
    { "1.0", NULL },
    { "1e3", NULL },
    { "1,000", NULL },
    { "0x10", NULL },
  };
  CHECK_ENCODED (TYPE_BIGINT, NULL, probes);
}

static void
test_numeric (void **state G_GNUC_UNUSED)
{
  static const Probe probes[] = {
    { "0", "0000 0000 0000 0000" },
    { "0.0", "0000 0000 0000 0001" },
    { "0.00", "0000 0000 0000 0002" },
    { "-0", "0000 0000 0000 0000" },
    { "-0.0", "0000 0000 0000 0001" },
    { "-0.00", "0000 0000 0000 0002" },
    { "-.0", "0000 0000 0000 0001" },
    { "5.", "0001 0000 0000 0000 0005" },
    { "-5.", "0001 0000 4000 0000 0005" },
    { "+1.5", "0002 0000 0000 0001 0001 1388" },
    { "+1234567.5", "0003 0001 0000 0001 007b 11d7 1388" },
    { ".0", "0000 0000 0000 0001" },
    { "1", "0001 0000 0000 0000 0001" },
    { "-1", "0001 0000 4000 0000 0001" },
    { "1.5", "0002 0000 0000 0001 0001 1388" },
    { "1.50", "0002 0000 0000 0002 0001 1388" },
    { ".5", "0001 ffff 0000 0001 1388" },
    { "-.5", "0001 ffff 4000 0001 1388" },
    { "0.5", "0001 ffff 0000 0001 1388" },
    { "0.1234", "0001 ffff 0000 0004 04d2" },
    { "0.12345", "0002 ffff 0000 0005 04d2 1388" },
    { "0.0001", "0001 ffff 0000 0004 0001" },
    { "0.00001", "0001 fffe 0000 0005 03e8" },
    { "-0.00000001", "0001 fffe 4000 0008 0001" },
    { "9999", "0001 0000 0000 0000 270f" },
    { "10000", "0001 0001 0000 0000 0001" },
    { "10001", "0002 0001 0000 0000 0001 0001" },
    { "9999.9999", "0002 0000 0000 0004 270f 270f" },
    { "10000.0001", "0003 0001 0000 0004 0001 0000 0001" },
    { "10000.00", "0001 0001 0000 0002 0001" },
    { "100000000", "0001 0002 0000 0000 0001" },
    { "120000000", "0002 0002 0000 0000 0001 07d0" },
    { "9223372036854775808", "0005 0004 0000 0000 039a 0d2c 0170 1565 16b0" },
    { "-12345678901234567890", "0005 0004 4000 0000 04d2 162e 2334 0d80 1ed2" },
    { "123456.789", "0003 0001 0000 0003 000c 0d80 1ed2" },
    { "1e5", "0001 0001 0000 0000 000a" },
    { "1.5E3", "0001 0000 0000 0000 05dc" },
    { "1.234560e3", "0002 0000 0000 0003 04d2 15e0" },
    { "12345.6e-2", "0002 0000 0000 0003 007b 11d0" },
    { "5e-1", "0001 ffff 0000 0001 1388" },
    { "-5e-5", "0001 fffe 4000 0005 1388" },
    { "12e-6", "0001 fffe 0000 0006 04b0" },
    { "0e3", "0000 0000 0000 0000" },
    { "0.0e-2", "0000 0000 0000 0003" },
  };
  CHECK_ENCODED (TYPE_NUMERIC, NULL, probes);
}

static void
test_numeric_refuses_what_it_would_not_write_back (void **state G_GNUC_UNUSED)
{
  static const char *const refused[] = {
    "",       "-",     ".",     "-.",    "+.",       "+1234567", "+00.5", "-0.0.", "-00.0",
    "00",     "00123", "00.5",  "-01.5", "+-1.5",    " 1.5",     "1.5 ",  "1.5.2", "1e400",
    "1e-400", "1,5",   "1_000", "NaN",   "Infinity", "$5",       "5%",    "0x1p3", "\xd9\xa3",
  };
  CHECK_REFUSED (TYPE_NUMERIC, NULL, refused);
}

static void
test_numeric_takes_a_thousand_digits_and_no_more (void **state G_GNUC_UNUSED)
{
  g_autofree char *nines = g_strnfill (NUMERIC_MAX_DIGITS, '9');
  g_autofree char *fraction = g_strconcat ("-.", nines, NULL);
  g_autofree char *one_more = g_strconcat (nines, "9", NULL);
  g_autofree char *one_more_behind = g_strconcat (".", one_more, NULL);
  g_autofree char *zeros = g_strnfill (NUMERIC_MAX_DIGITS - 2, '0');
  g_autofree char *tiny = g_strconcat ("0.", zeros, "1", NULL);
  const char *const taken[] = { nines, fraction, tiny };
  const char *const refused[] = { one_more, one_more_behind };
  CHECK_TAKEN (TYPE_NUMERIC, NULL, taken);
  CHECK_REFUSED (TYPE_NUMERIC, NULL, refused);

  /* 250 groups of 9999, the first of which stands for 10^996 */
  g_autofree char *hex = probe (TYPE_NUMERIC, NULL, nines, false);
  assert_int_equal (strlen (hex), 4 * (4 + 250));
  assert_memory_equal (hex, "00fa00f900000000270f", 20);
  /* one group, 249 groups behind the point: 10^-999 = 10 x 10000^-250 */
  g_autofree char *tiny_hex = probe (TYPE_NUMERIC, NULL, tiny, false);
  assert_string_equal (tiny_hex, "0001ff06000003e7000a");
}

static void
test_double (void **state G_GNUC_UNUSED)
{
  static const Probe probes[] = {
    { "0", "0000000000000000" },
    { "0e0", "0000000000000000" },
    { "0.000e-400", "0000000000000000" },
    { "-0.0", "0000000000000000" },
    { "-0e5", "0000000000000000" },
    { "5.", "4014000000000000" },
    { "5.e3", "40b3880000000000" },
    { "+1e5", "40f86a0000000000" },
    { "1", "3ff0000000000000" },
    { "-1.5", "bff8000000000000" },
    { "1e5", "40f86a0000000000" },
    { "1E+05", "40f86a0000000000" },
    { "100000.00", "40f86a0000000000" },
    { "1.5e-3", "3f589374bc6a7efa" },
    { ".1", "3fb999999999999a" },
    { "0.1", "3fb999999999999a" },
    { "1e22", "4480f0cf064dd592" },
    { "1e300", "7e37e43c8800759c" },
    { "1e-300", "01a56e1fc2f8f359" },
    { "0.30000000000000004", "3fd3333333333334" },
    { "1.7976931348623157e308", "7fefffffffffffff" },
    { "2.2250738585072014e-308", "0010000000000000" },
    { "2.225073858507201e-308", "000fffffffffffff" },
    { "5e-324", "0000000000000001" },
    { "9007199254740992", "4340000000000000" },
    { "9007199254740994", "4340000000000001" },
    { "5.684341886080802e-14",
      "3d30000000000000" }, /* 2^-44: the nearest decimal of 16 digits is below and belongs to another double */
    { "9.999999999999999e+22", "44b52d02c7e14af6" },
  };
  CHECK_ENCODED (TYPE_DOUBLE, NULL, probes);
}

static void
test_double_refuses_what_it_would_not_write_back (void **state G_GNUC_UNUSED)
{
  static const char *const refused[] = {
    "",
    "-",
    ".",
    "e5",
    ".e5",
    "1e",
    "1e+",
    "1e5.0",
    ".e3",
    "+-1e5",
    "+1234567",
    " 1e5",
    "1e5 ",
    "00123",
    "01e5",
    "1d5",
    "0x1p3",
    "NaN",
    "nan",
    "inf",
    "-inf",
    "Infinity",
    "1e400",
    "-1e400",
    "1e-400",
    "1e309",
    "1.8e308",
    "1e99999999999999999999",
    "1e-99999999999999999999",
    "4.9e-324",              /* is 5e-324 */
    "2e-324",                /* is zero */
    "9007199254740993",      /* is ...992 */
    "0.1000000000000000055", /* the exact double has more digits yet, 0.1 says it all */
    "1.00000000000000011",   /* is 1.0000000000000002 */
    "1152921504606846976",   /* 2^60, but written as 1.152921504606847e+18 */
    "1e23",                  /* midpoint of two doubles: written as 9.999999999999999e+22 */
    "123456789012345678",
  };
  CHECK_REFUSED (TYPE_DOUBLE, NULL, refused);
}

static void
test_numbers_are_canonical_by_value (void **state G_GNUC_UNUSED)
{
  static const Probe fives[] = { { "5", "6e 2b 00000001 35" }, { "5.0", "6e 2b 00000001 35" }, { "5.00", "6e 2b 00000001 35" } };
  CHECK_CANONICAL (TYPE_BIGINT, NULL, ((Probe[]) { fives[0] }));
  CHECK_CANONICAL (TYPE_NUMERIC, NULL, fives);
  CHECK_CANONICAL (TYPE_DOUBLE, NULL, fives);

  static const Probe integers[] = {
    { "0", "6e" },
    { "10", "6e 2b 00000002 31" },
    { "-100", "6e 2d 00000003 31" },
    { "101", "6e 2b 00000003 313031" },
    { "9223372036854775807", "6e 2b 00000013 39323233333732303336383534373735383037" },
    { "-9223372036854775808", "6e 2d 00000013 39323233333732303336383534373735383038" },
  };
  CHECK_CANONICAL (TYPE_BIGINT, NULL, integers);
  CHECK_CANONICAL (TYPE_NUMERIC, NULL, integers);

  static const Probe decimals[] = {
    { "0.0", "6e" },
    { ".5", "6e 2b 00000000 35" },
    { "0.50", "6e 2b 00000000 35" },
    { "0.005", "6e 2b fffffffe 35" },
    { "-10.010", "6e 2d 00000002 31303031" },
    { "10.00", "6e 2b 00000002 31" },
  };
  CHECK_CANONICAL (TYPE_NUMERIC, NULL, decimals);
  CHECK_CANONICAL (TYPE_DOUBLE, NULL, decimals);

  static const Probe exponents[] = {
    { "-0.0", "6e" },
    { "0e99", "6e" },
    { "5e0", "6e 2b 00000001 35" },
    { "0.5e1", "6e 2b 00000001 35" },
    { "50E-1", "6e 2b 00000001 35" },
    { "-1001e-2", "6e 2d 00000002 31303031" },
    { "1e300", "6e 2b 0000012d 31" },
    { "5e-324", "6e 2b fffffebd 35" },
  };
  CHECK_CANONICAL (TYPE_DOUBLE, NULL, exponents);
}

static void
test_numbers_with_marks (void **state G_GNUC_UNUSED)
{
  static const struct
  {
    const char *format;
    const char *cell;
    const char *plain; /* NULL: the cell is not written so */
  } cases[] = {
    { "9.9", "1234.50", "1234.50" },
    { "9,9", "1234,50", "1234.50" },
    { "9,9", "1,234", "1.234" },
    { "9,9", "-,5", "-.5" },
    { "9,9", "12", "12" },
    { "9,9", "1.5", NULL },
    { "9,9", "1,", "1" },
    { "9,9", ",", NULL },
    { "9,9", "1,234,567", NULL },
    { "9,9", "-0,0", "0.0" },
    { "9,9", "-0,00", "-0.00" },
    { "9,9", "-0", "0" },
    { "9,9", "+1,5", "1.5" },
    { "9,9", "00,5", NULL },
    { "9.999,9", "1.234,56", "1234.56" },
    { "9.999,9", "-12.345.678,9", "-12345678.9" },
    { "9.999,9", "100.000.000.000.000.000.000", "100000000000000000000" },
    { "9.999,9", "1234,5", "1234.5" },
    { "9.999,9", "1.234", "1234" },
    { "9.999,9", "1.23", NULL },
    { "9.999,9", "1.2345", NULL },
    { "9.999,9", "1234.567", NULL },
    { "9.999,9", "1.234.", NULL },
    { "9.999,9", "1..234", NULL },
    { "9.999,9", ".234,5", NULL },
    { "9.999,9", "-.234", NULL },
    { "9.999,9", "0.123", NULL },
    { "9.999,9", "1.234,5.6", NULL },
    { "9,999.9", "1,234.56", "1234.56" },
    { "9,999.9", "1,234", "1234" },
    { "9,999.9", "1.234,56", NULL },
    { "9 999,9", "1 234,56", "1234.56" },
    { "9 999,9",
      "1\xc2\xa0"
      "234\xc2\xa0"
      "567,8",
      "1234567.8" },
    { "9 999,9",
      "12\xe2\x80\xaf"
      "345\xe2\x80\xaf"
      "678",
      "12345678" },
    { "9 999,9",
      "1 234\xc2\xa0"
      "567,8",
      NULL },
    { "9 999,9", " 1 234", NULL },
    { "9 999,9", "1 234 ", NULL },
    { "9'999.9", "1'234.56", "1234.56" },
    { "9'999.9",
      "1\xe2\x80\x99"
      "234",
      "1234" },
    { "9,999", "1,234,567", "1234567" },
    { "9,999", "1,234.5", NULL },
    { "9,999.9", "+1,234,567", "1234567" },
    { "9.999,9", "+1.234.567", NULL },
    { "9 999,9", "+49 123 456", NULL },
    { "9 999,9", "+1 234,5", "1234.5" },
    { "9,99,999.9", "1,23,456.78", "123456.78" },
    { "9,99,999.9", "12,34,56,789", "123456789" },
    { "9,99,999.9", "1,234", "1234" },
    { "9,99,999.9", "123", "123" },
    { "9,99,999.9", "1234567.5", "1234567.5" },
    { "9,99,999.9", "-98,76,54,321.05", "-987654321.05" },
    { "9,99,999.9", "123,456", NULL },
    { "9,99,999.9", "1,23,45", NULL },
    { "9,99,999.9", "1,23,4567", NULL },
    { "9,99,999.9", "1,23,456,78", NULL },
    { "9,99,999.9", "01,234", NULL },
    { "percent", "12.5 %", "12.5" },
    { "percent", "12.5%", "12.5" },
    { "percent", "%12.5", "12.5" },
    { "percent", "-3 %", "-3" },
    { "percent", "(3 %)", "-3" },
    { "percent", "1,234.5 %", "1234.5" },
    { "percent", "12.5\xc2\xa0%", "12.5" },
    { "percent", "12.5", NULL },
    { "percent", "%", NULL },
    { "percent", "12 %%", NULL },
    { "percent", "%12%", NULL },
    { "percent", "12,5 %", NULL },
    { "percent 9,9", "12,5 %", "12.5" },
    { "percent 9.999,9", "1.234,5 %", "1234.5" },
    { "currency", "$1,234.56", "1234.56" },
    { "currency", "$ 5", "5" },
    { "currency", "5 EUR", "5" },
    { "currency", "-$5", "-5" },
    { "currency", "$-5", "-5" },
    { "currency", "($5.00)", "-5.00" },
    { "currency", "(5.00)", "-5.00" },
    { "currency", "$(5)", NULL },
    { "currency", "5.00-", "-5.00" },
    { "currency", "12.00", "12.00" },
    { "currency", "CHF 1", "1" },
    { "currency", "$ -0.00", "0.00" },
    { "currency", "--5", NULL },
    { "currency", "-5-", NULL },
    { "currency", "(-5)", NULL },
    { "currency", "$", NULL },
    { "currency", "$5$", NULL },
    { "currency", "$5 EUR", NULL },
    { "currency", "5 apples", NULL },
    { "currency 9.999,9", "1.234,56 \xe2\x82\xac", "1234.56" },
    { "currency 9.999,9 \xe2\x82\xac", "\xe2\x82\xac 1.234,56", "1234.56" },
    { "currency 9.999,9 \xe2\x82\xac", "7", "7" },
    { "currency 9.999,9 \xe2\x82\xac", "$ 7", NULL },
    { "currency kr", "7 kr", "7" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      assert_true (types_format_fits ("numeric", cases[i].format));
      /* given a number with marks, then its bytes are those of the number without */
      for (int canonical = 0; canonical <= 1; canonical++)
        {
          g_autofree char *bytes = probe (TYPE_NUMERIC, cases[i].format, cases[i].cell, canonical);
          g_autofree char *plain = cases[i].plain == NULL ? NULL : probe (TYPE_NUMERIC, NULL, cases[i].plain, canonical);
          g_autofree char *actual =
              g_strdup_printf ("%s as %s: %s", cases[i].cell, cases[i].format, bytes != NULL ? bytes : "none");
          g_autofree char *expected =
              g_strdup_printf ("%s as %s: %s", cases[i].cell, cases[i].format, plain != NULL ? plain : "none");
          assert_string_equal (actual, expected);
        }
    }
}

static void
test_bigint_and_double_with_marks (void **state G_GNUC_UNUSED)
{
  static const Probe grouped[] = {
    { "1,234", "00000000000004d2" },
    { "-9,223,372,036,854,775,808", "8000000000000000" },
    { "9,223,372,036,854,775,808", NULL },
    { "99,999,999,999,999,999,999", NULL },
    { "7", "0000000000000007" },
    { "-0", "0000000000000000" },
    { "+1,234", "00000000000004d2" },
    { "1,23", NULL },
    { "1,234e1", NULL },
    { "", NULL },
    { "-", NULL },
  };
  CHECK_ENCODED (TYPE_BIGINT, "9,999", grouped);
  static const Probe zero_point[] = { { "-0.00", "0000000000000000" }, { "-0,00", NULL }, { "0,000", NULL }, { "5.0", NULL } };
  CHECK_ENCODED (TYPE_BIGINT, "9,999", zero_point);
  static const Probe zero_comma[] = {
    { "-0,00", "0000000000000000" }, { "0,0", "0000000000000000" }, { "-0.00", NULL }, { "0.000", NULL }, { "5,0", NULL }
  };
  CHECK_ENCODED (TYPE_BIGINT, "9.999", zero_comma);
  static const Probe zero_both[] = { { "-0,00", "0000000000000000" }, { "-0.00", "0000000000000000" }, { "0,01", NULL } };
  CHECK_ENCODED (TYPE_BIGINT, "9 999", zero_both);
  CHECK_ENCODED (TYPE_BIGINT, "9'999", zero_both);
  static const Probe comma[] = { { "1,5", "3ff8000000000000" }, { "1,5e3", "4097700000000000" }, { "1.5", NULL } };
  CHECK_ENCODED (TYPE_DOUBLE, "9,9", comma);
  static const Probe canonical[] = { { "1.234,5e0", "6e 2b 00000004 3132333435" } };
  CHECK_CANONICAL (TYPE_DOUBLE, "9.999,9", canonical);
}

static void
test_a_thousand_digits_with_marks (void **state G_GNUC_UNUSED)
{
  /* given 999 digits in groups of three behind one more */
  GString *cell = g_string_new ("9");
  for (int i = 0; i < 333; i++)
    g_string_append (cell, "\xe2\x80\xaf"
                           "999");
  g_autofree char *grouped = g_string_free (cell, FALSE);
  g_autofree char *plain = g_strnfill (NUMERIC_MAX_DIGITS, '9');
  /* then these are the thousand that numeric takes, and a fraction is one too many */
  g_autofree char *actual = probe (TYPE_NUMERIC, "9 999,9", grouped, false);
  g_autofree char *expected = probe (TYPE_NUMERIC, NULL, plain, false);
  assert_string_equal (actual, expected);
  g_autofree char *more = g_strconcat (grouped, ",9", NULL);
  assert_null (probe (TYPE_NUMERIC, "9 999,9", more, false));
}

static void
test_format_fits (void **state G_GNUC_UNUSED)
{
  static const struct
  {
    const char *format;
    bool numeric;
    bool bigint;
  } formats[] = {
    { "9.9", true, false },
    { "9,9", true, false },
    { "9.999,9", true, false },
    { "9,999.9", true, false },
    { "9 999,9", true, false },
    { "9 999.9", true, false },
    { "9'999.9", true, false },
    { "9'999,9", true, false },
    { "9,999", true, true },
    { "9.999", true, true },
    { "9 999", true, true },
    { "9'999", true, true },
    { "", false, false },
    { "9", false, false },
    { "99", false, false },
    { "9,99", false, false },
    { "9,9999", false, false },
    { "9,999,9", false, false },
    { "9.999.9", false, false },
    { "9;9", false, false },
    { "9 9", false, false },
    { "9_999", false, false },
    { "9,", false, false },
    { "9,999.", false, false },
    { "9,999.99", false, false },
    { "0,0", false, false },
    { "1,5", false, false },
    { ",9", false, false },
    { "DD/MM/YYYY", false, false },
    { "99999", false, false },
    { "9999", false, false },
    { "9,99,999.9", true, false },
    { "9,99,999", true, true },
    { "9.99.999,9", false, false },
    { "9,99,99", false, false },
    { "percent", true, false },
    { "percent 9,9", true, false },
    { "percent 9.999,9", true, false },
    { "percent %", false, false },
    { "percents", false, false },
    { "percent ", false, false },
    { "currency", true, false },
    { "currency $", true, false },
    { "currency 9.999,9", true, false },
    { "currency 9 999,9 kr", true, false },
    { "currency 9,9 $", true, false },
    { "currency 9", false, false },
    { "currency $5", false, false },
    { "currency $ $", false, false },
    { "currency ", false, false },
    { "currencies", false, false },
    { "yes/no", false, false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *actual = g_strdup_printf (
          "%s: %d %d %d", formats[i].format, types_format_fits ("numeric", formats[i].format),
          types_format_fits ("double precision", formats[i].format), types_format_fits ("int8", formats[i].format));
      g_autofree char *expected =
          g_strdup_printf ("%s: %d %d %d", formats[i].format, formats[i].numeric, formats[i].numeric, formats[i].bigint);
      assert_string_equal (actual, expected);
    }
}

static void
test_different_numbers_are_canonically_different (void **state G_GNUC_UNUSED)
{
  static const char *const cells[] = { "0", "1", "-1", "10", "0.1", "-0.1", "11", "1.1", "101", "1001", "0.01", "100" };
  for (size_t i = 0; i < G_N_ELEMENTS (cells); i++)
    for (size_t j = 0; j < i; j++)
      {
        g_autofree char *a = probe (TYPE_NUMERIC, NULL, cells[i], true);
        g_autofree char *b = probe (TYPE_NUMERIC, NULL, cells[j], true);
        assert_string_not_equal (a, b);
      }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_bigint),
    cmocka_unit_test (test_numeric),
    cmocka_unit_test (test_numeric_refuses_what_it_would_not_write_back),
    cmocka_unit_test (test_numeric_takes_a_thousand_digits_and_no_more),
    cmocka_unit_test (test_double),
    cmocka_unit_test (test_double_refuses_what_it_would_not_write_back),
    cmocka_unit_test (test_numbers_are_canonical_by_value),
    cmocka_unit_test (test_numbers_with_marks),
    cmocka_unit_test (test_bigint_and_double_with_marks),
    cmocka_unit_test (test_a_thousand_digits_with_marks),
    cmocka_unit_test (test_format_fits),
    cmocka_unit_test (test_different_numbers_are_canonically_different),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
