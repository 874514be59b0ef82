/* extent_pass, which answers for nearly all rows at once, against extent_take: the same records come out, of whatever comes in. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pipeline/sniff/sniff_kind.h"
#include "pipeline/table/extent.h"
#include "tests/unit/pipeline/reading.h"

#include <string.h>

#define SEEDS 1500

typedef struct
{
  Extent *extent;
  bool passes;
  int passed;
  GString *given;
} Side;

static void
give (Side *side, const Record *record, Reason below)
{
  describe_record (side->given, record);
  g_string_append_printf (side->given, "%s, last %d\n", below == REASON_NONE ? "row" : reason_word (below),
                          (int) extent_last_line (side->extent));
}

static void
take (Side *side, const Record *record)
{
  if (side->passes && extent_pass (side->extent, record))
    {
      side->passed++;
      give (side, record, REASON_NONE);
      return;
    }
  extent_take (side->extent, record);
  Reason below = REASON_NONE;
  for (const Record *given; (given = extent_give (side->extent, &below)) != NULL;)
    give (side, given, below);
}

#define ONE_OF(random, ...)                                                                                                        \
  ((const char *const[]) { __VA_ARGS__ })[g_rand_int_range (random, 0, G_N_ELEMENTS (((const char *const[]) { __VA_ARGS__ })))]

static const char *
random_line (GRand *random, bool odd)
{
  if (!odd || g_rand_int_range (random, 0, 3) > 0)
    return ONE_OF (random, "1,Ann,2026-11-28", "27,Bob,2026-01-02", "3,,2026-01-03", "4,Cyd,", "55,\"Dee, E\",2026-05-06");
  return ONE_OF (random, "id,name,day", "\xEF\xBB\xBFid,name,day", "no,who,when", "word,word,word", "x,Ann,2026-11-28",
                 "n/a,Eve,2026-02-03", "", "", "Total,,", "Total,55", ",,", "---", "5,\"open,2026-01-01", "6,Fay,2026-03-04,more",
                 "a remark of several words", "one,two", "un,deux,trois", "region,sum", "north,12");
}

static void
check_seed (guint32 seed)
{
  static const Dialect dialect = { .delimiter = ",", .quote = '"', .newline = "LF" };
  unsigned char kinds[] = { seed % 7 == 0 ? KIND_TEXT : KIND_NUMBER, KIND_TEXT, seed % 7 == 0 ? KIND_TEXT : KIND_DATE };
  static const Field names[] = { { "id", 2, false }, { "name", 4, false }, { "day", 3, false } };
  const Record header = { .line = 1, .fields = names, .n_fields = 3, .raw = "id,name,day", .raw_length = 11 };
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  const bool odd = seed % 8 != 0, named = seed % 3 != 0;
  const SniffEvidence evidence = { .fields = 3, .kinds = kinds, .blank_lines = seed % 5 == 0 };
  Side sides[2] = { { .passes = true }, { .passes = false } };
  g_autoptr (GString) text = g_string_new (NULL);
  for (int n = g_rand_int_range (random, 1, 60); n > 0; n--)
    g_string_append_printf (text, "%s\n", random_line (random, odd));
  g_autoptr (Reader) reader = reader_new_bytes (text->str, text->len, true, &dialect, &reader_default_limits);
  for (int i = 0; i < 2; i++)
    {
      sides[i].extent = extent_new (&evidence, &dialect, 3, named ? &header : NULL, true);
      sides[i].given = g_string_new (NULL);
    }
  const Record *record = NULL;
  do
    {
      assert_true (reader_next (reader, &record, NULL));
      for (int i = 0; i < 2; i++)
        take (&sides[i], record);
    }
  while (record != NULL);
  if (!g_str_equal (sides[0].given->str, sides[1].given->str))
    fail_msg ("seed %u:\n%s\ngives\n%s\ninstead of\n%s", seed, text->str, sides[0].given->str, sides[1].given->str);
  if (!odd && strstr (text->str, ",,") == NULL)
    assert_true (sides[0].passed > 0 && strstr (sides[0].given->str, "row") != NULL);
  for (int i = 0; i < 2; i++)
    {
      extent_free (sides[i].extent);
      g_string_free (sides[i].given, TRUE);
    }
}

static void
what_passes_is_what_would_be_taken (void **state)
{
  (void) state;
  for (guint32 i = 0; i < SEEDS; i++)
    check_seed (i);
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (what_passes_is_what_would_be_taken) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
