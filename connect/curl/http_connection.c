#include "connect/curl/http_connection.h"

#include "base/host.h"
#include "base/quantity.h"
#include "connect/curl/http_kept.h"

#include <string.h>

#define PAGES_MOST 100000
#define PAGE_BYTES_MOST (INT64_C (64) << 20)
#define BYTES_MOST (INT64_C (16) << 30)

char *
http_place (const char *path, const char *name)
{
  return g_strconcat (path, ".", name, NULL);
}

/* The tokens of RFC 9110, 5.6.2. */
static bool
is_header_name (const char *name)
{
  for (const char *at = name; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && strchr ("!#$%&'*+-.^_`|~", *at) == NULL)
      return false;
  return name[0] != '\0';
}

/* A line break in it would be another header. */
static bool
is_header_value (const char *value)
{
  for (const unsigned char *at = (const unsigned char *) value; *at != '\0'; at++)
    if (*at < ' ' || *at == 0x7F)
      return false;
  return true;
}

static void
check_header (const char *name, const char *value, const char *place)
{
  static const char *const ours[] = {
    "Host", "Content-Length", "Transfer-Encoding", "Connection", "Accept-Encoding", "Expect", NULL
  };
  if (!is_header_name (name))
    connect_mistake (place, "is no name of a header");
  for (size_t i = 0; ours[i] != NULL; i++)
    if (g_ascii_strcasecmp (name, ours[i]) == 0)
      connect_mistake (place, "is a header that weir writes itself");
  if (value != NULL && !is_header_value (value))
    connect_mistake (place, "has a control character in it");
}

void
http_check_headers (const Json *headers, const char *path)
{
  const char *name;
  const Json *value;
  if (headers != NULL && !json_is_object (headers))
    connect_mistake (path, "must be an object");
  json_object_foreach ((Json *) headers, name, value)
    {
      g_autofree char *place = http_place (path, name);
      check_header (name, connect_text (headers, path, name, false), place);
    }
}

/* A URL to which secrets go: in clear to this machine alone, or where somebody says that it may be. */
static Url *
read_url (const Json *json, const char *path, const char *name, bool may_be_clear)
{
  const char *problem, *text = connect_text (json, path, name, true);
  if (text == NULL)
    return NULL;
  g_autofree char *place = http_place (path, name);
  Url *url = http_url_parse (text, &problem);
  if (url == NULL)
    connect_mistake (place, "%s", problem);
  else if (strcmp (g_uri_get_scheme (url), "http") == 0 && !host_is_here (g_uri_get_host (url)) && !may_be_clear)
    connect_mistake (place, "must begin with https://: all that goes to %s could be read on its way; \"tls\": \"none\" allows it",
                     g_uri_get_host (url));
  return url;
}

static const char *
value_text (const Json *json, const char *path, const char *name, bool is_required)
{
  const char *text = connect_text (json, path, name, is_required);
  if (text != NULL && !is_header_value (text))
    {
      g_autofree char *place = http_place (path, name);
      connect_mistake (place, "has a control character in it");
    }
  return text;
}

static void
read_oauth2 (const Json *json, const char *path, bool may_be_clear, HttpAuth *auth)
{
  static const char *const known[] = { "type",     "token_url",     "client_id",          "client_secret", "scope",
                                       "audience", "refresh_token", "refresh_token_file", "client_auth",   NULL };
  connect_known (json, path, known);
  auth->token_url = read_url (json, path, "token_url", may_be_clear);
  auth->client_id = connect_text (json, path, "client_id", true);
  auth->refresh_token = connect_text (json, path, "refresh_token", false);
  auth->refresh_file = connect_text (json, path, "refresh_token_file", false);
  auth->client_secret = connect_text (json, path, "client_secret", auth->refresh_token == NULL && auth->refresh_file == NULL);
  const char *problem = auth->refresh_token != NULL && auth->refresh_file != NULL
                            ? "stands beside \"refresh_token\": one of the two"
                        : auth->refresh_file != NULL ? http_kept_problem (auth->refresh_file)
                                                     : NULL;
  g_autofree char *file_place = http_place (path, "refresh_token_file");
  if (problem != NULL)
    connect_mistake (file_place, "%s", problem);
  auth->scope = connect_text (json, path, "scope", false);
  auth->audience = connect_text (json, path, "audience", false);
  const char *how = connect_text (json, path, "client_auth", false);
  auth->in_body = g_strcmp0 (how, "body") == 0 || auth->client_secret == NULL;
  if (how != NULL && strcmp (how, "body") != 0 && strcmp (how, "basic") != 0)
    {
      g_autofree char *place = http_place (path, "client_auth");
      connect_mistake (place, "must be \"basic\" or \"body\"");
    }
}

static void
read_header_auth (const Json *json, const char *path, HttpAuth *auth)
{
  static const char *const known[] = { "type", "name", "value", NULL };
  connect_known (json, path, known);
  auth->name = connect_text (json, path, "name", true);
  auth->token = value_text (json, path, "value", true);
  g_autofree char *place = http_place (path, "name");
  if (auth->name != NULL)
    check_header (auth->name, NULL, place);
}

