/* Business keys to UUIDs. The expected ids were made with Python's hmac, hashlib and uuid. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include "pipeline/layout/key.h"

#include <locale.h>
#include <string.h>

static const char secret[] = "0123456789abcdef0123456789abcdef";

static KeyMaker *
make (KeyHash hash, unsigned normalize)
{
  g_autoptr (Model) model = model_new ();
  model->hash = hash;
  model->normalize = normalize;
  if (hash == KEY_UUID5)
    model->name_space = g_strdup ("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  return hash == KEY_HMAC_SHA256 ? key_maker_new (model, secret, strlen (secret)) : key_maker_new (model, NULL, 0);
}

static KeyPart
part (const char *text)
{
  return (KeyPart) { text, strlen (text), false };
}

static void
assert_key (KeyMaker *maker, const KeyPart *parts, size_t count, const char *expected)
{
  Uid id;
  size_t empty = 0;
  assert_true (key_make (maker, parts, count, &id, NULL, &empty));
  char text[UID_TEXT_SIZE];
  uid_format (id, text);
  assert_string_equal (text, expected);
}

static void
test_each_hash (void **state G_GNUC_UNUSED)
{
  static const struct
  {
    KeyHash hash;
    const char *value;
    const char *id;
  } cases[] = {
    { KEY_HMAC_SHA256, "ann@example.com", "093e3dd9-df95-8c50-8822-5d533a017547" },
    { KEY_HMAC_SHA256, "größe", "07c1e39c-dcc5-8ec0-9540-9cb215319aa8" },
    { KEY_UUID5, "python.org", "886313e1-3b8a-5372-9b90-0c9aee199e5d" },
    { KEY_MD5, "ann@example.com", "257c5703-7d38-4ae3-7ea2-7a07e8a01665" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (KeyMaker) maker = make (cases[i].hash, 0);
      KeyPart one = part (cases[i].value);
      assert_key (maker, &one, 1, cases[i].id);
      assert_key (maker, &one, 1, cases[i].id); /* a maker has no memory */
    }
}

static void
test_composite_keys_are_netstrings (void **state G_GNUC_UNUSED)
{
  const KeyPart first[] = { part ("a"), part ("bc") };
  const KeyPart second[] = { part ("ab"), part ("c") };
  g_autoptr (KeyMaker) hmac = make (KEY_HMAC_SHA256, NORMALIZE_TRIM);
  g_autoptr (KeyMaker) uuid5 = make (KEY_UUID5, NORMALIZE_TRIM);
  assert_key (hmac, first, 2, "6494c383-7eec-8abd-9fe4-f8e487b3a3e7");
  assert_key (hmac, second, 2, "f707c64a-98ee-81a9-a0d8-52151c74a908");
  assert_key (uuid5, first, 2, "b1d5fcba-140c-5306-9a29-43ff1f2b5199");
}

static const struct
{
  unsigned normalize;
  const char *text;
  const char *normalized; /* NULL: empty */
} normalizations[] = {
  { 0, " Ann@Example.com ", " Ann@Example.com " },
  { NORMALIZE_TRIM, " \t\r\n\v\f Ann@Example.com \n", "Ann@Example.com" },
  { NORMALIZE_TRIM, "a b", "a b" },
  { NORMALIZE_TRIM,
    "\u00a0\u2003\u3000\xc2\x85"
    "Zoë\u2028\u1680",
    "Zoë" },
  { NORMALIZE_TRIM, "\u200bx", "\u200bx" }, /* a zero width space is no white space */
  { NORMALIZE_LOWERCASE, "ANN@EXAMPLE.COM", "ann@example.com" },
  { NORMALIZE_LOWERCASE, "GRÖSSE Straße ΣΑΣ", "grösse straße σασ" },
  { NORMALIZE_LOWERCASE, "\u0130I", "ii" },
  { NORMALIZE_NFC, "Zoe\u0308", "Zoë" },
  { NORMALIZE_TRIM | NORMALIZE_NFC | NORMALIZE_LOWERCASE, " ZOE\u0308 ", "zoë" },
  { NORMALIZE_TRIM | NORMALIZE_LOWERCASE, " A ", "a" },
  { 0, "", NULL },
  { 0, " ", " " },
  { NORMALIZE_TRIM, "  \t", NULL },
  { NORMALIZE_TRIM, "\u00a0\u2003", NULL },
};

