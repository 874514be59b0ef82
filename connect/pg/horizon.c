#include "connect/pg/horizon.h"

#include "base/text.h"
#include "connect/pg/open.h"
#include "connect/pg/values.h"

#include <string.h>

/* Between the moment from which a transaction counts and the one at which the server shows it nothing is to be seen of it. */
#define MARGIN "interval '1 second'"
#define AHEAD "interval '3 hours'"               /* more than any clock is set back */
#define LONG_US (INT64_C (600) * G_USEC_PER_SEC) /* a transaction that is told */

/* In the bookmark's own terms; of one without a zone the least that it can be, unless the job says which zone it is in. Where a clock is set back within the next
 * hours, as in autumn, it comes by the same times once more: so many hours less. */
static char *
moment_for (const PgColumn *bookmark, const char *zone)
{
  const char *at = "($1::timestamptz - " MARGIN " - $2::interval)";
  if (bookmark->kind == PG_TIMESTAMPTZ)
    return g_strdup (at);
  return g_strdup_printf ("least(%s at time zone $3, (%s + " AHEAD ") at time zone $3 - " AHEAD "%s%s%s)", at, at,
                          zone == NULL ? ", " : "", zone == NULL ? at : "", zone == NULL ? " at time zone 'UTC'" : "");
}

/* The raw horizon less what is not to be seen, in the bookmark's terms. */
static bool
express (PgSession *session, const Source *source, const PgColumn *bookmark, const char *raw, double overlap, Horizon *ret,
         GError **error)
{
  g_autofree char *moment = moment_for (bookmark, source->zone);
  g_autofree char *sql = g_strdup_printf ("select %s%s::text, (extract(epoch from %s) * 1000000)::bigint", moment,
                                          bookmark->kind == PG_DATE ? "::date" : "", moment);
  char seconds[G_ASCII_DTOSTR_BUF_SIZE];
  g_ascii_formatd (seconds, sizeof seconds, "%.6f", overlap);
  g_autofree char *back = g_strconcat (seconds, " seconds", NULL);
  const char *params[] = { raw, back, source->zone != NULL ? source->zone : session->zone };
  g_autoptr (DbResult) result = NULL;
  g_autoptr (GError) problem = NULL;
  if (session_query (session, sql, params, bookmark->kind == PG_TIMESTAMPTZ ? 2 : 3, &result, &problem))
    {
      ret->text = g_strdup (db_result_value (result, 0, 0));
      ret->us = db_result_int64 (result, 0, 1);
      return true;
    }
  if (source->zone != NULL && g_error_matches (problem, CONNECT_ERROR, CONNECT_CONFIGURATION))
    return connect_mistake ("from.time_zone", "the server knows no time zone \"%s\"", source->zone), true;
  return g_propagate_error (error, g_steal_pointer (&problem)), false;
}

static double
overlap_of (const Request *request)
{
  return request->overlap > 0 ? request->overlap : OVERLAP_SECONDS;
}

static void
tell_blind (const PgSession *session, const Request *request, const Open *open)
{
  g_autofree char *shown = text_duration ((int64_t) (overlap_of (request) * 1000));
  if (open->since == NULL)
    connect_note (
        "the standby has replayed no transaction since it was started, and nobody knows how old it is: all that is new is "
        "read again the next time");
  else
    connect_note ("%s does not say which transactions are open: the last %s are read again each time",
                  session->is_redshift ? "Redshift" : "a standby", shown);
}

static void
tell_hidden (const Open *open)
{
  int prepared = 0, hidden = (int) json_array_size (open->hidden);
  for (int i = 0; i < hidden; i++)
    prepared += open_is_prepared (json_string_value (json_array_get (open->hidden, (size_t) i)));
  if (prepared > 0)
    connect_note ("there are prepared transactions that nobody has ended: what is newer than they are is read again each time");
  if (hidden > prepared)
    connect_note (
        "the role may not see when transactions of others began that are open (grant pg_read_all_stats to it): what is newer "
        "than they are is read again until they have ended");
}

/* The time waits for those whose beginning is not to be seen. */
static bool
wait_for_hidden (PgSession *session, const Request *request, const PgColumn *bookmark, const Open *open, Horizon *horizon,
                 GError **error)
{
  g_autoptr (Json) seen = json_pack ("{s:s?}", bookmark->name, horizon->text);
  g_autoptr (Json) next = open_next (request->position, seen, open->hidden, open);
  if (!open_linger (session, &next, error))
    return false;
  open_tell (next, open);
  g_free (horizon->text);
  horizon->text = weir_json_scalar (json_object_get (next, bookmark->name));
  horizon->earlier = json_incref (json_object_get (next, "$earlier"));
  if (horizon->earlier != NULL)
    tell_hidden (open);
  return true;
}

bool
horizon_find (PgSession *session, const Request *request, const Source *source, const Plan *plan, Horizon *ret, GError **error)
{
  g_auto (Open) open = { 0 };
  const PgColumn *bookmark = &source->columns[plan->order[0]];
  *ret = (Horizon) { 0 };
  if (!open_look (session, &open, error))
    return false;
  bool is_hidden = json_array_size (open.hidden) > 0;
  if (open.is_blind)
    tell_blind (session, request, &open);
  else if (open.at_us - open.since_us > LONG_US)
    connect_note ("a transaction is open for long (%s): what is newer than it is read again each time", open.oldest);
  if (open.since == NULL)
    return ret->text = weir_json_scalar (json_object_get (request->position, bookmark->name)), true;
  bool is_guessed = open.is_blind || (is_hidden && plan->shape == SHAPE_WINDOW);
  if (type_is_time (bookmark->kind)
      && !express (session, source, bookmark, open.since, is_guessed ? overlap_of (request) : 0, ret, error))
    return false;
  bool waits = plan->shape == SHAPE_TIMED && !open.is_blind && is_hidden;
  return !waits || wait_for_hidden (session, request, bookmark, &open, ret, error);
}

void
horizon_clear (Horizon *horizon)
{
  g_free (horizon->text);
  json_decref (horizon->earlier);
}

bool
horizon_is_visible (PgSession *session, bool *ret, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  *ret = false;
  if (session_is_blind (session))
    return true;
  if (!session_query (session, "select pg_catalog.pg_has_role ('pg_read_all_stats', 'usage')", NULL, 0, &result, error))
    return false;
  *ret = db_result_bool (result, 0, 0);
  return true;
}
