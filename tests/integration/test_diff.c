/* `weir diff`: what loading a file would do, row by row; and nothing of it stays. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <stdio.h>
#include <string.h>

#define USERS                                                                                                                      \
  "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"rejects\": {\"max_percent\": 90},"             \
  " \"columns\": {\"name\": {\"required\": true}}}"
#define PRICES "{\"table\": \"prices\", \"kind\": \"dimension\", \"business_key\": [\"product\"], \"effective\": \"file_name\"}"

static void
load (Home *home, const char *name, const char *text)
{
  home_write_file (home, name, text);
  assert_weir (home, 0, "load", name, NULL);
}

/* All that a database can tell of what a load does. */
static char *
state_of (Home *home)
{
  return sql_scalar (home, "select string_agg(md5(t::text), ' ' order by t::text) from ("
                           "select relname || relfilenode || coalesce(obj_description(c.oid, 'pg_class'), '') as t from pg_class c"
                           " where relnamespace in (select oid from pg_namespace where nspname in ('warehouse', 'staging', "
                           "'weir')) and relkind in ('r', 'v')"
                           " union all select f::text from weir.file f union all select e::text from weir.execution e"
                           " union all select r::text from weir.reject r union all select t::text from weir.table t) s");
}

/* The diff of a file with that text: its lines of JSON behind the first, with "what" of each. Asserts that the load then does just so, and that
 * nothing stayed of the diff. */
typedef struct
{
  Outcome *outcome;
  int rows;
} Seen;

static void
seen_clear (Seen *seen)
{
  outcome_free (seen->outcome);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Seen, seen_clear)

static Seen
see (Home *home, const char *name, const char *text, const char *option)
{
  home_write_file (home, name, text);
  g_autofree char *before = state_of (home);
  Seen seen = { .outcome = expect_weir (home, 0, "diff", "--json", name, option, NULL) };
  g_autofree char *after = state_of (home);
  assert_string_equal (before, after);
  g_auto (GStrv) lines = g_strsplit (g_strchomp (seen.outcome->out), "\n", -1);
  seen.rows = (int) g_strv_length (lines) - 1;
  return seen;
}

static void
assert_seen (const Seen *seen, int row, const char *path, const char *expected)
{
  g_autoptr (Json) json = outcome_json_at (seen->outcome, row + 1);
  assert_json (json, path, expected);
}

/* The load does what the diff has said. */
static void
assert_loads_so (Home *home, const char *name, const Seen *seen)
{
  g_autoptr (Outcome) outcome = run_weir (home, "load", "--json", "--rejects-ok", name, NULL);
  g_autoptr (Json) loaded = outcome_json (outcome), said = outcome_json_at (seen->outcome, 0);
  g_autofree char *one = json_at (loaded, "rows"), *other = json_at (said, "rows");
  assert_string_equal (one, other);
}

/* What is only written in place opens no version, and is told all the same: of rows on top of history, and of those that find their places. */
static void
test_rows_that_are_overwritten_in_place (void **state)
{
  static const struct
  {
    const char *table, *model, *before, *after;
  } cases[] = {
    { "undated", "", "key,name,note,v\na,x,n,1\nb,x,n,1\nc,x,n,1\nd,x,,1\n",
      "key,name,note,v\na,y,n,1\nb,y,n,2\nc,x,n,1\nd,x,,1\n" },
    { "dated", "\"effective\": {\"column\": \"at\"}, ", "key,name,note,v,at\na,x,n,1,2026-01-01\nb,x,n,1,2026-01-01\n",
      "key,name,note,v,at\na,y,n,1,2026-01-02\nb,y,n,2,2026-01-02\n" },
  };
  Home *home = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *table = cases[i].table;
      g_autofree char *model = g_strdup_printf (
          "{\"table\": \"%s\", \"kind\": \"dimension\", \"business_key\": [\"key\"], %s\"columns\": {\"name\": {\"scd\": 1, "
          "\"all_versions\": true}, \"note\": {\"scd\": 0}}}",
          table, cases[i].model);
      g_autofree char *name = g_strconcat (table, ".csv", NULL);
      home_write_model (home, table, model);
      load (home, name, cases[i].before);
      g_auto (Seen) seen = see (home, name, cases[i].after, NULL);
      assert_int_equal (seen.rows, 2);
      assert_seen (&seen, 0, "key.0", "b");
      g_autoptr (Json) opened = outcome_json_at (seen.outcome, 1);
      assert_null (json_object_get (opened, "in_place"));
      assert_seen (&seen, 1, "kind", "updated");
      assert_seen (&seen, 1, "key.0", "a");
      assert_seen (&seen, 1, "in_place", "true");
      assert_seen (&seen, 1, "changed", "[{\"column\":\"name\",\"old\":\"x\",\"new\":\"y\"}]");
      g_autoptr (Outcome) shown = expect_weir (home, 0, "diff", name, NULL);
      assert_contains (shown->out, "name: x → y (in place)");
      g_autoptr (Outcome) few = expect_weir (home, 0, "diff", "--limit", "1", "--json", name, NULL);
      g_auto (GStrv) lines = g_strsplit (g_strchomp (few->out), "\n", -1);
      assert_int_equal (g_strv_length (lines), 2);
      assert_loads_so (home, name, &seen);
    }
}

