/* A table made again from its files: it is what it was, to the last time and run; what somebody changed by hand is shown and mended; and
 * nothing else is touched. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"key\"]"
#define SALES "{\"table\": \"sales\", \"kind\": \"fact\""
#define TO_USERS ", \"references\": [{\"dimension\": \"users\", \"columns\": [\"key\"], \"as\": \"user_id\"%s}]"

/* All that the ledger has, but for what only says when. */
#define LEDGER                                                                                                                     \
  "select md5(string_agg(line, '|' order by line)) from (select to_jsonb(f)::text as line from weir.file f union all"              \
  " select to_jsonb(t)::text from weir.table t union all select to_jsonb(o)::text from weir.observed o union all"                  \
  " select to_jsonb(r)::text from weir.reject r union all select to_jsonb(w)::text from weir.waiting w union all"                  \
  " select to_jsonb(e)::text from weir.execution e union all select to_jsonb(v)::text from weir.overwritten v union all select "   \
  "to_jsonb(s)::text from weir.execution_step s) l"

static void
load (Home *home, const char *name, const char *text)
{
  g_autoptr (Json) published = load_text (home, name, text, "--rejects-ok", NULL);
  assert_json (published, "status", "applied");
}

/* "weir rebuild TABLE --json [MORE]" ends with the code; its counts are extra, missing, different. A new reference. */
static Json *
rebuild (Home *home, const char *table, const char *more, int code, const char *counts)
{
  g_autoptr (Outcome) outcome = run_weir (home, "rebuild", table, "--json", more, NULL);
  if (outcome->code != code)
    fail_msg ("weir rebuild %s %s ends with %d\n%s%s", table, more != NULL ? more : "", outcome->code, outcome->out, outcome->err);
  Json *json = outcome_json (outcome);
  g_autofree char *found = g_strdup_printf ("%" JSON_INTEGER_FORMAT " %" JSON_INTEGER_FORMAT " %" JSON_INTEGER_FORMAT,
                                            json_integer_value (json_object_get (json_object_get (json, "rows"), "extra")),
                                            json_integer_value (json_object_get (json_object_get (json, "rows"), "missing")),
                                            json_integer_value (json_object_get (json_object_get (json, "rows"), "different")));
  if (strcmp (found, counts) != 0)
    fail_msg ("weir rebuild %s finds %s\n%s", table, found, outcome->out);
  return json;
}

static void
assert_same (Home *home, const char *table)
{
  g_autofree char *before = sql_scalar (home, LEDGER);
  json_decref (rebuild (home, table, NULL, 0, "0 0 0"));
  assert_sql (home, before, LEDGER);
}

static void
set_time (Home *home, const char *name, int64_t seconds)
{
  g_autofree char *path = home_path (home, name);
  const struct timespec times[] = { { .tv_sec = seconds }, { .tv_sec = seconds } };
  assert_int_equal (utimensat (AT_FDCWD, path, times, 0), 0);
}

/* ---- the same ---- */

static void
test_undated (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"rejects\": {\"max_percent\": 90}}");
  load (home, "users_1.csv", "key,v\nann,a\nbob,a\n,x\n");
  load (home, "users_2.csv", "key,v,city\nann,b,Oslo\nbob,a,\ncid,1\n");
  load (home, "users_3.csv", "key,n\nann,1\ncid,2\n");
  load (home, "users_4.csv", "key,n\nann,1.50\n");
  load (home, "users_5.csv", "key,v\nann,a\nann,c\n");
  g_autoptr (Json) again = load_text (home, "users_6.csv", "key,v\nann,a\nann,c\n", "--force", NULL);
  assert_json (again, "status", "applied");
  g_autoptr (Json) duplicate = load_text (home, "users_7.csv", "key,v\nann,a\nann,c\n", NULL);
  assert_json (duplicate, "status", "duplicate");
  g_autoptr (Json) refused = load_text (home, "users_8.csv", "kee,v\nann,z\n", NULL);
  assert_json (refused, "status", "failed");
  assert_same (home, "users");
  /* The same bytes as two runs. */
  assert_weir (home, 0, "retry", "users_4.csv", NULL);
  assert_weir (home, 0, "retry", "users_1.csv", "--force", "--rejects-ok", NULL);
  assert_weir (home, 0, "retry", "users_2.csv", "--rejects-ok", NULL);
  assert_same (home, "users");
}

