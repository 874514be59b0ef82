/* From listings to requests: which files wait, which may go, and who gets them. */
#include "src/watch/supervisor_state.h"

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "models/order.h"
#include "src/watch/dispatch.h"
#include "src/watch/greeting.h"

#include <string.h>

/* A look costs time in proportion to the folder; looks take at most about a quarter of it, or a twentieth while tables
 * have files ready that no worker is free for: what comes then has to wait anyway. */
#define LOOK_SHARE 3
#define LOOK_SHARE_BUSY 19
#define SHORTEST_PAUSE_US 10000

/* A wait for an older file is said when it has lasted that long. */
#define QUIET_WAIT_US 1000000

static gboolean
on_timer (void *data)
{
  Supervisor *supervisor = data;
  supervisor->timer = 0;
  supervisor_look (supervisor);
  return G_SOURCE_REMOVE;
}

void
supervisor_look_later (Supervisor *supervisor, int64_t delay_us)
{
  int64_t now = g_get_monotonic_time ();
  int64_t due = MAX (now + delay_us, supervisor->not_before);
  if (supervisor->stopping || (supervisor->timer && supervisor->timer_due <= due))
    return;
  if (supervisor->timer)
    g_source_remove (supervisor->timer);
  supervisor->timer_due = due;
  supervisor->timer = g_timeout_add ((unsigned) ((due - now + 999) / 1000), on_timer, supervisor);
}

/* ---- what waits ---- */

static Job *
route_job (Supervisor *supervisor, const char *key, const char *name, JobState state)
{
  g_auto (Route) route = { 0 };
  catalog_route (catalog_watch_get (supervisor->catalog), name, &route);
  Job *job = job_new (key, name, route.table);
  job->references = route.model ? route.model->references : NULL;
  job->state = state;
  if (!route.broken || state == JOB_IN_WORK || state == JOB_UNREADABLE)
    return job;
  job->state = JOB_HELD;
  if (holds_is_news (supervisor->holds, key, route.broken->path))
    log_about (supervisor->log, LEVEL_WARNING, &(LogSubject) { name, job->table, NULL }, "blocked until %s is mended",
               route.broken->path);
  return job;
}

/* Nobody can take it up, until a person has mended that. */
static void
hold_claim (Supervisor *supervisor, Job *job, const char *problem)
{
  job->state = JOB_STUCK;
  g_autofree char *text = g_strdup_printf ("it stays in imports/.claimed/%s: %s", job->key, problem);
  if (holds_is_news (supervisor->holds, job->key, text))
    log_about (supervisor->log, LEVEL_ERROR, &(LogSubject) { job->name, job->table, job->key }, "%s", text);
}

static void
add_claim (Supervisor *supervisor, const ClaimEntry *claim)
{
  char run[UID_TEXT_SIZE];
  uid_format (claim->run, run);
  Job *job = route_job (supervisor, run, claim->name, claim->orphan ? JOB_ORPHAN : JOB_IN_WORK);
  job->is_claim = true;
  job->device = claim->sight.device;
  job->inode = claim->sight.inode;
  job->size = claim->sight.size;
  job->mtime_ns = job->instant_ns = claim->sight.mtime_ns;
  if (claim->problem)
    hold_claim (supervisor, job, claim->problem);
  g_ptr_array_add (supervisor->jobs, job);
}

static JobState
state_of (FileState state)
{
  return state == FILE_READY ? JOB_READY : state == FILE_UNREADABLE ? JOB_UNREADABLE : JOB_INCOMPLETE;
}

static void
add_entry (Supervisor *supervisor, const Entry *entry)
{
  if (!scan_is_pending (entry->state) && entry->state != FILE_UNREADABLE)
    return;
  int64_t now_ns = g_get_real_time () * 1000;
  Job *job = route_job (supervisor, entry->name, entry->name, state_of (entry->state));
  job->device = entry->device;
  job->inode = entry->inode;
  job->size = entry->size;
  job->mtime_ns = entry->mtime_ns;
  job->instant_ns = order_instant (entry->mtime_ns, entry->ctime_ns, now_ns);
  int64_t left_ns = order_waits_until (entry->ctime_ns, supervisor->settings->wait_for_older, now_ns) - now_ns;
  job->passes_at = left_ns > 0 ? g_get_monotonic_time () + left_ns / 1000 : 0;
  g_ptr_array_add (supervisor->jobs, job);
}

