/* JSON as the text that it is: what is JSON at all, against jansson too; what its parts are, and what they say. */
#include "connect/slice.h"

#include "base/json.h"
#include "tests/support/effort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static void
test_check (void **state)
{
  (void) state;
  static const struct
  {
    const char *text, *what; /* NULL: it is JSON */
    size_t offset;
    bool is_cut;
  } cases[] = {
    { "{}", NULL },
    { " [ ] ", NULL },
    { "\xEF\xBB\xBF[1]", NULL },
    { "null", NULL },
    { "-0.5e+10", NULL },
    { "[1,2,{\"a\":[{}, \"x\\n\\u00e9\", true, false, null]}]\n", NULL },
    { "{\"a\": {\"b\": {}}, \"c\" : [[], [[]]]}", NULL },
    { "\"\xC3\xA9\"", NULL },
    { "", "a value is missing", 0, true },
    { "[1", "a comma or a bracket is missing", 2, true },
    { "[1,", "a value is missing", 3, true },
    { "{\"a\"", "a colon is missing", 4, true },
    { "{\"a\": \"x", "a string does not end", 8, true },
    { "[tru", "a word does not end", 4, true },
    { "[\"\\u00", "an escape without its four digits", 6, true },
    { "[-", "a digit is missing", 2, true },
    { "[1}", "a comma or a bracket is missing", 2, false },
    { "{\"a\": 1]", "a comma or a bracket is missing", 7, false },
    { "[1,]", "a value is missing", 3, false },
    { "{,}", "a string in double quotes is missing", 1, false },
    { "{\"a\" 1}", "a colon is missing", 5, false },
    { "{a: 1}", "a string in double quotes is missing", 1, false },
    { "[01]", "a comma or a bracket is missing", 2, false },
    { "[1.]", "a digit is missing", 3, false },
    { "[+1]", "a value is missing", 1, false },
    { "[NaN]", "a value is missing", 1, false },
    { "[1] x", "something follows the value", 4, false },
    { "[\"a\nb\"]", "a control character in a string", 3, false },
    { "[\"\\x\"]", "no escape of JSON", 3, false },
    { "[\"\\u12g4\"]", "an escape without its four digits", 6, false },
    { "[\"\xFF\"]", "no UTF-8", 2, false },
    { "<html>", "a value is missing", 0, false },
    { "]", "a value is missing", 0, false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SliceProblem problem = { NULL };
      bool is_json = slice_check (cases[i].text, strlen (cases[i].text), &problem);
      if (is_json != (cases[i].what == NULL)
          || (!is_json
              && (strcmp (problem.what, cases[i].what) != 0 || problem.offset != cases[i].offset
                  || problem.is_cut != cases[i].is_cut)))
        fail_msg ("%s: %s at %zu%s", cases[i].text, is_json ? "it is JSON" : problem.what, problem.offset,
                  problem.is_cut ? ", cut" : "");
    }
}

static void
test_depth (void **state)
{
  (void) state;
  g_autofree char *deep = g_malloc0 (2 * SLICE_DEPTH + 3);
  memset (deep, '[', SLICE_DEPTH);
  memset (deep + SLICE_DEPTH, ']', SLICE_DEPTH);
  SliceProblem problem;
  assert_true (slice_check (deep, 2 * SLICE_DEPTH, &problem));
  memset (deep, '[', SLICE_DEPTH + 1);
  memset (deep + SLICE_DEPTH + 1, ']', SLICE_DEPTH + 1);
  assert_false (slice_check (deep, 2 * SLICE_DEPTH + 2, &problem));
  assert_string_equal (problem.what, "it is nested too deeply");
}

static Slice
whole (const char *text)
{
  SliceProblem problem;
  assert_true (slice_check (text, strlen (text), &problem));
  return slice_of (text, strlen (text));
}

static void
test_says (void **state)
{
  (void) state;
  static const struct
  {
    const char *json, *text;
    unsigned replaced;
    const char *compact; /* NULL: as it was */
  } cases[] = {
    { "\"\"", "" },
    { "\"a\\\"b\\\\c\\/d\\b\\f\\n\\r\\t\"", "a\"b\\c/d\b\f\n\r\t" },
    { "\"\\u00e9\\u20AC\"", "\xC3\xA9\xE2\x82\xAC" },
    { "\"\\ud83d\\ude00\"", "\xF0\x9F\x98\x80" },
    { "\"a\\u0000b\"",
      "a\xEF\xBF\xBD"
      "b",
      1,
      "\"a\xEF\xBF\xBD"
      "b\"" },
    { "\"\\ud83dx\"", "\xEF\xBF\xBDx", 1, "\"\xEF\xBF\xBDx\"" },
    { "\"\\ud83d\\u0041\"",
      "\xEF\xBF\xBD"
      "A",
      1, "\"\xEF\xBF\xBD\\u0041\"" },
    { "\"\\ude00\\ud83d\"", "\xEF\xBF\xBD\xEF\xBF\xBD", 2, "\"\xEF\xBF\xBD\xEF\xBF\xBD\"" },
    { "\"\\\\u0000\"", "\\u0000" },
    { "\"\\ud83d\\ud83d\\ude00\"", "\xEF\xBF\xBD\xF0\x9F\x98\x80", 1, "\"\xEF\xBF\xBD\\ud83d\\ude00\"" },
    { "5", "" }, /* no string */
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL), compact = g_string_new (NULL);
      Slice value = whole (cases[i].json);
      assert_int_equal (slice_text (value, text), cases[i].replaced);
      assert_string_equal (text->str, cases[i].text);
      assert_int_equal (slice_compact (value, compact), cases[i].replaced);
      assert_string_equal (compact->str, cases[i].compact != NULL ? cases[i].compact : cases[i].json);
    }
  g_autoptr (GString) compact = g_string_new (NULL);
  slice_compact (whole (" { \"a b\" : [ 1.50 , \" x \" ,\n null ] , \"c\":{ } } "), compact);
  assert_string_equal (compact->str, "{\"a b\":[1.50,\" x \",null],\"c\":{}}");
}

