#include "connect/singer/message.h"

#include <string.h>

static const struct
{
  const char *word;
  MessageType type;
} types[] = {
  { "RECORD", MESSAGE_RECORD },
  { "SCHEMA", MESSAGE_SCHEMA },
  { "STATE", MESSAGE_STATE },
  { "BATCH", MESSAGE_BATCH },
  { "ACTIVATE_VERSION", MESSAGE_ACTIVATE_VERSION },
};

/* In upper or lower case, as the specification has it. */
static MessageType
type_of (Slice value)
{
  if (slice_kind (value) != SLICE_STRING)
    return MESSAGE_BAD;
  size_t length = value.length - 2;
  for (size_t i = 0; i < G_N_ELEMENTS (types); i++)
    if (strlen (types[i].word) == length && g_ascii_strncasecmp (types[i].word, value.bytes + 1, length) == 0)
      return types[i].type;
  return MESSAGE_OTHER;
}

static int64_t
version_of (Slice value)
{
  unsigned kind = slice_kind (value);
  if ((kind & SLICE_NUMERIC) == 0)
    return -1;
  g_autofree char *text = g_strndup (value.bytes, value.length);
  return g_ascii_strtoll (text, NULL, 10);
}

#define MEMBER(word, member)                                                                                                       \
  {                                                                                                                                \
    word, sizeof word - 1, offsetof (Message, member)                                                                              \
  }

static void
take_member (Slice name, Slice value, Message *message)
{
  static const struct
  {
    const char *word;
    size_t length, offset;
  } members[] = {
    MEMBER ("stream", stream),
    MEMBER ("record", record),
    MEMBER ("schema", schema),
    MEMBER ("value", value),
    MEMBER ("encoding", encoding),
    MEMBER ("manifest", manifest),
    MEMBER ("key_properties", key_properties),
  };
  if (slice_says (name, "type", 4))
    message->type = type_of (value);
  else if (slice_says (name, "version", 7))
    message->version = version_of (value);
  else
    for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
      if (slice_says (name, members[i].word, members[i].length))
        G_STRUCT_MEMBER (Slice, message, members[i].offset) = value;
}

/* Whether it has what its type needs. */
static bool
is_whole (const Message *message)
{
  bool has_stream = message->stream.bytes != NULL && slice_kind (message->stream) == SLICE_STRING;
  switch (message->type)
    {
    case MESSAGE_RECORD:
      return has_stream && message->record.bytes != NULL && slice_kind (message->record) == SLICE_OBJECT;
    case MESSAGE_SCHEMA:
      return has_stream && message->schema.bytes != NULL && slice_kind (message->schema) == SLICE_OBJECT;
    case MESSAGE_STATE:
      return message->value.bytes != NULL;
    case MESSAGE_ACTIVATE_VERSION:
      return has_stream && message->version >= 0;
    case MESSAGE_BATCH:
      return has_stream && message->manifest.bytes != NULL && slice_kind (message->manifest) == SLICE_ARRAY;
    default:
      return true;
    }
}

Message
message_read (const char *line, size_t length)
{
  Message message = { .type = MESSAGE_BAD, .version = -1 };
  const char *at = line, *end = line + length;
  while (at < end && g_ascii_isspace (*at))
    at++;
  while (end > at && g_ascii_isspace (end[-1]))
    end--;
  if (at == end)
    return (Message) { .type = MESSAGE_NONE };
  Slice object = *at == '{' ? slice_lenient (at, (size_t) (end - at)) : (Slice) { NULL }, name, value;
  if (object.bytes == NULL)
    return message;
  for (SliceWalk walk = slice_walk (object); slice_next (&walk, &name, &value);)
    take_member (name, value, &message);
  if (!is_whole (&message))
    message.type = MESSAGE_BAD;
  return message;
}
