/* Files as people really drop them: rows that are off, contracts, other dialects, limits, rejects to correct. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#define USERS(more)                                                                                                                \
  "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"rejects\": {\"max_percent\": 70}" more "}"

static void
test_ragged (void **state)
{
  static const struct
  {
    const char *mode, *status, *counts, *names;
  } cases[] = {
    { "", "applied", "read=5 rejected=3 inserted=2 staged=2", "Ann|Eve" },
    { ", \"ragged\": \"reject\"", "applied", "read=5 rejected=3 inserted=2 staged=2", "Ann|Eve" },
    { ", \"ragged\": \"repair\"", "applied", "read=5 repaired=3 inserted=5 staged=5", "Ann|Bob|Cyd|\"Dan|Eve" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *model = g_strdup_printf (USERS ("%s"), cases[i].mode);
      home_write_model (home, "users", model);
      g_autoptr (Json) published = load_text (
          home, "users.csv",
          "name,email,city\nAnn,a@x.org,Oslo\nBob,b@x.org\nCyd,c@x.org,Rome,Italy\n\"Dan,d@x.org,Bonn\nEve,e@x.org,Linz\n", NULL);
      assert_json (published, "status", cases[i].status);
      assert_load (published, cases[i].status, cases[i].counts);
      if (strstr (cases[i].mode, "repair") != NULL)
        {
          assert_sql (home, "Rome,Italy", "select city from warehouse.users_current where email = 'c@x.org'");
          assert_sql (home, "3", "select count(*) from weir.reject where repaired");
        }
    }
}

static void
test_ragged_fails (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS (", \"ragged\": \"fail\""));
  home_drop (home, "users.csv", "name,email\nAnn,a@x.org\nBob\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 1, "load", "--json", "--archive", "imports/users.csv", NULL);
  g_autoptr (Json) published = outcome_json (outcome);
  assert_json (published, "error.code", "ragged");
  assert_json (published, "error.line", "3");
}

static void
test_contracts (void **state)
{
  static const struct
  {
    const char *contract, *file, *status, *counts, *value;
  } cases[] = {
    { "\"columns\": \"evolve\"", "email,age,city\na@x.org,41,Oslo\n", "applied", "read=1 unchanged=1 staged=1", "41|Oslo" },
    { "\"columns\": \"discard\"", "email,age,city\na@x.org,42,Oslo\n", "applied", "read=1 updated=1 deactivated=1 staged=1", "42" },
    { "\"columns\": \"freeze\"", "email,age,city\na@x.org,42,Oslo\n", "failed", NULL, "41" },
    { "\"types\": \"evolve\"", "email,age\na@x.org,41.5\n", "applied", "read=1 updated=1 deactivated=1 staged=1", "41.5" },
    { "\"types\": \"reject\"", "email,age\na@x.org,42\nb@x.org,x\n", "applied",
      "read=2 rejected=1 updated=1 deactivated=1 staged=1", "42" },
    { "\"types\": \"freeze\"", "email,age\na@x.org,41.5\n", "failed", NULL, "41" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *model = g_strdup_printf (USERS (", \"contract\": {%s}"), cases[i].contract);
      home_write_model (home, "users", model);
      g_autoptr (Json) first = load_text (home, "users.csv", "email,age\na@x.org,41\n", NULL);
      assert_load (first, "applied", "read=1 inserted=1 staged=1");
      home_drop (home, "users.csv", cases[i].file);
      g_autoptr (Outcome) outcome = run_weir (home, "load", "--json", "--archive", "imports/users.csv", NULL);
      g_autoptr (Json) published = outcome_json (outcome);
      assert_json (published, "status", cases[i].status);
      if (cases[i].counts != NULL)
        assert_load (published, cases[i].status, cases[i].counts);
      assert_sql (home, cases[i].value,
                  "select replace(replace(concat_ws('|', to_jsonb(u) ->> 'age', to_jsonb(u) ->> 'city'), '\"', ''), ' ', '')"
                  " from warehouse.users_current u where email = 'a@x.org'");
    }
}

static void
test_null_texts (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS (", \"null\": [\"NULL\", \"n/a\"]"));
  g_autoptr (Json) published = load_text (home, "users.csv", "email,age,city\na@x.org,NULL,n/a\nb@x.org,41,null\nn/a,1,x\n", NULL);
  assert_load (published, "applied", "read=3 rejected=1 inserted=2 staged=2");
  assert_sql (home, "a@x.org|-|-\nb@x.org|41|null", "select email, age, city from warehouse.users_current order by email");
  assert_sql (home, "bigint", "select pg_typeof(age) from warehouse.users limit 1");
  home->oracle = ORACLE_REPLAY;
}

/* What is below the table is told apart from rows of it. */
static void
test_below_the_table (void **state)
{
  static const struct
  {
    const char *below, *counts, *rejects;
  } cases[] = {
    { "\ncode,label,day\nx,y,2020-01-01\n1,b@x.org,5\n", "read=43 rejected=3 inserted=40 staged=40", "second_table 3" },
    { "\ncode,label\nx,y\n1,b@x.org\n", "read=43 rejected=3 inserted=40 staged=40", "second_table 3" },
    { "\nTotal: 40\n", "read=41 rejected=1 inserted=40 staged=40", "footer 1" },
    { "\nemail,n,city\n", "read=41 rejected=1 inserted=40 staged=40", "repeated_header 1" }, /* once more, as pages have it */
    { "\nx41@x.org,41,Oslo\n\ncode,label,day\n", "read=42 rejected=1 inserted=41 staged=41", "second_table 1" },
    { "\nx41@x.org,41,Oslo\n", "read=41 inserted=41 staged=41", "" },
    { "\nx41@x.org,41\nx42@x.org,42,Oslo\n", "read=42 rejected=1 inserted=41 staged=41", "too_few_fields 1" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "users", USERS (", \"columns\": {\"n\": {\"type\": \"bigint\"}}"));
      g_autoptr (GString) text = g_string_new ("email,n,city\n");
      for (int row = 1; row <= 40; row++)
        g_string_append_printf (text, "x%d@x.org,%d,Oslo\n", row, row);
      g_string_append (text, cases[i].below);
      g_autoptr (Json) published = load_text (home, "users.csv", text->str, NULL);
      assert_load (published, "applied", cases[i].counts);
      assert_sql (home, cases[i].rejects,
                  "select coalesce(string_agg(reason || ' ' || n, ','), '') from (select reason, count(*) as n from weir.reject "
                  "group by reason) r");
      if (i < 3)
        assert_sql (home, "below the end of the table on line 41", "select distinct message from weir.reject");
    }
}

