/* The ledger: what every run did, in schema weir. Its SQL is in schema/templates/ledger.sql, report.sql, forget.sql, waiting.sql, splice.sql, rebuild.sql and verify.sql;
 * nothing else names its tables, but for the migrations and ledger_words.h, which keeps executions that are not weir's own.
 *
 * A load calls ledger_begin, ledger_step_begin and _end around each step, ledger_file_loaded, ledger_complete, ledger_file_finished
 * and ledger_file_placed, or ledger_fail in between. All writes happen in the caller's transaction unless a comment says otherwise.
 * Times are the database's. Errors are those of base/db.h where nothing else is said. */
#ifndef WEIR_SCHEMA_LEDGER_H
#define WEIR_SCHEMA_LEDGER_H

#include "base/db.h"
#include "base/json.h"
#include "base/reason.h"
#include "base/uid.h"
#include "base/digest.h"

typedef struct
{
  int64_t read, rejected, repaired, duplicate, unchanged, inserted, updated, deactivated, staged, waiting, late, corrected, deleted,
      absent, forgotten;
} RowCounts;

/* One execution over one file. */
typedef struct
{
  Uid id;
  char *table;
  char *file;       /* name as dropped */
  char *place;      /* where it is: path relative to the home, or absolute */
  bool claimed;     /* in a claim's folder, where the next worker finds it; otherwise the run ends with its process */
  int64_t size;     /* bytes */
  int64_t mtime_ns; /* since 1970 */
  ino_t inode;
  int64_t instant_ns; /* its place in the order of its table (models/order.h) */
  char *order_key;    /* the same */
  bool again;         /* weir had the file before: it overwrites nothing newer */
  char *retry_of;     /* as the file of that run; NULL: of none, or of this one */
  char *past;         /* the older file that it went past, for its notes; NULL: none */
  char *as_of;        /* since when its rows are true, as somebody said by hand: a time, or "now"; NULL: nobody did */
  char *as_of_zone;   /* the time zone of that time; NULL: it says its own */
  const char *named;  /* the name of the file whose rows come back with it, borrowed; NULL: they are its own */
  char *applied_on;   /* when it was applied, of a run that is done once more (`weir rebuild`); NULL: it is now */
  char *declaration;  /* what lies beside the file and says what it is, as JSON (models/declaration.h); NULL: nothing does */
} Run;

void run_clear (Run *run);

/* What weir.table knows of a table. Owned; release with table_state_clear. */
typedef struct
{
  bool exists;   /* a row is there */
  char *kind;    /* "dimension", "fact" or NULL: only staged so far */
  char *pins;    /* JSON text: {"columns":{name:{"type","format"}}}, or NULL */
  char *key;     /* JSON text of the key definition, or NULL */
  char *history; /* JSON text of how versions are told apart (models/history.h), or NULL */
  char *last_run;
  char *last_sha256;
  int64_t last_size;
  char *last_checksum;    /* of the model that the last applied file was loaded with */
  char *last_pins_sha256; /* of the pins after it */
  bool last_had_rejects;
  int64_t newest_ns;      /* the place of the last of its applied files in their order */
  char *newest_key;       /* the same; NULL: none was applied */
  int64_t applied;        /* files applied so far */
  char *warehouse_schema; /* where its rows are, NULL: only staged so far */
  int64_t waiting;        /* rows of the fact that wait for what they refer to */
  bool forgotten;         /* somebody was forgotten of it (`weir forget`), also where it is there no more */
  char *partial;          /* JSON text of the columns that not every file had (pipeline/warehouse/partial.h), or NULL */
  bool partial_whole;     /* that is known of all of its files */
} TableState;

void table_state_clear (TableState *state);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TableState, table_state_clear)

/* Session advisory lock of a table. *ret_locked is false when another session holds it. */
bool ledger_lock_table (Db *db, const char *table, bool *ret_locked, GError **error);
/* Waits for it at most "milliseconds"; a timeout is a RETRY error. */
bool ledger_wait_table (Db *db, const char *table, int milliseconds, GError **error);
bool ledger_unlock_table (Db *db, const char *table, GError **error);

