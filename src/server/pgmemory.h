/* How much memory the embedded server keeps pages in. */
#ifndef WEIR_SRC_SERVER_PGMEMORY_H
#define WEIR_SRC_SERVER_PGMEMORY_H

#include <glib.h>

/* The machine's memory in bytes; of a container what its control group may use, if that is less: the file "limit" has it (memory.max of cgroup v2: a
 * number, or "max"), PGMEMORY_LIMIT. 0 where nobody says. */
guint64 pgmemory_of_machine (const char *limit);
#define PGMEMORY_LIMIT "/sys/fs/cgroup/memory.max"

/* shared_buffers in MiB on a machine of so many bytes: an eighth of it, no less than PostgreSQL's default of 128 and no more than 1,024. */
int pgmemory_buffers (guint64 memory);

#endif
