#include "src/watch/greeting.h"

/* The shell's word for this program: the wrapper at the home's top where there is one. */
static const char *
command_word (const Settings *settings)
{
  g_autofree char *wrapper = g_build_filename (settings->home, "weir", NULL);
  return g_file_test (wrapper, G_FILE_TEST_IS_EXECUTABLE) && g_file_test (wrapper, G_FILE_TEST_IS_REGULAR) ? "./weir" : "weir";
}

void
greeting_tell (Log *log, const Settings *settings, const char *database, const char *method)
{
  const char *word = command_word (settings);
  g_autofree char *example = g_build_filename (settings->home, "example_data", "inserts", "users.csv", NULL);
  g_autofree char *imports = settings_shown_path (settings, settings->imports);
  log_line (log, "database: %s", database);
  log_line (log, "watching %s %s, with up to %d worker%s; waiting for .csv files named after their table", settings->imports,
            method, settings->workers, settings->workers == 1 ? "" : "s");
  if (g_file_test (example, G_FILE_TEST_EXISTS))
    log_line (log, "try, in %s:  cp example_data/inserts/users.csv %s/   and then:  %s status", settings->home, imports, word);
  else
    log_line (log, "to see what became of them, in %s:  %s status", settings->home, word);
}
