/* Sends one message at a time to one target, by a child: weir-deliver, or the target's command. On the main loop. */
#ifndef WEIR_SRC_NOTIFY_SENDER_H
#define WEIR_SRC_NOTIFY_SENDER_H

#include "src/notify/request.h"

#define DELIVER_PROGRAM "weir-deliver"

typedef enum
{
  SEND_SENT,
  SEND_AGAIN,   /* it may be taken another time */
  SEND_REFUSED, /* never, as it is */
} SendOutcome;

typedef struct
{
  SendOutcome outcome;
  const char *text;    /* what the other side said; borrowed */
  int64_t retry_after; /* seconds that it asks for; 0: nothing */
} SendResult;

typedef struct Sender Sender;

/* Settings, plan and target are borrowed. program: weir-deliver's path; NULL: there is none. done: called once for each message that was begun;
 * may begin the next one. */
Sender *sender_new (const Settings *settings, const AlertPlan *plan, const AlertTarget *target, const char *program,
                    void (*done) (const SendResult *result, void *data), void *data);
void sender_free (Sender *sender); /* kills the child */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sender, sender_free)

/* Begins one; only while it is not busy. An error (a secret that cannot be read, a program that cannot be run) is no answer: "done" is not
 * called. */
bool sender_begin (Sender *sender, const AlertFacts *facts, GError **error);
bool sender_is_busy (const Sender *sender);

/* How long a target is left alone after so many failures in a row, in seconds: 5, doubling to 15 minutes; or what it asks for, an hour at most. */
int64_t sender_pause (int64_t failures, int64_t retry_after);

#endif
