#include "pipeline/warehouse/guard.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/warehouse/vars.h"

#include <string.h>

/* What is judged. */
typedef struct
{
  int64_t closes, holding; /* keys */
  int64_t rows, before;    /* of the file, and of the full export before it; -1: there is none */
  bool cut_off;            /* it ends in a line, and that one did not */
} Measure;

/* Share of a whole, for people. Owned by the caller. */
static char *
percent_text (double part, double whole)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  double percent = whole > 0 ? 100 * part / whole : 0;
  return g_strdup (g_ascii_formatd (number, sizeof number, percent > 0 && percent < 1 ? "%.2f" : "%.0f", percent));
}

/* The guard that it trips; NULL: none. */
static const char *
find_guard (const Model *model, const Measure *measure)
{
  const ModelGuard *guard = &model->guard;
  if ((double) measure->closes * 100 > guard->close_percent * (double) measure->holding)
    return "close_percent";
  if (model->close_within == NULL && (double) measure->rows * 100 < guard->shrink_percent * (double) measure->before)
    return "shrink_percent";
  return measure->cut_off && measure->closes > 0 ? "cut_off" : NULL;
}

static bool
take_measure (Db *db, const GoneInput *input, const Gone *gone, const Vars *vars, Measure *ret_measure, GError **error)
{
  const Splice *what = input->what;
  g_autoptr (DbResult) last = NULL, deleted = NULL, counts = NULL;
  *ret_measure = (Measure) { .rows = what->result->rows.read - what->result->rows.forgotten, .before = -1 };
  if (!sql_run (db, "gone/last_export", vars_all (vars), vars_count (vars), &last, error))
    return false;
  if (db_result_rows (last) > 0)
    {
      ret_measure->before = db_result_int64 (last, 0, 0);
      ret_measure->cut_off = db_result_bool (last, 0, 1) && !what->loaded->ended;
    }
  ret_measure->closes = gone->absent;
  if (what->loaded->gone > 0)
    {
      if (!sql_run (db, "gone/count_deleted", vars_all (vars), vars_count (vars), &deleted, error))
        return false;
      ret_measure->closes += db_result_int64 (deleted, 0, 0);
    }
  if (ret_measure->closes == 0)
    return true;
  if (!sql_run (db, "gone/count", vars_all (vars), vars_count (vars), &counts, error))
    return false;
  ret_measure->holding = db_result_int64 (counts, 0, 0);
  return true;
}

/* ---- what is told ---- */

/* Some of the ids that the file would change: no message has a cell in it. NULL on error. */
static Json *
find_sample (Db *db, const char *statement, const Vars *vars, GError **error)
{
  g_autoptr (DbResult) rows = NULL;
  if (!sql_run (db, statement, vars_all (vars), vars_count (vars), &rows, error))
    return NULL;
  Json *sample = json_array ();
  for (int row = 0; row < db_result_rows (rows); row++)
    json_array_append_new (sample, json_string (db_result_value (rows, row, 0)));
  return sample;
}

static char *
describe (const Model *model, const char *guard, const Measure *measure)
{
  g_autofree char *closes = text_count (measure->closes), *holding = text_count (measure->holding);
  g_autofree char *rows = text_count (measure->rows), *before = text_count (measure->before);
  g_autofree char *share = percent_text ((double) measure->closes, (double) measure->holding);
  if (strcmp (guard, "close_percent") == 0)
    return g_strdup_printf ("it would close %s of %s keys (%s %%), and %g %% is the most (\"guard\": {\"close_percent\": %g})",
                            closes, holding, share, model->guard.close_percent, model->guard.close_percent);
  g_autofree char *left = percent_text ((double) measure->rows, (double) measure->before);
  if (strcmp (guard, "shrink_percent") == 0)
    return g_strdup_printf ("it has %s rows, %s %% of the %s of the export before it, and %g %% is the least (\"guard\": "
                            "{\"shrink_percent\": %g})",
                            rows, left, before, model->guard.shrink_percent, model->guard.shrink_percent);
  return g_strdup_printf (
      "it may be cut off, for it ends within a line, and the export before it did not; it would close %s of %s keys", closes,
      holding);
}

