#include "src/deliver/sending.h"

#include "base/text.h"
#include "base/webhook.h"
#include "connect/curl/transfer.h"

#include <string.h>

#define KEPT_BYTES 4096 /* of what an HTTP server says, */
#define SHOWN_BYTES 300 /* and what is shown of it */
#define MALFORMED_URL 3
#define UNKNOWN_PROTOCOL 1 /* as libcurl numbers them */

void
answer_clear (Answer *answer)
{
  g_free (answer->text);
  *answer = (Answer) { 0 };
}

static void G_GNUC_PRINTF (3, 4) set_answer (Answer *answer, AnswerKind kind, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  answer->kind = kind;
  g_strstrip (text);
  answer->text = text_printable (text, strlen (text), 2 * SHOWN_BYTES);
}

static const char *
text_of (const Json *object, const char *name)
{
  return json_string_value (json_object_get (object, name));
}

/* Borrowed texts. Owned by the caller (g_free). */
static const char **
texts_of (const Json *array)
{
  const char **texts = g_new0 (const char *, json_array_size (array) + 1);
  for (size_t i = 0; i < json_array_size (array); i++)
    texts[i] = json_string_value (json_array_get (array, i));
  return texts;
}

/* ---- HTTP ---- */

static bool
keep_body (const char *bytes, size_t length, void *data)
{
  GString *body = data;
  size_t room = KEPT_BYTES - MIN (body->len, KEPT_BYTES);
  g_string_append_len (body, bytes, (gssize) MIN (length, room));
  return true;
}

/* Who we are, and where they are, can be mended without us; a message that they do not want stays so. */
static AnswerKind
judge_status (long status)
{
  if (status >= 200 && status < 300)
    return ANSWER_SENT;
  static const long mended[] = { 401, 403, 404, 407, 408, 425, 429 };
  for (size_t i = 0; i < G_N_ELEMENTS (mended); i++)
    if (status == mended[i])
      return ANSWER_AGAIN;
  return status >= 400 && status < 500 ? ANSWER_REFUSED : ANSWER_AGAIN;
}

static void
judge_http (const TransferResult *result, const GString *body, Answer *answer)
{
  answer->retry_after = result->retry_after;
  if (result->code != 0)
    set_answer (answer, result->code == MALFORMED_URL || result->code == UNKNOWN_PROTOCOL ? ANSWER_REFUSED : ANSWER_AGAIN, "%s",
                result->text);
  else if (result->status >= 300 && result->status < 400)
    set_answer (answer, ANSWER_AGAIN, "HTTP %ld, to another address: that is not followed", result->status);
  else
    set_answer (answer, judge_status (result->status), "HTTP %ld%s%s", result->status, body->len > 0 ? ": " : "", body->str);
}

static void
send_http (Transfer *transfer, const Json *http, int64_t seconds, Answer *answer)
{
  const char *body = text_of (http, "body");
  g_autoptr (GString) kept = g_string_new (NULL);
  g_autofree const char **headers = texts_of (json_object_get (http, "headers"));
  g_auto (TransferResult) result = { 0 };
  const TransferRequest request = {
    .url = text_of (http, "url"),
    .protocols = "http,https",
    .ca_file = text_of (http, "ca_file"),
    .seconds = seconds,
    .take = keep_body,
    .data = kept,
    .http = { .headers = headers, .body = body, .body_length = strlen (body) },
  };
  transfer_run (transfer, &request, &result);
  webhook_hide_url (kept, request.url);
  g_string_truncate (kept, MIN (kept->len, SHOWN_BYTES));
  judge_http (&result, kept, answer);
}

/* ---- SMTP ---- */

typedef struct
{
  const char *text;
  size_t left;
} Message;

static size_t
give_message (char *room, size_t size, void *data)
{
  Message *message = data;
  size_t taken = MIN (size, message->left);
  memcpy (room, message->text, taken);
  message->text += taken;
  message->left -= taken;
  return taken;
}

static void
judge_smtp (const TransferResult *result, Answer *answer)
{
  bool never = result->step != STEP_SESSION && result->status >= 500 && result->status < 600;
  if (result->code == 0 && result->turned_down > 0)
    set_answer (answer, ANSWER_SENT, "%u of %u recipients refused: %s", result->turned_down, result->recipients,
                result->turned_down_by);
  else if (result->code == 0)
    set_answer (answer, ANSWER_SENT, "taken");
  else if (result->no_auth)
    set_answer (answer, ANSWER_AGAIN, "the server does not ask for the password: nothing was sent");
  else if (result->turned_down_by != NULL)
    set_answer (answer, never ? ANSWER_REFUSED : ANSWER_AGAIN, "the recipient was refused: %s", result->turned_down_by);
  else if (result->status > 0)
    set_answer (answer, never ? ANSWER_REFUSED : ANSWER_AGAIN, "%s (reply %ld)", result->text, result->status);
  else
    set_answer (answer, ANSWER_AGAIN, "%s", result->text);
}

static void
send_smtp (Transfer *transfer, const Json *smtp, int64_t seconds, Answer *answer)
{
  const char *mode = text_of (smtp, "tls");
  g_autofree char *url = transfer_smtp_url (g_strcmp0 (mode, "tls") == 0, text_of (smtp, "host"),
                                            json_integer_value (json_object_get (smtp, "port")), text_of (smtp, "name"));
  g_autofree const char **to = texts_of (json_object_get (smtp, "to"));
  Message message = { text_of (smtp, "message"), strlen (text_of (smtp, "message")) };
  g_auto (TransferResult) result = { 0 };
  const TransferRequest request = {
    .url = url,
    .protocols = "smtp,smtps",
    .user = text_of (smtp, "user"),
    .password = text_of (smtp, "password"),
    .ca_file = text_of (smtp, "ca_file"),
    .seconds = seconds,
    .send = give_message,
    .send_size = -1,
    .data = &message,
    .smtp = { .from = text_of (smtp, "from"), .to = to, .in_clear = g_strcmp0 (mode, "none") == 0 },
  };
  transfer_run (transfer, &request, &result);
  judge_smtp (&result, answer);
}

void
sending_run (const Json *request, Answer *ret_answer)
{
  const Json *http = json_object_get (request, "http"), *smtp = json_object_get (request, "smtp");
  int64_t seconds = json_integer_value (json_object_get (request, "seconds"));
  g_autoptr (Transfer) transfer = transfer_new ();
  *ret_answer = (Answer) { 0 };
  if (http != NULL)
    send_http (transfer, http, seconds, ret_answer);
  else if (smtp != NULL)
    send_smtp (transfer, smtp, seconds, ret_answer);
  else
    set_answer (ret_answer, ANSWER_REFUSED, "the request names no way");
}
