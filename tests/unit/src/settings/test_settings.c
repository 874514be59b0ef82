#include "src/settings/settings_given.h"
#include "src/settings/settings_show.h"

#include "tests/support/process.h"

#include "base/error.h"
#include "base/fsutil.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <unistd.h>

/* An empty folder, where the test is; removed with everything in it. */
static int
folder_setup (void **state)
{
  char *path = g_dir_make_tmp ("weir-settings-XXXXXX", NULL);
  assert_non_null (path);
  *state = realpath (path, NULL);
  g_free (path);
  g_unsetenv ("WEIR_HOME");
  g_unsetenv ("WEIR_DATABASE");
  g_unsetenv ("WEIR_KEY_SECRET_FILE");
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

static void
write_settings (const char *folder, const char *text)
{
  g_autofree char *path = g_build_filename (folder, "weir.json", NULL);
  assert_true (g_file_set_contents (path, text, -1, NULL));
}

static Settings *
load_good (const char *folder, const char *text)
{
  write_settings (folder, text);
  Settings *settings = settings_load (NULL, HOME_REQUIRED, NULL);
  assert_non_null (settings);
  return settings;
}

static void
test_defaults (void **state)
{
  g_autoptr (Settings) settings = load_good (*state, "{}");
  g_autofree char *imports = g_build_filename (*state, "imports", NULL);
  g_autofree char *secret = g_build_filename (*state, ".weir", "key_secret", NULL);
  assert_string_equal (settings->home, *state);
  assert_string_equal (settings->imports, imports);
  assert_string_equal (settings->secret_file, secret);
  assert_string_equal (settings->staging_schema, "staging");
  assert_string_equal (settings->warehouse_schema, "warehouse");
  assert_null (settings->database);
  assert_string_equal (settings->database_source, "default");
  assert_int_equal (settings->watch, WATCH_AUTO);
  assert_true (settings->settle == 2.0);
  assert_in_range (settings->workers, 1, 4);
  assert_false (settings->delete_after_load);
  assert_true (settings->max_percent == 1.0);
  assert_true (settings->swap_timeout == 2.0);
}

static void
test_every_member_is_taken (void **state)
{
  g_autoptr (Settings) settings = load_good (
      *state, "{\"$schema\": \"x\", \"description\": \"y\", \"database\": \"\", \"imports\": \"/in\", \"archive\": \"../a\","
              "\"failed\": \"f/g\", \"models\": \"m\", \"schemas\": {\"staging\": \"s\", \"warehouse\": \"w\"},"
              "\"watch\": \"poll\", \"settle\": 0.5, \"workers\": 64, \"after_load\": \"delete\","
              "\"rejects\": {\"max_percent\": 0}, \"swap_timeout\": 7}");
  g_autofree char *parent = g_path_get_dirname (*state);
  g_autofree char *archive = g_build_filename (parent, "a", NULL);
  g_autofree char *failed = g_build_filename (*state, "f", "g", NULL);
  assert_string_equal (settings->database, "");
  assert_string_equal (settings->database_source, "weir.json");
  assert_string_equal (settings->imports, "/in");
  assert_string_equal (settings->archive, archive);
  assert_string_equal (settings->failed, failed);
  assert_string_equal (settings->staging_schema, "s");
  assert_string_equal (settings->warehouse_schema, "w");
  assert_int_equal (settings->watch, WATCH_POLL);
  assert_true (settings->settle == 0.5);
  assert_int_equal (settings->workers, 64);
  assert_true (settings->delete_after_load);
  assert_true (settings->max_percent == 0.0);
  assert_true (settings->swap_timeout == 7.0);
}

static const struct
{
  const char *text;
  const char *mistakes; /* the whole detail, or part of the message where there is none */
} mistake_cases[] = {
  { "{\"setle\": 1}", "$.setle: unknown setting, did you mean \"settle\"?" },
  { "{\"zzz\": 1}", "$.zzz: unknown setting" },
  { "{\"schemas\": {\"stagging\": \"x\"}}", "$.schemas.stagging: unknown setting, did you mean \"staging\"?" },
  { "{\"schemas\": {\"description\": \"x\"}}", "$.schemas.description: unknown setting" },
  { "{\"schemas\": \"x\"}", "$.schemas: must be an object" },
  { "{\"workers\": 0}", "$.workers: must be a whole number from 1 to 64" },
  { "{\"workers\": 65}", "$.workers: must be a whole number from 1 to 64" },
  { "{\"workers\": 2.0}", "$.workers: must be a whole number from 1 to 64" },
  { "{\"workers\": \"2\"}", "$.workers: must be a whole number from 1 to 64" },
  { "{\"settle\": -1}", "$.settle: must be a number from 0 to 3600" },
  { "{\"rejects\": {\"max_percent\": 100.5}}", "$.rejects.max_percent: must be a number from 0 to 100" },
  { "{\"watch\": \"polling\"}", "$.watch: must be \"auto\" or \"poll\", not \"polling\"" },
  { "{\"watch\": true}", "$.watch: must be a string" },
  { "{\"after_load\": \"remove\"}", "$.after_load: must be \"archive\" or \"delete\", not \"remove\"" },
  { "{\"imports\": \"\"}", "$.imports: must name a folder" },
  { "{\"imports\": \"./archive\"}", "$.archive: is the same folder as imports" },
  { "{\"schemas\": {\"staging\": \"one\", \"warehouse\": \"one\"}}", "$.schemas: staging and warehouse must differ" },
  { "{\"schemas\": {\"staging\": \"weir\"}}",
    "$.schemas.staging: must be a schema's name of at most 63 bytes that is not PostgreSQL's or weir's own, not \"weir\"" },
  { "{\"database\": 5}", "$.database: must be a string" },
  { "{\"wrokers\": 1, \"settle\": \"x\"}",
    "$.wrokers: unknown setting, did you mean \"workers\"?\n$.settle: must be a number from 0 to 3600" },
  { "[]", "must be a JSON object" },
  { "{\"workers\": 1,}", "weir.json" },
};

static void
test_mistakes (void **state)
{
  for (size_t i = 0; i < G_N_ELEMENTS (mistake_cases); i++)
    {
      write_settings (*state, mistake_cases[i].text);
      g_autoptr (GError) error = NULL;
      assert_null (settings_load (NULL, HOME_REQUIRED, &error));
      assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_MODEL));
      const char *detail = weir_error_get_detail (error);
      if (mistake_cases[i].mistakes[0] == '$')
        assert_string_equal (detail, mistake_cases[i].mistakes);
      else
        assert_non_null (strstr (error->message, mistake_cases[i].mistakes));
    }
}

