#include "models/propose.h"

#include "models/name.h"

#include <string.h>

static void
staged_column_free (StagedColumn *column)
{
  g_free (column->name);
  g_free (column->type);
  g_free (column->format);
  json_decref (column->nulls);
  g_free (column);
}

StagedTable *
staged_table_new (const char *table)
{
  StagedTable *staged = g_new0 (StagedTable, 1);
  staged->table = g_strdup (table);
  staged->columns = g_ptr_array_new_with_free_func ((GDestroyNotify) staged_column_free);
  return staged;
}

void
staged_table_free (StagedTable *staged)
{
  if (staged == NULL)
    return;
  g_free (staged->table);
  g_ptr_array_unref (staged->columns);
  g_free (staged);
}

StagedColumn *
staged_table_add (StagedTable *staged, const char *name, const char *type, const char *format)
{
  StagedColumn *column = g_new0 (StagedColumn, 1);
  column->name = g_strdup (name);
  column->type = g_strdup (type);
  column->format = g_strdup (format);
  g_ptr_array_add (staged->columns, column);
  return column;
}

void
staged_column_set_type (StagedColumn *column, const char *type, const char *format)
{
  g_free (column->type);
  g_free (column->format);
  column->type = g_strdup (type);
  column->format = g_strdup (format);
}

static const StagedColumn *
find_column (const StagedTable *staged, const char *name, guint *ret_index)
{
  for (guint i = 0; i < staged->columns->len; i++)
    {
      const StagedColumn *column = g_ptr_array_index (staged->columns, i);
      if (g_str_equal (column->name, name))
        return *ret_index = i, column;
    }
  return NULL;
}

/* The staged column that is the dimension's whole business key, or NULL. The table's own whole key identifies its own rows. */
static const StagedColumn *
find_reference (const StagedTable *staged, ProposedKey key, const Model *dimension, guint *ret_index)
{
  if (dimension->kind != MODEL_DIMENSION || g_strv_length (dimension->business_key) != 1
      || g_str_equal (dimension->table, staged->table))
    return NULL;
  g_autofree char *name = name_fold (dimension->business_key[0]);
  const StagedColumn *column = find_column (staged, name, ret_index);
  bool own = column != NULL && key.count == 1 && propose_is_of_key (key, *ret_index);
  return own ? NULL : column;
}

/* "referenced" gets the indices of the columns that are referenced, as keys. */
static Json *
propose_references (const StagedTable *staged, ProposedKey key, const Catalog *catalog, GHashTable *referenced, GPtrArray *notes)
{
  Json *references = json_array ();
  for (guint i = 0; i < catalog->models->len; i++)
    {
      const Model *dimension = g_ptr_array_index (catalog->models, i);
      guint index = 0;
      guint taken = 0;
      const StagedColumn *column = find_reference (staged, key, dimension, &index);
      if (column == NULL || g_hash_table_contains (referenced, GUINT_TO_POINTER (index)))
        continue;
      if (find_column (staged, dimension->id_column, &taken) != NULL)
        {
          g_ptr_array_add (notes,
                           g_strdup_printf ("%s is the business_key of %s, but %s is a column of the file already: no reference",
                                            column->name, dimension->table, dimension->id_column));
          continue;
        }
      g_hash_table_add (referenced, GUINT_TO_POINTER (index));
      json_array_append_new (references,
                             json_pack ("{s:s, s:[s], s:s, s:s}", "dimension", dimension->table, "columns", column->name, "as",
                                        dimension->id_column, "missing", missing_words[MISSING_WAIT]));
      g_ptr_array_add (notes, g_strdup_printf ("%s is the business_key of %s: referenced as %s, so this is a fact", column->name,
                                               dimension->table, dimension->id_column));
    }
  return references;
}

/* What rows are known by or refer with keeps its inferred type; what was NULL in it is to stay so. */
static Json *
propose_columns (const StagedTable *staged, ProposedKey key, GHashTable *referenced, ModelKind kind, GPtrArray *notes)
{
  Json *columns = json_object ();
  g_autoptr (Model) proposed = model_new ();
  proposed->kind = kind;
  for (guint i = 0; i < staged->columns->len; i++)
    {
      const StagedColumn *column = g_ptr_array_index (staged->columns, i);
      bool plain = propose_is_of_key (key, i) || g_hash_table_contains (referenced, GUINT_TO_POINTER (i));
      if (plain && json_array_size (column->nulls) == 0)
        continue;
      if (model_takes_name (proposed, column->name))
        {
          g_ptr_array_add (notes, g_strdup_printf ("%s is a name that weir keeps for itself: not declared", column->name));
          continue;
        }
      Json *declared = plain ? json_object () : json_pack ("{s:s, s:s*}", "type", column->type, "format", column->format);
      if (json_array_size (column->nulls) > 0)
        json_object_set (declared, "null", column->nulls);
      json_object_set_new (columns, column->name, declared);
    }
  return columns;
}

