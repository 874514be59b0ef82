/* Between forgetting.c (its order), forgetting_rows.c (tables and ledger), forgetting_rejects.c and forgetting_files.c. */
#ifndef WEIR_SRC_LOAD_FORGETTING_INSIDE_H
#define WEIR_SRC_LOAD_FORGETTING_INSIDE_H

#include "pipeline/layout/forgotten.h"
#include "pipeline/cut.h"
#include "src/load/forgetting.h"

struct Forgetting
{
  Loader *loader;
  ForgetTask task;
  GPtrArray *models; /* of const Model *: the table's, and those of the facts that refer to it, in the order of their locks */
  uint8_t key[FORGET_KEY_SIZE]; /* of the marks */
  bool key_known;               /* the database has it */
  Tombstones *tombstones;       /* of all tables, with those of this task */
  GPtrArray *marks;             /* of char *: of this task's entities, as text */
  GPtrArray *files;             /* of ForgetFile */
  char *unmodelled;             /* tables that were not looked at, for nobody says what is in them; NULL: none */
  GArray *hashes;               /* of CutHash, of all of them */
  ForgetCounts counts;
};

/* What the statements begin with: weir_forget has the ids. */
bool forget_rows (Forgetting *forgetting, GError **error);
bool forget_rejects (Forgetting *forgetting, const Model *model, GError **error);

/* Those alone that a file's own load, or an earlier call, has left to be cut: nothing is read. */
bool forget_find_left (Forgetting *forgetting, GError **error);
/* Fills "files": reads all that the ledger has of these tables. */
bool forget_find_files (Forgetting *forgetting, GError **error);
/* Notes in the ledger which are to be cut. */
bool forget_note_files (Forgetting *forgetting, GError **error);
bool forget_cut_file (Forgetting *forgetting, ForgetFile *file, GError **error);

#endif
