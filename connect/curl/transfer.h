/* libcurl: one request after another to one server, and what the other side said. The only place of libcurl, for weir-connect-curl and weir-deliver.
 *
 *   Transfer *transfer = transfer_new ();
 *   transfer_run (transfer, &(TransferRequest) { .url = ..., .protocols = "sftp", ... }, &result);      as often as you like: a connection is kept
 *   transfer_result_clear (&result);
 *
 * Always: no signals, no redirects, certificates and host keys are looked at, a limit on the time to connect and on the time in which nothing moves. Whatever
 * goes wrong is a result. */
#ifndef WEIR_CONNECT_CURL_TRANSFER_H
#define WEIR_CONNECT_CURL_TRANSFER_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Transfer Transfer;

Transfer *transfer_new (void);
void transfer_free (Transfer *transfer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Transfer, transfer_free)

#define TRANSFER_BROKEN ((size_t) -1) /* of "send": it cannot go on */

/* Borrowed, all of it; what is not there is NULL or 0. */
typedef struct
{
  const char *url;
  const char *protocols; /* "sftp", "smtp,smtps", "http,https" */
  const char *user, *password, *ca_file;
  int64_t connect_seconds, still_seconds; /* to connect; in which nothing moves. 0: the usual ones */
  int64_t seconds;                        /* for all of it; 0: as long as something moves */
  bool (*is_stopping) (void);             /* asked about once a second */
  bool only_look;                         /* no bytes come: of SFTP size and time, and the commands; of HTTP HEAD */

  /* What is sent: bytes that are in memory (http.body), or from a function: how many it has put there, 0: the end. */
  size_t (*send) (char *room, size_t size, void *data);
  int64_t send_size; /* -1: not known */
  /* What comes. False: it cannot be taken. NULL: thrown away. */
  bool (*take) (const char *bytes, size_t length, void *data);
  void *data;

  struct
  {
    const char *method;         /* NULL: GET, or POST where there is a body */
    const char *const *headers; /* "Name: value", ends with NULL */
    const char *body;
    size_t body_length;
    void (*header) (const char *line, size_t length, void *data); /* each line of the answer's head */
  } http;

  struct
  {
    const char *from; /* NULL: no mail, only the session (a check) */
    const char *const *to;
    bool in_clear; /* no STARTTLS; else it is obligatory */
  } smtp;

  struct
  {
    const char *key_file, *passphrase;        /* NULL: the password */
    const char *known_hosts;                  /* a file; or: */
    const char *const *host_keys;             /* "SHA256:..."; with them, known_hosts says only which type of key is asked for */
    const char *const *before, *const *after; /* commands; their paths are for transfer_quote */
    bool is_list;                             /* the URL's path ends with a slash: names come, a line each */
    int64_t offset;                           /* the first so many bytes are not asked for */
    bool first_byte;                          /* and no more than one */
    bool tells_time;                          /* the file's time is wanted, which takes a round trip of its own */
    bool tells_home;
  } sftp;
} TransferRequest;

/* Of SMTP: which command was the last. */
typedef enum
{
  STEP_SESSION, /* greeting, STARTTLS, AUTH: we are spoken of, not the message */
  STEP_SENDER,
  STEP_RECIPIENT,
  STEP_MESSAGE,
} TransferStep;

typedef struct
{
  int code;    /* libcurl's; 0: it went */
  long status; /* HTTP's, or SMTP's last reply; 0: there is none */
  bool is_stopped;
  char *text;          /* what went wrong, in libcurl's words; "" where it went. Owned, as those below */
  int64_t retry_after; /* of HTTP, seconds; 0: nothing said */
  int64_t size, mtime; /* of SFTP; -1: not told */
  char *home;          /* of SFTP, where it was wanted: the user's folder there; NULL: not told */
  char *shown_key;     /* of SFTP: "SHA256:... (ssh-ed25519)"; NULL: it did not come to that */
  TransferStep step;
  char *reply;  /* of SMTP: the server's last reply that is no success, its lines joined; NULL: none */
  bool no_auth; /* of SMTP: there was a password, and the server did not ask for it; nothing was sent */
  unsigned recipients, turned_down;
  char *turned_down_by; /* the first reply of those; NULL: none */
} TransferResult;

void transfer_result_clear (TransferResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TransferResult, transfer_result_clear)

void transfer_run (Transfer *transfer, const TransferRequest *request, TransferResult *ret_result);

/* A path of SFTP in a URL, and in a command. A relative one is relative to the user's folder there. Owned by the caller. */
char *transfer_sftp_url (const char *host, int64_t port, const char *path);
char *transfer_quote (const char *path);

/* "smtp://host:port/NAME": NAME is what we are called in EHLO. Owned by the caller. */
char *transfer_smtp_url (bool is_tls, const char *host, int64_t port, const char *name);

#endif
