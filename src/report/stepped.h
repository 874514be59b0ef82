/* A step of a stream of steps (docs/steps.md), as `weir pull` tells it. */
#ifndef WEIR_SRC_REPORT_STEPPED_H
#define WEIR_SRC_REPORT_STEPPED_H

#include "base/json.h"

/* "weekly: report to mail: done, 3 rows; 2 receivers have it"; on stderr where it has failed. step: as steps_run tells it. */
void stepped_show (const char *job, const Json *step);

#endif
