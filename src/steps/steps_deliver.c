/* A result goes to a connection, as one delivery with a mark of its own (docs/connectors.md). */
#include "src/steps/steps_private.h"

#include "base/error.h"
#include "base/fault.h"
#include "base/text.h"
#include "models/name.h"
#include "pipeline/warehouse/columns.h"
#include "src/push/spooled.h"

#include <string.h>

#define MOST_SECONDS (12 * 60 * 60)

typedef struct
{
  Steps *steps;
  const JobStep *step;
  const JobStep *of; /* whose result it is */
  Json *connection, *to, *columns;
  char *sql;
  Spooled spooled;
  Json *sent, *delivered; /* receivers that have it; what was said of all */
} Delivering;

static void
delivering_clear (Delivering *delivering)
{
  json_decref (delivering->connection);
  json_decref (delivering->to);
  json_decref (delivering->columns);
  g_free (delivering->sql);
  spooled_clear (&delivering->spooled);
  json_decref (delivering->sent);
  json_decref (delivering->delivered);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Delivering, delivering_clear)

/* ---- what is delivered ---- */

static bool
is_of_key (const Json *to, const char *name)
{
  const Json *key = json_object_get (to, "key");
  for (size_t i = 0; i < json_array_size (key); i++)
    if (g_strcmp0 (json_string_value (json_array_get (key, i)), name) == 0)
      return true;
  return false;
}

/* The query of the spool file and its columns, as the protocol has them. */
static bool
select_columns (Delivering *delivering, const GPtrArray *stored)
{
  g_autoptr (GString) sql = g_string_new (NULL);
  g_autofree char *schema = text_quote_ident (delivering->steps->settings->staging_schema);
  g_autofree char *table = text_quote_ident (delivering->of->table);
  delivering->columns = json_array ();
  for (guint i = 0; i < stored->len; i++)
    {
      const StoredColumn *column = stored->pdata[i];
      g_autofree char *quoted = text_quote_ident (column->name);
      if (delivering->of->kind == STEP_EXTRACT && name_is_taken_in_staging (column->name))
        continue;
      bool key = is_of_key (delivering->to, column->name);
      g_string_append_printf (sql, "%s%s", sql->len > 0 ? ", " : "select ", quoted);
      json_array_append_new (delivering->columns, json_pack ("{s:s, s:s, s:b, s:b}", "name", column->name, "type",
                                                             column->type != NULL ? column->type->name : column->written,
                                                             "nullable", (int) !key, "key", (int) key));
    }
  g_string_append_printf (sql, " from %s.%s", schema, table);
  delivering->sql = g_string_free (g_steal_pointer (&sql), FALSE);
  return json_array_size (delivering->columns) > 0;
}

/* Rows come as they lie in the table, which is how the query has ordered them. */
static bool
begin_spool (Db *db, GError **error)
{
  return spooled_begin (db, error)
         && db_exec (db, "set local synchronize_seqscans = off; set local max_parallel_workers_per_gather = 0", error);
}

static bool
make_spool (Delivering *delivering, GError **error)
{
  Steps *steps = delivering->steps;
  const char *schema = steps->settings->staging_schema;
  if (!loader_refresh (steps->loader, error) || !begin_spool (steps->loader->db, error))
    return false;
  g_autoptr (GPtrArray) stored = columns_read (steps->loader->db, schema, delivering->of->table, error);
  bool done = stored != NULL
              && (select_columns (delivering, stored)
                  || weir_error (error, WEIR_ERROR_MODEL, "the result of %s is gone, or has no column", delivering->of->name));
  done = done
         && spooled_make (steps->loader->db, delivering->sql, delivering->columns, steps->settings->state, NULL, NULL,
                          &delivering->spooled, error);
  if (db_is_usable (steps->loader->db))
    (void) db_exec (steps->loader->db, "rollback", NULL);
  return done;
}

static bool
resolve (Delivering *delivering, GError **error)
{
  const Steps *steps = delivering->steps;
  const JobStep *step = delivering->step;
  g_autofree char *place = steps_place (steps->job, step);
  const Json *connection = connection_find (steps->settings, step->connection, error);
  delivering->connection = connection != NULL ? job_resolve (steps->settings, connection, step->connection, error) : NULL;
  delivering->to = delivering->connection != NULL ? job_resolve (steps->settings, step->rest, place, error) : NULL;
  for (guint i = 0; i < steps->job->steps->len; i++)
    {
      const JobStep *one = steps->job->steps->pdata[i];
      if (one->kind != STEP_DELIVERY && strcmp (one->name, step->name) == 0)
        delivering->of = one;
    }
  if (delivering->of == NULL && delivering->to != NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "there is no step \"%s\"", step->name), false;
  return delivering->to != NULL;
}

/* ---- the request ---- */

static Json *
key_of (const Delivering *delivering)
{
  Json *key = json_object_get (delivering->to, "key");
  return json_is_array (key) ? json_incref (key) : json_array ();
}

