#include "src/report/show.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/text/dialect.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool
show_is_fancy (int fd)
{
  const char *terminal = g_getenv ("TERM");
  const char *no_color = g_getenv ("NO_COLOR");
  return isatty (fd) && g_strcmp0 (terminal, "dumb") != 0 && (no_color == NULL || no_color[0] == '\0');
}

void
show_json (const Json *json)
{
  g_autofree char *text = weir_json_pretty (json);
  puts (text);
}

void
show_error (const GError *error, const char *indent)
{
  g_autofree char *text = weir_error_format (error);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (int i = 0; lines[i] != NULL; i++)
    printf ("%s%s\n", indent, lines[i]);
}

/* Columns that a terminal gives the text. */
static int
display_width (const char *text)
{
  int width = 0;
  for (const char *next = text; *next != '\0'; next = g_utf8_next_char (next))
    {
      gunichar character = g_utf8_get_char (next);
      width += g_unichar_iszerowidth (character) ? 0 : g_unichar_iswide (character) ? 2 : 1;
    }
  return width;
}

/* Whether the text is a whole number that JSON would write in the same way. */
static bool
is_whole (const char *text)
{
  const char *digits = text[0] == '-' ? text + 1 : text;
  size_t length = strspn (digits, "0123456789");
  return length > 0 && length <= 18 && digits[length] == '\0' && (digits[0] != '0' || (length == 1 && digits == text));
}

/* Cells of a table by rows, without the headers; NULL is SQL NULL. The text is borrowed from the result. */
static GPtrArray *
result_cells (const DbResult *result)
{
  GPtrArray *cells = g_ptr_array_new ();
  for (int row = 0; row < db_result_rows (result); row++)
    for (int column = 0; column < db_result_columns (result); column++)
      g_ptr_array_add (cells, (gpointer) db_result_value (result, row, column));
  return cells;
}

/* One flag per column: whether all its values are whole numbers. Owned by the caller. */
static bool *
find_whole_columns (const GPtrArray *cells, guint columns)
{
  bool *whole = g_new0 (bool, columns + 1);
  for (guint column = 0; column < columns; column++)
    {
      bool any = false, all = true;
      for (guint i = column; i < cells->len; i += columns)
        {
          const char *cell = g_ptr_array_index (cells, i);
          any |= cell != NULL;
          all &= cell == NULL || is_whole (cell);
        }
      whole[column] = any && all;
    }
  return whole;
}

Json *
show_result_to_json (const DbResult *result)
{
  Json *array = json_array ();
  guint columns = (guint) db_result_columns (result);
  g_autoptr (GPtrArray) cells = result_cells (result);
  g_autofree bool *whole = find_whole_columns (cells, columns);
  Json *object = NULL;
  for (guint i = 0; i < cells->len; i++)
    {
      guint column = i % columns;
      const char *cell = g_ptr_array_index (cells, i);
      if (column == 0)
        json_array_append_new (array, object = json_object ());
      json_object_set_new (object, db_result_name (result, (int) column),
                           cell != NULL && whole[column] ? json_integer (g_ascii_strtoll (cell, NULL, 10))
                                                         : weir_json_string (cell));
    }
  return array;
}

/* A cell as the table shows it: one line, nothing that moves the cursor; of an error its message. Owned by the caller. */
static char *
shown_cell (const char *value)
{
  if (value == NULL)
    return g_strdup ("");
  const char *more[] = { strstr (value, "\nDETAIL:  "), strstr (value, "\nHINT:  ") };
  const char *end = more[0] != NULL ? more[0] : more[1];
  return text_printable (value, end != NULL ? (size_t) (end - value) : strlen (value), SIZE_MAX);
}

static void
append_cell (GString *line, const char *text, int width, bool right)
{
  int padding = width - display_width (text);
  g_string_append (line, line->len > 0 ? "  " : "");
  if (right)
    g_string_append_printf (line, "%*s%s", padding, "", text);
  else
    g_string_append_printf (line, "%s%*s", text, padding, "");
}

/* One line of the table, without blanks at its end. */
static void
print_line (char **cells, guint columns, const int *widths, const bool *right)
{
  g_autoptr (GString) line = g_string_new (NULL);
  for (guint column = 0; column < columns; column++)
    append_cell (line, cells[column], widths[column], right[column]);
  puts (g_strchomp (line->str));
}

void
show_table_part (const char *const *headers, const GPtrArray *cells, int *widths)
{
  guint columns = g_strv_length ((char **) headers);
  if (columns == 0)
    return;
  bool first = widths[0] == 0;
  g_autofree bool *whole = find_whole_columns (cells, columns);
  g_autoptr (GPtrArray) shown = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < columns + cells->len; i++)
    {
      char *text = shown_cell (i < columns ? headers[i] : g_ptr_array_index (cells, i - columns));
      widths[i % columns] = MAX (widths[i % columns], display_width (text));
      g_ptr_array_add (shown, text);
    }
  for (guint i = first ? 0 : columns; i < shown->len; i += columns)
    print_line ((char **) shown->pdata + i, columns, widths, whole);
}

void
show_table (const char *const *headers, const GPtrArray *cells)
{
  g_autofree int *widths = g_new0 (int, g_strv_length ((char **) headers) + 1);
  show_table_part (headers, cells, widths);
}

void
show_csv_row (const char *const *cells, size_t count)
{
  g_autoptr (GString) line = g_string_new (NULL);
  for (size_t i = 0; i < count; i++)
    {
      if (i > 0)
        g_string_append_c (line, ',');
      if (cells[i] != NULL)
        dialect_append_cell (&dialect_default, cells[i], cells[i][0] == '\0', line);
    }
  puts (line->str);
}

void
show_times_to_iso (Json *object, const char *const *members)
{
  for (; *members != NULL; members++)
    {
      const char *text = json_string_value (json_object_get (object, *members));
      if (text == NULL)
        continue;
      g_autofree char *iso = g_strconcat (text, "Z", NULL);
      json_object_set_new (object, *members, json_string (g_strdelimit (iso, " ", 'T')));
    }
}

void
show_result (const DbResult *result, const char *empty)
{
  if (db_result_rows (result) == 0)
    {
      puts (empty);
      return;
    }
  g_autoptr (GPtrArray) headers = g_ptr_array_new ();
  for (int column = 0; column < db_result_columns (result); column++)
    g_ptr_array_add (headers, (gpointer) db_result_name (result, column));
  g_ptr_array_add (headers, NULL);
  g_autoptr (GPtrArray) cells = result_cells (result);
  show_table ((const char *const *) headers->pdata, cells);
}
