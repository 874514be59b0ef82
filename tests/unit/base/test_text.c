#include "base/text.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

/* A string literal that may hold NUL, as bytes and length. */
#define BYTES(literal) (literal), sizeof (literal) - 1

static const struct
{
  const char *bytes;
  size_t length;
  int bad_at; /* -1: valid */
} utf8_cases[] = {
  { BYTES (""), -1 },
  { BYTES ("plain"), -1 },
  { BYTES ("longer than eight bytes, and then some"), -1 },
  { BYTES ("Zo\xC3\xAB"), -1 },
  { BYTES ("12345678\xC3\xA9"), -1 },
  { BYTES ("\xF0\x9F\x98\x80"), -1 }, /* U+1F600 */
  { BYTES ("\xF4\x8F\xBF\xBF"), -1 }, /* U+10FFFF, the last */
  { BYTES ("abc\xE9"), 3 },           /* Latin-1 */
  { BYTES ("0123456789\xFF"), 10 },
  { BYTES ("ab\0c"), 2 }, /* PostgreSQL's text has no NUL */
  { BYTES ("0123456789ab\0c"), 12 },
  { BYTES ("\xC3"), 0 }, /* cut short */
  { BYTES ("x\xE2\x82"), 1 },
  { BYTES ("\xC0\xAF"), 0 },         /* overlong */
  { BYTES ("a\xED\xA0\x80"), 1 },    /* a surrogate */
  { BYTES ("\xF4\x90\x80\x80"), 0 }, /* above U+10FFFF */
};

static void
utf8_is_told_from_other_bytes (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (utf8_cases); i++)
    {
      size_t offset = 99;
      bool valid = text_is_utf8 (utf8_cases[i].bytes, utf8_cases[i].length, &offset);
      assert_int_equal (valid, utf8_cases[i].bad_at < 0);
      assert_int_equal (offset, valid ? 99 : (size_t) utf8_cases[i].bad_at);
      assert_int_equal (text_is_utf8 (utf8_cases[i].bytes, utf8_cases[i].length, NULL), valid);
    }
}

static void
marks_and_line_ends_are_counted (void **state)
{
  (void) state;
  static const struct
  {
    const char *bytes;
    size_t length;
    size_t mark;
    int64_t ends;
  } cases[] = {
    { BYTES (""), 0, 0 },
    { BYTES ("\xEF\xBB"), 0, 0 },
    { BYTES ("\xEF\xBB\xBF"), 3, 0 },
    { BYTES ("\xEF\xBB\xBFid\n"), 3, 1 },
    { BYTES ("id\xEF\xBB\xBF"), 0, 0 },
    { BYTES ("a\nb\r\nc\rd"), 0, 3 },
    { BYTES ("\r\r\n\n"), 0, 3 },
    { BYTES ("a\r"), 0, 1 },
    { BYTES ("a\0\n"), 0, 1 },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      assert_int_equal (text_mark (cases[i].bytes, cases[i].length), cases[i].mark);
      assert_int_equal (text_count_line_ends (cases[i].bytes, cases[i].length), cases[i].ends);
    }
}

/* Bytes are looked at by blocks: what counts is tried at each place of some, with other bytes before and behind them. */
static void
each_place_of_a_block_is_looked_at (void **state)
{
  (void) state;
  char bytes[200];
  for (size_t from = 0; from < 70; from++)
    for (size_t at = from; at < sizeof bytes; at++)
      {
        memset (bytes, 'a', sizeof bytes);
        bytes[at] = '\n';
        assert_int_equal (text_count_line_ends (bytes + from, sizeof bytes - from), 1);
        bytes[at] = '\xC3';
        size_t bad = 0;
        assert_int_equal (text_ascii_length (bytes + from, sizeof bytes - from), at - from);
        assert_false (text_is_utf8 (bytes + from, sizeof bytes - from, &bad));
        assert_int_equal (bad, at - from);
        if (at + 1 < sizeof bytes)
          bytes[at + 1] = '\xA4';
        assert_int_equal (text_is_utf8 (bytes + from, sizeof bytes - from, NULL), at + 1 < sizeof bytes);
      }
  memset (bytes, '\n', sizeof bytes);
  assert_int_equal (text_count_line_ends (bytes, sizeof bytes), sizeof bytes);
  memset (bytes, '\0', sizeof bytes);
  assert_int_equal (text_ascii_length (bytes, sizeof bytes), sizeof bytes);
}