static void
test_rejects_that_came_back (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"columns\": {\"n\": {\"type\": \"bigint\"}}, \"rejects\": {\"max_percent\": 90}}");
  load (home, "users_1.csv", "key,n\nann,1\nbob,x\ncid,y\n");
  load (home, "users_2.csv", "key,n\ncid,7\n");
  g_autoptr (Outcome) rejects = expect_weir (home, 0, "rejects", "users_1.csv", "--csv", NULL);
  g_auto (GStrv) parts = g_strsplit (rejects->out, "x", 2);
  g_autofree char *mended = g_strjoinv ("2", parts);
  g_auto (GStrv) more = g_strsplit (mended, ",y", 2);
  g_autofree char *all = g_strjoinv (",3", more);
  load (home, "users_3.csv", all);
  assert_sql (home, "ann|1\nbob|2\ncid|7", "select key, n from warehouse.users_current order by 1");
  assert_same (home, "users");
}

static void
test_dated (void **state)
{
  static const char *const models[] = { "", ", \"first\": \"always\"", ", \"late\": \"refuse\"", ", \"late\": \"apply\"" };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (models); i++)
    {
      print_message ("  %s\n", models[i]);
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *model =
          g_strconcat (USERS ", \"effective\": \"file_name\", \"rejects\": {\"max_percent\": 99}", models[i], "}", NULL);
      home_write_model (home, "users", model);
      load (home, "users_2026-01-01.csv", "key,v\nann,a\nbob,a\n");
      load (home, "users_2026-01-05.csv", "key,v\nann,b\nbob,a\n");
      load (home, "users_2026-01-03.csv", "key,v\nann,x\nbob,y\ncid,c\n");
      load (home, "users_2026-01-03 (1).csv", "key,v\nann,z\n");
      load (home, "users_2026-01-02.csv", "key,v,w\nann,a,1\nbob,a,2\n");
      home_write_file (home, "elsewhere/users.csv", "key,v\nbob,hand\n");
      assert_weir (home, 0, "load", "--rejects-ok", "--as-of", "2026-01-04", "elsewhere/users.csv", NULL);
      assert_same (home, "users");
    }
}

/* The ledger's times of a file, and not what its name would be taken for today. */
static void
test_by_the_files_time (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"effective\": \"mtime\"}");
  for (int i = 0; i < 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("elsewhere/users_%d.csv", i), *text = g_strdup_printf ("key,v\nann,%d\n", i);
      home_write_file (home, name, text);
      set_time (home, name, 1767225600 + (i == 1 ? 500000 : i * 1000));
      assert_weir (home, 0, "load", name, NULL);
      set_time (home, name, 1700000000);
    }
  assert_same (home, "users");
}

static void
test_by_the_row (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"effective\": {\"column\": \"at\"}, \"rejects\": {\"max_percent\": 99}}");
  load (home, "users_1.csv", "key,v,at\nann,a,2026-01-01\nann,b,2026-01-03\nbob,a,2026-01-01\n");
  load (home, "users_2.csv", "key,v,at\nann,x,2026-01-02\nbob,a,2026-01-04\ndan,z,2026-01-04\n");
  load (home, "users_3.csv", "key,v,at\nbob,q,2026-01-02\n");
  assert_same (home, "users");
}

/* A row that was from the future is none today; and was refused all the same. */
static void
test_what_had_not_come_yet (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"effective\": {\"column\": \"at\"}, \"rejects\": {\"max_percent\": 99}}");
  g_autofree char *soon = sql_scalar (home, "select to_char(now() + interval '10 minutes', 'YYYY-MM-DD HH24:MI:SS')");
  g_autofree char *text = g_strdup_printf ("key,v,at\nann,a,2026-01-01 00:00:00\nbob,b,%s\n", soon);
  load (home, "users_1.csv", text);
  assert_sql (home, "future", "select reason from weir.reject");
  sql_run_text (home, "update weir.file set applied_on = applied_on - interval '1 day'");
  assert_same (home, "users");
  sql_run_text (home, "update weir.file set applied_on = applied_on + interval '3 days'");
  json_decref (rebuild (home, "users", NULL, 1, "0 1 0"));
  home->oracle = ORACLE_BY_HAND;
}

