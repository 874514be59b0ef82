/* An equal hash proves an equal row: columns that come, go, are emptied, filled, widened, renamed, added and dropped by hand. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include "pipeline/stage/rowhash.h"

#include <string.h>

#define MODEL(kind, more) "{\"table\": \"%s\", \"kind\": \"" kind "\"" more ", \"rejects\": {\"max_percent\": 50}}"
#define KEY ", \"business_key\": [\"email\"]"
#define DIMENSION MODEL ("dimension", KEY)
#define FACT MODEL ("fact", KEY)
#define BAG MODEL ("fact", "")

#define MOST_STEPS 7

/* What comes one after the other: files, each with the counts that it must have, and among them statements, which begin with "!", and
 * models. %s is the table in these. */
typedef struct
{
  const char *text, *counts;
} Step;

typedef struct
{
  const char *name;
  Step steps[MOST_STEPS];
  const char *columns,
      *rows; /* of the warehouse in the end: these, ordered by all of them, or by e-mail and version, which follows */
} Case;

static void
take_step (Home *home, const char *table, const Step *step)
{
  g_auto (GStrv) pieces = g_strsplit (step->text, "%s", -1);
  g_autofree char *text = g_strjoinv (table, pieces);
  if (text[0] == '{')
    {
      home_write_model (home, table, text);
      return;
    }
  if (text[0] == '!')
    {
      g_auto (GStrv) statements = g_strsplit (text + 1, "; ", -1);
      for (char **statement = statements; *statement != NULL; statement++)
        sql_run_text (home, "%s", *statement);
      return;
    }
  g_autofree char *file = g_strconcat (table, ".csv", NULL);
  g_autoptr (Json) published = load_text (home, file, text, NULL);
  assert_load (published, "applied", step->counts);
  assert_ledger (home, published);
}

/* Each in a table of its own. */
static void
run_cases (Home *home, const Case *cases, size_t n, bool versions)
{
  for (size_t i = 0; i < n; i++)
    {
      print_message ("  %s\n", cases[i].name);
      g_autofree char *table = g_strdup_printf ("t%zu_", i);
      for (int step = 0; step < MOST_STEPS && cases[i].steps[step].text != NULL; step++)
        take_step (home, table, &cases[i].steps[step]);
      if (versions)
        assert_sql (home, cases[i].rows, "select %s, version_number from warehouse.%s order by email, version_number",
                    cases[i].columns, table);
      else
        assert_sql (home, cases[i].rows, "select %s from warehouse.%s order by %s", cases[i].columns, table, cases[i].columns);
    }
}

#define NEW(n) "read=" n " inserted=" n " staged=" n
#define CHANGED(n) "read=" n " updated=" n " deactivated=" n " staged=" n
#define UPDATED(n) "read=" n " updated=" n " staged=" n
#define SAME(n) "read=" n " unchanged=" n " staged=" n

