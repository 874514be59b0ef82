/* Rows of facts that wait for what they refer to are looked after: taken up when it has come, or refused when they have waited for
 * too long (pipeline/warehouse/takeup.h). Who does it:
 *
 *   - whoever applied a file of a dimension, for the facts that refer to it; and of a fact, for itself: upkeep_after_file
 *   - a worker when it begins, and every few minutes: upkeep_of_all. So nothing is forgotten whose process died in between.
 *
 * A fact's lock is only tried by workers; who has it looks by itself when its file is loaded. */
#ifndef WEIR_SRC_LOAD_UPKEEP_H
#define WEIR_SRC_LOAD_UPKEEP_H

#include "src/load/loader.h"
#include "src/load/placing.h"

/* Behind a file that was loaded, with its table's lock held. What was done is told in notes of the summary; that it could not be done
 * as well, and is no error of the file. Asks nothing where the table neither has rows that wait nor is referred to by a fact. */
void upkeep_after_file (Loader *loader, const Route *route, LoadEnd *end);

/* Behind the answer, where nobody waits any more: the indexes that only queries want, and a first VACUUM, of the tables of files that
 * upkeep_after_file has seen (tending.h). *ret_text: what could not be done, a line for each table, NULL: nothing; owned by the caller. A
 * file that comes next tries it again. */
void upkeep_behind (Loader *loader, char **ret_text);

/* Behind the last answer of a process: large staging tables go whose place small files have taken (stage/aside.h). Nobody waits for that
 * end: the connection is closed, and the server goes on by itself. A worker's upkeep_behind does it after each file. */
void upkeep_leave (Loader *loader);

/* All tables with rows that wait. *ret_text: what was done, a line for each table, NULL: nothing; owned by the caller. False: another
 * session had one of them in hand: it is worth coming back soon. The catalog is loaded anew. */
bool upkeep_of_all (Loader *loader, char **ret_text);

#endif
