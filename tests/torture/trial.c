#include "trial.h"

#include "tests/support/oracle.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define STILL_SECONDS 60
#define STOP_SECONDS 20

void
trial_violation (Trial *trial, const char *format, ...)
{
  va_list list;
  va_start (list, format);
  g_autofree char *text = g_strdup_vprintf (format, list);
  va_end (list);
  fprintf (stderr, "violation: %s\n", text);
  trial->result->violations++;
}

void
trial_hit (Trial *trial)
{
  trial->result->faults++;
}

void
trial_home (Trial *trial, const char *settings)
{
  trial->home = home_new (trial->cluster);
  home_configure (trial->home, settings);
}

void
trial_forgo_leaks (Trial *trial)
{
  Home *home = trial->home;
  const char *sanitizer = g_environ_getenv ((char **) home->environment->pdata, "ASAN_OPTIONS");
  g_autofree char *without_leaks = g_strconcat (sanitizer, ":detect_leaks=0", NULL);
  home_set_environment (home, "ASAN_OPTIONS", without_leaks);
}

bool
trial_is_settled (Trial *trial)
{
  return home_count_files (trial->home, "imports") == 0
         && sql_number (trial->home, "select count(*) from weir.execution e left join weir.file f on f.run_id = e.execution_id"
                                     " where e.status not in ('COMPLETED', 'FAILED') or f.disposition is null")
                == 0;
}

/* Whatever a worker says after a while, a file that was refused is not loaded. */
static void
check_refused (Trial *trial)
{
  g_autofree char *refused =
      sql_text_rows (trial->home, "select f.file_name || ': ' || coalesce(e.error, '') from weir.file f join weir.execution e"
                                  " on e.execution_id = f.run_id where f.disposition = 'failed'");
  if (*refused != '\0')
    trial_violation (trial, "refused: %s", refused);
}

static bool
has_ended (Background *watch, int64_t deadline)
{
  while (!process_ended (watch->pid, NULL))
    if (!deadline_sleep (deadline))
      return false;
  watch->pid = 0;
  return true;
}

/* A slow machine is no violation: only where no file leaves the drop folder for so long. */
static bool
wait_for_end (Trial *trial, const Background *watch)
{
  int left = -1;
  int64_t deadline = 0;
  while (!background_said (watch, "watching") || !trial_is_settled (trial))
    {
      int now = home_count_files (trial->home, "imports");
      if (now != left)
        deadline = g_get_monotonic_time () + STILL_SECONDS * G_USEC_PER_SEC;
      left = now;
      if (!deadline_sleep (deadline))
        return false;
    }
  return true;
}

void
trial_finish_with (Trial *trial, Background *watch)
{
  bool settled = wait_for_end (trial, watch);
  g_autofree char *said = background_text (watch);
  if (!settled)
    trial_violation (trial, "it does not finish, and nothing happened for %d s; it said:\n%s", STILL_SECONDS, said);
  kill (watch->pid, SIGTERM);
  if (!has_ended (watch, g_get_monotonic_time () + STOP_SECONDS * G_USEC_PER_SEC))
    trial_violation (trial, "it does not stop in %d s", STOP_SECONDS);
  g_string_append (trial->home->transcript, said);
  background_free (watch);
  check_refused (trial);
}

void
trial_finish (Trial *trial)
{
  trial_finish_with (trial, spawn_weir (trial->home, "watch", NULL));
}

static void
run_to_end (const char *const *argv, const char *out)
{
  process_wait (process_start (&(ProcessSetup) { .folder = "/", .out = out }, argv));
}

void
trial_keep (const Trial *trial)
{
  Home *home = trial->home;
  g_mkdir_with_parents (trial->keep, 0755);
  g_autofree char *to = g_build_filename (trial->keep, "home", NULL);
  remove_tree (to);
  run_to_end ((const char *[]) { "/bin/cp", "-a", home->path, to, NULL }, NULL);
  g_autofree char *programs = cluster_programs ();
  g_autofree char *pg_dump = g_build_filename (programs, "pg_dump", NULL);
  g_autofree char *dump = g_build_filename (trial->keep, "database.sql", NULL);
  unlink (dump);
  run_to_end ((const char *[]) { pg_dump, "--dbname", home->url, NULL }, dump);
}

void
trial_end (Trial *trial)
{
  Home *home = trial->home;
  g_autofree char *found = oracle_find (home, home->oracle);
  if (*found != '\0')
    trial_violation (trial, "the oracle finds:\n%s", found);
  if (trial->result->violations > 0)
    trial_keep (trial);
  if (trial->number > 0 || trial->result->violations > 0)
    fputs (home->transcript->str, stderr);
  g_autofree char *path = g_strdup (home->path);
  g_autofree char *elsewhere = g_strdup (home->elsewhere);
  home->oracle = ORACLE_BY_HAND;
  g_free (home_end (home));
  trial->home = NULL;
  remove_tree (path);
  remove_tree (elsewhere);
}
