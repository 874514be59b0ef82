/* The verbs of a place with files (docs/files.md), by the operations of store.h. */
#ifndef WEIR_CONNECT_CURL_FILES_H
#define WEIR_CONNECT_CURL_FILES_H

#include "connect/curl/store.h"

/* Whatever is wrong with "from", "to", "object", "after": mistakes. Before the store is opened. */
void files_look_at (const Request *request);

bool files_check (Store *store, const Request *request, GError **error);
bool files_discover (Store *store, const Request *request, GError **error);
bool files_read (Store *store, const Request *request, Done *done, GError **error);
bool files_write (Store *store, const Request *request, Done *done, GError **error);

/* Of files.h's own files: "from" as it was asked for. */
typedef struct
{
  char *folder;  /* "": the connection's own; owned, as those below */
  char **parts;  /* the name, or what the pattern has behind the folder, between its slashes */
  char *avoided; /* the folder that files are moved to when they are loaded; NULL: none */
  bool is_pattern;
  int64_t settle; /* seconds */
} FilesFrom;

#define FILES_SETTLE_SECONDS 5

/* from NULL: all files of the connection's own folder. after: of the job; may be NULL. */
FilesFrom files_from (const Json *from, const Json *after);
void files_from_clear (FilesFrom *from);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FilesFrom, files_from_clear)

/* Whether a file that was moved to where it is moved would be found again. */
bool files_come_again (const FilesFrom *from);

/* Whether it means other files than the one of that name. */
bool files_is_pattern (const char *path);

/* Paths of what the pattern takes, sorted. Of a name that is no pattern, that one, whether it is there or not. Where one of folder and avoided is relative and the other
 * absolute, avoided becomes as the folder is; files that come again are CONFIGURATION then. */
GPtrArray *files_find (Store *store, FilesFrom *from, GError **error);

/* An object as the request has it. False: there is none; whatever is wrong is a mistake. */
bool files_object (const Json *object, const char *place, const char **ret_path, FileFacts *ret_facts);

/* What a file is, byte by byte: true and *ret_same. */
bool files_is_same (Store *store, const char *path, int64_t size, const char *sha256, bool *ret_same, GError **error);

#endif
