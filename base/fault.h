/* Fault injection for the tests: WEIR_FAULT="kill:after-claim" ends the process by SIGKILL when it passes that point.
 *
 * Also "stop:POINT" (SIGSTOP, until somebody sends SIGCONT), "crash:POINT" (SIGSEGV), and "sleep:POINT" (one second).
 * Several are separated by commas. One getenv per point and per file; there is none in the row path. */
#ifndef WEIR_BASE_FAULT_H
#define WEIR_BASE_FAULT_H

void fault_point (const char *point);

#endif
