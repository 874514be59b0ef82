#include "models/model_members.h"

static void
read_column_type (const MemberScope *scope, const char *path, Json *value)
{
  ModelColumn *column = scope->target;
  unsigned type = 0;
  if (!members_word (scope, path, value, scope->words->types, &type))
    return;
  g_free (column->type);
  column->type = g_strdup (scope->words->types[type]);
}

static void
read_column_nulls (const MemberScope *scope, const char *path, Json *value)
{
  model_read_nulls (scope, path, value, &((ModelColumn *) scope->target)->nulls);
}

static void
read_column_scd (const MemberScope *scope, const char *path, Json *value)
{
  ModelColumn *column = scope->target;
  column->has_scd = model_read_type (scope, path, value, &column->scd);
}

static void
read_column (const MemberScope *scope, const char *path, const char *name, Json *value)
{
  static const Member members[] = {
    { "type", .read = read_column_type },
    { "format", MEMBER_TEXT, offsetof (ModelColumn, format) },
    { "null", .read = read_column_nulls },
    { "required", MEMBER_BOOLEAN, offsetof (ModelColumn, required) },
    { "pii", MEMBER_BOOLEAN, offsetof (ModelColumn, pii) },
    { "from", MEMBER_TEXTS, offsetof (ModelColumn, from) },
    { "description" },
    { "scd", .read = read_column_scd },
    { "all_versions", MEMBER_BOOLEAN, offsetof (ModelColumn, all_versions) },
    { "track", .later = true },
    { NULL },
  };
  ModelColumn *column = g_new0 (ModelColumn, 1);
  column->name = g_strdup (name);
  g_ptr_array_add (((Model *) scope->target)->columns, column);
  MemberScope inner = { scope->problems, scope->words, column };
  members_read (&inner, path, value, members);
  if (column->format == NULL)
    return;
  g_autofree char *format_path = members_path (path, "format");
  if (json_object_get (value, "type") == NULL)
    members_problem (scope, format_path, "a format needs a \"type\" beside it");
  else if (column->type != NULL && !scope->words->format_fits (column->type, column->format))
    members_problem (scope, format_path, "\"%s\" is not a format of type %s", column->format, column->type);
}

void
model_read_columns (const MemberScope *scope, const char *path, Json *value)
{
  if (!json_is_object (value))
    {
      members_problem (scope, path, "must be an object with a member for each column");
      return;
    }
  const char *name;
  Json *column;
  json_object_foreach (value, name, column)
    {
      g_autofree char *inner = members_path (path, name);
      read_column (scope, inner, name, column);
    }
}

void
model_read_references (const MemberScope *scope, const char *path, Json *value)
{
  static const Member members[] = {
    { "dimension", MEMBER_TEXT, offsetof (ModelReference, dimension), .required = true },
    { "columns", MEMBER_TEXTS, offsetof (ModelReference, columns), .required = true },
    { "as", MEMBER_TEXT, offsetof (ModelReference, as), .required = true },
    { "missing", MEMBER_WORD, offsetof (ModelReference, missing), missing_words },
    { "forgotten", MEMBER_WORD, offsetof (ModelReference, forgets), forgets_words },
    { "as_of", MEMBER_TEXT, offsetof (ModelReference, as_of) },
    { "description" },
    { NULL },
  };
  if (!json_is_array (value))
    {
      members_problem (scope, path, "must be an array of objects");
      return;
    }
  for (size_t i = 0; i < json_array_size (value); i++)
    {
      ModelReference *reference = g_new0 (ModelReference, 1);
      reference->columns = g_new0 (char *, 1);
      reference->forgets = FORGETS_UNSAID;
      g_ptr_array_add (((Model *) scope->target)->references, reference);
      g_autofree char *inner = g_strdup_printf ("%s[%zu]", path, i);
      MemberScope reference_scope = { scope->problems, scope->words, reference };
      members_read (&reference_scope, inner, json_array_get (value, i), members);
    }
}
