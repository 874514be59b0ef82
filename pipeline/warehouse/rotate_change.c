#include "pipeline/warehouse/rotate.h"

#include "base/text.h"
#include "pipeline/stage/forget_key.h"
#include "pipeline/stage/stage.h"
#include "pipeline/warehouse/columns.h"
#include "schema/history_vars.h"

/* The columns of a table that hold what changes. Borrowed. */
static GPtrArray *
find_columns (const RotateTable *table)
{
  GPtrArray *columns = g_ptr_array_new ();
  if (table->own)
    g_ptr_array_add (columns, table->model->id_column);
  for (guint i = 0; i < table->references->len; i++)
    g_ptr_array_add (columns, table->references->pdata[i]);
  return columns;
}

/* An UPDATE of some columns by what they are now, whose rows are found again by others. */
typedef struct
{
  GString *joins, *news, *assignments, *had, *keys, *same;
} Change;

static void
change_init (Change *change)
{
  GString **parts[] = { &change->joins, &change->news, &change->assignments, &change->had, &change->keys, &change->same };
  for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
    *parts[i] = g_string_new (NULL);
}

static void
change_clear (Change *change)
{
  GString *parts[] = { change->joins, change->news, change->assignments, change->had, change->keys, change->same };
  for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
    g_string_free (parts[i], TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Change, change_clear)

/* emptied: where nobody knows what it is now. */
static void
change_add (Change *change, const char *column, bool emptied)
{
  bool first = change->news->len == 0;
  g_autofree char *ident = text_quote_ident (column), *name = g_strdup_printf ("a%zu", change->news->len);
  g_autofree char *what = g_strdup_printf ("o.%s", ident), *new = g_strdup_printf ("%s.new", name);
  const SqlVar vars[] = { { "name", name }, { "what", what } };
  g_autofree char *part = sql_part ("rotate/join", vars, G_N_ELEMENTS (vars));
  const char *comma = first ? "" : ", ";
  g_string_append_printf (change->joins, " %s", part);
  g_string_append_printf (change->news, "%s%s.new as \"%s?\"", comma, name, name);
  g_string_append_printf (change->had, "%s%s", comma, emptied ? what : new);
  g_string_append_printf (change->assignments, emptied ? "%s%s = n.\"%s?\"" : "%s%s = coalesce(n.\"%s?\", w.%s)", comma, ident,
                          name, ident);
}

static void
change_add_key (Change *change, const char *column)
{
  g_autofree char *ident = text_quote_ident (column);
  g_string_append_printf (change->keys, "o.%s, ", ident);
  g_string_append_printf (change->same, "n.%s = w.%s and ", ident, ident);
}

static bool
change_do (Db *db, const Change *change, const char *schema, const char *table, GError **error)
{
  const SqlVar vars[] = { { "schema", schema },
                          { "table", table },
                          { "keys", change->keys->str },
                          { "news", change->news->str },
                          { "joins", change->joins->str },
                          { "same", change->same->str },
                          { "had", change->had->str },
                          { "assignments", change->assignments->str } };
  return sql_run (db, "rotate/change_rows", vars, G_N_ELEMENTS (vars), NULL, error);
}

/* Rows of a fact that refer to nobody stay. */
static bool
change_fact (Db *db, const RotateTable *table, const GPtrArray *columns, GError **error)
{
  g_auto (Change) change = { 0 };
  change_init (&change);
  for (guint i = 0; i < columns->len; i++)
    change_add (&change, columns->pdata[i], false);
  change_add (&change, "row_hash", false);
  if (!model_is_keyless (table->model))
    change_add_key (&change, table->model->id_column);
  else
    change_add_key (&change, "row_hash"), change_add_key (&change, "occurrence");
  return change_do (db, &change, table->schema, table->table, error);
}

static bool
change_rows (Db *db, const RotateTable *table, const GPtrArray *columns, GError **error)
{
  if (table->references->len > 0)
    return change_fact (db, table, columns, error);
  const char *mark = table->history.names[HISTORY_INFERRED];
  const SqlVar vars[] = {
    { "schema", table->schema }, { "table", table->table }, { "id", table->model->id_column }, { "is_inferred", mark }
  };
  return sql_run (db, "rotate/change_ids", vars, G_N_ELEMENTS (vars), NULL, error)
         && (columns_find_mark (table->stored, mark) == NULL
             || sql_run (db, "rotate/change_placeholders", vars, G_N_ELEMENTS (vars), NULL, error));
}

static bool
change_kept (Db *db, const RotateTable *table, const GPtrArray *columns, GError **error)
{
  static const char *const rows[] = { "rotate/change_waiting", "rotate/change_overwritten", NULL };
  static const char *const ids[] = { "rotate/change_observed", "rotate/change_unsaid", "rotate/change_samples", NULL };
  g_autoptr (GString) names = g_string_new ("row_hash");
  for (guint i = 0; i < columns->len; i++)
    g_string_append_printf (names, " %s", (const char *) columns->pdata[i]);
  const SqlVar vars[] = { { "table", table->table }, { "names", names->str } };
  return sql_run_all (db, rows, vars, G_N_ELEMENTS (vars), error)
         && (!table->own || sql_run_all (db, ids, vars, G_N_ELEMENTS (vars), error));
}

/* What is left for people to look at. An id of a row that never got into the warehouse is gone. */
static bool
change_one_staging (Db *db, const char *schema, const char *staged, const RotateTable *table, GError **error)
{
  g_auto (Change) change = { 0 };
  g_autoptr (GPtrArray) stored = columns_read (db, schema, staged, error);
  if (stored == NULL)
    return false;
  change_init (&change);
  if (table->own && columns_find (stored, "_id") != NULL)
    change_add (&change, "_id", true);
  for (guint i = 0; i < table->references->len; i++)
    if (columns_find (stored, table->references->pdata[i]) != NULL)
      change_add (&change, table->references->pdata[i], true);
  if (columns_find (stored, "_hash") != NULL && table->references->len > 0)
    change_add (&change, "_hash", false);
  change_add_key (&change, "_line");
  return change.news->len == 0 || change_do (db, &change, schema, staged, error);
}

static bool
change_staging (Db *db, const char *schema, const RotateTable *table, GError **error)
{
  g_autofree char *prefix = stage_prefix (table->table);
  const SqlVar vars[] = { { "schema", schema }, { "table", table->table }, { "prefix", prefix } };
  g_autoptr (DbResult) staged = NULL;
  if (!sql_run (db, "forget/staged", vars, G_N_ELEMENTS (vars), &staged, error))
    return false;
  for (int row = 0; row < db_result_rows (staged); row++)
    if (!change_one_staging (db, schema, db_result_value (staged, row, 0), table, error))
      return false;
  return true;
}

/* The run's own row, with what it did. */
static bool
record (Db *db, const RotateTask *task, const Rotate *rotate, GError **error)
{
  char own[UID_TEXT_SIZE];
  uid_format (task->own, own);
  g_autoptr (Json) json = rotate_to_json (rotate);
  g_autofree char *report = weir_json_text (json);
  g_autofree char *subject = g_strdup_printf ("key secret %s", rotate->to);
  const SqlVar vars[] = {
    { "run", own }, { "subject", subject }, { "report", report }, { "was", rotate->from }, { "is", rotate->to }
  };
  static const char *const statements[] = { "rotate/change_pins", "rotate/run", "rotate/operation", NULL };
  return sql_run_all (db, statements, vars, G_N_ELEMENTS (vars), error);
}

bool
rotate_count (Db *db, Rotate *rotate, GError **error)
{
  g_autoptr (DbResult) ids = NULL;
  if (!sql_run (db, "rotate/ids", NULL, 0, &ids, error))
    return false;
  rotate->ids = db_result_int64 (ids, 0, 0);
  return true;
}

bool
rotate_change (Db *db, const RotateTask *task, const Rotate *rotate, GError **error)
{
  for (guint i = 0; i < rotate->tables->len; i++)
    {
      const RotateTable *table = rotate->tables->pdata[i];
      g_autoptr (GPtrArray) columns = find_columns (table);
      if (!change_rows (db, table, columns, error) || !change_kept (db, table, columns, error)
          || !change_staging (db, task->staging, table, error))
        return false;
    }
  return forget_key_rewrap (db, task->secrets.was, task->secrets.was_length, task->secrets.is, task->secrets.is_length, error)
         && record (db, task, rotate, error);
}

Json *
rotate_to_json (const Rotate *rotate)
{
  Json *tables = json_array ();
  for (guint i = 0; i < rotate->tables->len; i++)
    {
      const RotateTable *table = rotate->tables->pdata[i];
      json_array_append_new (tables, json_pack ("{s:s, s:I}", "table", table->table, "rows", (json_int_t) table->rows));
    }
  return json_pack ("{s:s, s:s, s:I, s:o}", "from", rotate->from, "to", rotate->to, "ids", (json_int_t) rotate->ids, "tables",
                    tables);
}