static void
rebuild_jobs (Supervisor *supervisor, const Listing *listing)
{
  g_ptr_array_set_size (supervisor->jobs, 0);
  /* Without a catalog nobody can say where a file goes. */
  if (!catalog_watch_get (supervisor->catalog))
    return;
  for (unsigned i = 0; i < listing->claims->len; i++)
    add_claim (supervisor, listing->claims->pdata[i]);
  for (unsigned i = 0; i < listing->entries->len; i++)
    add_entry (supervisor, listing->entries->pdata[i]);
  for (unsigned i = 0; i < supervisor->ended->len; i++)
    g_ptr_array_add (supervisor->jobs, job_copy (supervisor->ended->pdata[i]));
}

/* Workers read settings when they start. A weir.json that cannot be taken keeps the ones we have. */
static void
take_settings (Supervisor *supervisor)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Settings) settings = settings_load_home (supervisor->settings->home, HOME_REQUIRED, &error);
  if (!settings)
    {
      log_error (supervisor->log, "the settings in force stay", error);
      return;
    }
  const LogOptions logged = settings_log_options (settings);
  log_change (supervisor->log, &logged);
  log_line (supervisor->log,
            "weir.json changed: new workers read it; \"watch\", \"settle\", \"wait_for_older\", \"workers\" and the folders need a "
            "restart");
  crew_renew (supervisor->crew);
  if (supervisor->companions)
    companions_follow (supervisor->companions, settings, true);
}

void
supervisor_look (Supervisor *supervisor)
{
  if (supervisor->stopping)
    return;
  if (!supervisor->looked && !supervisor->once)
    greeting_tell (supervisor->log, supervisor->settings, supervisor->database, inbox_method (supervisor->inbox));
  supervisor->looked = true;
  int64_t begun = g_get_monotonic_time ();
  CatalogChange change = catalog_watch_look (supervisor->catalog);
  if (change != CATALOG_SAME)
    holds_release_changed (supervisor->holds);
  if (change == CATALOG_SETTINGS_CHANGED)
    take_settings (supervisor);
  else if (change == CATALOG_MODELS_CHANGED && supervisor->companions)
    companions_look (supervisor->companions, supervisor->settings);
  g_autoptr (Listing) listing = inbox_list (supervisor->inbox, begun);
  rebuild_jobs (supervisor, listing);
  if (supervisor->once)
    supervisor_once_choose (supervisor);
  int64_t now = g_get_monotonic_time ();
  supervisor->not_before = now + MAX (SHORTEST_PAUSE_US, (supervisor->busy ? LOOK_SHARE_BUSY : LOOK_SHARE) * (now - begun));
  supervisor->fresh = true;
  supervisor_hand_out (supervisor);
  supervisor->fresh = false;
  g_autoptr (GPtrArray) known = crew_jobs (supervisor->crew);
  g_ptr_array_extend (known, supervisor->jobs, NULL, NULL);
  holds_keep_only (supervisor->holds, known);
  troubles_keep_only (supervisor->troubles, known);
  supervisor_look_later (supervisor, listing->wait_us);
}

/* ---- handing out ---- */

static bool
is_in (const GPtrArray *jobs, const char *key)
{
  for (unsigned i = 0; i < jobs->len; i++)
    if (strcmp (((const Job *) jobs->pdata[i])->key, key) == 0)
      return true;
  return false;
}

/* Handing out a file that is held would only give the same answer. */
static void
apply_hold (Supervisor *supervisor, Job *job, int64_t now)
{
  if (job->state != JOB_READY && job->state != JOB_ORPHAN)
    return;
  HoldCause cause = holds_find (supervisor->holds, job, now, &job->not_before);
  if (cause == HOLD_FILE || cause == HOLD_LOCAL || cause == HOLD_CRASHED)
    job->state = JOB_HELD;
  else if (cause == HOLD_STUCK)
    job->state = JOB_STUCK;
}

