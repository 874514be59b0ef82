/* Files below a folder by a Unix pattern that may have **.
 *
 * The parts of a pattern, between slashes, are looked up one in the other: a part with * ? or [ ] is each name there that it matches
 * (text_matches_glob: a leading dot is a character like any other, as in Python's pathlib and otherwise than in a shell), ** the folder
 * itself and all folders below it, but not through links to folders, and any other part that very name. A ** at the end is all files
 * below. "." is nothing. */
#ifndef WEIR_BASE_GLOB_H
#define WEIR_BASE_GLOB_H

#include <glib.h>

/* The regular files and links to such: paths relative to the folder, each once, sorted by their bytes. Owned by the caller.
 * NULL with INPUT for what is no pattern, or not relative; with LOCAL where a folder cannot be read: a file that might be in there
 * must not be left out without a word. */
GPtrArray *glob_find (const char *folder, const char *pattern, GError **error);

#endif
