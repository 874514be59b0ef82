#include "models/model_members.h"

#include "models/name.h"

#include <string.h>

static void
read_percent (const MemberScope *scope, const char *path, const Json *value, double *ret_percent)
{
  double percent = json_number_value (value);
  if (!json_is_number (value) || percent < 0 || percent > 100)
    members_problem (scope, path, "must be a number from 0 to 100");
  else
    *ret_percent = percent;
}

static void
read_close_percent (const MemberScope *scope, const char *path, Json *value)
{
  read_percent (scope, path, value, &((ModelGuard *) scope->target)->close_percent);
}

static void
read_shrink_percent (const MemberScope *scope, const char *path, Json *value)
{
  read_percent (scope, path, value, &((ModelGuard *) scope->target)->shrink_percent);
}

void
model_read_absent (const MemberScope *scope, const char *path, Json *value)
{
  static const Member members[] = {
    { "close", MEMBER_TEXTS, offsetof (Model, close_within), .required = true },
    { "description" },
    { NULL },
  };
  Model *model = scope->target;
  unsigned word;
  if (json_is_object (value))
    {
      model->absent = ABSENT_CLOSE;
      members_read (scope, path, value, members);
    }
  else if (!json_is_string (value))
    members_problem (scope, path, "must be \"keep\", \"close\" or {\"close\": [COLUMN]}");
  else if (members_word (scope, path, value, absent_words, &word))
    model->absent = (Absent) word;
}

void
model_read_deleted (const MemberScope *scope, const char *path, Json *value)
{
  static const Member members[] = {
    { "column", MEMBER_TEXT, offsetof (ModelDeleted, column), .required = true },
    { "values", MEMBER_TEXTS, offsetof (ModelDeleted, values), .required = true },
    { "description" },
    { NULL },
  };
  members_read (&(MemberScope) { scope->problems, scope->words, &((Model *) scope->target)->deleted }, path, value, members);
}

void
model_read_guard (const MemberScope *scope, const char *path, Json *value)
{
  static const Member members[] = {
    { "close_percent", .read = read_close_percent },
    { "shrink_percent", .read = read_shrink_percent },
    { "description" },
    { NULL },
  };
  members_read (&(MemberScope) { scope->problems, scope->words, &((Model *) scope->target)->guard }, path, value, members);
}

/* Whether two names are of one column. */
static bool
is_same (const char *name, const char *other)
{
  g_autofree char *one = name_fold (name), *two = name_fold (other);
  return strcmp (one, two) == 0;
}

static bool
is_one_of (char **names, const char *name)
{
  for (; names != NULL && *names != NULL; names++)
    if (is_same (*names, name))
      return true;
  return false;
}

static void
check_deleted (const Model *model, const MemberScope *scope)
{
  static const char path[] = "$.deleted.column";
  const char *name = model->deleted.column;
  if (is_one_of (model->business_key, name))
    members_problem (scope, path, "\"%s\" is of the business key, which says who a row is of", name);
  if (is_one_of (model->close_within, name))
    members_problem (scope, path, "\"%s\" is a column of \"absent\", which is kept in the warehouse; this one is not", name);
  if (model->effective.column != NULL && is_same (model->effective.column, name))
    members_problem (scope, path, "\"%s\" is the column of \"effective\"", name);
  for (guint i = 0; i < model->columns->len; i++)
    {
      const ModelColumn *column = model->columns->pdata[i];
      if (is_same (column->name, name) && column->type != NULL && strcmp (column->type, "text") != 0)
        members_problem (scope, path, "\"%s\" is declared as %s: its cells are compared as they are written, so declare no type",
                         name, column->type);
    }
}

void
model_check_absent (const Model *model, const Json *root, const MemberScope *scope)
{
  static const char *const words[] = { "absent", "deleted", "guard" };
  for (size_t i = 0; model->kind == MODEL_FACT && i < G_N_ELEMENTS (words); i++)
    if (json_object_get (root, words[i]) != NULL)
      {
        g_autofree char *path = members_path ("$", words[i]);
        members_problem (scope, path, "only a dimension closes what is gone, and keeps it; a fact's rows would be lost");
      }
  if (model->kind == MODEL_FACT)
    return;
  if (json_object_get (root, "guard") != NULL && model->absent == ABSENT_KEEP)
    members_problem (scope, "$.guard", "needs \"absent\": \"close\" beside it: nothing else is guarded");
  if (model->deleted.column != NULL)
    check_deleted (model, scope);
}
