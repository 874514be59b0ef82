#include "pipeline/stage/reject.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsutil.h"
#include "pipeline/stage/copybin.h"
#include "pipeline/table/rows.h"
#include "schema/ledger.h"

#include <string.h>

struct RejectSpool
{
  int fd;
  Uid run;
  CopyWriter copy;
  int64_t repaired;
  int64_t foreign;
  int64_t harmless;
  int64_t lines;
};

static bool
write_piece (const void *bytes, size_t length, void *data, GError **error)
{
  RejectSpool *spool = data;
  return fs_write_all (spool->fd, bytes, length, "temporary file for rejects", error);
}

RejectSpool *
reject_spool_new (const char *scratch, Uid run, GError **error)
{
  int fd = fs_open_scratch (scratch, error);
  if (fd < 0)
    return NULL;
  RejectSpool *spool = g_new0 (RejectSpool, 1);
  spool->fd = fd;
  spool->run = run;
  copy_begin (&spool->copy, write_piece, spool);
  return spool;
}

void
reject_spool_free (RejectSpool *spool)
{
  if (spool == NULL)
    return;
  copy_clear (&spool->copy);
  close (spool->fd);
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
  uint8_t *at = copy_row (&spool->copy, 8, room);
  at = copy_int64 (copy_uid (at, spool->run), reject->line);
  at = put_text (put_text (put_text (at, column), reason), message);
  at = copy_bool (copy_bool (at, reject->repaired), reject->waiting);
  at = copy_bytes (at, reject->original, reject->original_length);
  spool->repaired += reject->repaired;
  bool foreign = reason_use (reject->reason) & REASON_OF_FOREIGN, other = reject->reason == REASON_SECOND_TABLE;
  spool->foreign += foreign;
  spool->harmless += foreign && !other;
  spool->lines += reject->repaired || other || reject->reason == REASON_FOOTER ? 0 : reject->lines;
  return copy_row_end (&spool->copy, at, error);
}

int64_t
reject_count (const RejectSpool *spool)
{
  return spool->copy.rows - spool->repaired;
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
  if (ftruncate (spool->fd, 0) < 0 || lseek (spool->fd, 0, SEEK_SET) < 0)
    return weir_system_error (error, errno, "could not empty the temporary file for rejects");
  copy_clear (&spool->copy);
  copy_begin (&spool->copy, write_piece, spool);
  spool->repaired = spool->foreign = spool->harmless = spool->lines = 0;
  return true;
}

/* What is in the buffer but not yet in the file is sent after the file, with the trailer; the spool can go on afterwards. */
static bool
send_spool (RejectSpool *spool, Db *db, GError **error)
{
  char piece[32 * 1024];
  off_t at = 0;
  for (;;)
    {
      ssize_t got = pread (spool->fd, piece, sizeof piece, at);
      if (got < 0)
        return weir_system_error (error, errno, "could not read the temporary file for rejects");
      if (got == 0)
        break;
      if (!db_copy_write (db, piece, (size_t) got, error))
        return false;
      at += got;
    }
  return db_copy_write (db, spool->copy.bytes, spool->copy.length, error) && db_copy_write (db, "\377\377", 2, error);
}

bool
reject_replace (RejectSpool *spool, Db *db, GError **error)
{
  return ledger_forget_rejects (db, spool->run, error) && reject_append (spool, db, error);
}

bool
reject_append (RejectSpool *spool, Db *db, GError **error)
{
  if (spool->copy.rows == 0)
    return true;
  if (!db_copy_begin (db, ledger_reject_copy, error))
    return false;
  if (!send_spool (spool, db, error))
    return db_copy_cancel (db), false;
  return db_copy_end (db, NULL, error);
}
