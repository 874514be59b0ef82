#include "src/report/listed_jobs.h"

#include "base/text.h"
#include "base/zone.h"
#include "schema/ledger_bookmark.h"
#include "schema/ledger_pull.h"
#include "schema/ledger_schedule.h"
#include "src/jobs/deliveries.h"
#include "src/report/show.h"

#include <stdio.h>
#include <string.h>

/* ---- what there is ---- */

static Json *
position_of (const DbResult *rows, int row, const char *column)
{
  const char *text = db_result_named (rows, row, column);
  Json *position = text != NULL ? json_loads (text, JSON_DECODE_ANY, NULL) : NULL;
  return position != NULL ? position : json_null ();
}

Json *
listed_bookmarks (const DbResult *rows)
{
  static const char *const times[] = { "updated_on", NULL };
  Json *array = json_array ();
  for (int row = 0; row < db_result_rows (rows); row++)
    {
      /* As people read times: without what is smaller than a second. */
      const char *updated = db_result_named (rows, row, "updated_on");
      g_autofree char *time = updated != NULL ? g_strndup (updated, strcspn (updated, ".+")) : NULL;
      Json *object = json_pack ("{s:s, s:s, s:o, s:o, s:o, s:o}", "job", db_result_named (rows, row, "source"), "stream",
                                db_result_named (rows, row, "stream"), "position", position_of (rows, row, "position"), "previous",
                                position_of (rows, row, "previous"), "run", weir_json_string (db_result_named (rows, row, "run")),
                                "updated_on", weir_json_string (time));
      show_times_to_iso (object, times);
      json_array_append_new (array, object);
    }
  return array;
}

static Json *
streams_of (const Job *job)
{
  Json *array = json_array ();
  for (guint i = 0; i < job->streams->len; i++)
    {
      const JobStream *stream = job->streams->pdata[i];
      json_array_append_new (array, json_pack ("{s:s?, s:s}", "stream", stream->stream, "table", stream->table));
    }
  return array;
}

static Json *
steps_of (const Job *job)
{
  static const char *const words[] = { [STEP_EXTRACT] = "extract", [STEP_TRANSFORM] = "transform", [STEP_DELIVERY] = "delivery" };
  Json *array = json_array ();
  for (guint i = 0; job->steps != NULL && i < job->steps->len; i++)
    {
      const JobStep *step = job->steps->pdata[i];
      json_array_append_new (array, json_pack ("{s:s, s:s, s:s?, s:s?}", "step", step->name, "kind", words[step->kind],
                                               "connection", step->connection, "table", step->table));
    }
  return array;
}

static Json *
deliveries_of (const Job *job)
{
  Json *array = json_array ();
  for (guint i = 0; i < job->deliver->len; i++)
    json_array_append_new (array, json_string (((const JobDelivery *) job->deliver->pdata[i])->connection));
  return array;
}

static Json *
job_to_json (const Job *job)
{
  Json *object =
      json_pack ("{s:s, s:s, s:s?, s:O?, s:o, s:s?, s:s?, s:s?, s:s?, s:s?, s:o, s:o}", "name", job->name, "path", job->path,
                 "connection", job->connection, "from", job->from, "streams", streams_of (job), "table", job->table, "mode",
                 job->connection != NULL && job->has_mode ? job_mode_words[job->mode] : NULL, "cron", job->cron, "time_zone",
                 job->time_zone, "cut_off", job->cut_off, "deliver", deliveries_of (job), "steps", steps_of (job));
  json_object_set_new (object, "every_seconds", job->every > 0 ? json_integer (job->every) : json_null ());
  return object;
}

static Json *
broken_to_json (const BrokenJob *broken)
{
  return json_pack ("{s:o, s:o}", "name", weir_json_string (broken->name), "path", weir_json_string (broken->path));
}

/* ---- what the ledger has ---- */