static void
test_parts (void **state)
{
  (void) state;
  Slice root = whole (" {\"a\": 1 , \"b\" : [ 10, {\"c\": \"}]\" } , [] ], \"a\": 2, \"\\u0064\": {} } "), value;
  assert_true (slice_find (root, "a", 1, &value));
  assert_memory_equal (value.bytes, "2", 1);
  assert_true (slice_find (root, "d", 1, &value));
  assert_int_equal (slice_kind (value), SLICE_OBJECT);
  assert_false (slice_find (root, "", 0, &value));
  assert_null (value.bytes);
  assert_true (slice_find (root, "b", 1, &value));
  Slice item;
  assert_true (slice_item (value, 1, &item));
  assert_int_equal (item.length, strlen ("{\"c\": \"}]\" }"));
  assert_true (slice_item (value, 2, &item));
  assert_int_equal (slice_kind (item), SLICE_ARRAY);
  assert_false (slice_item (value, 3, &item));
  assert_false (slice_item (root, 0, &item));
  assert_false (slice_find (value, "a", 1, &item));
  SliceWalk walk = slice_walk (whole ("[]"));
  assert_false (slice_next (&walk, NULL, &item));
  walk = slice_walk (whole ("5"));
  assert_false (slice_next (&walk, NULL, &item));
}

static const struct
{
  const char *json, *mended, *built;
  bool is_plain;
} mended[] = {
  { "{\"a\": 1}", "{\"a\": 1}", "{\"a\":1}", true },
  { "{\"a\": [NaN, -Infinity]}", "{\"a\": [\"NaN\", \"-Infinity\"]}", "{\"a\":[null,null]}", false },
  { "{\"a\": 18446744073709551616}", "{\"a\": 18446744073709551616}", "{\"a\":1.8446744073709552e+19}", false },
  { "{\"a\": \"\\ud800x\"}", "{\"a\": \"\xEF\xBF\xBDx\"}", "{\"a\":\"\xef\xbf\xbdx\"}", false },
  { "{\"a\": [1e400, -1e400, 1e300]}", "{\"a\": [1e400, -1e400, 1e300]}", "{\"a\":[null,null,1e+300]}", false },
  { "{\"a\": 1.10}", "{\"a\": 1.10}", "{\"a\":1.1}", false },
  { "{\"a\": 999999999999999999}", "{\"a\": 999999999999999999}", "{\"a\":999999999999999999}", true },
  { "{\"a\": \"NaN 1.5 \\\" Infinity\"}", "{\"a\": \"NaN 1.5 \\\" Infinity\"}", "{\"a\":\"NaN 1.5 \\\" Infinity\"}", true },
  { "{\"a\": \"\\u0000\"}", "{\"a\": \"\xEF\xBF\xBD\"}", "{\"a\":\"\xef\xbf\xbd\"}", false },
};

