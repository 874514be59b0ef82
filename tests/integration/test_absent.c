/* Keys that files say are gone: by rows that say so, and by having no row of them. test_absent_streams.c has a naive model of it. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <string.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"key\"]"
#define DELETED "\"deleted\": {\"column\": \"op\", \"values\": [\"D\", \"x\"]}"
#define UNGUARDED "\"guard\": {\"close_percent\": 100, \"shrink_percent\": 0}"

/* ---- one thing at a time ---- */

#define VERSIONS                                                                                                                   \
  "select key, v, version_number, is_current, effective_start_date = lag(effective_end_date) over (partition by key order by "     \
  "version_number) from warehouse.users order by key, version_number"

/* A key that is not in an export is closed, and one that comes back opens its next version behind a gap. */
static void
test_full_exports (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": \"close\", " UNGUARDED "}");
  load_and_count (home, "users-1.csv", "key,v\nann,a\nbob,b\ncid,c\n", "read=3 inserted=3 staged=3");
  load_and_count (home, "users-2.csv", "key,v\nann,x\ndan,d\n", "read=2 inserted=1 updated=1 deactivated=3 absent=2 staged=2");
  load_and_count (home, "users-3.csv", "key,v\nann,x\nbob,b\ndan,d\n", "read=3 inserted=1 unchanged=2 staged=3");
  assert_sql (home, "ann|a|1|f|-\nann|x|2|t|t\nbob|b|1|f|-\nbob|b|2|t|f\ncid|c|1|f|-\ndan|d|1|t|-", VERSIONS);
  assert_sql (home, "2",
              "select count(*) from warehouse.users u join weir.file f on f.run_id = u.closed_by"
              " where f.file_name = 'users-2.csv' and u.key in ('bob', 'cid')");
  home->oracle = ORACLE_REPLAY;
}

/* Without "absent" a file has changes. */
static void
test_absent_keys_stay (void **state)
{
  static const char *const models[] = { USERS "}", USERS ", \"absent\": \"keep\"}" };
  Home *home = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_autofree char *text = g_strdup_printf ("key,v\nann,%zu\n", i);
      home_write_model (home, "users", models[i]);
      g_autoptr (Json) all = load_text (home, "users.csv", "key,v\nann,a\nbob,b\n", NULL);
      g_autoptr (Json) one = load_text (home, "users.csv", text, NULL);
      assert_json (one, "rows.deactivated", "1");
    }
  assert_sql (home, "t", "select is_current from warehouse.users where key = 'bob'");
}

static void
test_rows_that_delete (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", " DELETED "}");
  /* Nobody knows zoe; of eve's two rows the last one counts. */
  load_and_count (home, "users-1.csv", "key,v,op\nann,a,I\nbob,b,\nzoe,z,D\neve,e,D\neve,e,I\n",
                  "read=5 inserted=3 unchanged=1 duplicate=1 staged=3");
  load_and_count (home, "users-2.csv", "key,v,op\nann,x, D\nbob,b,d\ncid,c,I\n",
                  "read=3 inserted=1 deleted=1 deactivated=1 unchanged=1 staged=2");
  load_and_count (home, "users-3.csv", "key,v,op\nann,a,D\ncid,c,x\n", "read=2 deleted=1 deactivated=1 unchanged=1 staged=0");
  load_and_count (home, "users-4.csv", "key,v,op\nann,a,U\n", "read=1 inserted=1 staged=1");
  assert_sql (home, "ann|a|1|f|-\nann|a|2|t|f\nbob|b|1|t|-\ncid|c|1|f|-\neve|e|1|t|-", VERSIONS);
  /* The column is staged, and not kept. */
  assert_sql (home, "1", "select count(*) from pg_attribute where attname = 'op' and attrelid = 'staging.users'::regclass");
  assert_sql (home, "0", "select count(*) from pg_attribute where attname = 'op' and attrelid = 'warehouse.users'::regclass");
  load_and_note (home, "users-5.csv", "key,v\nann,b\n", "read=1 updated=1 deactivated=1 staged=1", "has no column \\\"op\\\"");
  home->oracle = ORACLE_REPLAY;
}

