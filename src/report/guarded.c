#include "src/report/guarded.h"

#include "base/error.h"
#include "src/report/show.h"

#include <stdio.h>
#include <string.h>

/* What the ledger keeps as JSON; null where it has none. */
static Json *
parse (const char *text)
{
  Json *json = text != NULL ? weir_json_parse (text, strlen (text), "summary", NULL) : NULL;
  return json != NULL ? json : json_null ();
}

Json *
guarded_to_json (const DbResult *files)
{
  static const char *const texts[] = { "run", "file", "table", "place", "since", "overtaken_by" }, *const times[] = { "since",
                                                                                                                      NULL };
  if (files == NULL)
    return json_null ();
  Json *array = json_array ();
  for (int row = 0; row < db_result_rows (files); row++)
    {
      Json *file = json_object ();
      for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
        json_object_set_new (file, texts[i], weir_json_string (db_result_named (files, row, texts[i])));
      json_object_set_new (file, "held", parse (db_result_named (files, row, "held")));
      json_object_set_new (file, "error", parse (db_result_named (files, row, "error")));
      show_times_to_iso (file, times);
      json_array_append_new (array, file);
    }
  return array;
}

static void
print_file (const DbResult *files, int row)
{
  const char *run = db_result_named (files, row, "run"), *newer = db_result_named (files, row, "overtaken_by");
  g_autoptr (Json) error = parse (db_result_named (files, row, "error"));
  const char *message = json_string_value (json_object_get (error, "message"));
  const char *detail = json_string_value (json_object_get (error, "detail"));
  printf ("\nHeld since %s: %s\n", db_result_named (files, row, "since"), db_result_named (files, row, "place"));
  if (message != NULL)
    printf ("  %s\n", message);
  if (detail != NULL)
    printf ("  DETAIL: %s\n", detail);
  if (newer != NULL)
    printf ("  HINT: %s was applied since, and has overtaken it: `weir discard %.8s`\n", newer, run);
  else
    printf ("  HINT: `weir approve %.8s` applies it all the same, `weir discard %.8s` moves it to failed/\n", run, run);
}

void
guarded_print (const DbResult *files)
{
  for (int row = 0; files != NULL && row < db_result_rows (files); row++)
    print_file (files, row);
}