static const struct
{
  const char *word;
  const char *nearest;
} near_cases[] = {
  { "user", "users" }, { "USERS", "users" }, { "transcations", "transactions" },
  { "id", "id" },      { "ix", "id" },       { "sales_report", NULL },
  { "", NULL },        { "zz", NULL },       { "usres", "users" },
};

static void
the_nearest_word_is_found_when_near_enough (void **state)
{
  (void) state;
  const char *const words[] = { "transactions", "users", "id", NULL };
  for (size_t i = 0; i < G_N_ELEMENTS (near_cases); i++)
    {
      const char *nearest = text_nearest (near_cases[i].word, words);
      if (near_cases[i].nearest == NULL)
        assert_null (nearest);
      else
        assert_string_equal (nearest, near_cases[i].nearest);
    }
  assert_null (text_nearest ("users", (const char *const[]) { NULL }));
}

static const struct
{
  char *(*format) (int64_t);
  int64_t value;
  const char *text;
} figure_cases[] = {
  { text_count, 0, "0" },
  { text_count, 999, "999" },
  { text_count, 1000, "1,000" },
  { text_count, 1234567, "1,234,567" },
  { text_count, -123, "-123" },
  { text_count, -1234, "-1,234" },
  { text_count, INT64_MIN, "-9,223,372,036,854,775,808" },
  { text_duration, 0, "0.00 s" },
  { text_duration, 212, "0.21 s" },
  { text_duration, 9994, "9.99 s" },
  { text_duration, 9995, "10.0 s" },
  { text_duration, 12345, "12.3 s" },
  { text_duration, 59949, "59.9 s" },
  { text_duration, 59950, "1 min" },
  { text_duration, 200000, "3 min 20 s" },
  { text_duration, 3599499, "59 min 59 s" },
  { text_duration, 3599500, "1 h" },
  { text_duration, 7500000, "2 h 5 min" },
  { text_size, 0, "0 B" },
  { text_size, 812, "812 B" },
  { text_size, 999, "999 B" },
  { text_size, 1000, "1.0 kB" },
  { text_size, 14249, "14.2 kB" },
  { text_size, 14250, "14.3 kB" },
  { text_size, 999949, "999.9 kB" },
  { text_size, 999950, "1.0 MB" },
  { text_size, 3400000, "3.4 MB" },
  { text_size, INT64_MAX, "9.2 EB" },
};

static void
figures_read_well (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (figure_cases); i++)
    {
      g_autofree char *text = figure_cases[i].format (figure_cases[i].value);
      assert_string_equal (text, figure_cases[i].text);
    }
}

static const struct
{
  const char *name;
  const char *pattern;
  bool matches;
} glob_cases[] = {
  { "users.csv", "users*.csv", true }, { "users_2026.csv", "users*.csv", true }, { "users.csv", "*", true },
  { ".users.csv", "*.csv", true },     { "users1.csv", "users[0-9].csv", true }, { "usersx.csv", "users[0-9].csv", false },
  { "users.csv", "user?.csv", true },  { "users.csv", "Users.csv", false },      { "users.csv", "", false },
};

static void
globs_match_as_in_the_shell (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (glob_cases); i++)
    assert_int_equal (text_matches_glob (glob_cases[i].name, glob_cases[i].pattern), glob_cases[i].matches);
}

