#include "base/db_private.h"

/* In libpq's pipeline mode statements are sent without waiting for the answers to those before. A Sync ends them, and behind an error the
 * server skips all up to it. */

/* After so many uses a statement is prepared anew: its plan was made for tables as large as they were, and the ledger's grow. BEGIN has none,
 * and nothing may go before it that takes a snapshot. */
#define USES_OF_A_PLAN 200

/* A statement that the server knows by name. */
typedef struct
{
  char name[32];
  unsigned uses;
} Prepared;

/* What was sent, and is not answered. */
typedef struct
{
  const char *label; /* of a posted statement, interned; NULL: somebody waits for it */
  char *prepared;    /* the text that it runs by name, NULL: none */
  char *prepares;    /* the text that it gives a name to, NULL: none */
} Sent;

static void
sent_clear (void *data)
{
  Sent *sent = data;
  g_free (sent->prepared);
  g_free (sent->prepares);
}

void
db_together_init (Db *db)
{
  db->prepared = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  db->tag = g_random_int ();
  db->sent = g_array_new (FALSE, FALSE, sizeof (Sent));
  g_array_set_clear_func (db->sent, sent_clear);
}

void
db_together_clear (Db *db)
{
  g_clear_pointer (&db->prepared, g_hash_table_unref);
  g_clear_pointer (&db->sent, g_array_unref);
}

static void
note_sent (Db *db, const char *label, const char *prepared, const char *prepares)
{
  g_array_append_val (db->sent, ((Sent) { label, g_strdup (prepared), g_strdup (prepares) }));
}

static bool
send_text (Db *db, const DbText *text)
{
  return PQsendQueryParams (db->conn, text->sql, text->n_params, NULL, text->params, NULL, NULL, 0) == 1;
}

/* Makes the statement known to the server. "before": what it was known as, for too long; NULL: it was not. Returns its new name, NULL: it
 * could not be sent. */
static const char *
send_prepare (Db *db, const char *sql, const Prepared *before)
{
  if (before != NULL)
    {
      g_autofree char *forget = g_strdup_printf ("deallocate %s", before->name);
      if (!send_text (db, &(DbText) { .sql = forget }))
        return NULL;
      note_sent (db, NULL, NULL, NULL);
    }
  Prepared *now = g_new0 (Prepared, 1);
  /* No other client's, whose session a pooler may give us. */
  g_snprintf (now->name, sizeof now->name, "weir_%08x_%u", db->tag, ++db->names);
  g_hash_table_replace (db->prepared, g_strdup (sql), now);
  note_sent (db, NULL, NULL, sql);
  return PQsendPrepare (db->conn, now->name, sql, 0, NULL) == 1 ? now->name : NULL;
}

static bool
send_named (Db *db, const DbText *text)
{
  Prepared *known = g_hash_table_lookup (db->prepared, text->sql);
  bool good = known != NULL && (known->uses++ < USES_OF_A_PLAN || g_str_has_prefix (text->sql, "begin"));
  const char *name = good ? known->name : send_prepare (db, text->sql, known);
  return name != NULL && PQsendQueryPrepared (db->conn, name, text->n_params, text->params, NULL, NULL, 0) == 1;
}

bool
db_send_behind (Db *db, const DbText *text, const char *label, GError **error)
{
  if (db->sent->len == 0 && !PQenterPipelineMode (db->conn))
    return db_connection_error (db, error);
  bool sent = text->prepared ? send_named (db, text) : send_text (db, text);
  note_sent (db, label, text->prepared ? text->sql : NULL, NULL);
  return sent || db_connection_error (db, error);
}

/* Behind an error: what was not prepared is not known, and what failed gets another plan, for its old one may be why. */
static void
forget_failed (Db *db, const GArray *sent, guint failed)
{
  for (guint i = 0; i < sent->len; i++)
    {
      const Sent *one = &g_array_index (sent, Sent, i);
      Prepared *known = i == failed && one->prepared != NULL ? g_hash_table_lookup (db->prepared, one->prepared) : NULL;
      if (known != NULL)
        known->uses = USES_OF_A_PLAN;
    }
  for (guint i = 0; i < sent->len; i++)
    if (g_array_index (sent, Sent, i).prepares != NULL)
      g_hash_table_remove (db->prepared, g_array_index (sent, Sent, i).prepares);
}

