/* What every connector has in common: the protocol of docs/connectors.md, so that one is four functions.
 *
 *   int main (int argc, char **argv) { return connector_main (argc, argv, &(Connector) { .name = "pg", .check = ..., ... }); }
 *
 * connector_main reads the request, guards what is secret, calls the function of the verb, writes `done` or the error, and answers with the
 * exit code of its class. All functions answer false with an error of CONNECT_ERROR (connect_fail), or with any other error, which counts as
 * transient. */
#ifndef WEIR_CONNECT_CONNECTOR_H
#define WEIR_CONNECT_CONNECTOR_H

#include "base/json.h"

#include <glib.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The classes of errors. What weir does about each is in docs/connectors.md, as their exit codes are. */
typedef enum
{
  CONNECT_TRANSIENT,     /* may go well another time */
  CONNECT_CREDENTIALS,   /* password, certificate, host key */
  CONNECT_CONFIGURATION, /* the job, the connection, or what they name is not there */
  CONNECT_GAP,           /* the source has lost what the position needs */
} ConnectClass;

#define CONNECT_ERROR (connect_error_quark ())
GQuark connect_error_quark (void);

/* Sets *error. code: what the other side calls it ("08006", "curl 60"), NULL: nothing; hint: what to do, NULL: nothing. Returns false. */
bool connect_fail (GError **error, ConnectClass error_class, const char *code, const char *hint, const char *format, ...)
    G_GNUC_PRINTF (5, 6);

/* A request. Texts and parts are borrowed from "json"; a part that is not there is NULL. */
typedef struct
{
  Json *json; /* the whole request; owned by connector_main */
  const char *verb, *job, *run, *stream, *mode, *bookmark, *part;
  const Json *connection, *from, *to, *columns, *where, *key, *position, *window, *object, *after, *delivery;
  double overlap;                                 /* seconds, or steps of a number; 0: none */
  int64_t limit_rows, limit_bytes, limit_seconds; /* 0: none */
} Request;

/* A mistake of the configuration, at a JSON path ("connection.host"). All that are told before the function ends are told to the user at once; the
 * verb then fails with CONNECT_CONFIGURATION, also where the function answers true. */
void connect_mistake (const char *path, const char *format, ...) G_GNUC_PRINTF (2, 3);
bool connect_has_mistakes (void);

/* Refuses members of an object that are not in "known" (end with NULL), with the nearest valid word: a mistake each. */
void connect_known (const Json *object, const char *path, const char *const *known);

/* Whether a list, which may be NULL, has that text. */
bool connect_has (const Json *list, const char *text);

/* The member as text, number, boolean. Another type, or one that is missing and required, is a mistake, and NULL or the default. Borrowed. */
const char *connect_text (const Json *object, const char *path, const char *name, bool is_required);
int64_t connect_number (const Json *object, const char *path, const char *name, int64_t otherwise);
bool connect_truth (const Json *object, const char *path, const char *name, bool otherwise);

/* Results, a line each. */
void connect_note (const char *format, ...) G_GNUC_PRINTF (1, 2);
void connect_checked (const char *what, bool ok, const char *format, ...) G_GNUC_PRINTF (3, 4);
void connect_stream (const Json *stream);
void connect_progress (int64_t rows, int64_t bytes, int64_t total); /* at most some a second are sent; total -1: not known */
void connect_delivered (const char *name, const char *status, int64_t rows, const char *text);

/* SIGTERM or SIGINT came: end within two seconds. connect_go_on: false with an error if so. */
bool connect_is_stopping (void);
bool connect_go_on (GError **error);

/* Tries "attempt" up to "tries" times while its error is CONNECT_TRANSIENT, with a growing pause that SIGTERM ends. */
bool connect_retry (int tries, bool (*attempt) (void *data, GError **error), void *data, GError **error);

/* The spool file of `read`: columns first, once; then rows; then connect_done. Bytes are hashed and counted on their way. */
typedef struct
{
  const char *name; /* at the source */
  const char *type; /* a type of models; NULL: text */
  const char *source_type;
  bool nullable, key;
  const char *mask;   /* of spool_declare: how the connector has masked it; NULL: not */
  const char *source; /* of spool_declare: its name at the source; NULL: the same */
} ConnectColumn;

/* What the request says of "columns" (drop, rename, mask, type, default) is done here, for all rows that come through spool_*: the sink is given the
 * source's columns and all their values. A name in "columns" that the source does not have is a mistake. */
bool spool_columns (const ConnectColumn *columns, size_t n, GError **error);
bool spool_null (GError **error);
bool spool_text (const char *bytes, size_t length, GError **error); /* UTF-8; not checked */
bool spool_row_end (GError **error);

/* Bytes that are canonical CSV already, header and all, or the bytes of a raw file. Not to be mixed with the above, but for spool_declare, which only says
 * what the columns are (with their names in the file), and is not called for a raw file. rows: how many rows they have; added up. */
bool spool_declare (const ConnectColumn *columns, size_t n, GError **error);
bool spool_bytes (const char *bytes, size_t length, int64_t rows, GError **error);

int64_t spool_rows (void);
int64_t spool_size (void);
bool spool_is_full (const Request *request); /* a limit of rows, bytes or seconds is reached */

/* What `done` says beside rows, bytes and SHA-256. position: taken over, NULL: none. */
typedef struct
{
  Json *position;
  char *until; /* with "window": up to when nothing is added any more, as 2026-11-29T08:00:00Z; taken over; NULL: not known */
  bool more, complete, raw;
  int64_t rows; /* of `write`: how many were written; -1: not told */
} Done;

/* What lies in the spool file of `write`, read from its beginning: one row a call, of canonical CSV. Cells are borrowed until the next call;
 * NULL: NULL. */
typedef struct SpoolReader SpoolReader;
/* columns: of the request's delivery; the header is held against their names. NULL with an error. */
SpoolReader *spool_reader_open (const Json *columns, GError **error);
bool spool_next (SpoolReader *reader, const char *const **ret_cells, const size_t **ret_lengths, size_t *ret_n,
                 GError **error); /* n 0: the end */
void spool_close (SpoolReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpoolReader, spool_close)
int spool_fd (void); /* for whoever sends the bytes as they are */

typedef struct
{
  const char *name;
  /* NULL: the connector cannot do that, and says so. */
  bool (*check) (const Request *request, GError **error);
  bool (*discover) (const Request *request, GError **error);
  bool (*read) (const Request *request, Done *done, GError **error);
  bool (*write) (const Request *request, Done *done, GError **error);
} Connector;

int connector_main (int argc, char **argv, const Connector *connector);

#endif
