#include "src/pull/gather.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/fsutil.h"
#include "pipeline/layout/ident.h"
#include "pipeline/table/rows.h"

#include <string.h>

#define FLUSH_SIZE 65536

struct Gather
{
  int fd;
  const PipelineOptions *options;
  GStrv columns; /* NULL: no file yet */
  char *first;   /* the file that has said them */
  GString *out;
  Sha256 *sha;
  int64_t rows, bytes, left_out;
};

Gather *
gather_new (int fd, const PipelineOptions *options)
{
  Gather *gather = g_new0 (Gather, 1);
  gather->fd = fd;
  gather->options = options;
  gather->out = g_string_sized_new (2 * FLUSH_SIZE);
  gather->sha = sha256_new ();
  return gather;
}

void
gather_free (Gather *gather)
{
  if (gather == NULL)
    return;
  g_strfreev (gather->columns);
  g_free (gather->first);
  g_string_free (gather->out, TRUE);
  sha256_free (gather->sha);
  g_free (gather);
}

int64_t
gather_rows (const Gather *gather)
{
  return gather->rows;
}

int64_t
gather_left_out (const Gather *gather)
{
  return gather->left_out;
}

/* ---- writing ---- */

static bool
flush (Gather *gather, GError **error)
{
  sha256_update (gather->sha, gather->out->str, gather->out->len);
  gather->bytes += (int64_t) gather->out->len;
  bool done = fs_write_all (gather->fd, gather->out->str, gather->out->len, "gathered files", error);
  g_string_truncate (gather->out, 0);
  return done;
}

static void
append_cell (GString *out, const char *text, size_t length)
{
  g_string_append_c (out, '"');
  for (size_t i = 0; i < length; i++)
    {
      if (text[i] == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, text[i]);
    }
  g_string_append_c (out, '"');
}

static void
append_header (Gather *gather)
{
  for (size_t i = 0; gather->columns[i] != NULL; i++)
    {
      g_string_append (gather->out, i > 0 ? "," : "");
      append_cell (gather->out, gather->columns[i], strlen (gather->columns[i]));
    }
  g_string_append_c (gather->out, '\n');
}

/* places: which cell of the row each column is. */
static void
append_row (Gather *gather, const Record *row, const GArray *places)
{
  for (guint i = 0; i < places->len; i++)
    {
      const Field *field = &row->fields[g_array_index (places, guint, i)];
      g_string_append (gather->out, i > 0 ? "," : "");
      if (!field->null)
        append_cell (gather->out, field->text, field->length);
    }
  g_string_append_c (gather->out, '\n');
}

/* ---- columns ---- */

/* The names of a file's columns in the database, as a load of it would give them. */
static GStrv
names_of (const Rows *rows)
{
  const Record *header = rows_header (rows);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  for (size_t i = 0; i < rows_width (rows); i++)
    g_ptr_array_add (texts, header != NULL ? g_strndup (header->fields[i].text, header->fields[i].length) : g_strdup (""));
  return ident_from_headers ((const char *const *) texts->pdata, texts->len);
}

static bool
refuse_columns (const char *lacks, const char *has, const char *column, GError **error)
{
  const Failure failure = { WEIR_ERROR_INPUT, REASON_COLUMNS_DRIFT,
                            .detail = "Files of one step must have the same columns, in any order. Nothing was loaded.",
                            .hint = "Let the pattern take those that have them, and another step the others." };
  return weir_fail (error, &failure, "\"%s\" has no column \"%s\", and \"%s\" has one", lacks, column, has);
}

static const char *
find_missing (char **names, char **among)
{
  for (size_t i = 0; names[i] != NULL; i++)
    if (!g_strv_contains ((const char *const *) among, names[i]))
      return names[i];
  return NULL;
}

