#include "pipeline/stage/spool.h"

#include "base/error.h"
#include "base/fsutil.h"

#include <errno.h>
#include <unistd.h>

static bool
write_piece (const void *bytes, size_t length, void *data, GError **error)
{
  const Spool *spool = data;
  g_autofree char *what = g_strdup_printf ("temporary file for %s", spool->what);
  return fs_write_all (spool->fd, bytes, length, what, error);
}

bool
spool_open (Spool *spool, const char *scratch, const char *what, GError **error)
{
  spool->fd = fs_open_scratch (scratch, error);
  if (spool->fd < 0)
    return false;
  spool->what = what;
  copy_begin (&spool->copy, write_piece, spool);
  return true;
}

void
spool_clear (Spool *spool)
{
  copy_clear (&spool->copy);
  close (spool->fd);
}

bool
spool_restart (Spool *spool, GError **error)
{
  if (ftruncate (spool->fd, 0) < 0 || lseek (spool->fd, 0, SEEK_SET) < 0)
    return weir_system_error (error, errno, "could not empty the temporary file for %s", spool->what);
  copy_clear (&spool->copy);
  copy_begin (&spool->copy, write_piece, spool);
  return true;
}

/* What is in the buffer but not yet in the file is sent after the file, with the trailer; the spool can go on afterwards. */
static bool
send_bytes (const Spool *spool, Db *db, GError **error)
{
  char piece[32 * 1024];
  off_t at = 0;
  for (;;)
    {
      ssize_t got = pread (spool->fd, piece, sizeof piece, at);
      if (got < 0)
        return weir_system_error (error, errno, "could not read the temporary file for %s", spool->what);
      if (got == 0)
        break;
      if (!db_copy_write (db, piece, (size_t) got, error))
        return false;
      at += got;
    }
  return db_copy_write (db, spool->copy.bytes, spool->copy.length, error) && db_copy_write (db, "\377\377", 2, error);
}

bool
spool_send (Spool *spool, Db *db, const char *sql, GError **error)
{
  if (!db_copy_begin (db, sql, error))
    return false;
  if (!send_bytes (spool, db, error))
    return db_copy_cancel (db), false;
  return db_copy_end (db, NULL, error);
}
