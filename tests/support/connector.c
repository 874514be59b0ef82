#include "connector.h"

#include "process.h"

#include "base/autoptr.h"
#include "base/digest.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_ENDS 5 /* stdin, stdout, stderr, the spool file, results */

struct ConnectorJob
{
  pid_t pid;
  int ends[N_ENDS];
  bool has_spool;
};

void
connector_run_free (ConnectorRun *run)
{
  if (run == NULL)
    return;
  g_ptr_array_unref (run->lines);
  g_free (run->spool);
  g_free (run->said);
  g_free (run);
}

/* An unnamed file with these bytes, to be read from its beginning. */
static int
file_with (const char *bytes, size_t length)
{
  int fd = memfd_create ("connector", MFD_CLOEXEC);
  assert_true (fd >= 0);
  if (length > 0)
    assert_int_equal (pwrite (fd, bytes, length, 0), (ssize_t) length);
  return fd;
}

static char *
request_text (const Json *request, const char *verb)
{
  g_autoptr (Json) whole = json_copy ((Json *) request);
  if (json_object_get (whole, "protocol") == NULL)
    json_object_set_new (whole, "protocol", json_integer (1));
  if (json_object_get (whole, "verb") == NULL)
    json_object_set_new (whole, "verb", json_string (verb));
  return weir_json_text (whole);
}

static GStrv
environment_of (const char *folder, const char *const *more)
{
  static const char *const passed[] = { "PATH", "HOME", "LANG", "TZ", "TMPDIR", "WEIR_MUTANT" };
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  for (size_t i = 0; i < G_N_ELEMENTS (passed); i++)
    if (g_getenv (passed[i]) != NULL)
      g_ptr_array_add (all, g_strdup_printf ("%s=%s", passed[i], g_getenv (passed[i])));
  g_ptr_array_add (all, g_strdup_printf (PROCESS_MARK "=%s/", folder));
  for (int i = 0; more != NULL && more[i] != NULL; i++)
    g_ptr_array_add (all, g_strdup (more[i]));
  g_ptr_array_add (all, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&all), FALSE);
}

/* Nothing but system calls: the child still has our memory. The ends are all above N_ENDS. */
static void
run_child (const char *folder, const int *ends, const char *const *argv, char *const *environment, pid_t parent)
{
  for (int fd = 0; fd < N_ENDS; fd++)
    if (ends[fd] >= 0 ? dup2 (ends[fd], fd) < 0 : close (fd) != 0 && errno != EBADF)
      _exit (127);
  close_range (N_ENDS, ~0U, 0);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != parent || chdir (folder) != 0)
    _exit (127);
  execve (argv[0], (char *const *) argv, environment);
  _exit (127);
}

/* Above all that the child has. */
static int
raised (int fd)
{
  int high = fcntl (fd, F_DUPFD_CLOEXEC, 2 * N_ENDS);
  close (fd);
  return high;
}

ConnectorJob *
connector_start (const char *folder, const char *program, const char *verb, const Json *request, const char *spool,
                 const char *const *environment)
{
  ConnectorJob *job = g_new0 (ConnectorJob, 1);
  g_autofree char *path =
      strchr (program, '/') != NULL ? g_strdup (program) : g_build_filename (g_getenv ("WEIR_BUILD"), program, NULL);
  g_autofree char *text = request_text (request, verb);
  g_auto (GStrv) variables = environment_of (folder, environment);
  const char *argv[] = { path, verb, NULL };
  job->has_spool = strcmp (verb, "read") == 0 || strcmp (verb, "write") == 0;
  job->ends[0] = raised (file_with (text, strlen (text)));
  job->ends[1] = raised (file_with (NULL, 0));
  job->ends[2] = fcntl (job->ends[1], F_DUPFD_CLOEXEC, 2 * N_ENDS);
  job->ends[3] = job->has_spool ? raised (file_with (spool, spool != NULL ? strlen (spool) : 0)) : -1;
  job->ends[4] = raised (file_with (NULL, 0));
  pid_t parent = getpid ();
  job->pid = vfork ();
  assert_true (job->pid >= 0);
  if (job->pid == 0)
    run_child (folder, job->ends, argv, variables, parent);
  return job;
}

pid_t
connector_pid (const ConnectorJob *job)
{
  return job->pid;
}

/* All bytes of an unnamed file, which is closed; a NUL is behind them. */
static char *
take_file (int fd, size_t *ret_length)
{
  off_t size = lseek (fd, 0, SEEK_END);
  char *bytes = g_malloc ((size_t) size + 1);
  assert_int_equal (pread (fd, bytes, (size_t) size, 0), size);
  bytes[size] = '\0';
  close (fd);
  *ret_length = (size_t) size;
  return bytes;
}

static void
await_end (ConnectorJob *job, ConnectorRun *run)
{
  AUTO_FD int fd = (int) syscall (SYS_pidfd_open, job->pid, 0);
  struct pollfd end = { .fd = fd, .events = POLLIN };
  int64_t deadline = deadline_new ();
  bool ended = false;
  while (!ended && g_get_monotonic_time () < deadline)
    ended = poll (&end, 1, 1000) > 0;
  if (!ended)
    kill (job->pid, SIGKILL);
  struct rusage usage;
  int status = 0;
  wait4 (job->pid, &status, 0, &usage);
  run->code = !ended ? -1 : WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
  run->most_kb = usage.ru_maxrss;
}

