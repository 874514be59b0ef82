#include "src/commands/named_key.h"

#include "base/error.h"
#include "base/fsutil.h"
#include "base/text.h"
#include "pipeline/layout/pins.h"
#include "pipeline/warehouse/agreement.h"
#include "schema/ledger.h"
#include "src/server/connect.h"

#include <stdio.h>
#include <string.h>

/* The tables whose keys can be made, for "did you mean". NULL-terminated and borrowed. */
static const char **
keyed_tables (const Catalog *catalog)
{
  GPtrArray *tables = g_ptr_array_new ();
  for (guint i = 0; i < catalog->models->len; i++)
    {
      const Model *model = g_ptr_array_index (catalog->models, i);
      if (!model_is_keyless (model))
        g_ptr_array_add (tables, model->table);
    }
  g_ptr_array_add (tables, NULL);
  return (const char **) g_ptr_array_free (tables, FALSE);
}

static bool
no_model (const Catalog *catalog, const char *table, GError **error)
{
  g_autofree const char **tables = keyed_tables (catalog);
  const char *nearest = text_nearest (table, tables);
  g_autofree char *hint = nearest != NULL ? g_strdup_printf ("Did you mean \"%s\"?", nearest)
                                          : g_strdup_printf ("weir model %s proposes one, once a file of it was staged.", table);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = hint }, "there is no model of table \"%s\"", table);
}

bool
named_key_model (const Catalog *catalog, const char *table, const Model **ret_model, GError **error)
{
  const BrokenModel *broken = catalog_find_broken (catalog, table);
  if (broken != NULL)
    return g_propagate_error (error, g_error_copy (broken->error)), false;
  *ret_model = catalog_find (catalog, table);
  if (*ret_model == NULL)
    return no_model (catalog, table, error);
  if (model_is_keyless (*ret_model))
    return weir_error (error, WEIR_ERROR_MODEL, "table \"%s\" is a fact without business_key: its rows have no id", table);
  return true;
}

/* One value for each column of the business key, all of them text. */
static bool
check_values (const Model *model, char **values, GError **error)
{
  guint given = g_strv_length (values);
  guint wanted = g_strv_length (model->business_key);
  if (given != wanted)
    {
      g_autofree char *columns = g_strjoinv (", ", model->business_key);
      g_autofree char *detail = g_strdup_printf ("In this order: %s", columns);
      return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .detail = detail },
                        "the business key of \"%s\" has %u column%s, %u value%s given", model->table, wanted,
                        wanted == 1 ? "" : "s", given, given == 1 ? " was" : "s were");
    }
  for (guint i = 0; i < given; i++)
    if (!text_is_utf8 (values[i], strlen (values[i]), NULL))
      return weir_error (error, WEIR_ERROR_MODEL, "the value of %s is not UTF-8", model->business_key[i]);
  return true;
}

/* What the database knows of the table's key. */
typedef struct
{
  Db *db;     /* NULL: it cannot be asked */
  bool fresh; /* nothing was ever loaded */
  TableState state;
  Pins *pins;
} Known;

static void
known_clear (Known *known)
{
  g_clear_pointer (&known->db, db_free);
  g_clear_pointer (&known->pins, pins_free);
  table_state_clear (&known->state);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Known, known_clear)

static bool
declares_types (const Model *model)
{
  g_autofree KeyType *types_declared = key_types (model, NULL);
  for (guint i = 0; model->business_key[i] != NULL; i++)
    if (types_declared[i].type == NULL)
      return false;
  return true;
}

/* Where the database cannot be asked a person is told what that leaves open. */
static bool
ask (const Settings *settings, const Model *model, Known *known, GError **error)
{
  bool secret = model->hash == KEY_HMAC_SHA256, declared = declares_types (model);
  if (!secret && declared)
    return true;
  g_autoptr (GError) away = NULL;
  known->db = database_open (settings, &away);
  if (known->db != NULL)
    return ledger_table_read (known->db, model->table, false, &known->state, error)
           && (known->pins = pins_parse (known->state.pins, error)) != NULL;
  known->fresh = weir_error_get_reason (away) == REASON_NO_LEDGER;
  if (!known->fresh && secret)
    fprintf (stderr, "weir: the key secret could not be compared with the one of the database: %s\n", away->message);
  if (!known->fresh && !declared)
    fprintf (stderr, "weir: the database could not be asked for the key's types, and values are taken as they are written: %s\n",
             away->message);
  return true;
}

