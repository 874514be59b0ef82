/* The ids and hashes of a file's rows by two key secrets: what LOAD made of it, and what it would make.
 *
 * Everything but the secret is as LOAD does it, so the first of each pair is what the database has. Nothing is sent anywhere. */
#ifndef WEIR_PIPELINE_STAGE_TWICE_H
#define WEIR_PIPELINE_STAGE_TWICE_H

#include "base/uid.h"
#include "models/catalog.h"
#include "models/declaration.h"
#include "pipeline/layout/pins.h"
#include "pipeline/records/reader.h"

/* A secret, and the one that takes its place. Borrowed. */
typedef struct
{
  const void *was, *is;
  size_t was_length, is_length;
} TwoSecrets;

/* What something is known by with each of them. */
typedef struct
{
  Uid was, is;
  bool hash; /* of a row; else an id */
} Pair;

typedef struct
{
  int fd; /* of the file, from its beginning */
  const char *name;
  const Model *model;
  const Catalog *catalog;
  const Pins *pins; /* with those of the dimensions */
  const ReaderLimits *limits;
  const Declaration *declaration; /* NULL: it has none */
} TwiceFile;

/* "take" gets them in pieces, those alone that are not the same (of Pair). Rejects have an id as far as it can be read. */
bool twice_read (const TwiceFile *file, const TwoSecrets *secrets, bool (*take) (const GArray *pairs, void *data, GError **error),
                 void *data, GError **error);

#endif
