#include "base/json.h"

#include "base/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <glib/gstdio.h>
#include <string.h>

static Json *
parse (const char *text, GError **error)
{
  return weir_json_parse (text, strlen (text), "test.json", error);
}

static void
members_keep_their_order (void **state)
{
  (void) state;
  g_autoptr (Json) root = parse ("{\"z\": 1, \"a\": [true, null, \"\xC3\xA9\"]}", NULL);
  assert_non_null (root);
  g_autofree char *text = weir_json_text (root);
  assert_string_equal (text, "{\"z\":1,\"a\":[true,null,\"\xC3\xA9\"]}");
  g_autofree char *pretty = weir_json_pretty (root);
  assert_string_equal (pretty, "{\n  \"z\": 1,\n  \"a\": [\n    true,\n    null,\n    \"\xC3\xA9\"\n  ]\n}");
}

static void
a_byte_order_mark_is_ignored (void **state)
{
  (void) state;
  g_autoptr (Json) root = parse ("\xEF\xBB\xBF{}", NULL);
  assert_non_null (root);
}

static const struct
{
  const char *text;
  int line;
} bad_cases[] = {
  { "", 1 },
  { "{", 1 },
  { "{\"a\": 1,}", 1 },
  { "{\n\"a\": 1,\n\"a\": 2\n}", 3 }, /* the second would win silently */
  { "{\n\"a\": \"\xE9\"\n}", 2 },
  { "{}\n{}", 2 },
  { "nonsense", 1 },
};

static void
what_is_not_json_is_refused_with_its_place (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (bad_cases); i++)
    {
      g_autoptr (GError) error = NULL;
      assert_null (parse (bad_cases[i].text, &error));
      assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_MODEL));
      assert_non_null (strstr (error->message, "\"test.json\""));
      g_autofree char *place = g_strdup_printf ("line %d, column ", bad_cases[i].line);
      assert_non_null (strstr (error->message, place));
      assert_true (weir_error_get_line (error) == bad_cases[i].line);
      assert_string_equal (reason_word (weir_error_get_reason (error)), "invalid_json");
    }
}

