/* A stream of rows, batch by batch. */
#include "src/pull/pull_private.h"

#include "base/error.h"
#include "base/text.h"
#include "schema/ledger_bookmark.h"
#include "src/jobs/windows.h"

/* The position of a stream that has none of its own: when it was pulled. */
#define PULLED_ON "pulled_on"

typedef struct
{
  Pulling *pulling;
  Json *position; /* where the bookmark is; NULL: nowhere */
  bool has_rule, has_window, by_hand;
  WindowRule rule;
  Window window;
  Json *asked;   /* the window as the connector gets it; NULL: none */
  bool anything; /* something was loaded */
  int empty;     /* windows that had no rows */
  int batches;
} Stream;

static void
stream_clear (Stream *stream)
{
  g_clear_pointer (&stream->position, json_decref);
  g_clear_pointer (&stream->asked, json_decref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Stream, stream_clear)

static int64_t
now_seconds (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static bool
is_our_own (const Json *position)
{
  return json_object_size (position) == 1 && json_object_get (position, PULLED_ON) != NULL;
}

static bool
find_position (Stream *stream, GError **error)
{
  const Pulling *pulling = stream->pulling;
  g_clear_pointer (&stream->position, json_decref);
  return loader_refresh (pulling->options->loader, error)
         && ledger_bookmark_find (pulling->options->loader->db, pulling->job->name,
                                  pull_stream_name (pulling->job, pulling->stream), &stream->position, error);
}

/* ---- windows ---- */

/* "--from" and "--to" need not be times: a bookmark may be a number. */
static bool
take_window_by_hand (Stream *stream, GError **error)
{
  const PullOptions *options = stream->pulling->options;
  g_autofree char *now = windows_show_time (now_seconds ());
  const char *to = options->to != NULL ? options->to : now;
  Window *window = &stream->window;
  stream->by_hand = true;
  stream->has_window = windows_read_time (options->from, &window->start) && windows_read_time (to, &window->end);
  if (stream->has_window && window->end <= window->start)
    return weir_error (error, WEIR_ERROR_MODEL, "--to is not behind --from: nothing is between %s and %s", options->from, to);
  if (!stream->has_window && stream->has_rule)
    return weir_error (error, WEIR_ERROR_MODEL, "--from and --to are times for %s, as \"2026-01-01\" is",
                       stream->pulling->job->name);
  if (!stream->has_window && options->to == NULL)
    return weir_error (
        error, WEIR_ERROR_MODEL,
        "--from \"%s\" is no time, as \"2026-01-31\" or \"2026-01-31T06:00:00Z\" is; where the bookmark is something else, "
        "--to is needed, too",
        options->from);
  stream->asked = json_pack ("{s:s, s:s}", "start", options->from, "end", to);
  return true;
}

static Json *
ask_for (Window window, double overlap)
{
  g_autofree char *start = windows_show_time (window.start - (int64_t) overlap), *end = windows_show_time (window.end);
  return json_pack ("{s:s, s:s}", "start", start, "end", end);
}

/* *ret_any false: none is over that was not pulled. */
static bool
take_window (Stream *stream, bool *ret_any, GError **error)
{
  const PullOptions *options = stream->pulling->options;
  g_clear_pointer (&stream->asked, json_decref);
  *ret_any = true;
  if (options->from != NULL)
    {
      *ret_any = stream->batches == 0;
      return !*ret_any || take_window_by_hand (stream, error);
    }
  if (!stream->has_rule)
    return true;
  const Json *position = options->full && stream->batches == 0 ? NULL : stream->position;
  stream->has_window = *ret_any = windows_next (&stream->rule, position, now_seconds (), &stream->window);
  if (*ret_any)
    stream->asked = ask_for (stream->window, stream->pulling->job->overlap);
  return true;
}

/* ---- where it goes on ---- */

/* So exactly that two snapshots never are of one moment: the same bytes at another one are rows of their own. */
static Json *
mark_time (void)
{
  int64_t us = g_get_real_time ();
  g_autofree char *second = windows_show_time (us / G_USEC_PER_SEC);
  g_autofree char *now = g_strdup_printf ("%.19s.%06dZ", second, (int) (us % G_USEC_PER_SEC));
  return json_pack ("{s:s}", PULLED_ON, now);
}

/* NULL: no bookmark moves. A new reference. */
static Json *
find_next (const Stream *stream, const Json *done)
{
  Json *position = json_object_get (done, "position");
  if (stream->has_rule && stream->window.end > stream->window.start)
    return windows_add (stream->position, stream->window, !stream->by_hand);
  if (stream->by_hand)
    return NULL;
  return position != NULL && !json_is_null (position) ? json_incref (position) : mark_time ();
}

static bool
is_whole (const Job *job)
{
  return job->has_mode && (job->mode == MODE_FULL || job->mode == MODE_DUMP);
}

/* Rows that came behind a position, and none that says where they end. */
static bool
loses_its_place (const Stream *stream, const Json *done)
{
  const Json *position = json_object_get (done, "position");
  return (position == NULL || json_is_null (position)) && stream->asked == NULL && stream->position != NULL
         && !is_our_own (stream->position) && !is_whole (stream->pulling->job)
         && json_integer_value (json_object_get (done, "rows")) > 0;
}

static bool
check_done (const Stream *stream, const Json *done, const Json *next, GError **error)
{
  const Job *job = stream->pulling->job;
  bool more = json_is_true (json_object_get (done, "more"));
  if (job->has_mode && job->mode == MODE_FULL && !json_is_true (json_object_get (done, "complete")))
    return weir_fail (error,
                      &(Failure) { WEIR_ERROR_MODEL, .detail = "What is not in it would count as gone. Nothing was loaded." },
                      "%s: the connector does not say that what it brought is all there is", job->name);
  if (loses_its_place (stream, done))
    return weir_fail (
        error,
        &(Failure) { WEIR_ERROR_MODEL,
                     .detail = "All rows would come again next time. Nothing was loaded, and the bookmark is where it was." },
        "%s: the connector does not say where it ended", job->name);
  /* Its time may be over before the first row. */
  if (!more || stream->asked != NULL || pull_is_cut_off (stream->pulling))
    return true;
  if (json_equal ((Json *) next, stream->position) || is_our_own (next))
    return weir_error (error, WEIR_ERROR_MODEL, "%s: the connector says that there is more, and not where", job->name);
  return true;
}

/* ---- a batch ---- */

static bool
has_rows (const Job *job, const Json *done)
{
  /* That nothing is there any more is a file, too, which is guarded as any other. */
  return json_integer_value (json_object_get (done, "rows")) > 0 || json_is_true (json_object_get (done, "raw"))
         || (job->has_mode && job->mode == MODE_FULL);
}

/* Rows with the greatest bookmark come each time: whether these bytes have moved the bookmark to where it stays. */
static bool
find_known (const Stream *stream, const Json *done, const Json *next, bool *ret_known, GError **error)
{
  const Pulling *pulling = stream->pulling;
  Loader *loader = pulling->options->loader;
  *ret_known = false;
  /* Who asks for all rows gets them loaded; and the session may have ended while the connector read. */
  if (pulling->options->full || next == NULL || is_whole (pulling->job) || !json_equal ((Json *) next, stream->position))
    return true;
  return loader_refresh (loader, error)
         && ledger_bookmark_brought (loader->db, pulling->job->name, pull_stream_name (pulling->job, pulling->stream),
                                     json_string_value (json_object_get (done, "sha256")), ret_known, error);
}

static bool
take_over (Stream *stream, PullSpool *spool, const Connected *connected, GError **error)
{
  Pulling *pulling = stream->pulling;
  const Json *done = connected->done;
  bool complete = pulling->job->has_mode && pulling->job->mode == MODE_FULL;
  g_autoptr (Json) next = find_next (stream, done);
  if (!check_done (stream, done, next, error))
    return pulling->how = CONNECTED_CONFIGURATION, false;
  if (complete)
    pulling->total = json_integer_value (json_object_get (done, "rows"));
  bool is_known;
  if (!find_known (stream, done, next, &is_known, error))
    return false;
  if (is_known)
    return true;
  if (has_rows (pulling->job, done))
    {
      const Batch batch = { spool, connected, complete ? "complete" : "changes", stream->position, next, NULL };
      stream->anything = true;
      return pull_batch (pulling, &batch, error);
    }
  if (next == NULL || is_our_own (next) || json_equal (next, stream->position))
    return true;
  stream->empty += stream->has_window ? 1 : 0;
  return pull_move (pulling, stream->position, next, error);
}

/* A window may be over here, and not at the source, where open transactions still add to it. */
static bool
is_open_there (const Stream *stream, const Json *done)
{
  const char *until = json_string_value (json_object_get (done, "until"));
  int64_t time;
  if (until == NULL || !stream->has_rule || stream->by_hand || !windows_read_time (until, &time) || time >= stream->window.end)
    return false;
  g_autofree char *end = windows_show_time (stream->window.end);
  if (time <= stream->window.start)
    pull_tell (stream->pulling, "the window up to %s waits: the source may still add to any part of it", end);
  else
    pull_tell (stream->pulling, "the window up to %s waits: transactions of the source may add to it what is of %s and later", end,
               until);
  return true;
}

/* Of a window by hand what was not over when it was asked for, here and at the source, does not count as pulled. */
static void
count_what_is_over (Stream *stream, int64_t asked_on, const Json *done)
{
  Window *window = &stream->window;
  const char *until = json_string_value (json_object_get (done, "until"));
  int64_t over = asked_on, there;
  if (until != NULL && windows_read_time (until, &there))
    over = MIN (over, there);
  if (!stream->has_rule || !stream->by_hand || over >= window->end)
    return;
  window->end = MAX (over, window->start);
  g_autofree char *shown = windows_show_time (window->end);
  pull_tell (stream->pulling, "what is of %s and later may still come: it does not count as pulled", shown);
}

static bool
do_batch (Stream *stream, bool *ret_more, GError **error)
{
  Pulling *pulling = stream->pulling;
  bool any;
  *ret_more = false;
  pulling->run = uid_random ();
  if (!find_position (stream, error) || !take_window (stream, &any, error))
    return false;
  if (!any)
    return true;
  g_auto (PullSpool) spool = { .fd = -1 };
  g_auto (Connected) connected = { 0 };
  bool anew = (pulling->options->full && stream->batches == 0) || is_our_own (stream->position) || stream->asked != NULL;
  const Ask ask = { .verb = "read",
                    .part = "rows",
                    .position = anew ? NULL : stream->position,
                    .window = stream->asked,
                    .whole = is_whole (pulling->job) || stream->asked != NULL };
  int64_t asked_on = now_seconds ();
  if (!pull_spool_new (pulling->settings, pulling->job->name, &spool, error)
      || !pull_ask (pulling, &ask, &spool, &connected, error))
    return false;
  if (is_open_there (stream, connected.done))
    return true;
  count_what_is_over (stream, asked_on, connected.done);
  if (!take_over (stream, &spool, &connected, error))
    return false;
  stream->batches++;
  *ret_more = stream->has_rule || json_is_true (json_object_get (connected.done, "more"));
  return true;
}

static bool
do_batches (Stream *stream, GError **error)
{
  Pulling *pulling = stream->pulling;
  for (bool more = true; more && !pulling->over;)
    {
      if (!do_batch (stream, &more, error))
        return false;
      if (!more || pulling->over || !pull_is_cut_off (pulling))
        continue;
      pull_tell (pulling, "its cut-off has come: the next pull goes on");
      pulling->over = true;
    }
  return true;
}

/* ---- what is gone at the source ---- */

static bool
is_where (Stream *stream, const Json *position, GError **error)
{
  return find_position (stream, error)
         && (json_equal (stream->position, (Json *) position)
             || weir_error (error, WEIR_ERROR_RETRY, "%s: somebody has moved the bookmark meanwhile", stream->pulling->job->name));
}

/* A list of all keys, behind all that has changed. */
static bool
do_keys (Stream *stream, GError **error)
{
  Pulling *pulling = stream->pulling;
  g_auto (PullSpool) spool = { .fd = -1 };
  g_auto (Connected) connected = { 0 };
  pulling->run = uid_random ();
  if (!find_position (stream, error))
    return false;
  g_autoptr (Json) position = stream->position != NULL ? json_incref (stream->position) : NULL;
  const Ask ask = { .verb = "read", .part = "keys", .position = is_our_own (position) ? NULL : position, .whole = true };
  if (!pull_spool_new (pulling->settings, pulling->job->name, &spool, error)
      || !pull_ask (pulling, &ask, &spool, &connected, error))
    return false;
  if (json_is_true (json_object_get (connected.done, "more")))
    return weir_error (error, WEIR_ERROR_MODEL, "%s: the connector has not brought all keys", pulling->job->name);
  if (position != NULL && !is_where (stream, position, error))
    return false;
  pulling->total = json_integer_value (json_object_get (connected.done, "rows"));
  const Batch batch = { &spool, &connected, "keys", position, NULL, NULL };
  return pull_batch (pulling, &batch, error);
}

static void
tell_gaps (const Stream *stream)
{
  g_autoptr (Json) gaps = windows_gaps (stream->position);
  for (size_t i = 0; i < json_array_size (gaps); i++)
    {
      const Json *gap = json_array_get (gaps, i);
      const char *start = json_string_value (json_object_get (gap, "start")),
                 *end = json_string_value (json_object_get (gap, "end"));
      pull_tell (stream->pulling, "there is a gap: weir pull %s --from %s --to %s", stream->pulling->job->name, start, end);
    }
}

bool
pull_rows (Pulling *pulling, GError **error)
{
  const Job *job = pulling->job;
  g_auto (Stream) stream = { .pulling = pulling, .has_rule = job->window != NULL };
  pulling->total = -1;
  if (stream.has_rule && !windows_read_rule (job->window, &stream.rule, error))
    return false;
  if (pulling->options->from != NULL && is_whole (job))
    return weir_error (error, WEIR_ERROR_MODEL, "%s brings all rows each time: there are no windows of it", job->name);
  if (!do_batches (&stream, error))
    return false;
  bool mirror = job->has_mode && job->mode == MODE_MIRROR && !stream.by_hand;
  if (mirror && !pulling->over && !do_keys (&stream, error))
    return false;
  if (stream.has_rule && find_position (&stream, NULL))
    tell_gaps (&stream);
  if (stream.empty > 0)
    pull_tell (pulling, "%d window%s without rows", stream.empty, stream.empty == 1 ? "" : "s");
  if (!stream.anything && !mirror && !pulling->over)
    pull_tell_nothing_new (pulling, stream.position);
  return true;
}
