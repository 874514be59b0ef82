#include "connect/curl/smtp.h"

#include "base/host.h"
#include "base/mail.h"
#include "base/text.h"
#include "connect/curl/outcome.h"

#include <string.h>
#include <unistd.h>

#define TIMEOUT_SECONDS 60
#define PORT_SUBMISSION 587
#define PORT_SMTPS 465
#define SAID_MOST 300

void
smtp_clear (Smtp *smtp)
{
  g_free (smtp->url);
  g_free (smtp->host);
  *smtp = (Smtp) { 0 };
}

static void
read_url (Smtp *smtp, const Json *connection)
{
  const char *text = connect_text (connection, "connection", "url", true);
  g_autofree char *scheme = NULL, *user = NULL, *path = NULL, *query = NULL, *fragment = NULL;
  int port = -1;
  if (text == NULL)
    return;
  bool ok = g_uri_split (text, G_URI_FLAGS_NONE, &scheme, &user, &smtp->host, &port, &path, &query, &fragment, NULL);
  bool is_tls = g_strcmp0 (scheme, "smtps") == 0;
  if (!ok || !(is_tls || g_strcmp0 (scheme, "smtp") == 0) || smtp->host == NULL || smtp->host[0] == '\0' || query != NULL
      || fragment != NULL || (path != NULL && path[0] != '\0' && strcmp (path, "/") != 0))
    connect_mistake ("connection.url", "must be smtp://HOST:PORT (with STARTTLS) or smtps://HOST:PORT");
  else if (user != NULL)
    connect_mistake ("connection.url", "must not have a user in it: \"user\" and \"password\" are members");
  else
    smtp->url = transfer_smtp_url (is_tls, smtp->host, port > 0 ? port : is_tls ? PORT_SMTPS : PORT_SUBMISSION, g_get_host_name ());
}

static void
read_tls (Smtp *smtp, const Json *connection)
{
  const char *tls = connect_text (connection, "connection", "tls", false);
  smtp->in_clear = g_strcmp0 (tls, "none") == 0;
  if (tls != NULL && !smtp->in_clear && strcmp (tls, "require") != 0)
    connect_mistake ("connection.tls", "must be \"require\" or \"none\"");
  if (smtp->in_clear && (smtp->password != NULL || (smtp->host != NULL && !host_is_here (smtp->host))))
    connect_mistake ("connection.tls", "is \"none\", which is for a mail server on this machine, without a password");
  smtp->ca_file = connect_text (connection, "connection", "ca_file", false);
  if (smtp->ca_file != NULL && access (smtp->ca_file, R_OK) != 0)
    connect_mistake ("connection.ca_file", "names \"%s\", which could not be read: %s", smtp->ca_file, g_strerror (errno));
}

Smtp
smtp_read (const Request *request)
{
  static const char *const known[] = { "type", "program", "url", "tls", "user", "password", "from", "ca_file", "timeout", NULL };
  const Json *connection = request->connection;
  Smtp smtp = { 0 };
  connect_known (connection, "connection", known);
  read_url (&smtp, connection);
  smtp.user = connect_text (connection, "connection", "user", false);
  smtp.password = connect_text (connection, "connection", "password", false);
  smtp.from = connect_text (connection, "connection", "from", true);
  smtp.timeout = connect_number (connection, "connection", "timeout", TIMEOUT_SECONDS);
  if ((smtp.user == NULL) != (smtp.password == NULL))
    connect_mistake ("connection", "needs \"user\" and \"password\", or neither");
  if (smtp.from != NULL && !mail_is_address (smtp.from))
    connect_mistake ("connection.from", "must be an address such as weir@example.org, of ASCII letters");
  if (smtp.timeout < 1)
    connect_mistake ("connection.timeout", "must be at least 1, in seconds");
  read_tls (&smtp, connection);
  return smtp;
}

TransferRequest
smtp_request (const Smtp *smtp)
{
  return (TransferRequest) {
    .url = smtp->url,
    .protocols = "smtp,smtps",
    .user = smtp->user,
    .password = smtp->password,
    .ca_file = smtp->ca_file,
    .connect_seconds = smtp->timeout,
    .still_seconds = smtp->timeout,
    .is_stopping = connect_is_stopping,
    .smtp = { .in_clear = smtp->in_clear },
  };
}

/* ---- how it ended ---- */

/* "530 Authentication required" and its like: whichever command they answer, they speak of us. */
static bool
is_about_login (long reply)
{
  return reply == 530 || reply == 534 || reply == 535 || reply == 538;
}

Mailed
smtp_judge (const TransferResult *result)
{
  if (result->code == 0 && result->turned_down == 0)
    return MAILED_SENT;
  if (result->is_stopped || result->no_auth || result->step == STEP_SESSION || is_about_login (result->status))
    return MAILED_NOTHING;
  return result->status >= 500 && result->status < 600 ? MAILED_REFUSED : MAILED_AGAIN;
}

char *
smtp_said (const TransferResult *result)
{
  const char *said = result->turned_down_by != NULL ? result->turned_down_by : result->status >= 400 ? result->reply : NULL;
  g_autofree char *text = g_strdup (said != NULL ? said : result->text);
  g_strstrip (text);
  return text_printable (text, strlen (text), SAID_MOST);
}

bool
smtp_fail (const Smtp *smtp, const TransferResult *result, GError **error)
{
  g_autofree char *said = smtp_said (result), *code = g_strdup_printf ("%ld", result->status);
  if (result->is_stopped)
    return connect_go_on (error) && connect_fail (error, CONNECT_TRANSIENT, NULL, NULL, "it was asked to end");
  if (result->no_auth)
    return connect_fail (error, CONNECT_CREDENTIALS, NULL, "Leave \"user\" and \"password\" out, if it needs none.",
                         "%s does not ask for a password: nothing was sent", smtp->host);
  if (result->status >= 400 && result->status < 500)
    return connect_fail (error, CONNECT_TRANSIENT, code, NULL, "%s: %s", smtp->host, said);
  if (is_about_login (result->status))
    return connect_fail (error, CONNECT_CREDENTIALS, code, NULL, "%s does not let %s%s%s in: %s", smtp->host,
                         smtp->user != NULL ? "\"" : "us", smtp->user != NULL ? smtp->user : "", smtp->user != NULL ? "\"" : "",
                         said);
  if (result->status >= 500)
    return connect_fail (error, CONNECT_CONFIGURATION, code, NULL, "%s: %s", smtp->host, said);
  return outcome_fail (result, smtp->host, error);
}
