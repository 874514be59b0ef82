#include "src/report/diff_show.h"

#include "base/text.h"
#include "src/report/changes.h"
#include "src/report/show.h"

#include <stdio.h>
#include <string.h>

#define PART_ROWS 1000     /* of a table whose columns are aligned with each other */
#define ORIGINAL_BYTES 100 /* of a line, to people */

static const char *
text_of (const Json *object, const char *member)
{
  return json_string_value (json_object_get (object, member));
}

static DiffKind
kind_of_entry (const Json *entry)
{
  const char *word = text_of (entry, "kind");
  DiffKind kind = 0;
  while (kind + 1 < DIFF_KINDS && g_strcmp0 (diff_kind_words[kind], word) != 0)
    kind++;
  return kind;
}

static bool
is_in_place (const Json *entry)
{
  return json_is_true (json_object_get (entry, "in_place"));
}

/* NULL: it is not known. Owned by the caller. */
static char *
line_of (const Json *entry)
{
  const Json *line = json_object_get (entry, "line");
  return json_is_integer (line) ? g_strdup_printf ("%" JSON_INTEGER_FORMAT, json_integer_value (line)) : NULL;
}

/* The business key; where a part of it is not shown the id says whose the row is. Owned by the caller; NULL: it has none. */
static char *
key_of (const Json *entry)
{
  const Json *key = json_object_get (entry, "key");
  g_autoptr (GString) text = g_string_new (NULL);
  size_t i;
  Json *part;
  json_array_foreach (key, i, part)
    {
      if (!json_is_string (part))
        return g_strdup (text_of (entry, "id"));
      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", json_string_value (part));
    }
  return json_array_size (key) > 0 ? g_strdup (text->str) : NULL;
}

/* ---- for people ---- */

static const char *const headers_of_rows[] = { "line", "key", "what changes", NULL };
static const char *const headers_of_versions[] = { "line", "key", "from (UTC)", "to", "what changes", NULL };
static const char *const headers_of_rejects[] = { "line", "column", "reason", "message", "original", NULL };
static const char *const headers_of_columns[] = { "column", "type", "was", NULL };

static const char *const *
headers_of (DiffKind kind)
{
  switch (kind)
    {
    case DIFF_COLUMN:
      return headers_of_columns;
    case DIFF_CORRECTED:
    case DIFF_LATE:
    case DIFF_CLOSED:
      return headers_of_versions;
    case DIFF_WAITING:
    case DIFF_REJECTED:
      return headers_of_rejects;
    case DIFF_INSERTED:
    case DIFF_UPDATED:
    case DIFF_KINDS:
    default:
      return headers_of_rows;
    }
}

/* "2026-01-02 00:00:00" of ISO 8601 in UTC. Owned by the caller. */
static char *
time_of (const Json *entry, const char *member)
{
  char *text = g_strdup (text_of (entry, member));
  if (text == NULL || !g_ascii_isdigit (text[0]))
    return text;
  text[strlen (text) - 1] = '\0';
  return g_strdelimit (text, "T", ' ');
}

static void
add_reject (GPtrArray *cells, const Json *entry)
{
  const char *original = text_of (entry, "original");
  int64_t withheld = json_integer_value (json_object_get (entry, "withheld_bytes"));
  g_ptr_array_add (cells, line_of (entry));
  g_ptr_array_add (cells, g_strdup (text_of (entry, "column")));
  g_ptr_array_add (cells, g_strdup (text_of (entry, "reason")));
  g_ptr_array_add (cells, g_strdup (text_of (entry, "message")));
  g_ptr_array_add (cells, original != NULL ? text_printable (original, strlen (original), ORIGINAL_BYTES)
                                           : g_strdup_printf ("(%" G_GINT64_FORMAT " bytes)", withheld));
}

static void
add_column (GPtrArray *cells, const Json *entry)
{
  const char *former = text_of (entry, "former"), *name = text_of (entry, "column");
  g_ptr_array_add (cells, g_strdup (name));
  g_ptr_array_add (cells, g_strdup (text_of (entry, "type")));
  g_ptr_array_add (cells, former == NULL               ? g_strdup ("(new)")
                          : strcmp (former, name) == 0 ? g_strdup (text_of (entry, "was"))
                                                       : g_strdup_printf ("%s %s", former, text_of (entry, "was")));
}

