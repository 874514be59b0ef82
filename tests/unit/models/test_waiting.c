#include "models/waiting.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

/* Tables by the first letter of their name: "us" are users and shops. */
typedef struct
{
  const char *pending; /* NULL: cannot be asked */
  const char *applied;
} Known;

static const struct
{
  const char *references;
  Known known;
  const char *text; /* NULL: it need not wait */
} cases[] = {
  { "", { "us", "" }, NULL },
  { "users", { "", "u" }, NULL },
  { "users", { "u", "u" }, "for users, which has files pending" },
  { "users", { "u", "" }, "for users, which has files pending" },
  { "users", { "", "" }, "for users, which was never loaded" },
  { "users", { "s", "us" }, NULL },
  { "users shops", { "", "us" }, NULL },
  { "users shops", { "s", "us" }, "for shops, which has files pending" },
  { "users shops", { "", "u" }, "for shops, which was never loaded" },
  { "users shops", { "s", "s" }, "for users, which was never loaded" },
  { "shops users", { "s", "s" }, "for shops, which has files pending" },
  { "users", { NULL, "" }, "for users, which was never loaded" },
  { "users", { NULL, "u" }, NULL },
  { "users", { "u", NULL }, "for users, which has files pending" },
  { "users", { "", NULL }, NULL },
  { "users", { NULL, NULL }, NULL },
};

static bool
is_pending (const char *table, void *data)
{
  return strchr (((const Known *) data)->pending, table[0]) != NULL;
}

static bool
is_applied (const char *table, void *data)
{
  return strchr (((const Known *) data)->applied, table[0]) != NULL;
}

static void
every_case_has_its_answer (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (GStrv) dimensions = g_strsplit (cases[i].references, " ", -1);
      g_autoptr (GPtrArray) references = g_ptr_array_new_with_free_func (g_free);
      for (char **dimension = dimensions; *dimension != NULL; dimension++)
        {
          ModelReference *reference = g_new0 (ModelReference, 1);
          reference->dimension = *dimension;
          g_ptr_array_add (references, reference);
        }
      Known known = cases[i].known;
      const WaitKnowledge knowledge = { known.pending ? is_pending : NULL, known.applied ? is_applied : NULL, &known };
      Wait wait;
      g_autofree char *text = waiting_find (references, &knowledge, &wait) ? waiting_text (&wait) : NULL;
      if (g_strcmp0 (text, cases[i].text) != 0)
        fail_msg ("case %zu: %s", i, text ? text : "it need not wait");
    }
}

static void
a_table_without_references_waits_for_nothing (void **state)
{
  (void) state;
  Known known = { "us", "" };
  Wait wait;
  assert_false (waiting_find (NULL, &(WaitKnowledge) { is_pending, is_applied, &known }, &wait));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (every_case_has_its_answer),
    cmocka_unit_test (a_table_without_references_waits_for_nothing),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
