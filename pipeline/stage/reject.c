#include "pipeline/stage/reject.h"

#include "pipeline/stage/spool.h"
#include "pipeline/table/rows.h"
#include "schema/ledger.h"

#include <string.h>

struct RejectSpool
{
  Spool rows;
  Uid run;
  int64_t repaired;
  int64_t foreign;
  int64_t harmless;
  int64_t lines;
};

RejectSpool *
reject_spool_new (const char *scratch, Uid run, GError **error)
{
  g_autofree RejectSpool *spool = g_new0 (RejectSpool, 1);
  spool->run = run;
  return spool_open (&spool->rows, scratch, "rejects", error) ? g_steal_pointer (&spool) : NULL;
}

void
reject_spool_free (RejectSpool *spool)
{
  if (spool == NULL)
    return;
  spool_clear (&spool->rows);
  g_free (spool);
}

static size_t
text_room (const char *text)
{
  return text == NULL ? 0 : strlen (text);
}

static uint8_t *
put_text (uint8_t *at, const char *text)
{
  return text == NULL ? copy_null (at) : copy_bytes (at, text, strlen (text));
}

bool
reject_add (RejectSpool *spool, const Reject *reject, GError **error)
{
  const char *column = reject->column, *reason = reason_word (reject->reason), *message = reject->message;
  size_t room =
      8 * copy_room (sizeof spool->run) + text_room (column) + text_room (reason) + text_room (message) + reject->original_length;
  uint8_t *at = copy_row (&spool->rows.copy, 8, room);
  at = copy_int64 (copy_uid (at, spool->run), reject->line);
  at = put_text (put_text (put_text (at, column), reason), message);
  at = copy_bool (copy_bool (at, reject->repaired), reject->waiting);
  at = copy_bytes (at, reject->original, reject->original_length);
  spool->repaired += reject->repaired;
  bool foreign = reason_use (reject->reason) & REASON_OF_FOREIGN, other = reject->reason == REASON_SECOND_TABLE;
  spool->foreign += foreign;
  spool->harmless += foreign && !other;
  spool->lines += reject->repaired || other || reject->reason == REASON_FOOTER ? 0 : reject->lines;
  return copy_row_end (&spool->rows.copy, at, error);
}

int64_t
reject_count (const RejectSpool *spool)
{
  return spool->rows.copy.rows - spool->repaired;
}

int64_t
reject_foreign (const RejectSpool *spool)
{
  return spool->foreign;
}

int64_t
reject_harmless (const RejectSpool *spool)
{
  return spool->harmless;
}

int64_t
reject_lines (const RejectSpool *spool)
{
  return spool->lines;
}

void
reject_recount (const RejectSpool *spool, PipelineResult *result)
{
  result->rows.rejected = reject_count (spool);
  result->lines.rows -= spool->lines - result->lines.rejected;
  result->lines.rejected = spool->lines;
}

int64_t
reject_repaired (const RejectSpool *spool)
{
  return spool->repaired;
}

bool
reject_restart (RejectSpool *spool, GError **error)
{
  if (!spool_restart (&spool->rows, error))
    return false;
  spool->repaired = spool->foreign = spool->harmless = spool->lines = 0;
  return true;
}

bool
reject_replace (RejectSpool *spool, Db *db, GError **error)
{
  return ledger_forget_rejects (db, spool->run, error) && reject_append (spool, db, error);
}

bool
reject_append (RejectSpool *spool, Db *db, GError **error)
{
  return spool->rows.copy.rows == 0 || spool_send (&spool->rows, db, ledger_reject_copy, error);
}
