/* Paths of remote files: which are refused, what words in them stand for, and times. */
#include "connect/curl/paths.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

static void
test_problems (void **state)
{
  (void) state;
  static const struct
  {
    const char *path;
    bool is_fine;
  } cases[] = {
    { "out/a.csv", true }, { "/data/a.csv", true }, { "a..b/c", true }, { "ü/ä.csv", true }, { "", true },      { "../a", false },
    { "a/../b", false },   { "a/..", false },       { "a\nb", false },  { "a\x7f", false },  { "\xff", false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_int_equal (path_problem (cases[i].path) == NULL, cases[i].is_fine);
}

static void
test_names (void **state)
{
  (void) state;
  static const struct
  {
    const char *name;
    bool is_name, is_partial;
  } cases[] = {
    { "a.csv", true, false },
    { ".a.csv", true, true },
    { "a.csv.part", true, true },
    { "a.csv.filepart", true, true },
    { "a.tmp", true, true },
    { "..", false, true },
    { ".", false, true },
    { "a/b", false, false },
    { "", false, false },
    { "a\tb", false, false },
    { "\xc3", false, false },
    { "part", true, false },
    { "a.csv.crdownload", true, true },
    { "Übersicht.csv", true, false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      assert_int_equal (path_is_name (cases[i].name), cases[i].is_name);
      assert_int_equal (path_is_partial (cases[i].name), cases[i].is_partial);
    }
}

static void
test_splits (void **state)
{
  (void) state;
  static const struct
  {
    const char *path, *folder, *name, *part;
  } cases[] = {
    { "out/a.csv", "out", "a.csv", "out/.a.csv.part" },
    { "a.csv", "", "a.csv", ".a.csv.part" },
    { "/a.csv", "/", "a.csv", "/.a.csv.part" },
    { "/a/b/c", "/a/b", "c", "/a/b/.c.part" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *folder = NULL;
      assert_string_equal (path_split (cases[i].path, &folder), cases[i].name);
      g_autofree char *joined = path_join (folder, cases[i].name), *part = path_part (cases[i].path);
      assert_string_equal (folder, cases[i].folder);
      assert_string_equal (joined, cases[i].path);
      assert_string_equal (part, cases[i].part);
    }
}

static void
test_words (void **state)
{
  (void) state;
  setenv ("TZ", "Europe/Oslo", 1);
  tzset ();
  const PathFacts facts = { .table = "a/b", .run = "0190e6f2", .job = "nightly", .on = 1795905001 }; /* 2026-11-28 22:30:01 UTC */
  static const struct
  {
    const char *text, *filled, *word;
  } cases[] = {
    { "out/report-::YYYYMMDD::.csv", "out/report-20261128.csv", NULL },
    { "::YYYY-MM-DD::T::HH24.MI.SS::", "2026-11-28T23.30.01", NULL },
    { "::TABLE::.::RUN::.::JOB::", "a_b.0190e6f2.nightly", NULL },
    { "::YY::", "26", NULL },
    { "plain", "plain", NULL },
    { "", "", NULL },
    { "::YYYYMMDX::", NULL, "YYYYMMDX" },
    { "::table::", NULL, "table" },
    { "::::", NULL, "" },
    { "::-::", NULL, "-" },
    { "a::b", NULL, "::b" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *word = NULL, *filled = path_fill (cases[i].text, &facts, &word);
      assert_int_equal (filled == NULL, cases[i].filled == NULL);
      if (filled != NULL)
        assert_string_equal (filled, cases[i].filled);
      else
        assert_string_equal (word, cases[i].word);
    }
  static const char *const texts[][2] = {
    { "at [::1] on ::YYYY:: or std::string::x, C::", "at [::1] on 2026 or std::string::x, C::" },
    { "::::", "::::" },
    { "::YYYYMMXX::", NULL },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *filled = path_fill_text (texts[i][0], &facts, NULL);
      assert_int_equal (filled == NULL, texts[i][1] == NULL);
      if (filled != NULL)
        assert_string_equal (filled, texts[i][1]);
    }
}

/* The parts of a template's files are found, and nobody else's. */
static void
test_patterns (void **state)
{
  (void) state;
  static const struct
  {
    const char *template, *name;
    bool matches;
  } cases[] = {
    { "report-::YYYYMMDD::.csv", ".report-20261128.csv.part", true },
    { "report-::YYYYMMDD::.csv", "report-20261128.csv.part", false },
    { "report-::YYYYMMDD::.csv", ".other-20261128.csv.part", false },
    { "report-::YYYYMMDD::.csv", ".report-20261128.csv", false },
    { "a[1]*.csv", ".a[1]*.csv.part", true },
    { "a[1]*.csv", ".a1xyz.csv.part", false },
    { "::TABLE::.::RUN::.csv", ".or*ders.0190.csv.part", true },
    { "::TABLE::.::RUN::.csv", ".orXders.0190.csv.part", false },
    { "::JOB::-::DD::", ".nightly-01.part", true },
    { "a::b", ".a::b.part", true },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *pattern = path_parts_pattern (cases[i].template, &(PathFacts) { .table = "or*ders", .job = "nightly" });
      assert_int_equal (text_matches_glob (cases[i].name, pattern), cases[i].matches);
    }
}

static void
test_suffixes (void **state)
{
  (void) state;
  static const char *const cases[][2] = {
    { "a.csv", "a-1.csv" }, { "a", "a-1" }, { ".a", ".a-1" }, { "a.tar.gz", "a.tar-1.gz" }, { "ü.csv", "ü-1.csv" }
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = path_suffixed (cases[i][0], "1");
      assert_string_equal (name, cases[i][1]);
    }
}

static void
test_times (void **state)
{
  (void) state;
  static const struct
  {
    int64_t time;
    const char *text;
  } cases[] = {
    { 0, "1970-01-01T00:00:00Z" },
    { 1795905001000000, "2026-11-28T22:30:01Z" },
    { 1795905001000001, "2026-11-28T22:30:01.000001Z" },
    { 1795905001999999, "2026-11-28T22:30:01.999999Z" },
    { -1, "1969-12-31T23:59:59.999999Z" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = path_time_text (cases[i].time);
      int64_t back = 7;
      assert_string_equal (text, cases[i].text);
      assert_true (path_time_read (text, &back));
      assert_int_equal (back, cases[i].time);
    }
  int64_t time = 0;
  assert_true (path_time_read ("2026-11-28 23:30:01.5+01", &time)); /* as PostgreSQL writes it */
  assert_int_equal (time, 1795905001500000);
  assert_false (path_time_read ("yesterday", &time));
  assert_false (path_time_read ("2026-11-28T22:30:01", &time)); /* without a zone */
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_problems), cmocka_unit_test (test_names),    cmocka_unit_test (test_splits),
    cmocka_unit_test (test_words),    cmocka_unit_test (test_patterns), cmocka_unit_test (test_suffixes),
    cmocka_unit_test (test_times),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
