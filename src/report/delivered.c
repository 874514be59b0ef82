#include "src/report/delivered.h"

#include "base/text.h"
#include "src/jobs/deliveries.h"
#include "src/report/show.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ID_SHOWN 8

static const char *
text_at (const Json *object, const char *name)
{
  return json_string_value (json_object_get (object, name));
}

/* A member that is JSON as text becomes JSON. */
static void
parse_detail (Json *object)
{
  const char *detail = text_at (object, "detail");
  Json *parsed = detail != NULL ? weir_json_parse (detail, strlen (detail), "delivery", NULL) : NULL;
  json_object_set_new (object, "detail", parsed != NULL ? parsed : json_null ());
}

/* Rows of the ledger, each with which member of its job it is of. A job that cannot be read now has none to tell apart. */
static Json *
make_objects (const Jobs *jobs, const DbResult *rows)
{
  static const char *const times[] = { "since", "done", "next", NULL };
  Json *array = show_result_to_json (rows);
  for (size_t i = 0; i < json_array_size (array); i++)
    {
      Json *object = json_array_get (array, i);
      const Job *job = jobs != NULL ? jobs_find (jobs, text_at (object, "job"), NULL) : NULL;
      g_autofree char *member = deliveries_member (
          job, text_at (object, "destination"), json_integer_value (json_object_get (object, "item")), text_at (object, "table"));
      json_object_set_new (object, "member", weir_json_string (member));
      parse_detail (object);
      show_times_to_iso (object, times);
    }
  return array;
}

/* Whether a home is one of this machine, as far as we are let: what is of somebody else may be. */
static bool
is_home_here (const char *home)
{
  return settings_is_home (home) || (access (home, X_OK) != 0 && errno == EACCES);
}

/* What another home of this machine leaves lying is that one's business. */
static void
leave_to_others (Json *array)
{
  for (size_t i = json_array_size (array); i-- > 0;)
    {
      const char *home = text_at (json_array_get (array, i), "home");
      if (home != NULL && is_home_here (home))
        json_array_remove (array, i);
    }
}

Json *
delivered_waiting (Db *db, const Settings *settings, const Jobs *jobs, GError **error)
{
  g_autoptr (DbResult) rows = NULL;
  g_autofree char *names = deliveries_jobs (jobs);
  const DeliveryOwner owner = { settings->home, names };
  if (!delivery_state (db, &owner, &rows, error))
    return NULL;
  Json *array = make_objects (jobs, rows);
  leave_to_others (array);
  return array;
}

char *
delivered_place (const Json *object)
{
  const char *destination = text_at (object, "destination"), *member = text_at (object, "member");
  return member != NULL ? g_strdup_printf ("%s (%s)", destination, member) : g_strdup (destination);
}

static bool
is_troubled (const Json *object)
{
  return g_strcmp0 (text_at (object, "state"), "waiting") != 0 && text_at (object, "home") == NULL;
}

bool
delivered_is_troubled (const Json *waiting)
{
  for (size_t i = 0; i < json_array_size (waiting); i++)
    if (is_troubled (json_array_get (waiting, i)))
      return true;
  return false;
}

static char *
count_runs (int64_t runs)
{
  g_autofree char *figure = text_count (runs);
  return g_strdup_printf ("%s run%s", figure, runs == 1 ? "" : "s");
}

/* Of a job all mistakes are in the detail. */
static void
print_lines (const char *detail)
{
  g_auto (GStrv) lines = g_strsplit (detail != NULL ? detail : "", "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      g_autofree char *text = text_printable (*line, strlen (*line), 300);
      printf ("%s%s\n", line == lines ? "  DETAIL:  " : "           ", text);
    }
}

/* Of a home that is not seen here. It may be well, so whoever gives up what it is to send has to know that it is not. */
static void
print_stray (const Json *object, const char *place, const char *runs)
{
  const char *job = text_at (object, "job"), *table = text_at (object, "table");
  printf ("%s: %s of %s, of the job \"%s\", not delivered since %s: of the home %s on another machine, or one that has moved: look "
          "there first\n",
          place, runs, table, job, text_at (object, "since"), text_at (object, "home"));
  printf ("  HINT:  only where there is no such home any more: call a job \"%s\" again, or give it up: `weir push %s --to %s "
          "--table %s --drop`\n",
          job, job, text_at (object, "destination"), table);
}

static void
print_trouble (const Json *object, const char *place, const char *runs)
{
  const Json *detail = json_object_get (object, "detail");
  const char *message = text_at (detail, "message"), *hint = text_at (detail, "hint"), *table = text_at (object, "table");
  bool is_refused = g_strcmp0 (text_at (object, "state"), "refused") == 0;
  g_autofree char *said = message != NULL ? text_printable (message, strlen (message), 300) : g_strdup ("nothing was said");
  if (is_refused)
    printf ("%s: %s of %s, waiting for a person: %s\n", place, runs, table, said);
  else
    printf ("%s: %s of %s, not delivered yet, tried again at %s: %s\n", place, runs, table, text_at (object, "next"), said);
  print_lines (text_at (detail, "detail"));
  if (is_refused && hint != NULL)
    {
      g_autofree char *text = text_printable (hint, strlen (hint), 300);
      printf ("  HINT:  %s\n", text);
    }
  if (is_refused)
    printf ("  HINT:  mend it, then `weir push %s --to %s --table %s`\n", text_at (object, "job"), text_at (object, "destination"),
            table);
}

