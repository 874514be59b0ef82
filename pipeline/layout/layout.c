#include "pipeline/layout/layout.h"

#include "base/error.h"
#include "base/text.h"
#include "models/name.h"
#include "pipeline/records/annotation.h"
#include "pipeline/layout/declared.h"
#include "pipeline/layout/naming.h"

#include <stdlib.h>
#include <string.h>

#define MOST_COLUMNS 1600 /* of a table in PostgreSQL */
#define STAGING_COLUMNS 3 /* _line, _id, _hash */

void
layout_free (Layout *layout)
{
  if (layout == NULL)
    return;
  for (int i = 0; i < layout->n_columns; i++)
    {
      g_free (layout->columns[i].name);
      g_free (layout->columns[i].header);
      g_free (layout->columns[i].hashed);
      g_free (layout->columns[i].format);
      g_free (layout->findings[i].change);
      g_free (layout->findings[i].settle);
      g_free (layout->findings[i].settle_or);
      g_free (layout->findings[i].null_words);
    }
  for (int i = 0; i < layout->n_references; i++)
    {
      g_free (layout->references[i].columns);
      g_free (layout->references[i].key);
      g_free (layout->references[i].hashed);
    }
  g_free (layout->columns);
  g_free (layout->findings);
  g_free (layout->references);
  g_free (layout->key_columns);
  if (layout->within != NULL)
    g_ptr_array_unref (layout->within);
  if (layout->tracked != NULL)
    {
      g_ptr_array_unref (layout->tracked);
      g_ptr_array_unref (layout->hashed);
    }
  g_free (layout);
}

/* By the header's spelling, by the identifier, and last by what the name would be as an identifier: "E-Mail" is e_mail. */
static int
find_index (const Layout *layout, const char *name)
{
  for (int i = 0; i < layout->n_columns; i++)
    if (strcmp (layout->columns[i].header, name) == 0)
      return i;
  g_autofree char *ident = name_of_column (name, 0);
  for (int i = 0; i < layout->n_columns; i++)
    if (strcmp (layout->columns[i].name, name) == 0 || strcmp (layout->columns[i].name, ident) == 0)
      return i;
  return -1;
}

/* The header's cells as NUL-terminated text, blanks at the ends left out, NULL-terminated. */
static GStrv
header_texts (const Record *header, int fields)
{
  GStrv texts = g_new0 (char *, fields + 1);
  for (int i = 0; i < fields; i++)
    texts[i] = header == NULL ? g_strdup ("") : g_strstrip (g_strndup (header->fields[i].text, header->fields[i].length));
  return texts;
}

/* Whether one of the columns is known by its header. */
static bool
knows_header (const Layout *layout, const Pins *pins)
{
  g_autoptr (GPtrArray) names = model_column_names (layout->model);
  for (int i = 0; i < layout->n_columns; i++)
    {
      if (pins_know (pins, layout->columns[i].name))
        return true;
      for (guint n = 0; n < names->len; n++)
        if (naming_means (layout->columns[i].header, names->pdata[n]))
          return true;
    }
  return false;
}

static bool
add_columns (Layout *layout, const Record *header, int fields, const Pins *pins, GError **error)
{
  g_auto (GStrv) texts = header_texts (header, fields);
  g_auto (GStrv) names = naming_columns ((const char *const *) texts, (size_t) fields, layout->model, pins, error);
  if (names == NULL)
    return false;
  layout->columns = g_new0 (LayoutColumn, fields);
  layout->findings = g_new0 (ColumnFinding, fields);
  layout->n_columns = fields;
  for (int i = 0; i < fields; i++)
    {
      LayoutColumn *column = &layout->columns[i];
      column->name = g_strdup (names[i]);
      column->header = g_strdup (texts[i]);
      column->origin = ORIGIN_INFERRED;
      column->key_part = -1;
      column->hash_slot = -1;
      column->stored = true;
    }
  layout->header_known = header == NULL || knows_header (layout, pins);
  return true;
}

#define LISTED_COLUMNS 30 /* in a message */
#define LEAST_NEAR 5      /* letters of a name that a misspelt one is like: a shorter one may be like a value */

