/* Timed work as the ledger keeps it (weir.schedule), and what did not come as it should (weir.incident). The SQL is in
 * schema/templates/schedule.sql.
 *
 * Whoever keeps the schedule (src/schedule/keeper.h) has it follow models and settings (schedule_follow), asks what is due (schedule_due) and
 * takes each due time by schedule_act, which one of several gets. Instants are in seconds since 1970; names and tables that are lists are as
 * text_array makes them. All writes happen in the caller's transaction. Errors are those of base/db.h. */
#ifndef WEIR_SCHEMA_LEDGER_SCHEDULE_H
#define WEIR_SCHEMA_LEDGER_SCHEDULE_H

#include "base/db.h"
#include "base/timing.h"

/* The server's clock. */
bool schedule_now (Db *db, int64_t *ret_now, GError **error);

/* A session's lock of the name. */
bool schedule_lock (Db *db, const char *what, bool *ret_ours, GError **error);
bool schedule_unlock (Db *db, const char *what, GError **error);

/* ---- what there is ---- */

typedef struct
{
  const char *name, *kind;
  const char *table; /* NULL: of none */
  const char *cron, *zone;
  const char *by, *cut_off; /* NULL: none */
  const char *rows;         /* JSON; NULL: nothing is asked of rows */
  CatchUp catch_up;
  bool has_next;
  int64_t next;
} ScheduleRow;

/* Makes it what it says, as of "now". */
bool schedule_follow (Db *db, const char *home, const ScheduleRow *row, int64_t now, GError **error);
/* Forgets the home's others, and ends the incidents of tables of which no file is expected any more. */
bool schedule_forget (Db *db, const char *home, const char *names, int64_t now, GError **error);

/* ---- acting ---- */

/* What is due: name, next, catch_up. */
bool schedule_due (Db *db, const char *names, int64_t now, DbResult **ret_due, GError **error);
/* When the next one is; *ret_any false: never. */
bool schedule_next (Db *db, const char *names, bool *ret_any, int64_t *ret_next, GError **error);

typedef struct
{
  const char *name;
  bool asked;  /* somebody asked for it, whatever its times, and they stay: was, due and next play no part */
  int64_t was; /* its next due time as it was read */
  int64_t due; /* the one that is acted for, and settled with those before it */
  bool has_next;
  int64_t next;
  int64_t now;
  const char *result;  /* a word; NULL: it is under way from now on, until schedule_end */
  const char *message; /* for people; NULL: nothing to say */
} ScheduleAct;

/* *ret_ours false: somebody else has acted, it was paused, or it is under way. */
bool schedule_act (Db *db, const ScheduleAct *act, bool *ret_ours, GError **error);

/* It was under way since "began". Without a next due time that stays as it is; without a message so does that. */
bool schedule_end (Db *db, const ScheduleAct *act, int64_t began, GError **error);
/* Those of the names that are under way: name, began. */
bool schedule_under_way (Db *db, const char *names, DbResult **ret_rows, GError **error);

/* *ret_done false: it was so already, or there is none. */
bool schedule_pause (Db *db, const char *name, bool *ret_done, GError **error);
bool schedule_resume (Db *db, const char *name, bool has_next, int64_t next, bool *ret_done, GError **error);

/* All that is known, of one or (NULL) of each; in the order of names. */
bool schedule_list (Db *db, const char *name, DbResult **ret_rows, GError **error);
/* The full name of what people call so, or by its table; owned. *ret_name NULL: there is none, or more than one. */
bool schedule_find (Db *db, const char *name, char **ret_name, GError **error);

/* ---- files that are expected ---- */

/* Since when files of the table count that do so from "from" on: those do not that have ended an incident. Owned by the caller; so are the texts
 * below. */
bool incident_since (Db *db, const char *table, int64_t from, char **ret_since, GError **error);
/* The first file that counts; NULL: none. */
bool incident_file (Db *db, const char *table, const char *since, char **ret_file, GError **error);
bool incident_file_in_work (Db *db, const char *table, const char *since, bool *ret_is, GError **error);

typedef struct
{
  const char *table, *since;
  int64_t due;
  const char *shown, *zone; /* the due time as people there read it */
  const char *waits;        /* a file of it that lies in the drop folder; NULL: none */
} Stale;

/* Opens one. *ret_detail: what it says; NULL: it, or one of the table, is open already. */
bool incident_stale (Db *db, const Stale *stale, char **ret_detail, GError **error);
/* Closes those for which files have come: table, file. */
bool incident_recovered (Db *db, const char *tables, DbResult **ret_rows, GError **error);

/* Files whose rows are still to be looked at, at most one a name: name, looked, run, file, rows, seen. */
bool incident_new_files (Db *db, const char *names, DbResult **ret_files, GError **error);
/* Rows of the file before the one that was seen then, and of the last one before it that was as it should be; -1: there is none. */
bool incident_rows_before (Db *db, const char *table, const char *seen, int64_t *ret_before, int64_t *ret_good, GError **error);
/* *ret_ours false: somebody else has. */
bool incident_looked (Db *db, const char *name, const char *was, const char *seen, bool *ret_ours, GError **error);

typedef struct
{
  const char *table, *run, *file, *seen;
  const char *detail; /* JSON, of one that is opened */
} OddRows;

bool incident_odd_rows (Db *db, const OddRows *odd, GError **error);
/* Rows are as they should be again. *ret_ended: how many incidents that closed. */
bool incident_usual_rows (Db *db, const OddRows *file, int64_t *ret_ended, GError **error);

/* Those that are open: id, kind, table, began, detail; of pulls and deliveries those of a home (NULL: of none), and of jobs, as text_array has them. */
bool incident_list (Db *db, const char *home, const char *jobs, DbResult **ret_rows, GError **error);
/* Of a table that is dropped. */
bool incident_drop (Db *db, const char *table, GError **error);

#endif
