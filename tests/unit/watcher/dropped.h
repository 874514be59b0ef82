/* A drop folder of a test's own, and the files in it. */
#ifndef WEIR_TESTS_UNIT_WATCHER_DROPPED_H
#define WEIR_TESTS_UNIT_WATCHER_DROPPED_H

#include "tests/support/process.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static inline int
set_up (void **state)
{
  *state = g_dir_make_tmp ("weir-dropped-XXXXXX", NULL);
  return *state ? 0 : -1;
}

static inline int
tear_down (void **state)
{
  remove_tree (*state);
  g_free (*state);
  return 0;
}

static inline void
drop (const char *imports, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (imports, name, NULL);
  assert_true (g_file_set_contents (path, text, -1, NULL));
}

static inline bool
has (const char *imports, const char *name)
{
  g_autofree char *path = g_build_filename (imports, name, NULL);
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

#endif
