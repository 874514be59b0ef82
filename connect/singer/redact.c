#include "connect/singer/redact.h"

#include "base/text.h"
#include "connect/singer/cells.h"

#include <string.h>

#define SHORTEST 8
#define SHORTEST_SECRET 2

/* A text, and what stands in its place. */
typedef struct
{
  char *text, *name;
} Hidden;

struct Redaction
{
  GArray *hidden; /* of Hidden, the longest first */
};

static void
hidden_clear (void *data)
{
  Hidden *hidden = data;
  g_free (hidden->text);
  g_free (hidden->name);
}

static bool
is_secret_name (const char *name)
{
  static const char *const parts[] = {
    "pass", "secret", "token", "key", "auth", "credential", "private", "pwd", "pin", "signature"
  };
  g_autofree char *lower = g_ascii_strdown (name, -1);
  if (strstr (lower, "keys") != NULL || strstr (lower, "key_prop") != NULL)
    return false; /* columns */
  for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
    if (strstr (lower, parts[i]) != NULL)
      return true;
  return false;
}

static void
hide (Redaction *redaction, const char *text, const char *path, size_t shortest)
{
  if (strlen (text) < shortest || text[0] == '\0')
    return;
  Hidden hidden = { g_strdup (text), g_strdup_printf ("<%s>", path) };
  g_array_append_val (redaction->hidden, hidden);
}

static void
hide_text (Redaction *redaction, const char *text, const char *path, bool is_secret)
{
  size_t shortest = is_secret ? SHORTEST_SECRET : SHORTEST;
  hide (redaction, text, path, shortest);
  g_autoptr (GString) quoted = g_string_new (NULL);
  put_json_text (text, strlen (text), quoted);
  g_string_truncate (quoted, quoted->len - 1);
  hide (redaction, quoted->str + 1, path, shortest);
  g_autofree char *escaped = g_uri_escape_string (text, NULL, FALSE);
  hide (redaction, escaped, path, shortest);
  g_auto (GStrv) lines = g_strsplit_set (text, "\r\n", -1);
  for (int i = 0; lines[i] != NULL && lines[1] != NULL; i++)
    hide (redaction, lines[i], path, shortest);
}

/* A part of the configuration that is still to be looked at. */
typedef struct
{
  const Json *json;
  char *path;
  bool is_secret;
} Part;

static void
push (GQueue *parts, const Json *json, char *path, bool is_secret)
{
  Part *part = g_new (Part, 1);
  *part = (Part) { json, path, is_secret };
  g_queue_push_tail (parts, part);
}

static void
look (Redaction *redaction, const Part *part, GQueue *parts)
{
  const char *name;
  const Json *member;
  json_object_foreach ((Json *) part->json, name, member)
    push (parts, member, g_strconcat (part->path, ".", name, NULL), part->is_secret || is_secret_name (name));
  size_t i;
  json_array_foreach ((Json *) part->json, i, member)
    push (parts, member, g_strdup_printf ("%s[%zu]", part->path, i), part->is_secret);
  if (json_is_string (part->json))
    hide_text (redaction, json_string_value (part->json), part->path, part->is_secret);
  else if (json_is_number (part->json) && part->is_secret)
    {
      g_autofree char *text = weir_json_text (part->json);
      hide_text (redaction, text, part->path, true);
    }
}

static int
compare_longest (const void *a, const void *b)
{
  size_t left = strlen (((const Hidden *) a)->text), right = strlen (((const Hidden *) b)->text);
  return left < right ? 1 : left > right ? -1 : 0;
}

Redaction *
redaction_new (const Json *config)
{
  Redaction *redaction = g_new0 (Redaction, 1);
  redaction->hidden = g_array_new (FALSE, FALSE, sizeof (Hidden));
  g_array_set_clear_func (redaction->hidden, hidden_clear);
  GQueue parts = G_QUEUE_INIT;
  if (config != NULL)
    push (&parts, config, g_strdup ("config"), false);
  for (Part *part; (part = g_queue_pop_head (&parts)) != NULL;)
    {
      look (redaction, part, &parts);
      g_free (part->path);
      g_free (part);
    }
  g_array_sort (redaction->hidden, compare_longest);
  return redaction;
}

void
redaction_free (Redaction *redaction)
{
  if (redaction == NULL)
    return;
  g_array_unref (redaction->hidden);
  g_free (redaction);
}

/* The longest that begins there; NULL: none. */
static const Hidden *
find (const Redaction *redaction, const char *at, const char *end)
{
  for (guint i = 0; redaction != NULL && i < redaction->hidden->len; i++)
    {
      const Hidden *hidden = &g_array_index (redaction->hidden, Hidden, i);
      size_t length = strlen (hidden->text);
      if (hidden->text[0] == *at && (size_t) (end - at) >= length && memcmp (hidden->text, at, length) == 0)
        return hidden;
    }
  return NULL;
}

char *
redact (const Redaction *redaction, const char *text, size_t length, size_t limit)
{
  g_autoptr (GString) shown = g_string_new (NULL);
  const char *end = text + length;
  while (text < end && shown->len <= limit)
    {
      const Hidden *hidden = find (redaction, text, end);
      if (hidden != NULL)
        g_string_append (shown, hidden->name);
      else
        g_string_append_c (shown, *text);
      text += hidden != NULL ? strlen (hidden->text) : 1;
    }
  return text_printable (shown->str, shown->len, limit);
}
