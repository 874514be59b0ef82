#include "src/push/sending.h"

#include "base/error.h"
#include "base/fault.h"
#include "pipeline/warehouse/columns.h"
#include "schema/ledger.h"
#include "src/connectors/connecting.h"
#include "src/jobs/deliveries.h"
#include "src/notify/sender.h"
#include "src/push/said.h"
#include "src/push/selection.h"
#include "src/push/spooled.h"
#include "src/server/connect.h"

#include <poll.h>
#include <string.h>

#define LOCK_LOOK_MS 250
#define MOST_SECONDS (12 * 60 * 60) /* for one delivery */
#define DEATHS 3                    /* then its next try is put off */
#define ALIVE_US ((int64_t) 20 * G_USEC_PER_SEC)

/* One delivery. */
typedef struct
{
  const PushTask *task;
  Db *db;
  Delivery delivery;
  Jobs *jobs;
  const Job *job;
  const JobDelivery *member;
  const char *kind; /* of the model */
  char *place;      /* as people read it: "jobs/orders.json: deliver to dwh (history.orders)" */
  char *path;       /* as mistakes of a job have it: "jobs/orders.json: $.deliver[1]" */
  char *checksum;
  Selection selection;
  Spooled spooled;
  PushItem item;
  bool is_unlocked; /* the destination's lock went with the session that was lost */
  int64_t asked;    /* monotonic microseconds: when the ledger was spoken to last */
  int64_t begun;    /* the same: when it was taken */
} Sending;

static void
sending_clear (Sending *sending)
{
  delivery_clear (&sending->delivery);
  g_clear_pointer (&sending->jobs, jobs_free);
  g_clear_pointer (&sending->place, g_free);
  g_clear_pointer (&sending->path, g_free);
  g_clear_pointer (&sending->checksum, g_free);
  selection_clear (&sending->selection);
  spooled_clear (&sending->spooled);
  push_item_clear (&sending->item);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sending, sending_clear)

char *
sending_checksum (const Settings *settings, const Job *job, const char *destination)
{
  const Json *connection = job != NULL ? connection_find (settings, destination, NULL) : NULL;
  g_autofree char *own = job != NULL ? weir_json_text (job->json) : g_strdup ("");
  g_autofree char *other = connection != NULL ? weir_json_text (connection) : g_strdup ("");
  g_autofree char *both = g_strconcat (own, "\n", other, NULL);
  char hex[SHA256_HEX_SIZE];
  sha256_bytes (both, strlen (both), hex);
  return g_strdup (hex);
}

/* ---- what is sent ---- */

/* A job that was renamed or removed: what it had to send is found by nobody else. */
static bool
fail_without_job (const Delivery *delivery, GError **error)
{
  g_autofree char *hint = g_strdup_printf ("Where it was only renamed, call it so again until this is sent; or give it up: "
                                           "weir push %s --to %s --table %s --drop",
                                           delivery->job, delivery->destination, delivery->table);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = hint }, "there is no job \"%s\" any more", delivery->job);
}

static bool
find_job (Sending *sending, GError **error)
{
  const Delivery *delivery = &sending->delivery;
  const Settings *settings = sending->task->settings;
  g_autoptr (GError) problem = NULL;
  sending->job = jobs_find (sending->jobs, delivery->job, &problem);
  sending->checksum = sending_checksum (settings, sending->job, delivery->destination);
  sending->delivery.member = deliveries_member (sending->job, delivery->destination, delivery->item, delivery->table);
  sending->place = g_strdup_printf ("jobs/%s.json: deliver to %s%s%s%s", delivery->job, delivery->destination,
                                    delivery->member != NULL ? " (" : "", delivery->member != NULL ? delivery->member : "",
                                    delivery->member != NULL ? ")" : "");
  if (sending->job == NULL && jobs_is_broken (sending->jobs, delivery->job))
    return g_propagate_error (error, g_steal_pointer (&problem)), false;
  if (sending->job == NULL)
    return fail_without_job (delivery, error);
  sending->member = deliveries_find (sending->job, delivery->destination, delivery->item);
  if (sending->member != NULL && deliveries_has_table (sending->job, delivery->table))
    {
      sending->path = deliveries_path (sending->job, sending->member);
      sending->delivery.target = deliveries_target (sending->member);
      return true;
    }
  g_autofree char *hint = g_strdup_printf ("Put it back, or give the delivery up: weir push %s --to %s --table %s --drop",
                                           delivery->job, delivery->destination, delivery->table);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = hint }, "%s does not deliver %s to %s any more",
                    sending->job->path, delivery->table, delivery->destination);
}

