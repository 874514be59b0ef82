#include "pipeline/layout/layout.h"

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

bool
layout_is_bag (const Layout *layout)
{
  return layout->model != NULL && model_is_keyless (layout->model) && layout->model->append == APPEND_DISTINCT;
}

bool
layout_may_become (const Layout *layout, TypeId from, TypeId to)
{
  return types_widens (from, to) && !(layout_is_bag (layout) && to == TYPE_TEXT && from != TYPE_TEXT);
}

const LayoutColumn *
layout_find_convertible (const Layout *layout, const char *name)
{
  for (int i = 0; i < layout->n_columns && !layout_is_bag (layout); i++)
    if (strcmp (layout->columns[i].name, name) == 0 && layout->columns[i].origin == ORIGIN_DECLARED
        && layout->columns[i].key_part < 0)
      return &layout->columns[i];
  return NULL;
}

void
layout_pin (const Layout *layout, Pins *pins)
{
  for (int i = 0; i < layout->n_columns; i++)
    {
      const LayoutColumn *column = &layout->columns[i];
      if (column->discarded || layout->findings[i].other_format)
        continue;
      bool known = pins_know (pins, column->name);
      Pin *pin = pins_add (pins, column->name);
      bool spelled = strcmp (column->header, column->name) == 0;
      if (!known && !spelled)
        pin->header = g_strdup (column->header);
      if (pin->hashed == NULL && strcmp (column->hashed, column->name) != 0)
        pin->hashed = g_strdup (column->hashed);
      if (spelled && pin_is_nameless (pin)) /* it has a header from now on */
        g_clear_pointer (&pin->header, g_free);
      if (!column->unknown)
        {
          pins_set (pins, column->name, column->type, column->format);
          pin->was_number = column->was_number && column->type->id == TYPE_TEXT;
        }
    }
}
