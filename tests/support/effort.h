/* How much of what is generated a test tries: a few in every run, many where WEIR_TEST_LONG is in the environment. The kinds that are
 * met are the same; the first few are the first of the many, too. */
#ifndef WEIR_TESTS_SUPPORT_EFFORT_H
#define WEIR_TESTS_SUPPORT_EFFORT_H

#include <glib.h>

static inline int
effort (int few, int many)
{
  return g_getenv ("WEIR_TEST_LONG") != NULL ? many : few;
}

#endif
