#include "src/load/forgetting_inside.h"

#include "base/error.h"
#include "base/fault.h"
#include "base/text.h"
#include "pipeline/stage/forget_key.h"
#include "schema/ledger_delivery.h"
#include "schema/sql.h"

#include <string.h>

void
forget_entity_free (ForgetEntity *entity)
{
  g_free (entity->text);
  g_free (entity);
}

static void
file_free (ForgetFile *file)
{
  char *const texts[] = { file->run,    file->table, file->place,   file->disposition, file->path,
                          file->sha256, file->kept,  file->problem, file->declaration };
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (texts[i]);
  g_free (file);
}

void
forgetting_free (Forgetting *forgetting)
{
  if (forgetting == NULL)
    return;
  g_clear_pointer (&forgetting->tombstones, tombstones_free);
  g_ptr_array_unref (forgetting->models);
  g_ptr_array_unref (forgetting->marks);
  g_ptr_array_unref (forgetting->files);
  g_array_unref (forgetting->hashes);
  g_free (forgetting->unmodelled);
  g_free (forgetting);
}

const GPtrArray *
forgetting_files (const Forgetting *forgetting)
{
  return forgetting->files;
}

/* ---- beginning ---- */

static int
compare_tables (const void *a, const void *b)
{
  return strcmp ((*(const Model *const *) a)->table, (*(const Model *const *) b)->table);
}

static bool
refers_to (const Model *fact, const Model *model)
{
  for (guint i = 0; i < fact->references->len; i++)
    if (strcmp (((const ModelReference *) fact->references->pdata[i])->dimension, model->table) == 0)
      return true;
  return false;
}

/* A model that cannot be read may refer to them, too. */
static bool
refuse_broken (const Catalog *catalog, GError **error)
{
  if (catalog->broken->len == 0)
    return true;
  const BrokenModel *broken = catalog->broken->pdata[0];
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_MODEL, .detail = broken->error->message,
                                 .hint = "Nothing was changed. `weir check` names the mistakes: mend the model, or take it away." },
                    "whether rows of \"%s\" refer to them cannot be told, for its model is broken", broken->table);
}

/* Borrowed from the models. */
static GPtrArray *
modelled_tables (const Forgetting *forgetting)
{
  const GPtrArray *models = forgetting->loader->catalog->models;
  GPtrArray *tables = g_ptr_array_new ();
  for (guint i = 0; i < models->len; i++)
    g_ptr_array_add (tables, ((const Model *) models->pdata[i])->table);
  return tables;
}

static bool
find_unmodelled (Forgetting *forgetting, GError **error)
{
  g_autoptr (GPtrArray) tables = modelled_tables (forgetting);
  g_autofree char *list = text_array (tables);
  const SqlVar var = { "tables", list };
  g_autoptr (DbResult) found = NULL;
  if (!sql_run (forgetting->loader->db, "forgotten/unmodelled", &var, 1, &found, error))
    return false;
  forgetting->unmodelled = g_strdup (db_result_value (found, 0, 0));
  return true;
}

/* One order for all who do it, so that nobody waits for somebody who waits for them. */
static bool
lock_tables (Forgetting *forgetting, GError **error)
{
  Loader *loader = forgetting->loader;
  const Model *own = forgetting->task.model;
  const GPtrArray *all = loader->catalog->models;
  for (guint i = 0; i < all->len; i++)
    if (all->pdata[i] == own || refers_to (all->pdata[i], own))
      g_ptr_array_add (forgetting->models, all->pdata[i]);
  g_ptr_array_sort (forgetting->models, compare_tables);
  for (guint i = 0; i < forgetting->models->len; i++)
    {
      const char *table = ((const Model *) forgetting->models->pdata[i])->table;
      if (!ledger_wait_table (loader->db, table, loader->options.lock_timeout_ms, error))
        return loader_find_blocker (loader, table, error), false;
    }
  return true;
}

static bool
read_tombstones (Forgetting *forgetting, GError **error)
{
  const Loader *loader = forgetting->loader;
  g_autoptr (GPtrArray) tables = modelled_tables (forgetting);
  if (!forget_key_find (loader->db, loader->secret, loader->secret_length, forgetting->key, &forgetting->key_known, error)
      || !forgotten_read (loader->db, tables, loader->secret, loader->secret_length, &forgetting->tombstones, error))
    return false;
  if (forgetting->tombstones == NULL)
    forgetting->tombstones = tombstones_new (forgetting->key);
  Forgotten *own = tombstones_of (forgetting->tombstones, forgetting->task.model->table);
  for (guint i = 0; i < forgetting->task.entities->len; i++)
    {
      const ForgetEntity *entity = forgetting->task.entities->pdata[i];
      char text[UID_TEXT_SIZE];
      Uid mark = forgotten_mark (own, entity->text, entity->length);
      forgotten_add (own, mark);
      uid_format (mark, text);
      g_ptr_array_add (forgetting->marks, g_strdup (text));
    }
  return true;
}

