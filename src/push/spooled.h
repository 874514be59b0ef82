/* The rows of a delivery as a spool file (docs/connectors.md), made from the warehouse by the server's COPY: a row at a time, whatever their number. */
#ifndef WEIR_SRC_PUSH_SPOOLED_H
#define WEIR_SRC_PUSH_SPOOLED_H

#include "base/db.h"
#include "base/digest.h"
#include "base/json.h"

typedef struct
{
  int fd; /* of an unnamed file, at its beginning; -1: none */
  int64_t rows, bytes;
  char sha256[SHA256_HEX_SIZE];
} Spooled;

/* In the caller's transaction, whose snapshot it is. columns: as the protocol has them; folder: where the file is. progress: rows so far, now and then; may be
 * NULL. Errors: those of the database; LOCAL of the file. */
bool spooled_make (Db *db, const char *sql, const Json *columns, const char *folder, void (*progress) (int64_t rows, void *data),
                   void *data, Spooled *ret_spooled, GError **error);
void spooled_clear (Spooled *spooled);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Spooled, spooled_clear)

/* The transaction in which it is made: one snapshot, read only, and values are written as the protocol wants them. */
bool spooled_begin (Db *db, GError **error);

#endif
