#include "src/push/courier.h"

#include "base/error.h"
#include "src/jobs/deliveries.h"
#include "src/push/sending.h"
#include "src/server/connect.h"
#include "src/watch/backoff.h"
#include "src/watch/child.h"

#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOK_SECONDS 2
#define RENEW_LOOKS 5  /* looks, until jobs are read, and what was refused is held against them and connections once more */
#define STOP_SECONDS 5 /* for deliveries under way, when it is to end: `weir watch` kills its companions after 8 */
#define REST_LOOKS 3   /* for a destination whose child did not do what it should */

typedef struct
{
  const Settings *settings;
  const PushCourierOptions *options;
  GMainLoop *loop;
  Db *db;               /* NULL: the database is away */
  Backoff backoff;      /* of connecting */
  char *told;           /* the last trouble, which is told once */
  GError *failure;      /* of a single round */
  GHashTable *carriers; /* by destination, of Carrier */
  char *jobs;           /* of the home, as DeliveryOwner has them */
  unsigned looks;
  bool closing, input_is_over;
  unsigned patience;
} Courier;

/* A child under way. */
typedef struct
{
  Courier *courier;
  char *destination;
  Child *child;   /* NULL: it has ended */
  unsigned rests; /* looks */
  bool has_failed;
} Carrier;

static void
carrier_free (void *data)
{
  Carrier *carrier = data;
  if (carrier->child != NULL)
    child_destroy (carrier->child);
  g_free (carrier->destination);
  g_free (carrier);
}

static unsigned
count_busy (const Courier *courier)
{
  unsigned busy = 0;
  GHashTableIter carriers;
  gpointer carrier;
  g_hash_table_iter_init (&carriers, courier->carriers);
  while (g_hash_table_iter_next (&carriers, NULL, &carrier))
    busy += ((const Carrier *) carrier)->child != NULL;
  return busy;
}

static void
end_if_idle (Courier *courier)
{
  if ((courier->closing || courier->options->once) && count_busy (courier) == 0)
    g_main_loop_quit (courier->loop);
}

/* ---- children ---- */

static void
on_line (Child *child, const char *line, void *data)
{
  (void) child;
  Carrier *carrier = data;
  g_autoptr (Json) said = weir_json_parse (line, strlen (line), "what a delivery says", NULL);
  carrier->has_failed = carrier->has_failed || json_object_get (said, "failed") != NULL;
  if (said != NULL)
    carrier->courier->options->said (said, carrier->courier->options->data);
}

static void
on_ended (Child *child, int wait_status, void *data)
{
  Carrier *carrier = data;
  Courier *courier = carrier->courier;
  bool well = WIFEXITED (wait_status) && WEXITSTATUS (wait_status) == 0;
  if (!well && !courier->closing && !carrier->has_failed)
    {
      g_autofree char *end = child_describe_end (wait_status);
      g_autofree char *text = g_strdup_printf ("the delivery %s", end);
      g_autoptr (Json) line = json_pack ("{s:{s:s, s:s}}", "failed", "destination", carrier->destination, "message", text);
      courier->options->said (line, courier->options->data);
    }
  carrier->rests = well ? 0 : REST_LOOKS;
  child_free (child);
  carrier->child = NULL;
  end_if_idle (courier);
}

static const ChildEvents events = { on_line, on_ended };

static bool
start (Courier *courier, const char *destination, GError **error)
{
  const PushCourierOptions *options = courier->options;
  const DeliveryChoice *choice = &options->choice;
  Carrier *carrier = g_hash_table_lookup (courier->carriers, destination);
  const char *argv[] = {
    options->program, "push", "--send", destination, "--home", courier->settings->home, NULL, NULL, NULL, NULL, NULL, NULL
  };
  size_t n = 6;
  if (carrier != NULL && (carrier->child != NULL || (carrier->rests > 0 && carrier->rests-- > 0)))
    return true;
  if (carrier == NULL)
    {
      carrier = g_new0 (Carrier, 1);
      *carrier = (Carrier) { .courier = courier, .destination = g_strdup (destination) };
      g_hash_table_insert (courier->carriers, carrier->destination, carrier);
    }
  if (options->once)
    argv[n++] = "--wait";
  if (choice->table != NULL)
    argv[n++] = "--table", argv[n++] = choice->table;
  if (choice->job != NULL)
    argv[n++] = choice->job;
  carrier->has_failed = false;
  carrier->child = child_spawn (argv, options->environment, false, &events, carrier, error);
  return carrier->child != NULL;
}

/* ---- the ledger ---- */

static void
leave_database (Courier *courier, GError *taken)
{
  g_autoptr (GError) error = taken;
  backoff_fail (&courier->backoff, g_get_monotonic_time ());
  g_clear_pointer (&courier->db, db_free);
  if (g_strcmp0 (courier->told, error->message) != 0)
    courier->options->trouble (error, courier->options->data);
  g_free (courier->told);
  courier->told = g_strdup (error->message);
  if (courier->options->once && courier->failure == NULL)
    courier->failure = g_steal_pointer (&error);
}

static bool
reach_database (Courier *courier)
{
  GError *error = NULL;
  if (courier->db != NULL)
    return true;
  if (backoff_wait (&courier->backoff, g_get_monotonic_time ()) > 0)
    return false;
  courier->db = database_open (courier->settings, &error);
  if (courier->db == NULL)
    return leave_database (courier, error), false;
  (void) backoff_end (&courier->backoff);
  g_clear_pointer (&courier->told, g_free);
  return true;
}

