#include "src/report/told.h"

#include "base/text.h"

#include <string.h>

static const char *
text_of (const Json *entry, const char *member)
{
  return json_string_value (json_object_get (entry, member));
}

static int64_t
time_of (const Json *entry, const char *member)
{
  return json_integer_value (json_object_get (entry, member));
}

bool
told_in_work (const Json *entry)
{
  return g_strcmp0 (text_of (entry, "cause"), "in_work") == 0;
}

/* The entry of exactly this run (NULL: of the name in the drop folder). */
static const Json *
find_entry (const Json *board, const char *file, const char *run, bool in_work)
{
  for (size_t i = 0; i < json_array_size (board); i++)
    {
      const Json *entry = json_array_get (board, i);
      const char *told_run = text_of (entry, "run");
      bool same = told_run != NULL ? g_strcmp0 (told_run, run) == 0 : run == NULL && g_strcmp0 (text_of (entry, "file"), file) == 0;
      if (same && (!in_work || told_in_work (entry)))
        return entry;
    }
  return NULL;
}

const Json *
told_find (const Json *board, const char *file, const char *run)
{
  const Json *entry = find_entry (board, file, run, false);
  /* A supervisor gives names to its workers; under which run these claim them, it learns from the next listing. */
  return entry != NULL || run == NULL ? entry : find_entry (board, file, NULL, true);
}

char *
told_text (const Json *entry, const char *reason, int64_t now)
{
  const char *text = reason != NULL ? reason : text_of (entry, "text");
  if (text != NULL && g_str_has_prefix (text, "waits for "))
    text += strlen ("waits "); /* the state beside it says so */
  int64_t since = time_of (entry, "since"), next = time_of (entry, "next");
  g_autofree char *past = text_duration (MAX (now - since, 0) / 1000);
  g_autofree char *future = text_duration (MAX (next - now, 0) / 1000);
  return g_strdup_printf ("%s%ssince %s%s%s", text != NULL ? text : "", text != NULL ? "; " : "", past,
                          next > 0 ? ", tried again in " : "", next > 0 ? future : "");
}

/* Microseconds since 1970 as "2026-11-20T09:30:00Z"; 0 is null. */
static Json *
time_to_json (int64_t time)
{
  g_autoptr (GDateTime) at = time > 0 ? g_date_time_new_from_unix_utc (time / G_USEC_PER_SEC) : NULL;
  g_autofree char *text = at != NULL ? g_date_time_format (at, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  return weir_json_string (text);
}

/* Members of an entry that are not handed on: what the object has already, or has in another form. */
static const char *const own_members[] = { "file", "run", "table", "cause", "text", "since", "next", NULL };

void
told_to_json (const Json *entry, Json *object)
{
  json_object_set_new (object, "cause", weir_json_string (text_of (entry, "cause")));
  json_object_set_new (object, "since", time_to_json (time_of (entry, "since")));
  json_object_set_new (object, "next_try", time_to_json (time_of (entry, "next")));
  const char *member;
  Json *value;
  json_object_foreach ((Json *) entry, member, value)
    if (!g_strv_contains (own_members, member))
      json_object_set (object, member, value);
}
