#include "src/report/removal.h"

#include "base/error.h"
#include "base/text.h"
#include "models/name.h"
#include "pipeline/stage/stage.h"
#include "pipeline/warehouse/agreement.h"
#include "pipeline/warehouse/as_of.h"
#include "schema/sql.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOCK_WAIT "5s"

void
removal_free (Removal *removal)
{
  if (removal == NULL)
    return;
  g_free (removal->schema);
  g_free (removal->view);
  g_free (removal->function);
  g_free (removal->model);
  GPtrArray *const lists[] = { removal->staged, removal->built, removal->places, removal->facts, removal->joined };
  for (size_t i = 0; i < G_N_ELEMENTS (lists); i++)
    g_ptr_array_unref (lists[i]);
  g_free (removal);
}

/* ---- looking ---- */

static void
take_column (const DbResult *result, GPtrArray *list)
{
  for (int row = 0; row < db_result_rows (result); row++)
    g_ptr_array_add (list, g_strdup (db_result_value (result, row, 0)));
}

/* The first column of the answer. */
static bool
list_names (Db *db, const char *statement, const SqlVar *vars, size_t n_vars, GPtrArray *list, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!sql_run (db, statement, vars, n_vars, &result, error))
    return false;
  take_column (result, list);
  return true;
}

/* An array as SQL writes it. Names of weir's tables need no quotes in it. Owned by the caller. */
static char *
to_array (GPtrArray *names)
{
  g_ptr_array_add (names, NULL);
  g_autofree char *list = g_strjoinv (",", (char **) names->pdata);
  g_ptr_array_remove_index (names, names->len - 1);
  return g_strdup_printf ("{%s}", list);
}

/* The views that show columns of the table: the one of current rows, and those of the facts that may have one. */
static bool
find_views (Db *db, Removal *removal, const Catalog *catalog, GError **error)
{
  const Model *model = catalog_find (catalog, removal->table);
  g_autoptr (GPtrArray) facts = model != NULL ? as_of_facts (catalog, model) : g_ptr_array_new ();
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (names, g_strconcat (removal->table, MODEL_AT_SUFFIX, NULL));
  for (guint i = 0; i < facts->len; i++)
    g_ptr_array_add (names, as_of_view (facts->pdata[i]));
  g_autofree char *current = g_strdup_printf ("%s_current", removal->table), *list = to_array (names);
  const SqlVar vars[] = { { "schema", removal->schema }, { "current", current }, { "facts", list } };
  g_autoptr (DbResult) found = NULL;
  if (!sql_run (db, "forget/views", vars, G_N_ELEMENTS (vars), &found, error))
    return false;
  for (int row = 0; row < db_result_rows (found); row++)
    if (db_result_bool (found, row, 1))
      removal->view = g_strdup (db_result_value (found, row, 0));
    else
      g_ptr_array_add (removal->joined, g_strdup (db_result_value (found, row, 0)));
  return true;
}

static bool
find_function (Db *db, Removal *removal, GError **error)
{
  g_autofree char *name = g_strconcat (removal->table, MODEL_ASOF_SUFFIX, NULL);
  const SqlVar vars[] = { { "schema", removal->schema }, { "asof", name } };
  g_autoptr (DbResult) found = NULL;
  if (!sql_run (db, "forget/function", vars, G_N_ELEMENTS (vars), &found, error))
    return false;
  removal->function = db_result_rows (found) > 0 ? g_steal_pointer (&name) : NULL;
  return true;
}

static bool
look_at_warehouse (Db *db, Removal *removal, const Catalog *catalog, const TableState *state, GError **error)
{
  bool dimension = g_strcmp0 (state->kind, "dimension") == 0;
  if (state->kind == NULL)
    return true;
  if (!agreement_check_owner (db, removal->schema, removal->table, true, &removal->has_table, error))
    return false;
  const SqlVar vars[] = { { "schema", removal->schema }, { "table", removal->table } };
  g_autoptr (DbResult) count = NULL;
  if (removal->has_table && !sql_run (db, "status/fact_rows", vars, G_N_ELEMENTS (vars), &count, error))
    return false;
  removal->rows = count != NULL ? db_result_int64 (count, 0, 0) : 0;
  return find_views (db, removal, catalog, error) && (!dimension || find_function (db, removal, error));
}

