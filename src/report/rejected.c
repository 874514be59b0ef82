#include "src/report/rejected.h"

/* Undoes PostgreSQL's encode (bytes, 'escape'): \\ is a backslash, \ooo a byte. */
static GString *
unescape (const char *text)
{
  GString *bytes = g_string_new (NULL);
  while (*text != '\0')
    if (text[0] == '\\' && text[1] == '\\')
      {
        g_string_append_c (bytes, '\\');
        text += 2;
      }
    else if (text[0] == '\\' && text[1] != '\0' && text[2] != '\0' && text[3] != '\0')
      {
        g_string_append_c (bytes, (char) ((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0')));
        text += 4;
      }
    else
      g_string_append_c (bytes, *text++);
  return bytes;
}

GString *
rejected_bytes (const DbResult *rejects, int row)
{
  GString *bytes = unescape (db_result_value (rejects, row, REJECTED_ORIGINAL));
  while (bytes->len > 0 && (bytes->str[bytes->len - 1] == '\n' || bytes->str[bytes->len - 1] == '\r'))
    g_string_truncate (bytes, bytes->len - 1);
  return bytes;
}
