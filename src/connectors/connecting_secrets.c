#include "src/connectors/connecting_private.h"

#include "base/conninfo.h"
#include "base/text.h"
#include "src/settings/settings_connections.h"

#include <string.h>

#define LEAST_SECRET 4 /* bytes: shorter ones are in any text by chance */
#define MOST_SHOWN 4000

static void
add_secret (GPtrArray *secrets, const char *text)
{
  if (text != NULL && strlen (text) >= LEAST_SECRET)
    g_ptr_array_add (secrets, g_strdup (text));
}

/* A text, and the password within one that is a URL. */
static void
add_texts (GPtrArray *secrets, const Json *value)
{
  const char *name, *text = json_string_value (value);
  Json *member;
  if (text != NULL)
    {
      g_autofree char *password = NULL;
      g_autofree char *rest = conninfo_without_password (text, &password);
      add_secret (secrets, text);
      add_secret (secrets, password);
    }
  json_object_foreach ((Json *) value, name, member)
    if (!settings_connection_is_harmless (name, member))
      add_texts (secrets, member);
  for (size_t i = 0; i < json_array_size (value); i++)
    add_texts (secrets, json_array_get (value, i));
}

/* What a job says of a source is mostly names of its things, which people have to read; a secret is what is called so. */
static void
add_named (GPtrArray *secrets, const Json *value)
{
  static const char *const words[] = { "pass",    "pwd",     "secret",     "token",      "auth",   "header",           "credential",
                                       "api_key", "api-key", "access_key", "access-key", "apikey", "subscription-key", NULL };
  const char *name;
  Json *member;
  json_object_foreach ((Json *) value, name, member)
    {
      g_autofree char *lower = g_ascii_strdown (name, -1);
      bool is_secret = false;
      for (size_t i = 0; words[i] != NULL; i++)
        is_secret = is_secret || strstr (lower, words[i]) != NULL;
      if (is_secret)
        add_texts (secrets, member);
      else
        add_named (secrets, member);
    }
}

/* Whoever keeps a value out of the files has it hidden, wherever he puts it. */
static void
add_resolved (GPtrArray *secrets, const Settings *settings, const Json *value)
{
  const char *name, *text = json_string_value (value);
  Json *member;
  if (text != NULL && g_hash_table_contains (settings->resolved, text))
    add_texts (secrets, value);
  json_object_foreach ((Json *) value, name, member)
    add_resolved (secrets, settings, member);
  for (size_t i = 0; i < json_array_size (value); i++)
    add_resolved (secrets, settings, json_array_get (value, i));
}

static int
compare_lengths (const void *a, const void *b)
{
  size_t left = strlen (*(char *const *) a), right = strlen (*(char *const *) b);
  return left < right ? 1 : left > right ? -1 : 0;
}

GPtrArray *
connector_secrets (const Settings *settings, const Json *connection, const Json *request)
{
  static const char *const parts[] = { "from", "to", "where", "after" };
  GPtrArray *secrets = g_ptr_array_new_with_free_func (g_free);
  const char *name;
  Json *member;
  json_object_foreach ((Json *) connection, name, member)
    if (!settings_connection_is_harmless (name, member))
      add_texts (secrets, member);
  for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
    add_named (secrets, json_object_get (request, parts[i]));
  add_resolved (secrets, settings, connection);
  add_resolved (secrets, settings, request);
  g_ptr_array_sort (secrets, compare_lengths);
  return secrets;
}

/* Between NUL bytes: nothing is looked for behind one. */
static void
append_safe (GString *safe, const GPtrArray *secrets, const char *text, size_t length)
{
  g_autoptr (GString) piece = g_string_new_len (text, (gssize) length);
  for (guint i = 0; i < secrets->len; i++)
    g_string_replace (piece, secrets->pdata[i], "...", 0);
  g_string_append_len (safe, piece->str, (gssize) piece->len);
}

char *
connector_safe_start (const GPtrArray *secrets, const char *text, size_t length, size_t most)
{
  g_autoptr (GString) safe = g_string_new (NULL);
  for (const char *end = text + length, *nul; (nul = memchr (text, '\0', (size_t) (end - text))) != NULL; text = nul + 1)
    {
      append_safe (safe, secrets, text, (size_t) (nul - text));
      g_string_append_c (safe, '\0');
      length -= (size_t) (nul - text) + 1;
    }
  append_safe (safe, secrets, text, length);
  return text_printable (safe->str, safe->len, most);
}

char *
connector_safe_text (const GPtrArray *secrets, const char *text, size_t length)
{
  return connector_safe_start (secrets, text, length, MOST_SHOWN);
}

void
connector_safe_json (const GPtrArray *secrets, Json *json)
{
  const char *name;
  Json *member;
  if (json_is_string (json))
    {
      g_autofree char *safe = connector_safe_text (secrets, json_string_value (json), json_string_length (json));
      json_string_set (json, safe);
    }
  json_object_foreach (json, name, member)
    connector_safe_json (secrets, member);
  for (size_t i = 0; i < json_array_size (json); i++)
    connector_safe_json (secrets, json_array_get (json, i));
}
