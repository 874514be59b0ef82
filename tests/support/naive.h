/* What the warehouse must hold after any files, worked out the slow way: a list of versions for each key, whose values are compared one
 * by one. It knows nothing of hashes, deltas and SQL, so that it is wrong in other ways than weir.
 *
 *   naive_new;  for each file: naive_load;  naive_text is what naive_query must give */
#ifndef WEIR_TESTS_SUPPORT_NAIVE_H
#define WEIR_TESTS_SUPPORT_NAIVE_H

#include <glib.h>
#include <stdbool.h>

#define NAIVE_COLUMNS 7

typedef enum
{
  NAIVE_DIMENSION,
  NAIVE_FACT, /* with a key */
  NAIVE_BAG,  /* without */
} NaiveKind;

/* What a file writes into a column, whatever weir makes of it. */
typedef enum
{
  WRITES_WORDS,
  WRITES_NUMBERS, /* and a word at times */
  WRITES_DATES,
  WRITES_KEYS, /* of the dimension that a fact refers to; words in a dimension */
} NaiveWrites;

extern const NaiveWrites naive_writes[NAIVE_COLUMNS]; /* by column; their names are c0, c1 ... at first */

typedef struct
{
  char *key;
  char *cells[NAIVE_COLUMNS]; /* NULL: an empty cell; "": one in quotes */
} NaiveRow;

typedef struct
{
  bool has[NAIVE_COLUMNS];
  GPtrArray *rows; /* of NaiveRow, owned */
} NaiveFile;

typedef struct
{
  int read, duplicate, unchanged, inserted, updated, deactivated;
} NaiveCounts;

typedef struct Naive Naive;

Naive *naive_new (NaiveKind kind);
void naive_free (Naive *naive);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Naive, naive_free)

void naive_file_init (NaiveFile *file);
void naive_file_clear (NaiveFile *file);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NaiveFile, naive_file_clear)
NaiveRow *naive_file_add (NaiveFile *file, const char *key); /* borrowed */

/* False: it must be refused, and changes nothing. */
bool naive_load (Naive *naive, const NaiveFile *file, NaiveCounts *ret_counts);

/* Somebody drops the column of the table: the name that it has there, owned by the caller. NULL: there is none. */
char *naive_drop (Naive *naive, int column);

/* The model calls the column n0, n1 ... from the next file on that is not refused. */
void naive_rename (Naive *naive, int column);

/* All rows, a line each, and the statement that gives them of "table". Owned by the caller. */
char *naive_text (const Naive *naive);
char *naive_query (const Naive *naive, const char *table);

#endif
