/* Loading many files by one loader, in the test's own process: what streams of files do, for which a weir each would take too long. */
#ifndef WEIR_TESTS_SUPPORT_IN_PROCESS_H
#define WEIR_TESTS_SUPPORT_IN_PROCESS_H

#include "weir.h"

#include "src/load/loading.h"

/* Writes the text as that file and loads it from there: it must be applied. *ret_end is the caller's to clear. */
void load_in_process (Home *home, Loader *loader, const char *table, const char *name, const char *text, LoadEnd *ret_end);

/* Tries streams, whose numbers are their seeds, with one loader: so few, or so many (effort.h), from $WEIR_STREAM on, else from 1. */
void try_streams (Home *home, void (*try_stream) (Home *home, Loader *loader, guint32 seed), int few, int many);

/* 0 to n - 1 in some order, which the seed decides; random NULL: as they are. */
void shuffle (GRand *random, int *order, int n);

#endif
