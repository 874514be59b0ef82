/* Which lines that begin with # may be rows. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pipeline/sniff/sniff_kind.h"
#include "pipeline/table/comment.h"

#include <string.h>

typedef struct
{
  const char *line;
  bool may_be; /* a row of the table */
} Case;

static void
expect_all (const SniffEvidence *evidence, const Dialect *dialect, const Case *cases, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (comment_may_be_row (evidence, dialect, cases[i].line, strlen (cases[i].line)) != cases[i].may_be)
      fail_msg ("%s: %s", cases[i].line, cases[i].may_be ? "a remark" : "a row");
}

static void
below_numbers (void **state)
{
  (void) state;
  unsigned char kinds[] = { KIND_NUMBER, KIND_TEXT, KIND_NUMBER, KIND_TEXT };
  const SniffEvidence evidence = { .fields = 3, .kinds = kinds }, wider = { .fields = 4, .kinds = kinds };
  static const Case three[] = {
    { "#2 Oak St,Oslo,2", true },
    { "#2 Oak St, Apt 2,Oslo,2", true },
    { "#x,y,z", true },
    { "#,y,z", true },
    { "#20,Oslo,2", false },        /* a row that somebody commented out */
    { "#2 Oak St,Oslo", false },    /* too narrow */
    { "#a,b,c,d,e", false },        /* too wide */
    { "# 2 Oak St,Oslo,2", false }, /* a remark */
    { "#\t2 Oak St,Oslo,2", false },
    { "##,Oslo,2", false },
    { "#!x,y,z", false },
    { "#so, to, say", false }, /* a sentence */
    { "#so, to,say", true },
    { "#\"x,y,z", false }, /* may go on in the next line */
    { "#x,\"y,z", false },
    { "#7 Oak,\"Oslo, N\",5", true },
    { "#7 Oak,\"Oslo, N, by the sea, far away\",5", true },
    { "#\"7, Oak\",Oslo,5", true },
    { "#\"x\",\"y\",\"z\"", true },
    { "#\"x, y, z\"", false },
    { "#x,\"say \"\"a, b\"\", c, d\",5", true },
    { "#7\" pipe,Oslo,5", true }, /* within a cell a quote is text */
    { "#20,\"Oslo, N\",5", false },
    { "#see \"a, b\", please, so", false },
    { "#", false },
    { "", false },
  };
  static const Case four[] = { { "#x,y,z", true }, { "#x,y", false }, { "#a,b,c,d,e", true } };
  expect_all (&evidence, &dialect_default, three, G_N_ELEMENTS (three));
  expect_all (&wider, &dialect_default, four, G_N_ELEMENTS (four));
}

static void
below_words (void **state)
{
  (void) state;
  unsigned char kinds[] = { KIND_TEXT, KIND_NUMBER };
  const SniffEvidence evidence = { .fields = 2, .kinds = kinds };
  Dialect dialect = dialect_default;
  g_strlcpy (dialect.delimiter, "; ", sizeof dialect.delimiter);
  dialect.quote = '\'';
  static const Case cases[] = {
    { "#Rome; 7", true },     { "#20; 7", true },     { "#Rome;7", false },
    { "#\"Rome\"; 7", true }, { "#'Rome; 7", false }, { "#Rome", false },
  };
  expect_all (&evidence, &dialect, cases, G_N_ELEMENTS (cases));
  dialect.trailing_delimiter = true;
  static const Case trailing[] = { { "#Rome; 7; ", true }, { "#a; b; c; d; e; ", false } };
  expect_all (&evidence, &dialect, trailing, G_N_ELEMENTS (trailing));
}

/* Where blanks around delimiters belong to no cell, they make no sentence. */
static void
blanks_around_delimiters (void **state)
{
  (void) state;
  unsigned char kinds[] = { KIND_NUMBER, KIND_TEXT, KIND_NUMBER };
  const SniffEvidence evidence = { .fields = 3, .kinds = kinds };
  Dialect dialect = dialect_default;
  dialect.trim = true;
  dialect.escape = ESCAPE_BACKSLASH;
  static const Case cases[] = {
    { "#2 Oak St, Oslo, 2", true },
    { "#7 Oak, \"Oslo, N\", 5", true },
    { "#7 Oak , \"Oslo, N\" , 5", true },
    { "#7 Oak, \"Oslo, N, 5", false },
    { "#7, Oslo, 5", false },
    { "#7 Oak,\t\"a, b, c, d\", 5", true },
    { "#x, \"a \\\", b, c, d\", 5", true },
    { "#x, \"a \\", false },
  };
  expect_all (&evidence, &dialect, cases, G_N_ELEMENTS (cases));
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (below_numbers), cmocka_unit_test (below_words),
                                      cmocka_unit_test (blanks_around_delimiters) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
