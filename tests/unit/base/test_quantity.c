#include "base/quantity.h"

#include <glib.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

typedef struct
{
  const char *text;
  int64_t value; /* -1: it is none */
  const char *shown;
} Row;

static const Row sizes[] = {
  { "0 B", 0, "0 B" },
  { "1B", 1, "1 B" },
  { "10 MB", 10 * 1024 * 1024, "10 MB" },
  { "10mb", 10 * 1024 * 1024, "10 MB" },
  { "1024 kB", 1024 * 1024, "1 MB" },
  { "1025 kB", 1025 * 1024, "1025 kB" },
  { "3   GB", (int64_t) 3 << 30, "3 GB" },
  { "8388607 TB", (int64_t) 8388607 << 40, "8388607 TB" },
  { "8388608 TB", -1, NULL },
  { "99999999999999999999 B", -1, NULL },
  { "10", -1, NULL },
  { "MB", -1, NULL },
  { "", -1, NULL },
  { "-1 MB", -1, NULL },
  { " 1 MB", -1, NULL },
  { "1 MB ", -1, NULL },
  { "1.5 MB", -1, NULL },
  { "1 MiB", -1, NULL },
  { "1 day", -1, NULL },
};

static const Row periods[] = {
  { "forever", 0, "forever" },
  { "Forever", 0, "forever" },
  { "0 days", 0, "forever" },
  { "1 second", 1, "1 second" },
  { "90 seconds", 90, "90 seconds" },
  { "120 seconds", 120, "2 minutes" },
  { "1 Day", 86400, "1 day" },
  { "90days", 90 * 86400, "3 months" },
  { "14 days", 14 * 86400, "2 weeks" },
  { "1 month", 30 * 86400, "1 month" },
  { "2 years", 2 * 365 * 86400, "2 years" },
  { "292471208678 years", -1, NULL },
  { "1 y", -1, NULL },
  { "1 MB", -1, NULL },
  { "never", -1, NULL },
};

static void
try_rows (const Row *rows, size_t n, bool (*read) (const char *, int64_t *), char *(*show) (int64_t))
{
  for (size_t i = 0; i < n; i++)
    {
      int64_t value = -1;
      bool is = read (rows[i].text, &value);
      if (is != (rows[i].value >= 0) || value != rows[i].value)
        fail_msg ("\"%s\" is %" G_GINT64_FORMAT, rows[i].text, value);
      g_autofree char *shown = is ? show (value) : NULL;
      assert_int_equal (g_strcmp0 (shown, rows[i].shown), 0);
    }
}

static void
sizes_are_read_and_shown (void **state)
{
  (void) state;
  try_rows (sizes, G_N_ELEMENTS (sizes), quantity_read_bytes, quantity_show_bytes);
}

static void
periods_are_read_and_shown (void **state)
{
  (void) state;
  try_rows (periods, G_N_ELEMENTS (periods), quantity_read_period, quantity_show_period);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (sizes_are_read_and_shown),
    cmocka_unit_test (periods_are_read_and_shown),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