static bool
look_at_staging (Db *db, Removal *removal, GError **error)
{
  g_autofree char *prefix = stage_prefix (removal->table);
  const SqlVar vars[] = { { "schema", removal->settings->staging_schema }, { "table", removal->table }, { "prefix", prefix } };
  return list_names (db, "forget/staged", vars, G_N_ELEMENTS (vars), removal->staged, error);
}

static bool
find_built (Db *db, Removal *removal, GError **error)
{
  g_autoptr (GPtrArray) own = g_ptr_array_copy (removal->joined, NULL, NULL);
  g_ptr_array_set_free_func (own, NULL);
  if (removal->view != NULL)
    g_ptr_array_add (own, removal->view);
  g_autofree char *staged = to_array (removal->staged), *views = to_array (own);
  const SqlVar vars[] = {
    { "schema", removal->schema }, { "table", removal->has_table ? removal->table : NULL }, { "views", views },
    { "asof", removal->function }, { "staging", removal->settings->staging_schema },        { "staged", staged }
  };
  return list_names (db, "forget/dependents", vars, G_N_ELEMENTS (vars), removal->built, error);
}

static bool
find_files (Db *db, Removal *removal, GError **error)
{
  g_autoptr (DbResult) places = NULL;
  if (!removal->scope.files)
    return true;
  if (!ledger_forget_places (db, removal->table, &places, error))
    return false;
  for (int row = 0; row < db_result_rows (places); row++)
    g_ptr_array_add (removal->places, g_canonicalize_filename (db_result_value (places, row, 0), removal->settings->home));
  return true;
}

static bool
find_facts (Db *db, Removal *removal, const Catalog *catalog, GError **error)
{
  for (guint i = 0; i < catalog->models->len; i++)
    {
      const Model *model = catalog->models->pdata[i];
      g_auto (TableState) state = { 0 };
      bool refers = false;
      for (guint j = 0; j < model->references->len; j++)
        refers |= g_str_equal (((const ModelReference *) model->references->pdata[j])->dimension, removal->table);
      if (!refers)
        continue;
      if (!ledger_table_read (db, model->table, false, &state, error))
        return false;
      if (state.applied > 0)
        g_ptr_array_add (removal->facts, model->table);
    }
  return true;
}

static bool
refuse_unknown (const Removal *removal, GError **error)
{
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_MODEL, .detail = "Nothing of it is in the warehouse, in staging or in the ledger.",
                                 .hint = "`weir status` lists the tables." },
                    "there is no table \"%s\" to drop", removal->table);
}

static void
find_model (Removal *removal, const Catalog *catalog)
{
  const Model *model = catalog_find (catalog, removal->table);
  const BrokenModel *broken = catalog_find_broken (catalog, removal->table);
  removal->model = g_strdup (model != NULL ? model->path : broken != NULL ? broken->path : NULL);
}

Removal *
removal_find (Db *db, const Settings *settings, const Catalog *catalog, const char *table, RemovalScope scope, GError **error)
{
  g_autoptr (Removal) removal = g_new0 (Removal, 1);
  *removal = (Removal) { .settings = settings, .table = table, .scope = scope };
  GPtrArray **const lists[] = { &removal->staged, &removal->built, &removal->places, &removal->joined };
  for (size_t i = 0; i < G_N_ELEMENTS (lists); i++)
    *lists[i] = g_ptr_array_new_with_free_func (g_free);
  removal->facts = g_ptr_array_new ();
  g_auto (TableState) state = { 0 };
  if (!ledger_table_read (db, table, false, &state, error))
    return NULL;
  removal->known = state.exists;
  removal->schema = g_strdup (state.warehouse_schema != NULL ? state.warehouse_schema : settings->warehouse_schema);
  find_model (removal, catalog);
  if (!look_at_warehouse (db, removal, catalog, &state, error) || !look_at_staging (db, removal, error)
      || !find_built (db, removal, error) || !ledger_forget_count (db, table, &removal->ledger, error)
      || !find_files (db, removal, error) || !find_facts (db, removal, catalog, error))
    return NULL;
  if (!state.exists && removal->staged->len == 0 && removal->ledger.runs == 0)
    return refuse_unknown (removal, error), NULL;
  return g_steal_pointer (&removal);
}

/* ---- telling ---- */

static Json *
names_to_json (const GPtrArray *names)
{
  Json *array = json_array ();
  for (guint i = 0; i < names->len; i++)
    json_array_append_new (array, weir_json_string (names->pdata[i]));
  return array;
}

