/* The ways in which files come into a drop folder.
 *
 * Each is what some program does, call for call: weir sees other events, times and links each time. */
#ifndef WEIR_TESTS_TORTURE_ARRIVALS_H
#define WEIR_TESTS_TORTURE_ARRIVALS_H

#include "tests/support/home.h"

typedef enum
{
  /* With the time of now. */
  ARRIVE_MOVED,     /* mv: written beside the folder, renamed into it */
  ARRIVE_COPIED,    /* cp: created there, written, closed */
  ARRIVE_LINKED,    /* ln: a second name, the first goes away later */
  ARRIVE_UNNAMED,   /* O_TMPFILE and linkat: whole when it gets its name */
  ARRIVE_OVER,      /* mv onto a file that is perhaps still there */
  ARRIVE_REWRITTEN, /* a file that is perhaps still there is truncated and written anew */
  N_ARRIVE_NOW,

  /* In any order. */
  ARRIVE_SLOWLY = N_ARRIVE_NOW, /* written in parts, with a pause */
  ARRIVE_KEPT,                  /* cp -p: an old time before the close */
  ARRIVE_UNPACKED,              /* tar: an old time behind the close */
  N_ARRIVE,
} Arrival;

/* Puts the text into imports/ under that name and notes it for the oracle. OVER and REWRITTEN take the place of a file that has that
 * name: it is noted in "replaced" (of SHA-256), for weir may have it or not. */
void arrive (Home *home, Arrival how, const char *name, const char *text, GPtrArray *replaced);

/* At the end: what was replaced before weir took it is no dropped file. */
void arrivals_settle (Home *home, const GPtrArray *replaced);

/* Stops weir-notify, changes more names in imports/ than the kernel's queue has room for, and lets it go on: it has lost events. */
void arrivals_overflow (Home *home);

#endif
