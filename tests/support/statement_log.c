#include "statement_log.h"

#include "base/autoptr.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
statement_log_begin (StatementLog *log, const char *path, const char *database)
{
  struct stat status;
  log->path = g_strdup (path);
  log->prefix = g_strconcat (database, " ", NULL);
  log->read = stat (path, &status) == 0 ? status.st_size : 0;
  log->ours = g_string_new (NULL);
}

void
statement_log_clear (StatementLog *log)
{
  g_free (log->path);
  g_free (log->prefix);
  if (log->ours != NULL)
    g_string_free (log->ours, true);
  *log = (StatementLog) { 0 };
}

/* Not g_str_has_prefix, nor strchr below: of such calls a sanitizer makes ones that look for the text's end each time. */
static bool
begins (const char *line, size_t length, const char *prefix)
{
  size_t least = strlen (prefix);
  return length >= least && memcmp (line, prefix, least) == 0;
}

static void
take_line (StatementLog *log, const char *line, size_t length)
{
  if (*line != '\t')
    log->is_ours = *line == ' ' || begins (line, length, log->prefix) || begins (line, length, "[unknown] ");
  if (log->is_ours)
    g_string_append_len (log->ours, line, (gssize) length);
}

/* The file's bytes from the last time on. Owned by the caller. */
static char *
read_more (const StatementLog *log, size_t *ret_length)
{
  AUTO_FD int file = open (log->path, O_RDONLY | O_CLOEXEC);
  struct stat status;
  g_assert (file >= 0 && fstat (file, &status) == 0);
  *ret_length = (size_t) (status.st_size - log->read);
  char *text = g_malloc0 (*ret_length + 1);
  g_assert (pread (file, text, *ret_length, log->read) == (ssize_t) *ret_length);
  return text;
}

const char *
statement_log_read (StatementLog *log)
{
  if (log->path == NULL)
    return NULL;
  size_t length;
  g_autofree char *text = read_more (log, &length);
  const char *line = text;
  /* A line without its end is still being written. */
  for (const char *end; (end = memchr (line, '\n', length - (size_t) (line - text))) != NULL; line = end + 1)
    take_line (log, line, (size_t) (end + 1 - line));
  log->read += line - text;
  return log->ours->str;
}
