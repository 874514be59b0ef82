#include "models/model_rules.h"

#include "models/model_members.h"
#include "models/name.h"

#include <string.h>

/* The view <dimension>_current must be a name too. */
#define DIMENSION_MAX_BYTES (NAME_MAX_BYTES - (int) strlen ("_current"))

static Json *
find_in_id (const Json *root, const char *name)
{
  return json_object_get (json_object_get (root, "id"), name);
}

/* Whether the member is there and was read as that word. */
static bool
says (const Json *value, const char *word)
{
  return json_is_string (value) && g_str_equal (json_string_value (value), word);
}

static void
check_table_name (const Model *model, const MemberScope *scope)
{
  if (!name_is_usable (model->table))
    members_problem (scope, "$.table",
                     "\"%s\" is no usable name: lower-case letters, digits and _, no digit first, at most %d bytes", model->table,
                     NAME_MAX_BYTES);
  else if (model->kind == MODEL_DIMENSION && strlen (model->table) > (size_t) DIMENSION_MAX_BYTES)
    members_problem (scope, "$.table", "\"%s\" is too long for a dimension: at most %d bytes, for \"_current\" is added",
                     model->table, DIMENSION_MAX_BYTES);
}

static void
check_kind (const Model *model, const Json *root, const MemberScope *scope)
{
  bool keyed = json_object_get (root, "business_key") != NULL;
  if (model->kind == MODEL_DIMENSION)
    {
      if (!keyed)
        members_problem (scope, "$", "\"business_key\" is missing: a dimension needs one");
      if (json_object_get (root, "references") != NULL)
        members_problem (scope, "$.references", "only a fact has references");
      if (json_object_get (root, "wait_days") != NULL)
        members_problem (scope, "$.wait_days", "only the rows of a fact wait for what they refer to");
      if (json_object_get (root, "append") != NULL)
        members_problem (scope, "$.append", "only a fact without business_key appends");
      return;
    }
  if (keyed && json_object_get (root, "append") != NULL)
    members_problem (scope, "$.append", "only a fact without business_key appends; with one, rows are inserted or updated");
  if (!keyed && json_object_get (root, "id") != NULL)
    members_problem (scope, "$.id", "a fact without business_key has no id");
  if (!keyed && json_object_get (root, "duplicates") != NULL)
    members_problem (scope, "$.duplicates", "a fact without business_key has no duplicates; see \"append\"");
}

static void
check_namespace (const Model *model, const Json *root, const MemberScope *scope)
{
  const Json *hash = find_in_id (root, "hash");
  if (hash != NULL && !says (hash, key_hash_word (model->hash)))
    return;
  const Json *name_space = find_in_id (root, "namespace");
  if (model->hash == KEY_UUID5 && name_space == NULL)
    members_problem (scope, "$.id", "\"namespace\" is missing: hash uuid5 needs a UUID, or one of: dns, url, oid, x500");
  if (model->hash != KEY_UUID5 && name_space != NULL)
    members_problem (scope, "$.id.namespace", "hash %s takes none", key_hash_word (model->hash));
}

/* What can be said in its place: a file's column of such a name gets another one. */
static void
refuse_kept (const Model *model, const MemberScope *scope, const char *path, const char *name, const char *identifier)
{
  for (int i = 0; i < HISTORY_COLUMNS; i++)
    if (strcmp (model->history.names[i], identifier) == 0 && model_has_versions (model))
      {
        members_problem (
            scope, path,
            "\"%s\" is a name that weir keeps for itself: say \"%s_\", as the file's column is called beside it, or call "
            "weir's otherwise: \"names\": {\"%s\": NAME}",
            name, identifier, history_column_words[i]);
        return;
      }
  members_problem (scope, path,
                   "\"%s\" is a name that weir keeps for itself: say \"%s_\", as the file's column is called beside it", name,
                   identifier);
}

/* A column of the file at "path": refuses names that are taken. "names" maps identifiers to the paths that named them. */
static void
check_column_name (const Model *model, const MemberScope *scope, const char *path, const char *name, GHashTable *names)
{
  g_autofree char *identifier = name_fold (name);
  const char *other = g_hash_table_lookup (names, identifier);
  if (identifier[0] == '\0')
    members_problem (scope, path, "\"%s\" has no letter or digit: such a column is named by its place, \"column_3\"", name);
  else if (model_takes_name (model, name) || model_takes_name (model, identifier))
    refuse_kept (model, scope, path, name, identifier);
  else if (other != NULL)
    members_problem (scope, path, "\"%s\" is the same column as %s: both are \"%s\"", name, other, identifier);
  else
    g_hash_table_insert (names, g_steal_pointer (&identifier), g_strdup (path));
}

static GHashTable *
names_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static void
add_all (GHashTable *names, GHashTable *more)
{
  GHashTableIter iter;
  gpointer name, path;
  g_hash_table_iter_init (&iter, more);
  while (g_hash_table_iter_next (&iter, &name, &path))
    if (!g_hash_table_contains (names, name))
      g_hash_table_insert (names, g_strdup (name), g_strdup (path));
}

