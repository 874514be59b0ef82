/* One file through the pipeline: LOAD (file to staging) and TRANSFORM (staging to warehouse). It gets an open descriptor, a
 * connection that already holds the table's lock, and never renames a file. */
#ifndef WEIR_PIPELINE_PIPELINE_H
#define WEIR_PIPELINE_PIPELINE_H

#include "models/catalog.h"
#include "pipeline/records/reader.h"
#include "schema/ledger.h"

typedef enum
{
  STATUS_APPLIED,   /* in the warehouse */
  STATUS_STAGED,    /* no model: staged for review only */
  STATUS_DUPLICATE, /* nothing new: the file last applied again */
  STATUS_FAILED,
} LoadStatus;

const char *load_status_word (LoadStatus status); /* "applied", ... */

typedef struct
{
  const char *staging_schema;
  const char *warehouse_schema;
  const char *scratch; /* a folder for unnamed temporary files */
  const void *secret;  /* for hmac-sha256 keys; NULL: none could be read */
  size_t secret_length;
  double max_percent;  /* of rejects, unless the model says otherwise */
  ReaderLimits limits; /* of records and of the file */
  int64_t max_rows;    /* of a file; 0: no limit */
  int swap_timeout_ms; /* how long to wait for readers of the old staging table */
  bool force;          /* load although it is a duplicate */
  bool dry_run;        /* roll everything back at the end */
  int stop_fd;         /* readable: stop; -1: none */
  void (*progress) (const char *step, int64_t done, int64_t total, void *data); /* bytes in LOAD; may be NULL */
  void *progress_data;
} PipelineOptions;

typedef struct
{
  LoadStatus status;
  bool rows_known; /* the file was read to its end: rows holds */
  RowCounts rows;
  GPtrArray *notes; /* of char *: what a person should know ("column phone is new"), in order */
} PipelineResult;

void pipeline_result_clear (PipelineResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PipelineResult, pipeline_result_clear)

/* Whether a table can be loaded at all, before any file of it is touched: the model, the pins and the secret agree, and so do those
 * of the dimensions it references. *ret_waits_for: a referenced dimension that was never loaded, or NULL; owned by the caller.
 * Errors: MODEL, RETRY. */
bool pipeline_ready (Db *db, const Catalog *catalog, const Model *model, const PipelineOptions *options, char **ret_waits_for,
                     GError **error);

/* Loads the file open on fd (borrowed). "model" may be NULL: staged only. "catalog" gives the models of referenced dimensions. The
 * run must have been begun in the ledger by the caller (ledger_begin), but for dry_run, where this does it inside the transaction
 * that is rolled back. On success the ledger says COMPLETED. On error the transaction is rolled back; result may still hold counts;
 * the caller records the failure, for only it knows whether to try again. */
bool pipeline_run (Db *db, const Catalog *catalog, const Model *model, const Run *run, int fd, const PipelineOptions *options,
                   PipelineResult *ret_result, GError **error);

/* The published object (see docs/operations.md). error may be NULL. A new reference. */
Json *pipeline_summary (const Run *run, const PipelineResult *result, int64_t milliseconds, const GError *error);

#endif
