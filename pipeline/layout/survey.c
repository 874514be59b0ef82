#include "pipeline/layout/survey.h"

#include "base/error.h"

#include <string.h>

#define SHOWN_COLUMNS 5 /* of those that drift */

/* What was seen of a column's cells. */
typedef struct
{
  ColumnGuess guess;
  InferResult result;     /* of the guess, once the types are settled */
  int64_t contradictions; /* of the pinned type */
  int64_t line;           /* of the first */
} Sight;

struct Survey
{
  Layout *layout;
  Sight *sights; /* by column */
};

Survey *
survey_new (Layout *layout)
{
  Survey *survey = g_new0 (Survey, 1);
  survey->layout = layout;
  survey->sights = g_new0 (Sight, layout->n_columns + 1);
  for (int i = 0; i < layout->n_columns; i++)
    {
      infer_init (&survey->sights[i].guess);
      survey->sights[i].guess.no_words = !layout->columns[i].finds_nulls;
    }
  return survey;
}

void
survey_free (Survey *survey)
{
  if (survey == NULL)
    return;
  g_free (survey->sights);
  g_free (survey);
}

static void
look_at_cell (const LayoutColumn *column, Sight *sight, const Field *field, bool null, int64_t line)
{
  Value value;
  infer_cell (&sight->guess, field->text, field->length, null);
  if (column->origin != ORIGIN_PINNED || null || field->length == 0 || layout_parse (column, field->text, field->length, &value)
      || layout_is_blank (field) || layout_null_word (column, field) >= 0 || sight->contradictions++ > 0)
    return;
  sight->line = line;
}

void
survey_look (Survey *survey, const Record *record)
{
  const Layout *layout = survey->layout;
  if (record->problem != NULL || record->n_fields != (size_t) layout->n_columns)
    return;
  for (int i = 0; i < layout->n_columns; i++)
    if (!layout_refuses_cells (layout, &layout->columns[i]))
      look_at_cell (&layout->columns[i], &survey->sights[i], &record->fields[i],
                    layout_is_null (&layout->columns[i], &record->fields[i]), record->line);
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
  if (is_number (is) && seen->numeric && layout_may_become (layout, is->id, TYPE_NUMERIC))
    {
      *ret_format = seen->format;
      return &types[TYPE_NUMERIC];
    }
  bool spelled = column->format == NULL && is->id != TYPE_TEXT;
  return spelled && layout_may_become (layout, is->id, TYPE_TEXT) ? &types[TYPE_TEXT] : NULL;
}

static void
set_type (LayoutColumn *column, const Type *type, const char *format)
{
  column->type = type;
  g_free (column->format);
  column->format = g_strdup (format);
}

/* A pinned column that the file contradicts. False: it can be widened to nothing. The first file with a fraction says how those to
 * come are read; what one of these writes otherwise is its own affair, for "1,234" is a thousand in one format and one in another.
 */
static bool
widen (Survey *survey, int i)
{
  LayoutColumn *column = &survey->layout->columns[i];
  ColumnFinding *finding = &survey->layout->findings[i];
  const Sight *sight = &survey->sights[i];
  const char *format;
  const Type *to = wider_type (survey->layout, column, &sight->result, &format);
  if (to == NULL)
    return false;
  char was[128], is[128];
  type_and_format (column->type, column->format, was, sizeof was);
  type_and_format (to, format, is, sizeof is);
  finding->other_format = to == column->type;
  g_free (finding->change);
  finding->change = finding->other_format
                        ? g_strdup_printf ("is read as %s in this file, and not as %s: line %" G_GINT64_FORMAT " asks for it", is,
                                           was, sight->line)
                        : g_strdup_printf ("was %s and becomes %s: line %" G_GINT64_FORMAT " asks for it", was, is, sight->line);
  set_type (column, to, format);
  return true;
}

/* The columns that are otherwise than pinned, gathered for one error. */
typedef struct
{
  int first; /* index; of the first of them */
  int columns;
  GString *lines;
} Drift;

