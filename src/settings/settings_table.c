#include "src/settings/settings_table.h"

#include "base/error.h"
#include "base/text.h"

#include <string.h>

#define MAX_IDENTIFIER 63 /* bytes: PostgreSQL's NAMEDATALEN - 1 */

#define AT(member) .offset = offsetof (Settings, member)

const Setting settings_table[] = {
  { .path = NULL,
    .type = SETTING_FOLDER,
    AT (home),
    .otherwise = "nearest parent with `weir.json` or `.weir/`",
    .option = "--home",
    .variable = "WEIR_HOME",
    .help = "The home: the folder all relative paths start from." },
  { .path = "database",
    .type = SETTING_TEXT,
    AT (database),
    .otherwise = "the embedded PostgreSQL",
    .option = "--database",
    .variable = "WEIR_DATABASE",
    .help = "libpq URL or conninfo of the database. An empty text means libpq's own environment (PGHOST, PGSERVICE, ...)." },
  { .path = "imports",
    .type = SETTING_FOLDER,
    AT (imports),
    .fallback = "\"imports\"",
    .help = "The drop folder. Must share a file system with archive and failed." },
  { .path = "archive", .type = SETTING_FOLDER, AT (archive), .fallback = "\"archive\"", .help = "Where loaded files go." },
  { .path = "failed",
    .type = SETTING_FOLDER,
    AT (failed),
    .fallback = "\"failed\"",
    .help = "Where refused files go, each with its reason." },
  { .path = "models", .type = SETTING_FOLDER, AT (models), .fallback = "\"models\"", .help = "Where the models are." },
  { .path = "schemas.staging",
    .type = SETTING_SCHEMA,
    AT (staging_schema),
    .fallback = "\"staging\"",
    .help = "Schema of the staging tables." },
  { .path = "schemas.warehouse",
    .type = SETTING_SCHEMA,
    AT (warehouse_schema),
    .fallback = "\"warehouse\"",
    .help = "Schema of the dimensions and facts." },
  { .path = "watch",
    .type = SETTING_CHOICE,
    AT (watch),
    .fallback = "\"auto\"",
    .words = { "auto", "poll" },
    .help = "How the drop folder is watched: by the kernel's events where possible, or by listing it." },
  { .path = "settle",
    .type = SETTING_NUMBER,
    AT (settle),
    .fallback = "2",
    .low = 0,
    .high = 3600,
    .help = "Seconds a file must be still before it is taken, where no event says that it is complete." },
  { .path = "workers",
    .type = SETTING_WHOLE,
    AT (workers),
    .otherwise = "cores, at most 4",
    .low = 1,
    .high = 64,
    .help = "Processes that load files at the same time, each with one connection." },
  { .path = "after_load",
    .type = SETTING_FLAG,
    AT (delete_after_load),
    .fallback = "\"archive\"",
    .words = { "archive", "delete" },
    .help = "What becomes of a file whose rows are committed." },
  { .path = "rejects.max_percent",
    .type = SETTING_NUMBER,
    AT (max_percent),
    .fallback = "1",
    .low = 0,
    .high = 100,
    .help = "Rejected rows, in percent of the rows read, above which the whole file is refused. A model may say otherwise." },
  { .path = "swap_timeout",
    .type = SETTING_NUMBER,
    AT (swap_timeout),
    .fallback = "2",
    .low = 0,
    .high = 3600,
    .help = "Seconds to wait for readers of the old staging table before it is left as it is." },
  { .path = "limits.file_mb",
    .type = SETTING_NUMBER,
    AT (limit_file_mb),
    .fallback = "0",
    .low = 0,
    .high = 1e9,
    .help = "Megabytes of text, decompressed, above which a file is refused; 0: no limit." },
  { .path = "limits.rows",
    .type = SETTING_NUMBER,
    AT (limit_rows),
    .fallback = "0",
    .low = 0,
    .high = 1e12,
    .help = "Rows above which a file is refused; 0: no limit." },
  { .path = "limits.record_kb",
    .type = SETTING_WHOLE,
    AT (limit_record_kb),
    .fallback = "4096",
    .low = 1,
    .high = 16384,
    .help = "Kilobytes of the longest record; a longer one is a reject." },
  { .path = "limits.field_kb",
    .type = SETTING_WHOLE,
    AT (limit_field_kb),
    .fallback = "1024",
    .low = 1,
    .high = 16384,
    .help = "Kilobytes of the longest cell; a record with a longer one is a reject." },
  { .path = "limits.columns",
    .type = SETTING_WHOLE,
    AT (limit_columns),
    .fallback = "1600",
    .low = 1,
    .high = 1600,
    .help = "Columns of a file; PostgreSQL's own limit is 1,600, less those that weir adds." },
  { .path = NULL,
    .type = SETTING_FOLDER,
    AT (secret_file),
    .otherwise = "`.weir/key_secret`",
    .variable = "WEIR_KEY_SECRET_FILE",
    .help = "File with the secret of hmac-sha256 keys; nobody else may read it." },
  { .help = NULL },
};

