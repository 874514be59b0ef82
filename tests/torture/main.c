/* The program behind scripts/torture: which kinds, how many trials of each, several at once, and the figures at the end. */
#include "options.h"

#include "base/json.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* What became of a kind. */
typedef struct
{
  int points; /* of which trials are chosen */
  int trials;
  int faults;
  int violations; /* trials that had one or more */
  double seconds;
} Figures;

/* A place where one trial runs. */
typedef struct
{
  pid_t pid; /* 0: none */
  int number;
  int64_t deadline;
  char *log;
  TrialResult *result; /* shared with the trial's process */
} Slot;

typedef struct
{
  const Options *options;
  const Kind *kind;
  Cluster *cluster;
  Home *begin;
  Slot *slots;
  Figures figures;
} Torture;

/* What a violation leaves of a trial, and its log. Owned by the caller. */
static char *
keep_path (const Torture *torture, int number)
{
  g_autofree char *name = g_strdup_printf ("%s-%" PRId64 "-%d", torture->kind->name, torture->options->seed, number);
  return g_build_filename (g_getenv ("WEIR_BUILD"), "torture-kept", name, NULL);
}

static GRand *
choices (const Torture *torture, int number)
{
  uint64_t seed = (uint64_t) torture->options->seed;
  const guint32 parts[] = { (guint32) seed, (guint32) (seed >> 32), g_str_hash (torture->kind->name), (guint32) number };
  return g_rand_new_with_seed_array (parts, G_N_ELEMENTS (parts));
}

static Trial *
trial_new (const Torture *torture, int number, TrialResult *result)
{
  Trial *trial = g_new0 (Trial, 1);
  trial->cluster = torture->cluster;
  trial->begin = torture->begin;
  trial->number = number;
  trial->is_quick = torture->options->quick;
  trial->own = torture->kind->own;
  trial->choices = choices (torture, number);
  trial->keep = keep_path (torture, number);
  trial->result = result;
  return trial;
}

static void
trial_free (Trial *trial)
{
  g_rand_free (trial->choices);
  g_free (trial->keep);
  g_free (trial);
}

/* ---- one trial ---- */

static void
write_to (const char *path)
{
  int log = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  g_assert (log >= 0 && dup2 (log, STDOUT_FILENO) >= 0 && dup2 (log, STDERR_FILENO) >= 0);
}

/* What the state of the one test is. */
typedef struct
{
  const Kind *kind;
  Trial *trial;
} Task;

static void
run_task (void **state)
{
  const Task *task = *state;
  task->kind->run (task->trial);
}

/* A trial that failed in the middle: its home is there yet. */
static int
leave_task (void **state)
{
  const Task *task = *state;
  if (task->trial->home != NULL)
    trial_keep (task->trial);
  return 0;
}

/* The trial's process. Connections and names are not its parent's. A test of cmocka, for what it calls may fail as a test does. */
static void
be_trial (const Torture *torture, const Slot *slot)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  write_to (slot->log);
  torture->cluster->db = NULL;
  torture->cluster->spent = NULL;
  torture->cluster->homes = slot->number * 4; /* a trial has a few at most */
  Task task = { torture->kind, trial_new (torture, slot->number, slot->result) };
  const struct CMUnitTest tests[] = { { task.kind->name, run_task, NULL, leave_task, &task } };
  int failed = cmocka_run_group_tests (tests, NULL, NULL);
  cluster_drop_spent (torture->cluster);
  fflush (NULL);
  _exit (failed > 0 || slot->result->violations > 0);
}

static void
start_trial (Torture *torture, Slot *slot, int number)
{
  slot->number = number;
  slot->log = keep_path (torture, number);
  char *log = g_strconcat (slot->log, ".log", NULL);
  g_free (slot->log);
  slot->log = log;
  slot->deadline = g_get_monotonic_time () + torture->kind->seconds * G_USEC_PER_SEC;
  *slot->result = (TrialResult) { 0 };
  fflush (NULL); /* or the trial would print it, too */
  slot->pid = fork ();
  g_assert (slot->pid >= 0);
  if (slot->pid == 0)
    be_trial (torture, slot);
}