/* The identifiers of the file's columns that the model names, each with the JSON path that names it. */
static GHashTable *
check_columns (const Model *model, const Json *root, const MemberScope *scope)
{
  GHashTable *names = names_new ();
  for (size_t i = 0; model->business_key[i] != NULL; i++)
    {
      g_autofree char *path = g_strdup_printf ("$.business_key[%zu]", i);
      check_column_name (model, scope, path, model->business_key[i], names);
    }
  g_autoptr (GHashTable) declared = names_new ();
  for (guint i = 0; i < model->columns->len; i++)
    {
      const ModelColumn *column = g_ptr_array_index (model->columns, i);
      g_autofree char *path = members_path ("$.columns", column->name);
      check_column_name (model, scope, path, column->name, declared);
      g_autofree char *identifier = name_fold (column->name);
      const Json *object = json_object_get (json_object_get (root, "columns"), column->name);
      if (g_hash_table_contains (names, identifier) && json_is_false (json_object_get (object, "required")))
        members_problem (scope, path, "a business_key column is always required");
    }
  add_all (names, declared);
  for (guint i = 0; i < model->references->len; i++)
    {
      const ModelReference *reference = g_ptr_array_index (model->references, i);
      g_autofree char *path = g_strdup_printf ("$.references[%u].columns", i);
      g_autoptr (GHashTable) referenced = names_new ();
      for (size_t j = 0; reference->columns[j] != NULL; j++)
        check_column_name (model, scope, path, reference->columns[j], referenced);
      add_all (names, referenced);
    }
  return names;
}

/* Other names of a declared column are nobody else's: "names" has the columns', "others" those of the columns before. */
static void
check_from (const MemberScope *scope, const ModelColumn *column, GHashTable *names, GHashTable *others)
{
  g_autofree char *own = name_fold (column->name);
  g_autofree char *column_path = members_path ("$.columns", column->name);
  for (size_t i = 0; column->from != NULL && column->from[i] != NULL; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s.from[%zu]", column_path, i);
      g_autofree char *folded = name_fold (column->from[i]);
      g_autofree char *identifier = g_strdup (folded[0] != '\0' ? folded : column->from[i]);
      const char *declared = g_hash_table_lookup (names, identifier), *other = g_hash_table_lookup (others, identifier);
      if (strcmp (identifier, own) == 0)
        continue;
      if (declared != NULL)
        members_problem (scope, path, "\"%s\" is a column of its own: %s names it", column->from[i], declared);
      else if (other != NULL && strcmp (other, column->name) != 0)
        members_problem (scope, path, "\"%s\" is another name of \"%s\" already", column->from[i], other);
      else
        g_hash_table_insert (others, g_steal_pointer (&identifier), g_strdup (column->name));
    }
}

/* A column that weir makes: "as" of a reference, or the id. */
static void
check_made_column (const Model *model, const MemberScope *scope, const char *path, const char *name, GHashTable *names)
{
  const char *other = g_hash_table_lookup (names, name);
  if (!name_is_usable (name))
    members_problem (scope, path, "\"%s\" is no usable name: lower-case letters, digits and _, no digit first, at most %d bytes",
                     name, NAME_MAX_BYTES);
  else if (model_takes_name (model, name))
    members_problem (scope, path, "\"%s\" is a name that weir keeps for itself: choose another one", name);
  else if (other != NULL)
    members_problem (scope, path, "\"%s\" is already the name of %s", name, other);
  else
    g_hash_table_insert (names, g_strdup (name), g_strdup (path));
}

static char *
choose_id_column (const Model *model, GHashTable *names)
{
  g_autofree char *singular = name_singular (model->table);
  g_autofree char *id = g_strdup_printf ("%s_id", singular);
  if (!g_hash_table_contains (names, id) && !model_takes_name (model, id))
    return g_steal_pointer (&id);
  return g_strdup_printf ("%s_uuid", singular);
}

void
model_apply_rules (Model *model, const Json *root, const MemberScope *scope)
{
  if (model->table != NULL)
    check_table_name (model, scope);
  check_namespace (model, root, scope);
  if (!says (json_object_get (root, "kind"), model_kind_word (model->kind)))
    return;
  check_kind (model, root, scope);
  model_check_effective (model, root, scope);
  model_check_absent (model, root, scope);
  model_check_expect (model, root, scope);
  model_settle_history (model, root, scope);
  model_check_as_of (model, scope);
  g_autoptr (GHashTable) names = check_columns (model, root, scope);
  g_autoptr (GHashTable) others = names_new ();
  for (guint i = 0; i < model->columns->len; i++)
    check_from (scope, g_ptr_array_index (model->columns, i), names, others);
  for (guint i = 0; i < model->references->len; i++)
    {
      const ModelReference *reference = g_ptr_array_index (model->references, i);
      g_autofree char *path = g_strdup_printf ("$.references[%u].as", i);
      if (reference->as != NULL)
        check_made_column (model, scope, path, reference->as, names);
    }
  if (model->id_column == NULL && model->table != NULL && !model_is_keyless (model) && name_is_usable (model->table))
    model->id_column = choose_id_column (model, names);
  if (model->id_column != NULL)
    check_made_column (model, scope, "$.id.column", model->id_column, names);
}
