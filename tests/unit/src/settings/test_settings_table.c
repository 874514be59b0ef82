/* Every row of the table, whatever rows there are: it is taken from everywhere it says it can be, and shown everywhere. */
#include "src/settings/settings_given.h"
#include "src/settings/settings_show.h"

#include "tests/support/process.h"

#include "base/error.h"
#include "base/quantity.h"

#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <unistd.h>

static int
folder_setup (void **state)
{
  g_autofree char *path = g_dir_make_tmp ("weir-table-XXXXXX", NULL);
  assert_non_null (path);
  *state = realpath (path, NULL);
  for (const Setting *row = settings_table; row->help != NULL; row++)
    if (row->variable != NULL)
      g_unsetenv (row->variable);
  return chdir (*state);
}

static int
folder_teardown (void **state)
{
  int status = chdir ("/");
  remove_tree (*state);
  free (*state);
  return status;
}

/* A value that is not the default, and differs from row to row. Owned by the caller. */
static char *
other_value (const Setting *row, const char *suffix)
{
  int number = (int) (row - settings_table);
  switch (row->type)
    {
    case SETTING_HOME:
      g_mkdir_with_parents (suffix, 0755);
      return g_canonicalize_filename (suffix, NULL);
    case SETTING_FOLDER:
    case SETTING_FILE:
    case SETTING_PATH:
      return g_strdup_printf ("/elsewhere/%d%s", number, suffix);
    case SETTING_CONNINFO:
      return g_strdup_printf ("dbname=other_%d%s", number, suffix);
    case SETTING_SCHEMA:
      return g_strdup_printf ("other_%d%s", number, suffix);
    case SETTING_CHOICE:
    case SETTING_FLAG:
      return g_strdup (row->words[1]);
    case SETTING_WHOLE:
      return g_strdup_printf ("%.0f", row->high - 1);
    case SETTING_NUMBER:
      return g_strdup_printf ("%.1f", row->high - 0.5);
    case SETTING_BYTES:
      return quantity_show_bytes ((int64_t) row->low + 1);
    case SETTING_PERIOD:
      return quantity_show_period ((int64_t) row->low + 1);
    case SETTING_TREE:
      return g_strdup ("{}");
    }
  return NULL;
}

/* Whether weir.json has it without quotes. */
static bool
is_bare (const Setting *row)
{
  return row->type == SETTING_WHOLE || row->type == SETTING_NUMBER || row->type == SETTING_TREE;
}

/* What the row's member holds, by the type that the row says. Owned by the caller. */
static char *
member_text (const Settings *settings, const Setting *row)
{
  const void *member = settings_member (settings, row);
  if (settings_is_text (row))
    return g_strdup (*(char *const *) member);
  if (row->type == SETTING_WHOLE)
    return g_strdup_printf ("%d", *(const int *) member);
  if (row->type == SETTING_NUMBER)
    return g_strdup_printf ("%.1f", *(const double *) member);
  if (row->type == SETTING_BYTES)
    return quantity_show_bytes (*(const int64_t *) member);
  if (row->type == SETTING_PERIOD)
    return quantity_show_period (*(const int64_t *) member);
  if (row->type == SETTING_TREE)
    return *(Json *const *) member != NULL ? weir_json_text (*(Json *const *) member) : NULL;
  return g_strdup (row->words[row->type == SETTING_FLAG ? *(const bool *) member : *(const int *) member]);
}

static void
write_settings (const char *text)
{
  assert_true (g_file_set_contents ("weir.json", text, -1, NULL));
}

/* {"a": {"b": value}} for "a.b". Owned by the caller. */
static char *
file_text (const Setting *row, const char *value)
{
  g_auto (GStrv) parts = g_strsplit (row->path, ".", 2);
  const char *quote = is_bare (row) ? "" : "\"";
  if (parts[1] == NULL)
    return g_strdup_printf ("{\"%s\": %s%s%s}", parts[0], quote, value, quote);
  return g_strdup_printf ("{\"%s\": {\"%s\": %s%s%s}}", parts[0], parts[1], quote, value, quote);
}

static void
assert_taken (const SettingsGiven *given, const Setting *row, const char *value)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Settings) settings = settings_load (given, HOME_REQUIRED, &error);
  assert_null (error);
  g_autofree char *held = member_text (settings, row);
  assert_string_equal (held, value);
}

/* Where the path leads to in the object, or NULL. */
static const Json *
member_at (const Json *object, const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, ".", 2);
  const Json *member = json_object_get (object, parts[0]);
  return parts[1] != NULL ? json_object_get (member, parts[1]) : member;
}

