/* Where a claimed file goes when its run is over: to archive/, to failed/, or nowhere.
 *
 *   archive_try (imports, archive, failed)   before the first file: can they go there at all?
 *   archive_store / archive_refuse / archive_delete   one of them for each file, while its claim is held
 *
 * Nothing is ever overwritten: a name that is taken gets another mark. A move is a rename, durable (both folders fsynced) when the
 * function returns true; nothing is ever copied, so imports, archive and failed must share a file system. On false the file is
 * where it was, but for one case: renamed and then not fsynced, where it is at its new place and may be back after a power cut. A
 * crash at any point leaves the file in exactly one of the two places; whoever resumes the claim comes here again, and a file that
 * is gone from the claim was moved (claim.h).
 *
 * All errors are LOCAL. Folders that are missing are made. */
#ifndef WEIR_WATCHER_ARCHIVE_H
#define WEIR_WATCHER_ARCHIVE_H

#include "watcher/claim.h"

/* The archive's name for a file: "users.csv" at 2026-11-20 09:30:00 UTC by run 3fa9c1d2-... is
 * "users.20261120T093000Z-3fa9c1d2.csv". The mark stands before the first dot, so the name routes as before; one that is there
 * already is replaced. A name that would become too long is cut before it. unix_seconds: UTC. Owned by the caller. */
char *archive_name (const char *file_name, int64_t unix_seconds, Uid run);

/* Undoes archive_name: "users.20261120T093000Z-3fa9c1d2.csv" is "users.csv"; other names stay. Owned by the caller. */
char *archive_original_name (const char *archived_name);

/* And the digits of the run in it, "3fa9c1d2"; NULL: it is no archive's name. Owned by the caller. */
char *archive_run_digits (const char *archived_name);

/* A file that is moved. */
typedef struct
{
  const char *path; /* where it is: the claim's path, or a file named to `weir load --archive` */
  const char *name; /* as dropped */
  Uid run;
  int64_t unix_seconds; /* when: UTC */
} ArchiveFile;

/* Moves the file into "folder" (archive/<table>) under its archive name. *ret_place: the new path, owned by the caller. */
bool archive_store (const ArchiveFile *file, const char *folder, char **ret_place, GError **error);

/* The same into failed/, with "report" (JSON text) as NAME.error.json beside it, written first: no refused file is without its
 * reason. */
bool archive_refuse (const ArchiveFile *file, const char *folder, const char *report, char **ret_place, GError **error);

/* Removes a loaded file ("after_load": "delete") and fsyncs its folder. One that is gone is no error. */
bool archive_delete (const char *path, GError **error);

/* Whether files can go that way: moves empty files (.weir-try-*, locked while they are needed) from "imports", or from the claims
 * in it, to archive and failed, and removes them. It is the only way to know, for two mounts of one disk look alike and yet refuse
 * a rename. What tries left behind that were killed is removed first. The folders must be there. */
bool archive_try (const char *imports, const char *archive, const char *failed, GError **error);

#endif
