#include "base/fsat.h"

#include "base/autoptr.h"
#include "tests/support/process.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* What the kernel does not know: the function below stands before the C library's. */
static struct
{
  bool no_openat2;
  int reason; /* errno of that call then */
} lacking;

long
syscall (long number, ...)
{
  va_list arguments;
  va_start (arguments, number);
  long words[6];
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    words[i] = va_arg (arguments, long);
  va_end (arguments);
  if (number == SYS_openat2 && lacking.no_openat2)
    return errno = lacking.reason, -1;
  long (*next) (long, ...) = NULL;
  *(void **) &next = dlsym (RTLD_NEXT, "syscall");
  return next (number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

static int
set_up (void **state)
{
  lacking.no_openat2 = false;
  *state = g_dir_make_tmp ("weir-fsat-XXXXXX", NULL);
  return *state == NULL;
}

static int
tear_down (void **state)
{
  remove_tree (*state);
  g_free (*state);
  return 0;
}

static void
make (const char *folder, const char *name, const char *link)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  assert_int_equal (g_mkdir_with_parents (parent, 0755), 0);
  if (link != NULL)
    assert_int_equal (symlink (link, path), 0);
  else
    assert_true (g_file_set_contents (path, "text", -1, NULL));
}

static void
no_link_is_followed_and_nothing_outside_reached (void **state)
{
  static const struct
  {
    const char *path;
    int flags;
    int reason, other; /* errno, by either way; 0: it opens */
  } cases[] = {
    { "in/file", O_RDONLY, 0, 0 },
    { "in/a/file", O_RDONLY, 0, 0 },
    { "in/a", O_RDONLY | O_DIRECTORY, 0, 0 },
    { "in/none", O_RDONLY, ENOENT, ENOENT },
    { "in/none/file", O_RDONLY, ENOENT, ENOENT },
    { "in/file/file", O_RDONLY, ENOTDIR, ENOTDIR },
    { "in/link", O_RDONLY, ELOOP, ELOOP },
    { "in/outward", O_RDONLY, ELOOP, ELOOP },
    { "in/dangling", O_RDONLY, ELOOP, ELOOP },
    { "in/folder/file", O_RDONLY, ELOOP, ENOTDIR },
    { "in/folder", O_RDONLY | O_DIRECTORY, ENOTDIR, ENOTDIR },
    { "../weir", O_RDONLY, EXDEV, EXDEV },
    { "in/../../weir", O_RDONLY, EXDEV, EXDEV },
    { "..", O_RDONLY | O_DIRECTORY, EXDEV, EXDEV },
    { "/etc/passwd", O_RDONLY, EXDEV, EXDEV },
  };
  make (*state, "in/file", NULL);
  make (*state, "in/a/file", NULL);
  make (*state, "in/link", "file");
  make (*state, "in/outward", "/etc/passwd");
  make (*state, "in/dangling", "nowhere");
  make (*state, "in/folder", "a");
  AUTO_FD int folder = open (*state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  static const int reasons[] = { 0, ENOSYS, EPERM };
  for (size_t way = 0; way < G_N_ELEMENTS (reasons); way++)
    for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
      {
        lacking.no_openat2 = reasons[way] != 0;
        lacking.reason = reasons[way];
        AUTO_FD int fd = fs_open_beneath (folder, cases[i].path, cases[i].flags | O_CLOEXEC);
        int reason = fd < 0 ? errno : 0;
        if (reason != (reasons[way] != 0 ? cases[i].other : cases[i].reason))
          fail_msg ("\"%s\", openat2 says %s: %s", cases[i].path, g_strerror (reasons[way]), g_strerror (reason));
      }
}

/* The folder that is open stays the one, whatever gets its name. */
static void
an_open_folder_is_not_exchanged (void **state)
{
  make (*state, "in/file", NULL);
  g_autofree char *in = g_build_filename (*state, "in", NULL);
  g_autofree char *away = g_build_filename (*state, "away", NULL);
  AUTO_FD int folder = open (in, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  assert_int_equal (rename (in, away), 0);
  make (*state, "in/new", NULL);
  AUTO_FD int there = fs_open_beneath (folder, "file", O_RDONLY | O_CLOEXEC);
  AUTO_FD int not_there = fs_open_beneath (folder, "new", O_RDONLY | O_CLOEXEC);
  assert_true (there >= 0);
  assert_int_equal (not_there, -1);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST (no_link_is_followed_and_nothing_outside_reached),
    TEST (an_open_folder_is_not_exchanged),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
