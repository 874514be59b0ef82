/* Invariant 2, and the part of 3 that says that ledger and folders agree. */
#include "oracle.h"

#include "oracle_private.h"
#include "weir.h"

#include <string.h>

/* A file from which rows of somebody who is forgotten were cut, one of these of the ledger, is still the one that was dropped. */
static const char *
as_dropped (const DbResult *cut, const char *name, const char *sha256)
{
  for (int row = 0; row < db_result_rows (cut); row++)
    if (strcmp (db_result_value (cut, row, 0), name) == 0 && strcmp (db_result_value (cut, row, 1), sha256) == 0)
      return db_result_value (cut, row, 2);
  return sha256;
}

static void
count (GHashTable *balance, const char *sha256, int by)
{
  int now = GPOINTER_TO_INT (g_hash_table_lookup (balance, sha256)) + by;
  g_hash_table_insert (balance, g_strdup (sha256), GINT_TO_POINTER (now));
}

static void
count_folder (Home *home, GHashTable *balance, GHashTable *places, const DbResult *cut, const char *folder)
{
  g_autoptr (GPtrArray) files = home_list_files (home, folder);
  for (guint i = 0; i < files->len; i++)
    {
      const char *name = files->pdata[i];
      if (g_str_has_suffix (name, ".error.json") || g_str_has_suffix (name, "/.gitkeep"))
        continue;
      g_autofree char *found = home_sha256 (home, name);
      const char *sha256 = as_dropped (cut, name, found);
      count (balance, sha256, -1);
      g_hash_table_insert (places, g_strdup (sha256), g_strdup (name));
    }
}

/* What weir has dropped itself, as often as it has: a file that is tried again has its name still. What was not read is as it lies there. */
static void
count_pulled (Home *home, GHashTable *balance)
{
  g_autoptr (DbResult) pulled = sql_query (home, "select distinct on (file_name, sha256) sha256, place from weir.file"
                                                 " where declaration ->> 'job' is not null and disposition is not null"
                                                 " order by file_name, sha256, seen_on");
  for (int row = 0; row < db_result_rows (pulled); row++)
    {
      const char *sha256 = db_result_value (pulled, row, 0), *place = db_result_value (pulled, row, 1);
      g_autofree char *found = sha256 == NULL && place != NULL && home_has_file (home, place) ? home_sha256 (home, place) : NULL;
      if (sha256 != NULL || found != NULL)
        count (balance, sha256 != NULL ? sha256 : found, 1);
    }
}

static void
check_balance (Home *home, unsigned flags, GString *violations)
{
  g_autoptr (GHashTable) balance = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < home->dropped->len; i++)
    count (balance, home->dropped->pdata[i], 1);
  count_pulled (home, balance);
  g_autoptr (DbResult) cut =
      sql_query (home, "select place, kept_sha256, sha256 from weir.file where num_nulls(place, kept_sha256, sha256) = 0");
  count_folder (home, balance, places, cut, "imports");
  count_folder (home, balance, places, cut, "archive");
  count_folder (home, balance, places, cut, "failed");
  g_autofree char *deleted = sql_text_rows (
      home, "select sha256 from weir.file where (disposition = 'deleted' and state in ('applied', 'staged', 'duplicate'))"
            " or (trimmed ->> 'file' is not null and sha256 is not null)");
  g_auto (GStrv) lines = g_strsplit (deleted, "\n", -1);
  for (char **line = lines; *line != NULL && **line != '\0'; line++)
    count (balance, *line, -1);
  GHashTableIter iter;
  gpointer sha256;
  gpointer left;
  g_hash_table_iter_init (&iter, balance);
  while (g_hash_table_iter_next (&iter, &sha256, &left))
    {
      const char *place = g_hash_table_lookup (places, sha256);
      if (GPOINTER_TO_INT (left) > 0 && (flags & ORACLE_TRIMMED))
        continue;
      if (GPOINTER_TO_INT (left) > 0)
        g_string_append_printf (violations, "- a dropped file is lost %d times: sha256 %s\n", GPOINTER_TO_INT (left),
                                (char *) sha256);
      else if (GPOINTER_TO_INT (left) < 0)
        g_string_append_printf (violations, "- a file was never dropped, or is there %d times too often: %s\n",
                                -GPOINTER_TO_INT (left), place != NULL ? place : (char *) sha256);
    }
}

/* A run of the ledger, as check_place reads it. */
enum
{
  RUN_ID,
  RUN_DISPOSITION,
  RUN_PLACE,
  RUN_SHA256,
};

/* A run's place holds its bytes, once it is over. */
static void
check_place (Home *home, unsigned flags, const DbResult *runs, int row, GString *violations)
{
  const char *run = db_result_value (runs, row, RUN_ID);
  const char *disposition = db_result_value (runs, row, RUN_DISPOSITION);
  const char *place = db_result_value (runs, row, RUN_PLACE);
  const char *read = db_result_value (runs, row, RUN_SHA256);
  if (disposition == NULL && !(flags & ORACLE_IN_WORK))
    g_string_append_printf (violations, "- the ledger does not know where the file of run %s is\n", run);
  static const char *const folders[][2] = { { "archived", "archive/" }, { "failed", "failed/" }, { "held", "imports/.held/" } };
  const char *folder = NULL;
  for (size_t i = 0; i < G_N_ELEMENTS (folders); i++)
    folder = g_strcmp0 (disposition, folders[i][0]) == 0 ? folders[i][1] : folder;
  if (folder == NULL)
    return;
  bool is_there = g_str_has_prefix (place, folder) && home_has_file (home, place);
  if (!is_there && !(flags & ORACLE_MANY_HOMES))
    g_string_append_printf (violations, "- run %s is %s, but its place %s is not there\n", run, disposition, place);
  if (!is_there || read == NULL)
    return;
  g_autofree char *sha256 = home_sha256 (home, place);
  if (strcmp (sha256, read) != 0)
    g_string_append_printf (violations, "- run %s has read other bytes than %s holds\n", run, place);
}

static void
check_places (Home *home, unsigned flags, GString *violations)
{
  g_autoptr (DbResult) runs = sql_query (home, "select run_id, disposition, place, coalesce(kept_sha256, sha256) from weir.file");
  for (int row = 0; row < db_result_rows (runs); row++)
    check_place (home, flags, runs, row, violations);
}

/* A refused file has its reason beside it, and the reason is JSON. */
static void
check_reasons (Home *home, GString *violations)
{
  g_autoptr (GPtrArray) files = home_list_files (home, "failed");
  for (guint i = 0; i < files->len; i++)
    {
      const char *name = files->pdata[i];
      if (g_str_has_suffix (name, ".error.json"))
        {
          g_autofree char *path = home_path (home, name);
          g_autoptr (GError) error = NULL;
          g_autoptr (Json) reason = weir_json_read (path, &error);
          g_autofree char *message = reason != NULL ? json_at (reason, "error.message") : NULL;
          if (message == NULL || *message == '\0')
            g_string_append_printf (violations, "- %s does not say why\n", name);
          continue;
        }
      g_autofree char *beside = g_strconcat (name, ".error.json", NULL);
      if (!home_has_file (home, beside))
        g_string_append_printf (violations, "- %s has no .error.json beside it\n", name);
    }
}

void
oracle_check_files (Home *home, unsigned flags, GString *violations)
{
  check_balance (home, flags, violations);
  check_places (home, flags, violations);
  check_reasons (home, violations);
}
