/* One run of the pipeline as data: what it is asked to do, and what came of it. */
#ifndef WEIR_PIPELINE_RUN_H
#define WEIR_PIPELINE_RUN_H

#include "models/catalog.h"
#include "models/declaration.h"
#include "pipeline/layout/forgotten.h"
#include "pipeline/records/reader.h"
#include "pipeline/table/lines.h"
#include "schema/ledger.h"

typedef enum
{
  STATUS_APPLIED,   /* in the warehouse */
  STATUS_STAGED,    /* no model: staged for review only */
  STATUS_DUPLICATE, /* nothing new: the file last applied again */
  STATUS_FAILED,
  STATUS_HELD,    /* it waits for a person's leave: a full export that would close so much, or a late file (guard.h) */
  STATUS_BLOCKED, /* in the ledger alone, of what is left where it is until something is mended that is not the file (held.h) */
} LoadStatus;

const char *load_status_word (LoadStatus status); /* "applied", ... */

typedef struct PipelineTask PipelineTask;
typedef struct PipelineResult PipelineResult;

typedef struct
{
  const char *staging_schema;
  const char *warehouse_schema;
  const char *dimension_schema; /* where the dimensions are that a fact refers to */
  const char *scratch;          /* a folder for unnamed temporary files */
  const void *secret;           /* for hmac-sha256 keys; NULL: no model needs one */
  size_t secret_length;
  double max_percent;     /* of rejects, unless the model says otherwise */
  int min_confidence;     /* percent: see sniff_is_doubtful; a model that says the delimiter is believed */
  ReaderLimits limits;    /* of records and of the file */
  int64_t max_rows;       /* of a file; 0: no limit */
  int swap_timeout_ms;    /* how long to wait for readers of the old staging table */
  bool index_keys;        /* also an index on business keys and references */
  int lock_timeout_ms;    /* how long to wait for any other lock */
  bool force;             /* load although it is a duplicate */
  bool overwrite;         /* a file that weir had before may change what newer ones said */
  bool explain;           /* say where the time went, however little it was */
  bool dry_run;           /* roll everything back at the end */
  const char *deliveries; /* what jobs want to have delivered, as delivery_note has it; NULL: nothing */
  bool replays;           /* of a run that was applied before, into tables that only this session sees (src/load/rebuild.h) */
  /* Called before that is done, whatever came of the run: the transaction has what it did. An error is the run's. May be NULL. */
  bool (*look) (Db *db, const PipelineTask *task, const PipelineResult *result, void *data, GError **error);
  void *look_data;
  int stop_fd; /* readable: stop; -1: none */
  void (*progress) (const char *step, int64_t done, int64_t total, int64_t rows,
                    void *data); /* done: bytes, in TRANSFORM statements; may
                                                                                                 be NULL */
  void (*expect) (int64_t milliseconds,
                  void *data); /* before a long TRANSFORM: how long it may take, by the table's last file; may be NULL */
  void *progress_data;
} PipelineOptions;

/* Where a file goes when its run has ended well. The ledger learns it in the run's last transaction, which costs no further one; whoever
 * has no such place tells the ledger later. */
typedef struct
{
  const char *place;
  const char *disposition; /* as ledger_file_placed has it */
  int64_t begun;           /* monotonic microseconds, when its load began: for the summary */
} RunGoal;

/* One file, and what a run is asked to do with it. Borrowed, and the same until the run is over. */
struct PipelineTask
{
  const Catalog *catalog; /* for the models of referenced dimensions */
  const Model *model;     /* NULL: staged only */
  const Run *run;         /* with the size and time of the file, when it was opened */
  int fd;
  const PipelineOptions *options;
  bool keep;           /* the file is weir's from now on: its bytes are on the disk before its run is COMPLETED */
  const RunGoal *goal; /* NULL: none */
  const Tombstones
      *tombstones; /* whom `weir forget` has erased of the table, and of those that it refers to: the run's to find; NULL: nobody */
  const Declaration *declaration; /* what lies beside the file says of it; NULL: nothing does */
};

/* The kinds of a run's transactions. */
typedef enum
{
  RUN_READING, /* a file is read: the server may have to wait long, and its COMMIT need not be on the disk: another one comes behind */
  RUN_COMPARING, /* as RUN_APPLYING, and all of it sees the database as it was when it began */
  RUN_APPLYING,  /* the server works: a program that stands still (Ctrl-Z) does not keep the table's locks for ever. Durable */
} RunWork;

/* Begins a transaction: each works with the same settings, whatever the role's or the database's defaults are. It has no foreign timeouts
 * but a limit on the wait for a lock, and room for one hash table of a million keys; large
 * tables are read by as many processes as the server gives. An error may come with the next statement. */
bool run_begin (Db *db, const PipelineOptions *options, RunWork work, GError **error);

/* Tells the progress of a step that has come so far in the file (bytes, rows). False with a STOP error: somebody asked to stop. */
bool task_go_on (const PipelineTask *task, const char *step, int64_t bytes, int64_t rows, GError **error);

/* The same before each part of TRANSFORM, numbered from 1. */
bool task_begin_part (const PipelineTask *task, int part, GError **error);

#define TASK_PARTS 6          /* of TRANSFORM */
#define TASK_GO_ON_EVERY 4096 /* records, where a step asks that */

/* A file from which on it pays to have a second connection, or to know of all of its rows what only some are asked for. */
#define TASK_LARGE_BYTES 4194304

struct PipelineResult
{
  LoadStatus status;
  bool told;         /* the ledger knows the task's goal, and the summary */
  bool made;         /* the warehouse table was made by this run: tending.h */
  bool forgets;      /* the file has records of whom `weir forget` has erased, or may have some */
  bool may_wait;     /* rows of the table may wait for what they refer to: takeup.h */
  bool columns_held; /* of a failed run: other sessions hold the table, whose columns it has to change */
  bool rows_known;   /* the file was read to its end, and LOAD is in the database: rows and lines hold */
  RowCounts rows;
  LineCounts lines;
  int confidence;                    /* percent, that the file is read as it was meant; 0: it did not come so far */
  char pins_sha256[SHA256_HEX_SIZE]; /* of the pins that it met; "": it did not come so far */
  GPtrArray *overtook;               /* of char *: runs that come after it and were applied before it, the newest; NULL: none */
  int64_t overtook_count;            /* how many there are */
  bool would_be_held;                /* of a dry run: what it shows would wait for a person */
  Json *held;                        /* of a failed run: that it waits for a person, and why (guard.h); NULL: it does not */
  Json *spent;      /* where the time went (stopwatch_to_json), of a load that took long; NULL: of one that did not */
  char *aside;      /* a table of the staging schema that is to be dropped behind the answer (stage/aside.h); NULL: none */
  char *applied_on; /* what the rows have for the time that it was, or would have; NULL: nobody has asked */
  GPtrArray *notes; /* of char *: what a person should know ("column phone is new"), in order */
};

void pipeline_result_clear (PipelineResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PipelineResult, pipeline_result_clear)

#endif
