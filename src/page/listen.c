#include "src/page/listen.h"

#include "base/error.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

void
listen_clear (Listen *listen)
{
  g_free (listen->host);
}

static bool
take_address (const char *host, int port, Listen *listen)
{
  struct sockaddr_in *v4 = (struct sockaddr_in *) &listen->address;
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *) &listen->address;
  listen->port = port;
  if (inet_pton (AF_INET, host, &v4->sin_addr) == 1)
    {
      v4->sin_family = AF_INET;
      v4->sin_port = htons ((uint16_t) port);
      listen->length = sizeof *v4;
      listen->is_loopback = ntohl (v4->sin_addr.s_addr) >> 24 == 127;
      listen->host = g_strdup (host);
      return true;
    }
  if (inet_pton (AF_INET6, host, &v6->sin6_addr) != 1)
    return false;
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons ((uint16_t) port);
  listen->length = sizeof *v6;
  listen->is_loopback = IN6_IS_ADDR_LOOPBACK (&v6->sin6_addr);
  listen->host = g_strdup_printf ("[%s]", host);
  return true;
}

bool
listen_parse (const char *text, Listen *ret_listen, GError **error)
{
  g_autoptr (GRegex) regex = g_regex_new ("^(?:(?:\\[([0-9a-fA-F:.]+)\\]|([0-9.]+|localhost)):)?([0-9]{1,5})$", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  bool is = g_regex_match (regex, text, 0, &match);
  g_autofree char *v6 = is ? g_match_info_fetch (match, 1) : NULL;
  g_autofree char *v4 = is ? g_match_info_fetch (match, 2) : NULL;
  g_autofree char *digits = is ? g_match_info_fetch (match, 3) : NULL;
  int port = is ? (int) g_ascii_strtoll (digits, NULL, 10) : 0;
  const char *host = !is ? "" : v6[0] != '\0' ? v6 : v4[0] == '\0' || g_str_equal (v4, "localhost") ? "127.0.0.1" : v4;
  *ret_listen = (Listen) { 0 };
  if (is && port <= 65535 && take_address (host, port, ret_listen))
    return true;
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "Write an address and a port: 127.0.0.1:8080, or [::1]:8080." },
                    "the page cannot listen on \"%s\"", text);
}

/* The host of "host:port" without its brackets; NULL: it is none. Owned by the caller. */
static char *
host_of (const char *header)
{
  const char *end = header[0] == '[' ? strchr (header, ']') : strchr (header, ':');
  if (header[0] == '[')
    return end != NULL && (end[1] == ':' || end[1] == '\0') ? g_strndup (header + 1, (gsize) (end - header - 1)) : NULL;
  return g_ascii_strdown (header, end != NULL ? end - header : -1);
}

bool
listen_knows_host (const char *header, const char *const *hosts)
{
  g_autofree char *host = header != NULL ? host_of (header) : NULL;
  struct in6_addr address;
  if (host == NULL)
    return false;
  if (inet_pton (AF_INET, host, &address) == 1 || inet_pton (AF_INET6, host, &address) == 1 || g_str_equal (host, "localhost"))
    return true;
  for (; hosts != NULL && *hosts != NULL; hosts++)
    if (g_ascii_strcasecmp (*hosts, host) == 0)
      return true;
  return false;
}

bool
listen_is_origin (const char *origin, const char *host)
{
  const char *authority = origin != NULL ? strstr (origin, "://") : NULL;
  return authority != NULL && host != NULL && g_ascii_strcasecmp (authority + 3, host) == 0;
}
