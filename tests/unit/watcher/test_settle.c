#include "watcher/settle.h"

#include "base/autoptr.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <sys/stat.h>

#define SECOND INT64_C (1000000)
#define SETTLE_US (2 * SECOND)

/* One step of a file's life: hints that came, then a listing at that time. */
typedef struct
{
  const char *hints; /* m, c and x: moved, closed, changed */
  int64_t at;        /* microseconds; -1: the end */
  ino_t inode;       /* 0: not listed */
  int64_t size, mtime, ctime;
  Lease lease;
  bool ready;
} Step;

typedef struct
{
  const char *name;
  Step steps[8];
} Life;

#define END                                                                                                                        \
  {                                                                                                                                \
    .at = -1                                                                                                                       \
  }

static const Life lives[] = {
  { "present at start: still for the settle time by our own clock",
    { { "", 0, 1, 9, 5, 5, LEASE_FREE, false },
      { "", SETTLE_US - 1, 1, 9, 5, 5, LEASE_FREE, false },
      { "", SETTLE_US, 1, 9, 5, 5, LEASE_FREE, true },
      END } },
  { "moved in: at once", { { "m", 0, 1, 9, 5, 5, LEASE_FREE, true }, END } },
  { "moved in, and no lease to be had: at once", { { "m", 0, 1, 9, 5, 5, LEASE_REFUSED, true }, END } },
  { "moved in while somebody writes: when the writer is gone",
    { { "m", 0, 1, 9, 5, 5, LEASE_BUSY, false }, { "", SECOND, 1, 9, 5, 5, LEASE_FREE, true }, END } },
  { "moved in, then growing: the move says nothing any more",
    { { "m", 0, 1, 9, 5, 5, LEASE_BUSY, false },
      { "", SECOND, 1, 99, 6, 6, LEASE_FREE, false },
      { "", 2 * SECOND, 1, 99, 6, 6, LEASE_FREE, false },
      { "", 3 * SECOND, 1, 99, 6, 6, LEASE_FREE, true },
      END } },
  { "closed: still for 50 ms",
    { { "c", 0, 1, 9, 5, 5, LEASE_FREE, false },
      { "", 49999, 1, 9, 5, 5, LEASE_FREE, false },
      { "", 50000, 1, 9, 5, 5, LEASE_FREE, true },
      END } },
  { "closed with an old mtime, as cp -p and tar do: the file's own times do not count",
    { { "", 0, 1, 4, 1, 9, LEASE_FREE, false },
      { "c", SECOND, 1, 9, 1, 9, LEASE_FREE, false },
      { "", SECOND + 50000, 1, 9, 1, 9, LEASE_FREE, true },
      END } },
  { "closed, then given owner and times, as docker cp does: 50 ms from then",
    { { "c", 0, 1, 9, 5, 5, LEASE_FREE, false },
      { "", 40000, 1, 9, 1, 6, LEASE_FREE, false },
      { "", 80000, 1, 9, 1, 6, LEASE_FREE, false },
      { "", 90000, 1, 9, 1, 6, LEASE_FREE, true },
      END } },
  { "closed, then growing: opened again, the close says nothing any more",
    { { "c", 0, 1, 9, 5, 5, LEASE_FREE, false },
      { "", 40000, 1, 10, 6, 6, LEASE_FREE, false },
      { "", SECOND, 1, 10, 6, 6, LEASE_FREE, false },
      { "c", SECOND + 1, 1, 10, 6, 6, LEASE_FREE, false },
      { "", SECOND + 50001, 1, 10, 6, 6, LEASE_FREE, true },
      END } },
  { "closed again and again: 50 ms from the last close",
    { { "c", 0, 1, 9, 5, 5, LEASE_FREE, false },
      { "c", 40000, 1, 18, 6, 6, LEASE_FREE, false },
      { "c", 80000, 1, 27, 7, 7, LEASE_FREE, false },
      { "", 129999, 1, 27, 7, 7, LEASE_FREE, false },
      { "", 130000, 1, 27, 7, 7, LEASE_FREE, true },
      END } },
  { "created empty and closed: somebody may open it again, so the settle time",
    { { "c", 0, 1, 0, 5, 5, LEASE_FREE, false },
      { "", SECOND, 1, 0, 5, 5, LEASE_FREE, false },
      { "", SETTLE_US, 1, 0, 5, 5, LEASE_FREE, true },
      END } },
  { "growing slowly without events: the settle time after the last growth",
    { { "", 0, 1, 1, 5, 5, LEASE_FREE, false },
      { "", SECOND, 1, 2, 6, 6, LEASE_FREE, false },
      { "", 2 * SECOND, 1, 3, 7, 7, LEASE_FREE, false },
      { "", 4 * SECOND - 1, 1, 3, 7, 7, LEASE_FREE, false },
      { "", 4 * SECOND, 1, 3, 7, 7, LEASE_FREE, true },
      END } },
  { "growing within one tick of the clock: the settle time after the last growth",
    { { "", 0, 1, 1, 5, 5, LEASE_FREE, false },
      { "", SECOND, 1, 2, 5, 5, LEASE_FREE, false },
      { "", SETTLE_US, 1, 2, 5, 5, LEASE_FREE, false },
      { "", SECOND + SETTLE_US, 1, 2, 5, 5, LEASE_FREE, true },
      END } },
  { "still, but open for writing: never",
    { { "", 0, 1, 9, 5, 5, LEASE_BUSY, false },
      { "", 100 * SECOND, 1, 9, 5, 5, LEASE_BUSY, false },
      { "", 101 * SECOND, 1, 9, 5, 5, LEASE_FREE, true },
      END } },
  { "replaced by another file: anew",
    { { "", 0, 1, 9, 5, 5, LEASE_FREE, false },
      { "", SETTLE_US, 2, 9, 5, 5, LEASE_FREE, false },
      { "", 2 * SETTLE_US - 1, 2, 9, 5, 5, LEASE_FREE, false },
      { "", 2 * SETTLE_US, 2, 9, 5, 5, LEASE_FREE, true },
      END } },
  { "closed, removed, created again under the same inode: the old close says nothing",
    { { "c", 0, 1, 9, 5, 5, LEASE_FREE, false },
      { "x", 40000, 1, 4, 6, 6, LEASE_FREE, false },
      { "", SECOND, 1, 4, 6, 6, LEASE_FREE, false },
      END } },
  { "gone and back: anew",
    { { "c", 0, 1, 9, 5, 5, LEASE_FREE, false },
      { "", SECOND, 0, 0, 0, 0, LEASE_FREE, false },
      { "", 2 * SECOND, 1, 9, 5, 5, LEASE_FREE, false },
      { "", 3 * SECOND, 1, 9, 5, 5, LEASE_FREE, false },
      { "", 4 * SECOND, 1, 9, 5, 5, LEASE_FREE, true },
      END } },
  { "a hint about a file that is gone by the listing says nothing of the next one",
    { { "m", 0, 0, 0, 0, 0, LEASE_FREE, false }, { "", SECOND, 1, 9, 5, 5, LEASE_FREE, false }, END } },
  { "ready stays ready", { { "m", 0, 1, 9, 5, 5, LEASE_FREE, true }, { "", SECOND, 1, 9, 5, 5, LEASE_FREE, true }, END } },
};

