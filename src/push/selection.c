#include "src/push/selection.h"

#include "base/error.h"
#include "base/text.h"
#include "models/members.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/kinds.h"

#include <stdarg.h>
#include <string.h>

/* A column of the delivery. */
typedef struct
{
  const StoredColumn *stored;
  const char *name; /* at the other side; borrowed */
  const char *type; /* the same */
  const Json *said; /* of it in "columns"; NULL: nothing */
  bool key, entity;
} Column;

typedef struct
{
  const SelectionTask *task;
  GArray *columns; /* of Column */
  GString *mistakes;
  char *table; /* quoted */
  char *id;    /* quoted; NULL: rows have none */
  bool versions;
} Making;

static void G_GNUC_PRINTF (3, 4) mistake (Making *making, const char *path, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_string_append_printf (making->mistakes, "%s%s.%s: %s", making->mistakes->len > 0 ? "\n" : "", making->task->place, path, text);
}

/* ---- which columns ---- */

static const char *
said_of (const Json *said, const char *member)
{
  return json_string_value (json_object_get (said, member));
}

/* Those that tell versions apart, as far as they mean something there. */
static bool
is_wanted_history (const SelectionTask *task, const char *name)
{
  const char *const *names = (const char *const *) task->history->names;
  bool begins = strcmp (name, names[HISTORY_START]) == 0 || strcmp (name, names[HISTORY_VERSION]) == 0;
  bool ends = strcmp (name, names[HISTORY_END]) == 0 || strcmp (name, names[HISTORY_CURRENT]) == 0;
  return (begins && (task->item->history || task->item->mode == PUSH_APPEND)) || (ends && task->item->history);
}

static bool
is_wanted (const Making *making, const char *const *own, const char *name)
{
  const SelectionTask *task = making->task;
  const Json *said = json_object_get (task->item->columns, name);
  if (said != NULL)
    return !json_is_true (json_object_get (said, "drop"));
  return !g_strv_contains (own, name) || (making->versions && is_wanted_history (task, name));
}

static const char *
type_of (const StoredColumn *stored, const Json *said)
{
  const char *mask = said_of (said, "mask"), *type = said_of (said, "type");
  if (mask != NULL && strcmp (mask, "null") != 0)
    return types[TYPE_TEXT].name;
  if (type != NULL)
    return types_find (type)->name;
  return stored->type != NULL ? stored->type->name : stored->written;
}

static bool
is_in (GStrv names, const char *name)
{
  return names != NULL && g_strv_contains ((const char *const *) names, name);
}

static void
add_column (Making *making, const StoredColumn *stored)
{
  const SelectionTask *task = making->task;
  const Json *said = json_object_get (task->item->columns, stored->name);
  const char *rename = said_of (said, "rename");
  bool keyed = task->item->mode != PUSH_APPEND;
  bool entity =
      keyed
      && (task->item->key != NULL ? is_in (task->item->key, stored->name) : g_strcmp0 (task->model->id_column, stored->name) == 0);
  bool start = keyed && task->item->history && strcmp (stored->name, task->history->names[HISTORY_START]) == 0;
  const Column column = { stored, rename != NULL ? rename : stored->name, type_of (stored, said), said, entity || start, entity };
  g_array_append_val (making->columns, column);
}

static void
check_columns (Making *making)
{
  const SelectionTask *task = making->task;
  for (guint i = 0; i < making->columns->len; i++)
    {
      const Column *column = &g_array_index (making->columns, Column, i);
      g_autofree char *path = members_path ("columns", column->stored->name);
      if (column->key && said_of (column->said, "mask") != NULL && strcmp (said_of (column->said, "mask"), "hash") != 0)
        mistake (making, path, "is of the key: its mask would make many rows one");
      if (strcmp (column->name, PUSH_GONE) == 0 || strcmp (column->name, PUSH_RUN) == 0)
        mistake (making, path, "has a name that weir needs itself");
      for (guint j = 0; j < i; j++)
        if (strcmp (g_array_index (making->columns, Column, j).name, column->name) == 0)
          mistake (making, path, "another column is called %s, too", column->name);
    }
  if (making->columns->len == 0)
    mistake (making, "columns", "nothing is left of %s", task->model->table);
}

