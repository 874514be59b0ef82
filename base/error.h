/* Errors: one domain whose codes tell the caller what to do, in PostgreSQL's three parts.
 *
 *   return weir_error (error, WEIR_ERROR_LOCAL, "could not open \"%s\": %s", name, g_strerror (errno));
 *
 *   return weir_fail (error,
 *                     &(Failure) { WEIR_ERROR_INPUT, REASON_TOO_MANY_ROWS, .line = line, .hint = "Split the file." },
 *                     "\"%s\" has more than %d rows", name, limit);
 *
 * The message says what happened to which thing, the detail says why or what was not lost, the hint says what to do. What a caller
 * knows better than whoever failed is added to the error on its way up: weir_error_hint and its like, g_prefix_error.
 *
 * A bad row is never a GError: it is a reject. An error concerns a whole file, table, or program. */
#ifndef WEIR_BASE_ERROR_H
#define WEIR_BASE_ERROR_H

#include "base/reason.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum
{
  WEIR_ERROR_RETRY, /* the database is away or busy, or a lock is: the same call may succeed later. Who waits: base/scope.h */
  WEIR_ERROR_INPUT, /* the file is at fault: refuse it */
  WEIR_ERROR_MODEL, /* usage, settings, a model or a pin: a person must change something, the file waits */
  WEIR_ERROR_LOCAL, /* the local disk or its permissions */
  WEIR_ERROR_STOP,  /* somebody asked us to stop */
} WeirErrorCode;

#define WEIR_ERROR (weir_error_quark ())
GQuark weir_error_quark (void);

/* Sets *error (which may be NULL, and must not hold an error yet). Returns false, so a failing line is one statement. */
bool weir_error (GError **error, WeirErrorCode code, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* A call of the system that failed with errno "number": "could not open \"x\"" becomes "could not open \"x\": Permission denied",
 * LOCAL. Returns false. */
bool weir_system_error (GError **error, int number, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* What is known of a failure besides its message. */
typedef struct
{
  WeirErrorCode code;
  Reason reason;      /* REASON_NONE: the code says it all */
  int64_t line;       /* 1-based line of the file, 0: none */
  const char *detail; /* or NULL; copied, as is the hint */
  const char *hint;
  const char *sqlstate; /* five characters; NULL: not from the server */
  int number;           /* errno; 0: no call of the system */
} Failure;

/* The same with all its parts, so that a failing line is one statement here too. */
bool weir_fail (GError **error, const Failure *failure, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Adds a part to the error in *error. Nothing happens when error or *error is NULL, or of another domain. */
void weir_error_detail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);
void weir_error_hint (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);
void weir_error_line (GError **error, int64_t line);
void weir_error_reason (GError **error, Reason reason);

/* The parts; NULL, "" or 0 where not set, or where the error is of another domain. Borrowed from the error. */
const char *weir_error_get_detail (const GError *error);
const char *weir_error_get_hint (const GError *error);
int64_t weir_error_get_line (const GError *error);
Reason weir_error_get_reason (const GError *error); /* never NONE: the code's own, REASON_RETRY ..., where none was given */
const char *weir_error_get_sqlstate (const GError *error);
int weir_error_get_errno (const GError *error);

/* What commands end with, beside 0 (docs/operations.md). */
enum
{
  EXIT_REFUSED = 1, /* a file was refused, or rows of it */
  EXIT_USAGE = 2,   /* the command line */
  EXIT_MODEL = 2,   /* models, settings, the secret */
  EXIT_AWAY = 3,    /* the database */
  EXIT_LOCAL = 4,   /* disk or permissions */
  EXIT_INTERRUPTED = 130,
};

/* The exit code that a command ends with: RETRY EXIT_AWAY, INPUT EXIT_REFUSED, MODEL EXIT_MODEL, STOP EXIT_INTERRUPTED, LOCAL and
 * another domain EXIT_LOCAL. */
int weir_error_exit_code (const GError *error);

/* "message\nDETAIL:  ...\nHINT:  ..." as psql prints it. Owned by the caller. */
char *weir_error_format (const GError *error);

#endif
