#include "schema/ledger_delivery.h"

#include "base/text.h"
#include "schema/ledger_private.h"
#include "schema/ledger_trouble.h"

#include <string.h>

bool
delivery_note (Db *db, const char *wanted, const char *table, const char *run, const char *cause, GError **error)
{
  const SqlVar vars[] = { { "wanted", wanted }, { "table", table }, { "run", run }, { "cause", cause } };
  return wanted == NULL || sql_post (db, "delivery/note", vars, G_N_ELEMENTS (vars), error);
}

bool
delivery_note_settled (Db *db, const char *wanted, const char *table, GError **error)
{
  g_autoptr (DbResult) runs = NULL;
  if (wanted == NULL)
    return true;
  if (!sql_run (db, "delivery/note_settled", NULL, 0, &runs, error))
    return false;
  for (int row = 0; row < db_result_rows (runs); row++)
    if (!delivery_note (db, wanted, table, db_result_value (runs, row, 0), "late", error))
      return false;
  return true;
}

bool
delivery_note_all (Db *db, const char *wanted, const char *schema, const char *table, const char *id_column, const char *run,
                   GError **error)
{
  return wanted == NULL
         || (delivery_note (db, wanted, table, run, "run", error)
             && LEDGER_ASK ("delivery/touch_all", NULL, { "schema", schema }, { "table", table }, { "id", id_column },
                            { "run", run }));
}

bool
delivery_due (Db *db, const DeliveryOwner *owner, const DeliveryChoice *choice, DbResult **ret_rows, GError **error)
{
  return LEDGER_ASK ("delivery/due", ret_rows, { "destination", choice->destination }, { "job", choice->job },
                     { "table", choice->table }, { "home", owner->home }, { "jobs", owner->jobs });
}

bool
delivery_lock (Db *db, const char *destination, bool *ret_ours, GError **error)
{
  g_autoptr (DbResult) locked = NULL;
  if (!LEDGER_ASK ("delivery/lock", &locked, { "destination", destination }))
    return false;
  *ret_ours = db_result_bool (locked, 0, 0);
  return true;
}

void
delivery_clear (Delivery *delivery)
{
  g_free (delivery->destination);
  g_free (delivery->job);
  g_free (delivery->table);
  g_free (delivery->member);
  g_free (delivery->since);
  g_free (delivery->target);
  g_clear_pointer (&delivery->delivered, json_decref);
  GPtrArray **const lists[] = { &delivery->runs, &delivery->marks, &delivery->undone };
  for (size_t i = 0; i < G_N_ELEMENTS (lists); i++)
    g_clear_pointer (lists[i], g_ptr_array_unref);
  *delivery = (Delivery) { 0 };
}

bool
delivery_take (Db *db, const DeliveryOwner *owner, const DeliveryChoice *choice, Delivery *ret_delivery, GError **error)
{
  g_autoptr (DbResult) taken = NULL;
  *ret_delivery = (Delivery) { 0 };
  if (!LEDGER_ASK ("delivery/take", &taken, { "destination", choice->destination }, { "job", choice->job },
                   { "table", choice->table }, { "home", owner->home }, { "jobs", owner->jobs }))
    return false;
  if (db_result_rows (taken) == 0)
    return true;
  *ret_delivery = (Delivery) { .destination = g_strdup (choice->destination),
                               .job = g_strdup (db_result_value (taken, 0, 0)),
                               .item = db_result_int64 (taken, 0, 1),
                               .table = g_strdup (db_result_value (taken, 0, 2)) };
  for (int row = 0; row < db_result_rows (taken); row++)
    {
      ret_delivery->attempts = MAX (ret_delivery->attempts, db_result_int64 (taken, row, 3));
      ret_delivery->deaths = MAX (ret_delivery->deaths, db_result_int64 (taken, row, 4));
    }
  return true;
}

/* The columns of delivery/pending. */
enum
{
  PENDING_RUN,
  PENDING_MARK,
  PENDING_CAUSE,
  PENDING_ATTEMPTS,
  PENDING_BEGUN,
  PENDING_UNDONE,
  PENDING_SINCE,
  PENDING_DELIVERED,
  PENDING_KNOWN,
};

