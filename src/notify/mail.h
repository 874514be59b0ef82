/* A message as mail: RFC 5322, RFC 2045 and 2047. Pure. */
#ifndef WEIR_SRC_NOTIFY_MAIL_H
#define WEIR_SRC_NOTIFY_MAIL_H

#include <glib.h>
#include <stdint.h>

/* Borrowed. "from" and "to" are addresses that were looked at (settings_notify.c); nothing else may add a header, whatever is in it. */
typedef struct
{
  const char *id; /* of the message: the same each time it is sent, so that a mail system may know it again */
  const char *from;
  const char *const *to; /* ends with NULL */
  const char *subject, *text;
  int64_t date; /* seconds since 1970 */
} Mail;

/* With lines that end in CRLF. Owned by the caller. */
char *mail_text (const Mail *mail);

#endif
