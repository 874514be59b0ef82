#include "src/load/worker.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/fsutil.h"
#include "src/load/answer.h"
#include "src/load/loading.h"
#include "src/load/outcome.h"
#include "src/load/probe.h"
#include "src/load/pulse.h"
#include "src/load/upkeep.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* How often rows that wait are looked after, and how soon again where another session had them. */
#define UPKEEP_US (5 * 60 * G_USEC_PER_SEC)
#define SOON_US G_USEC_PER_SEC

#define ALONE_US (10 * G_USEC_PER_SEC)

/* What the supervisor's listing saw of the file: NULL where the request does not say. */
static const Sight *
read_sight (const Json *request, Sight *sight)
{
  json_int_t device, inode, size, mtime_ns;
  /* jansson only reads it. */
  if (json_unpack ((Json *) request, "{s:I, s:I, s:I, s:I}", "device", &device, "inode", &inode, "size", &size, "mtime_ns",
                   &mtime_ns)
      != 0)
    return NULL;
  *sight = (Sight) { (dev_t) device, (ino_t) inode, size, mtime_ns };
  return sight;
}

static bool
is_known (Uid run, const Json *known)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  for (size_t i = 0; i < json_array_size (known); i++)
    if (g_strcmp0 (json_string_value (json_array_get (known, i)), id) == 0)
      return true;
  return false;
}

/* Whether the table has claims that come first, beside those that are known to be unable to go. A listing may be too old to show them,
 * or made while their workers died; under the table's lock this one is not. */
static bool
find_claims (Loader *loader, const Route *route, const Json *known, bool *ret_any, GError **error)
{
  *ret_any = false;
  g_autoptr (GPtrArray) claims = claim_list (loader->settings->imports, error);
  for (guint i = 0; claims != NULL && i < claims->len && !*ret_any; i++)
    {
      const ClaimEntry *claim = claims->pdata[i];
      g_auto (Route) its = { 0 };
      if (is_known (claim->run, known))
        continue;
      if (!loader_route_again (loader, claim->name, claim->run, &its, error))
        return false;
      *ret_any = strcmp (its.table, route->table) == 0;
    }
  return claims != NULL;
}

/* Why a file of the drop folder, with its table's lock held, is not to be claimed now. NULL: it is. */
static Json *
refrain (Loader *loader, const Json *request, const char *name, const Route *route, Candidate *ret_candidate)
{
  bool claims;
  g_autoptr (GError) error = NULL;
  const char *past = json_string_value (json_object_get (request, "past"));
  if (!find_claims (loader, route, json_object_get (request, "claims"), &claims, &error)
      || (!claims && !candidate_dropped (loader, name, route, past, ret_candidate, &error)))
    return answer_error (loader, name, route->table, error);
  if (claims)
    return answer_about (outcome_to_json (OUTCOME_BUSY), name, route->table);
  return ret_candidate->left != NULL ? answer_about (json_copy (ret_candidate->left), name, route->table) : NULL;
}

/* A file of the drop folder. */
typedef struct
{
  const Json *request;
  const char *name;
  const Sight *listed;
} Dropped;

/* With its table's lock held. */
static Json *
load_dropped (Loader *loader, const Dropped *dropped, const Route *route)
{
  const char *name = dropped->name;
  g_autoptr (GError) error = NULL;
  g_auto (Candidate) candidate = { 0 };
  bool gone = false;
  Json *answer = refrain (loader, dropped->request, name, route, &candidate);
  if (answer != NULL)
    return answer;
  fault_point ("before-claim");
  g_autoptr (Claim) claim = claim_take (loader->settings->imports, name, dropped->listed, candidate.run, &gone, &error);
  if (gone)
    return answer_about (outcome_to_json (OUTCOME_GONE), name, route->table);
  if (claim == NULL)
    return answer_error (loader, name, route->table, error);
  fault_point ("after-claim");
  g_auto (LoadEnd) end = { 0 };
  ClaimFate fate;
  if (loading_claimed (loader, claim, route, &candidate, &end, &fate, &error))
    return answer_end (&end);
  if (fate == CLAIM_ORPHAN)
    return answer_stuck (&end, answer_orphan (loader, claim, route->table, error));
  placing_give_back (loader->db, loader->settings, claim, NULL, &error);
  return answer_given_back (loader, name, route->table, error);
}