void
delivered_print_troubles (const Json *waiting)
{
  for (size_t i = 0; i < json_array_size (waiting); i++)
    {
      const Json *object = json_array_get (waiting, i);
      const char *home = text_at (object, "home");
      if (!is_troubled (object) && home == NULL)
        continue;
      g_autofree char *runs = count_runs (json_integer_value (json_object_get (object, "runs"))), *place = delivered_place (object);
      (home != NULL ? print_stray : print_trouble) (object, place, runs);
    }
}

char *
delivered_result_text (const Json *result)
{
  const char *state = text_at (result, "state"), *message = text_at (json_object_get (result, "detail"), "message");
  const char *table = text_at (result, "table");
  int64_t rows = json_integer_value (json_object_get (result, "rows"));
  g_autofree char *runs = count_runs (json_integer_value (json_object_get (result, "runs"))), *figure = text_count (rows);
  g_autofree char *said = message != NULL ? text_printable (message, strlen (message), 500) : g_strdup ("");
  g_autofree char *place = delivered_place (result);
  if (g_strcmp0 (state, "sent") == 0 && rows == 0)
    return g_strdup_printf ("%s: %s: nothing to change (%s)", place, table, runs);
  if (g_strcmp0 (state, "sent") == 0)
    return g_strdup_printf ("%s: %s: %s row%s of %s delivered", place, table, figure, rows == 1 ? "" : "s", runs);
  if (g_strcmp0 (state, "refused") == 0)
    return g_strdup_printf ("%s: %s: not delivered, it waits for a person: %s", place, table, said);
  int64_t pause = json_integer_value (json_object_get (result, "pause"));
  g_autofree char *long_pause = text_duration (pause * 1000), *short_pause = g_strdup_printf ("%" G_GINT64_FORMAT " s", pause);
  return g_strdup_printf ("%s: %s: not delivered, tried again in %s: %s", place, table, pause < 60 ? short_pause : long_pause,
                          said);
}

void
delivered_print_result (const Json *result)
{
  g_autofree char *text = delivered_result_text (result);
  const Json *detail = json_object_get (result, "detail"), *notes = json_object_get (detail, "notes");
  printf ("%s\n", text);
  for (size_t i = 0; i < json_array_size (notes); i++)
    printf ("  NOTE:  %s\n", json_string_value (json_array_get (notes, i)));
  print_lines (text_at (detail, "detail"));
  if (text_at (detail, "hint") != NULL)
    printf ("  HINT:  %s\n", text_at (detail, "hint"));
  fflush (stdout);
}

/* What a row of the outbox says beside its state. Owned by the caller. */
static char *
said_of (const Json *object)
{
  const char *message = text_at (json_object_get (object, "detail"), "message");
  return message != NULL ? text_printable (message, strlen (message), 60) : NULL;
}

Json *
delivered_list_to_json (Db *db, const Settings *settings, const Jobs *jobs, const DeliveryChoice *choice, int64_t limit,
                        GError **error)
{
  g_autoptr (DbResult) rows = NULL;
  g_autofree char *names = deliveries_jobs (jobs);
  const DeliveryOwner owner = { settings->home, names };
  return delivery_list (db, &owner, choice, limit, &rows, error) ? make_objects (jobs, rows) : NULL;
}

bool
delivered_print_list (Db *db, const Settings *settings, const Jobs *jobs, const DeliveryChoice *choice, int64_t limit,
                      GError **error)
{
  static const char *const headers[] = { "destination", "job", "table", "run", "cause", "state", "rows", "since", "said", NULL };
  g_autoptr (Json) list = delivered_list_to_json (db, settings, jobs, choice, limit, error);
  if (list == NULL)
    return false;
  if (json_array_size (list) == 0)
    return puts ("Nothing was delivered, and nothing waits to be."), true;
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  for (size_t i = 0; i < json_array_size (list); i++)
    {
      const Json *row = json_array_get (list, i), *rows = json_object_get (row, "rows");
      g_ptr_array_add (cells, delivered_place (row));
      g_ptr_array_add (cells, g_strdup (text_at (row, "job")));
      g_ptr_array_add (cells, g_strdup (text_at (row, "table")));
      g_ptr_array_add (cells, g_strndup (text_at (row, "run"), ID_SHOWN));
      g_ptr_array_add (cells, g_strdup (text_at (row, "cause")));
      g_ptr_array_add (cells, g_strdup (text_at (row, "state")));
      g_ptr_array_add (cells, json_is_integer (rows) ? text_count (json_integer_value (rows)) : NULL);
      g_ptr_array_add (cells, g_strdup (text_at (row, "since")));
      g_ptr_array_add (cells, said_of (row));
    }
  show_table (headers, cells);
  return true;
}
