#include "connect/curl/http_exchange.h"

#include "connect/curl/http_unpack.h"

#include <string.h>

#define LINK_BYTES 65536 /* of Link headers: more are not looked at */
#define ERROR_BYTES 4096 /* of the body of an answer that is an error */

#define CODE_PARTIAL 18 /* as libcurl numbers it */

typedef struct
{
  const Exchange *exchange;
  Exchanged *exchanged;
  char *encoding;  /* Content-Encoding; NULL: none */
  Unpack *unpack;  /* NULL: it comes as it is, or nothing has come yet */
  bool has_length; /* it says how long it is, or where it ends */
} Taking;

void
http_reply_clear (HttpReply *reply)
{
  if (reply->body != NULL)
    g_string_free (reply->body, TRUE);
  g_free (reply->type);
  g_free (reply->link);
  g_free (reply->packed);
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
keep_bytes (const char *bytes, size_t length, void *data)
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

static bool
is_one_of (const char *encoding, const char *one, const char *other)
{
  return encoding != NULL && (g_ascii_strcasecmp (encoding, one) == 0 || g_ascii_strcasecmp (encoding, other) == 0);
}

static bool
on_bytes (const char *bytes, size_t length, void *data)
{
  Taking *taking = data;
  if (!is_one_of (taking->encoding, "gzip", "x-gzip"))
    return keep_bytes (bytes, length, taking);
  if (taking->unpack == NULL)
    taking->unpack = unpack_new ();
  return unpack_bytes (taking->unpack, bytes, length, keep_bytes, taking);
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
  Taking *taking = data;
  HttpReply *reply = &taking->exchanged->reply;
  if (length > 9 && strncmp (line, "HTTP/", 5) == 0)
    {
      /* Another answer begins: before it there was a 100. */
      const char *blank = memchr (line, ' ', length);
      reply->status = blank != NULL ? strtol (blank, NULL, 10) : 0;
      taking->has_length = line[5] != '1';
      g_clear_pointer (&taking->encoding, g_free);
      return;
    }
  set_value (line, length, "content-type", &reply->type);
  set_value (line, length, "location", &taking->exchanged->location);
  set_value (line, length, "content-encoding", &taking->encoding);
  g_autofree char *said = value_of (line, length, "content-length"), *chunked = value_of (line, length, "transfer-encoding");
  taking->has_length = taking->has_length || said != NULL || chunked != NULL;
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

/* What came packed and ends too early may look as if it were all. */
static void
judge_packed (const Taking *taking, Exchanged *ret)
{
  bool is_cut = ret->result.code == 0 && !unpack_is_whole (taking->unpack);
  if (!is_cut && !unpack_is_broken (taking->unpack))
    return;
  g_free (ret->result.text);
  ret->result.code = CODE_PARTIAL;
  ret->result.text = g_strdup (is_cut ? "the packed answer ends too early" : "the answer is not packed as it says (gzip)");
}

/* Ours, and what it may come packed in, unless they say that. Ends with NULL; the texts are borrowed. */
static GPtrArray *
headers_of (const Exchange *exchange)
{
  static const char accepts[] = "Accept-Encoding: gzip";
  GPtrArray *headers = g_ptr_array_new ();
  bool says = false;
  for (size_t i = 0; exchange->headers != NULL && exchange->headers[i] != NULL; i++)
    {
      says = says || g_ascii_strncasecmp (exchange->headers[i], accepts, strlen ("Accept-Encoding:")) == 0;
      g_ptr_array_add (headers, (char *) exchange->headers[i]);
    }
  if (!says)
    g_ptr_array_add (headers, (char *) accepts);
  g_ptr_array_add (headers, NULL);
  return headers;
}

void
http_exchange (Transfer *transfer, const Exchange *exchange, Exchanged *ret)
{
  g_autofree char *url = http_url_text (exchange->url);
  *ret = (Exchanged) { .reply.body = g_string_new (NULL) };
  Taking taking = { exchange, ret, NULL, NULL, false };
  g_autoptr (GPtrArray) headers = headers_of (exchange);
  TransferRequest request = {
    .url = url,
    .protocols = "http,https",
    .ca_file = exchange->ca_file,
    .seconds = exchange->seconds,
    .is_stopping = exchange->is_finished ? NULL : connect_is_stopping,
    .take = on_bytes,
    .data = &taking,
    .http = { .headers = (const char *const *) headers->pdata,
              .body = exchange->body,
              .body_length = exchange->body != NULL ? strlen (exchange->body) : 0,
              .header = on_header },
  };
  transfer_run (transfer, &request, &ret->result);
  if (ret->result.status != 0)
    ret->reply.status = ret->result.status;
  /* The body of an error was long enough: that is no other error. */
  if (ret->result.code != 0 && !ret->is_too_large && ret->reply.status >= 300 && ret->reply.body->len == ERROR_BYTES)
    ret->result.code = 0;
  else if (taking.unpack != NULL && !ret->is_too_large)
    judge_packed (&taking, ret);
  ret->reply.has_no_end = !taking.has_length && taking.unpack == NULL;
  /* Some servers say it of what is not packed ("utf-8"): whoever cannot read the answer tells it. */
  if (taking.unpack == NULL && !is_one_of (taking.encoding, "", "identity"))
    ret->reply.packed = g_steal_pointer (&taking.encoding);
  unpack_free (taking.unpack);
  g_free (taking.encoding);
}
