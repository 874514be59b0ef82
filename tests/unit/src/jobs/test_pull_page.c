/* docs/pull.md: each example is JSON that weir takes, whole objects that are indented. */
#include "src/jobs/job.h"

#include "tests/support/process.h"

#include "base/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* Indented lines one after the other, as texts. */
static GPtrArray *
blocks_of (const char *page)
{
  g_autofree char *path = g_build_filename (g_getenv ("WEIR_SOURCE"), "docs", page, NULL), *text = NULL;
  assert_true (g_file_get_contents (path, &text, NULL, NULL));
  GPtrArray *blocks = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString) block = g_string_new (NULL);
  for (size_t i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "    "))
      g_string_append_printf (block, "%s\n", lines[i]);
    else if (block->len > 0)
      {
        g_ptr_array_add (blocks, g_strdup (block->str));
        g_string_truncate (block, 0);
      }
  return blocks;
}

static GPtrArray *
objects_of (const char *page)
{
  GPtrArray *objects = g_ptr_array_new_with_free_func ((GDestroyNotify) json_decref);
  g_autoptr (GPtrArray) blocks = blocks_of (page);
  for (guint i = 0; i < blocks->len; i++)
    {
      const char *text = blocks->pdata[i];
      json_error_t where;
      if (text[strspn (text, " ")] != '{')
        continue;
      Json *object = json_loads (text, JSON_REJECT_DUPLICATES, &where);
      if (object == NULL)
        fail_msg ("%s: %s in\n%s", page, where.text, text);
      g_ptr_array_add (objects, object);
    }
  return objects;
}

static void
put (const char *home, const char *name, const Json *json)
{
  g_autofree char *path = g_build_filename (home, name, NULL), *text = weir_json_text (json);
  g_autofree char *folder = g_path_get_dirname (path);
  assert_int_equal (g_mkdir_with_parents (folder, 0700), 0);
  assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* A file that a step names, with places for the parameters that it is given. */
static void
put_file (const char *home, const Json *name, const Json *params)
{
  const char *param;
  Json *value;
  g_autoptr (GString) text = g_string_new ("select 1");
  if (name == NULL)
    return;
  json_object_foreach ((Json *) params, param, value)
    g_string_append_printf (text, ", :%s", param);
  g_autofree char *path = g_build_filename (home, json_string_value (name), NULL);
  assert_true (g_file_set_contents (path, text->str, -1, NULL));
}

static void
put_files (const char *home, const Json *job)
{
  const Json *steps = json_object_get (job, "steps");
  for (size_t i = 0; i < json_array_size (steps); i++)
    {
      const Json *step = json_array_get (steps, i), *from = json_object_get (step, "from");
      put_file (home, json_object_get (step, "sql_file"), json_object_get (step, "params"));
      put_file (home, json_object_get (from, "query_file"), json_object_get (from, "params"));
      put_file (home, json_object_get (step, "body_file"), NULL);
    }
}

static Settings *
load_settings (const char *home)
{
  g_autoptr (GError) error = NULL;
  Settings *settings = settings_load_home (home, HOME_REQUIRED, &error);
  if (settings == NULL)
    fail_msg ("%s: %s", error->message, weir_error_get_detail (error));
  return settings;
}

static bool
is_job (const Json *object)
{
  return json_object_get (object, "from") != NULL || json_object_get (object, "steps") != NULL
         || json_object_get (object, "table") != NULL;
}

typedef struct
{
  const char *page;
  int connections, jobs;
} Page;

static void
look_at_page (const Page *page)
{
  g_autofree char *made = g_dir_make_tmp ("weir-page-XXXXXX", NULL);
  char *home = realpath (made, NULL);
  g_autoptr (GPtrArray) objects = objects_of (page->page);
  int connections = 0, jobs = 0;
  /* The last one has them all. */
  for (guint i = 0; i < objects->len; i++)
    if (json_object_get (objects->pdata[i], "connections") != NULL)
      {
        put (home, "weir.json", objects->pdata[i]);
        g_autoptr (Settings) settings = load_settings (home);
        connections++;
      }
  g_autoptr (Settings) settings = load_settings (home);
  for (guint i = 0; i < objects->len; i++)
    {
      if (!is_job (objects->pdata[i]))
        continue;
      g_autoptr (GError) error = NULL;
      put_files (home, objects->pdata[i]);
      put (home, "jobs/example.json", objects->pdata[i]);
      g_autoptr (Jobs) loaded = jobs_load (settings, NULL);
      assert_non_null (loaded);
      if (jobs_find (loaded, "example", &error) == NULL)
        fail_msg ("%s: %s", error->message, weir_error_get_detail (error));
      jobs++;
    }
  assert_int_equal (connections, page->connections);
  assert_int_equal (jobs, page->jobs);
  assert_int_equal (objects->len, connections + jobs);
  remove_tree (home);
  free (home);
}

static void
test_examples (void **state)
{
  static const Page pages[] = { { "pull.md", 2, 6 }, { "steps.md", 1, 1 } };
  (void) state;
  if (g_getenv ("WEIR_SOURCE") == NULL)
    skip ();
  for (size_t i = 0; i < G_N_ELEMENTS (pages); i++)
    look_at_page (&pages[i]);
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_examples) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
