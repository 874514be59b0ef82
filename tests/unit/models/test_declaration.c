/* What a declaration says, and every mistake with its place. */
#include "models/declaration.h"

#include "tests/unit/models/words.h"

#define SHA "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static Declaration *
parse (const char *text, GError **error)
{
  return declaration_parse (text, strlen (text), "users.csv", fake_words (), error);
}

static void
test_in_full (void **state G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Declaration) all = parse (
      "{\"declared\": 1, \"table\": \"users\", \"columns\": [{\"name\": \"id\", \"type\": \"bigint\", \"nullable\": false, "
      "\"key\": true,"
      " \"source_type\": \"int4\", \"mask\": \"hash\"}, {\"name\": \" E-Mail \"}, {\"name\": \"free\", \"type\": \"any\"}], "
      "\"rows\": \"keys\", \"count\": 7, \"sha256\": "
      "\"" SHA "\","
      " \"bookmark\": {\"source\": \"job\", \"stream\": \"public.users\", \"from\": null, \"to\": [1, \"x\"]},"
      " \"pulled\": {\"path\": \"out/a.csv\", \"size\": 12, \"mtime\": \"2026-11-29 08:00:00+00\", \"etag\": \"\\\"x\\\"\"}}",
      &error);
  assert_null (error);
  assert_string_equal (all->table, "users");
  assert_int_equal (all->columns->len, 3);
  const DeclaredColumn *id = all->columns->pdata[0], *mail = all->columns->pdata[1];
  assert_string_equal (id->type, "bigint");
  assert_true (id->key && !id->nullable);
  assert_string_equal (mail->name, " E-Mail ");
  assert_string_equal (mail->type, "text");
  assert_true (mail->nullable && !mail->key);
  assert_null (((const DeclaredColumn *) all->columns->pdata[2])->type);
  assert_true (declaration_leaves_types (all));
  assert_int_equal (all->rows, DECLARED_KEYS);
  assert_int_equal (all->count, 7);
  assert_string_equal (all->sha256, SHA);
  assert_true (all->has_bookmark);
  assert_null (all->from);
  assert_int_equal (json_array_size (all->to), 2);
  assert_string_equal (all->pulled->path, "out/a.csv");
  assert_int_equal (all->pulled->size, 12);
  assert_string_equal (all->pulled->etag, "\"x\"");
  assert_string_equal (all->pulled_source, "job");
}

static void
test_next_to_nothing (void **state G_GNUC_UNUSED)
{
  g_autoptr (Declaration) none = parse ("{\"declared\": 1}", NULL);
  assert_non_null (none);
  assert_null (none->columns);
  assert_true (declaration_leaves_types (none) && declaration_leaves_types (NULL));
  g_autoptr (Declaration) typed = parse ("{\"declared\": 1, \"columns\": [{\"name\": \"a\"}]}", NULL);
  assert_false (declaration_leaves_types (typed));
  assert_int_equal (none->rows, DECLARED_UNSAID);
  assert_int_equal (none->count, -1);
  assert_false (none->has_bookmark);
  g_autoptr (Declaration) pulled =
      parse ("{\"declared\": 1, \"pulled\": {\"source\": \"sftp\", \"path\": \"a\", \"mtime\": null, \"size\": null}}", NULL);
  assert_non_null (pulled);
  assert_string_equal (pulled->pulled_source, "sftp");
  assert_int_equal (pulled->pulled->size, -1);
  assert_null (pulled->pulled->mtime);
}

/* Each text has these lines in its error, and no more. */
static void
test_mistakes (void **state G_GNUC_UNUSED)
{
  static const struct
  {
    const char *text, *lines;
  } cases[] = {
    { "{}", "$: \"declared\" is missing" },
    { "[]", "$: must be an object, not an array" },
    { "\"x\"", NULL },
    { "{\"declared\": 1", NULL },
    { "{\"declared\": 2}", "$.declared: must be 1: no other kind of declaration is known" },
    { "{\"declared\": \"1\"}", "$.declared: must be 1: no other kind of declaration is known" },
    { "{\"declared\": 1, \"colums\": []}", "$.colums: unknown member \"colums\"; did you mean \"columns\"?" },
    { "{\"declared\": 1, \"columns\": []}", "$.columns: must be an array with a column or more" },
    { "{\"declared\": 1, \"columns\": [{\"name\": \"\", \"type\": \"bigin\"}, {\"type\": 1}, 5]}",
      "$.columns[0].name: must not be empty\n$.columns[0].type: unknown value \"bigin\"; did you mean \"bigint\"?\n"
      "$.columns[1].type: must be a string, not a number\n$.columns[1]: \"name\" is missing\n$.columns[2]: must be an object, not "
      "a number" },
    { "{\"declared\": 1, \"columns\": [{\"name\": \"a\"}, {\"name\": \"a\", \"nullable\": 1}]}",
      "$.columns[1].nullable: must be true or false, not a number\n$.columns[1]: column \"a\" is there twice" },
    { "{\"declared\": 1, \"rows\": \"all\"}", "$.rows: unknown value \"all\"; expected one of: changes, complete, keys" },
    { "{\"declared\": 1, \"rows\": \"keys\"}", "$.rows: a file of keys has to say its \"columns\"" },
    { "{\"declared\": 1, \"count\": -1}", "$.count: must be a whole number from 0 on" },
    { "{\"declared\": 1, \"count\": 1.5}", "$.count: must be a whole number from 0 on" },
    { "{\"declared\": 1, \"sha256\": \"abc\"}", "$.sha256: must be a SHA-256, 64 hexadecimal digits" },
    { "{\"declared\": 1, \"bookmark\": {}}", "$.bookmark: \"source\" is missing\n$.bookmark: \"stream\" is missing\n$.bookmark: "
                                             "\"from\" is missing\n$.bookmark: \"to\" is missing" },
    { "{\"declared\": 1, \"bookmark\": {\"source\": \"a\", \"stream\": \"b\", \"from\": 1, \"to\": null}}",
      "$.bookmark.to: must not be null: a bookmark is somewhere; leave \"bookmark\" out where none moves" },
    { "{\"declared\": 1, \"pulled\": {\"path\": \"a\"}}",
      "$.pulled: \"source\" is missing: without a bookmark nothing else says whose file it is" },
    { "{\"declared\": 1, \"pulled\": {\"source\": \"s\", \"path\": \"a\", \"size\": -1, \"mtime\": \"yesterday\"}}",
      "$.pulled.size: must be a whole number from 0 on\n$.pulled.mtime: must be a time with its zone, as "
      "\"2026-11-29T08:00:00Z\"" },
    { "{\"declared\": 1, \"pulled\": {\"source\": \"s\", \"path\": \"a\", \"mtime\": \"2026-11-29T08:00:00\"}}",
      "$.pulled.mtime: must be a time with its zone, as \"2026-11-29T08:00:00Z\"" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Declaration) declaration = parse (cases[i].text, &error);
      if (declaration != NULL)
        fail_msg ("taken: %s", cases[i].text);
      assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_INPUT));
      assert_int_equal (weir_error_get_reason (error), REASON_BAD_DECLARATION);
      assert_non_null (strstr (error->message, "users.csv"));
      if (cases[i].lines != NULL)
        assert_string_equal (weir_error_get_detail (error), cases[i].lines);
      else
        assert_non_null (strstr (weir_error_get_detail (error), "$: \"declaration\" is not valid JSON"));
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_in_full),
    cmocka_unit_test (test_next_to_nothing),
    cmocka_unit_test (test_mistakes),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
