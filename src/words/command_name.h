/* What a command is called in the ledger, and the pipeline that it is where nobody gives a name. Pure. */
#ifndef WEIR_SRC_WORDS_COMMAND_NAME_H
#define WEIR_SRC_WORDS_COMMAND_NAME_H

/* The command as one would type it, with *** for what is a password by its place or its name: postgresql://ann:***@db, password=***,
 * --token ***. Owned by the caller. */
char *command_name_shown (char *const *argv);

/* The shown command as the name of a pipeline: of a long one the beginning, and a checksum. Owned by the caller. */
char *command_name_pipeline (const char *shown);

#endif
