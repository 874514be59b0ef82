/* File systems of a trial's own: small ones, mounted where nobody else sees them, gone with the trial's process. */
#ifndef WEIR_TESTS_TORTURE_MOUNTS_H
#define WEIR_TESTS_TORTURE_MOUNTS_H

#include "tests/support/home.h"

/* NULL: they can be mounted here; otherwise why not. */
const char *mounts_obstacle (void);

/* Before the trial's first mount. What fails here ends the trial. */
void mounts_begin (void);

/* A tmpfs with these options ("size=1m"). The folder is made. */
void mounts_add (const char *folder, const char *options);
void mounts_set_read_only (const char *folder, bool read_only);
void mounts_remove (const char *folder);

/* Fills it with one file until only so many bytes are left, or with empty files until so many more can be made. */
void mounts_fill_bytes (const char *folder, int64_t left);
void mounts_fill_names (const char *folder, int left);
/* And removes these files. */
void mounts_empty (const char *folder);

#endif
