/* Limits, at the place where they lie: what just fits, and what is one too many. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#define USERS(more) "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]" more "}"
#define REJECTS(limits) USERS (", \"rejects\": {" limits "}")

/* "good" rows, of which each has a number, and behind them what is in "below". */
static char *
file_of (int good, const char *below)
{
  GString *text = g_string_new ("email,n,city\n");
  for (int row = 1; row <= good; row++)
    g_string_append_printf (text, "x%d@x.org,%d,Oslo\n", row, row);
  g_string_append (text, below);
  return g_string_free (text, FALSE);
}

/* Loads users.csv; a refused file is one that has too many rejects, and leaves nothing in the warehouse. */
static Json *
load_file (Home *home, const char *text, bool refused)
{
  Json *published = load_text (home, "users.csv", text, NULL);
  assert_json (published, "status", refused ? "failed" : "applied");
  if (refused)
    {
      assert_json (published, "error.code", "too_many_rejects");
      assert_sql (home, "t", "select to_regclass('warehouse.users') is null");
    }
  oracle_check (home, 0);
  return published;
}

static void
test_rejects (void **state)
{
  static const struct
  {
    const char *title, *model;
    int good, bad;
    bool refused;
  } cases[] = {
    { "as many in a hundred as the settings allow", USERS (""), 99, 1, false },
    { "more in a hundred than that", USERS (""), 98, 1, true },
    { "as many as the model allows", REJECTS ("\"max_percent\": 25"), 3, 1, false },
    { "more than that", REJECTS ("\"max_percent\": 25"), 5, 2, true },
    { "none is allowed", REJECTS ("\"max_percent\": 0"), 199, 1, true },
    { "none is there", REJECTS ("\"max_percent\": 0"), 2, 0, false },
    { "as many rows as the model allows", REJECTS ("\"max_percent\": 100, \"max_rows\": 2"), 3, 2, false },
    { "a row more", REJECTS ("\"max_percent\": 100, \"max_rows\": 2"), 3, 3, true },
    { "no row is allowed", REJECTS ("\"max_percent\": 100, \"max_rows\": 0"), 3, 1, true },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].title);
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "users", cases[i].model);
      g_autoptr (GString) bad = g_string_new (NULL);
      for (int row = 0; row < cases[i].bad; row++)
        g_string_append (bad, ",0,Oslo\n");
      g_autofree char *text = file_of (cases[i].good, bad->str);
      json_decref (load_file (home, text, cases[i].refused));
    }
}

/* A footer and a header once more are no rejects of the table, unless they are most of the file; rows of another table are. */
static void
test_none_of_the_table (void **state)
{
  static const struct
  {
    const char *title, *below, *note;
    int good;
    bool refused;
  } cases[] = {
    { "a line", "\nTotal: 20\n", "1 row is none of the table's (footers, headers once more, other tables) and was not loaded", 20,
      false },
    { "a header once more", "email,n,city\n", "1 row is none of the table's", 20, false },
    { "half of the file", "\nTotal: 3\nby Ann\ntoday\n",
      "3 rows are none of the table's (footers, headers once more, other tables) and were not loaded", 3, false },
    { "most of the file", "\nTotal: 3\nby Ann\nfor Bob\ntoday\n", NULL, 3, true },
    { "another table of one row in a hundred", "\nkind,count\na,3\nb,4\n", "3 rows are none of the table's", 297, false },
    { "of one more", "\nkind,count\na,3\nb,4\nc,5\n", NULL, 297, true },
    { "another table of the same width", "\nkind,label,day\na,b,c\nd,e,f\n", NULL, 100, true },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].title);
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "users", USERS (", \"columns\": {\"n\": {\"type\": \"bigint\"}}"));
      g_autofree char *text = file_of (cases[i].good, cases[i].below);
      g_autoptr (Json) published = load_file (home, text, cases[i].refused);
      if (cases[i].note == NULL)
        continue;
      g_autofree char *notes = json_at (published, "notes");
      assert_contains (notes, cases[i].note);
    }
}