/* Which cell of this file's rows each column is; NULL with an error. */
static GArray *
find_places (Gather *gather, const Rows *rows, const char *shown, GError **error)
{
  g_auto (GStrv) names = names_of (rows);
  if (gather->columns == NULL)
    {
      gather->columns = g_strdupv (names);
      gather->first = g_strdup (shown);
      append_header (gather);
    }
  const char *missing = find_missing (gather->columns, names), *more = find_missing (names, gather->columns);
  if (missing != NULL)
    return refuse_columns (shown, gather->first, missing, error), NULL;
  if (more != NULL)
    return refuse_columns (gather->first, shown, more, error), NULL;
  GArray *places = g_array_new (FALSE, FALSE, sizeof (guint));
  for (size_t i = 0; gather->columns[i] != NULL; i++)
    {
      guint place = 0;
      while (strcmp (names[place], gather->columns[i]) != 0)
        place++;
      g_array_append_val (places, place);
    }
  return places;
}

/* ---- files ---- */

static Rows *
open_rows (int fd, const char *shown, const PipelineOptions *options, GError **error)
{
  return rows_open (&(RowsInput) { .fd = fd, .name = shown, .limits = &options->limits }, error);
}

/* As a load refuses it. */
static bool
check_doubt (const Gather *gather, const Rows *rows, const char *shown, int64_t left_out, GError **error)
{
  int percent = sniff_percent (rows_evidence (rows));
  if (!sniff_is_doubtful (percent, gather->options->min_confidence, left_out, rows_dialect (rows)->header_rows))
    return true;
  const Failure failure = { WEIR_ERROR_INPUT, REASON_LOW_CONFIDENCE, .detail = "Nothing was loaded.",
                            .hint = "`weir sniff --explain` shows what else it could be." };
  return weir_fail (error, &failure, "\"%s\" is read with a confidence of %d %% only, and %s", shown, percent,
                    left_out > 0 ? "lines of it would be in no row" : "there is no header");
}

static void
take_row (Gather *gather, const Record *row, const GArray *places, LineCounts *lines)
{
  bool foreign = reason_use (row->reason) & REASON_OF_FOREIGN;
  if (row->problem == NULL)
    {
      append_row (gather, row, places);
      gather->rows++;
      lines->rows += row->lines;
    }
  else if (!foreign || row->reason == REASON_REPEATED_HEADER)
    lines->rejected += row->lines;
  gather->left_out += row->problem != NULL && !foreign;
}

static bool
take_rows (Gather *gather, Rows *rows, const char *shown, const GArray *places, GError **error)
{
  const Record *row, *original;
  LineCounts lines = { 0 };
  for (;;)
    {
      if (!rows_next (rows, &row, &original, error))
        return false;
      if (row == NULL)
        break;
      take_row (gather, row, places, &lines);
      if (gather->out->len >= FLUSH_SIZE && !flush (gather, error))
        return false;
    }
  lines = rows_lines (rows, lines.rows, lines.rejected);
  return lines_check (&lines, shown, error) && check_doubt (gather, rows, shown, lines_out (&lines), error);
}

bool
gather_file (Gather *gather, int fd, const char *shown, GError **error)
{
  g_autoptr (Rows) rows = open_rows (fd, shown, gather->options, error);
  if (rows == NULL || !check_doubt (gather, rows, shown, rows_dialect (rows)->skip_lines, error))
    return false;
  g_autoptr (GArray) places = find_places (gather, rows, shown, error);
  return places != NULL && take_rows (gather, rows, shown, places, error);
}

bool
gather_end (Gather *gather, Json **ret_columns, Json **ret_done, GError **error)
{
  char hex[SHA256_HEX_SIZE];
  if (!flush (gather, error))
    return false;
  sha256_finish (gather->sha, hex);
  *ret_columns = json_array ();
  for (size_t i = 0; gather->columns != NULL && gather->columns[i] != NULL; i++)
    json_array_append_new (*ret_columns, json_pack ("{s:s, s:s}", "name", gather->columns[i], "type", "any"));
  *ret_done = json_pack ("{s:I, s:I, s:s, s:b}", "rows", (json_int_t) gather->rows, "bytes", (json_int_t) gather->bytes, "sha256",
                         hex, "raw", 0);
  return true;
}

bool
gather_is_header_alone (int fd, const char *shown, const PipelineOptions *options)
{
  const Record *row = NULL, *original;
  g_autoptr (Rows) rows = open_rows (fd, shown, options, NULL);
  return rows != NULL && rows_header (rows) != NULL && rows_next (rows, &row, &original, NULL) && row == NULL;
}
