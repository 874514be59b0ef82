/* SIGTERM and SIGINT as a readable descriptor: it ends waiting statements, and is looked at between records. */
#ifndef WEIR_SRC_LOAD_STOP_H
#define WEIR_SRC_LOAD_STOP_H

/* Blocks both signals for this process; the descriptor is the caller's. -1 where there is none to be had. Statements that must
 * still run after a stop need a connection without it. */
int stop_fd_open (void);

#endif
