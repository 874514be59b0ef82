/* What a change is, and what is none: scenarios that the test suites of dlt, dbt, SQLMesh and ingestr have, with data of our own.
 * docs/history.md tells where weir does otherwise than they do, and why. */
#include "tests/support/scenario.h"

#define TEN "ivy-and-fo"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define LONG HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED

static const Scenario changes[] = {
  { "a_change_and_a_new_one",
    "dlt, dbt, SQLMesh, ingestr",
    KEY ("plant") DATED,
    { { "2026-03-01", "plant,height,bed\nfern,15,south\nrose,40,north\n" },
      { "2026-03-08", "plant,height,bed\nfern,15,south\nivy,5,west\nrose,55,north\n" } },
    "plant, height, bed",
    "fern|15|south|2026-03-01|-|t|1\nivy|5|west|2026-03-08|-|t|1\n"
    "rose|40|north|2026-03-01|2026-03-08|f|1\nrose|55|north|2026-03-08|-|t|2" },

  { "who_is_not_mentioned",
    "dlt with a merge key, dbt, SQLMesh, ingestr with an incremental key",
    KEY ("plant") DATED,
    { { "2026-03-01", "plant,height\nfern,15\nrose,40\n" },
      { "2026-03-08", "plant,height\nrose,40\n" },
      { "2026-03-15", "plant,height\nrose,55\n" } },
    "plant, height",
    "fern|15|2026-03-01|-|t|1\nrose|40|2026-03-01|2026-03-15|f|1\nrose|55|2026-03-15|-|t|2" },

  { "there_and_back",
    "dlt, dbt",
    KEY ("lamp") DATED,
    { { "2026-03-01", "lamp,colour\nhall,white\nyard,amber\n" },
      { "2026-03-02", "lamp,colour\nhall,blue\nyard,amber\n" },
      { "2026-03-03", "lamp,colour\nhall,white\nyard,pink\n" } },
    "lamp, colour",
    "hall|white|2026-03-01|2026-03-02|f|1\nhall|blue|2026-03-02|2026-03-03|f|2\nhall|white|2026-03-03|-|t|3\n"
    "yard|amber|2026-03-01|2026-03-03|f|1\nyard|pink|2026-03-03|-|t|2" },

  { "all_the_same_again",
    "dlt, dbt, SQLMesh, ingestr",
    KEY ("lamp") DATED,
    { { "2026-03-01", "lamp,colour\nhall,white\nyard,amber\n" },
      { "2026-03-02", "lamp,colour\nyard,amber\nhall,white\n" },
      { "2026-03-03", "Lamp,COLOUR\nhall,white\nyard,amber\n" } },
    "lamp, colour",
    "hall|white|2026-03-01|-|t|1\nyard|amber|2026-03-01|-|t|1" },

  { "nothing_and_something",
    "ingestr, dbt",
    KEY ("room") DATED,
    { { "2026-03-01", "room,note,seats\na,,10\nb,by the lift,20\nc,,\nd,,40\n" },
      { "2026-03-02", "room,note,seats\na,new floor,10\nb,,20\nc,,\nd,,\n" } },
    "room, note, seats",
    "a|-|10|2026-03-01|2026-03-02|f|1\na|new floor|10|2026-03-02|-|t|2\n"
    "b|by the lift|20|2026-03-01|2026-03-02|f|1\nb|-|20|2026-03-02|-|t|2\n"
    "c|-|-|2026-03-01|-|t|1\nd|-|40|2026-03-01|2026-03-02|f|1\nd|-|-|2026-03-02|-|t|2" },

  { "false_and_zero",
    "ingestr",
    KEY ("pump") DATED,
    { { "2026-03-01", "pump,running,bar,share\np,true,7,2.5\nq,false,0,0.0\n" },
      { "2026-03-02", "pump,running,bar,share\np,false,0,0.0\nq,,,\n" },
      { "2026-03-03", "pump,running,bar,share\np,false,0,0\nq,false,0,0.0\n" } },
    "pump, running, bar, share::double precision",
    "p|t|7|2.5|2026-03-01|2026-03-02|f|1\np|f|0|0|2026-03-02|-|t|2\n"
    "q|f|0|0|2026-03-01|2026-03-02|f|1\nq|-|-|-|2026-03-02|2026-03-03|f|2\nq|f|0|0|2026-03-03|-|t|3" },

  { "instants",
    "ingestr",
    KEY ("gate") DATED,
    { { "2026-03-01", "gate,opened_at\ne,2026-02-27T09:00:00Z\nw,2026-02-27T11:30:00Z\n" },
      { "2026-03-02", "gate,opened_at\ne,2026-02-28T09:00:00Z\nw,2026-02-27T12:30:00+01:00\n" } },
    "gate, opened_at",
    "e|2026-02-27 09:00:00+00|2026-03-01|2026-03-02|f|1\ne|2026-02-28 09:00:00+00|2026-03-02|-|t|2\n"
    "w|2026-02-27 11:30:00+00|2026-03-01|-|t|1" },

  { "a_key_of_two_columns",
    "dlt, dbt, SQLMesh, ingestr",
    "\"business_key\": [\"site\", \"desk\"]" DATED,
    { { "2026-03-01", "site,desk,who\nn,1,kim\nn,2,lee\ns,1,kim\n" },
      { "2026-03-02", "site,desk,who\nn,1,kim\nn,2,max\ns,1,lee\ns,2,kim\n" } },
    "site || desk, who",
    "n1|kim|2026-03-01|-|t|1\nn2|lee|2026-03-01|2026-03-02|f|1\nn2|max|2026-03-02|-|t|2\n"
    "s1|kim|2026-03-01|2026-03-02|f|1\ns1|lee|2026-03-02|-|t|2\ns2|kim|2026-03-02|-|t|1" },

  { "half_a_key",
    "SQLMesh",
    "\"business_key\": [\"site\", \"desk\"]" DATED REJECTS_OK,
    { { "2026-03-01", "site,desk,who\nn,1,kim\nn,,lee\n", "applied, 1 rejected" } },
    "site || desk, who",
    "n1|kim|2026-03-01|-|t|1" },

  { "a_key_twice_in_a_file",
    "ingestr, SQLMesh, dlt",
    KEY ("card") DATED,
    { { "2026-03-01", "card,holder\n7,kim\n7,lee\n8,max\n" }, { "2026-03-02", "card,holder\n7,kim\n7,lee\n" } },
    "card, holder",
    "7|lee|2026-03-01|-|t|1\n8|max|2026-03-01|-|t|1" },

  { "a_key_twice_the_first",
    "dlt",
    KEY ("card") DATED ", \"duplicates\": \"first\"",
    { { "2026-03-01", "card,holder\n7,kim\n7,lee\n8,max\n" } },
    "card, holder",
    "7|kim|2026-03-01|-|t|1\n8|max|2026-03-01|-|t|1" },

  { "a_key_twice_refused",
    "ingestr",
    KEY ("card") DATED REJECTS_OK ", \"duplicates\": \"reject\"",
    { { "2026-03-01", "card,holder\n7,kim\n7,lee\n8,max\n", "applied, 2 rejected" } },
    "card, holder",
    "8|max|2026-03-01|-|t|1" },

  { "two_who_say_the_same",
    "dbt",
    KEY ("badge") DATED,
    { { "2026-03-01", "badge,mail\n1,not given\n2,not given\n" }, { "2026-03-02", "badge,mail\n1,not given\n2,b@x.org\n" } },
    "badge, mail",
    "1|not given|2026-03-01|-|t|1\n2|not given|2026-03-01|2026-03-02|f|1\n2|b@x.org|2026-03-02|-|t|2" },

  { "long_texts",
    "dbt",
    KEY ("page") DATED,
    { { "2026-03-01", "page,body\n1,short\n2," LONG "\n" }, { "2026-03-02", "page,body\n1,short\n2," LONG "!\n" } },
    "page, length(body)",
    "1|5|2026-03-01|-|t|1\n2|600|2026-03-01|2026-03-02|f|1\n2|601|2026-03-02|-|t|2" },

  /* Said again in other spellings; then one cell says something else. */
  { "one_cell_of_any_type",
    "dlt",
    KEY ("id") DATED,
    { { "2026-03-01",
        "id,n,d,x,day,at,zoned,yes,doc,uid\n"
        "1,5,1.50,1e-7,2026-01-31,2026-01-31 09:30:00,2026-01-31T09:30:00+01:00,true,\"{\"\"a\"\": 1, \"\"b\"\": 2}\","
        "550e8400-e29b-41d4-a716-446655440000\n" },
      { "2026-03-02", "uid,id,n,d,x,day,at,zoned,yes,doc\n"
                      "550E8400-E29B-41D4-A716-446655440000,1,+5,1.5,0.1e-6,2026-01-31,2026-01-31T09:30,2026-01-31T08:30:00Z,TRUE,"
                      "\"{\"\"b\"\":2,\"\"a\"\":1}\"\n" },
      { "2026-03-03",
        "id,n,d,x,day,at,zoned,yes,doc,uid\n"
        "1,5,1.50,1e-7,2026-01-31,2026-01-31 09:30:00,2026-01-31T09:30:00+01:00,true,\"{\"\"a\"\": 1, \"\"b\"\": 3}\","
        "550e8400-e29b-41d4-a716-446655440000\n" } },
    "id, doc ->> 'b'",
    "1|2|2026-03-01|2026-03-03|f|1\n1|3|2026-03-03|-|t|2" },

  { "lists_in_a_cell",
    "dlt",
    KEY ("team") DATED,
    { { "2026-03-01", "team,members\nred,\"[\"\"kim\"\"]\"\nblue,\"[\"\"lee\"\", \"\"max\"\"]\"\n" },
      { "2026-03-02", "team,members\nred,\"[\"\"kim\"\", \"\"pat\"\"]\"\nblue,\"[\"\"lee\"\",\"\"max\"\"]\"\n" } },
    "team, members",
    "blue|[\"lee\", \"max\"]|2026-03-01|-|t|1\nred|[\"kim\"]|2026-03-01|2026-03-02|f|1\n"
    "red|[\"kim\", \"pat\"]|2026-03-02|-|t|2" },

  { "a_type_that_widens",
    "ingestr",
    KEY ("item") DATED,
    { { "2026-03-01", "item,price\ncup,3\npot,7\n" }, { "2026-03-02", "item,price\ncup,3\npot,7.5\n" } },
    "item, price",
    "cup|3|2026-03-01|-|t|1\npot|7|2026-03-01|2026-03-02|f|1\npot|7.5|2026-03-02|-|t|2" },

  { "numbers_in_a_column_of_texts",
    "ingestr",
    KEY ("item") DATED,
    { { "2026-03-01", "item,code\ncup,7a\npot,12\n" }, { "2026-03-02", "item,code\ncup,13\npot,12\n" } },
    "item, code",
    "cup|7a|2026-03-01|2026-03-02|f|1\ncup|13|2026-03-02|-|t|2\npot|12|2026-03-01|-|t|1" },

  /* A hash that the file brings is a column as any other: what the row says decides. */
  { "a_hash_in_the_file",
    "dlt",
    KEY ("item") DATED,
    { { "2026-03-01", "item,price,row_sum\ncup,3,h1\npot,7,h2\n" }, { "2026-03-02", "item,price,row_sum\ncup,4,h1\npot,8,h3\n" } },
    "item, price, row_sum",
    "cup|3|h1|2026-03-01|2026-03-02|f|1\ncup|4|h1|2026-03-02|-|t|2\n"
    "pot|7|h2|2026-03-01|2026-03-02|f|1\npot|8|h3|2026-03-02|-|t|2" },

  /* Files without a time are true since their runs, and a version ends in the very instant in which the next one begins. */
  /* Theirs keep what the row had before in the columns that open none. */
  { "columns_that_open_no_version",
    "dbt that checks some columns, SQLMesh by some columns",
    KEY ("lamp") ", \"columns\": {\"note\": {\"scd\": 1}}",
    { { NULL, "lamp,colour,note\nhall,white,old\nyard,amber,old\n" },
      { NULL, "lamp,colour,note\nhall,white,new\nyard,blue,new\n" } },
    "lamp, colour, note",
    "hall|white|new|now|-|t|1\nyard|amber|old|now|now|f|1\nyard|blue|new|now|-|t|2" },

  { "columns_that_open_one_from_now_on",
    "dbt that checks other columns than before",
    KEY ("lamp") ", \"columns\": {\"note\": {\"scd\": 1}}",
    { { NULL, "lamp,colour,note\nhall,white,a\nyard,amber,a\n" },
      { NULL, "lamp,colour,note\nhall,white,b\nyard,amber,a\n" },
      { NULL, "lamp,colour,note\nhall,white,c\nyard,blue,a\n", NULL, KEY ("lamp") ", \"columns\": {\"colour\": {\"scd\": 1}}" } },
    "lamp, colour, note, changed",
    "hall|white|b|-|now|now|f|1\nhall|white|c|{note}|now|-|t|2\nyard|blue|a|-|now|-|t|1" },

  /* Files without a time are true since their runs, and a version ends in the very instant in which the next one begins. */
  { "by_the_run",
    "dlt, dbt, ingestr",
    KEY ("item"),
    { { NULL, "item,price\ncup,3\npot,7\n" }, { NULL, "item,price\ncup,4\npot,7\n" }, { NULL, "item,price\ncup,5\npot,7\n" } },
    "item, price, effective_end_date is not distinct from lead(effective_start_date) over (partition by item order by "
    "effective_start_date)",
    "cup|3|t|now|now|f|1\ncup|4|t|now|now|f|2\ncup|5|t|now|-|t|3\npot|7|t|now|-|t|1" },
};

static void
test_what_is_a_change (void **state)
{
  scenarios_play (*state, changes, G_N_ELEMENTS (changes));
}

/* dbt, ingestr: history needs something that rows are known by. */
static void
test_no_history_without_a_key (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\"}");
  home_write_file (home, "elsewhere/users.csv", "name\nkim\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 2, "load", "elsewhere/users.csv", NULL);
  assert_contains (outcome->err, "business_key");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_what_is_a_change), TEST (test_no_history_without_a_key) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
