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

/* What tells members apart. Those of a job that is not there, or is another by now, have no words. */
static void
test_members (void **state)
{
  static const struct
  {
    const char *rests[4]; /* those to "dwh" */
    const char *words[4];
  } cases[] = {
    { { "{}" }, { NULL } },
    { { "{}", "{\"schema\": \"history\", \"history\": true}" }, { "orders", "history.orders" } },
    { { "{}", "{\"table\": \"log\"}", "{\"schema\": \"a\", \"table\": \"log\"}" }, { "orders", "log", "a.log" } },
    { { "{\"path\": \"a.csv\"}", "{\"path\": \"b.csv\"}" }, { "a.csv", "b.csv" } },
    { { "{\"recipients\": [\"a@x\", \"b@x\"], \"subject\": \"S\"}", "{\"recipients\": [\"c@x\"], \"subject\": \"S\"}" },
      { "a@x, b@x", "c@x" } },
    { { "{\"recipients\": {\"sql\": \"x\"}}", "{}" }, { "{\"sql\":\"x\"}", "number 2" } },
    { { "{\"mode\": \"append\"}", "{}" }, { "append", "number 2" } },
    { { "{}", "{}" }, { "number 1", "number 2" } },
  };
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) deliver = g_ptr_array_new ();
      JobDelivery members[] = {
        { (char *) "other", NULL }, { (char *) "dwh", NULL }, { (char *) "dwh", NULL }, { (char *) "dwh", NULL }
      };
      g_ptr_array_add (deliver, &members[0]);
      size_t n = 0;
      for (; n < 3 && cases[i].rests[n] != NULL; n++)
        {
          members[n + 1].rest = weir_json_parse (cases[i].rests[n], strlen (cases[i].rests[n]), "test", NULL);
          g_ptr_array_add (deliver, &members[n + 1]);
        }
      const Job job = { .deliver = deliver };
      for (size_t item = 0; item < n; item++)
        {
          g_autofree char *words = deliveries_member (&job, "dwh", (int64_t) item, "orders");
          print_message ("  %s\n", cases[i].rests[item]);
          assert_true (g_strcmp0 (words, cases[i].words[item]) == 0);
        }
      assert_null (deliveries_member (&job, "other", 0, "orders"));
      assert_null (deliveries_member (&job, "dwh", (int64_t) n, "orders"));
      for (size_t item = 0; item < n; item++)
        json_decref (members[item + 1].rest);
    }
  assert_null (deliveries_member (NULL, "dwh", 1, "orders"));
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_targets), cmocka_unit_test (test_members) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
