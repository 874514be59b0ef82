/* How a sink (sink.h) talks with one client; for sink*.c only. */
#ifndef WEIR_TESTS_SUPPORT_SINK_TALK_H
#define WEIR_TESTS_SUPPORT_SINK_TALK_H

#include "sink.h"

/* What the test says, and each process of the sink reads. */
typedef struct
{
  volatile SinkMode mode;
  volatile int number, retry_after;
} SinkOrders;

typedef struct SinkTalk SinkTalk;

struct SinkTalk
{
  SinkOrders *orders;
  char *path;        /* of what it was sent */
  char *certificate; /* NULL: none */
  void (*answer) (const SinkTalk *talk, int fd);
};

/* Keeps a message, before it is answered. */
void sink_keep (const SinkTalk *talk, const Json *message);

/* Until the client goes. */
void sink_answer_http (const SinkTalk *talk, int fd);
void sink_answer_smtp (const SinkTalk *talk, int fd);

#endif
