#include "pipeline/layout/layout.h"

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

/* Whether the table's rows are known by their hash alone. */
static bool
is_bag (const Model *model)
{
  return model_is_keyless (model) && model->append == APPEND_DISTINCT;
}

bool
layout_may_become (const Layout *layout, TypeId from, TypeId to)
{
  return types_widens (from, to) && !(is_bag (layout->model) && to == TYPE_TEXT && from != TYPE_TEXT);
}

const LayoutColumn *
layout_find_convertible (const Layout *layout, const char *name)
{
  for (int i = 0; i < layout->n_columns && !is_bag (layout->model); i++)
    if (strcmp (layout->columns[i].name, name) == 0 && layout->columns[i].origin == ORIGIN_DECLARED
        && layout->columns[i].key_part < 0)
      return &layout->columns[i];
  return NULL;
}

static bool
is_number (const Type *type)
{
  return type->id == TYPE_BIGINT || type->id == TYPE_NUMERIC;
}

/* What a pinned column that the file contradicts can become without loss, NULL: nothing. Numbers are known by their value, however
 * they are written, but not where they can be read in two ways; dates written another way are not taken for the same, and text
 * keeps spellings, which a format does not. */
static const Type *
wider_type (const Layout *layout, const LayoutColumn *column, const InferResult *seen, const char **ret_format)
{
  const Type *is = column->type;
  *ret_format = NULL;
  if (layout->model->contract_types == TYPES_FREEZE || (is_number (is) && seen->either))
    return NULL;
  if (is_number (is) && seen->type->id == TYPE_NUMERIC && layout_may_become (layout, is->id, TYPE_NUMERIC))
    {
      *ret_format = seen->format;
      return seen->type;
    }
  bool spelled = column->format == NULL && is->id != TYPE_TEXT;
  return spelled && layout_may_become (layout, is->id, TYPE_TEXT) ? &types[TYPE_TEXT] : NULL;
}

/* A pinned column that the file contradicts. False: it can be widened to nothing. The first file with a fraction says how those to
 * come are read; what one of these writes otherwise is its own affair, for "1,234" is a thousand in one format and one in another.
 */
static bool
widen (const Layout *layout, LayoutColumn *column, const InferResult *seen)
{
  const char *format;
  const Type *to = wider_type (layout, column, seen, &format);
  if (to == NULL)
    return false;
  char was[128], is[128];
  type_and_format (column->type, column->format, was, sizeof was);
  type_and_format (to, format, is, sizeof is);
  column->other_format = to == column->type;
  g_free (column->change);
  column->change =
      column->other_format
          ? g_strdup_printf ("is read as %s in this file, and not as %s: line %" G_GINT64_FORMAT " asks for it", is, was,
                             column->contradiction_line)
          : g_strdup_printf ("was %s and becomes %s: line %" G_GINT64_FORMAT " asks for it", was, is, column->contradiction_line);
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
  weir_error_reason (error, REASON_TYPE_DRIFT);
  return false;
}

/* "why" is what makes the doubt matter here. */
static bool
refuse_doubt (const Layout *layout, const LayoutColumn *column, const InferResult *seen, const char *why, Reason reason,
              GError **error)
{
  weir_error (error, WEIR_ERROR_INPUT, "column \"%s\" can be read in two ways%s", column->name, why);
  if (column->contradictions > 0)
    weir_error_line (error, column->contradiction_line);
  weir_error_detail (error, "Nothing was loaded.");
  weir_error_hint (error, "Say which in the \"columns\" of %s: \"%s\": {%s} or {%s}; `weir retry RUN` then loads the file again.",
                   layout->model->path, column->name, seen->settle, seen->settle_or);
  weir_error_reason (error, reason);
  return false;
}

/* A pinned column that the whole file contradicts: widened, or added to "drift". */
static bool
settle_contradiction (const Layout *layout, LayoutColumn *column, const InferResult *seen, Drift *drift, GError **error)
{
  if (widen (layout, column, seen))
    return true;
  if (is_number (column->type) && seen->either && layout->model->contract_types == TYPES_EVOLVE)
    {
      char was[128];
      g_autofree char *why =
          g_strdup_printf (", and was loaded as %s so far", type_and_format (column->type, column->format, was, sizeof was));
      return refuse_doubt (layout, column, seen, why, REASON_TYPE_DRIFT, error);
    }
  add_drift (drift, column, seen);
  return true;
}

static void
take_type (LayoutColumn *column, const InferResult *seen)
{
  column->type = seen->type;
  g_free (column->format);
  column->format = g_strdup (seen->format);
  column->unknown = seen->unknown;
  column->ambiguous = seen->ambiguous;
  column->settle = seen->settle;
  column->settle_or = seen->settle_or;
}

/* Whether a column of the file, as it is read, has decimal commas (or, if not "comma", points). */
static bool
has_decimal (const Layout *layout, bool comma, bool other_format)
{
  for (int i = 0; i < layout->n_columns; i++)
    {
      const LayoutColumn *column = &layout->columns[i];
      if (infer_is_comma (column->format) == comma && (!other_format || column->other_format))
        return true;
    }
  return false;
}

/* What the columns say of each other: a decimal comma in one makes 1.234 in another a doubt, and so does one that this file writes
 * with another decimal mark than the table. */
static bool
compare_columns (const Layout *layout, InferResult *seen, bool *again, bool whole, GError **error)
{
  for (int i = 0; i < layout->n_columns; i++)
    {
      LayoutColumn *column = &layout->columns[i];
      if (column->origin == ORIGIN_INFERRED && seen[i].either && has_decimal (layout, true, false))
        {
          infer_doubt (&seen[i]);
          take_type (column, &seen[i]);
          *again = *again || !whole;
        }
      if (column->origin == ORIGIN_PINNED && seen[i].either && is_number (column->type) && column->contradictions == 0
          && has_decimal (layout, !infer_is_comma (column->format), true))
        return refuse_doubt (layout, column, &seen[i], ": the file has another decimal mark than the table in other columns",
                             REASON_TYPE_DRIFT, error);
      bool identifies = layout->model != NULL && column->stored && (column->key_part >= 0 || is_bag (layout->model));
      if (whole && column->origin == ORIGIN_INFERRED && column->ambiguous && identifies)
        return refuse_doubt (layout, column, &seen[i], ", and rows are known by it, so that its type cannot change later",
                             REASON_AMBIGUOUS, error);
    }
  return true;
}

bool
layout_settle (Layout *layout, const ColumnGuess *guesses, bool whole, bool *ret_again, GError **error)
{
  g_autofree InferResult *seen = g_new0 (InferResult, layout->n_columns + 1);
  g_autoptr (GString) lines = g_string_new (NULL);
  Drift drift = { .lines = lines };
  *ret_again = false;
  for (int i = 0; i < layout->n_columns; i++)
    {
      LayoutColumn *column = &layout->columns[i];
      if (column->origin == ORIGIN_DECLARED)
        continue;
      infer_result (&guesses[i], &seen[i]);
      if (column->origin == ORIGIN_INFERRED)
        {
          *ret_again = *ret_again || ((seen[i].ambiguous || seen[i].undecided) && !whole);
          take_type (column, &seen[i]);
          continue;
        }
      *ret_again = *ret_again || (!whole && column->contradictions > 0);
      if (whole && column->contradictions > 0 && !settle_contradiction (layout, column, &seen[i], &drift, error))
        return false;
    }
  return drift.columns > 0 ? refuse_drift (&drift, error) : compare_columns (layout, seen, ret_again, whole, error);
}
