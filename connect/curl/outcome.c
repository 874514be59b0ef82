#include "connect/curl/outcome.h"

#include "base/text.h"

#include <string.h>

#define SAID_MOST 300 /* bytes of an answer that are shown */

/* As libcurl numbers them (curl/curl.h, CURLcode). */
enum
{
  CODE_PROTOCOL = 1,
  CODE_URL = 3,
  CODE_DENIED = 9,
  CODE_RECV_LIMIT = 23, /* what came could not be taken */
  CODE_READ = 26,
  CODE_PEER = 60,
  CODE_TLS = 35,
  CODE_NO_TLS = 64,
  CODE_LOGIN = 67,
  CODE_CERTIFICATE = 58,
  CODE_CA = 77,
  CODE_NOT_FOUND = 78,
  CODE_ISSUER = 83,
  CODE_PINNED = 90,
  CODE_QUOTE = 21,
};

ConnectClass
outcome_of_code (int code)
{
  switch (code)
    {
    case CODE_PEER:
    case CODE_NO_TLS:
    case CODE_LOGIN:
    case CODE_CERTIFICATE:
    case CODE_CA:
    case CODE_ISSUER:
    case CODE_PINNED:
      return CONNECT_CREDENTIALS;
    case CODE_PROTOCOL:
    case CODE_URL:
    case CODE_DENIED:
    case CODE_NOT_FOUND:
    case CODE_QUOTE:
      return CONNECT_CONFIGURATION;
    default:
      return CONNECT_TRANSIENT;
    }
}

ConnectClass
outcome_of_status (long status)
{
  if (status == 408 || status == 425 || status == 429 || status >= 500)
    return CONNECT_TRANSIENT;
  return status == 401 || status == 403 || status == 407 ? CONNECT_CREDENTIALS : CONNECT_CONFIGURATION;
}

static char *
code_text (const char *word, long number)
{
  return g_strdup_printf ("%s %ld", word, number);
}

/* OpenSSL's way to say that what came is no TLS: that does not pass. */
static bool
speaks_no_tls (const TransferResult *result)
{
  return result->code == CODE_TLS && strstr (result->text, "wrong version number") != NULL;
}

bool
outcome_fail (const TransferResult *result, const char *what, GError **error)
{
  if (result->is_stopped)
    return connect_fail (error, CONNECT_TRANSIENT, NULL, NULL, "%s: it was asked to end", what);
  g_autofree char *code = code_text ("curl", result->code);
  g_autofree char *text = text_printable (result->text, strlen (result->text), SAID_MOST);
  if (speaks_no_tls (result))
    return connect_fail (
        error, CONNECT_CONFIGURATION, code,
        "Are port and scheme right? Of mail, smtps:// is for ports with TLS from the beginning (465), smtp:// for STARTTLS (587).",
        "%s: the server speaks no TLS at this port: %s", what, text);
  return connect_fail (error, outcome_of_code (result->code), code, NULL, "%s: %s", what, text);
}

bool
outcome_of_http (const TransferResult *result, const char *what, const char *said, GError **error)
{
  if (result->code != 0)
    return outcome_fail (result, what, error);
  if (result->status >= 200 && result->status < 300)
    return true;
  g_autofree char *code = code_text ("HTTP", result->status);
  if (result->status >= 300 && result->status < 400)
    return connect_fail (error, CONNECT_CONFIGURATION, code, "Name the address itself that the answer leads to.",
                         "%s: HTTP %ld, to another address: that is not followed", what, result->status);
  g_autofree char *shown = text_printable (said != NULL ? said : "", said != NULL ? strlen (said) : 0, SAID_MOST);
  g_autofree char *wait =
      result->retry_after > 0 ? g_strdup_printf ("It asks to wait %" G_GINT64_FORMAT " seconds.", result->retry_after) : NULL;
  return connect_fail (error, outcome_of_status (result->status), code, wait, "%s: HTTP %ld%s%s", what, result->status,
                       shown[0] != '\0' ? ": " : "", shown);
}
