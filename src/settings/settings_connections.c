#include "src/settings/settings_connections.h"

#include "src/settings/settings_reference.h"

#include <string.h>

#define TYPE_PATTERN "^[a-z][a-z0-9_-]{0,62}$"

static bool
has_partial_reference (const char *text)
{
  return strstr (text, "${env:") != NULL || strstr (text, "${file:") != NULL;
}

/* A text that would be taken as it stands, and looks as if it stood for another: "${APP_URL}" of a shell, "${evn:APP_URL}". */
static void
check_reference (const MemberScope *scope, const char *path, const char *text)
{
  if (settings_is_reference (text))
    return;
  if (has_partial_reference (text))
    members_problem (scope, path, "\"${...}\" stands for a whole value: put all of the text into the file or the variable");
  else if (g_str_has_prefix (text, "${") && g_str_has_suffix (text, "}"))
    members_problem (scope, path, "\"%s\" stands for nothing: a variable is \"${env:NAME}\", a file \"${file:PATH}\"", text);
}

/* A type becomes part of a program's name. */
static void
check_type (const MemberScope *scope, const char *path, const Json *value)
{
  g_autofree char *inner = members_path (path, "type"), *type = NULL;
  if (members_text (scope, inner, value, &type) && !g_regex_match_simple (TYPE_PATTERN, type, G_REGEX_DOLLAR_ENDONLY, 0))
    members_problem (scope, inner, "must be a word of small letters, digits, - and _, as \"postgresql\" is");
}

void
settings_check_references (const MemberScope *scope, const char *path, const Json *value)
{
  const char *name, *text = json_string_value (value);
  Json *member;
  if (text != NULL)
    check_reference (scope, path, text);
  json_object_foreach ((Json *) value, name, member)
    {
      g_autofree char *inner = members_path (path, name);
      settings_check_references (scope, inner, member);
    }
  for (size_t i = 0; i < json_array_size (value); i++)
    {
      g_autofree char *inner = g_strdup_printf ("%s[%zu]", path, i);
      settings_check_references (scope, inner, json_array_get (value, i));
    }
}

static void
check_connection (const MemberScope *scope, const char *path, const char *name, const Json *value)
{
  g_autofree char *inner = members_path (path, "program"), *program = NULL;
  if (!g_regex_match_simple (CONNECTION_NAME_PATTERN, name, G_REGEX_DOLLAR_ENDONLY, 0))
    members_problem (scope, path, "must be called by at most 63 letters, digits, - and _, the first of them no digit");
  if (!json_is_object (value) || json_object_get (value, "type") == NULL)
    {
      members_problem (scope, path, "must be an object with a \"type\", as \"postgresql\"");
      return;
    }
  check_type (scope, path, json_object_get (value, "type"));
  if (json_object_get (value, "program") != NULL)
    members_text (scope, inner, json_object_get (value, "program"), &program);
  settings_check_references (scope, path, value);
}

void
settings_check_connections (Json *value, const char *place, GPtrArray *mistakes)
{
  const MemberScope scope = { .problems = mistakes };
  const char *name;
  Json *connection;
  if (!json_is_object (value))
    members_problem (&scope, place, "must be an object: a name and a connection, and so on");
  json_object_foreach (value, name, connection)
    {
      g_autofree char *path = members_path (place, name);
      check_connection (&scope, path, name, connection);
    }
}

/* No secret stands there, whatever the type: addresses, names, places, the words of a choice, and keys that servers show to everybody. A URL is not among them,
 * nor is what is no text or number, but for a list of such keys, and a program without arguments, which may have anything. */
bool
settings_connection_is_harmless (const char *name, const Json *value)
{
  static const char *const names[] = { "type",     "program", "description", "host",        "port",         "user",     "database",
                                       "schema",   "path",    "folder",      "from",        "region",       "tls",      "bucket",
                                       "key_file", "ca_file", "ca",          "known_hosts", "kind",         "decimals", "sslmode",
                                       "sslkey",   "sslcert", "sslrootcert", "marker",      "check_stream", "host_key", NULL };
  if (json_is_array (value))
    return g_str_equal (name, "host_key") || (g_str_equal (name, "command") && json_array_size (value) == 1);
  return g_strv_contains (names, name) && !json_is_object (value);
}

Json *
settings_show_connections (const Json *value)
{
  Json *shown = json_deep_copy (value);
  const char *name, *member;
  Json *connection, *part;
  void *next;
  json_object_foreach (shown, name, connection)
    json_object_foreach_safe (connection, next, member, part)
    {
      bool is_reference = json_is_string (part) && settings_is_reference (json_string_value (part));
      if (!is_reference && !settings_connection_is_harmless (member, part))
        json_object_set_new (connection, member, json_string ("..."));
    }
  return shown;
}

Json *
settings_connections_schema (void)
{
  return json_pack ("{s:s, s:{s:s}, s:{s:s, s:[s], s:{s:{s:s, s:s, s:s}, s:{s:s, s:i, s:s}}}}", "type", "object", "propertyNames",
                    "pattern", CONNECTION_NAME_PATTERN, "additionalProperties", "type", "object", "required", "type", "properties",
                    "type", "type", "string", "pattern", TYPE_PATTERN, "description",
                    "postgresql, sftp, share, http, smtp, webhook, singer, or another NAME, whose program is weir-connect-NAME",
                    "program", "type", "string", "minLength", 1, "description",
                    "The connector's program, where it is not found by the type.");
}
