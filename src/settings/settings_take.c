#include "src/settings/settings_take.h"

#include "base/docs.h"
#include "base/error.h"
#include "base/quantity.h"
#include "base/text.h"

#include <string.h>

#define MAX_IDENTIFIER 63 /* bytes: PostgreSQL's NAMEDATALEN - 1 */

/* What is wrong, one line each. */
typedef struct
{
  GString *text;
  int count;
} Mistakes;

/* One value on its way into a member: "place" is what a mistake names, "$.workers" or "--workers". */
typedef struct
{
  Settings *settings;
  const Setting *row;
  const char *place;
  Mistakes *mistakes;
} Taking;

static void
mistakes_add_line (Mistakes *mistakes, const char *line)
{
  g_string_append_printf (mistakes->text, "%s%s", mistakes->count > 0 ? "\n" : "", line);
  mistakes->count++;
}

static void G_GNUC_PRINTF (3, 4) mistakes_add (Mistakes *mistakes, const char *place, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *wrong = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_autofree char *line = g_strdup_printf ("%s: %s", place, wrong);
  mistakes_add_line (mistakes, line);
}

/* ---- one value ---- */

/* Takes "text". */
static void
set_text (const Taking *taking, char *text)
{
  char **member = settings_member (taking->settings, taking->row);
  g_free (*member);
  *member = text;
}

static bool
is_schema_name (const char *name)
{
  return name[0] != '\0' && strlen (name) <= MAX_IDENTIFIER && !g_str_has_prefix (name, "pg_")
         && !g_str_equal (name, "information_schema") && !g_str_equal (name, "weir");
}

static void
take_text (const Taking *taking, const char *text)
{
  SettingType type = taking->row->type;
  if (type == SETTING_SCHEMA && !is_schema_name (text))
    mistakes_add (taking->mistakes, taking->place,
                  "must be a schema's name of at most %d bytes that is not PostgreSQL's or weir's own, not \"%s\"", MAX_IDENTIFIER,
                  text);
  else if (type == SETTING_SCHEMA || type == SETTING_CONNINFO)
    set_text (taking, g_strdup (text));
  else if (type == SETTING_FILE && text[0] == '\0')
    set_text (taking, NULL);
  else if (text[0] == '\0')
    mistakes_add (taking->mistakes, taking->place, "must name a %s", type == SETTING_FOLDER ? "folder" : "path");
  else
    set_text (taking, g_canonicalize_filename (text, taking->settings->home));
}

