/* What the files of a fact wait for: the one rule, for whoever hands files out, loads them or tells of them. Pure.
 *
 * A fact is loaded when each dimension that it references was loaded once and has no files pending: otherwise its rows would refer
 * to people who are about to come. Pending is every file of the dimension that is claimed (in work, or left by a dead worker), and
 * every one in the drop folder that is a file of it by its final name and may be read: complete, settling or being written
 * (scan_is_pending in watcher/scan.h), also where a person must mend something before it can be loaded. Nobody waits for a file
 * that weir may not read, or whose name says that it is not complete. */
#ifndef WEIR_MODELS_WAITING_H
#define WEIR_MODELS_WAITING_H

#include "models/model.h"

typedef enum
{
  WAIT_PENDING,      /* files of the dimension are pending */
  WAIT_NEVER_LOADED, /* no file of it was ever applied */
} WaitCause;

typedef struct
{
  WaitCause cause;
  const char *dimension;
} Wait;

/* What is known of tables. A question that cannot be asked is NULL, and holds nothing. */
typedef struct
{
  bool (*is_pending) (const char *table, void *data);
  bool (*is_applied) (const char *table, void *data);
  void *data;
} WaitKnowledge;

/* Whether a file with these references (of ModelReference; NULL: none) has to wait, and for what: the first such dimension in the
 * model's order, borrowed from the references. */
bool waiting_find (const GPtrArray *references, const WaitKnowledge *knowledge, Wait *ret_wait);

/* The same for people, after "waits": "for users, which was never loaded". Owned by the caller. */
char *waiting_text (const Wait *wait);

#endif
