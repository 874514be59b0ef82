#include "pipeline/layout.h"

#include "base/error.h"

#include <string.h>

bool
layout_is_null (const Layout *layout, const Field *field)
{
  if (field->null || layout->model == NULL || layout->model->nulls == NULL)
    return field->null;
  for (char **text = layout->model->nulls; *text != NULL; text++)
    if (strlen (*text) == field->length && memcmp (*text, field->text, field->length) == 0)
      return true;
  return false;
}

bool
layout_refuses_cells (const Layout *layout, const LayoutColumn *column)
{
  return column->origin == ORIGIN_DECLARED || (column->origin == ORIGIN_PINNED && layout->model->contract_types == TYPES_REJECT);
}

bool
layout_parse (const LayoutColumn *column, const char *cell, size_t length, Value *ret_value)
{
  const Type *type = column->type;
  bool recognized = column->origin != ORIGIN_INFERRED || type->recognize == NULL || type->recognize (cell, length);
  return recognized && type->parse (cell, length, column->format, ret_value);
}

void
layout_look (Layout *layout, ColumnGuess *guesses, const Record *record)
{
  if (record->problem != NULL || record->n_fields != (size_t) layout->n_columns)
    return;
  for (int i = 0; i < layout->n_columns; i++)
    {
      LayoutColumn *column = &layout->columns[i];
      if (layout_refuses_cells (layout, column))
        continue;
      const Field *field = &record->fields[i];
      bool null = layout_is_null (layout, field);
      infer_cell (&guesses[i], field->text, field->length, null);
      Value value;
      if (column->origin != ORIGIN_PINNED || null || field->length == 0
          || layout_parse (column, field->text, field->length, &value))
        continue;
      if (column->contradictions++ == 0)
        column->contradiction_line = record->line;
    }
}

static const char *
type_and_format (const Type *type, const char *format, char *buffer, size_t size)
{
  if (format == NULL)
    g_strlcpy (buffer, type->name, size);
  else
    g_snprintf (buffer, size, "%s (%s)", type->name, format);
  return buffer;
}

bool
layout_may_become (const Layout *layout, TypeId from, TypeId to)
{
  const Model *model = layout->model;
  bool bag = model_is_keyless (model) && model->append == APPEND_DISTINCT;
  return types_widens (from, to) && !(bag && to == TYPE_TEXT && from != TYPE_TEXT);
}

/* What a pinned column that the file contradicts can become without loss, NULL: nothing. Numbers are known by their value, however
 * they are written; dates written another way are not taken for the same, and text keeps spellings, which a format does not. */
static const Type *
wider_type (const Layout *layout, const LayoutColumn *column, const InferResult *seen, const char **ret_format)
{
  const Type *is = column->type;
  *ret_format = NULL;
  if (layout->model->contract_types == TYPES_FREEZE)
    return NULL;
  bool number = (is->id == TYPE_BIGINT || is->id == TYPE_NUMERIC) && seen->type->id == TYPE_NUMERIC;
  if (number && layout_may_become (layout, is->id, TYPE_NUMERIC))
    {
      *ret_format = seen->format;
      return seen->type;
    }
  bool spelled = column->format == NULL && is->id != TYPE_TEXT;
  return spelled && layout_may_become (layout, is->id, TYPE_TEXT) ? &types[TYPE_TEXT] : NULL;
}

/* A pinned column that the file contradicts: what it can be widened to, or an error. */
static bool
widen (const Layout *layout, LayoutColumn *column, const InferResult *seen, GPtrArray *notes, GError **error)
{
  const char *format;
  const Type *to = wider_type (layout, column, seen, &format);
  char was[128], is[128];
  type_and_format (column->type, column->format, was, sizeof was);
  if (to != NULL)
    {
      g_ptr_array_add (notes,
                       g_strdup_printf ("column %s was %s and becomes %s: line %" G_GINT64_FORMAT " asks for it", column->name, was,
                                        type_and_format (to, format, is, sizeof is), column->contradiction_line));
      column->type = to;
      g_free (column->format);
      column->format = g_strdup (format);
      return true;
    }
  weir_error (error, WEIR_ERROR_INPUT, "column \"%s\" was loaded as %s so far, and %" G_GINT64_FORMAT " of its cells are not",
              column->name, was, column->contradictions);
  weir_error_line (error, column->contradiction_line);
  weir_error_detail (error, "The first is on line %" G_GINT64_FORMAT "; the file's cells are %s. Nothing was loaded.",
                     column->contradiction_line, type_and_format (seen->type, seen->format, is, sizeof is));
  weir_error_hint (
      error, "Declare the column's \"type\" and \"format\" in the model: cells that are not of it are then rejects of their row.");
  weir_error_reason (error, "type_drift");
  return false;
}

bool
layout_settle (Layout *layout, const ColumnGuess *guesses, bool whole, GPtrArray *notes, bool *ret_again, GError **error)
{
  *ret_again = false;
  for (int i = 0; i < layout->n_columns; i++)
    {
      LayoutColumn *column = &layout->columns[i];
      if (column->origin == ORIGIN_DECLARED)
        continue;
      InferResult seen;
      infer_result (&guesses[i], &seen);
      if (column->origin == ORIGIN_PINNED)
        {
          *ret_again = *ret_again || (!whole && column->contradictions > 0);
          if (whole && column->contradictions > 0 && !widen (layout, column, &seen, notes, error))
            return false;
          continue;
        }
      *ret_again = *ret_again || ((seen.ambiguous || seen.undecided) && !whole);
      column->type = seen.type;
      g_free (column->format);
      column->format = g_strdup (seen.format);
      column->unknown = seen.unknown;
      column->ambiguous = seen.ambiguous;
      column->settle = seen.settle;
      column->settle_or = seen.settle_or;
    }
  return true;
}
