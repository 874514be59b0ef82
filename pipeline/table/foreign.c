#include "pipeline/table/foreign.h"

#include "base/text.h"
#include "pipeline/records/bad_text.h"
#include "pipeline/table/words.h"

G_GNUC_PRINTF (4, 5)
static const Record *
tell (Foreign *foreign, const Record *record, Reason reason, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_vsnprintf (foreign->problem, sizeof foreign->problem, format, arguments);
  va_end (arguments);
  foreign->record = *record;
  foreign->record.n_fields = 0;
  foreign->record.problem = foreign->problem;
  foreign->record.reason = reason;
  return &foreign->record;
}

const Record *
foreign_above (Foreign *foreign, const Record *record, int64_t first)
{
  return tell (foreign, record, REASON_SECOND_TABLE, "above the table, which begins on line %" G_GINT64_FORMAT, first);
}

const Record *
foreign_comment (Foreign *foreign, const Record *record)
{
  return tell (foreign, record, REASON_COMMENT, "begins with # as comments do, and is cut as the rows are");
}

const Record *
foreign_header (Foreign *foreign, const Record *record, bool own, size_t width)
{
  bool title = record->n_fields != width || words_are_title (record);
  bool nothing = title && record->n_fields == width && record->fields[0].length == 0;
  return tell (foreign, record, REASON_REPEATED_HEADER, "%s",
               own       ? "the header once more"
               : nothing ? "delimiters only, above the header once more"
               : title   ? "above the header once more"
                         : "words where the table has values; its rows go on behind them");
}

const Record *
foreign_below (Foreign *foreign, const Record *record, Reason below, int64_t last)
{
  return tell (foreign, record, below, "below the end of the table on line %" G_GINT64_FORMAT, last);
}

const Record *
foreign_bad_text (Foreign *foreign, const Record *record, const Dialect *dialect)
{
  size_t bad = 0;
  if ((record->reason != REASON_STRAY_QUOTE && record->reason != REASON_UNCLOSED_QUOTE)
      || text_is_utf8 (record->raw, record->raw_length, &bad))
    return record;
  foreign->record = *record;
  foreign->record.reason = bad_text_describe (record, bad, dialect, foreign->problem, sizeof foreign->problem);
  foreign->record.problem = foreign->problem;
  return &foreign->record;
}
