/* Deliveries as mail (docs/files.md): one mail for each recipient, whose end is no other's. */
#include "connect/curl/smtp.h"

#include "base/fault.h"
#include "base/mail.h"
#include "base/quantity.h"
#include "base/text.h"
#include "base/uid.h"
#include "connect/curl/delivered.h"
#include "connect/curl/kinds.h"
#include "connect/curl/mailing.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_SUBJECT "{table}"

/* ---- one mail ---- */

typedef struct
{
  const Smtp *smtp;
  const Request *request;
  const Mailing *mailing;
  Transfer *transfer;
  char *body; /* words not filled in */
  PathFacts facts;
} Sending;

static void
replace_word (GString *text, const char *word, const char *value)
{
  g_string_replace (text, word, value != NULL ? value : "", 0);
}

/* Owned by the caller. */
static char *
fill (const Sending *sending, const char *template, const Recipient *recipient)
{
  g_autofree char *dated = path_fill_text (template, &sending->facts, NULL);
  g_autofree char *rows = g_strdup_printf ("%" PRId64, recipient->rows);
  GString *text = g_string_new (dated);
  replace_word (text, "{rows}", rows);
  replace_word (text, "{table}", sending->facts.table);
  replace_word (text, "{run}", sending->facts.run);
  replace_word (text, "{job}", sending->facts.job);
  replace_word (text, "{recipient}", recipient->address);
  return g_string_free (text, FALSE);
}

/* The same for the same delivery, subject and recipient, so that a mail that is sent again is known again. Owned by the caller. */
static char *
message_id (const Sending *sending, const Recipient *recipient, const char *subject)
{
  static const Uid space = { { 0x6e, 0x1f, 0x0b, 0x52, 0x3c, 0x44, 0x4d, 0x0a, 0x9b, 0x6d, 0x77, 0x65, 0x69, 0x72, 0x2d, 0x6d } };
  g_autofree char *mark = delivered_mark (sending->request);
  g_autofree char *name = g_strdup_printf ("%s\n%s\n%s", mark, recipient->address, subject);
  char text[UID_TEXT_SIZE];
  uid_format (uid_from_name (space, name, strlen (name)), text);
  Uid run;
  bool is_uid = sending->facts.run != NULL && uid_parse (sending->facts.run, strlen (sending->facts.run), &run);
  return is_uid ? g_strdup_printf ("%s.%.8s", sending->facts.run, text) : g_strdup (text);
}

/* What libcurl is given: the mail's text, then the attachment's lines, then its end. */
typedef struct
{
  GString *ready; /* not given yet */
  size_t given;
  const Recipient *recipient; /* of the attachment; NULL: none */
  int fd;
  guint piece;
  int64_t at; /* in the piece */
  char *end;  /* NULL: it is in "ready" */
} Message;

/* Up to "most" bytes of the pieces. -1 with errno. */
static ssize_t
read_pieces (Message *message, char *bytes, size_t most)
{
  size_t n = 0;
  while (n < most && message->piece < message->recipient->pieces->len)
    {
      const Piece *piece = &g_array_index (message->recipient->pieces, Piece, message->piece);
      size_t wanted = (size_t) MIN ((int64_t) (most - n), piece->length - message->at);
      ssize_t got = pread (message->fd, bytes + n, wanted, piece->offset + message->at);
      if (got <= 0)
        return -1;
      n += (size_t) got;
      message->at += got;
      if (message->at == piece->length)
        {
          message->piece++;
          message->at = 0;
        }
    }
  return (ssize_t) n;
}

static bool
make_ready (Message *message)
{
  char bytes[MAIL_LINE_BYTES * 256];
  g_string_truncate (message->ready, 0);
  message->given = 0;
  ssize_t n = message->recipient != NULL ? read_pieces (message, bytes, sizeof bytes) : 0;
  if (n > 0)
    mail_append_base64 (message->ready, bytes, (size_t) n);
  if (n == 0 && message->end != NULL)
    {
      g_string_append (message->ready, message->end);
      g_clear_pointer (&message->end, g_free);
    }
  return n >= 0;
}

