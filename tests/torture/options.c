#include "options.h"

#include <stdio.h>

const Kind *const options_kinds[] = { &kind_calls,       &kind_errors,        &kind_kills,
                                      &kind_messages,    &kind_server,        &kind_home,
                                      &kind_crowd,       &kind_memory,        &kind_pull_calls,
                                      &kind_pull_errors, &kind_pull_messages, &kind_push_calls,
                                      &kind_push_errors, &kind_push_messages, NULL };

bool
options_want (const Kind *kind, char *const *names)
{
  for (; *names != NULL; names++)
    if (g_str_equal (*names, kind->name) || g_str_equal (*names, "all"))
      return true;
  return false;
}

static bool
are_known (char *const *names)
{
  for (; *names != NULL; names++)
    {
      bool known = g_str_equal (*names, "all");
      for (const Kind *const *kind = options_kinds; *kind != NULL; kind++)
        known = known || g_str_equal (*names, (*kind)->name);
      if (!known)
        return fprintf (stderr, "torture: there is no kind \"%s\"; see --help\n", *names), false;
    }
  return true;
}

static char *
describe_kinds (void)
{
  GString *text = g_string_new ("KINDS (or all):\n");
  for (const Kind *const *kind = options_kinds; *kind != NULL; kind++)
    g_string_append_printf (text, "  %-13s %s\n", (*kind)->name, (*kind)->what);
  g_string_append (text,
                   "\nA violation is told with the command that repeats it; what it left is in the build folder's torture-kept/."
                   "\nExit codes: 0 no violation, 1 violations, 2 usage.");
  return g_string_free (text, false);
}

bool
options_parse (int *argc, char ***argv, Options *options)
{
  const GOptionEntry entries[] = {
    { "seed", 0, 0, G_OPTION_ARG_INT64, &options->seed, "What all choices follow from (1)", "N" },
    { "count", 0, 0, G_OPTION_ARG_INT, &options->count, "Trials of each kind; otherwise all there are", "N" },
    { "budget", 0, 0, G_OPTION_ARG_INT, &options->budget, "Start no trial of a kind after so many seconds", "SECONDS" },
    { "trial", 0, 0, G_OPTION_ARG_INT, &options->trial, "Only this one", "N" },
    { "jobs", 0, 0, G_OPTION_ARG_INT, &options->jobs, "Trials at once (twice the processors)", "N" },
    { "quick", 0, 0, G_OPTION_ARG_NONE, &options->quick, "A few trials of each kind, as scripts/test does", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, "Figures as JSON, one object a kind", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("KIND...");
  g_autofree char *described = describe_kinds ();
  g_option_context_set_summary (context, "Tries faults on weir, and checks that each file and row counts once whatever happens.");
  g_option_context_set_description (context, described);
  g_option_context_add_main_entries (context, entries, NULL);
  g_autoptr (GError) error = NULL;
  if (!g_option_context_parse (context, argc, argv, &error))
    return fprintf (stderr, "torture: %s\n", error->message), false;
  if (*argc < 2 || options->jobs < 1 || (options->trial > 0 && *argc != 2))
    return fprintf (stderr, "torture: name a kind (with --trial: only one), or all; see --help\n"), false;
  return are_known (*argv + 1);
}