/* The error names what most of the rejects are, whatever comes first in the file, and no row that was mended. */
static void
test_commonest_reject (void **state)
{
  static const struct
  {
    const char *ragged, *says;
  } cases[] = {
    { "reject", "3 of them: too_few_fields, first on line 5" },
    { "repair", "2 of them: bad_value in n, first on line 3" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *model =
          g_strdup_printf (USERS (", \"ragged\": \"%s\", \"columns\": {\"n\": {\"type\": \"bigint\"}}"), cases[i].ragged);
      home_write_model (home, "users", model);
      g_autoptr (Json) published = load_file (home,
                                              "email,n,city\n,1,Oslo\na@x.org,x,Oslo\nb@x.org,2,Oslo\nc@x.org,1\nd@x.org,y,Oslo\n"
                                              "e@x.org,1\nf@x.org,2\ng@x.org,3,Rome\n",
                                              true);
      assert_error_says (published, cases[i].says);
    }
}

/* Rows above the table are none of it either, and are told where they are, unless the model says that they are left out. */
static void
test_above_the_table (void **state)
{
  static const struct
  {
    const char *title, *model, *text, *counts, *says;
  } cases[] = {
    { "another table", USERS (""), "id,a\n1,x\n2,y\n3,z\nname,email,city\nAnn,a@x.org,Oslo\nBob,b@x.org,Rome\n", NULL,
      "4 of them: second_table, first on line 1: above the table, which begins on line 5" },
    { "which the model allows", REJECTS ("\"max_percent\": 70"),
      "id,a\n1,x\n2,y\n3,z\nname,email,city\nAnn,a@x.org,Oslo\nBob,b@x.org,Rome\n", "read=6 rejected=4 inserted=2 staged=2",
      "4 lines left out: 4 above the table" },
    { "which the model leaves out", USERS (", \"dialect\": {\"skip_lines\": 4}"),
      "id,a\n1,x\n2,y\n3,z\nname,email,city\nAnn,a@x.org,Oslo\nBob,b@x.org,Rome\n", "read=2 inserted=2 staged=2",
      "4 lines left out: 4 above the table" },
    { "titles that are none", USERS (""), "Sales of May\nby,Ann\n\nname,email,city\nAnn,a@x.org,Oslo\nBob,b@x.org,Rome\n",
      "read=2 inserted=2 staged=2", "3 lines left out: 3 above the table" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].title);
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "users", cases[i].model);
      home_drop (home, "users.csv", cases[i].text);
      g_autoptr (Outcome) outcome = run_weir (home, "load", "--archive", "imports/users.csv", NULL);
      g_autofree char *said = g_strconcat (outcome->out, outcome->err, NULL);
      assert_contains (said, cases[i].says);
      g_autoptr (Outcome) runs = expect_weir (home, 0, "runs", "last", "--json", NULL);
      g_autoptr (Json) run = outcome_json (runs);
      assert_json (run, "state", cases[i].counts != NULL ? "applied" : "failed");
      if (cases[i].counts != NULL)
        assert_load (json_object_get (run, "summary"), "applied", cases[i].counts);
    }
}

static void
test_rows_of_a_file (void **state)
{
  static const struct
  {
    int rows;
    const char *code; /* NULL: it is loaded */
    const char *line;
  } cases[] = { { 2, NULL, NULL }, { 3, NULL, NULL }, { 4, "too_many_rows", "5" } };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      home_configure (home, ", \"limits\": {\"rows\": 3}");
      home_write_model (home, "users", USERS (""));
      g_autofree char *text = file_of (cases[i].rows, "");
      g_autoptr (Json) published = load_text (home, "users.csv", text, NULL);
      assert_json (published, "status", cases[i].code == NULL ? "applied" : "failed");
      if (cases[i].code != NULL)
        {
          assert_json (published, "error.code", cases[i].code);
          assert_json (published, "error.line", cases[i].line);
        }
    }
}

/* A row that PostgreSQL has no room for is named by its line, whatever was refused before it. */
static void
test_wide_row_behind_rejects (void **state)
{
  enum
  {
    COLUMNS = 1200
  };
  Home *home = *state;
  home_write_model (home, "users", REJECTS ("\"max_percent\": 100"));
  g_autoptr (GString) text = g_string_new ("email");
  for (int i = 1; i < COLUMNS; i++)
    g_string_append_printf (text, ",c%d", i);
  for (int row = 1; row <= 1300; row++)
    {
      const char *cell = row == 1300 ? "123456789012" : "";
      bool whole = row < 500 || row > 506;
      g_string_append_printf (text, "\n%d", row);
      for (int i = 1; i < COLUMNS && whole; i++)
        g_string_append_printf (text, ",%s", i == 1 ? "1" : cell);
    }
  g_string_append_c (text, '\n');
  g_autoptr (Json) published = load_text (home, "users.csv", text->str, NULL);
  assert_json (published, "error.code", "limit_exceeded");
  assert_json (published, "error.line", "1301");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_rejects),         TEST (test_none_of_the_table), TEST (test_commonest_reject),
    TEST (test_above_the_table), TEST (test_rows_of_a_file),    TEST (test_wide_row_behind_rejects),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