/* "\"a\", \"b\" or \"c\"". Owned by the caller. */
static char *
list_words (const char *const *words)
{
  GString *text = g_string_new (NULL);
  for (int i = 0; words[i] != NULL; i++)
    g_string_append_printf (text, "%s\"%s\"", i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ", words[i]);
  return g_string_free (text, FALSE);
}

static void
take_word (const Taking *taking, const char *word)
{
  const char *const *words = taking->row->words;
  int index = 0;
  while (words[index] != NULL && !g_str_equal (word, words[index]))
    index++;
  g_autofree char *right = list_words (words);
  if (words[index] == NULL)
    mistakes_add (taking->mistakes, taking->place, "must be %s, not \"%s\"", right, word);
  else if (taking->row->type == SETTING_FLAG)
    *(bool *) settings_member (taking->settings, taking->row) = index == 1;
  else
    *(int *) settings_member (taking->settings, taking->row) = index;
}

static void
take_number (const Taking *taking, const Json *value)
{
  const Setting *row = taking->row;
  bool whole = row->type == SETTING_WHOLE;
  double number = json_number_value (value);
  if (!(whole ? json_is_integer (value) : json_is_number (value)) || number < row->low || number > row->high)
    mistakes_add (taking->mistakes, taking->place, "must be a %s from %.0f to %.0f", whole ? "whole number" : "number", row->low,
                  row->high);
  else if (whole)
    *(int *) settings_member (taking->settings, row) = (int) number;
  else
    *(double *) settings_member (taking->settings, row) = number;
}

/* "at least 1 MB", "from 64 kB to 1 TB". Owned by the caller. */
static char *
describe_range (const Setting *row)
{
  bool bytes = row->type == SETTING_BYTES;
  g_autofree char *low = bytes ? quantity_show_bytes ((int64_t) row->low) : quantity_show_period ((int64_t) row->low);
  g_autofree char *high = bytes ? quantity_show_bytes ((int64_t) row->high) : quantity_show_period ((int64_t) row->high);
  return g_strdup_printf ("from \"%s\" to \"%s\"%s", low, high, bytes ? "" : ", or \"forever\"");
}

static void
take_quantity (const Taking *taking, const Json *value)
{
  const Setting *row = taking->row;
  const char *text = json_string_value (value);
  bool bytes = row->type == SETTING_BYTES;
  int64_t quantity = 0;
  bool is = text != NULL && (bytes ? quantity_read_bytes (text, &quantity) : quantity_read_period (text, &quantity));
  bool forever = is && !bytes && quantity == 0;
  if (forever || (is && (double) quantity >= row->low && (double) quantity <= row->high))
    {
      *(int64_t *) settings_member (taking->settings, row) = quantity;
      return;
    }
  g_autofree char *range = describe_range (row);
  mistakes_add (taking->mistakes, taking->place, "must be a %s %s", bytes ? "size" : "time", range);
}

static void
take_tree (const Taking *taking, Json *value)
{
  g_autoptr (GPtrArray) wrong = g_ptr_array_new_with_free_func (g_free);
  Json **member = settings_member (taking->settings, taking->row);
  if (value == NULL) /* of the environment, where it is no JSON */
    {
      mistakes_add (taking->mistakes, taking->place, "must be an object as JSON");
      return;
    }
  taking->row->check (value, taking->place, wrong);
  for (guint i = 0; i < wrong->len; i++)
    mistakes_add_line (taking->mistakes, wrong->pdata[i]);
  g_clear_pointer (member, json_decref);
  *member = json_incref (value);
}

static void
take_value (const Taking *taking, Json *value)
{
  const char *text = json_string_value (value);
  SettingType type = taking->row->type;
  if (type == SETTING_WHOLE || type == SETTING_NUMBER)
    take_number (taking, value);
  else if (type == SETTING_BYTES || type == SETTING_PERIOD)
    take_quantity (taking, value);
  else if (type == SETTING_TREE)
    take_tree (taking, value);
  else if (text == NULL)
    mistakes_add (taking->mistakes, taking->place, "must be a string");
  else if (settings_is_text (taking->row))
    take_text (taking, text);
  else
    take_word (taking, text);
}

static void
note_source (Settings *settings, const Setting *row, const char *source)
{
  if (row->source != 0)
    *(const char **) ((char *) settings + row->source) = source;
}

/* ---- weir.json ---- */

/* The valid words of one level: of the top with a prefix of "", else of "schemas." and the like. Owned by the caller. */
static GPtrArray *
words_below (const char *prefix)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  for (const Setting *row = settings_table; row->help != NULL; row++)
    {
      if (row->path == NULL || !g_str_has_prefix (row->path, prefix))
        continue;
      const char *rest = row->path + strlen (prefix);
      g_autofree char *word = g_strndup (rest, strcspn (rest, "."));
      if (!g_ptr_array_find_with_equal_func (words, word, g_str_equal, NULL))
        g_ptr_array_add (words, g_steal_pointer (&word));
    }
  g_ptr_array_add (words, NULL);
  return g_steal_pointer (&words);
}

static const Setting *
find_row (const char *path)
{
  for (const Setting *row = settings_table; row->help != NULL; row++)
    if (g_strcmp0 (row->path, path) == 0)
      return row;
  return NULL;
}

static bool
is_group (const char *path)
{
  g_autofree char *prefix = g_strconcat (path, ".", NULL);
  g_autoptr (GPtrArray) words = words_below (prefix);
  return words->len > 1;
}

static void
add_unknown (Mistakes *mistakes, const char *place, const char *prefix, const char *word)
{
  g_autoptr (GPtrArray) words = words_below (prefix);
  const char *nearest = text_nearest (word, (const char *const *) words->pdata);
  if (nearest != NULL)
    mistakes_add (mistakes, place, "unknown setting, did you mean \"%s\"?", nearest);
  else
    mistakes_add (mistakes, place, "unknown setting");
}

