#include "models/model_members.h"

#include "models/name.h"

#include <string.h>

static void
read_absent (const MemberScope *scope, const char *path, Json *value)
{
  unsigned word;
  if (!json_is_string (value))
    members_problem (scope, path, "must be \"mtime\" or \"file_name\"");
  else if (members_word (scope, path, value, effective_words, &word))
    ((ModelEffective *) scope->target)->absent = word == 0 ? EFFECTIVE_MTIME : EFFECTIVE_FILE_NAME;
}

static void
read_column (const MemberScope *scope, const char *path, Json *value)
{
  static const Member members[] = {
    { "column", MEMBER_TEXT, offsetof (ModelEffective, column), .required = true },
    { "absent", .read = read_absent },
    { "description" },
    { NULL },
  };
  ModelEffective *effective = scope->target;
  effective->kind = EFFECTIVE_COLUMN;
  members_read (scope, path, value, members);
}

void
model_read_effective (const MemberScope *scope, const char *path, Json *value)
{
  ModelEffective *effective = &((Model *) scope->target)->effective;
  unsigned word;
  if (json_is_object (value))
    read_column (&(MemberScope) { scope->problems, scope->words, effective }, path, value);
  else if (!json_is_string (value))
    members_problem (scope, path, "must be \"mtime\", \"file_name\" or {\"column\": NAME}");
  else if (members_word (scope, path, value, effective_words, &word))
    effective->kind = word == 0 ? EFFECTIVE_MTIME : EFFECTIVE_FILE_NAME;
}

const char *
model_find_other_type (const Model *model, const char *name)
{
  static const char *const times[] = { "date", "timestamp", "timestamptz", NULL };
  for (guint i = 0; i < model->columns->len; i++)
    {
      const ModelColumn *column = model->columns->pdata[i];
      if (name_is_same (column->name, name) && column->type != NULL && !g_strv_contains (times, column->type))
        return column->type;
    }
  return NULL;
}

static void
check_column (const Model *model, const MemberScope *scope)
{
  const char *name = model->effective.column, *type = model_find_other_type (model, name);
  for (char **key = model->business_key; *key != NULL; key++)
    if (name_is_same (*key, name))
      members_problem (scope, "$.effective.column", "\"%s\" is of the business key, which says who a row is of", name);
  for (guint i = 0; i < model->references->len; i++)
    for (char **of = ((const ModelReference *) model->references->pdata[i])->columns; *of != NULL; of++)
      if (name_is_same (*of, name))
        members_problem (scope, "$.effective.column", "\"%s\" is of a reference, and the table has the id in its place", name);
  if (type != NULL)
    members_problem (scope, "$.effective.column", "\"%s\" is declared as %s: it must be a date, timestamp or timestamptz", name,
                     type);
  if (model->effective.absent != EFFECTIVE_ARRIVAL && model->absent == ABSENT_KEEP)
    members_problem (scope, "$.effective.absent",
                     "needs \"absent\": \"close\" in the model: no other file says that a key is gone");
  if (model->late == LATE_APPLY)
    members_problem (scope, "$.late", "\"apply\" is for files with one time for all rows: \"mtime\" or \"file_name\"");
}

void
model_check_effective (const Model *model, const Json *root, const MemberScope *scope)
{
  static const char *const words[] = { "first", "late" };
  bool is_said = json_object_get (root, "effective") != NULL;
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    if (!is_said && json_object_get (root, words[i]) != NULL)
      {
        g_autofree char *path = members_path ("$", words[i]);
        members_problem (scope, path, "needs \"effective\" beside it, which says since when a row is true");
      }
  if (is_said && model_is_keyless (model))
    members_problem (scope, "$.effective", "rows without a business_key are all of them events: none takes the place of another");
  if (is_said && !model_has_versions (model) && json_object_get (root, "first") != NULL)
    members_problem (scope, "$.first", "only a dimension has versions");
  for (guint i = 0; is_said && i < model->references->len; i++)
    if (((const ModelReference *) model->references->pdata[i])->missing == MISSING_WAIT)
      {
        g_autofree char *path = g_strdup_printf ("$.references[%u].missing", i);
        members_problem (scope, path,
                         "rows that wait have no place in time: say \"reject\", \"allow\" or \"placeholder\" beside \"effective\"");
      }
  if (is_said && model->late == LATE_HOLD && !model_has_versions (model))
    members_problem (scope, "$.late", "\"hold\" is for tables that have versions: in others a late row changes nothing");
  if (model->effective.column != NULL)
    check_column (model, scope);
}
