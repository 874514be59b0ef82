/* What is read: a table or a query, and its columns as the server and the job describe them.
 *
 *   Source source = { 0 };
 *   source_find (session, request, &source, error)      mistakes of "from" are told; false: there is no going on
 *   source_treat (session, request, &source, error)     what the job says of its columns, its key and bookmark; mistakes all at once
 *   source_clear (&source)
 *
 * All strings are owned by the Source, but for those of the request. */
#ifndef WEIR_CONNECT_PG_SOURCE_H
#define WEIR_CONNECT_PG_SOURCE_H

#include "connect/pg/session.h"
#include "connect/pg/types.h"

#define SOURCE_ALIAS "weir_source"

typedef struct
{
  char *name;
  char *source_type; /* "numeric(10,2)" */
  char *base;        /* the type that a literal is cast to; of a domain its base */
  char *typname;     /* of the base: "numeric" */
  PgKind kind;
  bool nullable; /* as far as anybody knows */
  bool is_key;
  /* What the job says: */
  bool is_dropped;
  char *shown;        /* its name in the file */
  const char *type;   /* of models; static */
  const char *mask;   /* static; NULL: none */
  char *otherwise;    /* in the place of NULL; NULL: nothing */
  const char *casted; /* the type it is cast to at the server; NULL: it is not */
} PgColumn;

typedef struct
{
  bool is_table;
  char *from;   /* "public"."orders" weir_source, or (query) weir_source */
  char *schema; /* of a table */
  char *table;
  uint32_t oid;
  bool is_view;
  double estimate; /* of its rows; < 0: nobody knows */
  PgColumn *columns;
  int n;
  GPtrArray *params; /* of a query, texts or NULL; in the order of $1, $2 ... */
  char *path;        /* a statement that makes the names of types mean what they meant; NULL: none */
  double width;      /* bytes of a row, about; 0: nobody knows */
  const char *zone;  /* that times without one are in, as "from" says; NULL: it does not */
  int *key;          /* columns, in the order of "key" */
  int n_key;
  int bookmark; /* -1: none */
} Source;

/* Finds it and asks for its columns. Within a transaction. */
bool source_find (PgSession *session, const Request *request, Source *ret, GError **error);
bool source_treat (PgSession *session, const Request *request, Source *source, GError **error);

/* The server does not say of which column a value is that it cannot cast: an error of a reading gets the names of those that it casts. */
void source_name_casts (const Source *source, GError **error);
void source_clear (Source *source);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Source, source_clear)

/* Tells the columns as the answer has them; is_dump: with the time of the snapshot. A mistake where none is left. */
bool source_declare (const Source *source, bool is_dump, GError **error);

/* -1: there is none. */
int source_column (const Source *source, const char *name);

/* The nearest name of a column, NULL: none is near. Borrowed from the source. */
const char *source_nearest (const Source *source, const char *name);

/* Fills in kind and base of columns whose pg_type.oid is known: "oids" has n of them, "modifiers" their typmods. */
bool source_resolve (PgSession *session, const uint32_t *oids, const int *modifiers, PgColumn *columns, int n, GError **error);

#endif