/* What is wrong with a settings file, one line each. */
typedef struct
{
  GString *text;
  int count;
} Mistakes;

static void G_GNUC_PRINTF (3, 4) mistakes_add (Mistakes *mistakes, const char *path, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_string_append_printf (mistakes->text, "%s$.%s: ", mistakes->count > 0 ? "\n" : "", path);
  g_string_append_vprintf (mistakes->text, format, arguments);
  va_end (arguments);
  mistakes->count++;
}

void *
settings_member (const Settings *settings, const Setting *setting)
{
  return (char *) settings + setting->offset;
}

static void
set_text (Settings *settings, const Setting *setting, char *text)
{
  char **place = settings_member (settings, setting);
  g_free (*place);
  *place = text;
}

static bool
is_schema_name (const char *name)
{
  return name[0] != '\0' && strlen (name) <= MAX_IDENTIFIER && !g_str_has_prefix (name, "pg_")
         && !g_str_equal (name, "information_schema") && !g_str_equal (name, "weir");
}

static void
set_word (Settings *settings, const Setting *setting, const char *word, Mistakes *mistakes)
{
  for (int i = 0; setting->words[i] != NULL; i++)
    {
      if (!g_str_equal (word, setting->words[i]))
        continue;
      if (setting->type == SETTING_FLAG)
        *(bool *) settings_member (settings, setting) = i == 1;
      else
        *(WatchMode *) settings_member (settings, setting) = (WatchMode) i;
      return;
    }
  mistakes_add (mistakes, setting->path, "must be \"%s\" or \"%s\", not \"%s\"", setting->words[0], setting->words[1], word);
}

static void
set_string (Settings *settings, const Setting *setting, const Json *value, Mistakes *mistakes)
{
  const char *text = json_string_value (value);
  if (text == NULL)
    mistakes_add (mistakes, setting->path, "must be a string");
  else if (setting->type == SETTING_TEXT)
    set_text (settings, setting, g_strdup (text));
  else if (setting->type == SETTING_FOLDER && text[0] == '\0')
    mistakes_add (mistakes, setting->path, "must name a folder");
  else if (setting->type == SETTING_FOLDER)
    set_text (settings, setting, g_canonicalize_filename (text, settings->home));
  else if (setting->type == SETTING_SCHEMA && !is_schema_name (text))
    mistakes_add (mistakes, setting->path,
                  "must be a schema's name of at most %d bytes that is not PostgreSQL's or weir's own, not \"%s\"", MAX_IDENTIFIER,
                  text);
  else if (setting->type == SETTING_SCHEMA)
    set_text (settings, setting, g_strdup (text));
  else
    set_word (settings, setting, text, mistakes);
}

static void
set_number (Settings *settings, const Setting *setting, const Json *value, Mistakes *mistakes)
{
  bool whole = setting->type == SETTING_WHOLE;
  double number = json_number_value (value);
  if (!(whole ? json_is_integer (value) : json_is_number (value)) || number < setting->low || number > setting->high)
    mistakes_add (mistakes, setting->path, "must be a %s from %g to %g", whole ? "whole number" : "number", setting->low,
                  setting->high);
  else if (whole)
    *(int *) settings_member (settings, setting) = (int) number;
  else
    *(double *) settings_member (settings, setting) = number;
}

static void
set_value (Settings *settings, const Setting *setting, const Json *value, Mistakes *mistakes)
{
  if (setting->type == SETTING_WHOLE || setting->type == SETTING_NUMBER)
    set_number (settings, setting, value, mistakes);
  else
    set_string (settings, setting, value, mistakes);
}

