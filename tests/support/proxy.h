/* A proxy between weir and the server, a process of its own on 127.0.0.1, which knows where a message of PostgreSQL's protocol ends.
 *
 *   Proxy *proxy = proxy_start (socket, &(ProxyFault) { .nth = 17 });      the 17th message is lost, and its connection
 *   g_autofree char *url = proxy_url (proxy, database, role, password);    by which weir works
 *   proxy_stop (proxy);                                                    breaks all connections
 *
 * Its connections are not encrypted, so that messages are told apart. One fault happens at most; new connections are served as ever
 * after it. */
#ifndef WEIR_TESTS_SUPPORT_PROXY_H
#define WEIR_TESTS_SUPPORT_PROXY_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct
{
  int nth;        /* the message, from 1 on, counted over all connections in both directions; 0: no fault */
  bool is_passed; /* the message is passed on first */
  bool is_silent; /* nothing is passed on any more, for "silence"; then, or otherwise at once, the connection is closed */
  int silence_ms;
} ProxyFault;

typedef struct Proxy Proxy;

/* socket: the folder of the server's socket. What cannot be set up ends the test. */
Proxy *proxy_start (const char *socket, const ProxyFault *fault);
void proxy_stop (Proxy *proxy);

/* A URL as cluster_url's, by the proxy. Owned by the caller. */
char *proxy_url (const Proxy *proxy, const char *database, const char *role, const char *password);

int proxy_messages (const Proxy *proxy); /* so far */
bool proxy_has_hit (const Proxy *proxy);

#endif
