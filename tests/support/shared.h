/* The server that the integration tests of one ctest run share. A process of its own, the keeper, has it as any test executable has
 * its own server: from ctest's fixture (tests/server.c) until that says stop, or until ctest is gone for whatever reason. */
#ifndef WEIR_TESTS_SUPPORT_SHARED_H
#define WEIR_TESTS_SUPPORT_SHARED_H

#include <stdbool.h>

/* Called by a child of ctest. false: it does not start; why was said on stderr. */
bool shared_start (void);

/* Returns when nothing of it is left. */
void shared_stop (void);

/* The server's folder, for a child of the ctest that started it; NULL for everybody else. Owned by the caller. */
char *shared_find (void);

#endif
