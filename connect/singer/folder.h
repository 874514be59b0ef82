/* The private folder of one run of a tap or target: its configuration, which has the secrets, catalog and state are files there, for that is how both take them.
 *
 * It lies in /dev/shm, which is memory, or where that is not writable in TMPDIR; the folder is 0700, its files 0600. It is locked by whoever made it, and removed at
 * the end; one that nobody locks any more, after a SIGKILL, is removed by the next run of the same user. */
#ifndef WEIR_CONNECT_SINGER_FOLDER_H
#define WEIR_CONNECT_SINGER_FOLDER_H

#include "base/json.h"

#include <glib.h>
#include <stdbool.h>

typedef struct
{
  char *path;
  int fd;
} Folder;

/* Sweeps, and makes one. */
bool folder_make (Folder *ret_folder, GError **error);

/* A file in it; its path, owned by the caller; NULL on error. */
char *folder_write (const Folder *folder, const char *name, const char *text, GError **error);
char *folder_write_json (const Folder *folder, const char *name, const Json *json, GError **error);

/* Removes it with all files in it. */
void folder_clear (Folder *folder);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Folder, folder_clear)

#endif
