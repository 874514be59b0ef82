/* A delimited file that a command only looks at: opened, as LOAD would without a model, by the declaration that lies beside it, if one does. Needs no home and
 * no database. */
#ifndef WEIR_SRC_REPORT_PEEK_H
#define WEIR_SRC_REPORT_PEEK_H

#include "pipeline/table/rows.h"

typedef struct
{
  char *name; /* for messages */
  int fd;
  int64_t size;          /* bytes */
  Rows *rows;            /* at its beginning */
  Declaration *declared; /* whose columns it has; NULL: none is beside it, or one that leaves open what the file is */
  Model *like;           /* says the encoding that the text is like, where weir would not read it so by itself; NULL: it does */
} PeekedFile;

/* "-" is standard input; that and pipes are copied to an unnamed temporary file first. Errors: LOCAL where it cannot be opened or
 * read; those of a declaration; else those of rows_open. */
bool peek_open (const char *path, PeekedFile *ret_file, GError **error);
/* The same, but read in the encoding that it is like, if LOAD would need a model for that ("like"): its dialect is told then, too.
 * */
bool peek_open_likely (const char *path, PeekedFile *ret_file, GError **error);
void peek_clear (PeekedFile *file);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PeekedFile, peek_clear)

#endif
