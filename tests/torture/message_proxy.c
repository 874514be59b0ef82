#include "message_proxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONNECTIONS 32
#define PORT "5432"
#define PIECE 65536

/* What the proxy's process tells its parent. */
typedef struct
{
  int messages;
  bool has_hit;
} Told;

struct MessageProxy
{
  pid_t pid;
  int port;
  Told *told; /* shared memory */
};

/* One direction of a connection. */
typedef struct
{
  int from, to;
  GByteArray *bytes; /* that came and are no whole message yet */
  bool has_begun;    /* a client's first message has no type */
} Way;

typedef struct
{
  Way ways[2]; /* client to server, server to client */
  bool is_open;
  int64_t silent_until; /* 0: it speaks */
} Link;

typedef struct
{
  int listener;
  const char *socket;
  const MessageFault *fault;
  Told *told;
  Link links[CONNECTIONS];
} State;

static int
connect_server (const char *folder)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_snprintf (address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL." PORT, folder);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  close (fd);
  return -1;
}

static void
close_link (Link *link)
{
  close (link->ways[0].from);
  close (link->ways[0].to);
  g_byte_array_unref (link->ways[0].bytes);
  g_byte_array_unref (link->ways[1].bytes);
  *link = (Link) { 0 };
}

/* A server that is away: the client finds its connection closed. */
static void
accept_link (State *state)
{
  int client = accept4 (state->listener, NULL, NULL, SOCK_CLOEXEC);
  int server = connect_server (state->socket);
  for (int i = 0; i < CONNECTIONS && client >= 0 && server >= 0; i++)
    if (!state->links[i].is_open)
      {
        setsockopt (client, IPPROTO_TCP, TCP_NODELAY, &(int) { 1 }, sizeof (int));
        state->links[i] = (Link) { .is_open = true,
                                   .ways = { { .from = client, .to = server, .bytes = g_byte_array_new () },
                                             { .from = server, .to = client, .bytes = g_byte_array_new (), .has_begun = true } } };
        return;
      }
  if (client >= 0)
    close (client);
  if (server >= 0)
    close (server);
}

/* Length of the first message, its type included; 0: it is not whole. */
static size_t
message_length (const Way *way)
{
  size_t type = way->has_begun ? 1 : 0;
  uint32_t length;
  if (way->bytes->len < type + sizeof length)
    return 0;
  memcpy (&length, way->bytes->data + type, sizeof length);
  size_t whole = type + ntohl (length);
  return whole <= way->bytes->len ? whole : 0;
}

static bool
send_all (int fd, const uint8_t *bytes, size_t length)
{
  while (length > 0)
    {
      ssize_t sent = send (fd, bytes, length, MSG_NOSIGNAL);
      if (sent <= 0)
        return false;
      bytes += sent;
      length -= (size_t) sent;
    }
  return true;
}

/* One message; whether the connection goes on. */
static bool
pass_message (State *state, Link *link, Way *way, size_t length)
{
  const MessageFault *fault = state->fault;
  bool is_hit = ++state->told->messages == fault->nth;
  if ((!is_hit || fault->is_passed) && !send_all (way->to, way->bytes->data, length))
    return false;
  g_byte_array_remove_range (way->bytes, 0, (guint) length);
  way->has_begun = true;
  if (!is_hit)
    return true;
  state->told->has_hit = true;
  link->silent_until = g_get_monotonic_time () + fault->silence_ms * INT64_C (1000);
  return fault->is_silent;
}

/* What came on one way; whether the connection goes on. */
static bool
pass (State *state, Link *link, Way *way)
{
  uint8_t piece[PIECE];
  ssize_t got = recv (way->from, piece, sizeof piece, 0);
  if (got <= 0)
    return false;
  g_byte_array_append (way->bytes, piece, (guint) got);
  for (size_t length; link->silent_until == 0 && (length = message_length (way)) > 0;)
    if (!pass_message (state, link, way, length))
      return false;
  return true;
}

/* Also ends what was silent for long enough. */
static void
serve_link (State *state, Link *link, const struct pollfd *polled)
{
  bool goes_on = link->silent_until == 0 || g_get_monotonic_time () < link->silent_until;
  for (int i = 0; i < 2 && goes_on; i++)
    if (polled[i].revents != 0 && link->silent_until == 0)
      goes_on = pass (state, link, &link->ways[i]);
  if (!goes_on)
    close_link (link);
}

static void
serve (State *state)
{
  for (;;)
    {
      struct pollfd polled[1 + 2 * CONNECTIONS] = { { .fd = state->listener, .events = POLLIN } };
      for (int i = 0; i < 2 * CONNECTIONS; i++)
        {
          const Link *link = &state->links[i / 2];
          bool is_heard = link->is_open && link->silent_until == 0;
          polled[1 + i] = (struct pollfd) { .fd = is_heard ? link->ways[i % 2].from : -1, .events = POLLIN };
        }
      if (poll (polled, G_N_ELEMENTS (polled), 50) < 0)
        continue;
      for (int i = 0; i < CONNECTIONS; i++)
        if (state->links[i].is_open)
          serve_link (state, &state->links[i], &polled[1 + 2 * i]);
      if (polled[0].revents != 0)
        accept_link (state);
    }
}

static int
listen_on_loopback (int *ret_port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind (fd, (struct sockaddr *) &address, length) != 0 || listen (fd, CONNECTIONS) != 0
      || getsockname (fd, (struct sockaddr *) &address, &length) != 0)
    g_error ("the proxy cannot listen: %s", g_strerror (errno));
  *ret_port = ntohs (address.sin_port);
  return fd;
}

MessageProxy *
message_proxy_start (const char *folder, const MessageFault *fault)
{
  MessageProxy *proxy = g_new0 (MessageProxy, 1);
  proxy->told = mmap (NULL, sizeof *proxy->told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_assert (proxy->told != MAP_FAILED);
  State state = { .socket = folder, .fault = fault, .told = proxy->told, .listener = listen_on_loopback (&proxy->port) };
  proxy->pid = fork ();
  g_assert (proxy->pid >= 0);
  if (proxy->pid == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      serve (&state);
    }
  close (state.listener);
  return proxy;
}

void
message_proxy_stop (MessageProxy *proxy)
{
  kill (proxy->pid, SIGKILL);
  waitpid (proxy->pid, NULL, 0);
  munmap (proxy->told, sizeof *proxy->told);
  g_free (proxy);
}

char *
message_proxy_url (const MessageProxy *proxy, const char *database, const char *role, const char *password)
{
  return g_strdup_printf ("postgresql://%s:%s@127.0.0.1:%d/%s?sslmode=disable&gssencmode=disable", role, password, proxy->port,
                          database);
}

int
message_proxy_messages (const MessageProxy *proxy)
{
  return proxy->told->messages;
}

bool
message_proxy_has_hit (const MessageProxy *proxy)
{
  return proxy->told->has_hit;
}
