#include "connect/singer/message.h"

#include "base/text.h"

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
  if (scan_kind (value) != KIND_STRING)
    return MESSAGE_BAD;
  size_t length = (size_t) (value.end - value.at) - 2;
  for (size_t i = 0; i < G_N_ELEMENTS (types); i++)
    if (strlen (types[i].word) == length && g_ascii_strncasecmp (types[i].word, value.at + 1, length) == 0)
      return types[i].type;
  return MESSAGE_OTHER;
}

static int64_t
version_of (Slice value)
{
  unsigned kind = scan_kind (value);
  if ((kind & (KIND_INTEGER | KIND_NUMBER)) == 0)
    return -1;
  g_autofree char *text = g_strndup (value.at, (gsize) (value.end - value.at));
  return g_ascii_strtoll (text, NULL, 10);
}

static void
take_member (Slice name, Slice value, Message *message)
{
  const struct
  {
    const char *word;
    Slice *into;
  } members[] = {
    { "stream", &message->stream },
    { "record", &message->record },
    { "schema", &message->schema },
    { "value", &message->value },
    { "encoding", &message->encoding },
    { "manifest", &message->manifest },
    { "key_properties", &message->key_properties },
  };
  if (scan_is (name, "type"))
    message->type = type_of (value);
  else if (scan_is (name, "version"))
    message->version = version_of (value);
  else
    for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
      if (scan_is (name, members[i].word))
        *members[i].into = value;
}

/* Whether it has what its type needs. */
static bool
is_whole (const Message *message)
{
  bool has_stream = message->stream.at != NULL && scan_kind (message->stream) == KIND_STRING;
  switch (message->type)
    {
    case MESSAGE_RECORD:
      return has_stream && message->record.at != NULL && scan_kind (message->record) == KIND_OBJECT;
    case MESSAGE_SCHEMA:
      return has_stream && message->schema.at != NULL && scan_kind (message->schema) == KIND_OBJECT;
    case MESSAGE_STATE:
      return message->value.at != NULL;
    case MESSAGE_ACTIVATE_VERSION:
      return has_stream && message->version >= 0;
    case MESSAGE_BATCH:
      return has_stream && message->manifest.at != NULL && scan_kind (message->manifest) == KIND_ARRAY;
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
  if (*at != '{' || !text_is_utf8 (at, (size_t) (end - at), NULL))
    return message;
  Members members = scan_members ((Slice) { at, end });
  while (scan_next (&members))
    take_member (members.name, members.value, &message);
  if (members.is_bad || members.end != end || !is_whole (&message))
    message.type = MESSAGE_BAD;
  return message;
}
