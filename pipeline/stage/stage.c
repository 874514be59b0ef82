#include "pipeline/stage/stage.h"

#include "base/error.h"
#include "base/text.h"
#include "models/name.h"
#include "pipeline/stage/aside.h"
#include "pipeline/stage/grants.h"
#include "pipeline/stage/in_place.h"
#include "pipeline/stage/replace.h"
#include "pipeline/stage/short_lock.h"
#include "schema/sql.h"

#include <string.h>

#define BUILD_SUFFIX 10 /* "__" and eight digits of the run */

char *
stage_prefix (const char *table)
{
  g_autofree char *start = name_limit (g_strdup (table), BUILD_SUFFIX, table);
  return g_strconcat (start, "__", NULL);
}

Stage *
stage_new (const char *schema, const Run *run)
{
  char id[UID_TEXT_SIZE];
  uid_format (run->id, id);
  Stage *stage = g_new0 (Stage, 1);
  stage->schema = schema;
  stage->table = g_strdup (run->table);
  g_autofree char *prefix = stage_prefix (run->table);
  stage->build = g_strdup_printf ("%s%.8s", prefix, id);
  stage->name = g_strdup (stage->build);
  return stage;
}

void
stage_free (Stage *stage)
{
  if (stage == NULL)
    return;
  g_free (stage->table);
  g_free (stage->build);
  g_free (stage->name);
  g_free (stage->aside);
  g_clear_pointer (&stage->comments, g_ptr_array_unref);
  g_free (stage);
}

static bool
schema_exists (Db *db, const char *schema, bool *ret_exists, GError **error)
{
  const SqlVar vars[] = { { "schema", schema } };
  g_autoptr (DbResult) result = NULL;
  if (!sql_run (db, "staging/schema_exists", vars, 1, &result, error))
    return false;
  *ret_exists = db_result_bool (result, 0, 0);
  return true;
}

/* CREATE SCHEMA IF NOT EXISTS fails with a unique violation where two sessions do it at once: one waits for the other, and looks
 * again. */
bool
stage_ensure_schema (Db *db, const char *schema, const char *what, GError **error)
{
  bool exists;
  if (!schema_exists (db, schema, &exists, error))
    return false;
  if (exists)
    return true;
  if (!sql_run (db, "staging/lock_schemas", NULL, 0, NULL, error) || !schema_exists (db, schema, &exists, error))
    return false;
  if (exists)
    return true;
  const SqlVar vars[] = { { "schema", schema } };
  if (sql_run (db, "staging/create_schema", vars, G_N_ELEMENTS (vars), NULL, error))
    return true;
  g_prefix_error (error, "could not create the %s schema \"%s\": ", what, schema);
  weir_error_hint (error, "Let this role create it (grant create on database ... to ...), or create it owned by this role.");
  return false;
}

/* Drops a table that an earlier load could not swap in; a reader may still hold it: then it is left for the next load. */
static bool
drop_leftover (Db *db, const Stage *stage, const char *name, GError **error)
{
  const SqlVar vars[] = { { "schema", stage->schema }, { "table", name } };
  if (!db_exec (db, "savepoint leftover; set local lock_timeout = 100", error))
    return false;
  if (!sql_run (db, "staging/drop", vars, 2, NULL, NULL))
    return db_exec (db, "rollback to savepoint leftover; release savepoint leftover", error);
  return db_exec (db, "set local lock_timeout = 0; release savepoint leftover", error);
}

/* *ret_ours: there is a table that an earlier load made. */
static bool
drop_leftovers (Db *db, const Stage *stage, bool *ret_ours, GError **error)
{
  g_autofree char *prefix = g_strndup (stage->build, strlen (stage->build) - 8);
  const SqlVar vars[] = { { "schema", stage->schema }, { "table", stage->table }, { "prefix", prefix } };
  g_autoptr (DbResult) there = NULL;
  *ret_ours = false;
  if (!sql_run (db, "staging/there", vars, G_N_ELEMENTS (vars), &there, error))
    return false;
  for (int row = 0; row < db_result_rows (there); row++)
    if (db_result_bool (there, row, 0))
      *ret_ours = db_result_bool (there, row, 2);
    else if (!drop_leftover (db, stage, db_result_value (there, row, 1), error))
      return false;
  return true;
}

static void
set_name (Stage *stage, const char *name)
{
  g_free (stage->name);
  stage->name = g_strdup (name);
}

/* Of a run that is done once more the table is a temporary one, as its schema says. */
static bool
create (Db *db, Stage *stage, const Layout *layout, bool replays, GError **error)
{
  g_autoptr (GString) columns = g_string_new (NULL);
  for (int i = 0; i < layout->n_columns; i++)
    {
      g_autofree char *ident = text_quote_ident (layout->columns[i].name);
      g_string_append_printf (columns, "%s %s, ", ident, layout->columns[i].type->name);
    }
  for (int i = 0; i < layout->n_references; i++)
    {
      g_autofree char *ident = text_quote_ident (layout->references[i].reference->as);
      g_string_append_printf (columns, "%s uuid, ", ident);
    }
  const SqlVar vars[] = {
    { "schema", stage->schema }, { "build", stage->build }, { "columns", columns->str }, { "unlogged", replays ? "" : "unlogged" }
  };
  return sql_run (db, "staging/create", vars, G_N_ELEMENTS (vars), NULL, error);
}

