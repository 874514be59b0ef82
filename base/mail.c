#include "base/mail.h"

#include <string.h>

#define LINE_MOST 78   /* letters of a line, as RFC 5322 asks for */
#define WORD_BYTES 42  /* of an encoded word, which is 75 letters long at most (RFC 2047): 42 bytes are 56 of base64 */
#define NAME_MOST 50   /* letters of a file's name in a line */
#define QUOTED_LINE 76 /* letters of a line of quoted-printable, with the = of its end (RFC 2045) */

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

/* Quoted-printable (RFC 2045, 6.7): letters of ASCII as they are, but for = and for blanks at the end of a line. */
static void
append_quoted (GString *mail, const char *text)
{
  size_t length = 0;
  for (const unsigned char *at = (const unsigned char *) text; *at != '\0'; at++)
    {
      if (*at == '\n')
        {
          g_string_append (mail, "\r\n");
          length = 0;
          continue;
        }
      bool is_blank = *at == ' ' || *at == '\t';
      bool is_plain_letter = is_blank ? at[1] != '\n' && at[1] != '\0' : *at > 0x20 && *at < 0x7f && *at != '=';
      size_t needed = is_plain_letter ? 1 : 3;
      if (length + needed > QUOTED_LINE - 1)
        {
          g_string_append (mail, "=\r\n");
          length = 0;
        }
      if (is_plain_letter)
        g_string_append_c (mail, (char) *at);
      else
        g_string_append_printf (mail, "=%02X", *at);
      length += needed;
    }
}

/* Lines may end in CR LF already, as files of some systems do. */
static void
append_body (GString *mail, const char *said)
{
  g_auto (GStrv) lines = g_strsplit (said, "\r\n", -1);
  g_autofree char *text = g_strjoinv ("\n", lines);
  bool plain = is_plain (text, LINE_MOST);
  g_string_append_printf (mail, "Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: %s\r\n\r\n",
                          plain ? "7bit" : "quoted-printable");
  if (!plain)
    append_quoted (mail, text);
  for (const char *at = text; *at != '\0' && plain; at++)
    {
      if (*at == '\n')
        g_string_append_c (mail, '\r');
      g_string_append_c (mail, *at);
    }
}

void
mail_append_base64 (GString *text, const void *bytes, size_t length)
{
  for (size_t at = 0; at < length; at += MAIL_LINE_BYTES)
    {
      g_autofree char *line = g_base64_encode ((const guchar *) bytes + at, MIN (length - at, MAIL_LINE_BYTES));
      g_string_append_printf (text, "%s\r\n", line);
    }
}

/* What stands in no body: "=_" is in no text of quoted-printable or base64. Owned by the caller. */
static char *
boundary_of (const Mail *mail)
{
  return g_strdup_printf ("=_weir_%s", mail->id);
}

/* As it is, or by RFC 2231 with each letter that is no plain one as %HH. Not both: of two names programs take now the one, now the other. */
static void
append_name (GString *text, const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  g_autofree char *encoded = g_uri_escape_string (valid, NULL, FALSE);
  g_string_append (text, "Content-Disposition: attachment");
  if (is_plain (valid, NAME_MOST) && strpbrk (valid, "\"\\\n") == NULL)
    g_string_append_printf (text, ";\r\n filename=\"%s\"", valid);
  else if (strlen (encoded) <= NAME_MOST)
    g_string_append_printf (text, ";\r\n filename*=UTF-8''%s", encoded);
  else
    for (size_t at = 0, i = 0; encoded[at] != '\0'; i++)
      {
        size_t take = MIN (NAME_MOST, strlen (encoded + at));
        /* Not in the middle of %HH. */
        while (take > 2 && encoded[at + take] != '\0' && (encoded[at + take - 1] == '%' || encoded[at + take - 2] == '%'))
          take--;
        g_string_append_printf (text, ";\r\n filename*%zu*=%s%.*s", i, i == 0 ? "UTF-8''" : "", (int) take, encoded + at);
        at += take;
      }
  g_string_append (text, "\r\n");
}

static void
append_parts (GString *text, const Mail *mail)
{
  g_autofree char *boundary = boundary_of (mail);
  g_string_append_printf (text, "Content-Type: multipart/mixed;\r\n boundary=\"%s\"\r\n\r\n--%s\r\n", boundary, boundary);
  append_body (text, mail->text);
  g_string_append_printf (text, "\r\n--%s\r\nContent-Type: %s\r\n", boundary, mail->type);
  append_name (text, mail->attachment);
  g_string_append (text, "Content-Transfer-Encoding: base64\r\n\r\n");
}

char *
mail_end (const Mail *mail)
{
  g_autofree char *boundary = boundary_of (mail);
  return g_strdup_printf ("--%s--\r\n", boundary);
}

bool
mail_is_address (const char *text)
{
  const char *at = strchr (text, '@');
  for (const char *letter = text; *letter != '\0'; letter++)
    if (*letter <= ' ' || *letter > '~' || strchr ("<>,;:\\\"()[]", *letter) != NULL)
      return false;
  return at != NULL && at != text && at[1] != '\0' && strchr (at + 1, '@') == NULL;
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
  g_string_append_printf (text, "Message-ID: <%s@%s>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n", mail->id, domain);
  if (mail->attachment != NULL)
    append_parts (text, mail);
  else
    append_body (text, mail->text);
  return g_string_free (text, FALSE);
}
