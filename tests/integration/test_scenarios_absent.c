/* Who is gone: scenarios that the test suites of dlt, dbt, SQLMesh and ingestr have, with data of our own. docs/history.md tells where weir
 * does otherwise than they do, and why. */
#include "tests/support/scenario.h"

/* Files of two rows would trip every guard; they are tried by themselves. */
#define NO_GUARD ", \"guard\": {\"close_percent\": 100, \"shrink_percent\": 0}"
#define FULL ", \"absent\": \"close\"" NO_GUARD

static const Scenario absences[] = {
  { "who_is_gone",
    "dlt, dbt that invalidates, SQLMesh that invalidates, ingestr",
    KEY ("stall") DATED FULL,
    { { "2026-03-01", "stall,ware,open\n1,fish,yes\n2,fruit,no\n3,bread,yes\n4,tea,yes\n5,wool,no\n" },
      { "2026-03-02", "stall,ware,open\n1,fish,no\n2,herbs,no\n3,bread,yes\n6,soap,yes\n" } },
    "stall, ware, open",
    "1|fish|yes|2026-03-01|2026-03-02|f|1\n1|fish|no|2026-03-02|-|t|2\n2|fruit|no|2026-03-01|2026-03-02|f|1\n"
    "2|herbs|no|2026-03-02|-|t|2\n3|bread|yes|2026-03-01|-|t|1\n4|tea|yes|2026-03-01|2026-03-02|f|1\n"
    "5|wool|no|2026-03-01|2026-03-02|f|1\n6|soap|yes|2026-03-02|-|t|1" },

  { "gone_by_the_run",
    "dlt, dbt that invalidates, ingestr",
    KEY ("stall") FULL,
    { { NULL, "stall,ware\n1,fish\n2,fruit\n" },
      { NULL, "stall,ware\n1,crab\n2,fruit\n" },
      { NULL, "stall,ware\n1,crab\n" },
      { NULL, "stall,ware\n1,crab\n3,bread\n" } },
    "stall, ware",
    "1|fish|now|now|f|1\n1|crab|now|-|t|2\n2|fruit|now|now|f|1\n3|bread|now|-|t|1" },

  { "gone_and_back",
    "dlt, dbt, SQLMesh",
    KEY ("stall") DATED FULL,
    { { "2026-03-01", "stall,ware\n1,fish\n2,fruit\n3,bread\n" },
      { "2026-03-02", "stall,ware\n2,fruit\n" },
      { "2026-03-05", "stall,ware\n1,fish\n2,fruit\n3,cake\n" } },
    "stall, ware",
    "1|fish|2026-03-01|2026-03-02|f|1\n1|fish|2026-03-05|-|t|2\n2|fruit|2026-03-01|-|t|1\n"
    "3|bread|2026-03-01|2026-03-02|f|1\n3|cake|2026-03-05|-|t|2" },

  /* dbt can write a row that says so in place of the gap. */
  { "gone_back_and_gone_again",
    "dbt with a record of it",
    KEY ("stall") DATED FULL,
    { { "2026-03-01", "stall,ware\n1,fish\n2,fruit\n" },
      { "2026-03-02", "stall,ware\n2,fruit\n" },
      { "2026-03-03", "stall,ware\n2,fruit\n" },
      { "2026-03-04", "stall,ware\n1,fish\n2,fruit\n" },
      { "2026-03-05", "stall,ware\n2,fruit\n" },
      { "2026-03-06", "stall,ware\n2,fruit\n" } },
    "stall, ware",
    "1|fish|2026-03-01|2026-03-02|f|1\n1|fish|2026-03-04|2026-03-05|f|2\n2|fruit|2026-03-01|-|t|1" },

  { "gone_while_a_column_comes",
    "dbt",
    KEY ("stall") DATED FULL,
    { { "2026-03-01", "stall,ware\n1,fish\n2,fruit\n3,bread\n" }, { "2026-03-02", "stall,ware,row\n1,fish,a\n2,herbs,b\n" } },
    "stall, ware, row",
    "1|fish|a|2026-03-01|-|t|1\n2|fruit|-|2026-03-01|2026-03-02|f|1\n2|herbs|b|2026-03-02|-|t|2\n"
    "3|bread|-|2026-03-01|2026-03-02|f|1" },

  /* The key of dlt is the day, and a row has no other. */
  { "a_day_is_loaded_again",
    "dlt by partition",
    KEY ("slot") DATED ", \"absent\": {\"close\": [\"day\"]}" NO_GUARD,
    { { "2026-03-01", "slot,day,who\na,mon,kim\nb,mon,lee\n" },
      { "2026-03-02", "slot,day,who\nc,tue,max\nd,tue,pat\n" },
      { "2026-03-03", "slot,day,who\na,mon,kim\ne,mon,lee\n" } },
    "slot, day, who",
    "a|mon|kim|2026-03-01|-|t|1\nb|mon|lee|2026-03-01|2026-03-03|f|1\nc|tue|max|2026-03-02|-|t|1\n"
    "d|tue|pat|2026-03-02|-|t|1\ne|mon|lee|2026-03-03|-|t|1" },

  /* dlt ends versions before they began. */
  { "a_full_export_from_before",
    "dlt with an earlier boundary",
    KEY ("stall") DATED FULL,
    { { "2026-03-01", "stall,ware\n1,fish\n2,fruit\n" },
      { "2026-03-05", "stall,ware\n1,fish\n2,fruit\n3,bread\n" },
      { "2026-03-03", "stall,ware\n2,fruit\n" } },
    "stall, ware",
    "1|fish|2026-03-01|2026-03-03|f|1\n1|fish|2026-03-05|-|t|2\n2|fruit|2026-03-01|-|t|1\n3|bread|2026-03-05|-|t|1" },

  /* SQLMesh and ingestr end everybody. */
  { "nobody_is_there",
    "SQLMesh, ingestr",
    KEY ("stall") DATED FULL,
    { { "2026-03-01", "stall,ware\n1,fish\n" }, { "2026-03-02", "stall,ware\n", "no_rows" } },
    "stall, ware",
    "1|fish|2026-03-01|-|t|1" },

  /* The others end as many as are not there. */
  { "most_are_gone",
    "dlt, dbt, SQLMesh, ingestr",
    KEY ("stall") DATED ", \"absent\": \"close\"",
    { { "2026-03-01", "stall,ware\n1,fish\n2,fruit\n3,bread\n" }, { "2026-03-02", "stall,ware\n1,fish\n", "held" } },
    "stall, ware",
    "1|fish|2026-03-01|-|t|1\n2|fruit|2026-03-01|-|t|1\n3|bread|2026-03-01|-|t|1" },

  { "rows_that_say_gone",
    "dlt with a hard delete",
    KEY ("stall") DATED ", \"deleted\": {\"column\": \"gone\", \"values\": [\"true\"]}",
    { { "2026-03-01", "stall,ware,gone\n1,fish,false\n2,fruit,false\n" },
      { "2026-03-02", "stall,ware,gone\n1,,true\n" },
      { "2026-03-03", "stall,ware,gone\n2,herbs,\n" },
      { "2026-03-04", "stall,ware,gone\n1,,true\n1,crab,false\n3,bread,false\n" },
      { "2026-03-05", "stall,ware,gone\n3,bread,true\n4,,true\n" } },
    "stall, ware",
    "1|fish|2026-03-01|2026-03-02|f|1\n1|crab|2026-03-04|-|t|2\n2|fruit|2026-03-01|2026-03-03|f|1\n"
    "2|herbs|2026-03-03|-|t|2\n3|bread|2026-03-04|2026-03-05|f|1" },

  /* dlt takes the last of them alone. */
  { "rows_that_say_gone_and_when",
    "dlt that sorts by a column, with a hard delete",
    KEY ("stall") SINCE ("at") ", \"deleted\": {\"column\": \"op\", \"values\": [\"D\"]}",
    { { NULL, "stall,ware,at,op\n1,fish,2026-03-01,I\n1,crab,2026-03-03,D\n1,eel,2026-03-02,U\n"
              "2,fruit,2026-03-01,I\n2,,2026-03-02,D\n2,herbs,2026-03-03,I\n" },
      { NULL, "stall,ware,at,op\n1,squid,2026-03-05,I\n1,,2026-03-06,D\n2,,2026-03-07,D\n" } },
    "stall, ware",
    "1|fish|2026-03-01|2026-03-02|f|1\n1|eel|2026-03-02|2026-03-03|f|2\n1|squid|2026-03-05|2026-03-06|f|3\n"
    "2|fruit|2026-03-01|2026-03-02|f|1\n2|herbs|2026-03-03|2026-03-07|f|2" },
};

static void
test_who_is_gone (void **state)
{
  scenarios_play (*state, absences, G_N_ELEMENTS (absences));
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_who_is_gone) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
