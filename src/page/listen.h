/* Where the page listens, and by which names a browser may call it. Pure. */
#ifndef WEIR_SRC_PAGE_LISTEN_H
#define WEIR_SRC_PAGE_LISTEN_H

#include <glib.h>
#include <stdbool.h>
#include <sys/socket.h>

typedef struct
{
  struct sockaddr_storage address;
  socklen_t length;
  bool is_loopback; /* nobody on another machine reaches it */
  char *host;       /* as a URL has it: "127.0.0.1", "[::1]"; owned */
  int port;         /* 0: any that is free */
} Listen;

/* "127.0.0.1:8080", "[::1]:8080", "localhost:8080", "8080" (of this machine). Errors: MODEL. */
bool listen_parse (const char *text, Listen *ret_listen, GError **error);
void listen_clear (Listen *listen);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Listen, listen_clear)

/* Whether a Host header is a name of ours: an address, localhost, or one of "hosts" (may be NULL). Another name may be a stranger's, whose server
 * gives our address for it, so that a page of his could read ours. */
bool listen_knows_host (const char *header, const char *const *hosts);

/* Whether an Origin header names the same host and port as the Host header: who sent the form is a page of ours. */
bool listen_is_origin (const char *origin, const char *host);

#endif
