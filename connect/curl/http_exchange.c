#include "connect/curl/http_exchange.h"

#include <string.h>

#define LINK_BYTES 65536 /* of Link headers: more are not looked at */
#define ERROR_BYTES 4096 /* of the body of an answer that is an error */

typedef struct
{
  const Exchange *exchange;
  Exchanged *exchanged;
} Taking;

void
http_reply_clear (HttpReply *reply)
{
  if (reply->body != NULL)
    g_string_free (reply->body, TRUE);
  g_free (reply->type);
  g_free (reply->link);
  g_clear_pointer (&reply->url, g_uri_unref);
  *reply = (HttpReply) { 0 };
}

void
exchanged_clear (Exchanged *exchanged)
{
  transfer_result_clear (&exchanged->result);
  http_reply_clear (&exchanged->reply);
  g_free (exchanged->location);
  *exchanged = (Exchanged) { 0 };
}

static bool
on_bytes (const char *bytes, size_t length, void *data)
{
  const Taking *taking = data;
  HttpReply *reply = &taking->exchanged->reply;
  bool is_error = reply->status >= 300;
  size_t most = is_error ? ERROR_BYTES : (size_t) taking->exchange->most_bytes;
  if (length > most - reply->body->len)
    {
      taking->exchanged->is_too_large = !is_error;
      if (is_error)
        g_string_append_len (reply->body, bytes, (gssize) (most - reply->body->len));
      return false;
    }
  g_string_append_len (reply->body, bytes, (gssize) length);
  return true;
}

/* The value of the header where the line is one of that name; the caller's. */
static char *
value_of (const char *line, size_t length, const char *name)
{
  size_t n = strlen (name);
  if (length <= n || line[n] != ':' || g_ascii_strncasecmp (line, name, n) != 0)
    return NULL;
  return g_strstrip (g_strndup (line + n + 1, length - n - 1));
}

static void
set_value (const char *line, size_t length, const char *name, char **value)
{
  char *found = value_of (line, length, name);
  if (found == NULL)
    return;
  g_free (*value);
  *value = found;
}

/* "Sun, 29 Nov 2026 08:00:00 GMT" (RFC 9110, 5.6.7), the form that servers must write. 0: it is none. */
static int64_t
read_date (const char *text)
{
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  int day, year, hour, minute, second;
  char month[4];
  if (sscanf (text, "%*3s, %2d %3s %4d %2d:%2d:%2d GMT", &day, month, &year, &hour, &minute, &second)
      != 6) /* NOLINT(cert-err34-c) */
    return 0;
  const char *found = strstr (months, month);
  if (found == NULL)
    return 0;
  g_autoptr (GDateTime) time = g_date_time_new_utc (year, (int) (found - months) / 3 + 1, day, hour, minute, second);
  return time != NULL ? g_date_time_to_unix (time) * 1000000 : 0;
}

static void
on_header (const char *line, size_t length, void *data)
{
  const Taking *taking = data;
  HttpReply *reply = &taking->exchanged->reply;
  if (length > 9 && strncmp (line, "HTTP/", 5) == 0)
    {
      /* Another answer begins: before it there was a 100. */
      const char *blank = memchr (line, ' ', length);
      reply->status = blank != NULL ? strtol (blank, NULL, 10) : 0;
      return;
    }
  set_value (line, length, "content-type", &reply->type);
  set_value (line, length, "location", &taking->exchanged->location);
  g_autofree char *link = value_of (line, length, "link"), *date = value_of (line, length, "date");
  if (link != NULL && (reply->link == NULL || strlen (reply->link) < LINK_BYTES))
    {
      char *both = reply->link != NULL ? g_strconcat (reply->link, ", ", link, NULL) : g_strdup (link);
      g_free (reply->link);
      reply->link = both;
    }
  if (date != NULL)
    reply->date = read_date (date);
}

void
http_exchange (Transfer *transfer, const Exchange *exchange, Exchanged *ret)
{
  g_autofree char *url = http_url_text (exchange->url);
  *ret = (Exchanged) { .reply.body = g_string_new (NULL) };
  Taking taking = { exchange, ret };
  TransferRequest request = {
    .url = url,
    .protocols = "http,https",
    .ca_file = exchange->ca_file,
    .seconds = exchange->seconds,
    .is_stopping = exchange->is_finished ? NULL : connect_is_stopping,
    .take = on_bytes,
    .data = &taking,
    .http = { .headers = exchange->headers,
              .body = exchange->body,
              .body_length = exchange->body != NULL ? strlen (exchange->body) : 0,
              .header = on_header,
              .unpack = true },
  };
  transfer_run (transfer, &request, &ret->result);
  if (ret->result.status != 0)
    ret->reply.status = ret->result.status;
  /* The body of an error was long enough: that is no other error. */
  if (ret->result.code != 0 && !ret->is_too_large && ret->reply.status >= 300 && ret->reply.body->len == ERROR_BYTES)
    ret->result.code = 0;
}
