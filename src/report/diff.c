#include "src/report/diff_private.h"

#include "base/error.h"
#include "base/fsutil.h"
#include "base/text.h"
#include "pipeline/warehouse/kinds.h"
#include "pipeline/warehouse/vars.h"
#include "src/report/rejected.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE_ROWS 500 /* of rejects that are asked for at once */

const char *const diff_kind_words[] = { "column", "inserted", "updated", "corrected", "late", "closed", "waiting", "rejected" };
G_STATIC_ASSERT (G_N_ELEMENTS (diff_kind_words) == DIFF_KINDS);

void
diff_free (Diff *diff)
{
  if (diff == NULL)
    return;
  g_free (diff->schema);
  g_clear_pointer (&diff->columns, g_ptr_array_unref);
  g_clear_pointer (&diff->found, fclose);
  g_clear_pointer (&diff->told, fclose);
  g_free (diff);
}

static FILE *
open_scratch (GError **error)
{
  int fd = fs_open_scratch (g_get_tmp_dir (), error);
  return fd >= 0 ? fdopen (fd, "w+") : NULL;
}

Diff *
diff_new (const DiffOptions *options, GError **error)
{
  g_autoptr (Diff) diff = g_new0 (Diff, 1);
  diff->options = *options;
  diff->found = open_scratch (error);
  diff->told = diff->found != NULL ? open_scratch (error) : NULL;
  return diff->told != NULL ? g_steal_pointer (&diff) : NULL;
}

int64_t
diff_count (const Diff *diff, DiffKind kind)
{
  return diff->counts[kind];
}

/* A table without versions has one row of each key, as a fact has. */
static bool
has_versions (const Diff *diff)
{
  return diff->model != NULL && kind_of (diff->model)->versions;
}

/* Late rows of a fact come too late to change it. */
bool
diff_has_changes (const Diff *diff)
{
  for (int kind = 0; kind < DIFF_KINDS; kind++)
    if (diff->counts[kind] > 0 && !(kind == DIFF_LATE && !has_versions (diff)))
      return true;
  return false;
}

bool
diff_hides (const Diff *diff)
{
  return diff->hides;
}

/* ---- lines of JSON ---- */

static bool
write_error (GError **error)
{
  return weir_system_error (error, errno, "could not write a temporary file");
}

bool
diff_put (FILE *file, const Json *object, GError **error)
{
  g_autofree char *text = weir_json_text (object);
  return (fputs (text, file) >= 0 && putc ('\n', file) >= 0) || write_error (error);
}

Json *
diff_get (FILE *file)
{
  char *line = NULL;
  size_t size = 0;
  ssize_t length = getline (&line, &size, file);
  Json *object = length > 0 ? weir_json_parse (line, (size_t) length, "a row", NULL) : NULL;
  free (line);
  return object;
}

void
diff_rewind (Diff *diff)
{
  rewind (diff->told);
}

Json *
diff_next (Diff *diff)
{
  return diff_get (diff->told);
}

/* ---- in the transaction ---- */

static void
take_counts (Diff *diff, const RowCounts *rows)
{
  bool fact = !has_versions (diff);
  const int64_t counts[DIFF_KINDS] = { [DIFF_INSERTED] = rows->inserted,
                                       [DIFF_UPDATED] = rows->updated + (fact ? rows->corrected : 0),
                                       [DIFF_CORRECTED] = fact ? 0 : rows->corrected,
                                       [DIFF_LATE] = rows->late,
                                       [DIFF_CLOSED] = fact ? 0 : MAX (rows->deactivated - rows->updated, 0),
                                       [DIFF_WAITING] = rows->waiting,
                                       [DIFF_REJECTED] = rows->rejected };
  memcpy (diff->counts, counts, sizeof counts);
}

/* Rows of COPY's text format: in JSON a backslash alone is written otherwise than it is. */
static bool
keep_row (Diff *diff, const char *bytes, size_t length, GError **error)
{
  for (size_t i = 0; i < length; i++)
    {
      i += bytes[i] == '\\' && i + 1 < length;
      if (putc (bytes[i], diff->found) < 0)
        return write_error (error);
    }
  return true;
}

static bool
keep_rows (Db *db, Diff *diff, const Vars *vars, const char *statement, GError **error)
{
  g_autofree char *sql = vars_part (vars, statement);
  const void *row;
  size_t length;
  if (!db_read_begin (db, sql, error))
    return false;
  do
    {
      if (!db_read_next (db, &row, &length, error))
        return false;
      if (row != NULL && !keep_row (diff, row, length, error))
        return db_read_cancel (db), false;
    }
  while (row != NULL);
  return true;
}

/* The values of the business key, as JSON. Owned by the caller. */
static char *
key_expression (const Diff *diff)
{
  g_autoptr (GString) parts = g_string_new (NULL);
  for (guint i = 0; i < diff->columns->len; i++)
    {
      const SeenColumn *column = diff->columns->pdata[i];
      g_autofree char *ident = text_quote_ident (column->name);
      if (column->is_key)
        g_string_append_printf (parts, column->hidden ? "%snull" : "%sw.%s::text", parts->len > 0 ? ", " : "", ident);
    }
  return g_strdup_printf (parts->len > 0 ? "json_build_array(%s)" : "null", parts->str);
}

