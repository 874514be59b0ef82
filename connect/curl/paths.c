#include "connect/curl/paths.h"

#include "base/text.h"

#include <string.h>

#define MICROSECONDS 1000000

static bool
has_control (const char *text)
{
  for (const unsigned char *at = (const unsigned char *) text; *at != '\0'; at++)
    if (*at < 0x20 || *at == 0x7f)
      return true;
  return false;
}

const char *
path_problem (const char *path)
{
  if (!g_utf8_validate (path, -1, NULL) || has_control (path))
    return "must be UTF-8 without control characters";
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  return g_strv_contains ((const char *const *) parts, "..") ? "must not have \"..\" in it" : NULL;
}

bool
path_is_name (const char *name)
{
  return name[0] != '\0' && strcmp (name, ".") != 0 && strcmp (name, "..") != 0 && strchr (name, '/') == NULL
         && g_utf8_validate (name, -1, NULL) && !has_control (name);
}

bool
path_is_partial (const char *name)
{
  static const char *const endings[] = { ".part", ".tmp", ".filepart", ".crdownload" };
  for (size_t i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (name, endings[i]))
      return true;
  return name[0] == '.';
}

const char *
path_split (const char *path, char **ret_folder)
{
  const char *slash = strrchr (path, '/');
  *ret_folder = slash == NULL ? g_strdup ("") : slash == path ? g_strdup ("/") : g_strndup (path, (gsize) (slash - path));
  return slash == NULL ? path : slash + 1;
}

char *
path_join (const char *folder, const char *name)
{
  return folder[0] == '\0' || g_str_has_suffix (folder, "/") ? g_strconcat (folder, name, NULL)
                                                             : g_strconcat (folder, "/", name, NULL);
}

char *
path_part (const char *path)
{
  g_autofree char *folder = NULL;
  const char *name = path_split (path, &folder);
  g_autofree char *part = g_strconcat (".", name, ".part", NULL);
  return path_join (folder, part);
}

/* ---- words ---- */

static void
append_fact (GString *text, const char *value)
{
  for (const char *at = value != NULL ? value : ""; *at != '\0'; at++)
    g_string_append_c (text, *at == '/' || (unsigned char) *at < 0x20 || *at == 0x7f ? '_' : *at);
}

/* One of the words of dates at *at, which goes behind it. */
static bool
append_date_word (GString *text, const char **at, GDateTime *date)
{
  const struct
  {
    const char *word;
    int digits, value;
  } words[] = {
    { "YYYY", 4, g_date_time_get_year (date) }, { "YY", 2, g_date_time_get_year (date) % 100 },
    { "MM", 2, g_date_time_get_month (date) },  { "DD", 2, g_date_time_get_day_of_month (date) },
    { "HH24", 2, g_date_time_get_hour (date) }, { "MI", 2, g_date_time_get_minute (date) },
    { "SS", 2, g_date_time_get_second (date) },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_has_prefix (*at, words[i].word))
      {
        g_string_append_printf (text, "%0*d", words[i].digits, words[i].value);
        *at += strlen (words[i].word);
        return true;
      }
  return false;
}

static bool
append_date (GString *text, const char *word, const PathFacts *facts)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_local (facts->on);
  bool has_words = false;
  for (const char *at = word; *at != '\0';)
    if (append_date_word (text, &at, date))
      has_words = true;
    else if (strchr ("-_. T", *at) != NULL)
      g_string_append_c (text, *at++);
    else
      return false;
  return has_words;
}

static bool
append_word (GString *text, const char *word, const PathFacts *facts)
{
  if (strcmp (word, "TABLE") == 0)
    append_fact (text, facts->table);
  else if (strcmp (word, "RUN") == 0)
    append_fact (text, facts->run);
  else if (strcmp (word, "JOB") == 0)
    append_fact (text, facts->job);
  else
    return append_date (text, word, facts);
  return true;
}

