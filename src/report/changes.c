#include "src/report/changes.h"

#include "base/text.h"
#include "models/name.h"
#include "pipeline/warehouse/kinds.h"

#include <stdio.h>
#include <string.h>

#define SHOWN_BYTES 100 /* of a value, to people */

static void
seen_column_free (SeenColumn *column)
{
  g_free (column->name);
  g_free (column->type);
  g_free (column);
}

static bool
is_any_called (char *const *names, const char *stored)
{
  for (; names != NULL && *names != NULL; names++)
    if (name_is_stored_as (*names, stored))
      return true;
  return false;
}

bool
changes_is_personal (const Model *model, const char *stored)
{
  for (guint i = 0; i < model->columns->len; i++)
    {
      const ModelColumn *column = model->columns->pdata[i];
      if (column->pii && (name_is_stored_as (column->name, stored) || is_any_called (column->from, stored)))
        return true;
    }
  return false;
}

bool
changes_has_personal (const Model *model)
{
  for (guint i = 0; i < model->columns->len; i++)
    if (((const ModelColumn *) model->columns->pdata[i])->pii)
      return true;
  return false;
}

static bool
is_of_history (const Model *model, const History *history, const char *name)
{
  for (int i = 0; model_has_versions (model) && i < HISTORY_COLUMNS; i++)
    if (strcmp (history->names[i], name) == 0)
      return true;
  return false;
}

GPtrArray *
changes_columns (Db *db, const char *schema, const Model *model, const History *history, bool show_pii, bool *ret_hidden,
                 GError **error)
{
  g_autoptr (GPtrArray) stored = columns_read (db, schema, model->table, error);
  if (stored == NULL)
    return NULL;
  g_autofree const char **own = model_own_names (model);
  GPtrArray *columns = g_ptr_array_new_with_free_func ((GDestroyNotify) seen_column_free);
  for (guint i = 0; i < stored->len; i++)
    {
      const StoredColumn *is = stored->pdata[i];
      if (g_strcmp0 (is->name, model->id_column) == 0 || g_strv_contains (own, is->name)
          || is_of_history (model, history, is->name))
        continue;
      SeenColumn *column = g_new0 (SeenColumn, 1);
      *column = (SeenColumn) { .name = g_strdup (is->name),
                               .type = g_strdup (is->written),
                               .is_key = is_any_called (model->business_key, is->name),
                               .hidden = !show_pii && changes_is_personal (model, is->name) };
      *ret_hidden |= column->hidden;
      g_ptr_array_add (columns, column);
    }
  return columns;
}

/* A row of what is compared: two values as text, and whether they differ. */
static void
append_compared (GString *rows, guint place, const SeenColumn *column, const char *old, const char *new, const char *differs)
{
  g_autofree char *literal = text_quote_literal (column->name);
  g_string_append_printf (rows, "%s(%u, %s, %s, %s, %s, %s)", rows->len > 0 ? ", " : "", place, literal,
                          column->hidden ? "true" : "false", column->hidden ? "null::text" : old,
                          column->hidden ? "null::text" : new, differs);
}

static char *
make_list (const GString *rows)
{
  if (rows->len == 0)
    return g_strdup ("null::text");
  return g_strdup_printf ("(select json_agg(case when c.hidden then json_build_object('column', c.name, 'withheld', true)"
                          " else json_build_object('column', c.name, 'old', c.old, 'new', c.new) end order by c.place)::text"
                          " from (values %s) c (place, name, hidden, old, new, differs) where c.differs)",
                          rows->str);
}

char *
changes_expression (const GPtrArray *columns, const char *old, const char *new)
{
  g_autoptr (GString) rows = g_string_new (NULL);
  for (guint i = 0; i < columns->len; i++)
    {
      const SeenColumn *column = columns->pdata[i];
      g_autofree char *ident = text_quote_ident (column->name);
      g_autofree char *was = g_strdup_printf ("%s%s::text", old, ident), *is = g_strdup_printf ("%s%s::text", new, ident);
      g_autofree char *differs = g_strdup_printf ("%s%s is distinct from %s%s", old, ident, new, ident);
      if (!column->is_key)
        append_compared (rows, i, column, was, is, differs);
    }
  return make_list (rows);
}

