#include "base/redaction.h"

#include "base/conninfo.h"
#include "base/text.h"

#include <limits.h>
#include <string.h>

#define SHORTEST 4
#define SHORTEST_SECRET 2
#define NO_NAME "..."
#define SHORTEST_BASE64 6 /* bytes that a form of base64 has */

/* A text, and what stands in its place. */
typedef struct
{
  char *text, *shown;
} Hidden;

struct Redaction
{
  GArray *hidden;             /* of Hidden, the longest first */
  bool begins[UCHAR_MAX + 1]; /* whether one begins with that byte */
};

static void
hidden_clear (void *data)
{
  Hidden *hidden = data;
  g_free (hidden->text);
  g_free (hidden->shown);
}

Redaction *
redaction_new (void)
{
  Redaction *redaction = g_new0 (Redaction, 1);
  redaction->hidden = g_array_new (FALSE, FALSE, sizeof (Hidden));
  g_array_set_clear_func (redaction->hidden, hidden_clear);
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

/* ---- what is hidden ---- */

static void
hide (Redaction *redaction, const char *text, const char *shown, bool is_secret)
{
  size_t length = strlen (text);
  if (length < (is_secret ? SHORTEST_SECRET : SHORTEST))
    return;
  guint at = 0;
  while (at < redaction->hidden->len && strlen (g_array_index (redaction->hidden, Hidden, at).text) >= length)
    at++;
  Hidden hidden = { g_strdup (text), g_strdup (shown) };
  g_array_insert_val (redaction->hidden, at, hidden);
  redaction->begins[(unsigned char) text[0]] = true;
}

/* What is between the quotes of JSON; ASCII, as Python writes it. Owned by the caller. */
static char *
quoted_text (const char *text, bool is_ascii)
{
  g_autoptr (Json) value = weir_json_string (text);
  g_autofree char *json = json_dumps (value, JSON_ENCODE_ANY);
  GString *quoted = g_string_new (NULL);
  for (const char *at = json + 1; at[1] != '\0'; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);
      if (!is_ascii || character < 0x80)
        g_string_append_unichar (quoted, character);
      else if (character < 0x10000)
        g_string_append_printf (quoted, "\\u%04x", character);
      else
        g_string_append_printf (quoted, "\\u%04x\\u%04x", 0xD800 + ((character - 0x10000) >> 10), 0xDC00 + (character & 0x3FF));
    }
  return g_string_free (quoted, FALSE);
}

/* As Python shows a text: with its backslashes twice. Owned by the caller. */
static char *
shown_text (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "\\", -1);
  return g_strjoinv ("\\\\", parts);
}

/* As base64, alone and within a longer text ("user:password"), where it may begin at any of the three bytes of a group: what of it is the same whatever is
 * around it. */
static void
hide_base64 (Redaction *redaction, const char *text, const char *shown, bool is_secret)
{
  size_t length = strlen (text);
  for (size_t skipped = 0; skipped < 4; skipped++)
    {
      size_t begins = skipped % 3, most = length > begins ? length - begins : 0, n = skipped == 3 ? most : most - most % 3;
      g_autofree char *form = n >= SHORTEST_BASE64 ? g_base64_encode ((const guchar *) text + begins, n) : g_strdup ("");
      g_strdelimit (form, "=", '\0');
      hide (redaction, form, shown, is_secret);
    }
}

static void
add_forms (Redaction *redaction, const char *text, const char *shown, bool is_secret)
{
  g_autofree char *quoted = quoted_text (text, false), *ascii = quoted_text (text, true);
  g_autofree char *escaped = g_uri_escape_string (text, NULL, FALSE), *twice = shown_text (text);
  const char *const forms[] = { quoted, ascii, escaped, twice };
  hide (redaction, text, shown, is_secret);
  for (size_t i = 0; i < G_N_ELEMENTS (forms); i++)
    if (strcmp (forms[i], text) != 0)
      hide (redaction, forms[i], shown, is_secret);
  hide_base64 (redaction, text, shown, is_secret);
}

void
redaction_add (Redaction *redaction, const char *text, const char *shown, bool is_secret)
{
  if (text == NULL)
    return;
  const char *place = shown != NULL ? shown : NO_NAME;
  g_autofree char *password = NULL;
  g_autofree char *rest = conninfo_without_password (text, &password);
  g_auto (GStrv) lines = g_strsplit_set (text, "\r\n", -1);
  add_forms (redaction, text, place, is_secret);
  if (password != NULL)
    add_forms (redaction, password, place, true);
  for (int i = 0; lines[0] != NULL && lines[1] != NULL && lines[i] != NULL; i++)
    hide (redaction, lines[i], place, is_secret);
}

/* ---- JSON ---- */