static void
read_auth (const Json *json, const char *path, bool may_be_clear, HttpAuth *auth)
{
  static const char *const words[] = { "none", "basic", "bearer", "header", "oauth2", NULL };
  static const char *const known[][4] = {
    [HTTP_AUTH_NONE] = { "type" }, [HTTP_AUTH_BASIC] = { "type", "user", "password" }, [HTTP_AUTH_BEARER] = { "type", "token" }
  };
  const char *type = connect_text (json, path, "type", true);
  size_t kind = 0;
  while (type != NULL && words[kind] != NULL && strcmp (words[kind], type) != 0)
    kind++;
  if (type == NULL || words[kind] == NULL)
    {
      g_autofree char *place = http_place (path, "type");
      if (type != NULL)
        connect_mistake (place, "must be \"none\", \"basic\", \"bearer\", \"header\" or \"oauth2\"");
      return;
    }
  auth->kind = (HttpAuthKind) kind;
  if (auth->kind == HTTP_AUTH_OAUTH2)
    read_oauth2 (json, path, may_be_clear, auth);
  else if (auth->kind == HTTP_AUTH_HEADER)
    read_header_auth (json, path, auth);
  else
    connect_known (json, path, known[auth->kind]);
  if (auth->kind == HTTP_AUTH_BASIC)
    {
      auth->user = value_text (json, path, "user", true);
      auth->password = value_text (json, path, "password", true);
      g_autofree char *place = http_place (path, "user");
      if (auth->user != NULL && strchr (auth->user, ':') != NULL)
        connect_mistake (place, "has a colon in it, which Basic cannot say");
    }
  if (auth->kind == HTTP_AUTH_BEARER)
    auth->token = value_text (json, path, "token", true);
}

/* "64 MB", or a number of bytes. */
static int64_t
read_size (const Json *json, const char *path, const char *name, int64_t otherwise)
{
  const Json *said = json_object_get (json, name);
  int64_t bytes = json_integer_value (said);
  if (said == NULL || json_is_null (said))
    return otherwise;
  if (json_is_string (said) && !quantity_read_bytes (json_string_value (said), &bytes))
    bytes = 0;
  if (bytes > 0)
    return bytes;
  g_autofree char *place = http_place (path, name);
  connect_mistake (place, "must be a size, as \"64 MB\"");
  return otherwise;
}

static void
read_most (const Json *json, HttpConnection *connection)
{
  static const char *const known[] = { "pages", "page_bytes", "bytes", NULL };
  const char *path = "connection.most";
  if (json != NULL && !json_is_object (json))
    connect_mistake (path, "must be an object");
  connect_known (json, path, known);
  connection->most_pages = connect_number (json, path, "pages", PAGES_MOST);
  connection->most_page_bytes = read_size (json, path, "page_bytes", PAGE_BYTES_MOST);
  connection->most_bytes = read_size (json, path, "bytes", BYTES_MOST);
  if (connection->most_pages < 1)
    connect_mistake ("connection.most.pages", "must be at least 1");
}

static const Json *
object_of (const Json *json, const char *name, const char *place)
{
  const Json *part = json_object_get (json, name);
  if (part != NULL && !json_is_object (part) && !json_is_null (part))
    connect_mistake (place, "must be an object");
  return json_is_object (part) ? part : NULL;
}

bool
http_connection_read (const Json *json, HttpConnection *ret_connection)
{
  static const char *const known[] = { "type", "program", "url", "headers", "auth", "ca", "tls", "streams", "most", NULL };
  *ret_connection = (HttpConnection) { 0 };
  connect_known (json, "connection", known);
  const char *tls = connect_text (json, "connection", "tls", false);
  bool may_be_clear = g_strcmp0 (tls, "none") == 0;
  if (tls != NULL && !may_be_clear && strcmp (tls, "require") != 0)
    connect_mistake ("connection.tls", "must be \"require\" or \"none\"");
  ret_connection->base = read_url (json, "connection", "url", may_be_clear);
  ret_connection->ca_file = connect_text (json, "connection", "ca", false);
  ret_connection->headers = object_of (json, "headers", "connection.headers");
  ret_connection->streams = object_of (json, "streams", "connection.streams");
  http_check_headers (ret_connection->headers, "connection.headers");
  const Json *auth = object_of (json, "auth", "connection.auth");
  if (auth != NULL)
    read_auth (auth, "connection.auth", may_be_clear, &ret_connection->auth);
  read_most (json_object_get (json, "most"), ret_connection);
  Url *base = ret_connection->base;
  if (may_be_clear && base != NULL && strcmp (g_uri_get_scheme (base), "http") == 0 && !host_is_here (g_uri_get_host (base)))
    connect_note ("\"tls\" is \"none\": whoever is on the way to %s can read all that is sent there, the credentials, too",
                  g_uri_get_host (base));
  return !connect_has_mistakes ();
}

void
http_connection_clear (HttpConnection *connection)
{
  g_clear_pointer (&connection->base, g_uri_unref);
  g_clear_pointer (&connection->auth.token_url, g_uri_unref);
}