/* A file that brings nothing but deletions leaves an empty staging table, which no server has emptied. */
static void
test_nothing_but_deletions (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", " DELETED "}");
  load_and_count (home, "users-1.csv", "key,v,op\nann,a,\n", "read=1 inserted=1 staged=1");
  load_and_count (home, "users-2.csv", "key,v,op\nann,a,D\n", "read=1 deleted=1 deactivated=1 staged=0");
  assert_weir (home, 0, "status", NULL);
}

/* The model said nothing of the column at first, and it was kept. */
static void
test_a_model_that_learns_of_deletions (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  load_and_count (home, "users-1.csv", "key,v,op\nann,a,1\nbob,b,0\n", "read=2 inserted=2 staged=2");
  home_write_model (home, "users", USERS ", \"deleted\": {\"column\": \"op\", \"values\": [\"1\"]}}");
  load_and_count (home, "users-2.csv", "key,v,op\nann,a,1\nbob,b,0\n", "read=2 deleted=1 deactivated=1 unchanged=1 staged=1");
}

/* ---- who is not absent ---- */

static void
test_rejects_are_not_absent (void **state)
{
  static const struct
  {
    const char *text, *counts, *keys, *note;
  } cases[] = {
    { "key,n\nann,2\nbob,x\n", "read=2 rejected=1 updated=1 deactivated=2 absent=1 staged=1", "ann|bob", NULL },
    { "key,n\nann,2\nbob\n", "read=2 rejected=1 updated=1 deactivated=1 staged=1", "ann|bob|cid", "whose key cannot be read" },
    { "key,n\nann,2\n,3\n", "read=2 rejected=1 updated=1 deactivated=1 staged=1", "ann|bob|cid", "whose key cannot be read" },
    { "key,n\nann,x\nbob,x\n", "read=2 rejected=2", "ann|bob|cid", "none of its rows goes on" },
  };
  Home *home = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Home) own = home_new (home->cluster);
      home_write_model (own, "users",
                        USERS ", \"absent\": \"close\", " UNGUARDED ", \"columns\": {\"n\": {\"type\": \"bigint\"}},"
                              " \"rejects\": {\"max_percent\": 100}}");
      load_and_count (own, "users-1.csv", "key,n\nann,1\nbob,1\ncid,1\n", "read=3 inserted=3 staged=3");
      if (cases[i].note != NULL)
        load_and_note (own, "users-2.csv", cases[i].text, cases[i].counts, cases[i].note);
      else
        load_and_count (own, "users-2.csv", cases[i].text, cases[i].counts);
      assert_sql (own, cases[i].keys, "select string_agg(key, '|' order by key) from warehouse.users_current");
    }
}

/* Rejects that TRANSFORM finds, and rows that are none of the table's. */
static void
test_more_that_are_not_absent (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    USERS ", \"absent\": \"close\", " UNGUARDED
                          ", \"duplicates\": \"reject\", \"rejects\": {\"max_percent\": 100}}");
  load_and_count (home, "users-1.csv", "key,v\nann,a\nbob,b\ncid,c\n", "read=3 inserted=3 staged=3");
  load_and_count (home, "users-2.csv", "key,v\nann,a\nbob,x\nbob,y\n",
                  "read=3 rejected=2 unchanged=1 deactivated=1 absent=1 staged=1");
  assert_sql (home, "ann|bob", "select string_agg(key, '|' order by key) from warehouse.users_current");
  load_and_count (home, "users-3.csv", "key,v\nann,a\n\nTotal: 1 user\n",
                  "read=2 rejected=1 unchanged=1 deactivated=1 absent=1 staged=1");
  assert_sql (home, "ann", "select string_agg(key, '|' order by key) from warehouse.users_current");
}

