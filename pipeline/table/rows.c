#include "pipeline/table/rows.h"

#include "base/error.h"
#include "pipeline/records/reader_record.h"
#include "pipeline/records/repair.h"
#include "pipeline/table/above.h"
#include "pipeline/table/comment.h"
#include "pipeline/table/extent.h"
#include "pipeline/table/foreign.h"
#include "pipeline/table/header.h"
#include "pipeline/table/long_cell.h"

#include <string.h>

struct Rows
{
  const char *name;
  const Model *model;
  Dialect dialect;
  SniffEvidence evidence; /* what the table's rows look like */
  Reader *reader;
  size_t width;
  Header header;
  Extent *extent; /* NULL: of a declared file, which ends with its last row */
  Repair *repair; /* NULL: rows that are off stay so */
  LongCell long_cell;
  bool comments_doubted;
  Above *above; /* NULL: nothing is, or it was declared */
  guint above_given;
  bool ended;
  bool is_above; /* the record last given */
  int64_t headers;
  LineCounts lines; /* of the records so far that are no rows */
  Foreign foreign;
};

/* The names that make a first line a header. */
static GStrv
known_names (const Model *model, const char *const *columns)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (GPtrArray) named = model_column_names (model);
  for (guint i = 0; i < named->len; i++)
    g_strv_builder_add (names, named->pdata[i]);
  if (columns != NULL)
    g_strv_builder_addv (names, (const char **) columns);
  return g_strv_builder_end (names);
}

/* The reader's errors do not know the file's name. */
static bool
read_record (const Rows *rows, const Record **ret_record, GError **error)
{
  if (reader_next (rows->reader, ret_record, error))
    return true;
  g_prefix_error (error, "%s: ", rows->name);
  return false;
}

/* Lines that are in no record are told by the one behind them. */
static void
count_passed (Rows *rows, const Record *record)
{
  rows->lines.blank += record->blank;
  rows->lines.comments += record->comments;
}

/* ---- comments ---- */

static bool
are_comments_in_doubt (const Rows *rows)
{
  bool declared = rows->model != NULL && rows->model->dialect.comment != NULL;
  return rows->dialect.comment == '#' && !declared && rows->width > 1 && rows->width == rows->evidence.fields;
}

static bool
may_be_row (const char *line, size_t length, void *data)
{
  const Rows *rows = data;
  return comment_may_be_row (&rows->evidence, &rows->dialect, line, length);
}

static void
doubt_comments (Rows *rows)
{
  rows->comments_doubted = are_comments_in_doubt (rows);
  reader_doubt_comments (rows->reader, rows->comments_doubted ? may_be_row : NULL, rows);
}

/* ---- header ---- */

static void
count_header (Rows *rows, const Record *record)
{
  count_passed (rows, record);
  rows->lines.header += record->lines;
  rows->headers = 1;
}

static bool
read_header (Rows *rows, GError **error)
{
  for (int i = 0; i < rows->dialect.header_rows; i++)
    {
      const Record *record = NULL;
      if (!read_record (rows, &record, error))
        return false;
      if (record == NULL)
        return true;
      count_header (rows, record);
      if (rows->width == 0)
        rows->width = MAX (record->n_fields, 1);
      const HeaderFile file = { rows->name, &rows->dialect, &rows->evidence, rows->width };
      if (!header_take (&rows->header, record, &file, error))
        return false;
    }
  return true;
}

/* The first sound record's, where one is longer than the sniffer looks. Goes back to the beginning. */
static bool
find_width (Rows *rows, GError **error)
{
  const Record *record = NULL;
  while (rows->width == 0 && read_record (rows, &record, error))
    rows->width = record == NULL ? 1 : record->n_fields;
  reader_rewind (rows->reader);
  return rows->width > 0;
}

