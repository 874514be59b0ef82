#include "base/error.h"
#include "base/fsutil.h"
#include "base/text.h"
#include "pipeline/records/reader.h"
#include "pipeline/stage/forget_key.h"
#include "schema/sql.h"
#include "src/commands/cli.h"
#include "src/commands/confirm.h"
#include "src/commands/named_key.h"
#include "src/load/forgetting.h"
#include "src/report/forgotten_show.h"
#include "src/server/connect.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define KEYS_LIMIT ((size_t) 64 << 20) /* bytes of keys in a file */

typedef struct
{
  char *keys;
  gboolean list, lift;
  gboolean dry_run, yes;
} ForgetOptions;

/* ---- whom ---- */

static bool
add_entity (NamedKeys *keys, char **values, GPtrArray *entities, GError **error)
{
  Uid id;
  const char *text = NULL;
  size_t length = 0;
  if (!named_keys_make (keys, values, &id, NULL, error))
    return false;
  named_keys_text (keys, &text, &length);
  ForgetEntity *entity = g_new0 (ForgetEntity, 1);
  *entity = (ForgetEntity) { .id = id, .text = g_strndup (text, length), .length = length };
  g_ptr_array_add (entities, entity);
  return true;
}

/* So many values a key, one key behind the other. */
static bool
add_arguments (NamedKeys *keys, const Model *model, char **values, GPtrArray *entities, GError **error)
{
  guint width = g_strv_length (model->business_key), given = g_strv_length (values);
  for (guint i = 0; i < given; i += width)
    {
      g_autoptr (GPtrArray) part = g_ptr_array_new ();
      for (guint n = i; n < given && n < i + width; n++)
        g_ptr_array_add (part, values[n]);
      g_ptr_array_add (part, NULL);
      if (!add_entity (keys, (char **) part->pdata, entities, error))
        return false;
    }
  return true;
}

