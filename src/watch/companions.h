/* The companions that a home's settings ask for: the one table of them is in companions.c. On the main loop. */
#ifndef WEIR_SRC_WATCH_COMPANIONS_H
#define WEIR_SRC_WATCH_COMPANIONS_H

#include "base/log.h"
#include "src/settings/settings.h"

typedef struct Companions Companions;

/* program: the path of this weir; environment as crew_new has it; the log is borrowed. gone: called each time one has ended for good.
 * Nothing is started yet. */
Companions *companions_new (const char *program, const char *const *environment, Log *log, void (*gone) (void *data), void *data);
void companions_free (Companions *companions); /* kills nobody */

/* Starts those that the settings want and ends the others. Those that run are started anew: they read their settings when they
 * begin. ready: the database is; before that only those are started that can do without it. */
void companions_follow (Companions *companions, const Settings *settings, bool ready);

/* Starts those that are wanted since models were changed. One that is wanted no more sees that by itself, and has to clear away. */
void companions_look (Companions *companions, const Settings *settings);

void companions_stop (Companions *companions);
void companions_kill (Companions *companions);

/* How many are not gone. */
unsigned companions_running (const Companions *companions);

#endif
