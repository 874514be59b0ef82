/* What keeps files from being loaded, since when, and how often it was tried: more than a hold (holds.h), which ends before each try.
 * Pure: times are given.
 *
 * A trouble is known by the key of its job. It lasts while the same cause is noted again and again, and ends when the file has left
 * or another cause takes its place. */
#ifndef WEIR_SRC_WATCH_TROUBLES_H
#define WEIR_SRC_WATCH_TROUBLES_H

#include "base/json.h"
#include "src/watch/backoff.h"
#include "src/watch/holds.h"

typedef struct
{
  HoldCause cause;
  char *text;      /* for people: what is waited for, or what went wrong; NULL: the cause says it */
  int64_t since;   /* microseconds since 1970 */
  int64_t next;    /* the same: when it is tried again; 0: when something changes */
  Json *session;   /* whose session is waited for (schema/session.h); NULL: none, or it is not known */
  Backoff backoff; /* of causes that are tried again ever more slowly */
} Trouble;

typedef struct Troubles Troubles;

Troubles *troubles_new (void);
void troubles_free (Troubles *troubles);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Troubles, troubles_free)

/* Notes that the job is held for this cause for "pause_us" from "now" (microseconds since 1970), INT64_MAX: until something changes.
 * text may be NULL. */
void troubles_note (Troubles *troubles, const char *key, HoldCause cause, const char *text, int64_t now, int64_t pause_us);

/* Says of the trouble that is there, if there is one, whose session is waited for. */
void troubles_set_session (Troubles *troubles, const char *key, const Json *session);

/* How long to pause before the next try of a cause that is tried ever more slowly: 0.5 s, doubling to 30 s. Counts this try. */
int64_t troubles_pause (Troubles *troubles, const char *key, HoldCause cause, int64_t now);

/* Borrowed; NULL: there is none. */
const Trouble *troubles_find (const Troubles *troubles, const char *key);

void troubles_forget (Troubles *troubles, const char *key);

/* Forgets those of keys that no job (of Job) has any more. */
void troubles_keep_only (Troubles *troubles, const GPtrArray *jobs);

/* The words of causes in --json, and what a cause says where a trouble has no text; static. */
const char *troubles_word (HoldCause cause);
const char *troubles_text (HoldCause cause);

#endif