static bool
has_word (const char *name, const char *const *words)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);
  for (size_t i = 0; words[i] != NULL; i++)
    if (strstr (lower, words[i]) != NULL)
      return true;
  return false;
}

/* How secrets are called, wherever that is. */
static bool
is_called_secret (const char *name)
{
  static const char *const words[] = { "pass",    "pwd",       "secret",           "token",   "auth",       "credential",
                                       "private", "signature", "api_key",          "api-key", "access_key", "access-key",
                                       "apikey",  "accesskey", "subscription-key", NULL };
  return has_word (name, words);
}

/* And in what has no names of columns but in "primary_keys" and its like. */
static bool
is_secret_name (const char *name)
{
  static const char *const words[] = { "key", "pin", NULL }, *const columns[] = { "keys", "key_prop", NULL };
  return is_called_secret (name) || (has_word (name, words) && !has_word (name, columns));
}

/* Values below a member. */
typedef struct
{
  Redaction *redaction;
  bool (*is_harmless) (const char *name, const Json *value);
  const char *path; /* NULL: they have no names */
  bool is_secret;
} Below;

static void
add_value (const Below *below, const Json *value)
{
  g_autofree char *shown = below->path != NULL ? g_strdup_printf ("<%s>", below->path) : NULL;
  g_autofree char *number = json_is_number (value) && below->is_secret ? weir_json_text (value) : NULL;
  redaction_add (below->redaction, number != NULL ? number : json_string_value (value), shown, below->is_secret);
  const char *name;
  const Json *member;
  json_object_foreach ((Json *) value, name, member)
    {
      g_autofree char *path = below->path != NULL ? g_strconcat (below->path, ".", name, NULL) : NULL;
      Below inner = { below->redaction, below->is_harmless, path, below->is_secret || is_secret_name (name) };
      if (below->is_harmless == NULL || !below->is_harmless (name, member))
        add_value (&inner, member);
    }
  size_t i;
  json_array_foreach ((Json *) value, i, member)
    {
      g_autofree char *path = below->path != NULL ? g_strdup_printf ("%s[%zu]", below->path, i) : NULL;
      Below inner = { below->redaction, below->is_harmless, path, below->is_secret };
      add_value (&inner, member);
    }
}

void
redaction_add_all (Redaction *redaction, const Json *value, const char *path,
                   bool (*is_harmless) (const char *name, const Json *value))
{
  add_value (&(Below) { redaction, is_harmless, path, false }, value);
}

void
redaction_add_named (Redaction *redaction, const Json *value, bool (*is_harmless) (const char *name, const Json *value))
{
  static const char *const headers[] = { "header", NULL };
  const char *name;
  const Json *member;
  json_object_foreach ((Json *) value, name, member)
    {
      bool is_secret = is_called_secret (name);
      if (is_secret || has_word (name, headers))
        add_value (&(Below) { redaction, is_harmless, NULL, is_secret }, member);
      else
        redaction_add_named (redaction, member, is_harmless);
    }
}

/* ---- what is shown ---- */

static bool
is_of_a_word (char c)
{
  return g_ascii_isalnum (c) || (unsigned char) c >= 0x80;
}

/* A text between "begin" and "end" in which something is looked for. */
typedef struct
{
  const char *begin, *end;
} Said;

/* Two or three letters are in many words by chance. */
static bool
is_by_chance (const Said *said, const char *at, size_t length)
{
  return length < SHORTEST
         && ((at > said->begin && is_of_a_word (at[-1])) || (at + length < said->end && is_of_a_word (at[length])));
}

/* The longest that begins there; NULL: none. */
static const Hidden *
find (const Redaction *redaction, const Said *said, const char *at)
{
  if (redaction == NULL || !redaction->begins[(unsigned char) *at])
    return NULL;
  for (guint i = 0; i < redaction->hidden->len; i++)
    {
      const Hidden *hidden = &g_array_index (redaction->hidden, Hidden, i);
      size_t length = strlen (hidden->text);
      if ((size_t) (said->end - at) >= length && memcmp (hidden->text, at, length) == 0 && !is_by_chance (said, at, length))
        return hidden;
    }
  return NULL;
}

char *
redact (const Redaction *redaction, const char *text, size_t length, size_t limit)
{
  g_autoptr (GString) shown = g_string_new (NULL);
  const Said said = { text, text + length };
  const char *behind = text; /* all before it is hidden */
  for (const char *at = text; at < said.end && (at < behind || shown->len <= limit); at++)
    {
      const Hidden *hidden = find (redaction, &said, at);
      if (hidden != NULL && at >= behind)
        g_string_append (shown, hidden->shown);
      if (hidden != NULL)
        behind = MAX (behind, at + strlen (hidden->text));
      if (at >= behind)
        g_string_append_c (shown, *at);
    }
  return text_printable (shown->str, shown->len, limit);
}
