#include "src/pull/declare.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsutil.h"
#include "base/text.h"
#include "watcher/beside.h"
#include "watcher/claim.h"
#include "watcher/scan.h"

#include <dirent.h>
#include <string.h>

#define NAME_MOST 180 /* bytes of a source's name that are kept: the archive adds to it */

/* ---- writing ---- */

static Json *
columns_of (const Json *columns)
{
  static const char *const members[] = { "name", "type", "nullable", "key" };
  Json *declared = json_array ();
  for (size_t i = 0; i < json_array_size (columns); i++)
    {
      const Json *column = json_array_get (columns, i);
      Json *one = json_object ();
      for (size_t m = 0; m < G_N_ELEMENTS (members); m++)
        if (json_object_get (column, members[m]) != NULL && !json_is_null (json_object_get (column, members[m])))
          json_object_set (one, members[m], json_object_get (column, members[m]));
      json_array_append_new (declared, one);
    }
  return declared;
}

static Json *
or_null (const Json *json)
{
  return json != NULL ? json_incref ((Json *) json) : json_null ();
}

Json *
declare (const Declared *declared)
{
  Json *object = json_pack ("{s:i, s:s, s:s}", "declared", 1, "table", declared->table, "job", declared->job);
  if (!declared->raw)
    {
      json_object_set_new (object, "columns", columns_of (declared->columns));
      json_object_set_new (object, "rows", json_string (declared->rows));
      json_object_set (object, "count", json_object_get (declared->done, "rows"));
    }
  json_object_set (object, "sha256", json_object_get (declared->done, "sha256"));
  if (declared->to != NULL)
    json_object_set_new (object, "bookmark",
                         json_pack ("{s:s, s:s, s:o, s:O}", "source", declared->job, "stream", declared->stream, "from",
                                    or_null (declared->from), "to", (Json *) declared->to));
  if (declared->pulled != NULL)
    json_object_set (object, "pulled", (Json *) declared->pulled);
  if (json_array_size (declared->notes) > 0)
    json_object_set (object, "notes", (Json *) declared->notes);
  return object;
}

/* ---- names ---- */

char *
declare_name (const char *table, int64_t now, Uid run)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (now / G_USEC_PER_SEC);
  g_autofree char *stamp = g_date_time_format (time, "%Y%m%dT%H%M%SZ");
  return g_strdup_printf ("%s-%s-%.8s.csv", table, stamp, id);
}

char *
declare_name_like (const char *table, const char *path, int number)
{
  g_autofree char *base = g_path_get_basename (path);
  const char *shown = strlen (base) > NAME_MOST ? base + strlen (base) - NAME_MOST : base;
  g_autofree char *name = text_printable (shown, strlen (shown), NAME_MOST);
  if (name[0] == '.')
    name[0] = '_';
  g_strdelimit (name, "/\\", '_');
  const char *ending = scan_is_csv_name (name) ? "" : ".csv";
  if (number == 0)
    return g_strconcat (name, ending, NULL);
  return g_strdup_printf ("%s-%d.%s%s", table, number, name, ending);
}

/* ---- reading ---- */

char *
declared_path (const Settings *settings, const char *name)
{
  g_autofree char *beside = beside_name (name);
  return g_build_filename (settings->imports, beside, NULL);
}

static bool
is_of_job (const char *path, const char *job)
{
  size_t length;
  g_autofree char *text = NULL;
  if (!fs_read_file (path, BESIDE_MOST_BYTES, &text, &length, NULL))
    return false;
  g_autoptr (Json) declaration = weir_json_parse (text, length, path, NULL);
  return g_strcmp0 (json_string_value (json_object_get (declaration, "job")), job) == 0;
}

bool
declared_files (const Settings *settings, const char *job, GPtrArray **ret_names, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (DIR) dir = opendir (settings->imports);
  if (dir == NULL)
    return weir_system_error (error, errno, "could not list \"%s\"", settings->imports);
  for (const struct dirent *found; (found = readdir (dir)) != NULL;)
    {
      g_autofree char *name = beside_of (found->d_name), *path = g_build_filename (settings->imports, found->d_name, NULL);
      if (name != NULL && is_of_job (path, job))
        g_ptr_array_add (names, g_steal_pointer (&name));
    }
  g_ptr_array_sort (names, text_compare);
  *ret_names = g_steal_pointer (&names);
  return true;
}

bool
declared_in_claim (const Settings *settings, Uid run, const char *job)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  g_autofree char *path = g_build_filename (settings->imports, CLAIM_FOLDER, id, BESIDE_KEPT_NAME, NULL);
  return is_of_job (path, job);
}
