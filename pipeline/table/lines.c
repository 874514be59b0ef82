#include "pipeline/table/lines.h"

#include "base/error.h"
#include "base/text.h"

#include <string.h>

bool
lines_check (const LineCounts *lines, const char *name, GError **error)
{
  int64_t sum = lines->above + lines->header + lines->rows + lines->rejected + lines->comments + lines->blank + lines->below;
  return sum == lines->total
         || weir_fail (error,
                       &(Failure) { WEIR_ERROR_INPUT, REASON_LINE_COUNT,
                                    .detail = "This is a fault of weir, not of the file. Nothing was loaded.",
                                    .hint = "Report it, with the file if that can be; splitting the file may help." },
                       "the lines of \"%s\" do not add up: %" G_GINT64_FORMAT " in the file, %" G_GINT64_FORMAT " read", name,
                       lines->total, sum);
}

/* ---- JSON ---- */

/* In the order in which they are shown. */
static const struct
{
  const char *name;
  size_t offset;
  bool first; /* a line, no count */
} members[] = {
  { "total", offsetof (LineCounts, total), false },
  { "above", offsetof (LineCounts, above), false },
  { "header", offsetof (LineCounts, header), false },
  { "rows", offsetof (LineCounts, rows), false },
  { "rejected", offsetof (LineCounts, rejected), false },
  { "comments", offsetof (LineCounts, comments), false },
  { "blank", offsetof (LineCounts, blank), false },
  { "below", offsetof (LineCounts, below), false },
  { "first_comment", offsetof (LineCounts, first_comment), true },
  { "first_below", offsetof (LineCounts, first_below), true },
};

static int64_t
member_of (const LineCounts *lines, size_t index)
{
  return *(const int64_t *) (const void *) ((const char *) lines + members[index].offset);
}

Json *
lines_to_json (const LineCounts *lines)
{
  Json *json = json_object ();
  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    {
      int64_t value = member_of (lines, i);
      if (value > 0 || !members[i].first)
        json_object_set_new (json, members[i].name, json_integer (value));
    }
  return json;
}

LineCounts
lines_from_json (const Json *json)
{
  LineCounts lines = { 0 };
  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    *(int64_t *) (void *) ((char *) &lines + members[i].offset) = json_integer_value (json_object_get (json, members[i].name));
  return lines;
}

/* ---- words ---- */

/* "kind" is said of one line, "kinds" of several; "first" is 0 where it says nothing. */
static void
append_kind (GString *text, int64_t lines, const char *kind, const char *kinds, int64_t first)
{
  if (lines == 0)
    return;
  g_autofree char *count = text_count (lines);
  g_autofree char *line = text_count (first);
  g_string_append_printf (text, "%s%s %s", text->len > 0 ? ", " : "", count, lines == 1 ? kind : kinds);
  if (first > 0)
    g_string_append_printf (text, lines == 1 ? " on line %s" : " from line %s on", line);
}

int64_t
lines_out (const LineCounts *lines)
{
  return lines->above + lines->comments + lines->below;
}

char *
lines_left_out (const LineCounts *lines)
{
  int64_t sum = lines_out (lines);
  if (sum == 0)
    return NULL;
  g_autoptr (GString) kinds = g_string_new (NULL);
  append_kind (kinds, lines->above, "above the table", "above the table", 0);
  append_kind (kinds, lines->comments, "comment", "comments", lines->first_comment);
  const char *below = lines->above > 0 ? "below it" : "below the table";
  append_kind (kinds, lines->below, below, below, lines->first_below);
  g_autofree char *count = text_count (sum);
  return g_strdup_printf ("%s line%s left out: %s", count, sum == 1 ? "" : "s", kinds->str);
}

char *
lines_text (const LineCounts *lines)
{
  GString *text = g_string_new (NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    {
      int64_t value = member_of (lines, i);
      g_autofree char *count = text_count (value);
      if (i == 0)
        g_string_append (text, count);
      else if (value > 0 && !members[i].first)
        {
          const char *name = members[i].name;
          int length = (int) (strlen (name) - (value == 1 && g_str_has_suffix (name, "s"))); /* 1 row, 1 comment */
          g_string_append_printf (text, " %s %s %.*s", strchr (text->str, '=') == NULL ? "=" : "+", count, length, name);
        }
    }
  return g_string_free (text, FALSE);
}
