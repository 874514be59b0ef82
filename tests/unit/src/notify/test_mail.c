/* Mail: what becomes of any subject and any text. */
#include "src/notify/mail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static char *
mail_of (const char *subject, const char *text)
{
  static const char *const to[] = { "ann@example.org", "bob@example.org", NULL };
  return mail_text (&(Mail) { "an-id", "weir@example.org", to, subject, text, 1795926481 });
}

/* The lines before the empty one. Owned by the caller. */
static char *
header_of (const char *mail)
{
  return g_strndup (mail, (gsize) (strstr (mail, "\r\n\r\n") + 2 - mail));
}

static void
test_header (void **state)
{
  (void) state;
  g_autofree char *mail = mail_of ("weir: users.csv was refused", "one\ntwo\n");
  assert_string_equal (mail, "Date: Sun, 29 Nov 2026 04:28:01 +0000\r\n"
                             "From: weir <weir@example.org>\r\n"
                             "To: ann@example.org,\r\n bob@example.org\r\n"
                             "Subject: weir: users.csv was refused\r\n"
                             "Message-ID: <an-id@example.org>\r\n"
                             "Auto-Submitted: auto-generated\r\n"
                             "MIME-Version: 1.0\r\n"
                             "Content-Type: text/plain; charset=UTF-8\r\n"
                             "Content-Transfer-Encoding: 7bit\r\n"
                             "\r\n"
                             "one\r\ntwo\r\n");
}

/* Whatever the subject has in it, it stays one header, of lines that are short enough, and reads as it was. */
static void
test_subjects (void **state)
{
  (void) state;
  static const char *const subjects[] = {
    "Hi\r\nBcc: eve@example.org",
    "Grüße aus dem Würzburger Straßenverkehrsamt, Abteilung für Überführungen",
    "=?UTF-8?B?SGk=?=",
    "tab\there",
    "\xff bad",
    "a subject that is plain, but much longer than a line of a mail should ever be, whoever reads it"
  };
  for (size_t i = 0; i < G_N_ELEMENTS (subjects); i++)
    {
      g_autofree char *mail = mail_of (subjects[i], "text\n"), *header = header_of (mail);
      g_auto (GStrv) lines = g_strsplit (header, "\r\n", -1);
      g_autoptr (GString) decoded = g_string_new (NULL);
      unsigned headers = 0;
      for (size_t j = 0; lines[j] != NULL; j++)
        {
          const char *word = strstr (lines[j], "=?UTF-8?B?");
          assert_true (strlen (lines[j]) <= 78);
          headers += g_ascii_isalpha (lines[j][0]);
          if (word == NULL)
            continue;
          assert_true (g_str_has_prefix (lines[j], "Subject: ") || lines[j][0] == ' ');
          gsize length;
          g_autofree char *base64 = g_strndup (word + 10, strlen (word) - 12);
          g_autofree guchar *bytes = g_base64_decode (base64, &length);
          assert_true (g_utf8_validate ((const char *) bytes, (gssize) length, NULL));
          g_string_append_len (decoded, (const char *) bytes, (gssize) length);
        }
      g_autofree char *valid = g_utf8_make_valid (subjects[i], -1);
      assert_string_equal (decoded->str, valid);
      assert_int_equal (headers, 9);
    }
}

static void
test_texts (void **state)
{
  (void) state;
  static const char *const texts[] = {
    "Grüße\n", "a line that is longer than seventy-eight letters, as those of errors often are when they name a path\n", "bell\a\n"
  };
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *mail = mail_of ("s", texts[i]);
      assert_non_null (strstr (mail, "Content-Transfer-Encoding: base64\r\n\r\n"));
      gsize length;
      g_autofree guchar *bytes = g_base64_decode (strstr (mail, "\r\n\r\n"), &length);
      assert_int_equal (length, strlen (texts[i]));
      assert_memory_equal (bytes, texts[i], length);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_header),
    cmocka_unit_test (test_subjects),
    cmocka_unit_test (test_texts),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
