#include "src/notify/keeper.h"

#include "base/error.h"
#include "schema/ledger_alerts.h"
#include "src/notify/post.h"
#include "src/server/connect.h"
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
  const KeeperOptions *options;
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
} Keeper;

static void
say_trouble (Keeper *keeper, const GError *error)
{
  if (g_strcmp0 (keeper->said, error->message) != 0)
    keeper->options->say (error->message, keeper->options->data);
  g_free (keeper->said);
  keeper->said = g_strdup (error->message);
}

static int64_t
now_seconds (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* ---- the database ---- */

/* Only what comes by itself is told as the database's absence. */
static void
leave_database (Keeper *keeper, GError *taken)
{
  g_autoptr (GError) error = taken, problem = NULL;
  backoff_fail (&keeper->backoff, g_get_monotonic_time ());
  say_trouble (keeper, error);
  g_clear_pointer (&keeper->db, db_free);
  for (guint i = 0; i < keeper->posts->len; i++)
    post_lose_database (keeper->posts->pdata[i]);
  g_autofree char *why = g_strndup (error->message, strcspn (error->message, "\n"));
  if (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_RETRY)
      && !away_failed (keeper->office.away, keeper->plan, now_seconds (), why, &problem))
    say_trouble (keeper, problem);
  if (keeper->options->once && keeper->trouble == NULL)
    keeper->trouble = g_steal_pointer (&error);
}

static bool
note_back (Keeper *keeper, GError **error)
{
  int64_t since, now = now_seconds ();
  away_is_back (keeper->office.away, keeper->plan, now, &since);
  for (guint i = 0; since > 0 && i < keeper->posts->len; i++)
    if (!post_note_back (keeper->posts->pdata[i], keeper->db, since, now, error))
      return false;
  return away_forget (keeper->office.away, error);
}

static bool
connect (Keeper *keeper, GError **error)
{
  if (keeper->db != NULL)
    return true;
  keeper->db = database_open (keeper->settings, error);
  if (keeper->db == NULL || !alerts_have_incidents (keeper->db, &keeper->office.incidents, error) || !note_back (keeper, error))
    return false;
  if (backoff_end (&keeper->backoff))
    keeper->options->say ("the database is there again", keeper->options->data);
  g_clear_pointer (&keeper->said, g_free);
  return true;
}

/* Tries, where it is time to. */
static void
reach_database (Keeper *keeper)
{
  GError *error = NULL;
  if (backoff_wait (&keeper->backoff, g_get_monotonic_time ()) == 0 && !connect (keeper, &error))
    leave_database (keeper, error);
}

static void
trim (Keeper *keeper)
{
  GError *error = NULL;
  int64_t now = g_get_monotonic_time ();
  if (keeper->db == NULL || (keeper->trimmed != 0 && now - keeper->trimmed < TRIM_US))
    return;
  keeper->trimmed = now;
  if (!alerts_trim (keeper->db, &error))
    leave_database (keeper, error);
}

/* ---- the round ---- */

static unsigned
count_busy (const Keeper *keeper)
{
  unsigned busy = 0;
  for (guint i = 0; i < keeper->posts->len; i++)
    busy += post_is_busy (keeper->posts->pdata[i]);
  return busy;
}

static void
work_all (Keeper *keeper)
{
  for (guint i = 0; i < keeper->posts->len; i++)
    {
      GError *error = NULL;
      if (!post_work (keeper->posts->pdata[i], keeper->db, &error))
        leave_database (keeper, error);
    }
}

