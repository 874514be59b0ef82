#include "models/model.h"

#include "models/name.h"

const char *const model_kind_words[] = { "dimension", "fact", NULL };
const char *const key_hash_words[] = { "hmac-sha256", "uuid5", "md5", NULL };
const char *const normalize_step_words[] = { "trim", "nfc", "lowercase", NULL };
const char *const duplicates_words[] = { "last", "first", "reject", NULL };
const char *const append_words[] = { "distinct", "all", NULL };
const char *const missing_words[] = { "wait", "reject", "allow", "placeholder", NULL };
const char *const forgets_words[] = { "null", "delete", "refuse", NULL };
const char *const effective_words[] = { "mtime", "file_name", NULL };
const char *const late_words[] = { "splice", "apply", "refuse", "hold", NULL };
const char *const first_words[] = { "effective", "always", NULL };
const char *const absent_words[] = { "keep", "close", NULL };
const char *const ragged_words[] = { "reject", "repair", "fail", NULL };
const char *const contract_columns_words[] = { "evolve", "freeze", "discard", NULL };
const char *const contract_types_words[] = { "evolve", "reject", "freeze", NULL };

void
model_column_free (ModelColumn *column)
{
  if (column == NULL)
    return;
  g_free (column->name);
  g_free (column->type);
  g_strfreev (column->nulls);
  g_free (column->format);
  g_strfreev (column->from);
  g_free (column);
}

void
model_reference_free (ModelReference *reference)
{
  if (reference == NULL)
    return;
  g_free (reference->dimension);
  g_strfreev (reference->columns);
  g_free (reference->as);
  g_free (reference->as_of);
  g_free (reference);
}

Model *
model_new (void)
{
  Model *model = g_new0 (Model, 1);
  model->business_key = g_new0 (char *, 1);
  model->normalize = NORMALIZE_TRIM;
  model->columns = g_ptr_array_new_with_free_func ((GDestroyNotify) model_column_free);
  model->references = g_ptr_array_new_with_free_func ((GDestroyNotify) model_reference_free);
  model->wait_days = DEFAULT_WAIT_DAYS;
  history_init (&model->history);
  model->max_percent = -1;
  model->max_rows = -1;
  model->expect.least_rows = -1;
  model->expect.change_percent = -1;
  model->guard = (ModelGuard) { DEFAULT_CLOSE_PERCENT, DEFAULT_SHRINK_PERCENT };
  model->dialect.header_rows = model->dialect.skip_lines = -1;
  return model;
}

void
model_free (Model *model)
{
  if (model == NULL)
    return;
  g_free (model->path);
  g_free (model->table);
  g_strfreev (model->business_key);
  g_free (model->id_column);
  g_free (model->name_space);
  g_ptr_array_unref (model->columns);
  g_ptr_array_unref (model->references);
  g_free (model->effective.column);
  g_free (model->time_zone);
  g_free (model->expect.every);
  g_free (model->expect.by);
  g_free (model->expect.time_zone);
  g_strfreev (model->close_within);
  g_free (model->deleted.column);
  g_strfreev (model->deleted.values);
  history_clear (&model->history);
  g_strfreev (model->files);
  g_strfreev (model->nulls);
  g_free (model->dialect.delimiter);
  g_free (model->dialect.blanks);
  g_free (model->dialect.quote);
  g_free (model->dialect.escape);
  g_free (model->dialect.comment);
  g_free (model->dialect.encoding);
  g_free (model);
}

const ModelColumn *
model_find_column (const Model *model, const char *name)
{
  for (guint i = 0; i < model->columns->len; i++)
    {
      const ModelColumn *column = g_ptr_array_index (model->columns, i);
      if (g_str_equal (column->name, name))
        return column;
    }
  return NULL;
}

const ModelColumn *
model_find_column_from (const Model *model, const char *name)
{
  for (guint i = 0; i < model->columns->len; i++)
    {
      const ModelColumn *column = g_ptr_array_index (model->columns, i);
      if (column->from != NULL && g_strv_contains ((const char *const *) column->from, name))
        return column;
    }
  return NULL;
}

static void
add_names (GPtrArray *names, char **more)
{
  for (; more != NULL && *more != NULL; more++)
    g_ptr_array_add (names, *more);
}

