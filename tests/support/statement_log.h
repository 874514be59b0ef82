/* What a server logged about one database, out of a log that is about many. Each entry begins with its database's name and a blank,
 * its further lines begin with a tab. */
#ifndef WEIR_TESTS_SUPPORT_STATEMENT_LOG_H
#define WEIR_TESTS_SUPPORT_STATEMENT_LOG_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* Zeros are a log without entries. */
typedef struct
{
  char *path;
  char *prefix;
  off_t read; /* so far */
  bool is_ours;
  GString *ours;
} StatementLog;

/* From here on. */
void statement_log_begin (StatementLog *log, const char *path, const char *database);
void statement_log_clear (StatementLog *log);

/* All about the database until now, and what is about none. NULL: there is no log. The log's, until the next call. */
const char *statement_log_read (StatementLog *log);

#endif
