/* What a table of the warehouse has otherwise than the same table made again (src/load/rebuild.h), and making it the same.
 *
 *   begin a transaction that sees one state; difference_find; difference_write where that is wanted; its end; difference_free
 *
 * Rows are the same ones by what tells them apart: id, and since when. Compared is all but row hashes, and, where rows may have waited for
 * what they refer to, when they came. A column that somebody added by hand is not looked at, and stays. */
#ifndef WEIR_PIPELINE_WAREHOUSE_DIFFERENCE_H
#define WEIR_PIPELINE_WAREHOUSE_DIFFERENCE_H

#include "base/db.h"
#include "base/json.h"
#include "models/catalog.h"

/* Borrowed. */
typedef struct
{
  const Model *model;
  const Catalog *catalog;
  const char *schema;    /* of the live table */
  const char *temporary; /* of the rebuilt one, which has the same name */
  const char *pins;      /* what the live one was made with, as JSON; NULL: nobody knows */
  int lock_ms;           /* how long to wait for a lock that a change of columns needs */
} DifferenceOf;

typedef struct
{
  DifferenceOf of;
  bool exists;               /* the live table is there */
  bool comparable;           /* its rows are told apart by the same columns */
  bool reshaped;             /* its columns have to change */
  GPtrArray *keys;           /* of char *: what tells the rebuilt rows apart */
  GPtrArray *live, *rebuilt; /* columns (columns.h) */
  GPtrArray *shape;          /* of char *: what is told of columns */
  char *by_hand;             /* a column that somebody added, NULL: none */
  int64_t live_rows, rebuilt_rows;
  int64_t extra;     /* rows that only the live table has */
  int64_t missing;   /* only the rebuilt one */
  int64_t different; /* both, with other values */
} Difference;

/* Where the model has other names for the columns that tell versions apart, or another open end, than the live table, "history" of weir.table: that
 * gets them, before it is compared to be written. Errors: as of difference_write. */
bool difference_retell (Db *db, const DifferenceOf *of, const char *history, GError **error);

Difference *difference_find (Db *db, const DifferenceOf *of, GError **error);
void difference_free (Difference *difference);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Difference, difference_free)

bool difference_is_none (const Difference *difference);

/* The first of its rows, at most "limit": [{"row": "extra", "missing" or "different", "key": {column: text} with the business key, "live": {column: text},
 * "rebuilt": {...}}], the last two with the columns that differ, or all. Columns with personal data are "(pii)" unless "show_pii". A new
 * reference. */
bool difference_sample (Db *db, const Difference *difference, int limit, bool show_pii, Json **ret_sample, GError **error);

/* Makes the live table the same. Only rows that differ are touched, so that whoever reads goes on; but where columns have to change the table
 * is locked and filled anew. Errors: MODEL where that cannot be, or somebody's view is in the way; RETRY ("lock_busy"). */
bool difference_write (Db *db, const Difference *difference, GError **error);

/* Makes a table of the rebuilt one in another schema, with its view. Errors: MODEL where there is such a table. */
bool difference_publish (Db *db, const Difference *difference, const char *schema, GError **error);

#endif
