/* Words that stand for nothing among cells of one type, and what only a model may say of a column. */
#include "tests/unit/pipeline/inferred.h"

static void
test_words_that_stand_for_nothing (void **state G_GNUC_UNUSED)
{
  static const Column columns[] = {
    /* words that stand for nothing */
    { "numeric null [\"NA\"]", { "1.5", "NA", "2.5" } },
    { "numeric null [\"NaN\"]", { "1.5", "NaN" } },
    { "bigint null [\"N/A\"]", { "1", "N/A", "N/A", "" } },
    { "bigint null [\"NULL\", \"null\"]", { "null", "1", "NULL" } },
    { "bigint null [\"-\", \"--\"]", { "--", "-", "-5" } },
    { "bigint null [\"?\"]", { "?", "7" } },
    { "numeric null [\".\"]", { ".", ".5" } },
    { "numeric 9,9 null [\"-\"]", { "1,5", "-" } },
    { "numeric 9,999.9 null [\"#N/A\"]", { "1,234.5", "#N/A" } },
    { "numeric null [\"#DIV/0!\"]", { "0.5", "#DIV/0!" } },
    { "bigint null [\"\\\\N\"]", { "\\N", "1" } },
    { "bigint null [\"NA\"]", { " NA", "  1" } },
    { "date null [\"NULL\"]", { "2026-11-20", "NULL" } },
    { "date DD/MM/YYYY null [\"n/a\"]", { "25/12/2026", "n/a", "01/02/2026" } },
    { "timestamp null [\"NaT\"]", { "2026-11-20T10:00", "NaT" } },
    { "time null [\"-\"]", { "09:30", "-" } },
    { "boolean null [\"None\"]", { "true", "None", "false" } },
    { "uuid null [\"n/a\"]", { "123e4567-e89b-12d3-a456-426614174000", "n/a" } },
    { "jsonb null [\"null\"]", { "{}", "null" } },
    { "double precision null [\"nan\"]", { "1e5", "nan" } },
    { "bigint null [\"\xe2\x80\x93\"]", { "5", "\xe2\x80\x93" } },
    { "text", { "NA", "NA", "" } },
    { "text", { "NA", QUOTED_EMPTY } },
    { "text", { "NA", "DE", "FR" } },
    { "text", { "1.5", "NA", "x" } },
    { "text", { "1", "unknown" } },
    { "text", { "1", "inf" } },
    { "text", { "1", "nA" } },
    { "text", { "1", "N A" } },
    { "text", { "2026-11-20", "5", "NA" } },
    { "text ambiguous null [\"NA\"]", { "01/02/2026", "NA" } },
  };
  CHECK_COLUMNS (columns);
}

static void
test_what_only_a_model_may_say (void **state G_GNUC_UNUSED)
{
  static const Column columns[] = {
    /* what only a model may say */
    { "text {\"type\": \"numeric\", \"format\": \"percent\"}", { "12.5 %", "7%", "-3 %", "1,234.5%" } },
    { "text {\"type\": \"numeric\", \"format\": \"percent 9.999,9\"}", { "12,5 %", "7%" } },
    { "text {\"type\": \"numeric\", \"format\": \"percent\"} or {\"type\": \"numeric\", \"format\": \"percent 9.999,9\"}",
      { "1,234 %", "5 %" } },
    { "text {\"type\": \"numeric\", \"format\": \"percent\", \"null\": [\"NA\"]} null [\"NA\"]", { "5 %", "NA" } },
    { "text", { "12.5 %", "7" } },
    { "text {\"type\": \"numeric\", \"format\": \"currency \xe2\x82\xac\"}",
      { "\xe2\x82\xac"
        "12",
        "5.50 \xe2\x82\xac" } },
    { "text {\"type\": \"numeric\", \"format\": \"currency 9.999,9 \xe2\x82\xac\"}",
      { "\xe2\x82\xac 1.234,56", "5 \xe2\x82\xac" } },
    { "text {\"type\": \"numeric\", \"format\": \"currency $\"}", { "$1,234.56", "($12.00)", "-$5", "$-6" } },
    { "text {\"type\": \"numeric\", \"format\": \"currency EUR\"}", { "EUR 5", "7.25 EUR" } },
    { "text {\"type\": \"numeric\", \"format\": \"currency 9 999,9 \xe2\x82\xac\"}",
      { "1 234,56 \xe2\x82\xac", "5 \xe2\x82\xac" } },
    { "text {\"type\": \"numeric\", \"format\": \"currency 9,99,999.9 \xe2\x82\xb9\"}", { "\xe2\x82\xb9 1,23,456" } },
    { "text", { "$5", "\xe2\x82\xac 5" } },
    { "text", { "$5", "6" } },
    { "text {\"type\": \"boolean\", \"format\": \"yes/no\"}", { "yes", "No", "YES" } },
    { "text {\"type\": \"boolean\", \"format\": \"y/n\"}", { "Y", "n" } },
    { "text", { "yes", "y" } },
    { "text {\"type\": \"date\", \"format\": \"DD/MM/YY\"}", { "01/02/56", "25/12/56" } },
    { "text {\"type\": \"date\", \"format\": \"DD Mon YY\"}", { "20 Nov 26" } },
    { "text {\"type\": \"date\", \"format\": \"DD-Mon-YY\"}", { "20-Nov-26" } },
    { "text {\"type\": \"date\", \"format\": \"DD.MM.YY\"}", { "20.11.26", "01.02.69" } },
    { "text {\"type\": \"date\", \"format\": \"DD/MM/YY\"} or {\"type\": \"date\", \"format\": \"MM/DD/YY\"}", { "01/02/56" } },
    { "text {\"type\": \"timestamp\", \"format\": \"MM/DD/YY HH24:MI\"}", { "12/25/26 9:30", "12/31/99 10:00" } },
  };
  CHECK_COLUMNS (columns);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_words_that_stand_for_nothing),
    cmocka_unit_test (test_what_only_a_model_may_say),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