static size_t
give_message (char *room, size_t size, void *data)
{
  Message *message = data;
  if (message->given == message->ready->len && !make_ready (message))
    return TRANSFER_BROKEN;
  size_t taken = MIN (size, message->ready->len - message->given);
  memcpy (room, message->ready->str + message->given, taken);
  message->given += taken;
  return taken;
}

static void
send_one (const Sending *sending, const Recipient *recipient, TransferResult *ret_result)
{
  const Json *to_json = sending->request->to;
  const char *subject_text = json_string_value (json_object_get (to_json, "subject"));
  const char *attach_text = json_string_value (json_object_get (to_json, "attach"));
  const char *const to[] = { recipient->address, NULL };
  g_autofree char *subject = fill (sending, subject_text != NULL ? subject_text : DEFAULT_SUBJECT, recipient);
  g_autofree char *attach = attach_text != NULL ? fill (sending, attach_text, recipient) : NULL;
  g_autofree char *body = fill (sending, sending->body, recipient), *id = message_id (sending, recipient, subject);
  const Mail mail = { .id = id,
                      .from = sending->smtp->from,
                      .to = to,
                      .subject = subject,
                      .text = body,
                      .date = sending->facts.on,
                      .attachment = attach,
                      .type = "text/csv; charset=UTF-8" };
  g_autofree char *head = mail_text (&mail);
  Message message = { .ready = g_string_new (head),
                      .recipient = attach != NULL ? recipient : NULL,
                      .fd = sending->mailing->shaped.fd };
  message.end = attach != NULL ? mail_end (&mail) : NULL;
  TransferRequest request = smtp_request (sending->smtp);
  request.send = give_message;
  request.send_size = -1;
  request.data = &message;
  request.smtp.from = sending->smtp->from;
  request.smtp.to = to;
  transfer_run (sending->transfer, &request, ret_result);
  g_string_free (message.ready, TRUE);
  g_free (message.end);
}

/* ---- all of them ---- */

typedef struct
{
  int64_t sent, again, refused, rows;
  char *why_again, *why_refused; /* of the first one; owned */
} Tally;

static void
tally_clear (Tally *tally)
{
  g_free (tally->why_again);
  g_free (tally->why_refused);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Tally, tally_clear)

static void
count (Tally *tally, Mailed mailed, const Recipient *recipient, const char *said)
{
  g_autofree char *name = text_printable (recipient->address, strlen (recipient->address), 200);
  static const char *const words[] = { [MAILED_SENT] = "sent", [MAILED_AGAIN] = "again", [MAILED_REFUSED] = "refused" };
  int64_t *counts[] = { [MAILED_SENT] = &tally->sent, [MAILED_AGAIN] = &tally->again, [MAILED_REFUSED] = &tally->refused };
  char **why = mailed == MAILED_AGAIN ? &tally->why_again : mailed == MAILED_REFUSED ? &tally->why_refused : NULL;
  ++*counts[mailed];
  tally->rows += mailed == MAILED_SENT ? recipient->rows : 0;
  if (why != NULL && *why == NULL)
    *why = g_strdup_printf ("%s: %s", name, said);
  connect_delivered (name, words[mailed], recipient->rows, said);
}

static bool
was_told (const Sending *sending, const char *status, const Recipient *recipient)
{
  return connect_has (json_object_get (sending->request->delivery, status), recipient->address);
}

/* Whom an earlier try of the same delivery settled. One that was refused is, as long as it is tried for others; where there are none, somebody has mended something. */
static bool
has_open (const Sending *sending)
{
  const GPtrArray *recipients = sending->mailing->recipients;
  bool open = false;
  for (guint i = 0; i < recipients->len; i++)
    open = open || (!was_told (sending, "sent", recipients->pdata[i]) && !was_told (sending, "refused", recipients->pdata[i]));
  return open;
}

/* True: nothing is to be sent to him. */
static bool
count_settled (const Sending *sending, bool any_open, Tally *tally, const Recipient *recipient)
{
  bool was_refused = any_open && was_told (sending, "refused", recipient);
  tally->refused += was_refused;
  if (was_refused && tally->why_refused == NULL)
    tally->why_refused = g_strdup_printf ("%s: refused before", recipient->address);
  return was_refused || was_told (sending, "sent", recipient);
}

