#include "src/report/spreadsheet.h"

#include <stdbool.h>
#include <string.h>

/* In both widths: East Asian programs read the wide ones as the others. */
static bool
begins_formula (const char *text)
{
  static const char *const signs[] = { "=", "+", "-", "@", "\t", "\r", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20" };
  for (size_t i = 0; i < G_N_ELEMENTS (signs); i++)
    if (g_str_has_prefix (text, signs[i]))
      return true;
  return false;
}

/* How many bytes of a delimiter are at the beginning of the text, 0: none. */
static size_t
delimiter_length (const char *text, const char *delimiter)
{
  if (*delimiter != '\0' && g_str_has_prefix (text, delimiter))
    return strlen (delimiter);
  return *text != '\0' && strchr (",;\t\n\r", *text) != NULL;
}

char *
spreadsheet_safe (const char *line, size_t length, const char *delimiter)
{
  g_autofree char *text = g_strndup (line, length);
  GString *safe = g_string_new (NULL);
  bool begins = true; /* a cell */
  for (const char *at = text; *at != '\0';)
    {
      size_t between = delimiter_length (at, delimiter), taken = MAX (between, 1);
      if (begins && between == 0 && begins_formula (at))
        g_string_append_c (safe, '\'');
      g_string_append_len (safe, at, (gssize) taken);
      begins = between > 0 || (begins && (*at == '"' || *at == '\'' || *at == ' '));
      at += taken;
    }
  return g_string_free (safe, FALSE);
}
