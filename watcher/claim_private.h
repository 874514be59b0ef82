/* Between the files of claims: claim_take.c takes, claim.c gives back, claim_orphan.c takes over, claim_list.c lists. */
#ifndef WEIR_WATCHER_CLAIM_PRIVATE_H
#define WEIR_WATCHER_CLAIM_PRIVATE_H

#include "watcher/beside.h"
#include "watcher/claim.h"

#include <fcntl.h>

#define HOW_TO_OPEN_FOLDERS (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

struct Claim
{
  Uid run;
  char run_text[UID_TEXT_SIZE];
  char *imports;
  char *folder;
  char *name;
  char *path;
  int imports_fd; /* these are open until the claim is freed; -1: not yet */
  int claimed_fd; /* the folder of all claims */
  int lock;       /* the claim's folder, flocked; -1: not yet, or released */
  int file;
  struct stat info;
  Beside beside; /* what lay beside it, and is in the claim's folder */
};

/* Without a file; nothing is opened yet. */
Claim *claim_new (const char *imports, Uid run);
void claim_set_name (Claim *claim, const char *name);

/* could not VERB folder "PATH": REASON, by errno. Returns false. */
bool claim_folder_error (GError **error, const char *verb, const char *path);

/* Adds to an error where the file is now. */
void claim_explain_kept (const Claim *claim, GError **error);

/* Opens imports/ and the folder of all claims in it. *ret_missing: one of them is not there, which is no error. */
bool claim_open_folders (Claim *claim, bool *ret_missing, GError **error);

/* Opens the file that is called so in a folder, if it is the one that was listed (NULL: whatever file it is). */
bool claim_open_file (Claim *claim, int folder, const char *name, const Sight *listed, bool *ret_gone, GError **error);

/* The name of the file in a claim's open folder; NULL: it is empty, or cannot be listed, with errno (0: empty). Owned by the caller. */
char *claim_find_file (int folder);

#endif