static Lease
given_lease (const Entry *entry, void *data)
{
  (void) entry;
  return *(const Lease *) data;
}

static Entry *
new_entry (const char *name, EntryKind kind, ino_t inode, int64_t size, int64_t mtime, int64_t ctime)
{
  Entry *entry = g_new0 (Entry, 1);
  entry->name = g_strdup (name);
  entry->kind = kind;
  entry->inode = inode;
  entry->size = size;
  entry->mtime_ns = mtime;
  entry->ctime_ns = ctime;
  return entry;
}

static void
give_hints (Settle *settle, const char *name, const char *hints)
{
  for (; *hints; hints++)
    settle_hint (settle, name, *hints == 'm' ? HINT_MOVED : *hints == 'c' ? HINT_CLOSED : HINT_CHANGED);
}

static void
every_life_has_its_verdicts (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (lives); i++)
    {
      g_autoptr (Settle) settle = settle_new (SETTLE_US);
      for (const Step *step = lives[i].steps; step->at >= 0; step++)
        {
          g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
          if (step->inode)
            g_ptr_array_add (entries, new_entry ("users.csv", ENTRY_FILE, step->inode, step->size, step->mtime, step->ctime));
          give_hints (settle, "users.csv", step->hints);
          int64_t wait_us;
          Lease lease = step->lease;
          g_autoptr (GArray) ready = settle_observe (settle, entries, step->at, given_lease, &lease, &wait_us);
          if ((ready->len == 1) != step->ready)
            fail_msg ("%s: at %ld it is %sready", lives[i].name, (long) step->at, ready->len ? "" : "not ");
          assert_int_equal (wait_us >= 0, step->inode && !step->ready);
        }
    }
}

