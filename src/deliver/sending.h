/* One message to one place, and what the other side said. */
#ifndef WEIR_SRC_DELIVER_SENDING_H
#define WEIR_SRC_DELIVER_SENDING_H

#include "base/json.h"

typedef enum
{
  ANSWER_SENT,    /* taken */
  ANSWER_AGAIN,   /* it may be another time: the way is broken, or they do not let us in */
  ANSWER_REFUSED, /* not this message, whenever */
} AnswerKind;

typedef struct
{
  AnswerKind kind;
  char *text;          /* one line for people: "HTTP 500: out of order"; never the URL, nor a password */
  int64_t retry_after; /* seconds that they ask for; 0: nothing said */
} Answer;

void answer_clear (Answer *answer);

/* The request is src/notify/request.h's. Whatever goes wrong is an answer. */
void sending_run (const Json *request, Answer *ret_answer);

#endif