/* All that waits as it is now, indexed like the jobs, and behind them what our workers have in hand: listings may not show that
 * (yet, or any more). Of Job, borrowed from the jobs. */
static GArray *
gather_jobs (Supervisor *supervisor, int64_t now)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (Job));
  g_autoptr (GPtrArray) in_work = crew_jobs (supervisor->crew);
  for (unsigned i = 0; i < supervisor->jobs->len; i++)
    {
      Job job = *(const Job *) supervisor->jobs->pdata[i];
      apply_hold (supervisor, &job, now);
      if (is_in (in_work, job.key))
        job.state = JOB_IN_WORK;
      g_array_append_val (all, job);
    }
  for (unsigned i = 0; i < in_work->len; i++)
    {
      Job job = *(const Job *) in_work->pdata[i];
      job.state = JOB_IN_WORK;
      g_array_append_val (all, job);
    }
  return all;
}

/* The claims that a file may go past: those that are known, and cannot go. What a worker finds beside them comes before the file. */
static Json *
list_passed (const GArray *all, const char *table)
{
  Json *runs = json_array ();
  for (unsigned i = 0; i < all->len; i++)
    {
      const Job *job = &g_array_index (all, Job, i);
      if (job->is_claim && (job->state == JOB_HELD || job->state == JOB_STUCK) && strcmp (job->table, table) == 0)
        json_array_append_new (runs, json_string (job->key));
    }
  return runs;
}

/* The line for the worker. Of a file that has left it is asked only what became of it. A file that crashed its workers twice is refused, which only a claim can be. older: the file that it goes
 * past, NULL: none. Owned by the caller. */
static char *
make_request (const Job *job, const Job *older, const GArray *all, unsigned crashes)
{
  g_autoptr (Json) request = NULL;
  json_int_t seconds = (g_get_monotonic_time () - job->given) / G_USEC_PER_SEC + 1;
  if (job->ended)
    request = json_pack ("{s:s, s:I}", "path", job->name, "ended", seconds);
  else if (!job->is_claim)
    request = json_pack ("{s:s, s:o, s:s*}", "path", job->name, "claims", list_passed (all, job->table), "past",
                         older ? older->name : NULL);
  else if (crashes < 2)
    request = json_pack ("{s:s}", "run", job->key);
  else
    request = json_pack ("{s:s, s:s}", "run", job->key, "refuse", "it crashed the worker that loaded it, twice");
  g_autoptr (Json) sight = json_pack ("{s:I, s:I, s:I, s:I}", "device", (json_int_t) job->device, "inode", (json_int_t) job->inode,
                                      "size", (json_int_t) job->size, "mtime_ns", (json_int_t) job->mtime_ns);
  json_object_update (request, sight);
  return weir_json_text (request);
}

static const Job *
job_at (const GArray *all, unsigned index)
{
  return index < all->len ? &g_array_index (all, Job, index) : NULL;
}

static bool
give (Supervisor *supervisor, const GArray *all, const Step *step)
{
  const Job *job = job_at (all, step->job);
  unsigned crashes = holds_crashes (supervisor->holds, job->name);
  g_autofree char *request = make_request (job, job_at (all, step->older), all, crashes);
  if (!crew_give (supervisor->crew, job, request))
    return false;
  const LogSubject subject = supervisor_subject (supervisor, job);
  /* A claim that our own worker has left was told of already. */
  bool ours = troubles_find (supervisor->troubles, job->key) != NULL;
  if (job->is_claim && !job->ended && crashes == 0 && !ours && holds_is_news (supervisor->holds, job->key, "resumed"))
    log_about (supervisor->log, LEVEL_INFO, &subject, "is claimed and not finished; taking it up again");
  log_about (supervisor->log, LEVEL_DEBUG, &subject, "is given to a worker");
  return true;
}

static const char *
why_not (const Job *job)
{
  return job->state == JOB_UNREADABLE ? "cannot be read" : job->state == JOB_HELD ? "is blocked" : "is not complete";
}

