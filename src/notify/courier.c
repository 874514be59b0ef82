#include "src/notify/courier.h"

#include "base/error.h"
#include "schema/ledger_alerts.h"
#include "src/notify/post.h"
#include "src/server/connect.h"
#include "src/server/program.h"
#include "src/watch/backoff.h"

#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define LOOK_SECONDS 2
#define ONCE_SECONDS 60 /* for all of one round */
#define STOP_SECONDS 5  /* for messages under way, when it is to end: `weir watch` kills its companions after 8 */
#define TRIM_US ((int64_t) 3600 * G_USEC_PER_SEC)

typedef struct
{
  const Settings *settings;
  const CourierOptions *options;
  AlertPlan *plan;
  PostOffice office;
  GPtrArray *posts; /* of Post */
  GMainLoop *loop;
  Db *db;          /* NULL: the database is away */
  Backoff backoff; /* of connecting */
  char *said;      /* the last trouble, which is said once */
  GError *trouble; /* of a round */
  int64_t trimmed;
  unsigned patience;  /* the timer of the end */
  bool input_is_over; /* its source is gone */
} Courier;

static void
say_trouble (Courier *courier, const GError *error)
{
  if (g_strcmp0 (courier->said, error->message) != 0)
    courier->options->say (LEVEL_WARNING, error->message, courier->options->data);
  g_free (courier->said);
  courier->said = g_strdup (error->message);
}

static int64_t
now_seconds (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* ---- the database ---- */

/* Only what comes by itself is told as the database's absence. */
static void
leave_database (Courier *courier, GError *taken)
{
  g_autoptr (GError) error = taken, problem = NULL;
  backoff_fail (&courier->backoff, g_get_monotonic_time ());
  say_trouble (courier, error);
  g_clear_pointer (&courier->db, db_free);
  for (guint i = 0; i < courier->posts->len; i++)
    post_lose_database (courier->posts->pdata[i]);
  g_autofree char *why = g_strndup (error->message, strcspn (error->message, "\n"));
  if (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_RETRY) && away_take (courier->office.away)
      && !away_failed (courier->office.away, courier->plan, now_seconds (), why, &problem))
    say_trouble (courier, problem);
  if (courier->options->once && courier->trouble == NULL)
    courier->trouble = g_steal_pointer (&error);
}

static bool
note_back (Courier *courier, GError **error)
{
  int64_t since, now = now_seconds ();
  if (!away_take (courier->office.away))
    return true;
  away_is_back (courier->office.away, courier->plan, now, &since);
  for (guint i = 0; since > 0 && i < courier->posts->len; i++)
    if (!post_note_back (courier->posts->pdata[i], courier->db, since, now, error))
      return false;
  return away_forget (courier->office.away, error);
}

static bool
connect (Courier *courier, GError **error)
{
  if (courier->db != NULL)
    return true;
  courier->db = database_open (courier->settings, error);
  if (courier->db == NULL || !note_back (courier, error))
    return false;
  if (backoff_end (&courier->backoff))
    courier->options->say (LEVEL_INFO, "the database is there again", courier->options->data);
  g_clear_pointer (&courier->said, g_free);
  return true;
}

/* Tries, where it is time to. */
static void
reach_database (Courier *courier)
{
  GError *error = NULL;
  if (backoff_wait (&courier->backoff, g_get_monotonic_time ()) == 0 && !connect (courier, &error))
    leave_database (courier, error);
}

static void
trim (Courier *courier)
{
  GError *error = NULL;
  int64_t now = g_get_monotonic_time ();
  if (courier->db == NULL || (courier->trimmed != 0 && now - courier->trimmed < TRIM_US))
    return;
  courier->trimmed = now;
  if (!alerts_trim (courier->db, &error))
    leave_database (courier, error);
}

/* ---- the round ---- */

static unsigned
count_busy (const Courier *courier)
{
  unsigned busy = 0;
  for (guint i = 0; i < courier->posts->len; i++)
    busy += post_is_busy (courier->posts->pdata[i]);
  return busy;
}

static void
work_all (Courier *courier)
{
  for (guint i = 0; i < courier->posts->len; i++)
    {
      GError *error = NULL;
      if (!post_work (courier->posts->pdata[i], courier->db, &error))
        leave_database (courier, error);
    }
}