static DeliveryOwner
owner_of (const Courier *courier)
{
  return (DeliveryOwner) { courier->settings->home, courier->jobs };
}

/* What was refused is tried again where its job or its connection is another now. */
static bool
renew (Courier *courier, const Jobs *jobs, GError **error)
{
  g_autoptr (DbResult) refused = NULL;
  const DeliveryOwner owner = owner_of (courier);
  if (!delivery_refused (courier->db, &owner, &refused, error))
    return false;
  for (int row = 0; row < db_result_rows (refused); row++)
    {
      const DeliveryChoice choice = { .destination = db_result_value (refused, row, 1),
                                      .job = db_result_value (refused, row, 0),
                                      .table = db_result_value (refused, row, 3) };
      g_autofree char *now = sending_checksum (courier->settings, jobs_find (jobs, choice.job, NULL), choice.destination);
      if (g_strcmp0 (now, db_result_value (refused, row, 4)) != 0
          && !delivery_renew (courier->db, &owner, &choice, db_result_int64 (refused, row, 2), NULL, error))
        return false;
    }
  return true;
}

/* Which jobs there are is looked at now and then. */
static bool
look_at_jobs (Courier *courier, GError **error)
{
  if (courier->looks++ % RENEW_LOOKS != 0)
    return true;
  g_autoptr (Jobs) jobs = jobs_load (courier->settings, error);
  if (jobs == NULL)
    return false;
  g_free (courier->jobs);
  courier->jobs = deliveries_jobs (jobs);
  return courier->options->once || renew (courier, jobs, error);
}

static bool
look (Courier *courier, GError **error)
{
  g_autoptr (DbResult) due = NULL;
  if (!look_at_jobs (courier, error))
    return false;
  const DeliveryOwner owner = owner_of (courier);
  if (!delivery_due (courier->db, &owner, &courier->options->choice, &due, error))
    return false;
  for (int row = 0; row < db_result_rows (due); row++)
    if (!start (courier, db_result_value (due, row, 0), error))
      return false;
  return true;
}

/* ---- the loop ---- */

static gboolean
on_look (void *data)
{
  Courier *courier = data;
  GError *error = NULL;
  if (!courier->closing && reach_database (courier) && !look (courier, &error))
    leave_database (courier, error);
  if (courier->options->once)
    end_if_idle (courier);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_first_look (void *data)
{
  on_look (data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_patience_over (void *data)
{
  g_main_loop_quit (((Courier *) data)->loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_stop (void *data)
{
  Courier *courier = data;
  GHashTableIter carriers;
  gpointer carrier;
  if (!courier->closing)
    courier->patience = g_timeout_add_seconds (STOP_SECONDS, on_patience_over, courier);
  courier->closing = true;
  g_hash_table_iter_init (&carriers, courier->carriers);
  while (g_hash_table_iter_next (&carriers, NULL, &carrier))
    if (((Carrier *) carrier)->child != NULL)
      child_signal (((Carrier *) carrier)->child, SIGTERM);
  end_if_idle (courier);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_input (int fd, GIOCondition condition, void *data)
{
  (void) condition;
  char piece[64];
  if (read (fd, piece, sizeof piece) > 0)
    return G_SOURCE_CONTINUE;
  ((Courier *) data)->input_is_over = true;
  on_stop (data);
  return G_SOURCE_REMOVE;
}

/* The sources of the loop. */
enum
{
  ON_TERM,
  ON_INT,
  ON_INPUT,
  ON_LOOK,
  SOURCES
};

static void
run_loop (Courier *courier)
{
  bool once = courier->options->once;
  unsigned sources[SOURCES] = { [ON_TERM] = g_unix_signal_add (SIGTERM, on_stop, courier),
                                [ON_INT] = g_unix_signal_add (SIGINT, on_stop, courier),
                                [ON_INPUT] =
                                    once ? 0 : g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, courier),
                                [ON_LOOK] = once ? 0 : g_timeout_add_seconds (LOOK_SECONDS, on_look, courier) };
  courier->loop = g_main_loop_new (NULL, FALSE);
  g_idle_add (on_first_look, courier);
  g_main_loop_run (courier->loop);
  if (courier->input_is_over)
    sources[ON_INPUT] = 0;
  for (size_t i = 0; i < SOURCES; i++)
    g_clear_handle_id (&sources[i], g_source_remove);
  g_clear_handle_id (&courier->patience, g_source_remove);
  g_clear_pointer (&courier->loop, g_main_loop_unref);
}

bool
push_courier_run (const Settings *settings, const PushCourierOptions *options, GError **error)
{
  Courier courier = { .settings = settings,
                      .options = options,
                      .carriers = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, carrier_free) };
  run_loop (&courier);
  g_autoptr (GError) failure = g_steal_pointer (&courier.failure);
  g_hash_table_unref (courier.carriers);
  g_clear_pointer (&courier.db, db_free);
  g_free (courier.told);
  g_free (courier.jobs);
  if (failure == NULL && courier.closing && options->once)
    return weir_error (error, WEIR_ERROR_STOP, "stopped; what was under way is sent once more");
  if (failure == NULL)
    return true;
  g_propagate_error (error, g_steal_pointer (&failure));
  return false;
}