/* What is named, and is not there, or not delivered. */
static void
check_names (Making *making)
{
  const SelectionTask *task = making->task;
  const char *name;
  const Json *value;
  json_object_foreach ((Json *) task->item->columns, name, value)
    if (columns_find (task->stored, name) == NULL && strcmp (name, PUSH_RUN) != 0)
      {
        g_autofree char *path = members_path ("columns", name);
        mistake (making, path, "%s has no such column", task->model->table);
      }
  (void) value;
  if (task->item->mode == PUSH_APPEND || (task->item->key == NULL && task->model->id_column == NULL))
    return;
  const char *const id[] = { task->model->id_column, NULL };
  const char *const *key = task->item->key != NULL ? (const char *const *) task->item->key : id;
  for (; *key != NULL; key++)
    {
      bool found = false;
      for (guint i = 0; i < making->columns->len; i++)
        found = found || strcmp (g_array_index (making->columns, Column, i).stored->name, *key) == 0;
      if (!found && (task->item->mode == PUSH_UPSERT || task->item->key != NULL))
        mistake (making, "key", "%s is not among the columns that are delivered; name others in \"key\"", *key);
    }
}

static void
find_columns (Making *making)
{
  const SelectionTask *task = making->task;
  g_autofree const char **own = model_own_names (task->model);
  for (guint i = 0; i < task->stored->len; i++)
    {
      const StoredColumn *stored = task->stored->pdata[i];
      if (is_wanted (making, own, stored->name))
        add_column (making, stored);
    }
  check_columns (making);
  check_names (making);
}

/* ---- their values ---- */

/* The column's value of what "cell" is, in the type that it has in the warehouse. Owned by the caller. */
static char *
value_of (const Column *column, const char *cell)
{
  const char *mask = said_of (column->said, "mask"), *otherwise = said_of (column->said, "default");
  const char *type = said_of (column->said, "type");
  g_autofree char *literal = otherwise != NULL ? text_quote_literal (otherwise) : NULL;
  g_autofree char *text = NULL;
  if (mask != NULL && strcmp (mask, "null") == 0)
    text = g_strdup_printf ("null::%s", column->type);
  else if (mask != NULL && strcmp (mask, "hash") == 0)
    text = g_strdup_printf ("encode(sha256(convert_to((%s)::text, 'UTF8')), 'hex')", cell);
  else if (mask != NULL)
    text = g_strdup_printf ("case when length((%s)::text) > 4 then repeat('*', length((%s)::text) - 4) || right((%s)::text, 4)"
                            " else repeat('*', length((%s)::text)) end",
                            cell, cell, cell, cell);
  else if (type != NULL)
    text = g_strdup_printf ("(%s)::%s", cell, column->type);
  else
    text = g_strdup (cell);
  return literal != NULL ? g_strdup_printf ("coalesce(%s, %s::%s)", text, literal, column->type) : g_steal_pointer (&text);
}

/* The columns of a row, w. */
static void
write_present (const Making *making, GString *sql)
{
  for (guint i = 0; i < making->columns->len; i++)
    {
      const Column *column = &g_array_index (making->columns, Column, i);
      g_autofree char *ident = text_quote_ident (column->stored->name), *cell = g_strconcat ("w.", ident, NULL);
      g_autofree char *value = value_of (column, cell);
      g_string_append_printf (sql, "%s%s", i > 0 ? ", " : "", value);
    }
}

/* The same of whom there is no row: only the key, which is the id, what the last version had, w, or what somebody has put down, t. */
static void
write_gone (const Making *making, GString *sql, GString *known)
{
  for (guint i = 0; i < making->columns->len; i++)
    {
      const Column *column = &g_array_index (making->columns, Column, i);
      g_autofree char *ident = text_quote_ident (column->stored->name), *literal = text_quote_literal (column->stored->name);
      bool is_id = g_strcmp0 (column->stored->name, making->task->model->id_column) == 0;
      g_autofree char *cell =
          is_id ? g_strdup ("t.id")
                : g_strdup_printf ("coalesce(w.%s, (t.cells ->> %s)::%s)", ident, literal, column->stored->written);
      g_autofree char *value = column->entity ? value_of (column, cell) : g_strdup ("null");
      g_string_append_printf (sql, "%s%s", i > 0 ? ", " : "", value);
      if (column->entity)
        g_string_append_printf (known, " and %s is not null", cell);
    }
}

/* ---- which rows ---- */

/* "'a', 'b'". Owned by the caller. */
static char *
list_runs (const GPtrArray *runs)
{
  GString *list = g_string_new (NULL);
  for (guint i = 0; i < runs->len; i++)
    {
      g_autofree char *literal = text_quote_literal (runs->pdata[i]);
      g_string_append_printf (list, "%s%s::uuid", i > 0 ? ", " : "", literal);
    }
  return g_string_free (list, FALSE);
}

