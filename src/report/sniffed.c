#include "src/report/sniffed.h"

#include "pipeline/layout/ident.h"

#define PROBLEMS_KEPT 5

static void
problem_free (SniffedProblem *problem)
{
  g_free (problem->message);
  g_free (problem);
}

void
sniffed_clear (Sniffed *sniffed)
{
  for (size_t i = 0; i < sniffed->n_columns; i++)
    {
      g_free (sniffed->columns[i].name);
      g_free (sniffed->columns[i].header);
    }
  g_clear_pointer (&sniffed->columns, g_free);
  g_clear_pointer (&sniffed->examples, g_ptr_array_unref);
  sniffed->n_columns = 0;
}

/* "header": NULL where the file has none. */
static void
name_columns (Sniffed *sniffed, const Record *header, size_t width)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  for (size_t i = 0; i < width; i++)
    g_ptr_array_add (texts, header != NULL ? g_strndup (header->fields[i].text, header->fields[i].length) : g_strdup (""));
  g_auto (GStrv) names = ident_from_headers ((const char *const *) texts->pdata, texts->len);
  sniffed->n_columns = width;
  sniffed->columns = g_new0 (SniffedColumn, width);
  for (size_t i = 0; i < width; i++)
    {
      SniffedColumn *column = &sniffed->columns[i];
      column->name = g_strdup (names[i]);
      column->header = header != NULL ? g_strdup (texts->pdata[i]) : NULL;
      infer_init (&column->guess);
    }
}

static void
take_problem (Sniffed *sniffed, const Record *record)
{
  if (sniffed->problems++ >= PROBLEMS_KEPT)
    return;
  SniffedProblem *problem = g_new0 (SniffedProblem, 1);
  *problem = (SniffedProblem) { record->line, record->reason, g_strdup (record->problem) };
  g_ptr_array_add (sniffed->examples, problem);
}

static void
take_row (Sniffed *sniffed, const Record *row, const Record *original)
{
  if (reason_use (row->reason) & REASON_OF_FOREIGN)
    {
      bool header = row->reason == REASON_REPEATED_HEADER;
      sniffed->below++;
      sniffed->lines.rejected += header ? row->lines : 0;
      if (header && sniffed->headers++ == 0)
        sniffed->first_header = row->line;
      if (row->reason == REASON_SECOND_TABLE && sniffed->others++ == 0)
        sniffed->first_other = row->line;
      return;
    }
  *(row->problem != NULL ? &sniffed->lines.rejected : &sniffed->lines.rows) += row->lines;
  sniffed->rows++;
  const Record *problem = original != NULL ? original : row;
  if (problem->problem != NULL)
    take_problem (sniffed, problem);
  else if (original != NULL && sniffed->ragged++ == 0)
    sniffed->first_ragged = original->line;
  for (size_t i = 0; i < row->n_fields; i++)
    infer_cell (&sniffed->columns[i].guess, row->fields[i].text, row->fields[i].length, row->fields[i].null);
}

/* Words that stand for nothing are NULLs where the column has a type. Where one column has decimal commas, another's points may be
 * none. */
static void
settle_types (Sniffed *sniffed)
{
  bool comma = false, points = false;
  for (size_t i = 0; i < sniffed->n_columns; i++)
    {
      infer_result (&sniffed->columns[i].guess, &sniffed->columns[i].result);
      comma = comma || infer_is_comma (sniffed->columns[i].result.format);
      points = points || sniffed->columns[i].result.points;
    }
  for (size_t i = 0; i < sniffed->n_columns; i++)
    if (comma && sniffed->columns[i].result.either)
      infer_doubt (&sniffed->columns[i].result);
    else if (points && !comma && infer_may_group (&sniffed->columns[i].result))
      infer_group (&sniffed->columns[i].result);
  for (size_t i = 0; i < sniffed->n_columns; i++)
    {
      ColumnGuess *guess = &sniffed->columns[i].guess;
      if (sniffed->columns[i].result.type->id == TYPE_TEXT)
        continue;
      guess->nulls += guess->words;
      guess->cells -= guess->words;
    }
}

/* The word of its declaration is not to be found out. */
static void
take_declared (Sniffed *sniffed, const Declaration *declared)
{
  for (guint i = 0; declared != NULL && i < declared->columns->len; i++)
    {
      const DeclaredColumn *column = declared->columns->pdata[i];
      if (column->type != NULL)
        sniffed->columns[i].result = (InferResult) { .type = types_find (column->type) };
    }
}

bool
sniffed_read (const PeekedFile *file, Sniffed *ret_sniffed, GError **error)
{
  const Record *row = NULL, *original = NULL;
  *ret_sniffed = (Sniffed) { .examples = g_ptr_array_new_with_free_func ((GDestroyNotify) problem_free) };
  name_columns (ret_sniffed, rows_header (file->rows), rows_width (file->rows));
  for (;;)
    {
      if (!rows_next (file->rows, &row, &original, error))
        return false;
      if (row == NULL)
        break;
      take_row (ret_sniffed, row, original);
    }
  settle_types (ret_sniffed);
  take_declared (ret_sniffed, file->declared);
  ret_sniffed->lines = rows_lines (file->rows, ret_sniffed->lines.rows, ret_sniffed->lines.rejected);
  return lines_check (&ret_sniffed->lines, file->name, error);
}
