#include "connect/curl/http_url.h"

#include <string.h>

#define FLAGS G_URI_FLAGS_ENCODED
/* GLib decodes a host: "a%2fb" would be "a/b", of which libcurl would read another one. */
#define HOST_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._:"

/* Percent-encodes what a URL cannot have; what is encoded stays so. Owned by the caller. */
static char *
mend (const char *text)
{
  GString *mended = g_string_new (NULL);
  for (const unsigned char *at = (const unsigned char *) text; *at != '\0'; at++)
    if (*at <= ' ' || *at >= 0x7F || strchr ("\"<>\\^`{|}", *at) != NULL)
      g_string_append_printf (mended, "%%%02X", *at);
    else
      g_string_append_c (mended, (char) *at);
  return g_string_free (mended, FALSE);
}

static Url *
judge (Url *url, const char **ret_problem)
{
  g_autoptr (GUri) owned = url;
  *ret_problem = "is no URL";
  if (owned == NULL)
    return NULL;
  const char *scheme = g_uri_get_scheme (owned), *host = g_uri_get_host (owned);
  if (strcmp (scheme, "http") != 0 && strcmp (scheme, "https") != 0)
    return *ret_problem = "must begin with https:// or http://", NULL;
  if (host == NULL || host[0] == '\0' || host[strspn (host, HOST_LETTERS)] != '\0')
    return *ret_problem = "has no host, or one of other letters than a to z", NULL;
  if (g_uri_get_userinfo (owned) != NULL)
    return *ret_problem = "has a user in it, who belongs to \"auth\"", NULL;
  return g_steal_pointer (&owned);
}

Url *
http_url_parse (const char *text, const char **ret_problem)
{
  g_autofree char *mended = mend (text);
  return judge (g_uri_parse (mended, FLAGS, NULL), ret_problem);
}

static int
port_of (Url *url)
{
  int port = g_uri_get_port (url);
  return port > 0 ? port : strcmp (g_uri_get_scheme (url), "https") == 0 ? 443 : 80;
}

bool
http_url_is_same_origin (Url *a, Url *b)
{
  return strcmp (g_uri_get_scheme (a), g_uri_get_scheme (b)) == 0 && port_of (a) == port_of (b)
         && g_ascii_strcasecmp (g_uri_get_host (a), g_uri_get_host (b)) == 0;
}

Url *
http_url_follow (Url *from, const char *link, const char **ret_problem)
{
  g_autofree char *mended = mend (link);
  g_autoptr (GUri) url = judge (g_uri_parse_relative (from, mended, FLAGS, NULL), ret_problem);
  if (url == NULL)
    return NULL;
  bool is_downgrade = strcmp (g_uri_get_scheme (from), "https") == 0 && strcmp (g_uri_get_scheme (url), "http") == 0
                      && g_ascii_strcasecmp (g_uri_get_host (from), g_uri_get_host (url)) == 0
                      && g_uri_get_port (from) == g_uri_get_port (url);
  if (!is_downgrade)
    return g_steal_pointer (&url);
  return g_uri_build (FLAGS, "https", NULL, g_uri_get_host (url), g_uri_get_port (url), g_uri_get_path (url), g_uri_get_query (url),
                      NULL);
}

char *
http_url_origin (Url *url)
{
  const char *host = g_uri_get_host (url), *open = strchr (host, ':') != NULL ? "[" : "", *close = open[0] != '\0' ? "]" : "";
  g_autofree char *port = g_uri_get_port (url) > 0 ? g_strdup_printf (":%d", g_uri_get_port (url)) : g_strdup ("");
  return g_strdup_printf ("%s://%s%s%s%s", g_uri_get_scheme (url), open, host, close, port);
}

char *
http_url_plain (Url *url)
{
  g_autofree char *origin = http_url_origin (url);
  return g_strconcat (origin, g_uri_get_path (url), NULL);
}

char *
http_url_text (Url *url)
{
  g_autofree char *plain = http_url_plain (url);
  const char *query = g_uri_get_query (url);
  return query != NULL ? g_strconcat (plain, "?", query, NULL) : g_steal_pointer (&plain);
}

char *
http_url_build (Url *base, const char *path, const char *const *query)
{
  g_autofree char *plain = http_url_plain (base);
  GString *text = g_string_new (plain);
  const char *said = g_uri_get_query (base);
  path += strspn (path, "/");
  if (path[0] != '\0')
    {
      g_autofree char *encoded = g_uri_escape_string (path, "/!$&'()*+,;=:@", FALSE);
      if (text->str[text->len - 1] != '/')
        g_string_append_c (text, '/');
      g_string_append (text, encoded);
    }
  if (said != NULL)
    g_string_append_printf (text, "?%s", said);
  char mark = said == NULL ? '?' : '&';
  for (size_t i = 0; query != NULL && query[i] != NULL; i += 2)
    {
      g_autofree char *name = g_uri_escape_string (query[i], "[]", FALSE);
      g_autofree char *value = g_uri_escape_string (query[i + 1], ":,", FALSE);
      g_string_append_printf (text, "%c%s=%s", mark, name, value);
      mark = '&';
    }
  return g_string_free (text, FALSE);
}

/* Whether the parameters behind a link, up to the comma before the next one, say rel=next; *ret_end is behind them. */
static bool
is_next (const char *at, const char **ret_end)
{
  bool in_quotes = false;
  const char *end = at;
  for (; *end != '\0' && (in_quotes || *end != ','); end++)
    in_quotes = in_quotes != (*end == '"');
  *ret_end = end;
  g_autofree char *text = g_strndup (at, (size_t) (end - at));
  g_auto (GStrv) parameters = g_strsplit (text, ";", -1);
  for (guint i = 0; parameters[i] != NULL; i++)
    {
      char *value = strchr (parameters[i], '=');
      if (value == NULL)
        continue;
      *value++ = '\0';
      g_autofree char *words = g_strdelimit (g_strdup (value), "\" \t", ' ');
      g_auto (GStrv) relations = g_strsplit (g_strstrip (words), " ", -1);
      for (guint n = 0; g_ascii_strcasecmp (g_strstrip (parameters[i]), "rel") == 0 && relations[n] != NULL; n++)
        if (g_ascii_strcasecmp (relations[n], "next") == 0)
          return true;
    }
  return false;
}

char *
http_url_next_of_header (const char *value)
{
  for (const char *at = value; at != NULL && (at = strchr (at, '<')) != NULL;)
    {
      const char *close = strchr (at, '>'), *end;
      if (close == NULL)
        return NULL;
      if (is_next (close + 1, &end))
        return g_strndup (at + 1, (size_t) (close - at - 1));
      at = end;
    }
  return NULL;
}