static bool
refuse_orphan (Loader *loader, Claim *claim, const Route *route, const char *refuse, LoadEnd *ret_end, GError **error)
{
  g_autoptr (GError) why = NULL;
  weir_fail (&why,
             &(Failure) { WEIR_ERROR_INPUT, REASON_WORKER_CRASHED, .detail = "It was tried twice. Nothing of it was loaded.",
                          .hint = "Please report this with the file: no input should do that." },
             "\"%s\" was refused: %s", claim_name (claim), refuse);
  return loading_refused (loader, claim, route, why, ret_end, error);
}

/* An orphan. */
typedef struct
{
  Uid run;
  const char *name;
  const Sight *listed;
  const char *refuse; /* why it is to be refused; NULL: it is to be loaded */
} Orphan;

/* With its table's lock held. Whatever becomes of it here, it stays claimed until it is placed. */
static Json *
load_orphan (Loader *loader, const Orphan *orphan, const Route *route)
{
  const char *name = orphan->name;
  g_autoptr (GError) error = NULL;
  bool gone = false;
  g_autoptr (Claim) claim = claim_resume (loader->settings->imports, orphan->run, orphan->listed, &gone, &error);
  if (gone)
    return answer_about (outcome_to_json (OUTCOME_GONE), name, route->table);
  if (claim == NULL)
    return answer_error (loader, name, route->table, error);
  g_auto (LoadEnd) end = { 0 };
  ClaimFate fate;
  bool done = orphan->refuse != NULL ? refuse_orphan (loader, claim, route, orphan->refuse, &end, &error)
                                     : loading_claimed (loader, claim, route, NULL, &end, &fate, &error);
  return done ? answer_end (&end) : answer_stuck (&end, answer_orphan (loader, claim, route->table, error));
}

/* Takes the lock of a file's table: what stands between a request and its file. orphan: the run that the file belongs to already,
 * NULL: none. NULL: the lock is held. Otherwise the answer that says why not. */
static Json *
take_table (Loader *loader, const char *name, const Uid *orphan, bool refuse, Route *route)
{
  g_autoptr (GError) error = NULL;
  if (!loader_refresh (loader, &error))
    return answer_error (loader, name, NULL, error);
  if (orphan == NULL)
    catalog_route (loader->catalog, name, route);
  else if (!loader_route_again (loader, name, *orphan, route, &error))
    return answer_error (loader, name, NULL, error);
  /* A file that is refused anyway needs no good model. */
  const Route bare = { .table = route->table };
  LockState state;
  g_autofree char *waits_for = NULL;
  if (!loader_lock (loader, refuse ? &bare : route, 0, &state, &waits_for, &error))
    return answer_error (loader, name, route->table, error);
  if (state == LOCK_OURS)
    return NULL;
  if (state == LOCK_BUSY)
    {
      loader_find_blocker (loader, route->table, NULL);
      return answer_blocker (answer_about (outcome_to_json (OUTCOME_BUSY), name, route->table), loader);
    }
  Json *answer = answer_about (outcome_to_json (OUTCOME_WAITS), name, route->table);
  json_object_set_new (answer, "waits_for", weir_json_string (waits_for));
  return answer;
}

/* A file whose worker died when it had left the drop folder, at most "seconds" ago: what the ledger has of its end, which that worker
 * could not tell. It was written before the file was moved. */
static Json *
answer_ended (Loader *loader, const Dropped *dropped, int64_t seconds)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  const Sight *sight = dropped->listed;
  const Run run = { .file = (char *) dropped->name, .size = sight->size, .mtime_ns = sight->mtime_ns, .inode = sight->inode };
  if (!loader_refresh (loader, &error) || !ledger_file_end (loader->db, &run, seconds, &text, &error))
    return answer_error (loader, dropped->name, NULL, error);
  const LoadEnd end = { .summary = text != NULL ? weir_json_parse (text, strlen (text), "summary", NULL) : NULL };
  Json *answer = end.summary != NULL ? answer_end (&end) : outcome_to_json (OUTCOME_GONE);
  json_decref (end.summary);
  return answer;
}

static Json *
answer_path (Loader *loader, const Dropped *dropped)
{
  g_auto (Route) route = { 0 };
  Json *answer = take_table (loader, dropped->name, NULL, false, &route);
  if (answer == NULL)
    answer = load_dropped (loader, dropped, &route);
  loader_unlock (loader);
  return answer;
}

