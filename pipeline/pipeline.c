#include "pipeline/pipeline.h"

#include "base/error.h"
#include "base/fault.h"
#include "pipeline/stage/load.h"
#include "pipeline/warehouse/agreement.h"
#include "pipeline/warehouse/transform.h"
#include "pipeline/warehouse/warehouse.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASH_PIECE (64 * 1024)

/* Every transaction of a run works with these, whatever the role's or the database's defaults are: durable, without foreign
 * timeouts, and with room for one hash table of a million keys. */
static const char begin_sql[] = "begin isolation level read committed;"
                                "set local synchronous_commit = on;"
                                "set local statement_timeout = 0;"
                                "set local lock_timeout = 0;"
                                "set local idle_in_transaction_session_timeout = 0;"
                                "set local work_mem = '64MB';"
                                "set local jit = off;"
                                "set local search_path = pg_catalog";

/* A run's transactions; a dry run has one, around everything, that is rolled back. */
static bool
begin (Db *db, const PipelineOptions *options, GError **error)
{
  return options->dry_run || db_exec (db, begin_sql, error);
}

static bool
commit (Db *db, const PipelineOptions *options, GError **error)
{
  return options->dry_run || db_exec (db, "commit", error);
}

static void
roll_back (Db *db, const PipelineOptions *options)
{
  if (!options->dry_run && db_is_usable (db))
    (void) db_exec (db, "rollback", NULL);
}

/* What a run knows of its table. */
typedef struct
{
  LoadInput input;
  TableState state;
  Pins *pins;
  char pins_sha256[SHA256_HEX_SIZE];
  char *key;
} Context;

