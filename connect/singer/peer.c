#include "connect/singer/peer.h"

#include "base/error.h"
#include "connect/connector.h"
#include "connect/singer/verdict.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 200
#define AFTER_END_US G_USEC_PER_SEC /* that somebody who holds the pipe of an ended peer is waited for */
#define GRACE_US G_USEC_PER_SEC     /* between SIGTERM and SIGKILL */
#define REAP_US 2000
#define SAID_MOST_BYTES 65536 /* of a line of stderr; the rest of it is passed over */
#define SHOWN_BYTES 4000      /* of it */
#define LAST_LINES 40

struct Peer
{
  char *program;
  const Redaction *redaction;
  pid_t pid;
  int in, out, err; /* -1: closed */
  bool has_ended;   /* "status" is known */
  int status;
  int64_t ended_us;
  GString *lines; /* of stdout, from "at" on not yet given out */
  size_t at, searched;
  bool is_cut, is_deaf;
  GString *said; /* a line of stderr */
  GQueue last;   /* of char *: the last lines of stderr */
};

/* In the peer. */
static void
become (const char *path, const char *const *argv, int in, int out, int err, int failed)
{
  setpgid (0, 0);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  for (int i = 1; i < NSIG; i++)
    signal (i, SIG_DFL);
  int report = fcntl (failed, F_DUPFD_CLOEXEC, 10);
  dup2 (in, STDIN_FILENO);
  dup2 (out, STDOUT_FILENO);
  dup2 (err, STDERR_FILENO);
  dup2 (report, 3);
  fcntl (3, F_SETFD, FD_CLOEXEC);
  close_range (4, ~0U, 0);
  execv (path, (char *const *) argv);
  int number = errno;
  if (write (3, &number, sizeof number) < 0)
    _exit (126);
  _exit (127);
}

static void
close_pair (int pair[2])
{
  for (int i = 0; i < 2; i++)
    if (pair[i] >= 0)
      close (pair[i]);
}

/* 0: it runs; else the errno of exec. */
static int
wait_for_exec (int failed)
{
  int number = 0;
  ssize_t n;
  while ((n = read (failed, &number, sizeof number)) < 0 && errno == EINTR)
    ;
  return n == (ssize_t) sizeof number ? number : 0;
}

static bool
spawn (Peer *peer, const char *path, const char *const *argv, bool with_input, GError **error)
{
  int in[2] = { -1, -1 }, out[2] = { -1, -1 }, err[2] = { -1, -1 }, failed[2] = { -1, -1 };
  bool ok = pipe2 (out, O_CLOEXEC) == 0 && pipe2 (err, O_CLOEXEC) == 0 && pipe2 (failed, O_CLOEXEC) == 0
            && (with_input ? pipe2 (in, O_CLOEXEC) : (in[0] = open ("/dev/null", O_RDONLY | O_CLOEXEC))) >= 0;
  if (ok && (peer->pid = fork ()) == 0)
    become (path, argv, in[0], out[1], err[1], failed[1]);
  ok = ok && peer->pid > 0;
  if (!ok)
    weir_system_error (error, errno, "could not start \"%s\"", peer->program);
  else
    {
      setpgid (peer->pid, peer->pid);
      peer->in = in[1];
      peer->out = out[0];
      peer->err = err[0];
      in[1] = out[0] = err[0] = -1;
      close (failed[1]);
      failed[1] = -1;
      int number = wait_for_exec (failed[0]);
      if (number != 0)
        ok =
            connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "could not run \"%s\": %s", peer->program, g_strerror (number));
    }
  close_pair (in);
  close_pair (out);
  close_pair (err);
  close_pair (failed);
  return ok;
}

