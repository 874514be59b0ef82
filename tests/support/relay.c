#include "relay.h"

#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define SOCKET "/.s.PGSQL.5432"
#define MOST_PAIRS 64

/* What the test says, and the relay's process reads. */
typedef struct
{
  volatile RelayMode mode;
  volatile bool triggered;
  char text[64];
  size_t length; /* of the text, with a NUL that is looked for */
} Orders;

struct Relay
{
  pid_t process;
  char *path;
  Orders *orders;
};

typedef struct
{
  int client, server; /* -1: none */
  bool deaf;          /* what the client says reaches nobody */
  bool mute;          /* and what the server says does not either */
} Pair;

static struct sockaddr_un
address_of (const char *folder)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_snprintf (address.sun_path, sizeof address.sun_path, "%s" SOCKET, folder);
  return address;
}

static int
connect_to (const char *folder)
{
  struct sockaddr_un address = address_of (folder);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  close (fd);
  return -1;
}

static void
close_pair (Pair *pair)
{
  close (pair->client);
  close (pair->server);
  *pair = (Pair) { -1, -1, false, false };
}

static bool
send_all (int fd, const char *bytes, ssize_t length)
{
  for (ssize_t done = 0; done < length;)
    {
      ssize_t sent = send (fd, bytes + done, (size_t) (length - done), MSG_NOSIGNAL);
      if (sent <= 0)
        return false;
      done += sent;
    }
  return true;
}

/* What the trigger does with a connection. False: it is cut. */
static bool
pull_trigger (Orders *orders, Pair *pair, const char *bytes, ssize_t length)
{
  RelayMode mode = orders->mode;
  orders->mode = RELAY_PASS;
  orders->triggered = true;
  pair->mute = true;
  pair->deaf = mode == RELAY_MUTE_BEFORE;
  if (mode == RELAY_CUT_BEHIND)
    {
      send_all (pair->server, bytes, length);
      g_usleep (300000); /* it is at work on it, or done */
    }
  return mode == RELAY_MUTE_BEFORE || mode == RELAY_MUTE_BEHIND;
}

/* Passes on one piece; false: the connection is over. */
static bool
pass (Orders *orders, Pair *pair, bool from_client)
{
  char piece[65536];
  ssize_t got = recv (from_client ? pair->client : pair->server, piece, sizeof piece, 0);
  if (got <= 0)
    return false;
  if (from_client && orders->mode != RELAY_PASS && orders->mode != RELAY_MUTE_ALL
      && memmem (piece, (size_t) got, orders->text, orders->length) != NULL && !pull_trigger (orders, pair, piece, got))
    return false;
  if (orders->mode == RELAY_MUTE_ALL)
    pair->deaf = pair->mute = true;
  if (from_client ? pair->deaf : pair->mute)
    return true;
  return send_all (from_client ? pair->server : pair->client, piece, got);
}

static void
accept_one (int listener, const char *from, Pair *pairs)
{
  int client = accept (listener, NULL, NULL), server = connect_to (from);
  for (int i = 0; i < MOST_PAIRS && client >= 0 && server >= 0; i++)
    if (pairs[i].client < 0)
      {
        pairs[i] = (Pair) { client, server, false, false };
        return;
      }
  close (client);
  close (server);
}

static void
serve (int listener, const char *from, Orders *orders)
{
  Pair pairs[MOST_PAIRS];
  for (int i = 0; i < MOST_PAIRS; i++)
    pairs[i] = (Pair) { -1, -1, false, false };
  for (;;)
    {
      struct pollfd fds[1 + 2 * MOST_PAIRS] = { { .fd = listener, .events = POLLIN } };
      for (int i = 0; i < MOST_PAIRS; i++)
        {
          fds[1 + 2 * i] = (struct pollfd) { .fd = pairs[i].client, .events = POLLIN };
          fds[2 + 2 * i] = (struct pollfd) { .fd = pairs[i].server, .events = POLLIN };
        }
      poll (fds, G_N_ELEMENTS (fds), -1);
      for (int i = 0; i < MOST_PAIRS; i++)
        if ((fds[1 + 2 * i].revents != 0 && !pass (orders, &pairs[i], true))
            || (fds[2 + 2 * i].revents != 0 && pairs[i].client >= 0 && !pass (orders, &pairs[i], false)))
          close_pair (&pairs[i]);
      if (fds[0].revents != 0)
        accept_one (listener, from, pairs);
    }
}

Relay *
relay_start (const char *from, const char *folder)
{
  Relay *relay = g_new0 (Relay, 1);
  relay->orders = mmap (NULL, sizeof *relay->orders, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_assert (relay->orders != MAP_FAILED && g_mkdir_with_parents (folder, 0755) == 0);
  struct sockaddr_un address = address_of (folder);
  relay->path = g_strdup (address.sun_path);
  int listener = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert (bind (listener, (struct sockaddr *) &address, sizeof address) == 0 && listen (listener, 16) == 0);
  relay->process = fork ();
  if (relay->process == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      serve (listener, from, relay->orders);
    }
  close (listener);
  return relay;
}

void
relay_set (Relay *relay, RelayMode mode, const char *text)
{
  Orders *orders = relay->orders;
  orders->length = g_strlcpy (orders->text, text, sizeof orders->text);
  if (g_str_has_suffix (text, "$"))
    orders->text[orders->length - 1] = '\0';
  relay->orders->triggered = false;
  relay->orders->mode = mode;
}

bool
relay_triggered (const Relay *relay)
{
  return relay->orders->triggered;
}

void
relay_stop (Relay *relay)
{
  kill (relay->process, SIGKILL);
  waitpid (relay->process, NULL, 0);
  unlink (relay->path);
  munmap (relay->orders, sizeof *relay->orders);
  g_free (relay->path);
  g_free (relay);
}
