#include "src/page/metrics.h"

#include "base/error.h"
#include "schema/ledger_page.h"

#include <stdio.h>
#include <string.h>

/* Tables beyond these are summed up as one, so that names of files do not make series without end. */
#define MOST_TABLES 200
#define OTHER_TABLES "(others)"

enum
{
  RUNS,
  MILLISECONDS,
  READ,
  REJECTED,
  DUPLICATE,
  UNCHANGED,
  INSERTED,
  UPDATED,
  DEACTIVATED,
  N_SUMS
};
static const char *const sum_columns[] = { "runs",      "milliseconds", "read",    "rejected",   "duplicate",
                                           "unchanged", "inserted",     "updated", "deactivated" };

typedef struct
{
  char *table, *state;
  gint64 sums[N_SUMS];
} Series;

struct Metrics
{
  GPtrArray *series;  /* of Series */
  GHashTable *tables; /* names */
  char *until;        /* of when the runs were read that began before it; NULL: none were */
  char *open;         /* those of them that are not over: "{id,id}" */
};

static void
series_free (Series *series)
{
  g_free (series->table);
  g_free (series->state);
  g_free (series);
}

Metrics *
metrics_new (void)
{
  Metrics *metrics = g_new0 (Metrics, 1);
  metrics->series = g_ptr_array_new_with_free_func ((GDestroyNotify) series_free);
  metrics->tables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  metrics->open = g_strdup ("{}");
  return metrics;
}

void
metrics_free (Metrics *metrics)
{
  g_ptr_array_unref (metrics->series);
  g_hash_table_unref (metrics->tables);
  g_free (metrics->until);
  g_free (metrics->open);
  g_free (metrics);
}

/* ---- counting ---- */

static const char *
known_table (Metrics *metrics, const char *table)
{
  if (!g_hash_table_contains (metrics->tables, table) && g_hash_table_size (metrics->tables) >= MOST_TABLES)
    return OTHER_TABLES;
  g_hash_table_add (metrics->tables, g_strdup (table));
  return table;
}

static Series *
find_series (Metrics *metrics, const char *table, const char *state)
{
  for (guint i = 0; i < metrics->series->len; i++)
    {
      Series *series = metrics->series->pdata[i];
      if (g_str_equal (series->table, table) && g_str_equal (series->state, state))
        return series;
    }
  Series *series = g_new0 (Series, 1);
  series->table = g_strdup (table);
  series->state = g_strdup (state);
  g_ptr_array_add (metrics->series, series);
  return series;
}

static void
add_sums (Metrics *metrics, const DbResult *sums)
{
  for (int row = 0; row < db_result_rows (sums); row++)
    {
      Series *series =
          find_series (metrics, known_table (metrics, db_result_named (sums, row, "table")), db_result_named (sums, row, "state"));
      for (int i = 0; i < N_SUMS; i++)
        series->sums[i] += g_ascii_strtoll (db_result_named (sums, row, sum_columns[i]), NULL, 10);
    }
}

/* Both statements see the same ledger: a run that ends between them is counted, and looked at no more. */
static bool
read_sums (Metrics *metrics, Db *db, const char *until, DbResult **ret_sums, DbResult **ret_open, GError **error)
{
  bool good = db_exec (db, "begin isolation level repeatable read", error)
              && ledger_page_sums (db, metrics->until, until, metrics->open, ret_sums, error)
              && ledger_page_open (db, metrics->until, until, metrics->open, ret_open, error);
  return (!db_is_usable (db) || db_exec (db, good ? "commit" : "rollback", good ? error : NULL)) && good;
}

/* A ledger that cannot be summed up in the time of a statement: the counters begin with now. Not where it is locked: that will end. */
static bool
begin_with_now (Metrics *metrics, Db *db, const char *now, const GError *problem)
{
  if (metrics->until != NULL || !db_is_usable (db) || weir_error_get_reason (problem) == REASON_LOCK_BUSY)
    return false;
  metrics->until = g_strdup (now);
  return true;
}