static gboolean
on_look (void *data)
{
  Keeper *keeper = data;
  if (keeper->office.closing)
    return G_SOURCE_CONTINUE;
  reach_database (keeper);
  work_all (keeper);
  trim (keeper);
  if (keeper->options->once && count_busy (keeper) == 0)
    g_main_loop_quit (keeper->loop);
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
  Keeper *keeper = data;
  if (!keeper->office.closing || keeper->db != NULL)
    work_all (keeper);
  if ((keeper->office.closing || keeper->options->once) && count_busy (keeper) == 0)
    g_main_loop_quit (keeper->loop);
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
  g_main_loop_quit (((Keeper *) data)->loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_stop (void *data)
{
  Keeper *keeper = data;
  if (!keeper->office.closing)
    keeper->patience = g_timeout_add_seconds (STOP_SECONDS, on_patience_over, keeper);
  keeper->office.closing = true;
  if (count_busy (keeper) == 0)
    g_main_loop_quit (keeper->loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_input (int fd, GIOCondition condition, void *data)
{
  (void) condition;
  char piece[64];
  if (read (fd, piece, sizeof piece) > 0)
    return G_SOURCE_CONTINUE;
  ((Keeper *) data)->input_is_over = true;
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
loop (Keeper *keeper)
{
  bool once = keeper->options->once;
  unsigned sources[SOURCES] = { [ON_TERM] = g_unix_signal_add (SIGTERM, on_stop, keeper),
                                [ON_INT] = g_unix_signal_add (SIGINT, on_stop, keeper),
                                [ON_INPUT] =
                                    once ? 0 : g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, keeper),
                                [ON_LOOK] = g_timeout_add_seconds (LOOK_SECONDS, on_look, keeper),
                                [ON_END] = once ? g_timeout_add_seconds (ONCE_SECONDS, on_patience_over, keeper) : 0 };
  keeper->loop = g_main_loop_new (NULL, FALSE);
  g_idle_add (on_first_look, keeper);
  g_main_loop_run (keeper->loop);
  if (keeper->input_is_over)
    sources[ON_INPUT] = 0;
  for (size_t i = 0; i < SOURCES; i++)
    g_clear_handle_id (&sources[i], g_source_remove);
  g_clear_handle_id (&keeper->patience, g_source_remove);
  while (g_idle_remove_by_data (keeper))
    ;
}

static void
clear (Keeper *keeper)
{
  g_ptr_array_unref (keeper->posts);
  g_clear_pointer (&keeper->db, db_free);
  g_clear_pointer (&keeper->loop, g_main_loop_unref);
  g_clear_pointer (&keeper->said, g_free);
  away_free (keeper->office.away);
  alert_plan_free (keeper->plan);
}

static unsigned
count_failed (const Keeper *keeper)
{
  unsigned failed = 0;
  for (guint i = 0; i < keeper->posts->len; i++)
    failed += post_has_failed (keeper->posts->pdata[i]);
  return failed;
}

bool
keeper_run (const Settings *settings, const KeeperOptions *options, unsigned *ret_undelivered, GError **error)
{
  Keeper keeper = { .settings = settings, .options = options, .plan = alert_plan_read (settings->notify, "", NULL) };
  g_autofree char *program = sender_find_program ();
  keeper.office = (PostOffice) { .settings = settings,
                                 .plan = keeper.plan,
                                 .program = program,
                                 .away = away_open (settings->state),
                                 .once = options->once,
                                 .say = options->say,
                                 .free_again = free_again,
                                 .data = options->data,
                                 .keeper = &keeper };
  keeper.posts = g_ptr_array_new_with_free_func ((GDestroyNotify) post_free);
  for (guint i = 0; i < keeper.plan->targets->len; i++)
    g_ptr_array_add (keeper.posts, post_new (&keeper.office, keeper.plan->targets->pdata[i]));
  struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
  sigaction (SIGPIPE, &ignore, &before);
  loop (&keeper);
  *ret_undelivered = count_failed (&keeper);
  g_autoptr (GError) trouble = g_steal_pointer (&keeper.trouble);
  clear (&keeper);
  sigaction (SIGPIPE, &before, NULL);
  if (trouble == NULL)
    return true;
  g_propagate_error (error, g_steal_pointer (&trouble));
  return false;
}
