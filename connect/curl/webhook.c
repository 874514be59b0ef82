/* Deliveries as webhooks (docs/files.md): a notice in JSON, or the rows themselves, signed by the Standard Webhooks specification. */
#include "connect/curl/delivered.h"
#include "connect/curl/http_url.h"
#include "connect/curl/kinds.h"
#include "connect/curl/outcome.h"
#include "connect/curl/shape.h"
#include "connect/curl/transfer.h"

#include "base/error.h"
#include "base/fault.h"
#include "base/host.h"
#include "base/quantity.h"
#include "base/webhook.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_SECONDS 30
#define LIMIT_BYTES ((int64_t) 5 << 20)
#define LIMIT_MOST ((int64_t) 32 << 20) /* it is in memory */
#define TRIES 3
#define WAIT_MOST 20    /* seconds that we wait ourselves, where the other side asks for it */
#define KEPT_BYTES 4096 /* of what it says; less is shown */

typedef struct
{
  const char *url, *secret, *ca_file, *check_url;
  int64_t timeout;
  bool sends_rows, as_json;
  int64_t limit;
  int64_t rows; /* in the body */
} Hook;

/* In clear to this machine alone, or where somebody says that it may be. */
static const char *
read_url (const Json *connection, const char *name, bool is_required, bool may_be_clear)
{
  g_autofree char *place = g_strconcat ("connection.", name, NULL);
  const char *url = connect_text (connection, "connection", name, is_required);
  bool web = url != NULL && (g_ascii_strncasecmp (url, "https://", 8) == 0 || g_ascii_strncasecmp (url, "http://", 7) == 0);
  if (url != NULL && (!web || strpbrk (url, " \t\r\n") != NULL))
    connect_mistake (place, "must be a URL that begins with https:// or http://");
  else if (url != NULL && !may_be_clear && g_ascii_strncasecmp (url, "http://", 7) == 0)
    {
      const char *problem;
      g_autoptr (GUri) parsed = http_url_parse (url, &problem);
      if (parsed == NULL)
        connect_mistake (place, "%s", problem);
      else if (!host_is_here (g_uri_get_host (parsed)))
        connect_mistake (place,
                         "must begin with https://: all that goes there could be read on its way; \"tls\": \"none\" allows it");
    }
  return url;
}

static void
read_to (Hook *hook, const Json *to)
{
  static const char *const known[] = { "send", "limit", SHAPE_MEMBERS, NULL };
  connect_known (to, "to", known);
  const char *send = connect_text (to, "to", "send", false), *format = connect_text (to, "to", "format", false);
  const char *limit = connect_text (to, "to", "limit", false);
  hook->sends_rows = g_strcmp0 (send, "rows") == 0;
  hook->as_json = g_strcmp0 (format, "json") == 0;
  hook->limit = LIMIT_BYTES;
  if (send != NULL && !hook->sends_rows && strcmp (send, "notice") != 0)
    connect_mistake ("to.send", "must be \"notice\" or \"rows\"");
  if (format != NULL && !hook->sends_rows)
    connect_mistake ("to.format", "is for \"send\": \"rows\"");
  if (limit != NULL && (!quantity_read_bytes (limit, &hook->limit) || hook->limit < 1 || hook->limit > LIMIT_MOST))
    connect_mistake ("to.limit", "must be a size up to \"32 MB\"");
  if (!hook->as_json)
    shape_read (to);
}

static Hook
read_hook (const Request *request)
{
  static const char *const known[] = { "type", "program", "url", "secret", "ca_file", "check_url", "timeout", "tls", NULL };
  const Json *connection = request->connection;
  connect_known (connection, "connection", known);
  const char *tls = connect_text (connection, "connection", "tls", false);
  bool may_be_clear = g_strcmp0 (tls, "none") == 0;
  if (tls != NULL && !may_be_clear && strcmp (tls, "require") != 0)
    connect_mistake ("connection.tls", "must be \"require\" or \"none\"");
  Hook hook = { .url = read_url (connection, "url", true, may_be_clear),
                .check_url = read_url (connection, "check_url", false, may_be_clear) };
  hook.secret = connect_text (connection, "connection", "secret", false);
  hook.ca_file = connect_text (connection, "connection", "ca_file", false);
  hook.timeout = connect_number (connection, "connection", "timeout", TIMEOUT_SECONDS);
  if (hook.timeout < 1)
    connect_mistake ("connection.timeout", "must be at least 1, in seconds");
  if (hook.ca_file != NULL && access (hook.ca_file, R_OK) != 0)
    connect_mistake ("connection.ca_file", "names \"%s\", which could not be read: %s", hook.ca_file, g_strerror (errno));
  read_to (&hook, request->to);
  return hook;
}