/* What joins the lines, l, which only staging has. */
static bool
find_lines (Db *db, const Diff *diff, const char *run, Vars *vars, GError **error)
{
  const SqlVar place[] = { { "schema", diff->options.staging }, { "table", diff->model->table }, { "run", run } };
  g_autoptr (DbResult) staged = NULL;
  if (!sql_run (db, "diff/staged", place, G_N_ELEMENTS (place), &staged, error))
    return false;
  bool keyless = model_is_keyless (diff->model), there = db_result_rows (staged) > 0;
  vars_set (vars, "key", keyless ? "_hash" : "_id");
  vars_take (vars, "of", text_quote_ident (keyless ? "row_hash" : diff->model->id_column));
  vars_set (vars, "staging", diff->options.staging);
  vars_take (vars, "build", g_strdup (there ? db_result_value (staged, 0, 0) : ""));
  vars_take (vars, "lines", there ? vars_part (vars, "diff/lines") : g_strdup ("cross join (select null::bigint as line) l"));
  return true;
}

static void
set_kind (Vars *vars, DiffKind kind, const char *entry)
{
  vars_take (vars, "kind", text_quote_literal (diff_kind_words[kind]));
  vars_take (vars, "entry", vars_part (vars, entry));
}

static bool
find_judged (Db *db, Diff *diff, Vars *vars, GError **error)
{
  static const struct
  {
    DiffKind kind;
    const char *became, *in_place;
  } kinds[] = { { DIFF_INSERTED, "inserted", "false" },
                { DIFF_UPDATED, "updated", "false" },
                { DIFF_UPDATED, "overwritten", "true" },
                { DIFF_CORRECTED, "corrected", "false" },
                { DIFF_LATE, "late", "false" } };
  vars_set (vars, "line", "j.line");
  vars_set (vars, "at", "n.\"at?\"");
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      vars_take (vars, "became", text_quote_literal (kinds[i].became));
      vars_set (vars, "in_place", kinds[i].in_place);
      set_kind (vars, kinds[i].kind, "diff/of_version");
      if (!keep_rows (db, diff, vars, "diff/judged", error))
        return false;
    }
  return true;
}

/* Whether a version, w, was written in place: in a column whose changes open none. Owned by the caller. */
static char *
overwritten_condition (const Model *model)
{
  g_autoptr (GString) text = g_string_new ("false");
  for (guint i = 0; i < model->history.rules->len; i++)
    {
      const HistoryRule *rule = model->history.rules->pdata[i];
      g_autofree char *ident = text_quote_ident (rule->name), *literal = text_quote_literal (rule->name);
      g_string_append_printf (text, " or o.cells ->> %s is distinct from w.%s::text", literal, ident);
    }
  return g_strdup (text->str);
}

static bool
find_opened (Db *db, Diff *diff, Vars *vars, GError **error)
{
  set_kind (vars, DIFF_INSERTED, "diff/of_version");
  vars_set (vars, "known", "not exists");
  if (!keep_rows (db, diff, vars, "diff/opened", error))
    return false;
  set_kind (vars, DIFF_UPDATED, "diff/of_version");
  vars_set (vars, "known", "exists");
  if (!keep_rows (db, diff, vars, "diff/opened", error))
    return false;
  vars_take (vars, "unlike", overwritten_condition (diff->model));
  vars_set (vars, "in_place", "true");
  set_kind (vars, DIFF_UPDATED, "diff/of_version");
  return diff->model->history.rules->len == 0 || keep_rows (db, diff, vars, "diff/overwritten", error);
}

static bool
find_versions (Db *db, Diff *diff, Vars *vars, bool spliced, GError **error)
{
  g_autofree char *start = text_quote_ident (diff->model->history.names[HISTORY_START]);
  vars_set (vars, "line", "l.line");
  vars_set (vars, "in_place", "false");
  vars_take (vars, "at", g_strconcat ("w.", start, NULL));
  if (spliced ? !find_judged (db, diff, vars, error) : !find_opened (db, diff, vars, error))
    return false;
  vars_set (vars, "line", "l.line");
  vars_set (vars, "in_place", "false");
  set_kind (vars, DIFF_CLOSED, "diff/of_version");
  return diff->counts[DIFF_CLOSED] == 0 || keep_rows (db, diff, vars, "diff/closed", error);
}

static bool
find_facts (Db *db, Diff *diff, Vars *vars, bool later, GError **error)
{
  g_autofree char *id = model_is_keyless (diff->model) ? NULL : text_quote_ident (diff->model->id_column);
  vars_take (vars, "fact_id", id != NULL ? g_strconcat ("w.", id, NULL) : g_strdup ("null"));
  set_kind (vars, DIFF_INSERTED, "diff/of_fact");
  vars_set (vars, "new", "true");
  if (!keep_rows (db, diff, vars, "diff/loaded", error))
    return false;
  set_kind (vars, DIFF_UPDATED, "diff/of_fact");
  vars_set (vars, "new", "false");
  if (!keep_rows (db, diff, vars, "diff/loaded", error))
    return false;
  vars_take (vars, "kind", text_quote_literal (diff_kind_words[DIFF_LATE]));
  return !later || keep_rows (db, diff, vars, "diff/later", error);
}

