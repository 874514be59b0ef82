#include "pipeline/run.h"

const char *
load_status_word (LoadStatus status)
{
  static const char *const words[] = { [STATUS_APPLIED] = "applied",
                                       [STATUS_STAGED] = "staged",
                                       [STATUS_DUPLICATE] = "duplicate",
                                       [STATUS_FAILED] = "failed",
                                       [STATUS_HELD] = "held" };
  return words[status];
}

void
pipeline_result_clear (PipelineResult *result)
{
  g_clear_pointer (&result->notes, g_ptr_array_unref);
}