static void
add_row (GPtrArray *cells, const Json *entry, bool with_times)
{
  const Json *changed = json_object_get (entry, "changed");
  g_ptr_array_add (cells, line_of (entry));
  g_ptr_array_add (cells, key_of (entry));
  if (with_times)
    {
      g_ptr_array_add (cells, time_of (entry, "from"));
      g_ptr_array_add (cells, time_of (entry, "to"));
    }
  g_autofree char *changes = changed != NULL ? changes_text (changed, json_is_true (json_object_get (entry, "first"))) : NULL;
  g_ptr_array_add (cells, is_in_place (entry) ? g_strdup_printf ("%s (in place)", changes) : g_steal_pointer (&changes));
}

static void
add_entry (GPtrArray *cells, const Json *entry)
{
  DiffKind kind = kind_of_entry (entry);
  if (kind == DIFF_COLUMN)
    add_column (cells, entry);
  else if (kind == DIFF_WAITING || kind == DIFF_REJECTED)
    add_reject (cells, entry);
  else
    add_row (cells, entry, headers_of (kind) == headers_of_versions);
}

static void
print_heading (const Diff *diff, DiffKind kind)
{
  g_autofree char *count = text_count (diff_count (diff, kind));
  printf ("\n%s (%s)\n", kind == DIFF_COLUMN ? "columns" : diff_kind_words[kind], count);
}

/* How many there are besides those that were shown. */
static void
print_more (const Diff *diff, DiffKind kind, int64_t shown)
{
  int64_t left = diff_count (diff, kind) - shown;
  g_autofree char *count = text_count (left);
  if (left > 0)
    printf ("... and %s more: --limit N, or 0 for all\n", count);
}

/* The entries of one kind, of which "entry" is the first. Returns the one behind them. A new reference; NULL: none. */
static Json *
print_kind (Diff *diff, Json *entry)
{
  DiffKind kind = kind_of_entry (entry);
  int widths[8] = { 0 };
  int64_t shown = 0;
  print_heading (diff, kind);
  while (entry != NULL && kind_of_entry (entry) == kind && !ferror (stdout))
    {
      g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
      for (int i = 0; i < PART_ROWS && entry != NULL && kind_of_entry (entry) == kind; i++, shown++)
        {
          add_entry (cells, entry);
          json_decref (entry);
          entry = diff_next (diff);
        }
      show_table_part (headers_of (kind), cells, widths);
    }
  print_more (diff, kind, shown);
  return entry;
}

void
diff_show_tables (Diff *diff)
{
  diff_rewind (diff);
  Json *entry = diff_next (diff);
  while (entry != NULL && !ferror (stdout))
    entry = print_kind (diff, entry);
  json_decref (entry);
}

/* ---- for programs ---- */

void
diff_show_json (Diff *diff)
{
  diff_rewind (diff);
  for (;;)
    {
      g_autoptr (Json) entry = ferror (stdout) ? NULL : diff_next (diff);
      if (entry == NULL)
        return;
      g_autofree char *text = weir_json_text (entry);
      puts (text);
    }
}

enum
{
  CSV_KIND,
  CSV_LINE,
  CSV_ID,
  CSV_KEY,
  CSV_COLUMN,
  CSV_OLD,
  CSV_NEW,
  CSV_REASON,
  CSV_CELLS,
};

static void
print_csv (const Json *entry)
{
  g_autofree char *line = line_of (entry), *key = key_of (entry);
  const char *cells[CSV_CELLS] = { text_of (entry, "kind"),   line,
                                   text_of (entry, "id"),     key,
                                   text_of (entry, "column"), text_of (entry, "was"),
                                   text_of (entry, "type"),   is_in_place (entry) ? "in place" : text_of (entry, "reason") };
  const Json *changed = json_object_get (entry, "changed");
  size_t i;
  Json *change;
  if (text_of (entry, "original") != NULL)
    cells[CSV_NEW] = text_of (entry, "original");
  if (json_array_size (changed) == 0)
    show_csv_row (cells, CSV_CELLS);
  json_array_foreach (changed, i, change)
    {
      cells[CSV_COLUMN] = text_of (change, "column");
      cells[CSV_OLD] = text_of (change, "old");
      cells[CSV_NEW] = text_of (change, "new");
      show_csv_row (cells, CSV_CELLS);
    }
}

void
diff_show_csv (Diff *diff)
{
  static const char *const headers[CSV_CELLS] = { "kind", "line", "id", "key", "column", "old", "new", "reason" };
  diff_rewind (diff);
  show_csv_row (headers, CSV_CELLS);
  for (;;)
    {
      g_autoptr (Json) entry = ferror (stdout) ? NULL : diff_next (diff);
      if (entry == NULL)
        return;
      print_csv (entry);
    }
}
