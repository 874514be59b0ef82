#include "src/load/rotating.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/fsutil.h"
#include "pipeline/pipeline.h"
#include "schema/ledger_delivery.h"
#include "schema/sql.h"
#include "src/load/declaring.h"
#include "src/load/kept.h"
#include "src/server/connect.h"

#include <fcntl.h>
#include <string.h>

/* ---- beginning ---- */

static bool
lock_secret (Db *db, GError **error)
{
  g_autoptr (DbResult) lock = NULL;
  if (!sql_run (db, "rotate/lock", NULL, 0, &lock, error))
    return false;
  return db_result_bool (lock, 0, 0)
         || weir_fail (error,
                       &(Failure) { WEIR_ERROR_RETRY, REASON_LOCK_BUSY, .detail = "Nothing was changed.",
                                    .hint = "Try again when it has ended; one whose weir was interrupted ends by itself." },
                       "another session rotates the key secret of this database");
}

static bool
take_secret (const Settings *settings, const RotatingWish *wish, Rotating *rotating, size_t *ret_length, GError **error)
{
  if (wish->secret_file != NULL)
    return settings_read_secret_file (wish->secret_file, &rotating->secret, ret_length, error);
  rotating->made = settings_make_next_secret (settings, &rotating->secret, ret_length, error);
  if (!rotating->made)
    weir_error_hint (error, "Where weir may not write beside the secret: --secret-file names a new one that others have made.");
  return rotating->made;
}

/* In the order of their names, so that two who do it never wait for each other. */
static bool
lock_tables (Loader *loader, const Rotate *rotate, GError **error)
{
  for (guint i = 0; i < rotate->tables->len; i++)
    {
      const RotateTable *table = rotate->tables->pdata[i];
      if (!ledger_wait_table (loader->db, table->table, loader->options.lock_timeout_ms, error))
        return loader_find_blocker (loader, table->table, error), false;
    }
  return true;
}

/* The ids of the database are of this secret, or there are none. */
static bool
check_secret (Loader *loader, const Rotate *rotate, GError **error)
{
  for (guint i = 0; i < rotate->tables->len; i++)
    if (((const RotateTable *) rotate->tables->pdata[i])->own)
      return true;
  g_autofree char *table = NULL;
  if (!ledger_secret_table (loader->db, &table, error))
    return false;
  if (table == NULL)
    return true;
  weir_fail (error,
             &(Failure) { WEIR_ERROR_MODEL, REASON_SECRET_CHANGED, .detail = "Nothing was changed.",
                          .hint = "Put the secret back that they were made with; WEIR_KEY_SECRET_FILE names another file." },
             "the ids of table \"%s\" were made with another key secret than this home's", table);
  return database_explain_secret (loader->settings, loader->db, error), false;
}

/* Found out before everything is read and changed, and by --dry-run too. */
static bool
check_folder (const char *file, GError **error)
{
  g_autofree char *folder = file != NULL ? g_path_get_dirname (file) : NULL;
  return folder == NULL || access (folder, W_OK) == 0
         || weir_fail (error, &(Failure) { WEIR_ERROR_LOCAL, .detail = "Nothing was changed." }, "could not make \"%s\": %s", file,
                       g_strerror (errno));
}

bool
rotating_begin (Loader *loader, const RotatingWish *wish, Rotating *ret_rotating, GError **error)
{
  Rotating *rotating = ret_rotating;
  RotateTask *task = &rotating->task;
  *rotating = (Rotating) { .task = { loader->catalog, loader->settings->staging_schema, .own = uid_random () } };
  task->secrets = (TwoSecrets) { .was = loader->secret, .was_length = loader->secret_length };
  if (wish->aliases != NULL && g_file_test (wish->aliases, G_FILE_TEST_EXISTS))
    return weir_error (error, WEIR_ERROR_LOCAL, "\"%s\" is there already, and nothing is written over it", wish->aliases);
  if (!check_folder (wish->aliases, error))
    return false;
  /* A session in which nothing was done yet takes the room that temporary tables want. */
  if (!loader_connect (loader, error) || !sql_run (loader->db, "rebuild/make_room", NULL, 0, NULL, error)
      || !lock_secret (loader->db, error) || !take_secret (loader->settings, wish, rotating, &task->secrets.is_length, error))
    return false;
  task->secrets.is = rotating->secret;
  if (strcmp (loader->secret, rotating->secret) == 0)
    return weir_error (error, WEIR_ERROR_MODEL, "\"%s\" has the secret that is in force", wish->secret_file);
  rotating->rotate = rotate_find (loader->db, task, error);
  if (rotating->rotate == NULL || !check_secret (loader, rotating->rotate, error) || !lock_tables (loader, rotating->rotate, error))
    return false;
  if (rotating->made)
    rotating->former = settings_former_secret (loader->settings, rotating->rotate->from);
  return true;
}