static void
check_normalizations (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (normalizations); i++)
    {
      g_autoptr (KeyMaker) maker = make (KEY_MD5, normalizations[i].normalize);
      KeyPart one = part (normalizations[i].text);
      Uid id;
      const KeyPart *normalized = NULL;
      size_t empty = 7;
      const char *expected = normalizations[i].normalized;
      assert_int_equal (key_make (maker, &one, 1, &id, &normalized, &empty), expected != NULL);
      if (expected == NULL)
        {
          assert_int_equal (empty, 0);
          continue;
        }
      assert_int_equal (normalized[0].length, strlen (expected));
      assert_memory_equal (normalized[0].text, expected, strlen (expected));
      assert_false (normalized[0].null);
    }
}

static void
check_lowercase (KeyMaker *maker, const GString *text)
{
  g_autoptr (GString) expected = g_string_new (NULL);
  for (const char *at = text->str; *at != '\0'; at = g_utf8_next_char (at))
    g_string_append_unichar (expected, g_unichar_tolower (g_utf8_get_char (at)));
  KeyPart one = { text->str, text->len, false };
  Uid id;
  const KeyPart *normalized;
  size_t empty;
  assert_true (key_make (maker, &one, 1, &id, &normalized, &empty));
  assert_int_equal (normalized[0].length, expected->len);
  assert_memory_equal (normalized[0].text, expected->str, expected->len);
}

/* Texts of ASCII go a way of their own, several letters at once: each letter at each place of texts of each length gives the same as
 * letter by letter; and so with one letter more that is not ASCII. */
static void
test_lowercase_of_every_letter (void **state G_GNUC_UNUSED)
{
  g_autoptr (KeyMaker) maker = make (KEY_MD5, NORMALIZE_LOWERCASE);
  for (gsize length = 1; length <= 20; length++)
    for (gsize at = 0; at < length; at++)
      for (int letter = 1; letter < 128; letter++)
        {
          g_autoptr (GString) text = g_string_new_len ("aZ@[`{09zA-_Q Yy+:MmX", (gssize) length);
          text->str[at] = (char) letter;
          check_lowercase (maker, text);
          g_string_insert (text, (gssize) at, "\u00c9");
          check_lowercase (maker, text);
        }
}

static void
test_normalizing (void **state G_GNUC_UNUSED)
{
  check_normalizations ();
}

static void
test_normalizing_does_not_depend_on_the_locale (void **state G_GNUC_UNUSED)
{
  /* Where the locale is not installed, this is the test before once more. */
  setlocale (LC_ALL, "tr_TR.UTF-8");
  check_normalizations ();
  setlocale (LC_ALL, "C");
}

static void
test_a_null_or_empty_part_is_named (void **state G_GNUC_UNUSED)
{
  g_autoptr (KeyMaker) maker = make (KEY_HMAC_SHA256, NORMALIZE_TRIM);
  const KeyPart null_first[] = { { "", 0, true }, part ("b") };
  const KeyPart empty_second[] = { part ("a"), part (" ") };
  Uid id;
  size_t empty = 7;
  assert_false (key_make (maker, null_first, 2, &id, NULL, &empty));
  assert_int_equal (empty, 0);
  assert_false (key_make (maker, empty_second, 2, &id, NULL, &empty));
  assert_int_equal (empty, 1);
}

static void
test_parts_are_normalised_apart_however_long (void **state G_GNUC_UNUSED)
{
  g_autofree char *letters = g_strnfill (100000, 'X');
  const KeyPart parts[] = { part (" a "), part (letters), part ("É") };
  g_autoptr (KeyMaker) maker = make (KEY_HMAC_SHA256, NORMALIZE_TRIM | NORMALIZE_LOWERCASE);
  Uid id;
  const KeyPart *normalized = NULL;
  size_t empty = 0;
  assert_true (key_make (maker, parts, G_N_ELEMENTS (parts), &id, &normalized, &empty));
  assert_int_equal (normalized[0].length, 1);
  assert_memory_equal (normalized[0].text, "a", 1);
  assert_int_equal (normalized[1].length, 100000);
  assert_int_equal (normalized[1].text[99999], 'x');
  assert_int_equal (normalized[2].length, 2);
  assert_memory_equal (normalized[2].text, "é", 2);
}