char *
changes_cells (const GPtrArray *columns, const char *of)
{
  g_autoptr (GString) rows = g_string_new (NULL);
  for (guint i = 0; i < columns->len; i++)
    {
      const SeenColumn *column = columns->pdata[i];
      g_autofree char *literal = text_quote_literal (column->name), *ident = text_quote_ident (column->name);
      if (!column->is_key)
        g_string_append_printf (rows, column->hidden ? "%s(%s, md5(%s%s::text))" : "%s(%s, %s%s::text)", rows->len > 0 ? ", " : "",
                                literal, of, ident);
    }
  return rows->len == 0 ? g_strdup ("'{}'::json")
                        : g_strdup_printf ("(select json_object_agg(c.name, c.value) from (values %s) c (name, value))", rows->str);
}

const StoredColumn *
changes_find_before (const GPtrArray *before, const Model *model, const char *name)
{
  const StoredColumn *same = columns_find (before, name);
  for (guint i = 0; same == NULL && i < model->columns->len; i++)
    {
      const ModelColumn *column = model->columns->pdata[i];
      if (!name_is_stored_as (column->name, name))
        continue;
      for (guint j = 0; same == NULL && j < before->len; j++)
        if (is_any_called (column->from, ((const StoredColumn *) before->pdata[j])->name))
          same = before->pdata[j];
    }
  return same;
}

/* As what a column was is compared with what it is: as the type that it has become; as text, where it was one and every spelling of it may
 * have become the same value. */
static void
append_since (GString *rows, guint place, const SeenColumn *column, const StoredColumn *before, const char *cells)
{
  g_autofree char *literal = text_quote_literal (column->name), *is = g_strdup_printf ("%s->>%s", cells, literal);
  g_autofree char *ident = before != NULL ? text_quote_ident (before->name) : NULL;
  bool as_text = before == NULL || strcmp (before->written, "text") == 0;
  g_autofree char *was = before == NULL ? g_strdup ("null::text")
                         : as_text      ? g_strdup_printf ("o.%s::text", ident)
                                        : g_strdup_printf ("o.%s::%s::text", ident, column->type);
  g_autofree char *differs = column->hidden ? g_strdup_printf ("md5(%s) is distinct from %s", was, is)
                             : as_text
                                 ? g_strdup_printf ("%s is distinct from %s", was, is)
                                 : g_strdup_printf ("o.%s::%s is distinct from (%s)::%s", ident, column->type, is, column->type);
  append_compared (rows, place, column, was, is, differs);
}

char *
changes_since (const GPtrArray *columns, const Model *model, const GPtrArray *before, const char *cells)
{
  g_autoptr (GString) rows = g_string_new (NULL);
  for (guint i = 0; i < columns->len; i++)
    {
      const SeenColumn *column = columns->pdata[i];
      if (!column->is_key)
        append_since (rows, i, column, changes_find_before (before, model, column->name), cells);
    }
  return make_list (rows);
}

Json *
changes_of_new (const GPtrArray *columns, const Json *cells)
{
  Json *changes = json_array ();
  for (guint i = 0; i < columns->len; i++)
    {
      const SeenColumn *column = columns->pdata[i];
      Json *cell = json_object_get (cells, column->name);
      if (!json_is_string (cell))
        continue;
      json_array_append_new (changes, column->hidden ? json_pack ("{s:s, s:b}", "column", column->name, "withheld", 1)
                                                     : json_pack ("{s:s, s:n, s:O}", "column", column->name, "old", "new", cell));
    }
  return changes;
}

/* What a person sees of a value. */
static void
append_value (GString *text, const Json *value)
{
  const char *bytes = json_string_value (value);
  g_autofree char *shown = bytes != NULL ? text_printable (bytes, strlen (bytes), SHOWN_BYTES) : g_strdup ("NULL");
  g_string_append (text, shown);
}

char *
changes_text (const Json *changes, bool is_new)
{
  GString *text = g_string_new (NULL);
  size_t i;
  Json *change;
  json_array_foreach (changes, i, change)
    {
      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", json_string_value (json_object_get (change, "column")));
      if (json_object_get (change, "withheld") != NULL)
        {
          g_string_append (text, is_new ? " (not shown)" : " (changed, not shown)");
          continue;
        }
      g_string_append (text, ": ");
      if (!is_new)
        {
          append_value (text, json_object_get (change, "old"));
          g_string_append (text, " → ");
        }
      append_value (text, json_object_get (change, "new"));
    }
  return g_string_free (text, FALSE);
}

void
changes_say_hidden (const char *table)
{
  fprintf (stderr, "Columns of %s with \"pii\": true are not shown. --show-pii shows them.\n", table);
}