GPtrArray *
model_column_names (const Model *model)
{
  GPtrArray *names = g_ptr_array_new ();
  if (model == NULL)
    return names;
  for (guint i = 0; i < model->columns->len; i++)
    {
      const ModelColumn *column = g_ptr_array_index (model->columns, i);
      g_ptr_array_add (names, column->name);
      add_names (names, column->from);
    }
  add_names (names, model->business_key);
  if (model->effective.column != NULL)
    g_ptr_array_add (names, model->effective.column);
  add_names (names, model->close_within);
  if (model->deleted.column != NULL)
    g_ptr_array_add (names, model->deleted.column);
  for (guint i = 0; i < model->references->len; i++)
    add_names (names, ((const ModelReference *) g_ptr_array_index (model->references, i))->columns);
  return names;
}

bool
model_is_keyless (const Model *model)
{
  return model->business_key[0] == NULL;
}

bool
model_has_versions (const Model *model)
{
  return model->kind == MODEL_DIMENSION && model->history.scd == SCD_VERSION;
}

static bool
is_same_column (const char *name, const char *other)
{
  return name != NULL && name_is_same (name, other);
}

static bool
is_needed (const Model *model, const char *name)
{
  for (guint i = 0; i < model->columns->len; i++)
    {
      const ModelColumn *column = model->columns->pdata[i];
      if (column->required && is_same_column (column->name, name))
        return true;
    }
  for (char **key = model->business_key; *key != NULL; key++)
    if (is_same_column (*key, name))
      return true;
  return is_same_column (model->effective.column, name) || is_same_column (model->deleted.column, name);
}

bool
model_may_lose (const Model *model, const ModelReference *reference)
{
  for (char **column = reference->columns; *column != NULL; column++)
    if (is_needed (model, *column))
      return false;
  return true;
}

Forgets
model_forgets (const Model *model, const ModelReference *reference)
{
  if (reference->forgets != FORGETS_UNSAID)
    return reference->forgets;
  return model_may_lose (model, reference) ? FORGETS_NULL : FORGETS_REFUSE;
}

const char **
model_own_names (const Model *model)
{
  static const char *const of_versions[] = { "opened_by", "closed_by", NULL };
  static const char *const of_rows[] = { "occurrence", "created_at", "updated_at", "loaded_by", NULL };
  bool versions = model_has_versions (model);
  GPtrArray *names = g_ptr_array_new ();
  g_ptr_array_add (names, (gpointer) "row_hash");
  for (int i = 0; versions && i < HISTORY_COLUMNS; i++)
    g_ptr_array_add (names, model->history.names[i]);
  for (const char *const *name = versions ? of_versions : of_rows; *name != NULL; name++)
    g_ptr_array_add (names, (gpointer) *name);
  for (guint i = 0; i < model->history.rules->len; i++)
    if (((const HistoryRule *) model->history.rules->pdata[i])->made != NULL)
      g_ptr_array_add (names, ((const HistoryRule *) model->history.rules->pdata[i])->made);
  g_ptr_array_add (names, NULL);
  return (const char **) g_ptr_array_free (names, FALSE);
}

bool
model_takes_name (const Model *model, const char *identifier)
{
  g_autofree const char **own = model_own_names (model);
  return name_is_taken_in_staging (identifier) || g_strv_contains (own, identifier);
}

bool
model_has_as_of (const Model *model)
{
  for (guint i = 0; i < model->references->len; i++)
    if (((const ModelReference *) model->references->pdata[i])->as_of != NULL)
      return true;
  return false;
}

const char *
model_time_zone (const Model *model)
{
  return model->time_zone != NULL ? model->time_zone : DEFAULT_TIME_ZONE;
}

const char *
model_kind_word (ModelKind kind)
{
  return model_kind_words[kind];
}

const char *
key_hash_word (KeyHash hash)
{
  return key_hash_words[hash];
}

char *
normalize_words (unsigned normalize)
{
  GString *words = g_string_new (NULL);
  for (unsigned i = 0; normalize_step_words[i] != NULL; i++)
    if (normalize & (1U << i))
      g_string_append_printf (words, "%s%s", words->len > 0 ? "," : "", normalize_step_words[i]);
  return g_string_free (words, FALSE);
}

const char *
model_expect_zone (const Model *model)
{
  return model->expect.time_zone != NULL ? model->expect.time_zone : model_time_zone (model);
}
