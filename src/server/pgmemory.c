#include "src/server/pgmemory.h"

#include "base/fsutil.h"

#include <unistd.h>

#define MIB (1024 * 1024)
#define LEAST 128
#define MOST 1024

guint64
pgmemory_of_machine (const char *limit)
{
  long pages = sysconf (_SC_PHYS_PAGES), size = sysconf (_SC_PAGESIZE);
  guint64 memory = pages > 0 && size > 0 ? (guint64) pages * (guint64) size : 0, most;
  g_autofree char *text = NULL;
  if (!fs_read_file (limit, 64, &text, NULL, NULL)
      || !g_ascii_string_to_unsigned (g_strchomp (text), 10, 1, G_MAXUINT64, &most, NULL))
    return memory;
  return memory == 0 ? most : MIN (memory, most);
}

int
pgmemory_buffers (guint64 memory)
{
  return (int) CLAMP (memory / 8 / MIB, LEAST, MOST);
}
