/* Locks on open files and folders (flock): how one process tells another that it is at work, until it lets go or dies.
 *
 * Such a lock belongs to the descriptor and goes with it: close lets go. A name may be given to another file between open and lock,
 * or lose its file; so whoever makes what it locks looks afterwards whether that is still in its place. */
#ifndef WEIR_WATCHER_LOCKFD_H
#define WEIR_WATCHER_LOCKFD_H

#include <stdbool.h>

/* operation: LOCK_EX or LOCK_SH, with LOCK_NB where somebody else's lock is not waited for. False with errno. */
bool lockfd_take (int fd, int operation);

/* Whether "path" still names what is open (links are not followed). */
bool lockfd_is_in_place (int fd, const char *path);

#endif
