#include "schema/ledger_trouble.h"

#include "schema/ledger_private.h"

#include <string.h>

static const char *
item_of (const TroubleOf *of, LedgerNumber *number)
{
  return of->destination != NULL ? ledger_number (number, of->item) : NULL;
}

static bool
add_run (Db *db, const Trouble *trouble, GError **error)
{
  char run[UID_TEXT_SIZE];
  LedgerNumber milliseconds;
  uid_format (trouble->run, run);
  return LEDGER_ASK ("trouble/run", NULL, { "run", run }, { "kind", trouble->of.kind }, { "job", trouble->of.job },
                     { "milliseconds", ledger_number (&milliseconds, trouble->milliseconds) }, { "message", trouble->message });
}

bool
ledger_trouble_keep (Db *db, const Trouble *trouble, GError **error)
{
  LedgerNumber number;
  const TroubleOf *of = &trouble->of;
  const char *item = item_of (of, &number), *now = json_string_value (json_object_get (trouble->detail, trouble->by));
  g_autofree char *detail = weir_json_text (trouble->detail);
  g_autoptr (DbResult) open = NULL;
  if (!LEDGER_ASK ("trouble/open", &open, { "by", trouble->by }, { "kind", of->kind }, { "job", of->job }, { "table", of->table },
                   { "destination", of->destination }, { "item", item }))
    return false;
  if (db_result_rows (open) == 0)
    return LEDGER_ASK ("trouble/opens", NULL, { "kind", of->kind }, { "job", of->job }, { "table", of->table },
                       { "destination", of->destination }, { "item", item }, { "detail", detail })
           && add_run (db, trouble, error);
  return LEDGER_ASK ("trouble/goes_on", NULL, { "id", db_result_value (open, 0, 0) }, { "detail", detail })
         && (g_strcmp0 (db_result_value (open, 0, 1), now) == 0 || add_run (db, trouble, error));
}

bool
ledger_trouble_end (Db *db, const TroubleOf *of, bool *ret_ended, GError **error)
{
  int64_t rows;
  LedgerNumber number;
  const SqlVar vars[] = { { "kind", of->kind },
                          { "job", of->job },
                          { "table", of->table },
                          { "destination", of->destination },
                          { "item", item_of (of, &number) } };
  if (!sql_change (db, "trouble/ends", vars, G_N_ELEMENTS (vars), &rows, error))
    return false;
  if (ret_ended != NULL)
    *ret_ended = rows > 0;
  return true;
}

bool
ledger_trouble_forget_pulls (Db *db, const char *home, const char *jobs, int64_t now, GError **error)
{
  LedgerNumber moment;
  return LEDGER_ASK ("trouble/forget_pulls", NULL, { "home", home }, { "jobs", jobs }, { "now", ledger_number (&moment, now) });
}

bool
ledger_trouble_forget_deliveries (Db *db, GError **error)
{
  return sql_run (db, "trouble/forget_deliveries", NULL, 0, NULL, error);
}
