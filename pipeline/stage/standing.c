#include "pipeline/stage/standing.h"

#include "pipeline/stage/spool.h"
#include "pipeline/stage/window.h"
#include "schema/history_vars.h"

#include <string.h>

/* Of a file of which so many rows are not proved, all may as well be compared. */
#define SUSPECTS_FREE 16384
#define SUSPECTS_PART 4

#define LOOK_EVERY 256 /* rows, between two looks at the window */

/* PostgreSQL's documentation of COPY, "Binary Format": before the first row, and in each. */
#define SIGNATURE_BYTES 11
#define HEADER_BYTES (SIGNATURE_BYTES + 8)
#define PAIR_BYTES (2 + 2 * (4 + sizeof (Uid)))

struct Standing
{
  Db *db;             /* NULL: the table is at its end, or nothing is proved any more */
  Window *window;     /* NULL: nothing is proved */
  int64_t rows, read; /* of the file; of the table */
  int64_t reading_ns;
  Spool suspects;
};

/* How long an answer of the second connection may take, and a look at the table for the rows that are wanted now. */
#define PATIENCE_MS 5000
#define PATIENCE_NS (PATIENCE_MS * INT64_C (1000000))

/* The order of the file is hoped to be the order of the table's pages, so these are read from the first to the last, by one process. Nobody
 * is kept waiting long where the table is locked. The snapshot is the load's own, which no other server has, nor a standby that a pooler
 * may have taken. */
static const char begin[] = "begin isolation level repeatable read read only not deferrable; set transaction snapshot '%s';"
                            " set local search_path = pg_catalog; set local lock_timeout = 100; set local statement_timeout = 0;"
                            " set local synchronize_seqscans = off; set local max_parallel_workers_per_gather = 0;"
                            " set local enable_indexscan = off; set local enable_indexonlyscan = off;"
                            " set local enable_bitmapscan = off";

static bool
begin_reading (Db *db, const PipelineTask *task, const char *snapshot)
{
  const Model *model = task->model;
  const char *statement = model_has_versions (model)       ? "dimension/standing"
                          : model_is_keyless (task->model) ? "fact/standing_keyless"
                                                           : "fact/standing";
  const SqlVar vars[] = { { "schema", task->options->warehouse_schema },
                          { "table", model->table },
                          { "id", model->id_column },
                          HISTORY_VARS (&model->history) };
  g_autofree char *sql = sql_part (statement, vars, G_N_ELEMENTS (vars));
  g_autofree char *settings = g_strdup_printf (begin, snapshot);
  return db_exec (db, settings, NULL) && db_read_begin (db, sql, NULL);
}

/* Whether it is worth it; a savepoint, as a dry run has them, can export no snapshot. */
static bool
is_wanted (const PipelineTask *task, const Layout *layout)
{
  const Model *model = task->model;
  return model != NULL && layout->loaded_before && task->run->size >= TASK_LARGE_BYTES && !task->options->dry_run
         && !task->options->replays && !(model_is_keyless (model) && model->append == APPEND_ALL);
}

static bool
export_snapshot (Db *db, char **ret_snapshot, GError **error)
{
  g_autoptr (DbResult) snapshot = NULL;
  if (!sql_run (db, "run/snapshot", NULL, 0, &snapshot, error))
    return false;
  *ret_snapshot = g_strdup (db_result_value (snapshot, 0, 0));
  return true;
}

bool
standing_begin (Db *db, const PipelineTask *task, const Layout *layout, char **snapshot, Standing **ret_standing, GError **error)
{
  *ret_standing = NULL;
  if (!is_wanted (task, layout))
    return true;
  g_autoptr (Db) beside = db_connect_beside (db, PATIENCE_MS, NULL);
  if (beside == NULL)
    return true;
  if (*snapshot == NULL && !export_snapshot (db, snapshot, error))
    return false;
  g_autofree Standing *standing = g_new0 (Standing, 1);
  if (!begin_reading (beside, task, *snapshot)
      || !spool_open (&standing->suspects, task->options->scratch, "rows to compare", NULL))
    return true;
  standing->db = g_steal_pointer (&beside);
  standing->window = window_new ();
  *ret_standing = g_steal_pointer (&standing);
  return true;
}

/* The connection is of no use any more. */
static void
leave (Standing *standing)
{
  if (standing->db != NULL)
    db_read_cancel (standing->db);
  g_clear_pointer (&standing->db, db_free);
}

void
standing_give_up (Standing *standing)
{
  leave (standing);
  if (standing->window != NULL)
    spool_clear (&standing->suspects);
  g_clear_pointer (&standing->window, window_free);
}

void
standing_free (Standing *standing)
{
  if (standing == NULL)
    return;
  standing_give_up (standing);
  g_free (standing);
}

/* An id, and behind it what is left; each is two bytes of count, and twice four of length before sixteen of value. False: it is none. */
static bool
take_pair (Standing *standing, const uint8_t *at, size_t length)
{
  static const uint8_t sixteen[] = { 0, 0, 0, sizeof (Uid) };
  Uid id, hash;
  const uint8_t *first = at + 2, *second = first + sizeof sixteen + sizeof id;
  if (length != PAIR_BYTES || memcmp (first, sixteen, sizeof sixteen) != 0 || memcmp (second, sixteen, sizeof sixteen) != 0)
    return false;
  memcpy (&id, first + sizeof sixteen, sizeof id);
  memcpy (&hash, second + sizeof sixteen, sizeof hash);
  window_add (standing->window, id, hash);
  return true;
}

/* The next row of the table. False: there is none, or none that could be read. */
static bool
read_pair (Standing *standing)
{
  const void *bytes;
  size_t length;
  if (!db_read_next (standing->db, &bytes, &length, NULL) || bytes == NULL)
    return false;
  size_t before = standing->read++ == 0 ? MIN (HEADER_BYTES, length) : 0;
  return before == length || take_pair (standing, (const uint8_t *) bytes + before, length - before);
}

static void
read_on (Standing *standing)
{
  int64_t begun = stopwatch_now ();
  while (standing->db != NULL && window_wants (standing->window))
    if (stopwatch_now () - begun > PATIENCE_NS || !read_pair (standing))
      {
        window_end (standing->window);
        leave (standing);
      }
  standing->reading_ns += stopwatch_now () - begun;
}

void
standing_expect (const Standing *standing, Uid id)
{
  if (standing->window != NULL)
    window_expect (standing->window, id);
}

CopyWriter *
standing_suspects (Standing *standing, Uid id, Uid hash)
{
  if (standing->window == NULL)
    return NULL;
  if (standing->rows++ % LOOK_EVERY == 0)
    read_on (standing);
  if (window_has (standing->window, id, hash))
    return NULL;
  if (standing->suspects.copy.rows < SUSPECTS_FREE + standing->rows / SUSPECTS_PART)
    return &standing->suspects.copy;
  standing_give_up (standing);
  return NULL;
}

int64_t
standing_end (Standing *standing)
{
  leave (standing);
  return standing->reading_ns;
}

bool
standing_is_good (const Standing *standing, int64_t *ret_rows, int64_t *ret_suspects)
{
  if (standing == NULL || standing->window == NULL)
    return false;
  *ret_rows = standing->rows;
  *ret_suspects = standing->suspects.copy.rows;
  return true;
}

bool
standing_send (Standing *standing, Db *db, const char *table, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("copy %s from stdin (format binary)", table);
  return spool_send (&standing->suspects, db, sql, error);
}