/* How many of them are sent together. Where some of several receivers have what was sent before, no more comes along than did then. */
static int
count_together (const DbResult *pending, bool one)
{
  int rows = db_result_rows (pending);
  for (int row = rows; row-- > 0;)
    if (db_result_value (pending, row, PENDING_DELIVERED) != NULL)
      return row + 1;
  return one ? 1 : rows;
}

static void
add_undone (const char *runs, GPtrArray *undone)
{
  g_auto (GStrv) ids = runs != NULL ? g_strsplit (runs, ",", -1) : NULL;
  for (char **id = ids; id != NULL && *id != NULL; id++)
    g_ptr_array_add (undone, g_strdup (*id));
}

static bool
has_cause (const DbResult *pending, const char *cause)
{
  for (int row = 0; row < db_result_rows (pending); row++)
    if (strcmp (db_result_value (pending, row, PENDING_CAUSE), cause) == 0)
      return true;
  return false;
}

bool
delivery_pending (Db *db, bool one, Delivery *delivery, GError **error)
{
  LedgerNumber number;
  g_autoptr (DbResult) pending = NULL;
  if (!LEDGER_ASK ("delivery/pending", &pending, { "destination", delivery->destination }, { "job", delivery->job },
                   { "item", ledger_number (&number, delivery->item) }, { "table", delivery->table },
                   { "target", delivery->target }))
    return false;
  GPtrArray **const lists[] = { &delivery->runs, &delivery->marks, &delivery->undone };
  for (size_t i = 0; i < G_N_ELEMENTS (lists); i++)
    *lists[i] = g_ptr_array_new_with_free_func (g_free);
  int rows = db_result_rows (pending);
  if (rows == 0)
    return true;
  delivery->forgets = has_cause (pending, "forget");
  delivery->asked = has_cause (pending, "whole") || (one && delivery->forgets);
  delivery->whole = delivery->asked || !db_result_bool (pending, 0, PENDING_BEGUN);
  rows = count_together (pending, one && !delivery->whole);
  const char *delivered = db_result_value (pending, rows - 1, PENDING_DELIVERED);
  delivery->since = g_strdup (db_result_value (pending, rows - 1, PENDING_SINCE));
  delivery->delivered = delivered != NULL ? weir_json_parse (delivered, strlen (delivered), "delivery", NULL) : NULL;
  for (int row = 0; row < rows; row++)
    {
      int64_t attempts = db_result_int64 (pending, row, PENDING_ATTEMPTS);
      const char *cause = db_result_value (pending, row, PENDING_CAUSE);
      g_ptr_array_add (delivery->runs, g_strdup (db_result_value (pending, row, PENDING_RUN)));
      g_ptr_array_add (delivery->marks, g_strdup (db_result_value (pending, row, PENDING_MARK)));
      add_undone (db_result_value (pending, row, PENDING_UNDONE), delivery->undone);
      delivery->attempts = MAX (delivery->attempts, attempts);
      delivery->again = delivery->again || strcmp (cause, "run") != 0;
    }
  delivery->again = delivery->again || (delivery->whole && (delivery->attempts > 1 || db_result_bool (pending, 0, PENDING_KNOWN)));
  return true;
}

/* COMMIT of what went well, else ROLLBACK. */
static bool
end_transaction (Db *db, bool done, GError **error)
{
  if (done && db_exec (db, "commit", error))
    return true;
  if (db_is_usable (db))
    (void) db_exec (db, "rollback", NULL);
  return false;
}

static TroubleOf
trouble_of (const Delivery *delivery)
{
  return (TroubleOf) { "push", delivery->job, delivery->table, delivery->destination, delivery->item };
}