/* "warehouse.users". Owned by the caller; NULL where there is none. */
static char *
qualify (const char *schema, const char *name)
{
  return name != NULL ? g_strdup_printf ("%s.%s", schema, name) : NULL;
}

static GPtrArray *
qualify_all (const char *schema, const GPtrArray *list)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < list->len; i++)
    g_ptr_array_add (names, qualify (schema, list->pdata[i]));
  return names;
}

Json *
removal_to_json (const Removal *removal)
{
  g_autofree char *table = qualify (removal->schema, removal->has_table ? removal->table : NULL);
  g_autofree char *view = qualify (removal->schema, removal->view), *function = qualify (removal->schema, removal->function);
  g_autoptr (GPtrArray) joined = qualify_all (removal->schema, removal->joined);
  g_autoptr (GPtrArray) staged = qualify_all (removal->settings->staging_schema, removal->staged);
  const LedgerRest *rest = &removal->ledger;
  return json_pack (
      "{s:s, s:{s:s?, s:I, s:s?, s:s?, s:o, s:o, s:b, s:I, s:I, s:I, s:I, s:I}, s:o, s:b, s:o, s:o}", "table", removal->table,
      "removes", "table", table, "rows", (json_int_t) removal->rows, "view", view, "function", function, "joined",
      names_to_json (joined), "staging", names_to_json (staged), "settled", removal->known, "files",
      (json_int_t) (removal->scope.files ? rest->files : 0), "held", (json_int_t) (removal->scope.files ? rest->held : 0), "runs",
      (json_int_t) (removal->scope.runs ? rest->runs : 0), "rejects", (json_int_t) (removal->scope.runs ? rest->rejects : 0),
      "bookmarks", (json_int_t) rest->bookmarks, "dependents", names_to_json (removal->built), "cascade", removal->scope.dependents,
      "referring", names_to_json (removal->facts), "model", weir_json_string (removal->model));
}

static void
print_count (const char *indent, int64_t count, const char *one, const char *what)
{
  g_autofree char *figure = text_count (count);
  printf ("%s%s %s%s%s\n", indent, figure, one, count == 1 ? "" : "s", what);
}

static void
print_removed (const Removal *removal)
{
  g_autoptr (GPtrArray) staged = qualify_all (removal->settings->staging_schema, removal->staged);
  g_autofree char *rows = text_count (removal->rows);
  if (removal->has_table)
    printf ("  %s.%s, with %s row%s\n", removal->schema, removal->table, rows, removal->rows == 1 ? "" : "s");
  if (removal->view != NULL)
    printf ("  %s.%s, its view\n", removal->schema, removal->view);
  if (removal->function != NULL)
    printf ("  %s.%s (timestamptz), its function\n", removal->schema, removal->function);
  for (guint i = 0; i < removal->joined->len; i++)
    printf ("  %s.%s, a view of versions that their fact's next file makes again\n", removal->schema,
            (const char *) removal->joined->pdata[i]);
  for (guint i = 0; i < staged->len; i++)
    printf ("  %s\n", (const char *) staged->pdata[i]);
  if (removal->known)
    puts ("  what its loads have settled: key, types, the last file");
  if (removal->ledger.bookmarks > 0)
    print_count ("  ", removal->ledger.bookmarks, "bookmark", ": its next pull begins at the beginning");
  if (removal->scope.files)
    print_count ("  ", removal->ledger.files, "file", " in archive and failed");
  if (removal->scope.files && removal->ledger.held > 0)
    print_count ("  ", removal->ledger.held, "held file", " in imports/.held");
  if (removal->scope.runs)
    {
      print_count ("  ", removal->ledger.runs, "run", " in the ledger");
      print_count ("  ", removal->ledger.rejects, "rejected row", " in the ledger");
    }
  for (guint i = 0; i < removal->built->len && removal->scope.dependents; i++)
    printf ("  %s, which somebody else has made\n", (const char *) removal->built->pdata[i]);
}

