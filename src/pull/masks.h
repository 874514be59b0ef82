/* Whether what a connector says it has masked is masked: each cell of such a column is looked at before anything of the file is kept. A job without masks
 * costs nothing. */
#ifndef WEIR_SRC_PULL_MASKS_H
#define WEIR_SRC_PULL_MASKS_H

#include "pipeline/records/reader.h"
#include "src/jobs/job.h"

typedef enum
{
  MASKED_HASH,  /* 64 digits, as SHA-256 has them */
  MASKED_NULL,  /* nothing */
  MASKED_LAST4, /* * for all but the last four characters, and for all of up to four */
} Masked;

/* NULL is masked by any. Pure. */
bool masks_hold (Masked mask, const char *text, size_t length);

/* fd: a regular file of canonical CSV with these columns (of the result). MODEL with the row and the column of the first cell that shows something, or of the
 * first record that cannot be read; INPUT and LOCAL as reader_next. */
bool masks_check (const Job *job, const Json *columns, int fd, const ReaderLimits *limits, GError **error);

#endif
