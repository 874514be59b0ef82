/* A new key secret: the ids of all tables that were made with the old one become those that it makes, in one transaction.
 *
 *   rotate_find      which tables, and whether it can be; nothing is changed
 *   run_begin, with the lock of each of them held
 *   rotate_alias     what each id and each hash is now, as far as what is stored says it
 *   rotate_files     of which runs' files the rest has to be read: rotate_take each of them
 *   rotate_hash      the hashes of what refers to these; then rotate_files once more
 *   rotate_check     whether nothing is left
 *   rotate_count     how many become others
 *   rotate_change    the tables, what the ledger keeps of them, and the run's own row
 *   COMMIT, and rotate_free
 *
 * Nothing gets a version: rows are the same but for ids, references and hashes. schema/templates/rotate.sql has the statements. Errors: MODEL
 * where ids cannot be made again, with what to do; those of base/db.h. */
#ifndef WEIR_PIPELINE_WAREHOUSE_ROTATE_H
#define WEIR_PIPELINE_WAREHOUSE_ROTATE_H

#include "base/json.h"
#include "models/catalog.h"
#include "models/history.h"
#include "pipeline/stage/twice.h"
#include "schema/ledger.h"

typedef struct
{
  const Catalog *catalog;
  const char *staging; /* schema */
  TwoSecrets secrets;
  Uid own; /* the run */
} RotateTask;

/* A table of which something changes. */
typedef struct
{
  char *table, *schema;
  const Model *model; /* the catalog's */
  Pins *pins;         /* as they are kept, with those of the dimensions */
  History history;
  GPtrArray *stored;     /* of StoredColumn */
  GPtrArray *references; /* names of the columns whose ids change, borrowed */
  bool own;              /* it has ids of its own that do */
  int64_t rows;
} RotateTable;

typedef struct
{
  GPtrArray *tables; /* of RotateTable, by name: their locks are taken in this order */
  char *from, *to;   /* fingerprints */
  int64_t ids;       /* that are others, once they are known */
} Rotate;

Rotate *rotate_find (Db *db, const RotateTask *task, GError **error);
void rotate_free (Rotate *rotate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rotate, rotate_free)

bool rotate_alias (Db *db, const RotateTask *task, Rotate *rotate, GError **error);
bool rotate_hash (Db *db, const Rotate *rotate, GError **error);

/* The columns of the answer: a run, and where the bytes of its file may be (as of rebuild/files; NULL: nobody knows). */
enum
{
  ROTATE_FILE_RUN,
  ROTATE_FILE_TABLE,
  ROTATE_FILE_NAME,
  ROTATE_FILE_PLACES,
  ROTATE_FILE_DECLARATION,
};

bool rotate_files (Db *db, DbResult **ret_files, GError **error);

/* Pairs of such a file (of Pair). */
bool rotate_take (Db *db, const GArray *pairs, GError **error);

/* lost: runs whose files cannot be had, separated by blanks. Forgets what is not known: what is not, and may stay. */
bool rotate_check (Db *db, const char *lost, GError **error);

/* How many ids are others. */
bool rotate_count (Db *db, Rotate *rotate, GError **error);

bool rotate_change (Db *db, const RotateTask *task, const Rotate *rotate, GError **error);

/* {"from","to","ids","tables":[{"table","rows"}]}. A new reference. */
Json *rotate_to_json (const Rotate *rotate);

#endif
