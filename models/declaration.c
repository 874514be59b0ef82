#include "models/declaration.h"

#include "base/docs.h"
#include "base/error.h"
#include "models/members.h"

#include <string.h>

#define TEXT_TYPE "text"
#define ANY_TYPE "any"

static void
column_free (DeclaredColumn *column)
{
  g_free (column->name);
  g_free (column->type);
  g_free (column);
}

void
declaration_free (Declaration *declaration)
{
  if (declaration == NULL)
    return;
  g_free (declaration->table);
  g_clear_pointer (&declaration->columns, g_ptr_array_unref);
  g_free (declaration->sha256);
  g_free (declaration->source);
  g_free (declaration->stream);
  g_clear_pointer (&declaration->from, json_decref);
  g_clear_pointer (&declaration->to, json_decref);
  if (declaration->pulled != NULL)
    {
      g_free (declaration->pulled->path);
      g_free (declaration->pulled->mtime);
      g_free (declaration->pulled->etag);
      g_free (declaration->pulled);
    }
  g_free (declaration->pulled_source);
  g_free (declaration->job);
  g_strfreev (declaration->notes);
  g_free (declaration);
}

/* ---- members ---- */

/* A number of rows or bytes. */
static bool
take_count (const MemberScope *scope, const char *path, const Json *value, int64_t *ret_count)
{
  if (!json_is_integer (value) || json_integer_value (value) < 0)
    return members_problem (scope, path, "must be a whole number from 0 on"), false;
  return *ret_count = json_integer_value (value), true;
}

static void
read_version (const MemberScope *scope, const char *path, Json *value)
{
  if (!json_is_integer (value) || json_integer_value (value) != 1)
    members_problem (scope, path, "must be 1: no other kind of declaration is known");
}

static void
read_type (const MemberScope *scope, const char *path, Json *value)
{
  DeclaredColumn *column = scope->target;
  unsigned word;
  if (g_strcmp0 (json_string_value (value), ANY_TYPE) == 0)
    g_clear_pointer (&column->type, g_free);
  else if (members_word (scope, path, value, scope->words->types, &word))
    {
      g_free (column->type);
      column->type = g_strdup (scope->words->types[word]);
    }
}

static const Member column_members[] = {
  { "name", MEMBER_TEXT, .at = offsetof (DeclaredColumn, name), .required = true },
  { "type", MEMBER_OWN, .read = read_type },
  { "nullable", MEMBER_BOOLEAN, .at = offsetof (DeclaredColumn, nullable) },
  { "key", MEMBER_BOOLEAN, .at = offsetof (DeclaredColumn, key) },
  { "source_type", MEMBER_OWN }, /* what a connector tells people of them */
  { "mask", MEMBER_OWN },
  { NULL },
};

static void
refuse_twice (const MemberScope *scope, const char *path, const GPtrArray *columns, GHashTable *names)
{
  const DeclaredColumn *column = columns->pdata[columns->len - 1];
  if (column->name != NULL && !g_hash_table_add (names, column->name))
    members_problem (scope, path, "column \"%s\" is there twice", column->name);
}

static void
read_columns (const MemberScope *scope, const char *path, Json *value)
{
  Declaration *declaration = scope->target;
  if (!json_is_array (value) || json_array_size (value) == 0)
    {
      members_problem (scope, path, "must be an array with a column or more");
      return;
    }
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  declaration->columns = g_ptr_array_new_with_free_func ((GDestroyNotify) column_free);
  for (size_t i = 0; i < json_array_size (value); i++)
    {
      DeclaredColumn *column = g_new0 (DeclaredColumn, 1);
      g_autofree char *place = g_strdup_printf ("%s[%zu]", path, i);
      column->nullable = true;
      column->type = g_strdup (TEXT_TYPE);
      g_ptr_array_add (declaration->columns, column);
      members_read (&(MemberScope) { scope->problems, scope->words, column }, place, json_array_get (value, i), column_members);
      refuse_twice (scope, place, declaration->columns, names);
    }
}

