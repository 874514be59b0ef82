/* A delimited file that a command only looks at: opened, with its dialect. Needs no home and no database. */
#ifndef WEIR_SRC_PEEK_H
#define WEIR_SRC_PEEK_H

#include "pipeline/reader.h"
#include "pipeline/sniff.h"

typedef struct
{
  char *name; /* for messages */
  int fd;
  int64_t size; /* bytes */
  Dialect dialect;
  SniffEvidence evidence;
} PeekedFile;

/* Opens "path" and sniffs its head. "-" is standard input; that and pipes are copied to an unnamed temporary file first. Errors:
 * LOCAL where it cannot be opened or read, else those of sniff_dialect. */
bool peek_open (const char *path, PeekedFile *ret_file, GError **error);
void peek_clear (PeekedFile *file);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PeekedFile, peek_clear)

/* A reader from the file's beginning. The file's name goes before an error of the reader's by peek_name_error. */
Reader *peek_reader (const PeekedFile *file);
void peek_name_error (const PeekedFile *file, GError **error);

#endif