/* As the file calls the column, else as the table does. */
static const char *
title_of (const LayoutColumn *column)
{
  return column->header[0] != '\0' ? column->header : column->name;
}

/* A header of which nothing is known may be a row of somebody's data, which is in no message. */
static bool
missing_header (const Layout *layout, const char *missing, const char *role, Reason reason, GError **error)
{
  g_autofree char *count = text_count (layout->n_columns);
  g_autofree char *detail =
      g_strdup_printf ("Its first row was taken for the header, and none of its %s cell%s is a name that the model "
                       "or an earlier file has. Nothing was loaded.",
                       count, layout->n_columns == 1 ? "" : "s");
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_INPUT, reason, .detail = detail,
                                 .hint = "`weir sniff FILE` shows it. If the file has no header, add one, or say "
                                         "\"dialect\": {\"header_rows\": 0} in the model." },
                    "the file has no column \"%s\", which %s names as %s", missing, layout->model->path, role);
}

/* "missing" is a column that the model needs; the error names it, what the file has, and the nearest header. */
static bool
missing_column (const Layout *layout, const char *missing, const char *role, Reason reason, GError **error)
{
  g_autoptr (GPtrArray) have = g_ptr_array_new ();
  for (int i = 0; i < layout->n_columns; i++)
    g_ptr_array_add (have, (char *) title_of (&layout->columns[i]));
  g_ptr_array_add (have, NULL);
  const char *near = text_nearest (missing, (const char *const *) have->pdata);
  if (!layout->header_known && (near == NULL || strlen (missing) < LEAST_NEAR))
    return missing_header (layout, missing, role, reason, error);
  if (layout->n_columns > LISTED_COLUMNS)
    have->pdata[LISTED_COLUMNS] = NULL;
  g_autofree char *list = g_strjoinv (", ", (char **) have->pdata);
  g_autofree char *detail =
      g_strdup_printf ("Its columns are: %s%s. Nothing was loaded.", list, layout->n_columns > LISTED_COLUMNS ? ", and more" : "");
  g_autofree char *hint = near != NULL
                              ? g_strdup_printf ("Did you mean \"%s\"? Rename the column in the file, or in the model.", near)
                              : g_strdup ("Add the column to the file, or mend the model.");
  return weir_fail (error, &(Failure) { WEIR_ERROR_INPUT, reason, .detail = detail, .hint = hint },
                    "the file has no column \"%s\", which %s names as %s", missing, layout->model->path, role);
}

static bool
assign_keys (Layout *layout, GError **error)
{
  const Model *model = layout->model;
  layout->n_key_columns = (int) g_strv_length (model->business_key);
  layout->key_columns = g_new0 (int, layout->n_key_columns + 1);
  for (int part = 0; part < layout->n_key_columns; part++)
    {
      int i = find_index (layout, model->business_key[part]);
      if (i < 0)
        return missing_column (layout, model->business_key[part], "business key", REASON_MISSING_KEY_COLUMN, error);
      layout->columns[i].key_part = part;
      layout->key_columns[part] = i;
    }
  return true;
}

static bool
assign_references (Layout *layout, const Catalog *catalog, const Pins *pins, GError **error)
{
  const GPtrArray *references = layout->model->references;
  layout->references = g_new0 (LayoutReference, references->len + 1);
  for (guint r = 0; r < references->len; r++)
    {
      const ModelReference *model = references->pdata[r];
      LayoutReference *reference = &layout->references[layout->n_references++];
      reference->reference = model;
      reference->hash_slot = -1;
      reference->dimension = catalog_find (catalog, model->dimension);
      if (reference->dimension == NULL)
        return weir_error (error, WEIR_ERROR_MODEL, "%s references \"%s\", which has no good model", layout->model->path,
                           model->dimension);
      reference->key = key_types (reference->dimension, g_hash_table_lookup (pins->dimensions, model->dimension));
      reference->n_columns = (int) g_strv_length (model->columns);
      reference->columns = g_new0 (int, reference->n_columns + 1);
      for (int part = 0; part < reference->n_columns; part++)
        {
          int i = find_index (layout, model->columns[part]);
          if (i < 0)
            return missing_column (layout, model->columns[part], "a reference", REASON_MISSING_KEY_COLUMN, error);
          reference->columns[part] = i;
          layout->columns[i].stored = false;
        }
    }
  return true;
}

