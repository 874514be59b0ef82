#include "src/connectors/connecting_private.h"

#include "base/error.h"
#include "base/text.h"
#include "src/server/program.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROTOCOL 1
#define GRACE_MS 2000 /* from SIGTERM on */
#define TICK_MS 1000
#define LOOK_MS 100            /* how often an end is looked for where the kernel does not tell it */
#define MOST_READ (16 * 65536) /* of one descriptor, before the others have their turn */

/* ---- its program ---- */

static const struct
{
  const char *type, *program;
} programs[] = {
  { "postgresql", "weir-connect-pg" }, { "redshift", "weir-connect-pg" },   { "sftp", "weir-connect-curl" },
  { "share", "weir-connect-curl" },    { "http", "weir-connect-curl" },     { "smtp", "weir-connect-curl" },
  { "webhook", "weir-connect-curl" },  { "singer", "weir-connect-singer" },
};

/* What the type's program is called. Owned by the caller. */
static char *
program_of_type (const char *type)
{
  for (size_t i = 0; i < G_N_ELEMENTS (programs); i++)
    if (g_str_equal (programs[i].type, type))
      return g_strdup (programs[i].program);
  return g_strconcat ("weir-connect-", type, NULL);
}

static const char *
nearest_type (const char *type)
{
  const char *types[G_N_ELEMENTS (programs) + 1] = { NULL };
  for (size_t i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      if (g_str_equal (programs[i].type, type))
        return NULL;
      types[i] = programs[i].type;
    }
  return text_nearest (type, types);
}

char *
connector_program (const Settings *settings, const Json *connection, GError **error)
{
  const char *said = json_string_value (json_object_get (connection, "program"));
  const char *type = json_string_value (json_object_get (connection, "type"));
  if (said != NULL && strchr (said, '/') != NULL)
    {
      g_autofree char *path = g_canonicalize_filename (said, settings->home);
      if (g_file_test (path, G_FILE_TEST_IS_EXECUTABLE) && !g_file_test (path, G_FILE_TEST_IS_DIR))
        return g_steal_pointer (&path);
      return weir_error (error, WEIR_ERROR_MODEL, "there is no program \"%s\" that could be run", path), NULL;
    }
  g_autofree char *name = said != NULL ? g_strdup (said) : program_of_type (type != NULL ? type : "");
  char *path = program_find (name);
  if (path != NULL)
    return path;
  const char *nearest = said == NULL && type != NULL ? nearest_type (type) : NULL;
  g_autofree char *hint = nearest != NULL ? g_strdup_printf ("Did you mean \"type\": \"%s\"?", nearest)
                                          : g_strdup ("Install the package that has it, or say \"program\" in the connection.");
  weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = hint }, "%s is neither beside weir nor on the PATH", name);
  return NULL;
}

/* ---- while it runs ---- */

typedef struct
{
  const ConnectorCall *call;
  ConnectorChild child;
  Results results;
  int64_t started, ticked;
  int64_t asked; /* when it was asked to end; 0: it was not */
  bool is_late, was_killed;
  bool has_ended;
  int status;
} Running;

static int64_t
now_ms (void)
{
  return g_get_monotonic_time () / 1000;
}

/* What is there, but no more than that the others have their turn. At its end the descriptor is closed, and becomes -1. */
static void
read_some (int *fd, Results *results, void (*take) (Results *results, const char *bytes, size_t length))
{
  char piece[65536];
  for (size_t total = 0; *fd >= 0 && total < MOST_READ;)
    {
      ssize_t got = read (*fd, piece, sizeof piece);
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0 && errno == EAGAIN)
        return;
      if (got <= 0)
        {
          close (*fd);
          *fd = -1;
          return;
        }
      take (results, piece, (size_t) got);
      total += (size_t) got;
    }
}

/* The whole group: what it started may outlive it. */
static void
kill_group (Running *running)
{
  kill (-running->child.pid, SIGKILL);
  running->was_killed = true;
}

static void
ask_to_end (Running *running)
{
  if (running->asked != 0)
    return;
  running->asked = now_ms ();
  kill (running->child.pid, SIGTERM);
}

/* What time has brought: a second is over, all of its time, or that for its end. */
static void
look_at_clock (Running *running)
{
  const ConnectorCall *call = running->call;
  int64_t now = now_ms ();
  if (call->most_seconds > 0 && now - running->started >= call->most_seconds * 1000 && running->asked == 0)
    {
      running->is_late = true;
      ask_to_end (running);
    }
  if (running->asked != 0 && now - running->asked >= GRACE_MS && !running->was_killed)
    kill_group (running);
  if (now - running->ticked < TICK_MS)
    return;
  running->ticked = now;
  if (call->tick != NULL)
    call->tick (call->data);
}

/* Milliseconds until look_at_clock has something to do. */
static int
find_pause (const Running *running)
{
  int64_t now = now_ms (), next = running->ticked + TICK_MS;
  if (running->call->most_seconds > 0 && running->asked == 0)
    next = MIN (next, running->started + running->call->most_seconds * 1000);
  if (running->asked != 0 && !running->was_killed)
    next = MIN (next, running->asked + GRACE_MS);
  if (running->child.pidfd < 0)
    next = MIN (next, now + LOOK_MS);
  return (int) MAX (next - now, 0);
}

