#include "src/settings/settings_notify_private.h"

#include "base/host.h"
#include "base/mail.h"
#include "src/settings/settings_reference.h"

#include <string.h>

static const char *const type_words[] = {
  [TARGET_WEBHOOK] = "webhook", [TARGET_SMTP] = "smtp", [TARGET_COMMAND] = "command", NULL
};
static const char *const body_words[] = { [BODY_JSON] = "json", [BODY_SLACK] = "slack", NULL };
static const char *const tls_words[] = { [MAIL_STARTTLS] = "starttls", [MAIL_TLS] = "tls", [MAIL_CLEAR] = "none", NULL };

void
alert_target_free (void *data)
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

static void
read_from (const MemberScope *scope, const char *path, Json *value)
{
  AlertTarget *target = scope->target;
  if (members_text (scope, path, value, &target->from) && !mail_is_address (target->from))
    members_problem (scope, path, "must be an address such as weir@example.org, of ASCII letters");
}

static void
read_to (const MemberScope *scope, const char *path, Json *value)
{
  AlertTarget *target = scope->target;
  if (!members_texts (scope, path, value, &target->to))
    return;
  for (size_t i = 0; target->to[i] != NULL; i++)
    if (!mail_is_address (target->to[i]))
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

/* Their schemas say no more than an editor can show at once; the readers above say the rest. */
#define LINE "{\"type\": \"string\", \"minLength\": 1}"
#define REFERENCE "{\"type\": \"string\", \"pattern\": \"^\\\\$\\\\{(file|env):.+\\\\}$\"}"
#define URL "{\"type\": \"string\", \"pattern\": \"^([Hh][Tt][Tt][Pp][Ss]?://[^ ]+|\\\\$\\\\{(file|env):.+\\\\})$\"}"
#define HOST "{\"type\": \"string\", \"pattern\": \"^[^/@ ]+$\"}"
#define PORT "{\"type\": \"integer\", \"minimum\": 1, \"maximum\": 65535}"
#define ADDRESS "{\"type\": \"string\", \"pattern\": \"^[^@ ]+@[^@ ]+$\"}"
#define ADDRESSES "{\"type\": \"array\", \"minItems\": 1, \"uniqueItems\": true, \"items\": " ADDRESS "}"
#define ARGUMENTS "{\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": \"string\"}}"

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
  { .name = "url", .read = read_url, .schema = URL, .required = true },
  { .name = "body", .kind = MEMBER_WORD, .at = offsetof (AlertTarget, body), .words = body_words },
  { .name = "secret", .read = read_signing, .schema = REFERENCE },
  CA_FILE,
  { NULL },
};

static const Member smtp_members[] = {
  TYPE,
  { .name = "host", .read = read_host, .schema = HOST, .required = true },
  { .name = "port", .read = read_port, .schema = PORT },
  { .name = "tls", .kind = MEMBER_WORD, .at = offsetof (AlertTarget, tls), .words = tls_words },
  { .name = "user", .read = read_user, .schema = LINE },
  { .name = "password", .read = read_password, .schema = REFERENCE },
  { .name = "from", .read = read_from, .schema = ADDRESS, .required = true },
  { .name = "to", .read = read_to, .schema = ADDRESSES, .required = true },
  CA_FILE,
  { NULL },
};

static const Member command_members[] = {
  TYPE,
  { .name = "command", .read = read_command, .schema = ARGUMENTS, .required = true },
  { NULL },
};

static const Member *const members_of[] = {
  [TARGET_WEBHOOK] = webhook_members, [TARGET_SMTP] = smtp_members, [TARGET_COMMAND] = command_members
};

Json *
alert_target_schema (void)
{
  Json *choices = json_array ();
  for (size_t type = 0; type < G_N_ELEMENTS (members_of); type++)
    {
      Json *one = members_to_schema (members_of[type]);
      json_object_set_new (json_object_get (one, "properties"), "type", json_pack ("{s:s}", "const", type_words[type]));
      json_array_append_new (choices, one);
    }
  return json_pack ("{s:o}", "oneOf", choices);
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
  if (target->tls == MAIL_CLEAR && (target->password != NULL || !host_is_here (target->host)))
    members_problem (scope, path, "has \"tls\": \"none\", which is for a mail server on this machine, without a password");
}

void
alert_target_read (const MemberScope *scope, const char *path, const char *name, Json *value)
{
  AlertPlan *plan = scope->target;
  AlertTarget *target = g_new0 (AlertTarget, 1);
  g_ptr_array_add (plan->targets, target);
  target->name = g_strdup (name);
  MemberScope inner = { .problems = scope->problems, .target = target };
  if (!g_regex_match_simple (TARGET_NAME_PATTERN, name, G_REGEX_DOLLAR_ENDONLY, 0))
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
