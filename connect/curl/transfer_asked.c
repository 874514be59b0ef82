#include "connect/curl/transfer_private.h"

#include "connect/curl/ssh_key.h"

#include <string.h>

#define CONNECT_SECONDS 10
#define STILL_SECONDS 30
#define REPLY_BYTES 4096 /* of a refusal in many lines */

int64_t
transfer_still_seconds (const TransferRequest *request)
{
  return request->still_seconds > 0 ? request->still_seconds : STILL_SECONDS;
}

int64_t
transfer_connect_seconds (const TransferRequest *request)
{
  return request->connect_seconds > 0 ? request->connect_seconds : CONNECT_SECONDS;
}

static void
move_on (Transfer *transfer)
{
  transfer->quiet_from = g_get_monotonic_time ();
}

/* libcurl looks for silence only while a file's bytes come or go; of SFTP that is not all: there it lists, looks, opens and renames, too. */
static bool
is_quiet (Transfer *transfer, curl_off_t moved)
{
  if (strcmp (transfer->request->protocols, "sftp") != 0)
    return false;
  if (moved != transfer->moved)
    move_on (transfer);
  transfer->moved = moved;
  return g_get_monotonic_time () - transfer->quiet_from > transfer_still_seconds (transfer->request) * G_USEC_PER_SEC;
}

size_t
transfer_on_send (char *room, size_t size, size_t count, void *data)
{
  Transfer *transfer = data;
  move_on (transfer);
  if (transfer->result->no_auth)
    return CURL_READFUNC_ABORT;
  size_t taken = transfer->request->send (room, size * count, transfer->request->data);
  return taken == TRANSFER_BROKEN ? CURL_READFUNC_ABORT : taken;
}

size_t
transfer_on_take (char *bytes, size_t size, size_t count, void *data)
{
  Transfer *transfer = data;
  const TransferRequest *request = transfer->request;
  move_on (transfer);
  return request->take == NULL || request->take (bytes, size * count, request->data) ? size * count : 0;
}

size_t
transfer_on_header (char *bytes, size_t size, size_t count, void *data)
{
  const Transfer *transfer = data;
  const TransferRequest *request = transfer->request;
  if (request->http.header != NULL)
    request->http.header (bytes, size * count, request->data);
  return size * count;
}

int
transfer_on_progress (void *data, curl_off_t down, curl_off_t down_now, curl_off_t up, curl_off_t up_now)
{
  (void) down, (void) up;
  Transfer *transfer = data;
  if (transfer->request == NULL) /* a connection that is being closed */
    return 0;
  transfer->result->is_stopped = transfer->request->is_stopping != NULL && transfer->request->is_stopping ();
  transfer->was_quiet = !transfer->result->is_stopped && is_quiet (transfer, down_now + up_now);
  return transfer->result->is_stopped || transfer->was_quiet;
}

static void
note_command (Transfer *transfer, const char *bytes, size_t length)
{
  static const struct
  {
    const char *word;
    TransferStep step;
  } steps[] = { { "MAIL", STEP_SENDER }, { "RCPT", STEP_RECIPIENT }, { "DATA", STEP_MESSAGE } };
  TransferResult *result = transfer->result;
  transfer->to_recipient = false;
  if (length >= 4 && strncmp (bytes, "QUIT", 4) == 0) /* what went wrong was before */
    return;
  if (length >= 4 && strncmp (bytes, "EHLO", 4) == 0) /* a new connection; one that is kept has logged in */
    transfer->sent_auth = false;
  transfer->sent_auth |= length >= 4 && strncmp (bytes, "AUTH", 4) == 0;
  result->step = STEP_SESSION;
  for (size_t i = 0; i < G_N_ELEMENTS (steps); i++)
    if (length >= 4 && strncmp (bytes, steps[i].word, 4) == 0)
      result->step = steps[i].step;
  transfer->to_recipient = result->step == STEP_RECIPIENT;
  result->recipients += transfer->to_recipient;
  /* A server that has no AUTH on offer (or somebody between us who took it out) would get the mail without one. */
  if (result->step == STEP_SENDER && transfer->request->password != NULL && !transfer->sent_auth)
    result->no_auth = true;
}

/* What is no success, its lines: the reason may stand in the first. Who never ends them is not listened to for ever. */
static void
note_reply (Transfer *transfer, const char *bytes, size_t length)
{
  TransferResult *result = transfer->result;
  bool is_more = transfer->reply_goes_on && result->reply != NULL;
  transfer->reply_goes_on = length >= 4 && bytes[3] == '-';
  if (is_more && strlen (result->reply) > REPLY_BYTES)
    return;
  g_autofree char *line = g_strchomp (g_strndup (bytes, length)), *before = g_steal_pointer (&result->reply);
  result->reply = is_more ? g_strconcat (before, " ", line + MIN (strlen (line), 4), NULL) : g_strdup (line);
}

/* libcurl does not say which recipients were turned down, but lets us see both sides. */
int
transfer_on_talk (CURL *curl, curl_infotype type, char *bytes, size_t length, void *data)
{
  (void) curl;
  Transfer *transfer = data;
  TransferResult *result = transfer->result;
  if (result == NULL) /* a connection that is being closed: QUIT */
    return 0;
  if (type == CURLINFO_HEADER_OUT)
    note_command (transfer, bytes, length);
  if (type == CURLINFO_HEADER_IN && length > 0 && bytes[0] >= '4')
    note_reply (transfer, bytes, length);
  if (type != CURLINFO_HEADER_IN || !transfer->to_recipient || length < 4 || bytes[3] != ' ' || bytes[0] < '4')
    return 0;
  result->turned_down++;
  if (result->turned_down_by == NULL)
    result->turned_down_by = g_strdup (result->reply);
  return 0;
}

/* Of a fingerprint: whether the server's key is one of those that are known. */
int
transfer_on_host_key (void *data, int type, const char *key, size_t length)
{
  (void) type;
  Transfer *transfer = data;
  g_autofree char *fingerprint = ssh_key_fingerprint (key, length);
  g_free (transfer->result->shown_key);
  transfer->result->shown_key = ssh_key_describe (key, length);
  return g_strv_contains (transfer->request->sftp.host_keys, fingerprint) ? CURLKHMATCH_OK : CURLKHMATCH_MISMATCH;
}

/* Of a known_hosts file: libcurl has looked, we only remember what was shown. */
int
transfer_on_known_key (CURL *curl, const struct curl_khkey *known, const struct curl_khkey *found, enum curl_khmatch match,
                       void *data)
{
  (void) curl, (void) known;
  Transfer *transfer = data;
  gsize length = found->len;
  g_autofree guchar *decoded = length == 0 ? g_base64_decode (found->key, &length) : NULL;
  g_free (transfer->result->shown_key);
  transfer->result->shown_key = ssh_key_describe (decoded != NULL ? (const char *) decoded : found->key, length);
  return match == CURLKHMATCH_OK ? CURLKHSTAT_FINE : CURLKHSTAT_REJECT;
}