static void
a_file_is_read_or_the_error_names_it (void **state)
{
  (void) state;
  g_autofree char *folder = g_dir_make_tmp ("weir-json-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "model.json", NULL);
  g_autoptr (GError) error = NULL;
  assert_null (weir_json_read (path, &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_LOCAL));
  assert_non_null (strstr (error->message, path));
  g_clear_error (&error);

  assert_true (g_file_set_contents (path, "{\"table\": \"users\"}", -1, NULL));
  g_autoptr (Json) root = weir_json_read (path, &error);
  assert_null (error);
  assert_string_equal (json_string_value (json_object_get (root, "table")), "users");

  assert_true (g_file_set_contents (path, "{\"table\" \"users\"}", -1, NULL));
  assert_null (weir_json_read (path, &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_MODEL));
  assert_non_null (strstr (error->message, path));

  g_remove (path);
  g_rmdir (folder);
}

static void
a_file_beyond_the_limit_is_refused (void **state)
{
  (void) state;
  g_autofree char *folder = g_dir_make_tmp ("weir-json-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "model.json", NULL);
  g_autofree char *blanks = g_strnfill (1024 * 1024 + 1, ' ');
  assert_true (g_file_set_contents (path, blanks, -1, NULL));

  g_autoptr (GError) error = NULL;
  assert_null (weir_json_read (path, &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_LOCAL));

  g_remove (path);
  g_rmdir (folder);
}

static void
any_string_becomes_json (void **state)
{
  (void) state;
  static const struct
  {
    const char *string;
    const char *json;
  } cases[] = {
    { NULL, "null" },
    { "", "\"\"" },
    { "a\"b\n", "\"a\\\"b\\n\"" },
    { "caf\xE9", "\"caf\xEF\xBF\xBD\"" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Json) value = weir_json_string (cases[i].string);
      g_autofree char *text = weir_json_text (value);
      assert_string_equal (text, cases[i].json);
    }
}

static void
values_become_parameters (void **state)
{
  (void) state;
  static const struct
  {
    const char *json, *param; /* NULL: NULL */
  } cases[] = {
    { "\"a b\"", "a b" },
    { "-7", "-7" },
    { "0.1", "0.1" },
    { "123456789.125", "123456789.125" },
    { "0.30000000000000004", "0.30000000000000004" },
    { "1e300", "1e+300" },
    { "false", "false" },
    { "null", NULL },
    { "{\"a\": 1}", NULL },
    { "[]", "{}" },
    { "[1, null, 2.5, true]", "{1,NULL,2.5,true}" },
    { "[\"\", \"null\", \"a\\\"b\\\\\", null]", "{\"\",\"null\",\"a\\\"b\\\\\",NULL}" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Json) value = json_loads (cases[i].json, JSON_DECODE_ANY, NULL);
      g_autofree char *param = weir_json_param (value);
      if (g_strcmp0 (param, cases[i].param) != 0)
        fail_msg ("%s: %s", cases[i].json, param);
    }
  assert_null (weir_json_param (NULL));
}

/* As short as they can be, and what is no real as it was. */
static void
reals_are_written_as_people_do (void **state)
{
  (void) state;
  static const struct
  {
    const char *json, *text; /* NULL: the same */
  } cases[] = {
    { "[1.1,-0.1,0.2,19.99]", NULL },
    { "[0.30000000000000004,123456789.125,0.1234567890123456]", NULL },
    { "[1.10,1e2,1E300,-0.0,1e-7]", "[1.1,100.0,1e+300,-0.0,1e-07]" },
    { "[9007199254740993,-7,0]", NULL },
    { "{\"1.10\":\"a\\\\\\\"1.10\",\"e\":[true,false,null,\"\",\"1.10000000000000001\"]}", NULL },
    { "1.1", NULL },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Json) value = json_loads (cases[i].json, JSON_DECODE_ANY, NULL);
      g_autofree char *text = weir_json_text (value);
      assert_string_equal (text, cases[i].text != NULL ? cases[i].text : cases[i].json);
    }
}

static void
an_error_becomes_json (void **state)
{
  (void) state;
  g_autoptr (GError) full = NULL, bare = NULL, foreign = NULL;
  weir_fail (&full, &(Failure) { WEIR_ERROR_INPUT, REASON_RAGGED, .line = 3, .detail = "why", .hint = "do" }, "caf\xE9");
  weir_fail (&bare, &(Failure) { WEIR_ERROR_RETRY, .detail = "" }, "away");
  g_set_error (&foreign, G_FILE_ERROR, G_FILE_ERROR_NOENT, "gone");
  const struct
  {
    const GError *error;
    const char *json;
  } cases[] = {
    { full, "{\"code\":\"ragged\",\"message\":\"caf\xEF\xBF\xBD\",\"detail\":\"why\",\"hint\":\"do\",\"line\":3}" },
    { bare, "{\"code\":\"retry\",\"message\":\"away\",\"detail\":null,\"hint\":null,\"line\":null}" },
    { foreign, "{\"code\":\"local\",\"message\":\"gone\",\"detail\":null,\"hint\":null,\"line\":null}" },
    { NULL, "{\"code\":null,\"message\":null,\"detail\":null,\"hint\":null,\"line\":null}" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Json) object = weir_json_error (cases[i].error);
      g_autofree char *text = weir_json_text (object);
      assert_string_equal (text, cases[i].json);
    }
}

/* Without memory jansson would leave members out, and say so to nobody who looks. */
static void
no_memory_ends_the_program (void **state)
{
  (void) state;
  json_malloc_t allocate = NULL;
  weir_json_setup ();
  json_get_alloc_funcs (&allocate, NULL);
  assert_ptr_equal (allocate, g_malloc);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (members_keep_their_order),
    cmocka_unit_test (a_byte_order_mark_is_ignored),
    cmocka_unit_test (what_is_not_json_is_refused_with_its_place),
    cmocka_unit_test (a_file_is_read_or_the_error_names_it),
    cmocka_unit_test (a_file_beyond_the_limit_is_refused),
    cmocka_unit_test (any_string_becomes_json),
    cmocka_unit_test (values_become_parameters),
    cmocka_unit_test (reals_are_written_as_people_do),
    cmocka_unit_test (an_error_becomes_json),
    cmocka_unit_test (no_memory_ends_the_program),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