static bool
assign_declared (Layout *layout, GError **error)
{
  const GPtrArray *declared = layout->model->columns;
  for (guint d = 0; d < declared->len; d++)
    {
      const ModelColumn *model = declared->pdata[d];
      int i = find_index (layout, model->name);
      if (i < 0 && model->required && !layout->keys_only)
        return missing_column (layout, model->name, "required", REASON_MISSING_COLUMN, error);
      if (i < 0)
        continue;
      LayoutColumn *column = &layout->columns[i];
      column->required = model->required;
      if (model->nulls != NULL)
        column->nulls = model->nulls;
      if (model->type == NULL)
        continue;
      column->type = types_find (model->type);
      column->format = g_strdup (model->format);
      column->origin = ORIGIN_DECLARED;
    }
  return true;
}

/* The column that says since when each row is true: none is without it. */
static bool
assign_effective (Layout *layout, GError **error)
{
  const char *name = layout->model->effective.column;
  if (name == NULL)
    return true;
  layout->effective = find_index (layout, name);
  if (layout->effective < 0)
    return missing_column (layout, name, "\"effective\"", REASON_MISSING_COLUMN, error);
  layout->columns[layout->effective].required = true;
  return true;
}

/* What "absent" goes by; and the column that says that a key is gone: its cells are compared as they are written, and go no further than
 * staging. */
static bool
assign_absent (Layout *layout, GError **error)
{
  const Model *model = layout->model;
  for (char **name = model->close_within; name != NULL && *name != NULL; name++)
    {
      int i = find_index (layout, *name);
      if (i < 0)
        return missing_column (layout, *name, "\"absent\"", REASON_MISSING_COLUMN, error);
      if (layout->within == NULL)
        layout->within = g_ptr_array_new ();
      g_ptr_array_add (layout->within, layout->columns[i].name);
    }
  layout->deleted = model->deleted.column != NULL ? find_index (layout, model->deleted.column) : -1;
  if (layout->deleted < 0)
    return true;
  LayoutColumn *column = &layout->columns[layout->deleted];
  column->type = &types[TYPE_TEXT];
  column->origin = ORIGIN_DECLARED;
  column->stored = false;
  return true;
}

/* Where the model says which texts mean NULL these do, and no others; what rows are known by is never NULL by weir's own choice. */
static void
assign_nulls (Layout *layout)
{
  for (int i = 0; i < layout->n_columns; i++)
    {
      LayoutColumn *column = &layout->columns[i];
      if (column->nulls == NULL && layout->model != NULL)
        column->nulls = layout->model->nulls;
      column->finds_nulls = column->nulls == NULL && column->key_part < 0 && column->stored;
    }
}

static void
assign_pins (Layout *layout, const Pins *pins)
{
  for (int i = 0; i < layout->n_columns; i++)
    {
      LayoutColumn *column = &layout->columns[i];
      const Pin *pin = pins_find (pins, column->name);
      if (pin == NULL)
        continue;
      column->known_nulls = column->finds_nulls ? pin->nulls : 0;
      column->was_number = pin->was_number || pin->type->id == TYPE_BIGINT || pin->type->id == TYPE_NUMERIC;
      if (column->origin == ORIGIN_DECLARED)
        continue;
      column->type = pin->type;
      column->format = g_strdup (pin->format);
      column->origin = ORIGIN_PINNED;
    }
}

/* As the file has it, and by its name where that does not tell it from the one before. */
static char *
shown_name (const Layout *layout, int i)
{
  const LayoutColumn *column = &layout->columns[i];
  for (int before = 0; before < i && column->header[0] != '\0'; before++)
    if (strcmp (layout->columns[before].header, column->header) == 0)
      return g_strdup_printf ("%s (the header \"%s\" once more)", column->name, column->header);
  return g_strdup (title_of (column));
}

