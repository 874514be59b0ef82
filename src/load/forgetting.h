/* Somebody is forgotten (`weir forget`): every row, version and reject of theirs, what waits, what facts say of them, and their records in the
 * files that weir keeps. A mark of each key stays (pipeline/layout/forgotten.h), by which no later file brings them back.
 *
 *   forgetting_begin       the locks of the table and of the facts that refer to it, which are the connection's; and which files have such records
 *   forgetting_erase       all of the database, in one transaction: "keep" commits it, else it is rolled back, and only the counts stay
 *   forgetting_cut         the files, one by one
 *   forgetting_free
 *
 * A crash behind the COMMIT leaves files from which rows have still to be cut; the ledger knows which (weir.file.forgetting), `weir verify` names
 * them, and the next forgetting of the table finishes them. What comes in between is right all the same, for the marks are there. */
#ifndef WEIR_SRC_LOAD_FORGETTING_H
#define WEIR_SRC_LOAD_FORGETTING_H

#include "src/load/loader.h"

/* Whom: an id, and the text that it was made of. */
typedef struct
{
  Uid id;
  char *text;
  size_t length;
} ForgetEntity;

void forget_entity_free (ForgetEntity *entity);

typedef struct
{
  const Model *model;        /* of the table; borrowed from the loader's catalog */
  const GPtrArray *entities; /* of ForgetEntity; none: only what was left is finished */
  Uid own;                   /* the run of it */
  bool dry_run;
} ForgetTask;

/* What was, or would be, done to a file. Texts are owned. */
typedef struct
{
  char *run, *table, *place, *disposition;
  char *path;          /* absolute */
  char *declaration;   /* of its run; NULL: it has none */
  char *sha256, *kept; /* of what was read, and of what is kept since; the latter may be NULL */
  int64_t removed, blanked;
  char *problem; /* why it was not searched, or could not be written; NULL: nothing is wrong */
  bool foreign;  /* it lies where it was loaded from, and is not weir's to change */
  bool left;     /* an earlier call has left it to be cut */
  bool due;      /* rows have still to be cut out of it */
  bool done;     /* they were */
} ForgetFile;

/* How many of each place. */
typedef struct
{
  int64_t rows;    /* of the table itself, or versions */
  int64_t nulled;  /* of facts: that refer to nobody now */
  int64_t deleted; /* of facts: that went, too */
  int64_t waiting, rejects, staged, overwritten;
} ForgetCounts;

typedef struct Forgetting Forgetting;

/* NULL on error: MODEL, where rows of a fact are in the way; RETRY, where somebody works on one of the tables. */
Forgetting *forgetting_begin (Loader *loader, const ForgetTask *task, GError **error);
void forgetting_free (Forgetting *forgetting);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Forgetting, forgetting_free)

bool forgetting_erase (Forgetting *forgetting, bool keep, GError **error);

/* For whoever has just loaded a file of the table, whose lock is held: cuts what its files have still to lose. The first that cannot be is the
 * error. */
bool forgetting_tidy (Loader *loader, const Model *model, GError **error);

/* What cannot be written is a problem of its file, and no error. */
bool forgetting_cut (Forgetting *forgetting, GError **error);

const GPtrArray *
forgetting_files (const Forgetting *forgetting); /* of ForgetFile: those that have, or had, such records, or a problem */

/* Behind the last of them: what the run's report has. {"table","keys","counts":{...},"files":[...],"unreached":[...],"not_searched"}: the latter are tables without a model. A new
 * reference. */
Json *forgetting_to_json (const Forgetting *forgetting);

#endif
