#include "quoted.h"

#include <glib.h>
#include <string.h>

char *
quoted_text (const char *encoded)
{
  GString *text = g_string_new (NULL);
  for (const char *at = encoded; *at != '\0'; at++)
    if (*at == '\r')
      continue;
    else if (*at != '=')
      g_string_append_c (text, *at);
    else if (at[1] == '\n' || at[1] == '\r')
      at += at[1] == '\r' ? 2 : 1;
    else
      {
        g_string_append_c (text, (char) (g_ascii_xdigit_value (at[1]) * 16 + g_ascii_xdigit_value (at[2])));
        at += 2;
      }
  return g_string_free (text, FALSE);
}