/* Taken, and shown as it stands there. */
static void
test_from_the_file (void **state)
{
  (void) state;
  for (const Setting *row = settings_table; row->help != NULL; row++)
    {
      if (row->path == NULL)
        continue;
      g_autofree char *value = other_value (row, "");
      g_autofree char *text = file_text (row, value);
      write_settings (text);
      assert_taken (NULL, row, value);
      g_autoptr (Settings) settings = settings_load (NULL, HOME_REQUIRED, NULL);
      g_autoptr (Json) shown = settings_to_json (settings);
      const Json *member = member_at (shown, row->path);
      g_autofree char *told = weir_json_text (member);
      g_autofree char *quoted = is_bare (row) ? g_strdup (value) : g_strdup_printf ("\"%s\"", value);
      assert_string_equal (told, quoted);
    }
}

static void
test_from_the_environment (void **state)
{
  (void) state;
  write_settings ("{}");
  for (const Setting *row = settings_table; row->help != NULL; row++)
    {
      if (row->variable == NULL)
        continue;
      g_autofree char *value = other_value (row, "variable");
      g_autofree char *text = row->path != NULL ? file_text (row, is_bare (row) ? value : "in the file") : NULL;
      write_settings (text != NULL ? text : "{}");
      if (row->type == SETTING_HOME)
        assert_true (g_file_set_contents ("variable/weir.json", "{}", -1, NULL));
      g_setenv (row->variable, value, TRUE);
      assert_taken (NULL, row, value);
      g_unsetenv (row->variable);
    }
}

/* The command line can say anything: rows that have no option today are taken in the same way. */
static void
test_from_the_command_line (void **state)
{
  (void) state;
  write_settings ("{}");
  for (const Setting *row = settings_table; row->help != NULL; row++)
    {
      g_auto (SettingsGiven) given = { 0 };
      g_autofree char *value = other_value (row, "option");
      if (row->type == SETTING_HOME)
        assert_true (g_file_set_contents ("option/weir.json", "{}", -1, NULL));
      if (row->variable != NULL)
        g_setenv (row->variable, "in the environment", TRUE);
      settings_give (&given, row, value);
      assert_taken (&given, row, value);
      if (row->variable != NULL)
        g_unsetenv (row->variable);
    }
}

static void
test_what_is_nothing (void **state)
{
  (void) state;
  write_settings ("{}");
  g_autoptr (Settings) before = settings_load (NULL, HOME_REQUIRED, NULL);
  for (const Setting *row = settings_table; row->help != NULL; row++)
    {
      if (row->variable == NULL)
        continue;
      g_setenv (row->variable, "", TRUE);
      g_autoptr (Settings) settings = settings_load (NULL, HOME_REQUIRED, NULL);
      g_autofree char *held = member_text (settings, row);
      g_autofree char *held_before = member_text (before, row);
      assert_int_equal (g_strcmp0 (held, settings_is_path (row) || row->type == SETTING_TREE ? held_before : ""), 0);
      g_unsetenv (row->variable);
    }
}

static void
test_shown_in_the_manual (void **state)
{
  (void) state;
  g_autofree char *manual = settings_to_markdown ();
  g_auto (GStrv) lines = g_strsplit (manual, "\n", -1);
  guint rows = 0;
  for (const Setting *row = settings_table; row->help != NULL; row++, rows++)
    {
      const char *line = lines[rows + 2];
      const char *const names[] = { row->path, row->option, row->variable };
      for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
        {
          g_autofree char *cell = g_strdup_printf ("`%s`", names[i]);
          assert_true (names[i] == NULL || strstr (line, cell) != NULL);
        }
      assert_non_null (strstr (line, row->help));
      assert_non_null (strstr (line, row->fallback != NULL ? row->fallback : row->otherwise));
    }
  assert_int_equal (g_strv_length (lines), rows + 3);
}

static void
test_help_of_options (void **state)
{
  (void) state;
  g_autofree char *home = settings_to_help (settings_row (home));
  g_autofree char *database = settings_to_help (settings_row (database));
  assert_string_equal (home, "The home: the folder all relative paths start from (else WEIR_HOME; default: nearest parent with "
                             "\"weir.json\" or \".weir/\")");
  assert_string_equal (database, "libpq URL or conninfo of the database (else WEIR_DATABASE; default: the embedded PostgreSQL)");
  assert_int_equal (settings_option_words ("--home"), 2);
  assert_int_equal (settings_option_words ("--database=x"), 1);
  assert_int_equal (settings_option_words ("--homes"), 0);
  assert_int_equal (settings_option_words ("-c"), 0);
}

/* What the row's type does not take, as JSON, and what is said of it. */
static const struct
{
  SettingType type;
  const char *value, *says;
} wrong[] = {
  { SETTING_FOLDER, "\"\"", "must name a folder" },
  { SETTING_FOLDER, "1", "must be a string" },
  { SETTING_CONNINFO, "null", "must be a string" },
  { SETTING_SCHEMA, "\"pg_mine\"", "must be a schema's name of at most" },
  { SETTING_SCHEMA, "[]", "must be a string" },
  { SETTING_CHOICE, "\"zzz\"", "must be \"" },
  { SETTING_CHOICE, "0", "must be a string" },
  { SETTING_FLAG, "\"zzz\"", "must be \"" },
  { SETTING_FLAG, "true", "must be a string" },
  { SETTING_WHOLE, "1.0", "must be a whole number from " },
  { SETTING_WHOLE, "-1", "must be a whole number from " },
  { SETTING_NUMBER, "-0.5", "must be a number from 0 to " },
  { SETTING_NUMBER, "\"1\"", "must be a number from 0 to " },
  { SETTING_BYTES, "1", "must be a size from \"" },
  { SETTING_BYTES, "\"1 day\"", "must be a size from \"" },
  { SETTING_PERIOD, "\"1 MB\"", "must be a time from \"" },
  { SETTING_PERIOD, "\"1000 years\"", "must be a time from \"" },
  { SETTING_TREE, "[]", "must be an object" },
};

