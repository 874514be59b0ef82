#include "base/conninfo.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

char *
conninfo_without_driver (const char *conninfo, bool *ret_had)
{
  static const char *const schemes[] = { "postgresql", "postgres" };
  const char *rest = strstr (conninfo, "://");
  bool had = false;
  for (size_t i = 0; i < G_N_ELEMENTS (schemes) && rest != NULL && !had; i++)
    {
      size_t length = strlen (schemes[i]);
      had = g_str_has_prefix (conninfo, schemes[i]) && conninfo[length] == '+'
            && strspn (conninfo + length, "+_" G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS) == (size_t) (rest - conninfo) - length;
    }
  if (ret_had != NULL)
    *ret_had = had;
  return had ? g_strconcat ("postgresql", rest, NULL) : g_strdup (conninfo);
}

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

/* ---- for people ---- */

static bool
is_password_name (const char *name, size_t length)
{
  g_autofree char *text = decode (name, length), *lower = g_ascii_strdown (text, -1);
  return (strstr (lower, "pass") != NULL && strcmp (lower, "passfile") != 0) || strstr (lower, "pwd") != NULL;
}

/* Where in "host:port,host:port/name" something stands behind a colon that is no port; NULL: nowhere. */
static const char *
find_no_port (const char *base)
{
  bool bracket = false;
  for (const char *at = base; *at != '\0' && *at != '/'; at++)
    {
      bracket = *at == '[' || (bracket && *at != ']');
      if (*at == ':' && !bracket && strchr (",/", at[1 + strspn (at + 1, "0123456789")]) == NULL)
        return at;
    }
  const char *colon = strchr (base, ':');
  return colon != NULL && strchr (colon, '@') != NULL ? colon : NULL; /* a password that has a slash */
}

static char *
shown_url (const char *url)
{
  const char *rest = strstr (url, "://") + strlen ("://"), *at = memchr (rest, '@', strcspn (rest, "/?"));
  g_autofree char *base = g_strndup (rest, strcspn (rest, "?"));
  const char *odd = find_no_port (at != NULL ? base + (at + 1 - rest) : base);
  const char *kept = odd != NULL ? strrchr (odd, '@') : NULL;
  GString *shown = g_string_new_len (url, rest - url);
  g_string_append_len (shown, base, odd != NULL ? odd - base : (gssize) strlen (base));
  if (odd != NULL)
    g_string_append_printf (shown, ":***%s", kept != NULL ? kept : "");
  const char *query = strchr (rest, '?');
  g_auto (GStrv) parts = g_strsplit (query != NULL ? query + 1 : "", "&", -1);
  for (int i = 0; parts[i] != NULL; i++)
    {
      size_t name = strcspn (parts[i], "=");
      g_string_append_printf (shown, "%c%.*s", i == 0 ? '?' : '&', (int) name, parts[i]);
      g_string_append (shown, parts[i][name] == '\0' ? "" : is_password_name (parts[i], name) ? "=***" : parts[i] + name);
    }
  return g_string_free (shown, FALSE);
}

static char *
shown_pairs (const char *conninfo)
{
  GString *shown = g_string_new (NULL);
  for (const char *next = conninfo + strspn (conninfo, " \t\r\n"); *next != '\0'; next += strspn (next, " \t\r\n"))
    {
      size_t name = strcspn (next, "= \t\r\n");
      const char *begin = next, *equals = next + name + strspn (next + name, " \t\r\n");
      g_string_append (shown, shown->len > 0 ? " " : "");
      if (*equals != '=')
        {
          g_string_append (shown, "***");
          next += MAX (name, 1);
          continue;
        }
      g_autoptr (GString) value = g_string_new (NULL);
      const char *first = equals + 1 + strspn (equals + 1, " \t\r\n");
      next = read_value (first, value);
      g_string_append_printf (shown, "%.*s=", (int) name, begin);
      if (is_password_name (begin, name))
        g_string_append (shown, "***");
      else
        g_string_append_len (shown, first, next - first);
    }
  return g_string_free (shown, FALSE);
}

char *
conninfo_shown (const char *conninfo)
{
  /* Of whatever kind, jdbc:postgresql:// too. */
  size_t scheme = strspn (conninfo, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-:");
  const char *slashes = strstr (conninfo, "://");
  if (slashes != NULL && slashes < conninfo + scheme)
    {
      g_autofree char *password = NULL;
      g_autofree char *without = url_without_password (conninfo, &password);
      return shown_url (without);
    }
  if (strchr (conninfo, '=') == NULL)
    return g_strdup (conninfo);
  g_autofree char *without = conninfo_without_password (conninfo, NULL);
  return shown_pairs (without);
}