static void
test_facts (void **state)
{
  static const struct
  {
    const char *name, *more;
  } cases[] = {
    { "with a key", ", \"business_key\": [\"sale\"]" },
    { "dated", ", \"business_key\": [\"sale\"], \"effective\": \"file_name\"" },
    { "without", "" },
    { "every row of every file", ", \"append\": \"all\"" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].name);
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *model = g_strconcat (SALES, cases[i].more, "}", NULL);
      home_write_model (home, "sales", model);
      load (home, "sales_2026-01-02.csv", "sale,amount\n1,5\n2,6\n2,6\n");
      load (home, "sales_2026-01-03.csv", "sale,amount\n1,5\n2,7\n3,8\n");
      load (home, "sales_2026-01-01.csv", "sale,amount\n1,4\n3,8\n4,9\n");
      load (home, "sales_2026-01-04.csv", "sale,amount,shop\n1,5,a\n9,9,b\n");
      assert_same (home, "sales");
      sql_run_text (home, "update warehouse.sales set amount = 0 where sale = 9");
      sql_run_text (home, "delete from warehouse.sales where sale = 4");
      json_decref (rebuild (home, "sales", "--write", 0, "0 1 1"));
      assert_same (home, "sales");
    }
}

static void
test_rows_that_waited (void **state)
{
  static const char *const more[] = { ", \"business_key\": [\"sale\"]", "", ", \"append\": \"all\"" };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (more); i++)
    {
      print_message ("  %s\n", more[i]);
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *model = g_strdup_printf (SALES "%s" TO_USERS "}", more[i], "");
      home_write_model (home, "users", USERS "}");
      home_write_model (home, "sales", model);
      load (home, "users_1.csv", "key,v\nann,a\n");
      load (home, "sales_1.csv", "sale,key,n\n1,ann,1\n2,bob,2\n2,bob,2\n3,cid,3\n");
      load (home, "sales_2.csv", "sale,key,n\n1,ann,1\n2,bob,2\n4,bob,4\n");
      load (home, "users_2.csv", "key,v\nbob,b\n");
      load (home, "sales_3.csv", "sale,key,n\n4,bob,5\n5,dan,5\n");
      assert_sql (home, "t", "select count(*) > 0 from weir.waiting");
      assert_same (home, "sales");
      g_autofree char *waits = sql_text_rows (home, "select line, id, hash, cells, run_id from weir.waiting order by run_id, line");
      sql_run_text (home, "delete from warehouse.sales where sale = 1");
      g_autoptr (Json) json = rebuild (home, "sales", "--write", 0, i == 2 ? "0 2 0" : "0 1 0");
      assert_sql (home, waits, "select line, id, hash, cells, run_id from weir.waiting order by run_id, line");
      oracle_check (home, 0);
      load (home, "users_3.csv", "key,v\ncid,b\ndan,d\n");
      assert_sql (home, "0", "select count(*) from weir.waiting");
      assert_same (home, "sales");
    }
}

/* What was taken back is as if it had never come; and what is taken back of a table that was made again. */
static void
test_taken_back (void **state)
{
  static const char *const more[] = { "", ", \"effective\": \"file_name\"" };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (more); i++)
    {
      print_message ("  %s\n", more[i]);
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *model = g_strconcat (USERS, more[i], "}", NULL);
      home_write_model (home, "users", model);
      load (home, "users_2026-01-01.csv", "key,v\nann,a\nbob,a\n");
      load (home, "users_2026-01-03.csv", "key,v\nann,b\ncid,c\n");
      load (home, "users_2026-01-02.csv", "key,v\nann,x\nbob,y\n");
      load (home, "users_2026-01-04.csv", "key,v\nbob,z\n");
      assert_weir (home, 0, "undo", "users_2026-01-02.csv", "--with-later", "--yes", NULL);
      assert_same (home, "users");
      sql_run_text (home, "update warehouse.users set v = 'q' where key = 'cid'");
      json_decref (rebuild (home, "users", "--write", 0, "0 0 1"));
      assert_weir (home, 0, "undo", "users_2026-01-03.csv", "--yes", NULL);
      assert_same (home, "users");
      assert_sql (home, "ann|a|1\nbob|a|1", "select key, v, version_number from warehouse.users order by 1, 3");
    }
}

