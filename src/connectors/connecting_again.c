#include "src/connectors/connecting.h"

#include "base/error.h"

#include <poll.h>

/* One that is away for a moment is waited for; for longer, by whoever comes at the next due time. */
static const int pauses[] = { 1, 3 };

int
connected_pause (ConnectedHow how, size_t tries)
{
  bool is_worth_it = how == CONNECTED_TRANSIENT || how == CONNECTED_CRASHED;
  return is_worth_it && tries <= G_N_ELEMENTS (pauses) ? pauses[tries - 1] : 0;
}

bool
connector_wait (int seconds, int stop_fd, GError **error)
{
  struct pollfd stop = { .fd = stop_fd, .events = POLLIN };
  if (poll (&stop, 1, seconds * 1000) <= 0 || stop.revents == 0)
    return true;
  return weir_error (error, WEIR_ERROR_STOP, "stopped between two tries");
}
