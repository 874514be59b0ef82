/* A relay in front of a server's unix socket, for connections that fall silent or are cut.
 *
 * It listens on a socket of its own, so that a URL with host=FOLDER leads through it, and passes on what comes, both ways. A trigger is a
 * text in what the client sends: with it, that one connection falls silent, or is cut; others go on. The process ends with the test.
 * (torture/message_proxy.h counts messages instead, and ends the silence: it is for trying each message once.) */
#ifndef WEIR_TESTS_SUPPORT_RELAY_H
#define WEIR_TESTS_SUPPORT_RELAY_H

#include <stdbool.h>

typedef struct Relay Relay;

typedef enum
{
  RELAY_PASS,        /* no trigger */
  RELAY_MUTE_BEFORE, /* the message with the text, and all behind it, reaches nobody */
  RELAY_MUTE_BEHIND, /* it reaches the server, but no answer comes back */
  RELAY_CUT_BEFORE,  /* the connection is closed instead */
  RELAY_CUT_BEHIND,  /* it is closed after the message has reached the server */
  RELAY_MUTE_ALL,    /* every connection is silent, and new ones too; the text does not matter */
} RelayMode;

/* from: the folder of the server's socket; folder: a new one for the relay's. */
Relay *relay_start (const char *from, const char *folder);

/* From now on. The trigger is used up by the first connection that sends the text (but for MUTE_ALL). "commit$" is what ends so. */
void relay_set (Relay *relay, RelayMode mode, const char *text);

/* Whether the trigger was used up. */
bool relay_triggered (const Relay *relay);

void relay_stop (Relay *relay);

#endif