/* The name of the file in an orphan claim; NULL: there is none any more. Owned by the caller. */
static bool
find_orphan (const char *imports, Uid run, char **ret_name, GError **error)
{
  g_autoptr (GPtrArray) claims = claim_list (imports, error);
  *ret_name = NULL;
  for (guint i = 0; claims != NULL && i < claims->len && *ret_name == NULL; i++)
    {
      const ClaimEntry *entry = claims->pdata[i];
      if (uid_equal (entry->run, run))
        *ret_name = g_strdup (entry->name);
    }
  return claims != NULL;
}

static Json *
answer_run (Loader *loader, const char *text, const char *refuse, const Sight *listed)
{
  Orphan orphan = { .listed = listed, .refuse = refuse };
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;
  if (uid_parse (text, strlen (text), &orphan.run) && !find_orphan (loader->settings->imports, orphan.run, &name, &error))
    return answer_error (loader, NULL, NULL, error);
  if (name == NULL)
    return outcome_to_json (OUTCOME_GONE);
  orphan.name = name;
  g_auto (Route) route = { 0 };
  Json *answer = take_table (loader, name, &orphan.run, refuse != NULL, &route);
  if (answer == NULL)
    answer = load_orphan (loader, &orphan, &route);
  loader_unlock (loader);
  return answer;
}

static Json *
answer_request (Loader *loader, const char *line)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Json) request = weir_json_parse (line, strlen (line), "request", &error);
  if (request == NULL)
    return answer_error (loader, NULL, NULL, error);
  const char *path = json_string_value (json_object_get (request, "path"));
  const char *run = json_string_value (json_object_get (request, "run"));
  Sight sight;
  const Sight *listed = read_sight (request, &sight);
  json_int_t ended = json_integer_value (json_object_get (request, "ended"));
  if (path != NULL && listed != NULL && ended > 0)
    return answer_ended (loader, &(Dropped) { request, path, listed }, ended);
  if (path != NULL && strchr (path, '/') == NULL)
    return answer_path (loader, &(Dropped) { request, path, listed });
  if (run != NULL)
    return answer_run (loader, run, json_string_value (json_object_get (request, "refuse")), listed);
  weir_error (&error, WEIR_ERROR_MODEL, "a request has \"path\" (a name in the drop folder) or \"run\"");
  return answer_error (loader, NULL, NULL, error);
}

/* ---- what the supervisor hears ---- */

typedef struct
{
  Loader loader;
  Pulse pulse;
  Probe probe;
  GString *input; /* read of it, and not asked for */
  bool mute;      /* nobody can be told any more */
} Worker;

/* Takes the line. One that cannot be written is the end: who waits for an answer must not wait for ever. */
static void
print_line (Worker *worker, Json *line)
{
  g_autofree char *text = weir_json_text (line);
  g_autofree char *whole = g_strconcat (text, "\n", NULL);
  json_decref (line);
  if (!worker->mute && !fs_write_all (STDOUT_FILENO, whole, strlen (whole), "standard output", NULL))
    worker->mute = true;
}

static void
print_pulse (Worker *worker)
{
  print_line (worker, json_pack ("{s:o}", "progress", pulse_to_json (&worker->pulse)));
}

static void
on_progress (const char *step, int64_t done, int64_t total, int64_t rows, void *data)
{
  Worker *worker = data;
  if (pulse_note (&worker->pulse, step, done, total, rows))
    print_pulse (worker);
}

static void
on_expect (int64_t milliseconds, void *data)
{
  Worker *worker = data;
  pulse_note_about (&worker->pulse, milliseconds);
}

/* The supervisor has let go of our input in the middle of a file: it is dead, or about to say that we should stop. */
static bool
is_left_alone (void)
{
  struct pollfd fd = { .fd = STDIN_FILENO };
  return poll (&fd, 1, 0) > 0 && (fd.revents & POLLHUP) != 0;
}

