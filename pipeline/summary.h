/* What a run is called when it is over: in `weir load --json`, the worker's replies, the ledger and failed/'s reports. */
#ifndef WEIR_PIPELINE_SUMMARY_H
#define WEIR_PIPELINE_SUMMARY_H

#include "base/json.h"
#include "pipeline/run.h"

/* The published object (see docs/operations.md). error may be NULL. A new reference. */
Json *pipeline_summary (const Run *run, const PipelineResult *result, int64_t milliseconds, const GError *error);

#endif