static void
set_key (Json *model, const StagedTable *staged, ProposedKey key)
{
  bool email = false;
  Json *names = json_array ();
  for (guint i = 0; i < key.count; i++)
    {
      const StagedColumn *column = g_ptr_array_index (staged->columns, key.columns[i]);
      json_array_append_new (names, json_string (column->name));
      email |= strstr (column->name, "mail") != NULL;
    }
  json_object_set_new (model, "business_key", names);
  Json *normalize = email ? json_pack ("[s, s]", "trim", "lowercase") : json_pack ("[s]", "trim");
  json_object_set_new (model, "id", json_pack ("{s:s, s:o}", "hash", key_hash_word (KEY_HMAC_SHA256), "normalize", normalize));
}

/* Writes down the id column that the loader chooses, so that a reader of the model need not know the rule. */
static bool
complete_model (Json *model, const char *table, const ModelWords *words, GError **error)
{
  g_autofree char *text = weir_json_text (model);
  g_autofree char *shown = g_strdup_printf ("the proposal for %s", table);
  g_autoptr (Model) parsed = model_parse (text, strlen (text), shown, words, error);
  if (parsed == NULL)
    return false;
  Json *id = json_object_get (model, "id");
  if (id != NULL)
    {
      g_autoptr (Json) rest = json_copy (id);
      json_object_clear (id);
      json_object_set_new (id, "column", json_string (parsed->id_column));
      json_object_update (id, rest);
    }
  return true;
}

/* What the model does not say, for a time in a row may be anything: that a column may be since when it is true. */
static void
note_time (const StagedTable *staged, GPtrArray *notes)
{
  for (guint i = 0; i < staged->columns->len; i++)
    {
      const StagedColumn *column = g_ptr_array_index (staged->columns, i);
      if (propose_says_since (column))
        g_ptr_array_add (
            notes, g_strdup_printf ("%s may say since when a row is true: \"effective\": {\"column\": \"%s\"} gives late rows "
                                    "their places in history",
                                    column->name, column->name));
    }
}

static void
set_since (Json *model, const StagedTable *staged, ProposedKey key, GPtrArray *notes)
{
  const StagedColumn *column = g_ptr_array_index (staged->columns, key.columns[0]);
  const StagedColumn *since = g_ptr_array_index (staged->columns, key.since);
  json_object_set_new (model, "effective", json_pack ("{s:s}", "column", since->name));
  g_ptr_array_add (notes, g_strdup_printf ("%s has several rows, each with its %s: they are states of one entity, true since then",
                                           column->name, since->name));
}

/* Rows that happened once have no history: they are a fact. A note says why, or what a person may know better. */
static ModelKind
choose_kind (const StagedTable *staged, ProposedKey key, const Json *references, GPtrArray *notes)
{
  bool sure = false, refers = json_array_size (references) > 0;
  const StagedColumn *time = key.dated ? NULL : propose_event (staged, key, &sure);
  if (time != NULL && sure && !refers && key.count > 0)
    g_ptr_array_add (notes,
                     g_strdup_printf ("%s is when a row happened, so this is a fact; \"kind\": \"dimension\" is for things that "
                                      "change, and keeps what they were",
                                      time->name));
  if (time != NULL && sure && refers)
    g_ptr_array_add (notes, g_strdup_printf ("\"as_of\": \"%s\" in a reference shows each row beside what was true then, as %s_at",
                                             time->name, staged->table));
  if (key.count == 0 || refers || (time != NULL && sure))
    return MODEL_FACT;
  if (time != NULL)
    g_ptr_array_add (
        notes,
        g_strdup_printf ("if a row happened once, at its %s, and never changes, it is an event: \"kind\": \"fact\"", time->name));
  return MODEL_DIMENSION;
}

Json *
propose_model (const StagedTable *staged, ProposedKey key, const Catalog *catalog, const ModelWords *words, GPtrArray *ret_notes,
               GError **error)
{
  g_autoptr (GHashTable) referenced = g_hash_table_new (NULL, NULL);
  /* Who has states refers to nobody: a dimension has no references. */
  g_autoptr (Json) references = key.dated ? json_array () : propose_references (staged, key, catalog, referenced, ret_notes);
  ModelKind kind = choose_kind (staged, key, references, ret_notes);
  g_autoptr (Json) model = json_pack ("{s:s, s:s, s:s}", "$schema", "../schema/model.schema.json", "table", staged->table, "kind",
                                      model_kind_word (kind));
  if (key.count > 0)
    set_key (model, staged, key);
  else
    g_ptr_array_add (ret_notes,
                     g_strdup ("no column and no pair of columns identifies a row: a fact without business_key, whose rows "
                               "are appended"));
  if (json_array_size (references) > 0)
    json_object_set (model, "references", references);
  if (key.dated)
    set_since (model, staged, key, ret_notes);
  else if (kind == MODEL_DIMENSION)
    note_time (staged, ret_notes);
  json_object_set_new (model, "columns", propose_columns (staged, key, referenced, kind, ret_notes));
  if (key.count > 0)
    json_object_set_new (model, "duplicates", json_string (duplicates_words[DUPLICATES_LAST]));
  else
    json_object_set_new (model, "append", json_string (append_words[APPEND_DISTINCT]));
  return complete_model (model, staged->table, words, error) ? g_steal_pointer (&model) : NULL;
}
