/* Files with other columns than the ones before them, and columns of history that are otherwise: scenarios that the test suites of dlt, dbt,
 * SQLMesh and ingestr have, with data of our own. docs/history.md tells where weir does otherwise than they do, and why. */
#include "tests/support/scenario.h"

static const Scenario columns[] = {
  /* What nobody said before is no change: dbt that checks all columns opens a version of each row. */
  { "a_new_column",
    "dbt, SQLMesh, ingestr",
    KEY ("plant") DATED,
    { { "2026-03-01", "plant,height\nfern,15\nrose,40\nyew,90\n" },
      { "2026-03-08", "plant,height,bed\nfern,15,south\nrose,40,\n" } },
    "plant, height, bed",
    "fern|15|south|2026-03-01|-|t|1\nrose|40|-|2026-03-01|-|t|1\nyew|90|-|2026-03-01|-|t|1" },

  { "a_new_column_and_a_change",
    "dbt, SQLMesh, ingestr",
    KEY ("plant") DATED,
    { { "2026-03-01", "plant,height\nfern,15\nrose,40\n" },
      { "2026-03-08", "plant,height,bed\nfern,15,south\nrose,55,north\n" },
      { "2026-03-15", "plant,height,bed\nfern,15,east\nrose,55,\n" } },
    "plant, height, bed",
    "fern|15|south|2026-03-01|2026-03-15|f|1\nfern|15|east|2026-03-15|-|t|2\nrose|40|-|2026-03-01|2026-03-08|f|1\n"
    "rose|55|north|2026-03-08|2026-03-15|f|2\nrose|55|-|2026-03-15|-|t|3" },

  /* A version that has ended keeps what it had; dbt, when it fills new columns, gives it what holds today. That a file said nothing is
     known: what comes later is a change. */
  { "two_new_columns_one_after_the_other",
    "dbt with backfill",
    "\"business_key\": [\"site\", \"plant\"]" DATED,
    { { "2026-03-01", "site,plant,height\ns,fern,15\n" },
      { "2026-03-02", "site,plant,height\ns,fern,20\n" },
      { "2026-03-08", "site,plant,height,bed\ns,fern,20,south\n" },
      { "2026-03-15", "site,plant,height,bed,shade\ns,fern,20,south,\n" },
      { "2026-03-16", "site,plant,height,bed,shade\ns,fern,20,south,half\n" } },
    "site || plant, height, bed, shade",
    "sfern|15|-|-|2026-03-01|2026-03-02|f|1\nsfern|20|south|-|2026-03-02|2026-03-16|f|2\nsfern|20|south|half|2026-03-16|-|t|3" },

  { "a_column_that_is_gone",
    "SQLMesh that ignores destructive changes, dbt",
    KEY ("plant") DATED,
    { { "2026-03-01", "plant,height,bed\nfern,15,south\nrose,40,north\n" }, { "2026-03-08", "plant,height\nfern,15\nrose,55\n" } },
    "plant, height, bed",
    "fern|15|south|2026-03-01|-|t|1\nrose|40|north|2026-03-01|2026-03-08|f|1\nrose|55|north|2026-03-08|-|t|2" },

  { "one_column_gone_and_one_new",
    "SQLMesh that ignores destructive changes",
    KEY ("plant") DATED,
    { { "2026-03-01", "plant,bed\nfern,south\n" }, { "2026-03-08", "plant,shade\nfern,half\n" } },
    "plant, bed, shade",
    "fern|south|half|2026-03-01|-|t|1" },

  { "a_column_that_is_left_out",
    "SQLMesh that ignores additive changes, ingestr that discards",
    KEY ("plant") DATED ", \"contract\": {\"columns\": \"discard\"}",
    { { "2026-03-01", "plant,height\nfern,15\n" }, { "2026-03-08", "plant,height,bed\nfern,20,south\n" } },
    "plant, height, to_jsonb(x) ? 'bed'",
    "fern|15|f|2026-03-01|2026-03-08|f|1\nfern|20|f|2026-03-08|-|t|2" },

  { "a_column_that_is_refused",
    "ingestr that freezes",
    KEY ("plant") DATED ", \"contract\": {\"columns\": \"freeze\"}",
    { { "2026-03-01", "plant,height\nfern,15\n" }, { "2026-03-08", "plant,height,bed\nfern,20,south\n", "columns_drift" } },
    "plant, height",
    "fern|15|2026-03-01|-|t|1" },

  { "a_type_that_is_refused",
    "ingestr that freezes",
    KEY ("plant") DATED ", \"contract\": {\"types\": \"freeze\"}",
    { { "2026-03-01", "plant,height\nfern,15\n" }, { "2026-03-08", "plant,height\nfern,tall\n", "type_drift" } },
    "plant, height",
    "fern|15|2026-03-01|-|t|1" },

  /* Of dlt one is overwritten, the other gets another type. */
  { "columns_that_history_has",
    "dlt, ingestr",
    KEY ("seat") DATED,
    { { "2026-03-01", "seat,is_current,Effective_Start_Date,row_hash\n1,maybe,2020-01-01,h1\n" },
      { "2026-03-08", "seat,is_current,Effective_Start_Date,row_hash\n1,no,2020-01-01,h1\n" } },
    "seat, is_current_, effective_start_date_, row_hash_",
    "1|maybe|2020-01-01|h1|2026-03-01|2026-03-08|f|1\n1|no|2020-01-01|h1|2026-03-08|-|t|2" },

  { "a_file_without_rows",
    "dbt with --empty, SQLMesh",
    KEY ("plant") DATED,
    { { "2026-03-01", "plant,height\n", "no_rows" },
      { "2026-03-02", "plant,height\nfern,15\n" },
      { "2026-03-03", "plant,height\n", "no_rows" } },
    "plant, height",
    "fern|15|2026-03-02|-|t|1" },

  { "a_start_and_an_end_by_other_names",
    "dlt, dbt",
    KEY ("seat") DATED ", \"names\": {\"start\": \"dbt_valid_from\", \"end\": \"dbt_valid_to\"}",
    { { "2026-03-01", "seat,who\n1,kim\n2,lee\n" }, { "2026-03-08", "seat,who\n1,kim\n2,max\n" } },
    "seat, who",
    "1|kim|2026-03-01|-|t|1\n2|lee|2026-03-01|2026-03-08|f|1\n2|max|2026-03-08|-|t|2",
    { "dbt_valid_from", "dbt_valid_to" } },

  /* dbt refuses it, for the table lacks the columns. */
  { "other_names_from_now_on",
    "dbt",
    KEY ("seat") DATED ", \"names\": {\"start\": \"began\", \"end\": \"ended\"}",
    { { "2026-03-01", "seat,who\n1,kim\n" },
      { "2026-03-08", "seat,who\n1,lee\n", NULL, KEY ("seat") DATED ", \"names\": {\"end\": \"valid_to\"}" } },
    "seat, who",
    "1|kim|2026-03-01|2026-03-08|f|1\n1|lee|2026-03-08|-|t|2",
    { "effective_start_date", "valid_to" } },

  { "a_name_that_the_file_has_too",
    "dlt",
    KEY ("seat") DATED ", \"names\": {\"start\": \"from\", \"end\": \"to\"}",
    { { "2026-03-01", "seat,from,to\n1,hall,1\n" }, { "2026-03-08", "seat,from,to\n1,yard,1\n" } },
    "seat, from_, to_",
    "1|hall|1|2026-03-01|2026-03-08|f|1\n1|yard|1|2026-03-08|-|t|2",
    { "\"from\"", "\"to\"" } },

  { "an_end_far_away",
    "dlt, dbt",
    KEY ("seat") DATED ", \"open_end\": \"9999-12-31\"",
    { { "2026-03-01", "seat,who\n1,kim\n2,lee\n" },
      { "2026-03-08", "seat,who\n1,kim\n2,max\n" },
      { "2026-03-05", "seat,who\n2,pat\n3,kim\n" } },
    "seat, who",
    "1|kim|2026-03-01|9999-12-31|t|1\n2|lee|2026-03-01|2026-03-05|f|1\n2|pat|2026-03-05|2026-03-08|f|2\n"
    "2|max|2026-03-08|9999-12-31|t|3\n3|kim|2026-03-05|9999-12-31|t|1" },

  { "another_end_from_now_on",
    "dbt",
    KEY ("seat") DATED,
    { { "2026-03-01", "seat,who\n1,kim\n2,lee\n" },
      { "2026-03-08", "seat,who\n2,max\n", NULL, KEY ("seat") DATED ", \"open_end\": \"infinity\"" } },
    "seat, who",
    "1|kim|2026-03-01|infinity|t|1\n2|lee|2026-03-01|2026-03-08|f|1\n2|max|2026-03-08|infinity|t|2" },
};

static void
test_other_columns (void **state)
{
  scenarios_play (*state, columns, G_N_ELEMENTS (columns));
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_other_columns) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
