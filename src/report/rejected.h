/* Refused rows as the ledger gives them (ledger_rejects). */
#ifndef WEIR_SRC_REPORT_REJECTED_H
#define WEIR_SRC_REPORT_REJECTED_H

#include "base/db.h"

/* The columns of the answer. */
enum
{
  REJECTED_LINE,
  REJECTED_COLUMN,
  REJECTED_REASON,
  REJECTED_MESSAGE,
  REJECTED_REPAIRED,
  REJECTED_ORIGINAL,
  REJECTED_WAITING,
};

/* The bytes of the row as it was, without its line end. Owned by the caller. */
GString *rejected_bytes (const DbResult *rejects, int row);

#endif
