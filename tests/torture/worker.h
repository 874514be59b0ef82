/* A worker of the nominal run, `weir load --worker`, and who stands for its supervisor: a process that asks for the next file when the
 * one before is done, and for no more when one is not, as a fact's file may wait for it. */
#ifndef WEIR_TESTS_TORTURE_WORKER_H
#define WEIR_TESTS_TORTURE_WORKER_H

#include "trial.h"

/* Starts it; what it says is in its output. */
Background *worker_start (Home *home);

/* Runs it to its end. Returns the exit code (128 + n by signal n); after "seconds" it is killed: -1. */
int worker_run (Home *home, unsigned seconds);

#endif
