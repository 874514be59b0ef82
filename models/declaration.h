/* What lies beside a file and says what it is: imports/.NAME.json of imports/NAME (docs/connectors.md). Read strictly, with all mistakes at once. */
#ifndef WEIR_MODELS_DECLARATION_H
#define WEIR_MODELS_DECLARATION_H

#include "base/json.h"
#include "models/model_load.h"

/* What it means that a row of the source is not in the file. */
typedef enum
{
  DECLARED_UNSAID,   /* as the model says of any file */
  DECLARED_CHANGES,  /* nothing */
  DECLARED_COMPLETE, /* it is gone, where the model closes what is absent */
  DECLARED_KEYS,     /* the same, and the rows have keys alone, which say nothing else */
} DeclaredRows;

typedef struct
{
  char *name; /* as in the file's header */
  char *type; /* a type word as models have them; NULL: its cells say it, as those of any file */
  bool nullable, key;
} DeclaredColumn;

/* The remote file that it was. */
typedef struct
{
  char *path;
  int64_t size; /* -1: not said */
  char *mtime;  /* as timestamptz; NULL: not said */
  char *etag;   /* NULL: none */
} DeclaredPulled;

typedef struct
{
  char *table;        /* NULL: not said */
  GPtrArray *columns; /* of DeclaredColumn; NULL: the file is sniffed as any other */
  DeclaredRows rows;
  int64_t count; /* rows that it must have; -1: not said */
  char *sha256;  /* in lower case; NULL: not said */
  bool has_bookmark;
  char *source, *stream;  /* of the bookmark */
  Json *from, *to;        /* from: NULL where there must be none */
  DeclaredPulled *pulled; /* NULL: none */
  char *pulled_source;    /* whose file it was: the bookmark's source, unless it says another */
  char *job;              /* that has pulled it; NULL: not said */
  GStrv notes;            /* that whoever brought it has for people; NULL: none */
} Declaration;

/* "shown" is what messages call it: the file that it is of. Errors: INPUT ("bad_declaration"), each mistake with its JSON path a line of the detail. */
Declaration *declaration_parse (const char *text, size_t length, const char *shown, const ModelWords *words, GError **error);
void declaration_free (Declaration *declaration);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Declaration, declaration_free)

/* Whether the file's cells are to be looked at for a type: it has no "columns", or one of them says none. */
bool declaration_leaves_types (const Declaration *declaration);

#endif
