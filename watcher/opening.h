/* Opening a file that somebody else put there. Whoever may write to a drop folder may put a link into it, to a file that weir may read
 * and they may not; so what is dropped is opened without following links, and must be the very file that was listed.
 *
 * A hard link cannot be told from the file that it is another name of. Where the kernel forbids links to what one may not read and
 * write (fs.protected_hardlinks, on by default nearly everywhere) they harm nobody; elsewhere opening_is_foreign_link says which
 * are not taken. */
#ifndef WEIR_WATCHER_OPENING_H
#define WEIR_WATCHER_OPENING_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/* What a listing saw of a file: enough to know it again. */
typedef struct
{
  dev_t device;
  ino_t inode;
  int64_t size;     /* bytes */
  int64_t mtime_ns; /* since 1970 */
} Sight;

Sight opening_sight (const struct stat *info);
bool opening_is_same (const Sight *sight, const struct stat *info);

/* Opens the file "name" of an open folder for reading; "shown" is its name in messages. -1 with an error: INPUT ("not_a_file") where
 * it is a link or no regular file, or one more name of a file that is not the dropper's; LOCAL ("unreadable") where it cannot be
 * opened. */
int opening_dropped (int folder, const char *name, const char *shown, struct stat *ret_info, GError **error);

/* The same of a path that a person named: links are followed. */
int opening_named (const char *path, struct stat *ret_info, GError **error);

/* Whether a file has several names, and the one in this folder may have been made by somebody who may not read it. Such a file is left
 * alone. */
bool opening_is_foreign_link (const struct stat *file, const struct stat *folder);

/* The same as a rule, for a process of that user on a system that does or does not protect hard links. Pure. */
bool opening_judge_link (const struct stat *file, const struct stat *folder, uid_t user, bool protected_links);

#endif