static void
read_rows (const MemberScope *scope, const char *path, Json *value)
{
  static const char *const words[] = { "changes", "complete", "keys", NULL };
  Declaration *declaration = scope->target;
  unsigned word;
  if (members_word (scope, path, value, words, &word))
    declaration->rows = DECLARED_CHANGES + word;
}

static void
read_count (const MemberScope *scope, const char *path, Json *value)
{
  Declaration *declaration = scope->target;
  take_count (scope, path, value, &declaration->count);
}

static void
read_sha256 (const MemberScope *scope, const char *path, Json *value)
{
  Declaration *declaration = scope->target;
  g_autofree char *text = NULL;
  if (!members_text (scope, path, value, &text))
    return;
  bool is = strlen (text) == SHA256_HEX_SIZE - 1;
  for (const char *at = text; *at != '\0'; at++)
    is = is && g_ascii_isxdigit (*at);
  if (!is)
    members_problem (scope, path, "must be a SHA-256, 64 hexadecimal digits");
  else
    declaration->sha256 = g_ascii_strdown (text, -1);
}

static void
read_from (const MemberScope *scope, const char *path G_GNUC_UNUSED, Json *value)
{
  Declaration *declaration = scope->target;
  declaration->from = json_is_null (value) ? NULL : json_incref (value);
}

static void
read_to (const MemberScope *scope, const char *path, Json *value)
{
  Declaration *declaration = scope->target;
  if (json_is_null (value))
    members_problem (scope, path, "must not be null: a bookmark is somewhere; leave \"bookmark\" out where none moves");
  else
    declaration->to = json_incref (value);
}

static void
read_bookmark (const MemberScope *scope, const char *path, Json *value)
{
  static const Member members[] = {
    { "source", MEMBER_TEXT, .at = offsetof (Declaration, source), .required = true },
    { "stream", MEMBER_TEXT, .at = offsetof (Declaration, stream), .required = true },
    { "from", MEMBER_OWN, .read = read_from, .required = true },
    { "to", MEMBER_OWN, .read = read_to, .required = true },
    { NULL },
  };
  Declaration *declaration = scope->target;
  declaration->has_bookmark = true;
  members_read (scope, path, value, members);
}

static void
read_size (const MemberScope *scope, const char *path, Json *value)
{
  Declaration *declaration = scope->target;
  if (!json_is_null (value))
    take_count (scope, path, value, &declaration->pulled->size);
}

/* 2026-11-29T08:00:00Z, or as PostgreSQL writes it: the server has the last word on what is left. */
static bool
is_instant (const char *text)
{
  g_autofree char *whole = g_strdup (text);
  if (strlen (text) > 10 && whole[10] == ' ')
    whole[10] = 'T';
  size_t length = strlen (whole);
  bool hours_alone = length > 3 && strchr ("+-", whole[length - 3]) != NULL;
  g_autofree char *zoned = g_strconcat (whole, hours_alone ? ":00" : "", NULL);
  g_autoptr (GDateTime) moment = g_date_time_new_from_iso8601 (zoned, NULL);
  return moment != NULL;
}

static void
read_mtime (const MemberScope *scope, const char *path, Json *value)
{
  Declaration *declaration = scope->target;
  if (json_is_null (value) || !members_text (scope, path, value, &declaration->pulled->mtime))
    return;
  if (!is_instant (declaration->pulled->mtime))
    members_problem (scope, path, "must be a time with its zone, as \"2026-11-29T08:00:00Z\"");
}

static void
read_etag (const MemberScope *scope, const char *path, Json *value)
{
  Declaration *declaration = scope->target;
  if (!json_is_null (value))
    members_text (scope, path, value, &declaration->pulled->etag);
}

static void
read_path (const MemberScope *scope, const char *path, Json *value)
{
  Declaration *declaration = scope->target;
  members_text (scope, path, value, &declaration->pulled->path);
}