static void
test_mended (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (mended); i++)
    {
      Slice value = slice_lenient (mended[i].json, strlen (mended[i].json));
      g_autoptr (GString) got = g_string_new (NULL);
      unsigned n = slice_mend (value, got);
      assert_string_equal (got->str, mended[i].mended);
      assert_int_equal (n > 0, strcmp (mended[i].json, mended[i].mended) != 0);
      g_autoptr (Json) built = slice_build (value);
      g_autofree char *text = weir_json_text (built);
      assert_string_equal (text, mended[i].built);
      assert_int_equal (slice_is_plain (value), mended[i].is_plain);
    }
}

/* Python's words for what is no number. */
static void
test_lenient (void **state)
{
  (void) state;
  static const struct
  {
    const char *text;
    bool is_value;
  } cases[] = {
    { "NaN", true },       { "[-Infinity]", true }, { " {\"a\": Infinity}", true }, { "[1, 2]", true },     { "-NaN", false },
    { "Infinit", false },  { "-I", false },         { "infinity", false },          { "+Infinity", false }, { "NaN1", false },
    { "\"\xE6\"", false }, { "[1", false },
  };
  SliceProblem problem;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    if ((slice_lenient (cases[i].text, strlen (cases[i].text)).bytes != NULL) != cases[i].is_value)
      fail_msg ("%s", cases[i].text);
  assert_false (slice_check ("[-Infinity]", 11, &problem));
  assert_int_equal (problem.offset, 2);
}

/* What is cut anywhere is no value, and nothing is read behind its end. */
static void
test_cut (void **state)
{
  (void) state;
  static const char all[] = "{\"a\": [1.5e3, \"\\u00e6\\\\\", true, null, {\"b\": {}}]}";
  for (size_t n = 0; n < sizeof all - 1; n++)
    {
      g_autofree char *text = g_malloc (n + 1); /* not one byte more, for the sanitizer */
      memcpy (text, all, n);
      assert_null (slice_lenient (text, n).bytes);
    }
  assert_non_null (slice_lenient (all, sizeof all - 1).bytes);
}

static void
test_kinds (void **state)
{
  (void) state;
  static const struct
  {
    const char *json;
    SliceKind kind;
  } cases[] = { { "null", SLICE_NULL },        { "true", SLICE_BOOLEAN }, { "false", SLICE_BOOLEAN }, { "-12", SLICE_INTEGER },
                { "0", SLICE_INTEGER },        { "1.0", SLICE_NUMBER },   { "1e3", SLICE_NUMBER },    { "NaN", SLICE_NUMBER },
                { "-Infinity", SLICE_NUMBER }, { "\"1\"", SLICE_STRING }, { "{}", SLICE_OBJECT },     { "[1]", SLICE_ARRAY } };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    if (slice_kind (slice_lenient (cases[i].json, strlen (cases[i].json))) != cases[i].kind)
      fail_msg ("%s", cases[i].json);
}

/* A name is what it says, however it is written. */
static void
test_names (void **state)
{
  (void) state;
  static const struct
  {
    const char *json, *name;
    bool is_it;
  } cases[] = { { "\"id\"", "id", true },      { "\"\\u0069d\"", "id", true },
                { "\"i\"", "id", false },      { "\"ide\"", "id", false },
                { "\"\"", "", true },          { "\"a\"", "", false },
                { "\"a\\nb\"", "a\nb", true }, { "\"a\\nb\"", "a\\nb", false },
                { "\"\\\\\"", "\\", true } };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    if (slice_says (whole (cases[i].json), cases[i].name, strlen (cases[i].name)) != cases[i].is_it)
      fail_msg ("%s: %s", cases[i].json, cases[i].name);
}

static void
test_bigint (void **state)
{
  (void) state;
  static const struct
  {
    const char *number;
    bool is_bigint;
  } cases[] = { { "0", true },
                { "-0", true },
                { "9223372036854775807", true },
                { "9223372036854775808", false },
                { "-9223372036854775808", true },
                { "1.0", false },
                { "1e3", false },
                { "-1E3", false },
                { "-9223372036854775809", false },
                { "1000000000000000000", true },
                { "10000000000000000000", false },
                { "12345678901234567890123456789012345", false } };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    if (slice_is_bigint (whole (cases[i].number)) != cases[i].is_bigint)
      fail_msg ("%s", cases[i].number);
}

