#include "pipeline/stage/short_lock.h"

#include "base/error.h"
#include "base/text.h"

#define TRY_MS 100
#define PAUSE_MS 300

/* One round trip for the whole try. Owned by the caller. */
static char *
make_try (const char *schema, const char *const *names, const char *mode)
{
  g_autoptr (GString) list = g_string_new (NULL);
  g_autofree char *quoted_schema = text_quote_ident (schema);
  for (const char *const *name = names; *name != NULL; name++)
    {
      g_autofree char *quoted = text_quote_ident (*name);
      g_string_append_printf (list, "%s%s.%s", list->len > 0 ? ", " : "", quoted_schema, quoted);
    }
  return g_strdup_printf ("savepoint short_lock; set local lock_timeout = %d; lock table %s in %s mode", TRY_MS, list->str, mode);
}

static bool
try_once (Db *db, const char *statement, bool *ret_locked, GError **error)
{
  g_autoptr (GError) failure = NULL;
  *ret_locked = db_exec (db, statement, &failure);
  if (*ret_locked)
    return true;
  if (weir_error_get_reason (failure) != REASON_LOCK_BUSY)
    return g_propagate_error (error, g_steal_pointer (&failure)), false;
  return short_lock_undo (db, error);
}

bool
short_lock_begin (Db *db, const char *schema, const char *const *names, const char *mode, int total_ms, bool *ret_locked,
                  GError **error)
{
  g_autofree char *statement = make_try (schema, names, mode);
  int64_t last = g_get_monotonic_time () + (total_ms - PAUSE_MS) * INT64_C (1000);
  for (;;)
    {
      if (!try_once (db, statement, ret_locked, error))
        return false;
      if (*ret_locked || g_get_monotonic_time () > last)
        return true;
      if (!db_sleep (db, PAUSE_MS, error))
        return false;
    }
}

bool
short_lock_end (Db *db, int timeout_ms, GError **error)
{
  g_autofree char *timeout = g_strdup_printf ("set local lock_timeout = %d", timeout_ms);
  return db_post (db, timeout, NULL, 0, "short_lock", error)
         && db_post (db, "release savepoint short_lock", NULL, 0, "short_lock", error);
}

bool
short_lock_undo (Db *db, GError **error)
{
  return db_exec (db, "rollback to savepoint short_lock; release savepoint short_lock", error);
}
