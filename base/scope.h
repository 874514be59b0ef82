/* Whose trouble an error is, in one table: of SQLSTATEs, of errnos, and of what has neither. Pure.
 *
 * An error's code (base/error.h) says who must act; its scope says who has to wait meanwhile. A lock that is busy holds one table,
 * a full disk everything. Only a database that cannot be reached is away: what one session suffers (a statement cancelled, a
 * backend terminated, memory or disk of the server used up) holds one table, and the others go on. */
#ifndef WEIR_BASE_SCOPE_H
#define WEIR_BASE_SCOPE_H

#include "base/error.h"

typedef enum
{
  SCOPE_FILE,     /* this file; others of its table are no better or worse for it */
  SCOPE_TABLE,    /* every file of the table would meet the same */
  SCOPE_MACHINE,  /* this machine: its disk, its memory, its descriptors */
  SCOPE_DATABASE, /* nobody reaches the database. Of a connection that was lost: unless a new one can be made */
} Scope;

/* What an SQLSTATE means. */
typedef struct
{
  const char *prefix; /* of the SQLSTATE; "" matches all that have no row */
  WeirErrorCode code;
  Reason reason;
  Scope scope;
} StateRule;

const StateRule *scope_of_state (const char *sqlstate);

/* "reason" of an errno (REASON_NONE: none but the message), and its scope. */
Scope scope_of_errno (int number, Reason *ret_reason);

Scope scope_of_error (const GError *error);

const char *scope_word (Scope scope);         /* "file", "table", "machine", "database"; static */
Scope scope_find (const char *word);          /* SCOPE_TABLE of an unknown word, or NULL */
bool scope_is_too_wide (const GError *error); /* whether the server refused a row, or a table, for its size */

#endif