/* What is known of a run. Owned; release with run_state_clear. */
typedef struct
{
  char *status; /* "IN_PROGRESS", "COMPLETED" or "FAILED"; NULL: there is no such run, and all else is empty */
  char *state;  /* of its file: "applied", ... */
  RowCounts rows;
  char *lines;        /* as JSON; NULL: none */
  int64_t instant_ns; /* as a Run has them */
  char *order_key;
  bool again;
  char *retry_of;
  char *overtook; /* runs, separated by blanks; NULL: none */
  int64_t overtook_count;
  char *
      effective; /* since when the file's rows are true, if that was said by hand or the run is over; NULL: nobody said it so far */
  char *declaration; /* the same as a Run's */
} RunState;

void run_state_clear (RunState *state);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RunState, run_state_clear)

bool ledger_run_state (Db *db, Uid run, RunState *ret_state, GError **error);

/* The last run that had this very file, if weir had it before: it was refused, or given back, is tried again by a run that never came
 * into the ledger, or somebody put it here once more. Owned; release with file_before_clear. */
typedef struct
{
  char *run; /* NULL: there is none such, and all else is empty */
  int64_t instant_ns;
  char *order_key;
  bool left; /* it failed, and its file was given back: the same run may be begun again */
  char *model_checksum;
  int64_t seconds;   /* since it ended */
  char *summary;     /* what it published, or what held it; JSON, may be NULL */
  char *declaration; /* as a Run's */
} FileBefore;

void file_before_clear (FileBefore *before);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FileBefore, file_before_clear)

/* The file as the run would have it: id, table, file, size, mtime_ns and inode are looked at. digits: the first ones of a run's id that
 * its name carries, NULL: none. The id of a run that tries another's file again ends as that one's (uid_random_like). */
bool ledger_file_before (Db *db, const Run *run, const char *digits, FileBefore *ret_before, GError **error);

/* The place of a run's file in the order, and its name; *ret_key is NULL where the run is not known. Owned by the caller. */
bool ledger_run_place (Db *db, const char *run, int64_t *ret_instant_ns, char **ret_key, char **ret_file, GError **error);

/* Gives the run's file another place: that of the run "retry_of", whose rows come back with it. */
bool ledger_file_order (Db *db, const Run *run, GError **error);

/* The runs that were applied although their files come after this one's: the newest, "limit" of them (run_id, file_name, how many
 * there are). */
bool ledger_overtaken (Db *db, const Run *run, int limit, DbResult **ret_runs, GError **error);
/* Keeps them on the file's row; runs: "{id,id}". */
bool ledger_file_overtook (Db *db, Uid run, const char *runs, int64_t count, GError **error);

/* Since when a file's rows are true, where neither somebody said it by hand nor a run knows that had the file before: one of these. */
typedef struct
{
  const char *text; /* NULL: "ns" says it */
  const char *zone; /* of the text; NULL: it says its own */
  int64_t ns;       /* since 1970; ahead of the clock it is now */
} FileMoment;

/* What is told of it. */
typedef struct
{
  char *instant; /* as timestamptz; owned */
  char *shown;   /* "2026-11-20 09:30:00 UTC"; owned */
  bool late;     /* not behind all that the table knows */
  bool ahead;    /* of the server's clock, by more than clocks differ */
} FileInstant;

void file_instant_clear (FileInstant *instant);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FileInstant, file_instant_clear)

/* Settles it, and keeps it on the file's row. moment NULL: only what was said by hand, or by a run before, counts; if there is nothing
 * of the kind, ret_instant->instant is NULL. With the row of weir.table locked. */
bool ledger_file_instant (Db *db, const Run *run, const FileMoment *moment, FileInstant *ret_instant, GError **error);

