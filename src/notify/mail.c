#include "src/notify/mail.h"

#include <stdbool.h>
#include <string.h>

#define LINE_MOST 78   /* letters of a line, as RFC 5322 asks for */
#define WORD_BYTES 42  /* of an encoded word, which is 75 letters long at most (RFC 2047): 42 bytes are 56 of base64 */
#define BASE64_LINE 57 /* bytes, which are 76 letters of base64 (RFC 2045) */

static bool
is_plain (const char *text, size_t most)
{
  size_t length = 0;
  for (const unsigned char *at = (const unsigned char *) text; *at != '\0'; at++)
    {
      length = *at == '\n' ? 0 : length + 1;
      if (*at >= 0x7f || (*at < 0x20 && *at != '\n') || length > most)
        return false;
    }
  return true;
}

/* As encoded words, each of whole letters. */
static void
append_encoded (GString *mail, const char *text)
{
  for (const char *at = text; *at != '\0';)
    {
      const char *end = at;
      while (*end != '\0' && g_utf8_next_char (end) - at <= WORD_BYTES)
        end = g_utf8_next_char (end);
      g_autofree char *word = g_base64_encode ((const guchar *) at, (gsize) (end - at));
      g_string_append_printf (mail, "%s=?UTF-8?B?%s?=", at == text ? "" : "\r\n ", word);
      at = end;
    }
}

static void
append_subject (GString *mail, const char *subject)
{
  g_autofree char *text = g_utf8_make_valid (subject, -1);
  g_string_append (mail, "Subject: ");
  /* What looks like an encoded word would be read as one. */
  if (is_plain (text, LINE_MOST - strlen ("Subject: ")) && strpbrk (text, "\n") == NULL && strstr (text, "=?") == NULL)
    g_string_append (mail, text);
  else
    append_encoded (mail, text);
  g_string_append (mail, "\r\n");
}

/* "Sun, 29 Nov 2026 04:28:01 +0000", in no other language. Owned by the caller. */
static char *
date_text (int64_t seconds)
{
  static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (seconds);
  g_autofree char *rest = g_date_time_format (date, "%Y %H:%M:%S +0000");
  return g_strdup_printf ("%s, %d %s %s", days[g_date_time_get_day_of_week (date) - 1], g_date_time_get_day_of_month (date),
                          months[g_date_time_get_month (date) - 1], rest);
}

static void
append_body (GString *mail, const char *text)
{
  bool plain = is_plain (text, LINE_MOST);
  g_string_append_printf (mail, "Content-Transfer-Encoding: %s\r\n\r\n", plain ? "7bit" : "base64");
  size_t length = strlen (text);
  for (size_t at = 0; at < length && !plain; at += BASE64_LINE)
    {
      g_autofree char *line = g_base64_encode ((const guchar *) text + at, MIN (length - at, BASE64_LINE));
      g_string_append_printf (mail, "%s\r\n", line);
    }
  for (const char *at = text; *at != '\0' && plain; at++)
    {
      if (*at == '\n')
        g_string_append_c (mail, '\r');
      g_string_append_c (mail, *at);
    }
}

char *
mail_text (const Mail *mail)
{
  GString *text = g_string_new (NULL);
  g_autofree char *date = date_text (mail->date);
  g_autofree char *to = g_strjoinv (",\r\n ", (char **) mail->to);
  const char *domain = strchr (mail->from, '@') + 1;
  g_string_append_printf (text, "Date: %s\r\nFrom: weir <%s>\r\nTo: %s\r\n", date, mail->from, to);
  append_subject (text, mail->subject);
  g_string_append_printf (text, "Message-ID: <%s@%s>\r\nAuto-Submitted: auto-generated\r\n", mail->id, domain);
  g_string_append (text, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n");
  append_body (text, mail->text);
  return g_string_free (text, FALSE);
}
