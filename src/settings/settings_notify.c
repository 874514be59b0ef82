#include "src/settings/settings_notify.h"

#include "base/quantity.h"
#include "models/members.h"
#include "src/settings/settings_reference.h"

#include <string.h>

#define MOST_TARGETS 16
#define DEFAULT_GATHER 60
#define DEFAULT_EVERY 3600
#define DEFAULT_AWAY 60
#define DEFAULT_TIMEOUT 30
#define MOST_SECONDS (7 * 24 * 3600)

const char *const alert_words[] = {
  [ALERT_REFUSED] = "refused",
  [ALERT_HELD] = "held",
  [ALERT_REJECTS] = "rejects",
  [ALERT_DRIFT] = "drift",
  [ALERT_LATE] = "late",
  [ALERT_STALE] = "stale",
  [ALERT_DATABASE_AWAY] = "database_away",
  [ALERT_RECOVERED] = "recovered",
  [ALERT_APPLIED] = "applied",
  [ALERT_RULES] = NULL,
};

/* Told of where no rule says otherwise: all but what goes well. */
#define UNASKED (((1u << ALERT_RULES) - 1) & ~(1u << ALERT_APPLIED))

static const char *const type_words[] = {
  [TARGET_WEBHOOK] = "webhook", [TARGET_SMTP] = "smtp", [TARGET_COMMAND] = "command", NULL
};
static const char *const body_words[] = { [BODY_JSON] = "json", [BODY_SLACK] = "slack", NULL };
static const char *const tls_words[] = { [MAIL_STARTTLS] = "starttls", [MAIL_TLS] = "tls", [MAIL_CLEAR] = "none", NULL };

static void
target_free (void *data)
{
  AlertTarget *target = data;
  g_free (target->name);
  g_free (target->url);
  g_free (target->secret);
  g_free (target->host);
  g_free (target->user);
  g_free (target->password);
  g_free (target->from);
  g_strfreev (target->to);
  g_free (target->ca_file);
  g_strfreev (target->command);
  g_free (target);
}

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

/* ---- one target ---- */

/* A line of a header, or an argument of SMTP: what could begin another one is refused here, long before it is sent. */
static void
read_line (const MemberScope *scope, const char *path, const Json *value, char **ret_text)
{
  g_autofree char *text = NULL;
  if (!members_text (scope, path, value, &text))
    return;
  for (const unsigned char *at = (const unsigned char *) text; *at != '\0'; at++)
    if (*at < 0x20 || *at == 0x7f)
      {
        members_problem (scope, path, "must not have control characters in it");
        return;
      }
  g_free (*ret_text);
  *ret_text = g_steal_pointer (&text);
}

/* What must not stand in weir.json itself, which people share. */
static void
read_secret (const MemberScope *scope, const char *path, const Json *value, char **ret_text)
{
  g_autofree char *text = NULL;
  if (!members_text (scope, path, value, &text))
    return;
  if (!settings_is_reference (text))
    {
      members_problem (scope, path, "must be \"${file:PATH}\" or \"${env:NAME}\": a secret does not stand in weir.json itself");
      return;
    }
  g_free (*ret_text);
  *ret_text = g_steal_pointer (&text);
}

static void
read_url (const MemberScope *scope, const char *path, Json *value)
{
  AlertTarget *target = scope->target;
  read_line (scope, path, value, &target->url);
  const char *url = target->url;
  if (url == NULL || settings_is_reference (url))
    return;
  bool web = g_ascii_strncasecmp (url, "https://", 8) == 0 || g_ascii_strncasecmp (url, "http://", 7) == 0;
  if (!web || strstr (url, "://")[3] == '\0' || strchr (url, ' ') != NULL)
    members_problem (scope, path, "must be a URL that begins with https:// or http://, or \"${file:PATH}\", or \"${env:NAME}\"");
}

static void
read_host (const MemberScope *scope, const char *path, Json *value)
{
  AlertTarget *target = scope->target;
  read_line (scope, path, value, &target->host);
  if (target->host != NULL && strpbrk (target->host, "/@ ") != NULL)
    members_problem (scope, path, "must be a host's name or address, and nothing else");
}

static void
read_port (const MemberScope *scope, const char *path, Json *value)
{
  AlertTarget *target = scope->target;
  json_int_t port = json_integer_value (value);
  if (port < 1 || port > 65535)
    members_problem (scope, path, "must be a whole number from 1 to 65535");
  else
    target->port = (int) port;
}

static void
read_user (const MemberScope *scope, const char *path, Json *value)
{
  read_line (scope, path, value, &((AlertTarget *) scope->target)->user);
}

static void
read_password (const MemberScope *scope, const char *path, Json *value)
{
  read_secret (scope, path, value, &((AlertTarget *) scope->target)->password);
}

static void
read_signing (const MemberScope *scope, const char *path, Json *value)
{
  read_secret (scope, path, value, &((AlertTarget *) scope->target)->secret);
}

/* ann@example.org: what is between < and > in SMTP. */
static bool
is_address (const char *text)
{
  const char *at = strchr (text, '@');
  for (const char *letter = text; *letter != '\0'; letter++)
    if (*letter <= ' ' || *letter > '~' || strchr ("<>,;:\\\"()[]", *letter) != NULL)
      return false;
  return at != NULL && at != text && at[1] != '\0' && strchr (at + 1, '@') == NULL;
}

static void
read_from (const MemberScope *scope, const char *path, Json *value)
{
  AlertTarget *target = scope->target;
  if (members_text (scope, path, value, &target->from) && !is_address (target->from))
    members_problem (scope, path, "must be an address such as weir@example.org, of ASCII letters");
}

