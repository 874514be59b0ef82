/* Runs are taken back, and their files go from archive/ to failed/: the other way of src/load/loading.h, with the table's lock held.
 *
 * A file is claimed under its run before anything changes, so that a crash needs no rule of its own, whenever it comes:
 *
 *   claimed                        an orphan whose run is COMPLETED and applied: the next worker archives it
 *   run undone (COMMIT)            an orphan whose run is COMPLETED and undone: the next worker moves it to failed/
 *   moved                          nothing */
#ifndef WEIR_SRC_LOAD_UNDOING_H
#define WEIR_SRC_LOAD_UNDOING_H

#include "pipeline/warehouse/undo.h"
#include "src/load/loader.h"

/* Does it and takes it back again: what would be done. ret_undo is the caller's in any case. */
bool undoing_look (Loader *loader, const UndoTask *task, Uid run, Undo *ret_undo, GError **error);

/* Does it. Where later runs are in the way nothing is changed, as ret_undo->later says, which is no error. looked: what undoing_look has
 * found, for its files. An error behind the COMMIT says so: a file could not be moved. */
bool undoing_do (Loader *loader, const UndoTask *task, Uid run, const Undo *looked, Undo *ret_undo, GError **error);

#endif