static const Model *
find_model (const Catalog *catalog, const char *table, GError **error)
{
  const Model *model = catalog_find (catalog, table);
  const BrokenModel *broken = model == NULL ? catalog_find_broken (catalog, table) : NULL;
  if (broken != NULL)
    g_propagate_error (error, g_error_copy (broken->error));
  else if (model == NULL)
    weir_error (error, WEIR_ERROR_MODEL, "%s cannot be delivered: it has no model", table);
  return model;
}

/* In the snapshot: what is pending, and the statement that gives its rows. */
static bool
select_rows (Sending *sending, const Model *model, GError **error)
{
  Delivery *delivery = &sending->delivery;
  sending->kind = model_kind_word (model->kind);
  const char *schema = sending->task->settings->warehouse_schema;
  g_auto (TableState) state = { 0 };
  g_auto (History) history = { 0 };
  if (!push_item_read (sending->member->rest, model, sending->path, &sending->item, error)
      || !delivery_pending (sending->db, sending->item.mode == PUSH_APPEND, delivery, error)
      || !ledger_table_read (sending->db, model->table, false, &state, error) || !history_parse (state.history, &history, error))
    return false;
  /* Whose rows are known by something else than the id is known no more. */
  if (delivery->forgets && sending->item.key != NULL)
    delivery->whole = delivery->asked = true;
  g_autoptr (GPtrArray) stored =
      columns_read (sending->db, state.warehouse_schema != NULL ? state.warehouse_schema : schema, model->table, error);
  if (stored == NULL)
    return false;
  if (stored->len == 0)
    return weir_error (error, WEIR_ERROR_MODEL, "%s is not in the warehouse any more", model->table);
  const SelectionTask task = { state.warehouse_schema != NULL ? state.warehouse_schema : schema,
                               model,
                               &history,
                               stored,
                               &sending->item,
                               delivery->whole || sending->item.mode == PUSH_SWAP,
                               delivery->again,
                               delivery->runs,
                               sending->path };
  return selection_make (&task, &sending->selection, error);
}

static void
tell_spooled (int64_t rows, void *data)
{
  const Sending *sending = data;
  if (sending->task->progress != NULL)
    sending->task->progress (&sending->delivery, rows, sending->task->data);
}

static bool
make_spool (Sending *sending, GError **error)
{
  const Settings *settings = sending->task->settings;
  g_autoptr (Catalog) catalog = settings_load_catalog (settings, error);
  const Model *model = catalog != NULL ? find_model (catalog, sending->delivery.table, error) : NULL;
  if (model == NULL || !spooled_begin (sending->db, error))
    return false;
  bool done = select_rows (sending, model, error)
              && spooled_make (sending->db, sending->selection.sql, sending->selection.columns, settings->state, tell_spooled,
                               sending, &sending->spooled, error);
  if (db_is_usable (sending->db))
    (void) db_exec (sending->db, "rollback", NULL);
  return done;
}

static Json *
texts_to_json (const GPtrArray *texts)
{
  Json *array = json_array ();
  for (guint i = 0; i < texts->len; i++)
    json_array_append_new (array, weir_json_string (texts->pdata[i]));
  return array;
}

