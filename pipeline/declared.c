#include "pipeline/declared.h"

#include "schema/ledger_bookmark.h"

/* What a rebuild makes again has moved its bookmark when it was loaded. */
static bool
has_bookmark (const PipelineTask *task)
{
  return task->declaration != NULL && task->declaration->has_bookmark && !task->options->replays;
}

/* The run before, of the same file, that has moved it and was not taken back; NULL: there is none. Owned by the caller. */
static bool
find_before (Db *db, const PipelineTask *task, char **ret_run, GError **error)
{
  *ret_run = NULL;
  return task->run->retry_of == NULL || ledger_bookmark_moved_by (db, task->run->id, task->run->retry_of, ret_run, error);
}

bool
declared_check (Db *db, const PipelineTask *task, GError **error)
{
  const Declaration *declared = task->declaration;
  g_autofree char *before = NULL;
  if (!has_bookmark (task))
    return true;
  return find_before (db, task, &before, error)
         && (before != NULL || ledger_bookmark_check (db, declared->source, declared->stream, declared->from, error));
}

static bool
move (Db *db, const PipelineTask *task, GPtrArray *notes, GError **error)
{
  const Declaration *declared = task->declaration;
  g_autofree char *before = NULL;
  if (!find_before (db, task, &before, error))
    return false;
  if (before != NULL)
    g_ptr_array_add (notes, g_strdup_printf ("the bookmark of %s (stream %s) stays: run %.8s of this file has moved it",
                                             declared->source, declared->stream, before));
  return before != NULL
         || ledger_bookmark_move (db, declared->source, declared->stream, declared->from, declared->to, task->run->id, error);
}

bool
declared_settle (Db *db, const PipelineTask *task, GPtrArray *notes, GError **error)
{
  const Declaration *declared = task->declaration;
  for (char **note = declared != NULL ? declared->notes : NULL; note != NULL && *note != NULL; note++)
    g_ptr_array_add (notes, g_strdup (*note));
  if (has_bookmark (task) && !move (db, task, notes, error))
    return false;
  if (declared == NULL || declared->pulled == NULL || task->options->replays)
    return true;
  const DeclaredPulled *pulled = declared->pulled;
  const PulledFile file = { pulled->path, pulled->size, pulled->mtime, pulled->etag };
  return ledger_pulled_add (db, declared->pulled_source, &file, task->run->id, error);
}

bool
declared_alike (Db *db, const PipelineTask *task, const char *sha256, bool *ret_alike, GError **error)
{
  *ret_alike = true;
  return task->declaration == NULL
         || ledger_declared_alike (db, task->run->table, sha256, task->run->declaration, model_is_keyless (task->model), ret_alike,
                                   error);
}
