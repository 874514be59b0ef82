#include "src/connectors/connecting_private.h"

#include "src/settings/settings_connections.h"

/* A command's program is in the list of processes, and people have to read which one has failed; its arguments may be anything. */
static Json *
without_program (const Json *connection)
{
  Json *rest = json_copy ((Json *) connection), *command = json_object_get (connection, "command");
  if (!json_is_array (command))
    return rest;
  Json *arguments = json_copy (command);
  json_array_remove (arguments, 0);
  json_object_del (rest, "command");
  json_object_set_new (rest, "arguments", arguments);
  return rest;
}

/* Whoever keeps a value out of the files has it hidden, wherever he puts it. */
static void
add_resolved (Redaction *secrets, const Settings *settings, const Json *value)
{
  const char *name, *text = json_string_value (value);
  Json *member;
  if (text != NULL && g_hash_table_contains (settings->resolved, text))
    redaction_add (secrets, text, NULL, false);
  json_object_foreach ((Json *) value, name, member)
    add_resolved (secrets, settings, member);
  for (size_t i = 0; i < json_array_size (value); i++)
    add_resolved (secrets, settings, json_array_get (value, i));
}

Redaction *
connector_secrets (const Settings *settings, const Json *connection, const Json *request)
{
  static const char *const parts[] = { "from", "to", "where", "after" };
  Redaction *secrets = redaction_new ();
  g_autoptr (Json) rest = without_program (connection);
  redaction_add_all (secrets, rest, NULL, settings_connection_is_harmless);
  for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
    redaction_add_named (secrets, json_object_get (request, parts[i]), settings_connection_is_harmless);
  add_resolved (secrets, settings, connection);
  add_resolved (secrets, settings, request);
  return secrets;
}

void
connector_safe_json (const Redaction *secrets, Json *json)
{
  const char *name;
  Json *member;
  if (json_is_string (json))
    {
      g_autofree char *safe = redact (secrets, json_string_value (json), json_string_length (json), CONNECTOR_TOLD_MOST);
      json_string_set (json, safe);
    }
  json_object_foreach (json, name, member)
    connector_safe_json (secrets, member);
  for (size_t i = 0; i < json_array_size (json); i++)
    connector_safe_json (secrets, json_array_get (json, i));
}
