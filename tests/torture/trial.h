/* One trial, in its own process.
 *
 *   (nominal_home | trial_home), the fault, trial_finish, (nominal_check | what else must hold), trial_end
 *
 * A violation is noted and the trial goes on, so that all of them are told together. */
#ifndef WEIR_TESTS_TORTURE_TRIAL_H
#define WEIR_TESTS_TORTURE_TRIAL_H

#include "tests/support/home.h"
#include "tests/support/weir.h"

typedef struct
{
  int faults;     /* that did happen */
  int violations; /* that were found */
  int probes;     /* of readers, about: they count side by side */
} TrialResult;

typedef struct
{
  Cluster *cluster;
  const Home *begin; /* nominal_prepare's */
  int number;
  bool is_quick;   /* the short form */
  GRand *choices;  /* by kind, seed and number */
  const void *own; /* the kind's */
  Home *home;
  char *keep; /* the folder for what a violation leaves */
  TrialResult *result;
} Trial;

/* Says what is wrong, and counts it. */
void trial_violation (Trial *trial, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* A fault did happen. */
void trial_hit (Trial *trial);

/* A new home with an empty database, and these settings (home_configure). */
void trial_home (Trial *trial, const char *settings);

/* Leaks are looked for no more in this home: a weir that is killed at that leaves a report of the look's own trouble, and one that is traced
 * cannot look. */
void trial_forgo_leaks (Trial *trial);

/* Starts `weir watch` without any fault, waits until there is nothing left to do, and stops it. A violation: for a minute no file leaves
 * the drop folder, or one was refused. */
void trial_finish (Trial *trial);

/* The same, where one runs already. Takes it. */
void trial_finish_with (Trial *trial, Background *watch);

/* Nothing is in the drop folder, and each run is over with its file in its place. Asks the database: not while it is away. */
bool trial_is_settled (Trial *trial);

/* Keeps the home as it is, and the database as pg_dump writes it. */
void trial_keep (const Trial *trial);

/* Asks the oracle for the rest; keeps the home and the database's state where there was a violation; releases the home. */
void trial_end (Trial *trial);

/* ---- the nominal run: two dimensions and a fact, one file each ---- */

#define NOMINAL_FILES 3
#define NOMINAL_SETTINGS ", \"workers\": 1, \"settle\": 0.3"

extern const char *const nominal_names[NOMINAL_FILES]; /* in the order of the run */

/* Makes the home and database that each trial begins with: a table has its first version, the others are new. Owned by the
 * caller; nobody is connected to the database, so that it can be copied. */
Home *nominal_prepare (Cluster *cluster);

/* A copy of it, with the files of the run in imports/. In two steps, where something is mounted between them: the folder with its
 * database, and what is in it. */
void nominal_home (Trial *trial);
void nominal_make (Trial *trial);
void nominal_fill (Trial *trial);

/* What the warehouse must hold after the run. */
void nominal_check (Trial *trial);

#endif