/* Rejects that come back are a few rows, and no export; nor does one that is older than what was applied say who is gone. */
static void
test_no_exports (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    USERS ", \"absent\": \"close\", " UNGUARDED ", \"columns\": {\"n\": {\"type\": \"bigint\"}},"
                          " \"rejects\": {\"max_percent\": 60}}");
  load_and_count (home, "users-1.csv", "key,n\nann,1\nbob,x\n", "read=2 rejected=1 inserted=1 staged=1");
  g_autoptr (Outcome) rejects = expect_weir (home, 0, "rejects", "last", "--csv", NULL);
  g_auto (GStrv) parts = g_strsplit (rejects->out, "bob,x", 2);
  g_autofree char *mended = g_strjoinv ("bob,1", parts);
  load_and_note (home, "users-1 (1).csv", mended, "read=1 inserted=1 staged=1", "brings rejects back");
  /* Refused whole, and tried again when a newer one is there. */
  g_autoptr (Json) refused = load_text (home, "users-2.csv", "key,n\nann,x\nbob,x\n", NULL);
  assert_json (refused, "status", "failed");
  load_and_count (home, "users-3.csv", "key,n\nann,3\nbob,3\ncid,3\n", "read=3 updated=2 deactivated=2 inserted=1 staged=3");
  home_write_model (home, "users", USERS ", \"absent\": \"close\", " UNGUARDED "}");
  g_autofree char *run = json_at (refused, "run"),
                  *place = sql_scalar (home, "select place from weir.file where run_id = '%s'", run);
  home_write_file (home, place, "key,n\nann,1\nbob,1\n");
  g_autoptr (Outcome) retried = run_weir (home, "retry", run, NULL);
  assert_contains (retried->out, "the file closes nobody: newer files were applied before it");
  assert_sql (home, "ann|bob|cid", "select string_agg(key, '|' order by key) from warehouse.users_current");
  home->oracle = ORACLE_BY_HAND; /* the bytes were mended in place */
}

/* ---- complete within some values ---- */

static void
test_a_reload_of_a_day (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": {\"close\": [\"Day\"]}, \"guard\": {\"close_percent\": 50}}");
  load_and_count (home, "users-1.csv", "key,Day,v\na1,1,x\na2,1,x\nb1,2,x\nc1,,x\n", "read=4 inserted=4 staged=4");
  /* Of the days that it brings; a2 has moved, and a row without a day is of none. */
  load_and_count (home, "users-2.csv", "key,Day,v\na3,1,x\na1,1,x\na2,3,x\n",
                  "read=3 inserted=1 updated=1 deactivated=1 unchanged=1 staged=3");
  load_and_count (home, "users-3.csv", "key,Day,v\na1,1,x\nd1,,x\n",
                  "read=2 inserted=1 unchanged=1 deactivated=1 absent=1 staged=2");
  assert_sql (home, "a1|a2|b1|c1|d1", "select string_agg(key, '|' order by key) from warehouse.users_current");
  g_autoptr (Json) held = load_text (home, "users-4.csv", "key,Day,v\nb2,2,y\n", NULL);
  assert_json (held, "held.of", "1");
  assert_weir (home, 0, "discard", "last", NULL);
  g_autoptr (Json) without = load_text (home, "users-5.csv", "key,v\na1,x\n", NULL);
  assert_json (without, "error.code", "missing_column");
}

/* ---- in any order ---- */

/* A late export cuts what it lacks, and what comes before an export that lacked it ends there. */
static void
test_late_exports (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": \"close\", \"effective\": \"file_name\", " UNGUARDED "}");
  load_and_count (home, "users_2026-01-01.csv", "key,v\nann,a\nbob,b\n", "read=2 inserted=2 staged=2");
  load_and_count (home, "users_2026-01-05.csv", "key,v\nann,a\nbob,b\n", "read=2 unchanged=2 staged=2");
  load_and_note (home, "users_2026-01-03.csv", "key,v\nann,a\n", "read=1 unchanged=1 absent=1 staged=1",
                 "the history of each has a gap");
  load_and_count (home, "users_2026-01-02.csv", "key,v\nann,a\nbob,x\ncid,c\n", "read=3 unchanged=1 late=2 staged=3");
  assert_sql (home, "ann|a|1|-\nbob|b|1|2\nbob|x|2|3\nbob|b|5|-\ncid|c|2|3",
              "select key, v, extract(day from effective_start_date)::int, extract(day from effective_end_date)::int"
              " from warehouse.users order by key, effective_start_date");
  home->oracle = ORACLE_REPLAY;
}