/* Whom the runs touched: what they have signed, overwritten, or taken back. */
static void
write_touched (const Making *making, GString *sql)
{
  g_autofree char *runs = list_runs (making->task->runs), *table = text_quote_literal (making->task->model->table);
  g_autofree char *signed_by = making->versions ? g_strdup_printf ("w.opened_by in (%s) or w.closed_by in (%s)", runs, runs)
                                                : g_strdup_printf ("w.loaded_by in (%s)", runs);
  g_string_append_printf (sql,
                          "with touched as materialized (\n"
                          "  select w.%s as id from %s w where %s\n"
                          "  union select o.id from weir.overwritten o where o.table_name = %s and o.run_id in (%s)\n"
                          "  union select d.id from weir.delivery_touched d where d.table_name = %s and d.run_id in (%s))",
                          making->id, making->table, signed_by, table, runs, table, runs);
}

/* Of whom there is no row any more, t, with the key that is known of them, w. Each statement that reads the table does so by ids alone and answers by itself, and
 * these answers are joined: where the table is spread over several servers by its id (Citus), a row of one is not asked for with a row of another. */
static void
write_last (const Making *making, const char *holds, GString *sql)
{
  const SelectionTask *task = making->task;
  g_autofree char *start = text_quote_ident (task->history->names[HISTORY_START]);
  g_string_append_printf (sql,
                          ", gone as materialized (\n"
                          "  select id from touched except select w.%s from %s w where w.%s in (select id from touched) and %s),\n"
                          "last as materialized (\n"
                          "  select distinct on (w.%s) w.%s as weir_id",
                          making->id, making->table, making->id, holds, making->id, making->id);
  for (guint i = 0; i < making->columns->len; i++)
    {
      const Column *column = &g_array_index (making->columns, Column, i);
      g_autofree char *ident = text_quote_ident (column->stored->name);
      if (column->entity && strcmp (ident, making->id) != 0)
        g_string_append_printf (sql, ", w.%s", ident);
    }
  g_string_append_printf (sql, " from %s w where w.%s in (select id from gone)\n  order by w.%s%s%s%s)", making->table, making->id,
                          making->id, making->versions ? ", w." : "", making->versions ? start : "",
                          making->versions ? " desc" : "");
}

static void
write_upsert (const Making *making, const char *current, GString *sql)
{
  const SelectionTask *task = making->task;
  g_autofree char *runs = list_runs (task->runs), *table = text_quote_literal (task->model->table);
  const char *holds = task->item->history ? "true" : current;
  bool tells_gone = task->item->gone != PUSH_KEEP, finds_gone = tells_gone && (!task->whole || task->again);
  if (!task->whole || finds_gone)
    write_touched (making, sql);
  if (finds_gone)
    write_last (making, holds, sql);
  g_string_append (sql, sql->len == 0 ? "select " : "\nselect ");
  write_present (making, sql);
  g_string_append_printf (sql, "%s\nfrom %s w where %s", tells_gone ? ", false" : "", making->table, holds);
  if (!task->whole)
    g_string_append_printf (sql, " and w.%s in (select id from touched)", making->id);
  if (!finds_gone)
    return;
  g_autoptr (GString) known = g_string_new ("true");
  g_string_append (sql, "\nunion all\nselect ");
  write_gone (making, sql, known);
  g_string_append_printf (sql,
                          ", true\nfrom (select g.id, k.cells from gone g left join (select distinct on (d.id) d.id, d.cells"
                          " from weir.delivery_touched d where d.table_name = %s and d.run_id in (%s) and d.cells is not null"
                          " order by d.id) k on k.id = g.id) t\n"
                          "left join last w on w.weir_id = t.id\nwhere %s",
                          table, runs, known->str);
}

static void
write_append (const Making *making, GString *sql)
{
  const SelectionTask *task = making->task;
  const char *by = making->versions ? "opened_by" : "loaded_by";
  g_autofree char *runs = list_runs (task->runs);
  g_string_append (sql, "select ");
  write_present (making, sql);
  if (!json_is_true (json_object_get (json_object_get (task->item->columns, PUSH_RUN), "drop")))
    g_string_append_printf (sql, ", w.%s", by);
  g_string_append_printf (sql, "\nfrom %s w", making->table);
  if (!task->whole)
    g_string_append_printf (sql, " where w.%s in (%s)", by, runs);
}

