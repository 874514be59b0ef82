/* What lies in a home's folders, for `weir status`: what waits in the drop folder and for what, what is in work, what was refused.
 */
#ifndef WEIR_SRC_REPORT_FOLDERS_H
#define WEIR_SRC_REPORT_FOLDERS_H

#include "models/catalog.h"
#include "src/settings/settings.h"
#include "watcher/scan.h"

typedef struct
{
  char *file;
  char *table;
  const char *state; /* "ready", "settling", "writing", "unreadable", "waits", "blocked", "ignored", "in work", "orphan"; static */
  char *reason;      /* for people; NULL: nothing to say */
  char *run;         /* of a claim, else NULL */
  Json *told;        /* what a running `weir watch` says of it (src/report/told.h); NULL: nothing */
  char *waits_for;   /* a file of its table that comes first and is in work, or cannot be loaded yet; NULL: for none */
  int64_t until_ns;  /* since 1970: it waits until then at most; 0: it waits for none */

  int64_t instant_ns, ctime_ns; /* its place (models/order.h) */
  char *order_key;
} WaitingFile;

void waiting_file_free (WaitingFile *file);

/* What the database knows of a table, where it can be asked. */
typedef struct
{
  bool (*is_applied) (const char *table, void *data); /* whether it was ever loaded */
  /* Why a file of it cannot be loaded now; owned, NULL: it can. */
  char *(*find_problem) (const char *table, const Entry *file, void *data);
  void *data;
} TableKnowledge;

/* Everything in the drop folder, in the order of models/order.h (of WaitingFile). knowledge may be NULL. A running `weir watch` knows
 * more of a file that it has tried than can be seen from here: what it says is the reason then. Errors: LOCAL. */
GPtrArray *folders_list_waiting (const Settings *settings, const Catalog *catalog, const TableKnowledge *knowledge, GError **error);

typedef struct
{
  int files;
  char *latest; /* path as people see it; NULL: none */
  Json *report; /* what is in its .error.json; NULL: none */
} FailedFiles;

void failed_files_clear (FailedFiles *failed);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FailedFiles, failed_files_clear)

/* The refused files and the latest of them. Errors: LOCAL. */
bool folders_find_failed (const Settings *settings, FailedFiles *ret_failed, GError **error);

#endif
