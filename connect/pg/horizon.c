#include "connect/pg/horizon.h"

#include "base/text.h"

#include <string.h>

/* Between the moment from which a transaction counts and the one at which the server shows it nothing is to be seen of it. */
#define MARGIN "interval '1 second'"
#define LONG_US (INT64_C (600) * G_USEC_PER_SEC) /* a transaction that is told */

#define OVERLAP_TEXT G_STRINGIFY (OVERLAP_SECONDS)

static const char horizon_sql[] =
    "with sessions as ("
    "  select xact_start, query, pid, usename, usesysid from pg_catalog.pg_stat_activity"
    "  where datid = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database ())"
    "    and pid <> pg_catalog.pg_backend_pid ()"
    "    and coalesce (backend_type, '') not in ('autovacuum worker', 'walsender', 'parallel worker')),"
    " seen as (select min (xact_start) as since, count (*) filter (where query = '<insufficient privilege>' and usesysid is not "
    "null) as hidden from "
    "sessions),"
    " prepared as (select min (prepared) as since from pg_catalog.pg_prepared_xacts where database = pg_catalog.current_database "
    "())"
    " select least (pg_catalog.clock_timestamp (), seen.since, prepared.since - interval '" OVERLAP_TEXT " seconds',"
    "               case when pg_catalog.pg_is_in_recovery () then pg_catalog.pg_last_xact_replay_timestamp () end)::text as raw,"
    "        seen.hidden > 0 as is_hidden, prepared.since is not null as is_prepared, pg_catalog.pg_is_in_recovery () as "
    "is_standby,"
    "        (select 'process ' || s.pid || coalesce (' of ' || s.usename, '') || ', since ' || s.xact_start"
    "         from sessions s where s.xact_start = seen.since limit 1) as oldest"
    " from seen, prepared";

/* As a value of the bookmark's type; of one without a zone the least that it can be, unless the job says which zone it is in. */
static char *
expression_for (const PgColumn *bookmark, const char *zone)
{
  const char *at = "$1::timestamptz - " MARGIN " - $2::interval";
  if (bookmark->kind == PG_TIMESTAMPTZ)
    return g_strdup_printf ("(%s)::text", at);
  const char *day = bookmark->kind == PG_DATE ? "::date" : "";
  if (zone != NULL)
    return g_strdup_printf ("((%s) at time zone $3)%s::text", at, day);
  return g_strdup_printf ("least((%s) at time zone 'UTC', (%s) at time zone $3)%s::text", at, at, day);
}

/* The raw horizon less what is not to be seen, in the bookmark's terms. */
static bool
express (PgSession *session, const Source *source, const PgColumn *bookmark, const char *raw, double overlap, Horizon *ret,
         GError **error)
{
  g_autofree char *expression = expression_for (bookmark, source->zone), *sql = g_strconcat ("select ", expression, NULL);
  char seconds[G_ASCII_DTOSTR_BUF_SIZE];
  g_ascii_formatd (seconds, sizeof seconds, "%.6f", overlap);
  g_autofree char *back = g_strconcat (seconds, " seconds", NULL);
  const char *params[] = { raw, back, source->zone != NULL ? source->zone : session->zone };
  g_autoptr (DbResult) result = NULL;
  g_autoptr (GError) problem = NULL;
  if (session_query (session, sql, params, bookmark->kind == PG_TIMESTAMPTZ ? 2 : 3, &result, &problem))
    return ret->text = g_strdup (db_result_value (result, 0, 0)), true;
  if (source->zone != NULL && g_error_matches (problem, CONNECT_ERROR, CONNECT_CONFIGURATION))
    return connect_mistake ("from.time_zone", "the server knows no time zone \"%s\"", source->zone), true;
  return g_propagate_error (error, g_steal_pointer (&problem)), false;
}

/* overlap: in seconds; below 0: the bookmark is a number, of which no stretch is read again by itself. */
static void
tell (const DbResult *result, bool is_standby, double overlap, const Horizon *horizon)
{
  const char *oldest = db_result_value (result, 0, 4);
  g_autofree char *shown = text_duration ((int64_t) (overlap * 1000));
  g_autofree char *costs = overlap < 0 ? g_strdup ("a number that is committed late is missed, unless \"overlap\" reads it again")
                                       : g_strdup_printf ("the last %s are read again each time", shown);
  if (is_standby)
    connect_note ("a standby does not know which transactions are open: %s", costs);
  else if (horizon->is_hidden)
    connect_note ("the role may not see when the transactions of others began (grant pg_read_all_stats to it): %s", costs);
  if (db_result_bool (result, 0, 2))
    connect_note ("there are prepared transactions that nobody has ended: what is newer than they are is read again each time");
  if (oldest != NULL && g_get_real_time () - horizon->us > LONG_US)
    connect_note ("a transaction is open for long (%s): what is newer than it is read again each time", oldest);
}

static bool
to_us (PgSession *session, const char *raw, int64_t *ret, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!session_query (session, "select (extract (epoch from $1::timestamptz) * 1000000)::bigint", &raw, 1, &result, error))
    return false;
  *ret = db_result_int64 (result, 0, 0);
  return true;
}

/* Redshift shows nothing of the kind. */
static bool
find_old (PgSession *session, const Request *request, const Source *source, const PgColumn *bookmark, Horizon *ret, GError **error)
{
  double overlap = request->overlap > 0 ? request->overlap : OVERLAP_SECONDS;
  g_autoptr (DbResult) result = NULL;
  ret->is_hidden = true;
  if (!session_query (session, "select now()", NULL, 0, &result, error))
    return false;
  g_autofree char *shown = text_duration ((int64_t) (overlap * 1000));
  if (bookmark != NULL)
    connect_note ("Redshift does not say which transactions are open: the last %s are read again each time", shown);
  else if (request->overlap <= 0)
    connect_note ("Redshift does not say which transactions are open: a number that is committed late is missed, unless "
                  "\"overlap\" reads it again");
  return bookmark == NULL || express (session, source, bookmark, db_result_value (result, 0, 0), overlap, ret, error);
}

bool
horizon_find (PgSession *session, const Request *request, const Source *source, const PgColumn *bookmark, Horizon *ret,
              GError **error)
{
  *ret = (Horizon) { 0 };
  if (session->is_redshift)
    return find_old (session, request, source, bookmark, ret, error);
  g_autoptr (DbResult) result = NULL;
  if (!session_query (session, horizon_sql, NULL, 0, &result, error))
    return false;
  bool is_standby = db_result_bool (result, 0, 3);
  ret->is_hidden = db_result_bool (result, 0, 1) || is_standby;
  double overlap = !ret->is_hidden ? 0 : request->overlap > 0 ? request->overlap : OVERLAP_SECONDS;
  const char *raw = db_result_value (result, 0, 0);
  if (!to_us (session, raw, &ret->us, error)
      || (bookmark != NULL && !express (session, source, bookmark, raw, overlap, ret, error)))
    return false;
  tell (result, is_standby, bookmark != NULL ? overlap : -1, ret);
  return true;
}

void
horizon_clear (Horizon *horizon)
{
  g_free (horizon->text);
}

bool
horizon_is_visible (PgSession *session, bool *ret, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  *ret = false;
  if (session->is_redshift)
    return true;
  if (!session_query (session,
                      "select pg_catalog.pg_has_role ('pg_read_all_stats', 'usage') and not pg_catalog.pg_is_in_recovery ()", NULL,
                      0, &result, error))
    return false;
  *ret = db_result_bool (result, 0, 0);
  return true;
}
