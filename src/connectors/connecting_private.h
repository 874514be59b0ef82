/* A connector that runs; for src/connectors/connecting*.c only. */
#ifndef WEIR_SRC_CONNECTORS_CONNECTING_PRIVATE_H
#define WEIR_SRC_CONNECTORS_CONNECTING_PRIVATE_H

#include "base/redaction.h"
#include "src/connectors/connecting.h"

#include <sys/types.h>

#define MEBIBYTE ((size_t) 1024 * 1024)
#define CONNECTOR_LINE_MIB 1     /* of a line of results */
#define CONNECTOR_KEPT_MIB 16    /* of all that are kept */
#define CONNECTOR_TOLD_MOST 4000 /* bytes of a text that people are told */
#define CONNECTOR_FOUND_MIB 256  /* of `discover`: thousands of tables with their columns, for a command that ends then */

/* ---- its texts: connecting_secrets.c ---- */

/* What nobody may read of a connection and of a request (may be NULL). Texts of either that stood for what "${...}" names are among it, whatever they
 * are called. Owned by the caller. */
Redaction *connector_secrets (const Settings *settings, const Json *connection, const Json *request);

/* All texts in a result that is for people, at any depth, without them. */
void connector_safe_json (const Redaction *secrets, Json *json);

/* ---- its process: connecting_child.c ---- */

typedef struct
{
  pid_t pid;
  int pidfd;   /* readable at its end; -1: the kernel has none */
  int results; /* what it writes to 4; neither blocks */
  int said;    /* to 1 and 2 */
} ConnectorChild;

/* request: what is on its stdin. Errors: LOCAL. */
bool connector_spawn (const Settings *settings, const char *program, const char *verb, const char *request, int spool_fd,
                      ConnectorChild *ret_child, GError **error);

/* Closes what is open of it. */
void connector_child_clear (ConnectorChild *child);

/* ---- its results: connecting_results.c ---- */

typedef struct
{
  const ConnectorCall *call;
  const Redaction *secrets;
  Connected *connected;
  GString *line; /* the beginning of one; "skips": too long, and the rest of it is left out */
  GString *talk;
  bool skips;
  size_t kept, notes_left; /* notes: that are too many to be kept */
  bool is_done;            /* `done` came */
  char *broken;            /* what it may not send; NULL: nothing yet */
} Results;

/* Bytes of results, and of what it says. */
void results_take (Results *results, const char *bytes, size_t length);
void results_hear (Results *results, const char *bytes, size_t length);

/* Lines without an end, behind the last bytes. */
void results_end (Results *results);

/* Whether `done` is one, and true of the spool file; what is wrong with it is "broken". */
void results_check_done (Results *results);

#endif
