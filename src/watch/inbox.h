/* The drop folder as the supervisor sees it: weir-notify's hints, listings, and what has settled. Without weir-notify, or where it
 * cannot be run, listings alone.
 *
 *   inbox_new
 *   inbox_start       "changed" follows when the watch is armed, or when it is clear that there will be none
 *   inbox_list        after each "changed", which comes from the main loop and may come often, and at the latest after the last
 *                     listing's wait_us: hints get lost, and time alone completes a file
 *   inbox_free        ends weir-notify
 *
 * It keeps the folder watched: when that is replaced or missing, weir-notify is started again with the next listing that finds it.
 * What is left alone, and a folder that cannot be listed, is said once to the log, and anew when it happens again. It touches no
 * file. */
#ifndef WEIR_SRC_WATCH_INBOX_H
#define WEIR_SRC_WATCH_INBOX_H

#include "base/log.h"
#include "src/settings/settings.h"
#include "src/watch/job.h"
#include "watcher/claim.h"
#include "watcher/scan.h"

typedef struct Inbox Inbox;

/* One look at the folder. */
typedef struct
{
  GPtrArray *claims;  /* of ClaimEntry */
  GPtrArray *entries; /* of Entry, judged: FILE_SETTLING is so */
  int64_t wait_us;    /* how long until the next look */
} Listing;

void listing_free (Listing *listing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Listing, listing_free)

/* notify_program: the path of weir-notify, NULL: poll. All but it and the folder is borrowed. */
Inbox *inbox_new (const Settings *settings, const char *notify_program, const char *const *environment, Log *log,
                  void (*changed) (void *data), void *data);
void inbox_free (Inbox *inbox);

/* Starts to watch. "changed" is called once the watch is armed, or when it is clear that there will be none. */
void inbox_start (Inbox *inbox);

/* Claims and the folder, at the monotonic time "now": no file is missing that is there. A folder that is missing or cannot be read
 * is said once, and empty.
 */
Listing *inbox_list (Inbox *inbox, int64_t now);

/* Whether the file is neither in the folder any more nor in a claim: whoever had it got as far as that. Where this cannot be seen, it
 * is still there. */
bool inbox_has_left (const Inbox *inbox, const Job *job);

/* The run that has claimed the file by now; NULL: none that can be seen. Owned by the caller. */
char *inbox_find_run (const Inbox *inbox, const Job *job);

/* "by weir-notify", "every second": for people. Static text. */
const char *inbox_method (const Inbox *inbox);

#endif
