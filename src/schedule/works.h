/* The jobs that are under way, with what the ledger has of them. Whoever has one under way has the session's lock of its name, too: where nobody
 * has that, the row is of somebody who has died. */
#ifndef WEIR_SRC_SCHEDULE_WORKS_H
#define WEIR_SRC_SCHEDULE_WORKS_H

#include "schema/ledger_schedule.h"
#include "src/schedule/piece.h"

typedef struct
{
  const Settings *settings;
  const char *program; /* the path of this weir */
  GStrv environment;   /* of jobs; NULL: none has been begun */
  GHashTable *by_name;
} Works;

/* Both are borrowed. */
void works_init (Works *works, const Settings *settings, const char *program);
void works_clear (Works *works);

unsigned works_count (const Works *works);

/* Kills all of them, and writes nothing down: the connection is lost, and with it the locks. */
void works_drop (Works *works);

/* Begins a job for the due time, unless somebody else has that, or has it under way. What cannot be begun is written down. */
bool works_begin (Works *works, Db *db, const Piece *piece, const ScheduleAct *act, GError **error);

/* Writes down what is over; "ends" gets how: by name a text, NULL where it went well. */
bool works_look (Works *works, Db *db, const GPtrArray *pieces, int64_t now, GHashTable *ends, GError **error);

/* Writes down as failed what is said to be under way, and nobody does. */
bool works_find_orphans (const Works *works, Db *db, const char *names, int64_t now, GError **error);

/* Ends all of them, and writes that down if the ledger can be reached. */
void works_stop (Works *works, Db *db);

#endif
