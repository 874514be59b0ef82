#include "tests/unit/models/words.h"

#include "models/name.h"

typedef struct
{
  const char *text;
  const char *name;
} Pair;

static void
check_pairs (const Pair *pairs, size_t count, char *(*make) (const char *text))
{
  for (size_t i = 0; i < count; i++)
    {
      g_autofree char *name = make (pairs[i].text);
      assert_string_equal (name, pairs[i].name);
    }
}

static void
test_folding_a_column_name (void **state G_GNUC_UNUSED)
{
  static const Pair pairs[] = {
    { "email", "email" },
    { "E-Mail Address", "e_mail_address" },
    { "  Amount (EUR) ", "amount_eur" },
    { "date_of_birth", "date_of_birth" },
    { "_line", "_line" },
    { "a__b", "a__b" },
    { "Größe", "größe" },
    { "Gro\u0308\u00dfe", "größe" }, /* o and a combining diaeresis */
    { "\u0130D", "id" },             /* a Turkish capital I with a dot, in every locale */
    { "ПОЧТА", "почта" },
    { "--", "" },
    { "", "" },
    { "a\xff"
      "b",
      "a_b" },
  };
  check_pairs (pairs, G_N_ELEMENTS (pairs), name_fold);
}

static void
test_naming_a_table (void **state G_GNUC_UNUSED)
{
  static const Pair pairs[] = {
    { "sales", "sales" },
    { "Sales Report", "sales_report" },
    { "2026", "_2026" },
    { "Größe", "grosse" },
  };
  check_pairs (pairs, G_N_ELEMENTS (pairs), name_of_table);
}

static void
test_a_table_whose_name_has_nothing_usable_gets_one_from_its_digest (void **state G_GNUC_UNUSED)
{
  static const char *const texts[] = { "用户", "---", "" };
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      char sha256[SHA256_HEX_SIZE];
      sha256_bytes (texts[i], strlen (texts[i]), sha256);
      g_autofree char *expected = g_strdup_printf ("table_%.8s", sha256);
      g_autofree char *name = name_of_table (texts[i]);
      assert_string_equal (name, expected);
    }
}

static void
test_long_table_names_differ_by_their_digest (void **state G_GNUC_UNUSED)
{
  g_autofree char *base = g_strnfill (70, 'a');
  g_autofree char *one_text = g_strconcat (base, "1", NULL);
  g_autofree char *two_text = g_strconcat (base, "2", NULL);
  g_autofree char *one = name_of_table (one_text);
  g_autofree char *two = name_of_table (two_text);
  assert_int_equal (strlen (one), NAME_MAX_BYTES);
  assert_string_not_equal (one, two);
}

static void
test_names_leave_room_for_a_suffix (void **state G_GNUC_UNUSED)
{
  /* "ä" has two bytes: it is taken whole, or not at all */
  static const struct
  {
    const char *name;
    size_t room, length;
  } cases[] = { { "aaaaaaaaaa", 53, 10 }, { "aaaaaaaaaa", 54, 9 }, { "ääääääää", 47, 16 }, { "ääääääää", 48, 14 } };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = name_limit (g_strdup (cases[i].name), cases[i].room, cases[i].name);
      assert_true (strlen (name) + cases[i].room <= NAME_MAX_BYTES);
      assert_int_equal (strlen (name), cases[i].length);
      assert_true (g_utf8_validate (name, -1, NULL));
    }
}

static void
test_usable_names (void **state G_GNUC_UNUSED)
{
  static const char *const good[] = { "a", "_", "users", "users_2", "_2026" };
  static const char *const bad[] = { "", "2026", "Users", "a-b", "größe", "a b", "a\"b" };
  for (size_t i = 0; i < G_N_ELEMENTS (good); i++)
    assert_true (name_is_usable (good[i]));
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_false (name_is_usable (bad[i]));
  g_autofree char *longest = g_strnfill (63, 'a');
  g_autofree char *too_long = g_strnfill (64, 'a');
  assert_true (name_is_usable (longest));
  assert_false (name_is_usable (too_long));
}

static void
test_taken_names_depend_on_the_kind (void **state G_GNUC_UNUSED)
{
  static const struct
  {
    const char *name;
    bool staging, dimension, fact;
  } names[] = {
    { "_line", true, true, true },
    { "_id", true, true, true },
    { "_hash", true, true, true },
    { "ctid", true, true, true },
    { "row_hash", false, true, true },
    { "is_current", false, true, false },
    { "version_number", false, true, false },
    { "created_at", false, false, true },
    { "occurrence", false, false, true },
    { "email", false, false, false },
  };
  g_autoptr (Model) dimension = model_new (), fact = model_new ();
  dimension->kind = MODEL_DIMENSION;
  fact->kind = MODEL_FACT;
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      assert_int_equal (name_is_taken_in_staging (names[i].name), names[i].staging);
      assert_int_equal (model_takes_name (dimension, names[i].name), names[i].dimension);
      assert_int_equal (model_takes_name (fact, names[i].name), names[i].fact);
    }
}

static void
test_singulars (void **state G_GNUC_UNUSED)
{
  static const Pair pairs[] = {
    { "users", "user" },
    { "categories", "category" },
    { "addresses", "address" },
    { "boxes", "box" },
    { "batches", "batch" },
    { "dishes", "dish" },
    { "houses", "house" },
    { "address", "address" },
    { "status", "status" },
    { "analysis", "analysis" },
    { "person", "person" },
    { "s", "s" },
    { "transactions", "transaction" },
  };
  check_pairs (pairs, G_N_ELEMENTS (pairs), name_singular);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_folding_a_column_name),
    cmocka_unit_test (test_naming_a_table),
    cmocka_unit_test (test_a_table_whose_name_has_nothing_usable_gets_one_from_its_digest),
    cmocka_unit_test (test_long_table_names_differ_by_their_digest),
    cmocka_unit_test (test_names_leave_room_for_a_suffix),
    cmocka_unit_test (test_usable_names),
    cmocka_unit_test (test_taken_names_depend_on_the_kind),
    cmocka_unit_test (test_singulars),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