/* The valid words of one level: of the top with a prefix of "", else of "schemas." and the like. Owned by the caller. */
static GPtrArray *
words_below (const char *prefix)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  for (const Setting *setting = settings_table; setting->help != NULL; setting++)
    {
      if (setting->path == NULL || !g_str_has_prefix (setting->path, prefix))
        continue;
      const char *rest = setting->path + strlen (prefix);
      g_autofree char *word = g_strndup (rest, strcspn (rest, "."));
      if (!g_ptr_array_find_with_equal_func (words, word, g_str_equal, NULL))
        g_ptr_array_add (words, g_steal_pointer (&word));
    }
  g_ptr_array_add (words, NULL);
  return g_steal_pointer (&words);
}

static const Setting *
find_setting (const char *path)
{
  for (const Setting *setting = settings_table; setting->help != NULL; setting++)
    if (g_strcmp0 (setting->path, path) == 0)
      return setting;
  return NULL;
}

static bool
is_group (const char *path)
{
  g_autofree char *prefix = g_strconcat (path, ".", NULL);
  for (const Setting *setting = settings_table; setting->help != NULL; setting++)
    if (setting->path != NULL && g_str_has_prefix (setting->path, prefix))
      return true;
  return false;
}

static void
add_unknown (Mistakes *mistakes, const char *path, const char *prefix, const char *word)
{
  g_autoptr (GPtrArray) words = words_below (prefix);
  const char *nearest = text_nearest (word, (const char *const *) words->pdata);
  if (nearest != NULL)
    mistakes_add (mistakes, path, "unknown setting, did you mean \"%s\"?", nearest);
  else
    mistakes_add (mistakes, path, "unknown setting");
}

/* Takes the members of an object; settings nest one level ("schemas": {...}). */
static void
take_members (Settings *settings, Json *object, const char *prefix, Mistakes *mistakes)
{
  const char *word;
  Json *value;
  json_object_foreach (object, word, value)
    {
      g_autofree char *path = g_strconcat (prefix, word, NULL);
      const Setting *setting = find_setting (path);
      if (setting != NULL)
        set_value (settings, setting, value, mistakes);
      else if (prefix[0] == '\0' && (g_str_equal (word, "$schema") || g_str_equal (word, "description")))
        continue;
      else if (prefix[0] != '\0' || !is_group (word))
        add_unknown (mistakes, path, prefix, word);
      else if (!json_is_object (value))
        mistakes_add (mistakes, path, "must be an object");
      else
        {
          g_autofree char *below = g_strconcat (path, ".", NULL);
          take_members (settings, value, below, mistakes);
        }
    }
}

static const char *
folder_of (const Settings *settings, const char *path)
{
  return *(char **) settings_member (settings, find_setting (path));
}

static void
check_together (const Settings *settings, Mistakes *mistakes)
{
  if (g_str_equal (settings->staging_schema, settings->warehouse_schema))
    mistakes_add (mistakes, "schemas", "staging and warehouse must differ");
  static const char *const folders[] = { "imports", "archive", "failed", "models" };
  for (size_t i = 0; i < G_N_ELEMENTS (folders); i++)
    for (size_t j = i + 1; j < G_N_ELEMENTS (folders); j++)
      if (g_str_equal (folder_of (settings, folders[i]), folder_of (settings, folders[j])))
        mistakes_add (mistakes, folders[j], "is the same folder as %s", folders[i]);
}

void
settings_set_defaults (Settings *settings)
{
  g_autoptr (GString) text = g_string_new (NULL);
  Mistakes mistakes = { .text = text };
  for (const Setting *setting = settings_table; setting->help != NULL; setting++)
    {
      if (setting->fallback == NULL)
        continue;
      g_autoptr (Json) value = json_loads (setting->fallback, JSON_DECODE_ANY, NULL);
      set_value (settings, setting, value, &mistakes);
    }
  g_assert (mistakes.count == 0);
}

bool
settings_take_json (Settings *settings, Json *root, const char *shown, GError **error)
{
  if (!json_is_object (root))
    return weir_error (error, WEIR_ERROR_MODEL, "\"%s\" must be a JSON object", shown), false;
  g_autoptr (GString) text = g_string_new (NULL);
  Mistakes mistakes = { .text = text };
  take_members (settings, root, "", &mistakes);
  check_together (settings, &mistakes);
  if (mistakes.count == 0)
    return true;
  weir_error (error, WEIR_ERROR_MODEL, "\"%s\" has %d mistake%s", shown, mistakes.count, mistakes.count > 1 ? "s" : "");
  weir_error_detail (error, "%s", text->str);
  weir_error_hint (error, "docs/settings.md lists every setting.");
  return false;
}