static Forgetting *
forgetting_new (Loader *loader, const ForgetTask *task)
{
  Forgetting *forgetting = g_new0 (Forgetting, 1);
  forgetting->loader = loader;
  forgetting->task = *task;
  forgetting->models = g_ptr_array_new ();
  forgetting->marks = g_ptr_array_new_with_free_func (g_free);
  forgetting->files = g_ptr_array_new_with_free_func ((GDestroyNotify) file_free);
  forgetting->hashes = g_array_new (FALSE, FALSE, sizeof (CutHash));
  return forgetting;
}

Forgetting *
forgetting_begin (Loader *loader, const ForgetTask *task, GError **error)
{
  g_autoptr (Forgetting) forgetting = forgetting_new (loader, task);
  return refuse_broken (loader->catalog, error) && find_unmodelled (forgetting, error) && lock_tables (forgetting, error)
                 && read_tombstones (forgetting, error) && forget_find_files (forgetting, error)
             ? g_steal_pointer (&forgetting)
             : NULL;
}

/* ---- the database ---- */

static bool
put_marks (Forgetting *forgetting, GError **error)
{
  Db *db = forgetting->loader->db;
  char own[UID_TEXT_SIZE], id[UID_TEXT_SIZE];
  uid_format (forgetting->task.own, own);
  const Loader *loader = forgetting->loader;
  if (!forgetting->key_known && !forget_key_keep (db, loader->secret, loader->secret_length, forgetting->key, error))
    return false;
  if (!sql_run (db, "forgotten/begin", NULL, 0, NULL, error) || !sql_run (db, "forgotten/waiting_begin", NULL, 0, NULL, error))
    return false;
  for (guint i = 0; i < forgetting->task.entities->len; i++)
    {
      uid_format (((const ForgetEntity *) forgetting->task.entities->pdata[i])->id, id);
      const SqlVar vars[] = {
        { "id", id }, { "table", forgetting->task.model->table }, { "mark", forgetting->marks->pdata[i] }, { "run", own }
      };
      if (!sql_run (db, "forgotten/entity", vars, G_N_ELEMENTS (vars), NULL, error)
          || !sql_run (db, "forgotten/mark", vars, G_N_ELEMENTS (vars), NULL, error))
        return false;
    }
  return true;
}

/* The call's own run. Neither ids nor keys are in it: an id that no secret makes could be tried. */
static bool
record (Forgetting *forgetting, GError **error)
{
  Db *db = forgetting->loader->db;
  char own[UID_TEXT_SIZE];
  uid_format (forgetting->task.own, own);
  g_autofree char *subject =
      g_strdup_printf ("%u key%s", forgetting->task.entities->len, forgetting->task.entities->len == 1 ? "" : "s");
  g_autoptr (Json) json = forgetting_to_json (forgetting);
  g_autofree char *report = weir_json_text (json);
  const SqlVar vars[] = { { "run", own },       { "table", forgetting->task.model->table },
                          { "kind", "forget" }, { "subject", subject },
                          { "runs", "{}" },     { "report", report } };
  return sql_run (db, "undo/operation_run", vars, G_N_ELEMENTS (vars), NULL, error)
         && sql_run (db, "undo/operation", vars, G_N_ELEMENTS (vars), NULL, error);
}

/* They are erased at other stores, too, where their ids are; rows of facts that are others now are not known, and all of these come anew. */
static bool
note_deliveries (Forgetting *forgetting, GError **error)
{
  Db *db = forgetting->loader->db;
  const Model *own = forgetting->task.model;
  const char *wanted = forgetting->loader->options.deliveries;
  char run[UID_TEXT_SIZE];
  uid_format (forgetting->task.own, run);
  const SqlVar vars[] = { { "table", own->table }, { "by", run } };
  if (!sql_run (db, "delivery/blank_forgotten", vars, G_N_ELEMENTS (vars), NULL, error)
      || (wanted != NULL && !sql_run (db, "delivery/touch_forgotten", vars, G_N_ELEMENTS (vars), NULL, error)))
    return false;
  for (guint i = 0; i < forgetting->models->len; i++)
    {
      const Model *model = forgetting->models->pdata[i];
      if (!delivery_note (db, wanted, model->table, run, model == own ? "forget" : "whole", error))
        return false;
    }
  return true;
}

