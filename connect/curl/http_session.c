#include "connect/curl/http_session.h"

#include "base/fault.h"
#include "base/redaction.h"
#include "base/text.h"
#include "connect/curl/http_exchange.h"
#include "connect/curl/http_kept.h"
#include "connect/curl/http_token.h"
#include "connect/curl/outcome.h"

#include <string.h>
#include <time.h>

#define TRIES 5
#define REDIRECTS 5
#define PATIENCE_SECONDS 300 /* where the job has no limit of time: for all that has to be waited for */
#define WAIT_MOST_SECONDS INT64_C (300000)
#define ANSWER_SECONDS 1800 /* for one answer */
#define PAUSE_FIRST_US (G_USEC_PER_SEC / 2)
#define NAP_US (G_USEC_PER_SEC / 10)
#define SAID_MOST 200
#define TOKEN_SECONDS 60 /* for an answer that must not be lost */

struct HttpSession
{
  const HttpConnection *connection;
  Transfer *transfer;
  Redaction *secrets;
  HttpToken token;
  bool told_token;     /* that its refresh token is another now */
  int64_t deadline_us; /* monotonic */
  bool has_limit;      /* the job's */
};

/* ---- what may be said ---- */

/* As it is in a header of basic authentication. */
static void
hide_pair (Redaction *secrets, const char *user, const char *password)
{
  if (user == NULL || password == NULL)
    return;
  g_autofree char *encoded = http_token_basic (user, password);
  redaction_add (secrets, encoded, NULL, true);
}

/* A value of a header, and what is behind "Bearer " or its like in it. */
static void
hide_header (Redaction *secrets, const char *value)
{
  const char *blank = value != NULL ? strchr (value, ' ') : NULL;
  redaction_add (secrets, value, NULL, false);
  redaction_add (secrets, blank != NULL ? blank + 1 : NULL, NULL, false);
}

/* What a server says may hold what we sent, in each form in which it was sent. */
static Redaction *
find_secrets (const HttpConnection *connection)
{
  const HttpAuth *auth = &connection->auth;
  const char *const texts[] = { auth->password, auth->token, auth->client_secret, auth->refresh_token };
  Redaction *secrets = redaction_new ();
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    redaction_add (secrets, texts[i], NULL, true);
  hide_pair (secrets, auth->user, auth->password);
  if (auth->client_id != NULL && auth->client_secret != NULL)
    {
      g_autofree char *id = g_uri_escape_string (auth->client_id, NULL, FALSE);
      g_autofree char *secret = g_uri_escape_string (auth->client_secret, NULL, FALSE);
      hide_pair (secrets, id, secret);
    }
  const char *name;
  const Json *value;
  json_object_foreach ((Json *) connection->headers, name, value)
    {
      (void) name;
      hide_header (secrets, json_string_value (value));
    }
  return secrets;
}

/* ---- a session ---- */

HttpSession *
http_session_new (const HttpConnection *connection, const Request *request)
{
  HttpSession *session = g_new0 (HttpSession, 1);
  int64_t seconds = request->limit_seconds > 0 ? request->limit_seconds : PATIENCE_SECONDS;
  session->connection = connection;
  session->transfer = transfer_new ();
  session->secrets = find_secrets (connection);
  session->has_limit = request->limit_seconds > 0;
  session->deadline_us = g_get_monotonic_time () + MIN (seconds, 1000000) * G_USEC_PER_SEC;
  return session;
}

void
http_session_free (HttpSession *session)
{
  if (session == NULL)
    return;
  transfer_free (session->transfer);
  redaction_free (session->secrets);
  http_token_clear (&session->token);
  g_free (session);
}

/* ---- time ---- */

static int64_t
left_us (const HttpSession *session)
{
  return session->deadline_us - g_get_monotonic_time ();
}

