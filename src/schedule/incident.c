#include "src/schedule/incident.h"

#include "base/text.h"
#include "schema/ledger_schedule.h"
#include "watcher/scan.h"

#include <string.h>

/* ---- as sentences ---- */

static const char *
text_at (const Json *object, const char *name)
{
  return json_string_value (json_object_get (object, name));
}

static void
say_last (GString *text, const Json *last)
{
  if (last == NULL || json_is_null (last))
    {
      g_string_append (text, "; none has ever come");
      return;
    }
  g_autofree char *seen = g_strndup (text_at (last, "seen"), strlen ("YYYY-MM-DDTHH:MM:SS"));
  g_string_append_printf (text, "; the last one, %s, came at %s UTC", text_at (last, "file"), g_strdelimit (seen, "T", ' '));
}

/* Words of the ledger for a file that came and does not count. */
static void
say_came (GString *text, const Json *came)
{
  static const char *const words[][2] = { { "failed", "was refused" },
                                          { "held", "is held" },
                                          { "undone", "was taken back" },
                                          { "loading", "is being loaded" },
                                          { "staged", "was only staged" } };
  const char *state = text_at (came, "state"), *word = state;
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (words[i][0], state) == 0)
      word = words[i][1];
  if (state != NULL)
    g_string_append_printf (text, "; %s %s: weir runs %.8s", text_at (came, "file"), word, text_at (came, "run"));
}

static void
say_stale (GString *text, const Json *detail)
{
  const char *waits = text_at (detail, "waits");
  g_string_append_printf (text, "no file came by %s (%s)", text_at (detail, "due"), text_at (detail, "time_zone"));
  if (waits != NULL)
    g_string_append_printf (text, "; %s lies in the drop folder: weir status", waits);
  say_came (text, json_object_get (detail, "came"));
  say_last (text, json_object_get (detail, "last"));
}

static void
say_rows (GString *text, const Json *detail)
{
  int64_t rows = json_integer_value (json_object_get (detail, "rows")),
          least = json_integer_value (json_object_get (detail, "min"));
  const Json *before = json_object_get (detail, "before");
  g_string_append_printf (text, "%s has %" G_GINT64_FORMAT " row%s", text_at (detail, "file"), rows, rows == 1 ? "" : "s");
  if (rows < least)
    g_string_append_printf (text, ", and %" G_GINT64_FORMAT " are expected at least", least);
  else
    g_string_append_printf (text, ", and the file before it had %" JSON_INTEGER_FORMAT ": more than %g %% apart",
                            json_integer_value (before), json_number_value (json_object_get (detail, "change_percent")));
  g_string_append_printf (text, ": weir runs %.8s", text_at (detail, "run"));
}

/* " (credentials): the password is wrong"; the message may have been left out (src/notify). */
static void
say_why (GString *text, const Json *detail)
{
  const char *message = text_at (detail, "message");
  g_string_append_printf (text, " (%s)%s%s", text_at (detail, "class"), message != NULL ? ": " : "",
                          message != NULL ? message : "");
}

/* "orders: pulling orders fails, 3 times by now (credentials): ...; ..." */
static void
say_pull (GString *text, const Json *detail)
{
  int64_t times = json_integer_value (json_object_get (detail, "times"));
  const char *hint = text_at (detail, "hint");
  g_string_append_printf (text, "pulling %s fails", text_at (detail, "job"));
  if (times > 1)
    g_string_append_printf (text, ", %" G_GINT64_FORMAT " times by now", times);
  say_why (text, detail);
  if (hint != NULL)
    g_string_append_printf (text, "; %s", hint);
}

