/* A row's inside, for the files that convert one: row.c (what is asked of it), row_cells.c (cells to values), row_keys.c (id and references). */
#ifndef WEIR_PIPELINE_STAGE_ROW_INSIDE_H
#define WEIR_PIPELINE_STAGE_ROW_INSIDE_H

#include "pipeline/layout/key.h"
#include "pipeline/stage/row.h"
#include "pipeline/stage/rowhash.h"

/* What is asked of every cell of a column, looked up once. */
typedef struct
{
  const LayoutColumn *layout;
  const Type *type;
  LayoutReader reader;
  bool text;        /* it takes each cell as it is */
  bool lists_nulls; /* texts that mean NULL: the layout must be asked */
  bool keeps_blanks;
  bool drops_empty; /* the empty text is nothing */
  bool searched;    /* the raw cells of a key may contradict its type */
} Column;

struct Row
{
  const Layout *layout;
  bool bag;
  Column *columns;
  int *plain; /* the columns that are not of the key */
  int n_plain;
  Cell *cells;   /* by column */
  size_t length; /* of the text that the cells borrow */
  KeyMaker *key; /* NULL: no business key */
  KeyMaker **reference_keys;
  CellFormat **reference_formats; /* of the dimension's own columns, by part */
  Uid *reference_ids;
  Cell *reference_cells; /* the ids, as they are hashed */
  KeyPart *parts;        /* room for the longest key */
  GString **texts;       /* of the parts that are known by their value: the key's, then a reference's from n_columns on */
  RowHash *hash;
  Uid id, row_hash;
  const Forgotten *forgotten;            /* of its own table; NULL: nobody */
  const Forgotten **reference_forgotten; /* by reference; the array is NULL where nobody is forgotten of any table */
  int64_t lost;                          /* rows that lost a reference */
  RowClock clock;
  NullCount *nulls; /* by words */
  const char *column;
  Reason reason;
  GString *message;
};

/* Says why the row is a reject: the column (NULL: the record) and the message. */
RowVerdict row_refuse (Row *row, const char *column, Reason reason, const char *format, ...) G_GNUC_PRINTF (4, 5);

/* Whether a cell means NULL whatever its column's type may be. */
bool row_is_listed_null (const Row *row, int column, const Field *field);

/* A cell's value, or NULL. */
RowVerdict row_convert_cell (Row *row, int column, const Field *field);

/* All cells but the key's, which are normalised first. */
RowVerdict row_convert_cells (Row *row, const Record *record);

/* The parts of a key from these columns of a record. */
void row_fill_parts (Row *row, const Record *record, const int *columns, int n);

/* A part of the own key, or of a reference's, as it is known by: its value. False: it is none of the column's type. */
bool row_canonical_key (Row *row, int part);
bool row_canonical_reference (Row *row, int reference, int part);

/* What becomes of a row that converts, where somebody is forgotten. */
RowVerdict row_pass_forgotten (Row *row);

/* The id, and the key columns' cells in their normalised form. */
RowVerdict row_convert_key (Row *row, const Record *record);

/* A reference is NULL when all its columns are empty; half of a composite one refers to nothing. */
RowVerdict row_convert_reference (Row *row, const Record *record, int reference);

#endif
