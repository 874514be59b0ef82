#include "src/commands/demo_tour.h"

#include "base/error.h"
#include "src/report/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct
{
  const char *question, *command;
} tour[] = {
  { "What is in the warehouse, and from which files?", "weir status" },
  { "Two rows of February could not be right. Which, and why?", "weir rejects users_2026-02-01.csv" },
  { "One customer: since when was what true, and by which file?", "weir history users mia.moreau@example.com" },
  { "Who was there on 15 January, and is not so now?", "weir psql -c \"select name, city from warehouse.users_asof ('2026-01-15') "
                                                       "except select name, city from warehouse.users_current\"" },
  { "What would the next export change? Nothing is loaded yet.", "weir diff exports/users_2026-03-01.csv" },
  { "Are tables, ledger and files whole?", "weir verify" },
};

/* How this program is called from elsewhere: "weir" where that is it, else its path. Owned by the caller. */
static char *
find_name (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *found = g_find_program_in_path ("weir");
  g_autofree char *real = found != NULL ? realpath (found, NULL) : NULL;
  return g_strdup (self == NULL || g_strcmp0 (real, self) == 0 ? "weir" : self);
}

/* As a shell reads it. Owned by the caller. */
static char *
quote (const char *path)
{
  bool plain = strspn (path, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "/._-") == strlen (path);
  return plain ? g_strdup (path) : g_shell_quote (path);
}

static void
show_as_json (const char *home)
{
  Json *steps = json_array ();
  for (size_t i = 0; i < G_N_ELEMENTS (tour); i++)
    json_array_append_new (steps, json_pack ("{s:s, s:s}", "question", tour[i].question, "command", tour[i].command));
  g_autoptr (Json) object = json_pack ("{s:o, s:o}", "home", weir_json_string (home), "tour", steps);
  show_json (object);
}

void
demo_tour_show (const char *home, bool json)
{
  g_autofree char *name = find_name (), *quoted = quote (home), *program = quote (name);
  if (json)
    {
      show_as_json (home);
      return;
    }
  bool here = strcmp (name, "weir") == 0;
  printf ("\nA tour. First:\n\n    cd %s%s%s%s\n", quoted, g_getenv ("WEIR_HOME") != NULL ? "; unset WEIR_HOME" : "",
          here ? "" : "; alias weir=", here ? "" : program);
  for (size_t i = 0; i < G_N_ELEMENTS (tour); i++)
    printf ("\n%zu. %s\n    %s\n", i + 1, tour[i].question, tour[i].command);
  printf ("\nTo load that export:   cp exports/users_2026-03-01.csv imports/; weir watch --once\n"
          "What the tables mean:  models/users.json, models/transactions.json\n"
          "To remove the demo:    weir db drop --yes --home %s; cd ..; rm -r %s\n",
          quoted, quoted);
}

/* On a terminal: whether the reader goes on. */
static bool
wait_for_enter (size_t step)
{
  char answer[8];
  if (step == 0 || !isatty (STDIN_FILENO) || !isatty (STDOUT_FILENO))
    return true;
  fputs ("\n[Enter goes on, q ends] ", stdout);
  fflush (stdout);
  return fgets (answer, sizeof answer, stdin) != NULL && answer[0] != 'q';
}

bool
demo_tour_walk (const char *home, int *ret_code, GError **error)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_unsetenv ("WEIR_HOME");
  for (size_t i = 0; i < G_N_ELEMENTS (tour) && wait_for_enter (i); i++)
    {
      g_auto (GStrv) words = NULL;
      g_autoptr (GError) problem = NULL;
      int status = 0;
      printf ("\n%zu. %s\n    %s\n\n", i + 1, tour[i].question, tour[i].command);
      fflush (stdout);
      if (!g_shell_parse_argv (tour[i].command, NULL, &words, &problem))
        g_error ("%s", problem->message);
      g_free (words[0]);
      words[0] = g_strdup (self != NULL ? self : "weir");
      if (!g_spawn_sync (home, words, NULL, G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL, NULL, NULL, &status, &problem))
        return weir_error (error, WEIR_ERROR_LOCAL, "could not run \"%s\": %s", words[0], problem->message);
      *ret_code = MAX (*ret_code, WIFEXITED (status) ? WEXITSTATUS (status) : EXIT_FAILURE);
    }
  return true;
}