/* "orders: delivering it to dwh fails, 13 times by now (transient): ...; it is tried again by itself" */
static void
say_push (GString *text, const char *table, const Json *detail)
{
  int64_t times = json_integer_value (json_object_get (detail, "times"));
  const char *hint = text_at (detail, "hint"), *since = text_at (detail, "since");
  g_string_append_printf (text, "delivering it to %s fails", text_at (detail, "place"));
  if (times > 1)
    g_string_append_printf (text, ", %" G_GINT64_FORMAT " times by now, since %s", times, since);
  say_why (text, detail);
  if (hint != NULL)
    g_string_append_printf (text, "; %s", hint);
  if (g_strcmp0 (text_at (detail, "state"), "refused") == 0)
    g_string_append_printf (text, "; when it is mended: weir push %s --to %s --table %s", text_at (detail, "job"),
                            text_at (detail, "destination"), table);
  else
    g_string_append (text, "; it is tried again by itself");
}

char *
incident_text (const char *kind, const char *table, const Json *detail)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_string_append_printf (text, "%s: ", table);
  if (strcmp (kind, "stale") == 0)
    say_stale (text, detail);
  else if (strcmp (kind, "pull") == 0)
    say_pull (text, detail);
  else if (strcmp (kind, "push") == 0)
    say_push (text, table, detail);
  else
    say_rows (text, detail);
  /* A file may be called anything. */
  return text_printable (text->str, text->len, text->len);
}

static char *
text_of_json (const char *kind, const char *table, const char *detail)
{
  g_autoptr (Json) json = weir_json_parse (detail, strlen (detail), "incident", NULL);
  return incident_text (kind, table, json);
}

char *
incident_row_text (const DbResult *rows, int row)
{
  return text_of_json (db_result_named (rows, row, "kind"), db_result_named (rows, row, "table"),
                       db_result_named (rows, row, "detail"));
}

/* ---- files that do not come ---- */

void
arrival_clear (Arrival *arrival)
{
  g_free (arrival->file);
  g_free (arrival->since);
}

static bool
is_of (const Catalog *catalog, const char *name, const char *table)
{
  g_auto (Route) route = { 0 };
  catalog_route (catalog, name, &route);
  return strcmp (route.table, table) == 0;
}

char *
incident_find_lying (const Settings *settings, const Catalog *catalog, const char *table)
{
  g_autoptr (GPtrArray) entries = scan_folder (settings->imports, NULL, NULL, NULL);
  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      const Entry *entry = entries->pdata[i];
      if (entry->state != FILE_IGNORED && is_of (catalog, entry->name, table))
        return g_strdup (entry->name);
    }
  return NULL;
}

bool
incident_find_arrival (Db *db, const Piece *piece, int64_t due, const char *lying, Arrival *ret_arrival, GError **error)
{
  const char *table = piece->model->table;
  bool in_work = false;
  if (!incident_since (db, table, timing_counts_from (&piece->timing, due), &ret_arrival->since, error)
      || !incident_file_in_work (db, table, ret_arrival->since, &in_work, error)
      || !incident_file (db, table, ret_arrival->since, &ret_arrival->file, error))
    return false;
  ret_arrival->came = ret_arrival->file != NULL;
  ret_arrival->waits = !ret_arrival->came && (lying != NULL || in_work);
  if (!ret_arrival->came)
    ret_arrival->file = g_strdup (lying);
  return true;
}

bool
incident_open_stale (Db *db, const Piece *piece, int64_t due, const Arrival *arrival, char **ret_text, GError **error)
{
  g_autofree char *shown = zone_text (piece->timing.zone, due), *detail = NULL;
  const Stale stale = { piece->model->table, arrival->since, due, shown, piece->times.zone, arrival->file };
  if (!incident_stale (db, &stale, &detail, error))
    return false;
  *ret_text = detail != NULL ? text_of_json ("stale", piece->model->table, detail) : NULL;
  return true;
}