static Json *
describe (const Delivering *delivering, const char *run)
{
  const Steps *steps = delivering->steps;
  const Spooled *spooled = &delivering->spooled;
  const char *mode = json_string_value (json_object_get (delivering->to, "mode"));
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (steps->began);
  g_autofree char *on = g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");
  Json *key = key_of (delivering);
  bool upserts = mode == NULL && json_array_size (key) > 0;
  Json *delivery = json_pack ("{s:s, s:s, s:s, s:O, s:O, s:s, s:b, s:b, s:[s], s:[], s:O, s:I, s:I, s:s, s:s, s:O}", "run", run,
                              "table", delivering->of->name, "mode",
                              upserts        ? "upsert"
                              : mode != NULL ? mode
                                             : "swap",
                              "key", key, "entity", key, "gone", "keep", "complete",
                              (int) (mode == NULL ? !upserts : strcmp (mode, "swap") == 0), "again", 0, "runs", run, "undone",
                              "columns", delivering->columns, "rows", (json_int_t) spooled->rows, "bytes",
                              (json_int_t) spooled->bytes, "sha256", spooled->sha256, "on", on, "sent", delivering->sent);
  json_decref (key);
  return delivery;
}

/* The mark is of this delivery alone, and the same each time that it is tried. */
static Json *
make_request (const Delivering *delivering)
{
  char run[UID_TEXT_SIZE], mark[UID_TEXT_SIZE];
  const Steps *steps = delivering->steps;
  const char *title = delivering->step->title;
  uid_format (steps->run, run);
  uid_format (uid_from_name (steps->run, title, strlen (title)), mark);
  return json_pack ("{s:s, s:s, s:O, s:o, s:o}", "job", steps->job->name, "run", mark, "to", delivering->to, "key",
                    key_of (delivering), "delivery", describe (delivering, run));
}

/* ---- the connector ---- */

static void
note_delivered (Delivering *delivering, const Connected *connected)
{
  for (size_t i = 0; i < json_array_size (connected->delivered); i++)
    {
      Json *one = json_array_get (connected->delivered, i);
      bool sent = g_strcmp0 (json_string_value (json_object_get (one, "status")), "sent") == 0;
      json_array_append (delivering->delivered, one);
      if (sent)
        json_array_append (delivering->sent, json_object_get (one, "name"));
    }
}

static void
on_said (const char *text, void *data)
{
  const Delivering *delivering = data;
  const PullEvents *events = &delivering->steps->options->pull->events;
  if (events->said != NULL)
    events->said (delivering->steps->job->name, delivering->steps->run, text, events->data);
}

static bool
call_once (Delivering *delivering, Connected *ret_connected, GError **error)
{
  g_autoptr (Json) request = make_request (delivering);
  const ConnectorCall call = { .verb = "write",
                               .connection = delivering->connection,
                               .request = request,
                               .spool_fd = delivering->spooled.fd,
                               .stop_fd = delivering->steps->loader->options.stop_fd,
                               .most_seconds = MOST_SECONDS,
                               .said = on_said,
                               .data = delivering };
  bool ran = connector_call (delivering->steps->settings, &call, ret_connected, error);
  if (ran)
    note_delivered (delivering, ret_connected);
  return ran;
}

static char *
say (const Delivering *delivering, const Connected *connected)
{
  size_t receivers = json_array_size (delivering->sent);
  g_autoptr (GStrvBuilder) notes = g_strv_builder_new ();
  for (size_t i = 0; i < json_array_size (connected->notes); i++)
    g_strv_builder_add (notes, json_string_value (json_array_get (connected->notes, i)));
  g_auto (GStrv) texts = g_strv_builder_end (notes);
  if (texts[0] != NULL)
    return g_strjoinv ("; ", texts);
  return receivers > 0 ? g_strdup_printf ("%zu receiver%s", receivers, receivers > 1 ? "s have it" : " has it")
                       : g_strdup ("delivered");
}

static bool
call_until_done (Delivering *delivering, StepOutcome *ret, GError **error)
{
  for (size_t tries = 1;; tries++)
    {
      g_auto (Connected) connected = { 0 };
      if (!call_once (delivering, &connected, error))
        return false;
      delivering->steps->how = connected.how;
      if (connected.how == CONNECTED_DONE)
        {
          const Json *rows = json_object_get (connected.done, "rows");
          ret->rows = json_is_integer (rows) ? json_integer_value (rows) : delivering->spooled.rows;
          ret->message = say (delivering, &connected);
          return true;
        }
      int pause = connected_pause (connected.how, tries);
      if (pause == 0)
        return connected_error (&connected, delivering->step->connection, delivering->steps->job->name, error);
      if (!connector_wait (pause, delivering->steps->loader->options.stop_fd, error))
        return false;
    }
}

static void
keep_detail (const Delivering *delivering, StepOutcome *ret)
{
  if (json_array_size (delivering->delivered) > 0)
    ret->detail = json_pack ("{s:O, s:O}", "sent", delivering->sent, "delivered", delivering->delivered);
}

bool
steps_deliver (Steps *steps, const JobStep *step, const Json *before, StepOutcome *ret, GError **error)
{
  Json *sent = json_object_get (before, "sent"), *delivered = json_object_get (before, "delivered");
  g_auto (Delivering) delivering = { .steps = steps, .step = step, .spooled = { .fd = -1 } };
  delivering.sent = sent != NULL ? json_copy (sent) : json_array ();
  delivering.delivered = delivered != NULL ? json_copy (delivered) : json_array ();
  if (!resolve (&delivering, error) || !make_spool (&delivering, error))
    return steps->how = connected_how_of (*error), false;
  fault_point ("steps-spooled");
  bool done = call_until_done (&delivering, ret, error);
  keep_detail (&delivering, ret);
  return done;
}