static bool
count_runs (Metrics *metrics, Db *db, GError **error)
{
  g_autofree char *until = NULL;
  g_autoptr (DbResult) sums = NULL, open = NULL;
  g_autoptr (GError) problem = NULL;
  if (!ledger_page_now (db, &until, error))
    return false;
  if (!read_sums (metrics, db, until, &sums, &open, &problem))
    {
      if (begin_with_now (metrics, db, until, problem))
        return true;
      g_propagate_error (error, g_steal_pointer (&problem));
      return false;
    }
  add_sums (metrics, sums);
  GString *runs = g_string_new ("{");
  for (int row = 0; row < db_result_rows (open); row++)
    g_string_append_printf (runs, "%s%s", row > 0 ? "," : "", db_result_value (open, row, 0));
  g_free (metrics->open);
  metrics->open = g_string_free (g_string_append_c (runs, '}'), FALSE);
  g_free (metrics->until);
  metrics->until = g_steal_pointer (&until);
  return true;
}

/* ---- the text ---- */

static void
append_head (GString *text, const char *name, const char *type, const char *help)
{
  g_string_append_printf (text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A label's value: \ and " and line ends are escaped. */
static void
append_label (GString *text, const char *name, const char *value)
{
  g_string_append_printf (text, "%s=\"", name);
  for (; *value != '\0'; value++)
    if (*value == '\\' || *value == '"')
      g_string_append_printf (text, "\\%c", *value);
    else if (*value == '\n')
      g_string_append (text, "\\n");
    else
      g_string_append_c (text, *value);
  g_string_append_c (text, '"');
}

static void
append_two (GString *text, const char *name, const char *const labels[4], double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  g_string_append (text, name);
  for (int i = 0; labels != NULL && i < 4 && labels[i] != NULL; i += 2)
    {
      g_string_append_c (text, i == 0 ? '{' : ',');
      append_label (text, labels[i], labels[i + 1]);
    }
  g_string_append_printf (text, "%s %s\n", labels != NULL ? "}" : "", g_ascii_formatd (number, sizeof number, "%.15g", value));
}

static void
append_one (GString *text, const char *name, double value)
{
  append_two (text, name, NULL, value);
}

static void
append_runs (const Metrics *metrics, GString *text)
{
  append_head (text, "weir_runs_total", "counter", "Runs that are over, by table and how they ended.");
  for (guint i = 0; i < metrics->series->len; i++)
    {
      const Series *series = metrics->series->pdata[i];
      append_two (text, "weir_runs_total", (const char *const[]) { "table", series->table, "state", series->state },
                  (double) series->sums[RUNS]);
    }
  append_head (text, "weir_run_seconds_total", "counter", "Time that runs took, by table and how they ended.");
  for (guint i = 0; i < metrics->series->len; i++)
    {
      const Series *series = metrics->series->pdata[i];
      append_two (text, "weir_run_seconds_total", (const char *const[]) { "table", series->table, "state", series->state },
                  (double) series->sums[MILLISECONDS] / 1000);
    }
}

/* Of applied and refused runs alike: a row that was rejected was. */
static void
append_rows (const Metrics *metrics, GString *text)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  append_head (text, "weir_rows_total", "counter", "Rows of files, by table and what became of them; read: all.");
  for (guint i = 0; i < metrics->series->len; i++)
    {
      const Series *first = metrics->series->pdata[i];
      if (first->table[0] == '\0' || !g_hash_table_add (seen, first->table))
        continue;
      for (int kind = READ; kind < N_SUMS; kind++)
        {
          gint64 sum = 0;
          for (guint j = i; j < metrics->series->len; j++)
            {
              const Series *series = metrics->series->pdata[j];
              sum += g_str_equal (series->table, first->table) ? series->sums[kind] : 0;
            }
          append_two (text, "weir_rows_total", (const char *const[]) { "table", first->table, "kind", sum_columns[kind] },
                      (double) sum);
        }
    }
}

static bool
append_fresh (Db *db, GString *text, GError **error)
{
  g_autoptr (DbResult) fresh = NULL;
  if (!ledger_page_fresh (db, &fresh, error))
    return false;
  append_head (text, "weir_last_success_timestamp_seconds", "gauge", "When a file of the table was applied last.");
  for (int row = 0; row < db_result_rows (fresh) && row < MOST_TABLES; row++)
    if (db_result_named (fresh, row, "seconds") != NULL)
      append_two (text, "weir_last_success_timestamp_seconds",
                  (const char *const[]) { "table", db_result_named (fresh, row, "table"), NULL, NULL },
                  g_ascii_strtod (db_result_named (fresh, row, "seconds"), NULL));
  return true;
}

/* What a person or the next look will do something about. */
static void
append_folders (const Json *status, GString *text)
{
  static const char *const states[] = { "ready",   "settling", "writing", "unreadable", "waits",
                                        "blocked", "ignored",  "in work", "orphan" };
  const Json *waiting = json_object_get (status, "waiting");
  append_head (text, "weir_files", "gauge", "Files in the drop folder, by their state.");
  for (size_t i = 0; i < G_N_ELEMENTS (states); i++)
    {
      int count = 0;
      for (size_t j = 0; j < json_array_size (waiting); j++)
        count += g_strcmp0 (json_string_value (json_object_get (json_array_get (waiting, j), "state")), states[i]) == 0;
      append_two (text, "weir_files", (const char *const[]) { "state", states[i], NULL, NULL }, count);
    }
  /* Null while the ledger cannot be asked: a 0 would end the alarm. */
  if (json_is_array (json_object_get (status, "held")))
    {
      append_head (text, "weir_held_files", "gauge", "Files that wait for weir approve or weir discard.");
      append_one (text, "weir_held_files", (double) json_array_size (json_object_get (status, "held")));
    }
  append_head (text, "weir_refused_files", "gauge", "Files in the folder of refused ones.");
  append_one (text, "weir_refused_files",
              (double) json_integer_value (json_object_get (json_object_get (status, "failed"), "files")));
}

/* Open ones by table: 1 while a file does not come, or its rows are not as they should be. */
static void
append_incidents (const Json *incidents, GString *text)
{
  g_autoptr (GHashTable) told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  append_head (text, "weir_incident", "gauge", "1 where there is an open incident, by kind and table.");
  for (size_t i = 0; i < json_array_size (incidents) && i < MOST_TABLES; i++)
    {
      const Json *incident = json_array_get (incidents, i);
      const char *kind = json_string_value (json_object_get (incident, "kind"));
      const char *table = json_string_value (json_object_get (incident, "table"));
      /* A table may go to several places, and a name comes once. */
      if (g_hash_table_add (told, g_strdup_printf ("%s %s", kind, table)))
        append_two (text, "weir_incident",
                    (const char *const[]) { "kind", kind != NULL ? kind : "", "table", table != NULL ? table : "" }, 1);
    }
}

/* A queue that grows is one that nobody takes from. */
static void
append_alerts (const Json *alerts, GString *text)
{
  append_head (text, "weir_undelivered_messages", "gauge", "Alerts that a target did not take, by target.");
  for (size_t i = 0; i < json_array_size (alerts); i++)
    {
      const Json *target = json_array_get (alerts, i);
      const char *name = json_string_value (json_object_get (target, "target"));
      json_int_t waiting = json_integer_value (json_object_get (target, "waiting"));
      json_int_t refused = json_integer_value (json_object_get (target, "refused"));
      append_two (text, "weir_undelivered_messages", (const char *const[]) { "target", name != NULL ? name : "", NULL, NULL },
                  (double) (waiting + refused));
    }
}

bool
metrics_append (Metrics *metrics, Db *db, const Json *status, GString *text, GError **error)
{
  append_head (text, "weir_build_info", "gauge", "The version of weir.");
  append_two (text, "weir_build_info", (const char *const[]) { "version", WEIR_VERSION, NULL, NULL }, 1);
  append_head (text, "weir_database_up", "gauge", "Whether the database answers.");
  append_one (text, "weir_database_up", db != NULL);
  if (status != NULL)
    append_folders (status, text);
  if (db == NULL)
    return true;
  append_incidents (json_object_get (status, "incidents"), text);
  append_alerts (json_object_get (status, "alerts"), text);
  if (!count_runs (metrics, db, error))
    return false;
  append_runs (metrics, text);
  append_rows (metrics, text);
  return append_fresh (db, text, error);
}
