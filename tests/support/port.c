#include "port.h"

#include "base/autoptr.h"

#include <arpa/inet.h>
#include <glib.h>
#include <sys/socket.h>
#include <unistd.h>

/* net.ipv4.ip_local_port_range begins at 32768. */
#define FIRST 10000
#define BEHIND 32000

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
      if (bind (fd, (const struct sockaddr *) &address, sizeof address) == 0)
        return port;
    }
}