/* What is gone of a day is so since the file's time, and a row of before that says the day ends where a file of the day lacks it; one that says
 * another day does not. Of one instant each day may have a file of its own. */
static void
test_late_reloads_of_a_day (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": {\"close\": [\"day\"]}, \"effective\": \"file_name\", " UNGUARDED "}");
  load_and_count (home, "users_2026-01-01.csv", "key,day,v\na,mon,x\nb,mon,x\nc,tue,x\n", "read=3 inserted=3 staged=3");
  load_and_count (home, "users_2026-01-05.csv", "key,day,v\na,mon,x\nb,mon,x\n", "read=2 unchanged=2 staged=2");
  load_and_count (home, "users_2026-01-05-2.csv", "key,day,v\nd,tue,x\n", "read=1 inserted=1 deactivated=1 absent=1 staged=1");
  load_and_note (home, "users_2026-01-03.csv", "key,day,v\na,mon,x\n", "read=1 unchanged=1 absent=1 staged=1",
                 "the history of each has a gap");
  /* e is of a day that the 3rd lacks him of, f of one that the 5th does; c was of another day then. */
  load_and_count (home, "users_2026-01-02.csv", "key,day,v\na,mon,x\nb,mon,x\ne,mon,x\nf,tue,x\nc,wed,y\n",
                  "read=5 updated=1 deactivated=1 unchanged=2 late=2 staged=5");
  assert_sql (home, "a|mon|1|-\nb|mon|1|3\nb|mon|5|-\nc|tue|1|2\nc|wed|2|-\nd|tue|5|-\ne|mon|2|3\nf|tue|2|5",
              "select key, day, extract(day from effective_start_date)::int, extract(day from effective_end_date)::int"
              " from warehouse.users order by key, effective_start_date");
  home->oracle = ORACLE_REPLAY;
}

static void
test_late_deletions (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", " DELETED ", \"effective\": \"file_name\"}");
  load_and_count (home, "users_2026-01-01.csv", "key,v,op\nann,a,\nbob,b,\n", "read=2 inserted=2 staged=2");
  load_and_count (home, "users_2026-01-04.csv", "key,v,op\nann,a,\ncid,c,D\n", "read=2 unchanged=2 staged=1");
  load_and_count (home, "users_2026-01-03.csv", "key,v,op\nann,a,D\nbob,b,D\ncid,c,\n",
                  "read=3 late=2 deleted=1 deactivated=1 staged=1");
  load_and_count (home, "users_2026-01-03 (1).csv", "key,v,op\nbob,b,\nzoe,z,D\n", "read=2 corrected=1 unchanged=1 staged=1");
  assert_sql (home, "ann|a|1|3\nann|a|4|-\nbob|b|1|-\ncid|c|3|4",
              "select key, v, extract(day from effective_start_date)::int, extract(day from effective_end_date)::int"
              " from warehouse.users order by key, effective_start_date");
  home_write_model (home, "users",
                    USERS ", " DELETED
                          ", \"effective\": \"file_name\", \"late\": \"refuse\", \"rejects\": {\"max_percent\": 100}}");
  load_and_count (home, "users_2026-01-02.csv", "key,v,op\nann,a,D\nzoe,z,D\n", "read=2 rejected=1 unchanged=1 staged=0");
  assert_sql (home, "2|late|ann,a,D", "select line, reason, encode(original, 'escape') from weir.reject");
}

/* ---- full exports whose rows have times of their own ---- */

