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
  { "moved in: 10 ms, in which others may come",
    { { "m", 0, 1, 9, 5, 5, LEASE_FREE, false },
      { "", 9999, 1, 9, 5, 5, LEASE_FREE, false },
      { "", 10000, 1, 9, 5, 5, LEASE_FREE, true },
      END } },
  { "moved in, and no lease to be had: the same",
    { { "m", 0, 1, 9, 5, 5, LEASE_REFUSED, false }, { "", 10000, 1, 9, 5, 5, LEASE_REFUSED, true }, END } },
  { "moved in while somebody writes: when the writer is gone",
    { { "m", 0, 1, 9, 5, 5, LEASE_WRITER, false }, { "", SECOND, 1, 9, 5, 5, LEASE_FREE, true }, END } },
  { "moved in, then growing: the move says nothing any more",
    { { "m", 0, 1, 9, 5, 5, LEASE_WRITER, false },
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
    { { "", 0, 1, 9, 5, 5, LEASE_WRITER, false },
      { "", 100 * SECOND, 1, 9, 5, 5, LEASE_WRITER, false },
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
  { "ready stays ready",
    { { "m", 0, 1, 9, 5, 5, LEASE_FREE, false },
      { "", 10000, 1, 9, 5, 5, LEASE_FREE, true },
      { "", SECOND, 1, 9, 5, 5, LEASE_FREE, true },
      END } },
};

static Lease
given_lease (const Entry *entry, void *data)
{
  (void) entry;
  return *(const Lease *) data;
}

static Entry *
new_entry (const char *name, FileState file_state, ino_t inode, int64_t size, int64_t mtime, int64_t ctime)
{
  Entry *entry = g_new0 (Entry, 1);
  entry->name = g_strdup (name);
  entry->state = file_state;
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
            g_ptr_array_add (entries, new_entry ("users.csv", FILE_SETTLING, step->inode, step->size, step->mtime, step->ctime));
          give_hints (settle, "users.csv", step->hints);
          Lease lease = step->lease;
          int64_t wait_us = settle_observe (settle, entries, step->at, given_lease, &lease);
          bool ready = entries->len == 1 && ((const Entry *) entries->pdata[0])->state == FILE_READY;
          if (ready != step->ready)
            fail_msg ("%s: at %ld it is %sready", lives[i].name, (long) step->at, ready ? "" : "not ");
          assert_int_equal (wait_us >= 0, step->inode && !step->ready);
        }
    }
}

/* A listing of files of which nothing is known. */
static GPtrArray *
list_files (const char *const *names)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  for (ino_t inode = 1; *names; names++, inode++)
    g_ptr_array_add (entries, new_entry (*names, FILE_SETTLING, inode, 9, 5, 5));
  return entries;
}

static FileState
state_at (const GPtrArray *entries, unsigned index)
{
  return ((const Entry *) entries->pdata[index])->state;
}

static void
the_wait_is_until_the_next_verdict (void **state)
{
  (void) state;
  const char *const names[] = { "slow.csv", "closed.csv", NULL };
  g_autoptr (Settle) settle = settle_new (SETTLE_US);
  g_autoptr (GPtrArray) first = list_files (names);
  settle_hint (settle, "closed.csv", HINT_CLOSED);
  Lease lease = LEASE_FREE;
  assert_int_equal (settle_observe (settle, first, 0, given_lease, &lease), SETTLE_CLOSED_US);
  g_autoptr (GPtrArray) second = list_files (names);
  assert_int_equal (settle_observe (settle, second, SETTLE_CLOSED_US, given_lease, &lease), SETTLE_US - SETTLE_CLOSED_US);
  assert_int_equal (state_at (second, 0), FILE_SETTLING);
  assert_int_equal (state_at (second, 1), FILE_READY);
}

/* What one mv brings is complete together, and nothing waits for what comes on and on. */
static void
files_that_are_moved_in_wait_for_each_other (void **state)
{
  (void) state;
  static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h", NULL };
  static const struct
  {
    int64_t at;
    unsigned come, ready; /* how many are there, and how many of these are ready */
  } steps[] = { { 0, 1, 0 },     { 9999, 2, 0 },  { 10000, 2, 0 }, { 19999, 2, 2 }, { 30000, 3, 2 },
                { 39000, 4, 2 }, { 48000, 5, 2 }, { 57000, 6, 2 }, { 66000, 7, 2 }, { 75000, 8, 2 },
                { 79999, 8, 2 }, { 80000, 8, 3 }, { 84999, 8, 3 }, { 85000, 8, 8 } };
  g_autoptr (Settle) settle = settle_new (SETTLE_US);
  unsigned come = 0;
  Lease lease = LEASE_FREE;
  for (size_t i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (GPtrArray) entries = list_files (names);
      g_ptr_array_set_size (entries, (int) steps[i].come);
      for (; come < steps[i].come; come++)
        settle_hint (settle, names[come], HINT_MOVED);
      settle_observe (settle, entries, steps[i].at, given_lease, &lease);
      unsigned ready = 0;
      for (unsigned each = 0; each < entries->len; each++)
        ready += state_at (entries, each) == FILE_READY;
      if (ready != steps[i].ready)
        fail_msg ("at %ld %u are ready", (long) steps[i].at, ready);
    }
}