static const struct
{
  const char *bytes;
  size_t length;
  size_t limit;
  const char *text;
} printable_cases[] = {
  { BYTES (""), 10, "" },
  { BYTES ("a,b"), 10, "a,b" },
  { BYTES ("a\tb\r\n"), 10, "a\\x09b\\x0D\\x0A" },
  { BYTES ("a\0b"), 10, "a\\x00b" },
  { BYTES ("Zo\xC3\xAB"), 10, "Zo\xC3\xAB" },
  { BYTES ("caf\xE9!"), 10, "caf\\xE9!" },
  { BYTES ("x\xC2\x85"), 10, "x\\xC2\\x85" }, /* a control character in two bytes */
  { BYTES ("abcdef"), 6, "abcdef" },
  { BYTES ("abcdefg"), 6, "abcdef..." },
  { BYTES ("Zo\xC3\xAB"), 3, "Zo..." }, /* no half character */
  { BYTES ("x\xE2\x82"), 10, "x\\xE2\\x82" },
  { BYTES ("abc"), 0, "..." },
};

static void
any_bytes_can_be_printed (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (printable_cases); i++)
    {
      g_autofree char *text = text_printable (printable_cases[i].bytes, printable_cases[i].length, printable_cases[i].limit);
      assert_string_equal (text, printable_cases[i].text);
    }
}

static const struct
{
  char *(*quote) (const char *);
  const char *value;
  const char *text;
} quote_cases[] = {
  { text_quote_ident, "users", "\"users\"" },
  { text_quote_ident, "a\"b", "\"a\"\"b\"" },
  { text_quote_ident, "\"; drop table users; --", "\"\"\"; drop table users; --\"" },
  { text_quote_ident, "a\\b'c", "\"a\\b'c\"" },
  { text_quote_literal, "", "''" },
  { text_quote_literal, "a'b", "'a''b'" },
  { text_quote_literal, "a\"b", "'a\"b'" },
  { text_quote_literal, "a\\b", "E'a\\\\b'" },
  { text_quote_literal, "\\'; --", "E'\\\\''; --'" },
};

static void
quoting_keeps_text_inside_its_quotes (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (quote_cases); i++)
    {
      g_autofree char *text = quote_cases[i].quote (quote_cases[i].value);
      assert_string_equal (text, quote_cases[i].text);
    }
}

static void
words_become_an_array (void **state)
{
  (void) state;
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_autofree char *none = text_array (words);
  g_ptr_array_add (words, (char *) "users");
  g_autofree char *one = text_array (words);
  g_ptr_array_add (words, (char *) "shops");
  g_autofree char *two = text_array (words);
  assert_string_equal (none, "{}");
  assert_string_equal (one, "{users}");
  assert_string_equal (two, "{users,shops}");
  static const char *const odd[] = { "größe", "a b", "c\"d\\", "e,f", "{g}", "", "NULL", "h\ni" };
  g_ptr_array_set_size (words, 0);
  for (size_t i = 0; i < G_N_ELEMENTS (odd); i++)
    g_ptr_array_add (words, (char *) odd[i]);
  g_autofree char *quoted = text_array (words);
  g_ptr_array_insert (words, 1, NULL);
  g_ptr_array_set_size (words, 3);
  g_autofree char *with_none = text_array (words);
  assert_string_equal (with_none, "{größe,NULL,\"a b\"}");
  assert_string_equal (quoted, "{größe,\"a b\",\"c\\\"d\\\\\",\"e,f\",\"{g}\",\"\",\"NULL\",\"h\ni\"}");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (utf8_is_told_from_other_bytes),
    cmocka_unit_test (marks_and_line_ends_are_counted),
    cmocka_unit_test (each_place_of_a_block_is_looked_at),
    cmocka_unit_test (the_nearest_word_is_found_when_near_enough),
    cmocka_unit_test (figures_read_well),
    cmocka_unit_test (globs_match_as_in_the_shell),
    cmocka_unit_test (any_bytes_can_be_printed),
    cmocka_unit_test (quoting_keeps_text_inside_its_quotes),
    cmocka_unit_test (words_become_an_array),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