/* The same of a full export whose rows each say since when they are true: since when the keys are gone that it lacks. "late" is not told. */
bool ledger_absent_instant (Db *db, const Run *run, const FileMoment *moment, FileInstant *ret_instant, GError **error);

/* Begins (or, for a run that is there already, begins again) an execution with its file row. model_path and model_checksum may be
 * NULL. */
bool ledger_begin (Db *db, const Run *run, const char *model_path, const char *model_checksum, GError **error);

/* Marks as FAILED the runs of a table that are IN_PROGRESS on files that were not claimed: their process is dead, for we hold the
 * table's lock, and nobody comes back to them. */
bool ledger_abandon (Db *db, const char *table, Uid but_run, GError **error);

/* Steps: "LOAD" and "TRANSFORM". */
bool ledger_step_begin (Db *db, Uid run, const char *step, const char *model_path, const char *model_checksum, GError **error);
bool ledger_step_end (Db *db, Uid run, const char *step, bool completed, int64_t rows, GError **error);
/* How long TRANSFORM may take of so many rows, by the table's last file; 0: nobody knows. */
bool ledger_step_expected (Db *db, const char *table, int64_t rows, int64_t *ret_milliseconds, GError **error);

/* What LOAD learned of a file, for its row. */
typedef struct
{
  const char *sha256;
  const Json *dialect;
  const Json *columns; /* as stage_columns has them; ledger_file_columns gives them back */
  const char *header;  /* all of it in one row, as CSV; NULL: the file has none */
  const RowCounts *counts;
  const Json *lines; /* what became of the file's */
  bool forgets;      /* records have to be cut out of the file where it is kept */
} FileLoaded;
bool ledger_file_loaded (Db *db, Uid run, const FileLoaded *loaded, GError **error);

/* What LOAD knew of the columns. NULL: the run is unknown, or was loaded by a weir that did not keep it. A new reference. */
bool ledger_file_columns (Db *db, Uid run, Json **ret_columns, GError **error);

/* Records may have to be cut out of the run's file, which was not read. */
bool ledger_file_forgets (Db *db, Uid run, GError **error);

/* The fence: IN_PROGRESS to COMPLETED. *ret_ours is false when the row is not IN_PROGRESS any more: stop. */
bool ledger_complete (Db *db, Uid run, bool *ret_ours, GError **error);

/* How a run ended, on its file's row. */
typedef struct
{
  const char *state;       /* "applied", "staged", "duplicate", "failed" or "held" */
  const char *sha256;      /* NULL: as file_loaded said */
  const char *pins_sha256; /* of a failed run those that it met; NULL: none */
  const RowCounts *counts; /* NULL: not read to its end */
  const Json *lines;       /* the same */
  const char *summary;     /* the published JSON text, NULL: as it was */
  const char *applied_on;  /* of an applied run: what its rows have for the time that it was; NULL: now */
  const char *place;       /* where the file goes, and how that is called (ledger_file_placed); NULL: it stays so far */
  const char *disposition;
} FileEnd;
bool ledger_file_finished (Db *db, Uid run, const FileEnd *end, GError **error);

/* IN_PROGRESS to FAILED with its error, steps too, and the file's row, where one that was not claimed is "left": one transaction of
 * its own. One that is not IN_PROGRESS stays as it is, and is an error (RETRY): its
 * rows may be in the warehouse. */
bool ledger_fail (Db *db, Uid run, const char *message, const FileEnd *end, GError **error);

/* After the file was moved: where it is now ("" when deleted), and "archived", "deleted", "failed", "left" or "retried"; summary
 * (may be NULL: as it was) is the published JSON text. */
bool ledger_file_placed (Db *db, Uid run, const char *place, const char *disposition, const char *summary, GError **error);

/* The summary of a file that was moved in the last "seconds", known by file, size, mtime_ns and inode. NULL: no such run is over. Owned by the caller. */
bool ledger_file_end (Db *db, const Run *run, int64_t seconds, char **ret_summary, GError **error);