static void
show_log (const Slot *slot)
{
  g_autofree char *said = NULL;
  g_file_get_contents (slot->log, &said, NULL, NULL);
  fprintf (stderr, "%s\n", said != NULL ? said : "");
}

/* What it said, and how it is repeated. */
static void
tell (const Torture *torture, const Slot *slot, const char *how)
{
  show_log (slot);
  fprintf (stderr, "VIOLATION in %s, seed %" PRId64 ", trial %d%s\n", torture->kind->name, torture->options->seed, slot->number,
           how);
  fprintf (stderr, "  again:  scripts/torture --seed %" PRId64 " --trial %d %s\n", torture->options->seed, slot->number,
           torture->kind->name);
  g_autofree char *kept = g_strndup (slot->log, strlen (slot->log) - strlen (".log"));
  fprintf (stderr, "  kept:   %s, and %s.log\n", kept, kept);
}

static void
end_trial (Torture *torture, Slot *slot, int status)
{
  bool is_good = WIFEXITED (status) && WEXITSTATUS (status) == 0;
  bool is_late = WIFSIGNALED (status) && g_get_monotonic_time () > slot->deadline;
  torture->figures.trials++;
  torture->figures.faults += slot->result->faults;
  torture->figures.violations += !is_good;
  if (is_good && torture->options->trial > 0)
    show_log (slot);
  if (is_good)
    unlink (slot->log);
  else
    tell (torture, slot, is_late ? ": it did not end in time" : WIFSIGNALED (status) ? ": it was ended by a signal" : "");
  g_clear_pointer (&slot->log, g_free);
  slot->pid = 0;
}

/* Ends what is over or too late. Whether there is room for another. */
static Slot *
find_room (Torture *torture)
{
  Slot *room = NULL;
  for (int i = 0; i < torture->options->jobs; i++)
    {
      Slot *slot = &torture->slots[i];
      int status = 0;
      if (slot->pid > 0 && g_get_monotonic_time () > slot->deadline)
        kill (slot->pid, SIGKILL);
      if (slot->pid > 0 && waitpid (slot->pid, &status, WNOHANG) == slot->pid)
        end_trial (torture, slot, status);
      if (slot->pid == 0)
        room = slot;
    }
  return room;
}

static bool
is_any_running (const Torture *torture)
{
  for (int i = 0; i < torture->options->jobs; i++)
    if (torture->slots[i].pid > 0)
      return true;
  return false;
}

/* ---- the trials of a kind ---- */

static GArray *
numbers (int last)
{
  GArray *points = g_array_new (false, false, sizeof (int));
  for (int number = 1; number <= last; number++)
    g_array_append_val (points, number);
  return points;
}

/* In the order of the seed: a part of them is a fair sample. */
static void
shuffle (const Torture *torture, GArray *points)
{
  g_autoptr (GRand) rand = choices (torture, 0);
  for (guint i = points->len; i > 1; i--)
    {
      guint other = (guint) g_rand_int_range (rand, 0, (gint32) i);
      int *a = &g_array_index (points, int, i - 1);
      int *b = &g_array_index (points, int, other);
      int swapped = *a;
      *a = *b;
      *b = swapped;
    }
}

/* The numbers of the trials. NULL: even without a fault it does not go well. */
static GArray *
choose_trials (Torture *torture)
{
  const Options *options = torture->options;
  const Kind *kind = torture->kind;
  int only = options->trial;
  if (only > 0)
    return g_array_append_val (g_array_new (false, false, sizeof (int)), only);
  TrialResult result = { 0 };
  int many = options->count > 0 ? options->count : options->quick ? kind->quick : kind->trials;
  Trial *nominal = trial_new (torture, 0, &result);
  GArray *points = kind->plan != NULL ? kind->plan (nominal) : numbers (many);
  trial_free (nominal);
  if (kind->plan != NULL)
    shuffle (torture, points);
  if (result.violations > 0)
    return g_array_unref (points), NULL;
  torture->figures.points = (int) points->len;
  if (many > 0 && many < (int) points->len)
    g_array_set_size (points, (guint) many);
  return points;
}