/* Says once that a file waits for an older one, if that takes longer than files usually need to settle. */
static void
tell_wait (Supervisor *supervisor, const GArray *all, const Step *step, int64_t now)
{
  const Job *job = job_at (all, step->job), *older = job_at (all, step->older);
  int64_t left_us = job->passes_at - now;
  int64_t quiet_us = left_us - (int64_t) (supervisor->settings->wait_for_older * 1e6) + QUIET_WAIT_US;
  if (quiet_us > 0)
    {
      supervisor_look_later (supervisor, quiet_us);
      return;
    }
  g_autofree char *text = g_strdup_printf ("waits for %s, which is older and %s", older->shown, why_not (older));
  g_autofree char *duration = text_duration (left_us / 1000);
  if (holds_is_news (supervisor->holds, job->key, text))
    log_about (supervisor->log, LEVEL_INFO, &(LogSubject) { job->name, job->table, NULL }, "%s; at most %s more", text, duration);
}

static void
hire (Supervisor *supervisor)
{
  int64_t wait_us;
  g_autoptr (GError) error = NULL;
  if (!crew_hire (supervisor->crew, g_get_monotonic_time (), &wait_us, &error)
      && g_strcmp0 (supervisor->crew_trouble, error->message) != 0)
    {
      log_error (supervisor->log, "worker", error);
      g_free (supervisor->crew_trouble);
      supervisor->crew_trouble = g_strdup (error->message);
    }
  if (wait_us >= 0)
    supervisor_look_later (supervisor, wait_us);
}

/* One worker always stands by; more come when more could be done at once. */
static void
hire_for (Supervisor *supervisor, unsigned waiting)
{
  Crew *crew = supervisor->crew;
  unsigned wanted = MAX (waiting, crew_size (crew) == 0 ? 1u : 0u);
  for (bool more = true; more && crew_starting (crew) + crew_idle (crew) < wanted;)
    {
      unsigned before = crew_size (crew);
      hire (supervisor);
      more = crew_size (crew) > before;
    }
}

/* Whether there is an outage; *ret_wait_us is how long until the next try. */
static bool
is_outage (const Supervisor *supervisor, int64_t now, int64_t *ret_wait_us)
{
  bool failing = false;
  *ret_wait_us = 0;
  for (OutageKind kind = 0; kind < OUTAGE_KINDS; kind++)
    {
      const Backoff *backoff = &supervisor->outages[kind].backoff;
      failing |= backoff_is_failing (backoff);
      *ret_wait_us = MAX (*ret_wait_us, backoff_wait (backoff, now));
    }
  return failing;
}

void
supervisor_hand_out (Supervisor *supervisor)
{
  if (supervisor->stopping)
    return;
  int64_t pause_us, now = g_get_monotonic_time ();
  bool outage = is_outage (supervisor, now, &pause_us);
  g_autoptr (GArray) all = gather_jobs (supervisor, now);
  g_auto (Plan) plan = { 0 };
  dispatch_plan ((const Job *) (void *) all->data, all->len, now, &plan);
  if (supervisor->once)
    supervisor_once_judge (supervisor, all, &plan);
  supervisor_post (supervisor);
  if (pause_us > 0 || supervisor->over)
    {
      supervisor_look_later (supervisor, pause_us);
      return;
    }
  /* In an outage one file at a time tries whether it is over. */
  unsigned allowed = !outage ? plan.steps->len : crew_working (supervisor->crew) > 0 ? 0 : MIN (plan.steps->len, 1);
  unsigned given = 0;
  while (given < allowed && give (supervisor, all, &g_array_index (plan.steps, Step, given)))
    given++;
  hire_for (supervisor, allowed - given);
  supervisor->busy = given < allowed && crew_working (supervisor->crew) >= (unsigned) supervisor->settings->workers;
  for (unsigned i = 0; i < plan.waits->len; i++)
    tell_wait (supervisor, all, &g_array_index (plan.waits, Step, i), now);
  if (plan.wait_us >= 0)
    supervisor_look_later (supervisor, plan.wait_us);
}
