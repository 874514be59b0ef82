#include "rebuilt.h"

#include "base/error.h"
#include "src/report/rebuilt.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void
tell_nobody (const char *name G_GNUC_UNUSED, guint number G_GNUC_UNUSED, guint of G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
}

char *
rebuilt_difference (Loader *loader, const char *table)
{
  const RebuildWish wish = { .limit = 20 };
  g_autoptr (GError) error = NULL;
  g_auto (RebuildEnd) end = { 0 };
  g_autoptr (Rebuild) rebuild = NULL;
  bool done = loader_refresh (loader, &error) && ledger_wait_table (loader->db, table, 1000, &error)
              && (rebuild = rebuild_find (loader, catalog_find (loader->catalog, table), false, &error)) != NULL
              && rebuild_run (loader, rebuild, tell_nobody, NULL, &error) && rebuild_finish (loader, rebuild, &wish, &end, &error);
  if (!done)
    {
      g_autofree char *text = weir_error_format (error);
      fail_msg ("%s cannot be rebuilt: %s", table, text);
    }
  g_autoptr (Json) json = rebuilt_to_json (rebuild, &wish, &end);
  done = loader_connect (loader, &error);
  assert_true (done);
  return difference_is_none (end.difference) ? NULL : weir_json_text (json);
}