static bool
in_transaction (Forgetting *forgetting, GError **error)
{
  if (!put_marks (forgetting, error) || !forget_rows (forgetting, error))
    return false;
  for (guint i = 0; i < forgetting->models->len; i++)
    if (!forget_rejects (forgetting, forgetting->models->pdata[i], error))
      return false;
  return forget_note_files (forgetting, error) && record (forgetting, error) && note_deliveries (forgetting, error);
}

bool
forgetting_erase (Forgetting *forgetting, bool keep, GError **error)
{
  Db *db = forgetting->loader->db;
  forgetting->counts = (ForgetCounts) { 0 };
  if (!run_begin (db, &forgetting->loader->options, RUN_APPLYING, error))
    return false;
  bool done = in_transaction (forgetting, error);
  if (done && keep)
    fault_point ("forget-before-commit");
  if (done && db_exec (db, keep ? "commit" : "rollback", error))
    return true;
  if (db_is_usable (db))
    (void) db_exec (db, "rollback", NULL);
  for (guint i = 0; i < forgetting->models->len; i++)
    loader_find_blocker (forgetting->loader, ((const Model *) forgetting->models->pdata[i])->table, error);
  return false;
}

/* ---- the files ---- */

bool
forgetting_cut (Forgetting *forgetting, GError **error)
{
  fault_point ("forget-after-commit");
  for (guint i = 0; i < forgetting->files->len; i++)
    {
      ForgetFile *file = forgetting->files->pdata[i];
      if (file->due && !forget_cut_file (forgetting, file, error))
        return false;
      fault_point ("forget-file");
    }
  return true;
}

bool
forgetting_tidy (Loader *loader, const Model *model, GError **error)
{
  g_autoptr (GPtrArray) nobody = g_ptr_array_new ();
  const ForgetTask task = { .model = model, .entities = nobody };
  g_autoptr (Forgetting) forgetting = forgetting_new (loader, &task);
  g_ptr_array_add (forgetting->models, (gpointer) model);
  if (!forget_find_left (forgetting, error))
    return false;
  if (forgetting->files->len == 0)
    return true;
  if (!read_tombstones (forgetting, error))
    return false;
  for (guint i = 0; i < forgetting->files->len; i++)
    {
      ForgetFile *file = forgetting->files->pdata[i];
      if (!forget_cut_file (forgetting, file, error))
        return false;
      if (file->problem != NULL)
        return weir_error (error, WEIR_ERROR_LOCAL, "\"%s\" %s", file->place, file->problem);
    }
  return true;
}

/* ---- telling ---- */

static Json *
file_to_json (const ForgetFile *file)
{
  return json_pack ("{s:s, s:o, s:I, s:I, s:s?, s:s?, s:b}", "run", file->run, "place", weir_json_string (file->place), "removed",
                    (json_int_t) file->removed, "blanked", (json_int_t) file->blanked, "sha256_read", file->sha256, "sha256_kept",
                    file->kept, "done", file->done);
}

Json *
forgetting_to_json (const Forgetting *forgetting)
{
  const ForgetCounts *counts = &forgetting->counts;
  Json *files = json_array (), *unreached = json_array ();
  for (guint i = 0; i < forgetting->files->len; i++)
    {
      const ForgetFile *file = forgetting->files->pdata[i];
      if (file->problem != NULL)
        json_array_append_new (unreached, json_pack ("{s:s, s:o, s:o}", "run", file->run, "place", weir_json_string (file->place),
                                                     "problem", weir_json_string (file->problem)));
      else
        json_array_append_new (files, file_to_json (file));
    }
  return json_pack ("{s:s, s:i, s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I}, s:o, s:o, s:s?}", "table", forgetting->task.model->table,
                    "keys", (int) forgetting->task.entities->len, "counts", "rows", (json_int_t) counts->rows, "facts_null",
                    (json_int_t) counts->nulled, "facts_deleted", (json_int_t) counts->deleted, "waiting",
                    (json_int_t) counts->waiting, "rejects", (json_int_t) counts->rejects, "staged", (json_int_t) counts->staged,
                    "overwritten", (json_int_t) counts->overwritten, "files", files, "unreached", unreached, "not_searched",
                    forgetting->unmodelled);
}