/* Of a text: what nobody can have meant as a word, such as "::1" and "std::string". */
static bool
is_no_word (const char *word)
{
  return word[0] == '\0' || word[strspn (word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_. ")] != '\0';
}

static char *
fill (const char *text, const PathFacts *facts, bool is_text, char **ret_word)
{
  g_autoptr (GString) filled = g_string_new (NULL);
  const char *at = text;
  for (const char *open; (open = strstr (at, "::")) != NULL;)
    {
      const char *close = strstr (open + 2, "::");
      g_autofree char *word = close != NULL ? g_strndup (open + 2, (gsize) (close - open - 2)) : g_strdup (open);
      g_string_append_len (filled, at, (gssize) (open - at));
      if (is_text && (close == NULL || is_no_word (word)))
        {
          g_string_append (filled, "::");
          at = open + 2;
          continue;
        }
      if (close == NULL || !append_word (filled, word, facts))
        {
          if (ret_word != NULL)
            *ret_word = g_steal_pointer (&word);
          return NULL;
        }
      at = close + 2;
    }
  g_string_append (filled, at);
  return g_string_free (g_steal_pointer (&filled), FALSE);
}

char *
path_fill (const char *text, const PathFacts *facts, char **ret_word)
{
  return fill (text, facts, false, ret_word);
}

char *
path_fill_text (const char *text, const PathFacts *facts, char **ret_word)
{
  return fill (text, facts, true, ret_word);
}

static void
append_escaped (GString *pattern, const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++)
    {
      if (strchr ("*?[]\\", text[i]) != NULL)
        g_string_append_c (pattern, '\\');
      g_string_append_c (pattern, text[i]);
    }
}

char *
path_parts_pattern (const char *name_template, const PathFacts *facts)
{
  GString *pattern = g_string_new (".");
  for (const char *at = name_template; *at != '\0';)
    {
      const char *close = g_str_has_prefix (at, "::") ? strstr (at + 2, "::") : NULL;
      g_autofree char *word = close != NULL ? g_strndup (at + 2, (gsize) (close - at - 2)) : NULL;
      bool is_fixed = g_strcmp0 (word, "TABLE") == 0 || g_strcmp0 (word, "JOB") == 0;
      g_autoptr (GString) value = g_string_new (NULL);
      if (is_fixed && append_word (value, word, facts))
        append_escaped (pattern, value->str, value->len);
      else if (word != NULL)
        g_string_append_c (pattern, '*');
      else
        append_escaped (pattern, at, 1);
      at = close != NULL ? close + 2 : at + 1;
    }
  g_string_append (pattern, ".part");
  return g_string_free (pattern, FALSE);
}

char *
path_suffixed (const char *name, const char *suffix)
{
  const char *dot = strrchr (name, '.');
  if (dot == NULL || dot == name)
    return g_strdup_printf ("%s-%s", name, suffix);
  return g_strdup_printf ("%.*s-%s%s", (int) (dot - name), name, suffix, dot);
}

/* ---- times ---- */

char *
path_time_text (int64_t time)
{
  int64_t rest = (time % MICROSECONDS + MICROSECONDS) % MICROSECONDS;
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc ((time - rest) / MICROSECONDS);
  if (date == NULL)
    return g_strdup ("1970-01-01T00:00:00Z");
  g_autofree char *seconds = g_date_time_format (date, "%Y-%m-%dT%H:%M:%S");
  return rest == 0 ? g_strconcat (seconds, "Z", NULL) : g_strdup_printf ("%s.%06dZ", seconds, (int) rest);
}

/* By hand, for GLib has them as a floating-point number. */
static int64_t
read_microseconds (const char *text)
{
  const char *dot = strchr (text, '.');
  int64_t value = 0;
  int64_t unit = MICROSECONDS / 10;
  for (const char *at = dot != NULL ? dot + 1 : ""; g_ascii_isdigit (*at); at++, unit /= 10)
    value += (*at - '0') * unit;
  return value;
}

bool
path_time_read (const char *text, int64_t *ret_time)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_iso8601 (text, NULL);
  if (date == NULL)
    return false;
  *ret_time = g_date_time_to_unix (date) * MICROSECONDS + read_microseconds (text);
  return true;
}