static Json *
instant_of (const char *seconds)
{
  g_autofree char *text = seconds != NULL ? text_time (g_ascii_strtoll (seconds, NULL, 10) * G_GINT64_CONSTANT (1000000000)) : NULL;
  return weir_json_string (text);
}

/* The row of its pulls; -1: none. */
static int
find_pulls (const DbResult *rows, const char *job)
{
  int row = rows != NULL ? db_result_rows (rows) - 1 : -1;
  while (row >= 0 && strcmp (db_result_named (rows, row, "job"), job) != 0)
    row--;
  return row;
}

/* What the ledger says of its pulls, whoever began them. */
static void
add_pulls (Json *object, const DbResult *rows, int row)
{
  static const char *const times[] = { "pulled", NULL };
  json_object_set_new (object, "pulled", instant_of (row >= 0 ? db_result_named (rows, row, "pulled") : NULL));
  const char *run = row >= 0 ? db_result_named (rows, row, "held_run") : NULL;
  json_object_set_new (
      object, "held",
      run != NULL ? json_pack ("{s:s, s:o}", "run", run, "file", weir_json_string (db_result_named (rows, row, "held_file")))
                  : json_null ());
  show_times_to_iso (object, times);
}

static int
find_row (const DbResult *rows, const char *job)
{
  g_autofree char *name = g_strconcat (LISTED_PULL_PREFIX, job, NULL);
  for (int row = 0; rows != NULL && row < db_result_rows (rows); row++)
    if (g_str_equal (db_result_named (rows, row, "name"), name))
      return row;
  return -1;
}

static void
add_schedule (Json *object, const DbResult *rows, int row)
{
  static const char *const texts[] = { "began", "ended", "result", "message", "paused" };
  static const char *const times[] = { "next", "last", "began", "ended", "paused", NULL };
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    json_object_set_new (object, texts[i], weir_json_string (row >= 0 ? db_result_named (rows, row, texts[i]) : NULL));
  json_object_set_new (object, "next", instant_of (row >= 0 ? db_result_named (rows, row, "next") : NULL));
  json_object_set_new (object, "last", instant_of (row >= 0 ? db_result_named (rows, row, "last") : NULL));
  show_times_to_iso (object, times);
}

static bool
is_there (const Json *object, const char *name)
{
  return json_is_string (json_object_get (object, name));
}

static const char *
state_of (const Json *object, bool is_pulled)
{
  if (json_is_object (json_object_get (object, "error")))
    return "broken";
  if (is_there (object, "paused"))
    return "paused";
  if (is_pulled || (is_there (object, "began") && !is_there (object, "ended")))
    return "under way";
  if (json_is_object (json_object_get (object, "held")))
    return "held";
  return is_there (object, "failure") ? "failing" : "ready";
}

/* Of all bookmarks those of the job. */
static Json *
bookmarks_of (const Json *bookmarks, const char *job)
{
  Json *array = json_array ();
  for (size_t i = 0; i < json_array_size (bookmarks); i++)
    {
      Json *bookmark = json_array_get (bookmarks, i);
      if (g_strcmp0 (json_string_value (json_object_get (bookmark, "job")), job) == 0)
        json_array_append (array, bookmark);
    }
  return array;
}

typedef struct
{
  DbResult *schedule;  /* NULL: not known */
  DbResult *pulls;     /* the same */
  Json *bookmarks;     /* the same */
  DbResult *incidents; /* the same */
} Known;

/* Why its pulls fail: what the last one said. NULL: they do not. Owned by the caller. */
static char *
failure_of (const DbResult *incidents, const char *job)
{
  for (int row = 0; incidents != NULL && row < db_result_rows (incidents); row++)
    {
      const char *text = db_result_named (incidents, row, "detail");
      g_autoptr (Json) detail = json_loads (text, 0, NULL);
      if (g_str_equal (db_result_named (incidents, row, "kind"), "pull")
          && g_strcmp0 (json_string_value (json_object_get (detail, "job")), job) == 0)
        return g_strdup (json_string_value (json_object_get (detail, "message")));
    }
  return NULL;
}

