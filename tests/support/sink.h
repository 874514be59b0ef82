/* Where alerts go in tests: a web server or a mail server on the loopback, in a process of its own that ends with the test. Each connection has
 * a process too, so that one that hangs keeps no other waiting. */
#ifndef WEIR_TESTS_SUPPORT_SINK_H
#define WEIR_TESTS_SUPPORT_SINK_H

#include "base/json.h"

typedef struct Sink Sink;

/* What it does with a message. */
typedef enum
{
  SINK_TAKE,
  SINK_ANSWER,   /* the HTTP status, or the SMTP reply to DATA, that sink_set says */
  SINK_REDIRECT, /* to itself, with 302 */
  SINK_HANG,     /* reads it, and says nothing */
  SINK_DOWN,     /* nobody listens */
} SinkMode;

/* A web server. folder: where it keeps what it was sent, which must outlive it. */
Sink *sink_http (const char *folder);

/* A mail server. certificate: a PEM file of its certificate and key, for STARTTLS; NULL: it has none on offer. */
Sink *sink_smtp (const char *folder, const char *certificate);
void sink_stop (Sink *sink);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sink, sink_stop)

int sink_port (const Sink *sink);

/* From now on. number: the status or reply of SINK_ANSWER; retry_after: seconds of that header, 0: none. */
void sink_set (Sink *sink, SinkMode mode, int number, int retry_after);

/* What came, in order: {"path", "headers": {lower-case: value}, "body", "status"}, of mail {"from", "to": [...], "text", "tls", "status"}.
 * status: what was answered; 0: nothing. A new reference. */
Json *sink_all (const Sink *sink);

/* Those that were taken. A new reference. */
Json *sink_taken (const Sink *sink);
size_t sink_count (const Sink *sink, bool taken);

#endif
