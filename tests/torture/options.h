/* The command line of scripts/torture: which kinds there are, and what is asked of them. */
#ifndef WEIR_TESTS_TORTURE_OPTIONS_H
#define WEIR_TESTS_TORTURE_OPTIONS_H

#include "torture.h"

typedef struct
{
  int64_t seed;
  int count;  /* of trials of a kind; 0: all of the long form */
  int budget; /* in seconds for each kind; 0: no limit */
  int trial;  /* the only one, 0: none */
  int jobs;   /* trials at once */
  gboolean quick;
  gboolean json;
} Options;

/* All kinds, in the order in which they run; NULL behind the last. */
extern const Kind *const options_kinds[];

/* Takes the options out of the arguments, which then are the names of kinds. "options" has the defaults. False: it was told what is wrong
 * with them. */
bool options_parse (int *argc, char ***argv, Options *options);

/* Whether the kind is one of the names, which end with NULL. */
bool options_want (const Kind *kind, char *const *names);

#endif
