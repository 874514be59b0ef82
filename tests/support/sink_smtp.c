#include "sink_talk.h"

#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HANG_SECONDS 60

typedef struct
{
  const SinkTalk *talk;
  int fd;
  SSL *ssl; /* NULL: in clear */
  Json *message;
} Session;

static int
read_byte (const Session *session, char *byte)
{
  return session->ssl != NULL ? SSL_read (session->ssl, byte, 1) : (int) read (session->fd, byte, 1);
}

/* A line without its end. Owned by the caller; NULL: the client went. */
static char *
read_line (const Session *session)
{
  g_autoptr (GString) line = g_string_new (NULL);
  char byte;
  while (read_byte (session, &byte) == 1)
    if (byte == '\n')
      return g_strndup (line->str, line->len > 0 && line->str[line->len - 1] == '\r' ? line->len - 1 : line->len);
    else
      g_string_append_c (line, byte);
  return NULL;
}

static void
say (const Session *session, const char *text)
{
  g_autofree char *line = g_strconcat (text, "\r\n", NULL);
  int length = (int) strlen (line);
  g_assert ((session->ssl != NULL ? SSL_write (session->ssl, line, length) : (int) write (session->fd, line, (size_t) length))
            == length);
}

static void
start_tls (Session *session)
{
  SSL_CTX *context = SSL_CTX_new (TLS_server_method ());
  g_assert (SSL_CTX_use_certificate_chain_file (context, session->talk->certificate) == 1
            && SSL_CTX_use_PrivateKey_file (context, session->talk->certificate, SSL_FILETYPE_PEM) == 1);
  SSL *ssl = SSL_new (context);
  SSL_set_fd (ssl, session->fd);
  if (SSL_accept (ssl) != 1) /* the client does not like the certificate */
    _exit (0);
  session->ssl = ssl;
}

/* Until the dot, which stands alone; that of lines which begin with one is doubled. */
static void
take_data (const Session *session)
{
  say (session, "354 go on");
  g_autoptr (GString) text = g_string_new (NULL);
  for (;;)
    {
      g_autofree char *line = read_line (session);
      if (line == NULL)
        return;
      if (g_str_equal (line, "."))
        break;
      g_string_append_printf (text, "%s\n", line[0] == '.' ? line + 1 : line);
    }
  SinkMode mode = session->talk->orders->mode;
  int reply = mode == SINK_ANSWER ? session->talk->orders->number : mode == SINK_TAKE ? 250 : 0;
  json_object_set_new (session->message, "text", json_string (text->str));
  json_object_set_new (session->message, "tls", json_boolean (session->ssl != NULL));
  json_object_set_new (session->message, "status", json_integer (reply));
  sink_keep (session->talk, session->message);
  if (mode == SINK_HANG)
    sleep (HANG_SECONDS);
  g_autofree char *answer = g_strdup_printf ("%d as the test says", reply);
  say (session, answer);
}

static void
greet (const Session *session)
{
  say (session, "250-sink");
  if (session->talk->certificate != NULL && session->ssl == NULL)
    say (session, "250-STARTTLS");
  if (session->ssl != NULL)
    say (session, "250-AUTH PLAIN");
  say (session, "250 SIZE");
}

/* Whoever is called nobody@... is not here. */
static void
take_recipient (const Session *session, const char *line)
{
  bool known = strstr (line, "nobody@") == NULL;
  json_array_append_new (json_object_get (session->message, known ? "to" : "refused"), json_string (line + strlen ("RCPT TO:")));
  say (session, known ? "250 ok" : "550 no such user here");
}

static bool
take_command (Session *session, const char *line)
{
  if (g_str_has_prefix (line, "EHLO"))
    greet (session);
  else if (g_str_equal (line, "STARTTLS"))
    {
      say (session, "220 begin");
      start_tls (session);
    }
  else if (g_str_equal (line, "AUTH PLAIN"))
    {
      say (session, "334 ");
      g_autofree char *words = read_line (session);
      say (session, g_strcmp0 (words, "AGFubgByaWdodA==") == 0 ? "235 come in" : "535 wrong password"); /* ann, right */
    }
  else if (g_str_has_prefix (line, "MAIL"))
    {
      json_object_set_new (session->message, "from", json_string (line + strlen ("MAIL FROM:")));
      say (session, "250 ok");
    }
  else if (g_str_has_prefix (line, "RCPT"))
    take_recipient (session, line);
  else if (g_str_equal (line, "DATA"))
    take_data (session);
  else
    say (session, g_str_equal (line, "QUIT") ? "221 bye" : "502 what?");
  return !g_str_equal (line, "QUIT");
}

void
sink_answer_smtp (const SinkTalk *talk, int fd)
{
  Session session = { talk, fd, NULL, json_pack ("{s:[], s:[]}", "to", "refused") };
  bool more = true;
  say (&session, "220 sink ESMTP");
  while (more)
    {
      g_autofree char *line = read_line (&session);
      more = line != NULL && take_command (&session, line);
    }
}