#define TIMED USERS ", \"absent\": \"close\", \"effective\": {\"column\": \"at\"}, " UNGUARDED "}"
#define TIMED_BY_NAME                                                                                                              \
  USERS ", \"absent\": \"close\", \"effective\": {\"column\": \"at\", \"absent\": \"file_name\"}, " UNGUARDED "}"
#define DAYS_OF_VERSIONS                                                                                                           \
  "select key, v, extract(day from effective_start_date)::int, extract(day from effective_end_date)::int from warehouse.users "    \
  "order by key, effective_start_date"

/* Undated: who is gone is so since the run, and who is back, as he was, since his. */
static void
test_exports_of_timed_rows (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", TIMED);
  load_and_count (home, "users-1.csv", "key,v,at\nann,a,2026-01-01\nbob,b,2026-01-01\n", "read=2 inserted=2 staged=2");
  load_and_count (home, "users-2.csv", "key,v,at\nann,x,2026-01-02\n", "read=1 updated=1 deactivated=2 absent=1 staged=1");
  load_and_count (home, "users-3.csv", "key,v,at\nann,x,2026-01-02\nbob,b,2026-01-01\n", "read=2 inserted=1 unchanged=1 staged=2");
  assert_sql (home, "ann|a|1|f|-\nann|x|2|t|t\nbob|b|1|f|-\nbob|b|2|t|f", VERSIONS);
  assert_sql (home, "t",
              "select v.effective_end_date = x.at and n.effective_start_date > x.at from warehouse.users v"
              " join weir.export x on x.run_id = v.closed_by join warehouse.users n on n.key = v.key and n.version_number = 2"
              " where v.key = 'bob' and v.version_number = 1");
  /* What changed before the export that closed him is known only now. */
  load_and_count (home, "users-4.csv", "key,v,at\nann,x,2026-01-02\nbob,c,2026-01-03\n", "read=2 late=1 unchanged=1 staged=2");
  assert_sql (home, "bob|b|1|f|-\nbob|c|2|f|t\nbob|c|3|t|f", "select * from (" VERSIONS ") v where key = 'bob'");
  assert_weir (home, 0, "rebuild", "users", NULL);
}

/* An export that came first and is tried again behind a newer one closes nobody: it has no time of its own. */
static void
test_an_overtaken_export_of_timed_rows (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    USERS ", \"absent\": \"close\", \"effective\": {\"column\": \"at\"}, " UNGUARDED
                          ", \"columns\": {\"v\": {\"type\": \"bigint\"}}}");
  load_and_count (home, "users-1.csv", "key,v,at\nann,1,2026-01-01\nbob,1,2026-01-01\n", "read=2 inserted=2 staged=2");
  g_autoptr (Json) refused = load_text (home, "users-2.csv", "key,v,at\nann,x,2026-01-02\n", NULL);
  assert_json (refused, "status", "failed");
  load_and_count (home, "users-3.csv", "key,v,at\nann,1,2026-01-01\nbob,3,2026-01-03\n",
                  "read=2 updated=1 deactivated=1 unchanged=1 staged=2");
  g_autofree char *run = json_at (refused, "run"),
                  *place = sql_scalar (home, "select place from weir.file where run_id = '%s'", run);
  home_write_file (home, place, "key,v,at\nann,2,2026-01-02\n");
  g_autoptr (Outcome) retried = run_weir (home, "retry", run, NULL);
  assert_contains (retried->out, "the file closes nobody: newer files were applied before it");
  assert_sql (home, "ann|1|1|2\nann|2|2|-\nbob|1|1|3\nbob|3|3|-", DAYS_OF_VERSIONS);
  home->oracle = ORACLE_BY_HAND; /* the bytes were mended in place */
}