static void
read_pulled (const MemberScope *scope, const char *path, Json *value)
{
  static const Member members[] = {
    { "source", MEMBER_TEXT, .at = offsetof (Declaration, pulled_source) },
    { "path", MEMBER_OWN, .read = read_path, .required = true },
    { "size", MEMBER_OWN, .read = read_size },
    { "mtime", MEMBER_OWN, .read = read_mtime },
    { "etag", MEMBER_OWN, .read = read_etag },
    { NULL },
  };
  Declaration *declaration = scope->target;
  declaration->pulled = g_new0 (DeclaredPulled, 1);
  declaration->pulled->size = -1;
  members_read (scope, path, value, members);
}

/* Whatever they say, and perhaps twice. */
static void
read_notes (const MemberScope *scope, const char *path, Json *value)
{
  Declaration *declaration = scope->target;
  g_autoptr (GStrvBuilder) notes = g_strv_builder_new ();
  bool sound = json_is_array (value);
  for (size_t i = 0; i < json_array_size (value); i++)
    {
      const char *note = json_string_value (json_array_get (value, i));
      sound = sound && note != NULL;
      if (note != NULL)
        g_strv_builder_add (notes, note);
    }
  if (!sound)
    members_problem (scope, path, "must be an array of texts");
  declaration->notes = g_strv_builder_end (notes);
}

static const Member declaration_members[] = {
  { "declared", MEMBER_OWN, .read = read_version, .required = true },
  { "table", MEMBER_TEXT, .at = offsetof (Declaration, table) },
  { "columns", MEMBER_OWN, .read = read_columns },
  { "rows", MEMBER_OWN, .read = read_rows },
  { "count", MEMBER_OWN, .read = read_count },
  { "sha256", MEMBER_OWN, .read = read_sha256 },
  { "bookmark", MEMBER_OWN, .read = read_bookmark },
  { "pulled", MEMBER_OWN, .read = read_pulled },
  { "job", MEMBER_TEXT, .at = offsetof (Declaration, job) },
  { "notes", MEMBER_OWN, .read = read_notes },
  { NULL },
};

/* ---- the whole ---- */

/* What one member means for another. */
static void
check_together (const MemberScope *scope)
{
  Declaration *declaration = scope->target;
  if (declaration->rows == DECLARED_KEYS && declaration->columns == NULL)
    members_problem (scope, "$.rows", "a file of keys has to say its \"columns\"");
  if (declaration->pulled == NULL)
    return;
  if (declaration->pulled_source == NULL)
    declaration->pulled_source = g_strdup (declaration->source);
  if (declaration->pulled_source == NULL)
    members_problem (scope, "$.pulled", "\"source\" is missing: without a bookmark nothing else says whose file it is");
}

static bool
refuse (const char *shown, GPtrArray *problems, GError **error)
{
  guint mistakes = problems->len;
  g_ptr_array_add (problems, NULL);
  g_autofree char *lines = g_strjoinv ("\n", (char **) problems->pdata);
  g_autofree char *page = docs_path ("connectors.md");
  g_autofree char *hint = g_strdup_printf (
      "%s describes every member. Nothing was loaded: drop the file again with a declaration that is right, or without one.", page);
  return weir_fail (error, &(Failure) { WEIR_ERROR_INPUT, REASON_BAD_DECLARATION, .detail = lines, .hint = hint },
                    "the declaration of \"%s\" has %u mistake%s", shown, mistakes, mistakes == 1 ? "" : "s");
}

bool
declaration_leaves_types (const Declaration *declaration)
{
  if (declaration == NULL || declaration->columns == NULL)
    return true;
  for (guint i = 0; i < declaration->columns->len; i++)
    if (((const DeclaredColumn *) declaration->columns->pdata[i])->type == NULL)
      return true;
  return false;
}

Declaration *
declaration_parse (const char *text, size_t length, const char *shown, const ModelWords *words, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (Json) json = weir_json_parse (text, length, "declaration", &problem);
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (Declaration) declaration = g_new0 (Declaration, 1);
  declaration->count = -1;
  const MemberScope scope = { problems, words, declaration };
  if (json == NULL)
    members_problem (&scope, "$", "%s", problem->message);
  else
    {
      members_read (&scope, "$", json, declaration_members);
      if (problems->len == 0)
        check_together (&scope);
    }
  if (problems->len > 0)
    return refuse (shown, problems, error), NULL;
  return g_steal_pointer (&declaration);
}
