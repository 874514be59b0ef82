/* What the words of `weir bookmark` share. Each is a Command of its own ("bookmark rewind") that command_bookmark.c calls with a BookmarkCall
 * around it. */
#ifndef WEIR_SRC_COMMANDS_BOOKMARK_CALL_H
#define WEIR_SRC_COMMANDS_BOOKMARK_CALL_H

#include "src/commands/command.h"

typedef struct
{
  const SettingsGiven *given; /* what the command line says of settings before the word */
  bool json;
} BookmarkCall;

/* All in bookmark_words.c. */
extern const Command word_bookmark_rewind, word_bookmark_set, word_bookmark_forget;

/* Loads the settings of a word's call, and opens the ledger. NULL: with an error. */
Db *bookmark_open (Call *call, GError **error);

/* Prints the bookmarks of a job (NULL: of all), as a table or an array. */
bool bookmark_show (const Call *call, Db *db, const char *job, GError **error);

#endif
