#include "pipeline/duplicate.h"

#include "base/error.h"
#include "base/fsutil.h"
#include "pipeline/declared.h"
#include "pipeline/warehouse/warehouse.h"

#include <errno.h>
#include <string.h>

/* The same bytes say something new where they are of another time. */
static bool
says_its_time (const PipelineTask *task)
{
  const ModelEffective *effective = &task->model->effective;
  EffectiveKind kind = effective->kind == EFFECTIVE_COLUMN ? effective->absent : effective->kind;
  return kind == EFFECTIVE_MTIME || kind == EFFECTIVE_FILE_NAME || task->run->as_of != NULL;
}

static bool
may_be_duplicate (Db *db, const PipelineTask *task, const TableState *pinned, bool *ret_may, GError **error)
{
  *ret_may = false;
  if (task->model == NULL || pinned->applied == 0 || task->options->force || says_its_time (task))
    return true;
  bool size_fits = pinned->last_size == task->run->size;
  if (model_is_keyless (task->model) && !ledger_size_known (db, task->model->table, task->run->size, &size_fits, error))
    return false;
  return !size_fits || warehouse_exists (db, task->options->warehouse_schema, task->model->table, ret_may, error);
}

bool
duplicate_find (Db *db, const PipelineTask *task, const TableState *pinned, const char *pins_sha256, char **ret_sha256,
                GError **error)
{
  bool may, was;
  char sha256[SHA256_HEX_SIZE];
  *ret_sha256 = NULL;
  if (!may_be_duplicate (db, task, pinned, &may, error))
    return false;
  if (!may)
    return true;
  if (!fs_sha256 (task->fd, sha256))
    return weir_system_error (error, errno, "could not read \"%s\"", task->run->file);
  const FileIdentity identity = {
    .sha256 = sha256, .size = task->run->size, .model_checksum = task->model->checksum, .pins_sha256 = pins_sha256
  };
  if (!model_is_keyless (task->model))
    was = !pinned->last_had_rejects && g_strcmp0 (pinned->last_sha256, sha256) == 0
          && g_strcmp0 (pinned->last_checksum, identity.model_checksum) == 0
          && g_strcmp0 (pinned->last_pins_sha256, pins_sha256) == 0;
  else if (!ledger_was_applied (db, task->model->table, &identity, &was, error))
    return false;
  if (was && !declared_alike (db, task, sha256, &was, error))
    return false;
  *ret_sha256 = was ? g_strdup (sha256) : NULL;
  return true;
}
