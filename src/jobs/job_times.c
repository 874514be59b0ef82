#include "src/jobs/job_private.h"

#include "base/quantity.h"
#include "base/timing.h"
#include "src/jobs/windows.h"

#include <math.h>
#include <string.h>

#define DAILY "daily "
#define LEAST_EVERY 10 /* seconds: a round of the schedule's keeper is not much shorter */

/* "daily 02:15" as cron has it. NULL: it is none. Owned by the caller. */
static char *
read_daily (const char *text)
{
  int seconds = 0;
  if (!g_str_has_prefix (text, DAILY) || !timing_parse_time (text + strlen (DAILY), &seconds) || seconds >= 24 * 3600)
    return NULL;
  int hour = seconds / 3600, minute = seconds / 60 % 60, second = seconds % 60;
  return second > 0 ? g_strdup_printf ("%d %d %d * * *", second, minute, hour) : g_strdup_printf ("%d %d * * *", minute, hour);
}

/* Both members say when; the second one is told of. */
static bool
is_alone (const MemberScope *scope, const char *path)
{
  const Job *job = scope->target;
  if (job->cron == NULL && job->every == 0)
    return true;
  members_problem (scope, path, "is there beside another word for the same: \"cron\" or \"every\", not both");
  return false;
}

void
job_read_cron (const MemberScope *scope, const char *path, Json *value)
{
  Cron cron;
  int64_t seconds;
  Job *job = scope->target;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL, *daily = NULL;
  if (!members_text (scope, path, value, &text))
    return;
  daily = read_daily (text);
  if (daily != NULL || quantity_read_period (text, &seconds))
    members_problem (scope, path, "\"%s\" is no cron expression; did you mean \"every\": \"%s\"?", text, text);
  else if (!cron_parse (text, &cron, &error))
    members_problem (scope, path, "%s", error->message);
  else if (is_alone (scope, path))
    job->cron = g_steal_pointer (&text);
}

/* What is wrong with a text that is neither a time of day nor a period. */
static void
complain_of_every (const MemberScope *scope, const char *path, const char *text)
{
  Cron cron;
  int seconds;
  if (timing_parse_time (text, &seconds))
    members_problem (scope, path, "\"%s\" is a time of day; did you mean \"" DAILY "%s\"?", text, text);
  else if (cron_parse (text, &cron, NULL))
    members_problem (scope, path, "\"%s\" is a cron expression; did you mean \"cron\": \"%s\"?", text, text);
  else
    members_problem (scope, path, "must be a time from \"%d seconds\" on, as \"1 hour\", or \"daily 02:15\"", LEAST_EVERY);
}

void
job_read_every (const MemberScope *scope, const char *path, Json *value)
{
  int64_t seconds = 0;
  Job *job = scope->target;
  g_autofree char *text = NULL, *daily = NULL;
  if (!members_text (scope, path, value, &text))
    return;
  daily = read_daily (text);
  if (daily == NULL && (!quantity_read_period (text, &seconds) || seconds < LEAST_EVERY))
    complain_of_every (scope, path, text);
  else if (is_alone (scope, path))
    {
      job->cron = g_steal_pointer (&daily);
      job->every = seconds;
    }
}

void
job_read_overlap (const MemberScope *scope, const char *path, Json *value)
{
  Job *job = scope->target;
  int64_t seconds = 0;
  const char *text = json_string_value (value);
  bool forever = text != NULL && g_ascii_strcasecmp (text, "forever") == 0;
  if (json_is_number (value) && json_number_value (value) >= 0 && isfinite (json_number_value (value)))
    job->overlap = json_number_value (value);
  else if (text != NULL && !forever && quantity_read_period (text, &seconds))
    job->overlap = (double) seconds;
  else
    {
      members_problem (scope, path,
                       "must be a time, as \"10 minutes\", or a number from 0: of seconds, or of what the bookmark counts");
      return;
    }
  job->has_overlap = true;
}

void
job_read_cut_off (const MemberScope *scope, const char *path, Json *value)
{
  int seconds;
  Job *job = scope->target;
  if (members_text (scope, path, value, &job->cut_off) && !timing_parse_time (job->cut_off, &seconds))
    members_problem (scope, path, "\"%s\" is no time of day, as \"23:30\" is", job->cut_off);
}

const Member job_window_members[] = {
  { .name = "period", .schema = "{\"type\": \"string\", \"pattern\": \"^[0-9]+ *(second|minute|hour|day|week|month|year)s?$\"}" },
  { .name = "start", .schema = "{\"type\": \"string\"}" },
  { .name = "end", .schema = "{\"type\": \"string\"}" },
  { NULL },
};

void
job_read_window (const MemberScope *scope, const char *path, Json *value)
{
  WindowRule rule;
  Job *job = scope->target;
  g_autoptr (GError) error = NULL;
  members_read (scope, path, value, job_window_members);
  if (!windows_read_rule (value, &rule, &error))
    members_problem (scope, path, "%s", error->message);
  job->window = json_is_object (value) ? json_incref (value) : NULL;
}

void
job_check_times (const Job *job, const Json *root, const MemberScope *scope)
{
  g_autoptr (GError) error = NULL;
  if (json_object_get (root, "time_zone") == NULL || job->time_zone == NULL)
    return;
  g_autoptr (Zone) zone = zone_open (job->time_zone, &error);
  if (zone == NULL)
    members_problem (scope, "$.time_zone", "%s", error->message);
}
