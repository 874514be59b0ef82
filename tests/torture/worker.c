#include "worker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define LOOK_MS 2

static int
count (const char *text, const char *word)
{
  int times = 0;
  for (const char *at = text; (at = strstr (at, word)) != NULL; at++)
    times++;
  return times;
}

/* Waits until the worker has answered so many requests well. False: one was not, or the worker is gone. */
static bool
wait_for_answers (int requests, const Background *worker, int many)
{
  for (;;)
    {
      g_autofree char *said = background_text (worker);
      int outcomes = count (said, "\"outcome\":"), done = count (said, "\"outcome\":\"done\"");
      bool is_ready = strstr (said, "\"outcome\":\"ready\"") != NULL;
      if (is_ready && done == many)
        return true;
      struct pollfd gone = { .fd = requests };
      if (outcomes > done + is_ready || poll (&gone, 1, LOOK_MS) > 0)
        return false;
    }
}

static void
ask_for_files (int requests, const Background *worker)
{
  for (int i = 0; i < NOMINAL_FILES && wait_for_answers (requests, worker, i); i++)
    dprintf (requests, "{\"path\":\"%s\"}\n", nominal_names[i]);
  wait_for_answers (requests, worker, NOMINAL_FILES);
}

Background *
worker_start (Home *home)
{
  int ends[2];
  assert_int_equal (pipe2 (ends, O_CLOEXEC), 0);
  home->in = ends[0];
  Background *worker = spawn_weir (home, "load", "--worker", NULL);
  home->in = 0;
  close (ends[0]);
  pid_t asking = fork ();
  assert_true (asking >= 0);
  if (asking == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      ask_for_files (ends[1], worker);
      _exit (0);
    }
  close (ends[1]);
  return worker;
}

int
worker_run (Home *home, unsigned seconds)
{
  g_autoptr (Background) worker = worker_start (home);
  int64_t deadline = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  int code = -1;
  bool ended = false;
  while (!(ended = process_ended (worker->pid, &code)) && deadline_sleep (deadline))
    ;
  if (ended)
    worker->pid = 0;
  g_autofree char *said = background_text (worker);
  g_string_append_printf (home->transcript, "%sended with %d\n", said, code);
  return ended ? code : -1;
}
