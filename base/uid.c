#include "base/uid.h"

#include <string.h>
#include <uuid/uuid.h>

Uid
uid_random (void)
{
  Uid uid;
  uuid_generate_random (uid.bytes);
  return uid;
}

Uid
uid_random_like (Uid model)
{
  Uid uid = uid_random ();
  memcpy (uid.bytes + 10, model.bytes + 10, 6);
  return uid;
}

Uid
uid_from_name (Uid space, const void *name, size_t length)
{
  Uid uid;
  uuid_generate_sha1 (uid.bytes, space.bytes, name, length);
  return uid;
}

bool
uid_parse (const char *text, size_t length, Uid *ret_uid)
{
  return length == UID_TEXT_SIZE - 1 && uuid_parse_range (text, text + length, ret_uid->bytes) == 0;
}

void
uid_format (Uid uid, char text[UID_TEXT_SIZE])
{
  uuid_unparse_lower (uid.bytes, text);
}

bool
uid_is_zero (Uid uid)
{
  return uuid_is_null (uid.bytes);
}

bool
uid_equal (Uid a, Uid b)
{
  return memcmp (a.bytes, b.bytes, sizeof a.bytes) == 0;
}
