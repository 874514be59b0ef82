#include "src/page/html.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

/* What nothing may become markup of. */
static void
texts_and_attributes_are_escaped (void **state)
{
  (void) state;
  static const struct
  {
    const char *text, *shown;
  } rows[] = {
    { "plain", "plain" },
    { "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;" },
    { "\"><img src=x onerror=alert(1)>", "&quot;&gt;&lt;img src=x onerror=alert(1)&gt;" },
    { "' onclick='x", "&#39; onclick=&#39;x" },
    { "&lt;", "&amp;lt;" },
    { "a\nb\tc", "a\\x0Ab\\x09c" },
    { "\xE2\x80\xAEgpj.csv", "\\xE2\\x80\\xAEgpj.csv" },
    { "bad\xFFutf8", "bad\\xFFutf8" },
    { "Ærø Yılmaz 漢字", "Ærø Yılmaz 漢字" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      Html html = { out };
      html_element (&html, "a", rows[i].text, "title", rows[i].text, "class", NULL, NULL);
      g_autofree char *wanted = g_strdup_printf ("<a title=\"%s\">%s</a>\n", rows[i].shown, rows[i].shown);
      assert_string_equal (out->str, wanted);
    }
}

static void
links_are_paths_of_ours (void **state)
{
  (void) state;
  g_autoptr (GString) out = g_string_new (NULL);
  Html html = { out };
  html_link (&html, "..", "tables", "../a b?c#d\"<", NULL);
  assert_string_equal (out->str, "<a href=\"/tables/..%2Fa%20b%3Fc%23d%22%3C\">..</a>");
}

static void
words_between_backticks_are_code (void **state)
{
  (void) state;
  static const struct
  {
    const char *text, *shown;
  } rows[] = {
    { "type `weir <b>` now", "type <code>weir &lt;b&gt;</code> now" },
    { "one ` alone", "one ` alone" },
    { "", "" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      Html html = { out };
      html_prose (&html, rows[i].text);
      assert_string_equal (out->str, rows[i].shown);
    }
}

static void
times_say_how_long_ago (void **state)
{
  (void) state;
  static const struct
  {
    gint64 seconds;
    const char *text;
  } rows[] = { { -5, "0 s" },   { 59, "59 s" },     { 119, "119 s" },    { 120, "2 min" },
               { 7200, "2 h" }, { 172799, "47 h" }, { 172800, "2 days" } };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = html_ago (rows[i].seconds);
      assert_string_equal (text, rows[i].text);
    }
  g_autoptr (GString) out = g_string_new (NULL);
  Html html = { out };
  html_time (&html, "2026-11-29T04:35:18Z", INT64_C (1795927218) * G_USEC_PER_SEC);
  assert_string_equal (out->str,
                       "<time datetime=\"2026-11-29T04:35:18Z\">2026-11-29 04:35:18</time> <span class=\"ago\">5 min ago</span>");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (texts_and_attributes_are_escaped),
    cmocka_unit_test (links_are_paths_of_ours),
    cmocka_unit_test (words_between_backticks_are_code),
    cmocka_unit_test (times_say_how_long_ago),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
