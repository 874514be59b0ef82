/* The statements of deliveries, in both dialects: each case has its file in tests/golden/deliver. WEIR_GOLDEN=write writes them anew, for a person to read. */
#include "connect/pg/write_parts.h"
#include "connect/pg/write_sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define COLUMNS                                                                                                                    \
  "[{\"name\": \"id\", \"type\": \"uuid\"}, {\"name\": \"na\\\"me\", \"type\": \"text\"}, {\"name\": \"n\", \"type\": "            \
  "\"numeric\"},"                                                                                                                  \
  " {\"name\": \"day\", \"type\": \"date\"}"
#define KEYED(mode, more)                                                                                                          \
  "{\"table\": \"people\", \"mode\": \"" mode "\", \"key\": [\"id\"], \"rows\": 2, \"columns\": " COLUMNS "]" more "}"
#define GONE(more)                                                                                                                 \
  "{\"table\": \"people\", \"mode\": \"upsert\", \"key\": [\"id\"], \"rows\": 2, \"columns\": " COLUMNS                            \
  ", {\"name\": \"weir_gone\", \"type\": \"boolean\"}]" more "}"
#define VERSIONS(more)                                                                                                             \
  "{\"table\": \"people\", \"mode\": \"upsert\", \"key\": [\"id\", \"day\"], \"entity\": [\"id\"], \"rows\": 2, "                  \
  "\"columns\": " COLUMNS ", {\"name\": \"weir_gone\", \"type\": \"boolean\"}]" more "}"
#define ODD                                                                                                                        \
  "{\"table\": \"people\", \"mode\": \"upsert\", \"key\": [\"id\"], \"rows\": 2, \"columns\": [{\"name\": \"id\", \"type\": "      \
  "\"uuid\"},"                                                                                                                     \
  " {\"name\": \"j\", \"type\": \"json\"}, {\"name\": \"js\", \"type\": \"json[]\"}, {\"name\": \"ps\", \"type\": \"point[]\"},"   \
  " {\"name\": \"ts\", \"type\": \"text[]\"}]}"
#define APPEND(more)                                                                                                               \
  "{\"table\": \"people\", \"mode\": \"append\", \"rows\": 2, \"columns\": " COLUMNS                                               \
  ", {\"name\": \"weir_run\", \"type\": \"uuid\"}],"                                                                               \
  " \"runs\": [\"c0ffee00-1234-4000-8000-000000000001\"]" more "}"

static const struct
{
  const char *name, *to, *delivery;
  bool exists, is_unique; /* what was found there */
} cases[] = {
  { "create", "{}", GONE (""), false, true },
  { "create_parts", "{\"partition_by\": {\"column\": \"day\", \"by\": \"month\"}}", GONE (""), false, false },
  { "upsert", "{\"schema\": \"a\\\"b\", \"table\": \"c.d\"}", KEYED ("upsert", ""), true, true },
  { "upsert_odd", "{}", ODD, true, true },
  { "upsert_unproved", "{}", KEYED ("upsert", ""), true, false },
  { "gone_delete", "{}", GONE (""), true, true },
  { "gone_flag", "{}", GONE (", \"gone\": \"flag\""), true, true },
  { "gone_complete", "{}", GONE (", \"complete\": true"), true, true },
  { "flag_complete", "{}", GONE (", \"complete\": true, \"gone\": \"flag\""), true, true },
  { "versions", "{}", VERSIONS (""), true, true },
  { "versions_flag", "{}", VERSIONS (", \"gone\": \"flag\""), true, true },
  { "append", "{}", APPEND (""), true, false },
  { "append_again", "{}", APPEND (", \"again\": true, \"undone\": [\"it's\"]"), true, false },
  { "swap", "{}", KEYED ("swap", ""), true, true },
};

static char *
describe (WritePlan *plan)
{
  GString *text = g_string_new (NULL);
  g_autofree char *marks = write_sql_make_marks (plan), *lock = write_sql_lock (plan), *staging = write_sql_staging (plan);
  g_autofree char *copy = write_sql_copy (plan, STAGING), *create = write_sql_create (plan), *mark = write_sql_mark (plan);
  g_autoptr (GPtrArray) columns = write_sql_add (plan), apply = write_sql_apply (plan);
  g_string_append_printf (text, "%s;\n\n%s;\n%s;\n%s;\n", marks, lock, staging, copy);
  if (!plan->exists)
    g_string_append_printf (text, "%s;\n", create);
  for (guint i = 0; plan->exists && i < columns->len; i++)
    g_string_append_printf (text, "%s;\n", (const char *) columns->pdata[i]);
  for (guint i = 0; i < apply->len; i++)
    g_string_append_printf (text, "%s;\n", (const char *) apply->pdata[i]);
  g_string_append_printf (text, "%s;\n", mark);
  return g_string_free (text, FALSE);
}

