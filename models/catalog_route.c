#include "base/text.h"
#include "models/catalog.h"
#include "models/name.h"

#include <string.h>

/* What the archive puts behind the first dot: ".20261120T093000Z-3fa9c1d2". */
#define STAMP_PATTERN ".[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z-[0-9a-f]*"

/* The name as it was before it was archived: "people.20261120T093000Z-3fa9c1d2.csv" gives "people.csv". */
static char *
remove_stamp (const char *name)
{
  const char *dot = strchr (name, '.');
  if (dot == NULL || !text_matches_glob (dot, STAMP_PATTERN))
    return g_strdup (name);
  const char *rest = strchr (dot + 1, '.');
  return g_strdup_printf ("%.*s%s", (int) (dot - name), name, rest != NULL ? rest : "");
}

char *
catalog_dropped_name (const char *file_name)
{
  g_autofree char *base = g_path_get_basename (file_name);
  return remove_stamp (base);
}

/* The name without the ending of a compressed file: "export.csv.gz" gives "export.csv". */
static char *
remove_packing (const char *name)
{
  static const char *const endings[] = { ".gz", ".zst" };
  size_t length = strlen (name);
  for (size_t i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      size_t ending = strlen (endings[i]);
      if (length > ending && g_ascii_strcasecmp (name + length - ending, endings[i]) == 0)
        return g_strndup (name, length - ending);
    }
  return g_strdup (name);
}

static const Model *
find_by_glob (const Catalog *catalog, const char *name)
{
  for (guint i = 0; i < catalog->models->len; i++)
    {
      const Model *model = g_ptr_array_index (catalog->models, i);
      for (size_t j = 0; model->files != NULL && model->files[j] != NULL; j++)
        if (text_matches_glob (name, model->files[j]))
          return model;
    }
  return NULL;
}

/* The lengths at which a name may end: its own, and before each separator that a digit follows; the longest first. */
static GArray *
find_ends (const char *stem)
{
  GArray *ends = g_array_new (FALSE, FALSE, sizeof (size_t));
  size_t end = strlen (stem);
  g_array_append_val (ends, end);
  while (end-- > 1)
    if (strchr ("-_ ", stem[end]) != NULL && g_ascii_isdigit (stem[end + 1]))
      g_array_append_val (ends, end);
  return ends;
}

static void
find_by_name (const Catalog *catalog, const char *stem, const GArray *ends, Route *ret_route)
{
  for (guint i = 0; i < ends->len && ret_route->table == NULL; i++)
    {
      g_autofree char *start = g_strndup (stem, g_array_index (ends, size_t, i));
      g_autofree char *table = name_of_table (start);
      ret_route->model = catalog_find (catalog, table);
      if (ret_route->model == NULL)
        ret_route->broken = catalog_find_broken (catalog, table);
      if (ret_route->model != NULL || ret_route->broken != NULL)
        ret_route->table = g_steal_pointer (&table);
    }
}

/* Whether the table's words stand in the name side by side: what browsers, desktops and people put around a name, as in
 * "people (1)", "Copy of people", "people - Kopie", "people_export", "old-people", "20261128people". Both are names of tables. */
static bool
has_words (const char *name, const char *table)
{
  size_t length = strlen (table);
  bool digits_behind = !g_ascii_isdigit (table[length - 1]);
  for (const char *at = strstr (name, table); at != NULL; at = strstr (at + 1, table))
    {
      const char next = at[length];
      if ((at == name || at[-1] == '_' || g_ascii_isdigit (at[-1]))
          && (next == '\0' || next == '_' || (digits_behind && g_ascii_isdigit (next))))
        return true;
    }
  return false;
}

static char *
suggest_table (const Catalog *catalog, const char *name)
{
  g_autoptr (GPtrArray) tables = g_ptr_array_new ();
  const char *longest = NULL;
  for (guint i = 0; i < catalog->models->len; i++)
    {
      const char *table = ((const Model *) g_ptr_array_index (catalog->models, i))->table;
      g_ptr_array_add (tables, (char *) table);
      if (has_words (name, table) && (longest == NULL || strlen (table) > strlen (longest)))
        longest = table;
    }
  g_ptr_array_add (tables, NULL);
  return g_strdup (longest != NULL ? longest : text_nearest (name, (const char *const *) tables->pdata));
}