void
rotating_clear (Rotating *rotating, const Settings *settings)
{
  g_autofree char *next = settings_next_secret (settings);
  if (rotating->made)
    (void) unlink (next);
  g_clear_pointer (&rotating->rotate, rotate_free);
  g_clear_pointer (&rotating->secret, g_free);
  g_clear_pointer (&rotating->former, g_free);
}

/* ---- what only files say ---- */

typedef struct
{
  Loader *loader;
  const Rotating *rotating;
  void (*tell) (const char *file);
  GString *lost; /* runs */
} Reading;

static bool
take_pairs (const GArray *pairs, void *data, GError **error)
{
  return rotate_take (data, pairs, error);
}

static bool
read_open (const Reading *reading, const Model *model, int fd, const Run *run, GError **error)
{
  Db *db = reading->loader->db;
  g_autoptr (Pins) pins = pipeline_pins (db, model, error);
  g_autoptr (Declaration) declaration = NULL;
  if (pins == NULL || !declaring_read (run, &declaration, error))
    return false;
  const TwiceFile file = { fd, run->file, model, reading->loader->catalog, pins, &reading->loader->options.limits, declaration };
  return twice_read (&file, &reading->rotating->task.secrets, take_pairs, db, error);
}

/* *ret_read: its bytes are there, and can be read as they were. */
static bool
read_file (const Reading *reading, const DbResult *files, int row, bool *ret_read, GError **error)
{
  const char *table = db_result_value (files, row, ROTATE_FILE_TABLE), *name = db_result_value (files, row, ROTATE_FILE_NAME);
  const Model *model = table != NULL ? catalog_find (reading->loader->catalog, table) : NULL;
  g_auto (KeptFile) kept = { 0 };
  if (!kept_find (reading->loader->settings, db_result_value (files, row, ROTATE_FILE_PLACES), &kept, error))
    return false;
  AUTO_FD int fd = kept.path != NULL ? open (kept.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
  g_autoptr (GError) failure = NULL;
  *ret_read = model != NULL && fd >= 0;
  if (!*ret_read)
    return true;
  reading->tell (name);
  const Run run = { .file = (char *) name,
                    .table = (char *) table,
                    .declaration = (char *) db_result_value (files, row, ROTATE_FILE_DECLARATION) };
  *ret_read = read_open (reading, model, fd, &run, &failure);
  if (*ret_read || failure->code == WEIR_ERROR_INPUT || failure->code == WEIR_ERROR_MODEL)
    return true;
  return g_propagate_error (error, g_steal_pointer (&failure)), false;
}

static bool
read_files (Reading *reading, GError **error)
{
  g_autoptr (DbResult) files = NULL;
  g_string_truncate (reading->lost, 0);
  if (!rotate_files (reading->loader->db, &files, error))
    return false;
  for (int row = 0; row < db_result_rows (files); row++)
    {
      bool read;
      if (!read_file (reading, files, row, &read, error))
        return false;
      if (!read)
        g_string_append_printf (reading->lost, "%s%s", reading->lost->len > 0 ? " " : "",
                                db_result_value (files, row, ROTATE_FILE_RUN));
    }
  return rotate_check (reading->loader->db, reading->lost->str, error);
}

/* ---- doing ---- */

/* What each id was and is, one file for whoever has copies of them: whoever reads it can join what was kept apart. */
static bool
write_aliases (Db *db, const char *path, GError **error)
{
  static const char header[] = "old,new\n";
  AUTO_FD int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const void *bytes;
  size_t length;
  if (fd < 0)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not make \"%s\": %s", path, g_strerror (errno));
  if (!fs_write_all (fd, header, strlen (header), path, error)
      || !db_read_begin (db, "copy (select old, new from weir_alias where not hash order by old) to stdout (format csv)", error))
    return false;
  do
    {
      if (!db_read_next (db, &bytes, &length, error))
        return false;
      if (bytes != NULL && !fs_write_all (fd, bytes, length, path, error))
        return db_read_cancel (db), false;
    }
  while (bytes != NULL);
  return fsync (fd) == 0 || weir_error (error, WEIR_ERROR_LOCAL, "could not write \"%s\": %s", path, g_strerror (errno));
}