static bool
close_stale (Db *db, const GPtrArray *pieces, GPtrArray *texts, GError **error)
{
  g_autofree char *tables = pieces_tables (pieces);
  g_autoptr (DbResult) recovered = NULL;
  if (!incident_recovered (db, tables, &recovered, error))
    return false;
  for (int row = 0; row < db_result_rows (recovered); row++)
    g_ptr_array_add (texts, g_strdup_printf ("%s: recovered: %s has come", db_result_value (recovered, row, 0),
                                             db_result_value (recovered, row, 1)));
  return true;
}

/* ---- rows ---- */

static bool
is_near (int64_t rows, int64_t other, double percent)
{
  double apart = rows > other ? (double) (rows - other) : (double) (other - rows);
  return apart <= (double) other * percent / 100;
}

/* Near the last good one, or near the one before: what has changed for good is told once. */
bool
incident_rows_are_usual (const RowCheck *check)
{
  if (check->rows < check->least)
    return false;
  if (check->change_percent < 0 || check->before < 0)
    return true;
  return is_near (check->rows, check->before, check->change_percent)
         || (check->good >= 0 && is_near (check->rows, check->good, check->change_percent));
}

static char *
rows_detail (const RowCheck *check, const OddRows *file)
{
  g_autoptr (Json) detail =
      json_pack ("{s:o, s:s, s:I}", "file", weir_json_string (file->file), "run", file->run, "rows", (json_int_t) check->rows);
  if (check->before >= 0)
    json_object_set_new (detail, "before", json_integer (check->before));
  if (check->least >= 0)
    json_object_set_new (detail, "min", json_integer (check->least));
  if (check->change_percent >= 0)
    json_object_set_new (detail, "change_percent", json_real (check->change_percent));
  return weir_json_text (detail);
}

static bool
judge_rows (Db *db, const RowCheck *check, OddRows *file, GPtrArray *texts, GError **error)
{
  int64_t ended;
  g_autofree char *detail = rows_detail (check, file);
  if (!incident_rows_are_usual (check))
    {
      file->detail = detail;
      g_ptr_array_add (texts, text_of_json ("rows", file->table, detail));
      return incident_odd_rows (db, file, error);
    }
  if (!incident_usual_rows (db, file, &ended, error))
    return false;
  if (ended > 0)
    g_ptr_array_add (texts,
                     g_strdup_printf ("%s: recovered: %s has %" G_GINT64_FORMAT " rows", file->table, file->file, check->rows));
  return true;
}

/* One file, in a transaction of its own. */
static bool
look_at_file (Db *db, const DbResult *files, int row, const Piece *piece, GPtrArray *texts, GError **error)
{
  const ModelExpect *expect = &piece->model->expect;
  const char *seen = db_result_named (files, row, "seen");
  OddRows file = { piece->model->table, db_result_named (files, row, "run"), db_result_named (files, row, "file"), seen, NULL };
  RowCheck check = { .rows = g_ascii_strtoll (db_result_named (files, row, "rows"), NULL, 10),
                     .least = expect->least_rows,
                     .change_percent = expect->change_percent };
  bool ours;
  if (!db_exec (db, "begin", error))
    return false;
  if (incident_looked (db, piece->name, db_result_named (files, row, "looked"), seen, &ours, error)
      && (!ours
          || (incident_rows_before (db, piece->model->table, seen, &check.before, &check.good, error)
              && judge_rows (db, &check, &file, texts, error))))
    return db_exec (db, "commit", error);
  (void) db_exec (db, "rollback", NULL);
  return false;
}

bool
incident_look (Db *db, const GPtrArray *pieces, GPtrArray *texts, GError **error)
{
  g_autofree char *names = pieces_names (pieces);
  if (!close_stale (db, pieces, texts, error))
    return false;
  for (;;)
    {
      g_autoptr (DbResult) files = NULL;
      if (!incident_new_files (db, names, &files, error))
        return false;
      for (int row = 0; row < db_result_rows (files); row++)
        if (!look_at_file (db, files, row, pieces_find (pieces, db_result_named (files, row, "name")), texts, error))
          return false;
      if (db_result_rows (files) == 0)
        return true;
    }
}
