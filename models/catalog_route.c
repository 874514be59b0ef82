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

static char *
suggest_table (const Catalog *catalog, const char *table)
{
  g_autoptr (GPtrArray) tables = g_ptr_array_new ();
  for (guint i = 0; i < catalog->models->len; i++)
    g_ptr_array_add (tables, ((const Model *) g_ptr_array_index (catalog->models, i))->table);
  g_ptr_array_add (tables, NULL);
  return g_strdup (text_nearest (table, (const char *const *) tables->pdata));
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
  g_autofree char *dropped = remove_stamp (base);
  g_autofree char *unpacked = remove_packing (dropped);
  const char *const names[] = { base, dropped, unpacked };
  for (size_t i = 0; i < G_N_ELEMENTS (names) && ret_route->model == NULL; i++)
    ret_route->model = find_by_glob (catalog, names[i]);
  if (ret_route->model != NULL)
    {
      ret_route->table = g_strdup (ret_route->model->table);
      return;
    }
  g_autofree char *stem = g_strndup (base, strcspn (base, "."));
  g_autoptr (GArray) ends = find_ends (stem);
  find_by_name (catalog, stem, ends, ret_route);
  if (ret_route->table != NULL)
    return;
  ret_route->table = name_by_rule (stem, ends);
  ret_route->suggestion = suggest_table (catalog, ret_route->table);
}

void
route_clear (Route *route)
{
  g_free (route->table);
  g_free (route->suggestion);
  *route = (Route) { 0 };
}
