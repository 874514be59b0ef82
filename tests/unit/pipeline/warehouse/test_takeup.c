#include "pipeline/warehouse/takeup.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void
test_what_was_done (void **state)
{
  (void) state;
  static const struct
  {
    TakeUp done;
    const char *text;
  } cases[] = {
    { { 0 }, NULL },
    { { .inserted = 1 }, "1 row of sales that waited for what it refers to was taken up" },
    { { .updated = 1 }, "1 row of sales that waited for what it refers to was taken up" },
    { { .inserted = 2, .updated = 1 }, "3 rows of sales that waited for what they refer to were taken up" },
    { { .rejected = 1 }, "1 row of sales waited in vain for what it refers to: a reject by now" },
    { { .inserted = 1, .rejected = 2 },
      "1 row of sales that waited for what it refers to was taken up; 2 rows of sales waited in vain for what they refer to: "
      "rejects "
      "by now" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = takeup_text ("sales", &cases[i].done);
      if (cases[i].text == NULL)
        assert_null (text);
      else
        assert_string_equal (text, cases[i].text);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_what_was_done) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
