/* How a stream is read: what the job's mode and bookmark are for a tap. */
#ifndef WEIR_CONNECT_SINGER_PLAN_H
#define WEIR_CONNECT_SINGER_PLAN_H

#include "connect/singer/catalog.h"

typedef struct
{
  const char *name; /* of the stream; borrowed from the request; NULL: the only one */
  Selection selection;
  bool is_whole;  /* all rows are asked for, whatever the position says */
  char *bookmark; /* owned; selection.bookmark is this */
} ReadPlan;

/* What the request asks for, as far as that is seen without a catalog. All mistakes are told. */
bool read_plan_read (const Request *request, ReadPlan *ret_plan, GError **error);

/* The rest of it: by what the stream may be read. All mistakes are told. */
bool read_plan_fit (const Request *request, const Json *stream, ReadPlan *plan, GError **error);

void read_plan_clear (ReadPlan *plan);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ReadPlan, read_plan_clear)

#endif