static void
test_a_part_is_known_by_its_value (void **state G_GNUC_UNUSED)
{
  static const struct
  {
    unsigned normalize;
    int type; /* -1: not settled */
    const char *format, *cell, *text;
  } cases[] = {
    { 0, TYPE_NUMERIC, NULL, "1.50", "1.5" },
    { 0, TYPE_NUMERIC, "9.999,9", "1.234,50", "1234.5" },
    { NORMALIZE_TRIM, TYPE_BIGINT, NULL,
      "\xc2\xa0"
      "5 ",
      "5" },
    { 0, TYPE_BIGINT, NULL, " 5", "5" },
    { 0, TYPE_BIGINT, NULL, "-0", "0" },
    { 0, TYPE_TIME, "HH12:MI AM", "9:30 PM", "21:30:00" },
    { 0, TYPE_TEXT, NULL, " 5", " 5" },
    { NORMALIZE_TRIM, TYPE_NUMERIC, NULL, " 1.50 ", "1.5" },
    { NORMALIZE_TRIM, TYPE_DATE, "DD/MM/YYYY", "1/2/2026", "2026-02-01" },
    { 0, TYPE_DATE, NULL, "1/2/2026", "1/2/2026" },
    { NORMALIZE_LOWERCASE, TYPE_TIMESTAMPTZ, NULL, "2026-01-01T01:00:00+01", "2026-01-01t00:00:00z" },
    { 0, TYPE_TEXT, NULL, "1.50", "1.50" },
    { 0, -1, NULL, "1.50", "1.50" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (KeyMaker) maker = make (KEY_MD5, cases[i].normalize);
      g_autoptr (GString) out = g_string_new (NULL);
      KeyPart typed = part (cases[i].cell), plain = part (cases[i].text);
      Value value;
      const Type *type = cases[i].type < 0 ? NULL : &types[cases[i].type];
      CellFormat format = cell_format_own;
      if (type != NULL)
        cell_format_read (&format, type->id, cases[i].format);
      (void) key_canonical (maker, type, &format, &typed, out, &value);
      Uid id, expected;
      size_t empty = 0;
      assert_true (key_make (maker, &typed, 1, &id, NULL, &empty));
      assert_true (key_make (maker, &plain, 1, &expected, NULL, &empty));
      assert_true (uid_equal (id, expected));
    }
}

static void
test_version_and_variant (void **state G_GNUC_UNUSED)
{
  g_autoptr (KeyMaker) maker = make (KEY_HMAC_SHA256, 0);
  for (int i = 0; i < 256; i++)
    {
      g_autofree char *text = g_strdup_printf ("%d", i);
      KeyPart one = part (text);
      Uid id;
      size_t empty = 0;
      assert_true (key_make (maker, &one, 1, &id, NULL, &empty));
      assert_int_equal (id.bytes[6] >> 4, 8);
      assert_int_equal (id.bytes[8] >> 6, 2);
    }
}

static void
test_the_fingerprint (void **state G_GNUC_UNUSED)
{
  g_autofree char *fingerprint = key_fingerprint (secret, strlen (secret));
  assert_string_equal (fingerprint, "e2fc136bb5aed947");
  g_autofree char *other = key_fingerprint (secret, strlen (secret) - 1);
  assert_string_not_equal (fingerprint, other);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_each_hash),
    cmocka_unit_test (test_composite_keys_are_netstrings),
    cmocka_unit_test (test_lowercase_of_every_letter),
    cmocka_unit_test (test_normalizing),
    cmocka_unit_test (test_normalizing_does_not_depend_on_the_locale),
    cmocka_unit_test (test_a_null_or_empty_part_is_named),
    cmocka_unit_test (test_parts_are_normalised_apart_however_long),
    cmocka_unit_test (test_a_part_is_known_by_its_value),
    cmocka_unit_test (test_version_and_variant),
    cmocka_unit_test (test_the_fingerprint),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
