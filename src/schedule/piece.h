/* Pieces of timed work: what models and settings ask for. */
#ifndef WEIR_SRC_SCHEDULE_PIECE_H
#define WEIR_SRC_SCHEDULE_PIECE_H

#include "base/db.h"
#include "models/catalog.h"
#include "src/schedule/jobs.h"
#include "src/schedule/pulls.h"

/* Of a model: "expect.users". */
#define EXPECT_PREFIX "expect."

/* Of a job's pull: "pull:orders". */
#define PULL_PREFIX "pull:"

typedef struct
{
  char *name;
  const Model *model;  /* whose files are expected, borrowed; NULL: it is a job's */
  const TimedJob *job; /* borrowed; NULL: it is a model's */
  JobTimes times;      /* borrowed */
  Pull *pull;          /* owned, and job and times are its; NULL: it is no job's pull */
  const char *by;      /* the same; NULL: none */
  Timing timing;
} Piece;

void piece_free (Piece *piece);

/* All of them, of Piece; borrows settings, catalog and jobs. A job whose times cannot be read is an error (MODEL); a model's can. */
GPtrArray *pieces_of (const Settings *settings, const Catalog *catalog, const TimedJob *jobs, GError **error);

/* Whether there are any. */
bool pieces_any (const Settings *settings, const Catalog *catalog, const TimedJob *jobs);

const Piece *pieces_find (const GPtrArray *pieces, const char *name);

/* Their names, and those of tables of which files are expected, as text_array has them; owned by the caller. */
char *pieces_names (const GPtrArray *pieces);
char *pieces_tables (const GPtrArray *pieces);

/* Has the ledger follow them, as of "now", in a transaction of its own. What a broken model asked for stays as it was. */
bool pieces_follow (Db *db, const Settings *settings, const Catalog *catalog, const GPtrArray *pieces, int64_t now, GError **error);

/* All that pieces_follow would write, as one text: to see whether they are others than before. Owned by the caller. */
char *pieces_text (const Settings *settings, const Catalog *catalog, const GPtrArray *pieces);

#endif
