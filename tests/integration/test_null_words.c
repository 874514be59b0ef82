/* Words that stand for nothing, and times of day: in a first file, in those to come, and in the models that speak of them. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#define ITEMS(more) "{\"table\": \"items\", \"kind\": \"dimension\", \"business_key\": [\"k\"]" more "}"
#define PINNED "select pins -> 'columns' -> 'v' from weir.\"table\" where table_name = 'items'"
#define VALUES "select string_agg(coalesce(v::text, '-'), '|' order by k) from warehouse.items_current"
#define TYPE "select pg_typeof(v) from warehouse.items limit 1"

static Json *
expect_items (Home *home, const char *text, const char *counts)
{
  Json *published = load_text (home, "items.csv", text, NULL);
  assert_load (published, "applied", counts);
  return published;
}

static void
expect_note (const Json *published, const char *note)
{
  g_autofree char *notes = json_at (published, "notes");
  assert_contains (notes, note);
}

static void
expect_no_note (const Json *published)
{
  g_autofree char *notes = json_at (published, "notes");
  assert_true (notes == NULL || strstr (notes, "stands for nothing") == NULL);
}

/* Given a column of numbers with such words, then these are NULL, said, counted and pinned; and the next files are read so, too: with
 * the word, with another one, and with nothing else. */
static void
test_the_next_file_reads_the_word_the_same_way (void **state)
{
  Home *home = *state;
  home_write_model (home, "items", ITEMS (""));
  g_autoptr (Json) first = expect_items (home, "k,v\n1,1.5\n2,NA\n3,NA\n4,-\n5,2.5\n", "read=5 inserted=5 staged=5");
  expect_note (first, "column v: \\\"NA\\\" (2 cells), \\\"-\\\" (1 cell) stand for nothing and were read as NULL; "
                      "\\\"v\\\": {\\\"null\\\": []} in a model switches that off");
  assert_sql (home, "1.5|-|-|-|2.5", VALUES);
  assert_sql (home, "{\"null\": [\"NA\", \"-\"], \"type\": \"numeric\"}", PINNED);
  g_autoptr (Json) alone = expect_items (home, "k,v\n2,NA\n3,NA\n", "read=2 unchanged=2 staged=2");
  expect_note (alone, "(2 cells)");
  g_autoptr (Json) other = expect_items (home, "k,v\n2,n/a\n3,7\n4,\n", "read=3 unchanged=2 updated=1 deactivated=1 staged=3");
  expect_note (other, "n/a");
  assert_sql (home, "1.5|-|7|-|2.5", VALUES);
  assert_sql (home, "[\"NA\", \"n/a\", \"-\"]", "select pins -> 'columns' -> 'v' -> 'null' from weir.\"table\"");
  home->oracle = ORACLE_REPLAY;
}

/* Given a column that had no such word so far, also where it may not be widened. */
static void
test_a_pinned_column_meets_a_word (void **state)
{
  static const char *const contracts[] = { "evolve", "reject", "freeze" };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (contracts); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *model = g_strdup_printf (ITEMS (", \"contract\": {\"types\": \"%s\"}"), contracts[i]);
      home_write_model (home, "items", model);
      json_decref (expect_items (home, "k,v\n1,1\n2,2\n", "read=2 inserted=2 staged=2"));
      g_autoptr (Json) second = expect_items (home, "k,v\n3,NULL\n4,4\n", "read=2 inserted=2 staged=2");
      expect_note (second, "NULL");
      assert_sql (home, "1|2|-|4", VALUES);
      assert_sql (home, "bigint", TYPE);
    }
}

