#include "src/page/source.h"

#include "base/error.h"

#define TRY_AGAIN_US (3 * G_USEC_PER_SEC)
#define CATALOG_US (2 * G_USEC_PER_SEC)

struct Source
{
  const Settings *settings;
  Db *db;          /* NULL: away */
  GError *away;    /* why */
  gint64 tried_us; /* monotonic, as the next */
  char *where;
  Catalog *catalog;
  gint64 catalog_us;
};

Source *
source_new (const Settings *settings)
{
  Source *source = g_new0 (Source, 1);
  source->settings = settings;
  return source;
}

void
source_free (Source *source)
{
  g_clear_pointer (&source->db, db_free);
  g_clear_error (&source->away);
  g_clear_pointer (&source->catalog, catalog_free);
  g_free (source->where);
  g_free (source);
}

static void
connect_again (Source *source)
{
  g_auto (Status) status = { 0 };
  g_clear_error (&source->away);
  source->db = status_connect (source->settings, &status);
  source->tried_us = g_get_monotonic_time ();
  g_free (source->where);
  source->where = g_steal_pointer (&status.where);
  if (source->db == NULL)
    source->away = g_steal_pointer (&status.away);
  else if (!db_exec (source->db, "set default_transaction_read_only = on; set statement_timeout = 5000; set jit = off",
                     &source->away))
    g_clear_pointer (&source->db, db_free);
}

Db *
source_db (Source *source, GError **error)
{
  if (source->db != NULL && !db_is_usable (source->db))
    {
      g_clear_pointer (&source->db, db_free);
      source->tried_us = 0;
    }
  if (source->db == NULL && (source->tried_us == 0 || g_get_monotonic_time () - source->tried_us >= TRY_AGAIN_US))
    connect_again (source);
  if (source->db == NULL)
    g_propagate_error (error, g_error_copy (source->away));
  return source->db;
}

const char *
source_where (const Source *source)
{
  return source->where;
}

const Catalog *
source_catalog (Source *source, GError **error)
{
  gint64 now = g_get_monotonic_time ();
  if (source->catalog != NULL && now - source->catalog_us < CATALOG_US)
    return source->catalog;
  Catalog *catalog = settings_load_catalog (source->settings, error);
  if (catalog == NULL)
    return NULL;
  g_clear_pointer (&source->catalog, catalog_free);
  source->catalog = catalog;
  source->catalog_us = now;
  return catalog;
}
