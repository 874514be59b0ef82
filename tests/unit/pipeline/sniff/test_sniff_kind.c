#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pipeline/sniff/sniff_kind.h"

#include <glib.h>
#include <string.h>

static const struct
{
  CellKind kind;
  const char *cells[16];
} looks[] = {
  { KIND_EMPTY, { "" } },
  { KIND_NUMBER,
    { "0", "-3e8", "1,234.50", "1.234,50", "1'234", ".5", "5.", "12 %", "EUR 5", "5 €", "$1,000", "(5.00)", "00123", " 5 " } },
  { KIND_FIGURES, { "+49 30 1234567", "030/1234567", "10.0.0.1", "2020-2021", "12-34-56-78" } },
  { KIND_DATE, { "2026-11-20", "20/11/2026", "20.11.26", "1-Feb-2020", "May 5, 2020", "5 May 2020" } },
  { KIND_TIME, { "9:30", "14:36:25", "9:30 pm", "00:00:00.123", "00:00:00,123" } },
  { KIND_TIMESTAMP, { "2026-11-20 09:30", "2026-11-20T09:30:00Z", "20/11/2026 9:30 am", "2026-11-20 09:30:00+01:00" } },
  { KIND_BOOLEAN, { "true", "No", "YES" } },
  { KIND_EMAIL, { "ann@example.org" } },
  { KIND_URL, { "https://example.org/a?b=c", "www.example.org" } },
  { KIND_TEXT, { "Ann", "O'Neil", "Smith, Ann", "5\" pipe", "see: page 4", "a (b)", "12 34 56", "A-1", "ann@home", "line\nline" } },
  { KIND_PADDED, { " Ann", "Ann " } },
  { KIND_ODD, { "a;b", "a,b", "a:b", "(a", "/tmp", "a,", ",a", "a|b", "a^b", "a~b", " ", "\"a", "a \"b\" \"c\"" } },
  { KIND_BROKEN, { "\"Ann\"", "'Ann'", "a\tb" } },
};

static void
cells_are_told_by_their_text (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (looks); i++)
    for (const char *const *cell = looks[i].cells; *cell != NULL; cell++)
      {
        CellKind kind = sniff_kind (*cell, strlen (*cell));
        if (kind != looks[i].kind)
          fail_msg ("\"%s\" is of kind %d (%s), not %d", *cell, kind, sniff_kind_word (kind), looks[i].kind);
      }
}

/* A cell of digits that is longer than any number is only looked at as words. */
static void
long_cells_are_words (void **state)
{
  (void) state;
  g_autofree char *digits = g_strnfill (64, '7');
  assert_int_equal (sniff_kind (digits, 63), KIND_NUMBER);
  assert_int_equal (sniff_kind (digits, 64), KIND_TEXT);
}

static void
some_kinds_stand_for_each_other (void **state)
{
  (void) state;
  static const CellKind groups[][2] = { { KIND_NUMBER, KIND_FIGURES }, { KIND_DATE, KIND_TIMESTAMP } };
  for (CellKind cell = KIND_EMPTY; cell < N_KINDS; cell++)
    for (CellKind column = KIND_EMPTY; column < N_KINDS; column++)
      {
        bool fits = cell == column;
        for (size_t i = 0; i < G_N_ELEMENTS (groups); i++)
          fits = fits || (cell == groups[i][0] && column == groups[i][1]) || (cell == groups[i][1] && column == groups[i][0]);
        assert_int_equal (sniff_kind_fits (cell, column), fits);
      }
}

static void
values_tell_themselves_from_words (void **state)
{
  (void) state;
  for (CellKind kind = KIND_EMPTY; kind < N_KINDS; kind++)
    assert_int_equal (sniff_kind_is_typed (kind), kind >= KIND_NUMBER && kind <= KIND_URL);
}

static void
words_for_nothing_are_known (void **state)
{
  (void) state;
  static const char *const nothing[] = { "NA", "n/a", "NULL", "None", "NaN", "nil", "\\N", "-", "--", "?", ".", "N.A." };
  static const char *const something[] = { "", "0", "NAN1", "Nora", "---", "n" };
  for (size_t i = 0; i < G_N_ELEMENTS (nothing); i++)
    assert_true (sniff_is_null_word (nothing[i], strlen (nothing[i])));
  for (size_t i = 0; i < G_N_ELEMENTS (something); i++)
    assert_false (sniff_is_null_word (something[i], strlen (something[i])));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (cells_are_told_by_their_text),    cmocka_unit_test (long_cells_are_words),
    cmocka_unit_test (some_kinds_stand_for_each_other), cmocka_unit_test (values_tell_themselves_from_words),
    cmocka_unit_test (words_for_nothing_are_known),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
