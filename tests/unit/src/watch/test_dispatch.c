#include "src/watch/dispatch.h"

#include "models/model.h"
#include "models/order.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

/* One thing in front of the supervisor. Of the tables, "sales" and "returns" reference "users"; "sales" references "shops" too. */
typedef struct
{
  JobState state;
  const char *table;
  const char *name;
  int64_t instant;
  int64_t not_before;
  int64_t passes_at;
} Given;

typedef struct
{
  const char *name;
  Given given[6];   /* ends with a table of NULL */
  const char *plan; /* names, joined by a space; "u2>u1" goes past u1, "u2?u1" waits for it */
  int64_t wait;
} Case;

#define NOW 1000

static const Case cases[] = {
  { "nothing", { { 0 } }, "", -1 },
  { "one file", { { JOB_READY, "users", "u1", 5, 0 } }, "u1", -1 },
  { "of one table the oldest", { { JOB_READY, "users", "u2", 6, 0 }, { JOB_READY, "users", "u1", 5, 0 } }, "u1", -1 },
  { "of one age the first by name", { { JOB_READY, "users", "b", 5, 0 }, { JOB_READY, "users", "a", 5, 0 } }, "a", -1 },
  { "of every table one, the oldest first",
    { { JOB_READY, "shops", "s1", 9, 0 }, { JOB_READY, "users", "u1", 5, 0 } },
    "u1 s1",
    -1 },
  { "an orphan before older files", { { JOB_READY, "users", "u1", 1, 0 }, { JOB_ORPHAN, "users", "u2", 5, 0 } }, "u2", -1 },
  { "orphans first among tables", { { JOB_READY, "shops", "s1", 1, 0 }, { JOB_ORPHAN, "users", "u1", 5, 0 } }, "u1 s1", -1 },
  { "never two of a table at once", { { JOB_IN_WORK, "users", "u1", 1, 0 }, { JOB_READY, "users", "u2", 5, 0 } }, "", -1 },
  { "another table goes on", { { JOB_IN_WORK, "users", "u1", 1, 0 }, { JOB_READY, "shops", "s1", 5, 0 } }, "s1", -1 },
  { "settling files do not go", { { JOB_INCOMPLETE, "users", "u1", 1, 0 } }, "", -1 },
  { "of one age by the number in the name", { { JOB_READY, "users", "u10", 5, 0 }, { JOB_READY, "users", "u9", 5, 0 } }, "u9", -1 },
  { "a younger one waits for one that is not complete",
    { { JOB_INCOMPLETE, "users", "u1", 1, 0 }, { JOB_READY, "users", "u2", 5, 0, NOW + 7 } },
    "u2?u1",
    7 },
  { "for a held one", { { JOB_HELD, "users", "u1", 1, 0 }, { JOB_READY, "users", "u2", 5, 0, NOW + 7 } }, "u2?u1", 7 },
  { "for one that cannot be read",
    { { JOB_UNREADABLE, "users", "u1", 1, 0 }, { JOB_READY, "users", "u2", 5, 0, NOW + 7 } },
    "u2?u1",
    7 },
  { "for the oldest of them",
    { { JOB_HELD, "users", "u2", 2, 0 }, { JOB_HELD, "users", "u1", 1, 0 }, { JOB_READY, "users", "u3", 5, 0, NOW + 7 } },
    "u3?u1",
    7 },
  { "until its time is over", { { JOB_INCOMPLETE, "users", "u1", 1, 0 }, { JOB_READY, "users", "u2", 5, 0, NOW } }, "u2>u1", -1 },
  { "those behind it wait with it",
    { { JOB_HELD, "users", "u1", 1, 0 }, { JOB_READY, "users", "u2", 5, 0, NOW + 7 }, { JOB_READY, "users", "u3", 6, 0, NOW } },
    "u2?u1",
    7 },
  { "for a claim that is held, however young",
    { { JOB_HELD, "users", "claimed", 9, 0 }, { JOB_READY, "users", "u2", 5, 0, NOW + 7 } },
    "u2?claimed",
    7 },
  { "not for a claim whose run is over",
    { { JOB_STUCK, "users", "claimed", 9, 0 }, { JOB_READY, "users", "u2", 5, 0, NOW + 7 } },
    "u2",
    -1 },
  { "not for a younger one", { { JOB_INCOMPLETE, "users", "u3", 6, 0 }, { JOB_READY, "users", "u2", 5, 0, NOW + 7 } }, "u2", -1 },
  { "an orphan waits for no dropped file",
    { { JOB_HELD, "users", "u1", 1, 0 }, { JOB_ORPHAN, "users", "claimed", 5, 0, NOW + 7 } },
    "claimed",
    -1 },
  { "both times have to be over",
    { { JOB_HELD, "users", "u1", 1, 0 }, { JOB_READY, "users", "u2", 5, NOW + 9, NOW + 7 } },
    "u2?u1",
    9 },
  { "other tables do not wait", { { JOB_HELD, "users", "u1", 1, 0 }, { JOB_READY, "shops", "s1", 5, 0, NOW + 7 } }, "s1", -1 },
  { "a fact waits for a ready file of its dimension",
    { { JOB_READY, "sales", "f1", 1, 0 }, { JOB_READY, "users", "u1", 5, 0 } },
    "u1",
    -1 },
  { "for a settling one", { { JOB_READY, "sales", "f1", 1, 0 }, { JOB_INCOMPLETE, "users", "u1", 5, 0 } }, "", -1 },
  { "for a held one", { { JOB_READY, "sales", "f1", 1, 0 }, { JOB_HELD, "users", "u1", 5, 0 } }, "", -1 },
  { "not for one that cannot be read", { { JOB_READY, "sales", "f1", 1, 0 }, { JOB_UNREADABLE, "users", "u1", 5, 0 } }, "f1", -1 },
  { "for one that only has to be moved", { { JOB_READY, "sales", "f1", 1, 0 }, { JOB_STUCK, "users", "claimed", 5, 0 } }, "", -1 },
  { "for an orphan", { { JOB_READY, "sales", "f1", 1, 0 }, { JOB_ORPHAN, "users", "u1", 5, 0 } }, "u1", -1 },
  { "for one in work", { { JOB_READY, "sales", "f1", 1, 0 }, { JOB_IN_WORK, "users", "u1", 5, 0 } }, "", -1 },
  { "for its second dimension", { { JOB_READY, "sales", "f1", 1, 0 }, { JOB_IN_WORK, "shops", "s1", 5, 0 } }, "", -1 },
  { "an orphaned fact too", { { JOB_ORPHAN, "sales", "f1", 1, 0 }, { JOB_READY, "users", "u1", 5, 0 } }, "u1", -1 },
  { "not for a dimension it does not reference",
    { { JOB_READY, "returns", "f1", 1, 0 }, { JOB_IN_WORK, "shops", "s1", 5, 0 } },
    "f1",
    -1 },
  { "not for another fact", { { JOB_READY, "returns", "f1", 1, 0 }, { JOB_IN_WORK, "sales", "f2", 5, 0 } }, "f1", -1 },
  { "facts of two tables side by side", { { JOB_READY, "returns", "f1", 2, 0 }, { JOB_READY, "sales", "f2", 1, 0 } }, "f2 f1", -1 },
  { "what may not go yet", { { JOB_READY, "users", "u1", 5, NOW + 7 } }, "", 7 },
  { "keeps younger ones behind it", { { JOB_READY, "users", "u1", 5, NOW + 7 }, { JOB_READY, "users", "u2", 6, 0 } }, "", 7 },
  { "not older ones", { { JOB_READY, "users", "u1", 7, NOW + 7 }, { JOB_READY, "users", "u2", 6, 0 } }, "u2", -1 },
  { "not other tables", { { JOB_READY, "users", "u1", 5, NOW + 7 }, { JOB_READY, "shops", "s1", 6, 0 } }, "s1", 7 },
  { "the wait is for the next of several",
    { { JOB_READY, "users", "u1", 5, NOW + 9 }, { JOB_READY, "shops", "s1", 6, NOW + 4 } },
    "",
    4 },
  { "no wait where its table is busy anyway",
    { { JOB_READY, "users", "u1", 5, NOW + 9 }, { JOB_IN_WORK, "users", "u2", 6, 0 } },
    "",
    -1 },
  { "a time that is over", { { JOB_READY, "users", "u1", 5, NOW } }, "u1", -1 },
};