/* Wherever in the file the word stands, and whatever the sample has seen. */
static void
test_beyond_the_sample (void **state)
{
  static const struct
  {
    const char *sample, *rest, *type, *nulls;
  } cases[] = {
    { "NA", "5", "bigint", "2500" },
    { "5", "NA", "bigint", "500" },
    { "NA", "x", "text", "0" },
    { "NA", "NA", "text", "0" },
    { "5", "  ", "bigint", "500" },
    { "  ", "5", "bigint", "2500" },
    { "", "NA", "text", "2500" },
    { "+15", "7", "text", "0" },
    { "+15", "-7", "bigint", "0" },
    { "7", "+15", "text", "0" },
    { "7", "+5", "bigint", "0" },
    { "-7", "+15", "bigint", "0" },
    { "-7", "+4915112345678", "text", "0" },
    { "09:30", "9:45", "text", "0" },
    { "09:30", "09:45:10", "time without time zone", "0" },
    { "09:30", "25:00", "text", "0" },
    { "5 %", "7", "text", "0" },
    { "1e5", "7.158182765659562019e-01", "numeric", "0" },
    { "31.12.2026 09:30", "1.1.2027 10:00", "timestamp without time zone", "0" },
    { "31.12.2026 09:30", "soon", "text", "0" },
  };
  Home *outer = *state;
  g_autoptr (Home) home = home_new (outer->cluster);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) text = g_string_new ("k,v\n");
      for (int row = 0; row < 3000; row++)
        g_string_append_printf (text, "%d,%s\n", row, row < 2500 ? cases[i].sample : cases[i].rest);
      g_autofree char *file = g_strdup_printf ("case%zu.csv", i);
      g_autoptr (Json) published = load_text (home, file, text->str, NULL);
      assert_load (published, "staged", "read=3000 staged=3000");
      g_autofree char *query =
          g_strdup_printf ("select pg_typeof(max(v)), count(*) filter (where v is null) from staging.case%zu", i);
      g_autofree char *expected = g_strdup_printf ("%s|%s", cases[i].type, cases[i].nulls);
      assert_sql (home, expected, query);
    }
}

