#include "src/jobs/push_item.h"

#include "base/error.h"
#include "base/text.h"
#include "models/members.h"
#include "pipeline/types/types.h"

#include <string.h>

const char *const push_mode_words[] = { "upsert", "append", "swap", NULL };
const char *const push_gone_words[] = { "delete", "flag", "keep", NULL };

typedef struct
{
  const char *place;
  MemberScope scope; /* its problems alone */
} Reading;

static void G_GNUC_PRINTF (3, 4) mistake (const Reading *reading, const char *member, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments), *path = g_strconcat (reading->place, ".", member, NULL);
  va_end (arguments);
  members_problem (&reading->scope, path, "%s", text);
}

/* Which of the words it is; "otherwise" where it is not there, or is none of them. */
static int
read_word (const Reading *reading, const Json *rest, const char *name, const char *const *words, int otherwise)
{
  const Json *value = json_object_get (rest, name);
  const char *text = json_string_value (value);
  if (value == NULL || json_is_null (value))
    return otherwise;
  for (int i = 0; text != NULL && words[i] != NULL; i++)
    if (strcmp (text, words[i]) == 0)
      return i;
  g_autofree char *all = g_strjoinv (", ", (GStrv) words);
  mistake (reading, name, "must be one of %s", all);
  return otherwise;
}

static GStrv
read_key (const Reading *reading, const Json *rest)
{
  const Json *value = json_object_get (rest, "key");
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  bool right = json_is_array (value) && json_array_size (value) > 0;
  if (value == NULL || json_is_null (value))
    return NULL;
  for (size_t i = 0; right && i < json_array_size (value); i++)
    {
      const char *name = json_string_value (json_array_get (value, i));
      right = name != NULL && name[0] != '\0';
      g_ptr_array_add (names, g_strdup (name));
    }
  if (!right)
    return mistake (reading, "key", "must be a list of columns"), NULL;
  g_ptr_array_add (names, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

/* What one column's object says. */
static void
check_column (const Reading *reading, const char *column, const Json *value)
{
  static const char *const known[] = { "drop", "rename", "mask", "type", "default", NULL };
  static const char *const masks[] = { "hash", "null", "last4", NULL };
  g_autofree char *path = members_path ("columns", column);
  if (!json_is_object (value))
    {
      mistake (reading, path, "must be an object");
      return;
    }
  const char *name;
  const Json *member;
  json_object_foreach ((Json *) value, name, member)
    {
      g_autofree char *inner = members_path (path, name);
      const char *text = json_string_value (member), *near = text_nearest (name, known);
      if (!g_strv_contains (known, name))
        mistake (reading, inner, near != NULL ? "is no member; did you mean \"%s\"?" : "is no member", near);
      else if (strcmp (name, "drop") == 0 ? !json_is_boolean (member) : text == NULL)
        mistake (reading, inner, strcmp (name, "drop") == 0 ? "must be true or false" : "must be a text");
      else if (strcmp (name, "mask") == 0 && !g_strv_contains (masks, text))
        mistake (reading, inner, "must be one of hash, null, last4");
      else if (strcmp (name, "type") == 0 && types_find (text) == NULL)
        mistake (reading, inner, "is no type of weir");
      else if (strcmp (name, "rename") == 0 && text[0] == '\0')
        mistake (reading, inner, "must not be empty");
    }
}

static const Json *
read_columns (const Reading *reading, const Json *rest)
{
  const Json *columns = json_object_get (rest, "columns"), *value;
  const char *name;
  if (columns == NULL || json_is_null (columns))
    return NULL;
  if (!json_is_object (columns))
    return mistake (reading, "columns", "must be an object"), NULL;
  json_object_foreach ((Json *) columns, name, value)
    check_column (reading, name, value);
  return columns;
}

static void
check_together (const Reading *reading, const Json *rest, const Model *model, const PushItem *item)
{
  if (model != NULL && model_is_keyless (model) && item->mode == PUSH_UPSERT)
    mistake (reading, "mode", "%s has no key: \"append\" and \"swap\" are what there is", model->table);
  if (model != NULL && item->history && !model_has_versions (model))
    mistake (reading, "history", "%s has one row of each key", model->table);
  if (item->history && item->mode == PUSH_APPEND)
    mistake (reading, "history", "goes with \"upsert\" and \"swap\": versions end, and what was appended stays as it is");
  if (item->key != NULL && item->mode == PUSH_APPEND)
    mistake (reading, "key", "rows are appended without one");
  if (json_object_get (rest, "gone") != NULL && item->mode != PUSH_UPSERT)
    mistake (reading, "gone", "goes with \"upsert\"");
}

/* Without a model it is no mistake to say no mode: each has one. */
static void
read_all (const Reading *reading, const Json *rest, const Model *model, PushItem *item)
{
  const Json *history = json_object_get (rest, "history");
  PushMode otherwise = model != NULL && model_is_keyless (model) ? PUSH_APPEND : PUSH_UPSERT;
  item->mode = (PushMode) read_word (reading, rest, "mode", push_mode_words, (int) otherwise);
  item->gone = (PushGone) read_word (reading, rest, "gone", push_gone_words, PUSH_DELETE);
  item->key = read_key (reading, rest);
  item->history = json_is_true (history);
  item->columns = read_columns (reading, rest);
  if (history != NULL && !json_is_boolean (history))
    mistake (reading, "history", "must be true or false");
  check_together (reading, rest, model, item);
}

void
push_item_check (const Json *rest, const Model *model, const char *place, GPtrArray *problems)
{
  const Reading reading = { place, { .problems = problems } };
  g_auto (PushItem) item = { 0 };
  read_all (&reading, rest, model, &item);
}

void
push_item_check_name (const Json *rest, const char *column, const char *place, GPtrArray *problems)
{
  const Reading reading = { place, { .problems = problems } };
  const Json *said = json_object_get (json_object_get (rest, "columns"), column);
  bool is_ours = strcmp (column, PUSH_GONE) == 0 || strcmp (column, PUSH_RUN) == 0;
  g_autofree char *path = members_path ("columns", column);
  if (is_ours && !json_is_true (json_object_get (said, "drop")) && json_object_get (said, "rename") == NULL)
    mistake (&reading, path, "is a name that weir needs itself: say \"rename\" or \"drop\"");
}

bool
push_item_read (const Json *rest, const Model *model, const char *place, PushItem *ret_item, GError **error)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  const Reading reading = { place, { .problems = problems } };
  *ret_item = (PushItem) { 0 };
  read_all (&reading, rest, model, ret_item);
  if (problems->len == 0)
    return true;
  push_item_clear (ret_item);
  g_ptr_array_add (problems, NULL);
  g_autofree char *detail = g_strjoinv ("\n", (GStrv) problems->pdata);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .detail = detail }, "what %s says of %s cannot be done", place,
                    model->table);
}

void
push_item_clear (PushItem *item)
{
  g_clear_pointer (&item->key, g_strfreev);
}