static void
context_clear (Context *context)
{
  table_state_clear (&context->state);
  g_clear_pointer (&context->pins, pins_free);
  g_clear_pointer (&context->key, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Context, context_clear)

/* Reads the pins of the dimensions that the model references, by which their keys are known. */
static bool
read_dimensions (Db *db, const Model *model, Pins *pins, GError **error)
{
  for (guint i = 0; i < model->references->len; i++)
    {
      const ModelReference *reference = model->references->pdata[i];
      g_auto (TableState) state = { 0 };
      Pins *own = ledger_table_read (db, reference->dimension, false, &state, error) ? pins_parse (state.pins, error) : NULL;
      if (own == NULL)
        return false;
      pins_set_dimension (pins, reference->dimension, own);
    }
  return true;
}

static bool
hash_file (const LoadInput *input, char hex[SHA256_HEX_SIZE], GError **error)
{
  g_autoptr (Sha256) sha = sha256_new ();
  g_autofree char *piece = g_malloc (HASH_PIECE);
  off_t at = 0;
  for (;;)
    {
      ssize_t got = pread (input->fd, piece, HASH_PIECE, at);
      if (got < 0)
        return weir_error (error, WEIR_ERROR_LOCAL, "could not read \"%s\": %s", input->run->file, g_strerror (errno));
      if (got == 0)
        break;
      sha256_update (sha, piece, (size_t) got);
      at += got;
    }
  sha256_finish (sha, hex);
  return true;
}

/* Whether these bytes, with this model and these pins, are what was applied last (a keyless fact: ever), without rejects. Hashed
 * only when the size is one that was applied. */
static bool
is_duplicate (Db *db, const Context *context, bool *ret_duplicate, char hex[SHA256_HEX_SIZE], GError **error)
{
  const LoadInput *input = &context->input;
  const TableState *state = &context->state;
  *ret_duplicate = false;
  if (input->model == NULL || state->applied == 0 || input->options->force)
    return true;
  bool exists, keyless = model_is_keyless (input->model), size_fits = state->last_size == input->run->size;
  if (!warehouse_exists (db, input->options->warehouse_schema, input->model->table, &exists, error))
    return false;
  if (keyless && !ledger_size_known (db, input->model->table, input->run->size, &size_fits, error))
    return false;
  if (!exists || !size_fits)
    return true;
  if (!hash_file (input, hex, error))
    return false;
  const FileIdentity identity = {
    .sha256 = hex, .size = input->run->size, .model_checksum = input->model->checksum, .pins_sha256 = context->pins_sha256
  };
  if (keyless)
    return ledger_was_applied (db, input->model->table, &identity, ret_duplicate, error);
  *ret_duplicate = !state->last_had_rejects && g_strcmp0 (state->last_sha256, hex) == 0
                   && g_strcmp0 (state->last_checksum, identity.model_checksum) == 0
                   && g_strcmp0 (state->last_pins_sha256, identity.pins_sha256) == 0;
  return true;
}

/* The run's last word in the ledger, in the caller's transaction. */
static bool
finish (Db *db, const Run *run, const PipelineResult *result, const char *sha256, const char *pins_sha256, GError **error)
{
  const FileEnd end = { .state = load_status_word (result->status),
                        .sha256 = sha256,
                        .pins_sha256 = pins_sha256,
                        .counts = result->rows_known ? &result->rows : NULL };
  return ledger_file_finished (db, run->id, &end, error);
}

/* IN_PROGRESS to COMPLETED, or stop: another worker has taken the run over. */
static bool
pass_fence (Db *db, const Run *run, GError **error)
{
  bool ours;
  if (!ledger_complete (db, run->id, &ours, error))
    return false;
  return ours
         || weir_error (error, WEIR_ERROR_RETRY, "the run of \"%s\" is not in progress any more: another worker has taken it over",
                        run->file);
}

static bool
finish_duplicate (Db *db, const Context *context, const char *sha256, PipelineResult *result, GError **error)
{
  const LoadInput *input = &context->input;
  result->status = STATUS_DUPLICATE;
  g_ptr_array_add (result->notes,
                   g_strdup ("nothing new: the same bytes were applied already, with the same model (--force loads them again)"));
  if (begin (db, input->options, error) && pass_fence (db, input->run, error)
      && ledger_step_end (db, input->run->id, "LOAD", true, 0, error)
      && finish (db, input->run, result, sha256, context->pins_sha256, error) && commit (db, input->options, error))
    return true;
  roll_back (db, input->options);
  return false;
}

static bool
load_step (Db *db, const Context *context, Loaded *loaded, PipelineResult *result, GError **error)
{
  const LoadInput *input = &context->input;
  if (!begin (db, input->options, error))
    return false;
  bool done = load_file (db, input, loaded, result, error);
  g_autoptr (Json) dialect = done ? dialect_to_json (rows_dialect (loaded->rows)) : NULL;
  g_autofree char *otherwise = done ? pins_compare_dialect (context->pins, dialect) : NULL;
  if (otherwise != NULL)
    g_ptr_array_add (result->notes, g_strdup_printf ("the file is written otherwise than the first of its table: %s", otherwise));
  g_autoptr (Json) columns = done ? stage_columns (loaded->layout) : NULL;
  const FileLoaded facts = { loaded->sha256, dialect, columns, loaded->header, &result->rows };
  if (done && ledger_file_loaded (db, input->run->id, &facts, error)
      && ledger_step_end (db, input->run->id, "LOAD", true, result->rows.staged, error)
      && ledger_table_ensure (db, input->run->table, NULL, NULL, error) && commit (db, input->options, error))
    return true;
  roll_back (db, input->options);
  return false;
}

/* What this load has settled, on top of what was pinned: a column that was all NULL settles nothing but that it is there, and
 * numbers that are written otherwise than before nothing of the files to come. */
static void
add_pins (Pins *pins, const Layout *layout)
{
  for (int i = 0; i < layout->n_columns; i++)
    {
      const LayoutColumn *column = &layout->columns[i];
      if (column->discarded || layout->findings[i].other_format)
        continue;
      bool known = pins_know (pins, column->name);
      Pin *pin = pins_add (pins, column->name);
      if (!known && column->header[0] != '\0' && strcmp (column->header, column->name) != 0)
        pin->header = g_strdup (column->header);
      if (!column->unknown)
        {
          pins_set (pins, column->name, column->type, column->format);
          pin->was_number = column->was_number && column->type->id == TYPE_TEXT;
        }
    }
}

static void
note_changes (const Layout *layout, GPtrArray *notes)
{
  for (int i = 0; i < layout->n_columns; i++)
    if (layout->findings[i].change != NULL)
      g_ptr_array_add (notes, g_strdup_printf ("column %s %s", layout->columns[i].name, layout->findings[i].change));
}

/* Everything between BEGIN and COMMIT of TRANSFORM. */
static bool
transform_in_transaction (Db *db, Context *context, Loaded *loaded, PipelineResult *result, GError **error)
{
  const LoadInput *input = &context->input;
  const Model *model = input->model;
  const Run *run = input->run;
  const AgreementTerms terms = { input->options->warehouse_schema, input->options->secret, input->options->secret_length };
  g_auto (TableState) locked = { 0 };
  note_changes (loaded->layout, result->notes);
  if (!pass_fence (db, run, error) || !ledger_step_begin (db, run->id, "TRANSFORM", model->path, model->checksum, error)
      || !ledger_table_ensure (db, model->table, model_kind_word (model->kind), input->options->warehouse_schema, error)
      || !ledger_table_read (db, model->table, true, &locked, error) || !agreement_check_pins (model, &locked, &terms, error)
      || !transform_run (db, input, loaded, context->state.kind != NULL, result, error))
    return false;
  add_pins (context->pins, loaded->layout);
  pins_set_dialect (context->pins, dialect_to_json (rows_dialect (loaded->rows)));
  pins_checksum (context->pins, context->pins_sha256);
  g_autofree char *pins = pins_text (context->pins);
  const FileIdentity identity = {
    .sha256 = loaded->sha256, .size = run->size, .model_checksum = model->checksum, .pins_sha256 = context->pins_sha256
  };
  result->status = STATUS_APPLIED;
  return ledger_table_pin (db, model->table, pins, context->key, error)
         && ledger_table_applied (db, run, &identity, result->rows.rejected > 0, error)
         && ledger_step_end (db, run->id, "TRANSFORM", true, result->rows.inserted + result->rows.updated, error)
         && finish (db, run, result, loaded->sha256, context->pins_sha256, error);
}

/* The rejects that only TRANSFORM found go with its transaction; they are kept all the same, for the person who must mend the file.
 */
static void
keep_rejects (Db *db, const Context *context, Loaded *loaded)
{
  if (context->input.options->dry_run || !db_is_usable (db))
    return;
  if (!db_exec (db, "begin", NULL) || !reject_store (loaded->rejects, db, NULL) || !db_exec (db, "commit", NULL))
    (void) db_exec (db, "rollback", NULL);
}

static bool
transform_step (Db *db, Context *context, Loaded *loaded, PipelineResult *result, GError **error)
{
  const PipelineOptions *options = context->input.options;
  if (options->progress != NULL)
    options->progress ("TRANSFORM", 0, 0, options->progress_data);
  const RowCounts loaded_rows = result->rows;
  const guint loaded_notes = result->notes->len;
  if (!begin (db, options, error))
    return false;
  if (transform_in_transaction (db, context, loaded, result, error))
    {
      fault_point ("before-commit");
      return commit (db, options, error);
    }
  roll_back (db, options);
  if (result->rows.rejected > loaded_rows.rejected)
    keep_rejects (db, context, loaded);
  /* What was counted and noted on the way did not happen, but for the rejects, which are why. */
  int64_t rejected = result->rows.rejected;
  result->rows = loaded_rows;
  result->rows.rejected = rejected;
  g_ptr_array_set_size (result->notes, (gint) loaded_notes);
  return false;
}

static bool
finish_staged (Db *db, const Context *context, const Loaded *loaded, PipelineResult *result, GError **error)
{
  const LoadInput *input = &context->input;
  result->status = STATUS_STAGED;
  if (begin (db, input->options, error) && pass_fence (db, input->run, error)
      && finish (db, input->run, result, loaded->sha256, NULL, error) && commit (db, input->options, error))
    return true;
  roll_back (db, input->options);
  return false;
}

/* What the server refused was refused of this file, and is for a person to mend; it speaks of tables only. */
static void
explain_refusal (const Run *run, GError **error)
{
  if (error == NULL || !g_error_matches (*error, WEIR_ERROR, WEIR_ERROR_INPUT) || weir_error_get_sqlstate (*error)[0] == '\0')
    return;
  g_prefix_error (error, "PostgreSQL refused the rows of \"%s\": ", run->file);
  if (weir_error_get_detail (*error) == NULL)
    weir_error_detail (error, "Nothing was changed.");
  const char *state = weir_error_get_sqlstate (*error);
  bool too_wide = g_str_equal (state, "54000") || g_str_equal (state, "54011"); /* program_limit_exceeded, too_many_columns */
  if (weir_error_get_hint (*error) == NULL && too_wide)
    weir_error_hint (
        error, "A table has at most 1,600 columns, weir's own included, and a row has to fit into 8 kB, of which a number takes 8 "
               "bytes and a long text 18: split the file's columns over two tables.");
}

/* A refused file stays in staging for whoever mends it, who must not take it for the one before. */
static void
note_staging (const Context *context, const Stage *stage, const GError *failure, GPtrArray *notes)
{
  bool refused = g_error_matches (failure, WEIR_ERROR, WEIR_ERROR_INPUT) && !context->input.options->dry_run;
  if (refused && strcmp (stage->name, stage->table) == 0)
    g_ptr_array_add (
        notes, g_strdup_printf ("%s.%s shows the good rows of this refused file until the next load", stage->schema, stage->table));
}

static bool
run_steps (Db *db, Context *context, PipelineResult *result, GError **error)
{
  const LoadInput *input = &context->input;
  bool duplicate;
  char sha256[SHA256_HEX_SIZE];
  if (!is_duplicate (db, context, &duplicate, sha256, error))
    return false;
  if (duplicate)
    return finish_duplicate (db, context, sha256, result, error);
  g_auto (Loaded) loaded = { 0 };
  if (!load_step (db, context, &loaded, result, error))
    return explain_refusal (input->run, error), false;
  fault_point ("after-load");
  if (input->model != NULL && input->run->mtime_ns < context->state.last_mtime_ns)
    g_ptr_array_add (result->notes, g_strdup ("this file is older than the one applied before it"));
  bool good = transform_check_rejects (db, input, &loaded, &result->rows, error);
  if (good
      && (input->model == NULL ? finish_staged (db, context, &loaded, result, error)
                               : transform_step (db, context, &loaded, result, error)))
    return true;
  note_staging (context, loaded.stage, error != NULL ? *error : NULL, result->notes);
  return explain_refusal (input->run, error), false;
}

bool
pipeline_run (Db *db, const Catalog *catalog, const Model *model, const Run *run, int fd, const PipelineOptions *options,
              PipelineResult *ret_result, GError **error)
{
  *ret_result = (PipelineResult) { .status = STATUS_FAILED, .notes = g_ptr_array_new_with_free_func (g_free) };
  g_auto (Context) context = { .input = { .catalog = catalog, .model = model, .run = run, .fd = fd, .options = options } };
  if (!ledger_table_read (db, run->table, false, &context.state, error))
    return false;
  context.pins = pins_parse (context.state.pins, error);
  if (context.pins == NULL || (model != NULL && !read_dimensions (db, model, context.pins, error)))
    return false;
  context.input.pins = context.pins;
  pins_checksum (context.pins, context.pins_sha256);
  memcpy (ret_result->pins_sha256, context.pins_sha256, sizeof ret_result->pins_sha256);
  context.key = model != NULL ? key_definition (model, options->secret, options->secret_length) : NULL;
  if (!options->dry_run)
    return run_steps (db, &context, ret_result, error);

  if (!db_exec (db, begin_sql, error))
    return false;
  bool done = ledger_begin (db, run, model == NULL ? NULL : model->path, model == NULL ? NULL : model->checksum, error)
              && run_steps (db, &context, ret_result, error);
  return db_exec (db, "rollback", done ? error : NULL) && done;
}
