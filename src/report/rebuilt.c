#include "src/report/rebuilt.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static Json *
list_lost (const Rebuild *rebuild)
{
  Json *lost = json_array ();
  for (guint i = 0; i < rebuild->files->len; i++)
    {
      const RebuildFile *file = rebuild->files->pdata[i];
      if (file->path == NULL)
        json_array_append_new (lost, weir_json_string (file->name));
    }
  return lost;
}

Json *
rebuilt_to_json (const Rebuild *rebuild, const RebuildWish *wish, const RebuildEnd *end)
{
  const Difference *difference = end->difference;
  char id[UID_TEXT_SIZE];
  uid_format (end->run, id);
  Json *columns = json_array ();
  for (guint i = 0; i < difference->shape->len; i++)
    json_array_append_new (columns, weir_json_string (difference->shape->pdata[i]));
  return json_pack ("{s:s, s:i, s:o, s:I, s:s?, s:o, s:{s:I, s:I, s:I, s:I, s:I}, s:O, s:I, s:s?}", "table", rebuild->model->table,
                    "files", (int) rebuild->files->len, "lost", list_lost (rebuild), "read", (json_int_t) rebuild->rows, "schema",
                    wish->schema, "columns", columns, "rows", "live", (json_int_t) difference->live_rows, "rebuilt",
                    (json_int_t) difference->rebuilt_rows, "extra", (json_int_t) difference->extra, "missing",
                    (json_int_t) difference->missing, "different", (json_int_t) difference->different, "sample", end->sample,
                    "placeholders", (json_int_t) end->placeholders, "written", uid_is_zero (end->run) ? NULL : id);
}

/* "a = x, b = y" of the members, but for some. */
static char *
list_members (const Json *object, const char *const *but)
{
  GString *text = g_string_new (NULL);
  const char *name;
  Json *value;
  json_object_foreach ((Json *) object, name, value)
    {
      const char *string = json_string_value (value);
      if (!g_strv_contains (but, name))
        g_string_append_printf (text, "%s%s = %s", text->len > 0 ? ", " : "", name, string != NULL ? string : "NULL");
    }
  return g_string_free (text, FALSE);
}

/* "a: x -> y" of the columns that differ. */
static char *
list_changes (const Json *live, const Json *rebuilt)
{
  GString *text = g_string_new (NULL);
  const char *name;
  Json *value;
  json_object_foreach ((Json *) rebuilt, name, value)
    {
      const char *is = json_string_value (json_object_get (live, name)), *gives = json_string_value (value);
      g_string_append_printf (text, "%s%s: %s -> %s", text->len > 0 ? ", " : "", name, is != NULL ? is : "NULL",
                              gives != NULL ? gives : "NULL");
    }
  return g_string_free (text, FALSE);
}

/* The columns of a row that its key does not tell. */
static char *
list_rest (const Json *row, const Json *key)
{
  g_autoptr (GPtrArray) told = g_ptr_array_new ();
  const char *name;
  Json *value;
  json_object_foreach ((Json *) key, name, value)
    {
      g_ptr_array_add (told, (gpointer) name);
    }
  g_ptr_array_add (told, NULL);
  return list_members (row, (const char *const *) told->pdata);
}

/* People know a row by its business key, and not by its id. */
static void
print_row (const Json *row, const Model *model)
{
  static const char *const words[][2] = { { "extra", "only there" }, { "missing", "missing" }, { "different", "different" } };
  const char *const hidden[] = { "row_hash", "occurrence", model->id_column, NULL };
  const char *kind = json_string_value (json_object_get (row, "row"));
  const Json *live = json_object_get (row, "live"), *rebuilt = json_object_get (row, "rebuilt"),
             *key = json_object_get (row, "key");
  g_autofree char *known = list_members (key, hidden);
  g_autofree char *columns =
      live != NULL && rebuilt != NULL ? list_changes (live, rebuilt) : list_rest (live != NULL ? live : rebuilt, key);
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (kind, words[i][0]) == 0)
      printf ("  %-10s  %s%s%s\n", words[i][1], known, known[0] != '\0' && columns[0] != '\0' ? "; " : "", columns);
}

static void
print_counts (const Rebuild *rebuild, const Difference *difference)
{
  g_autofree char *extra = text_count (difference->extra), *missing = text_count (difference->missing);
  g_autofree char *different = text_count (difference->different);
  printf ("%s.%s is not what its files give: %s row%s only there, %s missing, %s different\n", rebuild->schema,
          rebuild->model->table, extra, difference->extra == 1 ? "" : "s", missing, different);
}

static void
print_difference (const Rebuild *rebuild, const RebuildEnd *end)
{
  const Difference *difference = end->difference;
  int64_t rows = difference->extra + difference->missing + difference->different;
  if (!difference->exists)
    printf ("%s.%s is not there\n", rebuild->schema, rebuild->model->table);
  else
    print_counts (rebuild, difference);
  for (guint i = 0; i < difference->shape->len; i++)
    printf ("  %s\n", (const char *) difference->shape->pdata[i]);
  size_t shown = json_array_size (end->sample);
  for (size_t i = 0; i < shown; i++)
    print_row (json_array_get (end->sample, i), rebuild->model);
  g_autofree char *more = text_count (rows - (int64_t) shown);
  if (rows > (int64_t) shown)
    printf ("  and %s more (--limit)\n", more);
}

static void
print_lost (const Rebuild *rebuild)
{
  if (rebuild->lost == 0)
    return;
  printf ("%d of its files cannot be had, and what they said is not known:\n", rebuild->lost);
  for (guint i = 0; i < rebuild->files->len; i++)
    {
      const RebuildFile *file = rebuild->files->pdata[i];
      if (file->path == NULL)
        printf ("  %s %s\n", file->name, file->problem);
    }
}

static void
print_placeholders (int64_t placeholders)
{
  g_autofree char *count = text_count (placeholders);
  printf ("%s placeholder%s made in the dimensions that it refers to\n", count, placeholders == 1 ? " was" : "s were");
}

void
rebuilt_print (const Rebuild *rebuild, const RebuildWish *wish, const RebuildEnd *end)
{
  guint files = rebuild->files->len - (guint) rebuild->lost;
  g_autofree char *read = text_count (rebuild->rows), *rows = text_count (end->difference->rebuilt_rows);
  bool none = difference_is_none (end->difference), written = !uid_is_zero (end->run);
  char id[UID_TEXT_SIZE];
  uid_format (end->run, id);
  printf ("%s: %u file%s with %s row%s give %s row%s\n", rebuild->model->table, files, files == 1 ? "" : "s", read,
          rebuild->rows == 1 ? "" : "s", rows, end->difference->rebuilt_rows == 1 ? "" : "s");
  print_lost (rebuild);
  if (none)
    printf ("%s.%s is the same\n", rebuild->schema, rebuild->model->table);
  else
    print_difference (rebuild, end);
  if (wish->schema != NULL)
    printf ("%s.%s is what they give\n", wish->schema, rebuild->model->table);
  if (end->placeholders > 0)
    print_placeholders (end->placeholders);
  if (written)
    printf ("%s.%s is what its files give now (run %.8s)\n", rebuild->schema, rebuild->model->table, id);
  else if (!none && wish->schema == NULL)
    puts ("Nothing was changed; --write makes it what its files give.");
}