/* A person lets the bytes that a held run has read pass its guards. *ret_done: whether the run is held. */
bool ledger_approve (Db *db, Uid run, bool *ret_done, GError **error);

/* The checksum of the bytes that a run read; NULL: it did not read them to their end. Owned by the caller. */
bool ledger_file_sha256 (Db *db, Uid run, char **ret_sha256, GError **error);

/* weir.table. ledger_table_read locks the row when for_update. */
bool ledger_table_read (Db *db, const char *table, bool for_update, TableState *ret_state, GError **error);
/* kind and warehouse_schema are NULL where the table is only staged; what is there already stays. */
bool ledger_table_ensure (Db *db, const char *table, const char *kind, const char *warehouse_schema, GError **error);
/* A key that is there already stays. history: NULL of a table without versions. */
bool ledger_table_pin (Db *db, const char *table, const char *pins, const char *key, const char *history, GError **error);
/* Another kind, another schema and any key, for a table that has no row which was made with the old ones. */
bool ledger_table_release (Db *db, const char *table, const char *kind, const char *warehouse_schema, GError **error);
/* The run's instant: greatest (now, the table's last instant + 1 microsecond), kept in the row, and by how many seconds it is ahead of the
 * server's clock (ret_ahead may be NULL). now: the run's applied_on. Owned by the caller. */
bool ledger_table_instant (Db *db, const char *table, const char *now, char **ret_instant, int64_t *ret_ahead, GError **error);

/* What duplicates are recognised by. */
typedef struct
{
  const char *sha256;
  int64_t size;
  const char *model_checksum;
  const char *pins_sha256;
} FileIdentity;

/* effective: the last instant that a row of the file is true since; NULL: all are since the run's. */
bool ledger_table_applied (Db *db, const Run *run, const FileIdentity *identity, bool had_rejects, const char *effective,
                           GError **error);
/* Whether any applied file of the table had this identity and no rejects (keyless facts). */
bool ledger_was_applied (Db *db, const char *table, const FileIdentity *identity, bool *ret_was, GError **error);
/* Whether an applied file of this size exists at all, so that hashing is worth it. */
bool ledger_size_known (Db *db, const char *table, int64_t size, bool *ret_known, GError **error);

/* The statement that rejects are copied in by, in binary: run_id, line, column_name, reason, message, repaired, waiting, original. */
extern const char ledger_reject_copy[];
bool ledger_forget_rejects (Db *db, Uid run, GError **error);
/* The commonest reason, and "9 of them: bad_value in date_of_birth, first on line 2: ..." of it; NULL: the run has no rejects.
 * Owned by the caller. */
bool ledger_commonest_reject (Db *db, Uid run, char **ret_text, Reason *ret_reason, GError **error);

/* Forgetting a table (ledger_forget.c, schema/templates/forget.sql), with its lock held: what there is besides its row of weir.table.
 * Runs whose file has not found its place yet are none of them: a worker will come back to these. */
typedef struct
{
  int64_t runs, rejects;
  int64_t files;     /* in archive/ and failed/ */
  int64_t held;      /* in imports/.held/ */
  int64_t bookmarks; /* that its runs have moved */
} LedgerRest;
bool ledger_forget_count (Db *db, const char *table, LedgerRest *ret_rest, GError **error);
/* Where these files are: paths as in Run.place. */
bool ledger_forget_places (Db *db, const char *table, DbResult **ret_places, GError **error);
/* Forgets what the table's loads have settled; rows that wait become rejects. files: also that these files are kept, for whoever
 * removes them behind the COMMIT; runs: also the runs, with their rejects. */
bool ledger_forget (Db *db, const char *table, bool files, bool runs, GError **error);

