#include "connect/pg/read.h"

#include "connect/pg/horizon.h"
#include "connect/pg/index.h"
#include "connect/pg/values.h"
#include "connect/pg/write.h"
#include "connect/pg/write_plan.h"

#include <string.h>

/* Who we are there, and who may listen. */
static bool
tell_session (PgSession *session, GError **error)
{
  g_autoptr (DbResult) who = NULL, tls = NULL;
  if (!session_query (session, "select current_user, version()", NULL, 0, &who, error))
    return false;
  const char *whole = db_result_value (who, 0, 1), *comma = strstr (whole, " on ");
  g_autofree char *server = comma != NULL ? g_strndup (whole, (size_t) (comma - whole)) : g_strdup (whole);
  if (!session->is_redshift
      && !session_query (session, "select version from pg_catalog.pg_stat_ssl where pid = pg_catalog.pg_backend_pid () and ssl",
                         NULL, 0, &tls, error))
    return false;
  bool has_tls = tls != NULL && db_result_rows (tls) > 0;
  bool is_checked = strcmp (session->tls, "verify-full") == 0;
  const char *protocol = has_tls ? db_result_value (tls, 0, 0) : session->is_redshift ? session->tls : "no TLS";
  connect_checked ("connect", true, "%s as role \"%s\" to %s: %s%s%s", server, db_result_value (who, 0, 0), session->where,
                   protocol, has_tls && is_checked ? ", its certificate and name are checked" : "",
                   has_tls && !is_checked ? ", but its certificate is not checked: sslmode verify-full does" : "");
  return true;
}

static bool
tell_horizon (PgSession *session, const Plan *plan, GError **error)
{
  bool is_visible = false;
  if (!horizon_is_visible (session, &is_visible, error))
    return false;
  if (plan->shape == SHAPE_COUNTED)
    connect_checked ("horizon", true,
                     session_is_blind (session) ? "numbers that are committed late are read as far as \"overlap\" goes"
                                                : "numbers that are committed late are not missed");
  else if (plan->shape == SHAPE_TIMED && session_is_blind (session))
    connect_checked ("horizon", true,
                     "%s does not say which transactions are open: the last %d minutes, or \"overlap\", are read again each time",
                     session->is_redshift ? "Redshift" : "a standby", OVERLAP_SECONDS / 60);
  else if (plan->shape == SHAPE_TIMED)
    connect_checked ("horizon", true,
                     is_visible
                         ? "the role sees when the transactions of others began: rows that are committed late are not missed"
                         : "the role does not see when the transactions of others began: rows that are committed late are not "
                           "missed, and more than needed is read again; grant pg_read_all_stats to it");
  return true;
}

/* One row, as a reading would have it. */
static bool
read_one (PgSession *session, const Source *source, const Plan *plan, const char *conditions, GError **error)
{
  Selection selection = {
    .source = source, .is_redshift = session->is_redshift, .conditions = conditions, .order = plan->order, .n_order = plan->n_order
  };
  g_autofree char *rows = select_rows (&selection, &(Range) { 0 }), *sql = g_strconcat (rows, " limit 1", NULL);
  GPtrArray *params = source->params;
  g_autoptr (DbResult) result = NULL;
  if (!session_query (session, sql, params != NULL ? (const char *const *) params->pdata : NULL,
                      params != NULL ? (int) params->len : 0, &result, error))
    return false;
  connect_checked ("read", true, "%s of %d columns", db_result_rows (result) > 0 ? "a row" : "no row is there,",
                   db_result_columns (result));
  return true;
}

static bool
check_source (PgSession *session, const Request *request, GError **error)
{
  g_auto (Source) source = { 0 };
  g_auto (Plan) plan = { 0 };
  if (!source_find (session, request, &source, error))
    return false;
  if (connect_has_mistakes () || !source_treat (session, request, &source, error))
    return connect_has_mistakes ();
  g_autofree char *conditions = value_conditions (session, request, &source, error);
  if (conditions == NULL || !plan_make (session, request, &source, &plan, error))
    return false;
  return connect_has_mistakes ()
         || (source_declare (&source, g_strcmp0 (request->mode, "dump") == 0, error)
             && read_one (session, &source, &plan, conditions, error) && tell_horizon (session, &plan, error)
             && index_hint (session, &source, &plan, error) && overlap_hint (session, request, &source, &plan, error)
             && security_hint (session, &source, error) && index_of_key (session, &source, error));
}

static bool
check_destination (const Request *request, GError **error)
{
  write_plan_check (request);
  g_autoptr (PgSession) session = session_open (request, PG_WRITE, error);
  return session != NULL && tell_session (session, error) && pg_write_check (request, session, error);
}

bool
pg_check (const Request *request, GError **error)
{
  if (request->to != NULL)
    return check_destination (request, error);
  g_autoptr (PgSession) session = session_open (request, PG_READ, error);
  if (session == NULL)
    return false;
  return session_begin (session, "", error) && tell_session (session, error)
         && (request->from == NULL || check_source (session, request, error));
}