/* Whether what was found before the tables were locked is all there is. */
static bool
check_tables (Loader *loader, Rotating *rotating, GError **error)
{
  g_autoptr (Rotate) now = NULL;
  if (!sql_run (loader->db, "rotate/lock_tables", NULL, 0, NULL, error)
      || (now = rotate_find (loader->db, &rotating->task, error)) == NULL)
    return false;
  bool same = now->tables->len == rotating->rotate->tables->len;
  for (guint i = 0; same && i < now->tables->len; i++)
    same = strcmp (((const RotateTable *) now->tables->pdata[i])->table,
                   ((const RotateTable *) rotating->rotate->tables->pdata[i])->table)
           == 0;
  if (!same)
    return weir_fail (error, &(Failure) { WEIR_ERROR_RETRY, .detail = "Nothing was changed.", .hint = "Try once more." },
                      "a table was loaded for the first time in between");
  rotate_free (rotating->rotate);
  rotating->rotate = g_steal_pointer (&now);
  return true;
}

/* Whoever has rows by their ids has to get all of them anew. */
static bool
note_deliveries (Loader *loader, const Rotate *rotate, GError **error)
{
  char run[UID_TEXT_SIZE];
  uid_format (uid_random (), run);
  for (guint i = 0; i < rotate->tables->len; i++)
    if (!delivery_note (loader->db, loader->options.deliveries, ((const RotateTable *) rotate->tables->pdata[i])->table, run,
                        "whole", error))
      return false;
  return true;
}

static bool
change_all (Loader *loader, Rotating *rotating, const RotatingWish *wish, void (*tell) (const char *), GError **error)
{
  Db *db = loader->db;
  g_autoptr (GString) lost = g_string_new (NULL);
  Reading reading = { loader, rotating, tell, lost };
  return check_tables (loader, rotating, error) && rotate_alias (db, &rotating->task, rotating->rotate, error)
         && read_files (&reading, error) && rotate_hash (db, rotating->rotate, error) && read_files (&reading, error)
         && rotate_count (db, rotating->rotate, error)
         && (wish->dry_run
             || (rotate_change (db, &rotating->task, rotating->rotate, error) && note_deliveries (loader, rotating->rotate, error)))
         && (wish->aliases == NULL || wish->dry_run || write_aliases (db, wish->aliases, error));
}

/* Behind the COMMIT. */
static bool
put_in_place (Loader *loader, Rotating *rotating, GError **error)
{
  if (!rotating->made)
    return true;
  bool placed = settings_take_next_secret (loader->settings, rotating->former, loader->secret, error);
  rotating->made = false;
  return placed
         || (g_prefix_error (error, "the ids are new, and whoever connects next tries again to put the secret in its place: "),
             false);
}

/* Half of each table is what it was before. */
static bool
tidy (Db *db, const Rotate *rotate, GError **error)
{
  for (guint i = 0; i < rotate->tables->len; i++)
    {
      const RotateTable *table = rotate->tables->pdata[i];
      const SqlVar vars[] = { { "schema", table->schema }, { "table", table->table } };
      if (!sql_run (db, "rotate/tidy", vars, G_N_ELEMENTS (vars), NULL, error))
        return false;
    }
  return true;
}

bool
rotating_do (Loader *loader, Rotating *rotating, const RotatingWish *wish, void (*tell) (const char *file), GError **error)
{
  Db *db = loader->db;
  fault_point ("rotate-secret-made");
  bool begun = run_begin (db, &loader->options, RUN_APPLYING, error),
       done = begun && change_all (loader, rotating, wish, tell, error);
  if (done && !wish->dry_run)
    {
      fault_point ("rotate-before-commit");
      done = db_exec (db, "commit", error);
      /* What became of a COMMIT whose answer was lost the ledger knows: the secret stays for whoever connects next. */
      rotating->made = rotating->made && (done || db_is_usable (db));
      if (done)
        fault_point ("rotate-after-commit");
      if (done)
        return put_in_place (loader, rotating, error)
               && (tidy (db, rotating->rotate, error)
                   || (g_prefix_error (error, "the secret and all ids are new, and only the VACUUM behind that failed: "), false));
    }
  if (db_is_usable (db))
    (void) db_exec (db, "rollback", NULL);
  if (!done && db_is_usable (db) && wish->aliases != NULL)
    (void) unlink (wish->aliases);
  return done;
}
