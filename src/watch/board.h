/* The board: where a supervisor writes why each file waits and how far those in work have come, for `weir status`, which is another
 * process. One small file of the home's .weir for each supervisor, replaced as a whole:
 *
 *   .weir/waiting-<8 digits>.json        {"files": [{"file", "run", "table", "cause", "text", "since", "next", ...}]}
 *
 * The writer holds a lock on it (watcher/lockfd.h) while it lives: a board that nobody holds locked says nothing any more. Nothing
 * here is needed to load files, nothing of it outlives its supervisor, and what cannot be written is left out.
 *
 *   board_new                        an empty one: there is a supervisor; also removes boards of dead ones
 *     board_put, board_put, ...      what is so now, all of it
 *     board_show                     writes it, if it is something else than before
 *   board_free                       takes it down */
#ifndef WEIR_SRC_WATCH_BOARD_H
#define WEIR_SRC_WATCH_BOARD_H

#include "base/json.h"

#include <stdbool.h>

/* The most files that a board names: who has more waiting learns from the first ones why. */
#define BOARD_MOST_FILES 1000

/* One file. Strings are copied by board_put. */
typedef struct
{
  const char *file;  /* its name in the drop folder */
  const char *run;   /* of a claim, else NULL: with the name what it is known by */
  const char *table; /* where it goes */
  const char *cause; /* the stable word of --json: "busy", "retry", "machine" ...; "in_work" of one that does not wait */
  const char *text;  /* what it waits for, for people: "another session of weir works on its table"; NULL: nothing to say */
  int64_t since;     /* microseconds since 1970: since when this is so */
  int64_t next;      /* when it is tried again; 0: when something changes */
  const Json *more;  /* members of --json that only this cause has, or NULL: {"progress": {...}}, {"session": {...}} */
} BoardEntry;

typedef struct Board Board;

/* folder: the home's .weir. */
Board *board_new (const char *folder);
void board_free (Board *board);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Board, board_free)

void board_put (Board *board, const BoardEntry *entry);

/* Shows what was put since the last call, and nothing else. */
void board_show (Board *board);

/* What all living supervisors of the home say: an array of objects with the members above, NULL ones null. Never NULL; a new
 * reference. */
Json *board_read (const char *folder);

/* Whether a supervisor of the home lives. */
bool board_is_shown (const char *folder);

#endif
