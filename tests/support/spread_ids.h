/* Ids that are spread as hashes are (splitmix64), each another for each number. */
#ifndef WEIR_TESTS_SUPPORT_SPREAD_IDS_H
#define WEIR_TESTS_SUPPORT_SPREAD_IDS_H

#include "base/uid.h"

#include <string.h>

static inline Uid
id_of (int64_t number)
{
  Uid id;
  for (int half = 0; half < 2; half++)
    {
      uint64_t x = ((uint64_t) number * 2 + (uint64_t) half + 1) * 0x9e3779b97f4a7c15U;
      x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
      x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
      x ^= x >> 31;
      memcpy (id.bytes + (half * 8), &x, sizeof x);
    }
  return id;
}

#endif
