/* What is kept of a try to deliver: the "detail" of a delivery, {"class", "message", "detail", "hint", "notes", "delivered"}, each where there is one. */
#ifndef WEIR_SRC_PUSH_SAID_H
#define WEIR_SRC_PUSH_SAID_H

#include "src/connectors/connecting.h"

/* Adds what an error says. */
void said_error (Json *detail, const char *class_word, const GError *error);

/* Adds what the connector has said; before: of its receivers in earlier tries, NULL: nothing. */
void said_by_connector (Json *detail, const Json *before, const Connected *connected);

#endif