/* ---- the body ---- */

static Json *
text_or_null (const char *text)
{
  return text != NULL ? weir_json_string (text) : json_null ();
}

static void
copy_member (Json *data, const Json *delivery, const char *name)
{
  Json *value = json_object_get (delivery, name);
  json_object_set_new (data, name, value != NULL ? json_incref (value) : json_null ());
}

/* Owned by the caller. */
static char *
notice_text (const Request *request, const PathFacts *facts)
{
  static const char *const copied[] = { "kind", "mode", "key", "columns", "rows", "bytes", "sha256" };
  Json *data = json_object ();
  json_object_set_new (data, "table", text_or_null (facts->table));
  json_object_set_new (data, "run", text_or_null (facts->run));
  json_object_set_new (data, "job", text_or_null (facts->job));
  for (size_t i = 0; i < G_N_ELEMENTS (copied); i++)
    copy_member (data, request->delivery, copied[i]);
  g_autofree char *time = path_time_text (facts->on * G_USEC_PER_SEC);
  g_autoptr (Json) root = json_pack ("{s:s, s:s, s:o}", "type", "delivery", "timestamp", time, "data", data);
  return weir_json_text (root);
}

static bool
fail_large (const Hook *hook, GError **error)
{
  g_autofree char *most = quantity_show_bytes (hook->limit);
  return connect_fail (error, CONNECT_CONFIGURATION, NULL, "Send a \"notice\", or deliver the rows as a file.",
                       "the rows are more than one request may have (\"limit\", %s): nothing was sent", most);
}

/* A line for each row: an object of texts and nulls. */
static bool
append_json_rows (Hook *hook, const Request *request, GString *body, GError **error)
{
  const Json *columns = json_object_get (request->delivery, "columns");
  bool hides_gone = shape_hides_gone (request->delivery);
  g_autoptr (SpoolReader) reader = spool_reader_open (columns, error);
  while (reader != NULL)
    {
      const char *const *cells = NULL;
      const size_t *lengths = NULL;
      size_t n = 0;
      if (!spool_next (reader, &cells, &lengths, &n, error) || !connect_go_on (error))
        return false;
      if (n == 0)
        return true;
      if (hides_gone && shape_is_gone (cells[--n]))
        continue;
      g_autoptr (Json) row = json_object ();
      for (size_t i = 0; i < n; i++)
        json_object_set_new (row, json_string_value (json_object_get (json_array_get (columns, i), "name")),
                             text_or_null (cells[i]));
      g_autofree char *line = weir_json_text (row);
      g_string_append_printf (body, "%s\n", line);
      hook->rows++;
      if ((int64_t) body->len > hook->limit)
        return fail_large (hook, error);
    }
  return false;
}

static bool
append_csv_rows (Hook *hook, const Request *request, GString *body, GError **error)
{
  g_auto (Shaped) shaped = { .fd = -1 };
  const Shape shape = shape_read (request->to);
  if (!shape_make (&shape, request, NULL, NULL, &shaped, error))
    return false;
  if (shaped.size > hook->limit)
    return fail_large (hook, error);
  hook->rows = shaped.rows;
  g_string_set_size (body, (gsize) shaped.size);
  for (int64_t at = 0; at < shaped.size;)
    {
      ssize_t n = pread (shaped.fd, body->str + at, (size_t) (shaped.size - at), at);
      if (n <= 0)
        return weir_system_error (error, errno, "could not read the rows that are to be delivered");
      at += n;
    }
  return true;
}

/* ---- the request ---- */

static bool
keep_body (const char *bytes, size_t length, void *data)
{
  GString *body = data;
  g_string_append_len (body, bytes, (gssize) MIN (length, KEPT_BYTES - MIN (body->len, KEPT_BYTES)));
  return true;
}

static bool
wait_for (int64_t seconds, GError **error)
{
  int64_t until = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  while (g_get_monotonic_time () < until && !connect_is_stopping ())
    g_usleep (50000);
  return connect_go_on (error);
}

static void G_GNUC_PRINTF (2, 3) add_header (GStrvBuilder *headers, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *header = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_strv_builder_add (headers, header);
}

/* A table's name may have any letters. */
static void
add_fact (GStrvBuilder *headers, const char *name, const char *value)
{
  g_autofree char *encoded = g_uri_escape_string (value != NULL ? value : "", NULL, FALSE);
  add_header (headers, "%s: %s", name, encoded);
}