bool
stage_create (Db *db, Stage *stage, const Layout *layout, const PipelineOptions *options, bool small, GError **error)
{
  bool ours;
  g_clear_pointer (&stage->comments, g_ptr_array_unref);
  set_name (stage, stage->build);
  stage->small = small;
  if (!drop_leftovers (db, stage, &ours, error)
      || (small && ours && !in_place_take (db, stage, layout, options, &stage->comments, error)))
    return false;
  if (stage->comments == NULL)
    return create (db, stage, layout, options->replays, error);
  set_name (stage, stage->table);
  return true;
}

/* Frozen, which the transaction that made the table may ask for: whoever reads the rows first then does not write on all pages that they hold. */
bool
stage_copy_begin (Db *db, const Stage *stage, GError **error)
{
  g_autofree char *schema = text_quote_ident (stage->schema);
  g_autofree char *build = text_quote_ident (stage->name);
  const char *frozen = stage->comments == NULL ? ", freeze" : "";
  g_autofree char *sql = g_strdup_printf ("copy %s.%s from stdin (format binary%s)", schema, build, frozen);
  return db_copy_begin (db, sql, error);
}

Json *
stage_columns (const Layout *layout)
{
  Json *columns = json_array ();
  for (int i = 0; i < layout->n_columns; i++)
    {
      const LayoutColumn *column = &layout->columns[i];
      const ColumnFinding *finding = &layout->findings[i];
      Json *ways = finding->settle != NULL ? json_pack ("[s, s*]", finding->settle, finding->settle_or) : json_null ();
      json_array_append_new (columns,
                             json_pack ("{s:o, s:o, s:s, s:o, s:o, s:o}", "name", weir_json_string (column->name), "header",
                                        weir_json_string (column->header), "type", column->type->name, "format",
                                        weir_json_string (column->format), finding->declarable ? "declarable" : "ambiguous", ways,
                                        "null", null_words_to_json (layout_null_words (finding))));
    }
  return columns;
}

/* before: the comment that it has, NULL: none. */
static bool
comment_column (Db *db, const Stage *stage, const LayoutColumn *column, const ColumnFinding *finding, const char *before,
                GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  if (column->header[0] != '\0' && strcmp (column->header, column->name) != 0)
    g_string_append_printf (text, "header %s", column->header);
  if (column->format != NULL)
    g_string_append_printf (text, "%sformat %s", text->len > 0 ? "; " : "", column->format);
  if (finding->settle_or != NULL)
    g_string_append_printf (text, "%s%s: {%s} or {%s}", text->len > 0 ? "; " : "", finding->declarable ? "declarable" : "ambiguous",
                            finding->settle, finding->settle_or);
  else if (finding->settle != NULL)
    g_string_append_printf (text, "%sdeclarable: {%s}", text->len > 0 ? "; " : "", finding->settle);
  uint64_t nulls = layout_null_words (finding);
  if (nulls != 0)
    {
      g_autofree char *list = infer_null_list (nulls);
      g_string_append_printf (text, "%snull %s", text->len > 0 ? "; " : "", list);
    }
  if (strcmp (text->str, before != NULL ? before : "") == 0)
    return true;
  g_autofree char *schema = text_quote_ident (stage->schema);
  g_autofree char *build = text_quote_ident (stage->name);
  g_autofree char *name = text_quote_ident (column->name);
  g_autofree char *literal = text_quote_literal (text->str);
  g_autofree char *sql = g_strdup_printf ("comment on column %s.%s.%s is %s", schema, build, name, literal);
  return db_exec (db, sql, error);
}

bool
stage_finish (Db *db, const Stage *stage, const Layout *layout, const Run *run, GError **error)
{
  for (int i = 0; i < layout->n_columns; i++)
    {
      const char *before = stage->comments != NULL ? stage->comments->pdata[i] : NULL;
      if (!comment_column (db, stage, &layout->columns[i], &layout->findings[i], before, error))
        return false;
    }
  char id[UID_TEXT_SIZE];
  uid_format (run->id, id);
  g_autofree char *comment = g_strdup_printf ("%s (weir run %s)", run->file, id);
  g_autofree char *schema = text_quote_ident (stage->schema);
  g_autofree char *build = text_quote_ident (stage->name);
  g_autofree char *literal = text_quote_literal (comment);
  g_autofree char *sql = g_strdup_printf ("comment on table %s.%s is %s", schema, build, literal);
  return db_exec (db, sql, error);
}

static void
take_name (Stage *stage)
{
  set_name (stage, stage->table);
}

