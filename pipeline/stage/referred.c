#include "pipeline/stage/referred.h"

#include "pipeline/stage/copybin.h"

#include <string.h>

#define SLOTS (2 * REFERRED_MOST)

/* A table with open addresses. An id of zeros, which marks a free slot, is none that anybody meets. */
struct Referred
{
  Uid *slots; /* NULL: there were too many */
  int64_t count;
};

Referred *
referred_new (void)
{
  Referred *referred = g_new0 (Referred, 1);
  referred->slots = g_new0 (Uid, SLOTS);
  return referred;
}

static void
give_up (Referred *referred)
{
  g_clear_pointer (&referred->slots, g_free);
  referred->count = -1;
}

void
referred_free (Referred *referred)
{
  if (referred == NULL)
    return;
  give_up (referred);
  g_free (referred);
}

void
referred_add (Referred *referred, Uid id)
{
  uint32_t at;
  if (referred->slots == NULL)
    return;
  memcpy (&at, id.bytes, sizeof at);
  for (at %= SLOTS; !uid_is_zero (referred->slots[at]); at = (at + 1) % SLOTS)
    if (uid_equal (referred->slots[at], id))
      return;
  if (referred->count == REFERRED_MOST || uid_is_zero (id))
    give_up (referred);
  else
    {
      referred->slots[at] = id;
      referred->count++;
    }
}

int64_t
referred_count (const Referred *referred)
{
  return referred->count;
}

static bool
send_ids (const Referred *referred, Db *db, GError **error)
{
  g_auto (CopyWriter) copy = { 0 };
  copy_begin_on (&copy, db);
  for (size_t i = 0; i < SLOTS; i++)
    if (!uid_is_zero (referred->slots[i]))
      {
        uint8_t *at = copy_row (&copy, 1, copy_room (sizeof (Uid)));
        if (!copy_row_end (&copy, copy_uid (at, referred->slots[i]), error))
          return false;
      }
  return copy_end (&copy, error);
}

bool
referred_send (const Referred *referred, Db *db, const char *sql, GError **error)
{
  if (!db_copy_begin (db, sql, error))
    return false;
  if (!send_ids (referred, db, error))
    return db_copy_cancel (db), false;
  return db_copy_end (db, NULL, error);
}
