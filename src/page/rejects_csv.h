/* The refused rows of a run as CSV, in pieces: a run may have millions. */
#ifndef WEIR_SRC_PAGE_REJECTS_CSV_H
#define WEIR_SRC_PAGE_REJECTS_CSV_H

#include "src/page/view.h"

#define REJECTS_CSV "rejects.csv"
#define REJECTS_CSV_SAFE "rejects-safe.csv" /* for a spreadsheet */

/* Makes the answer. Errors: as those of a view; MODEL where the table has personal data. */
bool rejects_csv_answer (const Visit *visit, bool safe, Answer *answer, GError **error);

#endif
