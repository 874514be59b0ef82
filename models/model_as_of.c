#include "models/model_members.h"

#include "models/name.h"

#include <string.h>

/* The view <fact>_at must be a name too. */
#define FACT_MAX_BYTES (NAME_MAX_BYTES - (int) strlen (MODEL_AT_SUFFIX))

/* The ids take the place of the columns that they are made from. */
static bool
is_referenced (const Model *model, const char *name)
{
  for (guint i = 0; i < model->references->len; i++)
    for (char **column = ((const ModelReference *) model->references->pdata[i])->columns; *column != NULL; column++)
      if (name_is_same (*column, name))
        return true;
  return false;
}

void
model_check_as_of (const Model *model, const MemberScope *scope)
{
  for (guint i = 0; i < model->references->len; i++)
    {
      const char *name = ((const ModelReference *) model->references->pdata[i])->as_of;
      if (name == NULL)
        continue;
      g_autofree char *path = g_strdup_printf ("$.references[%u].as_of", i);
      const char *type = model_find_other_type (model, name);
      if (is_referenced (model, name))
        members_problem (scope, path, "\"%s\" is a column of a reference, and not in the warehouse", name);
      if (type != NULL)
        members_problem (scope, path, "\"%s\" is declared as %s: it must be a date, timestamp or timestamptz", name, type);
      if (model->table != NULL && strlen (model->table) > (size_t) FACT_MAX_BYTES)
        members_problem (scope, path, "\"%s\" is too long a table for that: at most %d bytes, for \"%s\" is added", model->table,
                         FACT_MAX_BYTES, MODEL_AT_SUFFIX);
    }
}
