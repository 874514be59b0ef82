/* Since when a file's name says that its rows are true. */
#include "models/file_date.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static const struct
{
  const char *name;
  FileDateVerdict verdict;
  const char *text;
} cases[] = {
  { "users_2026-11-20.csv", FILE_DATE_FOUND, "2026-11-20T00:00:00" },
  { "/srv/imports/users_2026-11-20.csv", FILE_DATE_FOUND, "2026-11-20T00:00:00" },
  { "users-20261120T0930.csv", FILE_DATE_FOUND, "2026-11-20T09:30:00" },
  { "2026-11-20_users.csv", FILE_DATE_FOUND, "2026-11-20T00:00:00" },
  { "20261120-0930 users.csv.gz", FILE_DATE_FOUND, "2026-11-20T09:30:00" },
  { "users_20261120093015.csv", FILE_DATE_FOUND, "2026-11-20T09:30:15" },
  { "users_202611200930.csv", FILE_DATE_FOUND, "2026-11-20T09:30:00" },
  { "users_2026-11-20T09-30-15Z.csv", FILE_DATE_FOUND, "2026-11-20T09:30:15Z" },
  { "users_2026-11-20T09:30.csv", FILE_DATE_FOUND, "2026-11-20T09:30:00" },
  { "users_20261120T093000+0100.csv", FILE_DATE_FOUND, "2026-11-20T09:30:00+01:00" },
  { "users_20261120T0930+01:30.csv", FILE_DATE_FOUND, "2026-11-20T09:30:00+01:30" },
  { "users_2026-11-20T09-30-15.123456.csv", FILE_DATE_FOUND, "2026-11-20T09:30:15.123456" },
  { "users_20261120T093015.5+0100.csv", FILE_DATE_FOUND, "2026-11-20T09:30:15.5+01:00" },
  { "users_20261120T093015.1234567.csv", FILE_DATE_FOUND, "2026-11-20T09:30:15" },
  { "users_20261120T0930.25.csv", FILE_DATE_FOUND, "2026-11-20T09:30:00" },
  { "users.2026.11.20.09.30.15.2.csv", FILE_DATE_FOUND, "2026-11-20T09:30:15" },
  { "users.2026.11.20.csv", FILE_DATE_FOUND, "2026-11-20T00:00:00" },
  { "users_2024-02-29.csv", FILE_DATE_FOUND, "2024-02-29T00:00:00" },
  { "users_2026-11-20 (1).csv", FILE_DATE_FOUND, "2026-11-20T00:00:00" },
  /* numbers of somebody's */
  { "users_2026-11-20-3.csv", FILE_DATE_FOUND, "2026-11-20T00:00:00" },
  { "users_2026-11-20_2500.csv", FILE_DATE_FOUND, "2026-11-20T00:00:00" },
  { "users_7_2026-11-20.csv", FILE_DATE_FOUND, "2026-11-20T00:00:00" },
  { "sales2026_2026-11-20.csv", FILE_DATE_FOUND, "2026-11-20T00:00:00" },
  /* what the archive puts into a name */
  { "users_2026-11-20.20270101T093000Z-3fa9c1d2.csv", FILE_DATE_FOUND, "2026-11-20T00:00:00" },
  { "users.20270101T093000Z-3fa9c1d2.csv", FILE_DATE_NONE, "" },
  /* none */
  { "users.csv", FILE_DATE_NONE, "" },
  { "users-3.csv", FILE_DATE_NONE, "" },
  { "users_2026-11.csv", FILE_DATE_NONE, "" },
  { "users_20-11-2026.csv", FILE_DATE_NONE, "" },
  { "users_2026-1120.csv", FILE_DATE_NONE, "" },
  { "users_120261120.csv", FILE_DATE_NONE, "" },
  { "users_202611201.csv", FILE_DATE_NONE, "" },
  { "users_1850-11-20.csv", FILE_DATE_NONE, "" },
  /* impossible ones */
  { "users_2026-13-01.csv", FILE_DATE_IMPOSSIBLE, "" },
  { "users_20260230.csv", FILE_DATE_IMPOSSIBLE, "" },
  { "users_2026-02-29.csv", FILE_DATE_IMPOSSIBLE, "" },
  { "users_2026-11-20T2561.csv", FILE_DATE_IMPOSSIBLE, "" },
  /* two */
  { "users_2026-11-01_2026-11-30.csv", FILE_DATE_SEVERAL, "2026-11-01T00:00:00" },
  { "2026-11-20_users_20261120.csv", FILE_DATE_FOUND, "2026-11-20T00:00:00" },
};

static void
a_name_says_when (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FileDate date;
      FileDateVerdict verdict = file_date_find (cases[i].name, &date);
      if (verdict != cases[i].verdict)
        fail_msg ("%s: verdict %d", cases[i].name, verdict);
      if (g_strcmp0 (date.text, cases[i].text) != 0)
        fail_msg ("%s: \"%s\"", cases[i].name, date.text);
      assert_int_equal (date.zoned, g_str_has_suffix (date.text, "Z") || g_strrstr (date.text, "+") != NULL);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (a_name_says_when) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
