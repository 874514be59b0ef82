/* A place with files, whoever has them: what SFTP and shares have in common. files.h does with these operations what the verbs ask for.
 *
 * Paths are those of the jobs: relative to the connection's own folder, or absolute where it allows that. */
#ifndef WEIR_CONNECT_CURL_STORE_H
#define WEIR_CONNECT_CURL_STORE_H

#include "connect/connector.h"

typedef enum
{
  FOUND_NOTHING,
  FOUND_FILE,
  FOUND_OTHER, /* a folder, a link, a device */
} Found;

typedef struct
{
  int64_t size, mtime; /* microseconds since 1970, as exactly as the place keeps it */
} FileFacts;

typedef struct Store Store;

typedef struct
{
  /* All names in a folder, hidden ones too, as they come; those that are surely no files may be left out. Folders in it (no links) go into "folders" where that is not NULL. */
  bool (*list) (Store *store, const char *folder, GPtrArray *names, GPtrArray *folders, GError **error);
  bool (*look) (Store *store, const char *path, Found *ret_found, FileFacts *ret_facts, GError **error);
  /* The bytes from "offset" on; at most one where "first_byte" says so. ret_facts, which may be NULL: what the file was when it was opened; of a whole one alone. */
  bool (*get) (Store *store, const char *path, int64_t offset, bool first_byte, bool (*take) (const char *, size_t, void *),
               void *data, FileFacts *ret_facts, GError **error);
  /* The whole of an open file under the name of the part, which is then renamed to "path". A part of that name that is there is overwritten. What is there as "path" is
   * replaced, or (false) *ret_exists says that it is in the way. */
  bool (*put) (Store *store, int fd, int64_t size, const char *part, const char *path, bool replaces, bool *ret_exists,
               GError **error);
  /* Without replacing: false with *ret_exists and no error where "to" is there. */
  bool (*rename) (Store *store, const char *from, const char *to, bool *ret_exists, GError **error);
  /* One that is not there is fine. */
  bool (*remove) (Store *store, const char *path, GError **error);
  /* Where relative paths begin, as an absolute one; NULL: the place does not say. Owned by the caller. The function is NULL where there are no absolute paths. */
  bool (*home) (Store *store, char **ret_home, GError **error);
} StoreVerbs;

/* Whoever implements one has this as its first member. */
struct Store
{
  const StoreVerbs *verbs;
  const char *what; /* for messages: "sftp.example.org" */
};

#endif