static void
test_dimension (void **state)
{
  static const Case cases[] = {
    { "a filled column is emptied, under the hash of before it was filled",
      { { DIMENSION, NULL },
        { "email,name\na@x.org,Ann\n", NEW ("1") },
        { "email,city\na@x.org,Oslo\n", SAME ("1") },
        { "email,name,city\na@x.org,Ann,\n", CHANGED ("1") } },
      "name, city",
      "Ann|Oslo|1\nAnn|-|2" },
    { "a filled column is kept where nothing is said of it",
      { { DIMENSION, NULL },
        { "email,name\na@x.org,Ann\n", NEW ("1") },
        { "email,city\na@x.org,Oslo\n", SAME ("1") },
        { "email,name\na@x.org,Ann\n", SAME ("1") },
        { "email,name,city\na@x.org,Ann,Oslo\n", SAME ("1") },
        { "email,name,city\na@x.org,Ann,\n", CHANGED ("1") } },
      "name, city",
      "Ann|Oslo|1\nAnn|-|2" },
    { "two columns are filled by two files, and emptied by a third",
      { { DIMENSION, NULL },
        { "email,name\na@x.org,Ann\n", NEW ("1") },
        { "email,city\na@x.org,Oslo\n", SAME ("1") },
        { "email,born\na@x.org,2001-02-03\n", SAME ("1") },
        { "email,name,city,born\na@x.org,Ann,,2001-02-03\n", CHANGED ("1") },
        { "email,name,city,born\na@x.org,Ann,,\n", CHANGED ("1") } },
      "name, city, born",
      "Ann|Oslo|2001-02-03|1\nAnn|-|2001-02-03|2\nAnn|-|-|3" },
    { "a column is filled with NULL, then with a value that changes",
      { { DIMENSION, NULL },
        { "email,name\na@x.org,Ann\nb@x.org,Bob\n", NEW ("2") },
        { "email,city\na@x.org,\nb@x.org,Rome\n", SAME ("2") },
        { "email,name,city\na@x.org,Ann,\nb@x.org,Bob,\n", "read=2 unchanged=1 updated=1 deactivated=1 staged=2" },
        { "email,name,city\na@x.org,Ann,Oslo\nb@x.org,Bob,\n", "read=2 unchanged=1 updated=1 deactivated=1 staged=2" } },
      "email, city",
      "a@x.org|-|1\na@x.org|Oslo|2\nb@x.org|Rome|1\nb@x.org|-|2" },
    { "a column is filled in an old version, and a later one lacks it",
      { { DIMENSION, NULL },
        { "email,name\na@x.org,Ann\n", NEW ("1") },
        { "email,city\na@x.org,Oslo\n", SAME ("1") },
        { "email,name\na@x.org,Anna\n", CHANGED ("1") },
        { "email,name,city\na@x.org,Anna,\n", CHANGED ("1") },
        { "email,name\na@x.org,Anna\n", SAME ("1") } },
      "name, city",
      "Ann|Oslo|1\nAnna|Oslo|2\nAnna|-|3" },
    { "all columns are carried over, and all are emptied",
      { { DIMENSION, NULL },
        { "email,name,city\na@x.org,Ann,Oslo\n", NEW ("1") },
        { "email,born\na@x.org,2001-02-03\n", SAME ("1") },
        { "email,name,city,born\na@x.org,,,2001-02-03\n", CHANGED ("1") },
        { "email,name,city,born\na@x.org,,,\n", CHANGED ("1") },
        { "email\na@x.org\n", SAME ("1") } },
      "name, city, born",
      "Ann|Oslo|2001-02-03|1\n-|-|2001-02-03|2\n-|-|-|3" },
    { "columns are called as those of statements are",
      { { DIMENSION, NULL },
        { "email,changed,version_number,d,w,c,s\na@x.org,yes,1,2,3,4,5\n", NEW ("1") },
        { "email,d\na@x.org,2\n", SAME ("1") },
        { "email,d\na@x.org,3\n", CHANGED ("1") } },
      "changed_, version_number_, d, w, c, s",
      "yes|1|2|3|4|5|1\nyes|1|3|3|4|5|2" },
    { "a number is widened while another column is filled",
      { { DIMENSION, NULL },
        { "email,points\na@x.org,5\n", NEW ("1") },
        { "email,city\na@x.org,Oslo\n", SAME ("1") },
        { "email,points\na@x.org,5.0\nb@x.org,6.5\n", "read=2 unchanged=1 inserted=1 staged=2" },
        { "email,points,city\na@x.org,5,\nb@x.org,6.5,\n", "read=2 unchanged=1 updated=1 deactivated=1 staged=2" } },
      "email, points, city",
      "a@x.org|5|Oslo|1\na@x.org|5|-|2\nb@x.org|6.5|-|1" },
  };
  Home *home = *state;
  run_cases (home, cases, G_N_ELEMENTS (cases), true);
  home->oracle = ORACLE_REPLAY;
}

