/* PostgreSQL's types as weir's: what a column's values are called there, and what may order rows. Pure. */
#ifndef WEIR_CONNECT_PG_TYPES_H
#define WEIR_CONNECT_PG_TYPES_H

#include <stdbool.h>
#include <stdint.h>

/* What a column is to us. */
typedef enum
{
  PG_OTHER,   /* its text says it all: arrays, enumerations, intervals, bytea, inet, ranges, ... */
  PG_TEXT,    /* text, varchar, char, name, citext */
  PG_BOOLEAN, /* written as true and false */
  PG_INTEGER, /* smallint, integer, bigint, oid */
  PG_NUMERIC, /* numeric */
  PG_MONEY,   /* written as a numeric: its own text follows the server's locale */
  PG_DOUBLE,  /* real, double precision */
  PG_DATE,
  PG_TIME,      /* without time zone */
  PG_TIMESTAMP, /* without time zone */
  PG_TIMESTAMPTZ,
  PG_UUID,
  PG_JSON, /* json, jsonb: weir's is jsonb, which keeps no order of members and no spaces */
} PgKind;

/* By pg_type.typname of pg_catalog, of a domain its base. OTHER: any other. citext is named by its own. */
PgKind type_kind (const char *typname, bool is_of_catalog);

/* The type of models that it is declared as: "bigint". Static. */
const char *type_declared (PgKind kind);

/* A type of models by any of its names: the one that it is declared as. NULL: there is none. Static. */
const char *type_find (const char *word);

/* The nearest such name, NULL: none is near. Static. */
const char *type_nearest (const char *word);

/* Whether the rows of a table may be read in the order of such columns: the server compares them by operators of pg_catalog, and their text is exact. */
bool type_is_ordered (PgKind kind, const char *typname);

/* What can be a bookmark: time has a horizon, a number has not. */
bool type_is_time (PgKind kind);
bool type_is_number (PgKind kind);

#endif
