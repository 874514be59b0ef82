#include "pipeline/layout/layout.h"

#include "models/name.h"

#include <string.h>

/* Whether a file with all pinned columns has the one that the model calls by this name, as a header's search finds it. */
static bool
is_pinned (const Pins *pins, const char *name)
{
  g_autofree char *ident = name_of_column (name, 0);
  g_autoptr (GHashTable) none = g_hash_table_new (g_str_hash, g_str_equal);
  return pins_find_header (pins, name, none) != NULL || pins_know (pins, name) || pins_know (pins, ident);
}

static void
add_name (GPtrArray *headers, const Pins *pins, const char *name)
{
  if (!is_pinned (pins, name) && !g_ptr_array_find_with_equal_func (headers, name, g_str_equal, NULL))
    g_ptr_array_add (headers, (char *) name);
}

/* Headers, borrowed from both: of every pinned column, then those that only the model names. */
static GPtrArray *
known_headers (const Model *model, const Pins *pins)
{
  GPtrArray *headers = g_ptr_array_new ();
  g_autofree const char **names = pins_names (pins);
  for (size_t i = 0; names[i] != NULL; i++)
    {
      const Pin *pin = g_hash_table_lookup (pins->columns, names[i]);
      g_ptr_array_add (headers, (char *) (pin->header != NULL && !pin_is_nameless (pin) ? pin->header : names[i]));
    }
  for (char **name = model->business_key; *name != NULL; name++)
    add_name (headers, pins, *name);
  for (guint i = 0; i < model->references->len; i++)
    for (char **name = ((const ModelReference *) model->references->pdata[i])->columns; *name != NULL; name++)
      add_name (headers, pins, *name);
  if (model->effective.column != NULL)
    add_name (headers, pins, model->effective.column);
  for (guint i = 0; i < model->columns->len; i++)
    add_name (headers, pins, ((const ModelColumn *) model->columns->pdata[i])->name);
  return headers;
}

Layout *
layout_known (const Model *model, const Catalog *catalog, const Pins *pins, GError **error)
{
  g_autoptr (GPtrArray) headers = known_headers (model, pins);
  g_autofree Field *fields = g_new0 (Field, headers->len + 1);
  for (guint i = 0; i < headers->len; i++)
    fields[i] = (Field) { .text = headers->pdata[i], .length = strlen (headers->pdata[i]) };
  const Record header = { .line = 1, .fields = fields, .n_fields = headers->len };
  return layout_new (model, catalog, &header, 0, pins, error);
}
