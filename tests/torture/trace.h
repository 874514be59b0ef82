/* Runs weir system call by system call (ptrace), so that it can be killed before the n-th, or have that call fail.
 *
 * The call is not made, but for close. A call that fails with EPIPE or ECONNRESET leaves its connection broken, as it would be.
 *
 * Only the first thread of a program is traced. Its children run as ever, or (trace_family) are traced as well. Linux on x86-64 and arm64. */
#ifndef WEIR_TESTS_TORTURE_TRACE_H
#define WEIR_TESTS_TORTURE_TRACE_H

#include "tests/support/weir.h"

#include <sys/syscall.h>

/* Whose call it is. */
typedef enum
{
  TRACE_PROGRAM,
  TRACE_CHILD,     /* any other process below it */
  TRACE_CONNECTOR, /* one that runs a weir-connect-... */
  N_TRACE_WHO,
} TraceWho;

/* What to do before a call: TRACE_GO, TRACE_KILL, TRACE_STOP (SIGTERM), or an errno with which the call fails without being made. */
enum
{
  TRACE_GO = 0,
  TRACE_KILL = -1,
  TRACE_STOP = -2,
  TRACE_KILL_ALL = -3, /* at once: whoever is traced */
};

/* "nth" counts the calls of all that are "who", from 1 on. Also asked every 0.1 s while no call is made, with "call" TRACE_IDLE, of the program alone. */
#define TRACE_IDLE -1L
typedef int (*TraceAsk) (void *data, TraceWho who, int nth, long call);

/* NULL: programs can be traced here; otherwise why they cannot. */
const char *trace_obstacle (void);

/* Lets a weir that was started with home->traced run to its end. Returns the exit code (128 + n by signal n); after "seconds" it is
 * killed: -1. */
int trace_run (pid_t pid, unsigned seconds, TraceAsk ask, void *data);

/* The same with all that it starts, and to the end of all. */
int trace_family (pid_t pid, unsigned seconds, TraceAsk ask, void *data);

#endif
