/* Which members of "deliver" send to the same place. */
#include "src/jobs/deliveries.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

/* Of a member to "dwh". Owned by the caller. */
static char *
target_of (const char *connection, const char *rest)
{
  g_autoptr (Json) json = weir_json_parse (rest, strlen (rest), "test", NULL);
  g_autofree char *name = g_strdup (connection);
  const JobDelivery delivery = { name, json };
  return deliveries_target (&delivery);
}

static void
test_targets (void **state)
{
  static const struct
  {
    const char *one, *other;
    bool same;
  } cases[] = {
    { "{}", "{}", true },
    { "{\"table\": \"a\", \"schema\": \"b\"}", "{\"schema\": \"b\", \"table\": \"a\"}", true },
    { "{}", "{\"columns\": {\"a\": {\"drop\": true}}, \"gone\": \"keep\", \"create\": false, \"key\": [\"a\"]}", true },
    { "{\"recipients\": [\"a\"], \"subject\": \"A\"}", "{\"recipients\": [\"a\"], \"subject\": \"B\"}", true },
    { "{}", "{\"table\": \"a\"}", false },
    { "{\"table\": \"a\"}", "{\"table\": \"b\"}", false },
    { "{\"schema\": \"a\"}", "{\"table\": \"a\"}", false },
    { "{\"path\": \"a\"}", "{\"path\": \"b\"}", false },
    { "{\"topic\": \"a\"}", "{\"topic\": \"b\"}", false },
  };
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *one = target_of ("dwh", cases[i].one), *other = target_of ("dwh", cases[i].other);
      g_autofree char *elsewhere = target_of ("dwh2", cases[i].one);
      print_message ("  %s %s\n", cases[i].one, cases[i].other);
      assert_int_equal (strcmp (one, other) == 0, cases[i].same);
      assert_string_not_equal (one, elsewhere);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_targets) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