/* The answers, as far as they are good: *ret_good is how many. The last one's is *ret_last. */
static bool
take_answers (Db *db, DbStatement *statement, const GArray *sent, guint *ret_good, PGresult **ret_last, GError **error)
{
  g_autoptr (GError) failure = NULL;
  for (guint i = *ret_good = 0; i < sent->len && db_is_usable (db); i++)
    {
      g_clear_pointer (ret_last, PQclear);
      /* Those behind a failure are skipped. */
      if (db_drain (db, statement, ret_last, failure == NULL ? &failure : NULL) && failure == NULL)
        *ret_good = i + 1;
    }
  if (failure == NULL && *ret_good < sent->len)
    return db_connection_error (db, error);
  return failure == NULL || (g_propagate_error (error, g_steal_pointer (&failure)), false);
}

/* The Sync's own answer, behind which the connection is as before. Outside of a transaction the Sync is what commits, and may fail. */
static bool
leave_pipeline (Db *db, DbStatement *statement, GError **error)
{
  g_autoptr (GError) failure = NULL;
  int nothing = 0; /* stands between the answers of two statements, and behind the last */
  for (bool synced = false; !synced && nothing < 2;)
    {
      g_autoptr (PGresult) result = NULL;
      if (!db_is_usable (db))
        return db_connection_error (db, error);
      if (!db_next_result (db, statement, &result))
        return db_given_up_error (db, error);
      nothing += result == NULL;
      synced = result != NULL && PQresultStatus (result) == PGRES_PIPELINE_SYNC;
      if (result != NULL && !synced && failure == NULL)
        (void) db_result_error (db, result, false, &failure);
    }
  if (PQexitPipelineMode (db->conn) != 1)
    return db->lost = true, db_connection_error (db, error);
  return failure == NULL || (g_propagate_error (error, g_steal_pointer (&failure)), false);
}

bool
db_settle (Db *db, PGresult **ret_last, GError **error)
{
  if (db->sent->len == 0)
    return true;
  guint good = 0;
  DbStatement statement = { 0 };
  g_autoptr (PGresult) last = NULL;
  g_autoptr (GArray) sent = g_steal_pointer (&db->sent);
  db->sent = g_array_new (FALSE, FALSE, sizeof (Sent));
  g_array_set_clear_func (db->sent, sent_clear);
  bool done = (PQpipelineSync (db->conn) == 1 || db_connection_error (db, error))
              && take_answers (db, &statement, sent, &good, &last, error);
  db->culprit = !done && good < sent->len ? g_array_index (sent, Sent, good).label : NULL;
  bool left = leave_pipeline (db, &statement, done ? error : NULL);
  if (!done)
    return forget_failed (db, sent, good), false;
  if (left && ret_last != NULL)
    *ret_last = g_steal_pointer (&last);
  return left;
}

/* One that the server knows by name, and nothing before it. */
static bool
run_alone (Db *db, const DbText *text, const char *name, PGresult **ret_last, GError **error)
{
  bool sent =
      name == NULL ? send_text (db, text) : PQsendQueryPrepared (db->conn, name, text->n_params, text->params, NULL, NULL, 0) == 1;
  return sent ? db_drain (db, &(DbStatement) { 0 }, ret_last, error) : db_connection_error (db, error);
}

bool
db_run (Db *db, const DbText *text, PGresult **ret_last, GError **error)
{
  db->culprit = NULL;
  if (!db_check_ready (db, error))
    return false;
  Prepared *known = text->prepared ? g_hash_table_lookup (db->prepared, text->sql) : NULL;
  bool good = !text->prepared || (known != NULL && known->uses < USES_OF_A_PLAN);
  if (db->sent->len > 0 || !good)
    return db_send_behind (db, text, NULL, error) && db_settle (db, ret_last, error);
  if (known != NULL)
    known->uses++;
  if (run_alone (db, text, known != NULL ? known->name : NULL, ret_last, error))
    return true;
  if (known != NULL)
    known->uses = USES_OF_A_PLAN;
  return false;
}