/* Loads a weir.json that has the mistake, and returns what is said. Owned by the caller. */
static char *
said_of (const char *text)
{
  g_autoptr (GError) error = NULL;
  write_settings (text);
  assert_null (settings_load (NULL, HOME_REQUIRED, &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_MODEL));
  return g_strdup (weir_error_get_detail (error));
}

static void
test_mistakes_of_each_row (void **state)
{
  (void) state;
  for (const Setting *row = settings_table; row->help != NULL; row++)
    for (size_t i = 0; i < G_N_ELEMENTS (wrong); i++)
      {
        if (row->path == NULL || row->type != wrong[i].type)
          continue;
        g_auto (GStrv) parts = g_strsplit (row->path, ".", 2);
        g_autofree char *text = parts[1] == NULL ? g_strdup_printf ("{\"%s\": %s}", parts[0], wrong[i].value)
                                                 : g_strdup_printf ("{\"%s\": {\"%s\": %s}}", parts[0], parts[1], wrong[i].value);
        g_autofree char *detail = said_of (text);
        g_autofree char *expected = g_strdup_printf ("$.%s: %s", row->path, wrong[i].says);
        if (!g_str_has_prefix (detail, expected))
          fail_msg ("%s: %s", text, detail);
        for (int word = 0; row->words != NULL && row->words[word] != NULL; word++)
          assert_true (wrong[i].value[0] != '"' || strstr (detail, row->words[word]) != NULL);
      }
}

/* Each path with a letter too many: the nearest word is the right one. */
static void
test_nearest_word_of_each_row (void **state)
{
  (void) state;
  for (const Setting *row = settings_table; row->help != NULL; row++)
    {
      if (row->path == NULL)
        continue;
      g_autofree char *misspelt = g_strconcat (row->path, "x", NULL);
      const Setting wrong_row = { .path = misspelt, .type = SETTING_WHOLE };
      g_autofree char *text = file_text (&wrong_row, "1");
      g_autofree char *detail = said_of (text);
      const char *dot = strchr (row->path, '.');
      g_autofree char *expected =
          g_strdup_printf ("$.%s: unknown setting, did you mean \"%s\"?", misspelt, dot != NULL ? dot + 1 : row->path);
      assert_string_equal (detail, expected);
    }
}

static void
test_mistakes_outside_of_the_file (void **state)
{
  (void) state;
  g_auto (SettingsGiven) given = { 0 };
  g_autoptr (GError) error = NULL;
  write_settings ("{\"settle\": -1}");
  settings_give (&given, settings_row (workers), "many");
  settings_give (&given, settings_row (watch), "polling");
  assert_null (settings_load (&given, HOME_REQUIRED, &error));
  assert_string_equal (error->message, "the settings have 3 mistakes");
  assert_string_equal (weir_error_get_detail (error), "$.settle: must be a number from 0 to 3600\n"
                                                      "watch: must be \"auto\" or \"poll\", not \"polling\"\n"
                                                      "workers: must be a whole number from 1 to 64");
}

/* What the compiler cannot see. */
static void
test_rows_are_sound (void **state)
{
  (void) state;
  for (const Setting *row = settings_table; row->help != NULL; row++)
    {
      assert_true (row->path != NULL || row->variable != NULL || row->option != NULL);
      assert_true (row->fallback != NULL || row->otherwise != NULL);
      assert_true (g_str_has_suffix (row->help, "."));
      assert_ptr_equal (settings_row_at (row->offset), row);
      if (row->type == SETTING_WHOLE)
        assert_true (row->low >= INT_MIN && row->low < row->high && row->high <= INT_MAX);
      if (row->type == SETTING_FLAG)
        assert_null (row->words[2]);
      if (row->option != NULL)
        assert_true (g_str_has_prefix (row->option, "--") && row->argument != NULL);
    }
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, folder_setup, folder_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_from_the_file),        TEST (test_from_the_environment),     TEST (test_from_the_command_line),
    TEST (test_what_is_nothing),      TEST (test_shown_in_the_manual),      TEST (test_help_of_options),
    TEST (test_mistakes_of_each_row), TEST (test_nearest_word_of_each_row), TEST (test_mistakes_outside_of_the_file),
    TEST (test_rows_are_sound),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
