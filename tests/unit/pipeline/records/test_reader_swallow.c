#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pipeline/records/reader_swallow.h"

#include <string.h>

/* The first line has the quote that opens, the last one the quote that closes. */
static const struct
{
  const char *what;
  size_t width;
  const char *raw;
  bool swallowed;
} cases[] = {
  { "two rows of a wide table", 4, "1,\"a,b,c\n2,a,b,c\n3,a,b,c\n4,\"x", true },
  { "one of them", 4, "1,\"a,b,c\n2,a,b,c\n4,\"x", false },
  { "two rows of three columns", 3, "1,\"a,b\n2,a,b\n3,a,b\n4,\"x", false },
  { "three of them", 3, "1,\"a,b\n2,a,b\n3,a,b\n4,a,b\n5,\"x", true },
  { "five rows of two columns", 2, "1,\"a\n2,a\n3,a\n4,a\n5,a\n6,a\n7,\"x", false },
  { "six of them", 2, "1,\"a\n2,a\n3,a\n4,a\n5,a\n6,a\n7,a\n8,\"x", true },
  { "rows with line ends of Windows", 4, "1,\"a,b,c\r\n2,a,b,c\r\n3,a,b,c\r\n4,\"x", true },
  { "an empty line between", 4, "1,\"a,b,c\n2,a,b,c\n\n3,a,b,c\n4,\"x", true },
  { "sentences", 4, "1,\"so, to, say, it\nand, so, on, then\nor, so, it, was\nend", false },
  { "a line in four that is none", 4, "1,\"a\n2,a,b,c\n3,a,b,c\n4,a,b,c\n5,a,b,c\nword\n6,\"x", true },
  { "one in three", 4, "1,\"a\n2,a,b,c\n3,a,b,c\n4,a,b,c\nword\n6,\"x", false },
  { "a table of one column", 1, "\"a\nb\nc\nd\ne\nf\ng\nh\"", false },
};

static void
rows_are_told_from_lines_of_a_cell (void **state)
{
  (void) state;
  g_autoptr (Splitter) splitter = splitter_new (&dialect_default, 1000);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    if (swallows_rows (splitter, cases[i].width, cases[i].raw, strlen (cases[i].raw)) != cases[i].swallowed)
      fail_msg ("%s: %s", cases[i].what, cases[i].swallowed ? "not seen" : "taken for swallowed rows");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (rows_are_told_from_lines_of_a_cell),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
