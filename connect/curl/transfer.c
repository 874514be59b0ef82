#include "connect/curl/transfer_private.h"

#include "base/fault.h"

#include <string.h>
#include <sys/socket.h>

#define STILL_BYTES 1L /* a second: slower than that is no movement */

typedef struct curl_slist Words;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Words, curl_slist_free_all)

Transfer *
transfer_new (void)
{
  Transfer *transfer = g_new0 (Transfer, 1);
  transfer->curl = curl_easy_init ();
  return transfer;
}

void
transfer_free (Transfer *transfer)
{
  if (transfer == NULL)
    return;
  fault_point ("farewell");
  curl_easy_cleanup (transfer->curl);
  g_free (transfer);
}

void
transfer_result_clear (TransferResult *result)
{
  g_free (result->text);
  g_free (result->home);
  g_free (result->shown_key);
  g_free (result->turned_down_by);
  g_free (result->reply);
  *result = (TransferResult) { 0 };
}

static Words *
list_words (const char *const *texts)
{
  Words *words = NULL;
  for (size_t i = 0; texts != NULL && texts[i] != NULL; i++)
    words = curl_slist_append (words, texts[i]);
  return words;
}

/* ---- what we tell libcurl ---- */

static void
set_common (Transfer *transfer, const TransferRequest *request)
{
  CURL *curl = transfer->curl;
  curl_easy_setopt (curl, CURLOPT_URL, request->url);
  curl_easy_setopt (curl, CURLOPT_PROTOCOLS_STR, request->protocols);
  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (curl, CURLOPT_ERRORBUFFER, transfer->problem);
  curl_easy_setopt (curl, CURLOPT_CONNECTTIMEOUT, (long) transfer_connect_seconds (request));
  long still = (long) transfer_still_seconds (request);
  curl_easy_setopt (curl, CURLOPT_LOW_SPEED_LIMIT, STILL_BYTES);
  curl_easy_setopt (curl, CURLOPT_LOW_SPEED_TIME, still);
  curl_easy_setopt (curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, still);
  curl_easy_setopt (curl, CURLOPT_TIMEOUT, (long) request->seconds);
  curl_easy_setopt (curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt (curl, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt (curl, CURLOPT_FOLLOWLOCATION, 0L);
  if (request->ca_file != NULL)
    curl_easy_setopt (curl, CURLOPT_CAINFO, request->ca_file);
  if (request->user != NULL)
    curl_easy_setopt (curl, CURLOPT_USERNAME, request->user);
  if (request->password != NULL)
    curl_easy_setopt (curl, CURLOPT_PASSWORD, request->password);
  if (request->only_look)
    curl_easy_setopt (curl, CURLOPT_NOBODY, 1L);
  curl_easy_setopt (curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt (curl, CURLOPT_XFERINFOFUNCTION, transfer_on_progress);
  curl_easy_setopt (curl, CURLOPT_XFERINFODATA, transfer);
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, transfer_on_take);
  curl_easy_setopt (curl, CURLOPT_WRITEDATA, transfer);
  if (request->send == NULL)
    return;
  curl_easy_setopt (curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt (curl, CURLOPT_READFUNCTION, transfer_on_send);
  curl_easy_setopt (curl, CURLOPT_READDATA, transfer);
  curl_easy_setopt (curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t) request->send_size);
}

static void
set_http (Transfer *transfer, const TransferRequest *request, const Words *headers)
{
  CURL *curl = transfer->curl;
  curl_easy_setopt (curl, CURLOPT_DEFAULT_PROTOCOL, "https");
  curl_easy_setopt (curl, CURLOPT_USERAGENT, "weir/" WEIR_VERSION);
  curl_easy_setopt (curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt (curl, CURLOPT_HEADERFUNCTION, transfer_on_header);
  curl_easy_setopt (curl, CURLOPT_HEADERDATA, transfer);
  if (request->http.body != NULL)
    {
      curl_easy_setopt (curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) request->http.body_length);
      curl_easy_setopt (curl, CURLOPT_POSTFIELDS, request->http.body);
    }
  if (request->http.method != NULL)
    curl_easy_setopt (curl, CURLOPT_CUSTOMREQUEST, request->http.method);
}

static void
set_smtp (Transfer *transfer, const TransferRequest *request, const Words *to, const char *from)
{
  CURL *curl = transfer->curl;
  curl_easy_setopt (curl, CURLOPT_USE_SSL, request->smtp.in_clear ? (long) CURLUSESSL_NONE : (long) CURLUSESSL_ALL);
  curl_easy_setopt (curl, CURLOPT_VERBOSE, 1L);
  curl_easy_setopt (curl, CURLOPT_DEBUGFUNCTION, transfer_on_talk);
  curl_easy_setopt (curl, CURLOPT_DEBUGDATA, transfer);
  if (from == NULL)
    {
      curl_easy_setopt (curl, CURLOPT_CUSTOMREQUEST, "NOOP");
      curl_easy_setopt (curl, CURLOPT_NOBODY, 1L);
      return;
    }
  curl_easy_setopt (curl, CURLOPT_MAIL_FROM, from);
  curl_easy_setopt (curl, CURLOPT_MAIL_RCPT, to);
  curl_easy_setopt (curl, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
}

static void
set_sftp (Transfer *transfer, const TransferRequest *request, const Words *before, const Words *after)
{
  CURL *curl = transfer->curl;
  curl_easy_setopt (curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt (curl, CURLOPT_FILETIME, (long) request->sftp.tells_time);
  curl_easy_setopt (curl, CURLOPT_DIRLISTONLY, (long) request->sftp.is_list);
  curl_easy_setopt (curl, CURLOPT_QUOTE, before);
  curl_easy_setopt (curl, CURLOPT_POSTQUOTE, after);
  if (request->sftp.offset > 0)
    curl_easy_setopt (curl, CURLOPT_RESUME_FROM_LARGE, (curl_off_t) request->sftp.offset);
  if (request->sftp.first_byte)
    curl_easy_setopt (curl, CURLOPT_RANGE, "0-0");
  bool has_key = request->sftp.key_file != NULL;
  curl_easy_setopt (curl, CURLOPT_SSH_AUTH_TYPES,
                    has_key ? (long) CURLSSH_AUTH_PUBLICKEY : (long) (CURLSSH_AUTH_PASSWORD | CURLSSH_AUTH_KEYBOARD));
  if (has_key)
    curl_easy_setopt (curl, CURLOPT_SSH_PRIVATE_KEYFILE, request->sftp.key_file);
  if (request->sftp.passphrase != NULL)
    curl_easy_setopt (curl, CURLOPT_KEYPASSWD, request->sftp.passphrase);
  curl_easy_setopt (curl, CURLOPT_SSH_KNOWNHOSTS, request->sftp.known_hosts);
  /* One of the two always: without any libcurl takes each host key that it is shown. */
  if (request->sftp.host_keys != NULL || request->sftp.known_hosts == NULL)
    {
      curl_easy_setopt (curl, CURLOPT_SSH_HOSTKEYFUNCTION, transfer_on_host_key);
      curl_easy_setopt (curl, CURLOPT_SSH_HOSTKEYDATA, transfer);
      return;
    }
  curl_easy_setopt (curl, CURLOPT_SSH_KEYFUNCTION, transfer_on_known_key);
  curl_easy_setopt (curl, CURLOPT_SSH_KEYDATA, transfer);
}

/* After these the server and we still agree about what was said. */
static bool
may_go_on (CURLcode code)
{
  return code == CURLE_OK || code == CURLE_REMOTE_FILE_NOT_FOUND || code == CURLE_QUOTE_ERROR || code == CURLE_REMOTE_ACCESS_DENIED;
}

/* A connection that was given up in the middle is kept by libcurl all the same: the next request would take the answer to this one for its own. Nor may its farewell wait
 * for a server that says nothing. */
static void
give_up_connection (Transfer *transfer)
{
  curl_socket_t fd = CURL_SOCKET_BAD;
  if (curl_easy_getinfo (transfer->curl, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK && fd != CURL_SOCKET_BAD)
    shutdown (fd, SHUT_RDWR);
  curl_easy_cleanup (transfer->curl);
  transfer->curl = curl_easy_init ();
}

static void
tell_quiet (const Transfer *transfer, TransferResult *result)
{
  g_free (result->text);
  result->code = CURLE_OPERATION_TIMEDOUT;
  result->text = g_strdup_printf ("nothing was heard for %" G_GINT64_FORMAT " seconds", transfer_still_seconds (transfer->request));
}

static void
perform (Transfer *transfer, TransferResult *result)
{
  CURL *curl = transfer->curl;
  curl_off_t retry_after = 0, size = -1, mtime = -1;
  char *home = NULL;
  CURLcode code = curl_easy_perform (curl);
  curl_easy_getinfo (curl, CURLINFO_RESPONSE_CODE, &result->status);
  curl_easy_getinfo (curl, CURLINFO_RETRY_AFTER, &retry_after);
  curl_easy_getinfo (curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
  curl_easy_getinfo (curl, CURLINFO_FILETIME_T, &mtime);
  result->code = (int) code;
  result->retry_after = retry_after;
  result->size = size;
  result->mtime = mtime;
  if (transfer->request->sftp.tells_home && code == CURLE_OK)
    curl_easy_getinfo (curl, CURLINFO_FTP_ENTRY_PATH, &home);
  result->home = g_strdup (home);
  const char *problem = transfer->problem[0] != '\0' ? transfer->problem : curl_easy_strerror (code);
  result->text = g_strdup (code == CURLE_OK ? "" : problem);
  if (transfer->was_quiet)
    tell_quiet (transfer, result);
  transfer->request = NULL;
  transfer->result = NULL;
  if (!may_go_on (code))
    give_up_connection (transfer);
}

void
transfer_run (Transfer *transfer, const TransferRequest *request, TransferResult *ret_result)
{
  static const char *const no_keys[] = { NULL };
  TransferRequest held = *request;
  held.sftp.host_keys = held.sftp.host_keys != NULL || held.sftp.known_hosts != NULL ? held.sftp.host_keys : no_keys;
  *ret_result = (TransferResult) { .size = -1, .mtime = -1 };
  transfer->request = &held;
  transfer->result = ret_result;
  transfer->to_recipient = transfer->reply_goes_on = false;
  transfer->problem[0] = '\0';
  transfer->quiet_from = g_get_monotonic_time () + transfer_connect_seconds (&held) * G_USEC_PER_SEC;
  transfer->moved = 0;
  transfer->was_quiet = false;
  if (transfer->curl == NULL)
    {
      ret_result->code = CURLE_FAILED_INIT;
      ret_result->text = g_strdup ("libcurl cannot begin");
      return;
    }
  g_autoptr (Words) headers = list_words (request->http.headers);
  g_autoptr (Words) to = list_words (request->smtp.to);
  g_autoptr (Words) before = list_words (request->sftp.before);
  g_autoptr (Words) after = list_words (request->sftp.after);
  g_autofree char *from = request->smtp.from != NULL ? g_strdup_printf ("<%s>", request->smtp.from) : NULL;
  curl_easy_reset (transfer->curl);
  set_common (transfer, &held);
  if (strstr (request->protocols, "http") != NULL)
    {
      headers = curl_slist_append (headers, "Expect:");
      set_http (transfer, &held, headers);
    }
  else if (strstr (request->protocols, "smtp") != NULL)
    set_smtp (transfer, &held, to, from);
  else
    set_sftp (transfer, &held, before, after);
  perform (transfer, ret_result);
}

/* ---- names ---- */

char *
transfer_sftp_url (const char *host, int64_t port, const char *path)
{
  const char *open = strchr (host, ':') != NULL ? "[" : "", *close = open[0] != '\0' ? "]" : "";
  g_autofree char *encoded = g_uri_escape_string (path, "/", FALSE);
  return g_strdup_printf ("sftp://%s%s%s:%" G_GINT64_FORMAT "%s%s", open, host, close, port, path[0] == '/' ? "" : "/~/", encoded);
}

char *
transfer_quote (const char *path)
{
  GString *quoted = g_string_new ("\"");
  for (const char *at = path; *at != '\0'; at++)
    {
      if (*at == '"' || *at == '\\')
        g_string_append_c (quoted, '\\');
      g_string_append_c (quoted, *at);
    }
  g_string_append_c (quoted, '"');
  return g_string_free (quoted, FALSE);
}

char *
transfer_smtp_url (bool is_tls, const char *host, int64_t port, const char *name)
{
  const char *open = strchr (host, ':') != NULL ? "[" : "", *close = open[0] != '\0' ? "]" : "";
  g_autofree char *encoded = g_uri_escape_string (name, NULL, FALSE);
  return g_strdup_printf ("%s://%s%s%s:%" G_GINT64_FORMAT "/%s", is_tls ? "smtps" : "smtp", open, host, close, port, encoded);
}
