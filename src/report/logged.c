#include "src/report/logged.h"

#include "base/text.h"

#include <string.h>

/* Of a line of text: the time, a blank; the level, padded; a blank; the run, padded, a blank; the rest. */
#define TIME_LENGTH 24
#define LEVEL_LENGTH 7
#define RUN_LENGTH 8
#define LEVEL_AT (TIME_LENGTH + 1)
#define RUN_AT (LEVEL_AT + LEVEL_LENGTH + 1)
#define REST_AT (RUN_AT + RUN_LENGTH + 1)

#define LEAST_OF_ID 4
#define UUID_LENGTH 36

void
logged_clear (Logged *logged)
{
  g_free (logged->time);
  g_free (logged->run);
  g_free (logged->message);
  g_clear_pointer (&logged->members, json_decref);
}

static Json *
read_object (const char *text)
{
  g_autoptr (Json) object = text[0] == '{' ? weir_json_parse (text, strlen (text), "log", NULL) : NULL;
  return json_is_object (object) ? g_steal_pointer (&object) : NULL;
}

static bool
read_json (const char *line, Logged *logged)
{
  g_autoptr (Json) object = read_object (line);
  const char *time = json_string_value (json_object_get (object, "time"));
  const char *message = json_string_value (json_object_get (object, "message"));
  const char *level = json_string_value (json_object_get (object, "level"));
  if (time == NULL || message == NULL)
    return false;
  *logged = (Logged) { .time = g_strdup (time), .level = LEVEL_INFO, .message = g_strdup (message) };
  logged->run = g_strdup (json_string_value (json_object_get (object, "run")));
  if (level != NULL)
    (void) log_level_read (level, &logged->level);
  logged->members = g_steal_pointer (&object);
  return true;
}

/* "2026-11-20 09:30:00.123Z " and no other. */
static bool
has_time (const char *line)
{
  static const char form[] = "dddd-dd-dd dd:dd:dd.dddZ ";
  for (size_t i = 0; form[i] != '\0'; i++)
    if (form[i] == 'd' ? !g_ascii_isdigit (line[i]) : line[i] != form[i])
      return false;
  return true;
}

static bool
read_text (const char *line, Logged *logged)
{
  LogLevel level;
  if (!has_time (line) || strlen (line) < REST_AT || line[RUN_AT - 1] != ' ' || line[REST_AT - 1] != ' ')
    return false;
  g_autofree char *word = g_strchomp (g_strndup (line + LEVEL_AT, LEVEL_LENGTH));
  g_autofree char *run = g_strchomp (g_strndup (line + RUN_AT, RUN_LENGTH));
  if (!log_level_read (word, &level))
    return false;
  *logged = (Logged) { .time = g_strndup (line, TIME_LENGTH), .level = level };
  logged->time[strlen ("2026-11-20")] = 'T';
  logged->run = strcmp (run, "-") != 0 ? g_steal_pointer (&run) : NULL;
  logged->members = read_object (line + REST_AT);
  logged->message = logged->members == NULL ? g_strdup (line + REST_AT) : NULL;
  return true;
}

void
logged_read (const char *line, Logged *ret_logged)
{
  if (!read_json (line, ret_logged) && !read_text (line, ret_logged))
    *ret_logged = (Logged) { .time = g_strdup (""), .level = LEVEL_INFO, .message = g_strdup (line) };
}

bool
logged_may_be_run (const char *text)
{
  size_t length = strlen (text);
  return length >= LEAST_OF_ID && length <= UUID_LENGTH && strspn (text, G_CSET_DIGITS "abcdefABCDEF-") == length;
}

bool
logged_is_of_run (const Logged *logged, const char *id)
{
  return logged->run != NULL && g_ascii_strncasecmp (logged->run, id, MIN (strlen (logged->run), strlen (id))) == 0;
}

/* "NAME: ..." or "imports/NAME ...": how messages begin that are about a file. */
static bool
begins_with_name (const char *message, const char *name, const char *imports)
{
  g_autofree char *shown = text_printable (name, strlen (name), SIZE_MAX);
  g_autofree char *plain = g_strconcat (shown, ": ", NULL), *below = g_strconcat (imports, "/", shown, " ", NULL);
  return g_str_has_prefix (message, plain) || g_str_has_prefix (message, below);
}

bool
logged_is_about (const Logged *logged, const char *file, const char *imports)
{
  if (logged->members != NULL)
    return g_strcmp0 (json_string_value (json_object_get (logged->members, "file")), file) == 0;
  return begins_with_name (logged->message, file, imports);
}

/* What a line of text has in its message, and one of JSON beside it. */
static void
append_parts (GString *text, const Json *members)
{
  const Json *error = json_object_get (members, "error"), *notes = json_object_get (members, "notes");
  const char *detail = json_string_value (json_object_get (error, "detail"));
  const char *hint = json_string_value (json_object_get (error, "hint"));
  const char *message = json_string_value (json_object_get (error, "message"));
  if (message != NULL && strstr (text->str, message) == NULL)
    g_string_append_printf (text, "  %s", message);
  if (detail != NULL)
    g_string_append_printf (text, "  DETAIL:  %s", detail);
  if (hint != NULL)
    g_string_append_printf (text, "  HINT:  %s", hint);
  for (size_t i = 0; i < json_array_size (notes); i++)
    g_string_append_printf (text, "  NOTE:  %s", json_string_value (json_array_get (notes, i)));
}

char *
logged_to_text (const Logged *logged)
{
  g_autoptr (GString) text = g_string_new (logged->message != NULL ? logged->message : "");
  append_parts (text, logged->members);
  g_strdelimit (text->str, "\n", ' ');
  g_autofree char *shown = text_printable (text->str, text->len, SIZE_MAX);
  if (logged->time[0] == '\0')
    return g_steal_pointer (&shown);
  g_autofree char *time = g_strdelimit (g_strdup (logged->time), "T", ' ');
  g_autofree char *level = g_ascii_strup (log_levels[logged->level], -1);
  return g_strdup_printf ("%s %-*s %-*.*s %s", time, LEVEL_LENGTH, level, RUN_LENGTH, RUN_LENGTH,
                          logged->run != NULL ? logged->run : "-", shown);
}

Json *
logged_to_json (const Logged *logged)
{
  Json *object = json_object ();
  if (logged->time[0] != '\0')
    json_object_set_new (object, "time", json_string (logged->time));
  json_object_set_new (object, "level", json_string (log_levels[logged->level]));
  if (logged->run != NULL)
    json_object_set_new (object, "run", weir_json_string (logged->run));
  if (logged->members != NULL)
    json_object_update (object, logged->members);
  if (logged->message != NULL)
    json_object_set_new (object, "message", weir_json_string (logged->message));
  return object;
}
