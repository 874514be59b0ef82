#include "base/error.h"
#include "base/fsutil.h"
#include "base/text.h"
#include "pipeline/key.h"
#include "schema/ledger.h"
#include "src/agreement.h"
#include "src/cli.h"
#include "src/connect.h"
#include "src/settings_catalog.h"

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
find_model (const Catalog *catalog, const char *table, const Model **ret_model, GError **error)
{
  const BrokenModel *broken = catalog_find_broken (catalog, table);
  if (broken != NULL)
    return g_propagate_error (error, g_error_copy (broken->error)), false;
  *ret_model = catalog_find (catalog, table);
  if (*ret_model == NULL)
    {
      g_autofree const char **tables = keyed_tables (catalog);
      const char *nearest = text_nearest (table, tables);
      weir_error (error, WEIR_ERROR_MODEL, "there is no model of table \"%s\"", table);
      if (nearest != NULL)
        weir_error_hint (error, "Did you mean \"%s\"?", nearest);
      else
        weir_error_hint (error, "weir model %s proposes one, once a file of it was staged.", table);
      return false;
    }
  if (model_is_keyless (*ret_model))
    return weir_error (error, WEIR_ERROR_MODEL, "table \"%s\" is a fact without business_key: its rows have no id", table), false;
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
      weir_error (error, WEIR_ERROR_MODEL, "the business key of \"%s\" has %u column%s, %u value%s given", model->table, wanted,
                  wanted == 1 ? "" : "s", given, given == 1 ? " was" : "s were");
      weir_error_detail (error, "In this order: %s", columns);
      return false;
    }
  for (guint i = 0; i < given; i++)
    if (!text_is_utf8 (values[i], strlen (values[i]), NULL))
      return weir_error (error, WEIR_ERROR_MODEL, "the value of %s is not UTF-8", model->business_key[i]), false;
  return true;
}

/* The secret, compared with the one that the table's ids were made with. Where the database cannot be asked, a person is told, and
 * none is made. */
static bool
read_secret (const Settings *settings, const Model *model, char **ret_secret, size_t *ret_length, GError **error)
{
  g_autoptr (GError) away = NULL;
  g_autoptr (Db) db = database_open (settings, false, false, -1, &away);
  if (db == NULL)
    {
      bool fresh = g_str_equal (weir_error_get_reason (away), "no_ledger");
      if (!settings_read_secret (settings, fresh, ret_secret, ret_length, error))
        return false;
      if (!fresh)
        fprintf (stderr, "weir: the key secret could not be compared with the one of the database: %s\n", away->message);
      return true;
    }
  g_auto (TableState) state = { 0 };
  g_autofree char *secret = NULL;
  if (!ledger_table_read (db, model->table, false, &state, error)
      || !database_read_secret (settings, db, &secret, ret_length, error))
    return false;
  if (!agreement_check (model, state.kind, state.key, secret, *ret_length, error))
    return database_explain_secret (settings, error), false;
  *ret_secret = g_steal_pointer (&secret);
  return true;
}

static bool
make_key (const Settings *settings, const Model *model, char **values, Uid *ret_id, Json **ret_normalized, GError **error)
{
  g_autofree char *secret = NULL;
  size_t secret_length = 0;
  if (model->hash == KEY_HMAC_SHA256
      && (!fs_make_folder (settings->state, 0700, error) || !read_secret (settings, model, &secret, &secret_length, error)))
    return false;
  guint count = g_strv_length (values);
  g_autofree KeyPart *parts = g_new0 (KeyPart, count);
  for (guint i = 0; i < count; i++)
    parts[i] = (KeyPart) { values[i], strlen (values[i]), false };
  g_autoptr (KeyMaker) maker = key_maker_new (model, secret, secret_length);
  const KeyPart *normalized = NULL;
  size_t empty = 0;
  if (!key_make (maker, parts, count, ret_id, &normalized, &empty))
    {
      weir_error (error, WEIR_ERROR_MODEL, "the value of %s is empty", model->business_key[empty]);
      weir_error_detail (error, "A row with an empty business key is a reject: it has no id.");
      return false;
    }
  *ret_normalized = json_array ();
  for (guint i = 0; i < count; i++)
    json_array_append_new (*ret_normalized, json_stringn (normalized[i].text, normalized[i].length));
  return true;
}

static bool
run (const CommonOptions *common, char **arguments, GError **error)
{
  g_autoptr (Settings) settings = settings_load (common->home, common->database, HOME_REQUIRED, error);
  if (settings == NULL)
    return false;
  g_autoptr (Catalog) catalog = settings_load_catalog (settings, error);
  const Model *model = NULL;
  if (catalog == NULL || !find_model (catalog, arguments[0], &model, error) || !check_values (model, arguments + 1, error))
    return false;
  Uid id;
  g_autoptr (Json) normalized = NULL;
  if (!make_key (settings, model, arguments + 1, &id, &normalized, error))
    return false;
  char text[UID_TEXT_SIZE];
  uid_format (id, text);
  if (!common->json)
    return puts (text), true;
  g_autoptr (Json) object = json_pack ("{s:s, s:s, s:s, s:O}", "table", model->table, "hash", key_hash_word (model->hash), "id",
                                       text, "normalized", normalized);
  cli_print_json (object);
  return true;
}

int
command_key (int argc, char **argv)
{
  g_auto (CommonOptions) common = { 0 };
  bool done = false;
  GError *error = NULL;
  if (!cli_parse ("key", NULL, &common, &argc, &argv, &done, &error))
    return cli_fail (error, common.json);
  if (done)
    return 0;
  if (argc < 3)
    return cli_usage ("key", "a table and the values of its business key are needed");
  return run (&common, argv + 1, &error) ? 0 : cli_fail (error, common.json);
}