static void
test_rows_of_a_dimension (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  load (home, "users.csv", "email,name,city\na@x,Ann,Oslo\nb@x,Bob,Bonn\n");
  g_auto (Seen) seen = see (home, "users-2.csv", "email,name,city\nc@x,Cai,\nb@x,Bob,Rome\na@x,Ann,Oslo\nd@x,,Bern\n", NULL);
  assert_int_equal (seen.rows, 3);
  assert_seen (&seen, 0, "kind", "inserted");
  assert_seen (&seen, 0, "line", "2");
  assert_seen (&seen, 0, "key", "[\"c@x\"]");
  assert_seen (&seen, 0, "changed", "[{\"column\":\"name\",\"old\":null,\"new\":\"Cai\"}]");
  assert_seen (&seen, 1, "kind", "updated");
  assert_seen (&seen, 1, "line", "3");
  assert_seen (&seen, 1, "changed", "[{\"column\":\"city\",\"old\":\"Bonn\",\"new\":\"Rome\"}]");
  assert_seen (&seen, 2, "kind", "rejected");
  assert_seen (&seen, 2, "reason", "null_required");
  assert_seen (&seen, 2, "original", "d@x,,Bern");
  assert_loads_so (home, "users-2.csv", &seen);
}

static void
test_rows_that_find_their_places (void **state)
{
  Home *home = *state;
  home_write_model (home, "prices", PRICES);
  load (home, "prices_2026-01-01.csv", "product,price\ntea,3\n");
  load (home, "prices_2026-01-03.csv", "product,price\ntea,5\n");
  g_auto (Seen) late = see (home, "prices_2026-01-02.csv", "product,price\ntea,4\ncup,1\n", NULL);
  assert_int_equal (late.rows, 2);
  assert_seen (&late, 0, "kind", "inserted");
  assert_seen (&late, 1, "kind", "late");
  assert_seen (&late, 1, "changed", "[{\"column\":\"price\",\"old\":\"3\",\"new\":\"4\"}]");
  assert_seen (&late, 1, "from", "2026-01-02T00:00:00Z");
  assert_seen (&late, 1, "to", "2026-01-03T00:00:00Z");
  assert_loads_so (home, "prices_2026-01-02.csv", &late);
  g_auto (Seen) corrected = see (home, "prices_2026-01-03-2.csv", "product,price\ntea,6\n", NULL);
  assert_int_equal (corrected.rows, 1);
  assert_seen (&corrected, 0, "kind", "corrected");
  assert_seen (&corrected, 0, "changed", "[{\"column\":\"price\",\"old\":\"5\",\"new\":\"6\"}]");
  g_auto (Seen) earlier = see (home, "prices_2025-12-31.csv", "product,price\ntea,2\n", NULL);
  assert_seen (&earlier, 0, "kind", "late");
  assert_seen (&earlier, 0, "first", "true");
}

static void
test_rows_of_facts (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  load (home, "users.csv", "email,name\na@x,Ann\n");
  home_write_model (
      home, "sales",
      "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"no\"], \"references\": [{\"dimension\": \"users\","
      " \"columns\": [\"email\"], \"as\": \"user_id\"}]}");
  load (home, "sales.csv", "no,email,amount\n1,a@x,1.50\n2,a@x,2\n");
  g_auto (Seen) keyed = see (home, "sales-2.csv", "no,email,amount\n1,a@x,1.5\n2,a@x,3\n3,a@x,4\n4,z@x,5\n", NULL);
  assert_int_equal (keyed.rows, 3);
  assert_seen (&keyed, 0, "kind", "inserted");
  assert_seen (&keyed, 0, "line", "4");
  assert_seen (&keyed, 1, "kind", "updated");
  assert_seen (&keyed, 1, "key", "[\"2\"]");
  assert_seen (&keyed, 1, "changed", "[{\"column\":\"amount\",\"old\":\"2\",\"new\":\"3\"}]");
  assert_seen (&keyed, 2, "kind", "waiting");
  assert_loads_so (home, "sales-2.csv", &keyed);
  home_write_model (home, "visits", "{\"table\": \"visits\", \"kind\": \"fact\"}");
  load (home, "visits.csv", "who,page\na,1\n");
  g_auto (Seen) keyless = see (home, "visits-2.csv", "who,page\na,1\nb,2\n", NULL);
  assert_int_equal (keyless.rows, 1);
  assert_seen (&keyless, 0, "line", "3");
  assert_seen (&keyless, 0, "key", "null");
  assert_seen (&keyless, 0, "changed",
               "[{\"column\":\"who\",\"old\":null,\"new\":\"b\"},{\"column\":\"page\",\"old\":null,\"new\":\"2\"}]");
  assert_loads_so (home, "visits-2.csv", &keyless);
}

