#include "models/catalog.h"

#include "base/fsutil.h"
#include "models/model_check.h"

#include <string.h>

#define MODEL_ENDING ".json"

static void
broken_model_free (BrokenModel *broken)
{
  g_free (broken->path);
  g_free (broken->table);
  g_clear_error (&broken->error);
  g_free (broken);
}

/* Takes the error. */
static void
add_broken (Catalog *catalog, const char *path, const char *table, GError *error)
{
  BrokenModel *broken = g_new0 (BrokenModel, 1);
  broken->path = g_strdup (path);
  broken->table = g_strdup (table);
  broken->error = error;
  g_ptr_array_add (catalog->broken, broken);
}

static void
load_one (Catalog *catalog, const char *folder, const char *shown_folder, const char *table, const ModelWords *words)
{
  g_autofree char *name = g_strconcat (table, MODEL_ENDING, NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *shown = g_build_filename (shown_folder, name, NULL);
  GError *error = NULL;
  Model *model = model_load (path, shown, words, &error);
  if (model != NULL)
    g_ptr_array_add (catalog->models, model);
  else
    add_broken (catalog, shown, table, error);
}

/* Moves the models that do not fit the others to the broken ones; false: all fit. All are checked before any is moved, so that the
 * outcome does not depend on their order. */
static bool
move_misfits (Catalog *catalog)
{
  guint count = catalog->models->len;
  g_autofree GError **errors = g_new0 (GError *, count);
  for (guint i = 0; i < count; i++)
    model_check (g_ptr_array_index (catalog->models, i), catalog->models, &errors[i]);
  guint kept = 0;
  for (guint i = 0; i < count; i++)
    {
      if (errors[i] == NULL)
        {
          kept++;
          continue;
        }
      g_autoptr (Model) model = g_ptr_array_steal_index (catalog->models, kept);
      add_broken (catalog, model->path, model->table, errors[i]);
    }
  return kept < count;
}

Catalog *
catalog_load (const char *folder, const char *shown_folder, const ModelWords *words, GError **error)
{
  g_autoptr (GPtrArray) tables = fs_list (folder, MODEL_ENDING, error);
  if (tables == NULL)
    return NULL;
  Catalog *catalog = g_new0 (Catalog, 1);
  catalog->models = g_ptr_array_new_with_free_func ((GDestroyNotify) model_free);
  catalog->broken = g_ptr_array_new_with_free_func ((GDestroyNotify) broken_model_free);
  for (guint i = 0; i < tables->len; i++)
    load_one (catalog, folder, shown_folder, g_ptr_array_index (tables, i), words);
  /* Again, for others may refer to what was moved. */
  while (move_misfits (catalog))
    continue;
  return catalog;
}

void
catalog_free (Catalog *catalog)
{
  if (catalog == NULL)
    return;
  g_ptr_array_unref (catalog->models);
  g_ptr_array_unref (catalog->broken);
  g_free (catalog);
}

const Model *
catalog_find (const Catalog *catalog, const char *table)
{
  for (guint i = 0; i < catalog->models->len; i++)
    {
      const Model *model = g_ptr_array_index (catalog->models, i);
      if (g_str_equal (model->table, table))
        return model;
    }
  return NULL;
}

const BrokenModel *
catalog_find_broken (const Catalog *catalog, const char *table)
{
  for (guint i = 0; i < catalog->broken->len; i++)
    {
      const BrokenModel *broken = g_ptr_array_index (catalog->broken, i);
      if (g_str_equal (broken->table, table))
        return broken;
    }
  return NULL;
}
