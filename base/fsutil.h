/* Files and folders: the few operations that must be durable or must never replace anything.
 *
 * All paths are file names in the C locale's sense (bytes). Every error is WEIR_ERROR_LOCAL and names the path. */
#ifndef WEIR_BASE_FSUTIL_H
#define WEIR_BASE_FSUTIL_H

#include "base/digest.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/* A file's time as nanoseconds since 1970, which an int64_t has room for from 1678 to 2262; beyond these it stays at the last one. */
int64_t fs_nanoseconds (struct timespec time);

/* What root makes in somebody's folder is that one's, who goes on with it: a file or folder that was just made there. Of anybody else it stays. */
void fs_give_to_owner (int fd, const char *folder);
/* The same in an open folder. */
void fs_give_to_owner_at (int fd, int folder);

/* Opens a file, or makes it; one that root makes becomes that of the owner of "like": of its folder, or of a file beside it. flags: as of open (2), without O_CREAT and
 * O_EXCL. -1 with errno. */
int fs_open_or_make (const char *path, int flags, mode_t mode, const char *like);

/* Makes a folder and its missing parents with the given mode (fs_give_to_owner); an existing folder is fine and keeps its mode. */
bool fs_make_folder (const char *path, mode_t mode, GError **error);
/* The same, where others must be able to enter it and what is made above it, whatever our umask is (0755). */
bool fs_make_folder_for_all (const char *path, GError **error);

/* Renames without ever replacing. Where "to" exists, returns false with *ret_exists true and no error; ret_exists may be NULL, then
 * that is an error like any other (fs_rename_at, base/fsat.h). Both parent folders are fsynced. */
bool fs_rename_new (const char *from, const char *to, bool *ret_exists, GError **error);

/* Writes a whole file with the given mode, durably: a temporary sibling, fsync, rename over "path", fsync of the folder. */
bool fs_write_file (const char *path, const char *contents, size_t length, mode_t mode, GError **error);

/* The same, and the file keeps its owner and group where root writes it; a new one is ours. */
bool fs_rewrite_file (const char *path, const char *contents, size_t length, mode_t mode, GError **error);

/* The same of a new file (fs_give_to_owner), never replacing one: where "path" exists, false with *ret_exists true and no error. Whoever dies meanwhile leaves nothing (the
 * file has no name until it is whole), or, where the file system has no such files, a sibling whose name begins with a dot. */
bool fs_write_new (const char *path, const char *contents, size_t length, mode_t mode, bool *ret_exists, GError **error);

/* Reads a whole regular file of at most "limit" bytes; a longer one is an error. *ret_contents is NUL-terminated and owned by the
 * caller; ret_length may be NULL. */
bool fs_read_file (const char *path, size_t limit, char **ret_contents, size_t *ret_length, GError **error);

/* The names in a folder that end so, without that ending, sorted; not those that begin with a dot. None where the folder is not there. */
GPtrArray *fs_list (const char *folder, const char *ending, GError **error);

/* The SHA-256 of all of an open file; where the next read of it begins stays as it is. False with errno. */
bool fs_sha256 (int fd, char ret_hex[SHA256_HEX_SIZE]);

/* fsync of a folder, for what was made, renamed or removed in it. */
bool fs_sync_folder (const char *path, GError **error);

/* An unnamed file, open for reading and writing, in "folder" (O_TMPFILE, or mkstemp and unlink). Returns -1 on error. */
int fs_open_scratch (const char *folder, GError **error);

/* Writes all bytes, whatever the kernel takes at a time. "name" is for the message. */
bool fs_write_all (int fd, const void *bytes, size_t length, const char *name, GError **error);

#endif