Peer *
peer_start (const char *const *argv, bool with_input, const Redaction *redaction, GError **error)
{
  g_autofree char *path = g_find_program_in_path (argv[0]);
  if (path == NULL)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, "Install it, or name it by its path in \"command\".",
                         "there is no program \"%s\"", argv[0]),
           NULL;
  g_autoptr (Peer) peer = g_new0 (Peer, 1);
  *peer = (Peer) { .program = g_strdup (argv[0]), .redaction = redaction, .in = -1, .out = -1, .err = -1 };
  peer->lines = g_string_new (NULL);
  peer->said = g_string_new (NULL);
  g_queue_init (&peer->last);
  signal (SIGPIPE, SIG_IGN);
  if (!spawn (peer, path, argv, with_input, error))
    return NULL;
  int fds[] = { peer->in, peer->out, peer->err };
  for (size_t i = 0; i < G_N_ELEMENTS (fds); i++)
    if (fds[i] >= 0)
      fcntl (fds[i], F_SETFL, fcntl (fds[i], F_GETFL) | O_NONBLOCK);
  return g_steal_pointer (&peer);
}

static void
say_line (Peer *peer)
{
  g_autofree char *text = redact (peer->redaction, peer->said->str, peer->said->len, SHOWN_BYTES);
  g_string_truncate (peer->said, 0);
  if (text[0] == '\0')
    return;
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  if (write (STDERR_FILENO, line, strlen (line)) < 0)
    return; /* Nobody listens. */
  g_queue_push_tail (&peer->last, g_steal_pointer (&text));
  if (g_queue_get_length (&peer->last) > LAST_LINES)
    g_free (g_queue_pop_head (&peer->last));
}

static void
take_said (Peer *peer, const char *bytes, size_t length)
{
  for (size_t i = 0; i < length; i++)
    if (bytes[i] == '\n' || bytes[i] == '\r')
      say_line (peer);
    else if (peer->said->len < SAID_MOST_BYTES)
      g_string_append_c (peer->said, bytes[i] == '\t' ? ' ' : bytes[i]);
}

static void
close_one (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

/* What there is to read. */
static void
read_some (Peer *peer, int *fd)
{
  char bytes[65536];
  ssize_t n = read (*fd, bytes, sizeof bytes);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  bool is_out = fd == &peer->out;
  if (n > 0 && is_out)
    g_string_append_len (peer->lines, bytes, n);
  else if (n > 0)
    take_said (peer, bytes, (size_t) n);
  else
    {
      close_one (fd);
      if (!is_out)
        say_line (peer);
    }
}

/* Notices its end. Who still holds its pipes then has a second. */
static void
notice_end (Peer *peer)
{
  if (!peer->has_ended && waitpid (peer->pid, &peer->status, WNOHANG) == peer->pid)
    {
      peer->has_ended = true;
      peer->ended_us = g_get_monotonic_time ();
    }
  if (!peer->has_ended || g_get_monotonic_time () - peer->ended_us < AFTER_END_US)
    return;
  kill (-peer->pid, SIGKILL);
  close_one (&peer->out);
  close_one (&peer->err);
}

/* Waits for anything to do with the peer; wants_input: also for room in its stdin. */
static bool
pump (Peer *peer, bool wants_input, GError **error)
{
  if (!connect_go_on (error))
    {
      peer_stop (peer);
      return false;
    }
  struct pollfd polled[3] = { { .fd = peer->out, .events = POLLIN },
                              { .fd = peer->err, .events = POLLIN },
                              { .fd = wants_input ? peer->in : -1, .events = POLLOUT } };
  int n = poll (polled, G_N_ELEMENTS (polled), WAIT_MS);
  if (n < 0 && errno != EINTR)
    return weir_system_error (error, errno, "could not wait for \"%s\"", peer->program);
  if (n > 0 && polled[0].revents != 0)
    read_some (peer, &peer->out);
  if (n > 0 && polled[1].revents != 0)
    read_some (peer, &peer->err);
  if (n == 0)
    notice_end (peer);
  return true;
}

/* The line that begins at "at", if it is whole or nothing more comes. */
static bool
find_line (Peer *peer, const char **ret_line, size_t *ret_length)
{
  GString *lines = peer->lines;
  const char *start = lines->str + peer->at;
  const char *end = memchr (lines->str + peer->searched, '\n', lines->len - peer->searched);
  peer->searched = lines->len;
  if (end == NULL && (peer->out >= 0 || lines->len == peer->at))
    return false;
  peer->is_cut = end == NULL;
  *ret_line = start;
  *ret_length = end == NULL ? lines->len - peer->at : (size_t) (end - start);
  peer->at = end == NULL ? lines->len : (size_t) (end - lines->str) + 1;
  peer->searched = peer->at;
  return true;
}

bool
peer_line (Peer *peer, const char **ret_line, size_t *ret_length, GError **error)
{
  *ret_line = NULL;
  while (!find_line (peer, ret_line, ret_length))
    {
      if (peer->out < 0)
        return true;
      if (peer->at > 0)
        {
          g_string_erase (peer->lines, 0, (gssize) peer->at);
          peer->searched -= peer->at;
          peer->at = 0;
        }
      if (peer->lines->len > PEER_LINE_MOST_BYTES)
        return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "\"%s\" wrote a line of more than %d MiB", peer->program,
                             PEER_LINE_MOST_BYTES >> 20);
      if (!pump (peer, false, error))
        return false;
    }
  return connect_go_on (error);
}

