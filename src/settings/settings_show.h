/* The table of settings for people: the manual's table, and the help of the options. */
#ifndef WEIR_SRC_SETTINGS_SETTINGS_SHOW_H
#define WEIR_SRC_SETTINGS_SETTINGS_SHOW_H

#include "src/settings/settings_table.h"

/* The table as Markdown, as docs/settings.md carries it. Owned by the caller. */
char *settings_to_markdown (void);

/* What --help says of the row's option: "libpq URL or conninfo of the database (else WEIR_DATABASE; default: ...)". Owned by the
 * caller. */
char *settings_to_help (const Setting *row);

/* The JSON schema of weir.json (draft-07, which editors know whole). */
Json *settings_to_schema (void);

#endif
