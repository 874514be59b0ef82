/* Where a claimed file goes when its run is over. Nothing is ever overwritten; every move is fsynced. */
#ifndef WEIR_WATCHER_ARCHIVE_H
#define WEIR_WATCHER_ARCHIVE_H

#include "watcher/claim.h"

/* The archive's name for a file: "users.csv" at 2026-11-20 09:30:00 UTC by run 3fa9c1d2-... is
 * "users.20261120T093000Z-3fa9c1d2.csv". The mark stands before the first dot, so the name routes as before; one that is there
 * already is replaced. A name that would become too long is cut before it. unix_seconds: UTC. Owned by the caller. */
char *archive_name (const char *file_name, int64_t unix_seconds, Uid run);

/* Undoes archive_name: "users.20261120T093000Z-3fa9c1d2.csv" is "users.csv"; other names stay. Owned by the caller. */
char *archive_original_name (const char *archived_name);

/* Moves "path" (the claimed file, or a file named to `weir load --archive`) to archive/<table>/ under its archive name. *ret_place:
 * the new path, owned by the caller. Errors: LOCAL; on EXDEV the message says that imports, archive and failed must share a file
 * system. */
bool archive_store (const char *path, const char *file_name, const char *archive, const char *table, int64_t unix_seconds, Uid run,
                    char **ret_place, GError **error);

/* Moves "path" to failed/ under its archive name, with a NAME.error.json beside it, written first. */
bool archive_refuse (const char *path, const char *file_name, const char *failed, int64_t unix_seconds, Uid run,
                     const char *error_json, char **ret_place, GError **error);

/* Removes a loaded file ("after_load": "delete") and fsyncs its folder. */
bool archive_delete (const char *path, GError **error);

#endif
