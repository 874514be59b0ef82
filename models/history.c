#include "models/history.h"

#include "base/error.h"
#include "base/json.h"

#include <string.h>

const char *const history_column_words[] = { "start", "end", "current", "version", "changed", "inferred", NULL };
const char *const open_end_words[] = { "null", "infinity", "9999-12-31", NULL };

void
history_init (History *history)
{
  static const char *const names[HISTORY_COLUMNS] = {
    [HISTORY_START] = "effective_start_date", [HISTORY_END] = "effective_end_date", [HISTORY_CURRENT] = "is_current",
    [HISTORY_VERSION] = "version_number",     [HISTORY_CHANGED] = "changed",        [HISTORY_INFERRED] = "is_inferred",
  };
  for (int i = 0; i < HISTORY_COLUMNS; i++)
    history->names[i] = g_strdup (names[i]);
  history->open_end = OPEN_END_NULL;
}

void
history_clear (History *history)
{
  for (int i = 0; i < HISTORY_COLUMNS; i++)
    g_clear_pointer (&history->names[i], g_free);
}

const char *
history_open_end (const History *history)
{
  static const char *const values[] = {
    [OPEN_END_NULL] = "null::timestamptz",
    [OPEN_END_INFINITY] = "'infinity'::timestamptz",
    [OPEN_END_YEAR_9999] = "'9999-12-31 00:00:00+00'::timestamptz",
  };
  return values[history->open_end];
}

char *
history_text (const History *history)
{
  Json *names = json_object ();
  for (int i = 0; i < HISTORY_COLUMNS; i++)
    json_object_set_new (names, history_column_words[i], json_string (history->names[i]));
  g_autoptr (Json) root = json_pack ("{s:o,s:s}", "names", names, "open_end", open_end_words[history->open_end]);
  return weir_json_text (root);
}

static bool
read_names (const Json *names, History *history)
{
  for (int i = 0; i < HISTORY_COLUMNS; i++)
    {
      const Json *name = json_object_get (names, history_column_words[i]);
      if (name == NULL) /* of a column that an older weir did not have */
        continue;
      if (!json_is_string (name))
        return false;
      g_free (history->names[i]);
      history->names[i] = g_strdup (json_string_value (name));
    }
  return true;
}

static bool
read_open_end (const Json *word, History *history)
{
  for (int i = 0; json_is_string (word) && open_end_words[i] != NULL; i++)
    if (strcmp (json_string_value (word), open_end_words[i]) == 0)
      return history->open_end = (OpenEnd) i, true;
  return false;
}

bool
history_parse (const char *text, History *ret_history, GError **error)
{
  g_auto (History) history;
  history_init (&history);
  g_autoptr (Json) root = text != NULL ? weir_json_parse (text, strlen (text), "history", error) : NULL;
  if (text != NULL && root == NULL)
    return false;
  if (root != NULL
      && (!json_is_object (json_object_get (root, "names")) || !read_names (json_object_get (root, "names"), &history)
          || !read_open_end (json_object_get (root, "open_end"), &history)))
    return weir_error (error, WEIR_ERROR_MODEL, "weir.table says of history what this weir does not know: %s", text);
  *ret_history = history;
  history = (History) { 0 };
  return true;
}
