#include "src/server/pgmemory.h"

#include "tests/support/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <unistd.h>

#define GIB ((guint64) 1024 * 1024 * 1024)

static void
test_buffers (void **state)
{
  static const struct
  {
    guint64 memory;
    int megabytes;
  } cases[] = {
    { 0, 128 }, { GIB / 2, 128 }, { GIB, 128 }, { 2 * GIB, 256 }, { 6 * GIB, 768 }, { 8 * GIB, 1024 }, { 512 * GIB, 1024 },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_int_equal (pgmemory_buffers (cases[i].memory), cases[i].megabytes);
  (void) state;
}

/* A container on a large machine may use less; one without a limit, or with one that is more than there is, has what the machine has. */
static void
test_container (void **state)
{
  g_autofree char *folder = g_dir_make_tmp ("weir-memory-XXXXXX", NULL), *limit = g_build_filename (folder, "memory.max", NULL);
  guint64 machine = pgmemory_of_machine (limit);
  assert_true (machine > 32 * 1024 * 1024);
  static const char *const none[] = { "max\n", "", "9223372036854771712\n", "-1\n" };
  for (size_t i = 0; i < G_N_ELEMENTS (none); i++)
    {
      assert_true (g_file_set_contents (limit, none[i], -1, NULL));
      assert_true (pgmemory_of_machine (limit) == machine);
    }
  assert_true (g_file_set_contents (limit, "33554432\n", -1, NULL));
  assert_true (pgmemory_of_machine (limit) == 33554432);
  remove_tree (folder);
  (void) state;
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_buffers), cmocka_unit_test (test_container) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
