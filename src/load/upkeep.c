#include "src/load/upkeep.h"

#include "base/error.h"
#include "pipeline/stage/aside.h"
#include "pipeline/warehouse/takeup.h"
#include "pipeline/warehouse/tending.h"
#include "schema/ledger.h"
#include "src/load/forgetting.h"

#include <string.h>

#define LOCK_WAIT_MS 60000 /* for another load of the fact, where nobody comes back */

/* Settles what waits of a fact whose lock is held. *ret_text as takeup_text. */
static bool
take_up (Loader *loader, const Model *fact, char **ret_text, GError **error)
{
  TakeUp done;
  *ret_text = NULL;
  if (!takeup_run (loader->db, loader->catalog, fact, &loader->options, &done, error))
    return false;
  *ret_text = takeup_text (fact->table, &done);
  return true;
}

/* The same for a fact whose lock is taken here. *ret_busy: it was not to be had. */
static bool
lock_and_take_up (Loader *loader, const Model *fact, char **ret_text, bool *ret_busy, GError **error)
{
  bool locked = true;
  *ret_text = NULL;
  *ret_busy = false;
  if (loader->one_shot ? !ledger_wait_table (loader->db, fact->table, LOCK_WAIT_MS, error)
                       : !ledger_lock_table (loader->db, fact->table, &locked, error))
    return false;
  if (!locked)
    return *ret_busy = true;
  bool done = take_up (loader, fact, ret_text, error);
  bool unlocked = !db_is_usable (loader->db) || ledger_unlock_table (loader->db, fact->table, done ? error : NULL);
  return done && unlocked;
}

static bool
refers_to (const Model *fact, const char *dimension)
{
  for (guint i = 0; i < fact->references->len; i++)
    if (strcmp (((const ModelReference *) fact->references->pdata[i])->dimension, dimension) == 0)
      return true;
  return false;
}

static bool
is_referred_to (const Catalog *catalog, const char *dimension)
{
  for (guint i = 0; i < catalog->models->len; i++)
    if (refers_to (catalog->models->pdata[i], dimension))
      return true;
  return false;
}

/* Why rows still wait, where the reason is not that nobody has come. */
static void
tell_failure (LoadEnd *end, const char *table, const GError *error)
{
  g_autofree char *text = weir_error_format (error);
  g_autofree char *note = g_strdup_printf ("rows of %s that wait could not be looked at, and wait on: %s", table, text);
  placing_note (end, note);
}

static void
after_fact (Loader *loader, const Model *fact, LoadEnd *end)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  if (!end->may_wait)
    return;
  if (!take_up (loader, fact, &text, &error))
    tell_failure (end, fact->table, error);
  else if (text != NULL)
    placing_note (end, text);
}

static void
after_dimension (Loader *loader, const char *dimension, LoadEnd *end)
{
  g_autoptr (DbResult) tables = NULL;
  g_autoptr (GError) error = NULL;
  if (!ledger_waiting_tables (loader->db, &tables, &error))
    tell_failure (end, "facts", error);
  if (tables == NULL)
    return;
  for (int row = 0; row < db_result_rows (tables); row++)
    {
      const Model *fact = catalog_find (loader->catalog, db_result_value (tables, row, 0));
      g_autoptr (GError) failure = NULL;
      g_autofree char *text = NULL;
      bool busy;
      if (fact == NULL || !refers_to (fact, dimension))
        continue;
      if (!lock_and_take_up (loader, fact, &text, &busy, &failure))
        tell_failure (end, fact->table, failure);
      else if (text != NULL)
        placing_note (end, text);
      loader->owes |= busy || failure != NULL;
    }
}

/* Of one table and its model. */
static char *
tending_name (const Model *model)
{
  return g_strconcat (model->table, " ", model->checksum, NULL);
}

/* Puts the table down for upkeep_behind. Whether its indexes are there a process asks once; where somebody waits for it to end, the VACUUM is
 * left to the server. */
static void
owe_tending (Loader *loader, const Model *model, const LoadEnd *end)
{
  g_autofree char *name = tending_name (model);
  if (loader->untended == NULL)
    {
      loader->untended = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      loader->tended = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    }
  bool vacuum = end->made && !loader->one_shot;
  if (vacuum || (loader->options.index_keys && !g_hash_table_contains (loader->tended, name)))
    g_hash_table_insert (loader->untended, g_strdup (model->table), GINT_TO_POINTER (vacuum));
}

