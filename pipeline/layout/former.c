#include "pipeline/layout/former.h"

#include "pipeline/layout/naming.h"

#include <string.h>

/* The pinned column that is, or was first seen, under this name; NULL: none. Borrowed. */
static const char *
find_pinned (const Pins *pins, const char *from)
{
  g_autoptr (GHashTable) none = g_hash_table_new (g_str_hash, g_str_equal);
  const char *found = pins_find_header (pins, from, none);
  g_autofree char *name = naming_of_declared (from, pins);
  gpointer key = NULL;
  return found != NULL ? found : g_hash_table_lookup_extended (pins->columns, name, &key, NULL) ? key : NULL;
}

/* The pin of "former" becomes that of "name", unless there is one. */
static void
follow (Pins *pins, const char *former, const char *name)
{
  Pin *pin = NULL;
  gpointer key = NULL, value = NULL;
  g_hash_table_steal_extended (pins->columns, former, &key, &value);
  g_autofree char *was = key;
  pin = value;
  if (pin->hashed == NULL)
    pin->hashed = g_strdup (was);
  if (pins_know (pins, name))
    pin_free (pin);
  else
    g_hash_table_insert (pins->columns, g_strdup (name), pin);
}

static void
apply_column (Pins *pins, const ModelColumn *column)
{
  g_autofree char *name = naming_of_declared (column->name, pins);
  for (char **from = column->from; from != NULL && *from != NULL; from++)
    {
      const char *found = find_pinned (pins, *from);
      if (found == NULL || strcmp (found, name) == 0)
        continue;
      GPtrArray *former = g_hash_table_lookup (pins->former, name);
      if (former == NULL)
        {
          former = g_ptr_array_new_with_free_func (g_free);
          g_hash_table_insert (pins->former, g_strdup (name), former);
        }
      g_autofree char *was = g_strdup (found);
      g_ptr_array_add (former, g_strdup (was));
      follow (pins, was, name);
    }
}

void
former_apply (Pins *pins, const Model *model)
{
  for (guint i = 0; i < model->columns->len; i++)
    apply_column (pins, model->columns->pdata[i]);
}
