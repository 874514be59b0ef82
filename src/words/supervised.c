#include "src/words/supervised.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsutil.h"

#include <glib-unix.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

enum
{
  PIECE = 16384,
  PIECES_OF_A_PIPE = 64, /* 1 MiB, which is the most that one has without more rights */
};

/* One of its two outputs. */
typedef struct
{
  int from; /* -1: at its end */
  int to;   /* -1: nobody reads any more */
} Stream;

typedef struct
{
  const Supervised *what;
  GPid pid;
  Stream streams[2];
  int signals;
  int64_t beat_us; /* when the next is due, monotonic */
} Running;

/* Runs between fork and exec: only async-signal-safe calls. */
static void
set_up (void *data)
{
  const pid_t *parent = data;
  sigset_t none;
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  signal (SIGPIPE, SIG_DFL);
  /* A pipeline whose lock has gone with us must not go on beside its next one. */
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  if (getppid () != *parent)
    raise (SIGTERM);
}

static int
errno_of (const GError *error)
{
  if (g_error_matches (error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT))
    return ENOENT;
  return g_error_matches (error, G_SPAWN_ERROR, G_SPAWN_ERROR_ACCES) ? EACCES : ENOEXEC;
}

static bool
start (Running *running, GError **error)
{
  pid_t ours = getpid ();
  const Supervised *what = running->what;
  g_autoptr (GError) reason = NULL;
  if (g_spawn_async_with_pipes (NULL, (char **) what->argv, (char **) what->environment,
                                G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CHILD_INHERITS_STDIN, set_up, &ours,
                                &running->pid, NULL, &running->streams[0].from, &running->streams[1].from, &reason))
    return true;
  return weir_system_error (error, errno_of (reason), "could not run \"%s\"", what->argv[0]);
}

/* Takes a piece of what it wrote. False: there is none now. */
static bool
pass_on (Running *running, Stream *stream)
{
  char piece[PIECE];
  ssize_t got = read (stream->from, piece, sizeof piece);
  if (got < 0 && (errno == EINTR || errno == EAGAIN))
    return errno == EINTR;
  if (got <= 0)
    {
      close (stream->from);
      stream->from = -1;
      return false;
    }
  kept_output_add (running->what->kept, piece, (size_t) got);
  if (stream->to >= 0 && !fs_write_all (stream->to, piece, (size_t) got, "output", NULL))
    stream->to = -1;
  return true;
}

/* The terminal's own signals have reached it by themselves. */
static void
take_signals (Running *running)
{
  struct signalfd_siginfo info;
  while (read (running->signals, &info, sizeof info) == (ssize_t) sizeof info)
    if (info.ssi_signo != SIGCHLD && info.ssi_code != SI_KERNEL)
      kill (running->pid, (int) info.ssi_signo);
}

static int
milliseconds_left (const Running *running)
{
  int64_t left = running->beat_us - g_get_monotonic_time ();
  return left > 0 ? (int) (left / 1000) + 1 : 0;
}

static void
beat_if_due (Running *running)
{
  if (milliseconds_left (running) > 0)
    return;
  if (!running->what->beat (running->what->data))
    kill (running->pid, SIGTERM);
  running->beat_us = g_get_monotonic_time () + (int64_t) running->what->beat_seconds * G_USEC_PER_SEC;
}

/* Until it ends: the wait status. */
static int
attend (Running *running)
{
  int status = 0;
  while (waitpid (running->pid, &status, WNOHANG) == 0)
    {
      struct pollfd fds[] = { { .fd = running->streams[0].from, .events = POLLIN },
                              { .fd = running->streams[1].from, .events = POLLIN },
                              { .fd = running->signals, .events = POLLIN } };
      if (poll (fds, G_N_ELEMENTS (fds), milliseconds_left (running)) > 0)
        for (size_t i = 0; i < G_N_ELEMENTS (running->streams); i++)
          if (fds[i].revents != 0)
            pass_on (running, &running->streams[i]);
      take_signals (running);
      beat_if_due (running);
    }
  return status;
}

/* What is in the pipes when it has ended; who holds their other ends then is in the background, and not waited for, however much it
 * writes. */
static void
drain (Running *running)
{
  for (size_t i = 0; i < G_N_ELEMENTS (running->streams); i++)
    {
      Stream *stream = &running->streams[i];
      for (int piece = 0; piece < PIECES_OF_A_PIPE && stream->from >= 0 && pass_on (running, stream); piece++)
        ;
      fd_cleanup (&stream->from);
    }
}

bool
supervised_run (const Supervised *supervised, int *ret_wait_status, GError **error)
{
  static const int taken[] = { SIGCHLD, SIGINT, SIGQUIT, SIGTERM, SIGHUP };
  sigset_t set;
  signal (SIGCHLD, SIG_DFL); /* whoever started us may ignore it: then nobody would learn how a child ends */
  sigemptyset (&set);
  for (size_t i = 0; i < G_N_ELEMENTS (taken); i++)
    sigaddset (&set, taken[i]);
  sigprocmask (SIG_BLOCK, &set, NULL);
  AUTO_FD int signals = signalfd (-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  Running running = { .what = supervised, .streams = { { -1, STDOUT_FILENO }, { -1, STDERR_FILENO } }, .signals = signals };
  if (signals < 0)
    return weir_system_error (error, errno, "could not wait for signals");
  if (!start (&running, error))
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS (running.streams); i++)
    g_unix_set_fd_nonblocking (running.streams[i].from, TRUE, NULL);
  running.beat_us = g_get_monotonic_time () + (int64_t) supervised->beat_seconds * G_USEC_PER_SEC;
  *ret_wait_status = attend (&running);
  drain (&running);
  return true;
}
