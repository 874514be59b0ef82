#include "models/members.h"

#include "base/docs.h"
#include "base/error.h"
#include "base/text.h"

void
members_problem (const MemberScope *scope, const char *path, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_ptr_array_add (scope->problems, g_strdup_printf ("%s: %s", path, text));
}

char *
members_path (const char *path, const char *name)
{
  bool plain = name[0] != '\0' && !g_ascii_isdigit (name[0]);
  for (const char *at = name; *at != '\0' && plain; at++)
    plain = g_ascii_isalnum (*at) || *at == '_' || *at == '$';
  if (plain)
    return g_strdup_printf ("%s.%s", path, name);
  g_autoptr (Json) quoted = weir_json_string (name);
  g_autofree char *text = weir_json_text (quoted);
  return g_strdup_printf ("%s[%s]", path, text);
}

void
members_unknown (const MemberScope *scope, const char *path, const char *what, const char *word, const char *const *words)
{
  const char *nearest = text_nearest (word, words);
  if (nearest != NULL)
    {
      members_problem (scope, path, "%s \"%s\"; did you mean \"%s\"?", what, word, nearest);
      return;
    }
  g_autofree char *all = g_strjoinv (", ", (char **) words);
  members_problem (scope, path, "%s \"%s\"; expected one of: %s", what, word, all);
}

/* Also tells "a string" from "an object" in messages. */
static const char *
type_words (const Json *value)
{
  switch (json_typeof (value))
    {
    case JSON_OBJECT:
      return "an object";
    case JSON_ARRAY:
      return "an array";
    case JSON_STRING:
      return "a string";
    case JSON_INTEGER:
    case JSON_REAL:
      return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
      return "a boolean";
    default:
      return "null";
    }
}

bool
members_text (const MemberScope *scope, const char *path, const Json *value, char **ret_text)
{
  if (!json_is_string (value))
    return members_problem (scope, path, "must be a string, not %s", type_words (value)), false;
  if (json_string_length (value) == 0)
    return members_problem (scope, path, "must not be empty"), false;
  g_free (*ret_text);
  *ret_text = g_strdup (json_string_value (value));
  return true;
}

bool
members_texts (const MemberScope *scope, const char *path, const Json *value, GStrv *ret_texts)
{
  if (!json_is_array (value))
    return members_problem (scope, path, "must be an array of strings, not %s", type_words (value)), false;
  if (json_array_size (value) == 0)
    return members_problem (scope, path, "must not be empty"), false;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  bool good = true;
  for (size_t i = 0; i < json_array_size (value); i++)
    {
      g_autofree char *inner = g_strdup_printf ("%s[%zu]", path, i);
      g_autofree char *text = NULL;
      if (members_text (scope, inner, json_array_get (value, i), &text))
        g_strv_builder_add (builder, text);
      else
        good = false;
      for (size_t before = 0; before < i && text != NULL; before++)
        if (json_equal (json_array_get (value, before), json_array_get (value, i)))
          {
            members_problem (scope, inner, "\"%s\" is there twice", text);
            good = false;
            break;
          }
    }
  if (!good)
    return false;
  g_strfreev (*ret_texts);
  *ret_texts = g_strv_builder_end (builder);
  return true;
}

bool
members_word (const MemberScope *scope, const char *path, const Json *value, const char *const *words, unsigned *ret_index)
{
  g_autofree char *word = NULL;
  if (!members_text (scope, path, value, &word))
    return false;
  for (unsigned i = 0; words[i] != NULL; i++)
    if (g_str_equal (words[i], word))
      return *ret_index = i, true;
  members_unknown (scope, path, "unknown value", word, words);
  return false;
}

static void
read_boolean (const MemberScope *scope, const char *path, const Json *value, bool *ret_boolean)
{
  if (json_is_boolean (value))
    *ret_boolean = json_is_true (value);
  else
    members_problem (scope, path, "must be true or false, not %s", type_words (value));
}

static const Member *
find_member (const Member *members, const char *name)
{
  for (; members->name != NULL; members++)
    if (g_str_equal (members->name, name))
      return members;
  return NULL;
}

/* The members that may be written today. */
static const char **
member_names (const Member *members)
{
  GPtrArray *names = g_ptr_array_new ();
  for (; members->name != NULL; members++)
    if (!members->later)
      g_ptr_array_add (names, (gpointer) members->name);
  g_ptr_array_add (names, NULL);
  return (const char **) g_ptr_array_free (names, FALSE);
}

static void
read_value (const MemberScope *scope, const Member *member, const char *path, Json *value)
{
  void *place = (char *) scope->target + member->at;
  switch (member->kind)
    {
    case MEMBER_OWN:
      if (member->read != NULL)
        member->read (scope, path, value);
      break;
    case MEMBER_TEXT:
      members_text (scope, path, value, place);
      break;
    case MEMBER_TEXTS:
      members_texts (scope, path, value, place);
      break;
    case MEMBER_BOOLEAN:
      read_boolean (scope, path, value, place);
      break;
    case MEMBER_WORD:
      members_word (scope, path, value, member->words, place);
      break;
    }
}

static void
read_member (const MemberScope *scope, const char *path, const char *name, Json *value, const Member *members)
{
  g_autofree char *inner = members_path (path, name);
  const Member *member = find_member (members, name);
  if (member == NULL)
    {
      g_autofree const char **names = member_names (members);
      members_unknown (scope, inner, "unknown member", name, names);
    }
  else if (member->later)
    members_problem (scope, inner, "\"%s\" is not yet supported", name);
  else
    read_value (scope, member, inner, value);
}

void
members_read (const MemberScope *scope, const char *path, Json *object, const Member *members)
{
  if (!json_is_object (object))
    {
      members_problem (scope, path, "must be an object, not %s", type_words (object));
      return;
    }
  const char *name;
  Json *value;
  json_object_foreach (object, name, value)
    read_member (scope, path, name, value, members);
  for (; members->name != NULL; members++)
    if (members->required && json_object_get (object, members->name) == NULL)
      members_problem (scope, path, "\"%s\" is missing", members->name);
}

static bool
refuse (const char *what, const char *shown, const char *page, Reason reason, GPtrArray *problems, GError **error)
{
  guint mistakes = problems->len;
  g_ptr_array_add (problems, NULL);
  g_autofree char *lines = g_strjoinv ("\n", (char **) problems->pdata);
  g_autofree char *path = docs_path (page);
  g_autofree char *hint = g_strdup_printf ("%s describes every member of a %s.", path, what);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, reason, .detail = lines, .hint = hint }, "%s \"%s\" has %u mistake%s",
                    what, shown, mistakes, mistakes == 1 ? "" : "s");
}

bool
members_refuse (const char *shown, GPtrArray *problems, GError **error)
{
  return refuse ("model", shown, "models.md", REASON_BAD_MODEL, problems, error);
}

bool
members_refuse_other (const char *what, const char *shown, const char *page, GPtrArray *problems, GError **error)
{
  return refuse (what, shown, page, REASON_NONE, problems, error);
}
