#include "base/reason.h"

#define ERROR REASON_OF_ERROR
#define ROW REASON_OF_ROW
#define BOTH (REASON_OF_ERROR | REASON_OF_ROW)
#define FOREIGN (REASON_OF_ROW | REASON_OF_FOREIGN)

/* A sentence goes on behind "word:"; it is read by whoever writes a program, so it says what the word stands for and no more. */
static const struct
{
  const char *word;
  unsigned use;
  const char *sentence;
} reasons[REASON_COUNT] = {
  [REASON_RETRY] = { "retry", ERROR, "the database is away or a lock is busy; the same may succeed later" },
  [REASON_INPUT] = { "input", ERROR, "the file is at fault, in a way that has no word of its own" },
  [REASON_MODEL] = { "model", ERROR, "usage, settings, a model or a pin: a person must change something" },
  [REASON_LOCAL] = { "local", ERROR, "the local disk or its permissions" },
  [REASON_STOP] = { "stop", ERROR, "somebody asked weir to stop; nothing is said against the file" },

  [REASON_BAD_NAME] = { "bad_name", ERROR, "no table can be named after the file" },
  [REASON_NOT_A_FILE] = { "not_a_file", ERROR, "a folder, a link, a pipe or a device, not a regular file" },
  [REASON_UNREADABLE] = { "unreadable", ERROR, "the file cannot be opened" },
  [REASON_FILE_CHANGED] = { "file_changed", ERROR, "the file changed while it was read; it is loaded again" },
  [REASON_WORKER_CRASHED] = { "worker_crashed", ERROR, "the file crashed its worker twice" },
  [REASON_COMPRESSED_DATA] = { "compressed_data", ERROR, "the compressed data is broken, cut off or followed by something else" },
  [REASON_COMPRESSION_BOMB] = { "compression_bomb", ERROR, "the compressed file becomes far too large, or needs too much memory" },
  [REASON_FILE_TOO_LARGE] = { "file_too_large", ERROR, "more text than the setting limits.file_mb" },
  [REASON_TOO_MANY_ROWS] = { "too_many_rows", ERROR, "more rows than the setting limits.rows" },
  [REASON_EMPTY_FILE] = { "empty_file", ERROR, "no text, or only blank lines" },
  [REASON_ENCODING] = { "encoding", ERROR, "an encoding that weir does not read" },
  [REASON_NUL_BYTE] = { "nul_byte", ERROR, "a NUL byte in the text, or a file that is no text" },
  [REASON_NO_ROWS] = { "no_rows", ERROR, "a header and nothing below it" },
  [REASON_RAGGED] = { "ragged", ERROR, "a row that is off, where the model says \"ragged\": \"fail\"" },
  [REASON_TOO_MANY_REJECTS] = { "too_many_rejects", ERROR, "more refused rows than the setting or the model allows" },
  [REASON_LOW_CONFIDENCE] = { "low_confidence", ERROR,
                              "how the file is written is too uncertain, and lines of it or its header are missing" },
  [REASON_TOO_MANY_COLUMNS] = { "too_many_columns", ERROR, "more columns than a table of PostgreSQL has" },
  [REASON_MISSING_COLUMN] = { "missing_column", ERROR, "a column that the model requires is not in the file" },
  [REASON_MISSING_KEY_COLUMN] = { "missing_key_column", ERROR,
                                  "a column of the business key or of a reference is not in the file" },
  [REASON_COLUMNS_DRIFT] = { "columns_drift", ERROR, "columns that the table or its contract does not allow" },
  [REASON_TYPE_DRIFT] = { "type_drift", ERROR, "cells that contradict the type that earlier files gave the column" },
  [REASON_AMBIGUOUS] = { "ambiguous", ERROR, "a key that can be read in two ways, which only a model can settle" },
  [REASON_LINE_COUNT] = { "line_count", ERROR, "the lines that were read are not those of the file: a fault of weir" },
  [REASON_HELD] = { "held", ERROR,
                    "a full export would close more keys than the model's guard lets it: `weir approve` or `weir discard`" },
  [REASON_DISCARDED] = { "discarded", ERROR, "it was held, and `weir discard` refused it" },
  [REASON_NO_DATE] = { "no_date", ERROR, "the model takes from the file's name since when its rows are true, and it has no date" },

  [REASON_BAD_DECLARATION] = { "bad_declaration", ERROR, "mistakes in what lies beside the file; each is told with its place" },
  [REASON_NOT_AS_DECLARED] = { "not_as_declared", ERROR,
                               "other columns, another number of rows or another checksum than the file's declaration says" },
  [REASON_BOOKMARK_MOVED] = { "bookmark_moved", ERROR,
                              "a pulled file begins where its bookmark is not any more: the next pull brings what it should" },

  [REASON_DISK_FULL] = { "disk_full", ERROR, "no space, no inodes or no quota left on this machine's disk" },
  [REASON_DISK_READ_ONLY] = { "disk_read_only", ERROR, "a file system of this machine is read-only" },
  [REASON_OUT_OF_RESOURCES] = { "out_of_resources", ERROR, "memory, open files or locks of this machine are used up" },

  [REASON_INVALID_JSON] = { "invalid_json", ERROR, "weir.json or a model is not JSON" },
  [REASON_BAD_MODEL] = { "bad_model", ERROR, "a model with mistakes; each is told with its place" },
  [REASON_HISTORY_CHANGED] = { "history_changed", ERROR,
                               "the history that the model wants cannot be made of the one that the table has" },
  [REASON_KEY_CHANGED] = { "key_changed", ERROR, "the key of the model is not the one that the table was loaded with" },
  [REASON_TYPE_CHANGED] = { "type_changed", ERROR, "a declared type that the stored column cannot take" },
  [REASON_SECRET_CHANGED] = { "secret_changed", ERROR, "the key secret is not the one that the table's ids were made with" },
  [REASON_SECRET_MISSING] = { "secret_missing", ERROR, "ids were made with a key secret, and it is gone" },
  [REASON_NO_LEDGER] = { "no_ledger", ERROR, "a database in which weir has not worked yet" },
  [REASON_LEDGER_CHANGED] = { "ledger_changed", ERROR, "a ledger of another version of weir" },
  [REASON_WAITS] = { "waits", ERROR, "a fact whose dimension was never loaded" },
  [REASON_BUILT_ON] = { "built_on", ERROR,
                        "a run that cannot be taken back alone, for later ones said something of the same entities" },
  [REASON_UNDONE] = { "undone", ERROR, "a file in failed/ whose run was applied, and taken back by `weir undo`" },

  [REASON_DATABASE_CONNINFO] = { "database_conninfo", ERROR, "the connection string cannot be read" },
  [REASON_DATABASE_LOGIN] = { "database_login", ERROR, "user, password or database name are refused" },
  [REASON_DATABASE_ENCODING] = { "database_encoding", ERROR, "a database that is not UTF-8" },
  [REASON_DATABASE_UNREACHABLE] = { "database_unreachable", ERROR, "no connection; the server is away, starting or shutting down" },
  [REASON_DATABASE_READ_ONLY] = { "database_read_only", ERROR, "a standby, until it is promoted" },
  [REASON_DATABASE_BUSY] = { "database_busy", ERROR, "the server has too much to do: connections, memory, disk, a deadlock" },
  [REASON_DATABASE_OBJECTS] = { "database_objects", ERROR, "a table, column or function in the database is not as weir made it" },
  [REASON_DATABASE_ERROR] = { "database_error", ERROR, "an error of the server that has no word of its own" },
  [REASON_CONNECTION_LOST] = { "connection_lost", ERROR, "the connection broke" },
  [REASON_LOCK_BUSY] = { "lock_busy", ERROR, "another session holds what is needed" },
  [REASON_STATEMENT_CANCELLED] = { "statement_cancelled", ERROR, "somebody cancelled the statement, or its time was over" },
  [REASON_NOT_SUPPORTED] = { "not_supported", ERROR, "the server cannot do that" },
  [REASON_DEPENDENT_OBJECTS] = { "dependent_objects", ERROR, "something of somebody else depends on what must change" },
  [REASON_MISSING_OBJECT] = { "missing_object", ERROR, "a schema or table is gone" },
  [REASON_INSUFFICIENT_PRIVILEGE] = { "insufficient_privilege", ERROR, "the role may not do that" },
  [REASON_INVALID_DATA] = { "invalid_data", ERROR, "a value that the server refuses" },
  [REASON_CONSTRAINT_VIOLATION] = { "constraint_violation", ERROR, "a constraint of the table refuses the rows" },
  [REASON_LIMIT_EXCEEDED] = { "limit_exceeded", ERROR, "a limit of the server, such as a row wider than a page" },
  [REASON_RAISED_IN_DATABASE] = { "raised_in_database", ERROR, "a trigger or function refuses the rows" },

  [REASON_TOO_FEW_FIELDS] = { "too_few_fields", ROW, "fewer fields than the table has columns" },
  [REASON_TOO_MANY_FIELDS] = { "too_many_fields", BOTH, "more fields than the table has columns, or than the limit" },
  [REASON_STRAY_QUOTE] = { "stray_quote", BOTH, "a quote inside a cell without quotes, or text behind a closing one" },
  [REASON_UNCLOSED_QUOTE] = { "unclosed_quote", BOTH, "a quote that nothing closes" },
  [REASON_INVALID_UTF8] = { "invalid_utf8", BOTH, "bytes that are no UTF-8" },
  [REASON_INVALID_ENCODING] = { "invalid_encoding", BOTH, "bytes that are no text in the file's encoding" },
  [REASON_RECORD_TOO_LONG] = { "record_too_long", BOTH, "longer than the setting limits.record_kb, or of more than 10,000 lines" },
  [REASON_FIELD_TOO_LONG] = { "field_too_long", BOTH, "a cell longer than the setting limits.field_kb" },
  [REASON_BAD_VALUE] = { "bad_value", ROW, "a cell that is not of its column's type" },
  [REASON_NULL_REQUIRED] = { "null_required", ROW, "an empty cell in a column that the model requires" },
  [REASON_EMPTY_KEY] = { "empty_key", ROW, "the business key is empty" },
  [REASON_DUPLICATE_KEY] = { "duplicate_key", ROW,
                             "the business key has another line, where the model says \"duplicates\": \"reject\"" },
  [REASON_INCOMPLETE_REFERENCE] = { "incomplete_reference", ROW, "a part of a reference of several columns is empty" },
  [REASON_MISSING_REFERENCE] = { "missing_reference", ROW, "the row refers to nobody that the dimension knows" },
  [REASON_OVERTAKEN] = { "overtaken", ROW,
                         "of a file that weir had before: the row would change what is there, and newer files were applied since" },
  [REASON_LATE] = { "late", ROW,
                    "the row is true since before what the table knows of it, and the model says \"late\": \"refuse\"" },
  [REASON_FUTURE] = { "future", BOTH, "true since a time that has not come yet" },
  [REASON_COMMENT] = { "comment", ROW, "the line begins as comments do, and is cut as the rows are" },

  [REASON_FOOTER] = { "footer", FOREIGN, "below the end of the table: totals, remarks" },
  [REASON_SECOND_TABLE] = { "second_table", FOREIGN, "another table: above this one, or below its end" },
  [REASON_REPEATED_HEADER] = { "repeated_header", FOREIGN,
                               "a header in the table: its own once more, or words where it has values" },
};

const char *
reason_word (Reason reason)
{
  return reasons[reason].word;
}

unsigned
reason_use (Reason reason)
{
  return reasons[reason].use;
}

Reason
reason_find (const char *word)
{
  Reason reason = REASON_COUNT;
  while (--reason > REASON_NONE && g_strcmp0 (word, reasons[reason].word) != 0)
    ;
  return reason;
}

char *
reason_to_markdown (ReasonUse use)
{
  GString *text = g_string_new (NULL);
  for (Reason reason = REASON_NONE + 1; reason < REASON_COUNT; reason++)
    if (reasons[reason].use & use)
      g_string_append_printf (text, "| `%s` | %s |\n", reasons[reason].word, reasons[reason].sentence);
  return g_string_free (text, FALSE);
}
