/* Columns of dates, times of day and timestamps: their orders, their shapes, and the doubts. */
#include "tests/unit/pipeline/inferred.h"

static void
test_dates (void **state G_GNUC_UNUSED)
{
  static const Column columns[] = {
    { "date", { "2026-11-20", "0001-01-01" } },
    { "date", { "2026-11-20", "", QUOTED_EMPTY } },
    { "text", { "2026-11-20", "2026-02-30" } },
    { "text", { "2026-11-20", "20/11/2026" } },
    { "date YYYY/MM/DD", { "2026/11/20", "2026/1/2" } },
    { "date DD/MM/YYYY", { "01/02/2026", "25/12/2026", "03/04/2026" } },
    { "date MM/DD/YYYY", { "01/02/2026", "12/25/2026" } },
    { "date DD-MM-YYYY", { "01-02-2026", "25-12-2026" } },
    { "date MM-DD-YYYY", { "12-25-2026", "01-02-2026" } },
    { "date DD.MM.YYYY", { "01.02.2026", "1.2.2026" } },
    { "text", { "12.25.2026" } },
    { "text", { "25/12/2026", "12/25/2026" } },
    { "text", { "25/12/2026", "25-12-2026" } },
    { "text ambiguous", { "01/02/2026", "12/12/2026" } },
    { "text ambiguous", { "01/01/2026", "02/02/2026" } },
    { "text ambiguous", { "01-02-2026" } },
    { "text", { "01/02/2026", "x" } },

    { "date DD Mon YYYY", { "20 Nov 2026", "1 may 2026", "03 DEC 2026" } },
    { "date DD Mon YYYY", { "20 November 2026", "1 May 2026" } },
    { "date DD-Mon-YYYY", { "20-Nov-2026", "1-sep-2026" } },
    { "date Mon DD, YYYY", { "Nov 20, 2026", "may 1, 2026", "February 2, 2026", "Dec 3, 2026" } },
    { "text", { "30 Feb 2026" } },
    { "text", { "20 Nov 2026", "20-Nov-2026" } },
    { "text", { "20 Novem 2026" } },
    { "text", { "20 Mai 2026" } },
    { "text", { "Nov 20, 2026", "Nov" } },

    { "date YYYY.MM.DD", { "2026.01.31", "2026.1.2" } },
    { "date Mon DD YYYY", { "Nov 20 2026", "may 1 2026" } },
    { "date DD/Mon/YYYY", { "20/Nov/2026" } },
  };
  CHECK_COLUMNS (columns);
}

