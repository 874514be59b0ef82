/* Jobs: what is pulled from where, when, and where tables are delivered to. One file per job, jobs/NAME.json (docs/pull.md); one that is broken stops only itself,
 * as models do. Connections are in weir.json ("connections", a TREE of settings). */
#ifndef WEIR_SRC_JOBS_JOB_H
#define WEIR_SRC_JOBS_JOB_H

#include "base/json.h"
#include "src/jobs/macros.h"
#include "src/settings/settings.h"

typedef enum
{
  MODE_DUMP,        /* every row each time, kept with its time */
  MODE_LOG,         /* new rows, by a key that grows */
  MODE_SYNC,        /* new and changed rows, by a bookmark; what is absent stays */
  MODE_MIRROR,      /* the same, and what is gone at the source is closed */
  MODE_FULL,        /* all rows are the table's current state */
  MODE_INCREMENTAL, /* windows of a cursor field */
} JobMode;

extern const char *const job_mode_words[]; /* by the enumeration; ends with NULL */

/* One member of "deliver". */
typedef struct
{
  char *connection; /* "to" */
  Json *rest;       /* the member without "to"; references are not resolved */
} JobDelivery;

/* One stream and the table that it becomes. */
typedef struct
{
  char *stream; /* as the connector calls it; NULL: the one that "from" says */
  char *table;
} JobStream;

typedef enum
{
  STEP_EXTRACT,   /* what a connector reads becomes a staging table */
  STEP_TRANSFORM, /* a query over the results of earlier steps becomes one */
  STEP_DELIVERY,  /* a result goes to a connection */
} StepKind;

/* One member of "steps" (docs/steps.md). */
typedef struct
{
  StepKind kind;
  char *name;       /* of a delivery: the step whose result it is */
  char *title;      /* how the ledger calls it: the name; "report to mail" of a delivery */
  char *table;      /* the staging table of its result; NULL: of a delivery */
  char *connection; /* NULL: of a transform */
  Json *
      rest; /* of "from" without "connection" and "params"; of a delivery without "deliver" and "to"; references are not resolved */
  char *sql_file; /* NULL: no transform */
  Json *params;   /* an object; NULL: none */
} JobStep;

typedef struct
{
  char *name;         /* the file's, without .json */
  char *path;         /* "jobs/orders.json", for messages */
  Json *json;         /* the whole file */
  char *connection;   /* "from"; NULL: the job has only deliveries (or steps) */
  Json *from;         /* without "connection"; references are not resolved */
  GPtrArray *streams; /* of JobStream; at least one where there is a connection */
  JobMode mode;
  bool has_mode;    /* false: the source has an order of its own (files as they lie, a tap's state); "mode" is then MODE_SYNC */
  GStrv key;        /* NULL: none */
  char *bookmark;   /* NULL: none */
  double overlap;   /* seconds, or steps of a number */
  bool has_overlap; /* the job says it */
  Json *columns, *where;
  int64_t batch_rows, batch_bytes; /* 0: all in one */
  char *cron;                      /* "every" becomes one, or an interval: */
  int64_t every;                   /* seconds; 0: "cron" or nothing */
  char *time_zone, *cut_off;
  GPtrArray *deliver; /* of JobDelivery */
  char *table;        /* of a job that only delivers; NULL: it pulls */
  bool verify_count;  /* "verify": "count" */
  Json *window;       /* of MODE_INCREMENTAL, {"period", "start"} (windows.h); NULL: from bookmark to bookmark */
  Json *after;        /* of a source of files, "after": {"action", "folder"}; NULL: they stay */
  GPtrArray *steps;   /* of JobStep; NULL: it is no stream of steps */
  YearStart school, fiscal;
} Job;

/* A job file that cannot be taken. */
typedef struct
{
  char *name, *path;
  GError *error; /* all mistakes, with their JSON paths, in the detail */
} BrokenJob;

typedef struct
{
  GPtrArray *jobs;   /* of Job, by name */
  GPtrArray *broken; /* of BrokenJob */
} Jobs;

/* All jobs of the home; a folder that is not there is none. Errors: LOCAL. */
Jobs *jobs_load (const Settings *settings, GError **error);
void jobs_free (Jobs *jobs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Jobs, jobs_free)

/* MODEL with the nearest name where there is none, or with its mistakes where it is broken. Borrowed. */
const Job *jobs_find (const Jobs *jobs, const char *name, GError **error);
/* Whether there is a file of that name that cannot be read now. */
bool jobs_is_broken (const Jobs *jobs, const char *name);

/* The connection as weir.json has it, or MODEL with the nearest name. Borrowed. */
const Json *connection_find (const Settings *settings, const char *name, GError **error);

/* A copy in which each text that is a whole "${env:NAME}" or "${file:PATH}" is what it stands for; all that cannot be resolved is told at once. What
 * they stand for is kept in settings->resolved, so that nobody is told it. MODEL, LOCAL. A new reference. */
Json *job_resolve (const Settings *settings, const Json *part, const char *place, GError **error);

/* Whether each "${file:PATH}" can be read. The environment may be another's, who pulls. Errors as of job_resolve. */
bool job_check_files (const Settings *settings, const Json *part, const char *place, GError **error);

/* The JSON schema of jobs, for editors. A new reference. */
Json *job_schema (void);

/* The same as schema/job.schema.json of the home, which is what "$schema" of a job names. One that is there stays; *ret_made: there was none. */
bool jobs_make_schema (const Settings *settings, bool *ret_made, GError **error);

#endif
