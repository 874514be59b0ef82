/* weir-notify DIR: one line per hint about a folder, on stdout, flushed. A program of its own: see docs/decisions.md.
 *
 *   ready           the watch is armed: list now, then act on hints
 *   moved NAME      a file was renamed into the folder
 *   closed NAME     a writer closed it
 *   changed NAME    it was created, removed, or renamed away
 *   rescan          one of these, about a name that cannot be said in a line of UTF-8
 *   overflow        the kernel dropped events: list again
 *   gone            the folder was removed, renamed or unmounted; the end
 *
 * Dot names are left out. Ends with 0 when the folder or the reader is gone, 1 when it cannot watch. */
#include <errno.h>
#include <inotifytools/inotify.h>
#include <inotifytools/inotifytools.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Between two looks whether anybody still listens. 0 would block for ever. */
#define TIMEOUT_SECONDS 1

#define EVENTS (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define END_EVENTS (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED)

/* Whether the name fits a line: no newline, and UTF-8 (by the locale set in main). */
static bool
is_sayable (const char *name)
{
  return !strchr (name, '\n') && mbstowcs (NULL, name, 0) != (size_t) -1;
}

/* Prints a line and flushes it; false when nobody reads any more. */
static bool
say (const char *word, const char *name)
{
  if (!name)
    printf ("%s\n", word);
  else if (is_sayable (name))
    printf ("%s %s\n", word, name);
  else
    printf ("rescan\n");
  return fflush (stdout) == 0;
}

static bool
say_event (const struct inotify_event *event)
{
  if (event->len == 0 || event->name[0] == '.')
    return true;
  const char *word = event->mask & IN_MOVED_TO ? "moved" : event->mask & IN_CLOSE_WRITE ? "closed" : "changed";
  return say (word, event->name);
}

static bool
is_reader_gone (void)
{
  struct pollfd output = { .fd = STDOUT_FILENO };
  return poll (&output, 1, 0) > 0 && output.revents & (POLLERR | POLLNVAL | POLLHUP);
}

static int
watch (void)
{
  for (;;)
    {
      const struct inotify_event *event = inotifytools_next_event (TIMEOUT_SECONDS);
      if (!event && inotifytools_error () != 0)
        return fprintf (stderr, "weir-notify: could not read events: %s\n", strerror (inotifytools_error ())), EXIT_FAILURE;
      bool heard;
      if (!event)
        heard = !is_reader_gone ();
      else if (event->wd == -1 || event->mask & IN_Q_OVERFLOW)
        heard = say ("overflow", NULL);
      else if (event->mask & END_EVENTS)
        return say ("gone", NULL), EXIT_SUCCESS;
      else
        heard = say_event (event);
      if (!heard)
        return EXIT_SUCCESS;
    }
}

int
main (int argc, char **argv)
{
  if (argc != 2 || argv[1][0] == '-')
    return fprintf (stderr, "Usage: weir-notify DIR\nPrints a line for everything that happens to the files of a folder.\n"), 2;
  setlocale (LC_CTYPE, "C.UTF-8");
  signal (SIGPIPE, SIG_IGN);
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  if (!inotifytools_initialize ())
    return fprintf (stderr, "weir-notify: could not start inotify: %s\n", strerror (inotifytools_error ())), EXIT_FAILURE;
  if (!inotifytools_watch_file (argv[1], EVENTS))
    return fprintf (stderr, "weir-notify: could not watch \"%s\": %s\n", argv[1], strerror (inotifytools_error ())), EXIT_FAILURE;
  int status = say ("ready", NULL) ? watch () : EXIT_SUCCESS;
  inotifytools_cleanup ();
  return status;
}