static const char *
mark_of (const Delivery *delivery)
{
  return delivery->marks->pdata[delivery->marks->len - 1];
}

/* What lies in the spool file. A new reference. */
static Json *
describe (const Sending *sending)
{
  const Delivery *delivery = &sending->delivery;
  const Selection *selection = &sending->selection;
  const Spooled *spooled = &sending->spooled;
  PushMode mode = delivery->whole && sending->item.mode == PUSH_APPEND && delivery->asked ? PUSH_SWAP : sending->item.mode;
  return json_pack ("{s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:O, s:O, s:s, s:b, s:b, s:b, s:o, s:o, s:O, s:I, s:I, s:s}", "run",
                    mark_of (delivery), "table", delivery->table, "kind", sending->kind, "on", delivery->since, "sent",
                    said_names (delivery->delivered, "sent"), "refused", said_names (delivery->delivered, "refused"), "mode",
                    push_mode_words[mode], "key", selection->key, "entity", selection->entity, "gone",
                    push_gone_words[sending->item.gone], "complete", (int) (delivery->asked || mode == PUSH_SWAP), "whole",
                    (int) (delivery->whole || mode == PUSH_SWAP), "again", (int) delivery->again, "runs",
                    texts_to_json (delivery->runs), "undone", texts_to_json (delivery->undone), "columns", selection->columns,
                    "rows", (json_int_t) spooled->rows, "bytes", (json_int_t) spooled->bytes, "sha256", spooled->sha256);
}

/* What a member says to the connector: what is ours it finds in the delivery. A new reference. */
static Json *
own_members (const Json *rest)
{
  static const char *const ours[] = { "mode", "key", "gone", "columns", "history", NULL };
  Json *own = json_copy ((Json *) rest);
  for (size_t i = 0; ours[i] != NULL; i++)
    json_object_del (own, ours[i]);
  return own;
}

/* Which of the job's members it is, whatever the member says by now. A new reference. */
static Json *
name_of_member (const Delivery *delivery)
{
  g_autofree char *name = g_strdup_printf ("%s.%" G_GINT64_FORMAT, delivery->destination, delivery->item + 1);
  return weir_json_string (name);
}

static bool
make_request (const Sending *sending, Json **ret_connection, Json **ret_request, GError **error)
{
  const Settings *settings = sending->task->settings;
  const Delivery *delivery = &sending->delivery;
  const Json *connection = connection_find (settings, delivery->destination, error);
  *ret_connection = connection != NULL ? job_resolve (settings, connection, delivery->destination, error) : NULL;
  g_autoptr (Json) own = own_members (sending->member->rest);
  Json *to = *ret_connection != NULL ? job_resolve (settings, own, sending->place, error) : NULL;
  if (to == NULL)
    return false;
  Json *described = describe (sending);
  json_object_set_new (described, "item", name_of_member (delivery));
  *ret_request = json_pack ("{s:s, s:s, s:o, s:O, s:o}", "job", delivery->job, "run", mark_of (delivery), "to", to, "key",
                            sending->selection.key, "delivery", described);
  return true;
}

/* ---- the connector ---- */

/* The ledger's session stays alive, whoever sits between us and it. */
static void
on_tick (void *data)
{
  Sending *sending = data;
  int64_t now = g_get_monotonic_time ();
  if (now - sending->asked < ALIVE_US)
    return;
  sending->asked = now;
  (void) db_exec (sending->db, "select", NULL);
}

static void
on_line (const Json *line, void *data)
{
  const Sending *sending = data;
  const Json *progress = json_object_get (line, "progress");
  if (progress != NULL && sending->task->progress != NULL)
    sending->task->progress (&sending->delivery, json_integer_value (json_object_get (progress, "rows")), sending->task->data);
}

