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
    members_problem (scope, path, "\"%s\" is a name that weir keeps for itself: choose another one", name);
  for (int other = 0; other < column; other++)
    if (strcmp (name, model->history.names[other]) == 0)
      members_problem (scope, path, "\"%s\" is already the name of \"%s\"", name, history_column_words[other]);
}

/* One of 0, 1, 2, 3 and 6. */
bool
model_read_type (const MemberScope *scope, const char *path, Json *value, Scd *ret_scd)
{
  json_int_t type = json_is_integer (value) ? json_integer_value (value) : -1;
  if (type < 0 || (type > 3 && type != 6))
    return members_problem (scope, path, "must be 0, 1, 2, 3 or 6"), false;
  *ret_scd = (Scd) type;
  return true;
}

void
model_read_scd (const MemberScope *scope, const char *path, Json *value)
{
  Scd type;
  if (!model_read_type (scope, path, value, &type))
    return;
  if (type != SCD_OVERWRITE && type != SCD_VERSION)
    members_problem (scope, path, "a table is 1 or 2; %d is for columns: \"columns\": {NAME: {\"scd\": %d}}", (int) type,
                     (int) type);
  else
    ((Model *) scope->target)->history.scd = type;
}

/* Whether files come in any order, and give the same. */
static bool
is_ordered_by_data (const Model *model, const Json *root)
{
  return json_object_get (root, "effective") != NULL && model->late != LATE_APPLY;
}

/* What of a column depends on the order in which files come, or NULL. */
static const char *
find_order (const Model *model, const ModelColumn *column)
{
  if (column->scd == SCD_PREVIOUS)
    return "what was before a value is not known of files that come in any order";
  if (model->history.scd == SCD_OVERWRITE && column->scd == SCD_FIRST)
    return "with one row of each key nothing tells whether a late row is the first";
  if (model->history.scd == SCD_VERSION && column->scd == SCD_OVERWRITE && !column->all_versions)
    return "which version had which value would depend on the order of files: say \"all_versions\": true";
  return NULL;
}

static void
check_column (const Model *model, const Json *root, const ModelColumn *column, const MemberScope *scope)
{
  g_autofree char *path = members_path ("$.columns", column->name), *scd_path = members_path (path, "scd");
  g_autofree char *all_path = members_path (path, "all_versions");
  bool versions = model->history.scd == SCD_VERSION;
  const char *order = column->has_scd && is_ordered_by_data (model, root) ? find_order (model, column) : NULL;
  if (column->all_versions && (!column->has_scd || column->scd != SCD_OVERWRITE || !versions))
    members_problem (scope, all_path, "is for \"scd\": 1 in a table that has versions");
  if (!column->has_scd)
    return;
  if (model->kind != MODEL_DIMENSION)
    members_problem (scope, scd_path, "only a dimension has versions");
  else if (!versions && (column->scd == SCD_VERSION || column->scd == SCD_CURRENT))
    members_problem (scope, scd_path, "a table with \"scd\": 1 has no versions");
  else if (order != NULL)
    members_problem (scope, scd_path, "%d cannot be with \"effective\": %s", (int) column->scd, order);
}

/* A column that says who a row is of, or since when it is true, never is another one. */
static void
check_place (const Model *model, const ModelColumn *column, const char *name, const MemberScope *scope)
{
  g_autofree char *path = members_path ("$.columns", column->name), *scd_path = members_path (path, "scd");
  for (char **key = model->business_key; *key != NULL; key++)
    {
      g_autofree char *part = name_of_column (*key, 0);
      if (strcmp (part, name) == 0)
        members_problem (scope, scd_path, "\"%s\" is of the business key, which never changes", column->name);
    }
  g_autofree char *moment = model->effective.column != NULL ? name_of_column (model->effective.column, 0) : NULL;
  if (g_strcmp0 (moment, name) == 0)
    members_problem (scope, scd_path, "\"%s\" says since when a row is true, and changes with each", column->name);
}

static void
add_rule (Model *model, const ModelColumn *column, const MemberScope *scope)
{
  g_autofree char *name = name_of_column (column->name, 0);
  check_place (model, column, name, scope);
  if (column->scd == model->history.scd && !column->all_versions)
    return;
  history_add_rule (&model->history, name, column->scd, column->all_versions);
  const HistoryRule *rule = history_find_rule (&model->history, name);
  if (rule->made == NULL || strlen (rule->made) <= NAME_MAX_BYTES)
    return;
  g_autofree char *path = members_path ("$.columns", column->name), *scd_path = members_path (path, "scd");
  members_problem (scope, scd_path, "\"%s\" is too long a name: at most %d bytes", rule->made, NAME_MAX_BYTES);
}

/* Who has no versions says nothing of them. */
static void
check_words (const Model *model, const Json *root, const MemberScope *scope)
{
  static const char *const of_fact[] = { "names", "open_end", "scd", NULL };
  static const char *const of_rows[] = { "names", "open_end", "absent", "deleted", "guard", NULL };
  bool is_fact = model->kind == MODEL_FACT;
  if (model_has_versions (model))
    return;
  for (const char *const *word = is_fact ? of_fact : of_rows; *word != NULL; word++)
    if (json_object_get (root, *word) != NULL)
      {
        g_autofree char *path = members_path ("$", *word);
        members_problem (scope, path, is_fact ? "only a dimension has versions" : "a table with \"scd\": 1 has no versions");
      }
}

void
model_settle_history (Model *model, const Json *root, const MemberScope *scope)
{
  check_words (model, root, scope);
  for (guint i = 0; i < model->columns->len; i++)
    {
      const ModelColumn *column = model->columns->pdata[i];
      check_column (model, root, column, scope);
      if (column->has_scd && model->kind == MODEL_DIMENSION)
        add_rule (model, column, scope);
    }
  for (int column = 0; model_has_versions (model) && column < HISTORY_COLUMNS; column++)
    check_name (model, column, scope);
}