static void
test_late_rows_of_a_fact (void **state)
{
  Home *home = *state;
  home_write_model (home, "orders",
                    "{\"table\": \"orders\", \"kind\": \"fact\", \"business_key\": [\"no\"], \"effective\": \"file_name\"}");
  load (home, "orders_2026-01-03.csv", "no,state\n1,paid\n");
  g_auto (Seen) late = see (home, "orders_2026-01-02.csv", "no,state\n1,open\n", NULL);
  assert_int_equal (late.rows, 1);
  assert_seen (&late, 0, "kind", "late");
  assert_seen (&late, 0, "line", "2");
  assert_seen (&late, 0, "key", "[\"1\"]");
  assert_weir (home, 0, "diff", "--exit-code", "orders_2026-01-02.csv", NULL); /* it changes nothing */
  g_auto (Seen) corrected = see (home, "orders_2026-01-03-2.csv", "no,state\n1,sent\n", NULL);
  assert_seen (&corrected, 0, "kind", "updated");
  assert_seen (&corrected, 0, "changed", "[{\"column\":\"state\",\"old\":\"paid\",\"new\":\"sent\"}]");
}

/* What is compared is what values mean by now: a type that grew is no change of each row. */
static void
test_columns_that_change (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home->oracle = ORACLE_RENAMED;
  load (home, "users.csv", "email,name,city,points,since\na@x,A,Oslo,5,2026-01-01\nb@x,B,Bonn,6,2026-01-01\n");
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"],"
                    " \"columns\": {\"town\": {\"from\": [\"city\"]}}}");
  g_auto (Seen) seen = see (home, "users-2.csv",
                            "email,name,town,points,since,phone\na@x,A,Oslo,5.5,2026-01-01,1\nb@x,B,Rome,6,2026-01-01,2\n", NULL);
  assert_int_equal (seen.rows, 5);
  assert_seen (&seen, 0, "column", "town");
  assert_seen (&seen, 0, "former", "city");
  assert_seen (&seen, 1, "column", "points");
  assert_seen (&seen, 1, "type", "numeric");
  assert_seen (&seen, 1, "was", "bigint");
  assert_seen (&seen, 2, "column", "phone");
  assert_seen (&seen, 2, "was", "null");
  assert_seen (&seen, 3, "changed",
               "[{\"column\":\"points\",\"old\":\"5\",\"new\":\"5.5\"},{\"column\":\"phone\",\"old\":null,\"new\":\"1\"}]");
  assert_seen (&seen, 4, "changed",
               "[{\"column\":\"town\",\"old\":\"Bonn\",\"new\":\"Rome\"},{\"column\":\"phone\",\"old\":null,\"new\":\"2\"}]");
  assert_loads_so (home, "users-2.csv", &seen);
}

/* A placeholder that is filled was there, and holds since ever as before. */
static void
test_placeholders_that_are_filled (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_write_model (
      home, "visits",
      "{\"table\": \"visits\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"users\", \"columns\": [\"email\"],"
      " \"as\": \"user_id\", \"missing\": \"placeholder\"}]}");
  load (home, "users.csv", "email,name\na@x,Ann\n");
  load (home, "visits.csv", "email,page\nb@x,1\n");
  g_auto (Seen) seen = see (home, "users-2.csv", "email,name\na@x,Eve\nb@x,Bob\nc@x,Cai\n", NULL);
  assert_int_equal (seen.rows, 3);
  assert_seen (&seen, 0, "kind", "inserted");
  assert_seen (&seen, 0, "key", "[\"c@x\"]");
  assert_seen (&seen, 1, "kind", "updated");
  assert_seen (&seen, 1, "changed", "[{\"column\":\"name\",\"old\":null,\"new\":\"Bob\"}]");
  assert_seen (&seen, 1, "first", "false");
  assert_seen (&seen, 2, "kind", "updated");
  assert_loads_so (home, "users-2.csv", &seen);
}