/* As if the destination had been looked at: it has all but the last column of those that are to be there. */
static void
look (WritePlan *plan, bool exists, bool is_unique)
{
  plan->exists = exists;
  plan->is_unique = is_unique;
  for (guint i = 0; i < plan->columns->len; i++)
    {
      WriteColumn *column = &g_array_index (plan->columns, WriteColumn, i);
      column->stored = strcmp (column->name, COLUMN_GONE) != 0 || plan->gone == GONE_FLAG;
      column->there = exists && strcmp (column->name, "day") != 0;
    }
}

static void
compare (const char *name, const char *text)
{
  g_autofree char *path = g_strdup_printf ("%s/tests/golden/deliver/%s.sql", g_getenv ("WEIR_SOURCE"), name), *expected = NULL;
  if (g_strcmp0 (g_getenv ("WEIR_GOLDEN"), "write") == 0)
    assert_true (g_file_set_contents (path, text, -1, NULL));
  if (!g_file_get_contents (path, &expected, NULL, NULL))
    fail_msg ("%s is missing", path);
  print_message ("  %s\n", name);
  assert_string_equal (text, expected);
}

static void
test_statements (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases) * 2; i++)
    {
      size_t at = i / 2;
      bool is_redshift = i % 2 == 1, is_parted = strstr (cases[at].name, "parts") != NULL;
      g_autoptr (Json) to = weir_json_parse (cases[at].to, strlen (cases[at].to), "to", NULL);
      g_autoptr (Json) delivery = weir_json_parse (cases[at].delivery, strlen (cases[at].delivery), "delivery", NULL);
      assert_non_null (to);
      assert_non_null (delivery);
      const Request request = { .job = "j", .run = "r", .to = to, .delivery = delivery };
      g_auto (WritePlan) plan = { 0 };
      if (is_redshift && is_parted)
        continue;
      write_plan_read (&request, is_redshift, &plan);
      assert_false (connect_has_mistakes ());
      look (&plan, cases[at].exists, cases[at].is_unique);
      g_autofree char *text = describe (&plan), *name = g_strconcat (cases[at].name, is_redshift ? ".redshift" : "", NULL);
      compare (name, text);
    }
}

static void
test_types (void **state)
{
  (void) state;
  static const char *const expected[][3] = { { "text", "text", "varchar(65535)" },
                                             { "numeric", "numeric", "numeric(38,10)" },
                                             { "numeric(10,2)", "numeric(10,2)", "numeric(10,2)" },
                                             { "timestamp with time zone", "timestamp with time zone", "timestamp with time zone" },
                                             { "text[]", "text[]", "varchar(65535)" },
                                             { "jsonb", "jsonb", "varchar(65535)" },
                                             { "int; drop table x", "text", "varchar(65535)" },
                                             { "", "text", "varchar(65535)" },
                                             { "int -- x", "text", "varchar(65535)" } };
  for (size_t i = 0; i < G_N_ELEMENTS (expected); i++)
    for (int redshift = 0; redshift < 2; redshift++)
      {
        g_autofree char *type = write_type (expected[i][0], redshift == 1);
        assert_string_equal (type, expected[i][1 + redshift]);
      }
}

static void
test_months (void **state)
{
  (void) state;
  static const struct
  {
    const char *text;
    int months;
  } expected[] = { { "24 months", 24 }, { "1 month", 1 },   { "2 years", 24 }, { "1year", 12 }, { "24", 0 },
                   { "0 months", 0 },   { "-1 months", 0 }, { "months", 0 },   { "3 days", 0 }, { "", 0 } };
  for (size_t i = 0; i < G_N_ELEMENTS (expected); i++)
    assert_int_equal (write_months (expected[i].text), expected[i].months);
}

static void
test_part_names (void **state)
{
  (void) state;
  g_autofree char *plain = write_part_name ("orders", "2026_11");
  assert_string_equal (plain, "orders_p2026_11");
  g_autofree char *longest = g_strnfill (63, 'x'), *cut = write_part_name (longest, "2026_11");
  assert_int_equal (strlen (cut), 63);
  assert_true (g_str_has_suffix (cut, "x_p2026_11"));
  g_autofree char *letters = g_strconcat (
      "x",
      "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
      "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4",
      NULL);
  g_autofree char *whole = write_part_name (letters, "2026_11");
  assert_true (g_utf8_validate (whole, -1, NULL));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_statements),
    cmocka_unit_test (test_types),
    cmocka_unit_test (test_months),
    cmocka_unit_test (test_part_names),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
