#include "base/conninfo.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

static void
take_password (char **password, char *found)
{
  g_free (*password);
  *password = found;
}

static char *
decode (const char *text, size_t length)
{
  g_autofree char *copy = g_strndup (text, length);
  char *decoded = g_uri_unescape_string (copy, NULL);
  return decoded != NULL ? decoded : g_steal_pointer (&copy);
}

/* "a=1&password=x&b=2" without the password; the leading ? is written when something is left. */
static void
append_query (GString *url, const char *query, char **password)
{
  g_auto (GStrv) parts = g_strsplit (query, "&", -1);
  char before = '?';
  for (int i = 0; parts[i] != NULL; i++)
    {
      if (g_str_has_prefix (parts[i], "password="))
        {
          const char *value = parts[i] + strlen ("password=");
          take_password (password, decode (value, strlen (value)));
          continue;
        }
      g_string_append_printf (url, "%c%s", before, parts[i]);
      before = '&';
    }
}

/* The password of user:password@host may hold any byte but / and ?; the last @ ends it, as people paste passwords undecoded. */
static char *
url_without_password (const char *url, char **password)
{
  const char *authority = strstr (url, "://") + strlen ("://");
  size_t length = strcspn (authority, "/?");
  const char *at = memrchr (authority, '@', length);
  const char *colon = at != NULL ? memchr (authority, ':', (size_t) (at - authority)) : NULL;
  GString *without = g_string_new (NULL);
  if (colon != NULL)
    {
      take_password (password, decode (colon + 1, (size_t) (at - colon - 1)));
      g_string_append_len (without, url, colon - url);
    }
  else
    at = url;
  const char *query = strchr (at, '?');
  g_string_append_len (without, at, query != NULL ? query - at : (gssize) strlen (at));
  if (query != NULL)
    append_query (without, query + 1, password);
  return g_string_free (without, FALSE);
}

/* The value of a "key = value" pair: unquoted up to white space, or in single quotes, with backslash escapes. Returns what follows.
 */
static const char *
read_value (const char *text, GString *value)
{
  bool quoted = *text == '\'';
  if (quoted)
    text++;
  while (*text != '\0' && (quoted ? *text != '\'' : !g_ascii_isspace (*text)))
    {
      if (*text == '\\' && text[1] != '\0')
        text++;
      g_string_append_c (value, *text++);
    }
  return quoted && *text == '\'' ? text + 1 : text;
}

static char *
pairs_without_password (const char *conninfo, char **password)
{
  GString *without = g_string_new (NULL);
  const char *next = conninfo;
  for (;;)
    {
      next += strspn (next, " \t\r\n\f\v");
      if (*next == '\0')
        return g_string_free (without, FALSE);
      const char *begin = next;
      size_t name = strcspn (next, "= \t\r\n\f\v");
      const char *end = next += name;
      next += strspn (next, " \t\r\n\f\v");
      g_autoptr (GString) value = g_string_new (NULL);
      if (*next == '=')
        {
          next++;
          next += strspn (next, " \t\r\n\f\v");
          end = next = read_value (next, value);
        }
      if (name == strlen ("password") && strncmp (begin, "password", name) == 0)
        take_password (password, g_strdup (value->str));
      else
        {
          g_string_append (without, without->len > 0 ? " " : "");
          g_string_append_len (without, begin, end - begin);
        }
    }
}

char *
conninfo_scheme (const char *conninfo)
{
  const char *end = strstr (conninfo, "://");
  size_t word = strspn (conninfo, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "+.-:");
  bool is_url = end != NULL && g_ascii_isalpha (conninfo[0]) && conninfo + word > end;
  return is_url ? g_strndup (conninfo, (gsize) (end - conninfo)) : NULL;
}

char *
conninfo_without_password (const char *conninfo, char **ret_password)
{
  g_autofree char *password = NULL;
  g_autofree char *scheme = conninfo_scheme (conninfo);
  char *without = scheme != NULL ? url_without_password (conninfo, &password) : pairs_without_password (conninfo, &password);
  if (ret_password != NULL)
    *ret_password = g_steal_pointer (&password);
  return without;
}