/* Asking may get into a writer's way: it is not done before the file is ready otherwise. */
static Lease
count_questions (const Entry *entry, void *data)
{
  (void) entry;
  ++*(int *) data;
  return LEASE_WRITER;
}

static void
a_writer_is_asked_for_last (void **state)
{
  (void) state;
  const char *const names[] = { "users.csv", NULL };
  g_autoptr (Settle) settle = settle_new (SETTLE_US);
  int questions = 0;
  g_autoptr (GPtrArray) early = list_files (names);
  settle_observe (settle, early, 0, count_questions, &questions);
  assert_int_equal (state_at (early, 0), FILE_SETTLING);
  assert_int_equal (questions, 0);
  g_autoptr (GPtrArray) late = list_files (names);
  assert_true (settle_observe (settle, late, SETTLE_US, count_questions, &questions) > 0);
  assert_int_equal (state_at (late, 0), FILE_WRITING);
  assert_int_equal (questions, 1);
}

/* What is not a file that may be loaded keeps its state, by each way of looking. */
static void
only_files_are_judged (void **state)
{
  (void) state;
  static const FileState others[] = { FILE_IGNORED, FILE_PARTIAL, FILE_UNREADABLE };
  g_autoptr (Settle) settle = settle_new (0);
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  for (size_t i = 0; i < G_N_ELEMENTS (others); i++)
    g_ptr_array_add (entries, new_entry ("users.csv", others[i], i + 1, 9, 5, 5));
  Lease lease = LEASE_FREE;
  assert_int_equal (settle_observe (settle, entries, 0, given_lease, &lease), -1);
  settle_look_once (entries, 0, 0, given_lease, &lease);
  for (unsigned i = 0; i < G_N_ELEMENTS (others); i++)
    assert_int_equal (state_at (entries, i), others[i]);
}

/* Times are seconds away from now. */
static void
one_look_goes_by_the_change_time (void **state)
{
  (void) state;
  static const struct
  {
    const char *name;
    int mtime, ctime;
    Lease lease;
    FileState state;
  } looks[] = {
    { "written just now", 0, 0, LEASE_FREE, FILE_SETTLING },
    { "still for less than the settle time", -1, -1, LEASE_FREE, FILE_SETTLING },
    { "still for the settle time", -2, -2, LEASE_FREE, FILE_READY },
    { "nobody says whether it is written to", -9, -9, LEASE_REFUSED, FILE_READY },
    { "still, but open for writing", -9, -9, LEASE_WRITER, FILE_WRITING },
    { "not still and open for writing", 0, 0, LEASE_WRITER, FILE_WRITING },
    { "copied with an old time, as cp -p and tar do", -86400, 0, LEASE_FREE, FILE_SETTLING },
    { "a time one hour ahead", 3600, -9, LEASE_FREE, FILE_READY },
    { "the same, just now", 3600, 0, LEASE_FREE, FILE_SETTLING },
    { "changed before the clock was set back", 3600, 3600, LEASE_FREE, FILE_READY },
    { "a file server whose clock is a little ahead", 1, 1, LEASE_FREE, FILE_SETTLING },
  };
  const int64_t now = 1800000000 * SECOND;
  for (size_t i = 0; i < G_N_ELEMENTS (looks); i++)
    {
      g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
      g_ptr_array_add (entries, new_entry ("users.csv", FILE_SETTLING, 1, 9, (now + looks[i].mtime * SECOND) * 1000,
                                           (now + looks[i].ctime * SECOND) * 1000));
      Lease lease = looks[i].lease;
      settle_look_once (entries, SETTLE_US, now, given_lease, &lease);
      if (state_at (entries, 0) != looks[i].state)
        fail_msg ("%s: %d", looks[i].name, (int) state_at (entries, 0));
    }
}

static Lease
ask (char *folder)
{
  const Entry entry = { .name = (char *) "users.csv" };
  return settle_ask_lease (&entry, folder);
}

/* As for another user's file: that a lease cannot be had says nothing, and the file need not wait for one. */
static void
what_has_no_leases_is_not_busy (void **state)
{
  (void) state;
  g_autofree char *folder = g_dir_make_tmp ("weir-settle-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "pipe.csv", NULL);
  assert_int_equal (mkfifo (path, 0600), 0);
  const Entry pipe = { .name = (char *) "pipe.csv" };
  Lease lease = settle_ask_lease (&pipe, folder);
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
  Lease before = ask (folder);
  int fd = open (path, O_WRONLY | O_APPEND | O_CLOEXEC);
  Lease during = ask (folder);
  close (fd);
  Lease after = ask (folder);
  unlink (path);
  Lease missing = ask (folder);
  rmdir (folder);
  /* A file system without leases says nothing at all; any other says who writes. */
  if (before != LEASE_REFUSED)
    {
      assert_int_equal (before, LEASE_FREE);
      assert_int_equal (during, LEASE_WRITER);
    }
  assert_int_equal (after, before);
  assert_int_equal (missing, LEASE_REFUSED);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (every_life_has_its_verdicts),        cmocka_unit_test (what_has_no_leases_is_not_busy),
    cmocka_unit_test (the_wait_is_until_the_next_verdict), cmocka_unit_test (files_that_are_moved_in_wait_for_each_other),
    cmocka_unit_test (a_writer_is_asked_for_last),         cmocka_unit_test (only_files_are_judged),
    cmocka_unit_test (one_look_goes_by_the_change_time),   cmocka_unit_test (the_kernel_knows_who_writes),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
