/* Behind the rollback: what was there before. */
#include "src/report/diff_private.h"

#include "pipeline/warehouse/kinds.h"
#include "schema/history_vars.h"
#include "schema/ledger.h"

#include <string.h>

#define PAGE_ROWS 500 /* that are compared at once */

/* What is another in the table's columns. */
static bool
tell_columns (Diff *diff, const GPtrArray *before, GError **error)
{
  for (guint i = 0; before->len > 0 && i < diff->columns->len; i++)
    {
      const SeenColumn *column = diff->columns->pdata[i];
      const StoredColumn *was = changes_find_before (before, diff->model, column->name);
      if (was != NULL && strcmp (was->name, column->name) == 0 && strcmp (was->written, column->type) == 0)
        continue;
      g_autoptr (Json) object =
          json_pack ("{s:s, s:s, s:s, s:s?, s:s?}", "kind", diff_kind_words[DIFF_COLUMN], "column", column->name, "type",
                     column->type, "former", was != NULL ? was->name : NULL, "was", was != NULL ? was->written : NULL);
      diff->counts[DIFF_COLUMN]++;
      if (!diff_put (diff->told, object, error))
        return false;
    }
  return true;
}

static bool
is_kind (const Json *entry, DiffKind kind)
{
  return g_strcmp0 (json_string_value (json_object_get (entry, "kind")), diff_kind_words[kind]) == 0;
}

/* Whether what was there before is to be asked for. What is new and holds since ever may be a placeholder that was filled. */
static bool
has_before (const Json *entry)
{
  bool ever = g_strcmp0 (json_string_value (json_object_get (entry, "from")), "-infinity") == 0;
  return json_object_get (entry, "cells") != NULL
         && (is_kind (entry, DIFF_UPDATED) || is_kind (entry, DIFF_CORRECTED) || is_kind (entry, DIFF_LATE)
             || (is_kind (entry, DIFF_INSERTED) && ever));
}

/* What is asked of a page: [{"n", "id", "at", "cells"}], by the places of the entries. Owned by the caller; NULL: nothing. */
static char *
make_question (const GPtrArray *page)
{
  g_autoptr (Json) question = json_array ();
  for (guint i = 0; i < page->len; i++)
    {
      const Json *entry = page->pdata[i];
      Json *at = json_object_get (entry, "at");
      if (!has_before (entry))
        continue;
      Json *row = json_pack ("{s:I, s:O, s:O}", "n", (json_int_t) i, "id", json_object_get (entry, "id"), "cells",
                             json_object_get (entry, "cells"));
      if (at != NULL)
        json_object_set (row, "at", at);
      json_array_append_new (question, row);
    }
  return json_array_size (question) > 0 ? weir_json_text (question) : NULL;
}

/* What the rows of a page are compared with. Borrowed. */
typedef struct
{
  const History *history; /* what the columns are called that tell versions apart: the load may rename them */
  const char *changes;    /* changes_since */
} Before;

static bool
ask_before (Db *db, const Diff *diff, const Before *before, const GPtrArray *page, GError **error)
{
  const Model *model = diff->model;
  g_autofree char *question = make_question (page);
  g_autoptr (DbResult) answer = NULL;
  const SqlVar vars[] = { { "schema", diff->schema }, { "table", model->table },      { "id", model->id_column },
                          { "page", question },       { "changes", before->changes }, HISTORY_VARS (before->history) };
  const char *statement = model_has_versions (model) ? "diff/before" : "diff/fact_before";
  if (question == NULL)
    return true;
  if (!sql_run (db, statement, vars, G_N_ELEMENTS (vars), &answer, error))
    return false;
  for (int row = 0; row < db_result_rows (answer); row++)
    {
      Json *entry = page->pdata[db_result_int64 (answer, row, 0)];
      const char *text = db_result_value (answer, row, 2);
      bool first = db_result_bool (answer, row, 1);
      if (is_kind (entry, DIFF_INSERTED) && !first)
        json_object_set_new (entry, "kind", json_string (diff_kind_words[DIFF_UPDATED]));
      json_object_set_new (entry, "first", json_boolean (first));
      json_object_set_new (entry, "changed", text != NULL ? weir_json_parse (text, strlen (text), "changes", NULL) : json_array ());
    }
  return true;
}