static bool
tend (Loader *loader, const Model *model, bool vacuum, GError **error)
{
  const Tending tending = { .vacuum = vacuum, .keys = loader->options.index_keys };
  if (!tending_do (loader->db, loader->options.warehouse_schema, model, &tending, error))
    return false;
  g_hash_table_add (loader->tended, tending_name (model));
  return true;
}

static void
drop_aside (Loader *loader, bool wait)
{
  for (guint i = 0; i < loader->aside->len && loader->db != NULL && db_is_usable (loader->db); i++)
    aside_drop (loader->db, loader->options.staging_schema, loader->aside->pdata[i], wait);
  g_ptr_array_set_size (loader->aside, 0);
}

void
upkeep_leave (Loader *loader)
{
  drop_aside (loader, false);
  g_clear_pointer (&loader->db, db_free);
}

void
upkeep_behind (Loader *loader, char **ret_text)
{
  *ret_text = NULL;
  if (!loader->one_shot)
    drop_aside (loader, true);
  if (loader->untended == NULL || g_hash_table_size (loader->untended) == 0)
    return;
  g_autoptr (GString) told = g_string_new (NULL);
  GHashTableIter each;
  gpointer table, vacuum;
  g_hash_table_iter_init (&each, loader->untended);
  while (g_hash_table_iter_next (&each, &table, &vacuum))
    {
      const Model *model = catalog_find (loader->catalog, table);
      g_autoptr (GError) error = NULL;
      if (model == NULL || loader->db == NULL || !db_is_usable (loader->db)
          || tend (loader, model, GPOINTER_TO_INT (vacuum), &error) || g_error_matches (error, WEIR_ERROR, WEIR_ERROR_STOP))
        continue;
      g_autofree char *text = weir_error_format (error);
      g_string_append_printf (told, "%sindexes and a first VACUUM of %s wait: %s", told->len > 0 ? "\n" : "", (const char *) table,
                              text);
    }
  g_hash_table_remove_all (loader->untended);
  if (told->len > 0)
    *ret_text = g_string_free (g_steal_pointer (&told), FALSE);
}

/* Later files bring again whom somebody has forgotten, and are kept without them. */
static void
cut_out (Loader *loader, const Model *model, const LoadEnd *end)
{
  g_autoptr (GError) error = NULL;
  if (forgetting_tidy (loader, model, &error))
    return;
  g_autofree char *text = weir_error_format (error);
  g_autofree char *note = g_strdup_printf (
      "records of whom is forgotten are in the kept file still (`weir forget %s` cuts them out): %s", model->table, text);
  placing_note (end, note);
}

void
upkeep_after_file (Loader *loader, const Route *route, LoadEnd *end)
{
  if (end->forgets && route->model != NULL && db_is_usable (loader->db))
    cut_out (loader, route->model, end);
  bool applied = g_strcmp0 (json_string_value (json_object_get (end->summary, "status")), "applied") == 0;
  if (!applied || route->model == NULL || !db_is_usable (loader->db))
    return;
  owe_tending (loader, route->model, end);
  if (route->model->kind == MODEL_FACT)
    after_fact (loader, route->model, end);
  else if (is_referred_to (loader->catalog, route->table))
    after_dimension (loader, route->table, end);
}

/* One table of upkeep_of_all. Where a person must mend something its rows wait on, and `weir status` says why. False: it is worth coming
 * back soon. */
static bool
look_at (Loader *loader, const char *table, GString *told)
{
  const Model *fact = catalog_find (loader->catalog, table);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  bool busy;
  if (fact == NULL)
    return true;
  (void) lock_and_take_up (loader, fact, &text, &busy, &error);
  if (text != NULL)
    g_string_append_printf (told, "%s%s", told->len > 0 ? "\n" : "", text);
  return !busy && !g_error_matches (error, WEIR_ERROR, WEIR_ERROR_RETRY);
}

bool
upkeep_of_all (Loader *loader, char **ret_text)
{
  *ret_text = NULL;
  loader->owes = false;
  g_autoptr (DbResult) tables = NULL;
  /* A server that is away is not started for this: the next file does that. */
  if (loader->db == NULL || !db_is_usable (loader->db) || !ledger_waiting_tables (loader->db, &tables, NULL))
    return true;
  if (db_result_rows (tables) == 0)
    return true;
  if (!loader_refresh (loader, NULL))
    return true;
  g_autoptr (GString) told = g_string_new (NULL);
  bool all = true;
  for (int row = 0; row < db_result_rows (tables); row++)
    all = look_at (loader, db_result_value (tables, row, 0), told) && all;
  if (told->len > 0)
    *ret_text = g_string_free (g_steal_pointer (&told), FALSE);
  return all;
}
