#include "src/report/guarded.h"

#include "base/text.h"
#include "schema/ledger.h"
#include "src/report/keys.h"
#include "src/report/show.h"
#include "watcher/claim.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
guarded_file_free (GuardedFile *file)
{
  json_decref (file->file);
  g_free (file->names);
  g_free (file);
}

/* What the ledger keeps as JSON; null where it has none. */
static Json *
parse (const char *text)
{
  Json *json = text != NULL ? weir_json_parse (text, strlen (text), "summary", NULL) : NULL;
  return json != NULL ? json : json_null ();
}

/* "{id,id}". Owned by the caller. */
static char *
ids_text (const Json *sample)
{
  GString *text = g_string_new ("{");
  for (size_t i = 0; i < json_array_size (sample); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "," : "", json_string_value (json_array_get (sample, i)));
  return g_string_append_c (text, '}'), g_string_free (text, FALSE);
}

/* "ann, bob/7". Owned by the caller; NULL: there are none. */
static char *
names_text (const Json *keys)
{
  g_autoptr (GString) names = g_string_new (NULL);
  for (size_t i = 0; i < json_array_size (keys); i++)
    {
      const char *column, *before = i > 0 ? ", " : "";
      Json *value;
      json_object_foreach (json_array_get (keys, i), column, value)
        {
          g_string_append_printf (names, "%s%s", before, json_is_string (value) ? json_string_value (value) : "");
          before = "/";
        }
    }
  return names->len > 0 ? text_lines_printable (names->str) : NULL;
}

/* The keys are not in the ledger, but where the rows are. Without the table, or with another model by now, they are not told. */
static void
find_keys (Db *db, const Settings *settings, const Model *model, GuardedFile *file)
{
  g_autofree char *ids = ids_text (json_object_get (json_object_get (file->file, "held"), "sample"));
  Json *keys = model != NULL ? keys_read (db, settings->warehouse_schema, model, &model->history, ids) : json_array ();
  json_object_set_new (file->file, "keys", keys);
  file->names = names_text (keys);
}

GPtrArray *
guarded_read (Db *db, const Settings *settings, const Catalog *catalog, GError **error)
{
  static const char *const texts[] = { "run", "file", "table", "place", "since", "overtaken_by" }, *const times[] = { "since",
                                                                                                                      NULL };
  g_autoptr (DbResult) found = NULL;
  if (!ledger_guarded (db, &found, error))
    return NULL;
  GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify) guarded_file_free);
  for (int row = 0; row < db_result_rows (found); row++)
    {
      GuardedFile *file = g_new0 (GuardedFile, 1);
      file->file = json_object ();
      for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
        json_object_set_new (file->file, texts[i], weir_json_string (db_result_named (found, row, texts[i])));
      json_object_set_new (file->file, "held", parse (db_result_named (found, row, "held")));
      json_object_set_new (file->file, "error", parse (db_result_named (found, row, "error")));
      show_times_to_iso (file->file, times);
      find_keys (db, settings, catalog_find (catalog, db_result_named (found, row, "table")), file);
      g_ptr_array_add (files, file);
    }
  return files;
}

static const char *
text_at (const Json *object, const char *name)
{
  const char *text = json_string_value (json_object_get (object, name));
  return text != NULL ? text : "";
}

static bool
is_place_of (const GPtrArray *files, const char *shown)
{
  for (guint i = 0; i < files->len; i++)
    if (g_strcmp0 (text_at (((const GuardedFile *) files->pdata[i])->file, "place"), shown) == 0)
      return true;
  return false;
}

GPtrArray *
guarded_list (const Settings *settings)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *folder = g_build_filename (settings->imports, HELD_FOLDER, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (name[0] != '.')
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, text_compare);
  return paths;
}

void
guarded_keep_strays (GPtrArray *paths, const Settings *settings, const GPtrArray *files)
{
  for (guint i = paths->len; i > 0; i--)
    {
      g_autofree char *shown = settings_shown_path (settings, paths->pdata[i - 1]);
      if (is_place_of (files, shown) || access (paths->pdata[i - 1], F_OK) != 0)
        g_ptr_array_remove_index (paths, i - 1);
    }
}

Json *
guarded_to_json (const GPtrArray *files)
{
  if (files == NULL)
    return json_null ();
  Json *array = json_array ();
  for (guint i = 0; i < files->len; i++)
    json_array_append (array, ((const GuardedFile *) files->pdata[i])->file);
  return array;
}

/* Held for changing the past, and not for closing too much. */
static bool
is_late (const GuardedFile *file)
{
  const char *guard = json_string_value (json_object_get (json_object_get (file->file, "held"), "guard"));
  return g_strcmp0 (guard, "late") == 0;
}

static void
print_file (const GuardedFile *file)
{
  const char *run = text_at (file->file, "run"), *newer = text_at (file->file, "overtaken_by");
  g_autofree char *since = g_strchomp (g_strdelimit (g_strdup (text_at (file->file, "since")), "TZ", ' '));
  printf ("\nHeld since %s: %s\n", since, text_at (file->file, "place"));
  printf ("  %s\n", text_at (json_object_get (file->file, "error"), "message"));
  if (file->names != NULL)
    printf ("  DETAIL: It would %s, for instance, %s\n", is_late (file) ? "change" : "close", file->names);
  if (*newer != '\0')
    printf ("  HINT: %s was applied since, and has overtaken it: `weir discard %.8s`\n", newer, run);
  else
    printf ("  HINT: `weir approve %.8s` applies it all the same, `weir discard %.8s` refuses it\n", run, run);
}

void
guarded_print (const GPtrArray *files)
{
  for (guint i = 0; files != NULL && i < files->len; i++)
    print_file (files->pdata[i]);
}
