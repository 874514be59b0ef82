/* The layout of one load: the file's columns in file order, each with its type, and what weir does with it. Plain data.
 *
 * layout_new gives names and roles, and the declared and pinned types; a survey (survey.h) settles the others, and may widen pinned
 * ones. From then on it is only read. */
#ifndef WEIR_PIPELINE_LAYOUT_LAYOUT_H
#define WEIR_PIPELINE_LAYOUT_LAYOUT_H

#include "models/catalog.h"
#include "models/declaration.h"
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
  bool
      exact; /* its cells are as a source writes them that knows its types: nothing is NULL but what says so, no blank is passed over */
  bool unknown;         /* nothing but NULL and "" was seen so far: a text; a value is then a contradiction */
  bool required;        /* a NULL is a reject */
  int key_part;         /* position in the business key, -1: none */
  bool stored;          /* in the warehouse; false for a fact's referenced columns */
  bool discarded;       /* staged and no more: by the model's contract, or weir's own remark on a reject */
  bool was_number;      /* by an earlier load: where the column is text now, its numbers are compared by value */
  bool takes_plus;      /* inferred numbers: one may have a plus, also before two digits or more */
  char *const *nulls;   /* texts that mean NULL here, as the model says, borrowed; NULL: it says nothing, and weir may */
  bool finds_nulls;     /* a word that stands for nothing is NULL where it is not of the type, which is not declared */
  uint64_t known_nulls; /* such words that earlier loads have read so, by bit */
  char *hashed;         /* its name in the row hash */
  int hash_slot;        /* position among the tracked names, -1: not tracked */
} LayoutColumn;

/* What is to be said of a column because of this file. */
typedef struct
{
  char *settle, *settle_or; /* its cells are taken as text, and what a model may say of it, one or the other: "type": "date", ...
                               NULL: there is nothing, or no other, to say */
  bool declarable;          /* that is no doubt: it is what only a model may say, as of percentages */
  bool other_format;        /* numbers that this file writes otherwise than the pin says, which stays as it is */
  char *change;             /* told once the file is applied: "was bigint and becomes ..."; NULL: nothing */
  int64_t *null_words;      /* how often this load has read which word of null_word.h as NULL; NULL: none */
} ColumnFinding;

typedef struct
{
  const ModelReference *reference;
  const Model *dimension;
  int *columns; /* indexes of the referenced columns, in the order of the dimension's business key */
  int n_columns;
  KeyType *key; /* what the dimension's own columns hold, by which it knows them */
  char *hashed; /* its name in the row hash */
  int hash_slot;
} LayoutReference;

typedef struct
{
  const Model *model; /* NULL: staged only */
  LayoutColumn *columns;
  ColumnFinding *findings; /* by column */
  int n_columns;
  LayoutReference *references;
  int n_references;
  int *key_columns; /* by position in the business key */
  int n_key_columns;
  int effective; /* the column that says since when each row is true, by index; -1: there is none */
  GPtrArray
      *within; /* names of the columns within whose values a file is complete ("absent"); borrowed. NULL: it says nothing of any */
  Absent absent;      /* what it means for this file that a key which holds is not in it */
  bool keys_only;     /* its rows say that their keys are there, and nothing else */
  int deleted;        /* the column that says that a row's key is gone, by index; -1: there is none */
  GPtrArray *tracked; /* names of what is hashed; borrowed */
  GPtrArray *hashed;  /* the names that they have in the hash, in the order of strcmp; borrowed */
  bool loaded_before; /* the pins know the table */
  bool header_known;  /* the header has a name that the model or the pins have: it is one, and no row that was taken for one */
} Layout;

void layout_free (Layout *layout);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Layout, layout_free)

/* "header" is the header record, or NULL: then "fields" columns are named column_1 and so on. A header that was seen before, in
 * just this spelling, gets the name that it had then; the others get theirs as naming.h says. Borrows model and catalog. Errors:
 * INPUT where the file lacks a column that the model needs ("missing_key_column", "missing_column"), or has one twice by the
 * model's "from" ("columns_drift"). A column with the name of one that weir makes in the warehouse gets a trailing underscore. */
Layout *layout_new (const Model *model, const Catalog *catalog, const Record *header, int fields, const Pins *pins, GError **error);