static bool
send_all (const Sending *sending, Tally *tally, GError **error)
{
  bool attaches = json_object_get (sending->request->to, "attach") != NULL;
  int64_t limit = smtp_attach_limit (sending->request->to);
  bool any_open = has_open (sending);
  for (guint i = 0; i < sending->mailing->recipients->len; i++)
    {
      const Recipient *recipient = sending->mailing->recipients->pdata[i];
      g_auto (TransferResult) result = { 0 };
      g_autofree char *size = text_size (recipient->size), *most = quantity_show_bytes (limit);
      g_autofree char *too_large = g_strdup_printf ("the attachment would have %s, more than \"attach_limit\": %s", size, most);
      if (count_settled (sending, any_open, tally, recipient))
        continue;
      if (!connect_go_on (error))
        return false;
      if (!mail_is_address (recipient->address) || (attaches && recipient->size > limit))
        {
          count (tally, MAILED_REFUSED, recipient, mail_is_address (recipient->address) ? too_large : "it is no address");
          continue;
        }
      send_one (sending, recipient, &result);
      fault_point ("mail-sent");
      Mailed mailed = smtp_judge (&result);
      if (mailed == MAILED_NOTHING)
        return smtp_fail (sending->smtp, &result, error);
      g_autofree char *said = mailed == MAILED_SENT ? g_strdup ("taken") : smtp_said (&result);
      count (tally, mailed, recipient, said);
    }
  return true;
}

static bool
judge_all (const Tally *tally, GError **error)
{
  int64_t all = tally->sent + tally->again + tally->refused;
  if (tally->again > 0)
    return connect_fail (error, CONNECT_TRANSIENT, NULL, NULL,
                         "%" PRId64 " of %" PRId64 " mails were not taken now, and are sent again; %s", tally->again, all,
                         tally->why_again);
  if (tally->refused > 0 && tally->sent == 0)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "no mail was taken; %s", tally->why_refused);
  if (tally->refused > 0)
    connect_note ("%" PRId64 " of %" PRId64 " mails were refused; %s", tally->refused, all, tally->why_refused);
  return true;
}

static bool
write_mails (const Request *request, Done *done, GError **error)
{
  g_auto (Smtp) smtp = smtp_read (request);
  g_autofree char *body = smtp_read_body (request->to);
  smtp_look_at_to (request->to);
  if (request->delivery == NULL)
    connect_mistake ("delivery", "is missing");
  if (connect_has_mistakes ())
    return true;
  g_auto (Mailing) mailing = { .shaped = { .fd = -1 } };
  g_auto (Tally) tally = { 0 };
  g_autoptr (Transfer) transfer = transfer_new ();
  if (!mailing_make (request, &mailing, error))
    return false;
  const Sending sending = {
    .smtp = &smtp, .request = request, .mailing = &mailing, .transfer = transfer, .body = body, .facts = delivered_facts (request)
  };
  if (!send_all (&sending, &tally, error))
    return false;
  done->rows = tally.rows;
  return judge_all (&tally, error);
}

/* As far as one comes without a mail: whether a recipient is taken is only seen when there is one. */
static bool
check (const Request *request, GError **error)
{
  g_auto (Smtp) smtp = smtp_read (request);
  g_autofree char *body = request->to != NULL ? smtp_read_body (request->to) : NULL;
  if (request->to != NULL)
    smtp_look_at_to (request->to);
  if (connect_has_mistakes ())
    return true;
  g_autoptr (Transfer) transfer = transfer_new ();
  g_auto (TransferResult) result = { 0 };
  const TransferRequest asked = smtp_request (&smtp);
  transfer_run (transfer, &asked, &result);
  if (result.code != 0)
    return smtp_fail (&smtp, &result, error);
  connect_checked ("connect", true, "%s%s%s; no mail was sent", smtp.host, smtp.in_clear ? ", in clear" : ", with TLS",
                   smtp.user != NULL ? ", logged in" : ", without a login");
  return true;
}

const Kind kind_smtp = { .type = "smtp", .check = check, .write = write_mails };