/* By the date in the name; a file is never true before its newest row, and says nothing of whom only later ones have seen. */
static void
test_dated_exports_of_timed_rows (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", TIMED_BY_NAME);
  load_and_count (home, "users_2026-01-02.csv", "key,v,at\nann,a,2026-01-01T00:00Z\nbob,b,2026-01-02T18:00Z\n",
                  "read=2 inserted=2 staged=2");
  load_and_count (home, "users_2026-01-06.csv",
                  "key,v,at\nann,a,2026-01-01T00:00Z\nbob,b,2026-01-02T18:00Z\ncid,c,2026-01-01T00:00Z\n",
                  "read=3 inserted=1 unchanged=2 staged=3");
  /* bob is gone on the 4th and back on the 6th; cid was not seen before. */
  load_and_note (home, "users_2026-01-04.csv", "key,v,at\nann,a,2026-01-01T00:00Z\n", "read=1 unchanged=1 absent=1 staged=1",
                 "the history of each has a gap");
  assert_sql (home, "ann|a|1|-\nbob|b|2|4\nbob|b|6|-\ncid|c|1|-", DAYS_OF_VERSIONS);
  /* The same bytes say that cid was there on the 3rd: now he is lacking on the 4th. */
  load_and_count (home, "users_2026-01-03.csv",
                  "key,v,at\nann,a,2026-01-01T00:00Z\nbob,b,2026-01-02T18:00Z\ncid,c,2026-01-01T00:00Z\n",
                  "read=3 unchanged=3 staged=3");
  assert_sql (home, "ann|a|1|-\nbob|b|2|4\nbob|b|6|-\ncid|c|1|4\ncid|c|6|-", DAYS_OF_VERSIONS);
  load_and_count (home, "users_2026-01-07.csv", "key,v,at\nann,a,2026-01-01T00:00Z\nbob,b,2026-01-02T18:00Z\n",
                  "read=2 unchanged=2 deactivated=1 absent=1 staged=2");
  /* The same bytes of another time. */
  load_and_count (home, "users_2026-01-08.csv", "key,v,at\nann,a,2026-01-01T00:00Z\nbob,b,2026-01-02T18:00Z\n",
                  "read=2 unchanged=2 staged=2");
  /* Newer than the night that its name means. */
  load_and_count (home, "users_2026-01-09.csv", "key,v,at\nann,a,2026-01-01T00:00Z\neve,e,2026-01-09T10:00Z\n",
                  "read=2 inserted=1 unchanged=1 deactivated=1 absent=1 staged=2");
  assert_sql (home, "2026-01-09 10:00:00+00", "select max(effective_end_date) from warehouse.users where key = 'bob'");
  load_and_count (home, "users_2026-01-09T1200.csv", "key,v,at\nann,a,2026-01-01T00:00Z\n",
                  "read=1 unchanged=1 deactivated=1 absent=1 staged=1");
  assert_sql (home, "2026-01-09 10:00:00+00|2026-01-09 12:00:00+00",
              "select effective_start_date, effective_end_date from warehouse.users where key = 'eve'");
  g_autoptr (Json) refused = load_text (home, "users.csv", "key,v,at\nann,a,2026-01-01T00:00Z\n", NULL);
  assert_json (refused, "error.code", "no_date");
  assert_weir (home, 0, "rebuild", "users", NULL);
}

/* A reject whose key cannot be read may be anybody, so that nobody is absent; whom the file has is there all the same, in any order. */
static void
test_who_is_there_beside_unreadable_rows (void **state)
{
  static const char *const orders[][3] = { { "02", "04", "06" }, { "06", "04", "02" }, { "04", "06", "02" }, { "04", "02", "06" } };
  Home *home = *state;
  home_configure (home, ", \"rejects\": {\"max_percent\": 100}");
  home_write_model (home, "users", TIMED_BY_NAME);
  for (size_t i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      for (size_t f = 0; f < G_N_ELEMENTS (orders[i]); f++)
        {
          g_autofree char *name = g_strdup_printf ("users_2026-01-%s.csv", orders[i][f]);
          bool lacks = strcmp (orders[i][f], "04") == 0;
          g_autoptr (Json) loaded = load_text (home, name,
                                               lacks ? "key,v,at\nann,a,2026-01-01T00:00Z\n"
                                                     : "key,v,at\nann,a,2026-01-01T00:00Z\nzz\nbob,b,2026-01-01T00:00Z\n",
                                               NULL);
          assert_json (loaded, "status", "applied");
          assert_json (loaded, "rows.rejected", lacks ? "0" : "1");
        }
      assert_sql (home, "ann|a|1|-\nbob|b|1|4\nbob|b|6|-", DAYS_OF_VERSIONS);
      assert_weir (home, 0, "drop", "users", "--yes", "--ledger", NULL);
    }
}