static void
add_job (Json *list, Json *object, const GError *error, const Known *known)
{
  const char *name = json_string_value (json_object_get (object, "name"));
  add_schedule (object, known->schedule, find_row (known->schedule, name));
  int row = find_pulls (known->pulls, name);
  bool is_pulled = row >= 0 && g_str_equal (db_result_named (known->pulls, row, "is_pulled"), "t");
  add_pulls (object, known->pulls, row);
  json_object_set_new (object, "bookmarks", known->bookmarks != NULL ? bookmarks_of (known->bookmarks, name) : json_null ());
  json_object_set_new (object, "error", error != NULL ? weir_json_error (error) : json_null ());
  g_autofree char *failure = failure_of (known->incidents, name);
  json_object_set_new (object, "failure", weir_json_string (failure));
  json_object_set_new (object, "state", json_string (state_of (object, is_pulled)));
  json_array_append_new (list, object);
}

/* Both lists in the order of names. */
static Json *
merge (const Jobs *jobs, const Known *known)
{
  Json *list = json_array ();
  guint i = 0, j = 0;
  while (i < jobs->jobs->len || j < jobs->broken->len)
    {
      const Job *job = i < jobs->jobs->len ? jobs->jobs->pdata[i] : NULL;
      const BrokenJob *broken = j < jobs->broken->len ? jobs->broken->pdata[j] : NULL;
      if (job != NULL && (broken == NULL || strcmp (job->name, broken->name) < 0))
        {
          add_job (list, job_to_json (job), NULL, known);
          i++;
          continue;
        }
      if (broken != NULL)
        add_job (list, broken_to_json (broken), broken->error, known);
      j++;
    }
  return list;
}

Json *
listed_jobs (Db *db, const Jobs *jobs, GError **error)
{
  g_autoptr (DbResult) schedule = NULL, pulls = NULL, bookmarks = NULL, incidents = NULL;
  g_autofree char *names = deliveries_jobs (jobs);
  if (db != NULL
      && (!schedule_list (db, NULL, &schedule, error) || !ledger_pull_of_jobs (db, names, &pulls, error)
          || !ledger_bookmark_list (db, NULL, &bookmarks, error) || !incident_list (db, NULL, names, &incidents, error)))
    return NULL;
  g_autoptr (Json) positions = bookmarks != NULL ? listed_bookmarks (bookmarks) : NULL;
  return merge (jobs, &(Known) { schedule, pulls, positions, incidents });
}

/* ---- as a table ---- */

static const char *
text_at (const Json *object, const char *name)
{
  return json_string_value (json_object_get (object, name));
}

/* "app public.orders" */
char *
listed_job_from (const Json *job)
{
  static const char *const names[] = { "table", "path", "query_file", "url" };
  const Json *from = json_object_get (job, "from");
  const char *connection = text_at (job, "connection"), *place = NULL;
  size_t steps = json_array_size (json_object_get (job, "steps"));
  if (steps > 0)
    return g_strdup_printf ("%zu steps", steps);
  for (size_t i = 0; i < G_N_ELEMENTS (names) && place == NULL; i++)
    place = text_at (from, names[i]);
  g_autofree char *text = connection != NULL ? g_strjoin (" ", connection, place, NULL) : NULL;
  return text != NULL ? text_printable (text, strlen (text), 50) : NULL;
}

char *
listed_job_tables (const Json *job)
{
  const Json *streams = json_object_get (job, "streams");
  size_t n = json_array_size (streams);
  if (n == 0)
    return g_strdup (text_at (job, "table"));
  return n == 1 ? g_strdup (text_at (json_array_get (streams, 0), "table")) : g_strdup_printf ("%zu tables", n);
}