static bool
refuse_new_columns (const Layout *layout, const GPtrArray *names, GError **error)
{
  g_autofree char *list = layout->header_known ? g_strjoinv (", ", (char **) names->pdata)
                                               : g_strdup ("none of its header is known, so that it may be a row");
  g_autofree char *detail =
      g_strdup_printf ("%s freezes them (\"contract\": {\"columns\": \"freeze\"}). Nothing was loaded.", layout->model->path);
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_INPUT, REASON_COLUMNS_DRIFT, .detail = detail,
                                 .hint = "Take them out of the file, or let them in with \"evolve\" or \"discard\"." },
                    "the file has columns that table \"%s\" does not: %s", layout->model->table, list);
}

/* Columns that no load has had and the model does not name: by the contract. */
static bool
apply_columns_contract (Layout *layout, const Pins *pins, GError **error)
{
  g_autoptr (GPtrArray) fresh = g_ptr_array_new_with_free_func (g_free);
  for (int i = 0; i < layout->n_columns; i++)
    {
      LayoutColumn *column = &layout->columns[i];
      bool named = column->origin == ORIGIN_DECLARED || column->required || column->key_part >= 0 || !column->stored;
      bool is_new = !named && !pins_are_empty (pins) && !pins_know (pins, column->name) && !annotation_is (column->header);
      column->discarded = annotation_is (column->header) || (is_new && layout->model->contract_columns == COLUMNS_DISCARD);
      if (column->discarded)
        column->stored = false;
      if (column->discarded && is_new)
        layout->findings[i].change = g_strdup ("is new, and discarded by the model's contract: it is in staging only");
      else if (is_new && layout->model->contract_columns == COLUMNS_FREEZE)
        g_ptr_array_add (fresh, shown_name (layout, i));
    }
  g_ptr_array_add (fresh, NULL);
  return fresh->len == 1 || refuse_new_columns (layout, fresh, error);
}

/* What is hashed, under which name, and who wants to know its place among the others. */
typedef struct
{
  const char *name, *hashed;
  int *slot;
} Tracked;

static int
compare_hashed (const void *a, const void *b)
{
  return strcmp (((const Tracked *) a)->hashed, ((const Tracked *) b)->hashed);
}

/* Tracked: everything the warehouse stores but the business key, which the id stands for; a table without a key tracks all. A row of
 * a dimension that brings nothing but a later time of its own is no change, either. */
static void
assign_hash_slots (Layout *layout, const Pins *pins)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (Tracked));
  for (int i = 0; i < layout->n_columns; i++)
    {
      LayoutColumn *column = &layout->columns[i];
      column->hashed = pins_hash_name (pins, column->name);
      const Tracked tracked = { column->name, column->hashed, &column->hash_slot };
      bool is_only_time = i == layout->effective && model_has_versions (layout->model);
      if (column->stored && column->key_part < 0 && !is_only_time)
        g_array_append_val (all, tracked);
    }
  for (int i = 0; i < layout->n_references; i++)
    {
      LayoutReference *reference = &layout->references[i];
      reference->hashed = pins_hash_name (pins, reference->reference->as);
      const Tracked tracked = { reference->reference->as, reference->hashed, &reference->hash_slot };
      g_array_append_val (all, tracked);
    }
  g_array_sort (all, compare_hashed);
  layout->tracked = g_ptr_array_new ();
  layout->hashed = g_ptr_array_new ();
  for (guint i = 0; i < all->len; i++)
    {
      const Tracked *tracked = &g_array_index (all, Tracked, i);
      g_ptr_array_add (layout->tracked, (char *) tracked->name);
      g_ptr_array_add (layout->hashed, (char *) tracked->hashed);
      *tracked->slot = (int) i;
    }
}

/* Whether a column that the warehouse stores has the name of one that weir makes there. */
static bool
is_taken (const Layout *layout, const char *name)
{
  const Model *model = layout->model;
  g_autofree const char **own = model_own_names (model);
  if (g_strv_contains (own, name) || g_strcmp0 (name, model->id_column) == 0)
    return true;
  for (int r = 0; r < layout->n_references; r++)
    if (strcmp (name, layout->references[r].reference->as) == 0)
      return true;
  return false;
}

bool
layout_has (const Layout *layout, const char *name)
{
  for (int i = 0; i < layout->n_columns; i++)
    if (strcmp (layout->columns[i].name, name) == 0)
      return true;
  return false;
}

