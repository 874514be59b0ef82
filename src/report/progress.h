/* A progress bar on a terminal's stderr: one line, drawn at most ten times a second, gone when the file is done. */
#ifndef WEIR_SRC_REPORT_PROGRESS_H
#define WEIR_SRC_REPORT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct
{
  const char *name; /* the file's; borrowed */
  bool shown;       /* whether there is a terminal for it */
  bool drawn;
  int64_t last_us;
} Progress;

void progress_begin (Progress *progress, const char *name);
void progress_end (Progress *progress);

/* PipelineOptions.progress: data is a Progress. total 0: there is no measure, the step is named. */
void progress_draw (const char *step, int64_t done, int64_t total, void *data);

#endif
