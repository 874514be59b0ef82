#include "models/model_check.h"

#include "base/text.h"
#include "models/members.h"

static const Model *
find_model (const GPtrArray *models, const char *table)
{
  for (guint i = 0; i < models->len; i++)
    {
      const Model *model = g_ptr_array_index (models, i);
      if (g_str_equal (model->table, table))
        return model;
    }
  return NULL;
}

/* The tables of all dimensions, NULL-terminated and borrowed. */
static const char **
dimension_tables (const GPtrArray *models)
{
  GPtrArray *tables = g_ptr_array_new ();
  for (guint i = 0; i < models->len; i++)
    {
      const Model *model = g_ptr_array_index (models, i);
      if (model->kind == MODEL_DIMENSION)
        g_ptr_array_add (tables, model->table);
    }
  g_ptr_array_add (tables, NULL);
  return (const char **) g_ptr_array_free (tables, FALSE);
}

static void
check_reference (const Model *model, const ModelReference *reference, const char *path, const GPtrArray *models,
                 const MemberScope *scope)
{
  if (reference->forgets == FORGETS_NULL && !model_may_lose (model, reference))
    {
      g_autofree char *forgotten_path = members_path (path, "forgotten");
      members_problem (
          scope, forgotten_path,
          "the reference cannot be null, for a column of it is required, or of the business key, or says when rows are "
          "true: \"delete\" or \"refuse\"");
    }
  g_autofree char *dimension_path = members_path (path, "dimension");
  const Model *dimension = find_model (models, reference->dimension);
  if (dimension == NULL)
    {
      g_autofree const char **tables = dimension_tables (models);
      const char *nearest = text_nearest (reference->dimension, tables);
      if (nearest != NULL)
        members_problem (scope, dimension_path, "there is no good model \"%s\"; did you mean \"%s\"?", reference->dimension,
                         nearest);
      else
        members_problem (scope, dimension_path, "there is no good model \"%s\"", reference->dimension);
      return;
    }
  if (dimension->kind != MODEL_DIMENSION)
    {
      members_problem (scope, dimension_path, "\"%s\" is a %s, only a dimension can be referenced", dimension->table,
                       model_kind_word (dimension->kind));
      return;
    }
  guint wanted = g_strv_length (dimension->business_key);
  guint given = g_strv_length (reference->columns);
  g_autofree char *columns_path = members_path (path, "columns");
  g_autofree char *key = g_strjoinv (", ", dimension->business_key);
  if (reference->missing == MISSING_PLACEHOLDER && dimension->effective.kind != EFFECTIVE_ARRIVAL
      && dimension->first != FIRST_ALWAYS)
    {
      g_autofree char *missing_path = members_path (path, "missing");
      members_problem (scope, missing_path,
                       "a placeholder holds since ever, and so must what fills it: say \"first\": \"always\" in %s",
                       dimension->path);
    }
  if (!model_has_versions (dimension) && (reference->as_of != NULL || reference->missing == MISSING_PLACEHOLDER))
    {
      g_autofree char *word_path = members_path (path, reference->as_of != NULL ? "as_of" : "missing");
      members_problem (scope, word_path, "\"%s\" has no versions (\"scd\": 1 in %s)", dimension->table, dimension->path);
    }
  if (wanted != given)
    members_problem (scope, columns_path, "%u column%s for the %u of \"%s\"'s business_key (%s)", given, given == 1 ? "" : "s",
                     wanted, dimension->table, key);
}

static void
check_table_is_own (const Model *model, const GPtrArray *models, const MemberScope *scope)
{
  for (guint i = 0; i < models->len; i++)
    {
      const Model *other = g_ptr_array_index (models, i);
      if (other == model)
        continue;
      if (g_str_equal (other->table, model->table))
        members_problem (scope, "$.table", "\"%s\" is the table of \"%s\" too", model->table, other->path);
      g_autofree char *view = g_strconcat (other->table, "_current", NULL);
      if (other->kind == MODEL_DIMENSION && g_str_equal (view, model->table))
        members_problem (scope, "$.table", "\"%s\" is the name of the view of dimension \"%s\"", model->table, other->table);
      g_autofree char *at = g_strconcat (other->table, MODEL_AT_SUFFIX, NULL);
      if (model_has_as_of (other) && g_str_equal (at, model->table))
        members_problem (scope, "$.table", "\"%s\" is the name of the view of fact \"%s\"", model->table, other->table);
    }
}

bool
model_check (const Model *model, const GPtrArray *models, GError **error)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  MemberScope scope = { problems, NULL, NULL };
  check_table_is_own (model, models, &scope);
  for (guint i = 0; i < model->references->len; i++)
    {
      g_autofree char *path = g_strdup_printf ("$.references[%u]", i);
      check_reference (model, g_ptr_array_index (model->references, i), path, models, &scope);
    }
  return problems->len == 0 || members_refuse (model->path, problems, error);
}
