/* What is kept of a try to deliver: the "detail" of a delivery, {"class", "message", "detail", "hint", "notes", "delivered"}, each where there is one. */
#ifndef WEIR_SRC_PUSH_SAID_H
#define WEIR_SRC_PUSH_SAID_H

#include "src/connectors/connecting.h"

/* Adds what an error says. */
void said_error (Json *detail, const char *class_word, const GError *error);

/* Adds what the connector has said; before: of its receivers in earlier tries, NULL: nothing. */
void said_by_connector (Json *detail, const Json *before, const Connected *connected);

/* The names of receivers of whom this was said last: "sent", they have it already; "refused". A new reference. */
Json *said_names (const Json *delivered, const char *status);

/* Of what did not go well: whether we were asked to stop; whether it may help to try again by itself, after so many attempts; and its word, one of
 * connected_words. What was not done in its time is tried again. */
bool said_is_stopped (const Connected *connected);
bool said_may_help (const Connected *connected, int64_t attempts);
const char *said_class (const Connected *connected);

#endif
