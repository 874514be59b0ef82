/* Columns: the properties of all SCHEMA messages of a stream so far, in the order in which they were first seen, and what was seen of their values. */
#ifndef WEIR_CONNECT_SINGER_COLUMNS_H
#define WEIR_CONNECT_SINGER_COLUMNS_H

#include "connect/connector.h"
#include "connect/slice.h"
#include "connect/singer/types.h"

typedef struct
{
  char *name;
  Shape shape;
  Seen seen;
  bool is_key;
} Column;

typedef struct
{
  GPtrArray *columns;  /* of Column */
  GHashTable *by_name; /* to its index and 1 */
  GHashTable *unknown; /* names that records have and no schema */
  guint expected;      /* where the next name of a record is looked for first */
} Columns;

void columns_init (Columns *columns);
void columns_clear (Columns *columns);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Columns, columns_clear)

/* Adds a schema to what is known: new columns behind the others, more kinds to those that are there. key: names; the last schema's hold. */
void columns_add_schema (Columns *columns, const Json *schema, const Json *key);

/* The index, or -1; one that is in no schema is remembered. A name of JSON. */
int columns_of_name (Columns *columns, Slice name);
int columns_find_text (const Columns *columns, const char *name);

/* One that no record has: with its shape of the catalog's schema. */
void columns_add (Columns *columns, const char *name, const Json *schema);

static inline Column *
column_at (const Columns *columns, guint i)
{
  return g_ptr_array_index (columns->columns, i);
}

#endif