/* A file's own created_at or user_id must not meet weir's: it gets a trailing underscore, like the names that ident.h keeps free.
 */
static void
rename_taken (Layout *layout)
{
  for (int i = 0; i < layout->n_columns; i++)
    {
      LayoutColumn *column = &layout->columns[i];
      while (is_taken (layout, column->name))
        {
          g_autofree char *name = g_strconcat (column->name, "_", NULL);
          while (layout_has (layout, name))
            {
              g_autofree char *longer = g_strconcat (name, "_", NULL);
              g_free (name);
              name = g_steal_pointer (&longer);
            }
          g_free (column->name);
          column->name = g_steal_pointer (&name);
        }
    }
}

Layout *
layout_new (const Model *model, const Catalog *catalog, const Record *header, int fields, const Pins *pins, GError **error)
{
  return layout_new_declared (model, catalog, header, fields, pins, NULL, error);
}

/* What the model says of the file's columns. One of keys has no others. */
static bool
assign_roles (Layout *layout, const Catalog *catalog, const Pins *pins, GError **error)
{
  if (!assign_keys (layout, error) || (!layout->keys_only && !assign_references (layout, catalog, pins, error)))
    return false;
  rename_taken (layout);
  if (!assign_declared (layout, error) || (!layout->keys_only && !assign_effective (layout, error))
      || !assign_absent (layout, error))
    return false;
  assign_nulls (layout);
  assign_pins (layout, pins);
  return apply_columns_contract (layout, pins, error);
}

Layout *
layout_new_declared (const Model *model, const Catalog *catalog, const Record *header, int fields, const Pins *pins,
                     const Declaration *declaration, GError **error)
{
  g_autoptr (Layout) layout = g_new0 (Layout, 1);
  layout->model = model;
  layout->effective = layout->deleted = -1;
  if (!add_columns (layout, header, header != NULL ? (int) header->n_fields : fields, pins, error))
    return NULL;
  layout->keys_only = declaration != NULL && declaration->rows == DECLARED_KEYS;
  layout->absent = declared_absent (model, declaration);
  if (model == NULL)
    assign_nulls (layout);
  else if (!assign_roles (layout, catalog, pins, error))
    return NULL;
  if (declaration != NULL && !declared_apply (layout, declaration, error))
    return NULL;
  assign_hash_slots (layout, pins);
  layout->loaded_before = !pins_are_empty (pins);
  return g_steal_pointer (&layout);
}

char *
layout_header (const Layout *layout, const Dialect *dialect)
{
  GString *line = g_string_new (NULL);
  for (int i = 0; i < layout->n_columns; i++)
    {
      const LayoutColumn *column = &layout->columns[i];
      g_string_append (line, i > 0 ? dialect->delimiter : "");
      dialect_append_cell (dialect, title_of (column), false, line);
    }
  g_string_append (line, dialect->trailing_delimiter ? dialect->delimiter : "");
  return g_string_free (line, FALSE);
}

bool
layout_check_columns (const Layout *layout, const char *file, GError **error)
{
  const Model *model = layout->model;
  g_autofree const char **names = model != NULL ? model_own_names (model) : NULL;
  int own = names != NULL ? (int) g_strv_length ((char **) names) + (model->id_column != NULL) : 0;
  int stored = 0;
  for (int i = 0; i < layout->n_columns; i++)
    stored += model != NULL && layout->columns[i].stored;
  bool staging = layout->n_columns + layout->n_references + STAGING_COLUMNS > MOST_COLUMNS;
  if (!staging && stored + layout->n_references + own <= MOST_COLUMNS)
    return true;
  g_autofree char *found = text_count (layout->n_columns);
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_INPUT, REASON_TOO_MANY_COLUMNS, .detail = "Nothing was loaded.",
                                 .hint = "Split the file into several with fewer columns, or make rows of the columns." },
                    "\"%s\" has %s columns; a table of PostgreSQL has at most 1,600, and weir needs %d of them", file, found,
                    (staging ? STAGING_COLUMNS : own) + layout->n_references);
}

const char *
layout_key_name (const Layout *layout)
{
  return layout->n_key_columns > 0 ? layout->columns[layout->key_columns[0]].name : NULL;
}
