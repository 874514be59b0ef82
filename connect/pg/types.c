#include "connect/pg/types.h"

#include "base/text.h"

#include <glib.h>
#include <string.h>

static const struct
{
  const char *typname;
  PgKind kind;
} kinds[] = {
  { "bool", PG_BOOLEAN }, { "int2", PG_INTEGER },  { "int4", PG_INTEGER },
  { "int8", PG_INTEGER }, { "oid", PG_INTEGER },   { "numeric", PG_NUMERIC },
  { "money", PG_MONEY },  { "float4", PG_DOUBLE }, { "float8", PG_DOUBLE },
  { "date", PG_DATE },    { "time", PG_TIME },     { "timestamp", PG_TIMESTAMP },
  { "uuid", PG_UUID },    { "json", PG_JSON },     { "timestamptz", PG_TIMESTAMPTZ },
  { "jsonb", PG_JSON },   { "text", PG_TEXT },     { "varchar", PG_TEXT },
  { "bpchar", PG_TEXT },  { "name", PG_TEXT },     { "char", PG_TEXT },
};

PgKind
type_kind (const char *typname, bool is_of_catalog)
{
  for (size_t i = 0; is_of_catalog && i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].typname, typname) == 0)
      return kinds[i].kind;
  return strcmp (typname, "citext") == 0 ? PG_TEXT : PG_OTHER;
}

const char *
type_declared (PgKind kind)
{
  static const char *const words[] = {
    [PG_OTHER] = "text",      [PG_TEXT] = "text",     [PG_BOOLEAN] = "boolean",         [PG_INTEGER] = "bigint",
    [PG_NUMERIC] = "numeric", [PG_MONEY] = "numeric", [PG_DOUBLE] = "double precision", [PG_DATE] = "date",
    [PG_TIME] = "time",       [PG_UUID] = "uuid",     [PG_TIMESTAMP] = "timestamp",     [PG_TIMESTAMPTZ] = "timestamptz",
    [PG_JSON] = "jsonb",
  };
  return words[kind];
}

/* Their own names, and those that models may say for them (pipeline/types). */
static const struct
{
  const char *word, *type;
} words[] = {
  { "boolean", "boolean" },
  { "bigint", "bigint" },
  { "numeric", "numeric" },
  { "double precision", "double precision" },
  { "date", "date" },
  { "time", "time" },
  { "timestamp", "timestamp" },
  { "timestamptz", "timestamptz" },
  { "uuid", "uuid" },
  { "jsonb", "jsonb" },
  { "text", "text" },
  { "bool", "boolean" },
  { "int8", "bigint" },
  { "int", "bigint" },
  { "int2", "bigint" },
  { "int4", "bigint" },
  { "integer", "bigint" },
  { "smallint", "bigint" },
  { "decimal", "numeric" },
  { "dec", "numeric" },
  { "double", "double precision" },
  { "float", "double precision" },
  { "float4", "double precision" },
  { "float8", "double precision" },
  { "real", "double precision" },
  { "time without time zone", "time" },
  { "timestamp without time zone", "timestamp" },
  { "timestamp with time zone", "timestamptz" },
  { "varchar", "text" },
  { "character varying", "text" },
};

const char *
type_find (const char *word)
{
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (words[i].word, word) == 0)
      return words[i].type;
  return NULL;
}

const char *
type_nearest (const char *word)
{
  const char *all[G_N_ELEMENTS (words) + 1] = { NULL };
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    all[i] = words[i].word;
  return text_nearest (word, all);
}

bool
type_is_ordered (PgKind kind, const char *typname)
{
  return (kind == PG_TEXT && strcmp (typname, "citext") != 0) || kind == PG_BOOLEAN || kind == PG_UUID || kind == PG_TIME
         || type_is_time (kind) || type_is_number (kind) || strcmp (typname, "bytea") == 0;
}

bool
type_is_time (PgKind kind)
{
  return kind == PG_DATE || kind == PG_TIMESTAMP || kind == PG_TIMESTAMPTZ;
}

bool
type_is_number (PgKind kind)
{
  return kind == PG_INTEGER || kind == PG_NUMERIC;
}
