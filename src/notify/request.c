#include "src/notify/request.h"

#include "base/error.h"
#include "base/mail.h"
#include "base/webhook.h"
#include "src/settings/settings_reference.h"

#include <string.h>
#include <unistd.h>

#define PORT_SMTP 25
#define PORT_SUBMISSION 587
#define PORT_SMTPS 465

static Json *
texts_to_json (const GPtrArray *texts)
{
  Json *array = json_array ();
  for (guint i = 0; i < texts->len; i++)
    json_array_append_new (array, weir_json_string (texts->pdata[i]));
  return array;
}

/* "2026-11-29T04:28:01Z". Owned by the caller. */
static char *
iso_time (int64_t seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);
  return g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");
}

/* Those of the files that others can do something with. */
static Json *
items_to_json (const Json *items)
{
  static const char *const names[] = { "table", "file", "run", "place", "read", "rejected", "noted" };
  Json *array = json_array ();
  for (size_t i = 0; i < json_array_size (items); i++)
    {
      Json *one = json_object ();
      for (size_t j = 0; j < G_N_ELEMENTS (names); j++)
        {
          Json *value = json_object_get (json_array_get (items, i), names[j]);
          json_object_set_new (one, names[j], value != NULL ? json_incref (value) : json_null ());
        }
      json_array_append_new (array, one);
    }
  return array;
}

char *
request_json_body (const AlertFacts *facts, const AlertText *text, const char *home)
{
  g_autofree char *time = iso_time (facts->made);
  Json *data =
      json_pack ("{s:s, s:o, s:o, s:I, s:s, s:o, s:o, s:o, s:o}", "id", facts->id, "table",
                 facts->table[0] != '\0' ? weir_json_string (facts->table) : json_null (), "home", weir_json_string (home), "count",
                 (json_int_t) facts->alerts, "title", text->title, "lines", texts_to_json (text->lines), "kept",
                 weir_json_string (text->kept), "commands", texts_to_json (text->commands), "first", items_to_json (facts->items));
  g_autoptr (Json) root = json_pack ("{s:s, s:s, s:o}", "type", facts->rule, "timestamp", time, "data", data);
  return weir_json_text (root);
}

/* What Slack reads as markup: &, < and > alone (api.slack.com, "Formatting text for app surfaces"). */
static void
append_slack (GString *body, const char *text)
{
  for (const char *at = text; *at != '\0'; at++)
    if (*at == '&')
      g_string_append (body, "&amp;");
    else if (*at == '<')
      g_string_append (body, "&lt;");
    else if (*at == '>')
      g_string_append (body, "&gt;");
    else
      g_string_append_c (body, *at);
}

char *
request_slack_body (const AlertText *text, const char *home)
{
  g_autofree char *plain = alert_text_plain (text, home);
  g_autoptr (GString) body = g_string_new ("*weir: ");
  append_slack (body, text->title);
  g_string_append (body, "*\n");
  append_slack (body, plain);
  g_autoptr (Json) root = json_pack ("{s:o}", "text", weir_json_string (body->str));
  return weir_json_text (root);
}

/* Where it comes from: "/srv/shop on db1". Owned by the caller. */
static char *
home_text (const Settings *settings)
{
  return g_strdup_printf ("%s on %s", settings->home, g_get_host_name ());
}

/* Relative to the home; null where there is none. */
static Json *
ca_file_to_json (const Settings *settings, const AlertTarget *target)
{
  g_autofree char *path = target->ca_file != NULL ? g_canonicalize_filename (target->ca_file, settings->home) : NULL;
  return weir_json_string (path);
}

static void G_GNUC_PRINTF (2, 3) add_header (Json *headers, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *header = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  json_array_append_new (headers, weir_json_string (header));
}

