/* The errors that each system call can give. */
#ifndef WEIR_TESTS_TORTURE_FAILURES_H
#define WEIR_TESTS_TORTURE_FAILURES_H

#define FAILURES 8 /* of one call at most */

/* Of a call: FAILURES numbers, behind the last of which are zeros. NULL: it is left alone. */
const int *failures_of (long call);

#endif
