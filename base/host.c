#include "base/host.h"

#include <arpa/inet.h>
#include <glib.h>

bool
host_is_here (const char *host)
{
  struct in_addr v4;
  struct in6_addr v6;
  return g_ascii_strcasecmp (host, "localhost") == 0 || (inet_pton (AF_INET, host, &v4) == 1 && ntohl (v4.s_addr) >> 24 == 127)
         || (inet_pton (AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK (&v6));
}