/* Takes the JSON. Returns false. */
static bool
hold (const Splice *what, const char *why, Json *held, GError **error)
{
  const PipelineTask *task = what->task;
  char id[UID_TEXT_SIZE];
  uid_format (task->run->id, id);
  g_autofree char *hint =
      task->options->dry_run
          ? g_strdup ("Without --dry-run it is held, for `weir approve` or `weir discard`.")
          : g_strdup_printf ("`weir status` shows some of the keys. `weir approve %.8s` applies the file all the same, "
                             "`weir discard %.8s` refuses it.",
                             id, id);
  const char *own = what->effective->by_row ? "rows" : what->effective->instant;
  const char *at = task->model->late != LATE_APPLY ? own : NULL;
  json_object_set_new (held, "effective", at != NULL ? json_string (at) : json_null ());
  what->result->held = held;
  return weir_fail (error, &(Failure) { WEIR_ERROR_INPUT, REASON_HELD, .detail = "Nothing was changed.", .hint = hint },
                    "\"%s\" is held: %s", task->run->file, why);
}

static bool
hold_export (Db *db, const GoneInput *input, const Vars *vars, const char *guard, const Measure *measure, GError **error)
{
  Json *sample = find_sample (db, "gone/sample", vars, error);
  if (sample == NULL)
    return false;
  g_autofree char *why = describe (input->what->task->model, guard, measure);
  Json *held = json_pack ("{s:s, s:I, s:I, s:I, s:o, s:o}", "guard", guard, "closes", (json_int_t) measure->closes, "of",
                          (json_int_t) measure->holding, "rows", (json_int_t) measure->rows, "rows_before",
                          measure->before >= 0 ? json_integer (measure->before) : json_null (), "sample", sample);
  return hold (input->what, why, held, error);
}

static bool
is_approved (Db *db, const Splice *what, bool *ret_approved, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (what->task->run->id, id);
  const SqlVar vars[] = { { "run", id }, { "sha", what->loaded->sha256 } };
  g_autoptr (DbResult) approved = NULL;
  if (!sql_run (db, "gone/approved", vars, G_N_ELEMENTS (vars), &approved, error))
    return false;
  *ret_approved = db_result_rows (approved) > 0 && db_result_bool (approved, 0, 0);
  return true;
}

/* Whether a file that a guard would hold goes on: a person has let its bytes pass, or only wants to see what it would do, and that, too. */
static bool
goes_on (Db *db, const Splice *what, const char *why, bool *ret_goes_on, GError **error)
{
  *ret_goes_on = true;
  if (what->task->options->look == NULL)
    return is_approved (db, what, ret_goes_on, error);
  g_ptr_array_add (what->result->notes, g_strdup_printf ("the file would be held: %s", why));
  what->result->would_be_held = true;
  return true;
}

bool
guard_check (Db *db, const GoneInput *input, const Gone *gone, GError **error)
{
  const Model *model = input->what->task->model;
  Measure measure;
  bool passes;
  /* What is done once more has passed. */
  if (!gone->whole || input->what->warehouse->created || input->what->task->options->replays)
    return true;
  g_auto (Vars) vars = gone_vars (input);
  if (!take_measure (db, input, gone, &vars, &measure, error))
    return false;
  const char *guard = find_guard (model, &measure);
  if (guard == NULL)
    return true;
  g_autofree char *why = describe (model, guard, &measure);
  return goes_on (db, input->what, why, &passes, error) && (passes || hold_export (db, input, &vars, guard, &measure, error));
}

bool
guard_check_late (Db *db, const Splice *what, const Vars *vars, GError **error)
{
  const RowCounts *rows = &what->result->rows;
  int64_t absent = what->effective->late ? rows->absent : 0;
  bool passes;
  if (what->task->model->late != LATE_HOLD || rows->late + rows->corrected + absent == 0 || what->task->options->replays)
    return true;
  g_autofree char *late = text_count (rows->late), *corrected = text_count (rows->corrected), *gone = text_count (absent);
  g_autofree char *why =
      g_strdup_printf ("it would change what is known of before (late rows: %s, corrected: %s, absent keys: %s), and the "
                       "model holds such files (\"late\": \"hold\")",
                       late, corrected, gone);
  if (!goes_on (db, what, why, &passes, error))
    return false;
  if (passes)
    return true;
  Json *sample = find_sample (db, "splice/sample", vars, error);
  return sample != NULL
         && hold (what, why,
                  json_pack ("{s:s, s:I, s:I, s:I, s:o}", "guard", "late", "late", (json_int_t) rows->late, "corrected",
                             (json_int_t) rows->corrected, "absent", (json_int_t) absent, "sample", sample),
                  error);
}