ConnectorRun *
connector_finish (ConnectorJob *job)
{
  ConnectorRun *run = g_new0 (ConnectorRun, 1);
  run->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) json_decref);
  await_end (job, run);
  size_t length;
  g_autofree char *results = take_file (job->ends[4], &length);
  run->said = take_file (job->ends[1], &length);
  if (job->has_spool)
    run->spool = take_file (job->ends[3], &run->length);
  close (job->ends[0]);
  close (job->ends[2]);
  g_free (job);
  g_auto (GStrv) lines = g_strsplit (results, "\n", -1);
  for (int i = 0; lines[i] != NULL && lines[i + 1] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      Json *line = weir_json_parse (lines[i], strlen (lines[i]), "a line of results", &error);
      if (line == NULL)
        fail_msg ("%s: %s", error->message, lines[i]);
      g_ptr_array_add (run->lines, line);
    }
  return run;
}

ConnectorRun *
connector_run_with (const char *folder, const char *program, const char *verb, const Json *request, const char *spool,
                    const char *const *environment)
{
  return connector_finish (connector_start (folder, program, verb, request, spool, environment));
}

ConnectorRun *
connector_run (const char *folder, const char *program, const char *verb, const Json *request, const char *spool)
{
  return connector_run_with (folder, program, verb, request, spool, NULL);
}

/* ---- what it said ---- */

const Json *
connector_done (const ConnectorRun *run)
{
  return run->lines->len > 0 ? json_object_get (g_ptr_array_index (run->lines, run->lines->len - 1), "done") : NULL;
}

const Json *
connector_line (const ConnectorRun *run, const char *member, int n)
{
  for (guint i = 0; i < run->lines->len; i++)
    {
      const Json *found = json_object_get (g_ptr_array_index (run->lines, i), member);
      if (found != NULL && n-- == 0)
        return found;
    }
  return NULL;
}

char *
connector_text (const ConnectorRun *run)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < run->lines->len; i++)
    {
      g_autofree char *line = weir_json_line (g_ptr_array_index (run->lines, i));
      g_string_append_printf (text, "%s\n", line);
    }
  g_string_append_printf (text, "exit code %d\n%s", run->code, run->said);
  return g_string_free (text, FALSE);
}

void
assert_connector_done (const ConnectorRun *run)
{
  const Json *done = connector_done (run);
  g_autofree char *text = connector_text (run);
  if (run->code != 0 || done == NULL)
    fail_msg ("it did not end well:\n%s", text);
  if (run->spool == NULL || json_object_get (done, "sha256") == NULL)
    return;
  char hex[SHA256_HEX_SIZE];
  sha256_bytes (run->spool, run->length, hex);
  if (strcmp (hex, json_string_value (json_object_get (done, "sha256"))) != 0
      || json_integer_value (json_object_get (done, "bytes")) != (json_int_t) run->length)
    fail_msg ("done is not true of the spool file:\n%s", text);
}

static bool
says (const Json *error, const char *member, const char *text)
{
  const char *found = json_string_value (json_object_get (error, member));
  return found != NULL && strstr (found, text) != NULL;
}

void
assert_connector_error (const ConnectorRun *run, int code, const char *error_class, const char *path, const char *text)
{
  bool found = false;
  const Json *error;
  for (int i = 0; (error = connector_line (run, "error", i)) != NULL; i++)
    found = found
            || (g_strcmp0 (json_string_value (json_object_get (error, "class")), error_class) == 0
                && (path == NULL || g_strcmp0 (json_string_value (json_object_get (error, "path")), path) == 0)
                && (says (error, "message", text) || says (error, "detail", text) || says (error, "hint", text)));
  g_autofree char *whole = connector_text (run);
  if (run->code != code || !found || connector_done (run) != NULL)
    fail_msg ("wanted exit code %d and %s at %s with \"%s\":\n%s", code, error_class, path != NULL ? path : "any path", text,
              whole);
}

/* ---- the spool file ---- */

/* A cell of canonical CSV; *at goes behind it. NULL: NULL, or *is_bad. */
static char *
take_cell (const char **at, const char *end, bool *is_bad)
{
  if (*at == end || **at != '"')
    return NULL;
  GString *cell = g_string_new (NULL);
  for ((*at)++; *at < end && !(**at == '"' && (*at + 1 == end || (*at)[1] != '"')); (*at)++)
    {
      *at += **at == '"';
      g_string_append_c (cell, **at);
    }
  *is_bad = *is_bad || *at == end;
  *at += *at < end;
  return g_string_free (cell, FALSE);
}

GPtrArray *
connector_rows (const ConnectorRun *run)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  const char *at = run->spool, *end = run->spool + run->length;
  bool is_bad = false;
  while (at < end && !is_bad)
    {
      GPtrArray *row = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (rows, row);
      g_ptr_array_add (row, take_cell (&at, end, &is_bad));
      while (at < end && *at == ',')
        {
          at++;
          g_ptr_array_add (row, take_cell (&at, end, &is_bad));
        }
      is_bad = is_bad || at == end || *at != '\n' || row->len != ((GPtrArray *) g_ptr_array_index (rows, 0))->len;
      at++;
    }
  if (is_bad)
    fail_msg ("no canonical CSV, row %u: %.200s", rows->len, run->spool);
  return rows;
}