/* The same of a file with a declaration, whose types hold from the beginning: those of the model, else the pinned ones, widened as far as the file's
 * ask for it, else the declared ones. Only columns that are declared without a type are to be surveyed. One without columns only says what absent keys mean; NULL: as layout_new. Errors: also INPUT ("type_drift") where the contract freezes
 * what the file's types would widen; MODEL where keys alone cannot be compared with the table. */
Layout *layout_new_declared (const Model *model, const Catalog *catalog, const Record *header, int fields, const Pins *pins,
                             const Declaration *declaration, GError **error);

/* The layout of a file that has every column which is pinned or which the model names: what can be said of the table's columns
 * while there is no file. Types that are neither declared nor pinned are NULL; it is not to be settled. Errors as layout_new. */
Layout *layout_known (const Model *model, const Catalog *catalog, const Pins *pins, GError **error);

/* Whether the file has a column of that name. */
bool layout_has (const Layout *layout, const char *name);

/* Whether there is room for weir's own columns beside the file's, in staging and in the warehouse: the sniffer does not know of
 * them. Error: INPUT ("too_many_columns"). */
bool layout_check_columns (const Layout *layout, const char *file, GError **error);

/* The header for rows that are handed back for correction: one row, whatever the file has, with a name in each cell, so that
 * neither its rows nor the places of its columns are to be guessed again. Owned by the caller. */
char *layout_header (const Layout *layout, const Dialect *dialect);

/* Pins what this load has settled, on top of what was pinned (words that are NULL only where the model says nothing of them): a
 * column that was all NULL settles nothing but that it is there, and numbers that are written otherwise than before nothing of the
 * files to come. */
void layout_pin (const Layout *layout, Pins *pins);

/* Whether a cell of the column means NULL whatever its type may be: empty and not quoted, or one of the model's "null" texts (with
 * blanks around it, but where the column is text), or in a text column a word that was NULL before it was text. */
bool layout_is_null (const LayoutColumn *column, const Field *field);

/* A cell that is not of its column's type: the word of null_word.h that it is, if that is NULL there; else -1. */
int layout_null_word (const LayoutColumn *column, const Field *field);

/* The words that this load has read as NULL, by bit. */
uint64_t layout_null_words (const ColumnFinding *finding);

/* Whether there is nothing but blanks in the cell, which is NULL for every type but text. */
bool layout_is_blank (const Field *field);

/* Whether a cell that is not of its column's type makes its row a reject, instead of asking for another type. */
bool layout_refuses_cells (const Layout *layout, const LayoutColumn *column);

/* Whether a cell, not empty, is of its settled column's type, blanks around it or not, and its value. A type that this file settles
 * takes only the cells that inference gives it for (no "yes" in a boolean), or it would depend on whether the sample has met such a
 * cell; one that is declared or pinned takes every spelling. */
bool layout_parse (const LayoutColumn *column, const char *cell, size_t length, Value *ret_value);

/* The same for many cells: what the column says is looked up once. Borrows the column's format. */
typedef struct
{
  bool (*parse) (const char *cell, size_t length, const CellFormat *format, Value *ret_value);
  CellFormat format;
  bool refuses_plus; /* before two digits or more */
  bool exact;        /* nothing around a value is passed over */
} LayoutReader;

void layout_reader_init (LayoutReader *ret_reader, const LayoutColumn *column);
bool layout_read_trimmed (const LayoutReader *reader, const char *cell, size_t length, Value *ret_value);

static inline bool
layout_read_bare (const LayoutReader *reader, const char *cell, size_t length, Value *ret_value)
{
  return !(reader->refuses_plus && length > 2 && cell[0] == '+') && reader->parse (cell, length, &reader->format, ret_value);
}

static inline bool
layout_read (const LayoutReader *reader, const char *cell, size_t length, Value *ret_value)
{
  return layout_read_bare (reader, cell, length, ret_value) || layout_read_trimmed (reader, cell, length, ret_value);
}

/* Whether the table's rows are known by their hash alone. */
bool layout_is_bag (const Layout *layout);

/* Whether a column may go from one type to the other: types_widens, but for a bag of rows without a key, which are known by their
 * hash alone. As text the rows that are there would meet none of those to come. */
bool layout_may_become (const Layout *layout, TypeId from, TypeId to);

/* The declared column of that name whose values may be made of the texts that are stored so far: one that no row is known by. NULL:
 * there is none. */
const LayoutColumn *layout_find_convertible (const Layout *layout, const char *name);

/* The name of the first column of the business key; NULL: it has none. Borrowed. */
const char *layout_key_name (const Layout *layout);

#endif