static void
the_wait_is_until_the_next_verdict (void **state)
{
  (void) state;
  g_autoptr (Settle) settle = settle_new (SETTLE_US);
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  g_ptr_array_add (entries, new_entry ("slow.csv", ENTRY_FILE, 1, 9, 5, 5));
  g_ptr_array_add (entries, new_entry ("closed.csv", ENTRY_FILE, 2, 9, 5, 5));
  settle_hint (settle, "closed.csv", HINT_CLOSED);
  Lease lease = LEASE_FREE;
  int64_t wait_us;
  g_array_unref (settle_observe (settle, entries, 0, given_lease, &lease, &wait_us));
  assert_int_equal (wait_us, SETTLE_CLOSED_US);
  g_array_unref (settle_observe (settle, entries, SETTLE_CLOSED_US, given_lease, &lease, &wait_us));
  assert_int_equal (wait_us, SETTLE_US - SETTLE_CLOSED_US);
}

static void
ready_files_come_oldest_first_then_by_name (void **state)
{
  (void) state;
  static const struct
  {
    const char *name;
    int64_t mtime;
  } files[] = { { "b.csv", 7 }, { "a.csv", 7 }, { "young.csv", 9 }, { "old.csv", 3 } };
  static const int expected[] = { 3, 1, 0, 2 };
  g_autoptr (Settle) settle = settle_new (SETTLE_US);
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_ptr_array_add (entries, new_entry (files[i].name, ENTRY_FILE, i + 1, 9, files[i].mtime, 5));
      settle_hint (settle, files[i].name, HINT_MOVED);
    }
  Lease lease = LEASE_FREE;
  int64_t wait_us;
  g_autoptr (GArray) ready = settle_observe (settle, entries, 0, given_lease, &lease, &wait_us);
  assert_int_equal (ready->len, G_N_ELEMENTS (expected));
  assert_memory_equal (ready->data, expected, sizeof expected);
}

static void
only_files_are_judged (void **state)
{
  (void) state;
  g_autoptr (Settle) settle = settle_new (0);
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  g_ptr_array_add (entries, new_entry ("notes.txt", ENTRY_OTHER, 1, 9, 5, 5));
  g_ptr_array_add (entries, new_entry ("users.csv.part", ENTRY_WAITING, 2, 9, 5, 5));
  Lease lease = LEASE_FREE;
  int64_t wait_us;
  g_autoptr (GArray) ready = settle_observe (settle, entries, 0, given_lease, &lease, &wait_us);
  assert_int_equal (ready->len, 0);
  assert_int_equal (wait_us, -1);
}

/* As for another user's file: that a lease cannot be had says nothing, and the file need not wait for one. */
static void
what_has_no_leases_is_not_busy (void **state)
{
  (void) state;
  g_autofree char *folder = g_dir_make_tmp ("weir-settle-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "pipe.csv", NULL);
  assert_int_equal (mkfifo (path, 0600), 0);
  Lease lease = settle_lease (folder, "pipe.csv");
  unlink (path);
  rmdir (folder);
  assert_int_equal (lease, LEASE_REFUSED);
}

static void
the_kernel_knows_who_writes (void **state)
{
  (void) state;
  g_autofree char *folder = g_dir_make_tmp ("weir-settle-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "users.csv", NULL);
  assert_true (g_file_set_contents (path, "a\n1\n", -1, NULL));
  Lease before = settle_lease (folder, "users.csv");
  int fd = open (path, O_WRONLY | O_APPEND | O_CLOEXEC);
  Lease during = settle_lease (folder, "users.csv");
  close (fd);
  Lease after = settle_lease (folder, "users.csv");
  unlink (path);
  Lease missing = settle_lease (folder, "users.csv");
  rmdir (folder);
  /* A file system without leases says nothing at all; any other says who writes. */
  if (before != LEASE_REFUSED)
    {
      assert_int_equal (before, LEASE_FREE);
      assert_int_equal (during, LEASE_BUSY);
    }
  assert_int_equal (after, before);
  assert_int_equal (missing, LEASE_REFUSED);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (every_life_has_its_verdicts),
    cmocka_unit_test (what_has_no_leases_is_not_busy),
    cmocka_unit_test (the_wait_is_until_the_next_verdict),
    cmocka_unit_test (ready_files_come_oldest_first_then_by_name),
    cmocka_unit_test (only_files_are_judged),
    cmocka_unit_test (the_kernel_knows_who_writes),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