static gboolean
on_look (void *data)
{
  Courier *courier = data;
  if (courier->office.closing)
    return G_SOURCE_CONTINUE;
  reach_database (courier);
  work_all (courier);
  trim (courier);
  if (courier->options->once && count_busy (courier) == 0)
    g_main_loop_quit (courier->loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_first_look (void *data)
{
  on_look (data);
  return G_SOURCE_REMOVE;
}

/* What was not settled, because there was no database, goes with the next look. */
static gboolean
on_free_again (void *data)
{
  Courier *courier = data;
  if (!courier->office.closing || courier->db != NULL)
    work_all (courier);
  if ((courier->office.closing || courier->options->once) && count_busy (courier) == 0)
    g_main_loop_quit (courier->loop);
  return G_SOURCE_REMOVE;
}

/* Not from within the post that calls. */
static void
free_again (void *data)
{
  g_idle_add (on_free_again, data);
}

/* ---- beginning and end ---- */

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
  if (!courier->office.closing)
    courier->patience = g_timeout_add_seconds (STOP_SECONDS, on_patience_over, courier);
  courier->office.closing = true;
  if (count_busy (courier) == 0)
    g_main_loop_quit (courier->loop);
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
  ON_END,
  SOURCES
};

static void
loop (Courier *courier)
{
  bool once = courier->options->once;
  unsigned sources[SOURCES] = { [ON_TERM] = g_unix_signal_add (SIGTERM, on_stop, courier),
                                [ON_INT] = g_unix_signal_add (SIGINT, on_stop, courier),
                                [ON_INPUT] =
                                    once ? 0 : g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, courier),
                                [ON_LOOK] = g_timeout_add_seconds (LOOK_SECONDS, on_look, courier),
                                [ON_END] = once ? g_timeout_add_seconds (ONCE_SECONDS, on_patience_over, courier) : 0 };
  courier->loop = g_main_loop_new (NULL, FALSE);
  g_idle_add (on_first_look, courier);
  g_main_loop_run (courier->loop);
  if (courier->input_is_over)
    sources[ON_INPUT] = 0;
  for (size_t i = 0; i < SOURCES; i++)
    g_clear_handle_id (&sources[i], g_source_remove);
  g_clear_handle_id (&courier->patience, g_source_remove);
  while (g_idle_remove_by_data (courier))
    ;
}

static void
clear (Courier *courier)
{
  g_ptr_array_unref (courier->posts);
  g_clear_pointer (&courier->db, db_free);
  g_clear_pointer (&courier->loop, g_main_loop_unref);
  g_clear_pointer (&courier->said, g_free);
  away_free (courier->office.away);
  alert_plan_free (courier->plan);
}

static unsigned
count_failed (const Courier *courier)
{
  unsigned failed = 0;
  for (guint i = 0; i < courier->posts->len; i++)
    failed += post_has_failed (courier->posts->pdata[i]);
  return failed;
}

bool
courier_run (const Settings *settings, const CourierOptions *options, unsigned *ret_undelivered, GError **error)
{
  Courier courier = { .settings = settings, .options = options, .plan = alert_plan_read (settings->notify, "", NULL) };
  g_autofree char *program = program_find (DELIVER_PROGRAM);
  courier.office = (PostOffice) { .settings = settings,
                                  .plan = courier.plan,
                                  .program = program,
                                  .away = away_open (settings->state),
                                  .once = options->once,
                                  .say = options->say,
                                  .free_again = free_again,
                                  .data = options->data,
                                  .courier = &courier };
  courier.posts = g_ptr_array_new_with_free_func ((GDestroyNotify) post_free);
  for (guint i = 0; i < courier.plan->targets->len; i++)
    g_ptr_array_add (courier.posts, post_new (&courier.office, courier.plan->targets->pdata[i]));
  struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
  sigaction (SIGPIPE, &ignore, &before);
  loop (&courier);
  *ret_undelivered = count_failed (&courier);
  g_autoptr (GError) trouble = g_steal_pointer (&courier.trouble);
  clear (&courier);
  sigaction (SIGPIPE, &before, NULL);
  if (trouble == NULL)
    return true;
  g_propagate_error (error, g_steal_pointer (&trouble));
  return false;
}