static void
read_to (const MemberScope *scope, const char *path, Json *value)
{
  AlertTarget *target = scope->target;
  if (!members_texts (scope, path, value, &target->to))
    return;
  for (size_t i = 0; target->to[i] != NULL; i++)
    if (!is_address (target->to[i]))
      {
        g_autofree char *inner = g_strdup_printf ("%s[%zu]", path, i);
        members_problem (scope, inner, "must be an address such as ann@example.org, of ASCII letters");
      }
}

static void
read_command (const MemberScope *scope, const char *path, Json *value)
{
  AlertTarget *target = scope->target;
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  for (size_t i = 0; i < json_array_size (value); i++)
    {
      g_autofree char *inner = g_strdup_printf ("%s[%zu]", path, i);
      Json *word = json_array_get (value, i);
      if (!json_is_string (word) || (i == 0 && json_string_length (word) == 0))
        members_problem (scope, inner, "must be a string%s", i == 0 ? " that names a program" : "");
      else
        g_strv_builder_add (words, json_string_value (word));
    }
  if (!json_is_array (value) || json_array_size (value) == 0)
    members_problem (scope, path, "must be an array: a program and its arguments; no shell reads them");
  g_strfreev (target->command);
  target->command = g_strv_builder_end (words);
}

#define TYPE                                                                                                                       \
  {                                                                                                                                \
    .name = "type", .kind = MEMBER_WORD, .at = offsetof (AlertTarget, type), .words = type_words, .required = true                 \
  }
#define CA_FILE                                                                                                                    \
  {                                                                                                                                \
    .name = "ca_file", .kind = MEMBER_TEXT, .at = offsetof (AlertTarget, ca_file)                                                  \
  }

static const Member webhook_members[] = {
  TYPE,
  { .name = "url", .read = read_url, .required = true },
  { .name = "body", .kind = MEMBER_WORD, .at = offsetof (AlertTarget, body), .words = body_words },
  { .name = "secret", .read = read_signing },
  CA_FILE,
  { NULL },
};

static const Member smtp_members[] = {
  TYPE,
  { .name = "host", .read = read_host, .required = true },
  { .name = "port", .read = read_port },
  { .name = "tls", .kind = MEMBER_WORD, .at = offsetof (AlertTarget, tls), .words = tls_words },
  { .name = "user", .read = read_user },
  { .name = "password", .read = read_password },
  { .name = "from", .read = read_from, .required = true },
  { .name = "to", .read = read_to, .required = true },
  CA_FILE,
  { NULL },
};

static const Member command_members[] = {
  TYPE,
  { .name = "command", .read = read_command, .required = true },
  { NULL },
};

static const Member *const members_of[] = {
  [TARGET_WEBHOOK] = webhook_members, [TARGET_SMTP] = smtp_members, [TARGET_COMMAND] = command_members
};

static bool
is_here (const char *host)
{
  return g_ascii_strcasecmp (host, "localhost") == 0 || g_str_has_prefix (host, "127.") || g_str_equal (host, "::1");
}

static void
check_target (const MemberScope *scope, const char *path, const AlertTarget *target)
{
  if (target->type == TARGET_WEBHOOK && target->secret != NULL && target->body == BODY_SLACK)
    members_problem (scope, path, "has a \"secret\": a \"slack\" body is not signed");
  if (target->type != TARGET_SMTP || target->host == NULL)
    return;
  if ((target->user == NULL) != (target->password == NULL))
    members_problem (scope, path, "needs \"user\" and \"password\", or neither");
  if (target->tls == MAIL_CLEAR && (target->password != NULL || !is_here (target->host)))
    members_problem (scope, path, "has \"tls\": \"none\", which is for a mail server on this machine, without a password");
}

/* A word of the command line: `weir notify test NAME`. */
static bool
is_target_name (const char *name)
{
  size_t length = strlen (name);
  return length > 0 && length <= 63 && g_ascii_isalnum (name[0])
         && strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == length;
}

static void
read_target (const MemberScope *scope, const char *path, const char *name, Json *value)
{
  AlertPlan *plan = scope->target;
  AlertTarget *target = g_new0 (AlertTarget, 1);
  g_ptr_array_add (plan->targets, target);
  target->name = g_strdup (name);
  MemberScope inner = { .problems = scope->problems, .target = target };
  if (!is_target_name (name))
    members_problem (scope, path, "must be called by at most 63 letters, digits, - and _");
  unsigned type = TARGET_WEBHOOK;
  g_autofree char *type_path = members_path (path, "type");
  if (!json_is_object (value) || json_object_get (value, "type") == NULL)
    members_problem (scope, path, "must be an object with a \"type\": \"webhook\", \"smtp\" or \"command\"");
  else if (members_word (&inner, type_path, json_object_get (value, "type"), type_words, &type))
    {
      members_read (&inner, path, value, members_of[type]);
      check_target (&inner, path, target);
    }
}

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
      read_target (scope, inner, name, target);
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
  { .name = "on", .read = read_on, .required = true },
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

static const Member plan_members[] = {
  { .name = "targets", .read = read_targets },
  { .name = "rules", .read = read_rules },
  { .name = "gather", .read = read_gather },
  { .name = "every", .read = read_every },
  { .name = "away_after", .read = read_away },
  { .name = "timeout", .read = read_timeout },
  { NULL },
};

AlertPlan *
alert_plan_read (const Json *tree, const char *place, GPtrArray *mistakes)
{
  g_autoptr (GPtrArray) nobody = g_ptr_array_new_with_free_func (g_free);
  AlertPlan *plan = g_new0 (AlertPlan, 1);
  plan->targets = g_ptr_array_new_with_free_func (target_free);
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
