/* What lies in the drop folder: a listing, which is the truth; events are only hints to list again.
 *
 *   scan_folder (imports)              what each name is
 *   claim_list (imports)               behind it: a file that is claimed in between is then in both lists, and never in none
 *   settle_observe / settle_look_once  and whether it is complete (settle.h)
 *
 * A listing says what was true of each name at some time while it was made. A file may be gone, or another one, when it is used:
 * claiming finds out (claim.h). */
#ifndef WEIR_WATCHER_SCAN_H
#define WEIR_WATCHER_SCAN_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What a name in the drop folder is. A listing tells the first three from the rest, which it calls FILE_SETTLING; whether such a
 * file is complete, settle.h says. */
typedef enum
{
  FILE_IGNORED,    /* not ours: another name, a folder, a link, a pipe; left alone, said once */
  FILE_PARTIAL,    /* a dot name, or .part, .tmp, .filepart, .crdownload: somebody is still at it, and will give it its name */
  FILE_UNREADABLE, /* a CSV that we may not read; left alone, said once */
  FILE_WRITING,    /* somebody has it open for writing */
  FILE_SETTLING,   /* it has not been still for long enough */
  FILE_READY,      /* complete */
} FileState;

typedef struct
{
  char *name; /* inside the folder; bytes */
  FileState state;
  const char *reason; /* FILE_IGNORED, FILE_UNREADABLE: why, as a verb phrase: "is a directory"; static text. Otherwise NULL */
  dev_t device;
  ino_t inode;
  int64_t size;     /* bytes */
  int64_t mtime_ns; /* since 1970 */
  int64_t ctime_ns;
} Entry;

void entry_free (Entry *entry);

/* Lists a folder (of Entry, by name; .claimed, .held and what is in them are left out). NULL with a LOCAL error; *ret_missing (may be
 * NULL) tells a missing folder from other errors. *ret_identity (may be NULL): the folder's inode, to notice its replacement. */
GPtrArray *scan_folder (const char *folder, bool *ret_missing, ino_t *ret_identity, GError **error);

/* Whether it is a file that will be loaded, now or when it is complete: facts wait for such a file of their dimension
 * (models/waiting.h). */
bool scan_is_pending (FileState state);

/* Whether a name is a CSV's by its ending. */
bool scan_is_csv_name (const char *name);

#endif
