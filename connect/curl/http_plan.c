#include "connect/curl/http_plan.h"

#include <string.h>

void
http_plan_clear (HttpPlan *plan)
{
  moment_clear (&plan->since);
  moment_clear (&plan->start);
  moment_clear (&plan->end);
}

static bool
is_mode (const Request *request, const char *mode)
{
  return g_strcmp0 (request->mode, mode) == 0;
}

/* A source that counts in seconds has instants. */
static void
settle (const HttpSource *source, Moment *moment)
{
  if (source->format == FORMAT_EPOCH)
    moment_make_instant (moment, MOMENT_SECOND);
  else if (source->format == FORMAT_MILLISECONDS)
    moment_make_instant (moment, 1000);
}

static void
read_moment (const HttpSource *source, const Json *json, const char *path, Moment *moment)
{
  if (!moment_read_json (json, moment))
    connect_mistake (path, "must be a time, a number or a text");
  settle (source, moment);
}

/* What the person asks for: exactly that. */
static void
take_window (const Request *request, HttpPlan *plan)
{
  read_moment (plan->source, json_object_get (request->window, "start"), "window.start", &plan->start);
  const Json *end = json_object_get (request->window, "end");
  if (end != NULL && !json_is_null (end))
    read_moment (plan->source, end, "window.end", &plan->end);
  plan->moves = false;
}

static void
take_position (const Request *request, HttpPlan *plan)
{
  const HttpSource *source = plan->source;
  const Json *since = json_object_get (request->position, "since");
  if (request->position != NULL && !json_is_object (request->position))
    connect_mistake ("position", "must be an object, as {\"since\": \"2026-11-29T08:00:00Z\"}");
  if (!plan->is_complete)
    read_moment (source, since, "position.since", &plan->since);
  moment_copy (&plan->start, &plan->since);
  if (!moment_go_back (&plan->start, request->overlap))
    connect_mistake ("overlap", "needs a bookmark whose values are times or numbers");
  if (plan->start.kind != MOMENT_NONE || source->first == NULL)
    return;
  moment_read (source->first, &plan->start);
  settle (source, &plan->start);
}

/* Days and steps need a beginning that is a time. */
static void
settle_pieces (const HttpSource *source, HttpPlan *plan)
{
  plan->piece = source->uses_day ? MOMENT_DAY : source->step;
  bool has_days = source->uses_day || source->format == FORMAT_DATE;
  if (source->format == FORMAT_DATE && source->uses_end && !source->uses_day && plan->end.kind == MOMENT_INSTANT)
    moment_set_instant (moment_day (plan->end.value), &plan->end);
  if (has_days && plan->start.kind == MOMENT_INSTANT)
    moment_set_instant (moment_day (plan->start.value), &plan->start);
  if (plan->piece == 0)
    return;
  if (plan->start.kind == MOMENT_NONE)
    connect_mistake ("from.window.first", "is missing: where do days or steps begin?");
  else if (plan->start.kind != MOMENT_INSTANT || plan->end.kind != MOMENT_INSTANT)
    connect_mistake ("from.window", "days and steps need a beginning and an end that are times");
  plan->at = plan->start.value;
}

/* Parameters of the query are left out where their words are not known; all else cannot be. */
static void
check_known (const HttpSource *source, const HttpPlan *plan)
{
  if (plan->start.kind != MOMENT_NONE || !source->uses_start)
    return;
  static const char *const members[] = { "path", "headers", "body" };
  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autofree char *text = weir_json_text (json_object_get (source->json, members[i]));
      if (strstr (text, "{window.start}") == NULL)
        continue;
      connect_mistake ("from.window.first", "is missing: what does {window.start} in \"%s\" stand for the first time?", members[i]);
      return;
    }
}

bool
http_plan_make (const Request *request, const HttpSource *source, int64_t now, HttpPlan *ret_plan)
{
  HttpPlan *plan = ret_plan;
  bool is_read = strcmp (request->verb, "read") == 0;
  *plan = (HttpPlan) { .source = source };
  plan->is_complete = is_mode (request, "full") || is_mode (request, "dump") || g_strcmp0 (request->part, "keys") == 0;
  plan->moves = is_read && !plan->is_complete;
  plan->by_end = source->uses_end || source->uses_day || source->step > 0;
  now -= now % MOMENT_SECOND; /* few servers read fractions */
  moment_set_instant (now, &plan->end);
  if (request->window != NULL)
    take_window (request, plan);
  else
    take_position (request, plan);
  if (!is_read && plan->start.kind == MOMENT_NONE)
    moment_set_instant (now - MOMENT_DAY, &plan->start);
  settle_pieces (source, plan);
  check_known (source, plan);
  return !connect_has_mistakes ();
}

bool
http_plan_has_more (const HttpPlan *plan)
{
  return plan->piece == 0 ? !plan->is_begun : plan->at < plan->end.value;
}

bool
http_plan_next (HttpPlan *plan, HttpWords *ret_words)
{
  http_words_clear (ret_words);
  if (!http_plan_has_more (plan))
    return false;
  plan->is_begun = true;
  MomentFormat format = plan->source->format;
  if (plan->piece == 0)
    {
      ret_words->start = plan->start.kind != MOMENT_NONE ? moment_show (&plan->start, format) : NULL;
      ret_words->end = moment_show (&plan->end, format);
      plan->at = plan->end.value;
      return true;
    }
  g_auto (Moment) start = { 0 }, end = { 0 };
  int64_t last = plan->at + plan->piece;
  moment_set_instant (plan->at, &start);
  moment_set_instant (plan->source->uses_day ? last : MIN (last, plan->end.value), &end);
  ret_words->start = moment_show (&start, format);
  ret_words->end = moment_show (&end, format);
  ret_words->day = moment_show (&start, FORMAT_DATE);
  plan->at = last;
  return true;
}

void
http_plan_position (const HttpPlan *plan, const Moment *greatest, int64_t date, bool has_bookmark, Moment *ret)
{
  bool by_clock = plan->by_end || !has_bookmark;
  if (by_clock && plan->end.kind != MOMENT_INSTANT)
    moment_copy (ret, &plan->end);
  else if (by_clock)
    moment_set_instant (plan->by_end && plan->is_begun ? MIN (plan->at, plan->end.value) : plan->end.value, ret);
  else
    {
      moment_copy (ret, greatest);
      settle (plan->source, ret);
    }
  /* A row from the future, and a clock of ours that is ahead of theirs, would make us pass what is still to come. */
  if (date > 0 && ret->kind == MOMENT_INSTANT && ret->value > date)
    moment_set_instant (date, ret);
  if (moment_is_before (ret, &plan->since))
    moment_copy (ret, &plan->since);
}
