/* Files named by an open folder and a name in it. A path is looked up anew each time it is used, and whoever may write to one of its
 * folders can put a link there in between; an open folder stays the one that it was.
 *
 * All functions set errno where they fail, and make no messages. */
#ifndef WEIR_BASE_FSAT_H
#define WEIR_BASE_FSAT_H

#include <stdbool.h>
#include <sys/types.h>

/* Opens what is at "path" in or below a folder, for reading: no link is followed, wherever in the path it stands, and nothing outside
 * of the folder is reached. flags: as of open (2), without O_CREAT. By openat2 (2) where the kernel has it, else part by part. -1
 * with ELOOP where a link is in the way (ENOTDIR where the folder that O_DIRECTORY asks for is one), EXDEV where the path leads out
 * of the folder, and otherwise as open (2). */
int fs_open_beneath (int folder, const char *path, int flags);

/* Renames without ever replacing: false with EEXIST where "to" is there. Uses renameat2 (RENAME_NOREPLACE); where the file system
 * lacks it link and unlink, and where it lacks these, too, a rename over a name that it reserves first. Nothing is synced. */
bool fs_rename_at (int from_folder, const char *from, int to_folder, const char *to);

/* fsync of an open folder. True also where its file system has no such thing to give. */
bool fs_sync_at (int folder);

#endif
