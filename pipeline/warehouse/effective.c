#include "pipeline/warehouse/effective.h"

#include "base/error.h"
#include "base/text.h"
#include "models/file_date.h"
#include "schema/sql.h"

void
effective_clear (Effective *effective)
{
  g_free (effective->instant);
  g_free (effective->absent);
}

bool
effective_is_dated (const Effective *effective)
{
  return effective->by_row || effective->instant != NULL;
}

const char *
effective_name (const Layout *layout)
{
  return layout->effective >= 0 ? layout->columns[layout->effective].name : layout_key_name (layout);
}

char *
effective_of_row (const Layout *layout, const char *of)
{
  if (layout->effective < 0)
    return NULL;
  const LayoutColumn *column = &layout->columns[layout->effective];
  g_autofree char *ident = text_quote_ident (column->name);
  g_autofree char *zone = text_quote_literal (model_time_zone (layout->model));
  if (column->type->id == TYPE_TIMESTAMPTZ)
    return g_strdup_printf ("%s%s", of, ident);
  return g_strdup_printf ("(%s%s::timestamp at time zone %s)", of, ident, zone);
}

char *
effective_to_column (const Layout *layout, const char *instant)
{
  const LayoutColumn *column = &layout->columns[layout->effective];
  g_autofree char *zone = text_quote_literal (model_time_zone (layout->model));
  if (column->type->id == TYPE_TIMESTAMPTZ)
    return g_strdup (instant);
  return g_strdup_printf ("(%s at time zone %s)::%s", instant, zone, column->type->name);
}

static bool
check_type (const Layout *layout, GError **error)
{
  const LayoutColumn *column = &layout->columns[layout->effective];
  TypeId type = column->type->id;
  if (type == TYPE_DATE || type == TYPE_TIMESTAMP || type == TYPE_TIMESTAMPTZ)
    return true;
  g_autofree char *hint = g_strdup_printf (
      "Declare how it is written, as \"%s\": {\"type\": \"timestamp\", \"format\": \"DD/MM/YYYY HH24:MI\"}.", column->name);
  return weir_fail (error, &(Failure) { WEIR_ERROR_INPUT, .detail = "Nothing was changed.", .hint = hint },
                    "column %s is %s, and %s takes from it since when a row is true", column->name, column->type->name,
                    layout->model->path);
}

static const char *
dated_name (const Run *run)
{
  return run->named != NULL ? run->named : run->file;
}

static bool
no_date (const PipelineTask *task, FileDateVerdict verdict, GError **error)
{
  static const char *const words[] = {
    [FILE_DATE_NONE] = "no date", [FILE_DATE_IMPOSSIBLE] = "no date that there is", [FILE_DATE_SEVERAL] = "two dates"
  };
  const char *table = task->run->table;
  g_autofree char *hint = g_strdup_printf ("Name it as %s_2026-11-20.csv, %s-20261120T0930.csv or 2026-11-20_%s.csv, or say it: "
                                           "`weir load --as-of TIME %s`.",
                                           table, table, table, task->run->file);
  return weir_fail (error, &(Failure) { WEIR_ERROR_INPUT, REASON_NO_DATE, .detail = "Nothing was changed.", .hint = hint },
                    "\"%s\" has %s in its name, from which %s takes since when its rows are true", dated_name (task->run),
                    words[verdict], task->model->path);
}

static bool
is_ahead (const PipelineTask *task, const FileInstant *instant, GError **error)
{
  g_autofree char *hint = g_strdup_printf (
      "Load it when that has come; or say where its day begins (\"time_zone\" in %s), or another time: `weir load --as-of now`.",
      task->model->path);
  return weir_fail (error, &(Failure) { WEIR_ERROR_INPUT, REASON_FUTURE, .detail = "Nothing was changed.", .hint = hint },
                    "\"%s\" is true since %s, which has not come yet", task->run->file, instant->shown);
}

