#include "pipeline/layout.h"

#include "base/error.h"
#include "base/text.h"

#include <string.h>

#define SHOWN_BYTES 60  /* of a cell in a message */
#define SHOWN_COLUMNS 5 /* of those that drift */

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
      if (column->contradictions++ > 0)
        continue;
      column->contradiction_line = record->line;
      g_free (column->contradiction);
      column->contradiction = text_printable (field->text, field->length, SHOWN_BYTES);
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

/* A pinned column that the file contradicts. False: it can be widened to nothing. */
static bool
widen (const Layout *layout, LayoutColumn *column, const InferResult *seen)
{
  const char *format;
  const Type *to = wider_type (layout, column, seen, &format);
  if (to == NULL)
    return false;
  char was[128], is[128];
  g_free (column->change);
  column->change = g_strdup_printf ("was %s and becomes %s: line %" G_GINT64_FORMAT " asks for it",
                                    type_and_format (column->type, column->format, was, sizeof was),
                                    type_and_format (to, format, is, sizeof is), column->contradiction_line);
  column->type = to;
  g_free (column->format);
  column->format = g_strdup (format);
  return true;
}

/* What a file's columns are otherwise than pinned, gathered for one error. */
typedef struct
{
  const LayoutColumn *first;
  int columns;
  GString *lines;
} Drift;

static void
add_drift (Drift *drift, const LayoutColumn *column, const InferResult *seen)
{
  if (drift->columns++ == 0)
    drift->first = column;
  if (drift->columns > SHOWN_COLUMNS)
    return;
  char was[128], is[128];
  g_string_append_printf (drift->lines, "%s: %s so far, %s in this file; line %" G_GINT64_FORMAT " has \"%s\"\n", column->name,
                          type_and_format (column->type, column->format, was, sizeof was),
                          type_and_format (seen->type, seen->format, is, sizeof is), column->contradiction_line,
                          column->contradiction);
}

static bool
refuse_drift (const Drift *drift, GError **error)
{
  const LayoutColumn *first = drift->first;
  char was[128];
  g_autofree char *others = drift->columns == 1 ? g_strdup ("")
                                                : g_strdup_printf ("; %d other column%s drifted, too", drift->columns - 1,
                                                                   drift->columns == 2 ? " has" : "s have");
  weir_error (error, WEIR_ERROR_INPUT, "column \"%s\" was loaded as %s so far, and %" G_GINT64_FORMAT " of its cells are not%s",
              first->name, type_and_format (first->type, first->format, was, sizeof was), first->contradictions, others);
  weir_error_line (error, first->contradiction_line);
  weir_error_detail (error, "%s%sNothing was loaded.", drift->lines->str, drift->columns > SHOWN_COLUMNS ? "and more\n" : "");
  weir_error_hint (
      error, "Declare the column's \"type\" and \"format\" in the model: cells that are not of it are then rejects of their row.");
  weir_error_reason (error, "type_drift");
  return false;
}

static void
take_guess (LayoutColumn *column, const InferResult *seen)
{
  column->type = seen->type;
  g_free (column->format);
  column->format = g_strdup (seen->format);
  column->unknown = seen->unknown;
  column->ambiguous = seen->ambiguous;
  column->settle = seen->settle;
  column->settle_or = seen->settle_or;
}

bool
layout_settle (Layout *layout, const ColumnGuess *guesses, bool whole, bool *ret_again, GError **error)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  Drift drift = { .lines = lines };
  *ret_again = false;
  for (int i = 0; i < layout->n_columns; i++)
    {
      LayoutColumn *column = &layout->columns[i];
      if (column->origin == ORIGIN_DECLARED)
        continue;
      InferResult seen;
      infer_result (&guesses[i], &seen);
      if (column->origin == ORIGIN_INFERRED)
        {
          *ret_again = *ret_again || ((seen.ambiguous || seen.undecided) && !whole);
          take_guess (column, &seen);
          continue;
        }
      *ret_again = *ret_again || (!whole && column->contradictions > 0);
      if (whole && column->contradictions > 0 && !widen (layout, column, &seen))
        add_drift (&drift, column, &seen);
    }
  return drift.columns == 0 || refuse_drift (&drift, error);
}
