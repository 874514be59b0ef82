#include "connect/pg/open.h"

#include <string.h>

#define PREPARED "prepared "
#define LONG_SECONDS 600 /* that are told */
#define LINGER_US 20000
#define LINGERS 15

static const char state_sql[] =
    "select at::text, (extract (epoch from at) * 1000000)::bigint,"
    " pg_catalog.txid_snapshot_xmin (pg_catalog.txid_current_snapshot ()),"
    " pg_catalog.txid_snapshot_xmax (pg_catalog.txid_current_snapshot ())"
    " from (select case when pg_catalog.pg_is_in_recovery () then pg_catalog.pg_last_xact_replay_timestamp ()"
    "  else pg_catalog.statement_timestamp () end) now (at)";

static const char redshift_sql[] = "select now(), (extract (epoch from now()) * 1000000)::bigint, 0, 0";

/* What is not known (a session that is just coming, a transaction that was prepared a moment ago) counts. A session that is idle without a time has ended its
 * transaction since the locks were read, or begun it since the sessions were; with one a client is between Describe and Execute. */
static const char names_sql[] =
    "select case l.locktype when 'virtualxid' then l.virtualtransaction else '" PREPARED "' || l.transactionid end,"
    " s.since::text, (extract (epoch from s.since) * 1000000)::bigint,"
    " 'process ' || s.pid || coalesce (' of ' || s.usename, '') || ', since ' || s.since"
    " from pg_catalog.pg_locks l"
    " left join (select *, xact_start as since from pg_catalog.pg_stat_activity) s on s.pid = l.pid"
    " where l.granted"
    " and (l.locktype = 'virtualxid' and l.virtualxid = l.virtualtransaction or l.locktype = 'transactionid' and l.pid is null)"
    " and l.pid is distinct from pg_catalog.pg_backend_pid ()"
    " and (s.pid is null or s.usesysid is not null"
    "  and s.datid = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database ())"
    "  and coalesce (s.backend_type, '') not in ('autovacuum worker', 'walsender', 'parallel worker'))"
    " and (s.state is distinct from 'idle' or s.xact_start is not null)"
    " and not exists (select from pg_catalog.pg_prepared_xacts p"
    "  where p.transaction = l.transactionid and p.database <> pg_catalog.current_database ())"
    " order by s.since";

/* ---- who is open ---- */

static bool
find_names (PgSession *session, Open *open, GError **error)
{
  g_autoptr (DbResult) rows = NULL;
  if (!session_query (session, names_sql, NULL, 0, &rows, error))
    return false;
  for (int i = 0; i < db_result_rows (rows); i++)
    {
      const char *name = db_result_value (rows, i, 0), *since = db_result_value (rows, i, 1);
      json_array_append_new (open->names, weir_json_string (name));
      if (since == NULL)
        json_array_append_new (open->hidden, weir_json_string (name));
      else if (i == 0)
        {
          g_free (open->since);
          open->since = g_strdup (since);
          open->since_us = db_result_int64 (rows, i, 2);
          open->oldest = g_strdup (db_result_value (rows, i, 3));
        }
    }
  return true;
}

bool
open_look (PgSession *session, Open *ret, GError **error)
{
  g_autoptr (DbResult) state = NULL;
  *ret = (Open) { .names = json_array (), .hidden = json_array (), .is_blind = session_is_blind (session) };
  if (!session_query (session, session->is_redshift ? redshift_sql : state_sql, NULL, 0, &state, error))
    return false;
  ret->since = g_strdup (db_result_value (state, 0, 0));
  ret->at_us = ret->since_us = db_result_int64 (state, 0, 1);
  ret->xmin = db_result_int64 (state, 0, 2);
  ret->xmax = db_result_int64 (state, 0, 3);
  return ret->is_blind || find_names (session, ret, error);
}

void
open_clear (Open *open)
{
  g_free (open->since);
  g_free (open->oldest);
  json_decref (open->names);
  json_decref (open->hidden);
}

/* ---- what waits for them ---- */

bool
open_is_prepared (const char *name)
{
  return g_str_has_prefix (name, PREPARED);
}