static void
test_timestamps (void **state G_GNUC_UNUSED)
{
  static const Column columns[] = {
    { "timestamp", { "2026-11-20T10:00", "2026-11-20 10:00:00.123" } },
    { "timestamptz", { "2026-11-20T10:00Z", "2026-11-20 10:00:00+0530" } },
    { "text", { "2026-11-20", "2026-11-20T10:00" } },
    { "text", { "2026-11-20T10:00", "2026-11-20T10:00Z" } },

    { "timestamp", { "2026-01-31 9:30", "2026-01-31T09:30:00.5" } },
    { "timestamp DD.MM.YYYY HH24:MI:SS", { "31.01.2026 09:30:00", "1.2.2026 9:30:00.25" } },
    { "timestamp DD.MM.YYYY HH24:MI", { "31.01.2026 09:30", "01.02.2026 0:00" } },
    { "timestamp YYYY/MM/DD HH24:MI", { "2026/01/31 09:30" } },
    { "timestamp YYYY.MM.DD HH24:MI:SS", { "2026.01.31 09:30:00" } },
    { "timestamp MM/DD/YYYY HH12:MI:SS AM", { "1/31/2026 9:30:00 AM", "2/1/2026 12:00:00 pm" } },
    { "timestamp MM/DD/YYYY HH12:MI AM", { "1/31/2026 9:30 AM", "1/31/2026 9:30PM" } },
    { "timestamp MM/DD/YYYY, HH12:MI:SS AM", { "1/31/2026, 9:30:00 AM" } },
    { "timestamp DD/MM/YYYY HH24:MI", { "31/01/2026 09:30", "01/02/2026 23:59" } },
    { "timestamp DD-MM-YYYY HH24:MI:SS", { "31-01-2026 09:30:00" } },
    { "timestamp YYYY-MM-DD HH12:MI AM", { "2026-01-31 9:30 AM" } },
    { "timestamp DD Mon YYYY HH24:MI", { "31 Jan 2026 09:30", "1 February 2026 10:00" } },
    { "timestamp Mon DD, YYYY HH12:MI AM", { "Jan 31, 2026 9:30 AM" } },
    { "timestamp DD-Mon-YYYY HH24:MI:SS", { "31-JAN-2026 09:30:00" } },
    { "timestamptz", { "2026-01-31 09:30:00 UTC", "2026-01-31T09:30Z", "2026-01-31 09:30:00 +0100" } },
    { "timestamptz DD.MM.YYYY HH24:MITZ", { "31.01.2026 09:30 UTC", "31.01.2026 09:30+01:00" } },
    { "timestamptz MM/DD/YYYY HH12:MI:SS AMTZ", { "1/31/2026 9:30:00 AM Z" } },
    { "text ambiguous", { "01/02/2026 09:30", "03/04/2026 10:00" } },
    { "text ambiguous", { "1-2-2026 9:30:00" } },
    { "text", { "31.01.2026 09:30:00", "31.01.2026" } },
    { "text", { "31.01.2026 09:30:00", "31.01.2026 09:30" } },
    { "text", { "31.01.2026 09:30", "31.01.2026 09:30 UTC" } },
    { "text", { "2026-01-31 09:30", "2026-01-31 9:30 AM" } },
    { "text", { "31.01.2026 24:00" } },
    { "timestamp", { "2026-01-31 09:30:00,123", "2026-01-31 09:30:00.5" } },
    { "timestamp", { "2026-01-31 09:30:00.1230000" } },
    { "timestamptz", { "2026-01-31T09:30:00.0000000Z" } },
    { "text", { "2026-01-31 09:30:00.1234567" } },
    { "text", { "31.01.2026 09:30:00,123" } },
    { "text", { "2026-01-31 9:30:00,5 AM" } },
    { "text", { "31.02.2026 09:30" } },
    { "text", { "1/31/2026 13:30 PM" } },
    { "text", { "1/31/2026 0:30 AM" } },
    { "text", { "9:30 AM-" } },
    { "text", { "2026-01-31 09:30+" } },
    { "text", { "1/31/2026 9:30 AM -" } },
    { "text", { "2026-01-31 09:30 CET" } },
    { "text", { "31/01/2026 09:30", "01/31/2026 09:30" } },
    { "text", { "31.01.2026T09:30" } },
    { "text", { "31.01.2026  09:30" } },
  };
  CHECK_COLUMNS (columns);
}

static void
test_times_of_day (void **state G_GNUC_UNUSED)
{
  static const Column columns[] = {
    { "time", { "09:30", "23:59" } },
    { "time", { "09:30:00", "10:15" } },
    { "time", { "09:30:00.125", "00:00:00" } },
    { "time HH12:MI AM", { "9:30 AM", "12:00 pm", "11:15AM" } },
    { "time HH12:MI:SS AM", { "9:30:00 AM" } },
    { "text {\"type\": \"time\"}", { "3:45", "10:15" } },
    { "time", { "9:31:38", "10:18:05" } },
    { "text", { "09:30", "25:10" } },
    { "text", { "24:00" } },
    { "text", { "09:30", "9:30 AM" } },
    { "text", { "09:60" } },
    { "text", { "09:30 UTC" } },
    { "text", { "9:5" } },
    { "text", { "09:30", "2026-01-31 09:30" } },
    { "text", { "00:1A:2B" } },
  };
  CHECK_COLUMNS (columns);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_dates),
    cmocka_unit_test (test_timestamps),
    cmocka_unit_test (test_times_of_day),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