static bool
start (Rows *rows, GError **error)
{
  rows->width = rows->evidence.fields;
  if (!read_header (rows, error))
    return false;
  if (rows->width == 0 && !find_width (rows, error))
    return false;
  reader_set_width (rows->reader, rows->width + rows->dialect.trailing_delimiter);
  bool mend = rows->model == NULL || rows->model->ragged == RAGGED_REPAIR;
  rows->extent = extent_new (&rows->evidence, &rows->dialect, rows->width, rows_header (rows), mend);
  rows->repair = mend ? repair_new (&rows->dialect, rows->width) : NULL;
  doubt_comments (rows);
  return true;
}

/* What a model declares to be above the table is its word. */
static bool
look_above (Rows *rows, int fd, GError **error)
{
  bool declared = rows->model != NULL && rows->model->dialect.skip_lines >= 0;
  if (rows->dialect.skip_lines == 0 || declared)
    return true;
  rows->above = above_find (fd, &rows->dialect, rows->width, error);
  if (rows->above == NULL)
    g_prefix_error (error, "%s: ", rows->name);
  return rows->above != NULL;
}

/* ---- what its declaration says ---- */

static bool
not_declared (const Rows *rows, const char *why, GError **error)
{
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_INPUT, REASON_NOT_AS_DECLARED, .line = 1, .detail = "Nothing was loaded.",
                                 .hint = "Its first line must have the names of \"columns\", in their order; or drop it without "
                                         "\"columns\", and it is read as any other file." },
                    "\"%s\" is not what its declaration says: %s", rows->name, why);
}

static bool
is_declared (const Field *field, const DeclaredColumn *column)
{
  return field->length == strlen (column->name) && memcmp (field->text, column->name, field->length) == 0;
}

static bool
check_declared (const Rows *rows, const Record *record, const GPtrArray *columns, GError **error)
{
  if (record == NULL || record->problem != NULL)
    return not_declared (rows, record == NULL ? "it is empty" : "its header cannot be read", error);
  g_autofree char *count =
      record->n_fields == columns->len
          ? NULL
          : g_strdup_printf ("its header has %zu cell%s, and %u column%s declared", record->n_fields,
                             record->n_fields == 1 ? "" : "s", columns->len, columns->len == 1 ? " is" : "s are");
  if (count != NULL)
    return not_declared (rows, count, error);
  for (guint i = 0; i < columns->len; i++)
    if (!is_declared (&record->fields[i], columns->pdata[i]))
      {
        g_autofree char *why =
            g_strdup_printf ("cell %u of its header is not \"%s\"", i + 1, ((const DeclaredColumn *) columns->pdata[i])->name);
        return not_declared (rows, why, error);
      }
  return true;
}

static bool
take_declared_header (Rows *rows, const GPtrArray *columns, GError **error)
{
  const Record *record = NULL;
  if (!read_record (rows, &record, error) || !check_declared (rows, record, columns, error))
    return false;
  count_header (rows, record);
  rows->header.record = record_join (&rows->header.record, record, &rows->header.memory);
  return true;
}

/* Nothing is worked out: such a file is written in one way, ends with its last row, and has nothing else in it. A quoted cell may look like rows of
 * the table, and be of any number of lines. */
static Rows *
open_declared (Rows *rows, const RowsInput *input, GError **error)
{
  const GPtrArray *columns = input->declared->columns;
  ReaderLimits limits = input->limits != NULL ? *input->limits : reader_default_limits;
  limits.lines = limits.record_bytes;
  rows->dialect = dialect_default;
  rows->width = columns->len;
  rows->reader = reader_new (input->fd, &rows->dialect, &limits, input->sha);
  if (rows->width == 1)
    reader_keep_blank (rows->reader);
  return take_declared_header (rows, columns, error) ? rows : (rows_free (rows), NULL);
}

