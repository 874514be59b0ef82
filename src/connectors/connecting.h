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
  CONNECTED_STOPPED, /* we were asked to stop, or its time was over ("is_late") */
} ConnectedHow;

extern const char *const connected_words[]; /* "done", "transient", ... */

typedef struct
{
  const char *verb;
  const Json *connection; /* resolved (job_resolve); its "type" and "program" say which program */
  Json *request;          /* without protocol, verb and connection, which are added; resolved */
  int spool_fd;           /* -1: none. It is read and written from its beginning, wherever the descriptor stands */
  int stop_fd;            /* readable: end; -1: none */
  int64_t most_seconds;   /* 0: no limit */
  /* A line that is no "done": borrowed. May be NULL, as may those below. What is secret in the connection is "..." in all texts that are told here
   * or kept in Connected. */
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
  char *ended;    /* how it ended, where that is not as it should: "was killed by signal 9 (Killed)"; NULL else */
  bool is_late;   /* CONNECTED_STOPPED since its time was over */
  bool is_broken; /* CONNECTED_CRASHED since it said what the protocol does not have: it will not mend itself */
} Connected;

void connected_clear (Connected *connected);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Connected, connected_clear)

/* The program of a connection (as weir.json has it, or resolved). Owned by the caller. NULL with MODEL: it is not installed. */
char *connector_program (const Settings *settings, const Json *connection, GError **error);

/* True: it ran, and *ret (which begins as { 0 }) says how it ended. The spool file of `read` has as many bytes as `done` says. Its SHA-256 is not read here: whoever loads
 * the file hashes it anyway, and holds it to the declaration. False: MODEL where there is no such program, LOCAL where it cannot be run. */
bool connector_call (const Settings *settings, const ConnectorCall *call, Connected *ret, GError **error);

/* An error of what did not go well, for people: its messages, and all mistakes with their paths in the detail. TRANSIENT, CRASHED without is_broken, and what was late: RETRY;
 * STOPPED else: STOP; the others MODEL. "what" begins the message; "name" is the job or connection that `weir check` tries again. Returns false; true where it is DONE. */
bool connected_error (const Connected *connected, const char *what, const char *name, GError **error);

/* How an error is told that no connector has said: as the configuration's, or (DONE) by its own word. */
ConnectedHow connected_how_of (const GError *error);

/* The disk of what is read is full: LOCAL, and no other try helps. */
bool connected_is_full (const Connected *connected);

/* A file of a source is not as it was listed: TRANSIENT, but of this one alone, and only another listing helps. */
bool connected_has_changed (const Connected *connected);

/* Seconds until the next try, behind so many (at least one) of which the last ended so; 0: there is to be none. */
int connected_pause (ConnectedHow how, size_t tries);

/* Waits so long. STOP where stop_fd (-1: none) is readable before. */
bool connector_wait (int seconds, int stop_fd, GError **error);

#endif
