#include "connect/pg/read.h"

#include "base/fault.h"
#include "base/text.h"
#include "connect/pg/counted.h"
#include "connect/pg/horizon.h"
#include "connect/pg/index.h"
#include "connect/pg/transfer.h"
#include "connect/pg/values.h"

#include <string.h>

/* What a reading knows. */
typedef struct
{
  PgSession *session;
  const Request *request;
  Source source;
  Plan plan;
  char *conditions; /* of "where" */
  Horizon horizon;
  Json *seen;  /* the greatest number; NULL: none */
  Json *next;  /* the position behind all batches, of what is counted; NULL: none */
  char *bound; /* of a closed plan; NULL: nothing can be read yet */
  char *now;   /* when the snapshot was taken */
  Transfer transfer;
} Reading;

static void
reading_clear (Reading *reading)
{
  source_clear (&reading->source);
  plan_clear (&reading->plan);
  horizon_clear (&reading->horizon);
  transfer_clear (&reading->transfer);
  json_decref (reading->seen);
  json_decref (reading->next);
  g_free (reading->bound);
  g_free (reading->conditions);
  g_free (reading->now);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

static bool
mode_is (const Reading *reading, const char *mode)
{
  return g_strcmp0 (reading->request->mode, mode) == 0;
}

static const PgColumn *
bookmark_of (const Reading *reading)
{
  return reading->plan.n_order > 0 ? &reading->source.columns[reading->plan.order[0]] : NULL;
}

/* ---- before the snapshot ---- */

static bool
is_less (Reading *reading, const char *value, const char *than, bool *ret, GError **error)
{
  const PgColumn *column = bookmark_of (reading);
  g_autofree char *sql = g_strdup_printf ("select $1::%s < $2::%s", column->base, column->base);
  const char *params[] = { value, than };
  g_autoptr (DbResult) result = NULL;
  *ret = false;
  if (value == NULL || than == NULL)
    return true;
  if (!session_query (reading->session, sql, params, 2, &result, error))
    return false;
  *ret = db_result_bool (result, 0, 0);
  return true;
}

/* Numbers that are less than those that were read: nobody can say whether the newest rows are gone, or all began anew. */
static bool
tell_backwards (Reading *reading, GError **error)
{
  const PgColumn *column = bookmark_of (reading);
  bool is_back;
  g_autofree char *seen = weir_json_scalar (json_object_get (reading->seen, column->name));
  g_autofree char *before = weir_json_scalar (json_object_get (reading->request->position, column->name));
  if (!is_less (reading, seen, before, &is_back, error))
    return false;
  if (is_back)
    connect_note ("the greatest \"%s\" is %s, and %s was read before: rows are gone, or the numbers began anew. Then `weir pull "
                  "--full`, for only what "
                  "is greater will be read",
                  column->name, seen, before);
  return true;
}

/* A clock that shows a time that has passed: it was set back, or is another server's. */
static bool
tell_clock (Reading *reading, GError **error)
{
  const PgColumn *column = bookmark_of (reading);
  g_autofree char *before = weir_json_scalar (json_object_get (reading->request->position, column->name));
  g_autoptr (DbResult) now = NULL;
  bool is_back;
  if (column->kind != PG_TIMESTAMPTZ || before == NULL)
    return true;
  if (!session_query (reading->session, "select now()", NULL, 0, &now, error)
      || !is_less (reading, db_result_value (now, 0, 0), before, &is_back, error))
    return false;
  if (is_back)
    connect_note ("the server's clock is at %s, and up to %s was read before: what gets an earlier time meanwhile is missed. "
                  "\"overlap\" reads it, or `weir pull --from`",
                  db_result_value (now, 0, 0), before);
  return true;
}

static bool
look_ahead (Reading *reading, GError **error)
{
  const Plan *plan = &reading->plan;
  if (plan->is_inside || plan->shape == SHAPE_WHOLE)
    return true;
  if (plan->shape == SHAPE_COUNTED)
    return counted_find (reading->session, &reading->source, plan, reading->request->position, &reading->seen, &reading->next,
                         error)
           && tell_backwards (reading, error);
  return horizon_find (reading->session, reading->request, &reading->source, plan, &reading->horizon, error)
         && (plan->shape == SHAPE_WINDOW || tell_clock (reading, error));
}

/* All that can be wrong is told here, before a row is asked for. */
static bool
prepare (Reading *reading, GError **error)
{
  PgSession *session = reading->session;
  const Request *request = reading->request;
  if (!session_begin (session, "", error) || !source_find (session, request, &reading->source, error))
    return false;
  if (connect_has_mistakes () || !source_treat (session, request, &reading->source, error))
    return connect_has_mistakes ();
  reading->conditions = value_conditions (session, request, &reading->source, error);
  if (reading->conditions == NULL || !plan_make (session, request, &reading->source, &reading->plan, error))
    return false;
  if (connect_has_mistakes ())
    return true;
  if ((reading->plan.can_cut && !index_hint (session, &reading->source, &reading->plan, error))
      || (reading->plan.is_first
          && (!overlap_hint (session, request, &reading->source, &reading->plan, error)
              || !security_hint (session, &reading->source, error))))
    return false;
  return look_ahead (reading, error) && session_exec (session, "commit", error);
}

/* ---- the snapshot ---- */

static bool
open_snapshot (Reading *reading, GError **error)
{
  PgSession *session = reading->session;
  fault_point ("connect-pg-before-snapshot");
  g_autoptr (DbResult) result = NULL;
  if (!session_begin (session, "isolation level repeatable read", error)
      || (reading->source.path != NULL && !session_exec (session, reading->source.path, error))
      || !session_query (session, session->is_redshift ? "select now()" : "select pg_catalog.clock_timestamp ()", NULL, 0, &result,
                         error))
    return false;
  reading->now = g_strdup (db_result_value (result, 0, 0));
  return true;
}

/* Where the batches of this reading lead, as the first of them found it; and up to where a closed plan may read. */
static void
find_next (Reading *reading)
{
  Plan *plan = &reading->plan;
  const Json *before = reading->request->position, *next = json_object_get (before, "$next");
  bool is_timed = plan->shape == SHAPE_TIMED;
  if (plan->is_inside && json_object_size (next) > 0)
    reading->next = json_incref ((Json *) next);
  if (plan->is_inside && is_timed)
    {
      reading->horizon.text = g_strdup (json_string_value (json_object_get (before, "$horizon")));
      reading->horizon.earlier = json_incref (json_object_get (before, "$earlier"));
    }
  if (!plan->is_closed)
    return;
  if (is_timed)
    reading->bound = g_strdup (reading->horizon.text);
  else
    reading->bound = weir_json_scalar (json_object_get (reading->next, bookmark_of (reading)->name));
  plan_close (plan, is_timed ? reading->bound : NULL, is_timed ? NULL : reading->bound);
}

static bool
declare_columns (const Reading *reading, GError **error)
{
  bool is_dump = mode_is (reading, "dump") && !reading->plan.is_keys;
  g_autofree char *header = select_header (&reading->source, is_dump);
  return source_declare (&reading->source, is_dump, error) && spool_bytes (header, strlen (header), 0, error);
}

static Selection
selection_of (const Reading *reading, const char *snapshot)
{
  const Plan *plan = &reading->plan;
  /* A query is not asked twice for where it ends; a table is, for order costs more there. */
  bool is_sorted = plan->can_cut || plan->is_inside || (plan->shape == SHAPE_TIMED && !reading->source.is_table);
  return (Selection) { .source = &reading->source,
                       .is_redshift = reading->session->is_redshift,
                       .conditions = reading->conditions,
                       .snapshot = snapshot,
                       .order = plan->order,
                       .n_order = plan->n_order,
                       .is_sorted = is_sorted && plan->n_order > 0,
                       .limit = plan_limit (reading->session, reading->request, &reading->source, plan) };
}

/* Where a zone's end is a limit, the next zone is not begun. */
static bool
transfer_zones (Reading *reading, GError **error)
{
  g_autofree char *literal =
      mode_is (reading, "dump") && !reading->plan.is_keys ? value_literal (reading->now, "timestamptz") : NULL;
  Selection selection = selection_of (reading, literal);
  Transfer *transfer = &reading->transfer;
  Range zones[2];
  int n = plan_zones (&reading->plan, zones);
  /* Nothing has passed: all is left for the next reading. */
  if (reading->plan.is_closed && reading->bound == NULL)
    n = 0;
  transfer->prefix = selection.is_sorted ? selection.n_order : 0;
  transfer->can_cut = reading->plan.can_cut;
  transfer->by_number = selection.n_order == 1 && bookmark_of (reading)->kind == PG_NUMERIC;
  transfer->limit = selection.limit;
  for (int i = 0; i < n && !transfer->has_more; i++)
    {
      g_autofree char *sql = select_rows (&selection, &zones[i]);
      if (!transfer_rows (transfer, sql, error))
        return source_name_casts (&reading->source, error), false;
    }
  fault_point ("connect-pg-after-rows");
  return true;
}

/* ---- the position ---- */

/* Within the batches of one reading. */
static Json *
position_inside (const Reading *reading)
{
  const Plan *plan = &reading->plan;
  g_autoptr (GPtrArray) values = transfer_values (reading->transfer.last, plan->n_order);
  Json *position = plan_position (&reading->source, plan->order, plan->n_order, (const char *const *) values->pdata);
  if (plan->n_order == 1 && (plan->shape != SHAPE_COUNTED || reading->source.bookmark == plan->order[0]))
    json_object_set_new (position, "$after", json_true ());
  if (plan->shape == SHAPE_WINDOW)
    json_object_set (position, "$window", (Json *) reading->request->window);
  else if (plan->shape == SHAPE_TIMED)
    {
      json_object_set_new (position, "$horizon", weir_json_string (reading->horizon.text));
      json_object_set (position, "$earlier", reading->horizon.earlier);
    }
  else
    json_object_set_new (position, "$next", reading->next != NULL ? json_incref (reading->next) : json_object ());
  return position;
}

/* The greatest bookmark that was read; *ret NULL: there was no row. Within the snapshot. */
static bool
find_top (Reading *reading, char **ret, GError **error)
{
  const Plan *plan = &reading->plan;
  *ret = NULL;
  if (reading->transfer.prefix > 0)
    {
      g_autoptr (GPtrArray) values = transfer_values (reading->transfer.top, 1);
      *ret = g_strdup (reading->transfer.top->len > 0 ? g_ptr_array_index (values, 0) : NULL);
      if (*ret == NULL && plan->is_inside)
        *ret = weir_json_scalar (json_object_get (reading->request->position, bookmark_of (reading)->name));
      return true;
    }
  Selection selection = selection_of (reading, NULL);
  g_autofree char *where = select_where (&selection, &plan->range), *name = text_quote_ident (bookmark_of (reading)->name);
  g_autofree char *sql = g_strdup_printf ("select max(%s)%s%s%s from %s%s", name, plan->has_nulls ? ", count(*) - count(" : "",
                                          plan->has_nulls ? name : "", plan->has_nulls ? ")" : "", reading->source.from, where);
  g_autoptr (DbResult) result = NULL;
  if (!session_query (reading->session, sql, NULL, 0, &result, error))
    return false;
  *ret = g_strdup (db_result_value (result, 0, 0));
  reading->transfer.nulls = plan->has_nulls ? db_result_int64 (result, 0, 1) : 0;
  return true;
}

/* Behind the last batch: up to the horizon, or to the greatest value where that is before it. */
static bool
position_timed (Reading *reading, Json **ret, GError **error)
{
  const Plan *plan = &reading->plan;
  const Json *before = reading->request->position;
  g_autofree char *top = NULL;
  const char *horizon = reading->horizon.text;
  if (plan->is_closed && (reading->transfer.rows > 0 || plan->is_inside))
    return *ret = plan_position (&reading->source, plan->order, 1, &horizon), true;
  if (!plan->is_closed && !find_top (reading, &top, error))
    return false;
  /* Nothing has passed: all is read again. */
  if (horizon == NULL)
    return *ret = NULL, true;
  if (top == NULL && !plan->is_inside && reading->transfer.rows == 0)
    return *ret = json_incref ((Json *) before), true;
  if (top == NULL) /* only rows without a bookmark */
    return *ret = plan_position (&reading->source, plan->order, 1, &horizon), true;
  bool is_before;
  if (!is_less (reading, top, horizon, &is_before, error))
    return false;
  const char *value = is_before ? top : horizon;
  *ret = plan_position (&reading->source, plan->order, 1, &value);
  /* Rows that have the greatest value come again: who stamps by the day or the minute gives it to later rows, too. */
  return true;
}

/* What waits goes on from reading to reading. A new reference; NULL: there is nothing to say. */
static Json *
with_earlier (Json *position, Json *earlier)
{
  g_autoptr (Json) taken = position;
  if (earlier == NULL && json_object_get (taken, "$earlier") == NULL)
    return g_steal_pointer (&taken);
  Json *with = taken != NULL ? json_copy (taken) : json_object ();
  json_object_del (with, "$earlier");
  if (earlier != NULL)
    json_object_set (with, "$earlier", earlier);
  else if (json_object_size (with) == 0)
    g_clear_pointer (&with, json_decref);
  return with;
}

static bool
find_position (Reading *reading, Json **ret, GError **error)
{
  const Plan *plan = &reading->plan;
  if (plan->shape == SHAPE_WHOLE)
    return *ret = mode_is (reading, "dump") && !plan->is_keys ? json_pack ("{s:o}", "snapshot_at", weir_json_string (reading->now))
                                                              : NULL,
           true;
  if (reading->transfer.has_more)
    return *ret = position_inside (reading), true;
  if (plan->shape == SHAPE_WINDOW)
    return *ret = NULL, true;
  if (plan->shape == SHAPE_TIMED)
    {
      bool ok = position_timed (reading, ret, error);
      *ret = ok ? with_earlier (*ret, reading->horizon.earlier) : NULL;
      return ok;
    }
  return *ret = json_incref (reading->next), true;
}

static void
tell_nulls (const Reading *reading)
{
  if (!reading->plan.has_nulls || reading->transfer.nulls == 0)
    return;
  g_autofree char *count = text_count (reading->transfer.nulls);
  connect_note ("%s %s no value in \"%s\": read now, and never again as long as that is so", count,
                reading->transfer.nulls == 1 ? "row has" : "rows have", bookmark_of (reading)->name);
}

/* Up to when a window can be whole: transactions that are open may still add rows behind it, and the bookmark's zone may be behind UTC. Owned by the caller;
 * NULL: not known. */
static char *
window_until (const Reading *reading)
{
  if (reading->plan.shape != SHAPE_WINDOW || reading->plan.is_inside)
    return NULL;
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (reading->horizon.us / G_USEC_PER_SEC);
  return time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ") : NULL;
}

bool
pg_read (const Request *request, Done *done, GError **error)
{
  g_auto (Reading) reading = { .request = request };
  g_autoptr (PgSession) session = session_open (request, PG_READ, error);
  if (session == NULL)
    return false;
  reading.session = session;
  transfer_init (&reading.transfer);
  reading.transfer.session = session;
  reading.transfer.request = request;
  if (!prepare (&reading, error) || connect_has_mistakes ())
    return false;
  reading.transfer.params = reading.source.params;
  if (!open_snapshot (&reading, error))
    return false;
  find_next (&reading);
  if (!declare_columns (&reading, error) || !transfer_zones (&reading, error) || !find_position (&reading, &done->position, error))
    return false;
  tell_nulls (&reading);
  done->more = reading.transfer.has_more;
  done->until = window_until (&reading);
  done->complete = reading.plan.shape == SHAPE_WHOLE && !mode_is (&reading, "dump");
  fault_point ("connect-pg-before-done");
  return true;
}