/* ---- against jansson ---- */

#define DECODE (JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL)

/* Where jansson knows less than JSON: halves of surrogate pairs, numbers that no double holds, names with U+0000. */
static bool
is_its_own (const char *problem)
{
  return strstr (problem, "surrogate") != NULL || strstr (problem, "invalid Unicode") != NULL
         || strstr (problem, "overflow") != NULL || strstr (problem, "NUL byte in object key") != NULL
         || strstr (problem, "maximum parsing depth") != NULL;
}

/* Copies with our functions what a value is made of; it must be the same value. */
static void
rebuild (Slice value, GString *out)
{
  SliceKind kind = slice_kind (value);
  if (kind != SLICE_OBJECT && kind != SLICE_ARRAY)
    {
      slice_compact (value, out);
      return;
    }
  Slice name, inner;
  g_string_append_c (out, kind == SLICE_OBJECT ? '{' : '[');
  bool is_first = true;
  for (SliceWalk walk = slice_walk (value); slice_next (&walk, &name, &inner); is_first = false)
    {
      g_string_append (out, is_first ? "" : ",");
      if (kind == SLICE_OBJECT)
        {
          slice_compact (name, out);
          g_string_append_c (out, ':');
        }
      rebuild (inner, out);
    }
  g_string_append_c (out, kind == SLICE_OBJECT ? '}' : ']');
}

static void
compare (const char *text, size_t length)
{
  json_error_t where;
  SliceProblem problem = { NULL };
  g_autoptr (Json) json = json_loadb (text, length, DECODE, &where);
  bool is_json = slice_check (text, length, &problem);
  if (is_json != (json != NULL) && !(is_json && is_its_own (where.text)))
    {
      g_autofree char *shown = g_strescape (text, NULL);
      fail_msg ("%s: we say %s, jansson %s", shown, is_json ? "JSON" : problem.what, json != NULL ? "JSON" : where.text);
    }
  if (json == NULL || !is_json)
    return;
  g_autoptr (GString) copy = g_string_new (NULL);
  Slice root = slice_of (text, length);
  g_autoptr (Json) built = slice_build (root), plain = json_loadb (text, length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
  if (built == NULL || (plain != NULL && strstr (text, "\\u0000") == NULL && !json_equal (plain, built)))
    fail_msg ("%s is built otherwise", text);
  rebuild (root, copy);
  g_autoptr (Json) again = json_loadb (copy->str, copy->len, DECODE, &where);
  if (strstr (text, "\\u0000") == NULL && (again == NULL || !json_equal (json, again)))
    fail_msg ("%s became %s", text, copy->str);
}

static void
test_against_jansson (void **state)
{
  (void) state;
  static const char base[] = " {\"a\" : [1, -2.50e3, true, null, {\"b\": \"x\\u00e9\\n\\\"y\", \"c\": {}}, []], \"d\\u0061\": "
                             "\"\\ud83d\\ude00\", \"e\":\"\"} ";
  static const char bytes[] = "{}[]\",:\\u0123456789abcdefxtrnl.-+eE \n\xC3\xA9";
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  compare (base, strlen (base));
  for (int i = 0; i < effort (20000, 1000000); i++)
    {
      g_autofree char *text = g_strdup (base);
      size_t length = strlen (base);
      for (int n = g_rand_int_range (random, 1, 5); n > 0; n--)
        text[g_rand_int_range (random, 0, (int) length)] = bytes[g_rand_int_range (random, 0, sizeof bytes - 1)];
      size_t end = g_rand_boolean (random) ? length : (size_t) g_rand_int_range (random, 0, (int) length);
      text[end] = '\0';
      compare (text, end);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_check),  cmocka_unit_test (test_depth),           cmocka_unit_test (test_says),
    cmocka_unit_test (test_parts),  cmocka_unit_test (test_mended),          cmocka_unit_test (test_lenient),
    cmocka_unit_test (test_cut),    cmocka_unit_test (test_kinds),           cmocka_unit_test (test_names),
    cmocka_unit_test (test_bigint), cmocka_unit_test (test_against_jansson),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
