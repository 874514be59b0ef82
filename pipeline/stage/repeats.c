#include "pipeline/stage/repeats.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* A split block Bloom filter, as Impala and Parquet have it (Putze, Sanders, Singler: "Cache-, Hash- and Space-Efficient Bloom Filters",
 * 2007): an id belongs to one block, so that it costs one miss of the cache, and sets one bit in each of its words. */
#define WORDS 8
#define LEAST_BYTES 4096

/* Ids that wait for their blocks to come into the cache, which takes as long as a few rows: a look at each at once, in 16 MiB, was a third of
 * all that the worker does for a row. */
#define AHEAD 8

typedef struct
{
  uint32_t words[WORDS];
} Block;

struct Repeats
{
  Block *blocks;
  uint32_t mask;    /* their number is a power of two; less one */
  GArray *suspects; /* of Uid */
  bool too_many;
  Uid ahead[AHEAD];
  unsigned n_ahead; /* ids that came so far */
};

/* Zeros, on large pages where the kernel has them: of these the processor knows each, and need not walk through its tables for most ids. */
static Block *
new_blocks (size_t size)
{
  void *blocks = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (blocks == MAP_FAILED)
    g_error ("%s: failed to allocate %" G_GSIZE_FORMAT " bytes", G_STRLOC, size);
  (void) madvise (blocks, size, MADV_HUGEPAGE);
  return blocks;
}

Repeats *
repeats_new (int64_t bytes)
{
  size_t size = LEAST_BYTES;
  while (size < REPEATS_MOST_BYTES && (int64_t) size < bytes)
    size *= 2;
  Repeats *repeats = g_new (Repeats, 1);
  *repeats = (Repeats) { .blocks = new_blocks (size), .mask = (uint32_t) (size / sizeof (Block) - 1) };
  repeats->suspects = g_array_new (FALSE, FALSE, sizeof (Uid));
  return repeats;
}

void
repeats_free (Repeats *repeats)
{
  if (repeats == NULL)
    return;
  (void) munmap (repeats->blocks, ((size_t) repeats->mask + 1) * sizeof (Block));
  g_array_unref (repeats->suspects);
  g_free (repeats);
}

/* Whether all bits of an id were set before; now they are. */
static bool
meet (Block *block, uint32_t hash)
{
  /* The multipliers of Parquet's specification: each takes another five bits of the hash. */
  static const uint32_t salts[WORDS] = { 0x47b6137bU, 0x44974d91U, 0x8824ad5bU, 0xa2b7289dU,
                                         0x705495c7U, 0x2df1424bU, 0x9efc4947U, 0x5c6bfb31U };
  uint32_t lacking = 0;
  for (int i = 0; i < WORDS; i++)
    {
      uint32_t bit = 1U << ((hash * salts[i]) >> 27);
      lacking |= bit & ~block->words[i];
      block->words[i] |= bit;
    }
  return lacking == 0;
}

static int
compare (const void *a, const void *b)
{
  return memcmp (a, b, sizeof (Uid));
}

/* Leaves each suspect once. */
static void
settle (GArray *suspects)
{
  guint kept = 0;
  Uid *ids = (Uid *) (void *) suspects->data;
  if (suspects->len > 0)
    qsort (ids, suspects->len, sizeof (Uid), compare);
  for (guint i = 0; i < suspects->len; i++)
    if (i == 0 || !uid_equal (ids[i], ids[kept - 1]))
      ids[kept++] = ids[i];
  g_array_set_size (suspects, kept);
}

static void
suspect (Repeats *repeats, Uid id)
{
  g_array_append_val (repeats->suspects, id);
  if (repeats->suspects->len < 2 * REPEATS_MOST)
    return;
  settle (repeats->suspects);
  repeats->too_many = repeats->suspects->len > REPEATS_MOST;
}

/* An id's block, and the bits in it, of its first bytes and its last, where no version of UUIDs has its mark. */
static Block *
block_of (const Repeats *repeats, Uid id)
{
  uint32_t block;
  memcpy (&block, id.bytes, sizeof block);
  return &repeats->blocks[block & repeats->mask];
}

static void
look_at (Repeats *repeats, Uid id)
{
  uint32_t hash;
  memcpy (&hash, id.bytes + sizeof id.bytes - sizeof hash, sizeof hash);
  if (!repeats->too_many && meet (block_of (repeats, id), hash))
    suspect (repeats, id);
}

void
repeats_add (Repeats *repeats, Uid id)
{
  Uid *place = &repeats->ahead[repeats->n_ahead % AHEAD];
  __builtin_prefetch (block_of (repeats, id), 1);
  if (repeats->n_ahead++ >= AHEAD)
    look_at (repeats, *place);
  *place = id;
}

/* Those that still wait. */
static void
catch_up (Repeats *repeats)
{
  unsigned end = repeats->n_ahead, begin = end > AHEAD ? end - AHEAD : 0;
  for (unsigned i = begin; i < end; i++)
    look_at (repeats, repeats->ahead[i % AHEAD]);
  repeats->n_ahead = 0;
}

bool
repeats_suspects (Repeats *repeats, const Uid **ret_ids, size_t *ret_count)
{
  catch_up (repeats);
  settle (repeats->suspects);
  *ret_ids = (const Uid *) (const void *) repeats->suspects->data;
  *ret_count = repeats->suspects->len;
  repeats->too_many |= *ret_count > REPEATS_MOST;
  return !repeats->too_many;
}

/* From PostgreSQL 14 on a list is hashed, and asked by all processes that read the table. Before it is compared one by one, and a join is
 * better. */
#define HASHES_LISTS 140000

char *
repeats_condition (Repeats *repeats, const char *column, int server_version)
{
  const Uid *ids;
  size_t count;
  if (!repeats_suspects (repeats, &ids, &count))
    return g_strdup ("true");
  if (count == 0)
    return NULL;
  bool hashes = server_version >= HASHES_LISTS;
  GString *sql = g_string_sized_new (count * UID_TEXT_SIZE + 64);
  g_string_append_printf (sql, hashes ? "%s = any ('" : "%s in (select unnest('", column);
  for (size_t i = 0; i < count; i++)
    {
      char id[UID_TEXT_SIZE];
      uid_format (ids[i], id);
      g_string_append_printf (sql, "%c%s", i == 0 ? '{' : ',', id);
    }
  g_string_append (sql, hashes ? "}'::uuid[])" : "}'::uuid[]))");
  return g_string_free (sql, FALSE);
}
