#include "models/model_load.h"

#include "base/error.h"
#include "base/fsutil.h"
#include "models/model_members.h"
#include "models/model_rules.h"

#include <string.h>

#define MODEL_FILE_LIMIT (1024 * 1024)

/* file_table: the table that the file's name promises, or NULL. */
static Model *
parse (const char *text, size_t length, const char *shown, const char *file_table, const ModelWords *words, GError **error)
{
  g_autoptr (Json) root = weir_json_parse (text, length, shown, error);
  if (root == NULL)
    return NULL;
  g_autoptr (Model) model = model_new ();
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  MemberScope scope = { problems, words, model };
  model->path = g_strdup (shown);
  sha256_bytes (text, length, model->checksum);
  members_read (&scope, "$", root, model_members);
  if (json_is_object (root))
    model_apply_rules (model, root, &scope);
  if (file_table != NULL && model->table != NULL && !g_str_equal (file_table, model->table))
    members_problem (&scope, "$.table", "\"%s\" is not what the file is named after: rename one of them", model->table);
  if (problems->len > 0)
    return members_refuse (shown, problems, error), NULL;
  return g_steal_pointer (&model);
}

Model *
model_parse (const char *text, size_t length, const char *shown, const ModelWords *words, GError **error)
{
  return parse (text, length, shown, NULL, words, error);
}

Model *
model_load (const char *path, const char *shown, const ModelWords *words, GError **error)
{
  g_autofree char *text = NULL;
  size_t length = 0;
  if (!fs_read_file (path, MODEL_FILE_LIMIT, &text, &length, error))
    return NULL;
  g_autofree char *table = g_path_get_basename (path);
  if (g_str_has_suffix (table, ".json"))
    table[strlen (table) - strlen (".json")] = '\0';
  return parse (text, length, shown, table, words, error);
}