/* What the model leaves open is worked out. */
static void
test_half_declared_dialect (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS (", \"dialect\": {\"delimiter\": \",\"}"));
  g_autoptr (Json) published = load_text (home, "users.csv", "Report; all; of it\n\nname,email\nA;n,a@x.org\nB;o,b@x.org\n", NULL);
  assert_load (published, "applied", "read=2 inserted=2 staged=2");
  home_write_model (home, "users", USERS (", \"dialect\": {\"skip_lines\": 2}"));
  g_autoptr (Json) again =
      load_text (home, "users.csv", "name,email\nA,x@x.org\nname,email\nA;n,a@x.org\nB;o,b@x.org\nCyd,c@x.org\n", NULL);
  assert_load (again, "applied", "read=3 inserted=1 unchanged=2 staged=3");
}

/* The model's word goes before what the file looks like. */
static void
test_declared_dialect (void **state)
{
  Home *home = *state;
  home_write_model (
      home, "users",
      USERS (", \"dialect\": {\"delimiter\": \"~\", \"quote\": \"'\", \"skip_lines\": 1, \"encoding\": \"windows-1252\"}"));
  g_autoptr (Json) published = load_text (home, "users.csv",
                                          "a,b,c\nemail~name\na@x.org~'A~n'\nb@x.org~B\xF6"
                                          "b,c\n",
                                          NULL);
  assert_load (published, "applied", "read=2 inserted=2 staged=2");
  assert_sql (home,
              "A~n\nB\xC3\xB6"
              "b,c",
              "select name from warehouse.users_current order by email");
  home->oracle = ORACLE_REPLAY;
}

static void
test_max_rows (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"rejects\": {\"max_percent\": "
                    "100, \"max_rows\": 1}}");
  home_drop (home, "users.csv", "name,email\nAnn,a@x.org\nBob\nCyd\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 1, "load", "--json", "--archive", "imports/users.csv", NULL);
  g_autoptr (Json) published = outcome_json (outcome);
  assert_json (published, "error.code", "too_many_rejects");
}

/* Rejects, corrected and dropped again, load: what was added to the lines is left out, and the file's columns keep their places,
 * however few rows there are. */
