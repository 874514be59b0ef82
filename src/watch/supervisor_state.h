/* What the parts of the supervisor share. Only supervisor*.c and their tests include it. */
#ifndef WEIR_SRC_WATCH_SUPERVISOR_STATE_H
#define WEIR_SRC_WATCH_SUPERVISOR_STATE_H

#include "base/log.h"
#include "src/watch/backoff.h"
#include "src/watch/board.h"
#include "src/watch/catalog_watch.h"
#include "src/watch/companions.h"
#include "src/watch/crew.h"
#include "src/watch/holds.h"
#include "src/watch/inbox.h"
#include "src/watch/once.h"
#include "src/watch/preparation.h"
#include "src/watch/troubles.h"

/* What keeps everything waiting, and is tried by one file at a time. */
typedef enum
{
  OUTAGE_DATABASE, /* nobody reaches it; over when a worker has connected */
  OUTAGE_MACHINE,  /* its disk or memory is used up; over when a file has left */
  OUTAGE_KINDS
} OutageKind;

typedef struct
{
  Backoff backoff;
  int64_t since; /* microseconds since 1970 */
  char *reason;  /* the last one */
} Outage;

typedef struct
{
  const Settings *settings;
  const char *program;
  bool json; /* print the published objects */
  Log *log;
  GStrv environment; /* of the children */
  GMainLoop *loop;
  int exit_code;
  int end_code;  /* what a stop ends with */
  bool finished; /* the loop is over, or need not begin */
  bool stopping;
  Once *once; /* NULL: until somebody stops it */
  bool over;  /* what "once" wanted is done */
  bool fresh; /* the jobs are those of a listing of just now: no reply has changed them since */
  unsigned kill_timer;

  Preparation *preparation; /* NULL: the database is ready */
  Inbox *inbox;
  Crew *crew;
  Companions *companions; /* NULL with "once" */
  CatalogWatch *catalog;

  char *database;   /* which one, and why; for people */
  bool looked;      /* at the drop folder, at least once */
  GPtrArray *jobs;  /* of Job: what the last listing and the replies since then say */
  GPtrArray *ended; /* of Job: whose worker died when they had left the drop folder; each look adds them to the jobs */
  Holds *holds;
  Troubles *troubles;
  Board *board; /* NULL: nobody is told */
  Outage outages[OUTAGE_KINDS];
  char *crew_trouble; /* why workers end at once, as said; NULL: they do not */

  unsigned timer;     /* the next look */
  int64_t timer_due;  /* monotonic microseconds */
  bool busy;          /* all workers have a file, and other tables have some that could go */
  int64_t not_before; /* looks that hints ask for wait until then */
  unsigned board_timer;
} Supervisor;

/* Each file knows only those above it: supervisor_board.c tells `weir status`, supervisor_once.c knows when all is done,
 * supervisor_queue.c hands files out, supervisor_replies.c takes what becomes of them, supervisor.c begins and ends it all.
 *
 * supervisor_board.c: what is known of files is another thing now; the board shows it soon. */
void supervisor_post (Supervisor *supervisor);

/* supervisor_queue.c: looks at the drop folder now, hands out what may go, and arranges the next look. */
void supervisor_look (Supervisor *supervisor);

/* Arranges a look in "delay_us" or sooner. */
void supervisor_look_later (Supervisor *supervisor, int64_t delay_us);

/* Hands out what may go, without a new look. */
void supervisor_hand_out (Supervisor *supervisor);

/* supervisor_once.c: leaves only the jobs that are "once"'s, at each look; and behind it ends the loop where all is done, having said
 * what is left. "all" and "plan": what is known of the jobs, as dispatch_plan has them. */
void supervisor_once_choose (Supervisor *supervisor);
void supervisor_once_judge (Supervisor *supervisor, const GArray *all, const Plan *plan);

/* supervisor_board.c: what the log says of a job's file, its run too where that is known. Borrowed from the supervisor and the job. */
LogSubject supervisor_subject (const Supervisor *supervisor, const Job *job);

/* supervisor_replies.c: what workers say, as the crew's events tell it ("data" is the supervisor), and how they end while nobody
 * asked them to. */
void supervisor_worker_ready (void *data);
void supervisor_worker_unavailable (const Json *reply, void *data);
void supervisor_take_reply (const Job *job, Json *reply, void *data);
void supervisor_worker_crashed (Supervisor *supervisor, const Job *job, const char *how);
void supervisor_worker_ended (Supervisor *supervisor, const char *how, bool expected);
void supervisor_worker_silent (const Job *job, int seconds, void *data);

#endif