/* Who is not in a full export is closed; and what a person let pass passes once more. */
static void
test_full_exports (void **state)
{
  static const char *const models[] = { "", ", \"effective\": \"file_name\"" };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (models); i++)
    {
      print_message ("  %s\n", models[i]);
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *model = g_strconcat (USERS ", \"absent\": \"close\", \"deleted\": {\"column\": \"op\", \"values\": [\"D\"]}",
                                            models[i], "}", NULL);
      home_write_model (home, "users", model);
      load (home, "users_2026-01-01.csv",
            "key,v,op\nann,a,\nbob,a,\ncid,c,\ndan,d,\neve,e,\nfay,f,\ngus,g,\nhal,h,\nian,i,\njim,j,\nkay,k,\n");
      load (home, "users_2026-01-03.csv",
            "key,v,op\nann,b,\nbob,a,\ncid,c,D\ndan,d,\neve,e,\nfay,f,\ngus,g,\nhal,h,\nian,i,\njim,j,\nkay,k,\n");
      load (home, "users_2026-01-04.csv",
            "key,v,op\nann,b,\nbob,a,\ncid,x,\neve,e,\nfay,f,\ngus,g,\nhal,h,\nian,i,\njim,j,\nkay,k,\n");
      load (home, "users_2026-01-02.csv",
            "key,v,op\nann,z,\nbob,z,\ncid,c,\ndan,d,\neve,e,\nfay,f,\ngus,g,\nhal,h,\nian,i,\njim,j,\n");
      g_autoptr (Json) held = load_text (home, "users_2026-01-05.csv", "key,v,op\nann,b,\nbob,b,\n", NULL);
      assert_json (held, "status", "held");
      assert_same (home, "users");
      assert_weir (home, 0, "approve", "last", NULL);
      assert_sql (home, "t", "select count(*) < 5 from warehouse.users where is_current");
      assert_same (home, "users");
      sql_run_text (home, "update warehouse.users set v = 'x' where key = 'hal'");
      g_autoptr (Outcome) told = expect_weir (home, 0, "rebuild", "users", "--write", NULL);
      assert_contains (told->out, "v: x -> h");
      assert_same (home, "users");
      oracle_check (home, 0);
    }
}

/* An older export that came once more has closed nobody, and closes nobody. */
static void
test_an_export_that_came_once_more (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": \"close\", \"guard\": {\"close_percent\": 100, \"shrink_percent\": 0}}");
  load (home, "users_1.csv", "key,v\nann,a\nbob,b\n");
  load (home, "users_2.csv", "key,v\nann,a\nbob,b\ncid,c\n");
  assert_weir (home, 0, "retry", "users_1.csv", NULL);
  assert_sql (home, "3", "select count(*) from warehouse.users_current");
  assert_same (home, "users");
}

/* What the files were loaded without is no reason to hold them now. */
static void
test_full_exports_afterwards (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  load (home, "users_1.csv", "key,v\nann,a\nbob,b\ncid,c\ndan,d\n");
  load (home, "users_2.csv", "key,v\nann,a\n");
  home_write_model (home, "users", USERS ", \"absent\": \"close\"}");
  assert_weir (home, 0, "rebuild", "users", "--write", "--approve", NULL);
  assert_sql (home, "ann", "select string_agg(key, ' ') from warehouse.users_current");
  assert_same (home, "users");
}

/* The dimension has whom facts have named, and the facts give nobody to it a second time. */
static void
test_placeholders (void **state)
{
  static const char *const more[] = { "", ", \"effective\": \"file_name\", \"first\": \"always\"" };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (more); i++)
    {
      print_message ("  %s\n", more[i]);
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *users = g_strconcat (USERS, more[i], "}", NULL);
      home_write_model (home, "users", users);
      home_write_model (home, "sales",
                        SALES ", \"references\": [{\"dimension\": \"users\", \"columns\": [\"key\"], \"as\": \"user_id\","
                              " \"missing\": \"placeholder\"}]}");
      load (home, "users_2026-01-01.csv", "key,v\nann,a\n");
      load (home, "sales_1.csv", "key,n\nann,1\nbob,2\ncid,3\n");
      load (home, "users_2026-01-02.csv", "key,v\nbob,b\nann,c\n");
      load (home, "users_2026-01-03.csv", "key,v\nbob,c\n");
      assert_same (home, "users");
      assert_same (home, "sales");
      sql_run_text (home, "delete from warehouse.users where key = 'ann' and version_number = 2");
      json_decref (rebuild (home, "users", "--write", 0, "0 1 0"));
      assert_sql (home, "1", "select count(*) from warehouse.users where is_inferred");
      assert_same (home, "users");
      sql_run_text (home, "delete from warehouse.users where key = 'cid'");
      assert_same (home, "sales");
      assert_sql (home, "0", "select count(*) from warehouse.users where key = 'cid'");
      home->oracle = ORACLE_BY_HAND;
    }
}