/* All of stdin. Owned by the caller; NULL on error. */
static char *
read_stdin (gsize *ret_length, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char piece[65536];
  ssize_t got = 0;
  while (text->len <= KEYS_LIMIT && (got = read (STDIN_FILENO, piece, sizeof piece)) > 0)
    g_string_append_len (text, piece, got);
  if (text->len > KEYS_LIMIT)
    return weir_error (error, WEIR_ERROR_MODEL, "the keys from stdin are larger than the limit of %zu MiB", KEYS_LIMIT >> 20), NULL;
  if (got < 0)
    return weir_system_error (error, errno, "could not read the keys from stdin"), NULL;
  *ret_length = text->len;
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Lines of CSV without a header, a key each: they are in no list of processes, and in no history of a shell. */
static bool
add_listed (NamedKeys *keys, const char *path, GPtrArray *entities, GError **error)
{
  gsize length = 0;
  g_autofree char *text = NULL;
  bool done = strcmp (path, "-") == 0 ? (text = read_stdin (&length, error)) != NULL
                                      : fs_read_file (path, KEYS_LIMIT, &text, &length, error);
  if (!done)
    return false;
  Dialect dialect = dialect_default;
  dialect.header_rows = 0;
  g_autoptr (Reader) reader = reader_new_bytes (text, length, true, &dialect, &reader_default_limits);
  for (;;)
    {
      const Record *record = NULL;
      g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (g_free);
      if (!reader_next (reader, &record, error))
        return false;
      if (record == NULL)
        return true;
      if (record->problem != NULL)
        return weir_error (error, WEIR_ERROR_MODEL, "line %" G_GINT64_FORMAT " of the keys is no key: %s", record->line,
                           record->problem);
      for (size_t i = 0; i < record->n_fields; i++)
        g_ptr_array_add (values, g_strndup (record->fields[i].text, record->fields[i].length));
      g_ptr_array_add (values, NULL);
      if (!add_entity (keys, (char **) values->pdata, entities, error))
        return g_prefix_error (error, "line %" G_GINT64_FORMAT " of the keys: ", record->line), false;
    }
}

static bool
find_entities (const Call *call, const Model *model, GPtrArray *entities, GError **error)
{
  const ForgetOptions *options = call->options;
  if (options->keys == NULL && call->n_arguments < 2)
    return true;
  g_autoptr (NamedKeys) keys = named_keys_open (call->settings, model, error);
  return keys != NULL && add_arguments (keys, model, call->arguments + 1, entities, error)
         && (options->keys == NULL || add_listed (keys, options->keys, entities, error));
}

/* ---- doing ---- */

static Json *
receipt (const Forgetting *forgetting, const ForgetTask *task, bool done)
{
  char own[UID_TEXT_SIZE], id[UID_TEXT_SIZE];
  uid_format (task->own, own);
  Json *json = forgetting_to_json (forgetting), *ids = json_array ();
  for (guint i = 0; i < task->entities->len; i++)
    {
      uid_format (((const ForgetEntity *) task->entities->pdata[i])->id, id);
      json_array_append_new (ids, json_string (id));
    }
  json_object_set_new (json, "ids", ids);
  json_object_set_new (json, "run", done ? json_string (own) : json_null ());
  json_object_set_new (json, "forgotten", json_boolean (done));
  return json;
}

/* What was not reached is not forgotten. */
static void
tell (const Forgetting *forgetting, const ForgetTask *task, bool done, const Call *call, int *ret_code)
{
  g_autoptr (Json) json = receipt (forgetting, task, done);
  if (call->json)
    show_json (json);
  else if (!done)
    forgotten_print (json);
  else
    printf ("Forgotten: run %.8s. Backups, replicas and the write-ahead log have it for as long as they are kept; VACUUM frees the "
            "room in the tables.\n",
            json_string_value (json_object_get (json, "run")));
  if (json_array_size (json_object_get (json, "unreached")) > 0)
    *ret_code = 1;
}

static bool
forget_now (Forgetting *forgetting, const ForgetTask *task, const Call *call, int *ret_code, GError **error)
{
  const ForgetOptions *options = call->options;
  if (!confirm ("Forget that for good?", options->yes, ret_code, error))
    return *ret_code != 0;
  *ret_code = 0;
  if (!forgetting_erase (forgetting, true, error))
    return false;
  if (!forgetting_cut (forgetting, error))
    return g_prefix_error (error, "the database has forgotten, and files have not: `weir forget %s` goes on: ", task->model->table),
           false;
  return tell (forgetting, task, true, call, ret_code), true;
}

static bool
forget (Loader *loader, const ForgetTask *task, const Call *call, int *ret_code, GError **error)
{
  g_autoptr (Forgetting) forgetting = forgetting_begin (loader, task, error);
  if (forgetting == NULL || !forgetting_erase (forgetting, false, error))
    return false;
  bool nothing = task->entities->len == 0 && forgetting_files (forgetting)->len == 0;
  if (nothing && !call->json)
    return puts ("Nothing is left to be cut out of files."), true;
  if (task->dry_run || nothing || !call->json)
    tell (forgetting, task, false, call, ret_code);
  fflush (stdout);
  return task->dry_run || nothing || forget_now (forgetting, task, call, ret_code, error);
}

/* How many of their marks were there, and are not any more. */
static bool
take_marks (Loader *loader, const ForgetTask *task, int64_t *ret_lifted, GError **error)
{
  uint8_t key[FORGET_KEY_SIZE];
  bool known;
  if (!forget_key_find (loader->db, loader->secret, loader->secret_length, key, &known, error))
    return false;
  g_autoptr (Forgotten) forgotten = forgotten_new (key, task->model->table);
  for (guint i = 0; i < task->entities->len; i++)
    {
      const ForgetEntity *entity = task->entities->pdata[i];
      char mark[UID_TEXT_SIZE];
      int64_t gone = 0;
      uid_format (forgotten_mark (forgotten, entity->text, entity->length), mark);
      const SqlVar vars[] = { { "table", task->model->table }, { "mark", mark } };
      if (!sql_change (loader->db, "forgotten/lift", vars, G_N_ELEMENTS (vars), &gone, error))
        return false;
      *ret_lifted += gone;
    }
  return true;
}

static bool
lift (Loader *loader, const ForgetTask *task, const Call *call, GError **error)
{
  int64_t lifted = 0;
  if (task->entities->len == 0)
    return weir_error (error, WEIR_ERROR_MODEL, "the keys are needed that later files may bring again");
  if (!loader_connect (loader, error) || !db_exec (loader->db, "begin", error) || !take_marks (loader, task, &lifted, error)
      || !db_exec (loader->db, task->dry_run ? "rollback" : "commit", error))
    return false;
  g_autofree char *figure = text_count (lifted);
  if (call->json)
    {
      g_autoptr (Json) json = json_pack ("{s:s, s:i, s:I, s:b}", "table", task->model->table, "keys", (int) task->entities->len,
                                         "marks", (json_int_t) lifted, "lifted", !task->dry_run);
      show_json (json);
    }
  else if (task->dry_run)
    printf ("%s key%s of %s could be loaded again. Nothing was changed.\n", figure, lifted == 1 ? "" : "s", task->model->table);
  else
    printf ("%s key%s of %s may be loaded again.\n", figure, lifted == 1 ? "" : "s", task->model->table);
  return true;
}

static bool
has_model (const Settings *settings, const char *table, GError **error)
{
  const Model *model;
  g_autoptr (Catalog) catalog = settings_load_catalog (settings, error);
  return catalog != NULL && named_key_model (catalog, table, &model, error);
}

static bool
list (const Call *call, GError **error)
{
  const char *table = call->arguments[0];
  g_autoptr (Db) db = database_open (call->settings, error);
  g_autoptr (Json) marks = db != NULL ? forgotten_list (db, table, error) : NULL;
  if (marks == NULL)
    return false;
  /* The name of a table that has neither marks nor a model is a slip. */
  if (table != NULL && json_array_size (marks) == 0 && !has_model (call->settings, table, error))
    return false;
  if (call->json)
    show_json (marks);
  else
    forgotten_print_list (marks);
  return true;
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  const ForgetOptions *options = call->options;
  const Model *model = NULL;
  if (options->list)
    return list (call, error);
  if (call->n_arguments == 0)
    return weir_error (error, WEIR_ERROR_MODEL, "a table and the values of business keys are needed");
  g_auto (Loader) loader = { 0 };
  g_autoptr (GPtrArray) entities = g_ptr_array_new_with_free_func ((GDestroyNotify) forget_entity_free);
  loader_init (&loader, call->settings, -1);
  loader.one_shot = true;
  if (!loader_refresh (&loader, error) || !named_key_model (loader.catalog, call->arguments[0], &model, error)
      || !find_entities (call, model, entities, error))
    return false;
  const ForgetTask task = { model, entities, uid_random (), options->dry_run };
  return options->lift ? lift (&loader, &task, call, error) : forget (&loader, &task, call, ret_code, error);
}

static const CommandOption options[] = {
  { "keys", 0, OPTION_TEXT (ForgetOptions, keys), "Also the keys in this file, one a line as CSV; - is stdin", "FILE" },
  { "list", 0, OPTION_FLAG (ForgetOptions, list), "Only say how many are forgotten, and since when", NULL },
  { "lift", 0, OPTION_FLAG (ForgetOptions, lift), "Let later files bring these keys again", NULL },
  { "dry-run", 'n', OPTION_FLAG (ForgetOptions, dry_run), "Only say what would be erased", NULL },
  { "yes", 'y', OPTION_FLAG (ForgetOptions, yes), "Do not ask", NULL },
  { NULL },
};

const Command command_forget = {
  .name = "forget",
  .arguments = "TABLE KEY...",
  .summary = "erase a person, in the database and in the files that weir keeps",
  .description =
      "All versions and rows go, what waits, rejects, and the records in archive/, failed/ and held files; rows of facts lose the "
      "reference, or\n"
      "go, as their model says (\"forgotten\"). A mark stays, by which no later file brings the key back. Says what it would "
      "erase, and "
      "asks.\n"
      "KEY is a value for each column of the business key; several keys one behind the other. Without any it finishes what was "
      "interrupted.\n"
      "--json prints a receipt. Ends with 1 where something could not be reached.\n\n"
      "  weir forget users someone@example.com --dry-run\n"
      "  weir forget users --keys - --yes < keys.csv\n"
      "  weir forget users --list",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .most = ANY_NUMBER,
  .usage = "a table and the values of business keys are needed",
  .options = options,
  .options_size = sizeof (ForgetOptions),
  .run = run,
};
