#include "base/db_private.h"

#include <string.h>

#define IN_NAMES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$"

/* The end of what stands at "at": a quoted text or name, a comment, a word, or one character. */
static const char *
skip (const char *at)
{
  if (*at == '\'' || *at == '"')
    {
      const char *end = strchr (at + 1, *at);
      return end != NULL ? end + 1 : at + strlen (at);
    }
  if (at[0] == '-' && at[1] == '-')
    return at + strcspn (at, "\n");
  size_t word = strspn (at, IN_NAMES);
  return at + MAX (word, 1);
}

/* The length of NAME in "schema.NAME"; 0: that is not what stands there. */
static size_t
name_behind (const char *at, const char *schema)
{
  size_t length = strlen (schema);
  bool is = strncmp (at, schema, length) == 0 && at[length] == '.';
  return is ? strspn (at + length + 1, IN_NAMES) : 0;
}

char *
db_shadow_text (const char *schema, const char *sql)
{
  GString *text = g_string_new (NULL);
  for (const char *at = sql; *at != '\0';)
    {
      const char *end = skip (at);
      size_t name = at == sql || at[-1] != '.' ? name_behind (at, schema) : 0;
      if (name > 0)
        {
          end = at + strlen (schema) + 1 + name;
          g_string_append_printf (text, "pg_temp.\"%.*s\"", (int) (end - at), at);
        }
      else
        g_string_append_len (text, at, end - at);
      at = end;
    }
  return g_string_free (text, FALSE);
}

void
db_shadow (Db *db, const char *schema)
{
  g_free (db->shadowed);
  db->shadowed = g_strdup (schema);
}

char *
db_shadowed (const Db *db, const char *sql)
{
  return db->shadowed != NULL ? db_shadow_text (db->shadowed, sql) : NULL;
}
