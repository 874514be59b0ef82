#include "src/schedule/works.h"

#include "base/secrets.h"
#include "src/schedule/work.h"
#include "src/settings/settings_table.h"

typedef struct
{
  Work *work;
  int64_t began; /* as the ledger has it */
} UnderWay;

static void
under_way_free (void *data)
{
  UnderWay *under_way = data;
  work_free (under_way->work);
  g_free (under_way);
}

void
works_init (Works *works, const Settings *settings, const char *program)
{
  *works = (Works) { .settings = settings, .program = program };
  works->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, under_way_free);
}

void
works_clear (Works *works)
{
  g_clear_pointer (&works->by_name, g_hash_table_unref);
  g_clear_pointer (&works->environment, g_strfreev);
}

unsigned
works_count (const Works *works)
{
  return g_hash_table_size (works->by_name);
}

void
works_drop (Works *works)
{
  g_hash_table_remove_all (works->by_name);
}

static char *
lock_name (const char *name)
{
  return g_strconcat ("work ", name, NULL);
}

/* What is written down of a job that has ended, or never began. */
typedef struct
{
  const char *name;
  const Piece *piece; /* NULL: its next time stays */
  int64_t began, now;
  const char *failure; /* NULL: it went well */
} End;

/* Due times that have passed meanwhile are no debt. */
static bool
write_end (Db *db, const End *end, GError **error)
{
  g_autofree char *lock = lock_name (end->name);
  const Piece *piece = end->piece;
  ScheduleAct act = {
    .name = end->name, .now = end->now, .result = end->failure != NULL ? "failed" : "done", .message = end->failure
  };
  if (piece != NULL && piece->times.catch_up != CATCH_UP_ALL)
    act.has_next = timing_next (&piece->timing, end->now, &act.next);
  return schedule_end (db, &act, end->began, error) && schedule_unlock (db, lock, error);
}

/* A database that was given on the command line reaches jobs as one of the environment does. */
static bool
make_environment (Works *works, GError **error)
{
  const Settings *settings = works->settings;
  bool given = g_strcmp0 (settings->database_source, settings_row (database)->option) == 0;
  if (works->environment == NULL)
    works->environment = secrets_pass (given ? settings->database : NULL, error);
  return works->environment != NULL;
}

/* Starts what the ledger says is under way. */
static bool
start (Works *works, Db *db, const Piece *piece, int64_t now, GError **error)
{
  g_autoptr (GError) problem = NULL;
  Work *work = NULL;
  if (make_environment (works, &problem))
    work = work_start (&(WorkSetup) { piece->job, works->program, works->settings->home, works->environment }, &problem);
  if (work == NULL)
    return write_end (db, &(End) { piece->name, piece, now, now, problem->message }, error);
  UnderWay *under_way = g_new0 (UnderWay, 1);
  *under_way = (UnderWay) { work, now };
  g_hash_table_replace (works->by_name, g_strdup (piece->name), under_way);
  return true;
}

bool
works_begin (Works *works, Db *db, const Piece *piece, const ScheduleAct *act, GError **error)
{
  g_autofree char *lock = lock_name (piece->name);
  bool locked = false, ours;
  if (!schedule_lock (db, lock, &locked, error))
    return false;
  if (!locked)
    return true;
  if (!schedule_act (db, act, &ours, error))
    return false;
  return ours ? start (works, db, piece, act->now, error) : schedule_unlock (db, lock, error);
}

bool
works_look (Works *works, Db *db, const GPtrArray *pieces, int64_t now, GHashTable *ends, GError **error)
{
  GHashTableIter each;
  void *name, *value;
  g_hash_table_iter_init (&each, works->by_name);
  while (g_hash_table_iter_next (&each, &name, &value))
    {
      const UnderWay *under_way = value;
      const char *failure;
      if (!work_is_over (under_way->work, &failure))
        continue;
      if (!write_end (db, &(End) { name, pieces_find (pieces, name), under_way->began, now, failure }, error))
        return false;
      g_hash_table_replace (ends, g_strdup (name), g_strdup (failure));
      g_hash_table_iter_remove (&each);
    }
  return true;
}

bool
works_find_orphans (const Works *works, Db *db, const char *names, int64_t now, GError **error)
{
  g_autoptr (DbResult) rows = NULL;
  if (!schedule_under_way (db, names, &rows, error))
    return false;
  for (int row = 0; row < db_result_rows (rows); row++)
    {
      const char *name = db_result_value (rows, row, 0);
      const End end = { name, NULL, db_result_int64 (rows, row, 1), now, "whoever began it is gone" };
      g_autofree char *lock = lock_name (name);
      bool ours;
      if (g_hash_table_contains (works->by_name, name))
        continue;
      if (!schedule_lock (db, lock, &ours, error) || (ours && !write_end (db, &end, error)))
        return false;
    }
  return true;
}

void
works_stop (Works *works, Db *db)
{
  GHashTableIter each;
  void *name, *value;
  int64_t now;
  g_hash_table_iter_init (&each, works->by_name);
  while (g_hash_table_iter_next (&each, &name, &value))
    {
      const UnderWay *under_way = value;
      work_stop (under_way->work);
      if (db_is_usable (db) && schedule_now (db, &now, NULL))
        (void) write_end (db, &(End) { name, NULL, under_way->began, now, "weir was stopped" }, NULL);
    }
  works_drop (works);
}