#define EXPORT                                                                                                                     \
  "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"absent\": \"close\", \"guard\": "              \
  "{\"close_percent\": 60}}"

static void
test_entities_that_are_closed (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", EXPORT);
  load (home, "users.csv", "email,name\na@x,Ann\nb@x,Bob\n");
  g_auto (Seen) seen = see (home, "users-2.csv", "email,name\nb@x,Bea\n", NULL);
  assert_int_equal (seen.rows, 2);
  assert_seen (&seen, 0, "kind", "updated");
  assert_seen (&seen, 1, "kind", "closed");
  assert_seen (&seen, 1, "key", "[\"a@x\"]");
  assert_seen (&seen, 1, "line", "null");
  assert_loads_so (home, "users-2.csv", &seen);
  g_auto (Seen) back = see (home, "users-3.csv", "email,name\nb@x,Bea\na@x,Ann\n", NULL);
  assert_int_equal (back.rows, 1);
  assert_seen (&back, 0, "kind", "inserted");
  assert_seen (&back, 0, "line", "3");
}

/* What a guard holds says so, and is neither held nor kept by that. */
static void
test_a_file_that_would_be_held (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", EXPORT);
  load (home, "users.csv", "email,name\na@x,Ann\nb@x,Bob\nc@x,Cai\n");
  home_write_file (home, "users-2.csv", "email,name\na@x,Ann\n");
  g_autofree char *before = state_of (home);
  g_autoptr (Outcome) outcome = expect_weir (home, 1, "diff", "users-2.csv", NULL);
  g_autofree char *after = state_of (home);
  assert_string_equal (before, after);
  assert_contains (outcome->out, "held");
  assert_contains (outcome->out, "closed (2)");
}

static void
test_columns_of_history_that_are_renamed (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  load (home, "users.csv", "email,name\na@x,Ann\n");
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"],"
                    " \"names\": {\"start\": \"valid_from\"}, \"open_end\": \"infinity\"}");
  g_auto (Seen) seen = see (home, "users-2.csv", "email,name\na@x,Eve\n", NULL);
  assert_int_equal (seen.rows, 1);
  assert_seen (&seen, 0, "changed", "[{\"column\":\"name\",\"old\":\"Ann\",\"new\":\"Eve\"}]");
  assert_seen (&seen, 0, "to", "null");
}

static void
test_as_many_as_are_wanted (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  load (home, "users.csv", "email,name\na@x,Ann\n");
  g_autoptr (GString) text = g_string_new ("email,name\n");
  for (int i = 0; i < 1200; i++)
    g_string_append_printf (text, "%04d@x,\\Name %d\n", i, i);
  g_auto (Seen) some = see (home, "users-2.csv", text->str, NULL);
  assert_int_equal (some.rows, 20);
  g_auto (Seen) all = see (home, "users-2.csv", text->str, "--limit=0");
  assert_int_equal (all.rows, 1200);
  assert_seen (&all, 1199, "changed", "[{\"column\":\"name\",\"old\":null,\"new\":\"\\\\Name 1199\"}]");
  g_autoptr (Outcome) table = expect_weir (home, 0, "diff", "users-2.csv", "--limit", "3", NULL);
  assert_contains (table->out, "\ninserted (1,200)\n");
  assert_contains (table->out, "... and 1,197 more");
  assert_weir (home, 2, "diff", "users-2.csv", "--limit", "-1", NULL);
}

static void
test_exit_codes (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  load (home, "users.csv", "email,name\na@x,Ann\n");
  home_write_file (home, "users-2.csv", "email,name\na@x,Ann\n");
  assert_weir (home, 0, "diff", "--exit-code", "users-2.csv", NULL);
  home_write_file (home, "users-2.csv", "email,name\na@x,Eve\n");
  assert_weir (home, 0, "diff", "users-2.csv", NULL);
  assert_weir (home, 1, "diff", "--exit-code", "users-2.csv", NULL);
  home_write_file (home, "users-2.csv", "email,name,new\na@x,Ann,\n"); /* a column, and no row */
  assert_weir (home, 1, "diff", "--exit-code", "users-2.csv", NULL);
  home_write_file (home, "users-2.csv", "mail\na@x\n");
  assert_weir (home, 1, "diff", "users-2.csv", NULL);
  assert_weir (home, 4, "diff", "nothing.csv", NULL);
  assert_weir (home, 2, "diff", NULL);
}