static bool
run_kind (Torture *torture)
{
  int64_t start = g_get_monotonic_time ();
  int64_t end = torture->options->budget > 0 ? start + torture->options->budget * G_USEC_PER_SEC : G_MAXINT64;
  torture->figures = (Figures) { 0 };
  g_autoptr (GArray) trials = choose_trials (torture);
  if (trials == NULL)
    return false;
  for (guint next = 0; (next < trials->len && g_get_monotonic_time () < end) || is_any_running (torture);)
    {
      Slot *room = find_room (torture);
      if (room != NULL && next < trials->len && g_get_monotonic_time () < end)
        start_trial (torture, room, g_array_index (trials, int, next++));
      else
        g_usleep (2000);
    }
  torture->figures.seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  return torture->figures.violations == 0;
}

/* ---- figures ---- */

static void
show_figures (const Torture *torture)
{
  const Figures *figures = &torture->figures;
  if (torture->options->json)
    printf ("{\"kind\":\"%s\",\"seed\":%" PRId64 ",\"points\":%d,\"trials\":%d,\"faults\":%d,\"violations\":%d,\"seconds\":%.1f}\n",
            torture->kind->name, torture->options->seed, figures->points, figures->trials, figures->faults, figures->violations,
            figures->seconds);
  else
    printf ("%-13s %8d %8d %8d %11d %9.1f\n", torture->kind->name, figures->points, figures->trials, figures->faults,
            figures->violations, figures->seconds);
  fflush (stdout);
}

static void
show_skipped (const Options *options, const Kind *kind, const char *why)
{
  if (options->json)
    printf ("{\"kind\":\"%s\",\"skipped\":\"%s\"}\n", kind->name, why);
  else
    printf ("%-13s skipped: %s\n", kind->name, why);
}

/* ---- all kinds ---- */

static bool
run_kinds (Torture *torture, char *const *names)
{
  bool good = true;
  if (!torture->options->json)
    printf ("%-13s %8s %8s %8s %11s %9s\n", "kind", "points", "trials", "faults", "violations", "seconds");
  for (const Kind *const *kind = options_kinds; *kind != NULL; kind++)
    {
      torture->kind = *kind;
      if (!options_want (torture->kind, names))
        continue;
      const char *why = torture->kind->obstacle != NULL ? torture->kind->obstacle () : NULL;
      if (why != NULL)
        {
          show_skipped (torture->options, torture->kind, why);
          continue;
        }
      good = run_kind (torture) && good;
      show_figures (torture);
    }
  return good;
}

int
main (int argc, char **argv)
{
  Options options = { .seed = 1, .jobs = 2 * (int) g_get_num_processors () };
  if (!options_parse (&argc, &argv, &options))
    return 2;
  size_t size = (size_t) options.jobs * sizeof (TrialResult);
  TrialResult *results = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_assert (results != MAP_FAILED);
  g_autofree Slot *slots = g_new0 (Slot, options.jobs);
  for (int i = 0; i < options.jobs; i++)
    slots[i].result = &results[i];
  g_autofree char *kept = g_build_filename (g_getenv ("WEIR_BUILD"), "torture-kept", NULL);
  g_mkdir_with_parents (kept, 0755);
  void *state = NULL;
  cluster_setup (&state);
  Torture torture = { .options = &options, .cluster = state, .slots = slots };
  cmocka_set_test_filter (NULL); /* a trial is always run */
  torture.begin = nominal_prepare (torture.cluster);
  bool good = run_kinds (&torture, argv + 1);
  torture.begin->oracle = 0;
  home_free (torture.begin);
  cluster_teardown (&state);
  return good ? 0 : 1;
}
