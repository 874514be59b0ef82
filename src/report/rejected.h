/* Refused rows as the ledger gives them (ledger_rejects): their bytes, as JSON, and as CSV to be corrected and dropped again. */
#ifndef WEIR_SRC_REPORT_REJECTED_H
#define WEIR_SRC_REPORT_REJECTED_H

#include "base/db.h"
#include "base/json.h"
#include "models/catalog.h"
#include "pipeline/text/dialect.h"
#include "src/settings/settings.h"

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

/* Whether the row is a reject: it was not repaired, and does not wait for what it refers to. */
bool rejected_is_reject (const DbResult *rejects, int row);

/* Whether rows of a run (ledger_run) may have personal data, as the table's model says: one that cannot be read, or that the run had and that is
 * gone since, may have said so. */
bool rejected_is_personal (const Settings *settings, const DbResult *run);

/* An object of --json; personal: without the row itself. A new reference. */
Json *rejected_to_json (const DbResult *rejects, int row, bool personal);

/* The rows under the header of their file, with line, reason, message and run before them. */
typedef struct
{
  const char *run;    /* borrowed from the result, as is the header */
  const char *header; /* NULL: the file had none, and nothing is put before the rows */
  Dialect dialect;    /* of the file: what is added to its lines is written the same way */
  bool mark;          /* the file was not UTF-8, which the rows are */
  bool safe;          /* for a spreadsheet */
} RejectedCsv;

/* run: what ledger_run found. */
RejectedCsv rejected_csv (const DbResult *run, bool safe);
void rejected_csv_header (const RejectedCsv *csv, GString *text);
void rejected_csv_row (const RejectedCsv *csv, const DbResult *rejects, int row, GString *text);

/* What is wrong with the row: "column: message". Owned by the caller. */
char *rejected_message (const DbResult *rejects, int row);

#endif
