#include "models/order.h"

#include <glib.h>
#include <string.h>

/* How far the clocks of two machines may be apart without a word. */
#define SKEW_NS (60 * G_GINT64_CONSTANT (1000000000))

/* Between the key and the name itself; below all that a name is made of. */
#define KEY_END '\x01'

/* A dot is before all else: users.csv, users-2.csv. */
#define KEY_DOT '\x02'

int
order_compare (const Order *left, const Order *right)
{
  if (left->claimed != right->claimed)
    return left->claimed ? -1 : 1;
  if (left->instant_ns != right->instant_ns)
    return left->instant_ns < right->instant_ns ? -1 : 1;
  return strcmp (left->key, right->key);
}

bool
order_is_ahead (int64_t time_ns, int64_t now_ns)
{
  return time_ns > now_ns && time_ns - now_ns > SKEW_NS;
}

int64_t
order_instant (int64_t mtime_ns, int64_t ctime_ns, int64_t now_ns)
{
  int64_t instant = MIN (mtime_ns, ctime_ns);
  return order_is_ahead (instant, now_ns) ? now_ns : instant;
}

int64_t
order_waits_until (int64_t ctime_ns, double seconds, int64_t now_ns)
{
  return order_is_ahead (ctime_ns, now_ns) ? now_ns : ctime_ns + (int64_t) (seconds * 1e9);
}

char *
order_key (const char *name)
{
  GString *key = g_string_new (NULL);
  for (const char *at = name; *at != '\0';)
    {
      size_t length = strspn (at, "0123456789"), zeros = MIN (strspn (at, "0"), length);
      if (length > 0)
        g_string_append_printf (key, "%03zu%.*s", length - zeros, (int) (length - zeros), at + zeros);
      else
        g_string_append_c (key, *at == '.' ? KEY_DOT : *at);
      at += MAX (length, 1);
    }
  g_string_append_c (key, KEY_END);
  g_string_append (key, name);
  return g_string_free (key, FALSE);
}
