/* Messages: one line of a tap, taken apart but not built (connect/slice.h). */
#ifndef WEIR_CONNECT_SINGER_MESSAGE_H
#define WEIR_CONNECT_SINGER_MESSAGE_H

#include "connect/slice.h"

typedef enum
{
  MESSAGE_NONE, /* an empty line */
  MESSAGE_BAD,  /* no message */
  MESSAGE_SCHEMA,
  MESSAGE_RECORD,
  MESSAGE_STATE,
  MESSAGE_ACTIVATE_VERSION,
  MESSAGE_BATCH,
  MESSAGE_OTHER,
} MessageType;

/* Slices borrow from the line; bytes NULL: the member is not there. */
typedef struct
{
  MessageType type;
  Slice stream, record, schema, key_properties, value, encoding, manifest;
  int64_t version; /* -1: none */
} Message;

Message message_read (const char *line, size_t length);

#endif