static bool
call (Sending *sending, Connected *ret_connected, GError **error)
{
  g_autoptr (Json) connection = NULL, request = NULL;
  if (!make_request (sending, &connection, &request, error))
    return false;
  sending->asked = g_get_monotonic_time ();
  const ConnectorCall asked = { .verb = "write",
                                .connection = connection,
                                .request = request,
                                .spool_fd = sending->spooled.fd,
                                .stop_fd = sending->task->stop_fd,
                                .most_seconds = MOST_SECONDS,
                                .line = on_line,
                                .tick = on_tick,
                                .data = sending };
  return connector_call (sending->task->settings, &asked, ret_connected, error);
}

/* ---- what came of it ---- */

static void
report (const Sending *sending, const char *state, int64_t rows, int64_t pause, const Json *detail)
{
  const PushResult result = { &sending->delivery, state, rows, pause, detail };
  sending->task->result (&result, sending->task->data);
}

/* The ledger may have been lost while the connector worked. */
static bool
reach_ledger (Sending *sending, GError **error)
{
  if (db_is_usable (sending->db) && db_exec (sending->db, "select", NULL))
    return true;
  g_clear_pointer (&sending->db, db_free);
  sending->is_unlocked = true;
  sending->db = database_open (sending->task->settings, error);
  return sending->db != NULL;
}

static bool
keep_failure (Sending *sending, int64_t pause, const Json *detail, GError **error)
{
  const Delivery *delivery = &sending->delivery;
  g_autofree char *place = delivery->member != NULL ? g_strdup_printf ("%s (%s)", delivery->destination, delivery->member)
                                                    : g_strdup (delivery->destination);
  const DeliveryFailure failure = { pause,  sending->checksum,
                                    detail, sending->task->settings->home,
                                    place,  (g_get_monotonic_time () - sending->begun) / 1000 };
  return reach_ledger (sending, error) && delivery_failed (sending->db, delivery, &failure, error);
}

static bool
settle_failed (Sending *sending, bool refused, const Json *detail, GError **error)
{
  int64_t pause = refused ? -1 : sender_pause (MAX (sending->delivery.attempts, 1), 0);
  if (!keep_failure (sending, pause, detail, error))
    return false;
  report (sending, refused ? "refused" : "waiting", 0, pause, detail);
  return true;
}

/* What could not even be begun: a job, a model or a connection to be mended waits for a person. */
static bool
settle_error (Sending *sending, GError *taken, GError **error)
{
  g_autoptr (GError) problem = taken;
  bool refused = g_error_matches (problem, WEIR_ERROR, WEIR_ERROR_MODEL) || g_error_matches (problem, WEIR_ERROR, WEIR_ERROR_INPUT);
  if (g_error_matches (problem, WEIR_ERROR, WEIR_ERROR_STOP))
    return g_propagate_error (error, g_steal_pointer (&problem)), false;
  g_autoptr (Json) detail = json_object ();
  said_error (detail, connected_words[refused ? CONNECTED_CONFIGURATION : CONNECTED_TRANSIENT], problem);
  return settle_failed (sending, refused, detail, error);
}

static bool
settle_done (Sending *sending, const Connected *connected, Json *detail, GError **error)
{
  const Json *rows = json_object_get (connected->done, "rows");
  int64_t written = json_is_integer (rows) ? json_integer_value (rows) : sending->spooled.rows;
  fault_point ("push-sent");
  if (!reach_ledger (sending, error) || !delivery_sent (sending->db, &sending->delivery, written, detail, error))
    return false;
  report (sending, "sent", written, 0, detail);
  return true;
}

/* We end, and it is sent at once by whoever comes next, but not to receivers that have it. */
static void
settle_stopped (Sending *sending, const Json *detail)
{
  (void) keep_failure (sending, 0, detail, NULL);
}

