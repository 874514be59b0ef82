/* The page's one connection, made when it is first needed and again when it was lost. It only reads, waits a second for a lock and five for an
 * answer, and is tried at most once in three seconds while nobody answers. */
#ifndef WEIR_SRC_PAGE_SOURCE_H
#define WEIR_SRC_PAGE_SOURCE_H

#include "src/report/status.h"

typedef struct Source Source;

/* Borrows the settings. */
Source *source_new (const Settings *settings);
void source_free (Source *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Source, source_free)

/* Borrowed, until the next call. NULL with the error, where the database is away. */
Db *source_db (Source *source, GError **error);

/* Which database it is, for people; NULL: not known yet. */
const char *source_where (const Source *source);

/* The models, read again when they are older than two seconds. Borrowed, until the next call; NULL on error. */
const Catalog *source_catalog (Source *source, GError **error);

#endif
