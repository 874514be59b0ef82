#include "src/watch/backoff.h"

#define FIRST_PAUSE_US 500000
#define LAST_PAUSE_US 30000000

bool
backoff_fail (Backoff *backoff, int64_t now)
{
  bool first = backoff->pause_us == 0;
  if (!first && now < backoff->next)
    return false;
  if (first)
    backoff->since = now;
  backoff->pause_us = first ? FIRST_PAUSE_US : backoff->pause_us * 2;
  if (backoff->pause_us > LAST_PAUSE_US)
    backoff->pause_us = LAST_PAUSE_US;
  backoff->next = now + backoff->pause_us;
  return first;
}

bool
backoff_end (Backoff *backoff)
{
  bool failing = backoff->pause_us != 0;
  *backoff = (Backoff) { 0 };
  return failing;
}

bool
backoff_is_failing (const Backoff *backoff)
{
  return backoff->pause_us != 0;
}

int64_t
backoff_wait (const Backoff *backoff, int64_t now)
{
  return backoff->next > now ? backoff->next - now : 0;
}