static void
test_who_names_the_database (void **state)
{
  write_settings (*state, "{\"database\": \"dbname=file\"}");
  g_autoptr (Settings) file = settings_load (NULL, HOME_REQUIRED, NULL);
  g_auto (SettingsGiven) given = { 0 };
  settings_give (&given, settings_row (database), "dbname=option");
  g_setenv ("WEIR_DATABASE", "dbname=variable", TRUE);
  g_autoptr (Settings) variable = settings_load (NULL, HOME_REQUIRED, NULL);
  g_autoptr (Settings) option = settings_load (&given, HOME_REQUIRED, NULL);
  assert_string_equal (file->database, "dbname=file");
  assert_string_equal (file->database_source, "weir.json");
  assert_string_equal (variable->database, "dbname=variable");
  assert_string_equal (variable->database_source, "WEIR_DATABASE");
  assert_string_equal (option->database, "dbname=option");
  assert_string_equal (option->database_source, "--database");
}

static void
test_where_the_home_is (void **state)
{
  /* Given no home: commands that need one say so, with the way out. */
  g_autoptr (GError) none = NULL;
  assert_null (settings_load (NULL, HOME_REQUIRED, &none));
  assert_true (g_error_matches (none, WEIR_ERROR, WEIR_ERROR_MODEL));
  assert_non_null (strstr (weir_error_get_hint (none), "weir init"));

  /* When one is made in a folder that is not there yet, it has its folders, and .weir is private. */
  g_autoptr (Settings) made = settings_load_home ("shop", HOME_CREATE, NULL);
  assert_non_null (made);
  assert_true (g_file_test (made->imports, G_FILE_TEST_IS_DIR) && g_file_test (made->state, G_FILE_TEST_IS_DIR));

  /* Then it is found from below, by option and by variable; the option wins. */
  assert_int_equal (chdir (made->models), 0);
  g_autoptr (Settings) below = settings_load (NULL, HOME_REQUIRED, NULL);
  assert_string_equal (below->home, made->home);
  assert_int_equal (chdir ("/"), 0);
  g_autoptr (Settings) option = settings_load_home (made->home, HOME_REQUIRED, NULL);
  assert_string_equal (option->home, made->home);
  g_setenv ("WEIR_HOME", made->home, TRUE);
  g_autoptr (Settings) variable = settings_load (NULL, HOME_REQUIRED, NULL);
  assert_string_equal (variable->home, made->home);
  assert_null (settings_load_home (*state, HOME_REQUIRED, NULL));
}

static void
test_shown_paths (void **state)
{
  g_autoptr (Settings) settings = load_good (*state, "{}");
  g_autofree char *inside = settings_shown_path (settings, settings->imports);
  g_autofree char *home = settings_shown_path (settings, settings->home);
  g_autofree char *sibling = g_strconcat (settings->home, "2/x", NULL);
  g_autofree char *outside = settings_shown_path (settings, sibling);
  assert_string_equal (inside, "imports");
  assert_string_equal (home, ".");
  assert_string_equal (outside, sibling);
}

static void
test_json_has_all_but_the_password (void **state)
{
  g_autoptr (Settings) settings =
      load_good (*state, "{\"database\": \"postgresql://ann:s3cret@db/shop\", \"after_load\": \"delete\"}");
  g_autoptr (Json) json = settings_to_json (settings);
  g_autofree char *text = weir_json_text (json);
  assert_null (strstr (text, "s3cret"));
  assert_string_equal (json_string_value (json_object_get (json, "database")), "postgresql://ann@db/shop");
  assert_string_equal (json_string_value (json_object_get (json, "after_load")), "delete");
  assert_string_equal (json_string_value (json_object_get (json_object_get (json, "schemas"), "staging")), "staging");
  assert_true (json_real_value (json_object_get (json_object_get (json, "rejects"), "max_percent")) == 1.0);
}

static void
test_the_manual_has_the_table (void **state)
{
  (void) state;
  const char *source = g_getenv ("WEIR_SOURCE");
  if (source == NULL)
    skip ();
  g_autofree char *path = g_build_filename (source, "docs", "settings.md", NULL);
  g_autofree char *manual = NULL;
  g_autofree char *table = settings_to_markdown ();
  assert_true (g_file_get_contents (path, &manual, NULL, NULL));
  if (strstr (manual, table) == NULL)
    print_message ("docs/settings.md should contain\n\n%s\n", table);
  assert_non_null (strstr (manual, table));
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, folder_setup, folder_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_defaults),
    TEST (test_every_member_is_taken),
    TEST (test_mistakes),
    TEST (test_who_names_the_database),
    TEST (test_where_the_home_is),
    TEST (test_shown_paths),
    TEST (test_json_has_all_but_the_password),
    TEST (test_the_manual_has_the_table),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
