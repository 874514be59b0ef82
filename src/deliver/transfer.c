#include "src/deliver/transfer.h"

#include "base/text.h"

#include <curl/curl.h>
#include <string.h>

#define CONNECT_SECONDS 10L
#define KEPT_BYTES 300 /* of what an HTTP server says */

/* What is seen while it runs. */
typedef struct
{
  CURL *curl;
  GString *body;       /* of HTTP: the beginning of the answer */
  const char *message; /* of SMTP: what is still to be sent */
  size_t left;
  bool to_recipient, to_message; /* of SMTP: the last command was RCPT; or MAIL, RCPT or DATA: the message is spoken of, not we */
  unsigned recipients, turned_down;
  char *turned_down_by; /* the first reply of those */
  char problem[CURL_ERROR_SIZE];
} Transfer;

typedef struct curl_slist Words;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Words, curl_slist_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CURL, curl_easy_cleanup)

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
  answer->text = text_printable (text, strlen (text), 2 * KEPT_BYTES);
}

static const char *
text_of (const Json *object, const char *name)
{
  return json_string_value (json_object_get (object, name));
}

/* What both have: no signals, a time, and a certificate that is looked at, always. */
static void
set_up (Transfer *transfer, const Json *request, const Json *part)
{
  CURL *curl = transfer->curl;
  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (curl, CURLOPT_ERRORBUFFER, transfer->problem);
  curl_easy_setopt (curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
  curl_easy_setopt (curl, CURLOPT_TIMEOUT, (long) json_integer_value (json_object_get (request, "seconds")));
  curl_easy_setopt (curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt (curl, CURLOPT_SSL_VERIFYHOST, 2L);
  if (text_of (part, "ca_file") != NULL)
    curl_easy_setopt (curl, CURLOPT_CAINFO, text_of (part, "ca_file"));
}

static Words *
list_words (const Json *array)
{
  Words *words = NULL;
  for (size_t i = 0; i < json_array_size (array); i++)
    words = curl_slist_append (words, json_string_value (json_array_get (array, i)));
  return words;
}

static const char *
describe (const Transfer *transfer, CURLcode code)
{
  return transfer->problem[0] != '\0' ? transfer->problem : curl_easy_strerror (code);
}

/* ---- HTTP ---- */

static size_t
on_body (char *bytes, size_t size, size_t count, void *data)
{
  Transfer *transfer = data;
  size_t room = KEPT_BYTES - MIN (transfer->body->len, KEPT_BYTES);
  g_string_append_len (transfer->body, bytes, (gssize) MIN (size * count, room));
  return size * count;
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
judge_http (const Transfer *transfer, CURLcode code, Answer *answer)
{
  long status = 0;
  curl_off_t retry_after = 0;
  curl_easy_getinfo (transfer->curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo (transfer->curl, CURLINFO_RETRY_AFTER, &retry_after);
  answer->retry_after = retry_after;
  if (code != CURLE_OK)
    set_answer (answer, code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL ? ANSWER_REFUSED : ANSWER_AGAIN, "%s",
                describe (transfer, code));
  else if (status >= 300 && status < 400)
    set_answer (answer, ANSWER_AGAIN, "HTTP %ld, to another address: that is not followed", status);
  else
    set_answer (answer, judge_status (status), "HTTP %ld%s%s", status, transfer->body->len > 0 ? ": " : "", transfer->body->str);
}

static void
run_http (Transfer *transfer, const Json *http, Answer *answer)
{
  CURL *curl = transfer->curl;
  const char *body = text_of (http, "body");
  g_autoptr (GString) kept = g_string_new (NULL);
  g_autoptr (Words) headers = list_words (json_object_get (http, "headers"));
  headers = curl_slist_append (headers, "Expect:");
  transfer->body = kept;
  curl_easy_setopt (curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt (curl, CURLOPT_DEFAULT_PROTOCOL, "https");
  curl_easy_setopt (curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt (curl, CURLOPT_URL, text_of (http, "url"));
  curl_easy_setopt (curl, CURLOPT_USERAGENT, "weir/" WEIR_VERSION);
  curl_easy_setopt (curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt (curl, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt (curl, CURLOPT_POSTFIELDSIZE, (long) strlen (body));
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt (curl, CURLOPT_WRITEDATA, transfer);
  judge_http (transfer, curl_easy_perform (curl), answer);
}

/* ---- SMTP ---- */

static size_t
on_read (char *bytes, size_t size, size_t count, void *data)
{
  Transfer *transfer = data;
  size_t taken = MIN (size * count, transfer->left);
  memcpy (bytes, transfer->message, taken);
  transfer->message += taken;
  transfer->left -= taken;
  return taken;
}

/* libcurl does not say which recipients were turned down, but lets us see both sides. */
static int
on_talk (CURL *curl, curl_infotype type, char *bytes, size_t length, void *data)
{
  (void) curl;
  Transfer *transfer = data;
  if (type == CURLINFO_HEADER_OUT && length >= 4)
    {
      transfer->to_recipient = strncmp (bytes, "RCPT", 4) == 0;
      transfer->to_message = transfer->to_recipient || strncmp (bytes, "MAIL", 4) == 0 || strncmp (bytes, "DATA", 4) == 0;
      transfer->recipients += transfer->to_recipient;
    }
  if (type != CURLINFO_HEADER_IN || !transfer->to_recipient || length < 4 || bytes[3] != ' ' || bytes[0] < '4')
    return 0;
  transfer->turned_down++;
  if (transfer->turned_down_by == NULL)
    transfer->turned_down_by = g_strndup (bytes, length);
  return 0;
}

static void
judge_smtp (const Transfer *transfer, CURLcode code, Answer *answer)
{
  long reply = 0;
  curl_easy_getinfo (transfer->curl, CURLINFO_RESPONSE_CODE, &reply);
  bool never = transfer->to_message && reply >= 500 && reply < 600;
  if (code == CURLE_OK && transfer->turned_down > 0)
    set_answer (answer, ANSWER_SENT, "%u of %u recipients refused: %s", transfer->turned_down, transfer->recipients,
                transfer->turned_down_by);
  else if (code == CURLE_OK)
    set_answer (answer, ANSWER_SENT, "taken");
  else if (transfer->turned_down_by != NULL)
    set_answer (answer, never ? ANSWER_REFUSED : ANSWER_AGAIN, "the recipient was refused: %s", transfer->turned_down_by);
  else if (reply > 0)
    set_answer (answer, never ? ANSWER_REFUSED : ANSWER_AGAIN, "%s (reply %ld)", describe (transfer, code), reply);
  else
    set_answer (answer, ANSWER_AGAIN, "%s", describe (transfer, code));
}

/* "smtp://host:port/NAME": NAME is what we are called in EHLO. Owned by the caller. */
static char *
smtp_url (const Json *smtp)
{
  const char *host = text_of (smtp, "host");
  bool tls = g_strcmp0 (text_of (smtp, "tls"), "tls") == 0;
  int port = (int) json_integer_value (json_object_get (smtp, "port"));
  const char *open = strchr (host, ':') != NULL ? "[" : "", *close = open[0] != '\0' ? "]" : "";
  g_autofree char *name = g_uri_escape_string (text_of (smtp, "name"), NULL, FALSE);
  return g_strdup_printf ("%s://%s%s%s:%d/%s", tls ? "smtps" : "smtp", open, host, close, port, name);
}

static void
run_smtp (Transfer *transfer, const Json *smtp, Answer *answer)
{
  CURL *curl = transfer->curl;
  g_autofree char *url = smtp_url (smtp);
  g_autofree char *from = g_strdup_printf ("<%s>", text_of (smtp, "from"));
  g_autoptr (Words) to = list_words (json_object_get (smtp, "to"));
  bool clear = g_strcmp0 (text_of (smtp, "tls"), "none") == 0;
  transfer->message = text_of (smtp, "message");
  transfer->left = strlen (transfer->message);
  curl_easy_setopt (curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt (curl, CURLOPT_URL, url);
  curl_easy_setopt (curl, CURLOPT_USE_SSL, clear ? (long) CURLUSESSL_NONE : (long) CURLUSESSL_ALL);
  if (text_of (smtp, "user") != NULL)
    {
      curl_easy_setopt (curl, CURLOPT_USERNAME, text_of (smtp, "user"));
      curl_easy_setopt (curl, CURLOPT_PASSWORD, text_of (smtp, "password"));
    }
  curl_easy_setopt (curl, CURLOPT_MAIL_FROM, from);
  curl_easy_setopt (curl, CURLOPT_MAIL_RCPT, to);
  curl_easy_setopt (curl, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
  curl_easy_setopt (curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt (curl, CURLOPT_READFUNCTION, on_read);
  curl_easy_setopt (curl, CURLOPT_READDATA, transfer);
  curl_easy_setopt (curl, CURLOPT_VERBOSE, 1L);
  curl_easy_setopt (curl, CURLOPT_DEBUGFUNCTION, on_talk);
  curl_easy_setopt (curl, CURLOPT_DEBUGDATA, transfer);
  judge_smtp (transfer, curl_easy_perform (curl), answer);
  g_free (transfer->turned_down_by);
}

void
transfer_run (const Json *request, Answer *ret_answer)
{
  g_autoptr (CURL) curl = curl_easy_init ();
  const Json *http = json_object_get (request, "http"), *smtp = json_object_get (request, "smtp");
  *ret_answer = (Answer) { 0 };
  if (curl == NULL)
    {
      set_answer (ret_answer, ANSWER_AGAIN, "libcurl cannot begin");
      return;
    }
  Transfer transfer = { .curl = curl };
  set_up (&transfer, request, http != NULL ? http : smtp);
  if (http != NULL)
    run_http (&transfer, http, ret_answer);
  else if (smtp != NULL)
    run_smtp (&transfer, smtp, ret_answer);
  else
    set_answer (ret_answer, ANSWER_REFUSED, "the request names no way");
}