/* ---- dates in front ---- */

/* The number that so many digits make, moving behind them and one separator; -1: there are not so many. */
static int
take_number (const char **at, size_t digits)
{
  int number = 0;
  for (size_t i = 0; i < digits; i++, ++*at)
    {
      if (!g_ascii_isdigit (**at))
        return -1;
      number = 10 * number + (**at - '0');
    }
  *at += **at != '\0' && strchr ("-_ ", **at) != NULL;
  return number;
}

/* "0930_", "T093000Z-", "09-30-00 ": passes over it if it is a time. */
static void
pass_time (const char **at)
{
  const char *time = *at + (**at == 'T' || **at == 't');
  int hours = take_number (&time, 2), minutes = hours >= 0 ? take_number (&time, 2) : -1;
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
    return;
  const char *seconds = time;
  if (take_number (&seconds, 2) >= 0)
    time = seconds;
  time += *time == 'Z' || *time == 'z';
  *at = time + (*time != '\0' && strchr ("-_ ", *time) != NULL);
}

/* The name behind a date, with or without its day and a time, and a separator: "2026-11-28_people", "20261128-0930 people". The
 * whole where there is none, or no name behind it that begins with a letter. */
static const char *
pass_date (const char *stem)
{
  const char *at = stem;
  int year = take_number (&at, 4), month = year >= 0 ? take_number (&at, 2) : -1;
  if (year < 1900 || year > 2199 || month < 1 || month > 12)
    return stem;
  const char *day = at;
  int of_month = take_number (&day, 2);
  if (of_month >= 1 && of_month <= 31)
    {
      at = day;
      pass_time (&at);
    }
  bool separated = strchr ("-_ ", at[-1]) != NULL;
  while (*at != '\0' && strchr ("-_ ", *at) != NULL)
    separated = true, at++;
  return separated && *at != '\0' && !g_ascii_isdigit (*at) ? at : stem;
}

/* The bytes of three numbers with dots between them, "28.11.2026", at the beginning of a file's name: these dots are not its end.
 * 0: there are none. */
static size_t
dotted_date (const char *name)
{
  size_t at = 0;
  for (int number = 0; number < 3; number++)
    {
      if (number > 0 && name[at++] != '.')
        return 0;
      size_t digits = strspn (name + at, "0123456789");
      if (digits == 0)
        return 0;
      at += digits;
    }
  return at;
}

/* Without a model: the shortest of the ends that gives a name not beginning with a digit, else the whole. */
static char *
name_by_rule (const char *stem, const GArray *ends)
{
  g_autofree char *start = g_strndup (stem, g_array_index (ends, size_t, ends->len - 1));
  g_autofree char *folded = name_fold (start);
  bool names = folded[0] != '\0' && !g_ascii_isdigit (folded[0]);
  return name_of_table (names ? start : stem);
}

void
catalog_route (const Catalog *catalog, const char *file_name, Route *ret_route)
{
  *ret_route = (Route) { 0 };
  g_autofree char *base = g_path_get_basename (file_name);
  g_autofree char *dropped = catalog_dropped_name (base);
  g_autofree char *unpacked = remove_packing (dropped);
  const char *const names[] = { base, dropped, unpacked };
  for (size_t i = 0; i < G_N_ELEMENTS (names) && ret_route->model == NULL; i++)
    ret_route->model = find_by_glob (catalog, names[i]);
  if (ret_route->model != NULL)
    {
      ret_route->table = g_strdup (ret_route->model->table);
      return;
    }
  const size_t date = dotted_date (dropped);
  g_autofree char *stem = g_strndup (dropped, date + strcspn (dropped + date, "."));
  const char *dateless = pass_date (stem);
  g_autoptr (GArray) ends = find_ends (stem), dateless_ends = find_ends (dateless);
  find_by_name (catalog, stem, ends, ret_route);
  if (ret_route->table == NULL)
    find_by_name (catalog, dateless, dateless_ends, ret_route);
  if (ret_route->table != NULL)
    return;
  ret_route->table = name_by_rule (dateless, dateless_ends);
  ret_route->suggestion = suggest_table (catalog, ret_route->table);
}

void
route_clear (Route *route)
{
  g_free (route->table);
  g_free (route->suggestion);
  *route = (Route) { 0 };
}