/* Of two exports of one instant the one that came last is right: also where it has whom the first one lacked. */
static void
test_two_exports_of_timed_rows_at_once (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", TIMED_BY_NAME);
  static const char both[] = "key,v,at\nann,a,2026-01-01T00:00Z\nbob,b,2026-01-01T00:00Z\n";
  load_and_count (home, "users_2026-01-02.csv", both, "read=2 inserted=2 staged=2");
  load_and_count (home, "users_2026-01-04.csv", "key,v,at\nann,a,2026-01-01T00:00Z\n",
                  "read=1 unchanged=1 deactivated=1 absent=1 staged=1");
  assert_sql (home, "ann|a|1|-\nbob|b|1|4", DAYS_OF_VERSIONS);
  g_autoptr (Json) second = load_text (home, "users_2026-01-04.csv", both, NULL);
  assert_json (second, "status", "applied");
  assert_sql (home, "ann|a|1|-\nbob|b|1|-", DAYS_OF_VERSIONS);
  g_autofree char *run = json_at (second, "run");
  assert_weir (home, 0, "undo", run, "--yes", NULL);
  assert_sql (home, "ann|a|1|-\nbob|b|1|4", DAYS_OF_VERSIONS);
}

/* Files by a letter: "m" and "n" are of one instant, and "f" is the rejects of "r", corrected. */
static const struct
{
  char letter;
  const char *day, *rows;
} timed_files[] = {
  { 'm', "05", "ann,1,2026-01-01T00:00Z,\nbob,1,2026-01-03T00:00Z,\n" },
  { 'n', "05", "ann,1,2026-01-01T00:00Z,\n" },
  { 't', "06", "ann,1,2026-01-01T00:00Z,\nbob,1,2026-01-03T00:00Z,\n" },
  { 'd', "05", "ann,1,2026-01-01T00:00Z,\nbob,1,2026-01-02T00:00Z,D\nbob,1,2026-01-03T00:00Z,\n" },
  { 'r', "05", "ann,1,2026-01-01T00:00Z,\nbob,bad,2026-01-03T00:00Z,\n" },
  { 'u', "05", "ann,1,2026-01-01T00:00Z,\nzz\nbob,1,2026-01-03T00:00Z,\n" },
  { 'e', "04", "ann,1,2026-01-01T00:00Z,\nbob,2,2026-01-01T00:00Z,\nbob,2,2026-01-02T00:00Z,D\n" },
  { 'a', "04", "ann,1,2026-01-01T00:00Z,\n" },
  { 'z', "06", "ann,1,2026-01-01T00:00Z,\n" },
};

static char *
load_timed (Home *home, char letter, const char *rejects_of)
{
  g_autoptr (Json) loaded = NULL;
  if (letter == 'f')
    {
      g_autoptr (Outcome) csv = expect_weir (home, 0, "rejects", "--csv", rejects_of, NULL);
      g_autoptr (GString) mended = g_string_new (csv->out);
      assert_int_equal (g_string_replace (mended, ",bad,", ",1,", 0), 1);
      loaded = load_text (home, "users-1.csv", mended->str, NULL);
    }
  for (size_t i = 0; i < G_N_ELEMENTS (timed_files); i++)
    if (timed_files[i].letter == letter)
      {
        g_autofree char *name = g_strdup_printf ("users_2026-01-%s.csv", timed_files[i].day);
        g_autofree char *text = g_strconcat ("key,v,at,op\n", timed_files[i].rows, NULL);
        loaded = load_text (home, name, text, NULL);
      }
  assert_json (loaded, "status", "applied");
  return json_at (loaded, "run");
}

