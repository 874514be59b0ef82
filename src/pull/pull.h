/* A pull: what a job asks for is brought by its connector, and becomes files of its tables. One job:
 *
 *   1  the job's lock, a session's of its own: one pull of a job at a time
 *   2  what earlier pulls left: spool files of the dead go, files in the drop folder or claimed are loaded first
 *   3  for each stream, batch by batch: the bookmark is read, the connector is run, what it brings is held against the job, dropped beside its declaration,
 *      claimed and loaded. The bookmark moves in the COMMIT of that load, so that a crash anywhere leaves: the bookmark where it was, and perhaps a file that
 *      2 loads; or the bookmark moved, and the rows there
 *   4  of a source of files, what the job does with those that were loaded
 *
 * What fails is kept as an incident (schema/ledger_pull.h) until the job is pulled well. */
#ifndef WEIR_SRC_PULL_PULL_H
#define WEIR_SRC_PULL_PULL_H

#include "src/connectors/connecting.h"
#include "src/jobs/job.h"
#include "src/load/loading.h"

/* Who is told what. All may be NULL, and all that is passed is borrowed. */
typedef struct
{
  void (*ended) (const Json *published, const LoadEnd *end, void *data); /* a file's end, or (end NULL) that nothing was new */
  void (*told) (const char *job, const char *text, void *data);          /* what people should know */
  void (*said) (const char *job, Uid run, const char *line, void *data); /* by the connector */
  void (*coming) (const char *job, int64_t rows, int64_t bytes, int64_t total, void *data); /* so far; rows -1: no more */
  void (*loading) (const char *name, bool begins, void *data);
  void *data;
} PullEvents;

typedef struct
{
  Loader *loader;        /* its stop_fd ends the pull */
  bool full;             /* from the beginning, whatever the bookmark says */
  const char *from, *to; /* a window of before; NULL: what is new */
  PullEvents events;
} PullOptions;

/* *ret_well: nothing was refused or held (what was rejected is the events' to see). Errors: RETRY ("lock_busy") where somebody else pulls the job; those of
 * connected_error, with the class in *ret_how; and of the load. */
bool pull_job (const PullOptions *options, const Job *job, ConnectedHow *ret_how, bool *ret_well, GError **error);

/* ---- streams of steps (src/steps) ---- */

/* A pull of a job at work. */
typedef struct Pulling Pulling;

/* The same frame around other work: the job's lock, what earlier pulls left, cut-off and incident. "work" gets what pull_job would do. */
bool pull_around (const PullOptions *options, const Job *job, bool (*work) (Pulling *pulling, void *data, GError **error),
                  void *data, ConnectedHow *ret_how, bool *ret_well, GError **error);

/* The session that has the job's lock, there still, or again; NULL: RETRY where somebody else has it. Borrowed. */
Db *pull_session (Pulling *pulling, GError **error);

/* Under which run its failure is kept: one that has an execution of its own. */
void pull_set_run (Pulling *pulling, Uid run);

/* What was typed cannot be; that is no trouble of the job. */
void pull_set_misused (Pulling *pulling);

/* It says nothing of whether the job can be pulled again: an incident stays. */
void pull_keep_trouble (Pulling *pulling);

/* Whether its cut-off has come. */
bool pull_is_late (const Pulling *pulling);

/* What a connection has, whole, as a staging table without a model. Of a source of files whose path is a pattern, all files that are there now, the oldest first, as
 * one (gather.h). A file with a header alone is an empty table, whose columns have the types that they had in the table before. */
typedef struct
{
  const Job *job; /* of the steps */
  const char *table;
  const char *connection;
  const Json *from; /* resolved */
} PullExtract;

/* What came. Owned: pull_extracted_clear. */
typedef struct
{
  LoadEnd end;      /* how its load ended, a refusal included */
  guint files;      /* of a pattern; 0: it was none */
  int64_t left_out; /* rows of these that could not be read */
  Json *notes;      /* what the connector said of the files that are there; NULL: nothing */
} PullExtracted;

void pull_extracted_clear (PullExtracted *extracted);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PullExtracted, pull_extracted_clear)

bool pull_extract (Pulling *pulling, const PullExtract *extract, PullExtracted *ret, ConnectedHow *ret_how, GError **error);

/* How the job's stream is called where the job does not say it. Borrowed. */
const char *pull_stream_name (const Job *job, const JobStream *stream);

#endif