static void
add_drift (Drift *drift, const Survey *survey, int i)
{
  const LayoutColumn *column = &survey->layout->columns[i];
  const Sight *sight = &survey->sights[i];
  if (drift->columns++ == 0)
    drift->first = i;
  if (drift->columns > SHOWN_COLUMNS)
    return;
  char was[128], is[128];
  g_string_append_printf (drift->lines, "%s: %s so far, %s in this file; line %" G_GINT64_FORMAT " is the first\n", column->name,
                          type_and_format (column->type, column->format, was, sizeof was),
                          type_and_format (sight->result.type, sight->result.format, is, sizeof is), sight->line);
}

static bool
refuse_drift (const Drift *drift, const Survey *survey, GError **error)
{
  const LayoutColumn *first = &survey->layout->columns[drift->first];
  const Sight *sight = &survey->sights[drift->first];
  char was[128];
  g_autofree char *others = drift->columns == 1 ? g_strdup ("")
                                                : g_strdup_printf ("; %d other column%s drifted, too", drift->columns - 1,
                                                                   drift->columns == 2 ? " has" : "s have");
  g_autofree char *detail =
      g_strdup_printf ("%s%sNothing was loaded.", drift->lines->str, drift->columns > SHOWN_COLUMNS ? "and more\n" : "");
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_INPUT, REASON_TYPE_DRIFT, .line = sight->line, .detail = detail,
                                 .hint = "Declare the column's \"type\" and \"format\" in the model: cells that are not of it are "
                                         "then rejects of their row." },
                    "column \"%s\" was loaded as %s so far, and %" G_GINT64_FORMAT " of its cells are not%s", first->name,
                    type_and_format (first->type, first->format, was, sizeof was), sight->contradictions, others);
}

/* "why" is what makes the doubt matter here. */
static bool
refuse_doubt (const Survey *survey, int i, const char *why, Reason reason, GError **error)
{
  const char *name = survey->layout->columns[i].name;
  const InferResult *seen = &survey->sights[i].result;
  g_autofree char *one = infer_way (seen, 0), *other = infer_way (seen, 1);
  g_autofree char *hint =
      g_strdup_printf ("Say which in the \"columns\" of %s: \"%s\": {%s} or {%s}; `weir retry RUN` then loads the file again.",
                       survey->layout->model->path, name, one, other);
  return weir_fail (
      error, &(Failure) { WEIR_ERROR_INPUT, reason, .line = survey->sights[i].line, .detail = "Nothing was loaded.", .hint = hint },
      "column \"%s\" can be read in two ways%s", name, why);
}

/* A pinned column that the whole file contradicts: widened, or added to "drift". */
static bool
settle_contradiction (Survey *survey, int i, Drift *drift, GError **error)
{
  const LayoutColumn *column = &survey->layout->columns[i];
  if (widen (survey, i))
    return true;
  if (is_number (column->type) && survey->sights[i].result.either && survey->layout->model->contract_types == TYPES_EVOLVE)
    {
      char was[128];
      g_autofree char *why =
          g_strdup_printf (", and was loaded as %s so far", type_and_format (column->type, column->format, was, sizeof was));
      return refuse_doubt (survey, i, why, REASON_TYPE_DRIFT, error);
    }
  add_drift (drift, survey, i);
  return true;
}

static void
take_type (Survey *survey, int i)
{
  LayoutColumn *column = &survey->layout->columns[i];
  ColumnFinding *finding = &survey->layout->findings[i];
  const InferResult *seen = &survey->sights[i].result;
  bool says = seen->ambiguous || seen->declarable;
  set_type (column, seen->type, seen->format);
  column->unknown = seen->unknown;
  column->takes_plus = seen->takes_plus;
  g_free (finding->settle);
  g_free (finding->settle_or);
  finding->settle = says ? infer_way (seen, 0) : NULL;
  finding->settle_or = says ? infer_way (seen, 1) : NULL;
  finding->declarable = seen->declarable;
}