static void
test_a_refused_file_says_which_rows (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}");
  load (home, "users.csv", "email,name\na@x,Ann\n");
  home_write_file (home, "users-2.csv", "email,name\n,Ann\nb@x,Bob\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 1, "diff", "users-2.csv", NULL);
  assert_contains (outcome->out, "rejected (1)");
  assert_contains (outcome->out, ",Ann");
  assert_sql (home, "0", "select count(*) from weir.file where file_name = 'users-2.csv'");
}

static void
test_a_file_in_the_drop_folder_stays (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_drop (home, "users.csv", "email,name\na@x,Ann\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "diff", "imports/users.csv", NULL);
  assert_contains (outcome->out, "inserted (1)");
  assert_true (home_has_file (home, "imports/users.csv"));
  assert_sql (home, "0", "select count(*) from weir.file");
  assert_sql (home, "0", "select count(*) from pg_tables where schemaname in ('warehouse', 'staging')");
}

static void
test_personal_data_are_not_shown (void **state)
{
  Home *home = *state;
  home_write_model (
      home, "users",
      "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"rejects\": {\"max_percent\": 90},"
      " \"columns\": {\"city\": {\"required\": true}, \"phone\": {\"pii\": true}, \"email\": {\"pii\": true}}}");
  load (home, "users.csv", "email,city,phone\nann@x,Oslo,tel-a\nbob@x,Oslo,tel-b\n");
  home_write_file (home, "users-2.csv", "email,city,phone\nann@x,Rome,tel-a\nbob@x,Oslo,tel-B\ncai@x,Bonn,tel-c\ndan@x,,tel-d\n");
  static const char *const forms[] = { "--json", "--csv", NULL };
  for (size_t i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr (Outcome) hidden = expect_weir (home, 0, "diff", "users-2.csv", forms[i], NULL);
      assert_null (strstr (hidden->out, "tel-"));
      assert_null (strstr (hidden->out, "@x"));
      assert_contains (hidden->out, "Rome");
      assert_contains (hidden->err, "--show-pii");
    }
  g_autoptr (Outcome) table = expect_weir (home, 0, "diff", "users-2.csv", NULL);
  assert_contains (table->out, "phone (changed, not shown)");
  assert_contains (table->out, "  city: Oslo → Rome\n"); /* and the phone, which is the same, is not there */
  g_autoptr (Outcome) shown = expect_weir (home, 0, "diff", "users-2.csv", "--show-pii", NULL);
  assert_contains (shown->out, "bob@x  phone: tel-b → tel-B");
  assert_contains (shown->out, "dan@x,,tel-d");
}

static void
test_csv_has_a_line_for_each_value (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  load (home, "users.csv", "email,name,city\na@x,Ann,Oslo\n");
  home_write_file (home, "users-2.csv", "email,name,city\na@x,\"Ann, B.\",\n");
  g_autofree char *id = sql_scalar (home, "select user_id from warehouse.users");
  g_autofree char *expected = g_strdup_printf ("kind,line,id,key,column,old,new,reason\n"
                                               "updated,2,%s,a@x,name,Ann,\"Ann, B.\",\n"
                                               "updated,2,%s,a@x,city,Oslo,,\n",
                                               id, id);
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "diff", "users-2.csv", "--csv", NULL);
  assert_string_equal (outcome->out, expected);
}

static void
test_what_load_takes_it_takes (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  load (home, "users.csv", "email,name\na@x,Ann\n");
  home_write_file (home, "export.csv", "email,name\na@x,Eve\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "diff", "export.csv", "--table", "users", "--as-of", "2026-01-01", NULL);
  assert_contains (outcome->out, "late (1)");
  assert_weir (home, 2, "diff", "export.csv", "--table", "Users!", NULL);
  g_autoptr (Outcome) unmodelled = expect_weir (home, 0, "diff", "export.csv", NULL);
  assert_contains (unmodelled->out, "staged as export for review");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_rows_that_are_overwritten_in_place, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_rows_of_a_dimension, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_rows_that_find_their_places, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_rows_of_facts, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_late_rows_of_a_fact, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_columns_that_change, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_placeholders_that_are_filled, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_entities_that_are_closed, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_a_file_that_would_be_held, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_columns_of_history_that_are_renamed, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_as_many_as_are_wanted, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_exit_codes, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_a_refused_file_says_which_rows, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_a_file_in_the_drop_folder_stays, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_personal_data_are_not_shown, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_csv_has_a_line_for_each_value, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_what_load_takes_it_takes, home_setup, home_teardown),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
