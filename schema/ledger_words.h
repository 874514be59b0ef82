/* The ledger of other tools' pipelines: executions that weir only writes down (schema/templates/words.sql), in the same tables as the runs
 * of files (schema/ledger.h), which nothing here changes.
 *
 *   words_begin                        an execution
 *     words_step_begin                   a step of it, with the models that shape it
 *     words_step_compare                 which of them have changed since another execution
 *     words_step_end
 *     words_beat                       a sign of life; the steps are some, too
 *   words_end                          it is over, for ever
 *
 * An execution whose pipeline has a name keeps others of that name out until it is over. Either its session does, which ends with its
 * process, whatever ends that; or, where each word is a process of its own, a time that begins anew with each sign of life. When that time
 * has passed it is abandoned by the next that begins, and nothing more can be said of it.
 *
 * Each call is a transaction of its own. Errors: INPUT for what the ledger cannot take (no such execution, it is over), else those of
 * base/db.h. */
#ifndef WEIR_SCHEMA_LEDGER_WORDS_H
#define WEIR_SCHEMA_LEDGER_WORDS_H

#include "base/db.h"
#include "base/json.h"
#include "base/uid.h"

enum
{
  WORDS_MOST_PIPELINE = 250, /* bytes of a pipeline's name: it is in an index */
  WORDS_MOST_STEP = 100,     /* characters of a step's name */
  WORDS_MOST_MODEL = 250,    /* and of a model's */
};

typedef struct
{
  Uid id;
  const char *pipeline; /* "": without a name, and nobody is kept out */
  int expires_seconds;  /* 0: it lives as long as its session */
  const char *command;  /* that is run, as people read it; NULL: it is told by words */
} Execution;

/* *ret_busy is NULL when it was begun; else it was not, because of what this says of another one of the pipeline. Owned by the caller. */
bool words_begin (Db *db, const Execution *execution, char **ret_busy, GError **error);

/* Where the session was lost and this is another: holds the pipeline again. *ret_held: nobody else does. */
bool words_hold (Db *db, const char *pipeline, bool *ret_held, GError **error);

bool words_beat (Db *db, Uid id, GError **error);

/* How a command ended, beside its words. */
typedef struct
{
  const int *exit_status; /* NULL: it has none */
  const int *signal;      /* the same */
  const char *output;     /* as hexadecimal digits */
  int64_t output_bytes;   /* all that there was */
} CommandEnd;

/* failure: why it failed, and with it the steps that are open; NULL: it is COMPLETED. That twice is no error. command: NULL: of none. */
bool words_end (Db *db, Uid id, const char *failure, const CommandEnd *command, GError **error);

/* The names of its steps that are not ended, "load, check"; *ret_steps NULL: none. Owned by the caller. */
bool words_open_steps (Db *db, Uid id, char **ret_steps, GError **error);

/* The last one of the pipeline that was completed; *ret_id NULL: none. Owned by the caller. */
bool words_last_successful (Db *db, const char *pipeline, char **ret_id, GError **error);

/* When it was completed, or (id NULL) what time it is: "2026-11-20T09:30:00.123456+00:00"; *ret_time NULL: it was not. Owned by the caller. */
bool words_completed_on (Db *db, const Uid *id, char **ret_time, GError **error);

typedef struct
{
  bool over, completed;
  char *failure; /* why it is FAILED, or will never be over; NULL: neither. Owned */
} WordsState;

void words_state_clear (WordsState *state);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WordsState, words_state_clear)

/* How it stands with any execution, of a file too. */
bool words_watch (Db *db, Uid id, WordsState *ret_state, GError **error);

/* models: an array of {"name","checksum"}. *ret_step: its id, owned by the caller. A step that failed is begun again. */
bool words_step_begin (Db *db, Uid id, const char *step, const Json *models, char **ret_step, GError **error);
/* rows: how many it has worked on, as text; NULL: nobody says. failure as above. */
bool words_step_end (Db *db, Uid step, const char *failure, const char *rows, GError **error);
/* previous NULL: there is none, and all are new. Columns: model; what: "new", "changed", "removed" or "unchanged"; in the order of the
 * models' bytes. */
bool words_step_compare (Db *db, Uid step, const Uid *previous, DbResult **ret_models, GError **error);

#endif
