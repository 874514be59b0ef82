/* The order of a table's files: which of two comes first, for whoever hands files out, lists them or loads them. Written once, for
 * history has the order in which files are applied. Pure.
 *
 *   1. What is claimed comes before what is not: its run may be half done, and nothing may pass it.
 *   2. Then the instant when the file was first true (order_instant). It is decided when weir meets the file first and kept in the
 *      ledger: a file that is tried again, or is given back corrected, has the one that it had.
 *   3. Then the name, where runs of digits count by their value: users-9 before users-10.
 *
 * Whoever knows better when a file was true (a model might, one day) gives another instant; the comparison stays. */
#ifndef WEIR_MODELS_ORDER_H
#define WEIR_MODELS_ORDER_H

#include <stdbool.h>
#include <stdint.h>

/* A file's place. */
typedef struct
{
  bool claimed;
  int64_t instant_ns; /* since 1970 */
  const char *key;    /* its name, by order_key; borrowed */
} Order;

/* < 0: left comes first. 0 only where both are the same file: a total order. */
int order_compare (const Order *left, const Order *right);

/* Since when a file is true: its modification time, which cp -p and tar set to what it was elsewhere, but not one that was ahead when
 * it was set. The ctime cannot be set, so a modification time after it was; then the ctime counts, which is when the file came or
 * changed last. Where that is far ahead of our clock too (one that was set back), it counts as now. All since 1970. */
int64_t order_instant (int64_t mtime_ns, int64_t ctime_ns, int64_t now_ns);

/* Whether a time is ahead of the clock by more than clocks of two machines differ. Such a file is told to its sender. */
bool order_is_ahead (int64_t time_ns, int64_t now_ns);

/* Until when a file that came at ctime_ns waits for older ones of its table that cannot be loaded yet, if it waits "seconds": since
 * 1970. It needs no memory, so that whoever looks says the same. One that came by a clock that is no more does not wait. */
int64_t order_waits_until (int64_t ctime_ns, double seconds, int64_t now_ns);

/* The name as a text whose bytes compare (strcmp, collate "C") as names do: a dot is before all else, so that users.csv is before
 * users-2.csv, and each run of digits is written as its length without leading zeros and these digits. Names that differ only in
 * leading zeros go by their bytes. Owned by the caller. */
char *order_key (const char *name);

#endif
