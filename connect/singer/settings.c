#include "connect/singer/settings.h"

#include <string.h>

#define PLACE "connection"

static void
read_command (const Json *connection, SingerSettings *settings)
{
  settings->command = g_ptr_array_new ();
  const Json *command = json_object_get (connection, "command"), *word;
  size_t i;
  bool ok = json_array_size (command) > 0;
  json_array_foreach ((Json *) command, i, word)
    {
      const char *text = json_string_value (word);
      ok = ok && text != NULL && strlen (text) == json_string_length (word) && (i > 0 || text[0] != '\0');
      g_ptr_array_add (settings->command, (void *) text);
    }
  if (!ok)
    connect_mistake (PLACE ".command", "must be a list of texts: the tap or target, and its arguments");
}

static void
read_kind (const Json *connection, const Request *request, SingerSettings *settings)
{
  const char *kind = connect_text (connection, PLACE, "kind", false);
  const char *program = settings->command->len > 0 ? g_ptr_array_index (settings->command, 0) : NULL;
  g_autofree char *name = g_path_get_basename (program != NULL ? program : "");
  if (kind != NULL && strcmp (kind, "tap") != 0 && strcmp (kind, "target") != 0)
    connect_mistake (PLACE ".kind", "must be \"tap\" or \"target\"");
  else if (kind != NULL)
    settings->is_target = strcmp (kind, "target") == 0;
  else
    settings->is_target = request->to != NULL || (request->from == NULL && g_str_has_prefix (name, "target-"));
}

static void
read_catalog (const Json *connection, SingerSettings *settings)
{
  const Json *catalog = json_object_get (connection, "catalog");
  settings->has_catalog = !json_is_false (catalog);
  if (json_is_null (catalog) || json_is_false (catalog))
    return;
  if (catalog != NULL && !json_is_object (catalog) && !json_is_string (catalog))
    connect_mistake (PLACE ".catalog", "must be a catalog, the path of one, or false where the tap takes none");
  settings->catalog = catalog;
}

bool
settings_read (const Request *request, SingerSettings *ret_settings, GError **error)
{
  static const char *const known[] = { "type", "program",      "command",  "config",      "catalog", "properties",
                                       "kind", "check_stream", "decimals", "description", NULL };
  SingerSettings *settings = ret_settings;
  const Json *connection = request->connection;
  *settings = (SingerSettings) { .folder = { .fd = -1 } };
  connect_known (connection, PLACE, known);
  read_command (connection, settings);
  read_kind (connection, request, settings);
  read_catalog (connection, settings);
  settings->config = json_object_get (connection, "config");
  if (settings->config != NULL && !json_is_object (settings->config))
    connect_mistake (PLACE ".config", "must be an object: the configuration of the tap or target");
  settings->old_option = connect_truth (connection, PLACE, "properties", false);
  settings->check_stream = connect_text (connection, PLACE, "check_stream", false);
  const char *decimals = connect_text (connection, PLACE, "decimals", false);
  if (decimals != NULL && strcmp (decimals, "text") != 0 && strcmp (decimals, "number") != 0)
    connect_mistake (PLACE ".decimals", "must be \"number\" or \"text\"");
  settings->decimals_as_text = g_strcmp0 (decimals, "text") == 0;
  if (settings->is_target && settings->catalog != NULL)
    connect_mistake (PLACE ".catalog", "is for taps");
  if (!settings->is_target && settings->check_stream != NULL)
    connect_mistake (PLACE ".check_stream", "is for targets");
  settings->redaction = redaction_new ();
  redaction_add_all (settings->redaction, settings->config, "config", NULL);
  return !connect_has_mistakes ()
         || connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the connection is not as it should be");
}

void
settings_clear (SingerSettings *settings)
{
  g_clear_pointer (&settings->command, g_ptr_array_unref);
  g_clear_pointer (&settings->redaction, redaction_free);
  g_clear_pointer (&settings->config_path, g_free);
  folder_clear (&settings->folder);
}

bool
settings_open (SingerSettings *settings, GError **error)
{
  if (!folder_make (&settings->folder, error))
    return false;
  g_autoptr (Json) none = json_object ();
  settings->config_path =
      folder_write_json (&settings->folder, "config.json", settings->config != NULL ? settings->config : none, error);
  return settings->config_path != NULL;
}

Peer *
settings_start (const SingerSettings *settings, const char *const *words, bool with_input, GError **error)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  for (guint i = 0; i < settings->command->len; i++)
    g_ptr_array_add (argv, g_ptr_array_index (settings->command, i));
  g_ptr_array_add (argv, (void *) "--config");
  g_ptr_array_add (argv, settings->config_path);
  for (size_t i = 0; words != NULL && words[i] != NULL; i++)
    g_ptr_array_add (argv, (void *) words[i]);
  g_ptr_array_add (argv, NULL);
  return peer_start ((const char *const *) argv->pdata, with_input, settings->redaction, error);
}
