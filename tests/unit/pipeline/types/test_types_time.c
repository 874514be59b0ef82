/* date, timestamp and timestamptz: the calendar, ISO cells, time zones and declared formats. Expected values are days or
 * microseconds since 2000-01-01. */
#include "tests/unit/pipeline/probe.h"

#include <inttypes.h>

#define SECOND INT64_C (1000000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)
#define REFUSED INT64_MIN

typedef struct
{
  const char *cell;
  int64_t expected; /* REFUSED: not of the type */
} Instant;

static void
check_instants (TypeId id, const char *format, const Instant *instants, size_t count)
{
  for (size_t i = 0; i < count; i++)
    {
      const char *cell = instants[i].cell;
      g_autofree char *copy = strlen (cell) > 0 ? memcpy (g_malloc (strlen (cell)), cell, strlen (cell)) : NULL;
      Value value;
      bool taken = type_parse (&types[id], copy != NULL ? copy : "", strlen (cell), format, &value);
      g_autofree char *actual = g_strdup_printf ("%s: %" PRId64, cell, taken ? value.integer : REFUSED);
      g_autofree char *expected = g_strdup_printf ("%s: %" PRId64, cell, instants[i].expected);
      assert_string_equal (actual, expected);
    }
}

#define CHECK_INSTANTS(id, format, instants) check_instants (id, format, instants, G_N_ELEMENTS (instants))

static void
test_dates_by_the_calendar (void **state G_GNUC_UNUSED)
{
  static const Instant dates[] = {
    { "2000-01-01", 0 },       { "2000-01-02", 1 },       { "1999-12-31", -1 },       { "1970-01-01", -10957 },
    { "0001-01-01", -730119 }, { "9999-12-31", 2921939 }, { "1899-12-31", -36525 },   { "1900-01-01", -36524 },
    { "1900-02-28", -36466 },  { "1900-02-29", REFUSED }, { "1900-03-01", -36465 },   { "2000-02-29", 59 },
    { "2000-03-01", 60 },      { "2000-12-31", 365 },     { "2001-01-01", 366 },      { "2024-02-29", 8825 },
    { "2023-02-29", REFUSED }, { "2026-02-30", REFUSED }, { "2026-04-30", 9616 },     { "2026-04-31", REFUSED },
    { "2026-01-32", REFUSED }, { "2026-00-10", REFUSED }, { "2026-13-10", REFUSED },  { "2026-10-00", REFUSED },
    { "0000-01-01", REFUSED }, { "-001-01-01", REFUSED }, { "10000-01-01", REFUSED },
  };
  CHECK_INSTANTS (TYPE_DATE, NULL, dates);
}

static void
test_every_day_of_four_centuries_follows_the_day_before (void **state G_GNUC_UNUSED)
{
  /* given 400 years of GLib's calendar */
  g_autoptr (GDate) date = g_date_new_dmy (1, G_DATE_JANUARY, 1800);
  int64_t previous = 0;
  for (int i = 0; i < 146097; i++, g_date_add_days (date, 1))
    {
      /* when each day is parsed */
      char cell[32];
      g_snprintf (cell, sizeof cell, "%04d-%02d-%02d", g_date_get_year (date), (int) g_date_get_month (date),
                  g_date_get_day (date));
      Value value;
      assert_true (type_parse (&types[TYPE_DATE], cell, 10, NULL, &value));
      /* then its number is one more */
      assert_true (i == 0 || value.integer == previous + 1);
      previous = value.integer;
    }
}

