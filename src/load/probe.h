/* Whether an answer that does not come will come: the server is asked by a second connection what the first one's session does.
 *
 * A statement may take as long as it needs, so there is no limit on time. What cannot be is that the server waits for us while we wait
 * for it (a message was lost on its way), or that the session is gone; and a server that nobody reaches for long is not waited for. */
#ifndef WEIR_SRC_LOAD_PROBE_H
#define WEIR_SRC_LOAD_PROBE_H

#include "base/db.h"
#include "src/settings/settings.h"

typedef struct
{
  int64_t next_us;        /* of the wait: when to ask next; 0: PROBE_FIRST_US */
  int64_t unreachable_us; /* monotonic: since when nobody is reached; 0: somebody was */
  bool seen;              /* the session was found once: its number is the server's, and no connection pool's */
  bool listening;         /* the last time the server waited for us */
} Probe;

#define PROBE_FIRST_US (5 * G_USEC_PER_SEC)

/* For DbTick: asks where "waited_us" says that it is time. backend: db_backend of the first connection. *ret_session: whose lock it
 * waits for, a new reference; unchanged where it is not time. A session whose connection is given up is ended, for its locks. */
DbTick probe_ask (Probe *probe, const Settings *settings, int backend, int64_t waited_us, Json **ret_session);

/* What the probe makes of an answer, for its tests. */
typedef enum
{
  PROBE_UNREACHABLE, /* no connection */
  PROBE_UNKNOWN,     /* there is a server, which said nothing of the session */
  PROBE_GONE,        /* no such session */
  PROBE_LISTENS,     /* it waits for us */
  PROBE_WORKS,
} ProbeAnswer;

DbTick probe_judge (Probe *probe, ProbeAnswer answer, int64_t now);

#endif