/* Waits in naps, so that SIGTERM is noticed. */
static bool
wait_for (int64_t microseconds, GError **error)
{
  int64_t until = g_get_monotonic_time () + microseconds;
  for (int64_t rest; (rest = until - g_get_monotonic_time ()) > 0;)
    {
      if (!connect_go_on (error))
        return false;
      int64_t nap = MIN (rest, NAP_US);
      nanosleep (&(struct timespec) { .tv_nsec = (long) nap * 1000 }, NULL);
    }
  return connect_go_on (error);
}

/* Before the next try: what the server asks for, or a growing pause. False: there is no time for it, or SIGTERM; "error" then stays as it is. */
static bool
pause_before (const HttpSession *session, int try, int64_t retry_after)
{
  int64_t pause = retry_after > 0 ? MIN (retry_after, WAIT_MOST_SECONDS) * G_USEC_PER_SEC : PAUSE_FIRST_US << try;
  if (retry_after > WAIT_MOST_SECONDS || pause > left_us (session))
    return false;
  if (retry_after > 0)
    connect_progress (spool_rows (), spool_size (), -1);
  return wait_for (pause, NULL);
}

/* ---- tokens ---- */

static Exchange
exchange_of (const HttpSession *session, Url *url, const char *const *headers, const char *body)
{
  int64_t left = left_us (session) / G_USEC_PER_SEC;
  return (Exchange) { .url = url,
                      .headers = headers,
                      .body = body,
                      .ca_file = session->connection->ca_file,
                      .most_bytes = session->connection->most_page_bytes,
                      .seconds = session->has_limit ? MAX (left, 1) : ANSWER_SECONDS };
}

/* Of a token that is used up by that, the answer is waited for whatever happens: in it is the next one. */
static bool
ask_for_token (HttpSession *session, GError **error)
{
  const HttpAuth *auth = &session->connection->auth;
  for (int try = 0;; try++)
    {
      g_autofree char *body = http_token_body (auth, &session->token);
      g_auto (GStrv) headers = http_token_headers (auth);
      g_auto (Exchanged) exchanged = { 0 };
      g_autoptr (GError) local = NULL;
      Exchange exchange = exchange_of (session, auth->token_url, (const char *const *) headers, body);
      exchange.is_finished = auth->refresh_file != NULL;
      exchange.seconds = exchange.is_finished ? TOKEN_SECONDS : exchange.seconds;
      http_exchange (session->transfer, &exchange, &exchanged);
      if (http_token_take (&exchanged, session->secrets, &session->token, &local))
        return true;
      bool may_pass = g_error_matches (local, CONNECT_ERROR, CONNECT_TRANSIENT) && !connect_is_stopping ();
      if (!may_pass || try + 1 == TRIES || !pause_before (session, try, exchanged.result.retry_after))
        return g_propagate_error (error, g_steal_pointer (&local)), false;
    }
}

static void
tell_lost_token (HttpSession *session)
{
  const HttpAuth *auth = &session->connection->auth;
  const char *refresh = session->token.refresh;
  if (session->told_token || auth->refresh_token == NULL || refresh == NULL || strcmp (refresh, auth->refresh_token) == 0)
    return;
  connect_note ("the token server gave another refresh token, which is not kept: if the one of the connection is used up by that, "
                "say \"refresh_token_file\" in its place");
  session->told_token = true;
}

static bool
get_token (HttpSession *session, GError **error)
{
  const char *path = session->connection->auth.refresh_file;
  g_auto (HttpKept) kept = HTTP_KEPT_NONE;
  if (path != NULL && !http_kept_take (path, &kept, error))
    return false;
  if (path != NULL)
    {
      g_free (session->token.refresh);
      session->token.refresh = g_strdup (kept.token);
      redaction_add (session->secrets, kept.token, NULL, true);
    }
  if (!ask_for_token (session, error))
    return false;
  redaction_add (session->secrets, session->token.access, NULL, true);
  redaction_add (session->secrets, session->token.refresh, NULL, true);
  fault_point ("http-token");
  tell_lost_token (session);
  return path == NULL || http_kept_put (&kept, session->token.refresh, error);
}

/* ---- requests ---- */