/* Making a table again from its files (ledger_rebuild.c, schema/templates/rebuild.sql), with its lock held:
 *
 *   ledger_rebuild_files       the runs that the table was made by, in their order
 *   ledger_shadow              from here on the connection has a ledger of its own, in which nothing of the table was applied
 *     ...                      these runs once more, with their ids
 *   db_shadow (db, NULL)       the two ledgers side by side, until the connection ends
 *   ledger_shadow_changed      one transaction from here on
 *   ledger_shadow_take, ledger_rebuilt      where what has come out is to be what counts
 *
 * Columns of the files: run_id, file_name, sha256, disposition, size_bytes, instant_ns, order_key, again, retry_of, when it was applied,
 * whether rows were refused as overtaken, a JSON array of where its bytes may be, each ["place", "sha256", size], NULL: none, the day on which "retention" has removed it, NULL: it
 * has not, and the file's declaration, NULL: none. */
bool ledger_rebuild_files (Db *db, const char *table, DbResult **ret_files, GError **error);
/* ret_schema: where temporary tables are, owned by the caller. */
bool ledger_shadow (Db *db, const char *table, char **ret_schema, GError **error);
/* False with an error, if a file was not what it had been. */
bool ledger_shadow_changed (Db *db, GError **error);
/* What the shadow has of the table becomes the ledger's; its rows are in "schema". */
bool ledger_shadow_take (Db *db, const char *table, const char *schema, GError **error);

/* The run of a rebuild that was written. */
typedef struct
{
  Uid id;
  const char *table;
  const char *begun;   /* timestamptz */
  const char *subject; /* what it changed, for people */
  const char *report;  /* the same as JSON */
} RebuiltRun;
bool ledger_rebuilt (Db *db, const RebuiltRun *run, GError **error);

/* "; its newest file, users-60.csv, was refused: mend it, then `weir retry 1a2b3c4d`", where that is so of the table; else "". Owned by
 * the caller. */
bool ledger_refused_file (Db *db, const char *table, char **ret_text, GError **error);

/* The tables that have rows waiting for what they refer to: names. */
bool ledger_waiting_tables (Db *db, DbResult **ret_tables, GError **error);

/* Reading for people (ledger_report.c): the columns are named in schema/templates/report.sql. */
bool ledger_tables (Db *db, DbResult **ret_tables, GError **error);
bool ledger_table_names (Db *db, DbResult **ret_names, GError **error);
bool ledger_waiting (Db *db, DbResult **ret_waiting, GError **error); /* rows of facts, by what they wait for */
bool ledger_held (Db *db, DbResult **ret_held, GError **error);       /* files that a person must mend something for */
bool ledger_guarded (Db *db, DbResult **ret_files, GError **error);   /* files that wait for a person's leave */
bool ledger_runs (Db *db, const char *table, int limit, DbResult **ret_runs, GError **error); /* newest first; table NULL: all */
/* RUN is an id, a prefix of one, a file name, or "last". MODEL error when none or several match. The first takes the name of a pipeline, too;
 * the second is for whoever wants a file: a run without one, of a pipeline or of a command such as `weir undo`, is a MODEL error. */
bool ledger_find_execution (Db *db, const char *text, Uid *ret_run, GError **error);
bool ledger_find_run (Db *db, const char *text, Uid *ret_run, GError **error);
bool ledger_run (Db *db, Uid run, DbResult **ret_run, GError **error);
bool ledger_run_steps (Db *db, Uid run, DbResult **ret_steps, GError **error);
bool ledger_run_command (Db *db, Uid run, DbResult **ret_command, GError **error);
/* The files of runs ("{id,id}"): run, file, place, as Run has them. */
bool ledger_run_files (Db *db, const char *runs, DbResult **ret_files, GError **error);
/* A table whose ids were made with a key secret. NULL: there is none. Owned by the caller. */
bool ledger_secret_table (Db *db, char **ret_table, GError **error);
/* A page of at most "limit" rejects in their order, those behind the place that the page before ended with; line 0: the first page.
 */
typedef struct
{
  int64_t line;
  bool repaired;
} RejectPlace;
bool ledger_rejects (Db *db, Uid run, RejectPlace after, int limit, DbResult **ret_rejects, GError **error);

#endif
