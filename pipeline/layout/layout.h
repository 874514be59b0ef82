/* The layout of one load: the file's columns in file order, each with its type, and what weir does with it. Plain data.
 *
 *   layout = layout_new (model, catalog, header, pins, ...);      names and roles; declared and pinned types
 *   layout_settle (layout, guesses, whole, ...)                   types of the others, from the sample or from the whole file
 */
#ifndef WEIR_PIPELINE_LAYOUT_LAYOUT_H
#define WEIR_PIPELINE_LAYOUT_LAYOUT_H

#include "models/catalog.h"
#include "pipeline/types/infer.h"
#include "pipeline/layout/pins.h"
#include "pipeline/records/reader.h"

typedef enum
{
  ORIGIN_DECLARED, /* by the model */
  ORIGIN_PINNED,   /* by an earlier load */
  ORIGIN_INFERRED, /* by this file */
} Origin;

typedef struct
{
  char *name;       /* the SQL identifier */
  char *header;     /* as the file writes it; "" without a header */
  const Type *type; /* never NULL once settled */
  char *format;     /* NULL: the type's own */
  Origin origin;
  bool unknown;                   /* nothing but NULL was seen so far; a value is then a contradiction */
  bool ambiguous;                 /* its cells can be read in two ways, and were taken as text */
  const char *settle, *settle_or; /* where ambiguous: what a model may say of it, one or the other; static text */
  bool other_format;              /* numbers that this file writes otherwise than the pin says, which stays as it is */
  bool required;
  int key_part;               /* position in the business key, -1: none */
  bool stored;                /* in the warehouse; false for a fact's referenced columns */
  bool discarded;             /* staged and no more: by the model's contract, or weir's own remark on a reject */
  bool was_number;            /* by an earlier load: where the column is text now, its numbers are compared by value */
  char *change;               /* what is told of the column once the file is applied: "was bigint and becomes ..."; NULL: nothing */
  int hash_slot;              /* position among the tracked names, -1: not tracked */
  int64_t contradictions;     /* of the pinned type, counted while the whole file is inferred */
  int64_t contradiction_line; /* of the first */
  char *contradiction;        /* its cell, printable */
} LayoutColumn;

typedef struct
{
  const ModelReference *reference;
  const Model *dimension;
  int *columns; /* indexes of the referenced columns, in the order of the dimension's business key */
  int n_columns;
  KeyType *key; /* what the dimension's own columns hold, by which it knows them */
  int hash_slot;
} LayoutReference;

typedef struct
{
  const Model *model; /* NULL: staged only */
  LayoutColumn *columns;
  int n_columns;
  LayoutReference *references;
  int n_references;
  int *key_columns; /* by position in the business key */
  int n_key_columns;
  GPtrArray *tracked; /* names that are hashed, in the order of strcmp; borrowed */
} Layout;

void layout_free (Layout *layout);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Layout, layout_free)

/* "header" is the header record, or NULL: then "fields" columns are named column_1 and so on. A header that was seen before, in
 * just this spelling, gets the name that it had then; the others get theirs as ident.h says. Borrows model and catalog. Errors:
 * INPUT where the file lacks a column that the model needs ("missing_key_column", "missing_column"). A column with the name of one
 * that weir makes in the warehouse gets a trailing underscore. */
Layout *layout_new (const Model *model, const Catalog *catalog, const Record *header, int fields, const Pins *pins, GError **error);

/* The layout of a file that has every column which is pinned or which the model names: what can be said of the table's columns while
 * there is no file. Types that are neither declared nor pinned are NULL; it is not to be settled. Errors as layout_new. */
Layout *layout_known (const Model *model, const Catalog *catalog, const Pins *pins, GError **error);

/* Whether there is room for weir's own columns beside the file's, in staging and in the warehouse: the sniffer does not know of
 * them. Error: INPUT ("too_many_columns"). */
bool layout_check_columns (const Layout *layout, const char *file, GError **error);

/* The header for rows that are handed back for correction: one row, whatever the file has, with a name in each cell, so that
 * neither its rows nor the places of its columns are to be guessed again. Owned by the caller. */
char *layout_header (const Layout *layout, const Dialect *dialect);

/* Looks at one record of the sample or of the whole file. Records of another width are left out. */
void layout_look (Layout *layout, ColumnGuess *guesses, const Record *record);

/* Settles the types that the model does not declare. "whole": the guesses have seen every record. *ret_again: the sample does not
 * decide (day and month, say), look at the whole file first. A pinned type that the whole file contradicts is widened where that
 * loses nothing; otherwise it is an INPUT error ("type_drift") that shows each such column. So are numbers that can be read in two
 * ways, and a column that can if what it is taken for could not be mended later: a key, or one of rows without a key ("ambiguous").
 */
bool layout_settle (Layout *layout, const ColumnGuess *guesses, bool whole, bool *ret_again, GError **error);

/* Whether a cell means NULL: empty and not quoted, or one of the model's "null" texts. */
bool layout_is_null (const Layout *layout, const Field *field);

/* Whether a cell that is not of its column's type makes its row a reject, instead of asking for another type. */
bool layout_refuses_cells (const Layout *layout, const LayoutColumn *column);

/* Whether a cell, not empty, is of its settled column's type, and its value. A type that this file settles takes only
 * the cells that inference gives it for (no "yes" in a boolean), or it would depend on whether the sample has met such a cell; one
 * that is declared or pinned takes every spelling. */
bool layout_parse (const LayoutColumn *column, const char *cell, size_t length, Value *ret_value);

/* Whether a column may go from one type to the other: types_widens, but for a bag of rows without a key, which are known by their
 * hash alone. As text the rows that are there would meet none of those to come. */
bool layout_may_become (const Layout *layout, TypeId from, TypeId to);

/* The declared column of that name whose values may be made of the texts that are stored so far: one that no row is known by. NULL:
 * there is none. */
const LayoutColumn *layout_find_convertible (const Layout *layout, const char *name);

/* The columns that weir makes in the model's warehouse table, but for the id. NULL-terminated. */
const char *const *layout_own_names (const Model *model);

#endif