/* As other times in JSON are. */
static void
make_utc (Json *entry, const char *member)
{
  const char *text = json_string_value (json_object_get (entry, member));
  if (text == NULL || !g_str_has_suffix (text, "+00:00"))
    return;
  g_autofree char *utc = g_strdup_printf ("%.*sZ", (int) (strlen (text) - strlen ("+00:00")), text);
  json_object_set_new (entry, member, json_string (utc));
}

/* As many of each kind as are wanted: where a kind is asked for in two parts there may be twice as many. */
static bool
tell (Diff *diff, const Json *entry, GError **error)
{
  int kind = 0;
  while (kind + 1 < DIFF_KINDS && !is_kind (entry, (DiffKind) kind))
    kind++;
  return (diff->options.limit > 0 && diff->shown[kind]++ >= diff->options.limit) || diff_put (diff->told, entry, error);
}

/* Behind the new rows: those that had been placeholders. */
static bool
tell_filled (Diff *diff, GPtrArray *filled, GError **error)
{
  for (guint i = 0; i < filled->len; i++)
    if (!tell (diff, filled->pdata[i], error))
      return false;
  g_ptr_array_set_size (filled, 0);
  return true;
}

static void
finish_entry (const Diff *diff, Json *entry)
{
  if (is_kind (entry, DIFF_INSERTED))
    {
      json_object_set_new (entry, "first", json_true ());
      json_object_set_new (entry, "changed", changes_of_new (diff->columns, json_object_get (entry, "cells")));
    }
  make_utc (entry, "from");
  make_utc (entry, "to");
  if (!json_is_true (json_object_get (entry, "in_place")))
    json_object_del (entry, "in_place");
  json_object_del (entry, "cells");
  json_object_del (entry, "at");
}

static bool
tell_page (Diff *diff, const GPtrArray *page, GPtrArray *filled, GError **error)
{
  for (guint i = 0; i < page->len; i++)
    {
      Json *entry = page->pdata[i];
      bool was_new =
          is_kind (entry, DIFF_INSERTED) || g_strcmp0 (json_string_value (json_object_get (entry, "from")), "-infinity") == 0;
      finish_entry (diff, entry);
      if (was_new && is_kind (entry, DIFF_UPDATED))
        g_ptr_array_add (filled, json_incref (entry));
      else if ((!was_new && !tell_filled (diff, filled, error)) || !tell (diff, entry, error))
        return false;
    }
  return true;
}

/* The next entries that were found; none at their end. */
static GPtrArray *
read_page (Diff *diff)
{
  GPtrArray *page = g_ptr_array_new_with_free_func ((GDestroyNotify) json_decref);
  while (page->len < PAGE_ROWS)
    {
      Json *entry = diff_get (diff->found);
      if (entry == NULL)
        break;
      g_ptr_array_add (page, entry);
    }
  return page;
}

static bool
compare_pages (Diff *diff, Db *db, const Before *before, GError **error)
{
  g_autoptr (GPtrArray) filled = g_ptr_array_new_with_free_func ((GDestroyNotify) json_decref);
  rewind (diff->found);
  for (;;)
    {
      g_autoptr (GPtrArray) page = read_page (diff);
      if (page->len == 0)
        return tell_filled (diff, filled, error);
      if ((before->changes != NULL && !ask_before (db, diff, before, page, error)) || !tell_page (diff, page, filled, error))
        return false;
    }
}

static bool
compare (Diff *diff, Db *db, GError **error)
{
  g_autoptr (GPtrArray) stored = columns_read (db, diff->schema, diff->model->table, error);
  g_auto (TableState) state = { 0 };
  g_auto (History) history = { 0 };
  if (stored == NULL || !ledger_table_read (db, diff->model->table, false, &state, error)
      || !history_parse (state.history, &history, error) || !tell_columns (diff, stored, error))
    return false;
  g_autofree char *changes = stored->len > 0 ? changes_since (diff->columns, diff->model, stored, "a.cells") : NULL;
  return compare_pages (diff, db, &(Before) { &history, changes }, error);
}

bool
diff_compare (Diff *diff, Db *db, GError **error)
{
  return diff->model != NULL ? compare (diff, db, error) : compare_pages (diff, db, &(Before) { NULL, NULL }, error);
}