static bool
settle (Sending *sending, const Connected *connected, GError **error)
{
  g_autoptr (Json) detail = json_object ();
  g_autoptr (GError) problem = NULL;
  said_by_connector (detail, sending->delivery.delivered, connected);
  if (connected->how == CONNECTED_DONE)
    return settle_done (sending, connected, detail, error);
  (void) connected_error (connected, sending->place, sending->delivery.job, &problem);
  said_error (detail, said_class (connected), problem);
  if (said_is_stopped (connected))
    return settle_stopped (sending, detail), g_propagate_error (error, g_steal_pointer (&problem)), false;
  return settle_failed (sending, !said_may_help (connected, sending->delivery.attempts), detail, error);
}

/* ---- one after the other ---- */

/* Whatever its process dies of, memory or a mistake of ours, others are not to wait for it, and somebody has to hear of it. Who asks by hand gets a try. */
static bool
settle_died (Sending *sending, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (Json) detail = json_object ();
  (void) find_job (sending, NULL);
  weir_error (&problem, WEIR_ERROR_RETRY, "whoever sent it has died, %" G_GINT64_FORMAT " times by now", sending->delivery.deaths);
  said_error (detail, connected_words[CONNECTED_CRASHED], problem);
  return settle_failed (sending, false, detail, error);
}

static bool
take (Sending *sending, GError **error)
{
  const Settings *settings = sending->task->settings;
  sending->jobs = jobs_load (settings, error);
  if (sending->jobs == NULL)
    return false;
  g_autofree char *names = deliveries_jobs (sending->jobs);
  const DeliveryOwner owner = { settings->home, names };
  return delivery_take (sending->db, &owner, &sending->task->choice, &sending->delivery, error);
}

static bool
deliver (Sending *sending, GError **error)
{
  g_auto (Connected) connected = { 0 };
  g_autoptr (GError) problem = NULL;
  fault_point ("push-taken");
  bool begun = find_job (sending, &problem) && make_spool (sending, &problem);
  if (begun && sending->delivery.marks->len == 0)
    return true; /* somebody gave it up meanwhile */
  if (begun)
    fault_point ("push-spooled");
  return begun && call (sending, &connected, &problem) ? settle (sending, &connected, error)
                                                       : settle_error (sending, g_steal_pointer (&problem), error);
}

/* With the destination's lock; *ours false: it was lost. *ret_more false: there was nothing to send. */
static bool
send_next (const PushTask *task, Db **db, bool *ours, bool *ret_more, GError **error)
{
  g_auto (Sending) sending = { .task = task, .db = *db, .spooled = { .fd = -1 }, .begun = g_get_monotonic_time () };
  if (!take (&sending, error))
    return false;
  *ret_more = sending.delivery.job != NULL;
  if (!*ret_more)
    return true;
  bool is_deadly = !task->waits && sending.delivery.deaths >= DEATHS;
  bool done = is_deadly ? settle_died (&sending, error) : deliver (&sending, error);
  *db = sending.db;
  *ours = !sending.is_unlocked;
  return done;
}

/* *ret_ours false: somebody else sends to the destination, and we do not wait for him, or there is nothing more to be sent. */
static bool
take_lock (const PushTask *task, Db *db, bool *ret_ours, GError **error)
{
  for (;;)
    {
      struct pollfd stop = { .fd = task->stop_fd, .events = POLLIN };
      if (!delivery_lock (db, task->choice.destination, ret_ours, error))
        return false;
      if (*ret_ours || !task->waits)
        return true;
      if (poll (&stop, 1, LOCK_LOOK_MS) > 0)
        return weir_error (error, WEIR_ERROR_STOP, "stopped");
    }
}

bool
sending_run (const PushTask *task, GError **error)
{
  Db *db = database_open (task->settings, error);
  bool ours = false, more = true;
  bool done = db != NULL && take_lock (task, db, &ours, error);
  while (done && ours && more)
    done = send_next (task, &db, &ours, &more, error) && (ours || !more || take_lock (task, db, &ours, error));
  if (db != NULL)
    db_free (db);
  return done;
}
