/* The columns of a warehouse table: which a layout wants, which are stored, and how a stored one becomes what is wanted. Pure, but
 * for columns_read. */
#ifndef WEIR_PIPELINE_WAREHOUSE_COLUMNS_H
#define WEIR_PIPELINE_WAREHOUSE_COLUMNS_H

#include "base/db.h"
#include "pipeline/layout/layout.h"

/* Borrowed from the layout. */
typedef struct
{
  const char *name;
  const Type *type;
  const char *pinned; /* the column whose pins tell of it: of a reference the first one that it replaces */
} WantedColumn;

/* The references and stored columns of a layout whose types are settled, in its order (of WantedColumn). */
GArray *columns_wanted (const Layout *layout);

typedef struct
{
  char *name;
  char *former;     /* the name before columns_rename; NULL: the same */
  const Type *type; /* NULL: one that weir does not know */
  char *written;    /* as PostgreSQL writes it */
  bool not_null;    /* none of a file is */
} StoredColumn;

/* Those of a table, in its order (of StoredColumn); none where there is no such table. NULL on error. */
GPtrArray *columns_read (Db *db, const char *schema, const char *table, GError **error);

const StoredColumn *columns_find (const GPtrArray *stored, const char *name); /* NULL: not there */

/* The columns of the business key, by their names in SQL (of char *). Owned by the caller. */
GPtrArray *columns_of_key (const Model *model);

/* As columns_find, the mark of placeholders (inferred.h): a column of a file's that has the name is none. */
const StoredColumn *columns_find_mark (const GPtrArray *stored, const char *name);

/* A column that is stored under a name which the model lists in "from". Borrowed: from "stored" and the pins. */
typedef struct
{
  StoredColumn *column;
  const char *name; /* that it gets */
} ColumnRename;

/* Which stored columns have to be renamed before a load (of ColumnRename); "pins" after former_apply. Error: MODEL
 * ("columns_drift") where two of them would have one name: which values are to stay, nobody can tell. NULL then. */
GArray *columns_renames (const char *schema, const Model *model, const Pins *pins, const GPtrArray *stored, GError **error);
void columns_rename (const ColumnRename *rename); /* the stored column has its new name */

const WantedColumn *columns_find_wanted (const GArray *wanted, const char *name); /* NULL: it is not wanted */

/* The columns that a load wants, and those that it finds. */
typedef struct
{
  const GArray *wanted;    /* of WantedColumn */
  const GPtrArray *stored; /* of StoredColumn */
  const Pins *pins;
  GArray *alter; /* of WantedColumn: those whose type has to change */
} Columns;

typedef enum
{
  COLUMN_STAYS,
  COLUMN_IS_NEW,
  COLUMN_IS_CAST,      /* by PostgreSQL, without loss */
  COLUMN_IS_CONVERTED, /* from text, if every value is of the type: convert.h */
  COLUMN_CANNOT,
} ColumnStep;

/* What a load has to do for a wanted column, "pins" being those before it. */
ColumnStep columns_step (const Layout *layout, const Pins *pins, const WantedColumn *wanted, const GPtrArray *stored);

/* The error of COLUMN_CANNOT: MODEL ("type_changed"). Returns false. */
bool columns_refuse (const char *schema, const Layout *layout, const WantedColumn *wanted, const StoredColumn *stored,
                     GError **error);

/* The hint where something of somebody's is in the way: of a view of ours, which would have to go, or of the table itself. Returns false. */
bool columns_explain_dependent (const char *schema, const char *relation, GError **error);

/* Whether the id's column is the one that the first load made, else a MODEL error ("key_changed"). */
bool columns_check_id (const char *schema, const Model *model, const GPtrArray *stored, GError **error);

#endif
