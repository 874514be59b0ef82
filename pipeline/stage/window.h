/* Which rows of a file a table has just so, told while both pass by: a part of the table's (id, hash) pairs is remembered, those about as far
 * on as the file is, for an export mostly has its rows in the order in which the table got them.
 *
 *   window_new; as long as window_wants, window_add the table's next pair; for each row of the file window_has
 *
 * "Has" is proof; what it has not may be in the table all the same. Memory is bounded, whatever passes by. */
#ifndef WEIR_PIPELINE_STAGE_WINDOW_H
#define WEIR_PIPELINE_STAGE_WINDOW_H

#include "base/uid.h"

#include <glib.h>

#define WINDOW_AHEAD 2048 /* pairs that the table is to be ahead of the file */
#define WINDOW_PAIRS 32768

typedef struct Window Window;

Window *window_new (void);
void window_free (Window *window);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Window, window_free)

/* Whether the table's next pair is to be added before the file's next row is asked for. */
bool window_wants (const Window *window);
void window_add (Window *window, Uid id, Uid hash);
void window_end (Window *window); /* behind the table's last */

/* Some time before window_has: what it will look at comes into the processor's cache. */
void window_expect (const Window *window, Uid id);

/* Whether the table has the row. A pair is proof of one row: the file's next one with the same id and hash is not proved by it. */
bool window_has (Window *window, Uid id, Uid hash);

#endif