/* The old table's grants on the new one, then the old one's name. */
static bool
swap (Db *db, Stage *stage, GError **error)
{
  const SqlVar vars[] = { { "schema", stage->schema }, { "table", stage->table }, { "build", stage->build } };
  g_autoptr (DbResult) grants = NULL;
  g_autofree char *aside = NULL;
  if (!grants_read (db, stage->schema, stage->table, stage->build, &grants, error) || !grants_give (db, grants, error)
      || (stage->small && !aside_put (db, stage, &aside, error))
      || (aside == NULL && !sql_run (db, "staging/drop", vars, G_N_ELEMENTS (vars), NULL, error))
      || !sql_run (db, "staging/rename", vars, G_N_ELEMENTS (vars), NULL, error))
    return false;
  stage->aside = g_steal_pointer (&aside);
  return true;
}

static bool
note_unswapped (const Stage *stage, const char *why, GPtrArray *notes)
{
  g_ptr_array_add (notes, g_strdup_printf ("%s.%s was left as it is, for %s: this load's rows are in %s.%s until the next load",
                                           stage->schema, stage->table, why, stage->schema, stage->build));
  return true;
}

/* Something depends on the old table, so that it has to stay: the new rows go into it. */
static bool
refill (Db *db, Stage *stage, const PipelineOptions *options, GPtrArray *notes, GError **error)
{
  const char *const names[] = { stage->table, NULL };
  bool locked, same = false;
  if (!short_lock_begin (db, stage->schema, names, SHORT_LOCK_ALL, options->swap_timeout_ms, &locked, error))
    return false;
  if (!locked)
    return note_unswapped (stage, "somebody is reading it", notes);
  g_autoptr (GError) failure = NULL;
  bool done = replace_rows (db, stage->schema, stage->table, stage->build, &same, &failure);
  if (done && same)
    return take_name (stage), short_lock_end (db, options->lock_timeout_ms, error);
  if (!done && weir_error_get_reason (failure) != REASON_NOT_SUPPORTED) /* a foreign key refers to it */
    return g_propagate_error (error, g_steal_pointer (&failure)), false;
  const char *why = done ? "other objects depend on it, and its columns are others" : "a foreign key refers to it";
  return note_unswapped (stage, why, notes) && short_lock_undo (db, error);
}

/* The same where the name is an earlier load's. */
static bool
replace (Db *db, Stage *stage, const PipelineOptions *options, GPtrArray *notes, GError **error)
{
  const char *const names[] = { stage->table, NULL };
  bool locked;
  if (!short_lock_begin (db, stage->schema, names, SHORT_LOCK_ALL, options->swap_timeout_ms, &locked, error))
    return false;
  if (!locked)
    return note_unswapped (stage, "somebody is reading it", notes);
  g_autoptr (GError) failure = NULL;
  if (swap (db, stage, &failure))
    return take_name (stage), short_lock_end (db, options->lock_timeout_ms, error);
  if (weir_error_get_reason (failure) != REASON_DEPENDENT_OBJECTS)
    return g_propagate_error (error, g_steal_pointer (&failure)), false;
  return short_lock_undo (db, error) && refill (db, stage, options, notes, error);
}

bool
stage_swap (Db *db, Stage *stage, const PipelineOptions *options, GPtrArray *notes, GError **error)
{
  const SqlVar vars[] = { { "schema", stage->schema }, { "table", stage->table } };
  g_autoptr (DbResult) found = NULL;
  if (stage->comments != NULL)
    return true;
  if (!sql_run (db, "staging/find", vars, 2, &found, error))
    return false;
  if (db_result_rows (found) == 0)
    return swap (db, stage, error) && (take_name (stage), true);
  if (!db_result_bool (found, 0, 0))
    return note_unswapped (stage, "weir did not make it", notes);
  return replace (db, stage, options, notes, error);
}

bool
stage_count (Db *db, const Stage *stage, Uid run, int64_t *ret_rows, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  const SqlVar vars[] = { { "schema", stage->schema }, { "build", stage->name }, { "run", id } };
  g_autoptr (DbResult) result = NULL;
  bool stays = stage->comments != NULL; /* then it is asked of the next file, too */
  if (!(stays ? sql_run_again : sql_run) (db, "staging/count", vars, G_N_ELEMENTS (vars), &result, error))
    return false;
  *ret_rows = db_result_bool (result, 0, 1) ? db_result_int64 (result, 0, 0) : 0;
  return true;
}

bool
stage_first_value (Db *db, const Stage *stage, const char *column, char **ret_value, GError **error)
{
  const SqlVar vars[] = { { "schema", stage->schema }, { "build", stage->name }, { "column", column } };
  g_autoptr (DbResult) result = NULL;
  *ret_value = NULL;
  if (!sql_run (db, "staging/first_value", vars, G_N_ELEMENTS (vars), &result, error))
    return false;
  if (db_result_rows (result) > 0)
    *ret_value = g_strdup (db_result_value (result, 0, 0));
  return true;
}