static void
test_rejects_to_correct (void **state)
{
  static const struct
  {
    const char *more, *text, *csv, *wrong, *right, *value;
  } cases[] = {
    { "", "name;email\nAnn;a@x.org\n\"Cyd; the third\";c@x.org\nBob\nDan;\n",
      "_weir_line;_weir_reason;\"_weir_message\";_weir_run;name;email\n"
      "4;too_few_fields;\"1 field where there are 2 columns\";RUN;Bob\n"
      "5;empty_key;\"email: the business key is empty\";RUN;Dan;\n",
      "Bob\n", "Bob;b@x.org\n", "Bob" },
    { "", "email,n,\na@x.org,1,2\nc@x.org,1,2\nb@x.org,3\n",
      "_weir_line,_weir_reason,\"_weir_message\",_weir_run,email,n,column_3\n"
      "4,too_few_fields,\"2 fields where there are 3 columns\",RUN,b@x.org,3\n",
      "org,3\n", "org,3,77\n", "{\"n\": 3, \"email\": \"b@x.org\", \"column_3\": 77}" },
    { "", "email,n,\xF0\x9F\x98\x80\na@x.org,1,2\nc@x.org,1,2\nb@x.org,3\n",
      "_weir_line,_weir_reason,\"_weir_message\",_weir_run,email,n,\xF0\x9F\x98\x80\n"
      "4,too_few_fields,\"2 fields where there are 3 columns\",RUN,b@x.org,3\n",
      "org,3\n", "org,3,77\n", "{\"n\": 3, \"email\": \"b@x.org\", \"column_3\": 77}" },
    { "", "Spring,,Autumn,\nemail,cost,sales,cost\na@x.org,1,2,3\nc@x.org,1,2,3\nd@x.org,4,5,6\nb@x.org,3,4\n",
      "_weir_line,_weir_reason,\"_weir_message\",_weir_run,Spring email,Spring cost,Autumn sales,Autumn cost\n"
      "6,too_few_fields,\"3 fields where there are 4 columns\",RUN,b@x.org,3,4\n",
      "3,4\n", "3,4,5\n", "{\"autumn_cost\": 5, \"spring_cost\": 3, \"autumn_sales\": 4, \"spring_email\": \"b@x.org\"}" },
    { ", \"dialect\": {\"skip_lines\": 2, \"encoding\": \"windows-1252\"}", "a\nb\nemail;\xE9\na@x.org;1\nc@x.org;2\nb@x.org\n",
      "\xEF\xBB\xBF_weir_line;_weir_reason;\"_weir_message\";_weir_run;email;\xC3\xA9\n6;too_few_fields;\"1 field where there are "
      "2 "
      "columns\";RUN;b@x.org\n",
      "b@x.org\n", "b@x.org;3\n", "{\"\xC3\xA9\": 3, \"email\": \"b@x.org\"}" },
    { ", \"columns\": {\"n\": {\"type\": \"bigint\"}}, \"dialect\": {\"quote\": \"\"}",
      "email,name,n\na@x.org,4\" pipe,1\nb@x.org,5\" pipe,\"x\n",
      "_weir_line,_weir_reason,_weir_message,_weir_run,email,name,n\n3,bad_value,n: the cell is not of type bigint,RUN,b@x.org,5\" "
      "pipe,\"x\n",
      ",\"x\n", ",7\n", "{\"n\": 7, \"name\": \"5\\\" pipe\", \"email\": \"b@x.org\"}" },
    { "", "email\na@x.org\nc@x.org\n\"b,x.org\n",
      "_weir_line\t_weir_reason\t\"_weir_message\"\t_weir_run\temail\n"
      "4\tunclosed_quote\t\"unclosed quote: not closed by the end of the file\"\tRUN\t\"b,x.org\n",
      "\"b,x", "b,x", "{\"email\": \"b,x.org\"}" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s", cases[i].text);
      g_autoptr (Home) home = home_new (outer->cluster);
      const char *key = strstr (cases[i].text, "Spring") != NULL ? "spring_email" : "email";
      g_autofree char *model = g_strdup_printf ("{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"%s\"], "
                                                "\"rejects\": {\"max_percent\": 100}%s}",
                                                key, cases[i].more);
      home_write_model (home, "users", model);
      g_autoptr (Json) published = load_text (home, "users.csv", cases[i].text, NULL);
      assert_json (published, "status", "applied");
      g_autoptr (Outcome) rejects = expect_weir (home, 0, "rejects", "last", "--csv", NULL);
      g_autofree char *run = json_at (published, "run");
      g_autoptr (GString) csv = g_string_new (cases[i].csv);
      g_string_replace (csv, "RUN", run, 0);
      assert_string_equal (rejects->out, csv->str);
      /* Not corrected: the same rejects once more. */
      g_autofree char *read = json_at (published, "rows.rejected");
      g_autoptr (Json) uncorrected = load_text (home, "users.csv", rejects->out, NULL);
      assert_json (uncorrected, "rows.rejected", read);
      assert_json (uncorrected, "rows.read", read);
      g_autoptr (GString) corrected = g_string_new (rejects->out);
      assert_int_equal (g_string_replace (corrected, cases[i].wrong, cases[i].right, 0), 1);
      g_autoptr (Json) again = load_text (home, "users.csv", corrected->str, NULL);
      assert_json (again, "rows.inserted", "1");
      if (cases[i].value[0] == '{')
        assert_sql (
            home, cases[i].value,
            "select to_jsonb(u) - 'user_id' - 'row_hash' - 'opened_by' - 'closed_by' - 'is_current' - 'version_number' - 'changed'"
            " - 'effective_start_date' - 'effective_end_date' from warehouse.users u where to_jsonb(u)::text ~ 'b.x.org'");
      else
        assert_sql (home, cases[i].value, "select name from warehouse.users where email = 'b@x.org'");
      home->oracle = ORACLE_REPLAY;
    }
}

static void
test_limits (void **state)
{
  static const struct
  {
    const char *limits, *file, *code, *says;
  } cases[] = {
    { "\"rows\": 2", "name,email\nA,a@x.org\nB,b@x.org\nC,c@x.org\n", "too_many_rows", "users.csv" },
    { "\"columns\": 2", "name,email,city\nA,a@x.org,Oslo\n", NULL, "users.csv" },
    { "\"file_mb\": 0.00002", "name,email\nA,a@x.org\nB,b@x.org\n", "file_too_large",
      "users.csv: the file has more than 20 B of text" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *more = g_strdup_printf (", \"limits\": {%s}", cases[i].limits);
      home_configure (home, more);
      home_write_model (home, "users", USERS (""));
      home_drop (home, "users.csv", cases[i].file);
      g_autoptr (Outcome) outcome = expect_weir (home, 1, "load", "--json", "--archive", "imports/users.csv", NULL);
      g_autoptr (Json) published = outcome_json (outcome);
      assert_json (published, "status", "failed");
      if (cases[i].code != NULL)
        assert_json (published, "error.code", cases[i].code);
      assert_error_says (published, cases[i].says);
      assert_sql (home, "t", "select to_regclass('warehouse.users') is null");
    }
}

/* Appends "text" with the number in place of its #. */
static void
append_numbered (GString *out, const char *text, int number)
{
  const char *sign = strchr (text, '#');
  g_string_append_printf (out, "%.*s%d%s", (int) (sign - text), text, number, sign + 1);
}

/* A quote that is not closed within the limits: a cell that is longer refuses the file, a forgotten one costs its row. */
static void
test_long_cell (void **state)
{
  static const struct
  {
    const char *inside; /* of the lines behind the quote */
    bool closed;
    const char *status, *counts, *line;
  } cases[] = {
    { "text #, more", true, "failed", NULL, "6001" },
    { "a,b,c #", true, "failed", NULL, "6001" },
    { "#,n", false, "applied", "read=9999 rejected=1 inserted=9998 staged=9998", NULL },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      home_configure (home, ", \"limits\": {\"record_kb\": 16}");
      home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"id\"]}");
      g_autoptr (GString) text = g_string_new ("id,note\n"); /* the sniffer sees no more than 256 KiB */
      for (int row = 1; row <= 9999; row++)
        {
          bool inside = row > 6000 && row <= 8500;
          if (row == 6000)
            g_string_append (text, "6000,\"first line\n");
          else if (inside && cases[i].closed)
            append_numbered (text, cases[i].inside, row);
          else
            g_string_append_printf (text, "%d,%060d", row, row);
          g_string_append (text, row == 6000 ? "" : row == 8500 && cases[i].closed ? "\"\n" : "\n");
        }
      home_drop (home, "users.csv", text->str);
      g_autoptr (Outcome) outcome = run_weir (home, "load", "--json", "--archive", "imports/users.csv", NULL);
      g_autoptr (Json) published = outcome_json (outcome);
      assert_load (published, cases[i].status, cases[i].counts);
      if (cases[i].line == NULL)
        continue;
      assert_json (published, "error.code", "record_too_long");
      assert_json (published, "error.line", cases[i].line);
      assert_sql (home, "t", "select to_regclass('warehouse.users') is null");
    }
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_ragged),
    TEST (test_ragged_fails),
    TEST (test_contracts),
    TEST (test_null_texts),
    TEST (test_declared_dialect),
    TEST (test_below_the_table),
    TEST (test_half_declared_dialect),
    TEST (test_limits),
    TEST (test_long_cell),
    TEST (test_max_rows),
    TEST (test_rejects_to_correct),
  };
  return cmocka_run_group_tests_name ("integration/messy", tests, cluster_setup, cluster_teardown);
}
