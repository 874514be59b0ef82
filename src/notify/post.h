/* One target of the courier: what it is told, from the ledger or, of the database's absence, from away.h. */
#ifndef WEIR_SRC_NOTIFY_POST_H
#define WEIR_SRC_NOTIFY_POST_H

#include "base/db.h"
#include "base/log.h"
#include "src/notify/away.h"
#include "src/notify/sender.h"

typedef struct Post Post;

/* What all posts share. Borrowed. */
typedef struct
{
  const Settings *settings;
  const AlertPlan *plan;
  const char *program; /* weir-deliver; NULL: there is none */
  Away *away;
  bool once;    /* nobody waits for more alerts of a kind */
  bool closing; /* nothing new is begun */
  void (*say) (LogLevel level, const char *text, void *data);
  void *data;
  void (*free_again) (void *courier); /* a message is through: the posts are to be worked at */
  void *courier;
} PostOffice;

Post *post_new (const PostOffice *office, const AlertTarget *target);
void post_free (Post *post);

/* Does what is to be done: settles the last message, makes alerts and messages, begins the next one. db NULL: the database is away. Errors are
 * the database's, which is to be left then. */
bool post_work (Post *post, Db *db, GError **error);

/* Whether a message is under way, or was and is not settled. */
bool post_is_busy (const Post *post);

/* Its lock has gone with the connection. */
void post_lose_database (Post *post);

/* The database is back, since it was away at "since": the target is told, if it wants that. */
bool post_note_back (Post *post, Db *db, int64_t since, int64_t now, GError **error);

/* Whether the last message was not taken. */
bool post_has_failed (const Post *post);

#endif
