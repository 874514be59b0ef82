/* Loaded in front of the C library (LD_PRELOAD): the allocation number $FAIL_ALLOCATION fails, once. At the end of the program the number
 * of allocations is written to the file $FAIL_ALLOCATION_COUNT. They are counted over all threads. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The C library's own, by the names that it has for them: dlsym would allocate. */
void *__libc_malloc (size_t size);
void *__libc_calloc (size_t n, size_t size);
void *__libc_realloc (void *old, size_t size);

static atomic_long count;
static long fails = -1; /* not asked yet */

static bool
is_failing (void)
{
  if (fails < 0)
    {
      const char *wanted = getenv ("FAIL_ALLOCATION");
      fails = wanted != NULL ? atol (wanted) : 0;
    }
  bool failing = atomic_fetch_add (&count, 1) + 1 == fails;
  if (failing)
    errno = ENOMEM;
  return failing;
}

void *
malloc (size_t size)
{
  return is_failing () ? NULL : __libc_malloc (size);
}

void *
calloc (size_t n, size_t size)
{
  return is_failing () ? NULL : __libc_calloc (n, size);
}

void *
realloc (void *old, size_t size)
{
  return is_failing () ? NULL : __libc_realloc (old, size);
}

__attribute__ ((destructor)) static void
tell (void)
{
  const char *path = getenv ("FAIL_ALLOCATION_COUNT");
  int fd = path != NULL ? open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;
  if (fd >= 0)
    {
      dprintf (fd, "%ld\n", atomic_load (&count));
      close (fd);
    }
}