/* What people do to the table or the model in between. */
static void
test_dimension_changed_by_hand (void **state)
{
  static const Case cases[] = {
    { "a column is dropped by hand, and comes back with the same values",
      { { DIMENSION, NULL },
        { "email,name,city\na@x.org,Ann,Oslo\nb@x.org,Bob,\n", NEW ("2") },
        { "!alter table warehouse.%s drop column city cascade", NULL },
        { "email,name,city\na@x.org,Ann,Oslo\n", SAME ("1") },
        { "email,name,city\na@x.org,Ann,\nb@x.org,Bob,\n", "read=2 unchanged=1 updated=1 deactivated=1 staged=2" } },
      "email, name, city",
      "a@x.org|Ann|Oslo|1\na@x.org|Ann|-|2\nb@x.org|Bob|-|1" },
    { "a column is dropped by hand, and a file without it comes before one with it",
      { { DIMENSION, NULL },
        { "email,name,city\na@x.org,Ann,Oslo\nb@x.org,Bob,Rome\n", NEW ("2") },
        { "!alter table warehouse.%s drop column city cascade", NULL },
        { "email,name\na@x.org,Ann\n", SAME ("1") },
        { "email,name,city\nb@x.org,Bob,Rome\n", SAME ("1") },
        { "email,name,city\na@x.org,Ann,Oslo\nb@x.org,Bob,Rome\n", "read=2 unchanged=1 updated=1 deactivated=1 staged=2" } },
      "email, name, city",
      "a@x.org|Ann|-|1\na@x.org|Ann|Oslo|2\nb@x.org|Bob|Rome|1" },
    { "a column is added by hand and filled, and then a file brings it empty",
      { { DIMENSION, NULL },
        { "email,name\na@x.org,Ann\nb@x.org,Bob\n", NEW ("2") },
        { "!alter table warehouse.%s add column note text; update warehouse.%s set note = 'by hand'", NULL },
        { "email,name,note\na@x.org,Ann,\n", CHANGED ("1") },
        { "email,name,note\na@x.org,Ann,\nb@x.org,Bob,\n", "read=2 unchanged=1 updated=1 deactivated=1 staged=2" } },
      "email, note",
      "a@x.org|by hand|1\na@x.org|-|2\nb@x.org|by hand|1\nb@x.org|-|2" },
    { "a column of texts becomes dates, and no text again",
      { { DIMENSION, NULL },
        { "email,day\na@x.org,01/02/2026\n", NEW ("1") },
        { MODEL ("dimension", KEY ", \"columns\": {\"day\": {\"type\": \"date\", \"format\": \"DD/MM/YYYY\"}}"), NULL },
        { "email,day,city\na@x.org,1/2/2026,\n", SAME ("1") },
        { "email,day\na@x.org,\n", CHANGED ("1") } },
      "day",
      "2026-02-01|1\n-|2" },
    { "a text becomes a number as the model says, and a text again",
      { { MODEL ("dimension", KEY ", \"columns\": {\"n\": {\"type\": \"text\"}}"), NULL },
        { "email,n\na@x.org,\"1,5\"\nb@x.org,\"2,5\"\n", NEW ("2") },
        { MODEL ("dimension", KEY ", \"columns\": {\"n\": {\"type\": \"numeric\", \"format\": \"9,9\"}}"), NULL },
        { "email,n\nb@x.org,\"2,50\"\n", SAME ("1") },
        { MODEL ("dimension", KEY ", \"columns\": {\"n\": {\"type\": \"text\"}}"), NULL },
        { "email,n\na@x.org,\"1,5\"\n", CHANGED ("1") } },
      "email, n",
      "a@x.org|1.5|1\na@x.org|1,5|2\nb@x.org|2.5|1" },
  };
  Home *home = *state;
  run_cases (home, cases, G_N_ELEMENTS (cases), true);
  home->oracle = ORACLE_BY_HAND;
}

