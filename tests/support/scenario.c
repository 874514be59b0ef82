#include "scenario.h"

#include <stdio.h>
#include <string.h>

#define TIME(column)                                                                                                               \
  "case when " column " = '-infinity' then 'ever' when " column " between now() - interval '1 hour' and now() then 'now'"          \
  " else replace(" column "::text, ' 00:00:00+00', '') end"

/* The file of that round, under "elsewhere"; NULL: the scenario has none. Owned by the caller. */
static char *
file_name (const Scenario *scenario, int round)
{
  const ScenarioFile *file = &scenario->files[round];
  if (file->text == NULL)
    return NULL;
  if (file->date == NULL)
    return g_strdup_printf ("elsewhere/%s.csv", scenario->table);
  return g_strdup_printf ("elsewhere/%s_%s.csv", scenario->table, file->date);
}

static void
write_model (Home *home, const Scenario *scenario, const char *members)
{
  g_autofree char *model = g_strdup_printf ("{\"table\": \"%s\", \"kind\": \"dimension\", %s}", scenario->table, members);
  home_write_model (home, scenario->table, model);
}

/* How a file ended, in the words of ScenarioFile. Owned by the caller. */
static char *
describe_end (const Json *published)
{
  g_autofree char *code = json_at (published, "error.code");
  g_autofree char *rejected = json_at (published, "rows.rejected");
  if (code != NULL)
    return g_steal_pointer (&code);
  if (g_strcmp0 (rejected, "0") != 0)
    return g_strdup_printf ("applied, %s rejected", rejected);
  return json_at (published, "status");
}

static void
compare (const Scenario *scenario, const char *what, const char *expected, const char *found, GString *wrong)
{
  if (strcmp (expected, found) != 0)
    g_string_append_printf (wrong, "%s (%s), %s, expected:\n%s\nfound:\n%s\n\n", scenario->table, scenario->of, what, expected,
                            found);
}

static void
load_round (Home *home, const Scenario *scenarios, int n_scenarios, int round, GString *wrong)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) played = g_ptr_array_new ();
  g_ptr_array_add (argv, g_strdup ("load"));
  g_ptr_array_add (argv, g_strdup ("--json"));
  for (const Scenario *scenario = scenarios; scenario < scenarios + n_scenarios; scenario++)
    {
      const ScenarioFile *file = &scenario->files[round];
      char *name = file_name (scenario, round);
      if (name == NULL)
        continue;
      if (file->model != NULL || round == 0)
        write_model (home, scenario, file->model != NULL ? file->model : scenario->model);
      home_write_file (home, name, file->text);
      g_ptr_array_add (argv, name);
      g_ptr_array_add (played, (gpointer) scenario);
    }
  if (played->len == 0)
    return;
  g_ptr_array_add (argv, NULL);
  g_autoptr (Outcome) outcome = run_weir_argv (home, (const char *const *) argv->pdata);
  for (guint i = 0; i < played->len; i++)
    {
      const Scenario *scenario = g_ptr_array_index (played, i);
      const char *expected = scenario->files[round].end != NULL ? scenario->files[round].end : "applied";
      g_autoptr (Json) published = outcome_json_at (outcome, (int) i);
      g_autofree char *end = describe_end (published);
      assert_json (published, "table", scenario->table);
      compare (scenario, (const char *) g_ptr_array_index (argv, i + 2), expected, end, wrong);
    }
}

static void
compare_versions (Home *home, const Scenario *scenario, GString *wrong)
{
  const char *start = scenario->names[0] != NULL ? scenario->names[0] : "effective_start_date";
  const char *end = scenario->names[1] != NULL ? scenario->names[1] : "effective_end_date";
  g_autofree char *versions =
      sql_text_rows (home,
                     "select %s, " TIME ("x_from") ", " TIME (
                         "x_to") ", is_current, version_number"
                                 " from (select *, %s as x_from, %s as x_to from warehouse.%s) x order by 1, x_from",
                     scenario->shows, start, end, scenario->table);
  compare (scenario, "versions", scenario->versions, versions, wrong);
}

void
scenarios_play (Home *home, const Scenario *scenarios, int n_scenarios)
{
  g_autoptr (GString) wrong = g_string_new (NULL);
  for (int round = 0; round < SCENARIO_FILES; round++)
    load_round (home, scenarios, n_scenarios, round, wrong);
  for (int i = 0; i < n_scenarios; i++)
    compare_versions (home, &scenarios[i], wrong);
  if (wrong->len > 0)
    {
      fprintf (stderr, "%s", wrong->str); /* fail_msg would cut it */
      fail_msg ("scenarios that ended otherwise");
    }
}
