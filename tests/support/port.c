#include "port.h"

#include "base/autoptr.h"

#include <arpa/inet.h>
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* net.ipv4.ip_local_port_range begins at 32768. */
#define FIRST 10000
#define BEHIND 32000

/* A socket by this name alone: whoever has it ends, and it is gone. */
static bool
claim (int port)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int length = g_snprintf (address.sun_path + 1, sizeof address.sun_path - 1, "weir-test-port-%d", port);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind (fd, (const struct sockaddr *) &address, (socklen_t) (offsetof (struct sockaddr_un, sun_path) + 1 + (size_t) length))
      == 0)
    return true;
  close (fd);
  return false;
}

int
port_free (void)
{
  for (;;)
    {
      int port = g_random_int_range (FIRST, BEHIND);
      struct sockaddr_in address = { .sin_family = AF_INET,
                                     .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
                                     .sin_port = htons ((uint16_t) port) };
      AUTO_FD int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (bind (fd, (const struct sockaddr *) &address, sizeof address) == 0 && claim (port))
        return port;
    }
}