bool
delivery_sent (Db *db, const Delivery *delivery, int64_t rows, const Json *detail, GError **error)
{
  LedgerNumber item, count;
  g_autofree char *marks = text_array (delivery->marks), *said = weir_json_text (detail);
  const SqlVar vars[] = { { "destination", delivery->destination },
                          { "job", delivery->job },
                          { "item", ledger_number (&item, delivery->item) },
                          { "table", delivery->table },
                          { "mark", delivery->marks->pdata[delivery->marks->len - 1] },
                          { "marks", marks },
                          { "rows", rows < 0 ? NULL : ledger_number (&count, rows) },
                          { "target", delivery->target },
                          { "detail", said } };
  static const char *const statements[] = { "delivery/settle_sent", "delivery/settle_rest", "delivery/settle_target",
                                            "delivery/forget_touched", NULL };
  const TroubleOf of = trouble_of (delivery);
  return end_transaction (db,
                          db_exec (db, "begin", error) && sql_run_all (db, statements, vars, G_N_ELEMENTS (vars), error)
                              && ledger_trouble_end (db, &of, NULL, error),
                          error);
}

static bool
keep_trouble (Db *db, const Delivery *delivery, const DeliveryFailure *failure, const char *since, GError **error)
{
  const char *said = json_string_value (json_object_get (failure->detail, "message"));
  g_autofree char *message = g_strdup_printf ("%s: %s: %s", failure->place, delivery->table, said != NULL ? said : "");
  g_autoptr (Json) detail =
      json_pack ("{s:s, s:s, s:s, s:o, s:I, s:s, s:s, s:O?, s:O?, s:O?, s:I, s:s}", "job", delivery->job, "home", failure->home,
                 "destination", delivery->destination, "member", weir_json_string (delivery->member), "item",
                 (json_int_t) delivery->item, "place", failure->place, "state", failure->pause < 0 ? "refused" : "waiting", "class",
                 json_object_get (failure->detail, "class"), "message", json_object_get (failure->detail, "message"), "hint",
                 json_object_get (failure->detail, "hint"), "times", (json_int_t) delivery->attempts, "since", since);
  const Trouble trouble = { trouble_of (delivery), uid_random (), failure->milliseconds, message, "class", detail };
  return ledger_trouble_keep (db, &trouble, error);
}

/* In a transaction. */
static bool
keep_failure (Db *db, const Delivery *delivery, const DeliveryFailure *failure, GError **error)
{
  LedgerNumber item, seconds, patience;
  bool refused = failure->pause < 0;
  g_autofree char *said = weir_json_text (failure->detail);
  g_autoptr (DbResult) settled = NULL;
  const SqlVar vars[] = { { "destination", delivery->destination },
                          { "job", delivery->job },
                          { "item", ledger_number (&item, delivery->item) },
                          { "table", delivery->table },
                          { "state", refused ? "refused" : "waiting" },
                          { "pause", refused ? NULL : ledger_number (&seconds, failure->pause) },
                          { "patience", ledger_number (&patience, DELIVERY_PATIENCE_SECONDS) },
                          { "checksum", failure->checksum },
                          { "detail", said } };
  if ((refused && !sql_run (db, "delivery/settle_refused", vars, G_N_ELEMENTS (vars), NULL, error))
      || !sql_run (db, "delivery/settle_failed", vars, G_N_ELEMENTS (vars), &settled, error))
    return false;
  const char *since = db_result_value (settled, 0, 0);
  bool is_told = since != NULL && failure->pause != 0 && (refused || db_result_bool (settled, 0, 1));
  return !is_told || keep_trouble (db, delivery, failure, since, error);
}

bool
delivery_failed (Db *db, const Delivery *delivery, const DeliveryFailure *failure, GError **error)
{
  return end_transaction (db, db_exec (db, "begin", error) && keep_failure (db, delivery, failure, error), error);
}

bool
delivery_refused (Db *db, const DeliveryOwner *owner, DbResult **ret_rows, GError **error)
{
  return LEDGER_ASK ("delivery/refused", ret_rows, { "home", owner->home }, { "jobs", owner->jobs });
}

bool
delivery_renew (Db *db, const DeliveryOwner *owner, const DeliveryChoice *choice, int64_t item, int64_t *ret_count, GError **error)
{
  LedgerNumber number;
  const SqlVar vars[] = { { "destination", choice->destination },
                          { "job", choice->job },
                          { "table", choice->table },
                          { "item", item < 0 ? NULL : ledger_number (&number, item) },
                          { "home", owner->home },
                          { "jobs", owner->jobs } };
  return sql_change (db, "delivery/renew", vars, G_N_ELEMENTS (vars), ret_count, error);
}