/* The moment that a kind of them says of the file; NULL: none. */
static const FileMoment *
find_moment (const PipelineTask *task, EffectiveKind kind, FileDate *date, FileDateVerdict *ret_verdict, FileMoment *moment)
{
  *ret_verdict = kind == EFFECTIVE_FILE_NAME ? file_date_find (dated_name (task->run), date) : FILE_DATE_NONE;
  *moment = *ret_verdict == FILE_DATE_FOUND
                ? (FileMoment) { .text = date->text, .zone = date->zoned ? NULL : model_time_zone (task->model) }
                : (FileMoment) { .ns = task->run->instant_ns };
  return *ret_verdict == FILE_DATE_FOUND || kind == EFFECTIVE_MTIME ? moment : NULL;
}

/* Since when keys are gone that a full export lacks whose rows have times of their own. */
static bool
find_absent (Db *db, const PipelineTask *task, const Layout *layout, Effective *effective, GError **error)
{
  const Model *model = task->model;
  EffectiveKind kind = model->effective.absent;
  FileDate date = { 0 };
  FileDateVerdict verdict;
  FileMoment moment;
  g_auto (FileInstant) instant = { 0 };
  if (layout->absent == ABSENT_KEEP || kind == EFFECTIVE_ARRIVAL)
    return true;
  const FileMoment *said = find_moment (task, kind, &date, &verdict, &moment);
  if (!ledger_absent_instant (db, task->run, said, &instant, error))
    return false;
  if (instant.instant == NULL)
    return no_date (task, verdict, error);
  if (instant.ahead)
    return is_ahead (task, &instant, error);
  effective->absent = g_steal_pointer (&instant.instant);
  effective->absent_dated = true;
  return true;
}

/* Whether there may be an instant: the model says where it is, somebody said it by hand, or a run that had the file before knows it. */
static bool
may_be_dated (const PipelineTask *task)
{
  return task->model->effective.kind != EFFECTIVE_ARRIVAL || task->run->as_of != NULL || task->run->again;
}

bool
effective_find (Db *db, const PipelineTask *task, const Layout *layout, Effective *ret_effective, GError **error)
{
  const Model *model = task->model;
  bool keys = layout->keys_only && model->effective.kind == EFFECTIVE_COLUMN;
  *ret_effective = (Effective) { .by_row = layout->effective >= 0 || keys };
  if (ret_effective->by_row)
    return (keys || check_type (layout, error)) && find_absent (db, task, layout, ret_effective, error);
  if (model_is_keyless (model) || !may_be_dated (task))
    return true;
  FileDate date = { 0 };
  FileDateVerdict verdict;
  FileMoment moment;
  g_auto (FileInstant) instant = { 0 };
  const FileMoment *said = find_moment (task, model->effective.kind, &date, &verdict, &moment);
  if (!ledger_file_instant (db, task->run, said, &instant, error))
    return false;
  if (instant.instant == NULL)
    return model->effective.kind == EFFECTIVE_ARRIVAL || no_date (task, verdict, error);
  if (instant.ahead)
    return is_ahead (task, &instant, error);
  ret_effective->instant = g_steal_pointer (&instant.instant);
  ret_effective->late = instant.late;
  return true;
}

bool
effective_settle_absent (Db *db, const PipelineTask *task, const Loaded *loaded, Effective *effective, GError **error)
{
  const Model *model = task->model;
  int64_t ahead;
  g_autoptr (DbResult) settled = NULL;
  if (!effective->by_row || loaded->layout->absent == ABSENT_KEEP)
    return true;
  if (effective->absent == NULL
      && !ledger_table_instant (db, model->table, task->run->applied_on, &effective->absent, &ahead, error))
    return false;
  g_autofree char *at = loaded->layout->keys_only ? g_strdup ("null::timestamptz") : effective_of_row (loaded->layout, "s.");
  const SqlVar vars[] = { { "absent", effective->absent },
                          { "at", at },
                          { "table", model->table },
                          { "staging", loaded->stage->schema },
                          { "build", loaded->stage->name } };
  if (!sql_run (db, "gone/settle", vars, G_N_ELEMENTS (vars), &settled, error))
    return false;
  g_free (effective->absent);
  effective->absent = g_strdup (db_result_value (settled, 0, 0));
  effective->absent_late = db_result_bool (settled, 0, 1);
  return true;
}
