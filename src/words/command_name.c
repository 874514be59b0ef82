#include "src/words/command_name.h"

#include "base/digest.h"
#include "base/text.h"
#include "schema/ledger_words.h"

#include <string.h>

#define CHECKSUM_DIGITS 12
#define BETWEEN "... "

/* A word as a shell takes it. Owned by the caller. */
static char *
quoted (const char *word)
{
  static const char plain[] = G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-./:=@%+,";
  return word[0] != '\0' && word[strspn (word, plain)] == '\0' ? g_strdup (word) : g_shell_quote (word);
}

/* Anywhere in the text, for a command may be a shell's with others in it. Owned by the caller. */
static char *
without_passwords (const char *text)
{
  static const struct
  {
    const char *pattern, *instead;
  } hidden[] = {
    { "(://[^\\s/:@]*):[^\\s/]*@", "\\1:***@" },
    { "(?i)([\\w-]*(?:password|passwd|pwd|secret|token|api[_-]?key)[\\w-]*\\s*=\\s*)(?:'[^']*'|[^\\s'&;]+)", "\\1***" },
    { "(?i)(--?[\\w-]*(?:password|passwd|pwd|secret|token|api[_-]?key)[\\w-]*\\s+)(?:'[^']*'|[^\\s'-][^\\s']*)", "\\1***" },
  };
  char *result = g_strdup (text);
  for (size_t i = 0; i < G_N_ELEMENTS (hidden); i++)
    {
      g_autoptr (GRegex) regex = g_regex_new (hidden[i].pattern, G_REGEX_RAW, 0, NULL);
      char *next = g_regex_replace (regex, result, -1, 0, hidden[i].instead, 0, NULL);
      g_free (result);
      result = next;
    }
  return result;
}

char *
command_name_shown (char *const *argv)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (char *const *word = argv; *word != NULL; word++)
    {
      g_autofree char *one = quoted (*word);
      g_string_append_printf (text, "%s%s", word > argv ? " " : "", one);
    }
  g_autofree char *shown = without_passwords (text->str);
  return text_printable (shown, strlen (shown), SIZE_MAX);
}

char *
command_name_pipeline (const char *shown)
{
  char hex[SHA256_HEX_SIZE];
  size_t length = strlen (shown), kept = WORDS_MOST_PIPELINE - strlen (BETWEEN) - CHECKSUM_DIGITS;
  if (length <= WORDS_MOST_PIPELINE)
    return g_strdup (shown);
  sha256_bytes (shown, length, hex);
  while ((shown[kept] & 0xC0) == 0x80) /* not within a letter */
    kept--;
  return g_strdup_printf ("%.*s" BETWEEN "%.*s", (int) kept, shown, CHECKSUM_DIGITS, hex);
}
