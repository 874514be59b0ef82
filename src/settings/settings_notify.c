#include "src/settings/settings_notify_private.h"

#include "base/quantity.h"
#include "src/settings/settings_reference.h"

#include <string.h>

#define MOST_TARGETS 16
#define DEFAULT_GATHER 60
#define DEFAULT_EVERY 3600
#define DEFAULT_AWAY 60
#define DEFAULT_TIMEOUT 30
#define MOST_SECONDS (7 * 24 * 3600)

const char *const alert_words[] = {
  [ALERT_REFUSED] = "refused",     [ALERT_HELD] = "held",       [ALERT_REJECTS] = "rejects",
  [ALERT_DRIFT] = "drift",         [ALERT_LATE] = "late",       [ALERT_STALE] = "stale",
  [ALERT_PULL] = "pull",           [ALERT_PUSH] = "push",       [ALERT_DATABASE_AWAY] = "database_away",
  [ALERT_RECOVERED] = "recovered", [ALERT_APPLIED] = "applied", [ALERT_RULES] = NULL,
};

/* Told of where no rule says otherwise: all but what goes well. */
#define UNASKED (((1u << ALERT_RULES) - 1) & ~(1u << ALERT_APPLIED))

static void
rule_free (void *data)
{
  AlertRule *rule = data;
  g_strfreev (rule->tables);
  g_strfreev (rule->to);
  g_free (rule);
}

void
alert_plan_free (AlertPlan *plan)
{
  g_ptr_array_unref (plan->targets);
  g_ptr_array_unref (plan->rules);
  g_free (plan);
}

/* ---- the targets ---- */

static void
read_targets (const MemberScope *scope, const char *path, Json *value)
{
  const char *name;
  Json *target;
  if (!json_is_object (value))
    members_problem (scope, path, "must be an object: a name and a target, and so on");
  json_object_foreach (value, name, target)
    {
      g_autofree char *inner = members_path (path, name);
      alert_target_read (scope, inner, name, target);
    }
  if (json_object_size (value) > MOST_TARGETS)
    members_problem (scope, path, "must be at most %d", MOST_TARGETS);
}

/* ---- the rules ---- */

static void
read_on (const MemberScope *scope, const char *path, Json *value)
{
  AlertRule *rule = scope->target;
  g_auto (GStrv) words = NULL;
  if (!members_texts (scope, path, value, &words))
    return;
  for (size_t i = 0; words[i] != NULL; i++)
    {
      g_autofree char *inner = g_strdup_printf ("%s[%zu]", path, i);
      unsigned kind = 0;
      if (members_word (scope, inner, json_array_get (value, i), alert_words, &kind))
        rule->on |= 1u << kind;
    }
}

static const Member rule_members[] = {
  { .name = "on", .read = read_on, .words = alert_words, .required = true },
  { .name = "tables", .kind = MEMBER_TEXTS, .at = offsetof (AlertRule, tables) },
  { .name = "to", .kind = MEMBER_TEXTS, .at = offsetof (AlertRule, to) },
  { NULL },
};

static void
read_rules (const MemberScope *scope, const char *path, Json *value)
{
  AlertPlan *plan = scope->target;
  if (!json_is_array (value))
    members_problem (scope, path, "must be an array");
  for (size_t i = 0; i < json_array_size (value); i++)
    {
      g_autofree char *inner = g_strdup_printf ("%s[%zu]", path, i);
      AlertRule *rule = g_new0 (AlertRule, 1);
      g_ptr_array_add (plan->rules, rule);
      members_read (&(MemberScope) { .problems = scope->problems, .target = rule }, inner, json_array_get (value, i), rule_members);
    }
}

/* The targets may stand behind the rules. */
static void
check_rules (const MemberScope *scope, const char *place, const AlertPlan *plan)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (guint i = 0; i < plan->targets->len; i++)
    g_ptr_array_add (names, ((const AlertTarget *) plan->targets->pdata[i])->name);
  g_ptr_array_add (names, NULL);
  for (guint i = 0; i < plan->rules->len; i++)
    {
      const AlertRule *rule = plan->rules->pdata[i];
      for (size_t j = 0; rule->to != NULL && rule->to[j] != NULL; j++)
        if (alert_plan_find (plan, rule->to[j]) == NULL)
          {
            g_autofree char *path = g_strdup_printf ("%s.rules[%u].to[%zu]", place, i, j);
            members_unknown (scope, path, "unknown target", rule->to[j], (const char *const *) names->pdata);
          }
    }
}

/* ---- all of it ---- */

static void
read_seconds (const MemberScope *scope, const char *path, const Json *value, int64_t *ret_seconds)
{
  int64_t seconds = 0;
  const char *text = json_string_value (value);
  if (text == NULL || !quantity_read_period (text, &seconds) || seconds < 1 || seconds > MOST_SECONDS)
    members_problem (scope, path, "must be a time from \"1 second\" to \"7 days\"");
  else
    *ret_seconds = seconds;
}

