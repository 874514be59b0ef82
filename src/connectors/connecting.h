/* Runs a connector (docs/connectors.md): finds its program, hands it a request, takes its results, and ends it where it must end. One at a
 * time, and waited for. It is no part of the database's: whoever calls keeps his sessions alive by "tick". */
#ifndef WEIR_SRC_CONNECTORS_CONNECTING_H
#define WEIR_SRC_CONNECTORS_CONNECTING_H

#include "base/json.h"
#include "src/settings/settings.h"

typedef enum
{
  CONNECTED_DONE,
  CONNECTED_TRANSIENT,
  CONNECTED_CREDENTIALS,
  CONNECTED_CONFIGURATION,
  CONNECTED_GAP,
  CONNECTED_CRASHED, /* any other end, or no `done`, or a `done` that is not true of the spool file */
  CONNECTED_STOPPED, /* we were asked to stop, or its time was over */
} ConnectedHow;

extern const char *const connected_words[]; /* "done", "transient", ... */

typedef struct
{
  const char *verb;
  const Json *connection; /* resolved (job_resolve); its "type" and "program" say which program */
  Json *request;          /* without protocol, verb and connection, which are added; resolved */
  int spool_fd;           /* -1: none */
  int stop_fd;            /* readable: end; -1: none */
  int64_t most_seconds;   /* 0: no limit */
  /* A line that is no "done": borrowed. May be NULL, as may those below. */
  void (*line) (const Json *line, void *data);
  void (*said) (const char *text, void *data); /* a line of its stdout or stderr */
  void (*tick) (void *data);                   /* about once a second */
  void *data;
} ConnectorCall;

/* What came of it. Owned: connected_clear. */
typedef struct
{
  ConnectedHow how;
  Json *done;                          /* the object of "done"; NULL: there is none */
  Json *columns;                       /* the array of "columns"; NULL: none */
  Json *errors;                        /* an array of what "error" lines said, perhaps empty */
  Json *notes;                         /* an array of texts, perhaps empty */
  Json *streams, *checked, *delivered; /* arrays, perhaps empty */
} Connected;

void connected_clear (Connected *connected);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Connected, connected_clear)

/* True: it ran, and *ret says how it ended; the spool file was held against `done` (bytes, SHA-256). False: MODEL where there is no such program, LOCAL where it
 * cannot be run. */
bool connector_call (const Settings *settings, const ConnectorCall *call, Connected *ret, GError **error);

/* An error of what did not go well, for people: its messages, and all mistakes with their paths in the detail. TRANSIENT, CRASHED: RETRY; the others MODEL; STOPPED: STOP. */
bool connected_error (const Connected *connected, const char *what, GError **error);

#endif
