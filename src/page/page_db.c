#include "src/page/page_db.h"

#include "base/error.h"

#include <signal.h>

/* The server ends a statement after five seconds. One that is silent for longer does not live, or stands still. */
#define SILENCE_US (7 * G_USEC_PER_SEC)
#define CONNECT_US (3 * G_USEC_PER_SEC)
#define TRY_AGAIN_US (3 * G_USEC_PER_SEC)
#define CATALOG_US (2 * G_USEC_PER_SEC)

struct PageDb
{
  const Settings *settings;
  Db *db;          /* NULL: away */
  GError *away;    /* why */
  gint64 tried_us; /* monotonic, as the next */
  char *where;
  Catalog *catalog;
  gint64 catalog_us;
};

PageDb *
page_db_new (const Settings *settings)
{
  PageDb *page_db = g_new0 (PageDb, 1);
  page_db->settings = settings;
  return page_db;
}

void
page_db_free (PageDb *page_db)
{
  g_clear_pointer (&page_db->db, db_free);
  g_clear_error (&page_db->away);
  g_clear_pointer (&page_db->catalog, catalog_free);
  g_free (page_db->where);
  g_free (page_db);
}

/* Nobody is answered while the server is waited for, and no signal is seen. */
static DbTick
look_up (int64_t waited_us, void *data)
{
  const PageDb *page_db = data;
  sigset_t pending;
  bool is_to_end = sigpending (&pending) == 0 && (sigismember (&pending, SIGTERM) == 1 || sigismember (&pending, SIGINT) == 1);
  return is_to_end || waited_us > (page_db->db != NULL ? SILENCE_US : CONNECT_US) ? DB_GIVE_UP : DB_WAIT_ON;
}

static void
connect_again (PageDb *page_db)
{
  g_auto (Status) status = { 0 };
  g_clear_error (&page_db->away);
  page_db->db = status_connect (page_db->settings, look_up, page_db, &status);
  page_db->tried_us = g_get_monotonic_time ();
  g_free (page_db->where);
  page_db->where = g_steal_pointer (&status.where);
  if (page_db->db == NULL)
    page_db->away = g_steal_pointer (&status.away);
  else if (!db_exec (page_db->db, "set default_transaction_read_only = on; set statement_timeout = 5000; set jit = off",
                     &page_db->away))
    g_clear_pointer (&page_db->db, db_free);
}

Db *
page_db_get (PageDb *page_db, GError **error)
{
  if (page_db->db != NULL && !db_is_usable (page_db->db))
    {
      g_clear_pointer (&page_db->db, db_free);
      page_db->tried_us = 0;
    }
  if (page_db->db == NULL && (page_db->tried_us == 0 || g_get_monotonic_time () - page_db->tried_us >= TRY_AGAIN_US))
    connect_again (page_db);
  if (page_db->db == NULL)
    g_propagate_error (error, g_error_copy (page_db->away));
  return page_db->db;
}

void
page_db_wake (PageDb *page_db)
{
  if (page_db->db != NULL && db_is_usable (page_db->db))
    (void) db_exec (page_db->db, "select", NULL);
}

const char *
page_db_where (const PageDb *page_db)
{
  return page_db->where;
}

const Catalog *
page_db_catalog (PageDb *page_db, GError **error)
{
  gint64 now = g_get_monotonic_time ();
  if (page_db->catalog != NULL && now - page_db->catalog_us < CATALOG_US)
    return page_db->catalog;
  Catalog *catalog = settings_load_catalog (page_db->settings, error);
  if (catalog == NULL)
    return NULL;
  g_clear_pointer (&page_db->catalog, catalog_free);
  page_db->catalog = catalog;
  page_db->catalog_us = now;
  return catalog;
}