Rows *
rows_open (const RowsInput *input, GError **error)
{
  g_autoptr (Rows) rows = g_new0 (Rows, 1);
  const Model *model = rows->model = input->model;
  rows->name = input->name;
  if (input->declared != NULL && input->declared->columns != NULL)
    return open_declared (g_steal_pointer (&rows), input, error);
  g_auto (GStrv) names = known_names (model, input->columns);
  const SniffInput known = { .name = input->name,
                             .declared = model != NULL ? &model->dialect : NULL,
                             .known_names = names[0] != NULL ? (const char *const *) names : NULL };
  if (!sniff_file (input->fd, &known, &rows->dialect, &rows->evidence, error))
    return NULL;
  rows->reader = reader_new (input->fd, &rows->dialect, input->limits != NULL ? input->limits : &reader_default_limits, input->sha);
  return start (rows, error) && look_above (rows, input->fd, error) ? g_steal_pointer (&rows) : NULL;
}

void
rows_free (Rows *rows)
{
  if (rows == NULL)
    return;
  sniff_evidence_clear (&rows->evidence);
  g_clear_pointer (&rows->reader, reader_free);
  g_clear_pointer (&rows->above, above_free);
  g_clear_pointer (&rows->extent, extent_free);
  g_clear_pointer (&rows->repair, repair_free);
  header_clear (&rows->header);
  g_free (rows);
}

const Dialect *
rows_dialect (const Rows *rows)
{
  return &rows->dialect;
}

const SniffEvidence *
rows_evidence (const Rows *rows)
{
  return &rows->evidence;
}

size_t
rows_width (const Rows *rows)
{
  return rows->width;
}

const Record *
rows_header (const Rows *rows)
{
  return rows->header.memory != NULL ? &rows->header.record : NULL;
}

const char *
rows_header_problem (const Rows *rows)
{
  return rows->header.problem;
}

/* ---- rows ---- */

bool
rows_none (const Rows *rows, GError **error)
{
  return weir_fail (
      error,
      &(Failure) {
          WEIR_ERROR_INPUT, REASON_NO_ROWS,
          .detail = "An export that was cut off looks like this too, so it is not taken for \"nothing new\". Nothing was changed.",
          .hint = "If there is really nothing to load, remove the file; if it should have rows, drop it again." },
      "\"%s\" has a header but no rows", rows->name);
}

static bool
refuse_ragged (const Rows *rows, const Record *record, GError **error)
{
  char problem[80];
  g_autofree char *detail =
      g_strdup_printf ("%s refuses such files (\"ragged\": \"fail\"). Nothing was loaded.", rows->model->path);
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_INPUT, REASON_RAGGED, .line = record->line, .detail = detail,
                                 .hint = "Mend the line and drop the file again, or choose \"reject\" or \"repair\" in the model "
                                         "and drop it again." },
                    "line %" G_GINT64_FORMAT " of \"%s\" is off: %s", record->line, rows->name,
                    record_describe (record, rows->width, problem, sizeof problem));
}

static const Record *
tell_above (Rows *rows, const Record *record)
{
  const Record *header = rows_header (rows);
  return foreign_above (&rows->foreign, record, header != NULL ? header->line : rows->dialect.skip_lines + 1);
}

static const Record *
tell_header (Rows *rows, const Record *record)
{
  bool own = extent_is_header (rows->extent, record);
  rows->headers += own;
  return foreign_header (&rows->foreign, record, own, rows->width);
}

static const Record *
tell_below (Rows *rows, const Record *record, Reason below)
{
  rows->lines.below += record->lines;
  if (rows->lines.first_below == 0)
    rows->lines.first_below = record->line;
  return foreign_below (&rows->foreign, record, below, extent_last_line (rows->extent));
}

static bool
refuse_long_cell (const Rows *rows, int64_t line, GError **error)
{
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_INPUT, REASON_RECORD_TOO_LONG, .line = line,
                                 .detail = "Its quote is not closed within the limits, and what follows is not like rows of the "
                                           "table. Nothing was loaded.",
                                 .hint = "Shorten the cell in quotes, or close its quote." },
                    "line %" G_GINT64_FORMAT " of \"%s\" begins a row longer than weir takes", line, rows->name);
}

