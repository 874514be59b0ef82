#include "src/schedule/keeping.h"

#include "base/error.h"
#include "schema/ledger_schedule.h"
#include "src/server/connect.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

enum
{
  ROUND_SECONDS = 5,   /* from one round to the next, at most: files and models are looked at */
  WORKING_SECONDS = 1, /* the same where the end of a job is waited for */
};

bool
keeping_once (Keeper *keeper, Db *db, int64_t now, bool *ret_ours, GError **error)
{
  for (int64_t at = now, next;;)
    {
      if (now == 0 && !schedule_now (db, &at, error))
        return false;
      if (!keeper_round (keeper, db, at, ret_ours, &next, error))
        return false;
      if (!keeper_is_working (keeper))
        return true;
      if (!db_sleep (db, WORKING_SECONDS * 1000, error))
        return false;
    }
}

/* ---- as long as `weir watch` runs ---- */

/* False: it is to end. */
static bool
wait_seconds (int64_t seconds, int stop_fd)
{
  int64_t until = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  for (int64_t left; (left = until - g_get_monotonic_time ()) > 0;)
    {
      char piece[256];
      struct pollfd fds[] = { { .fd = stop_fd, .events = POLLIN }, { .fd = STDIN_FILENO, .events = POLLIN } };
      if (poll (fds, G_N_ELEMENTS (fds), (int) (left / 1000) + 1) < 0 && errno != EINTR)
        return false;
      if (fds[0].revents != 0 || (fds[1].revents != 0 && read (STDIN_FILENO, piece, sizeof piece) <= 0))
        return false;
    }
  return true;
}

static Db *
open_quietly (const Settings *settings, GError **error)
{
  /* Whoever has locked a table of the ledger is waited for, but not long. */
  g_autoptr (Db) db = database_open (settings, error);
  return db != NULL && db_exec (db, "set lock_timeout = 5000", error) ? g_steal_pointer (&db) : NULL;
}

/* *ret_seconds: until the next. */
static bool
do_round (Keeper *keeper, Db *db, int64_t *ret_seconds, GError **error)
{
  int64_t now, next;
  bool ours;
  if (!schedule_now (db, &now, error))
    return false;
  if (keeper->begun == 0)
    keeper->begun = now;
  if (!keeper_round (keeper, db, now, &ours, &next, error))
    return false;
  int64_t longest = keeper_is_working (keeper) ? WORKING_SECONDS : ROUND_SECONDS;
  *ret_seconds = next > now ? MIN (next - now, longest) : longest;
  return true;
}

static void
say_once (bool *said, const GError *error)
{
  g_autofree char *text = weir_error_format (error);
  if (*said)
    return;
  printf ("<%d>waits: %s\n", log_priority (LEVEL_WARNING), g_strdelimit (text, "\n", ' '));
  fflush (stdout);
  *said = true;
}

void
keeping_on (Keeper *keeper, int stop_fd)
{
  g_autoptr (Db) db = NULL;
  bool said = false;
  int64_t seconds = 0;
  keeper->logged = true;
  while (wait_seconds (seconds, stop_fd))
    {
      g_autoptr (GError) error = NULL;
      seconds = ROUND_SECONDS;
      if (db == NULL || !db_is_usable (db))
        {
          keeper_reconnected (keeper);
          g_clear_pointer (&db, db_free);
          db = open_quietly (keeper->settings, &error);
        }
      if (db == NULL || !do_round (keeper, db, &seconds, &error))
        say_once (&said, error);
      else
        said = false;
    }
  if (db != NULL)
    keeper_stop (keeper, db);
}
