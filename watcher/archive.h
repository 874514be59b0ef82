/* Where a claimed file goes when its run is over: to archive/, to failed/, or nowhere.
 *
 *   archive_try (imports, archive, failed)   before the first file: can they go there, and how?
 *   archive_store / archive_refuse / archive_delete   one of them for each file, while its claim is held
 *
 * Nothing is ever overwritten: a name that is taken gets another mark. A move is a rename, or a copy where the folder is on another
 * file system or the file has names elsewhere (move.h), durable when the function returns true. A crash at any point leaves the file
 * in exactly one of the two places, or is finished by claim_resume; whoever resumes the claim comes here again, and a file that is
 * gone from the claim was moved (claim.h).
 *
 * All errors are LOCAL. On false the file is where it was, unless *ret_place is set: then it is there, and the error says why that may
 * not outlive a power cut. Folders that are missing are made, for the owner and the group alone; reports are for these, too. */
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
  const Claim *claim;   /* that it is in; NULL: it lies at its path */
} ArchiveFile;

/* Moves the file into "folder" (archive/<table>) under its archive name. *ret_place: the new path, owned by the caller. */
bool archive_store (const ArchiveFile *file, const char *folder, char **ret_place, GError **error);

/* The same into failed/, with "report" (JSON text) as NAME.error.json beside it, written first: no refused file is without its
 * reason. */
bool archive_refuse (const ArchiveFile *file, const char *folder, const char *report, char **ret_place, GError **error);

/* Removes a loaded file ("after_load": "delete") and fsyncs its folder; *ret_place is "" then. One that is gone is no error. */
bool archive_delete (const ArchiveFile *file, char **ret_place, GError **error);

/* How files come from one folder to another. */
typedef enum
{
  WAY_RENAME,
  WAY_COPY, /* they are on different file systems, or in different mounts of one */
} ArchiveWay;

/* Whether and how files can go from imports, or from the claims in it, to a folder (archive or failed): moves an empty file
 * (.weir-try-*, locked while it is needed) and removes it. It is the only way to know, for two mounts of one disk look alike and yet
 * refuse a rename. What tries left behind that were killed is removed first. The folders must be there. */
bool archive_try (const char *imports, const char *folder, ArchiveWay *ret_way, GError **error);

/* Whether files can be claimed, where there is a folder of claims already: that is by a rename alone, in the middle of which nobody can
 * give the name to another file. */
bool archive_try_claims (const char *imports, GError **error);

#endif