static bool
has_header (const GPtrArray *headers, const char *name)
{
  size_t length = strlen (name);
  for (guint i = 0; i < headers->len; i++)
    if (g_ascii_strncasecmp (headers->pdata[i], name, length) == 0 && ((const char *) headers->pdata[i])[length] == ':')
      return true;
  return false;
}

static void
add_auth (const HttpSession *session, GPtrArray *headers)
{
  const HttpAuth *auth = &session->connection->auth;
  if (auth->kind == HTTP_AUTH_BASIC)
    {
      g_autofree char *encoded = http_token_basic (auth->user, auth->password);
      g_ptr_array_add (headers, g_strconcat ("Authorization: Basic ", encoded, NULL));
    }
  else if (auth->kind == HTTP_AUTH_BEARER)
    g_ptr_array_add (headers, g_strconcat ("Authorization: Bearer ", auth->token, NULL));
  else if (auth->kind == HTTP_AUTH_HEADER)
    g_ptr_array_add (headers, g_strconcat (auth->name, ": ", auth->token, NULL));
  else if (auth->kind == HTTP_AUTH_OAUTH2)
    g_ptr_array_add (headers, g_strconcat ("Authorization: Bearer ", session->token.access, NULL));
}

/* Ends with NULL. */
static GPtrArray *
headers_of (const HttpSession *session, const HttpCall *call)
{
  GPtrArray *headers = g_ptr_array_new_with_free_func (g_free);
  for (size_t i = 0; call->headers != NULL && call->headers[i] != NULL; i++)
    g_ptr_array_add (headers, g_strdup (call->headers[i]));
  const char *name;
  const Json *value;
  json_object_foreach ((Json *) session->connection->headers, name, value)
    if (!has_header (headers, name))
      g_ptr_array_add (headers, g_strconcat (name, ": ", json_string_value (value), NULL));
  if (!has_header (headers, "accept"))
    g_ptr_array_add (headers, g_strdup ("Accept: application/json"));
  if (call->body != NULL && !has_header (headers, "content-type"))
    g_ptr_array_add (headers, g_strdup ("Content-Type: application/json"));
  add_auth (session, headers);
  g_ptr_array_add (headers, NULL);
  return headers;
}

/* Where a redirect leads; NULL with an error. Nothing of ours goes to another server. */
static Url *
follow (const HttpCall *call, Url *from, const Exchanged *exchanged, GError **error)
{
  const char *problem = "has no Location";
  g_autofree char *code = g_strdup_printf ("HTTP %ld", exchanged->reply.status);
  g_autoptr (GUri) to = exchanged->location != NULL ? http_url_follow (from, exchanged->location, &problem) : NULL;
  if (to == NULL)
    return connect_fail (error, CONNECT_CONFIGURATION, code, NULL, "%s: a redirect that %s", call->what, problem), NULL;
  if (!http_url_is_same_origin (from, to))
    {
      g_autofree char *origin = http_url_origin (to);
      g_autofree char *shown = text_printable (origin, strlen (origin), SAID_MOST);
      return connect_fail (error, CONNECT_CONFIGURATION, code, "If that is right, name it in \"url\" of the connection.",
                           "%s: it is redirected to %s, which is not followed", call->what, shown),
             NULL;
    }
  if (call->body != NULL && exchanged->reply.status < 307)
    return connect_fail (error, CONNECT_CONFIGURATION, code, NULL, "%s: a POST is redirected to what is to be a GET", call->what),
           NULL;
  return g_steal_pointer (&to);
}