/* ---- a difference ---- */

static void
load_three (Home *home)
{
  home_write_model (home, "users", USERS "}");
  load (home, "users_1.csv", "key,v\nann,a\nbob,a\ncid,c\n");
  load (home, "users_2.csv", "key,v\nann,b\n");
  load (home, "users_3.csv", "key,v\nann,c\nbob,b\n");
}

#define ROWS "select md5(string_agg(to_jsonb(u)::text, '|' order by key, version_number)) from warehouse.users u"

static void
test_changed_by_hand (void **state)
{
  Home *home = *state;
  load_three (home);
  g_autofree char *rows = sql_scalar (home, ROWS);
  sql_run_text (home, "alter table warehouse.users add column remark text");
  sql_run_text (home, "update warehouse.users set remark = key");
  sql_run_text (home, "create view warehouse.mine as select * from warehouse.users_current");
  sql_run_text (home, "update warehouse.users set v = 'x' where key = 'bob' and is_current");
  sql_run_text (home, "delete from warehouse.users where key = 'cid'");
  /* Another version is current. */
  sql_run_text (home, "update warehouse.users set is_current = false, effective_end_date = effective_start_date + interval '1 day'"
                      " where key = 'ann' and is_current");
  sql_run_text (home,
                "update warehouse.users set is_current = true, effective_end_date = null where key = 'ann' and version_number = 2");
  sql_run_text (
      home, "insert into warehouse.users (user_id, key, v, effective_start_date, is_current, version_number, row_hash, opened_by)"
            " select gen_random_uuid(), 'dan', 'd', now(), true, 1, gen_random_uuid(), opened_by from warehouse.users limit 1");
  g_autoptr (Outcome) told = expect_weir (home, 1, "rebuild", "users", NULL);
  assert_contains (told->out, "1 row only there, 1 missing, 3 different");
  assert_contains (told->out, "v: x -> b");
  assert_contains (told->out, "key = dan");
  assert_contains (told->out, "Nothing was changed; --write makes it what its files give.");
  g_autoptr (Outcome) few = expect_weir (home, 1, "rebuild", "users", "--limit", "1", NULL);
  assert_contains (few->out, "and 4 more (--limit)");
  g_autoptr (Json) json = rebuild (home, "users", "--write", 0, "1 1 3");
  sql_run_text (home, "update warehouse.users set remark = key where remark is distinct from key and key = 'cid'");
  assert_sql (home, "0", "select count(*) from warehouse.users where remark is distinct from key");
  sql_run_text (home, "drop view warehouse.mine");
  sql_run_text (home, "alter table warehouse.users drop column remark");
  assert_sql (home, rows, ROWS);
  assert_same (home, "users");
  g_autofree char *run = json_at (json, "written");
  assert_sql (home, "rebuild|1 put in, 3 changed, 1 taken out|COMPLETED",
              "select state, file_name, status from weir.runs where run = '%s'", run);
  g_autoptr (Outcome) status = expect_weir (home, 0, "status", NULL);
  assert_contains (status->out, "users_3.csv");
}

/* Who reads goes on, and so does who reads in a transaction; nobody who only asks waits for him. */
static void
test_readers_go_on (void **state)
{
  Home *home = *state;
  load_three (home);
  sql_run_text (home, "update warehouse.users set v = 'x' where key = 'bob' and is_current");
  sql_run_text (home, "begin isolation level repeatable read");
  assert_sql (home, "x", "select v from warehouse.users_current where key = 'bob'");
  json_decref (rebuild (home, "users", NULL, 1, "0 0 1"));
  json_decref (rebuild (home, "users", "--write", 0, "0 0 1"));
  assert_sql (home, "x", "select v from warehouse.users_current where key = 'bob'");
  sql_run_text (home, "commit");
  assert_sql (home, "b", "select v from warehouse.users_current where key = 'bob'");
}

static void
test_personal_data (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"columns\": {\"key\": {\"pii\": true}, \"v\": {\"pii\": true}}}");
  load (home, "users_1.csv", "key,v,n\nann,a,1\n");
  sql_run_text (home, "update warehouse.users set v = 'x', n = 2");
  g_autoptr (Outcome) told = expect_weir (home, 1, "rebuild", "users", NULL);
  assert_contains (told->out, "v: (pii) -> (pii), n: 2 -> 1");
  g_autoptr (Outcome) shown = expect_weir (home, 1, "rebuild", "users", "--show-pii", NULL);
  assert_contains (shown->out, "v: x -> a");
  home->oracle = ORACLE_BY_HAND;
}

