/* Which of a statement's words mean a table of the session's own. */
#include "base/db.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void
test_what_is_meant (void **state G_GNUC_UNUSED)
{
  static const struct
  {
    const char *sql, *becomes;
  } cases[] = {
    { "select 1 from weir.file", "select 1 from pg_temp.\"weir.file\"" },
    { "weir.file", "pg_temp.\"weir.file\"" },
    { "update weir.table t set a = weir.table.a, b=(weir.table.b)",
      "update pg_temp.\"weir.table\" t set a = pg_temp.\"weir.table\".a, b=(pg_temp.\"weir.table\".b)" },
    { "select 'weir.file', \"weir.file\", weir.execution_step",
      "select 'weir.file', \"weir.file\", pg_temp.\"weir.execution_step\"" },
    { "select 'it''s weir.file', weir.file", "select 'it''s weir.file', pg_temp.\"weir.file\"" },
    { "-- it's weir.file\nselect weir.file -- weir.file's", "-- it's weir.file\nselect pg_temp.\"weir.file\" -- weir.file's" },
    { "select weird.file, aweir.file, weir_news, weir, x.weir.file, weir.\"file\", $1", NULL },
    { "select 'unterminated weir.file", NULL },
    { "", NULL },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *becomes = db_shadow_text ("weir", cases[i].sql);
      assert_string_equal (becomes, cases[i].becomes != NULL ? cases[i].becomes : cases[i].sql);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_what_is_meant) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