/* An answer that is none: as an error of its class. */
static bool
fail (const HttpSession *session, const HttpCall *call, const Exchanged *exchanged, GError **error)
{
  const HttpReply *reply = &exchanged->reply;
  if (exchanged->is_too_large)
    {
      g_autofree char *most = text_size (session->connection->most_page_bytes);
      return connect_fail (error, CONNECT_CONFIGURATION, NULL,
                           "Ask for smaller pages, or raise \"most\": {\"page_bytes\": ...} of the connection.",
                           "%s: the answer has more than %s", call->what, most);
    }
  if (exchanged->result.code != 0)
    return outcome_fail (&exchanged->result, call->what, error);
  ConnectClass found = outcome_of_status (reply->status);
  if (call->is_later && found == CONNECT_CONFIGURATION && reply->status >= 400)
    found = CONNECT_TRANSIENT;
  g_autofree char *said = g_strstrip (g_strdelimit (g_strdup (reply->body->str), "\r\n\t", ' '));
  g_autofree char *shown = redact (session->secrets, said, strlen (said), SAID_MOST);
  g_autofree char *code = g_strdup_printf ("HTTP %ld", reply->status);
  g_autofree char *wait =
      exchanged->result.retry_after > 0
          ? g_strdup_printf ("It asks to come again in %" G_GINT64_FORMAT " seconds.", exchanged->result.retry_after)
          : NULL;
  const char *hint = wait == NULL && reply->status == 404 ? call->missing_hint : wait;
  return connect_fail (error, found, code, hint, "%s: HTTP %ld%s%s", call->what, reply->status, shown[0] != '\0' ? ": " : "",
                       shown);
}

/* One answer, after redirects, and with a new token where the one there is does not do. */
static bool
ask (HttpSession *session, const HttpCall *call, Exchanged *ret, Url **ret_url, GError **error)
{
  bool has_oauth2 = session->connection->auth.kind == HTTP_AUTH_OAUTH2, is_renewed = false;
  g_autoptr (GUri) url = g_uri_ref (call->url);
  for (int redirects = 0;;)
    {
      if (has_oauth2 && !http_token_is_good (&session->token))
        {
          is_renewed = true;
          if (!get_token (session, error))
            return false;
        }
      g_autoptr (GPtrArray) headers = headers_of (session, call);
      exchanged_clear (ret);
      const Exchange exchange = exchange_of (session, url, (const char *const *) headers->pdata, call->body);
      http_exchange (session->transfer, &exchange, ret);
      long status = ret->reply.status;
      if (ret->result.code == 0 && status == 401 && has_oauth2 && !is_renewed)
        {
          g_clear_pointer (&session->token.access, g_free);
          continue;
        }
      if (ret->result.code != 0 || status < 301 || status > 308 || (status > 303 && status < 307))
        break;
      if (redirects++ == REDIRECTS)
        return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "%s: it is redirected again and again", call->what);
      Url *to = follow (call, url, ret, error);
      if (to == NULL)
        return false;
      g_uri_unref (url);
      url = to;
    }
  *ret_url = g_steal_pointer (&url);
  return true;
}

bool
http_session_fetch (HttpSession *session, const HttpCall *call, long lets_through, HttpReply *ret_reply, GError **error)
{
  for (int try = 0;; try++)
    {
      g_auto (Exchanged) exchanged = { 0 };
      g_autoptr (GUri) url = NULL;
      g_autoptr (GError) local = NULL;
      bool is_there = ask (session, call, &exchanged, &url, &local);
      long status = exchanged.reply.status;
      if (is_there && exchanged.result.code == 0
          && ((status >= 200 && status < 300) || (lets_through != 0 && status == lets_through)))
        {
          *ret_reply = exchanged.reply;
          exchanged.reply = (HttpReply) { 0 };
          ret_reply->url = g_steal_pointer (&url);
          return true;
        }
      if (!is_there)
        return g_propagate_error (error, g_steal_pointer (&local)), false;
      fail (session, call, &exchanged, &local);
      bool may_pass = g_error_matches (local, CONNECT_ERROR, CONNECT_TRANSIENT)
                      && (status >= 500 || status < 400 || status == 408 || status == 425 || status == 429);
      if (!may_pass || connect_is_stopping () || try + 1 == TRIES || !pause_before (session, try, exchanged.result.retry_after))
        return g_propagate_error (error, g_steal_pointer (&local)), false;
    }
}
