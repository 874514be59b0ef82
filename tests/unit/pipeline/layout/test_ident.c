/* SQL identifiers from header cells. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include "models/name.h"
#include "pipeline/layout/ident.h"

#include <string.h>

static const struct
{
  const char *text;
  const char *identifier; /* of the third column */
} cells[] = {
  { "email", "email" },
  { "Date of birth", "date_of_birth" },
  { "E-Mail", "e_mail" },
  { "Größe (cm)", "größe_cm" },
  { "ПОЧТА", "почта" },
  { "", "column_3" },
  { "%", "column_3" },
  { "   ", "column_3" },
  { "2026", "_2026" },
  { "1st place", "_1st_place" },
  { "_line", "_line_" },
  { "_id", "_id_" },
  { "_HASH", "_hash_" },
  { "ctid", "ctid_" },
  { "xmin", "xmin_" },
  { "tableoid", "tableoid_" },
  { "select", "select" }, /* always quoted: a keyword is an ordinary name */
  { "is_current", "is_current" },
  { "a\"b", "a_b" },
};

static void
test_one_cell (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (cells); i++)
    {
      g_autofree char *identifier = name_of_column (cells[i].text, 2);
      assert_string_equal (identifier, cells[i].identifier);
    }
}

static void
test_long_names_are_cut_at_a_character (void **state G_GNUC_UNUSED)
{
  /* 70 letters of one byte, then 40 of two: 55 bytes are left beside the digits, 54 where the 55th is half a letter. */
  g_autofree char *ascii = g_strnfill (70, 'x');
  g_autofree char *ascii_identifier = name_of_column (ascii, 0);
  g_autofree char *ascii_start = g_strnfill (55, 'x');
  g_autofree char *ascii_expected = g_strconcat (ascii_start, "c71bd109", NULL);
  assert_string_equal (ascii_identifier, ascii_expected);

  g_autoptr (GString) umlauts = g_string_new (NULL);
  for (int i = 0; i < 40; i++)
    g_string_append (umlauts, "ü");
  g_autofree char *identifier = name_of_column (umlauts->str, 0);
  assert_true (g_utf8_validate (identifier, -1, NULL));
  assert_int_equal (strlen (identifier), 54 + 8);
  assert_string_equal (identifier + 54, "bdf9bfe5");

  g_autofree char *just_fits = g_strnfill (63, 'x');
  g_autofree char *kept = name_of_column (just_fits, 0);
  assert_string_equal (kept, just_fits);
}

static void
test_equal_names_are_numbered (void **state G_GNUC_UNUSED)
{
  static const struct
  {
    const char *texts[6];
    const char *identifiers[6];
  } headers[] = {
    { { "name", "Name", "NAME " }, { "name", "name_2", "name_3" } },
    { { "a", "a", "a_2" }, { "a", "a_3", "a_2" } }, /* what is spelled so is called so */
    { { "a_2", "a", "a" }, { "a_2", "a", "a_3" } },
    { { "A", "a" }, { "a_2", "a" } },
    { { "a", "a_2", "a", "a_2", "A" }, { "a", "a_2", "a_3", "a_2_2", "a_4" } },
    { { "", "column_1", "" }, { "column_1_2", "column_1", "column_3" } },
    { { "", "", "column_1", "column_2" }, { "column_1_2", "column_2_2", "column_1", "column_2" } },
    { { "ctid", "ctid_", "_line", "_line_" }, { "ctid__2", "ctid_", "_line__2", "_line_" } },
    { { "ctid", "CTID" }, { "ctid_", "ctid__2" } },
    { { "2026", "_2026" }, { "_2026_2", "_2026" } },
    { { "E-Mail", "e_mail" }, { "e_mail_2", "e_mail" } },
    { { "_weir_line", "_weir_reason", "a", "" }, { "_weir_line", "_weir_reason", "a", "column_2" } }, /* take no place */
    { { NULL }, { NULL } },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_auto (GStrv) identifiers = ident_from_headers (headers[i].texts, g_strv_length ((GStrv) headers[i].texts));
      g_autofree char *made = g_strjoinv (", ", identifiers);
      g_autofree char *expected = g_strjoinv (", ", (GStrv) headers[i].identifiers);
      assert_string_equal (made, expected);
    }
}

static void
test_equal_long_names_stay_within_the_limit (void **state G_GNUC_UNUSED)
{
  g_autofree char *text = g_strnfill (63, 'y');
  const char *const texts[] = { text, text, text };
  g_auto (GStrv) identifiers = ident_from_headers (texts, G_N_ELEMENTS (texts));
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      assert_true (strlen (identifiers[i]) <= NAME_MAX_BYTES);
      for (size_t j = 0; j < i; j++)
        assert_string_not_equal (identifiers[i], identifiers[j]);
    }
  assert_true (g_str_has_suffix (identifiers[1], "_2"));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_one_cell),
    cmocka_unit_test (test_long_names_are_cut_at_a_character),
    cmocka_unit_test (test_equal_names_are_numbered),
    cmocka_unit_test (test_equal_long_names_stay_within_the_limit),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
