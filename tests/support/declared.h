/* Files with a declaration beside them (docs/connectors.md). */
#ifndef WEIR_TESTS_SUPPORT_DECLARED_H
#define WEIR_TESTS_SUPPORT_DECLARED_H

#include "weir.h"

#define JOB_BOOKMARK(from, to)                                                                                                     \
  "\"bookmark\": {\"source\": \"job\", \"stream\": \"public.users\", \"from\": " from ", \"to\": " to "}"

/* imports/.NAME.json with the members, "declared" before them. */
static inline void
declare (Home *home, const char *name, const char *members)
{
  g_autofree char *path = g_strdup_printf ("imports/.%s.json", name), *text = g_strdup_printf ("{\"declared\": 1, %s}", members);
  home_write_file (home, path, text);
}

/* The same, and the file with it, loaded: the published object. */
static inline Json *
load_declared (Home *home, const char *name, const char *members, const char *text)
{
  declare (home, name, members);
  return load_text (home, name, text, NULL);
}

/* The same where it must be applied, or whatever "status" is, with these counts among the others ("" is none): "read=1 absent=1". */
static inline void
expect_declared (Home *home, const char *name, const char *members, const char *text, const char *status, const char *counts)
{
  g_autoptr (Json) published = load_declared (home, name, members, text);
  g_autofree char *shown = weir_json_text (published);
  if (g_strcmp0 (json_string_value (json_object_get (published, "status")), status) != 0)
    fail_msg ("%s is not %s: %s", name, status, shown);
  g_auto (GStrv) each = g_strsplit (counts, " ", -1);
  for (char **count = each; *count != NULL && **count != '\0'; count++)
    {
      g_auto (GStrv) parts = g_strsplit (*count, "=", 2);
      Json *value = json_object_get (json_object_get (published, "rows"), parts[0]);
      if (json_integer_value (value) != g_ascii_strtoll (parts[1], NULL, 10))
        fail_msg ("%s has not %s: %s", name, *count, shown);
    }
}

#endif
