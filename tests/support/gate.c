#include "gate.h"

#include <arpa/inet.h>
#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the test says, and the gate's processes read. */
typedef struct
{
  volatile GateMode mode;
  volatile int64_t left;
  volatile bool has_shut;
  volatile int connections, turns;
} Orders;

struct Gate
{
  pid_t process;
  int port;
  Orders *orders;
};

static struct sockaddr_in
address_of (int port)
{
  return (struct sockaddr_in) { .sin_family = AF_INET,
                                .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
                                .sin_port = htons ((uint16_t) port) };
}

static void
wait_while_held (const Orders *orders)
{
  while (orders->mode == GATE_HOLD && orders->left <= 0)
    g_usleep (10000);
}

/* A piece from one side to the other, as far as the gate is open. False: the connection is over. */
static bool
pass (Orders *orders, int from, int to)
{
  char piece[4096];
  ssize_t n = recv (from, piece, sizeof piece, 0);
  if (n <= 0)
    return false;
  if (orders->mode != GATE_PASS)
    {
      orders->left -= n;
      orders->has_shut |= orders->left <= 0;
    }
  if (orders->mode == GATE_CUT && orders->left <= 0)
    {
      orders->mode = GATE_PASS;
      return false;
    }
  wait_while_held (orders);
  for (ssize_t done = 0; done < n;)
    {
      ssize_t sent = send (to, piece + done, (size_t) (n - done), MSG_NOSIGNAL);
      if (sent <= 0)
        return false;
      done += sent;
    }
  return true;
}

static void
serve_one (Orders *orders, int client, int port)
{
  struct sockaddr_in address = address_of (port);
  int server = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect (server, (struct sockaddr *) &address, sizeof address) != 0)
    _exit (1);
  for (bool has_answered = false;;)
    {
      struct pollfd fds[] = { { .fd = client, .events = POLLIN }, { .fd = server, .events = POLLIN } };
      poll (fds, 2, -1);
      orders->turns += fds[0].revents != 0 && has_answered;
      has_answered = fds[1].revents != 0 || (has_answered && fds[0].revents == 0);
      if ((fds[0].revents != 0 && !pass (orders, client, server)) || (fds[1].revents != 0 && !pass (orders, server, client)))
        _exit (0);
    }
}

static void
serve (Orders *orders, int listener, int port)
{
  signal (SIGCHLD, SIG_IGN);
  for (;;)
    {
      int client = accept (listener, NULL, NULL);
      if (client >= 0)
        orders->connections++;
      if (client >= 0 && fork () == 0)
        {
          prctl (PR_SET_PDEATHSIG, SIGKILL);
          close (listener);
          serve_one (orders, client, port);
        }
      close (client);
    }
}

Gate *
gate_start (int port)
{
  Gate *gate = g_new0 (Gate, 1);
  struct sockaddr_in address = address_of (0);
  socklen_t length = sizeof address;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert (bind (listener, (struct sockaddr *) &address, sizeof address) == 0 && listen (listener, 16) == 0);
  g_assert (getsockname (listener, (struct sockaddr *) &address, &length) == 0);
  gate->port = ntohs (address.sin_port);
  gate->orders = mmap (NULL, sizeof *gate->orders, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_assert (gate->orders != MAP_FAILED);
  gate->process = fork ();
  if (gate->process == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      serve (gate->orders, listener, port);
    }
  close (listener);
  return gate;
}

int
gate_port (const Gate *gate)
{
  return gate->port;
}

void
gate_set (Gate *gate, GateMode mode, int64_t bytes)
{
  gate->orders->left = bytes;
  gate->orders->has_shut = false;
  gate->orders->mode = mode;
}

bool
gate_has_shut (const Gate *gate)
{
  return gate->orders->has_shut;
}

int
gate_connections (const Gate *gate)
{
  return gate->orders->connections;
}

int
gate_turns (const Gate *gate)
{
  return gate->orders->turns;
}

void
gate_stop (Gate *gate)
{
  kill (gate->process, SIGKILL);
  waitpid (gate->process, NULL, 0);
  munmap (gate->orders, sizeof *gate->orders);
  g_free (gate);
}