/* The own way is read eight bytes at a time, a format field by field: whatever byte is at whatever place, both say the same. */
static void
test_any_byte_at_any_place (void **state G_GNUC_UNUSED)
{
  static const struct
  {
    TypeId type;
    const char *cell, *format;
  } cases[] = {
    { TYPE_DATE, "2026-11-20", "YYYY-MM-DD" },
    { TYPE_DATE, "0999-10-09", "YYYY-MM-DD" },
    { TYPE_TIMESTAMP, "2026-11-20 09:30:00", "YYYY-MM-DD HH24:MI:SS" },
    { TYPE_TIMESTAMP, "1999-09-19 19:59:59", "YYYY-MM-DD HH24:MI:SS" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    for (size_t at = 0; at < strlen (cases[i].cell); at++)
      for (int byte = 0; byte < 256; byte++)
        {
          g_autofree char *cell = g_strdup (cases[i].cell);
          const Type *type = &types[cases[i].type];
          size_t length = strlen (cell);
          cell[at] = (char) byte;
          Value own = { .integer = 0 }, other = { .integer = 0 };
          bool taken = type_parse (type, cell, length, NULL, &own);
          bool between = at == 10 && byte == 'T'; /* the own way has it, too */
          assert_int_equal (taken, type_parse (type, cell, length, cases[i].format, &other) || between);
          assert_true (!taken || between || own.integer == other.integer);
        }
}

static void
test_dates_that_are_written_otherwise (void **state G_GNUC_UNUSED)
{
  static const Instant dates[] = {
    { "2026-1-5", 9501 },       { "2026-01-5", 9501 },      { "2026-1-05", 9501 },      { "2026-001-05", REFUSED },
    { "26-01-05", REFUSED },    { "2026/01/05", REFUSED },  { "2026-01-05 ", REFUSED }, { " 2026-01-05", REFUSED },
    { "2026-01", REFUSED },     { "2026-01-", REFUSED },    { "20260105", REFUSED },    { "", REFUSED },
    { "2026-01-05T", REFUSED }, { "2026-01-05-", REFUSED }, { "2026-a1-05", REFUSED },  { "today", REFUSED },
    { "infinity", REFUSED },
  };
  CHECK_INSTANTS (TYPE_DATE, NULL, dates);
}

static void
test_declared_date_formats (void **state G_GNUC_UNUSED)
{
  static const Instant slashes[] = { { "05/01/2026", 9501 },     { "5/1/2026", 9501 },      { "31/12/2026", 9861 },
                                     { "12/31/2026", REFUSED },  { "05-01-2026", REFUSED }, { "05/01/26", REFUSED },
                                     { "05/01/2026x", REFUSED }, { "/1/2026", REFUSED } };
  CHECK_INSTANTS (TYPE_DATE, "DD/MM/YYYY", slashes);
  static const Instant american[] = { { "01/05/2026", 9501 }, { "12/31/2026", 9861 }, { "31/12/2026", REFUSED } };
  CHECK_INSTANTS (TYPE_DATE, "MM/DD/YYYY", american);
  static const Instant dots[] = { { "5.1.2026", 9501 }, { "29.02.2000", 59 }, { "29.02.1900", REFUSED } };
  CHECK_INSTANTS (TYPE_DATE, "DD.MM.YYYY", dots);
  /* where nothing separates the fields, each has its full width */
  static const Instant run_together[] = {
    { "20260105", 9501 }, { "2026015", REFUSED }, { "202615", REFUSED }, { "202601055", REFUSED }
  };
  CHECK_INSTANTS (TYPE_DATE, "YYYYMMDD", run_together);
  static const Instant half[] = { { "5/012026", 9501 }, { "5/12026", REFUSED } };
  CHECK_INSTANTS (TYPE_DATE, "DD/MMYYYY", half);
  static const Instant literals[] = { { "2026\xe5\xb9\xb4"
                                        "1\xe6\x9c\x88"
                                        "5\xe6\x97\xa5",
                                        9501 },
                                      { "2026\xe5\xb9\xb4"
                                        "1\xe6\x9c\x88"
                                        "5",
                                        REFUSED } };
  CHECK_INSTANTS (TYPE_DATE,
                  "YYYY\xe5\xb9\xb4MM\xe6\x9c\x88"
                  "DD\xe6\x97\xa5",
                  literals);
}

static void
test_declared_formats_with_named_months (void **state G_GNUC_UNUSED)
{
  static const Instant named[] = {
    { "05 Jan 2026", 9501 },  { "5 jan 2026", 9501 },     { "5 JANUARY 2026", 9501 },      { "31 Dec 2026", 9861 },
    { "29 Feb 2000", 59 },    { "29 Feb 1900", REFUSED }, { "30 February 2026", REFUSED }, { "5 Janu 2026", REFUSED },
    { "5 Ja 2026", REFUSED }, { "5 Jan. 2026", REFUSED }, { "5 01 2026", REFUSED },        { "5 Jan 26", REFUSED },
    { "5 Jan", REFUSED },     { "5 ", REFUSED },          { "5 Jan 2026 ", REFUSED },      { "5 M\xc3\xa4r 2026", REFUSED },
  };
  CHECK_INSTANTS (TYPE_DATE, "DD Mon YYYY", named);
  CHECK_INSTANTS (TYPE_DATE, "DD MONTH YYYY", named);
  static const Instant first[] = { { "January 5, 2026", 9501 }, { "Jan 5, 2026", 9501 }, { "Jan 5 2026", REFUSED } };
  CHECK_INSTANTS (TYPE_DATE, "month DD, YYYY", first);
  static const Instant together[] = { { "05JAN2026", 9501 }, { "5Jan2026", 9501 } };
  CHECK_INSTANTS (TYPE_DATE, "DDMONYYYY", together);
  static const Instant timed[] = { { "02/Jan/2000:03:04:05 +0000", DAY + 3 * HOUR + 4 * 60 * SECOND + 5 * SECOND } };
  CHECK_INSTANTS (TYPE_TIMESTAMPTZ, "DD/Mon/YYYY:HH24:MI:SS TZ", timed);
}

static void
test_every_month_has_its_name (void **state G_GNUC_UNUSED)
{
  static const char *const names[] = { "January", "February", "March",     "April",   "May",      "June",
                                       "July",    "August",   "September", "October", "November", "December" };
  for (int i = 0; i < 12; i++)
    {
      g_autofree char *number = g_strdup_printf ("01 %02d 2026", i + 1);
      g_autofree char *full = g_strdup_printf ("01 %s 2026", names[i]);
      g_autofree char *brief = g_strdup_printf ("01 %.3s 2026", names[i]);
      g_autofree char *expected = probe (TYPE_DATE, "DD MM YYYY", number, false);
      g_autofree char *by_full = probe (TYPE_DATE, "DD Month YYYY", full, false);
      g_autofree char *by_brief = probe (TYPE_DATE, "DD Mon YYYY", brief, false);
      assert_string_equal (by_full, expected);
      assert_string_equal (by_brief, expected);
    }
}

static void
test_timestamp (void **state G_GNUC_UNUSED)
{
  static const Instant timestamps[] = {
    { "2000-01-01T00:00", 0 },
    { "2000-01-01 00:00:00", 0 },
    { "2000-01-01 00:00:00.000001", 1 },
    { "2000-01-01 00:00:00.5", 500000 },
    { "2000-01-01 00:00:00.050", 50000 },
    { "2000-01-02 03:04:05.123456", DAY + 3 * HOUR + 4 * 60 * SECOND + 5 * SECOND + 123456 },
    { "1999-12-31T23:59:59.999999", -1 },
    { "0001-01-01 00:00", -730119 * DAY },
    { "9999-12-31 23:59:59.999999", 2921940 * DAY - 1 },
    { "2026-1-5 00:00", 9501 * DAY },
    { "2000-01-01 24:00", REFUSED },
    { "2000-01-01 23:60", REFUSED },
    { "2000-01-01 23:59:60", REFUSED },
    { "2000-01-01 00:00:00.", REFUSED },
    { "2000-01-01 00:00:00.1234567", REFUSED },
    { "2000-01-01 00:00:00.1234560", 123456 },
    { "2000-01-01 00:00:00.000000000", 0 },
    { "2000-01-01 00:00:00,5", 500000 },
    { "2000-01-01 00:00:00,", REFUSED },
    { "2000-01-01 00:00,5", REFUSED },
    { "2000-01-01 00:00:00.5,5", REFUSED },
    { "2000-01-01 00:00:", REFUSED },
    { "2000-01-01 00:00:0", REFUSED },
    { "2000-01-01 00", REFUSED },
    { "2000-01-01 00:00-", REFUSED },
    { "2000-01-01 00:00:00+", REFUSED },
    { "2000-01-01 00:00:00.5 -", REFUSED },
    { "2000-01-01 00:00-0", REFUSED },
    { "2000-01-01 00:00 ", REFUSED },
    { "2000-01-01 9:05", 9 * HOUR + 5 * 60 * SECOND },
    { "2000-01-01 9:05 AM", REFUSED },
    { "2000-01-01 009:05", REFUSED },
    { "2000-01-01  00:00", REFUSED },
    { "2000-01-01t00:00", REFUSED },
    { "2000-01-01", REFUSED },
    { "2000-01-01T", REFUSED },
    { "2000-02-30T00:00", REFUSED },
    { "2000-01-01T00:00Z", REFUSED },
    { "2000-01-01T00:00+01", REFUSED },
    { "T00:00", REFUSED },
    { "", REFUSED },
  };
  CHECK_INSTANTS (TYPE_TIMESTAMP, NULL, timestamps);
}

static void
test_timestamptz (void **state G_GNUC_UNUSED)
{
  static const Instant timestamps[] = {
    { "2000-01-01T00:00Z", 0 },
    { "2000-01-01 00:00:00+00", 0 },
    { "2000-01-01 00:00:00-00:00", 0 },
    { "2000-01-01 01:00:00+01", 0 },
    { "2000-01-01 01:00:00+0100", 0 },
    { "2000-01-01 01:00:00.25+01:00", 250000 },
    { "2000-01-01 05:30+05:30", 0 },
    { "1999-12-31 19:00-05", 0 },
    { "1999-12-31 20:30-0330", 0 },
    { "2000-01-01 15:59+15:59", 0 },
    { "1999-12-31 08:01-15:59", 0 },
    { "2000-01-01 00:00+16", REFUSED },
    { "2000-01-01 00:00+01:60", REFUSED },
    { "2000-01-01 00:00+1", REFUSED },
    { "2000-01-01 00:00+01:", REFUSED },
    { "2000-01-01 00:00+01:0", REFUSED },
    { "2000-01-01 00:00+010", REFUSED },
    { "2000-01-01 00:00+01:00:00", REFUSED },
    { "2000-01-01 00:00 +01", -HOUR },
    { "2000-01-01 00:00z", REFUSED },
    { "2000-01-01 00:00 UTC", 0 },
    { "2000-01-01 00:00ZZ", REFUSED },
    { "2000-01-01 00:00", REFUSED },
    { "2000-01-01Z", REFUSED },
  };
  CHECK_INSTANTS (TYPE_TIMESTAMPTZ, NULL, timestamps);
}

static void
test_declared_timestamp_formats (void **state G_GNUC_UNUSED)
{
  static const Instant german[] = {
    { "02.01.2000 03:04", DAY + 3 * HOUR + 4 * 60 * SECOND },
    { "2.1.2000 3:04", DAY + 3 * HOUR + 4 * 60 * SECOND },
    { "2.1.2000 3:4", REFUSED },
    { "2.1.2000 3:04:05", REFUSED },
    { "2.1.2000", REFUSED },
  };
  CHECK_INSTANTS (TYPE_TIMESTAMP, "DD.MM.YYYY HH24:MI", german);
  static const Instant seconds[] = { { "20000101T000005", 5 * SECOND },
                                     { "20000101T000005.5", 5 * SECOND + 500000 },
                                     { "20000101T00005", REFUSED } };
  CHECK_INSTANTS (TYPE_TIMESTAMP, "YYYYMMDDTHH24MISS", seconds);
  static const Instant zoned[] = { { "01/01/2000 01:00:00 +01:00", 0 },
                                   { "01/01/2000 00:00:00 Z", 0 },
                                   { "01/01/2000 00:00:00", REFUSED } };
  CHECK_INSTANTS (TYPE_TIMESTAMPTZ, "DD/MM/YYYY HH24:MI:SS TZ", zoned);
  static const Instant utc[] = { { "2000-01-01T00:00:01Z", SECOND }, { "2000-01-01T00:00:01+00", REFUSED } };
  CHECK_INSTANTS (TYPE_TIMESTAMPTZ, "YYYY-MM-DDTHH24:MI:SSZ", utc);
}

static void
test_time (void **state G_GNUC_UNUSED)
{
  static const Instant times[] = {
    { "00:00", 0 },
    { "09:30", 9 * HOUR + 30 * 60 * SECOND },
    { "9:30", 9 * HOUR + 30 * 60 * SECOND },
    { "09:30:15", 9 * HOUR + 30 * 60 * SECOND + 15 * SECOND },
    { "09:30:15.25", 9 * HOUR + 30 * 60 * SECOND + 15 * SECOND + 250000 },
    { "23:59:59.999999", DAY - 1 },
    { "24:00", REFUSED },
    { "25:10", REFUSED },
    { "09:60", REFUSED },
    { "09:30:60", REFUSED },
    { "9", REFUSED },
    { "9:5", REFUSED },
    { "09:30:", REFUSED },
    { "09:30Z", REFUSED },
    { "09:30 AM", REFUSED },
    { " 09:30", REFUSED },
    { "", REFUSED },
  };
  CHECK_INSTANTS (TYPE_TIME, NULL, times);
  static const Instant halves[] = {
    { "12:00 AM", 0 },       { "12:30 pm", 12 * HOUR + 30 * 60 * SECOND },
    { "1:00PM", 13 * HOUR }, { "11:00 am", 11 * HOUR },
    { "13:00 PM", REFUSED }, { "0:30 AM", REFUSED },
    { "1:00", REFUSED },     { "1:00 XM", REFUSED },
    { "1:00  AM", REFUSED },
  };
  CHECK_INSTANTS (TYPE_TIME, "HH12:MI AM", halves);
  static const Instant together[] = { { "0930", 9 * HOUR + 30 * 60 * SECOND }, { "930", REFUSED } };
  CHECK_INSTANTS (TYPE_TIME, "HH24MI", together);
}

static void
test_years_of_two_digits (void **state G_GNUC_UNUSED)
{
  static const Instant years[] = {
    { "01/01/00", 0 }, { "01/01/68", 24837 },  { "01/01/69", -11322 },    { "31/12/99", -1 },
    { "1/1/00", 0 },   { "01/01/0", REFUSED }, { "01/01/2000", REFUSED }, { "29/02/01", REFUSED },
  };
  CHECK_INSTANTS (TYPE_DATE, "DD/MM/YY", years);
  static const Instant named[] = { { "1 Jan 00", 0 }, { "1-Jan-00", REFUSED } };
  CHECK_INSTANTS (TYPE_DATE, "DD Mon YY", named);
}

static void
test_zones_as_people_write_them (void **state G_GNUC_UNUSED)
{
  static const Instant zoned[] = {
    { "2000-01-01 01:00 UTC", HOUR },    { "2000-01-01 01:00 GMT", HOUR }, { "2000-01-01 01:00utc", HOUR },
    { "2000-01-01 01:00 Z", HOUR },      { "2000-01-01 01:00 +01", 0 },    { "2000-01-01 01:00  UTC", REFUSED },
    { "2000-01-01 01:00 CET", REFUSED }, { "2000-01-01 01:00 ", REFUSED },
  };
  CHECK_INSTANTS (TYPE_TIMESTAMPTZ, NULL, zoned);
  static const Instant halves[] = { { "1/2/2000 1:00 PM UTC", DAY + 13 * HOUR }, { "1/2/2000 1:00 PM", REFUSED } };
  CHECK_INSTANTS (TYPE_TIMESTAMPTZ, "MM/DD/YYYY HH12:MI AMTZ", halves);
}

static void
test_format_fits (void **state G_GNUC_UNUSED)
{
  static const struct
  {
    const char *type;
    const char *format;
    bool fits;
  } formats[] = {
    { "date", "DD/MM/YYYY", true },
    { "date", "YYYY-MM-DD", true },
    { "date", "YYYYMMDD", true },
    { "DATE", "DD. MM. YYYY", true },
    { "date",
      "YYYY\xe5\xb9\xb4MM\xe6\x9c\x88"
      "DD\xe6\x97\xa5",
      true },
    { "date", "", false },
    { "date", "YYYY-MM", false },
    { "date", "DD/MM/YY", true },
    { "date", "DD/MM/Y", false },
    { "date", "DD/MM/YYY", false },
    { "date", "YY/MM/YYYY DD", false },
    { "date", "dd/mm/yyyy", false },
    { "date", "DD/MON/YYYY", true },
    { "date", "DD Mon YYYY", true },
    { "date", "Month DD, YYYY", true },
    { "date", "ddmonthyyyy", false },
    { "date", "DD Mon MM YYYY", false },
    { "date", "DD Mon Month YYYY", false },
    { "date", "DD Mon YY", true },
    { "date", "DD Mo YYYY", false },
    { "date", "9,9", false },
    { "timestamp", "DD-mon-YYYY HH24:MI:SS", true },
    { "date", "DD/MM/YYYY/DD", false },
    { "date", "DD/MM/20YY", false },
    { "date", "YYYY-MM-DD HH24", false },
    { "date", "YYYY-MM-DD SS", false },
    { "date", "YYYY-MM-DDTZ", false },
    { "timestamp", "YYYY-MM-DD HH24:MI:SS", true },
    { "timestamp without time zone", "DD/MM/YYYY HH24:MI", true },
    { "timestamp", "YYYY-MM-DDTHH24:MI", true },
    { "timestamp", "YYYY-MM-DD", false },
    { "timestamp", "YYYY-MM-DD HH24", false },
    { "timestamp", "YYYY-MM-DD HH:MI", false },
    { "timestamp", "YYYY-MM-DD HH12:MI", false },
    { "timestamp", "YYYY-MM-DD HH24:MI AM", false },
    { "timestamp", "YYYY-MM-DD HH24:MI:SSTZ", false },
    { "timestamp", "HH24:MI", false },
    { "timestamp", "YYYY-MM-DD HH12:MI AM", true },
    { "timestamp", "MM/DD/YYYY HH12:MI:SSPM", true },
    { "timestamp", "YYYY-MM-DD HH24:HH12:MI AM", false },
    { "timestamptz", "MM/DD/YY HH12:MI AMTZ", true },
    { "date", "YYYY-MM-DD AM", false },
    { "time", "HH24:MI", true },
    { "time", "HH24MISS", true },
    { "time", "HH12:MI:SS AM", true },
    { "time without time zone", "HH24.MI", true },
    { "time", "HH24", false },
    { "time", "HH12:MI", false },
    { "time", "HH24:MITZ", false },
    { "time", "YYYY-MM-DD HH24:MI", false },
    { "time", "DD HH24:MI", false },
    { "boolean", "yes/no", true },
    { "boolean", "ja/nein", true },
    { "boolean", "yes", false },
    { "boolean", "/no", false },
    { "boolean", "yes/", false },
    { "boolean", "a/b/c", false },
    { "boolean", "x/X", false },
    { "timestamptz", "YYYY-MM-DD HH24:MI:SSTZ", true },
    { "timestamptz", "YYYY-MM-DD HH24:MI:SS TZ", true },
    { "timestamptz", "YYYY-MM-DD HH24:MI:SS", true },
    { "timestamptz", "YYYY-MM-DDTHH24:MI:SSZ", true },
    { "timestamptz", "TZ YYYY-MM-DD HH24:MI:SS", false },
    { "text", "DD/MM/YYYY", false },
    { "bigint", "", false },
    { "nonsense", "DD/MM/YYYY", false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *actual = g_strdup_printf ("%s as %s: %d", formats[i].type, formats[i].format,
                                                 types_format_fits (formats[i].type, formats[i].format));
      g_autofree char *expected = g_strdup_printf ("%s as %s: %d", formats[i].type, formats[i].format, formats[i].fits);
      assert_string_equal (actual, expected);
    }
  assert_false (types_format_fits ("date", NULL));
}

static void
test_encoding (void **state G_GNUC_UNUSED)
{
  static const Probe dates[] = {
    { "2000-01-01", "00000000" }, { "1999-12-31", "ffffffff" }, { "9999-12-31", "002c95d3" }, { "0001-01-01", "fff4dbf9" }
  };
  CHECK_ENCODED (TYPE_DATE, NULL, dates);
  static const Probe timestamps[] = { { "2000-01-01T00:00:01", "00000000000f4240" },
                                      { "1999-12-31 23:59:59.999999", "ffffffffffffffff" } };
  CHECK_ENCODED (TYPE_TIMESTAMP, NULL, timestamps);
  static const Probe times[] = { { "00:00:01", "00000000000f4240" }, { "23:59:59.999999", "000000141dd75fff" } };
  CHECK_ENCODED (TYPE_TIME, NULL, times);
  static const Probe zoned[] = { { "2000-01-01T01:00:01+01", "00000000000f4240" } };
  CHECK_ENCODED (TYPE_TIMESTAMPTZ, NULL, zoned);
}

static void
test_instants_are_canonical_by_value (void **state G_GNUC_UNUSED)
{
  /* given the same instant as a date, a timestamp and a timestamptz, when each is made canonical, then all are alike */
  static const Probe dates[] = { { "2000-01-02", "69 000000141dd76000" } };
  CHECK_CANONICAL (TYPE_DATE, NULL, dates);
  static const Probe times[] = { { "00:00:01", "63 00000000000f4240" }, { "00:00:01.000", "63 00000000000f4240" } };
  CHECK_CANONICAL (TYPE_TIME, NULL, times);
  static const Probe timestamps[] = { { "2000-01-02 00:00", "69 000000141dd76000" },
                                      { "2000-01-02T00:00:00.000", "69 000000141dd76000" } };
  CHECK_CANONICAL (TYPE_TIMESTAMP, NULL, timestamps);
  static const Probe zoned[] = { { "2000-01-02T00:00Z", "69 000000141dd76000" }, { "2000-01-02T02:00+02", "69 000000141dd76000" } };
  CHECK_CANONICAL (TYPE_TIMESTAMPTZ, NULL, zoned);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_dates_by_the_calendar),
    cmocka_unit_test (test_every_day_of_four_centuries_follows_the_day_before),
    cmocka_unit_test (test_any_byte_at_any_place),
    cmocka_unit_test (test_dates_that_are_written_otherwise),
    cmocka_unit_test (test_declared_date_formats),
    cmocka_unit_test (test_declared_formats_with_named_months),
    cmocka_unit_test (test_every_month_has_its_name),
    cmocka_unit_test (test_timestamp),
    cmocka_unit_test (test_timestamptz),
    cmocka_unit_test (test_declared_timestamp_formats),
    cmocka_unit_test (test_time),
    cmocka_unit_test (test_years_of_two_digits),
    cmocka_unit_test (test_zones_as_people_write_them),
    cmocka_unit_test (test_format_fits),
    cmocka_unit_test (test_encoding),
    cmocka_unit_test (test_instants_are_canonical_by_value),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
