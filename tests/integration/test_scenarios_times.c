/* Since when a row is true: scenarios that the test suites of dlt, dbt, SQLMesh and ingestr have, with data of our own. docs/history.md
 * tells where weir does otherwise than they do, and why. */
#include "tests/support/scenario.h"

static const Scenario times[] = {
  { "since_what_the_row_says",
    "dbt by timestamp, SQLMesh by time",
    KEY ("member") SINCE ("changed_at"),
    { { NULL, "member,plan,changed_at\n1,basic,2026-02-01 08:00:00\n2,basic,2026-02-03 08:00:00\n" },
      { NULL, "member,plan,changed_at\n1,plus,2026-02-10 17:45:00\n2,basic,2026-02-03 08:00:00\n3,plus,2026-02-11 09:00:00\n" },
      { NULL, "member,plan,changed_at\n1,basic,2026-02-20 12:00:00\n" } },
    "member, plan, changed_at = effective_start_date at time zone 'UTC'",
    "1|basic|t|2026-02-01 08:00:00+00|2026-02-10 17:45:00+00|f|1\n1|plus|t|2026-02-10 17:45:00+00|2026-02-20 12:00:00+00|f|2\n"
    "1|basic|t|2026-02-20 12:00:00+00|-|t|3\n2|basic|t|2026-02-03 08:00:00+00|-|t|1\n3|plus|t|2026-02-11 09:00:00+00|-|t|1" },

  /* The time of a row is not what it says: dbt and SQLMesh open a version. */
  { "a_later_time_and_nothing_else",
    "dbt by timestamp, SQLMesh by time",
    KEY ("member") SINCE ("changed_at"),
    { { NULL, "member,plan,changed_at\n1,basic,2026-02-01\n" }, { NULL, "member,plan,changed_at\n1,basic,2026-02-10\n" } },
    "member, plan",
    "1|basic|2026-02-01|-|t|1" },

  /* They leave a row out whose time is not later than that of the row that they have. */
  { "an_older_time",
    "dbt by timestamp, SQLMesh by time",
    KEY ("member") SINCE ("changed_at"),
    { { NULL, "member,plan,changed_at\n1,basic,2026-02-01\n1,plus,2026-02-10\n" },
      { NULL, "member,plan,changed_at\n1,trial,2026-01-15\n" },
      { NULL, "member,plan,changed_at\n1,family,2026-02-05\n" } },
    "member, plan",
    "1|trial|2026-01-15|2026-02-01|f|1\n1|basic|2026-02-01|2026-02-05|f|2\n1|family|2026-02-05|2026-02-10|f|3\n"
    "1|plus|2026-02-10|-|t|4" },

  { "the_same_time_said_otherwise",
    "dbt by timestamp, SQLMesh by time",
    KEY ("member") SINCE ("changed_at"),
    { { NULL, "member,plan,changed_at\n1,basic,2026-02-01\n1,plsu,2026-02-10\n" },
      { NULL, "member,plan,changed_at\n1,plus,2026-02-10\n" } },
    "member, plan",
    "1|basic|2026-02-01|2026-02-10|f|1\n1|plus|2026-02-10|-|t|2" },

  { "several_changes_in_one_file",
    "dlt that sorts by a column, SQLMesh by time",
    KEY ("member") SINCE ("changed_at"),
    { { NULL, "member,plan,changed_at\n1,plus,2026-02-03\n1,basic,2026-02-01\n1,family,2026-02-05\n1,plus,2026-02-04\n" } },
    "member, plan",
    "1|basic|2026-02-01|2026-02-03|f|1\n1|plus|2026-02-03|2026-02-05|f|2\n1|family|2026-02-05|-|t|3" },

  { "times_with_zones",
    "dbt by timestamp",
    KEY ("member") SINCE ("changed_at"),
    { { NULL, "member,plan,changed_at\n1,basic,2026-02-01T23:30:00-05:00\n2,basic,2026-02-01T01:00:00+02:00\n" },
      { NULL, "member,plan,changed_at\n1,plus,2026-02-02T05:00:00Z\n2,plus,2026-02-01T00:30:00+01:00\n" } },
    "member, plan",
    "1|basic|2026-02-02 04:30:00+00|2026-02-02 05:00:00+00|f|1\n1|plus|2026-02-02 05:00:00+00|-|t|2\n"
    "2|basic|2026-01-31 23:00:00+00|2026-01-31 23:30:00+00|f|1\n2|plus|2026-01-31 23:30:00+00|-|t|2" },

  { "times_without_a_zone",
    "dbt by timestamp",
    KEY ("member") SINCE ("changed_at") ", \"time_zone\": \"America/New_York\"",
    { { NULL, "member,plan,changed_at\n1,basic,2026-02-01 09:30:00.123456\n" },
      { NULL, "member,plan,changed_at\n1,plus,2026-02-01 09:30:00.123457\n" } },
    "member, plan",
    "1|basic|2026-02-01 14:30:00.123456+00|2026-02-01 14:30:00.123457+00|f|1\n1|plus|2026-02-01 14:30:00.123457+00|-|t|2" },

  { "no_time",
    "dbt by timestamp",
    KEY ("member") SINCE ("changed_at") REJECTS_OK,
    { { NULL, "member,plan,changed_at\n1,basic,2026-02-01\n2,basic,\n", "applied, 1 rejected" } },
    "member, plan",
    "1|basic|2026-02-01|-|t|1" },

  /* dbt makes it current, with a version that begins in the future. */
  { "a_time_to_come",
    "dbt by timestamp",
    KEY ("member") SINCE ("changed_at") REJECTS_OK,
    { { NULL, "member,plan,changed_at\n1,basic,2026-02-01\n" },
      { NULL, "member,plan,changed_at\n1,plus,2200-01-01\n", "applied, 1 rejected" } },
    "member, plan",
    "1|basic|2026-02-01|-|t|1" },

  /* SQLMesh lets the first version of an entity begin in 1970. */
  { "the_first_version_holds_ever",
    "SQLMesh by time",
    KEY ("member") SINCE ("changed_at") ", \"first\": \"always\"",
    { { NULL, "member,plan,changed_at\n1,basic,2026-02-01\n2,basic,2026-02-02\n" },
      { NULL, "member,plan,changed_at\n1,plus,2026-02-10\n2,basic,2026-02-02\n3,plus,2026-02-10\n" } },
    "member, plan",
    "1|basic|ever|2026-02-10|f|1\n1|plus|2026-02-10|-|t|2\n2|basic|ever|-|t|1\n3|plus|ever|-|t|1" },

  /* It lets one begin with its run that comes in a later one; of weir's facts from before that each finds a version. */
  { "the_first_version_holds_ever_by_file",
    "SQLMesh by column",
    KEY ("member") DATED ", \"first\": \"always\"",
    { { "2026-02-01", "member,plan\n1,basic\n2,basic\n" }, { "2026-02-10", "member,plan\n1,plus\n2,basic\n3,plus\n" } },
    "member, plan",
    "1|basic|ever|2026-02-10|f|1\n1|plus|2026-02-10|-|t|2\n2|basic|ever|-|t|1\n3|plus|ever|-|t|1" },

  { "since_the_files_time",
    "SQLMesh by column, dbt by check with updated_at",
    KEY ("counter") DATED,
    { { "2026-02-01T0600", "counter,value,read_at\na,10,2026-01-01\nb,20,2026-01-01\n" },
      { "2026-02-02T0600", "counter,value,read_at\na,30,2026-01-02\nb,20,2026-01-01\nc,40,2026-01-02\n" },
      { "2026-02-03T0600", "counter,value,read_at\na,30,2026-01-02\nc,40,2026-01-02\n" } },
    "counter, value",
    "a|10|2026-02-01 06:00:00+00|2026-02-02 06:00:00+00|f|1\na|30|2026-02-02 06:00:00+00|-|t|2\n"
    "b|20|2026-02-01 06:00:00+00|-|t|1\nc|40|2026-02-02 06:00:00+00|-|t|1" },

  /* dlt ends a version before it began. */
  { "a_file_from_before",
    "dlt with an earlier boundary",
    KEY ("member") DATED,
    { { "2026-02-21", "member,plan\n1,basic\n2,basic\n" },
      { "2026-02-22", "member,plan\n1,plus\n3,basic\n" },
      { "2026-02-20", "member,plan\n1,trial\n3,trial\n" } },
    "member, plan",
    "1|trial|2026-02-20|2026-02-21|f|1\n1|basic|2026-02-21|2026-02-22|f|2\n1|plus|2026-02-22|-|t|3\n"
    "2|basic|2026-02-21|-|t|1\n3|trial|2026-02-20|2026-02-22|f|1\n3|basic|2026-02-22|-|t|2" },

  /* First by file, then by a column that came later. */
  { "another_strategy",
    "dbt from check to timestamp",
    KEY ("car") DATED,
    { { "2026-02-01", "car,colour\n1,blue\n2,red\n" },
      { "2026-02-02", "car,colour,painted_on\n1,green,2026-02-02\n2,red,2026-02-02\n" },
      { NULL, "car,colour,painted_on\n1,pink,2026-02-05\n2,pink,2026-02-05\n", NULL, KEY ("car") SINCE ("painted_on") } },
    "car, colour",
    "1|blue|2026-02-01|2026-02-02|f|1\n1|green|2026-02-02|2026-02-05|f|2\n1|pink|2026-02-05|-|t|3\n"
    "2|red|2026-02-01|2026-02-05|f|1\n2|pink|2026-02-05|-|t|2" },
};

