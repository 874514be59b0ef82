#include "models/encoding.h"
#include "models/model_members.h"

#include <string.h>

/* A text of up to "most" characters of ASCII. */
static void
read_characters (const MemberScope *scope, const char *path, const Json *value, size_t most, char **ret_text)
{
  const char *text = json_string_value (value);
  if (text == NULL || strlen (text) > most || !g_str_is_ascii (text) || strpbrk (text, "\r\n") != NULL)
    {
      members_problem (scope, path, "must be one%s, or \"\" for none", most == 1 ? " character" : " or two characters");
      return;
    }
  g_free (*ret_text);
  *ret_text = g_strdup (text);
}

static void
read_delimiter (const MemberScope *scope, const char *path, Json *value)
{
  read_characters (scope, path, value, 2, &((ModelDialect *) scope->target)->delimiter);
}

static void
read_quote (const MemberScope *scope, const char *path, Json *value)
{
  read_characters (scope, path, value, 1, &((ModelDialect *) scope->target)->quote);
}

static void
read_comment (const MemberScope *scope, const char *path, Json *value)
{
  read_characters (scope, path, value, 1, &((ModelDialect *) scope->target)->comment);
}

/* One of the words. */
static void
read_word (const MemberScope *scope, const char *path, Json *value, const char *const *words, char **ret_word)
{
  unsigned word = 0;
  if (!members_word (scope, path, value, words, &word))
    return;
  g_free (*ret_word);
  *ret_word = g_strdup (words[word]);
}

static void
read_blanks (const MemberScope *scope, const char *path, Json *value)
{
  static const char *const words[] = { "keep", "trim", NULL };
  read_word (scope, path, value, words, &((ModelDialect *) scope->target)->blanks);
}

static void
read_escape (const MemberScope *scope, const char *path, Json *value)
{
  static const char *const words[] = { "doubled", "backslash", NULL };
  read_word (scope, path, value, words, &((ModelDialect *) scope->target)->escape);
}

static void
read_encoding (const MemberScope *scope, const char *path, Json *value)
{
  ModelDialect *dialect = scope->target;
  g_autofree char *word = NULL;
  Encoding encoding;
  if (!members_text (scope, path, value, &word))
    return;
  const char *nearest = encoding_nearest (word);
  bool found = encoding_find (word, &encoding);
  if (found && !encoding_is_installed (encoding))
    members_problem (scope, path, "the iconv of this system does not know \"%s\"", word);
  else if (found)
    {
      g_free (dialect->encoding);
      dialect->encoding = g_strdup (encoding_word (encoding));
    }
  else if (nearest != NULL)
    members_problem (scope, path, "unknown encoding \"%s\"; did you mean \"%s\"?", word, nearest);
  else
    {
      g_autofree char *all = g_strjoinv (", ", (char **) encoding_words ());
      members_problem (scope, path, "unknown encoding \"%s\"; expected one of: %s", word, all);
    }
}

static void
read_count (const MemberScope *scope, const char *path, const Json *value, int most, int *ret_count)
{
  if (!json_is_integer (value) || json_integer_value (value) < 0 || json_integer_value (value) > most)
    members_problem (scope, path, "must be a number from 0 to %d", most);
  else
    *ret_count = (int) json_integer_value (value);
}

static void
read_header_rows (const MemberScope *scope, const char *path, Json *value)
{
  read_count (scope, path, value, 10, &((ModelDialect *) scope->target)->header_rows);
}

static void
read_skip_lines (const MemberScope *scope, const char *path, Json *value)
{
  read_count (scope, path, value, 10000, &((ModelDialect *) scope->target)->skip_lines);
}

void
model_read_dialect (const MemberScope *scope, const char *path, Json *value)
{
  static const Member members[] = {
    { "delimiter", .read = read_delimiter },
    { "blanks", .read = read_blanks },
    { "quote", .read = read_quote },
    { "escape", .read = read_escape },
    { "comment", .read = read_comment },
    { "encoding", .read = read_encoding },
    { "header_rows", .read = read_header_rows },
    { "skip_lines", .read = read_skip_lines },
    { "description" },
    { NULL },
  };
  MemberScope inner = { scope->problems, scope->words, &((Model *) scope->target)->dialect };
  members_read (&inner, path, value, members);
}