static void
read_gather (const MemberScope *scope, const char *path, Json *value)
{
  read_seconds (scope, path, value, &((AlertPlan *) scope->target)->gather);
}

static void
read_every (const MemberScope *scope, const char *path, Json *value)
{
  read_seconds (scope, path, value, &((AlertPlan *) scope->target)->every);
}

static void
read_away (const MemberScope *scope, const char *path, Json *value)
{
  read_seconds (scope, path, value, &((AlertPlan *) scope->target)->away);
}

static void
read_timeout (const MemberScope *scope, const char *path, Json *value)
{
  read_seconds (scope, path, value, &((AlertPlan *) scope->target)->timeout);
}

#define SECONDS_SCHEMA "{\"type\": \"string\", \"pattern\": \"^[0-9]+ *(second|minute|hour|day|week)s?$\"}"

static const Member plan_members[] = {
  { .name = "targets", .read = read_targets }, /* settings_notify_schema says what is in both */
  { .name = "rules", .read = read_rules },
  { .name = "gather", .read = read_gather, .schema = SECONDS_SCHEMA },
  { .name = "every", .read = read_every, .schema = SECONDS_SCHEMA },
  { .name = "away_after", .read = read_away, .schema = SECONDS_SCHEMA },
  { .name = "timeout", .read = read_timeout, .schema = SECONDS_SCHEMA },
  { NULL },
};

AlertPlan *
alert_plan_read (const Json *tree, const char *place, GPtrArray *mistakes)
{
  g_autoptr (GPtrArray) nobody = g_ptr_array_new_with_free_func (g_free);
  AlertPlan *plan = g_new0 (AlertPlan, 1);
  plan->targets = g_ptr_array_new_with_free_func (alert_target_free);
  plan->rules = g_ptr_array_new_with_free_func (rule_free);
  plan->gather = DEFAULT_GATHER;
  plan->every = DEFAULT_EVERY;
  plan->away = DEFAULT_AWAY;
  plan->timeout = DEFAULT_TIMEOUT;
  MemberScope scope = { .problems = mistakes != NULL ? mistakes : nobody, .target = plan };
  if (tree != NULL)
    members_read (&scope, place, (Json *) tree, plan_members);
  check_rules (&scope, place, plan);
  if (plan->rules->len == 0)
    {
      AlertRule *all = g_new0 (AlertRule, 1);
      all->on = UNASKED;
      g_ptr_array_add (plan->rules, all);
    }
  return plan;
}

const AlertTarget *
alert_plan_find (const AlertPlan *plan, const char *target)
{
  for (guint i = 0; i < plan->targets->len; i++)
    {
      const AlertTarget *one = plan->targets->pdata[i];
      if (g_str_equal (one->name, target))
        return one;
    }
  return NULL;
}

bool
alert_plan_tells (const AlertPlan *plan, const AlertTarget *target, AlertKind kind)
{
  for (guint i = 0; i < plan->rules->len; i++)
    {
      const AlertRule *rule = plan->rules->pdata[i];
      if ((rule->on & 1u << kind) != 0 && (rule->to == NULL || g_strv_contains ((const char *const *) rule->to, target->name)))
        return true;
    }
  return false;
}

void
settings_check_notify (Json *value, const char *place, GPtrArray *mistakes)
{
  g_autoptr (AlertPlan) plan = alert_plan_read (value, place, mistakes);
}

Json *
settings_notify_schema (void)
{
  Json *schema = members_to_schema (plan_members), *properties = json_object_get (schema, "properties");
  json_object_set_new (properties, "targets",
                       json_pack ("{s:s, s:i, s:{s:s}, s:o}", "type", "object", "maxProperties", MOST_TARGETS, "propertyNames",
                                  "pattern", TARGET_NAME_PATTERN, "additionalProperties", alert_target_schema ()));
  json_object_set_new (properties, "rules", json_pack ("{s:s, s:o}", "type", "array", "items", members_to_schema (rule_members)));
  return schema;
}

char *
alert_shown_url (const char *url)
{
  if (settings_is_reference (url))
    return g_strdup (url);
  const char *host = strstr (url, "://");
  size_t length = host != NULL ? strcspn (host + 3, "/?#") : 0;
  const char *end = host != NULL ? host + 3 + length : url;
  const char *user = host != NULL ? memrchr (host + 3, '@', length) : NULL;
  const char *from = user != NULL ? user + 1 : host != NULL ? host + 3 : url;
  g_autofree char *scheme = host != NULL ? g_strndup (url, (size_t) (host + 3 - url)) : g_strdup ("");
  return g_strdup_printf ("%s%.*s/...", scheme, (int) (end - from), from);
}

Json *
settings_show_notify (const Json *value)
{
  Json *shown = json_deep_copy (value);
  const char *name;
  Json *target;
  json_object_foreach (json_object_get (shown, "targets"), name, target)
    {
      const char *url = json_string_value (json_object_get (target, "url"));
      g_autofree char *safe = url != NULL ? alert_shown_url (url) : NULL;
      if (safe != NULL)
        json_object_set_new (target, "url", weir_json_string (safe));
    }
  return shown;
}
