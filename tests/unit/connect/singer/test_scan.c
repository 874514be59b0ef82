/* JSON as taps write it: what is a value, where it ends, and what becomes of what other parsers do not take. */
#include "connect/singer/message.h"
#include "connect/singer/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define BYTES(literal) (literal), sizeof (literal) - 1

static const struct
{
  const char *text;
  bool is_value;
} values[] = {
  { "1", true },
  { " [1, 2 , {\"a\": null}] ", true },
  { "{}", true },
  { "[]", true },
  { "-0.5e+10", true },
  { "NaN", true }, /* of Python */
  { "[-Infinity]", true },
  { "\"\\u00e6\\n\"", true },
  { "\"\xc3\xa6\"", true },
  { "", false },
  { "01", false },
  { "1.", false },
  { ".5", false },
  { "+1", false },
  { "1e", false },
  { "-", false },
  { "{\"a\" 1}", false },
  { "{\"a\": 1,}", false },
  { "{a: 1}", false },
  { "[1,]", false },
  { "[1", false },
  { "{\"a\": 1", false },
  { "[1}", false },
  { "1 2", false },
  { "\"a", false },
  { "\"\\x\"", false },
  { "\"\\u12g4\"", false },
  { "\"a\tb\"", false },
  { "nul", false },
  { "tru", false },
};

static void
values_are_told_from_what_is_none (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (values); i++)
    if ((scan_whole (values[i].text, strlen (values[i].text)).at != NULL) != values[i].is_value)
      fail_msg ("%s", values[i].text);
}

static void
depth_has_an_end (void **state)
{
  (void) state;
  g_autoptr (GString) text = g_string_new (NULL);
  for (int i = 0; i < 512; i++)
    g_string_append_c (text, '[');
  g_string_append_c (text, '1');
  for (int i = 0; i < 512; i++)
    g_string_append_c (text, ']');
  assert_non_null (scan_whole (text->str, text->len).at);
  g_string_prepend_c (text, '[');
  g_string_append_c (text, ']');
  assert_null (scan_whole (text->str, text->len).at);
}

/* What is cut anywhere is no value, and nothing is read behind its end. */
static void
a_cut_value_is_none (void **state)
{
  (void) state;
  static const char whole[] = "{\"a\": [1.5e3, \"\\u00e6\\\\\", true, null, {\"b\": {}}]}";
  for (size_t n = 0; n < sizeof whole - 1; n++)
    {
      g_autofree char *text = g_malloc (n + 1); /* not one byte more, for the sanitizer */
      memcpy (text, whole, n);
      assert_null (scan_whole (text, n).at);
    }
  assert_non_null (scan_whole (whole, sizeof whole - 1).at);
}

static void
members_come_one_by_one (void **state)
{
  (void) state;
  static const char text[] = "{ \"a\" : 1.10 , \"b\":[ 2 ], \"c\" : \"x\" } ";
  static const char *const want[] = { "\"a\"=1.10", "\"b\"=[ 2 ]", "\"c\"=\"x\"" };
  Members members = scan_members (scan_whole (text, strlen (text)));
  for (size_t i = 0; i < G_N_ELEMENTS (want); i++)
    {
      assert_true (scan_next (&members));
      g_autofree char *got = g_strdup_printf ("%.*s=%.*s", (int) (members.name.end - members.name.at), members.name.at,
                                              (int) (members.value.end - members.value.at), members.value.at);
      assert_string_equal (got, want[i]);
    }
  assert_false (scan_next (&members));
  assert_false (members.is_bad);
  assert_int_equal (members.end - text, strlen (text) - 1);
}

