/* Where a run's file stands in the order of its table (models/order.h): what the ledger has of it before and after. */
#include "schema/ledger.h"
#include "schema/ledger_private.h"

void
file_before_clear (FileBefore *before)
{
  g_free (before->run);
  g_free (before->order_key);
  g_free (before->model_checksum);
  g_free (before->summary);
  g_free (before->declaration);
}

bool
ledger_file_before (Db *db, const Run *run, const char *digits, FileBefore *ret_before, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run->id, id);
  LedgerNumber size, mtime, inode;
  *ret_before = (FileBefore) { 0 };
  g_autoptr (DbResult) result = NULL;
  if (!LEDGER_ASK ("ledger/file_before", &result, { "table", run->table }, { "file", run->file },
                   { "size", ledger_number (&size, run->size) }, { "mtime", ledger_number (&mtime, run->mtime_ns) },
                   { "inode", ledger_number (&inode, (int64_t) run->inode) }, { "run", id }, { "digits", digits }))
    return false;
  if (db_result_rows (result) == 0)
    return true;
  *ret_before = (FileBefore) {
    .run = g_strdup (db_result_value (result, 0, 0)),
    .instant_ns = db_result_int64 (result, 0, 1),
    .order_key = g_strdup (db_result_value (result, 0, 2)),
    .left = db_result_bool (result, 0, 3),
    .model_checksum = g_strdup (db_result_value (result, 0, 4)),
    .seconds = db_result_int64 (result, 0, 5),
    .summary = g_strdup (db_result_value (result, 0, 6)),
    .declaration = g_strdup (db_result_value (result, 0, 7)),
  };
  return true;
}

bool
ledger_run_place (Db *db, const char *run, int64_t *ret_instant_ns, char **ret_key, char **ret_file, GError **error)
{
  *ret_key = *ret_file = NULL;
  g_autoptr (DbResult) result = NULL;
  if (!LEDGER_ASK ("ledger/run_place", &result, { "run", run }))
    return false;
  if (db_result_rows (result) == 0)
    return true;
  *ret_instant_ns = db_result_int64 (result, 0, 0);
  *ret_key = g_strdup (db_result_value (result, 0, 1));
  *ret_file = g_strdup (db_result_value (result, 0, 2));
  return true;
}

bool
ledger_file_order (Db *db, const Run *run, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run->id, id);
  LedgerNumber instant;
  return LEDGER_POST ("file_order", { "run", id }, { "instant", ledger_number (&instant, run->instant_ns) },
                      { "key", run->order_key }, { "before", run->retry_of });
}

bool
ledger_overtaken (Db *db, const Run *run, int limit, DbResult **ret_runs, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run->id, id);
  LedgerNumber instant, most;
  return LEDGER_ASK ("ledger/overtaken", ret_runs, { "table", run->table }, { "run", id },
                     { "instant", ledger_number (&instant, run->instant_ns) }, { "key", run->order_key },
                     { "limit", ledger_number (&most, limit) });
}

bool
ledger_file_overtook (Db *db, Uid run, const char *runs, int64_t count, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  LedgerNumber number;
  return LEDGER_POST ("file_overtook", { "run", id }, { "runs", runs }, { "count", ledger_number (&number, count) });
}

void
file_instant_clear (FileInstant *instant)
{
  g_free (instant->instant);
  g_free (instant->shown);
}

static bool
ask_instant (Db *db, const char *statement, const Run *run, const FileMoment *moment, FileInstant *ret_instant, GError **error)
{
  static const FileMoment none = { 0 };
  const FileMoment *said = moment != NULL ? moment : &none;
  char id[UID_TEXT_SIZE];
  uid_format (run->id, id);
  LedgerNumber us;
  const char *micro = moment != NULL && said->text == NULL ? ledger_number (&us, said->ns / 1000) : NULL;
  *ret_instant = (FileInstant) { 0 };
  g_autoptr (DbResult) result = NULL;
  if (!LEDGER_ASK (statement, &result, { "run", id }, { "table", run->table }, { "own", said->zone == NULL ? said->text : NULL },
                   { "local", said->zone != NULL ? said->text : NULL }, { "zone", said->zone }, { "us", micro }))
    return false;
  if (db_result_rows (result) == 0)
    return true;
  *ret_instant = (FileInstant) { .instant = g_strdup (db_result_value (result, 0, 0)),
                                 .shown = g_strdup (db_result_value (result, 0, 1)),
                                 .late = db_result_bool (result, 0, 2),
                                 .ahead = db_result_bool (result, 0, 3) };
  return true;
}

bool
ledger_file_instant (Db *db, const Run *run, const FileMoment *moment, FileInstant *ret_instant, GError **error)
{
  return ask_instant (db, "ledger/file_instant", run, moment, ret_instant, error);
}

bool
ledger_absent_instant (Db *db, const Run *run, const FileMoment *moment, FileInstant *ret_instant, GError **error)
{
  return ask_instant (db, "ledger/absent_instant", run, moment, ret_instant, error);
}
