#include "src/report/versions.h"

#include "base/error.h"
#include "pipeline/warehouse/kinds.h"
#include "schema/history_vars.h"
#include "schema/ledger.h"
#include "src/report/show.h"

#include <stdio.h>
#include <string.h>

bool
versions_check_kind (const Model *model, GError **error)
{
  if (model_has_versions (model))
    return true;
  if (model->kind == MODEL_DIMENSION)
    return weir_error (error, WEIR_ERROR_MODEL, "%s has one row of each key, and no versions (\"scd\": 1 in %s)", model->table,
                       model->path);
  return weir_error (error, WEIR_ERROR_MODEL, "%s is a fact: its rows have no versions", model->table);
}

/* Settings and model may say something else by now. */
bool
versions_find_table (Db *db, const Settings *settings, const char *table, char **ret_schema, History *ret_history, GError **error)
{
  g_auto (TableState) state = { 0 };
  if (!ledger_table_read (db, table, false, &state, error))
    return false;
  if (state.applied == 0)
    return weir_fail (error, &(Failure) { WEIR_ERROR_INPUT, .hint = "`weir status` lists the tables." }, "%s was never loaded",
                      table);
  *ret_schema = g_strdup (state.warehouse_schema != NULL ? state.warehouse_schema : settings->warehouse_schema);
  return history_parse (state.history, ret_history, error);
}

/* What PostgreSQL writes, as other programs read it; infinity stays as it is. A new reference. */
static Json *
iso_time (const char *text)
{
  if (text == NULL || !g_ascii_isdigit (text[0]))
    return weir_json_string (text);
  g_autofree char *iso = g_strconcat (text, "Z", NULL);
  return json_string (g_strdelimit (iso, " ", 'T'));
}

/* And the other way. Owned by the caller; NULL: there is none. */
static char *
shown_time (const Json *time)
{
  char *text = g_strdup (json_string_value (time));
  if (text == NULL || !g_ascii_isdigit (text[0]))
    return text;
  text[strlen (text) - 1] = '\0';
  return g_strdelimit (text, "T", ' ');
}

static const char *
text_of (const Json *object, const char *member)
{
  return json_string_value (json_object_get (object, member));
}

/* The runs that opened or closed a version, as an array of SQL. Owned by the caller. */
static char *
list_runs (const DbResult *versions)
{
  g_autoptr (GString) runs = g_string_new ("{");
  for (int row = 0; row < db_result_rows (versions); row++)
    {
      const char *closed = db_result_named (versions, row, "closed_by");
      g_string_append_printf (runs, "%s%s", row > 0 ? "," : "", db_result_named (versions, row, "run"));
      if (closed != NULL)
        g_string_append_printf (runs, ",%s", closed);
    }
  g_string_append_c (runs, '}');
  return g_strdup (runs->str);
}

/* The row of the run's file; -1: the ledger does not know it. */
static int
find_file (const DbResult *files, const char *run)
{
  for (int row = 0; run != NULL && row < db_result_rows (files); row++)
    if (strcmp (db_result_named (files, row, "run"), run) == 0)
      return row;
  return -1;
}

static Json *
to_json (const DbResult *versions, int row, const DbResult *files)
{
  const char *run = db_result_named (versions, row, "run"), *closed_by = db_result_named (versions, row, "closed_by");
  const char *changed = db_result_named (versions, row, "changed");
  int opener = find_file (files, run), closer = find_file (files, closed_by);
  Json *changes = changed != NULL ? weir_json_parse (changed, strlen (changed), "changes", NULL) : json_array ();
  return json_pack ("{s:I, s:o, s:o, s:b, s:o, s:s, s:o, s:o, s:n, s:s?, s:o}", "version",
                    (json_int_t) g_ascii_strtoll (db_result_named (versions, row, "version"), NULL, 10), "from",
                    iso_time (db_result_named (versions, row, "since")), "to", iso_time (db_result_named (versions, row, "until")),
                    "follows", strcmp (db_result_named (versions, row, "follows"), "t") == 0, "changed", changes, "run", run,
                    "file", weir_json_string (opener >= 0 ? db_result_named (files, opener, "file") : NULL), "place",
                    weir_json_string (opener >= 0 ? db_result_named (files, opener, "place") : NULL), "line", "closed_by",
                    closed_by, "closed_by_file", weir_json_string (closer >= 0 ? db_result_named (files, closer, "file") : NULL));
}

/* Of what the staging table is of, the file's line is known. */
static bool
find_lines (Db *db, const VersionsPlace *place, const char *id, const DbResult *versions, const char *runs, Json *list,
            GError **error)
{
  const SqlVar table[] = { { "schema", place->staging }, { "table", place->model->table }, { "runs", runs } };
  g_autoptr (DbResult) staged = NULL;
  if (!sql_run (db, "entity/staged", table, G_N_ELEMENTS (table), &staged, error))
    return false;
  const char *run = db_result_rows (staged) > 0 ? db_result_value (staged, 0, 0) : NULL;
  for (int row = 0; run != NULL && row < db_result_rows (versions); row++)
    {
      if (strcmp (db_result_named (versions, row, "run"), run) != 0)
        continue;
      const SqlVar vars[] = { { "schema", place->staging },
                              { "table", place->model->table },
                              { "key", id },
                              { "hash", db_result_named (versions, row, "hash") } };
      g_autoptr (DbResult) line = NULL;
      if (!sql_run (db, "entity/line", vars, G_N_ELEMENTS (vars), &line, error))
        return false;
      if (db_result_value (line, 0, 0) != NULL)
        json_object_set_new (json_array_get (list, (size_t) row), "line", json_integer (db_result_int64 (line, 0, 0)));
    }
  return true;
}