/* Takes the members of an object; settings nest one level ("schemas": {...}). */
static void
take_members (Settings *settings, Json *object, const char *prefix, const char *shown, Mistakes *mistakes)
{
  const char *word;
  Json *value;
  json_object_foreach (object, word, value)
    {
      g_autofree char *path = g_strconcat (prefix, word, NULL);
      g_autofree char *place = g_strconcat ("$.", path, NULL);
      g_autofree char *below = g_strconcat (path, ".", NULL);
      const Setting *row = find_row (path);
      if (row != NULL)
        {
          take_value (&(Taking) { settings, row, place, mistakes }, value);
          note_source (settings, row, shown);
        }
      else if (prefix[0] == '\0' && (g_str_equal (word, "$schema") || g_str_equal (word, "description")))
        continue;
      else if (prefix[0] != '\0' || !is_group (word))
        add_unknown (mistakes, place, prefix, word);
      else if (!json_is_object (value))
        mistakes_add (mistakes, place, "must be an object");
      else
        take_members (settings, value, below, shown, mistakes);
    }
}

/* ---- all of them ---- */

/* The home has been taken before everything else. */
static void
take_given (Settings *settings, const SettingsGiven *given, Mistakes *mistakes)
{
  for (const Setting *row = settings_table; row->help != NULL; row++)
    {
      const char *source = NULL;
      const char *text = row->type != SETTING_HOME ? settings_given_text (given, row, &source) : NULL;
      if (text == NULL)
        continue;
      bool bare = row->type == SETTING_WHOLE || row->type == SETTING_NUMBER || row->type == SETTING_TREE;
      g_autoptr (Json) value = bare ? json_loads (text, JSON_DECODE_ANY, NULL) : weir_json_string (text);
      take_value (&(Taking) { settings, row, source, mistakes }, value);
      note_source (settings, row, source);
    }
}

static bool
is_same_folder (const Settings *settings, const Setting *one, const Setting *other)
{
  return one->type == SETTING_FOLDER && other->type == SETTING_FOLDER
         && g_str_equal (*(char **) settings_member (settings, one), *(char **) settings_member (settings, other));
}

static void
check_together (const Settings *settings, Mistakes *mistakes)
{
  if (g_str_equal (settings->staging_schema, settings->warehouse_schema))
    mistakes_add (mistakes, "$.schemas", "staging and warehouse must differ");
  for (const Setting *one = settings_table; one->help != NULL; one++)
    for (const Setting *other = one + 1; other->help != NULL; other++)
      if (is_same_folder (settings, one, other))
        {
          g_autofree char *place = g_strconcat ("$.", other->path, NULL);
          mistakes_add (mistakes, place, "is the same folder as %s", one->path);
        }
}

void
settings_set_defaults (Settings *settings)
{
  g_autoptr (GString) text = g_string_new (NULL);
  Mistakes mistakes = { .text = text };
  for (const Setting *row = settings_table; row->help != NULL; row++)
    {
      g_autoptr (Json) value = row->compute != NULL    ? row->compute ()
                               : row->fallback != NULL ? json_loads (row->fallback, JSON_DECODE_ANY, NULL)
                                                       : NULL;
      if (value != NULL)
        take_value (&(Taking) { settings, row, row->path, &mistakes }, value);
      note_source (settings, row, "default");
    }
  g_assert (mistakes.count == 0);
}

bool
settings_take (Settings *settings, Json *root, const char *shown, const SettingsGiven *given, GError **error)
{
  if (root != NULL && !json_is_object (root))
    return weir_error (error, WEIR_ERROR_MODEL, "\"%s\" must be a JSON object", shown);
  g_autoptr (GString) text = g_string_new (NULL);
  Mistakes mistakes = { .text = text };
  take_members (settings, root, "", shown, &mistakes);
  int in_file = mistakes.count;
  take_given (settings, given, &mistakes);
  bool elsewhere = mistakes.count > in_file;
  check_together (settings, &mistakes);
  if (mistakes.count == 0)
    return true;
  g_autofree char *page = docs_path ("settings.md");
  g_autofree char *hint = g_strdup_printf ("%s lists every setting.", page);
  const Failure failure = { WEIR_ERROR_MODEL, .detail = text->str, .hint = hint };
  g_autofree char *all = elsewhere ? g_strdup ("the settings have") : g_strdup_printf ("\"%s\" has", shown);
  return weir_fail (error, &failure, "%s %d mistake%s", all, mistakes.count, mistakes.count > 1 ? "s" : "");
}
