#include "pipeline/layout/declared.h"

#include "base/error.h"

Absent
declared_absent (const Model *model, const Declaration *declaration)
{
  bool changes = declaration != NULL && declaration->rows == DECLARED_CHANGES;
  return model == NULL || changes ? ABSENT_KEEP : model->absent;
}

static void
set_type (LayoutColumn *column, const Type *type)
{
  column->type = type;
  g_clear_pointer (&column->format, g_free);
}

static bool
refuse_frozen (const Layout *layout, const LayoutColumn *column, const Type *declared, GError **error)
{
  g_autofree char *detail =
      g_strdup_printf ("%s freezes types (\"contract\": {\"types\": \"freeze\"}). Nothing was loaded.", layout->model->path);
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_INPUT, REASON_TYPE_DRIFT, .detail = detail,
                                 .hint = "Declare the column's \"type\" in the model, or let types evolve." },
                    "column \"%s\" was loaded as %s so far, and the file is declared to have %s", column->name, column->type->name,
                    declared->name);
}

/* A pinned type stays, unless the declared one is wider: cells that are not of it are rejects. */
static bool
settle_pinned (Layout *layout, int i, const Type *declared, GError **error)
{
  LayoutColumn *column = &layout->columns[i];
  const Type *pinned = column->type;
  bool wider = pinned != declared && layout_may_become (layout, pinned->id, declared->id);
  layout->findings[i].other_format = !wider && column->format != NULL;
  if (wider && layout->model->contract_types == TYPES_FREEZE)
    return refuse_frozen (layout, column, declared, error);
  wider = wider && layout->model->contract_types == TYPES_EVOLVE;
  if (wider)
    layout->findings[i].change = g_strdup_printf ("was %s and becomes %s: the file is declared so", pinned->name, declared->name);
  set_type (column, wider ? declared : pinned);
  return true;
}

/* A model's format is how people write its type in a text. */
static bool
settle (Layout *layout, int i, const Type *declared, GError **error)
{
  LayoutColumn *column = &layout->columns[i];
  column->exact = true;
  column->unknown = column->finds_nulls = column->was_number = false;
  column->known_nulls = 0;
  if (column->type == NULL)
    return set_type (column, declared), true;
  if (column->origin == ORIGIN_PINNED && layout->model != NULL)
    return settle_pinned (layout, i, declared, error);
  if (declared->id != TYPE_TEXT)
    set_type (column, column->type);
  return true;
}

static bool
refuse_keys (const Layout *layout, GError **error)
{
  return weir_fail (error, &(Failure) { WEIR_ERROR_INPUT, REASON_NOT_AS_DECLARED, .detail = "Nothing was loaded." },
                    "the file is declared to have keys alone, and %s has no business key", layout->model->path);
}

bool
declared_apply (Layout *layout, const Declaration *declaration, GError **error)
{
  if (layout->keys_only && layout->model != NULL && model_is_keyless (layout->model))
    return refuse_keys (layout, error);
  for (guint i = 0; declaration->columns != NULL && i < declaration->columns->len; i++)
    {
      const DeclaredColumn *column = declaration->columns->pdata[i];
      if (column->type != NULL && !settle (layout, (int) i, types_find (column->type), error))
        return false;
    }
  return true;
}
