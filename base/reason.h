/* Reasons: the stable words by which programs know an error or a refused row. They are promised: `--json` prints them as "code" and
 * "reason", weir.reject keeps them, and docs/operations.md lists them with their sentences (a test holds it to this table).
 *
 * A new reason is a line here, a row in reason.c, and what the test then asks for in docs/operations.md. A word is never changed.
 * */
#ifndef WEIR_BASE_REASON_H
#define WEIR_BASE_REASON_H

#include <glib.h>
#include <stdbool.h>

typedef enum
{
  REASON_NONE, /* of an error: its code's, REASON_RETRY to REASON_STOP; of a record: it is sound */

  /* what an error is where nothing more precise is known: the codes of base/error.h */
  REASON_RETRY,
  REASON_INPUT,
  REASON_MODEL,
  REASON_LOCAL,
  REASON_STOP,

  /* the file */
  REASON_BAD_NAME,
  REASON_NOT_A_FILE,
  REASON_UNREADABLE,
  REASON_FILE_CHANGED,
  REASON_WORKER_CRASHED,
  REASON_COMPRESSED_DATA,
  REASON_COMPRESSION_BOMB,
  REASON_FILE_TOO_LARGE,
  REASON_TOO_MANY_ROWS,
  REASON_EMPTY_FILE,
  REASON_ENCODING,
  REASON_NUL_BYTE,
  REASON_NO_ROWS,
  REASON_RAGGED,
  REASON_TOO_MANY_REJECTS,
  REASON_LOW_CONFIDENCE,
  REASON_TOO_MANY_COLUMNS,
  REASON_MISSING_COLUMN,
  REASON_MISSING_KEY_COLUMN,
  REASON_COLUMNS_DRIFT,
  REASON_TYPE_DRIFT,
  REASON_AMBIGUOUS,
  REASON_LINE_COUNT,
  REASON_NO_DATE,
  REASON_BAD_DECLARATION,
  REASON_NOT_AS_DECLARED,
  REASON_BOOKMARK_MOVED,
  REASON_HELD,
  REASON_DISCARDED,

  /* the machine */
  REASON_DISK_FULL,
  REASON_DISK_READ_ONLY,
  REASON_OUT_OF_RESOURCES,

  /* what a person must settle */
  REASON_INVALID_JSON,
  REASON_BAD_MODEL,
  REASON_KEY_CHANGED,
  REASON_HISTORY_CHANGED,
  REASON_TYPE_CHANGED,
  REASON_SECRET_CHANGED,
  REASON_SECRET_MISSING,
  REASON_NO_LEDGER,
  REASON_LEDGER_CHANGED,
  REASON_WAITS,
  REASON_BUILT_ON,
  REASON_UNDONE,

  /* the database */
  REASON_DATABASE_CONNINFO,
  REASON_DATABASE_LOGIN,
  REASON_DATABASE_ENCODING,
  REASON_DATABASE_UNREACHABLE,
  REASON_DATABASE_READ_ONLY,
  REASON_DATABASE_BUSY,
  REASON_DATABASE_OBJECTS,
  REASON_DATABASE_ERROR,
  REASON_CONNECTION_LOST,
  REASON_LOCK_BUSY,
  REASON_STATEMENT_CANCELLED,
  REASON_NOT_SUPPORTED,
  REASON_DEPENDENT_OBJECTS,
  REASON_MISSING_OBJECT,
  REASON_INSUFFICIENT_PRIVILEGE,
  REASON_INVALID_DATA,
  REASON_CONSTRAINT_VIOLATION,
  REASON_LIMIT_EXCEEDED,
  REASON_RAISED_IN_DATABASE,

  /* a row; some refuse the file where they concern its header */
  REASON_TOO_FEW_FIELDS,
  REASON_TOO_MANY_FIELDS,
  REASON_STRAY_QUOTE,
  REASON_UNCLOSED_QUOTE,
  REASON_INVALID_UTF8,
  REASON_INVALID_ENCODING,
  REASON_RECORD_TOO_LONG,
  REASON_FIELD_TOO_LONG,
  REASON_BAD_VALUE,
  REASON_NULL_REQUIRED,
  REASON_EMPTY_KEY,
  REASON_DUPLICATE_KEY,
  REASON_INCOMPLETE_REFERENCE,
  REASON_MISSING_REFERENCE,
  REASON_OVERTAKEN,
  REASON_LATE,
  REASON_FUTURE,
  REASON_COMMENT,

  /* a row that is none of the table's: what is below it */
  REASON_FOOTER,
  REASON_SECOND_TABLE,
  REASON_REPEATED_HEADER,

  REASON_COUNT
} Reason;

typedef enum
{
  REASON_OF_ERROR = 1,   /* "code" of an error */
  REASON_OF_ROW = 2,     /* "reason" of a reject */
  REASON_OF_FOREIGN = 4, /* the same, of a row that says nothing of the table's own */
} ReasonUse;

const char *reason_word (Reason reason); /* "empty_file"; NULL of REASON_NONE */
unsigned reason_use (Reason reason);     /* of ReasonUse */

/* The reason of that word, REASON_NONE where there is none such (NULL too). */
Reason reason_find (const char *word);

/* The lines of the table in docs/operations.md of the reasons that have that use. Owned by the caller. */
char *reason_to_markdown (ReasonUse use);

#endif
