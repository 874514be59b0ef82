#include "pipeline/table/header.h"

#include "base/docs.h"
#include "base/error.h"
#include "base/text.h"
#include "pipeline/records/bad_text.h"
#include "pipeline/records/reader_record.h"
#include "pipeline/records/repair.h"

#define PROBLEM_SIZE 120

void
header_clear (Header *header)
{
  g_free (header->memory);
  g_free (header->problem);
  *header = (Header) { 0 };
}

static bool
refuse_header (const HeaderFile *file, const Record *record, GError **error)
{
  bool decoding = record->reason == REASON_INVALID_UTF8 || record->reason == REASON_INVALID_ENCODING;
  const char *likelier = file->evidence->likelier;
  g_autofree char *page = docs_path ("csv.md");
  g_autofree char *hint =
      decoding && likelier != NULL
          ? g_strdup_printf ("Say in a model which encoding it is: \"dialect\": {\"encoding\": \"%s\"}.", likelier)
      : decoding
          ? g_strdup_printf ("Say in a model which encoding it is, as \"encoding\" in its \"dialect\": %s has the words.", page)
          : g_strdup ("Mend the line and drop the file again.");
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_INPUT, record->reason, .line = record->line,
                                 .detail = decoding ? file->evidence->encoding : NULL, .hint = hint },
                    "\"%s\": the header on line %" G_GINT64_FORMAT " cannot be read: %s", file->name, record->line,
                    record->problem);
}

static void
note_problem (Header *header, const Record *record, size_t width)
{
  char problem[80];
  if (header->problem == NULL)
    header->problem = g_strdup (record_describe (record, width, problem, sizeof problem));
}

/* Bytes that are no text become a sign, if it can be told what the names are: *ret_text, which "mended" borrows; NULL: it has none.
 * "problem" has room for what is wrong with it. */
static bool
mend_text (const HeaderFile *file, const Record *record, Record *mended, char problem[PROBLEM_SIZE], GString **ret_text,
           GError **error)
{
  size_t bad = 0;
  *ret_text = NULL;
  *mended = *record;
  if (record->reason == REASON_RECORD_TOO_LONG || text_is_utf8 (record->raw, record->raw_length, &bad))
    return true;
  mended->reason = bad_text_describe (record, bad, file->dialect, problem, PROBLEM_SIZE);
  mended->problem = problem;
  *ret_text = bad_text_replace (record);
  if (*ret_text == NULL)
    return refuse_header (file, mended, error);
  mended->raw = (*ret_text)->str;
  mended->raw_length = (*ret_text)->len;
  mended->reason = REASON_STRAY_QUOTE; /* so it is read once more */
  return true;
}

bool
header_take (Header *header, const Record *row, const HeaderFile *file, GError **error)
{
  g_autoptr (Repair) repair = repair_new (file->dialect, file->width);
  g_autoptr (GString) text = NULL;
  char problem[PROBLEM_SIZE];
  Record readable;
  size_t found;
  if (!mend_text (file, row, &readable, problem, &text, error))
    return false;
  const Record *fit = repair_record (repair, &readable, &found);
  if (fit == NULL)
    return refuse_header (file, row, error);
  if (fit != &readable)
    note_problem (header, &readable, file->width);
  g_autofree char *above = header->memory;
  header->record = record_join (&header->record, fit, &header->memory);
  return true;
}
