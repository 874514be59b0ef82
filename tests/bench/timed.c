/* timed: runs a command and appends a line to a file: how long it took, its processor time, and its memory.
 *
 *   timed RESULTS WORK WHO [--until-grows FILE] -- COMMAND [ARGUMENT...]
 *
 * With --until-grows the time goes on until FILE has grown, which somebody else writes: a minute at most.
 * The line: WORK, WHO, seconds by the clock, seconds of processor time, the largest memory of one process in KiB; with tabs between.
 * Processor time and memory are those of the command and of the children that it waited for. Ends with the command's exit code; of one
 * that fails no line is written. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
now (void)
{
  struct timespec time;
  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}

static double
seconds (struct timeval time)
{
  return (double) time.tv_sec + (double) time.tv_usec / 1e6;
}

static int
run (char **command, struct rusage *ret_usage)
{
  int status;
  pid_t child = fork ();
  if (child == 0)
    {
      execvp (command[0], command);
      fprintf (stderr, "timed: could not run %s: %s\n", command[0], strerror (errno));
      _exit (127);
    }
  if (child < 0 || wait4 (child, &status, 0, ret_usage) != child)
    return perror ("timed"), 127;
  return WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
}

static off_t
size_of (const char *path)
{
  struct stat status;
  return path != NULL && stat (path, &status) == 0 ? status.st_size : 0;
}

static bool
wait_until_grown (const char *path, off_t from, double begun)
{
  while (path != NULL && size_of (path) <= from && now () - begun < 60)
    nanosleep (&(struct timespec) { .tv_nsec = 200000 }, NULL);
  return path == NULL || size_of (path) > from;
}

int
main (int argc, char **argv)
{
  const char *growing = argc > 5 && strcmp (argv[4], "--until-grows") == 0 ? argv[5] : NULL;
  int command = growing != NULL ? 7 : 5;
  if (argc <= command || strcmp (argv[command - 1], "--") != 0)
    return fprintf (stderr, "usage: timed RESULTS WORK WHO [--until-grows FILE] -- COMMAND [ARGUMENT...]\n"), 2;
  struct rusage usage = { 0 };
  off_t size = size_of (growing);
  double begun = now ();
  int code = run (argv + command, &usage);
  if (code == 0 && !wait_until_grown (growing, size, begun))
    return fprintf (stderr, "timed: %s has not grown in a minute\n", growing), 1;
  double took = now () - begun;
  FILE *results = code == 0 ? fopen (argv[1], "a") : NULL;
  if (results == NULL)
    return code != 0 ? code : (perror (argv[1]), 4);
  fprintf (results, "%s\t%s\t%.4f\t%.4f\t%ld\n", argv[2], argv[3], took, seconds (usage.ru_utime) + seconds (usage.ru_stime),
           usage.ru_maxrss);
  return fclose (results) == 0 ? 0 : 4;
}
