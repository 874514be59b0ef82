/* What the files of a pull share. */
#ifndef WEIR_SRC_PULL_PULL_PRIVATE_H
#define WEIR_SRC_PULL_PULL_PRIVATE_H

#include "src/pull/pull.h"
#include "src/pull/pull_spool.h"

struct Pulling
{
  const PullOptions *options;
  const Settings *settings;
  const Job *job;
  Db *lock;                        /* the session that has the job's lock */
  Json *connection, *from, *where; /* resolved */
  int64_t cut_off;                 /* seconds since 1970; INT64_MAX: none */
  const JobStream *stream;         /* at work on */
  Uid run;                         /* of the batch */
  int64_t looked_us;               /* when the lock's session was asked last */
  int64_t total;                   /* rows at the source, where the connector says it; -1 */
  ConnectedHow how;
  bool has_changed; /* TRANSIENT since the one file that was asked for is not as it was listed */
  bool well, over;  /* over: nothing more is to be begun */
  bool held;        /* a file waits for a person, and all of the job with it */
  bool misused;     /* what was typed cannot be */
  bool stages;      /* its files are for staging tables without a model */
  GError *waits;    /* of the first file from before that cannot be loaded until another table is; NULL: none */
  GPtrArray *late;  /* the tables of such files, of char *; NULL: none */
  LoadEnd *end;     /* of a file that was loaded, for whoever wants it; NULL: nobody */
};

/* ---- pull_ask.c: the connector ---- */

typedef struct
{
  const char *verb;
  const char *part;     /* NULL: of none */
  const Json *position; /* NULL: the first time */
  Json *window;         /* the same; NULL: none */
  const Json *object, *after;
  bool whole; /* it cannot go on where limits end it */
} Ask;

/* Runs it, a few times where it is worth it. False: it did not go well, or the pull's session or stop. */
bool pull_ask (Pulling *pulling, const Ask *ask, PullSpool *spool, Connected *ret_connected, GError **error);

/* ---- pull_batch.c: what it brought becomes a file that is loaded ---- */

typedef struct
{
  PullSpool *spool;
  const Connected *connected;
  const char *rows;      /* of the declaration */
  const Json *from, *to; /* positions; to NULL: no bookmark moves */
  const Json *pulled;    /* of a source of files */
} Batch;

/* Holds it against the job, and loads it. pulling->well: whether it was. */
bool pull_batch (Pulling *pulling, const Batch *batch, GError **error);

/* When a file of the source was changed there, in nanoseconds; 0: it does not say. */
int64_t pull_time_of (const Json *object);

/* A position that moves without a row. */
bool pull_move (Pulling *pulling, const Json *from, const Json *to, GError **error);

/* Files that earlier pulls left are loaded. One that still waits for another table keeps none from coming: pulling->waits and late. */
bool pull_finish_earlier (Pulling *pulling, GError **error);

/* ---- pull_rows.c, pull_files.c: a stream; a source of files ---- */

bool pull_rows (Pulling *pulling, GError **error);
bool pull_files (Pulling *pulling, GError **error);

/* Files as they lie there: the connection's kind, or what the job does with them. */
bool pull_is_of_files (const Pulling *pulling);

/* What `discover` said, as the objects of reads. A new reference. */
Json *pull_objects (const Json *streams);

/* ---- pull.c ---- */

void pull_tell (const Pulling *pulling, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* A message of an error, without the job's name before it. Borrowed. */
const char *pull_without_name (const Job *job, const char *message);
void pull_tell_nothing_new (Pulling *pulling, const Json *position);

/* The lock is there still, or again. RETRY where somebody else has it. */
bool pull_has_lock (Pulling *pulling, GError **error);

/* Whether the time is up: the next batch is begun by the next pull. */
bool pull_is_cut_off (const Pulling *pulling);

/* Of several streams, or files: what two of them in a row end with is the trouble of all. True: so it is, and *problem has become *error. *told: what the
 * one before ended with, NULL at first; owned by the caller. */
bool pull_is_told_again (char **told, GError **problem, GError **error);

/* Connection and "from" of the job. */
bool pull_resolve (Pulling *pulling, GError **error);

#endif
