/* The tap or the target: a process group of its own, whose lines are read one by one. Its stderr goes to ours, redacted, while we wait for anything of it.
 *
 *   g_autoptr (Peer) peer = peer_start (argv, false, redaction, error);
 *   while (peer_line (peer, &line, &length, error) && line != NULL) ...
 *   peer_end (peer, error);
 *
 * SIGTERM to us ends whatever waits with an error, and the group with it, within two seconds. */
#ifndef WEIR_CONNECT_SINGER_PEER_H
#define WEIR_CONNECT_SINGER_PEER_H

#include "base/redaction.h"

#include <glib.h>
#include <stdbool.h>

#define PEER_LINE_MOST_BYTES (64 << 20)

typedef struct Peer Peer;

/* with_input: it gets what peer_write writes, else nothing. redaction: borrowed. A program that is not there is CONFIGURATION. */
Peer *peer_start (const char *const *argv, bool with_input, const Redaction *redaction, GError **error);

/* The next line of its stdout, without its end; NULL: there is no more. Borrowed until the next call. An unfinished last line is one; peer_is_cut says so. */
bool peer_line (Peer *peer, const char **ret_line, size_t *ret_length, GError **error);
bool peer_is_cut (const Peer *peer);

/* Into its stdin. True also where it does not read any more: peer_end says why. */
bool peer_write (Peer *peer, const char *bytes, size_t length, GError **error);
bool peer_is_deaf (const Peer *peer);
void peer_close_input (Peer *peer);

/* Waits for its end, what it still says being passed over. An exit code that is not 0 is an error, whose class is found in its last words. */
bool peer_end (Peer *peer, GError **error);

/* Ends it, and who belongs to it: SIGTERM, after a second SIGKILL. */
void peer_stop (Peer *peer);
void peer_free (Peer *peer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Peer, peer_free)

/* Its last lines on stderr, redacted. Owned by the caller. */
char *peer_last_words (const Peer *peer);

#endif