static GPtrArray *
new_references (const char *const *dimensions)
{
  GPtrArray *references = g_ptr_array_new_with_free_func (g_free);
  for (; *dimensions; dimensions++)
    {
      ModelReference *reference = g_new0 (ModelReference, 1);
      reference->dimension = (char *) *dimensions;
      g_ptr_array_add (references, reference);
    }
  return references;
}

static Job
new_job (const Given *given, const GPtrArray *references)
{
  return (Job) {
    .state = given->state,
    .table = (char *) given->table,
    .name = (char *) given->name,
    .is_claim = given->state == JOB_ORPHAN || strcmp (given->name, "claimed") == 0,
    .instant_ns = given->instant,
    .order_key = order_key (given->name),
    .not_before = given->not_before,
    .passes_at = given->passes_at,
    .references = references,
  };
}

static void
append_steps (GString *text, const GArray *steps, const Job *jobs, char sign)
{
  for (unsigned i = 0; i < steps->len; i++)
    {
      const Step *step = &g_array_index (steps, Step, i);
      g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", jobs[step->job].name);
      if (step->older != STEP_NO_OLDER)
        g_string_append_printf (text, "%c%s", sign, jobs[step->older].name);
    }
}

static void
every_case_has_its_plan (void **state)
{
  (void) state;
  g_autoptr (GPtrArray) of_sales = new_references ((const char *const[]) { "users", "shops", NULL });
  g_autoptr (GPtrArray) of_returns = new_references ((const char *const[]) { "users", NULL });
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Job jobs[6];
      size_t count = 0;
      for (const Given *given = cases[i].given; given->table; given++)
        jobs[count++] = new_job (given, strcmp (given->table, "sales") == 0     ? of_sales
                                        : strcmp (given->table, "returns") == 0 ? of_returns
                                                                                : NULL);
      g_auto (Plan) plan = { 0 };
      dispatch_plan (jobs, count, NOW, &plan);
      g_autoptr (GString) names = g_string_new (NULL);
      append_steps (names, plan.steps, jobs, '>');
      append_steps (names, plan.waits, jobs, '?');
      if (strcmp (names->str, cases[i].plan) != 0 || plan.wait_us != cases[i].wait)
        fail_msg ("%s: \"%s\", wait %ld", cases[i].name, names->str, (long) plan.wait_us);
      while (count > 0)
        g_free (jobs[--count].order_key);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (every_case_has_its_plan) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