/* The same rows give the same bytes, whatever order the server finds them in: who has a file already compares it. */
static void
write_order (const Making *making, GString *sql)
{
  const SelectionTask *task = making->task;
  g_autofree char *start = text_quote_ident (task->history->names[HISTORY_START]);
  if (task->item->mode != PUSH_UPSERT)
    {
      g_string_append_printf (sql, "\norder by %s%s", making->id != NULL ? "w." : "w.row_hash, w.occurrence",
                              making->id != NULL ? making->id : "");
      if (making->versions)
        g_string_append_printf (sql, ", w.%s", start);
      return;
    }
  bool first = true;
  for (guint i = 0; i < making->columns->len; i++)
    {
      if (!g_array_index (making->columns, Column, i).key)
        continue;
      g_string_append_printf (sql, "%s %u", first ? "\norder by" : ",", i + 1);
      first = false;
    }
}

static void
write_sql (const Making *making, GString *sql)
{
  const SelectionTask *task = making->task;
  g_autofree char *column = text_quote_ident (task->history->names[HISTORY_CURRENT]);
  g_autofree char *current = making->versions ? g_strconcat ("w.", column, NULL) : g_strdup ("true");
  if (task->item->mode == PUSH_UPSERT)
    write_upsert (making, current, sql);
  else if (task->item->mode == PUSH_APPEND)
    write_append (making, sql);
  else
    {
      g_string_append (sql, "select ");
      write_present (making, sql);
      g_string_append_printf (sql, "\nfrom %s w where %s", making->table, task->item->history ? "true" : current);
    }
  write_order (making, sql);
}

/* ---- what is told of them ---- */

static Json *
column_to_json (const char *name, const char *type, bool nullable, bool key)
{
  return json_pack ("{s:o, s:s, s:b, s:b}", "name", weir_json_string (name), "type", type, "nullable", nullable, "key", key);
}

static void
tell_columns (const Making *making, Selection *selection)
{
  const SelectionTask *task = making->task;
  selection->columns = json_array ();
  selection->key = json_array ();
  selection->entity = json_array ();
  for (guint i = 0; i < making->columns->len; i++)
    {
      const Column *column = &g_array_index (making->columns, Column, i);
      json_array_append_new (selection->columns, column_to_json (column->name, column->type, !column->key, column->key));
      const char *mask = said_of (column->said, "mask");
      if (mask != NULL)
        json_object_set_new (json_array_get (selection->columns, i), "mask", json_string (mask));
      if (column->key)
        json_array_append_new (selection->key, weir_json_string (column->name));
      if (column->entity)
        json_array_append_new (selection->entity, weir_json_string (column->name));
    }
  selection->tells_gone = task->item->mode == PUSH_UPSERT && task->item->gone != PUSH_KEEP;
  if (selection->tells_gone)
    json_array_append_new (selection->columns, column_to_json (PUSH_GONE, types[TYPE_BOOLEAN].name, false, false));
  if (task->item->mode == PUSH_APPEND && !json_is_true (json_object_get (json_object_get (task->item->columns, PUSH_RUN), "drop")))
    json_array_append_new (selection->columns, column_to_json (PUSH_RUN, types[TYPE_UUID].name, false, false));
}

void
selection_clear (Selection *selection)
{
  g_free (selection->sql);
  g_clear_pointer (&selection->columns, json_decref);
  g_clear_pointer (&selection->key, json_decref);
  g_clear_pointer (&selection->entity, json_decref);
}

bool
selection_make (const SelectionTask *task, Selection *ret_selection, GError **error)
{
  g_autoptr (GArray) columns = g_array_new (FALSE, FALSE, sizeof (Column));
  g_autoptr (GString) mistakes = g_string_new (NULL), sql = g_string_new (NULL);
  g_autofree char *schema = text_quote_ident (task->schema), *name = text_quote_ident (task->model->table);
  g_autofree char *table = g_strdup_printf ("%s.%s", schema, name);
  g_autofree char *id = task->model->id_column != NULL ? text_quote_ident (task->model->id_column) : NULL;
  Making making = { task, columns, mistakes, table, id, kind_of (task->model)->versions };
  *ret_selection = (Selection) { 0 };
  find_columns (&making);
  if (mistakes->len > 0)
    return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .detail = mistakes->str }, "%s cannot be delivered as %s says",
                      task->model->table, task->place);
  write_sql (&making, sql);
  tell_columns (&making, ret_selection);
  ret_selection->sql = g_string_free (g_steal_pointer (&sql), FALSE);
  return true;
}
