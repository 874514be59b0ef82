/* The crew: the supervisor's `weir load --worker` children. It starts them, hands them requests, and tells what became of these.
 * All on the main loop.
 *
 *   crew_new
 *   crew_hire                one more, when more could be done at once; "ready" or "unavailable" follows, or "ended"
 *   crew_give                a job to one that is idle; "reply" follows, or "crashed" where the worker dies over it
 *   crew_renew               settings changed: workers end when they are idle; hire others
 *   crew_stop, crew_kill     "ended" (or "crashed") follows for each; crew_size is 0 behind the last
 *   crew_free                kills nobody: call it when the size is 0, or with the supervisor's own end
 *
 * Each worker has one request at a time, and each request gets exactly one event: "reply" or "crashed". A crew never gives up:
 * workers that die at once are replaced after pauses that grow (backoff.h). A worker whose supervisor dies reads the end of its
 * input, and ends by itself after the file in work. */
#ifndef WEIR_SRC_WATCH_CREW_H
#define WEIR_SRC_WATCH_CREW_H

#include "base/json.h"
#include "src/watch/backoff.h"
#include "src/watch/job.h"

typedef struct Crew Crew;

/* How far a file in work has come. */
typedef struct
{
  int64_t begun, begun_real; /* when it was given: monotonic, and microseconds since 1970 */
  int64_t heard;             /* the last line of its worker, monotonic */
  Json *progress;            /* what that said (src/load/pulse.h); NULL: nothing yet */
  int64_t told;              /* the caller's: when he told people of it last */
} CrewWork;

/* "job" is the crew's own copy, and gone when the event is over; "reply" is the worker's answer (src/load/outcome.h). */
typedef struct
{
  void (*ready) (void *data);                                    /* a worker is connected and idle */
  void (*unavailable) (const Json *reply, void *data);           /* one could not begin; it ends by itself */
  void (*reply) (const Job *job, Json *reply, void *data);       /* a request was answered; its worker is idle */
  void (*crashed) (const Job *job, const char *how, void *data); /* a worker died over a request */
  void (*ended) (const char *how, bool expected, void *data);    /* a worker without a request ended; how: as a verb phrase */
  void (*said) (const char *text, void *data);                   /* a worker did something unasked */
  void (*silent) (const Job *job, int seconds, void *data);      /* a worker has given no sign of life; job NULL: it is starting */
} CrewEvents;

/* environment: NULL-terminated, for the workers. All but "events" and "data" is copied. */
Crew *crew_new (const char *program, const char *home, const char *const *environment, unsigned max, const CrewEvents *events,
                void *data);
void crew_free (Crew *crew);

unsigned crew_size (const Crew *crew);
unsigned crew_idle (const Crew *crew);
unsigned crew_starting (const Crew *crew);
unsigned crew_working (const Crew *crew);

/* Starts one more, unless there are "max" or the last ones died at once and the pause after that is not over (*ret_wait_us: what is
 * left of it, else -1). Errors (LOCAL): it could not be run. */
bool crew_hire (Crew *crew, int64_t now, int64_t *ret_wait_us, GError **error);

/* Gives an idle worker the request (a line of JSON) of a job, which is copied. False when no worker is idle. */
bool crew_give (Crew *crew, const Job *job, const char *request);

/* The jobs in work (of Job), borrowed until the next event; release the array only. */
GPtrArray *crew_jobs (const Crew *crew);

/* Of the job in work with that key, borrowed until the next event; NULL: there is none. */
CrewWork *crew_work (const Crew *crew, const char *key);

/* Looks for workers that are silent: after half a minute "silent" follows, after five minutes their end. To be called now and then
 * while some are starting or working. */
void crew_watch (Crew *crew, int64_t now);

/* Ends the idle workers, and the others when they become so: the next ones read settings anew. */
void crew_renew (Crew *crew);

/* SIGTERM and end of input for all: they end after, or in the middle of, the file in work, which is an orphan then. */
void crew_stop (Crew *crew);
void crew_kill (Crew *crew); /* SIGKILL */

#endif