/* Whether a column of the file, as it is read, has decimal commas (or, if not "comma", points): any, or one that this file writes
 * otherwise than pinned. */
static bool
has_decimal (const Layout *layout, bool comma, bool other_format)
{
  for (int i = 0; i < layout->n_columns; i++)
    if (infer_is_comma (layout->columns[i].format) == comma && (!other_format || layout->findings[i].other_format))
      return true;
  return false;
}

/* Whether rows are known by the column, so that its type cannot change later. */
static bool
identifies (const Layout *layout, const LayoutColumn *column)
{
  return layout->model != NULL && column->stored && (column->key_part >= 0 || layout_is_bag (layout));
}

/* Whether a column of the file has decimal points without doubt, and none decimal commas. */
static bool
has_points_alone (const Survey *survey)
{
  bool points = false;
  for (int i = 0; i < survey->layout->n_columns; i++)
    points = points || survey->sights[i].result.points;
  return points && !has_decimal (survey->layout, true, false);
}

/* Decimal points in one column say that 1,234 in another is a thousand. */
static void
group_thousands (Survey *survey)
{
  if (!has_points_alone (survey))
    return;
  for (int i = 0; i < survey->layout->n_columns; i++)
    if (survey->layout->columns[i].origin == ORIGIN_INFERRED && infer_may_group (&survey->sights[i].result))
      {
        infer_group (&survey->sights[i].result);
        take_type (survey, i);
      }
}

/* What the columns say of each other: a decimal comma in one makes 1.234 in another a doubt, and so does one that this file writes
 * with another decimal mark than the table. */
static bool
compare_columns (Survey *survey, bool whole, bool *ret_again, GError **error)
{
  const Layout *layout = survey->layout;
  if (whole)
    group_thousands (survey);
  for (int i = 0; i < layout->n_columns; i++)
    {
      const LayoutColumn *column = &layout->columns[i];
      InferResult *seen = &survey->sights[i].result;
      if (column->origin == ORIGIN_INFERRED && seen->either && has_decimal (layout, true, false))
        {
          infer_doubt (seen);
          take_type (survey, i);
          *ret_again = *ret_again || !whole;
        }
      if (column->origin == ORIGIN_PINNED && seen->either && is_number (column->type) && survey->sights[i].contradictions == 0
          && has_decimal (layout, !infer_is_comma (column->format), true))
        return refuse_doubt (survey, i, ": the file has another decimal mark than the table in other columns", REASON_TYPE_DRIFT,
                             error);
      if (whole && column->origin == ORIGIN_INFERRED && seen->ambiguous && identifies (layout, column))
        return refuse_doubt (survey, i, ", and rows are known by it, so that its type cannot change later", REASON_AMBIGUOUS,
                             error);
    }
  return true;
}

bool
survey_settle (Survey *survey, bool whole, bool *ret_again, GError **error)
{
  const Layout *layout = survey->layout;
  g_autoptr (GString) lines = g_string_new (NULL);
  Drift drift = { .lines = lines };
  *ret_again = false;
  for (int i = 0; i < layout->n_columns; i++)
    {
      Sight *sight = &survey->sights[i];
      if (layout->columns[i].origin == ORIGIN_DECLARED || layout->columns[i].exact)
        continue;
      infer_result (&sight->guess, &sight->result);
      if (layout->columns[i].origin == ORIGIN_INFERRED)
        {
          *ret_again = *ret_again || ((sight->result.ambiguous || sight->result.declarable || sight->result.undecided) && !whole);
          take_type (survey, i);
          continue;
        }
      *ret_again = *ret_again || (!whole && sight->contradictions > 0);
      if (whole && sight->contradictions > 0 && !settle_contradiction (survey, i, &drift, error))
        return false;
    }
  return drift.columns > 0 ? refuse_drift (&drift, survey, error) : compare_columns (survey, whole, ret_again, error);
}
