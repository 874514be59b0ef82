#include "src/page/overview.h"

#include "schema/ledger_page.h"
#include "src/report/runs.h"
#include "src/report/show.h"

#define FAILURES 10

/* "last_applied" of each table; null: never, or it is not known. */
static bool
add_fresh (Db *db, Json *tables, GError **error)
{
  static const char *const times[] = { "last_applied", NULL };
  g_autoptr (DbResult) fresh = NULL;
  if (!ledger_page_fresh (db, &fresh, error))
    return false;
  for (size_t i = 0; i < json_array_size (tables); i++)
    {
      Json *table = json_array_get (tables, i);
      json_object_set_new (table, "last_applied", json_null ());
      for (int row = 0; row < db_result_rows (fresh); row++)
        if (g_strcmp0 (view_text (table, "table"), db_result_named (fresh, row, "table")) == 0)
          json_object_set_new (table, "last_applied", weir_json_string (db_result_named (fresh, row, "last_applied")));
      show_times_to_iso (table, times);
    }
  return true;
}

static bool
add_runs (Db *db, Json *overview, const char *member, const char *state, int limit, GError **error)
{
  g_autoptr (DbResult) runs = NULL;
  if (!ledger_page_runs (db, &(RunsWanted) { .state = state, .limit = limit }, &runs, error))
    return false;
  json_object_set_new (overview, member, runs_to_json (runs));
  return true;
}

Json *
overview_read (const Visit *visit, GError **error)
{
  Page *page = visit->page;
  const Catalog *catalog = page_db_catalog (page->db, error);
  g_auto (Status) status = { .estimate = true };
  if (catalog == NULL)
    return NULL;
  Db *db = page_db_get (page->db, &status.away);
  status.where = g_strdup (page_db_where (page->db));
  if (!status_read (db, page->settings, catalog, &status, error))
    return NULL;
  g_autoptr (Json) overview = status_to_json (&status);
  if (db == NULL || status.away != NULL)
    return g_steal_pointer (&overview);
  return add_fresh (db, json_object_get (overview, "tables"), error)
                 && add_runs (db, overview, "failures", "failed", FAILURES, error)
             ? g_steal_pointer (&overview)
             : NULL;
}
