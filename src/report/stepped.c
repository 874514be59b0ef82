#include "src/report/stepped.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

void
stepped_show (const char *job, const Json *step)
{
  const char *to = json_string_value (json_object_get (step, "to")), *status = json_string_value (json_object_get (step, "status"));
  const char *message = json_string_value (json_object_get (step, "message"));
  const Json *rows = json_object_get (step, "rows");
  g_autofree char *count = json_is_integer (rows) ? text_count (json_integer_value (rows)) : NULL;
  g_autofree char *shown = message != NULL ? text_printable (message, strlen (message), SIZE_MAX) : NULL;
  fprintf (strcmp (status, "failed") == 0 ? stderr : stdout, "%s: %s%s%s: %s%s%s%s%s%s\n", job,
           json_string_value (json_object_get (step, "step")), to != NULL ? " to " : "", to != NULL ? to : "", status,
           count != NULL ? ", " : "", count != NULL ? count : "", count != NULL ? " rows" : "", shown != NULL ? "; " : "",
           shown != NULL ? shown : "");
  fflush (stdout);
}