static const struct
{
  const char *json, *text;
  size_t length;
  int64_t halves;
} texts[] = {
  { "\"\"", BYTES (""), 0 },
  { "\"a\\\"b\\\\c\\/\\b\\f\\n\\r\\t\"", BYTES ("a\"b\\c/\b\f\n\r\t"), 0 },
  { "\"\\u00e6\\uD83D\\uDE00!\"", BYTES ("\xc3\xa6\xf0\x9f\x98\x80!"), 0 },
  { "\"a\\u0000b\"",
    BYTES ("a\xef\xbf\xbd"
           "b"),
    1 },
  { "\"\\ud83d\"", BYTES ("\xef\xbf\xbd"), 1 },
  { "\"\\ude00x\"", BYTES ("\xef\xbf\xbdx"), 1 },
  { "\"\\ud83d\\u0041\"",
    BYTES ("\xef\xbf\xbd"
           "A"),
    1 },
  { "\"\\ud83d\\ud83d\\ude00\"", BYTES ("\xef\xbf\xbd\xf0\x9f\x98\x80"), 1 },
};

static void
texts_are_decoded (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GString) got = g_string_new (NULL);
      int64_t halves = 0;
      assert_true (scan_text (scan_whole (texts[i].json, strlen (texts[i].json)), got, &halves));
      assert_int_equal (got->len, texts[i].length);
      assert_memory_equal (got->str, texts[i].text, texts[i].length);
      assert_int_equal (halves, texts[i].halves);
    }
}

static const struct
{
  const char *json, *mended, *parsed;
  bool is_plain;
} mended[] = {
  { "{\"a\": 1}", "{\"a\": 1}", "{\"a\":1}", true },
  { "{\"a\": [NaN, -Infinity]}", "{\"a\": [\"NaN\", \"-Infinity\"]}", "{\"a\":[null,null]}", false },
  { "{\"a\": 18446744073709551616}", "{\"a\": 18446744073709551616}", "{\"a\":1.8446744073709552e19}", false },
  { "{\"a\": \"\\ud800x\"}", "{\"a\": \"\\ufffdx\"}", "{\"a\":\"\xef\xbf\xbdx\"}", false },
  { "{\"a\": [1e400, -1e400, 1e300]}", "{\"a\": [1e400, -1e400, 1e300]}", "{\"a\":[null,null,1.0000000000000001e300]}", false },
  { "{\"a\": 1.10}", "{\"a\": 1.10}", "{\"a\":1.1000000000000001}", false },
  { "{\"a\": 999999999999999999}", "{\"a\": 999999999999999999}", "{\"a\":999999999999999999}", true },
  { "{\"a\": \"NaN 1.5 \\\" Infinity\"}", "{\"a\": \"NaN 1.5 \\\" Infinity\"}", "{\"a\":\"NaN 1.5 \\\" Infinity\"}", true },
  { "{\"a\": \"\\u0000\"}", "{\"a\": \"\\ufffd\"}", "{\"a\":\"\xef\xbf\xbd\"}", false },
};

static void
what_others_do_not_take_is_mended (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (mended); i++)
    {
      Slice value = scan_whole (mended[i].json, strlen (mended[i].json));
      g_autoptr (GString) got = g_string_new (NULL);
      int64_t n = 0;
      scan_mend (value, got, &n);
      assert_string_equal (got->str, mended[i].mended);
      assert_int_equal (n > 0, strcmp (mended[i].json, mended[i].mended) != 0);
      g_autoptr (Json) parsed = scan_parse (value);
      g_autofree char *text = weir_json_text (parsed);
      assert_string_equal (text, mended[i].parsed);
      assert_int_equal (scan_is_plain (value), mended[i].is_plain);
    }
}

