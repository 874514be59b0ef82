#include "models/model_members.h"

#include "base/timing.h"

static void
read_min (const MemberScope *scope, const char *path, Json *value)
{
  if (!json_is_integer (value) || json_integer_value (value) < 0)
    members_problem (scope, path, "must be a number of rows, from 0");
  else
    ((ModelExpect *) scope->target)->least_rows = json_integer_value (value);
}

static void
read_change_percent (const MemberScope *scope, const char *path, Json *value)
{
  double percent = json_number_value (value);
  if (!json_is_number (value) || percent < 0)
    members_problem (scope, path, "must be a number, from 0");
  else
    ((ModelExpect *) scope->target)->change_percent = percent;
}

static void
read_rows (const MemberScope *scope, const char *path, Json *value)
{
  static const Member members[] = {
    { "min", .read = read_min },
    { "change_percent", .read = read_change_percent },
    { "description" },
    { NULL },
  };
  members_read (scope, path, value, members);
}

static void
read_every (const MemberScope *scope, const char *path, Json *value)
{
  Cron cron;
  g_autoptr (GError) error = NULL;
  ModelExpect *expect = scope->target;
  if (members_text (scope, path, value, &expect->every) && !cron_parse (expect->every, &cron, &error))
    members_problem (scope, path, "%s", error->message);
}

static void
read_by (const MemberScope *scope, const char *path, Json *value)
{
  int seconds;
  ModelExpect *expect = scope->target;
  if (members_text (scope, path, value, &expect->by) && !timing_parse_time (expect->by, &seconds))
    members_problem (scope, path, "\"%s\" is no time of day, as \"08:00\" is", expect->by);
}

void
model_read_expect (const MemberScope *scope, const char *path, Json *value)
{
  static const Member members[] = {
    { "every", .read = read_every, .required = true },
    { "by", .read = read_by },
    { "time_zone", MEMBER_TEXT, offsetof (ModelExpect, time_zone) },
    { "rows", .read = read_rows },
    { "description" },
    { NULL },
  };
  members_read (&(MemberScope) { scope->problems, scope->words, &((Model *) scope->target)->expect }, path, value, members);
}

/* The server knows the model's own zone, and this machine the one in which files are expected: it may be the same. */
void
model_check_expect (const Model *model, const Json *root, const MemberScope *scope)
{
  g_autoptr (GError) error = NULL;
  if (json_object_get (root, "expect") == NULL)
    return;
  g_autoptr (Zone) zone = zone_open (model_expect_zone (model), &error);
  if (zone == NULL)
    members_problem (scope, model->expect.time_zone != NULL ? "$.expect.time_zone" : "$.time_zone", "%s", error->message);
}