static void
test_keyed_fact (void **state)
{
  static const Case cases[] = {
    { "a filled column is emptied",
      { { FACT, NULL },
        { "email,name\na@x.org,Ann\n", NEW ("1") },
        { "email,city\na@x.org,Oslo\n", SAME ("1") },
        { "email,name,city\na@x.org,Ann,\n", UPDATED ("1") } },
      "name, city",
      "Ann|-" },
    { "a filled column is kept",
      { { FACT, NULL },
        { "email,name\na@x.org,Ann\n", NEW ("1") },
        { "email,city\na@x.org,Oslo\n", SAME ("1") },
        { "email,name\na@x.org,Ann\n", SAME ("1") },
        { "email,name\na@x.org,Anna\n", UPDATED ("1") },
        { "email,name,city\na@x.org,Anna,\n", UPDATED ("1") } },
      "name, city",
      "Anna|-" },
    { "columns are called as those of statements are",
      { { FACT, NULL },
        { "email,changed,key,d\na@x.org,yes,1,2\n", NEW ("1") },
        { "email,d\na@x.org,2\n", SAME ("1") },
        { "email,d\na@x.org,3\n", UPDATED ("1") } },
      "changed, key, d",
      "yes|1|3" },
    { "a column is dropped by hand, and comes back",
      { { FACT, NULL },
        { "email,name,city\na@x.org,Ann,Oslo\n", NEW ("1") },
        { "!alter table warehouse.%s drop column city", NULL },
        { "email,city,name\na@x.org,Oslo,Ann\n", SAME ("1") } },
      "name, city",
      "Ann|Oslo" },
  };
  Home *home = *state;
  run_cases (home, cases, G_N_ELEMENTS (cases), false);
  home->oracle = ORACLE_BY_HAND;
}

/* "" is the empty text, and another value than NULL, whether the column has had a text before or not; where the column turns out to hold
 * no texts it is nothing. */
static void
test_empty_texts (void **state)
{
  static const Case cases[] = {
    { "in a column that is all NULL",
      { { DIMENSION, NULL },
        { "email,note\na@x.org,\n", NEW ("1") },
        { "email,note\na@x.org,\"\"\n", CHANGED ("1") },
        { "email,note\nb@x.org,x\n", NEW ("1") },
        { "email,note\na@x.org,\"\"\nb@x.org,x\n", SAME ("2") },
        { "email,note\na@x.org,\nb@x.org,\"\"\n", CHANGED ("2") } },
      "email, note = '' as empty, note",
      "a@x.org|-|-|1\na@x.org|t||2\na@x.org|-|-|3\nb@x.org|f|x|1\nb@x.org|t||2" },
    { "the same where a text comes first",
      { { DIMENSION, NULL },
        { "email,note\nb@x.org,x\n", NEW ("1") },
        { "email,note\na@x.org,\n", NEW ("1") },
        { "email,note\na@x.org,\"\"\n", CHANGED ("1") },
        { "email,note\na@x.org,\"\"\nb@x.org,x\n", SAME ("2") },
        { "email,note\na@x.org,\nb@x.org,\"\"\n", CHANGED ("2") } },
      "email, note = '' as empty, note",
      "a@x.org|-|-|1\na@x.org|t||2\na@x.org|-|-|3\nb@x.org|f|x|1\nb@x.org|t||2" },
    { "in the first file, and stays when texts come",
      { { DIMENSION, NULL },
        { "email,note\na@x.org,\"\"\nb@x.org,\n", NEW ("2") },
        { "email,note\na@x.org,\"\"\nb@x.org,\nc@x.org,x\n", "read=3 unchanged=2 inserted=1 staged=3" },
        { "email,note\na@x.org,\"\"\nb@x.org,\"\"\nc@x.org,x\n", "read=3 unchanged=2 updated=1 deactivated=1 staged=3" } },
      "email, note",
      "a@x.org||1\nb@x.org|-|1\nb@x.org||2\nc@x.org|x|1" },
    { "in a column that turns out to hold numbers",
      { { DIMENSION, NULL },
        { "email,n\na@x.org,\"\"\nb@x.org,\n", NEW ("2") },
        { "email,n\na@x.org,\"\"\nb@x.org,\"5\"\n", "read=2 unchanged=1 updated=1 deactivated=1 staged=2" },
        { "email,n\na@x.org,\nb@x.org,5.0\n", SAME ("2") } },
      "email, n",
      "a@x.org|-|1\nb@x.org|-|1\nb@x.org|5|2" },
    { "in a column that turns out to hold numbers, and then words",
      { { DIMENSION, NULL },
        { "email,n\na@x.org,\"\"\nb@x.org,\"\"\n", NEW ("2") },
        { "email,n\nc@x.org,5\n", NEW ("1") },
        { "email,n\nc@x.org,word\n", CHANGED ("1") },
        { "email,n\na@x.org,\"\"\nb@x.org,\n", SAME ("2") } },
      "email, n",
      "a@x.org|-|1\nb@x.org|-|1\nc@x.org|5|1\nc@x.org|word|2" },
    { "in a column that is new",
      { { DIMENSION, NULL },
        { "email\na@x.org\nb@x.org\n", NEW ("2") },
        { "email,note\na@x.org,\"\"\nb@x.org,\n", SAME ("2") },
        { "email,note\na@x.org,\"\"\nb@x.org,x\n", "read=2 unchanged=1 updated=1 deactivated=1 staged=2" },
        { "email,note\na@x.org,\nb@x.org,x\n", "read=2 unchanged=1 updated=1 deactivated=1 staged=2" } },
      "email, note",
      "a@x.org||1\na@x.org|-|2\nb@x.org|-|1\nb@x.org|x|2" },
    { "in a column that is carried over",
      { { DIMENSION, NULL },
        { "email,name,note\na@x.org,Ann,\"\"\n", NEW ("1") },
        { "email,name\na@x.org,Anna\n", CHANGED ("1") },
        { "email,name,note\na@x.org,Anna,\n", CHANGED ("1") } },
      "name, note",
      "Ann||1\nAnna||2\nAnna|-|3" },
    { "where the model requires a value",
      { { MODEL ("dimension", KEY ", \"columns\": {\"note\": {\"required\": true}}"), NULL },
        { "email,note\na@x.org,\"\"\n", NEW ("1") },
        { "email,note\na@x.org,\"\"\nb@x.org,x\n", "read=2 unchanged=1 inserted=1 staged=2" } },
      "email, note",
      "a@x.org||1\nb@x.org|x|1" },
  };
  Home *home = *state;
  run_cases (home, cases, G_N_ELEMENTS (cases), true);
  home->oracle = ORACLE_REPLAY;
}

