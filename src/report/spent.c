#include "src/report/spent.h"

#include "base/text.h"
#include "src/report/show.h"

/* What the words of the row path stand for. */
static const char *
meaning_of (const char *what)
{
  static const struct
  {
    const char *what, *meaning;
  } words[] = {
    { "sniff", "dialect, encoding and header, from the head of the file" },
    { "infer", "types, from the first rows or from all" },
    { "file", "its bytes, and their checksum; unpacking, encoding" },
    { "parse", "bytes to records, and where the table ends" },
    { "convert", "cells to values" },
    { "key", "business keys to ids, references too" },
    { "hash", "of the row" },
    { "encode", "values to what the server takes" },
    { "wait for COPY", "until the server has taken rows" },
    { "table's rows", "ids and hashes that are there, to compare" },
    { "COMMIT", "until it is on the disk" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i].what, what))
      return words[i].meaning;
  return "";
}

static double
milliseconds_of (const Json *lap)
{
  return (double) json_integer_value (json_object_get (lap, "microseconds")) / 1000;
}

static int
compare_laps (const void *a, const void *b)
{
  double one = milliseconds_of (*(Json *const *) a), other = milliseconds_of (*(Json *const *) b);
  return (one < other) - (one > other);
}

static void
add_row (GPtrArray *cells, const char *what, double milliseconds, double all, int64_t times, const char *meaning)
{
  g_ptr_array_add (cells, g_strdup (what));
  g_ptr_array_add (cells, g_strdup_printf ("%.1f", milliseconds));
  g_ptr_array_add (cells, g_strdup_printf ("%.0f", all > 0 ? 100 * milliseconds / all : 0));
  g_ptr_array_add (cells, times > 0 ? text_count (times) : g_strdup (""));
  g_ptr_array_add (cells, g_strdup (meaning));
}

void
spent_show (const Json *published)
{
  static const char *const headers[] = { "what", "milliseconds", "%", "times", "", NULL };
  const Json *spent = json_object_get (published, "spent");
  if (!json_is_array (spent))
    return;
  g_autoptr (GPtrArray) laps = g_ptr_array_new ();
  for (size_t i = 0; i < json_array_size (spent); i++)
    g_ptr_array_add (laps, json_array_get (spent, i));
  qsort (laps->pdata, laps->len, sizeof (gpointer), compare_laps);
  double all = (double) json_integer_value (json_object_get (published, "milliseconds")), rest = all;
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < laps->len; i++)
    {
      const char *what = json_string_value (json_object_get (laps->pdata[i], "what"));
      double milliseconds = milliseconds_of (laps->pdata[i]);
      rest -= milliseconds;
      add_row (cells, what, milliseconds, all, json_integer_value (json_object_get (laps->pdata[i], "times")), meaning_of (what));
    }
  add_row (cells, "all else", MAX (rest, 0), all, 0, "");
  show_table (headers, cells);
}
