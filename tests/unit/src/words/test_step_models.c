#include "src/words/step_models.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

/* As Python's pathlib has the stem of a path. */
static void
test_names (void **state)
{
  (void) state;
  static const struct
  {
    const char *path, *name;
  } cases[] = {
    { "orders.sql", "orders" }, { "load/orders.sql", "orders" },    { "a.b/orders", "orders" }, { "orders.v2.sql", "orders.v2" },
    { ".hidden", ".hidden" },   { "x/.hidden.sql", ".hidden" },     { "dot.", "dot." },         { "..", ".." },
    { "two..sql", "two." },     { "no_extension", "no_extension" }, { "a b, c.csv", "a b, c" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = step_model_name (cases[i].path);
      assert_string_equal (name, cases[i].name);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_names) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