/* The secret, compared with the one that the table's ids were made with. Where the database cannot be asked, none is made. */
static bool
read_secret (const Settings *settings, const Model *model, const Known *known, char **ret_secret, size_t *ret_length,
             GError **error)
{
  if (known->db == NULL)
    return settings_read_secret (settings, known->fresh, ret_secret, ret_length, error);
  g_autofree char *secret = NULL;
  if (!database_read_secret (settings, known->db, &secret, ret_length, error))
    return false;
  /* In whichever schema its rows are, the key is the same. */
  const AgreementTerms terms = { known->state.warehouse_schema, secret, *ret_length };
  bool released;
  if (!agreement_check_table (known->db, model, &known->state, &terms, &released, error))
    return database_explain_secret (settings, known->db, error), false;
  *ret_secret = g_steal_pointer (&secret);
  return true;
}

/* The values as the key knows them: in the column's way of writing or the type's own. */
static bool
canonical_values (const Model *model, const Known *known, const KeyMaker *maker, KeyPart *parts, GPtrArray *texts, GError **error)
{
  g_autofree KeyType *key = key_types (model, known->pins), *declared = key_types (model, NULL);
  for (guint i = 0; model->business_key[i] != NULL; i++)
    {
      GString *text = g_string_new (NULL);
      g_ptr_array_add (texts, text);
      Value unused;
      CellFormat format = cell_format_own;
      if (key[i].type != NULL)
        cell_format_read (&format, key[i].type->id, key[i].format);
      if (key_canonical (maker, key[i].type, &format, &parts[i], text, &unused)
          || key_canonical (maker, key[i].type, &cell_format_own, &parts[i], text, &unused) || declared[i].type == NULL
          || declared[i].type->write == NULL || parts[i].length == 0)
        continue;
      return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .detail = "A row with that value is a reject: it has no id." },
                        "\"%s\" is not of type %s, as %s is in %s", parts[i].text, declared[i].type->name, model->business_key[i],
                        model->path);
    }
  return true;
}

static void
free_text (gpointer text)
{
  g_string_free (text, TRUE);
}

struct NamedKeys
{
  const Model *model;
  Known known;
  KeyMaker *maker;
  GPtrArray *texts; /* that the parts of the last key borrow */
};

NamedKeys *
named_keys_open (const Settings *settings, const Model *model, GError **error)
{
  g_autofree char *secret = NULL;
  size_t secret_length = 0;
  g_autoptr (NamedKeys) keys = g_new0 (NamedKeys, 1);
  keys->model = model;
  if (!ask (settings, model, &keys->known, error))
    return NULL;
  if (model->hash == KEY_HMAC_SHA256
      && (!fs_make_folder (settings->state, 0700, error)
          || !read_secret (settings, model, &keys->known, &secret, &secret_length, error)))
    return NULL;
  keys->maker = key_maker_new (model, secret, secret_length);
  return g_steal_pointer (&keys);
}

void
named_keys_free (NamedKeys *keys)
{
  if (keys == NULL)
    return;
  g_clear_pointer (&keys->maker, key_maker_free);
  g_clear_pointer (&keys->texts, g_ptr_array_unref);
  known_clear (&keys->known);
  g_free (keys);
}

bool
named_keys_make (NamedKeys *keys, char **values, Uid *ret_id, Json **ret_normalized, GError **error)
{
  const Model *model = keys->model;
  if (!check_values (model, values, error))
    return false;
  guint count = g_strv_length (values);
  g_autofree KeyPart *parts = g_new0 (KeyPart, count);
  for (guint i = 0; i < count; i++)
    parts[i] = (KeyPart) { values[i], strlen (values[i]), false };
  g_clear_pointer (&keys->texts, g_ptr_array_unref);
  keys->texts = g_ptr_array_new_with_free_func (free_text);
  if (!canonical_values (model, &keys->known, keys->maker, parts, keys->texts, error))
    return false;
  const KeyPart *normalized = NULL;
  size_t empty = 0;
  if (!key_make (keys->maker, parts, count, ret_id, &normalized, &empty))
    return weir_fail (error,
                      &(Failure) { WEIR_ERROR_MODEL, .detail = "A row with an empty business key is a reject: it has no id." },
                      "the value of %s is empty", model->business_key[empty]);
  if (ret_normalized == NULL)
    return true;
  *ret_normalized = json_array ();
  for (guint i = 0; i < count; i++)
    json_array_append_new (*ret_normalized, json_stringn (normalized[i].text, normalized[i].length));
  return true;
}

void
named_keys_text (NamedKeys *keys, const char **ret_text, size_t *ret_length)
{
  key_text (keys->maker, ret_text, ret_length);
}

bool
named_key_make (const Settings *settings, const Model *model, char **values, Uid *ret_id, Json **ret_normalized, GError **error)
{
  if (!check_values (model, values, error))
    return false;
  g_autoptr (NamedKeys) keys = named_keys_open (settings, model, error);
  return keys != NULL && named_keys_make (keys, values, ret_id, ret_normalized, error);
}
