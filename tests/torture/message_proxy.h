/* A proxy between weir and the server, a process of its own on 127.0.0.1, which knows where a message of PostgreSQL's protocol ends.
 *
 *   MessageProxy *proxy = message_proxy_start (socket, &(MessageFault) { .nth = 17 });    that message is lost, and its connection
 *   g_autofree char *url = message_proxy_url (proxy, database, role, password);           by which weir works
 *   message_proxy_stop (proxy);                                                           breaks all connections
 *
 * Its connections are not encrypted, so that messages are told apart. One fault happens at most; new connections are served as ever
 * after it. */
#ifndef WEIR_TESTS_TORTURE_MESSAGE_PROXY_H
#define WEIR_TESTS_TORTURE_MESSAGE_PROXY_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct
{
  int nth;        /* the message, from 1 on, counted over all connections in both directions; 0: no fault */
  bool is_passed; /* the message is passed on first */
  bool is_silent; /* nothing is passed on any more, for "silence"; then, or otherwise at once, the connection is closed */
  int silence_ms;
} MessageFault;

typedef struct MessageProxy MessageProxy;

/* socket: the folder of the server's socket. What cannot be set up ends the test. */
MessageProxy *message_proxy_start (const char *socket, const MessageFault *fault);
void message_proxy_stop (MessageProxy *proxy);

/* A URL as cluster_url's, by the proxy. Owned by the caller. */
char *message_proxy_url (const MessageProxy *proxy, const char *database, const char *role, const char *password);

int message_proxy_messages (const MessageProxy *proxy); /* so far */
bool message_proxy_has_hit (const MessageProxy *proxy);

#endif