static void
print_kept (const Removal *removal)
{
  if (!removal->scope.files && removal->ledger.files > 0)
    print_count ("  ", removal->ledger.files, "file", " in archive and failed (--archive removes them)");
  if (!removal->scope.files && removal->ledger.held > 0)
    print_count ("  ", removal->ledger.held, "held file", " in imports/.held (--archive removes them)");
  if (!removal->scope.runs && removal->ledger.runs > 0)
    print_count ("  ", removal->ledger.runs, "run", " in the ledger (--ledger removes them)");
  if (removal->model != NULL)
    printf ("  %s: a file for it makes the table anew\n", removal->model);
  for (guint i = 0; i < removal->facts->len; i++)
    printf ("  %s.%s, whose rows keep ids that nobody has until %s is loaded again with the same key\n", removal->schema,
            (const char *) removal->facts->pdata[i], removal->table);
}

void
removal_print (const Removal *removal)
{
  bool keeps = removal->model != NULL || removal->facts->len > 0
               || (!removal->scope.files && removal->ledger.files + removal->ledger.held > 0)
               || (!removal->scope.runs && removal->ledger.runs > 0);
  puts ("Removed:");
  print_removed (removal);
  if (keeps)
    puts ("Kept:");
  print_kept (removal);
}

/* ---- doing ---- */

static bool
refuse_dependents (const Removal *removal, GError **error)
{
  g_autoptr (GString) list = g_string_new (NULL);
  for (guint i = 0; i < removal->built->len; i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", (const char *) removal->built->pdata[i]);
  g_autofree char *detail = g_strdup_printf ("These depend on it: %s. Nothing was changed.", list->str);
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_MODEL, REASON_DEPENDENT_OBJECTS, .detail = detail,
                                 .hint = "Drop them first, or let them go with it: --cascade." },
                    "\"%s\" cannot be dropped: somebody else's objects depend on it", removal->table);
}

static bool
drop_shown (Db *db, const Removal *removal, const char *how, GError **error)
{
  const SqlVar own[] = { { "schema", removal->schema }, { "view", removal->view }, { "asof", removal->function }, { "how", how } };
  for (guint i = 0; i < removal->joined->len; i++)
    {
      const SqlVar joined[] = { { "schema", removal->schema }, { "view", removal->joined->pdata[i] }, { "how", how } };
      if (!sql_run (db, "forget/drop_view", joined, G_N_ELEMENTS (joined), NULL, error))
        return false;
    }
  return (removal->view == NULL || sql_run (db, "forget/drop_view", own, G_N_ELEMENTS (own), NULL, error))
         && (removal->function == NULL || sql_run (db, "forget/drop_function", own, G_N_ELEMENTS (own), NULL, error));
}

static bool
drop_relations (Db *db, const Removal *removal, GError **error)
{
  const char *how = removal->scope.dependents ? "cascade" : "restrict";
  const SqlVar table[] = { { "schema", removal->schema }, { "table", removal->table }, { "how", how } };
  if (!drop_shown (db, removal, how, error))
    return false;
  if (removal->has_table && !sql_run (db, "forget/drop_table", table, G_N_ELEMENTS (table), NULL, error))
    return false;
  for (guint i = 0; i < removal->staged->len; i++)
    {
      const SqlVar staged[] = { { "schema", removal->settings->staging_schema },
                                { "table", removal->staged->pdata[i] },
                                { "how", how } };
      if (!sql_run (db, "forget/drop_table", staged, G_N_ELEMENTS (staged), NULL, error))
        return false;
    }
  return true;
}

bool
removal_do (Db *db, const Removal *removal, GError **error)
{
  if (removal->built->len > 0 && !removal->scope.dependents)
    return refuse_dependents (removal, error);
  if (!db_exec (db, "begin; set local lock_timeout = '" LOCK_WAIT "'", error))
    return false;
  if (drop_relations (db, removal, error) && ledger_forget (db, removal->table, removal->scope.files, removal->scope.runs, error)
      && db_exec (db, "commit", error))
    return true;
  if (db_is_usable (db))
    (void) db_exec (db, "rollback", NULL);
  return false;
}

bool
removal_delete_files (const Removal *removal, GError **error)
{
  GError *first = NULL;
  for (guint i = 0; i < removal->places->len; i++)
    {
      const char *path = removal->places->pdata[i];
      g_autofree char *report = g_strconcat (path, ".error.json", NULL);
      (void) unlink (report);
      if (unlink (path) != 0 && errno != ENOENT && first == NULL)
        weir_system_error (&first, errno, "the table is gone, but \"%s\" could not be removed", path);
    }
  g_autofree char *folder = g_build_filename (removal->settings->archive, removal->table, NULL);
  (void) rmdir (folder);
  if (first != NULL)
    return g_propagate_error (error, first), false;
  return true;
}
