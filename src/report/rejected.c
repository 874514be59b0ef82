#include "src/report/rejected.h"

#include "base/text.h"
#include "pipeline/records/annotation.h"
#include "src/report/changes.h"
#include "src/report/spreadsheet.h"

#include <string.h>

/* Undoes PostgreSQL's encode (bytes, 'escape'): \\ is a backslash, \ooo a byte. */
static GString *
unescape (const char *text)
{
  GString *bytes = g_string_new (NULL);
  while (*text != '\0')
    if (text[0] == '\\' && text[1] == '\\')
      {
        g_string_append_c (bytes, '\\');
        text += 2;
      }
    else if (text[0] == '\\' && text[1] != '\0' && text[2] != '\0' && text[3] != '\0')
      {
        g_string_append_c (bytes, (char) ((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0')));
        text += 4;
      }
    else
      g_string_append_c (bytes, *text++);
  return bytes;
}

GString *
rejected_bytes (const DbResult *rejects, int row)
{
  GString *bytes = unescape (db_result_value (rejects, row, REJECTED_ORIGINAL));
  while (bytes->len > 0 && (bytes->str[bytes->len - 1] == '\n' || bytes->str[bytes->len - 1] == '\r'))
    g_string_truncate (bytes, bytes->len - 1);
  return bytes;
}

bool
rejected_is_reject (const DbResult *rejects, int row)
{
  return !db_result_bool (rejects, row, REJECTED_REPAIRED) && !db_result_bool (rejects, row, REJECTED_WAITING);
}

bool
rejected_is_personal (const Settings *settings, const DbResult *run)
{
  const char *table = db_result_named (run, 0, "table");
  g_autoptr (Catalog) catalog = settings_load_catalog (settings, NULL);
  const Model *model = catalog != NULL ? catalog_find (catalog, table) : NULL;
  if (model == NULL)
    return catalog == NULL || catalog_find_broken (catalog, table) != NULL || db_result_named (run, 0, "model_checksum") != NULL;
  return changes_has_personal (model);
}

/* JSON is UTF-8: an original that is not goes beside its readable form in base64. */
Json *
rejected_to_json (const DbResult *rejects, int row, bool personal)
{
  g_autoptr (GString) bytes = rejected_bytes (rejects, row);
  g_autofree char *readable = personal ? NULL : g_utf8_make_valid (bytes->str, (gssize) bytes->len);
  Json *object = json_pack (
      "{s:I, s:s?, s:s, s:s, s:b, s:b, s:o}", "line", (json_int_t) db_result_int64 (rejects, row, REJECTED_LINE), "column",
      db_result_value (rejects, row, REJECTED_COLUMN), "reason", db_result_value (rejects, row, REJECTED_REASON), "message",
      db_result_value (rejects, row, REJECTED_MESSAGE), "repaired", db_result_bool (rejects, row, REJECTED_REPAIRED), "waiting",
      db_result_bool (rejects, row, REJECTED_WAITING), "original", weir_json_string (readable));
  if (personal)
    json_object_set_new (object, "withheld_bytes", json_integer ((json_int_t) bytes->len));
  if (personal || text_is_utf8 (bytes->str, bytes->len, NULL))
    return object;
  g_autofree char *base64 = g_base64_encode ((const guchar *) bytes->str, bytes->len);
  json_object_set_new (object, "original_base64", json_string (base64));
  return object;
}

/* ---- as CSV ---- */

/* A file of one column has no delimiter: a tab stands between its rows and what is added to them. */
static Dialect
dialect_of (const Json *json)
{
  const char *delimiter = json_string_value (json_object_get (json, "delimiter"));
  const char *quote = json_string_value (json_object_get (json, "quote"));
  const char *escape = json_string_value (json_object_get (json, "escape"));
  const char *blanks = json_string_value (json_object_get (json, "blanks"));
  Dialect dialect = { .trim = g_strcmp0 (blanks, "trim") == 0,
                      .quote = quote != NULL ? quote[0] : '\0',
                      .escape = g_strcmp0 (escape, "backslash") == 0 ? ESCAPE_BACKSLASH : ESCAPE_DOUBLED };
  g_strlcpy (dialect.delimiter, delimiter != NULL ? delimiter : "\t", sizeof dialect.delimiter);
  return dialect;
}

RejectedCsv
rejected_csv (const DbResult *run, bool safe)
{
  const char *text = db_result_named (run, 0, "dialect");
  g_autoptr (Json) dialect = text != NULL ? weir_json_parse (text, strlen (text), "dialect", NULL) : NULL;
  const char *encoding = json_string_value (json_object_get (dialect, "encoding"));
  return (RejectedCsv) { .run = db_result_named (run, 0, "run"),
                         .header = db_result_named (run, 0, "header"),
                         .dialect = dialect_of (dialect),
                         .mark = encoding != NULL && !g_str_equal (encoding, "UTF-8"),
                         .safe = safe };
}

static void
append_line (const RejectedCsv *csv, const char *line, size_t length, GString *text)
{
  g_autofree char *safe = csv->safe ? spreadsheet_safe (line, length, csv->dialect.delimiter) : NULL;
  g_string_append_len (text, safe != NULL ? safe : line, safe != NULL ? (gssize) strlen (safe) : (gssize) length);
}

/* What is wrong with a line, in columns before it: loading leaves them out, so the corrected file can be dropped as it is. The
 * message is always in quotes where the file has them: of few rows nothing else may tell. */
static void
append_annotations (const RejectedCsv *csv, const char *const cells[4], GString *text)
{
  const Dialect *dialect = &csv->dialect;
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *delimiter = annotation_delimiter (dialect);
  for (size_t i = 0; i < 4; i++)
    {
      dialect_append_cell (dialect, cells[i], i == 2, line);
      g_string_append (line, delimiter);
    }
  append_line (csv, line->str, line->len, text);
}

/* The lines are UTF-8 whatever the file was, and a mark says so where a model declares something else. */
void
rejected_csv_header (const RejectedCsv *csv, GString *text)
{
  if (csv->mark)
    g_string_append (text, "\xEF\xBB\xBF");
  if (csv->header == NULL)
    return;
  append_annotations (csv,
                      (const char *const[]) { csv->safe ? ANNOTATION_SAFE : ANNOTATION_LINE, ANNOTATION_REASON, ANNOTATION_MESSAGE,
                                              ANNOTATION_RUN },
                      text);
  append_line (csv, csv->header, strlen (csv->header), text);
  g_string_append_c (text, '\n');
}

char *
rejected_message (const DbResult *rejects, int row)
{
  const char *column = db_result_value (rejects, row, REJECTED_COLUMN), *message = db_result_value (rejects, row, REJECTED_MESSAGE);
  return g_strdup_printf ("%s%s%s", column != NULL ? column : "", column != NULL ? ": " : "", message);
}

void
rejected_csv_row (const RejectedCsv *csv, const DbResult *rejects, int row, GString *text)
{
  g_autofree char *message = rejected_message (rejects, row);
  if (csv->header != NULL)
    append_annotations (csv,
                        (const char *const[]) { db_result_value (rejects, row, REJECTED_LINE),
                                                db_result_value (rejects, row, REJECTED_REASON), message, csv->run },
                        text);
  g_autoptr (GString) bytes = rejected_bytes (rejects, row);
  append_line (csv, bytes->str, bytes->len, text);
  g_string_append_c (text, '\n');
}