static GStrv
make_headers (const Hook *hook, const Request *request, const PathFacts *facts, const GString *body)
{
  g_autoptr (GStrvBuilder) headers = g_strv_builder_new ();
  g_autofree char *run = g_uri_escape_string (facts->run != NULL ? facts->run : "", NULL, FALSE);
  g_autofree char *mark = delivered_mark (request), *id = g_strconcat (run, ".", mark, NULL);
  int64_t now = g_get_real_time () / G_USEC_PER_SEC;
  add_header (headers, "Content-Type: %s",
              !hook->sends_rows ? "application/json"
              : hook->as_json   ? "application/x-ndjson"
                                : "text/csv; charset=UTF-8");
  add_header (headers, "Idempotency-Key: \"%s\"", id);
  add_header (headers, "webhook-id: %s", id);
  add_header (headers, "webhook-timestamp: %" PRId64, now);
  if (hook->secret != NULL)
    {
      g_autofree char *signature = webhook_signature (hook->secret, id, now, body->str, body->len);
      add_header (headers, "webhook-signature: %s", signature);
    }
  if (hook->sends_rows)
    {
      add_fact (headers, "weir-table", facts->table);
      add_fact (headers, "weir-run", facts->run);
      add_header (headers, "weir-rows: %" PRId64, hook->rows);
    }
  return g_strv_builder_end (headers);
}

/* Where the other side says how long to wait, and it is not long, we wait. */
static bool
post (const Hook *hook, const Request *request, const GString *body, GError **error)
{
  g_autoptr (Transfer) transfer = transfer_new ();
  const PathFacts facts = delivered_facts (request);
  for (int i = 1;; i++)
    {
      g_autoptr (GString) said = g_string_new (NULL);
      g_autoptr (GError) local = NULL;
      g_auto (GStrv) headers = make_headers (hook, request, &facts, body);
      g_auto (TransferResult) result = { 0 };
      TransferRequest asked = {
        .url = hook->url, .protocols = "http,https", .ca_file = hook->ca_file, .data = said, .take = keep_body
      };
      asked.connect_seconds = asked.still_seconds = hook->timeout;
      asked.is_stopping = connect_is_stopping;
      asked.http.headers = (const char *const *) headers;
      asked.http.body = body->str;
      asked.http.body_length = body->len;
      transfer_run (transfer, &asked, &result);
      fault_point ("webhook-posted");
      webhook_hide_url (said, hook->url);
      if (outcome_of_http (&result, "the webhook was not taken", said->str, &local))
        return true;
      bool waits = g_error_matches (local, CONNECT_ERROR, CONNECT_TRANSIENT) && result.retry_after > 0
                   && result.retry_after <= WAIT_MOST && i < TRIES;
      if (!waits)
        return g_propagate_error (error, g_steal_pointer (&local)), false;
      if (!wait_for (result.retry_after, error))
        return false;
    }
}

static bool
write_hook (const Request *request, Done *done, GError **error)
{
  Hook hook = read_hook (request);
  if (request->delivery == NULL)
    connect_mistake ("delivery", "is missing");
  if (connect_has_mistakes ())
    return true;
  const PathFacts facts = delivered_facts (request);
  g_autoptr (GString) body = g_string_new (NULL);
  if (!hook.sends_rows)
    {
      g_autofree char *notice = notice_text (request, &facts);
      g_string_assign (body, notice);
    }
  else if (!(hook.as_json ? append_json_rows (&hook, request, body, error) : append_csv_rows (&hook, request, body, error)))
    return false;
  if (!post (&hook, request, body, error))
    return false;
  done->rows = hook.sends_rows ? hook.rows : delivered_rows (request);
  return true;
}

/* A webhook is no place to try things: whoever is behind it would get a message. */
static bool
check (const Request *request, GError **error)
{
  const Hook hook = read_hook (request);
  if (connect_has_mistakes ())
    return true;
  if (hook.check_url == NULL)
    return connect_note (
               "nothing was sent: whether the webhook takes a message is seen with the first one (\"check_url\" may say an "
               "address that answers a HEAD)"),
           true;
  g_autoptr (Transfer) transfer = transfer_new ();
  g_auto (TransferResult) result = { 0 };
  TransferRequest asked = { .url = hook.check_url, .protocols = "http,https", .ca_file = hook.ca_file, .only_look = true };
  asked.connect_seconds = asked.still_seconds = hook.timeout;
  asked.is_stopping = connect_is_stopping;
  transfer_run (transfer, &asked, &result);
  if (!outcome_of_http (&result, "\"check_url\" does not answer", NULL, error))
    return false;
  connect_checked ("connect", true, "\"check_url\" answers HTTP %ld; nothing was sent", result.status);
  return true;
}

const Kind kind_webhook = { .type = "webhook", .check = check, .write = write_hook };