/* The next record of which is known whether it is a row; NULL: the file ended. */
static bool
next_decided (Rows *rows, const Record **ret_record, Reason *ret_below, GError **error)
{
  if (rows->extent == NULL)
    return read_record (rows, ret_record, error);
  while ((*ret_record = extent_give (rows->extent, ret_below)) == NULL && !rows->ended)
    {
      const Record *record = NULL;
      if (!read_record (rows, &record, error))
        return false;
      if (rows->long_cell.line == 0 && extent_pass (rows->extent, record))
        return *ret_record = record, true;
      int64_t line = 0;
      if (!long_cell_look (&rows->long_cell, &rows->evidence, record, &line))
        return refuse_long_cell (rows, line, error);
      rows->ended = record == NULL;
      extent_take (rows->extent, record);
    }
  return true;
}

static bool
next_record (Rows *rows, const Record **ret_record, GError **error)
{
  const Record *above = rows->above != NULL ? above_record (rows->above, rows->above_given) : NULL;
  rows->is_above = above != NULL;
  if (above != NULL)
    {
      rows->above_given++;
      return *ret_record = tell_above (rows, above), true;
    }
  Reason below = REASON_NONE;
  if (!next_decided (rows, ret_record, &below, error))
    return false;
  if (*ret_record == NULL)
    return true;
  count_passed (rows, *ret_record);
  if (below == REASON_REPEATED_HEADER)
    *ret_record = tell_header (rows, *ret_record);
  else if (below != REASON_NONE)
    *ret_record = tell_below (rows, *ret_record, below);
  else if (rows->comments_doubted && (*ret_record)->raw[0] == '#')
    *ret_record = foreign_comment (&rows->foreign, *ret_record);
  else if ((*ret_record)->problem != NULL)
    *ret_record = foreign_bad_text (&rows->foreign, *ret_record, &rows->dialect);
  return true;
}

bool
rows_next (Rows *rows, const Record **ret_row, const Record **ret_original, GError **error)
{
  *ret_original = NULL;
  if (!next_record (rows, ret_row, error))
    return false;
  const Record *record = *ret_row;
  if (record == NULL || (record->problem == NULL && record->n_fields == rows->width))
    return true;
  if (rows->model != NULL && rows->model->ragged == RAGGED_FAIL)
    return refuse_ragged (rows, record, error);
  const Record *mended = NULL;
  size_t found;
  if (rows->repair != NULL && record != &rows->foreign.record)
    mended = repair_record (rows->repair, record, &found);
  if (mended == NULL)
    return true;
  *ret_row = mended;
  *ret_original = record;
  return true;
}

bool
rows_is_above (const Rows *rows)
{
  return rows->is_above;
}

LineCounts
rows_lines (const Rows *rows, int64_t taken, int64_t rejected)
{
  const ReaderLines passed = reader_lines (rows->reader);
  LineCounts lines = rows->lines;
  lines.total = passed.total;
  lines.above = passed.preamble;
  lines.rows = taken;
  lines.rejected = rejected;
  lines.blank += passed.blank;
  lines.comments += passed.comments;
  lines.first_comment = passed.first_comment;
  return lines;
}

int64_t
rows_headers (const Rows *rows)
{
  return rows->headers;
}

bool
rows_rewind (Rows *rows, GError **error)
{
  reader_doubt_comments (rows->reader, NULL, NULL);
  rows->ended = false;
  rows->above_given = 0;
  rows->lines = (LineCounts) { 0 };
  rows->long_cell = (LongCell) { 0 };
  if (rows->extent != NULL)
    extent_reset (rows->extent);
  reader_rewind (rows->reader);
  const Record *record = NULL;
  for (int i = 0; i < rows->dialect.header_rows; i++)
    {
      if (!read_record (rows, &record, error))
        return false;
      if (record != NULL)
        count_header (rows, record);
    }
  if (rows->extent != NULL)
    doubt_comments (rows);
  return true;
}

int64_t
rows_file_ns (const Rows *rows)
{
  return reader_file_ns (rows->reader);
}

int64_t
rows_offset (const Rows *rows)
{
  return reader_offset (rows->reader);
}
