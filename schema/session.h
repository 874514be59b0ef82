/* Sessions of the server that somebody waits for, as people and programs are told of them. */
#ifndef WEIR_SCHEMA_SESSION_H
#define WEIR_SCHEMA_SESSION_H

#include "base/db.h"
#include "base/json.h"

/* {"pid","user","application","state","since","query"}: who is in the way of loading the table, by a lock on it, on its staging
 * table, on the ledger, or by working on it as another weir; since is the begin of its transaction, in the query ? stands for each
 * number and for all from its first text or comment on, and members that our role may not see are null. NULL: nobody, any more, or it could not be asked. A new reference. */
Json *session_holding (Db *db, const char *warehouse, const char *staging, const char *table);

/* The same of who keeps the session "pid" waiting for a lock. */
Json *session_blocking (Db *db, int pid);

typedef enum
{
  SESSION_UNKNOWN, /* it could not be asked */
  SESSION_GONE,    /* there is none of this number */
  SESSION_LISTENS, /* it waits for its client */
  SESSION_WORKS,
} SessionState;

SessionState session_state (Db *db, int pid);

/* Ends a session of our own role. */
void session_end (Db *db, int pid);

/* "session 4711 (ann, psql), idle in transaction since 2026-11-28T09:30:00Z: select ...". Owned by the caller. */
char *session_text (const Json *session);

#endif
