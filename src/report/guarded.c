#include "src/report/guarded.h"

#include "base/text.h"
#include "pipeline/warehouse/columns.h"
#include "schema/history_vars.h"
#include "schema/ledger.h"
#include "src/report/changes.h"
#include "src/report/show.h"

#include <stdio.h>
#include <string.h>

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

/* The key's columns as SQL lists them. Owned by the caller; NULL: they are not to be shown. */
static char *
list_columns (const Model *model)
{
  g_autoptr (GPtrArray) key = columns_of_key (model);
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < key->len; i++)
    {
      g_autofree char *ident = text_quote_ident (key->pdata[i]);
      if (changes_is_personal (model, key->pdata[i]))
        return NULL;
      g_string_append_printf (text, "%sw.%s::text", text->len > 0 ? ", " : "", ident);
    }
  return g_strdup (text->str);
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

static void
take_keys (const DbResult *rows, const Model *model, Json *keys, GString *names)
{
  for (int row = 0; row < db_result_rows (rows); row++)
    {
      Json *key = json_object ();
      for (int part = 0; model->business_key[part] != NULL; part++)
        {
          const char *value = db_result_value (rows, row, part);
          json_object_set_new (key, model->business_key[part], weir_json_string (value));
          g_string_append_printf (names, "%s%s", part > 0 ? "/" : names->len > 0 ? ", " : "", value);
        }
      json_array_append_new (keys, key);
    }
}

/* The keys are not in the ledger, but where the rows are. Without the table, or with another model by now, they are not told. */
static void
find_keys (Db *db, const Settings *settings, const Model *model, GuardedFile *file)
{
  Json *keys = json_array ();
  json_object_set_new (file->file, "keys", keys);
  g_autofree char *columns = model != NULL && model->kind == MODEL_DIMENSION ? list_columns (model) : NULL;
  if (columns == NULL)
    return;
  g_autofree char *ids = ids_text (json_object_get (json_object_get (file->file, "held"), "sample"));
  const SqlVar vars[] = { { "schema", settings->warehouse_schema },
                          { "table", model->table },
                          { "id", model->id_column },
                          { "columns", columns },
                          { "ids", ids },
                          HISTORY_VARS (&model->history) };
  g_autoptr (DbResult) rows = NULL;
  g_autoptr (GString) names = g_string_new (NULL);
  if (!sql_run (db, "status/keys", vars, G_N_ELEMENTS (vars), &rows, NULL))
    return;
  take_keys (rows, model, keys, names);
  file->names = names->len > 0 ? text_lines_printable (names->str) : NULL;
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

static const char *
text_at (const Json *object, const char *name)
{
  const char *text = json_string_value (json_object_get (object, name));
  return text != NULL ? text : "";
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