static Json *
http_request (const Settings *settings, const AlertTarget *target, const AlertFacts *facts, int64_t now, GError **error)
{
  g_autofree char *url = settings_resolve (settings, target->url, error);
  g_autofree char *secret = url != NULL && target->secret != NULL ? settings_resolve (settings, target->secret, error) : NULL;
  if (url == NULL || (target->secret != NULL && secret == NULL))
    return NULL;
  g_autoptr (AlertText) text = alert_text_new (facts);
  g_autofree char *home = home_text (settings);
  g_autofree char *body = target->body == BODY_SLACK ? request_slack_body (text, home) : request_json_body (facts, text, home);
  Json *headers = json_array ();
  add_header (headers, "Content-Type: application/json");
  add_header (headers, "Idempotency-Key: \"%s\"", facts->id);
  add_header (headers, "webhook-id: %s", facts->id);
  add_header (headers, "webhook-timestamp: %" G_GINT64_FORMAT, now);
  if (secret != NULL)
    {
      g_autofree char *signature = webhook_signature (secret, facts->id, now, body, strlen (body));
      add_header (headers, "webhook-signature: %s", signature);
    }
  return json_pack ("{s:o, s:o, s:s, s:o}", "url", weir_json_string (url), "headers", headers, "body", body, "ca_file",
                    ca_file_to_json (settings, target));
}

static int
usual_port (const AlertTarget *target)
{
  return target->tls == MAIL_TLS ? PORT_SMTPS : target->tls == MAIL_CLEAR ? PORT_SMTP : PORT_SUBMISSION;
}

static Json *
smtp_request (const Settings *settings, const AlertTarget *target, const AlertFacts *facts, GError **error)
{
  static const char *const tls[] = { [MAIL_STARTTLS] = "starttls", [MAIL_TLS] = "tls", [MAIL_CLEAR] = "none" };
  g_autofree char *user = target->user != NULL ? settings_resolve (settings, target->user, error) : NULL;
  g_autofree char *password = user != NULL ? settings_resolve (settings, target->password, error) : NULL;
  if (target->user != NULL && password == NULL)
    return NULL;
  g_autoptr (AlertText) text = alert_text_new (facts);
  g_autofree char *home = home_text (settings), *plain = alert_text_plain (text, home);
  g_autofree char *subject = g_strconcat ("weir: ", text->title, NULL);
  const Mail mail = { .id = facts->id,
                      .from = target->from,
                      .to = (const char *const *) target->to,
                      .subject = subject,
                      .text = plain,
                      .date = facts->made };
  g_autofree char *message = mail_text (&mail);
  Json *to = json_array ();
  for (size_t i = 0; target->to[i] != NULL; i++)
    json_array_append_new (to, json_string (target->to[i]));
  return json_pack ("{s:o, s:i, s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:o}", "host", weir_json_string (target->host), "port",
                    target->port != 0 ? target->port : usual_port (target), "tls", tls[target->tls], "user",
                    weir_json_string (user), "password", weir_json_string (password), "from", target->from, "to", to, "message",
                    weir_json_string (message), "name", weir_json_string (g_get_host_name ()), "ca_file",
                    ca_file_to_json (settings, target));
}

char *
request_text (const Settings *settings, const AlertTarget *target, const AlertFacts *facts, RequestTime time, GError **error)
{
  if (target->type == TARGET_COMMAND)
    {
      g_autoptr (AlertText) text = alert_text_new (facts);
      g_autofree char *home = home_text (settings);
      return request_json_body (facts, text, home);
    }
  bool web = target->type == TARGET_WEBHOOK;
  Json *part = web ? http_request (settings, target, facts, time.now, error) : smtp_request (settings, target, facts, error);
  if (part == NULL)
    return NULL;
  g_autoptr (Json) root = json_pack ("{s:I, s:o}", "seconds", (json_int_t) time.seconds, web ? "http" : "smtp", part);
  return weir_json_text (root);
}

/* ---- without sending ---- */

static bool
can_read (const Settings *settings, const char *text, GError **error)
{
  g_autofree char *value = text != NULL ? settings_resolve (settings, text, error) : NULL;
  return text == NULL || value != NULL;
}

static bool
is_program (const AlertTarget *target, GError **error)
{
  g_autofree char *program = g_find_program_in_path (target->command[0]);
  return program != NULL
         || weir_error (error, WEIR_ERROR_MODEL, "there is no program \"%s\" that could be run", target->command[0]);
}

bool
request_check (const Settings *settings, const AlertTarget *target, GError **error)
{
  g_autofree char *ca_file = target->ca_file != NULL ? g_canonicalize_filename (target->ca_file, settings->home) : NULL;
  if (target->type == TARGET_COMMAND)
    return is_program (target, error);
  if (ca_file != NULL && access (ca_file, R_OK) != 0)
    return weir_system_error (error, errno, "could not read \"%s\"", ca_file);
  return can_read (settings, target->url, error) && can_read (settings, target->secret, error)
         && can_read (settings, target->user, error) && can_read (settings, target->password, error);
}
