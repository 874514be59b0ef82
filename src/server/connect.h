/* The connection a command works with: the configured database, or the embedded server. */
#ifndef WEIR_SRC_SERVER_CONNECT_H
#define WEIR_SRC_SERVER_CONNECT_H

#include "base/db.h"
#include "src/settings/settings.h"

/* The conninfo in force, and why, as people read it ("embedded PostgreSQL 15 in /home/ann/shop/.weir/postgres"). start: start the
 * embedded server if it is not running; otherwise a stopped one is an error (RETRY) with `weir db start` as its hint. ret_why (may
 * be NULL) is set for that one, too. */
bool database_url (const Settings *settings, bool start, char **ret_url, char **ret_why, GError **error);

/* Connects to it, for whoever only looks: the embedded server must run, and the ledger must be this weir's (migrate_check). */
Db *database_open (const Settings *settings, GError **error);

/* The same, with "tick" asked while the server is waited for (db_connect_watched). */
Db *database_open_watched (const Settings *settings, DbTick (*tick) (int64_t waited_us, void *data), void *data, GError **error);

/* The same for whoever asks the server alone: nothing is said of the ledger. */
Db *database_open_beside (const Settings *settings, GError **error);

/* Connects to it, for whoever loads: starts the embedded server, makes the ledger or brings it up to date. stop_fd as in
 * db_connect. */
Db *database_open_to_load (const Settings *settings, int stop_fd, GError **error);

/* Puts a secret in its place that the ids are made with already, where `weir key rotate` has died in between. Done by whoever connects, and
 * whoever reads the secret. */
bool database_settle_secret (const Settings *settings, Db *db, GError **error);

/* settings_read_secret for a ledger that is there: a missing secret is made only where no table's ids were made with one before. */
bool database_read_secret (const Settings *settings, Db *db, char **ret_secret, size_t *ret_length, GError **error);

/* Adds to an error that says that the key secret is another one or missing: where the secret was rotated elsewhere, when, and what the new one
 * is (db may be NULL); where the embedded database lives outside of the home and has outlived its .weir, which database that is, and the
 * two ways out. Other errors stay as they are. */
void database_explain_secret (const Settings *settings, Db *db, GError **error);

#endif