static void
test_since_when (void **state)
{
  scenarios_play (*state, times, G_N_ELEMENTS (times));
}

static void
load_as_of (Home *home, int code, const char *time, const char *text)
{
  home_write_file (home, "elsewhere/rates.csv", text);
  assert_weir (home, code, "load", "--as-of", time, "elsewhere/rates.csv", NULL);
}

/* dlt with boundary_timestamp: the time of a load is said by hand, also one before the last. */
static void
test_a_time_by_hand (void **state)
{
  Home *home = *state;
  home_write_model (home, "rates", "{\"table\": \"rates\", \"kind\": \"dimension\", \"business_key\": [\"currency\"]}");
  load_as_of (home, 0, "2026-02-21T12:15:00Z", "currency,rate\nNOK,11\nSEK,11\n");
  load_as_of (home, 0, "2026-02-22", "currency,rate\nNOK,12\nDKK,7\n");
  load_as_of (home, 0, "2026-02-20", "currency,rate\nNOK,10\n");
  load_as_of (home, 2, "some day", "currency,rate\nNOK,9\n");
  assert_sql (home,
              "DKK|7|2026-02-22 00:00:00+00|-\nNOK|10|2026-02-20 00:00:00+00|2026-02-21 12:15:00+00\n"
              "NOK|11|2026-02-21 12:15:00+00|2026-02-22 00:00:00+00\nNOK|12|2026-02-22 00:00:00+00|-\n"
              "SEK|11|2026-02-21 12:15:00+00|-",
              "select currency, rate, effective_start_date, effective_end_date from warehouse.rates order by 1, 3");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_since_when), TEST (test_a_time_by_hand) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
