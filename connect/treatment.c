#include "connect/private.h"

#include "base/digest.h"
#include "base/text.h"

#include <string.h>

const char *const mask_words[] = { "", "hash", "null", "last4", NULL };

static void
treat (const Json *said, const char *column, Treatment *treatment)
{
  static const char *const known[] = { "drop", "rename", "type", "mask", "default", "description", NULL };
  g_autofree char *path = g_strconcat ("columns.", column, NULL);
  connect_known (said, path, known);
  treatment->is_dropped = connect_truth (said, path, "drop", false);
  const char *name = connect_text (said, path, "rename", false);
  const char *type = connect_text (said, path, "type", false);
  const char *mask = connect_text (said, path, "mask", false);
  treatment->name = name != NULL ? name : column;
  treatment->type = type != NULL ? type : treatment->type;
  const Json *otherwise = json_object_get (said, "default");
  treatment->otherwise = weir_json_scalar (otherwise);
  if (mask == NULL)
    return;
  for (int i = MASK_HASH; mask_words[i] != NULL; i++)
    if (strcmp (mask, mask_words[i]) == 0)
      {
        treatment->mask = (Mask) i;
        treatment->type = "text";
        return;
      }
  g_autofree char *place = g_strconcat (path, ".mask", NULL);
  connect_mistake (place, "must be \"hash\", \"null\" or \"last4\"");
}

/* Each name of "columns" is one of the source's. */
static void
check_names (const Json *said, const ConnectColumn *columns, size_t n)
{
  g_autofree const char **names = g_new0 (const char *, n + 1);
  for (size_t i = 0; i < n; i++)
    names[i] = columns[i].name;
  const char *name;
  const Json *value;
  json_object_foreach ((Json *) said, name, value)
    {
      g_autofree char *path = g_strconcat ("columns.", name, NULL);
      const char *near = text_nearest (name, names);
      if (!json_is_object (value))
        connect_mistake (path, "must be an object");
      else if (!g_strv_contains (names, name))
        connect_mistake (path,
                         near != NULL ? "the source has no column \"%s\"; did you mean \"%s\"?" : "the source has no column \"%s\"",
                         name, near);
    }
}

static void
check_twice (const Treatment *treatments, size_t n)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (size_t i = 0; i < n; i++)
    if (!treatments[i].is_dropped && !g_hash_table_add (seen, (char *) treatments[i].name))
      connect_mistake ("columns", "two columns would be called \"%s\"", treatments[i].name);
}

Treatment *
treatments_find (const Request *request, const ConnectColumn *columns, size_t n)
{
  Treatment *treatments = g_new0 (Treatment, n);
  check_names (request->columns, columns, n);
  bool keys_only = g_strcmp0 (request->part, "keys") == 0;
  for (size_t i = 0; i < n; i++)
    {
      Treatment *treatment = &treatments[i];
      treatment->name = columns[i].name;
      treatment->type = columns[i].type != NULL ? columns[i].type : "text";
      const Json *said = json_object_get (request->columns, columns[i].name);
      if (json_is_object (said))
        treat (said, columns[i].name, treatment);
      if (keys_only && !connect_has (request->key, columns[i].name))
        treatment->is_dropped = true;
    }
  check_twice (treatments, n);
  return treatments;
}

void
treatments_free (Treatment *treatments, size_t n)
{
  for (size_t i = 0; treatments != NULL && i < n; i++)
    g_free (treatments[i].otherwise);
  g_free (treatments);
}

/* Four characters stay of a text that has more; else none does. */
static void
mask_last4 (const char *bytes, size_t length, GString *buffer)
{
  size_t characters = 0, passed = 0;
  for (size_t i = 0; i < length; i++)
    characters += ((unsigned char) bytes[i] & 0xC0) != 0x80;
  size_t hidden = characters > 4 ? characters - 4 : characters;
  size_t at = 0;
  for (; at < length; at++)
    if (((unsigned char) bytes[at] & 0xC0) != 0x80 && passed++ == hidden)
      break;
  for (size_t i = 0; i < hidden; i++)
    g_string_append_c (buffer, '*');
  g_string_append_len (buffer, bytes + at, (gssize) (length - at));
}

void
mask_text (Mask mask, const char *bytes, size_t length, GString *buffer)
{
  g_string_truncate (buffer, 0);
  if (mask == MASK_LAST4)
    {
      mask_last4 (bytes, length, buffer);
      return;
    }
  char hex[SHA256_HEX_SIZE];
  sha256_bytes (bytes, length, hex);
  g_string_append (buffer, hex);
}
