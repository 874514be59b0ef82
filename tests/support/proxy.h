/* A proxy in front of a server's unix socket, for connections that fall silent or are cut.
 *
 * It listens on a socket of its own, so that a URL with host=FOLDER leads through it, and passes on what comes, both ways. A trigger is a
 * text in what the client sends: with it, that one connection falls silent, or is cut; others go on. The process ends with the test. */
#ifndef WEIR_TESTS_SUPPORT_PROXY_H
#define WEIR_TESTS_SUPPORT_PROXY_H

#include <stdbool.h>

typedef struct Proxy Proxy;

typedef enum
{
  PROXY_PASS,        /* no trigger */
  PROXY_MUTE_BEFORE, /* the message with the text, and all behind it, reaches nobody */
  PROXY_MUTE_BEHIND, /* it reaches the server, but no answer comes back */
  PROXY_CUT_BEFORE,  /* the connection is closed instead */
  PROXY_CUT_BEHIND,  /* it is closed after the message has reached the server */
  PROXY_MUTE_ALL,    /* every connection is silent, and new ones too; the text does not matter */
} ProxyMode;

/* from: the folder of the server's socket; folder: a new one for the proxy's. */
Proxy *proxy_start (const char *from, const char *folder);

/* From now on. The trigger is used up by the first connection that sends the text (but for MUTE_ALL). */
void proxy_set (Proxy *proxy, ProxyMode mode, const char *text);

/* Whether the trigger was used up. */
bool proxy_triggered (const Proxy *proxy);

void proxy_stop (Proxy *proxy);

#endif