bool
delivery_whole (Db *db, const char *home, const char *job, const char *destination, int64_t item, const char *table, bool first,
                GError **error)
{
  LedgerNumber number;
  char run[UID_TEXT_SIZE];
  uid_format (uid_random (), run);
  return LEDGER_ASK ("delivery/whole", NULL, { "home", home }, { "job", job }, { "destination", destination },
                     { "item", ledger_number (&number, item) }, { "table", table }, { "run", run },
                     { "cause", first ? "run" : "whole" });
}

bool
delivery_is_new (Db *db, const char *job, const char *destination, int64_t item, const char *table, bool *ret_new, GError **error)
{
  LedgerNumber number;
  g_autoptr (DbResult) found = NULL;
  if (!LEDGER_ASK ("delivery/is_new", &found, { "job", job }, { "destination", destination },
                   { "item", ledger_number (&number, item) }, { "table", table }))
    return false;
  *ret_new = db_result_bool (found, 0, 0);
  return true;
}

bool
delivery_has_rows (Db *db, const char *schema, const char *table, bool *ret_has, GError **error)
{
  g_autoptr (DbResult) rows = NULL;
  if (!LEDGER_ASK ("delivery/has_rows", &rows, { "schema", schema }, { "table", table }))
    return false;
  *ret_has = db_result_rows (rows) > 0;
  return true;
}

/* Changes deliveries, and takes away what was kept for those that ask for nothing more, and what was told of them. */
static bool
change_and_forget (Db *db, const char *statement, const SqlVar *vars, size_t n_vars, int64_t *ret_count, GError **error)
{
  return end_transaction (db,
                          db_exec (db, "begin", error) && sql_change (db, statement, vars, n_vars, ret_count, error)
                              && sql_run (db, "delivery/forget_unsent", NULL, 0, NULL, error)
                              && ledger_trouble_forget_deliveries (db, error),
                          error);
}

bool
delivery_drop (Db *db, const DeliveryOwner *owner, const DeliveryChoice *choice, int64_t *ret_count, GError **error)
{
  const SqlVar vars[] = { { "destination", choice->destination },
                          { "job", choice->job },
                          { "table", choice->table },
                          { "run", choice->run },
                          { "home", owner->home },
                          { "jobs", owner->jobs } };
  return change_and_forget (db, "delivery/drop", vars, G_N_ELEMENTS (vars), ret_count, error);
}

bool
delivery_state (Db *db, const DeliveryOwner *owner, DbResult **ret_rows, GError **error)
{
  LedgerNumber patience;
  return LEDGER_ASK ("delivery/state", ret_rows, { "home", owner->home }, { "jobs", owner->jobs },
                     { "patience", ledger_number (&patience, DELIVERY_STRAY_SECONDS) });
}

bool
delivery_list (Db *db, const DeliveryOwner *owner, const DeliveryChoice *choice, int64_t limit, DbResult **ret_rows, GError **error)
{
  LedgerNumber number;
  return LEDGER_ASK ("delivery/list", ret_rows, { "destination", choice->destination }, { "job", choice->job },
                     { "table", choice->table }, { "limit", ledger_number (&number, limit) }, { "home", owner->home },
                     { "jobs", owner->jobs });
}

bool
delivery_trim (Db *db, int64_t seconds, bool dry_run, int64_t *ret_count, GError **error)
{
  LedgerNumber number;
  g_autoptr (DbResult) count = NULL;
  const SqlVar vars[] = { { "seconds", seconds > 0 ? ledger_number (&number, seconds) : NULL } };
  if (!dry_run)
    return change_and_forget (db, "delivery/trim", vars, G_N_ELEMENTS (vars), ret_count, error);
  if (!sql_run (db, "delivery/count_old", vars, G_N_ELEMENTS (vars), &count, error))
    return false;
  *ret_count = db_result_int64 (count, 0, 0);
  return true;
}

bool
delivery_forget_table (Db *db, const char *table, GError **error)
{
  static const char *const statements[] = { "delivery/drop_table", "delivery/drop_targets", "delivery/drop_touched", NULL };
  const SqlVar vars[] = { { "table", table } };
  return sql_run_all (db, statements, vars, G_N_ELEMENTS (vars), error);
}