static void
test_the_table_is_gone (void **state)
{
  Home *home = *state;
  load_three (home);
  g_autofree char *rows = sql_scalar (home, ROWS);
  sql_run_text (home, "set client_min_messages = error");
  sql_run_text (home, "drop table warehouse.users cascade");
  g_autoptr (Json) json = rebuild (home, "users", "--write", 0, "0 6 0");
  assert_sql (home, rows, ROWS);
  assert_sql (home, "3", "select count(*) from warehouse.users_current");
  assert_sql (home, "2", "select count(*) from pg_indexes where schemaname = 'warehouse' and tablename = 'users'");
  load (home, "users_4.csv", "key,v\nann,d\n");
  assert_same (home, "users");
}

/* What was in a table that was dropped is in none. */
static void
test_after_a_drop (void **state)
{
  Home *home = *state;
  load_three (home);
  assert_weir (home, 0, "drop", "users", "--yes", NULL);
  g_autoptr (Outcome) nothing = expect_weir (home, 2, "rebuild", "users", NULL);
  assert_contains (nothing->err, "there is nothing to make users from");
  assert_weir (home, 0, "retry", "users_2.csv", NULL);
  assert_same (home, "users");
  assert_sql (home, "1", "select count(*) from warehouse.users");
  home->oracle = ORACLE_BY_HAND;
}

/* ---- files ---- */

static void
test_files_that_cannot_be_had (void **state)
{
  Home *home = *state;
  load_three (home);
  g_autofree char *first = sql_scalar (home, "select place from weir.file where file_name = 'users_1.csv'");
  g_autofree char *second = sql_scalar (home, "select place from weir.file where file_name = 'users_2.csv'");
  g_autofree char *text = home_read_file (home, first), *other = home_read_file (home, second);
  home_write_file (home, first, "key,v\nann,a\nbob,a\ncid,d\n");
  home_remove_file (home, second);
  g_autoptr (Outcome) told = expect_weir (home, 2, "rebuild", "users", NULL);
  assert_contains (told->err, "users cannot be made again: 2 of its 3 files cannot be had");
  assert_contains (told->err, "users_1.csv (run ");
  assert_contains (told->err, second);
  g_autoptr (Outcome) partly = expect_weir (home, 1, "rebuild", "users", "--missing-ok", NULL);
  assert_contains (partly->out, "2 of its files cannot be had, and what they said is not known:");
  g_autoptr (Outcome) write = expect_weir (home, 2, "rebuild", "users", "--missing-ok", "--write", NULL);
  assert_contains (write->err, "--write is only for a table whose files are all there");
  home_write_file (home, first, text);
  home_write_file (home, second, other);
  assert_same (home, "users");
}

static void
test_deleted_files (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"after_load\": \"delete\"");
  load_three (home);
  g_autoptr (Outcome) told = expect_weir (home, 2, "rebuild", "users", NULL);
  assert_contains (told->err, "was deleted when it was loaded");
}

/* ---- another model ---- */

static void
test_other_types (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  load (home, "users_1.csv", "key,v,at\nann,1,01/02/2026\nbob,2,\n");
  load (home, "users_2.csv", "key,v,at\nann,3,03/04/2026\n");
  sql_run_text (home, "grant select on warehouse.users_current to " CLUSTER_GUARDED_ROLE);
  home_write_model (home, "users",
                    USERS
                    ", \"columns\": {\"v\": {\"type\": \"text\"}, \"at\": {\"type\": \"date\", \"format\": \"DD/MM/YYYY\"}}}");
  g_autoptr (Outcome) told = expect_weir (home, 1, "rebuild", "users", NULL);
  assert_contains (told->out, "column v of warehouse.users is bigint, and its files give text");
  sql_run_text (home, "create view warehouse.mine as select v from warehouse.users");
  g_autoptr (Outcome) held = expect_weir (home, 2, "rebuild", "users", "--write", NULL);
  assert_contains (held->err, "Something depends on warehouse.users");
  sql_run_text (home, "drop view warehouse.mine");
  assert_weir (home, 0, "rebuild", "users", "--write", NULL);
  assert_sql (home, "3|2026-04-03|2", "select v, at, version_number from warehouse.users_current where key = 'ann'");
  assert_sql (home, "t", "select has_table_privilege('" CLUSTER_GUARDED_ROLE "', 'warehouse.users_current', 'select')");
  assert_same (home, "users");
  load (home, "users_3.csv", "key,v,at\nann,x,03/04/2026\n");
  assert_same (home, "users");
}

