#include "pipeline/stage/forget_key.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/text.h"
#include "schema/sql.h"

#include <string.h>

static bool
unwrap (const char *wrapped, const void *secret, size_t length, uint8_t key[FORGET_KEY_SIZE], GError **error)
{
  return (secret != NULL && forget_key_unwrap (wrapped, secret, length, key))
         || weir_fail (error,
                       &(Failure) { WEIR_ERROR_MODEL, REASON_KEY_CHANGED,
                                    .detail =
                                        "Whom `weir forget` has erased is known by it alone; with another one files would bring "
                                        "them back. Nothing was changed.",
                                    .hint = "Put the secret back, from a backup, that this database was last loaded with." },
                       "the key secret is another one than whom this database has forgotten is kept with");
}

bool
forgotten_read (Db *db, const GPtrArray *tables, const void *secret, size_t length, Tombstones **ret_tombstones, GError **error)
{
  g_autofree char *list = text_array (tables);
  const SqlVar vars[] = { { "tables", list } };
  g_autoptr (DbResult) marks = NULL;
  uint8_t key[FORGET_KEY_SIZE];
  *ret_tombstones = NULL;
  if (!sql_run (db, "forgotten/read", vars, G_N_ELEMENTS (vars), &marks, error))
    return false;
  if (db_result_rows (marks) == 0 || db_result_value (marks, 0, 1) == NULL)
    return true;
  if (!unwrap (db_result_value (marks, 0, 2), secret, length, key, error))
    return false;
  *ret_tombstones = tombstones_new (key);
  for (int row = 0; row < db_result_rows (marks); row++)
    {
      const char *text = db_result_value (marks, row, 1);
      Uid mark;
      if (uid_parse (text, strlen (text), &mark))
        forgotten_add (tombstones_of (*ret_tombstones, db_result_value (marks, row, 0)), mark);
    }
  return true;
}

bool
forget_key_find (Db *db, const void *secret, size_t length, uint8_t ret_key[FORGET_KEY_SIZE], bool *ret_known, GError **error)
{
  g_autoptr (DbResult) known = NULL;
  if (!sql_run (db, "forgotten/key", NULL, 0, &known, error))
    return false;
  *ret_known = db_result_rows (known) > 0;
  if (*ret_known)
    return unwrap (db_result_value (known, 0, 0), secret, length, ret_key, error);
  random_bytes (ret_key, FORGET_KEY_SIZE);
  return true;
}

bool
forget_key_keep (Db *db, const void *secret, size_t length, const uint8_t key[FORGET_KEY_SIZE], GError **error)
{
  g_autofree char *wrapped = forget_key_wrap (key, secret, length);
  const SqlVar vars[] = { { "wrapped", wrapped } };
  int64_t kept;
  return sql_change (db, "forgotten/make_key", vars, G_N_ELEMENTS (vars), &kept, error)
         && (kept == 1 || weir_error (error, WEIR_ERROR_RETRY, "another session has forgotten somebody for the first time, too"));
}

bool
forget_key_rewrap (Db *db, const void *old_secret, size_t old_length, const void *secret, size_t length, GError **error)
{
  uint8_t key[FORGET_KEY_SIZE];
  g_autoptr (DbResult) known = NULL;
  if (!sql_run (db, "forgotten/lock_key", NULL, 0, &known, error))
    return false;
  if (db_result_rows (known) == 0)
    return true;
  if (!unwrap (db_result_value (known, 0, 0), old_secret, old_length, key, error))
    return false;
  g_autofree char *wrapped = forget_key_wrap (key, secret, length);
  const SqlVar vars[] = { { "wrapped", wrapped } };
  return sql_run (db, "forgotten/wrap_key", vars, G_N_ELEMENTS (vars), NULL, error);
}
