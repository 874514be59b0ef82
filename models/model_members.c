#include "models/model_members.h"

#include "base/uid.h"

#include <string.h>

#define MAX_WAIT_DAYS 36500 /* a century: PostgreSQL can add it to any time */

static void
read_normalize (const MemberScope *scope, const char *path, Json *value)
{
  if (!json_is_array (value))
    {
      members_problem (scope, path, "must be an array of the words trim, nfc and lowercase");
      return;
    }
  unsigned normalize = 0;
  for (size_t i = 0; i < json_array_size (value); i++)
    {
      unsigned step = 0;
      g_autofree char *inner = g_strdup_printf ("%s[%zu]", path, i);
      if (!members_word (scope, inner, json_array_get (value, i), normalize_step_words, &step))
        continue;
      if (normalize & (1U << step))
        members_problem (scope, inner, "\"%s\" is there twice", normalize_step_words[step]);
      normalize |= 1U << step;
    }
  ((Model *) scope->target)->normalize = normalize;
}

/* A UUID, or one of the names that RFC 9562 (section 6.6) gives to its own. */
static void
read_namespace (const MemberScope *scope, const char *path, Json *value)
{
  static const char *const names[] = { "dns", "url", "oid", "x500", NULL };
  static const char *const uuids[] = {
    "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
    "6ba7b812-9dad-11d1-80b4-00c04fd430c8",
    "6ba7b814-9dad-11d1-80b4-00c04fd430c8",
  };
  g_autofree char *text = NULL;
  if (!members_text (scope, path, value, &text))
    return;
  Uid uid;
  g_autofree char *uuid = NULL;
  for (size_t i = 0; names[i] != NULL; i++)
    if (g_str_equal (names[i], text))
      uuid = g_strdup (uuids[i]);
  if (uuid == NULL && uid_parse (text, strlen (text), &uid))
    uuid = g_ascii_strdown (text, -1);
  if (uuid == NULL)
    {
      members_problem (scope, path, "\"%s\" is neither a UUID nor one of: dns, url, oid, x500", text);
      return;
    }
  Model *model = scope->target;
  g_free (model->name_space);
  model->name_space = g_steal_pointer (&uuid);
}

static void
read_id (const MemberScope *scope, const char *path, Json *value)
{
  static const Member members[] = {
    { "column", MEMBER_TEXT, offsetof (Model, id_column) },
    { "hash", MEMBER_WORD, offsetof (Model, hash), key_hash_words },
    { "normalize", .read = read_normalize },
    { "namespace", .read = read_namespace },
    { "description" },
    { NULL },
  };
  members_read (scope, path, value, members);
}

static void
read_files (const MemberScope *scope, const char *path, Json *value)
{
  Model *model = scope->target;
  if (!members_texts (scope, path, value, &model->files))
    return;
  for (size_t i = 0; model->files[i] != NULL; i++)
    if (strchr (model->files[i], '/') != NULL)
      members_problem (scope, path, "\"%s\" must be a pattern for file names, without folders", model->files[i]);
}

static void
read_max_percent (const MemberScope *scope, const char *path, Json *value)
{
  double percent = json_number_value (value);
  if (!json_is_number (value) || percent < 0 || percent > 100)
    members_problem (scope, path, "must be a number from 0 to 100");
  else
    ((Model *) scope->target)->max_percent = percent;
}

static void
read_max_rows (const MemberScope *scope, const char *path, Json *value)
{
  if (!json_is_integer (value) || json_integer_value (value) < 0)
    members_problem (scope, path, "must be a number of rows, from 0");
  else
    ((Model *) scope->target)->max_rows = json_integer_value (value);
}

static void
read_wait_days (const MemberScope *scope, const char *path, Json *value)
{
  double days = json_number_value (value);
  if (!json_is_number (value) || days < 0 || days > MAX_WAIT_DAYS)
    members_problem (scope, path, "must be a number of days from 0 to %d", MAX_WAIT_DAYS);
  else
    ((Model *) scope->target)->wait_days = days;
}

static void
read_rejects (const MemberScope *scope, const char *path, Json *value)
{
  static const Member members[] = {
    { "max_percent", .read = read_max_percent },
    { "max_rows", .read = read_max_rows },
    { NULL },
  };
  members_read (scope, path, value, members);
}

static void
read_contract (const MemberScope *scope, const char *path, Json *value)
{
  static const Member members[] = {
    { "columns", MEMBER_WORD, offsetof (Model, contract_columns), contract_columns_words },
    { "types", MEMBER_WORD, offsetof (Model, contract_types), contract_types_words },
    { NULL },
  };
  members_read (scope, path, value, members);
}

/* The empty cell is NULL already; said again it does no harm. */
void
model_read_nulls (const MemberScope *scope, const char *path, Json *value, GStrv *ret_nulls)
{
  bool sound = json_is_array (value);
  for (size_t i = 0; sound && i < json_array_size (value); i++)
    sound = json_is_string (json_array_get (value, i));
  if (!sound)
    {
      members_problem (scope, path, "must be an array of the texts that mean NULL");
      return;
    }
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();
  for (size_t i = 0; i < json_array_size (value); i++)
    g_strv_builder_add (texts, json_string_value (json_array_get (value, i)));
  g_strfreev (*ret_nulls);
  *ret_nulls = g_strv_builder_end (texts);
}

static void
read_nulls (const MemberScope *scope, const char *path, Json *value)
{
  model_read_nulls (scope, path, value, &((Model *) scope->target)->nulls);
}

const Member model_members[] = {
  { "$schema" },
  { "description" },
  { "table", MEMBER_TEXT, offsetof (Model, table), .required = true },
  { "kind", MEMBER_WORD, offsetof (Model, kind), model_kind_words, .required = true },
  { "business_key", MEMBER_TEXTS, offsetof (Model, business_key) },
  { "id", .read = read_id },
  { "columns", .read = model_read_columns },
  { "references", .read = model_read_references },
  { "wait_days", .read = read_wait_days },
  { "duplicates", MEMBER_WORD, offsetof (Model, duplicates), duplicates_words },
  { "append", MEMBER_WORD, offsetof (Model, append), append_words },
  { "files", .read = read_files },
  { "rejects", .read = read_rejects },
  { "ragged", MEMBER_WORD, offsetof (Model, ragged), ragged_words },
  { "contract", .read = read_contract },
  { "null", .read = read_nulls },
  { "dialect", .read = model_read_dialect },
  { "effective", .read = model_read_effective },
  { "time_zone", MEMBER_TEXT, offsetof (Model, time_zone) },
  { "first", MEMBER_WORD, offsetof (Model, first), first_words },
  { "late", MEMBER_WORD, offsetof (Model, late), late_words },
  { "absent", .read = model_read_absent },
  { "deleted", .read = model_read_deleted },
  { "guard", .read = model_read_guard },
  { "expect", .read = model_read_expect },
  { "scd", .read = model_read_scd },
  { "names", .read = model_read_names },
  { "open_end", MEMBER_WORD, offsetof (Model, history.open_end), open_end_words },
  { "history", .later = true },
  { NULL },
};