static void
test_another_key (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  load (home, "users_1.csv", "key,mail,v\nann,a@x,1\nbob,b@x,2\n");
  load (home, "users_2.csv", "key,mail,v\nann2,a@x,3\n");
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"mail\"]}");
  g_autoptr (Json) before = load_text (home, "users_3.csv", "key,mail,v\nann,a@x,1\n", NULL);
  assert_json (before, "status", "failed");
  home_take_back (home, "users_3.csv");
  assert_weir (home, 0, "rebuild", "users", "--write", NULL);
  assert_sql (home, "a@x|ann2|2\nb@x|bob|1", "select mail, key, version_number from warehouse.users_current order by 1");
  assert_same (home, "users");
  load (home, "users_4.csv", "key,mail,v\nann,a@x,1\n");
  assert_same (home, "users");
}

/* A model that has "effective" now gives files of before their place in history. */
static void
test_dated_afterwards (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  load (home, "users_2026-01-02.csv", "key,v\nann,b\n");
  load (home, "users_2026-01-01.csv", "key,v\nann,a\n");
  home_write_model (home, "users", USERS ", \"effective\": \"file_name\"}");
  assert_weir (home, 0, "rebuild", "users", "--write", NULL);
  assert_sql (home, "a|2026-01-01 00:00:00+00|1\nb|2026-01-02 00:00:00+00|2",
              "select v, effective_start_date, version_number from warehouse.users order by 2");
  home_write_model (home, "users", USERS ", \"effective\": \"file_name\", \"time_zone\": \"Europe/Oslo\"}");
  assert_weir (home, 0, "rebuild", "users", "--write", NULL);
  assert_sql (home, "2025-12-31 23:00:00+00", "select min(effective_start_date) from warehouse.users");
  load (home, "users_2026-01-03.csv", "key,v\nann,b\n");
  assert_same (home, "users");
}

static void
test_a_column_has_another_name (void **state)
{
  Home *home = *state;
  home_write_model (home, "sales", SALES "}");
  load (home, "sales_1.csv", "sale,amount\n1,5\n2,6\n");
  home_write_model (home, "sales", SALES ", \"columns\": {\"price\": {\"from\": [\"amount\"]}}}");
  load (home, "sales_2.csv", "sale,price\n3,5\n");
  json_decref (rebuild (home, "sales", NULL, 0, "0 0 0"));
  json_decref (rebuild (home, "sales", "--write", 0, "0 0 0"));
  load (home, "sales_3.csv", "sale,price\n1,5\n2,6\n3,5\n4,4\n");
  assert_sql (home, "4", "select count(*) from warehouse.sales");
  assert_same (home, "sales");
}

static void
test_refused_now (void **state)
{
  Home *home = *state;
  load_three (home);
  home_write_model (home, "users", USERS ", \"columns\": {\"w\": {\"required\": true}}}");
  g_autofree char *before = sql_scalar (home, LEDGER);
  g_autoptr (Outcome) told = expect_weir (home, 1, "rebuild", "users", "--write", NULL);
  assert_contains (told->err, "users_1.csv (run ");
  assert_contains (told->err, "which was applied once, is refused now");
  assert_sql (home, before, LEDGER);
}

/* ---- elsewhere, and crashes ---- */

static void
test_another_schema (void **state)
{
  Home *home = *state;
  load_three (home);
  sql_run_text (home, "update warehouse.users set v = 'x' where key = 'cid'");
  g_autofree char *before = sql_scalar (home, LEDGER);
  if (cluster_is_of_loader ()) /* who may not make one */
    sql_run_text (home, "create schema try authorization weir");
  json_decref (rebuild (home, "users", "--schema=try", 1, "0 0 1"));
  assert_sql (home, before, LEDGER);
  assert_sql (home, "c|x", "select t.v, u.v from try.users_current t join warehouse.users_current u using (key) where key = 'cid'");
  g_autoptr (Outcome) twice = expect_weir (home, 2, "rebuild", "users", "--schema", "try", NULL);
  assert_contains (twice->err, "try.users is there already");
  sql_run_text (home, "set client_min_messages = error");
  sql_run_text (home, "drop schema try cascade");
  home->oracle = ORACLE_BY_HAND;
}

