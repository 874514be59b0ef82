/* Mail: what becomes of any subject and any text. */
#include "base/mail.h"
#include "tests/support/quoted.h"

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
  const Mail mail = { .id = "an-id", .from = "weir@example.org", .to = to, .subject = subject, .text = text, .date = 1795926481 };
  return mail_text (&mail);
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

/* Lines are short, and what they stand for is the text. */
static void
assert_quoted (const char *body, const char *text)
{
  g_autofree char *decoded = quoted_text (body);
  assert_string_equal (decoded, text);
  g_auto (GStrv) lines = g_strsplit (body, "\r\n", -1);
  for (size_t i = 0; lines[i] != NULL; i++)
    {
      size_t length = strlen (lines[i]);
      assert_true (length <= 76);
      assert_true (length == 0 || (lines[i][length - 1] != ' ' && lines[i][length - 1] != '\t'));
    }
}

static void
test_texts (void **state)
{
  (void) state;
  static const char *const texts[] = {
    "Grüße\n",
    "a line that is longer than seventy-eight letters, as those of errors often are when they name a path\n",
    "bell\a\n",
    "ends in a blank of a long line that is longer than seventy-eight letters, so that it is not sent as it is \nnext\t\n \n",
    "=41 is no A, é\nno line end",
    "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé",
    ".\né\n..\n",
  };
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *mail = mail_of ("s", texts[i]);
      assert_non_null (strstr (mail, "Content-Transfer-Encoding: quoted-printable\r\n\r\n"));
      assert_quoted (strstr (mail, "\r\n\r\n") + 4, texts[i]);
    }
  /* As a file of some systems has its lines. */
  g_autofree char *plain = mail_of ("s", "a\r\nb\r\n"), *quoted = mail_of ("s", "é\r\nb\r\n");
  assert_non_null (strstr (plain, "7bit\r\n\r\na\r\nb\r\n"));
  assert_quoted (strstr (quoted, "\r\n\r\n") + 4, "é\nb\n");
}

/* The name of the attachment, however it is written. Owned by the caller. */
static char *
name_of (const char *mail)
{
  const char *plain = strstr (mail, " filename=\""), *whole = strstr (mail, " filename*=UTF-8''");
  if (plain != NULL)
    return g_strndup (plain + 11, strcspn (plain + 11, "\""));
  g_autoptr (GString) encoded = g_string_new (NULL);
  if (whole != NULL)
    g_string_append_len (encoded, whole + 18, (gssize) strcspn (whole + 18, ";\r"));
  for (int i = 0; whole == NULL; i++)
    {
      g_autofree char *word = g_strdup_printf (" filename*%d*=%s", i, i == 0 ? "UTF-8''" : "");
      const char *at = strstr (mail, word);
      if (at == NULL)
        break;
      at += strlen (word);
      g_string_append_len (encoded, at, (gssize) strcspn (at, ";\r"));
    }
  return g_uri_unescape_string (encoded->str, NULL);
}

static void
test_attachments (void **state)
{
  (void) state;
  static const char *const to[] = { "ann@example.org", NULL };
  static const char *const names[] = {
    "report.csv",
    "Übersicht 2026.csv",
    "a\"; filename=b\r\nBcc: eve@example.org.csv",
    "ein sehr langer Name, der für eine Zeile zu lang ist, weil er gar nicht mehr aufhören möchte – ääääääääää.csv",
    "a-long-name-that-is-plain-but-does-not-fit-into-one-line-of-a-mail-because-it-is-so-long.csv",
    "a\\b.csv",
  };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const Mail mail = { .id = "an-id",
                          .from = "weir@example.org",
                          .to = to,
                          .subject = "s",
                          .text = "text\n",
                          .date = 1795926481,
                          .attachment = names[i],
                          .type = "text/csv; charset=UTF-8" };
      g_autofree char *text = mail_text (&mail), *end = mail_end (&mail), *name = name_of (text);
      assert_string_equal (name, names[i]);
      assert_null (strstr (text, "\nBcc:"));
      assert_true (g_str_has_suffix (text, "Content-Transfer-Encoding: base64\r\n\r\n"));
      assert_non_null (strstr (text, "boundary=\"=_weir_an-id\"\r\n\r\n--=_weir_an-id\r\n"));
      assert_string_equal (end, "--=_weir_an-id--\r\n");
      g_auto (GStrv) lines = g_strsplit (text, "\r\n", -1);
      for (size_t j = 0; lines[j] != NULL; j++)
        assert_true (strlen (lines[j]) <= 78);
    }
}

static void
test_base64 (void **state)
{
  (void) state;
  char bytes[200];
  for (size_t i = 0; i < sizeof bytes; i++)
    bytes[i] = (char) (i * 7);
  g_autoptr (GString) text = g_string_new (NULL);
  /* In pieces of whole lines, as it comes from a file. */
  mail_append_base64 (text, bytes, (size_t) 2 * MAIL_LINE_BYTES);
  mail_append_base64 (text, bytes + (ptrdiff_t) 2 * MAIL_LINE_BYTES, sizeof bytes - (size_t) 2 * MAIL_LINE_BYTES);
  gsize length;
  g_autofree guchar *decoded = g_base64_decode (text->str, &length);
  assert_int_equal (length, sizeof bytes);
  assert_memory_equal (decoded, bytes, sizeof bytes);
  assert_int_equal (strcspn (text->str, "\r"), 76);
}

static void
test_addresses (void **state)
{
  (void) state;
  static const struct
  {
    const char *text;
    bool is_address;
  } cases[] = {
    { "ann@example.org", true }, { "a.b+c@x", true },  { "", false },      { "ann", false },     { "@x", false },
    { "ann@", false },           { "a@b@c", false },   { "a b@c", false }, { "a@b\r\n", false }, { "<a@b>", false },
    { "ännchen@x.org", false },  { "a@b,c@d", false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_int_equal (mail_is_address (cases[i].text), cases[i].is_address);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_header),      cmocka_unit_test (test_subjects), cmocka_unit_test (test_texts),
    cmocka_unit_test (test_attachments), cmocka_unit_test (test_base64),   cmocka_unit_test (test_addresses),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