bool
peer_is_cut (const Peer *peer)
{
  return peer->is_cut;
}

bool
peer_write (Peer *peer, const char *bytes, size_t length, GError **error)
{
  while (length > 0 && peer->in >= 0)
    {
      ssize_t n = write (peer->in, bytes, length);
      if (n >= 0)
        {
          bytes += n;
          length -= (size_t) n;
        }
      else if (errno == EAGAIN || errno == EINTR)
        {
          if (peer->lines->len - peer->at > PEER_LINE_MOST_BYTES)
            return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "\"%s\" wrote more than %d MiB", peer->program,
                                 PEER_LINE_MOST_BYTES >> 20);
          if (!pump (peer, true, error))
            return false;
        }
      else
        {
          peer->is_deaf = true;
          close_one (&peer->in);
        }
    }
  return connect_go_on (error);
}

bool
peer_is_deaf (const Peer *peer)
{
  return peer->is_deaf;
}

void
peer_close_input (Peer *peer)
{
  close_one (&peer->in);
}

char *
peer_last_words (const Peer *peer)
{
  g_autoptr (GString) words = g_string_new (NULL);
  for (const GList *each = peer->last.head; each != NULL; each = each->next)
    g_string_append_printf (words, "%s%s", words->len > 0 ? "\n" : "", (const char *) each->data);
  return g_string_free (g_steal_pointer (&words), FALSE);
}

bool
peer_end (Peer *peer, GError **error)
{
  peer_close_input (peer);
  for (notice_end (peer); !peer->has_ended || peer->out >= 0 || peer->err >= 0; notice_end (peer))
    {
      g_string_truncate (peer->lines, 0);
      peer->at = peer->searched = 0;
      if (peer->out < 0 && peer->err < 0)
        g_usleep (REAP_US);
      else if (!pump (peer, false, error))
        return false;
      if (!connect_go_on (error))
        return peer_stop (peer), false;
    }
  g_autofree char *words = peer_last_words (peer);
  return verdict_of (peer->program, peer->status, words, error);
}

void
peer_stop (Peer *peer)
{
  if (peer->pid <= 0)
    return;
  peer_close_input (peer);
  int64_t until = g_get_monotonic_time () + GRACE_US;
  kill (-peer->pid, SIGTERM);
  while (!peer->has_ended && g_get_monotonic_time () < until)
    {
      peer->has_ended = waitpid (peer->pid, &peer->status, WNOHANG) == peer->pid;
      if (!peer->has_ended)
        g_usleep (10000);
    }
  kill (-peer->pid, SIGKILL);
  if (!peer->has_ended)
    {
      while (waitpid (peer->pid, &peer->status, 0) < 0 && errno == EINTR)
        ;
      peer->has_ended = true;
    }
}

void
peer_free (Peer *peer)
{
  if (peer == NULL)
    return;
  if (!peer->has_ended)
    peer_stop (peer);
  close_one (&peer->in);
  close_one (&peer->out);
  close_one (&peer->err);
  g_string_free (peer->lines, TRUE);
  g_string_free (peer->said, TRUE);
  g_queue_clear_full (&peer->last, g_free);
  g_free (peer->program);
  g_free (peer);
}
