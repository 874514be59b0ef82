#include "json_page.h"

#include "base/json.h"

#include <string.h>

#define ANY_COMMAND "COMMAND"

/* Of each command the paths that the page has. Read once. */
static GHashTable *pages;

/* The commands that a heading names. NULL-terminated; the caller's. */
static char **
read_heading (const char *line)
{
  GPtrArray *names = g_ptr_array_new ();
  for (const char *at = line; (at = strstr (at, "`weir ")) != NULL;)
    {
      at += strlen ("`weir ");
      size_t length = strspn (at, G_CSET_a_2_z G_CSET_A_2_Z);
      g_ptr_array_add (names, g_strndup (at, length));
    }
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

static GHashTable *
page_of (const char *command)
{
  GHashTable *paths = g_hash_table_lookup (pages, command);
  if (paths == NULL)
    {
      paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_hash_table_insert (pages, g_strdup (command), paths);
    }
  return paths;
}

/* The members in the first cell of a row of a table: "| `line`, `column` | ...", and all that they are members of. */
static void
read_row (char **commands, const char *line)
{
  const char *end = strstr (line, " |");
  g_autofree char *cell = g_strndup (line, end != NULL ? (size_t) (end - line) : strlen (line));
  g_auto (GStrv) parts = g_strsplit (cell, "`", -1);
  for (size_t i = 1; parts[0] != NULL && parts[i] != NULL; i += parts[i + 1] != NULL ? 2 : 1)
    for (char **command = commands; *command != NULL; command++)
      for (char *dot = parts[i]; dot != NULL; dot = strchr (dot + 1, '.'))
        {
          const char *next = strchr (dot + 1, '.');
          size_t length = next != NULL ? (size_t) (next - parts[i]) : strlen (parts[i]);
          g_hash_table_add (page_of (*command), g_strndup (parts[i], length));
        }
}

static void
read_page (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("WEIR_SOURCE"), "docs", "json.md", NULL), *page = NULL;
  assert_true (g_file_get_contents (path, &page, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (page, "\n", -1);
  g_auto (GStrv) commands = g_new0 (char *, 1);
  pages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  for (char **line = lines; *line != NULL; line++)
    if (g_str_has_prefix (*line, "#"))
      {
        g_strfreev (commands);
        commands = read_heading (*line);
        for (char **command = commands; *command != NULL; command++)
          page_of (*command);
      }
    else if (g_str_has_prefix (*line, "| `"))
      read_row (commands, *line + 2);
}

static bool
has_path (const char *command, const char *path)
{
  GHashTable *paths = g_hash_table_lookup (pages, command);
  if (paths == NULL || g_hash_table_contains (paths, path))
    return paths != NULL;
  g_autofree char *above = g_strdup (path);
  for (char *dot = above; dot != NULL && (dot = strrchr (above, '.')) != NULL;)
    {
      *dot = '\0';
      g_autofree char *all = g_strconcat (above, ".*", NULL);
      if (g_hash_table_contains (paths, all))
        return true;
    }
  return g_hash_table_contains (paths, "*");
}

static void
look_at (const char *command, const Json *value, const char *above, GString *missing)
{
  size_t index;
  const char *key;
  Json *member;
  json_array_foreach ((Json *) value, index, member)
    look_at (command, member, above, missing);
  json_object_foreach ((Json *) value, key, member)
    {
      g_autofree char *path = *above != '\0' ? g_strconcat (above, ".", key, NULL) : g_strdup (key);
      if (!has_path (command, path) && !has_path (ANY_COMMAND, path))
        g_string_append_printf (missing, " %s", path);
      else
        look_at (command, member, path, missing);
    }
}

bool
json_page_has (const char *command)
{
  if (pages == NULL)
    read_page ();
  return g_hash_table_contains (pages, command);
}

/* NULL: none that the page has. Options may stand before it. */
static const char *
find_command (const char *const *arguments)
{
  while (*arguments != NULL && !json_page_has (*arguments))
    arguments++;
  return *arguments;
}

void
json_page_check (const char *const *arguments, const char *out)
{
  const char *command = g_strv_contains (arguments, "--json") ? find_command (arguments) : NULL;
  if (command == NULL)
    return;
  g_autoptr (GString) missing = g_string_new (NULL);
  json_error_t problem;
  for (const char *text = out; text != NULL && *text != '\0';)
    {
      g_autoptr (Json) value = json_loads (text, JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY, &problem);
      look_at (command, value, "", missing);
      text = value != NULL ? text + problem.position : NULL;
    }
  if (missing->len > 0)
    fail_msg ("docs/json.md does not have of weir %s:%s", command, missing->str);
}