/* While the server does not answer. What nobody waits for any more is not waited for long: another supervisor may want the table. */
static DbTick
on_wait (int64_t waited_us, void *data)
{
  Worker *worker = data;
  if (worker->loader.db == NULL)
    return DB_WAIT_ON;
  DbTick tick =
      probe_ask (&worker->probe, worker->loader.settings, db_backend (worker->loader.db), waited_us, &worker->pulse.session);
  if (pulse_note_wait (&worker->pulse, waited_us))
    print_pulse (worker);
  return waited_us > ALONE_US && is_left_alone () ? DB_STOP : tick;
}

static void
worker_init (Worker *worker, const Settings *settings, int stop_fd)
{
  /* A supervisor that is gone is no reason to die in the middle of a file. */
  signal (SIGPIPE, SIG_IGN);
  loader_init (&worker->loader, settings, stop_fd);
  worker->loader.options.progress = on_progress;
  worker->loader.options.expect = on_expect;
  worker->loader.options.progress_data = worker;
  worker->loader.tick = on_wait;
  worker->loader.tick_data = worker;
  worker->input = g_string_new (NULL);
  pulse_begin (&worker->pulse);
}

static void
worker_clear (Worker *worker)
{
  g_string_free (worker->input, TRUE);
  loader_clear (&worker->loader);
  pulse_clear (&worker->pulse);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Worker, worker_clear)

static void
print_said (Worker *worker, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    print_line (worker, json_pack ("{s:o}", "said", weir_json_string (*line)));
}

/* What the file's table wants for queries, now that its answer is out. */
static void
look_behind (Worker *worker)
{
  g_autofree char *text = NULL;
  upkeep_behind (&worker->loader, &text);
  print_said (worker, text);
}

/* Looks after rows that wait, if it is time for that. Returns in how many milliseconds it is again. */
static int
keep_up (Worker *worker, int64_t *due_us)
{
  Loader *loader = &worker->loader;
  int64_t now = g_get_monotonic_time ();
  if (loader->owes)
    *due_us = MIN (*due_us, now + SOON_US);
  if (now >= *due_us)
    {
      g_autofree char *text = NULL;
      *due_us = now + (upkeep_of_all (loader, &text) ? UPKEEP_US : SOON_US);
      print_said (worker, text);
    }
  return (int) ((*due_us - now + 999) / 1000);
}

/* Moves the first line of what was read, without its end, to "line". False: there is no whole one. */
static bool
take_line (GString *input, GString *line)
{
  const char *end = memchr (input->str, '\n', input->len);
  if (end == NULL)
    return false;
  gssize length = end - input->str;
  g_string_truncate (line, 0);
  g_string_append_len (line, input->str, length);
  g_string_erase (input, 0, length + 1);
  return true;
}

/* The next request line; false at the end of input or when asked to stop. */
static bool
next_request (Worker *worker, int64_t *due_us, GString *line)
{
  for (;;)
    {
      int wait_ms = keep_up (worker, due_us);
      bool whole = memchr (worker->input->str, '\n', worker->input->len) != NULL;
      struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN },
                              { .fd = worker->loader.options.stop_fd, .events = POLLIN } };
      int ready = poll (fds, G_N_ELEMENTS (fds), whole ? 0 : wait_ms);
      if (ready > 0 && fds[1].revents != 0)
        return false;
      if (whole)
        return take_line (worker->input, line);
      if (ready == 0 || (ready < 0 && errno == EINTR))
        continue;
      char piece[4096];
      ssize_t got = ready < 0 ? -1 : read (STDIN_FILENO, piece, sizeof piece);
      if (got <= 0)
        return false;
      g_string_append_len (worker->input, piece, got);
    }
}

int
worker_main (const Settings *settings)
{
  AUTO_FD int stop_fd = loader_open_stop ();
  g_auto (Worker) worker = { 0 };
  worker_init (&worker, settings, stop_fd);
  g_autoptr (GError) error = NULL;
  if (!loader_refresh (&worker.loader, &error))
    return print_line (&worker, answer_error (&worker.loader, NULL, NULL, error)), weir_error_exit_code (error);
  print_line (&worker, outcome_to_json (OUTCOME_READY));
  g_autoptr (GString) line = g_string_new (NULL);
  int64_t due_us = 0;
  while (!worker.mute && next_request (&worker, &due_us, line))
    {
      pulse_begin (&worker.pulse);
      print_line (&worker, answer_request (&worker.loader, line->str));
      look_behind (&worker);
    }
  return worker.mute ? EXIT_LOCAL : 0;
}
