#include "src/jobs/job_private.h"

enum
{
  MASK_NONE,
  MASK_HASH,
  MASK_NULL,
  MASK_LAST4,
};

/* Without a word for none: that is not to be said. */
static const char *const masks[] = { "hash", "null", "last4", NULL };

typedef struct
{
  bool drops;
  char *rename, *type;
  unsigned mask;
  bool has_default;
} JobColumn;

static void
job_column_clear (JobColumn *column)
{
  g_free (column->rename);
  g_free (column->type);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (JobColumn, job_column_clear)

static void
read_type (const MemberScope *scope, const char *path, Json *value)
{
  unsigned type = 0;
  JobColumn *column = scope->target;
  if (!members_word (scope, path, value, scope->words->types, &type))
    return;
  g_free (column->type);
  column->type = g_strdup (scope->words->types[type]);
}

static void
read_mask (const MemberScope *scope, const char *path, Json *value)
{
  unsigned mask = 0;
  if (members_word (scope, path, value, masks, &mask))
    ((JobColumn *) scope->target)->mask = mask + 1;
}

static void
read_default (const MemberScope *scope, const char *path, Json *value)
{
  if (json_is_string (value) || json_is_number (value) || json_is_boolean (value))
    ((JobColumn *) scope->target)->has_default = true;
  else
    members_problem (scope, path, "must be a string, a number, true or false");
}

static const Member column_members[] = {
  { .name = "type", .read = read_type },
  { .name = "rename", .kind = MEMBER_TEXT, .at = offsetof (JobColumn, rename) },
  { .name = "drop", .kind = MEMBER_BOOLEAN, .at = offsetof (JobColumn, drops) },
  { .name = "mask", .read = read_mask },
  { .name = "default", .read = read_default, .schema = "{\"type\": [\"string\", \"number\", \"boolean\"]}" },
  { .name = "description" },
  { NULL },
};

/* A mask makes another text of a value, and a dropped column has none. */
static void
check_column (const MemberScope *scope, const char *path, const JobColumn *column)
{
  if (column->drops && (column->rename != NULL || column->type != NULL || column->mask != MASK_NONE || column->has_default))
    members_problem (scope, path, "is dropped: nothing else can be said of it");
  if (column->mask == MASK_NULL && column->has_default)
    members_problem (scope, path, "has a \"default\" for what \"mask\": \"null\" takes out: leave one of them out");
  bool is_text = column->type == NULL || g_str_equal (column->type, "text");
  if ((column->mask == MASK_HASH || column->mask == MASK_LAST4) && !is_text)
    members_problem (scope, path, "is text when it is masked by \"%s\", and no \"%s\": leave one of them out",
                     masks[column->mask - 1], column->type);
}

void
job_read_columns (const MemberScope *scope, const char *path, Json *value)
{
  const char *name;
  Json *member;
  Job *job = scope->target;
  if (!json_is_object (value))
    members_problem (scope, path, "must be an object: a column's name at the source and what becomes of it, and so on");
  else
    job->columns = json_incref (value);
  json_object_foreach (value, name, member)
    {
      g_autofree char *inner = members_path (path, name);
      g_auto (JobColumn) column = { 0 };
      if (name[0] == '\0')
        members_problem (scope, inner, "must have a name");
      members_read (&(MemberScope) { scope->problems, scope->words, &column }, inner, member, column_members);
      check_column (scope, inner, &column);
    }
}

static void
check_key (const Job *job, const MemberScope *scope)
{
  for (size_t i = 0; job->key != NULL && job->key[i] != NULL; i++)
    {
      const Json *column = json_object_get (job->columns, job->key[i]);
      g_autofree char *path = members_path ("$.columns", job->key[i]);
      if (json_object_get (column, "mask") != NULL)
        members_problem (scope, path, "is part of the key, which cannot be masked: rows would become others");
      if (json_is_true (json_object_get (column, "drop")))
        members_problem (scope, path, "is part of the key, which cannot be dropped");
    }
}

/* A name that two columns would have. */
static void
check_renames (const Job *job, const MemberScope *scope)
{
  const char *name;
  Json *column;
  g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);
  json_object_foreach (job->columns, name, column)
    {
      const char *renamed = json_string_value (json_object_get (column, "rename"));
      const char *target = renamed != NULL ? renamed : name;
      if (!json_is_object (column) || json_is_true (json_object_get (column, "drop")))
        continue;
      const char *other = g_hash_table_lookup (taken, target);
      g_autofree char *path = members_path ("$.columns", name);
      if (other != NULL)
        members_problem (scope, path, "would be called \"%s\", as \"%s\" is", target, other);
      g_hash_table_insert (taken, (gpointer) target, (gpointer) name);
    }
}

void
job_check_columns (const Job *job, const MemberScope *scope)
{
  check_key (job, scope);
  check_renames (job, scope);
}

Json *
job_columns_schema (const Json *types)
{
  Json *column = members_to_schema (column_members), *properties = json_object_get (column, "properties");
  Json *words = json_array ();
  for (const char *const *mask = masks; *mask != NULL; mask++)
    json_array_append_new (words, json_string (*mask));
  json_object_set_new (properties, "mask", json_pack ("{s:o}", "enum", words));
  json_object_set_new (properties, "type", json_pack ("{s:O}", "enum", types));
  return json_pack ("{s:s, s:o}", "type", "object", "additionalProperties", column);
}