static bool
find_rows (Db *db, const PipelineTask *task, Diff *diff, GError **error)
{
  const Model *model = diff->model;
  char run[UID_TEXT_SIZE];
  uid_format (task->run->id, run);
  diff->schema = g_strdup (task->options->warehouse_schema);
  diff->columns = changes_columns (db, diff->schema, model, &model->history, diff->options.show_pii, &diff->hides, error);
  const SqlVar table[] = { { "schema", diff->schema }, { "table", model->table }, { "id", model->id_column } };
  g_auto (Vars) vars = vars_from (table, G_N_ELEMENTS (table));
  g_autoptr (DbResult) spliced = NULL;
  vars_set_history (&vars, &model->history);
  vars_take (&vars, "run", g_strdup_printf ("'%s'", run));
  /* The server has no statistics of what the load wrote a moment ago, and would look through all of staging for each row of it. */
  if (diff->columns == NULL || !db_exec (db, "set local enable_nestloop = off", error) || !find_lines (db, diff, run, &vars, error)
      || !sql_run (db, "diff/spliced", NULL, 0, &spliced, error))
    return false;
  vars_take (&vars, "keys", key_expression (diff));
  vars_take (&vars, "cells", changes_cells (diff->columns, "w."));
  vars_take (&vars, "limit",
             diff->options.limit > 0 ? g_strdup_printf ("limit %" G_GINT64_FORMAT, diff->options.limit) : g_strdup (""));
  return has_versions (diff) ? find_versions (db, diff, &vars, db_result_bool (spliced, 0, 0), error)
                             : find_facts (db, diff, &vars, db_result_bool (spliced, 0, 1), error);
}

static bool
is_personal (const Model *model)
{
  for (guint i = 0; model != NULL && i < model->columns->len; i++)
    if (((const ModelColumn *) model->columns->pdata[i])->pii)
      return true;
  return false;
}

static bool
keep_reject (Diff *diff, const DbResult *rejects, int row, bool hide, GError **error)
{
  DiffKind kind = db_result_bool (rejects, row, REJECTED_WAITING) ? DIFF_WAITING : DIFF_REJECTED;
  g_autoptr (GString) bytes = rejected_bytes (rejects, row);
  g_autofree char *readable = hide ? NULL : g_utf8_make_valid (bytes->str, (gssize) bytes->len);
  g_autoptr (Json) object =
      json_pack ("{s:s, s:I, s:s?, s:s, s:s, s:o}", "kind", diff_kind_words[kind], "line",
                 (json_int_t) db_result_int64 (rejects, row, REJECTED_LINE), "column",
                 db_result_value (rejects, row, REJECTED_COLUMN), "reason", db_result_value (rejects, row, REJECTED_REASON),
                 "message", db_result_value (rejects, row, REJECTED_MESSAGE), "original", weir_json_string (readable));
  if (hide)
    json_object_set_new (object, "withheld_bytes", json_integer ((json_int_t) bytes->len));
  diff->hides |= hide;
  return diff_put (diff->found, object, error);
}

/* The rejects and the rows that wait, in their order; of each as many as are wanted. */
static bool
find_rejects (Db *db, const PipelineTask *task, Diff *diff, GError **error)
{
  int64_t left[DIFF_KINDS] = { [DIFF_WAITING] = diff->options.limit, [DIFF_REJECTED] = diff->options.limit };
  bool all = diff->options.limit == 0, hide = !diff->options.show_pii && is_personal (task->model);
  RejectPlace last = { 0 };
  for (int rows = PAGE_ROWS; rows == PAGE_ROWS && (all || left[DIFF_WAITING] > 0 || left[DIFF_REJECTED] > 0);)
    {
      g_autoptr (DbResult) page = NULL;
      if (!ledger_rejects (db, task->run->id, last, PAGE_ROWS, &page, error))
        return false;
      rows = db_result_rows (page);
      for (int row = 0; row < rows; row++)
        {
          DiffKind kind = db_result_bool (page, row, REJECTED_WAITING) ? DIFF_WAITING : DIFF_REJECTED;
          last = (RejectPlace) { db_result_int64 (page, row, REJECTED_LINE), db_result_bool (page, row, REJECTED_REPAIRED) };
          if (!last.repaired && (all || left[kind]-- > 0) && !keep_reject (diff, page, row, hide, error))
            return false;
        }
    }
  return true;
}

bool
diff_look (Db *db, const PipelineTask *task, const PipelineResult *result, void *data, GError **error)
{
  Diff *diff = data;
  bool applied = result->status == STATUS_APPLIED;
  diff->model = applied ? task->model : NULL;
  take_counts (diff, &result->rows);
  return (!applied || find_rows (db, task, diff, error)) && find_rejects (db, task, diff, error);
}
