/* The page's one connection, made when it is first needed and again when it was lost. It only reads, waits a second for a lock and five for an
 * answer, and is tried at most once in three seconds while nobody answers. */
#ifndef WEIR_SRC_PAGE_PAGE_DB_H
#define WEIR_SRC_PAGE_PAGE_DB_H

#include "src/report/status.h"

typedef struct PageDb PageDb;

/* Borrows the settings. */
PageDb *page_db_new (const Settings *settings);
void page_db_free (PageDb *page_db);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PageDb, page_db_free)

/* Borrowed, until the next call. NULL with the error, where the database is away. */
Db *page_db_get (PageDb *page_db, GError **error);

/* Before the first question of a request: that the server was started anew since the last one shows only when it is spoken to, and is no outage. */
void page_db_wake (PageDb *page_db);

/* Which database it is, for people; NULL: not known yet. */
const char *page_db_where (const PageDb *page_db);

/* The models, read again when they are older than two seconds. Borrowed, until the next call; NULL on error. */
const Catalog *page_db_catalog (PageDb *page_db, GError **error);

#endif
