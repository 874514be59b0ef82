/* The results of checks, in the order in which to mend what failed. */
#ifndef WEIR_SRC_REPORT_CHECKS_LIST_H
#define WEIR_SRC_REPORT_CHECKS_LIST_H

#include <glib.h>

typedef struct
{
  char *name;    /* "folder" */
  char *subject; /* what was looked at, for people: "imports"; may be NULL */
  GError *error; /* NULL: ok */
} Check;

/* Of Check. Owned by the caller. */
GPtrArray *checks_new (void);

/* Adds a check; takes subject and error (NULL: ok). */
void checks_add (GPtrArray *checks, const char *name, char *subject, GError *error);

#endif
