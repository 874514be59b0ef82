/* The pure parts of REST sources: paths, moments, URLs, words. */
#include "connect/curl/http_moment.h"
#include "connect/curl/http_path.h"
#include "connect/curl/http_unpack.h"
#include "connect/curl/http_url.h"
#include "connect/curl/http_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static void
test_paths (void **state)
{
  (void) state;
  static const char json[] = "{\"a\": {\"b\": [1, {\"c\": 2}], \"x.y\": 3, \"\": 4, \"n\": null}, \"a.b\": 5, \"[0]\": 6}";
  static const struct
  {
    const char *path, *found; /* NULL: nothing is there */
    const char *problem;      /* NULL: it is a path */
  } cases[] = {
    { "", json },
    { "a.b[0]", "1" },
    { "a.b[1].c", "2" },
    { "a[\"b\"][1][\"c\"]", "2" },
    { "a[\"x.y\"]", "3" },
    { "[\"a.b\"]", "5" },
    { "[\"[0]\"]", "6" },
    { "a.n", "null" },
    { "a.b[-1].c", "2" },
    { "a[-1]", NULL },
    { "a.b[2]", NULL },
    { "a.b.c", NULL },
    { "a.n.z", NULL },
    { "a[0]", NULL },
    { "b", NULL },
    { "a.", NULL, "a name is missing" },
    { ".a", NULL, "a name is missing" },
    { "a..b", NULL, "a name is missing" },
    { "a[0]b", NULL, "a dot is missing" },
    { "a[", NULL, "what is in brackets is a number from 0, or a name in quotes" },
    { "a[-2]", NULL, "what is in brackets is a number from 0, or a name in quotes" },
    { "a[1", NULL, "what is in brackets is a number from 0, or a name in quotes" },
    { "a[99999999999]", NULL, "what is in brackets is a number from 0, or a name in quotes" },
    { "a[\"b]", NULL, "a name in quotes does not end with \"]" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *problem = NULL;
      g_autoptr (HttpPath) path = http_path_parse (cases[i].path, &problem);
      Slice value;
      bool is_found = path != NULL && http_path_find (path, slice_of (json, strlen (json)), &value);
      g_autofree char *found = is_found ? g_strndup (value.bytes, value.length) : NULL;
      if (g_strcmp0 (problem, cases[i].problem) != 0 || g_strcmp0 (found, cases[i].found) != 0)
        fail_msg ("%s: %s %s", cases[i].path, found, problem);
    }
}

static void
test_moments (void **state)
{
  (void) state;
  static const struct
  {
    const char *text;
    MomentKind kind;
    double back; /* what is shown is that much earlier */
    const char *datetime, *date, *epoch, *milliseconds;
  } cases[] = {
    { "", MOMENT_NONE, 0, "", "", "", "" },
    { "2026-11-29", MOMENT_INSTANT, 0, "2026-11-29T00:00:00Z", "2026-11-29", "1795910400", "1795910400000" },
    { "2026-11-29T08:00:00Z", MOMENT_INSTANT, 0, "2026-11-29T08:00:00Z", "2026-11-29", "1795939200", "1795939200000" },
    { "2026-11-29 08:00:00.25+01:00", MOMENT_INSTANT, 0, "2026-11-29T07:00:00.250000Z", "2026-11-29", "1795935600",
      "1795935600250" },
    { "2026-11-29T00:00:01", MOMENT_INSTANT, 2, "2026-11-28T23:59:59Z", "2026-11-28", "1795910399", "1795910399000" },
    { "1969-12-31T23:59:59.5Z", MOMENT_INSTANT, 0, "1969-12-31T23:59:59.500000Z", "1969-12-31", "-1", "-500" },
    { "2026-02-30", MOMENT_TEXT, 0, "2026-02-30", "2026-02-30", "2026-02-30", "2026-02-30" },
    { "42", MOMENT_NUMBER, 2, "40", "40", "40", "40" },
    { "42", MOMENT_NUMBER, 1.5, "40", "40", "40", "40" },
    { "42.75", MOMENT_NUMBER, 0, "42.75", "42.75", "42.75", "42.75" },
    { "-5", MOMENT_NUMBER, 0, "-5", "-5", "-5", "-5" },
    { "007", MOMENT_TEXT, 0, "007", "007", "007", "007" },
    { "12345678901234567890", MOMENT_TEXT, 0, "12345678901234567890", "12345678901234567890", "12345678901234567890",
      "12345678901234567890" },
    { "4.", MOMENT_TEXT, 0, "4.", "4.", "4.", "4." },
    { "abc", MOMENT_TEXT, 0, "abc", "abc", "abc", "abc" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Moment) moment = { 0 };
      moment_read (cases[i].text, &moment);
      assert_int_equal (moment.kind, cases[i].kind);
      assert_true (moment_go_back (&moment, cases[i].back));
      const char *const shown[] = { cases[i].datetime, cases[i].date, cases[i].epoch, cases[i].milliseconds };
      for (MomentFormat format = FORMAT_DATETIME; format <= FORMAT_MILLISECONDS; format++)
        {
          g_autofree char *text = moment_show (&moment, format);
          if (strcmp (text, shown[format]) != 0)
            fail_msg ("%s: %s, not %s", cases[i].text, text, shown[format]);
        }
    }
  g_auto (Moment) text = { 0 };
  moment_read ("abc", &text);
  assert_false (moment_go_back (&text, 1));
}

static void
test_order (void **state)
{
  (void) state;
  static const struct
  {
    const char *a, *b;
    bool is_before, is_after;
  } cases[] = {
    { "", "1", true, false },
    { "", "", false, false },
    { "9", "10", true, false },
    { "9.5", "9.25", false, true },
    { "2026-11-29T08:00:00+01:00", "2026-11-29T07:30:00Z", true, false },
    { "2026-11-29T08:00:00Z", "2026-11-29 08:00:00", false, false },
    { "a", "b", true, false },
    { "2026-11-29", "b", true, false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Moment) a = { 0 }, b = { 0 };
      moment_read (cases[i].a, &a);
      moment_read (cases[i].b, &b);
      if (moment_is_before (&a, &b) != cases[i].is_before || moment_is_before (&b, &a) != cases[i].is_after)
        fail_msg ("%s and %s", cases[i].a, cases[i].b);
    }
}

static void
test_urls (void **state)
{
  (void) state;
  static const struct
  {
    const char *text, *sent; /* NULL: it is none */
  } cases[] = {
    { "https://api.example.org/v2/", "https://api.example.org/v2/" },
    { "HTTPS://api.example.org:8443/a?b=c%20d#e", "https://api.example.org:8443/a?b=c%20d" },
    { "http://[::1]:80/x", "http://[::1]:80/x" },
    { "https://h/a b\xC3\xA9\"<>", "https://h/a%20b%C3%A9%22%3C%3E" },
    { "https://good.example\\@evil.example/", NULL },
    { "https://user:password@h/", NULL },
    { "https://user@h/", NULL },
    { "https:///x", NULL },
    { "https://a%2fb/", NULL },
    { "https://a%40b/", NULL },
    { "https://b\xC3\xA9/", "https://xn--b-bga/" },
    { "ftp://h/", NULL },
    { "h/x", NULL },
    { "", NULL },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *problem;
      g_autoptr (GUri) url = http_url_parse (cases[i].text, &problem);
      g_autofree char *sent = url != NULL ? http_url_text (url) : NULL;
      if (g_strcmp0 (sent, cases[i].sent) != 0)
        fail_msg ("%s: %s", cases[i].text, sent);
    }
}

static void
test_links (void **state)
{
  (void) state;
  static const struct
  {
    const char *from, *link, *to; /* NULL: it leads nowhere */
    bool is_same;
  } cases[] = {
    { "https://h/v2/orders?page=1", "?page=2", "https://h/v2/orders?page=2", true },
    { "https://h/v2/orders?page=1", "/v3/x", "https://h/v3/x", true },
    { "https://h/v2/orders", "users", "https://h/v2/users", true },
    { "https://h/v2/orders", "//other/x", "https://other/x", false },
    { "https://h/v2/orders", "http://h/v2/orders?page=2", "https://h/v2/orders?page=2", true },
    { "https://h/v2/orders", "http://h:8080/", "http://h:8080/", false },
    { "https://h/v2/orders", "https://H:443/x", "https://H:443/x", true },
    { "https://h/v2/orders", "https://h:444/x", "https://h:444/x", false },
    { "http://h/v2/orders", "https://h/x", "https://h/x", false },
    { "https://h/v2/orders", "https://h.evil.example/", "https://h.evil.example/", false },
    { "https://h/v2/orders", "https://h@evil.example/", NULL, false },
    { "https://h/v2/orders", "javascript:alert(1)", NULL, false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *problem;
      g_autoptr (GUri) from = http_url_parse (cases[i].from, &problem);
      g_autoptr (GUri) to = http_url_follow (from, cases[i].link, &problem);
      g_autofree char *sent = to != NULL ? http_url_text (to) : NULL;
      if (g_strcmp0 (sent, cases[i].to) != 0 || (to != NULL && http_url_is_same_origin (from, to) != cases[i].is_same))
        fail_msg ("%s and %s: %s", cases[i].from, cases[i].link, sent);
    }
}

static void
test_built (void **state)
{
  (void) state;
  static const struct
  {
    const char *base, *path, *query[5], *url;
  } cases[] = {
    { "https://h/v2", "orders", { NULL }, "https://h/v2/orders" },
    { "https://h/v2/", "/orders/a b", { NULL }, "https://h/v2/orders/a%20b" },
    { "https://h", "", { NULL }, "https://h" },
    { "https://h/x?key=1", "", { "a", "b&c=d" }, "https://h/x?key=1&a=b%26c%3Dd" },
    { "https://h/x",
      "y",
      { "filter[at]", "2026-11-29T08:00:00+01:00", "e", "" },
      "https://h/x/y?filter[at]=2026-11-29T08:00:00%2B01:00&e=" },
    { "https://h/x", "a?b#c", { NULL }, "https://h/x/a%3Fb%23c" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *problem;
      g_autoptr (GUri) base = http_url_parse (cases[i].base, &problem);
      g_autofree char *url = http_url_build (base, cases[i].path, cases[i].query);
      assert_string_equal (url, cases[i].url);
    }
}

static void
test_link_headers (void **state)
{
  (void) state;
  static const struct
  {
    const char *header, *next;
  } cases[] = {
    { "<a>; rel=\"next\"", "a" },
    { "<a>; rel=prev, <b>; title=\"x, y; rel=next\"; rel=\"last next\"", "b" },
    { "<a,b;c>;rel=NEXT", "a,b;c" },
    { "<a>; rel=\"nextish\", <b>; title=next", NULL },
    { "<a>", NULL },
    { "<a; rel=next", NULL },
    { "", NULL },
    { NULL, NULL },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *next = http_url_next_of_header (cases[i].header);
      if (g_strcmp0 (next, cases[i].next) != 0)
        fail_msg ("%s: %s", cases[i].header, next);
    }
}

static void
test_words (void **state)
{
  (void) state;
  char start[] = "100", end[] = "200";
  const HttpWords words = { .start = start, .end = end };
  static const struct
  {
    const char *text, *filled; /* NULL: a word is not known */
    const char *unknown;
  } cases[] = {
    { "", "" },
    { "{window.start}", "100" },
    { "a{window.start}b{window.end}{window.start}", "a100b200100" },
    { "{\"x\": {window.end}}", "{\"x\": 200}" },
    { "{window.day}", NULL },
    { "{window.begin}", "{window.begin}", "window.begin" },
    { "{windows}", "{windows}" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *filled = http_words_fill (cases[i].text, &words), *unknown = NULL;
      (void) http_words_of (cases[i].text, &unknown);
      if (g_strcmp0 (filled, cases[i].filled) != 0 || g_strcmp0 (unknown, cases[i].unknown) != 0)
        fail_msg ("%s: %s, %s", cases[i].text, filled, unknown);
    }
  g_autoptr (Json) json =
      json_pack ("{s:[s, s, i], s:{s:s}}", "a", "{window.start}", "{window.start}s", 7, "b", "c", "{window.end}");
  g_autoptr (Json) filled = http_words_fill_json (json, &words);
  g_autofree char *text = weir_json_text (filled);
  assert_string_equal (text, "{\"a\":[100,\"100s\",7],\"b\":{\"c\":200}}");
}

static bool
keep (const char *bytes, size_t length, void *data)
{
  g_string_append_len (data, bytes, (gssize) length);
  return true;
}

#define PACKED "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\xae\xe5\x02\x00\x06\xb0\xa1\xdd\x03\x00\x00\x00" /* "{}\n" */

static void
test_packed (void **state)
{
  (void) state;
  static const struct
  {
    const char *bytes;
    size_t length;
    const char *text;
    bool whole, broken;
  } cases[] = {
    { PACKED, 23, "{}\n", true, false },
    { PACKED PACKED, 46, "{}\n{}\n", true, false },
    { PACKED "\0\0\0", 26, "{}\n", true, false },
    { PACKED, 19, "{}\n", false, false },
    { PACKED PACKED, 40, "{}\n{}\n", false, false },
    { "{}\n", 3, "", false, true },
    { "", 0, "", false, false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    for (size_t step = 1; step <= 46; step += 45)
      {
        g_autoptr (Unpack) unpack = unpack_new ();
        g_autoptr (GString) text = g_string_new (NULL);
        for (size_t at = 0; at < cases[i].length; at += step)
          (void) unpack_bytes (unpack, cases[i].bytes + at, MIN (step, cases[i].length - at), keep, text);
        assert_string_equal (text->str, cases[i].text);
        assert_int_equal (unpack_is_whole (unpack), cases[i].whole);
        assert_int_equal (unpack_is_broken (unpack), cases[i].broken);
      }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_paths),        cmocka_unit_test (test_moments), cmocka_unit_test (test_order),
    cmocka_unit_test (test_urls),         cmocka_unit_test (test_links),   cmocka_unit_test (test_built),
    cmocka_unit_test (test_link_headers), cmocka_unit_test (test_words),   cmocka_unit_test (test_packed),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
