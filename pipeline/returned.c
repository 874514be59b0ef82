#include "pipeline/returned.h"

#include "pipeline/records/annotation.h"

#include <string.h>

void
returned_clear (Returned *returned)
{
  g_free (returned->of);
  g_free (returned->key);
  g_free (returned->file);
}

/* The column that says it, NULL: there is none. */
static const char *
find_column (const Layout *layout)
{
  for (int i = 0; i < layout->n_columns; i++)
    if (strcmp (layout->columns[i].header, ANNOTATION_RUN) == 0)
      return layout->columns[i].name;
  return NULL;
}

bool
returned_find (Db *db, const Loaded *loaded, const Run *asked, Returned *ret_returned, GError **error)
{
  Uid id;
  Returned *returned = ret_returned;
  const char *column = find_column (loaded->layout);
  *returned = (Returned) { .run = *asked };
  if (column == NULL)
    return true;
  if (!stage_first_value (db, loaded->stage, column, &returned->of, error))
    return false;
  if (returned->of == NULL || !uid_parse (returned->of, strlen (returned->of), &id))
    return true;
  int64_t instant_ns;
  if (!ledger_run_place (db, returned->of, &instant_ns, &returned->key, &returned->file, error))
    return false;
  if (returned->key == NULL)
    return true;
  returned->run.instant_ns = instant_ns;
  returned->run.order_key = returned->key;
  returned->run.named = returned->file;
  returned->run.again = true;
  returned->run.retry_of = returned->of;
  return true;
}

bool
returned_is (const Run *run)
{
  char id[UID_TEXT_SIZE];
  uid_format (run->id, id);
  return run->retry_of != NULL && strcmp (run->retry_of, id) != 0;
}