static void
test_killed (void **state)
{
  static const char *const points[] = { "after-load", "rebuild-written" };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (points); i++)
    {
      print_message ("  %s\n", points[i]);
      g_autoptr (Home) home = home_new (outer->cluster);
      load_three (home);
      sql_run_text (home, "update warehouse.users set v = 'x' where key = 'cid'");
      g_autofree char *before = sql_scalar (home, LEDGER), *rows = sql_scalar (home, ROWS);
      g_autofree char *fault = g_strconcat ("kill:", points[i], NULL);
      home_set_environment (home, "WEIR_FAULT", fault);
      g_autoptr (Outcome) killed = run_weir (home, "rebuild", "users", "--write", NULL);
      assert_int_equal (killed->code, 128 + SIGKILL);
      assert_sql (home, before, LEDGER);
      assert_sql (home, rows, ROWS);
      home_set_environment (home, "WEIR_FAULT", NULL);
      json_decref (rebuild (home, "users", "--write", 0, "0 0 1"));
      assert_same (home, "users");
    }
}

/* Ctrl-C in the middle. */
static void
test_stopped (void **state)
{
  Home *home = *state;
  load_three (home);
  g_autofree char *before = sql_scalar (home, LEDGER);
  home_set_environment (home, "WEIR_FAULT", "stop:rebuild-written");
  g_autoptr (Background) rebuilding = spawn_weir (home, "rebuild", "users", "--write", NULL);
  wait_until (process_find_stopped (home->path, "rebuild") != 0);
  kill (rebuilding->pid, SIGCONT);
  kill (rebuilding->pid, SIGINT);
  (void) background_stop (rebuilding, 0, 20);
  home_set_environment (home, "WEIR_FAULT", NULL);
  g_autofree char *behind = sql_scalar (home, LEDGER);
  int64_t runs = sql_number (home, "select count(*) from weir.operation");
  assert_true (runs == (strcmp (before, behind) == 0 ? 0 : 1));
  assert_same (home, "users");
}

/* A model that has become one of full exports closes whom older files lack: that asks for the same leave as a file that would. */
static void
test_what_it_would_close (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  load (home, "users-1.csv", "key,v\nann,a\nbob,b\n");
  load (home, "users-2.csv", "key,v\nann,c\n");
  home_write_model (home, "users", USERS ", \"absent\": \"close\"}");
  g_autoptr (Json) told = rebuild (home, "users", NULL, 1, "0 0 1");
  assert_json (told, "rows.closes", "1");
  g_autoptr (Outcome) shown = run_weir (home, "rebuild", "users", NULL);
  assert_contains (shown->out, "1 of the 2 keys of users that hold would be closed");
  g_autoptr (Outcome) refused = expect_weir (home, 2, "rebuild", "users", "--write", NULL);
  assert_contains (refused->err, "it would close 1 of 2 keys of users, and 10 % is the most");
  assert_sql (home, "2", "select count(*) from warehouse.users_current");
  assert_weir (home, 2, "rebuild", "users", "--approve", NULL);
  assert_weir (home, 0, "rebuild", "users", "--write", "--approve", NULL);
  assert_sql (home, "1", "select count(*) from warehouse.users_current");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_what_it_would_close),
    TEST (test_undated),
    TEST (test_rejects_that_came_back),
    TEST (test_dated),
    TEST (test_by_the_files_time),
    TEST (test_by_the_row),
    TEST (test_what_had_not_come_yet),
    TEST (test_facts),
    TEST (test_rows_that_waited),
    TEST (test_taken_back),
    TEST (test_full_exports),
    TEST (test_an_export_that_came_once_more),
    TEST (test_full_exports_afterwards),
    TEST (test_placeholders),
    TEST (test_changed_by_hand),
    TEST (test_readers_go_on),
    TEST (test_personal_data),
    TEST (test_the_table_is_gone),
    TEST (test_after_a_drop),
    TEST (test_files_that_cannot_be_had),
    TEST (test_deleted_files),
    TEST (test_other_types),
    TEST (test_another_key),
    TEST (test_dated_afterwards),
    TEST (test_a_column_has_another_name),
    TEST (test_refused_now),
    TEST (test_another_schema),
    TEST (test_killed),
    TEST (test_stopped),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