/* Whom only one of two exports of an instant had, or whom a file has nothing but a row of that was refused, or says when he was gone: what
 * comes in between makes no difference. */
static void
test_orders_of_exports_of_timed_rows (void **state)
{
  static const struct
  {
    const char *orders, *versions;
  } cases[] = {
    { "mnt mtn", "ann|1|1|-\nbob|1|3|5\nbob|1|6|-" },
    { "mnz mzn", "ann|1|1|-\nbob|1|3|5" },
    { "da ad", "ann|1|1|-\nbob|1|3|-" },
    { "dz zd azd", "ann|1|1|-\nbob|1|3|6" },
    { "rfa arf", "ann|1|1|-\nbob|1|3|-" },
    { "rfz rzf", "ann|1|1|-\nbob|1|3|6" },
    { "nte tne ten", "ann|1|1|-\nbob|2|1|2\nbob|1|3|-" },
    { "ua au", "ann|1|1|-\nbob|1|3|-" },
  };
  Home *home = *state;
  home_configure (home, ", \"rejects\": {\"max_percent\": 100}");
  home_write_model (home, "users",
                    USERS ", \"absent\": \"close\", \"effective\": {\"column\": \"at\", \"absent\": \"file_name\"},"
                          " \"columns\": {\"v\": {\"type\": \"bigint\"}}, " DELETED ", " UNGUARDED "}");
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (GStrv) orders = g_strsplit (cases[i].orders, " ", -1);
      for (char **order = orders; *order != NULL; order++)
        {
          g_autofree char *rejects = NULL;
          print_message ("  %s\n", *order);
          for (const char *file = *order; *file != '\0'; file++)
            {
              g_autofree char *run = load_timed (home, *file, rejects);
              if (*file == 'r')
                rejects = g_steal_pointer (&run);
            }
          assert_sql (home, cases[i].versions, DAYS_OF_VERSIONS);
          assert_weir (home, 0, "drop", "users", "--yes", "--ledger", NULL);
        }
    }
}

/* A key that two rows say is gone is one key. */
static void
test_guard_counts_keys (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    USERS ", \"absent\": \"close\", \"effective\": {\"column\": \"at\", \"absent\": \"file_name\"},"
                          " \"guard\": {\"close_percent\": 50, \"shrink_percent\": 0}, " DELETED "}");
  load_and_count (home, "users_2026-01-02.csv", "key,v,at,op\nann,a,2026-01-01T00:00Z,\nbob,b,2026-01-01T00:00Z,\n",
                  "read=2 inserted=2 staged=2");
  g_autoptr (Json) loaded =
      load_text (home, "users_2026-01-05.csv",
                 "key,v,at,op\nann,a,2026-01-01T00:00Z,\nbob,b,2026-01-03T00:00Z,D\nbob,b,2026-01-04T00:00Z,D\n", NULL);
  assert_json (loaded, "status", "applied");
  assert_sql (home, "ann|a|1|-\nbob|b|1|3", DAYS_OF_VERSIONS);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_full_exports),
    TEST (test_absent_keys_stay),
    TEST (test_rows_that_delete),
    TEST (test_nothing_but_deletions),
    TEST (test_a_model_that_learns_of_deletions),
    TEST (test_rejects_are_not_absent),
    TEST (test_more_that_are_not_absent),
    TEST (test_no_exports),
    TEST (test_a_reload_of_a_day),
    TEST (test_late_exports),
    TEST (test_late_reloads_of_a_day),
    TEST (test_late_deletions),
    TEST (test_exports_of_timed_rows),
    TEST (test_an_overtaken_export_of_timed_rows),
    TEST (test_dated_exports_of_timed_rows),
    TEST (test_who_is_there_beside_unreadable_rows),
    TEST (test_two_exports_of_timed_rows_at_once),
    TEST (test_orders_of_exports_of_timed_rows),
    TEST (test_guard_counts_keys),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