/* "dwh, mail" */
char *
listed_job_destinations (const Json *job)
{
  g_autoptr (GString) all = g_string_new (NULL);
  const Json *deliver = json_object_get (job, "deliver");
  for (size_t i = 0; i < json_array_size (deliver); i++)
    g_string_append_printf (all, "%s%s", i > 0 ? ", " : "", json_string_value (json_array_get (deliver, i)));
  return all->len > 0 ? text_printable (all->str, all->len, 50) : NULL;
}

/* "2026-11-29T08:00:00Z" as people read it. */
static char *
show_time (const char *text)
{
  char *shown = text != NULL ? g_strndup (text, strlen ("YYYY-MM-DD HH:MM:SS")) : NULL;
  return shown != NULL ? g_strdelimit (shown, "T", ' ') : NULL;
}

static const char *
later_of (const char *a, const char *b)
{
  return g_strcmp0 (a, b) > 0 ? a : b;
}

/* When something was done for it last: at one of its times, or by hand. */
const char *
listed_job_last (const Json *job)
{
  const Json *bookmarks = json_object_get (job, "bookmarks");
  const char *last = later_of (text_at (job, "began"), text_at (job, "pulled"));
  for (size_t i = 0; i < json_array_size (bookmarks); i++)
    last = later_of (last, text_at (json_array_get (bookmarks, i), "updated_on"));
  return last;
}

char *
listed_job_bookmark (const Json *job)
{
  const Json *bookmarks = json_object_get (job, "bookmarks");
  size_t n = json_array_size (bookmarks);
  if (n != 1)
    return n == 0 ? NULL : g_strdup_printf ("%zu streams", n);
  g_autofree char *text = weir_json_line (json_object_get (json_array_get (bookmarks, 0), "position"));
  return text_printable (text, strlen (text), 60);
}

/* What came of the last time, where the job is ready. */
char *
listed_job_state (const Json *job)
{
  const char *state = text_at (job, "state"), *result = text_at (job, "result");
  return g_strdup (g_strcmp0 (state, "ready") == 0 && result != NULL ? result : state);
}

/* Why nothing comes. What is held is also why its pulls fail since. */
static void
show_obstacle (const Json *job)
{
  const Json *held = json_object_get (job, "held");
  const char *name = text_at (job, "name"), *run = text_at (held, "run");
  const char *text = run != NULL ? text_at (held, "file") : text_at (job, "failure");
  g_autofree char *shown = text != NULL ? text_printable (text, strlen (text), SIZE_MAX) : NULL;
  if (run != NULL)
    printf ("%s waits: %s is held (weir approve %s, or weir discard %s)\n", name, shown, run, run);
  else if (shown != NULL)
    printf ("%s fails: %s\n", name, shown);
}

void
listed_jobs_show (const Json *list)
{
  static const char *const headers[] = { "name",       "from",       "table", "to",       "mode",
                                         "next (UTC)", "last (UTC)", "state", "bookmark", NULL };
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  for (size_t i = 0; i < json_array_size (list); i++)
    {
      const Json *job = json_array_get (list, i);
      const char *name = text_at (job, "name");
      g_ptr_array_add (cells, text_printable (name, strlen (name), 63));
      g_ptr_array_add (cells, listed_job_from (job));
      g_ptr_array_add (cells, listed_job_tables (job));
      g_ptr_array_add (cells, listed_job_destinations (job));
      g_ptr_array_add (cells, g_strdup (text_at (job, "mode")));
      g_ptr_array_add (cells, show_time (text_at (job, "next")));
      g_ptr_array_add (cells, show_time (listed_job_last (job)));
      g_ptr_array_add (cells, listed_job_state (job));
      g_ptr_array_add (cells, listed_job_bookmark (job));
    }
  show_table (headers, cells);
  for (size_t i = 0; i < json_array_size (list); i++)
    show_obstacle (json_array_get (list, i));
}