/* What a model says of the words holds instead, of the column before the table. */
static void
test_models_say_which_words (void **state)
{
  static const struct
  {
    const char *more, *values, *type;
  } cases[] = {
    { "", "1|-|-|2", "bigint" },
    { ", \"columns\": {\"v\": {\"null\": []}}", "1|NA|x|2", "text" },
    { ", \"null\": []", "1|NA|x|2", "text" },
    { ", \"columns\": {\"v\": {\"null\": [\"NA\", \"x\"]}}", "1|-|-|2", "bigint" },
    { ", \"null\": [\"NA\", \"x\"]", "1|-|-|2", "bigint" },
    { ", \"columns\": {\"v\": {\"null\": [\"x\"]}}", "1|NA|-|2", "text" },
    { ", \"null\": [\"NA\", \"x\"], \"columns\": {\"v\": {\"null\": [\"x\"]}}", "1|NA|-|2", "text" },
    { ", \"columns\": {\"v\": {\"type\": \"text\", \"null\": [\"x\"]}}", "1|NA|-|2", "text" },
    { ", \"columns\": {\"v\": {\"type\": \"bigint\", \"null\": [\"NA\", \"x\"]}}", "1|-|-|2", "bigint" },
    { ", \"columns\": {\"v\": {\"null\": [\"NA\", \"x\", \"2\"]}}", "1|-|-|-", "bigint" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *model = g_strdup_printf (ITEMS ("%s"), cases[i].more);
      home_write_model (home, "items", model);
      const char *text = i == 0 ? "k,v\n1,1\n2,NA\n3,-\n4,2\n" : "k,v\n1,1\n2,NA\n3,x\n4,2\n";
      g_autoptr (Json) published = expect_items (home, text, "read=4 inserted=4 staged=4");
      if (i > 0)
        expect_no_note (published);
      assert_sql (home, cases[i].values, VALUES);
      assert_sql (home, cases[i].type, TYPE);
    }
}

/* A declared type takes the words that were read as NULL before, and no others. */
static void
test_a_type_is_declared_later (void **state)
{
  Home *home = *state;
  home_write_model (home, "items", ITEMS (", \"rejects\": {\"max_percent\": 100}"));
  json_decref (expect_items (home, "k,v\n1,1\n2,NA\n", "read=2 inserted=2 staged=2"));
  home_write_model (home, "items", ITEMS (", \"rejects\": {\"max_percent\": 100}, \"columns\": {\"v\": {\"type\": \"bigint\"}}"));
  json_decref (expect_items (home, "k,v\n2,NA\n3,3\n4,n/a\n", "read=3 unchanged=1 inserted=1 rejected=1 staged=2"));
  assert_sql (home, "1|-|3", VALUES);
}

/* What widens to text keeps its NULLs. */
static void
test_text_keeps_its_nulls (void **state)
{
  Home *home = *state;
  home_write_model (home, "items", ITEMS (""));
  json_decref (expect_items (home, "k,v\n1,1\n2,NA\n", "read=2 inserted=2 staged=2"));
  json_decref (expect_items (home, "k,v\n1,1\n2,NA\n3,many\n4,n/a\n", "read=4 unchanged=2 inserted=2 staged=4"));
  assert_sql (home, "1|-|many|n/a", VALUES);
  assert_sql (home, "text", TYPE);
  json_decref (expect_items (home, "k,v\n1,1\n2,NA\n4,n/a\n", "read=3 unchanged=3 staged=3"));
}

/* What was a number before its column became text is compared by its value, however it is written. */
static void
test_numbers_in_texts_keep_their_value (void **state)
{
  Home *home = *state;
  home_write_model (home, "items", ITEMS (""));
  static const char numbers[] = "k;v\n1;  5\n2;5.\n3;-0.00\n4;+15\n5;7.158182765659562019e-01\n6;+1234567.5\n7;   \n8;.5\n";
  json_decref (expect_items (home, numbers, "read=8 inserted=8 staged=8"));
  assert_sql (home, "5|5|0.00|15|0.7158182765659562019|1234567.5|-|0.5", VALUES);
  g_autofree char *texts = g_strconcat (numbers, "9;many\n10;+491511234567\n", NULL);
  json_decref (expect_items (home, texts, "read=10 unchanged=8 inserted=2 staged=10"));
  assert_sql (home, "text", TYPE);
  json_decref (expect_items (home, "k;v\n1;5.0\n2;5\n3;0\n4;15.0\n5;0.7158182765659562019\n7;\n8;+.5\n10;491511234567\n",
                             "read=8 unchanged=7 updated=1 deactivated=1 staged=8"));
}

/* A word is no value where one is required, and the same nothing in rows that are known by their hash. */
static void
test_required_columns_and_rows_without_a_key (void **state)
{
  Home *home = *state;
  home_write_model (home, "items", ITEMS (", \"rejects\": {\"max_percent\": 100}, \"columns\": {\"v\": {\"required\": true}}"));
  json_decref (expect_items (home, "k,v\n1,1\n2,NA\n3,\n", "read=3 inserted=1 rejected=2 staged=1"));
  assert_sql (home, "the column is required and \"NA\" stands for nothing|the column is required and the cell is empty",
              "select string_agg(message, '|' order by line) from weir.reject");
  home_write_model (home, "sales", "{\"table\": \"sales\", \"kind\": \"fact\"}");
  g_autoptr (Json) first = load_text (home, "sales.csv", "a,b\n1,x\nNA,y\n-,y\n", NULL);
  assert_load (first, "applied", "read=3 inserted=3 staged=3");
  g_autoptr (Json) again = load_text (home, "sales.csv", "a,b\n,y\n NA ,y\n2,z\n", NULL);
  assert_load (again, "applied", "read=3 unchanged=2 inserted=1 staged=3");
}

/* Ten columns have a note each, and the others one for all of them. */
static void
test_notes_of_a_wide_file (void **state)
{
  Home *home = *state;
  for (int columns = 10; columns <= 11; columns++)
    {
      g_autoptr (GString) text = g_string_new ("k");
      for (int i = 1; i <= columns; i++)
        g_string_append_printf (text, ",v%d", i);
      for (int row = 1; row <= 2; row++)
        {
          g_string_append_printf (text, "\n%d", row);
          for (int i = 1; i <= columns; i++)
            g_string_append (text, row == 1 ? ",1" : ",NA");
        }
      g_string_append (text, "\n");
      g_autoptr (Json) published = load_text (home, "wide.csv", text->str, NULL);
      g_autofree char *notes = json_at (published, "notes");
      assert_contains (notes, "column v10: ");
      assert_null (strstr (notes, "column v11: "));
      assert_int_equal (strstr (notes, "in 1 more column:") != NULL, columns > 10);
    }
}

/* Switched off, the word is a text, and stays one when the model says nothing any more. */
static void
test_switched_off_for_good (void **state)
{
  Home *home = *state;
  home_write_model (home, "items", ITEMS (""));
  json_decref (expect_items (home, "k,v\n1,1\n2,NA\n", "read=2 inserted=2 staged=2"));
  home_write_model (home, "items", ITEMS (", \"columns\": {\"v\": {\"null\": []}}"));
  json_decref (expect_items (home, "k,v\n1,1\n2,NA\n3,-\n", "read=3 unchanged=1 updated=1 deactivated=1 inserted=1 staged=3"));
  assert_sql (home, "1|NA|-", VALUES);
  home_write_model (home, "items", ITEMS (""));
  json_decref (expect_items (home, "k,v\n1,1\n2,NA\n3,-\n4,\n", "read=4 unchanged=3 inserted=1 staged=4"));
}

/* What rows are known by, and what they refer with, is never NULL by itself: NA is Namibia, and whose key it is. */
static void
test_keys_and_texts_are_left_alone (void **state)
{
  Home *home = *state;
  home_write_model (home, "items", ITEMS (""));
  g_autoptr (Json) keys = expect_items (home, "k,v\n1,5\nNA,6\n", "read=2 inserted=2 staged=2");
  expect_no_note (keys);
  assert_sql (home, "1|NA", "select string_agg(k::text, '|' order by v) from warehouse.items");
  g_autoptr (Json) codes = load_text (home, "codes.csv", "n,country\n1,DE\n2,NA\n3,FR\n", NULL);
  expect_no_note (codes);
  assert_sql (home, "NA", "select country from staging.codes where n = 2");
  home_write_model (home, "sales",
                    "{\"table\": \"sales\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"items\", "
                    "\"columns\": [\"k\"], \"as\": \"item_id\"}]}");
  g_autoptr (Json) sales = load_text (home, "sales.csv", "k,amount\n1,1.5\nNA,n/a\n", NULL);
  assert_load (sales, "applied", "read=2 inserted=2 staged=2");
  assert_sql (home, "1.5|t\n-|t", "select amount, item_id is not null from warehouse.sales order by amount");
}

/* sniff shows the words, and the model that is proposed has them. */
static void
test_a_model_is_proposed_with_them (void **state)
{
  Home *home = *state;
  static const char text[] = "id,n,p,t\n1,1.5,5 %,09:30\n2,NA,7 %,10:15\n3,2.5,n/a,-\n";
  home_write_file (home, "things.csv", text);
  g_autoptr (Outcome) sniff = expect_weir (home, 0, "sniff", "--json", "things.csv", NULL);
  g_autoptr (Json) sniffed = outcome_json (sniff);
  assert_json (sniffed, "columns.1.type", "numeric");
  assert_json (sniffed, "columns.1.null.0", "NA");
  assert_json (sniffed, "columns.1.note", "read as NULL: [\"NA\"]");
  assert_json (sniffed, "columns.2.note",
               "text, unless the model says {\"type\": \"numeric\", \"format\": \"percent\", \"null\": [\"n/a\"]}");
  assert_json (sniffed, "columns.3.type", "time");
  home_remove_file (home, "things.csv");
  g_autoptr (Json) staged = load_text (home, "things.csv", text, NULL);
  expect_note (staged, "column p was taken as text: \\\"p\\\": {\\\"type\\\": \\\"numeric\\\", \\\"format\\\": \\\"percent\\\", "
                       "\\\"null\\\": [\\\"n/a\\\"]} in a model reads it as that");
  assert_weir (home, 0, "model", "things", "--write", NULL);
  g_autofree char *model = home_read_file (home, "models/things.json");
  assert_contains (model, "\"null\": [\n        \"NA\"\n      ]");
  g_autoptr (Outcome) retry = expect_weir (home, 0, "retry", "--json", "things.csv", NULL);
  g_autoptr (Json) retried = outcome_json (retry);
  assert_load (retried, "applied", "read=3 inserted=3 staged=3");
  expect_no_note (retried);
  assert_sql (home, "1.5|5 %|09:30:00\n-|7 %|10:15:00\n2.5|n/a|-", "select n, p, t from warehouse.things order by id");
}

/* What the notes say of percentages and their like does that, also of what is there already. */
static void
test_what_only_a_model_may_say (void **state)
{
  Home *home = *state;
  home_write_model (home, "items", ITEMS (""));
  static const char text[] = "k;p;a;y;d\n1;12,5 %;€ 1.234,56;yes;31/12/99\n2;-3 %;5,00 €;No;30/12/68\n3;n/a;;;\n";
  json_decref (expect_items (home, text, "read=3 inserted=3 staged=3"));
  assert_sql (home, "12,5 %|€ 1.234,56|yes|31/12/99", "select p, a, y, d from warehouse.items where k = 1");
  home_write_model (home, "items",
                    ITEMS (", \"columns\": {\"p\": {\"type\": \"numeric\", \"format\": \"percent 9.999,9\", \"null\": [\"n/a\"]}, "
                           "\"a\": {\"type\": \"numeric\", \"format\": \"currency 9.999,9 €\"}, "
                           "\"y\": {\"type\": \"boolean\", \"format\": \"yes/no\"}, "
                           "\"d\": {\"type\": \"date\", \"format\": \"DD/MM/YY\"}}"));
  json_decref (expect_items (home, text, "read=3 unchanged=3 staged=3"));
  assert_sql (home, "12.5|1234.56|t|1999-12-31\n-3|5|f|2068-12-30\n-|-|-|-", "select p, a, y, d from warehouse.items order by k");
}

/* A time of day is a type: stored, compared by value, a key, declared with a format. */
static void
test_times_of_day (void **state)
{
  Home *home = *state;
  home_write_model (home, "items", ITEMS (""));
  json_decref (expect_items (home, "k,v\n09:30,09:30:00.125\n10:00,23:59\n", "read=2 inserted=2 staged=2"));
  assert_sql (home, "time without time zone", TYPE);
  assert_sql (home, "09:30:00|09:30:00.125\n10:00:00|23:59:00", "select k, v from warehouse.items order by k");
  json_decref (expect_items (home, "k,v\n09:30:00,09:30:00.1250\n10:00,23:59:00\n", "read=2 unchanged=2 staged=2"));
  home_write_model (home, "items", ITEMS (", \"columns\": {\"v\": {\"type\": \"time\", \"format\": \"HH12:MI AM\"}}"));
  json_decref (expect_items (home, "k,v\n10:00,11:59 PM\n11:00,9:30 am\n", "read=2 updated=0 unchanged=1 inserted=1 staged=2"));
  assert_sql (home, "09:30:00", "select v from warehouse.items where k = '11:00'");
}

/* Zero has no sign: the same row. */
static void
test_zero_is_zero (void **state)
{
  Home *home = *state;
  home_write_model (home, "items", ITEMS (""));
  json_decref (expect_items (home, "k,v,w\n1,5.50,3\n2,0,0\n", "read=2 inserted=2 staged=2"));
  json_decref (expect_items (home, "k,v,w\n2,-0.00,-0\n", "read=1 unchanged=1 staged=1"));
  json_decref (expect_items (home, "k,v,w\n-0,-0.0,-0\n0,-0,0\n", "read=2 duplicate=1 inserted=1 staged=1"));
  assert_sql (home, "numeric|bigint", "select pg_typeof(v), pg_typeof(w) from warehouse.items limit 1");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_the_next_file_reads_the_word_the_same_way),
    TEST (test_a_pinned_column_meets_a_word),
    TEST (test_beyond_the_sample),
    TEST (test_models_say_which_words),
    TEST (test_a_type_is_declared_later),
    TEST (test_text_keeps_its_nulls),
    TEST (test_switched_off_for_good),
    TEST (test_notes_of_a_wide_file),
    TEST (test_required_columns_and_rows_without_a_key),
    TEST (test_numbers_in_texts_keep_their_value),
    TEST (test_keys_and_texts_are_left_alone),
    TEST (test_a_model_is_proposed_with_them),
    TEST (test_what_only_a_model_may_say),
    TEST (test_times_of_day),
    TEST (test_zero_is_zero),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