/* Our own words begin so, columns do not. */
static Json *
without_words (const Json *object)
{
  Json *values = json_object ();
  const char *name;
  Json *value;
  json_object_foreach ((Json *) object, name, value)
    if (name[0] != '$')
      json_object_set (values, name, value);
  return values;
}

static GHashTable *
set_of (const Json *names)
{
  GHashTable *set = g_hash_table_new (g_str_hash, g_str_equal);
  size_t i;
  Json *name;
  json_array_foreach ((Json *) names, i, name)
    g_hash_table_add (set, (char *) json_string_value (name));
  return set;
}

static void
add_prepared (Json *list, const Json *names)
{
  g_autoptr (GHashTable) there = set_of (list);
  size_t i;
  Json *name;
  json_array_foreach ((Json *) names, i, name)
    if (open_is_prepared (json_string_value (name)) && !g_hash_table_contains (there, json_string_value (name)))
      json_array_append (list, name);
}

/* Those of "names" that are open yet. Whose virtual transaction is over may have been prepared, by any name: then all that are prepared count. */
static Json *
still_open (const Json *names, const Open *now)
{
  g_autoptr (GHashTable) open = set_of (now->names);
  Json *left = json_array ();
  bool any_ended = false;
  size_t i;
  Json *name;
  json_array_foreach ((Json *) names, i, name)
    if (g_hash_table_contains (open, json_string_value (name)))
      json_array_append (left, name);
    else if (!open_is_prepared (json_string_value (name)))
      any_ended = true;
  if (any_ended)
    add_prepared (left, now->names);
  return left;
}

/* A value and who is waited for. A new reference; NULL: nobody is. */
static Json *
waiting (const Json *values, const Json *names, int64_t xmax, int64_t at, const Open *now)
{
  if (now->is_blind ? xmax <= now->xmin : json_array_size (names) == 0)
    return NULL;
  Json *waits = without_words (values);
  if (!now->is_blind)
    json_object_set (waits, "$open", (Json *) names);
  json_object_set_new (waits, "$xmax", json_integer (xmax));
  json_object_set_new (waits, "$at", json_integer (at));
  return waits;
}

/* What waits yet. Of one that nobody wrote names to (the server was a standby) all who are open count. */
static Json *
waits_on (const Json *earlier, const Open *now)
{
  const Json *names = json_object_get (earlier, "$open");
  g_autoptr (Json) left = still_open (json_is_array (names) ? names : now->names, now);
  return waiting (earlier, left, json_integer_value (json_object_get (earlier, "$xmax")),
                  json_integer_value (json_object_get (earlier, "$at")), now);
}

Json *
open_next (const Json *position, const Json *seen, const Json *who, const Open *now)
{
  const Json *earlier = json_object_get (position, "$earlier");
  Json *waits = json_is_object (earlier) ? waits_on (earlier, now) : NULL;
  const Json *passed = json_is_object (earlier) && waits == NULL ? earlier : position;
  if (waits == NULL && seen != NULL)
    {
      waits = waiting (seen, who, now->xmax, now->at_us / G_USEC_PER_SEC, now);
      passed = waits == NULL ? seen : passed;
    }
  Json *next = without_words (passed);
  if (waits != NULL)
    json_object_set_new (next, "$earlier", waits);
  else if (json_object_size (next) == 0)
    g_clear_pointer (&next, json_decref);
  return next;
}

bool
open_linger (PgSession *session, Json **position, GError **error)
{
  for (int i = 0; i < LINGERS && json_object_size (*position) == 1 && json_object_get (*position, "$earlier") != NULL; i++)
    {
      g_auto (Open) now = { 0 };
      g_usleep (LINGER_US);
      if (!open_look (session, &now, error) || !connect_go_on (error))
        return false;
      g_autoptr (Json) before = *position;
      *position = open_next (before, NULL, NULL, &now);
    }
  return true;
}

void
open_tell (const Json *position, const Open *now)
{
  const Json *earlier = json_object_get (position, "$earlier");
  const char *name = json_string_value (json_array_get (json_object_get (earlier, "$open"), 0));
  int64_t at = json_integer_value (json_object_get (earlier, "$at"));
  if (name != NULL && now->at_us / G_USEC_PER_SEC - at > LONG_SECONDS)
    connect_note ("a transaction is open for long (%s in pg_locks): what is newer than it is read again each time", name);
}
