/* Declarations (docs/connectors.md): what is said beside a file that is dropped, and how a job knows its own files by that. */
#ifndef WEIR_SRC_PULL_DECLARE_H
#define WEIR_SRC_PULL_DECLARE_H

#include "base/json.h"
#include "base/uid.h"
#include "src/settings/settings.h"

/* What a file is. Borrowed; NULL where nothing is to be said. */
typedef struct
{
  const char *table;
  const Json *columns; /* of the result */
  const char *rows;    /* "changes", "complete", "keys" */
  const Json *done;    /* rows and SHA-256 */
  bool raw;            /* it lies there as it lay at the source: nothing is known of its rows */
  const char *job, *stream;
  const Json *from, *to; /* positions; to NULL: no bookmark moves */
  const Json *pulled;    /* the file at the source */
  const Json *notes;
} Declared;

/* A new reference. */
Json *declare (const Declared *declared);

/* "orders-20261129T081500Z-1a2b3c4d.csv"; now: in microseconds since 1970. Owned by the caller. */
char *declare_name (const char *table, int64_t now, Uid run);

/* The name of a file that keeps that of the source: "orders-1.export.csv". number 0: as it is there. Owned by the caller. */
char *declare_name_like (const char *table, const char *path, int number);

/* Where a file's declaration lies, while that is in the drop folder. Owned by the caller. */
char *declared_path (const Settings *settings, const char *name);

/* The names of files of the drop folder that declare themselves to be the job's, of char *, in their order. Errors: LOCAL. */
bool declared_files (const Settings *settings, const char *job, GPtrArray **ret_names, GError **error);

/* Whether a claimed file does. */
bool declared_in_claim (const Settings *settings, Uid run, const char *job);

#endif
