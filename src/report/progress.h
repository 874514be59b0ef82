/* A progress bar on a terminal's stderr: one line, drawn at most ten times a second, gone when the file is done. */
#ifndef WEIR_SRC_REPORT_PROGRESS_H
#define WEIR_SRC_REPORT_PROGRESS_H

#include "src/load/loader.h"
#include "src/load/probe.h"
#include "src/load/pulse.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct
{
  const char *name; /* the file's; borrowed */
  bool shown;       /* whether there is a terminal for it */
  bool drawn;
  int64_t last_us;
  Pulse pulse;    /* what it shows */
  Loader *loader; /* whose connection is watched; borrowed */
  Probe probe;
} Progress;

/* From now to the end the loader tells of its steps, and is asked on while it waits for the server. */
void progress_begin (Progress *progress, const char *name, Loader *loader);
void progress_end (Progress *progress);

#endif
