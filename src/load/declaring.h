/* What lies beside a file (watcher/beside.h), as its run has it. */
#ifndef WEIR_SRC_LOAD_DECLARING_H
#define WEIR_SRC_LOAD_DECLARING_H

#include "models/declaration.h"
#include "schema/ledger.h"

/* The text as the ledger keeps it: JSON, or a JSON text of what is none. NULL of NULL. Owned by the caller. */
char *declaring_text (const char *text);

/* What a run's declaration says; NULL in *ret_declaration: it has none. Errors: INPUT ("bad_declaration"), also where it is of another table than the
 * file's name. */
bool declaring_read (const Run *run, Declaration **ret_declaration, GError **error);

#endif
