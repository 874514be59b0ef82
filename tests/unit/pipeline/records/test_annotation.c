#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pipeline/records/annotation.h"

#include <glib.h>
#include <string.h>

static const struct
{
  const char *text;
  const char *delimiter; /* NULL: rows that weir did not hand back */
  bool trim;
  const char *quote; /* NULL: none is told */
} cases[] = {
  { "_weir_line,_weir_reason,_weir_message,id\n", "," },
  { "\xEF\xBB\xBF_weir_line;_weir_reason;id\n", ";" },
  { "\"_weir_line\"\t\"_weir_reason\"\n", "\t" },
  { "'_weir_line'|'_weir_reason'\n", "|" },
  { "_weir_line, _weir_reason, id\n", ", " },
  { "_weir_line , _weir_reason , id\n", ",", true },
  { "\"_weir_line\" ; \"_weir_reason\" ; id\n", ";", true },
  { "_weir_line _weir_reason id\n", " " },
  { "_weir_line ;", " " },
  { "_weir_line;_weir_reason;\"_weir_message\";id\n", ";", false, "\"" },
  { "\"_weir_line\",\"_weir_reason\",\"_weir_message\",\"id\"\n", ",", false, "\"" },
  { "_weir_line|_weir_reason|'_weir_message'|id\n", "|", false, "'" },
  { "_weir_line ; _weir_reason ; \"_weir_message\" ; id\n", ";", true, "\"" },
  { "_weir_line||_weir_reason||\"_weir_message\"||id\n", "||", false, "\"" },
  { "_weir_line;_weir_reason;\"id\"\n", ";" },
  { "_weir_line;_weir_reason;\"_weir_message;id\"\n", ";" },
  { "_weir_line;_weir_reason;", ";" },
  { "_weir_line;_weir_reason;\"", ";" },
  { "_weir_line,id\n", "," }, /* its other columns were taken out */
  { "", NULL },
  { "_weir_line", NULL },
  { "_weir_lines,id\n", NULL },
  { "_weir_line\nid\n", NULL },
  { "_weir_line\r\nid\r\n", NULL },
  { "\"_weir_line,id\n", NULL },
  { "id,_weir_line\n", NULL },
};

static void
returned_rows_are_known_by_their_first_word (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Annotation annotation = { 0 };
      bool found = annotation_find (cases[i].text, strlen (cases[i].text), &annotation);
      if (found != (cases[i].delimiter != NULL))
        fail_msg ("%s: %s", cases[i].text, found ? "found" : "not found");
      assert_string_equal (annotation.delimiter, found ? cases[i].delimiter : "");
      assert_int_equal (annotation.trim, cases[i].trim);
      assert_string_equal (annotation.quote, cases[i].quote != NULL ? cases[i].quote : "");
    }
}

static void
the_delimiter_is_written_as_it_is_found (void **state)
{
  (void) state;
  const Dialect keeping = { .delimiter = ";" }, trimming = { .delimiter = ";", .trim = true };
  g_autofree char *plain = annotation_delimiter (&keeping), *padded = annotation_delimiter (&trimming);
  assert_string_equal (plain, ";");
  assert_string_equal (padded, " ; ");
}

static void
its_columns_are_known_by_their_names (void **state)
{
  (void) state;
  assert_true (annotation_is (ANNOTATION_LINE));
  assert_true (annotation_is (ANNOTATION_REASON));
  assert_true (annotation_is (ANNOTATION_MESSAGE));
  assert_false (annotation_is ("weir_line"));
  assert_false (annotation_is ("id"));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (returned_rows_are_known_by_their_first_word),
    cmocka_unit_test (the_delimiter_is_written_as_it_is_found),
    cmocka_unit_test (its_columns_are_known_by_their_names),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
