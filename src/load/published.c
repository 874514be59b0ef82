#include "src/load/published.h"

#include "base/text.h"
#include "pipeline/sniff/sniff_evidence.h"
#include "pipeline/table/lines.h"

#include <string.h>

static const char *
text_member (const Json *object, const char *name)
{
  const char *text = json_string_value (json_object_get (object, name));
  return text ? text : "";
}

static void
append_advice (GString *text, const Json *error)
{
  if (text_member (error, "detail")[0])
    g_string_append_printf (text, "\nDETAIL:  %s", text_member (error, "detail"));
  if (text_member (error, "hint")[0])
    g_string_append_printf (text, "\nHINT:  %s", text_member (error, "hint"));
}

/* " (line 7)", unless the message says so itself. */
static void
append_line (GString *text, const Json *error)
{
  g_autofree char *line = g_strdup_printf ("line %" G_GINT64_FORMAT, (gint64) json_integer_value (json_object_get (error, "line")));
  const char *said = strstr (text->str, line);
  if (json_integer_value (json_object_get (error, "line")) > 0 && (said == NULL || g_ascii_isdigit (said[strlen (line)])))
    g_string_append_printf (text, " (%s)", line);
}

char *
published_error_text (const Json *error)
{
  GString *text = g_string_new (text_member (error, "message"));
  if (text->len == 0)
    g_string_append (text, "unknown error");
  append_line (text, error);
  append_advice (text, error);
  return g_string_free (text, FALSE);
}

/* ", 9,845 inserted" for every count that is not 0. */
static void
append_counts (GString *text, const Json *rows)
{
  static const char *const words[] = { "inserted", "updated",   "deactivated", "unchanged", "late",     "corrected", "deleted",
                                       "absent",   "duplicate", "waiting",     "rejected",  "repaired", "forgotten" };
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    {
      int64_t count = json_integer_value (json_object_get (rows, words[i]));
      g_autofree char *figure = text_count (count);
      if (count != 0)
        g_string_append_printf (text, ", %s %s", figure, words[i]);
    }
}

/* Where a person should look whether the file was read as it was meant. */
static void
append_doubt (GString *text, const Json *published)
{
  int64_t percent = json_integer_value (json_object_get (published, "confidence_percent"));
  if (percent > 0 && percent < SNIFF_SURE_PERCENT)
    g_string_append_printf (text, "; confidence %d %%: `weir sniff --explain` says why", (int) percent);
}

static void
append_left_out (GString *text, const Json *lines)
{
  const LineCounts counts = lines_from_json (lines);
  g_autofree char *left_out = lines_left_out (&counts);
  if (left_out != NULL)
    g_string_append_printf (text, "; %s", left_out);
}

static void
append_notes (GString *text, const Json *notes)
{
  for (size_t i = 0; i < json_array_size (notes); i++)
    g_string_append_printf (text, "\nNOTE:  %s", json_string_value (json_array_get (notes, i)));
}

/* Nothing is wrong with the file. */
static bool
is_stopped (const Json *published)
{
  return strcmp (text_member (json_object_get (published, "error"), "code"), "stop") == 0;
}

static void
append_verdict (GString *text, const Json *published)
{
  const char *status = text_member (published, "status");
  const char *table = text_member (published, "table");
  if (strcmp (status, "applied") == 0)
    g_string_append_printf (text, "applied to %s", table);
  else if (strcmp (status, "staged") == 0)
    g_string_append_printf (text, "staged as %s for review (it has no model)", table);
  else if (strcmp (status, "duplicate") == 0)
    g_string_append (text, "duplicate");
  else if (is_stopped (published))
    g_string_append (text, "stopped; nothing was changed");
  else
    g_string_append (text, strcmp (status, "failed") == 0 ? "refused" : status);
}

char *
published_text (const Json *published)
{
  const char *file = text_member (published, "file");
  g_autofree char *shown = text_printable (file, strlen (file), SIZE_MAX);
  GString *text = g_string_new (shown);
  g_string_append (text, ": ");
  append_verdict (text, published);
  int64_t milliseconds = json_integer_value (json_object_get (published, "milliseconds"));
  g_autofree char *duration = text_duration (milliseconds);
  if (milliseconds > 0)
    g_string_append_printf (text, " in %s", duration);
  const Json *rows = json_object_get (published, "rows");
  if (json_is_object (rows))
    {
      int64_t count = json_integer_value (json_object_get (rows, "read"));
      g_autofree char *read = text_count (count);
      g_string_append_printf (text, ": %s row%s read", read, count == 1 ? "" : "s");
      append_counts (text, rows);
      append_left_out (text, json_object_get (published, "lines"));
      append_doubt (text, published);
    }
  const Json *error = json_object_get (published, "error");
  g_autofree char *reason = json_is_object (error) ? published_error_text (error) : NULL;
  if (is_stopped (published))
    append_advice (text, error);
  else if (reason)
    g_string_append_printf (text, "\n%s", reason);
  append_notes (text, json_object_get (published, "notes"));
  if (strcmp (file, shown) != 0) /* the error and notes name it, too: a newline of the name begins no line */
    g_string_replace (text, file, shown, 0);
  char *printable = text_lines_printable (text->str);
  g_string_free (text, TRUE);
  return printable;
}
