/* The drop folder as the supervisor sees it: weir-notify's hints, listings, and what has settled. Without weir-notify, listings
 * alone.
 *
 * Calling order: inbox_new; then "changed" is called (from the main loop) whenever a listing is worth while, and inbox_list gives
 * one. What is left alone is said once, to the log. */
#ifndef WEIR_SRC_WATCH_INBOX_H
#define WEIR_SRC_WATCH_INBOX_H

#include "base/log.h"
#include "src/settings/settings.h"
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

/* Claims first, then the folder, at the monotonic time "now". A folder that is missing or cannot be read is said once, and empty.
 */
Listing *inbox_list (Inbox *inbox, int64_t now);

/* "by weir-notify", "every second": for people. Static text. */
const char *inbox_method (const Inbox *inbox);

#endif
