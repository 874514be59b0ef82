#include "pipeline/warehouse/partial.h"

#include "base/json.h"

#include <string.h>

static void
column_free (PartialColumn *column)
{
  g_free (column->name);
  g_free (column);
}

static void
add (Partial *partial, const char *name, bool before)
{
  PartialColumn *column = g_new0 (PartialColumn, 1);
  *column = (PartialColumn) { .name = g_strdup (name), .before = before };
  g_ptr_array_add (partial->columns, column);
}

Partial *
partial_new (const char *text, GError **error)
{
  g_autoptr (Json) json = text != NULL ? weir_json_parse (text, strlen (text), "weir.table.partial", error) : json_array ();
  if (json == NULL)
    return NULL;
  Partial *partial = g_new0 (Partial, 1);
  partial->columns = g_ptr_array_new_with_free_func ((GDestroyNotify) column_free);
  partial->whole = true;
  size_t i;
  Json *one;
  json_array_foreach (json, i, one)
    {
      const char *name = json_string_value (json_object_get (one, "column"));
      if (name != NULL)
        add (partial, name, json_is_true (json_object_get (one, "before")));
    }
  return partial;
}

void
partial_free (Partial *partial)
{
  if (partial == NULL)
    return;
  g_ptr_array_unref (partial->columns);
  g_free (partial);
}

static PartialColumn *
find (const Partial *partial, const char *name)
{
  for (guint i = 0; i < partial->columns->len; i++)
    {
      PartialColumn *column = partial->columns->pdata[i];
      if (strcmp (column->name, name) == 0)
        return column;
    }
  return NULL;
}

void
partial_rename (Partial *partial, const char *name, const char *to)
{
  PartialColumn *column = find (partial, name);
  if (column == NULL)
    return;
  g_free (column->name);
  column->name = g_strdup (to);
  partial->changed = true;
}

void
partial_forget (Partial *partial)
{
  partial->changed = partial->columns->len > 0 || !partial->whole;
  partial->whole = true;
  g_ptr_array_set_size (partial->columns, 0);
}

static bool
is_in (const GPtrArray *names, const char *name)
{
  return g_ptr_array_find_with_equal_func ((GPtrArray *) names, name, g_str_equal, NULL);
}

void
partial_bring (Partial *partial, const Warehouse *warehouse, const Pins *pins)
{
  guint known = partial->columns->len;
  for (guint i = 0; i < warehouse->carried->len; i++)
    if (pins_know (pins, warehouse->carried->pdata[i]) && find (partial, warehouse->carried->pdata[i]) == NULL)
      add (partial, warehouse->carried->pdata[i], true);
  for (guint i = 0; i < warehouse->added->len; i++)
    if (find (partial, warehouse->added->pdata[i]) == NULL)
      add (partial, warehouse->added->pdata[i], false);
  partial->changed |= partial->columns->len > known;
  for (guint i = 0; i < partial->columns->len; i++)
    {
      PartialColumn *column = partial->columns->pdata[i];
      column->own = is_in (warehouse->columns, column->name);
      column->there = column->own || is_in (warehouse->carried, column->name);
    }
}

bool
partial_any (const Warehouse *warehouse)
{
  return warehouse->partial != NULL && warehouse->partial->columns->len > 0;
}

const PartialColumn *
partial_find (const Warehouse *warehouse, const char *name)
{
  const PartialColumn *column = warehouse->partial != NULL ? find (warehouse->partial, name) : NULL;
  return column != NULL && column->there ? column : NULL;
}

GPtrArray *
partial_others (const Warehouse *warehouse, const GPtrArray *names)
{
  GPtrArray *others = g_ptr_array_new ();
  for (guint i = 0; i < names->len; i++)
    if (partial_find (warehouse, names->pdata[i]) == NULL)
      g_ptr_array_add (others, names->pdata[i]);
  return others;
}

/* Whether files had other columns than others, of a table whose files always had the same ones since that is kept. */
static bool
had_others (Db *db, const Warehouse *warehouse, bool *ret_had, GError **error)
{
  const SqlVar table = { "table", warehouse->layout->model->table };
  g_autoptr (DbResult) had = NULL;
  if (!sql_run (db, "splice/had_others", &table, 1, &had, error))
    return false;
  *ret_had = db_result_bool (had, 0, 0);
  return true;
}

bool
partial_note (Db *db, const Warehouse *warehouse, const RowCounts *rows, GPtrArray *notes, GError **error)
{
  bool had = partial_any (warehouse);
  if (rows->late + rows->corrected == 0 || warehouse->partial == NULL || warehouse->partial->whole)
    return true;
  if (!had && !had_others (db, warehouse, &had, error))
    return false;
  if (had)
    g_ptr_array_add (
        notes, g_strdup_printf ("which columns the files had that an older weir has loaded is not known: what late rows say ends "
                                "at their versions, also where these only took a value over; `weir rebuild %s` carries it on",
                                warehouse->layout->model->table));
  return true;
}

bool
partial_write (Db *db, const Warehouse *warehouse, GError **error)
{
  const Partial *partial = warehouse->partial;
  if (partial == NULL || !partial->changed)
    return true;
  g_autoptr (Json) json = json_array ();
  for (guint i = 0; i < partial->columns->len; i++)
    {
      const PartialColumn *column = partial->columns->pdata[i];
      json_array_append_new (json,
                             json_pack ("{s:o, s:b}", "column", weir_json_string (column->name), "before", (int) column->before));
    }
  g_autofree char *text = weir_json_text (json);
  const SqlVar vars[] = { { "table", warehouse->layout->model->table },
                          { "partial", text },
                          { "whole", partial->whole ? "true" : "false" } };
  return sql_run (db, "splice/partial", vars, G_N_ELEMENTS (vars), NULL, error);
}
