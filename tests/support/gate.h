/* A gate in front of a TCP server on the loopback: passes on what comes both ways, and lets go no more than so many bytes. The process ends with the test. */
#ifndef WEIR_TESTS_SUPPORT_GATE_H
#define WEIR_TESTS_SUPPORT_GATE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Gate Gate;

typedef enum
{
  GATE_PASS,
  GATE_HOLD, /* once so many bytes have gone through, in both ways together, nothing more does, until it is set anew */
  GATE_CUT,  /* then the connection is closed, and later ones pass */
} GateMode;

Gate *gate_start (int port); /* the server's */
int gate_port (const Gate *gate);

/* From now on, for the bytes that come from now on. */
void gate_set (Gate *gate, GateMode mode, int64_t bytes);
bool gate_has_shut (const Gate *gate); /* it holds, or has cut */
int gate_connections (const Gate *gate);
int gate_turns (const Gate *gate); /* how often a client has said something behind what the server had said: round trips */
void gate_stop (Gate *gate);

#endif