/* Rows without a key do not tell "" from NULL: the same rows in any order. */
static void
test_bag (void **state)
{
  static const Case cases[] = {
    { "\"\" after NULL",
      { { BAG, NULL },
        { "email,note\na@x.org,\n", NEW ("1") },
        { "email,note\na@x.org,\"\"\n", SAME ("1") },
        { "email,note\na@x.org,\"\"\nb@x.org,x\n", "read=2 unchanged=1 inserted=1 staged=2" } },
      "email, note",
      "a@x.org|-\nb@x.org|x" },
    { "\"\" before NULL",
      { { BAG, NULL },
        { "email,note\na@x.org,\"\"\nb@x.org,x\n", NEW ("2") },
        { "email,note\na@x.org,\nb@x.org,x\n", SAME ("2") } },
      "email, note",
      "a@x.org|-\nb@x.org|x" },
    { "\"\" where numbers come",
      { { BAG, NULL },
        { "email,n\na@x.org,\"\"\n", NEW ("1") },
        { "email,n\na@x.org,\"\"\nb@x.org,5\n", "read=2 unchanged=1 inserted=1 staged=2" },
        { "email,n\na@x.org,\nb@x.org,5.0\n", SAME ("2") } },
      "email, n",
      "a@x.org|-\nb@x.org|5" },
    { "a column is dropped by hand, and the files go on without it",
      { { BAG, NULL },
        { "email,name,city\na@x.org,Ann,Oslo\na@x.org,Ann,Rome\nb@x.org,Bob,\n", NEW ("3") },
        { "!alter table warehouse.%s drop column city", NULL },
        { "email,name\na@x.org,Ann\nb@x.org,Bob\n", SAME ("2") },
        { "email,name\na@x.org,Ann\na@x.org,Ann\na@x.org,Ann\nb@x.org,Bob\n", "read=4 unchanged=3 inserted=1 staged=4" },
        { "email,name,born\na@x.org,Ann,2001-02-03\nb@x.org,Bob,\n", SAME ("2") } },
      "email, name, born",
      "a@x.org|Ann|2001-02-03\na@x.org|Ann|-\na@x.org|Ann|-\nb@x.org|Bob|-" },
  };
  Home *home = *state;
  run_cases (home, cases, G_N_ELEMENTS (cases), false);
  home->oracle = ORACLE_BY_HAND;
}

