#include "src/report/delivered.h"

#include "base/text.h"
#include "src/report/show.h"

#include <stdio.h>
#include <string.h>

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

Json *
delivered_waiting (Db *db, GError **error)
{
  static const char *const times[] = { "since", "next", NULL };
  g_autoptr (DbResult) rows = NULL;
  if (!delivery_state (db, &rows, error))
    return NULL;
  Json *array = show_result_to_json (rows);
  for (size_t i = 0; i < json_array_size (array); i++)
    {
      Json *object = json_array_get (array, i);
      parse_detail (object);
      show_times_to_iso (object, times);
    }
  return array;
}

static bool
is_troubled (const Json *object)
{
  return g_strcmp0 (text_at (object, "state"), "waiting") != 0;
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

void
delivered_print_troubles (const Json *waiting)
{
  for (size_t i = 0; i < json_array_size (waiting); i++)
    {
      const Json *object = json_array_get (waiting, i), *detail = json_object_get (object, "detail");
      const char *message = text_at (detail, "message"), *destination = text_at (object, "destination");
      const char *job = text_at (object, "job"), *table = text_at (object, "table");
      if (!is_troubled (object))
        continue;
      g_autofree char *runs = count_runs (json_integer_value (json_object_get (object, "runs")));
      g_autofree char *said = message != NULL ? text_printable (message, strlen (message), 300) : g_strdup ("nothing was said");
      if (g_strcmp0 (text_at (object, "state"), "refused") == 0)
        printf ("%s: %s of %s waits for a person: %s\n  HINT:  mend it, then `weir push %s --to %s --table %s`\n", destination,
                runs, table, said, job, destination, table);
      else
        printf ("%s: %s of %s not delivered yet, tried again at %s: %s\n", destination, runs, table, text_at (object, "next"),
                said);
    }
}

char *
delivered_result_text (const Json *result)
{
  const char *state = text_at (result, "state"), *message = text_at (json_object_get (result, "detail"), "message");
  const char *destination = text_at (result, "destination"), *table = text_at (result, "table");
  int64_t rows = json_integer_value (json_object_get (result, "rows"));
  g_autofree char *runs = count_runs (json_integer_value (json_object_get (result, "runs"))), *figure = text_count (rows);
  g_autofree char *said = message != NULL ? text_printable (message, strlen (message), 500) : g_strdup ("");
  if (g_strcmp0 (state, "sent") == 0)
    return g_strdup_printf ("%s: %s: %s row%s of %s delivered", destination, table, figure, rows == 1 ? "" : "s", runs);
  if (g_strcmp0 (state, "refused") == 0)
    return g_strdup_printf ("%s: %s: not delivered, it waits for a person: %s", destination, table, said);
  return g_strdup_printf ("%s: %s: not delivered, tried again in %" JSON_INTEGER_FORMAT " s: %s", destination, table,
                          json_integer_value (json_object_get (result, "pause")), said);
}

void
delivered_print_result (const Json *result)
{
  g_autofree char *text = delivered_result_text (result);
  const Json *detail = json_object_get (result, "detail"), *notes = json_object_get (detail, "notes");
  printf ("%s\n", text);
  for (size_t i = 0; i < json_array_size (notes); i++)
    printf ("  NOTE:  %s\n", json_string_value (json_array_get (notes, i)));
  const char *const members[][2] = { { "detail", "DETAIL" }, { "hint", "HINT" } };
  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    if (text_at (detail, members[i][0]) != NULL)
      printf ("  %s:  %s\n", members[i][1], text_at (detail, members[i][0]));
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
delivered_list_to_json (Db *db, const DeliveryChoice *choice, int64_t limit, GError **error)
{
  static const char *const times[] = { "since", "done", "next", NULL };
  g_autoptr (DbResult) rows = NULL;
  if (!delivery_list (db, choice, limit, &rows, error))
    return NULL;
  Json *array = show_result_to_json (rows);
  for (size_t i = 0; i < json_array_size (array); i++)
    {
      parse_detail (json_array_get (array, i));
      show_times_to_iso (json_array_get (array, i), times);
    }
  return array;
}

bool
delivered_print_list (Db *db, const DeliveryChoice *choice, int64_t limit, GError **error)
{
  static const char *const headers[] = { "destination", "job", "table", "run", "cause", "state", "rows", "since", "said", NULL };
  g_autoptr (Json) list = delivered_list_to_json (db, choice, limit, error);
  if (list == NULL)
    return false;
  if (json_array_size (list) == 0)
    return puts ("Nothing was delivered, and nothing waits to be."), true;
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  for (size_t i = 0; i < json_array_size (list); i++)
    {
      const Json *row = json_array_get (list, i), *rows = json_object_get (row, "rows");
      g_ptr_array_add (cells, g_strdup (text_at (row, "destination")));
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