static bool
read_all (Db *db, const VersionsPlace *place, const char *id, const GPtrArray *columns, Json *list, GError **error)
{
  const Model *model = place->model;
  g_autofree char *changes = changes_expression (columns, "(p.o).", "(p.n).");
  const SqlVar vars[] = { { "schema", place->schema }, { "table", model->table },    { "id", model->id_column }, { "key", id },
                          { "changes", changes },      HISTORY_VARS (place->history) };
  g_autoptr (DbResult) versions = NULL, files = NULL;
  if (!sql_run (db, "entity/versions", vars, G_N_ELEMENTS (vars), &versions, error))
    return false;
  g_autofree char *runs = list_runs (versions);
  if (!ledger_run_files (db, runs, &files, error))
    return false;
  for (int row = 0; row < db_result_rows (versions); row++)
    json_array_append_new (list, to_json (versions, row, files));
  return find_lines (db, place, id, versions, runs, list, error);
}

Json *
versions_read (Db *db, const VersionsPlace *place, Uid id, bool *ret_hidden, GError **error)
{
  char text[UID_TEXT_SIZE];
  uid_format (id, text);
  g_autoptr (GPtrArray) columns =
      changes_columns (db, place->schema, place->model, place->history, place->show_pii, ret_hidden, error);
  g_autoptr (Json) list = json_array ();
  if (columns == NULL || !read_all (db, place, text, columns, list, error))
    return NULL;
  return json_pack ("{s:s, s:s, s:O}", "table", place->model->table, "id", text, "versions", list);
}

/* ---- for people ---- */

/* The beginning of a run's id, as other commands take it. */
static char *
short_run (const char *run)
{
  return g_strndup (run, run != NULL ? 8 : 0);
}

static void
add_cells (GPtrArray *cells, char *version, char *from, char *to, char *changed, const char *file, const char *run, char *line)
{
  char *const all[] = { version, from, to, changed, g_strdup (file), short_run (run), line };
  for (size_t i = 0; i < G_N_ELEMENTS (all); i++)
    g_ptr_array_add (cells, all[i]);
}

/* Between two versions, or behind the last, nothing held. */
static void
add_gap (GPtrArray *cells, const Json *ended, const Json *next)
{
  char *to = next != NULL ? shown_time (json_object_get (next, "from")) : NULL;
  add_cells (cells, NULL, shown_time (json_object_get (ended, "to")), to, g_strdup ("(not there)"),
             text_of (ended, "closed_by_file"), text_of (ended, "closed_by"), NULL);
}

static char *
shown_number (const Json *number)
{
  return json_is_integer (number) ? g_strdup_printf ("%" JSON_INTEGER_FORMAT, json_integer_value (number)) : NULL;
}

static void
add_version (GPtrArray *cells, const Json *version, bool first)
{
  const Json *changed = json_object_get (version, "changed");
  char *text = json_array_size (changed) > 0 ? changes_text (changed, first) : g_strdup (first ? "" : "(the same again)");
  add_cells (cells, shown_number (json_object_get (version, "version")), shown_time (json_object_get (version, "from")),
             shown_time (json_object_get (version, "to")), text, text_of (version, "file"), text_of (version, "run"),
             shown_number (json_object_get (version, "line")));
}

void
versions_print (const Json *entity)
{
  static const char *const headers[] = { "version", "from (UTC)", "to", "what changed", "file", "run", "line", NULL };
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  const Json *versions = json_object_get (entity, "versions"), *before = NULL;
  size_t i;
  Json *version;
  json_array_foreach (versions, i, version)
    {
      if (before != NULL && !json_is_true (json_object_get (version, "follows")))
        add_gap (cells, before, version);
      add_version (cells, version, before == NULL);
      before = version;
    }
  if (before != NULL && json_is_string (json_object_get (before, "to")))
    add_gap (cells, before, NULL);
  show_table (headers, cells);
}

void
versions_print_csv (const Json *entity)
{
  static const char *const headers[] = { "version", "from", "to", "column", "old", "new", "run", "file", "line" };
  show_csv_row (headers, G_N_ELEMENTS (headers));
  size_t i, j;
  Json *version, *change;
  json_array_foreach (json_object_get (entity, "versions"), i, version)
    {
      g_autofree char *number = shown_number (json_object_get (version, "version"));
      g_autofree char *line = shown_number (json_object_get (version, "line"));
      const Json *changed = json_object_get (version, "changed");
      const char *cells[G_N_ELEMENTS (headers)] = { number, text_of (version, "from"), text_of (version, "to"),   NULL, NULL,
                                                    NULL,   text_of (version, "run"),  text_of (version, "file"), line };
      if (json_array_size (changed) == 0)
        show_csv_row (cells, G_N_ELEMENTS (cells));
      json_array_foreach (changed, j, change)
        {
          cells[3] = text_of (change, "column");
          cells[4] = text_of (change, "old");
          cells[5] = text_of (change, "new");
          show_csv_row (cells, G_N_ELEMENTS (cells));
        }
    }
}
