/* What a cell becomes, to the last bit: row hashes and ids are kept in people's warehouses, so no change of the code may change them.
 *
 * Each type reads each of many thousand cells: those below, and all that one letter more, less or another makes of them. What it takes
 * is written down with its bytes and its one text, and the digest of these lines stands here. Whoever must change one has
 * changed what is stored. */
#include "tests/unit/pipeline/probe.h"

#include "base/digest.h"

static const char *const cells[] = {
  /* numbers */
  "0", "1", "7", "42", "-1", "+5", "00", "007", "-0", "0.0", "0.00", "-0.0", "0.5", ".5", "5.", "-.5", "1.50", "100", "1000",
  "9999", "10000", "10001", "99999999", "100000000", "12345678", "123456789", "61898.83", "-61898.83", "12.3456", "0.0001",
  "0.00001", "0.00012345", "1234567.1234567", "12345678901234567", "123456789012345678", "1234567890123456789",
  "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "12345678901234567890.1234567890",
  "1e5", "1E-5", "1.5e3", "-1.5E+3", "1e308", "1e309", "1e-308", "5e-324", "1e23", "0.1", "0.30000000000000004",
  "1.7976931348623157e308", "1,5", "1.234", "1,234", "1,234.5", "1.234,5", "1 234,5", "1'234.5", "12,34,567.8", "1,234,567",
  "1234,567", "+441234567", "12.5%", "12.5 %", "$1,234.50", "1.234,50 €", "(12.50)", "12.50-", "EUR 5", "-$5", "1\xc2\240234,5",
  "99999999999999999999999999999999", "1_000", "0x10", "1000000.000000", "0.000000", "120.0300", "1e0", "0e5", "00.5",
  /* days and times */
  "2026-11-20", "2024-02-29", "2023-02-29", "2000-02-29", "1900-02-29", "0001-01-01", "9999-12-31", "0000-01-01", "1999-12-31",
  "2000-01-01", "2026-1-2", "20/11/2026", "11/20/2026", "1/2/26", "20.11.2026", "20261120", "20 Nov 2026", "20-november-26",
  "Nov 20, 2026", "2026-11-20 09:30:00", "2026-11-20T09:30:00", "2026-11-20 9:30", "2026-11-20 09:30:00.5",
  "2026-11-20 09:30:00.123456", "2026-11-20 09:30:00,123456000", "2026-11-20T09:30:00Z", "2026-11-20 09:30:00+02",
  "2026-11-20 09:30:00 +0530", "2026-11-20 09:30:00-15:59", "2026-11-20T23:59:59.999999 UTC", "0001-01-01 00:00:00+15:59",
  "9999-12-31 23:59:59-15:59", "20/11/2026 09:30", "20/11/2026 9:30:15 pm", "11/20/2026 12:00 AM", "20261120093000", "09:30",
  "9:30:00", "23:59:59.999999", "24:00", "12:30 PM", "09:30:00Z", "2026-11-20 24:00:00", "2026-11-20 09:60:00", "2026-13-01",
  "2026-11-31", "0001-01-01 00:00:00",
  /* words, ids, documents */
  "", " ", "true", "FALSE", "t", "f", "yes", "No", "on", "off", "y", "n", "ja", "nein", "x", "größe",
  "e4eaaaf2-d142-11e1-b3e4-080027620cdd", "E4EAAAF2-D142-11E1-B3E4-080027620CDD", "e4eaaaf2d14211e1b3e4080027620cdd", "{}", "[]",
  "{\"a\": 1, \"b\": [2.50, \"x\"]}", "{\"a\":1e9999}", "{\"a\":1,\"a\":2}", "[1e999]", "null"
};

