/* The weir-notify child of the inbox: armed on one folder, told apart by its inode, and started again when the folder is replaced.
 */
#ifndef WEIR_SRC_WATCH_NOTIFIER_H
#define WEIR_SRC_WATCH_NOTIFIER_H

#include "base/log.h"
#include "watcher/settle.h"

#include <sys/types.h>

#define NOTIFY_PROGRAM "weir-notify"

typedef struct Notifier Notifier;

typedef struct
{
  void (*hint) (const char *name, Hint hint, void *data); /* something happened to that name */
  void (*changed) (void *data);                           /* after every hint, and whenever the folder is to be listed */
} NotifierEvents;

/* "program" is weir-notify's path, "environment" NULL-terminated; events and log are borrowed. Nothing is started yet. */
Notifier *notifier_new (const char *program, const char *const *environment, const char *folder, Log *log,
                        const NotifierEvents *events, void *data);
void notifier_free (Notifier *notifier); /* ends the child */

/* After each listing: "identity" is the folder's inode, 0 when it is missing. Starts the child, or another one where the folder is
 * not the one that is watched. */
void notifier_keep_up (Notifier *notifier, ino_t identity, int64_t now);

bool notifier_is_armed (const Notifier *notifier);
bool notifier_has_given_up (const Notifier *notifier); /* it cannot be run here: poll */

#endif
