/* A message as mail: RFC 5322, RFC 2045 to 2047, 2183 and 2231. Pure. */
#ifndef WEIR_BASE_MAIL_H
#define WEIR_BASE_MAIL_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Borrowed. "from" and "to" are addresses that were looked at (mail_is_address); nothing else may add a header, whatever is in it. */
typedef struct
{
  const char *id; /* of the message: the same each time it is sent, so that a mail system may know it again */
  const char *from;
  const char *const *to; /* ends with NULL */
  const char *subject, *text;
  int64_t date;           /* seconds since 1970 */
  const char *attachment; /* its name; NULL: none */
  const char *type;       /* of the attachment: "text/csv; charset=UTF-8" */
} Mail;

/* ann@example.org, of ASCII letters: what is between < and > in SMTP, and in a header. */
bool mail_is_address (const char *text);

/* With lines that end in CRLF: the whole mail, or what stands before the attachment's base64. Owned by the caller. */
char *mail_text (const Mail *mail);

/* Of a mail with an attachment: as many bytes of it as one line of base64 has, but for the last one; appended with its CRLF. Then mail_end stands behind
 * the last line. */
#define MAIL_LINE_BYTES 57
void mail_append_base64 (GString *text, const void *bytes, size_t length);
char *mail_end (const Mail *mail);

#endif