/* Without a key nothing but their values tells which rows are there: where a person has changed the table's columns, nothing does. */
static void
test_bag_changed_by_hand (void **state)
{
  static const struct
  {
    const char *by_hand, *file, *says;
  } cases[] = {
    { "alter table warehouse.users drop column city", "email,city\nb@x.org,Oslo\n", "any more, and the file brings it" },
    { "alter table warehouse.users add column note text", "email,city,note\na@x.org,Oslo,x\n",
      "that somebody added, and now the file brings one" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Home) home = home_new (((Home *) *state)->cluster);
      home->oracle = ORACLE_BY_HAND;
      take_step (home, "users", &(Step) { BAG, NULL });
      expect_load (home, "email,city\na@x.org,Oslo\n", "applied", NEW ("1"));
      sql_run_text (home, "%s", cases[i].by_hand);
      home_drop (home, "users.csv", cases[i].file);
      g_autoptr (Outcome) outcome = expect_weir (home, 1, "load", "--json", "--archive", "imports/users.csv", NULL);
      g_autoptr (Json) published = outcome_json (outcome);
      assert_json (published, "error.code", "columns_drift");
      assert_error_says (published, cases[i].says);
      assert_sql (home, "1", "select count(*) from warehouse.users");
    }
}

static void
hash_by_the_first_rule (const char *column, const char *text, char hash[UID_TEXT_SIZE])
{
  const Cell cell = { .value = { .text = text, .length = strlen (text) } };
  g_autoptr (RowHash) row = row_hash_new (&(HashedColumn) { column, &types[TYPE_TEXT], &cell, false }, 1, ROW_HASH_BAG);
  Uid uid;
  row_hash_make (row, cell.value.length, &uid);
  uid_format (uid, hash);
}

/* What an older weir left: hashes without the byte of rows with a key, that may not cover what is stored, and "" as NULL. */
static void
test_older_hashes (void **state)
{
  Home *home = *state;
  take_step (home, "users", &(Step) { DIMENSION, NULL });
  expect_load (home, "email,name,city,note\na@x.org,Ann,Oslo,\"\"\nb@x.org,Bob,,\n", "applied", NEW ("2"));
  /* given rows as they were stored then: Ann's city was filled in under the hash of her name, by the first rule */
  char hash[UID_TEXT_SIZE];
  hash_by_the_first_rule ("name", "Ann", hash);
  sql_run_text (home, "update warehouse.users set note = null, row_hash = '%s' where email = 'a@x.org'", hash);
  sql_run_text (home, "update weir.table set pins = (pins::jsonb - 'empty_texts')::json");
  /* when a file has emptied it, and has "" where that was lost, then only the first is a change */
  expect_load (home, "email,name,city,note\na@x.org,Ann,,\nb@x.org,Bob,,\"\"\n", "applied",
               "read=2 unchanged=1 updated=1 deactivated=1 staged=2");
  expect_load (home, "email,name,city,note\na@x.org,Ann,,\nb@x.org,Bob,,\n", "applied",
               "read=2 unchanged=1 updated=1 deactivated=1 staged=2");
  assert_sql (home, "a@x.org|Oslo|-|1\na@x.org|-|-|2\nb@x.org|-||1\nb@x.org|-|-|2",
              "select email, city, note, version_number from warehouse.users order by email, version_number");
  home->oracle = ORACLE_BY_HAND;
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_dimension), TEST (test_dimension_changed_by_hand), TEST (test_keyed_fact),   TEST (test_empty_texts),
    TEST (test_bag),       TEST (test_bag_changed_by_hand),       TEST (test_older_hashes),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