/* It is not waited for yet: its group keeps its number until what is left of it is killed, too. */
static void
look_for_end (Running *running)
{
  siginfo_t info = { 0 };
  bool is_gone = waitid (P_PID, (id_t) running->child.pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD;
  running->has_ended = is_gone || info.si_pid != 0;
}

static void
attend (Running *running)
{
  struct pollfd fds[] = { { .fd = running->child.results, .events = POLLIN },
                          { .fd = running->child.said, .events = POLLIN },
                          { .fd = running->child.pidfd, .events = POLLIN },
                          { .fd = running->asked == 0 ? running->call->stop_fd : -1, .events = POLLIN } };
  if (poll (fds, G_N_ELEMENTS (fds), find_pause (running)) < 0 && errno != EINTR)
    kill_group (running);
  read_some (&running->child.results, &running->results, results_take);
  read_some (&running->child.said, &running->results, results_hear);
  if (fds[3].revents != 0)
    ask_to_end (running);
  if (running->results.broken != NULL && !running->was_killed)
    kill_group (running);
  look_at_clock (running);
  look_for_end (running);
}

/* What it wrote before its end is in the pipes; what others still write there that it has started is not waited for. */
static void
read_the_rest (Running *running)
{
  kill (-running->child.pid, SIGKILL);
  read_some (&running->child.results, &running->results, results_take);
  read_some (&running->child.said, &running->results, results_hear);
  results_end (&running->results);
  running->status = W_EXITCODE (1, 0);
  while (waitpid (running->child.pid, &running->status, 0) < 0 && errno == EINTR)
    continue;
}

/* ---- its end ---- */

static char *
describe_end (int status)
{
  if (WIFSIGNALED (status))
    return g_strdup_printf ("was killed by signal %d (%s)", WTERMSIG (status), g_strsignal (WTERMSIG (status)));
  if (WEXITSTATUS (status) == 0)
    return g_strdup ("ended without \"done\"");
  return g_strdup_printf ("ended with exit code %d", WEXITSTATUS (status));
}

static ConnectedHow
how_of_code (int code)
{
  static const struct
  {
    int code;
    ConnectedHow how;
  } codes[] = {
    { 75, CONNECTED_TRANSIENT }, { 77, CONNECTED_CREDENTIALS }, { 78, CONNECTED_CONFIGURATION }, { 65, CONNECTED_GAP }
  };
  for (size_t i = 0; i < G_N_ELEMENTS (codes); i++)
    if (codes[i].code == code)
      return codes[i].how;
  return CONNECTED_CRASHED;
}

/* One that was complete before it was stopped is done. */
static void
judge (Running *running, Connected *connected)
{
  bool exited = WIFEXITED (running->status);
  bool is_well = exited && WEXITSTATUS (running->status) == 0 && connected->done != NULL;
  if (is_well && running->results.broken == NULL)
    results_check_done (&running->results);
  if (is_well && running->results.broken == NULL)
    {
      connected->how = CONNECTED_DONE;
      return;
    }
  g_clear_pointer (&connected->done, json_decref);
  connected->is_late = running->is_late;
  /* A line that was cut off when somebody killed it says nothing of the program. */
  connected->is_broken = running->results.broken != NULL && running->asked == 0 && (exited || running->was_killed);
  if (running->asked != 0)
    connected->how = CONNECTED_STOPPED;
  else if (running->results.broken != NULL || !exited)
    connected->how = CONNECTED_CRASHED;
  else
    connected->how = how_of_code (WEXITSTATUS (running->status));
  if (running->results.broken != NULL && running->asked == 0)
    connected->ended = g_strdup (running->results.broken);
  else if (running->is_late)
    connected->ended = g_strdup_printf ("was not done after %" G_GINT64_FORMAT " s", running->call->most_seconds);
  else
    connected->ended = running->asked != 0 ? g_strdup ("was asked to stop") : describe_end (running->status);
}

static char *
make_request (const ConnectorCall *call)
{
  g_autoptr (Json) request = json_pack ("{s:i, s:s}", "protocol", PROTOCOL, "verb", call->verb);
  json_object_update (request, call->request);
  json_object_set_new (request, "protocol", json_integer (PROTOCOL));
  json_object_set_new (request, "verb", json_string (call->verb));
  json_object_set (request, "connection", (Json *) call->connection);
  return weir_json_text (request);
}

static void
begin (Running *running, const ConnectorCall *call, const Redaction *secrets, Connected *connected)
{
  *connected = (Connected) {
    .errors = json_array (), .notes = json_array (), .streams = json_array (), .checked = json_array (), .delivered = json_array ()
  };
  running->call = call;
  running->results = (Results) { .call = call, .secrets = secrets, .connected = connected };
  running->results.line = g_string_new (NULL);
  running->results.talk = g_string_new (NULL);
  running->started = running->ticked = now_ms ();
}

bool
connector_call (const Settings *settings, const ConnectorCall *call, Connected *ret, GError **error)
{
  Running running = { 0 };
  g_autofree char *program = connector_program (settings, call->connection, error);
  g_autofree char *request = make_request (call);
  bool runs = program != NULL && connector_spawn (settings, program, call->verb, request, call->spool_fd, &running.child, error);
  explicit_bzero (request, strlen (request));
  if (!runs)
    return false;
  g_autoptr (Redaction) secrets = connector_secrets (settings, call->connection, call->request);
  begin (&running, call, secrets, ret);
  while (!running.has_ended)
    attend (&running);
  read_the_rest (&running);
  judge (&running, ret);
  connector_child_clear (&running.child);
  g_string_free (running.results.line, TRUE);
  g_string_free (running.results.talk, TRUE);
  g_free (running.results.broken);
  return true;
}
