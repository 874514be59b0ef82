/* What lies in the drop folder: a listing, which is the truth; events are only hints to list again. */
#ifndef WEIR_WATCHER_SCAN_H
#define WEIR_WATCHER_SCAN_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef enum
{
  ENTRY_FILE,    /* a regular file that is a CSV by name: .csv, .tsv, these with .gz or .zst behind, any case */
  ENTRY_WAITING, /* a dot name, or .part, .tmp, .filepart, .crdownload: somebody is still at it */
  ENTRY_OTHER,   /* not ours: another name, a folder, a link, a pipe; left alone, reported once */
} EntryKind;

typedef struct
{
  char *name; /* inside the folder; bytes */
  EntryKind kind;
  const char *reason; /* ENTRY_OTHER: "is a directory", "is not a CSV file by its name", ...; static text */
  dev_t device;
  ino_t inode;
  int64_t size;     /* bytes */
  int64_t mtime_ns; /* since 1970 */
  int64_t ctime_ns;
} Entry;

void entry_free (Entry *entry);

/* Lists a folder (of Entry, by name; .claimed and what is in it is left out). NULL with a LOCAL error; *ret_missing (may be
 * NULL) tells a missing folder from other errors. *ret_identity (may be NULL): the folder's inode, to notice its replacement. */
GPtrArray *scan_folder (const char *folder, bool *ret_missing, ino_t *ret_identity, GError **error);

/* Whether a name is a CSV's by its ending. */
bool scan_is_csv_name (const char *name);

#endif
