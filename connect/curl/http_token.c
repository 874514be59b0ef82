#include "connect/curl/http_token.h"

#include "base/text.h"
#include "connect/curl/outcome.h"

#include <string.h>

#define EARLY_SECONDS 10 /* a token that is about to expire is none */
#define MOST_SECONDS 1e6
#define SAID_MOST 100

void
http_token_clear (HttpToken *token)
{
  g_free (token->access);
  g_free (token->refresh);
  *token = (HttpToken) { NULL };
}

bool
http_token_is_good (const HttpToken *token)
{
  return token->access != NULL && (token->until == 0 || g_get_monotonic_time () < token->until);
}

static void
add (GString *body, const char *name, const char *value)
{
  if (value == NULL)
    return;
  g_autofree char *encoded = g_uri_escape_string (value, NULL, FALSE);
  g_string_append_printf (body, "%s%s=%s", body->len > 0 ? "&" : "", name, encoded);
}

char *
http_token_basic (const char *user, const char *password)
{
  g_autofree char *both = g_strconcat (user, ":", password, NULL);
  return g_base64_encode ((const guchar *) both, strlen (both));
}

char *
http_token_body (const HttpAuth *auth, const HttpToken *token)
{
  GString *body = g_string_new (NULL);
  const char *refresh = token->refresh != NULL ? token->refresh : auth->refresh_token;
  add (body, "grant_type", refresh != NULL ? "refresh_token" : "client_credentials");
  add (body, "refresh_token", refresh);
  add (body, "scope", auth->scope);
  add (body, "audience", auth->audience);
  if (auth->in_body)
    {
      add (body, "client_id", auth->client_id);
      add (body, "client_secret", auth->client_secret);
    }
  return g_string_free (body, FALSE);
}

GStrv
http_token_headers (const HttpAuth *auth)
{
  g_autoptr (GPtrArray) headers = g_ptr_array_new ();
  g_ptr_array_add (headers, g_strdup ("Content-Type: application/x-www-form-urlencoded"));
  g_ptr_array_add (headers, g_strdup ("Accept: application/json"));
  if (!auth->in_body)
    {
      /* Encoded before they are joined (RFC 6749, 2.3.1). */
      g_autofree char *id = g_uri_escape_string (auth->client_id, NULL, FALSE);
      g_autofree char *secret = g_uri_escape_string (auth->client_secret, NULL, FALSE);
      g_autofree char *encoded = http_token_basic (id, secret);
      g_ptr_array_add (headers, g_strconcat ("Authorization: Basic ", encoded, NULL));
    }
  g_ptr_array_add (headers, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&headers), FALSE);
}

static bool
refuse (const Exchanged *exchanged, const Redaction *secrets, const Json *answer, GError **error)
{
  const char *said = json_string_value (json_object_get (answer, "error"));
  long status = exchanged->reply.status;
  g_autofree char *code = g_strdup_printf ("HTTP %ld", status),
                  *shown = redact (secrets, said != NULL ? said : "", said != NULL ? strlen (said) : 0, SAID_MOST);
  bool is_refused = said != NULL && (status == 400 || status == 401) && strcmp (said, "temporarily_unavailable") != 0;
  return connect_fail (error, is_refused ? CONNECT_CREDENTIALS : outcome_of_status (status), code,
                       is_refused
                           ? "Client, secret or refresh token (connection.auth) are not valid there any more. Was a pull killed "
                             "while it exchanged the token of \"refresh_token_file\"? Then put a new one there."
                           : NULL,
                       "the token server answered HTTP %ld%s%s", status, said != NULL ? ": " : "", shown);
}

bool
http_token_take (const Exchanged *exchanged, const Redaction *secrets, HttpToken *token, GError **error)
{
  if (exchanged->result.code != 0)
    return outcome_fail (&exchanged->result, "the token server", error);
  const GString *body = exchanged->reply.body;
  g_autoptr (Json) answer = weir_json_parse (body->str, body->len, "token", NULL);
  if (exchanged->reply.status < 200 || exchanged->reply.status > 299)
    return refuse (exchanged, secrets, answer, error);
  const char *access = json_string_value (json_object_get (answer, "access_token"));
  const char *type = json_string_value (json_object_get (answer, "token_type"));
  const char *refresh = json_string_value (json_object_get (answer, "refresh_token"));
  const Json *expires = json_object_get (answer, "expires_in");
  if (access == NULL || access[0] == '\0' || strpbrk (access, "\r\n") != NULL)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, "Is \"token_url\" right?",
                         "the token server's answer has no access_token");
  if (type != NULL && g_ascii_strcasecmp (type, "bearer") != 0)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the token server gives tokens that are no bearer tokens");
  double seconds = json_is_string (expires) ? g_ascii_strtod (json_string_value (expires), NULL) : json_number_value (expires);
  g_free (token->access);
  token->access = g_strdup (access);
  double usable = MIN (seconds, MOST_SECONDS) - MIN (EARLY_SECONDS, seconds / 2);
  token->until = seconds > 0 ? g_get_monotonic_time () + (int64_t) (usable * G_USEC_PER_SEC) : 0;
  if (refresh == NULL)
    return true;
  g_free (token->refresh);
  token->refresh = g_strdup (refresh);
  return true;
}
