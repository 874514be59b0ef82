/* A delimited file that a command only looks at: opened, as LOAD would without a model. Needs no home and no database. */
#ifndef WEIR_SRC_REPORT_PEEK_H
#define WEIR_SRC_REPORT_PEEK_H

#include "pipeline/table/rows.h"

typedef struct
{
  char *name; /* for messages */
  int fd;
  int64_t size; /* bytes */
  Rows *rows;   /* at its beginning */
} PeekedFile;

/* "-" is standard input; that and pipes are copied to an unnamed temporary file first. Errors: LOCAL where it cannot be opened or
 * read, else those of rows_open. */
bool peek_open (const char *path, PeekedFile *ret_file, GError **error);
void peek_clear (PeekedFile *file);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PeekedFile, peek_clear)

#endif
