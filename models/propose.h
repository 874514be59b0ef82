/* A model proposed from what was staged: which columns identify a row, what it refers to, which types its columns have. Pure; the
 * caller counts. Calling order: staged_table_new, add columns; propose_single; where none is good, propose_pairs, count them, and
 * propose_pair; then propose_model. */
#ifndef WEIR_MODELS_PROPOSE_H
#define WEIR_MODELS_PROPOSE_H

#include "base/json.h"
#include "models/catalog.h"

typedef struct
{
  char *name;
  char *type;       /* a type word */
  char *format;     /* how the file writes it, or NULL */
  Json *nulls;      /* array of the texts that were read as NULL; NULL or empty: none */
  bool ambiguous;   /* text, because it can be read in two ways, or only a model may say what it is */
  int64_t values;   /* rows that are not NULL */
  int64_t distinct; /* different values */
} StagedColumn;

typedef struct
{
  char *table;
  GPtrArray *columns; /* of StagedColumn */
  int64_t rows;
  int64_t different; /* rows that differ from each other: a row that is there twice says nothing against a key */
} StagedTable;

StagedTable *staged_table_new (const char *table);
void staged_table_free (StagedTable *staged);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StagedTable, staged_table_free)

/* Owned by the table. */
StagedColumn *staged_table_add (StagedTable *staged, const char *name, const char *type, const char *format);

/* Another type than the staged one. */
void staged_column_set_type (StagedColumn *column, const char *type, const char *format);

/* Columns of a proposed business key, as indices into the table's columns. */
typedef struct
{
  guint columns[2];
  guint count;      /* 0: there is no key */
  int64_t distinct; /* of a pair: to be counted by the caller */
  bool dated;       /* there are several rows of a key, each true since what the column "since" says */
  guint since;
} ProposedKey;

/* The best single column, or a count of 0. One with the name of a key (email, id, code, ..._id) may have a few duplicates, another
 * one must have none. */
ProposedKey propose_single (const StagedTable *staged);

/* The pairs worth counting, the best first: at most 28. Owned by the caller; of ProposedKey. */
GArray *propose_pairs (const StagedTable *staged);

/* The first pair without duplicates, or a count of 0. One of a column and the time since when a row is true (propose_says_since) comes
 * before the others, and is a key of that column alone, dated. */
ProposedKey propose_pair (const StagedTable *staged, const GArray *pairs);

/* Whether the key has that column; whether a column has the name of one that identifies somebody (email, id, code, ..._id). */
bool propose_is_of_key (ProposedKey key, guint index);
bool propose_names_a_key (const StagedTable *staged, const StagedColumn *column);

/* Whether a column is an amount, by its type or its name: what is unique in one happens to be. */
bool propose_is_measure (const StagedColumn *column);

/* Whether a column is a time whose name says that it is since when a row is true: updated_at, valid_from. */
bool propose_says_since (const StagedColumn *column);

/* The column that has the time at which each row happened: rows are events then, and not states of things that go on. It is in the key; or
 * its name says so (order_date in orders, sold_at, timestamp); or it is another time than things have that go on (date_of_birth,
 * valid_to), in rows that measure something and are about others. NULL: there is none. *ret_sure false: it may be one (created_at, in rows
 * about others), which only a person can tell. Borrowed. */
const StagedColumn *propose_event (const StagedTable *staged, ProposedKey key, bool *ret_sure);

/* The model, as JSON that model_parse accepts. References are proposed where a column is the whole business key of a dimension of
 * the catalog, which makes a fact, as an event does. ret_notes (of char *) gets a line for each decision that is not plain from the counts. MODEL
 * error where no model is possible (a table's name that is no usable one). A new reference. */
Json *propose_model (const StagedTable *staged, ProposedKey key, const Catalog *catalog, const ModelWords *words,
                     GPtrArray *ret_notes, GError **error);

#endif
