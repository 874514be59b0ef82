#include "connect/private.h"

#include <signal.h>
#include <time.h>

#define PAUSE_FIRST_MS 250
#define PAUSE_MOST_MS 10000

static volatile sig_atomic_t is_stopping;

static void
notice (int signal_number)
{
  (void) signal_number;
  is_stopping = 1;
}

void
stop_notice (void)
{
  /* No SA_RESTART: whoever waits in a call of the system comes back from it. */
  struct sigaction action = { .sa_handler = notice };
  sigaction (SIGTERM, &action, NULL);
  sigaction (SIGINT, &action, NULL);
}

bool
connect_is_stopping (void)
{
  return is_stopping != 0;
}

bool
connect_go_on (GError **error)
{
  return !connect_is_stopping () || connect_fail (error, CONNECT_TRANSIENT, NULL, NULL, "it was asked to end");
}

static void
pause_ms (int milliseconds)
{
  struct timespec time = { .tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L };
  nanosleep (&time, NULL);
}

bool
connect_retry (int tries, bool (*attempt) (void *data, GError **error), void *data, GError **error)
{
  int wait = PAUSE_FIRST_MS;
  for (int i = 1;; i++)
    {
      g_autoptr (GError) local = NULL;
      if (attempt (data, &local))
        return true;
      bool may_pass = !g_error_matches (local, CONNECT_ERROR, CONNECT_CREDENTIALS)
                      && !g_error_matches (local, CONNECT_ERROR, CONNECT_CONFIGURATION)
                      && !g_error_matches (local, CONNECT_ERROR, CONNECT_GAP);
      if (i >= tries || !may_pass || connect_is_stopping ())
        return g_propagate_error (error, g_steal_pointer (&local)), false;
      pause_ms (wait);
      wait = MIN (2 * wait, PAUSE_MOST_MS);
      if (!connect_go_on (error))
        return false;
    }
}