static const struct
{
  const char *line;
  MessageType type;
} lines[] = {
  { "{\"type\": \"RECORD\", \"stream\": \"a\", \"record\": {}}", MESSAGE_RECORD },
  { "{\"type\": \"record\", \"stream\": \"a\", \"record\": {\"x\": 1}, \"version\": 5}\r", MESSAGE_RECORD },
  { "{\"record\": {}, \"stream\": \"a\", \"type\": \"RECORD\"}", MESSAGE_RECORD },
  { "{\"type\": \"SCHEMA\", \"stream\": \"a\", \"schema\": {}, \"key_properties\": []}", MESSAGE_SCHEMA },
  { "{\"type\": \"STATE\", \"value\": null}", MESSAGE_STATE },
  { "{\"type\": \"ACTIVATE_VERSION\", \"stream\": \"a\", \"version\": 5}", MESSAGE_ACTIVATE_VERSION },
  { "{\"type\": \"BATCH\", \"stream\": \"a\", \"manifest\": []}", MESSAGE_BATCH },
  { "{\"type\": \"LOG\", \"stream\": \"a\"}", MESSAGE_OTHER },
  { "", MESSAGE_NONE },
  { "  \t", MESSAGE_NONE },
  { "[]", MESSAGE_BAD },
  { "{}", MESSAGE_BAD },
  { "{\"type\": 1}", MESSAGE_BAD },
  { "{\"type\": \"RECORD\", \"stream\": \"a\"}", MESSAGE_BAD },
  { "{\"type\": \"RECORD\", \"record\": {}}", MESSAGE_BAD },
  { "{\"type\": \"RECORD\", \"stream\": \"a\", \"record\": []}", MESSAGE_BAD },
  { "{\"type\": \"RECORD\", \"stream\": null, \"record\": {}}", MESSAGE_BAD },
  { "{\"type\": \"SCHEMA\", \"stream\": \"a\"}", MESSAGE_BAD },
  { "{\"type\": \"STATE\"}", MESSAGE_BAD },
  { "{\"type\": \"ACTIVATE_VERSION\", \"stream\": \"a\"}", MESSAGE_BAD },
  { "{\"type\": \"BATCH\", \"stream\": \"a\"}", MESSAGE_BAD },
  { "{\"type\": \"RECORD\", \"stream\": \"a\", \"record\": {}} x", MESSAGE_BAD },
  { "{\"type\": \"RECORD\", \"stream\": \"a\", \"record\": {}", MESSAGE_BAD },
  { "{\"type\": \"STATE\", \"value\": \"\xe6\"}", MESSAGE_BAD },
  { "INFO starting", MESSAGE_BAD },
};

static void
lines_are_messages_or_not (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (lines); i++)
    if (message_read (lines[i].line, strlen (lines[i].line)).type != lines[i].type)
      fail_msg ("%s", lines[i].line);
  assert_int_equal (message_read (lines[1].line, strlen (lines[1].line)).version, 5);
  assert_int_equal (message_read (lines[0].line, strlen (lines[0].line)).version, -1);
}

/* Whatever jansson takes is a value here; and what is one here jansson takes, once it is mended. */
static void
another_parser_says_the_same (void **state)
{
  (void) state;
  static const char seed[] = "{\"type\": \"RECORD\", \"a\": [1, -2.50e+3, NaN, -Infinity, {\"\\u00e6\\ud83d\": \"\\\\\\\"\"}, "
                             "true, false, null, [], {}]} ";
  static const char letters[] = "{}[]\",:\\ud8019.eE+-nNItfa \t";
  g_autoptr (GRand) random = g_rand_new_with_seed (20261129);
  for (int i = 0; i < 20000; i++)
    {
      g_autofree char *text = g_strdup (seed);
      for (int n = g_rand_int_range (random, 0, 4); n > 0; n--)
        text[g_rand_int_range (random, 0, sizeof seed - 1)] = letters[g_rand_int_range (random, 0, sizeof letters - 1)];
      size_t length = (size_t) g_rand_int_range (random, sizeof seed - 3, sizeof seed);
      Slice value = scan_whole (text, length);
      g_autoptr (Json) other = json_loadb (text, length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
      g_autoptr (Json) ours = scan_parse (value);
      if ((value.at == NULL && other != NULL) || (value.at != NULL && ours == NULL)
          || (other != NULL && strstr (text, "\\u0000") == NULL && !json_equal (other, ours)))
        fail_msg ("%.*s", (int) length, text);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (values_are_told_from_what_is_none),
    cmocka_unit_test (depth_has_an_end),
    cmocka_unit_test (a_cut_value_is_none),
    cmocka_unit_test (members_come_one_by_one),
    cmocka_unit_test (texts_are_decoded),
    cmocka_unit_test (what_others_do_not_take_is_mended),
    cmocka_unit_test (lines_are_messages_or_not),
    cmocka_unit_test (another_parser_says_the_same),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