static const struct
{
  TypeId type;
  const char *format; /* NULL: the type's own */
  unsigned taken;
  const char *digest; /* of the lines */
} wanted[] = {
  { TYPE_BOOLEAN, NULL, 25, "65bb130cf5df5a75" },
  { TYPE_BOOLEAN, "ja/nein", 3, "5fb349bee07a439c" },
  { TYPE_BIGINT, NULL, 550, "d365d43d8f394ecf" },
  { TYPE_BIGINT, "9,999", 575, "b89640dfda64ff85" },
  { TYPE_BIGINT, "9.999", 540, "7fe6160d926eb786" },
  { TYPE_NUMERIC, NULL, 1396, "514fc6bfb7d93165" },
  { TYPE_NUMERIC, "9,9", 846, "54a58ab1a5797119" },
  { TYPE_NUMERIC, "9,999.9", 1267, "009d8c5478b58ccc" },
  { TYPE_NUMERIC, "9.999,9", 886, "a5b385b727f33447" },
  { TYPE_NUMERIC, "9 999,9", 873, "8142f92a3897859c" },
  { TYPE_NUMERIC, "9'999.9", 1238, "6c77800d74daab63" },
  { TYPE_NUMERIC, "9,99,999.9", 1273, "d07dd3043eb3de49" },
  { TYPE_NUMERIC, "9.999", 676, "62968c0b96dfca76" },
  { TYPE_NUMERIC, "percent", 28, "1697cb6ffd6f907f" },
  { TYPE_NUMERIC, "percent 9,9", 6, "f1f6b8bd919abb72" },
  { TYPE_NUMERIC, "currency", 1491, "6dce0d1575dbcfe9" },
  { TYPE_NUMERIC, "currency 9.999,9", 1035, "c36acd0a75adeda8" },
  { TYPE_NUMERIC, "currency 9.999,9 €", 1017, "74b435c724c127aa" },
  { TYPE_DOUBLE, NULL, 906, "6e2259dcda84bccc" },
  { TYPE_DOUBLE, "9,9", 544, "a9e5b0562d4d6acd" },
  { TYPE_DOUBLE, "9,999.9", 950, "ad0b4a04b396130e" },
  { TYPE_DATE, NULL, 132, "b819d8ce95fdc006" },
  { TYPE_DATE, "YYYY-MM-DD", 132, "b819d8ce95fdc006" },
  { TYPE_DATE, "DD/MM/YYYY", 15, "ee403ab390cf315b" },
  { TYPE_DATE, "MM/DD/YY", 7, "8aabcdc096ecb782" },
  { TYPE_DATE, "DD.MM.YYYY", 14, "6b960327f73bf283" },
  { TYPE_DATE, "YYYYMMDD", 13, "9cfb9f7e6b5e4a06" },
  { TYPE_DATE, "DD Mon YYYY", 13, "af3c66030ce1c351" },
  { TYPE_DATE, "DD-Month-YY", 9, "b17c6ce97843c80d" },
  { TYPE_DATE, "Mon DD, YYYY", 12, "7a88d35c2299d416" },
  { TYPE_TIME, NULL, 49, "fa7a77200d6b262a" },
  { TYPE_TIME, "HH24:MI", 12, "1b8385a342958cca" },
  { TYPE_TIME, "HH12:MI AM", 7, "8ca3b295bfa2766b" },
  { TYPE_TIME, "HH24:MI:SS", 36, "6c141e6430112ff0" },
  { TYPE_TIMESTAMP, NULL, 219, "de03bf59f7da9946" },
  { TYPE_TIMESTAMP, "YYYY-MM-DD HH24:MI:SS", 130, "1721bfb3c6598b9f" },
  { TYPE_TIMESTAMP, "DD/MM/YYYY HH24:MI", 22, "c6feb32696eb232e" },
  { TYPE_TIMESTAMP, "DD/MM/YYYY HH12:MI:SS AM", 26, "e71c7fa2d4f23fc3" },
  { TYPE_TIMESTAMP, "MM/DD/YYYY HH12:MI AM", 23, "fdb7a7d858709402" },
  { TYPE_TIMESTAMP, "YYYYMMDDHH24MISS", 24, "3259eeaf5f819786" },
  { TYPE_TIMESTAMPTZ, NULL, 234, "262fb3f40890668a" },
  { TYPE_TIMESTAMPTZ, "YYYY-MM-DDTHH24:MI:SSTZ", 65, "5c54accce5b50c83" },
  { TYPE_TIMESTAMPTZ, "YYYY-MM-DD HH24:MI:SS TZ", 34, "4d1d45892fb9027f" },
  { TYPE_TIMESTAMPTZ, "DD/MM/YYYY HH24:MI", 22, "6fedf9e9ac185aea" },
  { TYPE_UUID, NULL, 166, "aa9cbb3fdfc86614" },
  { TYPE_JSONB, NULL, 64, "26fe8d7532da0c77" },
  { TYPE_TEXT, NULL, 11446, "fe93c4a6edffb62e" },
};

typedef struct
{
  TypeId type;
  const char *format;
  unsigned taken;
  GString *lines;
} Taker;

static void
add_cell (Taker *taker, const char *cell)
{
  g_autofree char *encoded = probe (taker->type, taker->format, cell, false);
  if (encoded == NULL)
    return;
  g_autofree char *canonical = probe (taker->type, taker->format, cell, true);
  g_autofree char *text = probe_text (taker->type, taker->format, cell);
  g_string_append_printf (taker->lines, "%s %s %s %s\n", cell, encoded, canonical, text != NULL ? text : "-");
  taker->taken++;
}

/* The cell, and its neighbours: cut off, twice its last letter, blanks around it, and another letter at each place. */
static void
add_neighbours (Taker *taker, const char *cell)
{
  static const char others[] = "0951-+:. T,Z/e";
  g_autoptr (GString) other = g_string_new (cell);
  add_cell (taker, cell);
  if (other->len == 0)
    return;
  for (size_t at = 0; at < other->len; at++)
    {
      char was = other->str[at];
      for (size_t i = at % 2; i < strlen (others); i += 2)
        {
          other->str[at] = others[i];
          add_cell (taker, other->str);
        }
      other->str[at] = was;
    }
  g_string_append_c (other, other->str[other->len - 1]);
  add_cell (taker, other->str);
  g_string_truncate (other, other->len - 2);
  add_cell (taker, other->str);
  g_string_printf (other, " %s ", cell);
  add_cell (taker, other->str);
  g_string_printf (other, "-%s", cell);
  add_cell (taker, other->str);
}

static char *
describe (TypeId type, const char *format, unsigned taken, const char *digest)
{
  return g_strdup_printf ("TYPE %s, %s: %u, \"%.16s\"", types[type].name, format != NULL ? format : "NULL", taken, digest);
}

static void
test_bytes (void **state G_GNUC_UNUSED)
{
  int different = 0;
  for (size_t i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_autoptr (GString) lines = g_string_new (NULL);
      Taker taker = { wanted[i].type, wanted[i].format, 0, lines };
      for (size_t c = 0; c < G_N_ELEMENTS (cells); c++)
        add_neighbours (&taker, cells[c]);
      char digest[SHA256_HEX_SIZE];
      sha256_bytes (lines->str, lines->len, digest);
      g_autofree char *actual = describe (taker.type, taker.format, taker.taken, digest);
      g_autofree char *expected = describe (taker.type, taker.format, wanted[i].taken, wanted[i].digest);
      different += strcmp (actual, expected) != 0;
      if (strcmp (actual, expected) != 0)
        print_error ("%s\n  wanted: %s\n", actual, expected);
    }
  assert_int_equal (different, 0);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_bytes),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
