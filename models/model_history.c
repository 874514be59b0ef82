#include "models/model_members.h"
#include "models/name.h"

#include <string.h>

void
model_read_names (const MemberScope *scope, const char *path, Json *value)
{
  static const Member members[] = {
    { "start", MEMBER_TEXT, offsetof (History, names[HISTORY_START]) },
    { "end", MEMBER_TEXT, offsetof (History, names[HISTORY_END]) },
    { "current", MEMBER_TEXT, offsetof (History, names[HISTORY_CURRENT]) },
    { "version", MEMBER_TEXT, offsetof (History, names[HISTORY_VERSION]) },
    { "changed", MEMBER_TEXT, offsetof (History, names[HISTORY_CHANGED]) },
    { "inferred", MEMBER_TEXT, offsetof (History, names[HISTORY_INFERRED]) },
    { "description" },
    { NULL },
  };
  MemberScope inner = { scope->problems, scope->words, &((Model *) scope->target)->history };
  members_read (&inner, path, value, members);
}

/* A name of a column of history is no other's. Those of the file's columns are compared with it where these are checked. */
static void
check_name (const Model *model, int column, const MemberScope *scope)
{
  static const char *const fixed[] = { "row_hash", "opened_by", "closed_by", NULL };
  const char *name = model->history.names[column];
  g_autofree char *path = g_strdup_printf ("$.names.%s", history_column_words[column]);
  if (!name_is_usable (name))
    members_problem (scope, path, "\"%s\" is no usable name: lower-case letters, digits and _, no digit first, at most %d bytes",
                     name, NAME_MAX_BYTES);
  else if (name_is_taken_in_staging (name) || g_strv_contains (fixed, name))
    members_problem (scope, path, "\"%s\" is a name that weir keeps for itself", name);
  for (int other = 0; other < column; other++)
    if (strcmp (name, model->history.names[other]) == 0)
      members_problem (scope, path, "\"%s\" is already the name of \"%s\"", name, history_column_words[other]);
}

void
model_check_history (const Model *model, const Json *root, const MemberScope *scope)
{
  static const char *const words[] = { "names", "open_end" };
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    if (model->kind != MODEL_DIMENSION && json_object_get (root, words[i]) != NULL)
      {
        g_autofree char *path = members_path ("$", words[i]);
        members_problem (scope, path, "only a dimension has versions");
      }
  for (int column = 0; model->kind == MODEL_DIMENSION && column < HISTORY_COLUMNS; column++)
    check_name (model, column, scope);
}
