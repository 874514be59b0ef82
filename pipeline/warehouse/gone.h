/* Keys that a file says are gone: by a row that says so ("deleted" of the model), and by having no row of them ("absent": "close").
 *
 *   gone_find              behind sift_rows and warehouse_bring_up: they leave staging, or are looked for, in weir_gone
 *   guard_check            (guard.h) may so many be closed?
 *   gone_close             behind the file's rows, where these go on top of history; else splice_rows takes the keys with the rows
 *   gone_record            last: what has to be known when something comes from before, and when the next full export does
 *
 * A full export says of each key that holds at its time and that it lacks that it is gone. Not of one whose row is a reject, nor of any where a
 * row was refused whose key cannot be read, where the file has no row that goes on, brings rejects back, or comes too late for the model to
 * let it change the past: such a file closes nobody, and a note says why. All of it in TRANSFORM's transaction. */
#ifndef WEIR_PIPELINE_WAREHOUSE_GONE_H
#define WEIR_PIPELINE_WAREHOUSE_GONE_H

#include "pipeline/warehouse/splice.h"
#include "pipeline/warehouse/vars.h"

/* "vars" of all of them: transform.c's. */
typedef struct
{
  const Splice *what;
  const SqlVar *vars;
  size_t n_vars;
  const char
      *instant; /* since when keys are gone that the file lacks: its own, or the run's; NULL: no key is, and rows have their own */
  const char *overtaken; /* why a row that would change a known one is refused; NULL: it is not */
  bool spliced;          /* the rows find their places in history */
} GoneInput;

typedef struct
{
  bool any;   /* there is weir_gone */
  bool whole; /* the file is a full export */
  bool there; /* or would be one, but for rejects whose key cannot be read: whom it has is there, and it closes nobody */
  int64_t absent;
} Gone;

bool gone_find (Db *db, const GoneInput *input, Gone *ret_gone, GError **error);

/* Rows of weir_gone that would change a key that newer files may have said something of: they are put into weir_refused, with the "column" and
 * "message" of vars, and what was done with their like in staging (sift.h) fits them, too. */
bool gone_refuse_overtaken (Db *db, const Splice *what, const SqlVar *vars, size_t n_vars, GError **error);

/* Rows of weir_refused are in weir_gone no more, and count as rows of staging that are refused. */
bool gone_forget_refused (Db *db, const Splice *what, GError **error);

/* The counts follow. */
bool gone_close (Db *db, const GoneInput *input, const Gone *gone, GError **error);
bool gone_record (Db *db, const GoneInput *input, const Gone *gone, GError **error);

/* Whether a file of that layout may have such keys; and, before the rows of weir_refused leave staging, that their keys are not absent. */
bool gone_may_be (const Layout *layout);
bool gone_keep_refused (Db *db, const Loaded *loaded, GError **error);

/* The condition, as SQL that goes on with "and", that a file has brought w: a placeholder (inferred.h) is not gone before it has come. Owned by
 * the caller. */
char *gone_brought (const Warehouse *warehouse);

/* When a full export whose rows have times of their own first had that id, as SQL; NULL: none did. Owned by the caller. */
char *gone_first_seen (const Model *model, const char *id);

/* And where none did, when one first had nothing but rows of it that say nothing of its own time: refused ones, and those that say when it was
 * gone. */
char *gone_first_named (const Model *model, const char *id);

/* How weir.export knows the columns within whose values a file is complete, as SQL. Owned by the caller. */
char *gone_within_names (const GPtrArray *columns);

/* The variables of the statements of schema/templates/gone.sql. */
Vars gone_vars (const GoneInput *input);

#endif
