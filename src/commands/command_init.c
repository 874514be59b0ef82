#include "base/error.h"
#include "base/fsutil.h"
#include "base/text.h"
#include "schema/migrate.h"
#include "src/commands/cli.h"
#include "src/commands/init_home.h"
#include "src/server/connect.h"

#include <stdio.h>
#include <string.h>

typedef InitReport Report;

static void G_GNUC_PRINTF (2, 3) note (Report *report, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (!report->quiet)
    printf ("made %s\n", what);
  json_array_append_new (report->made, weir_json_string (what));
}

/* A database named on the command line is kept; with it may go a password, so the file is private then. */
static bool
make_settings_file (const Settings *settings, Report *report, GError **error)
{
  const char *database = g_strcmp0 (settings->database_source, settings_row (database)->option) == 0 ? settings->database : NULL;
  g_autofree char *path = g_build_filename (settings->home, "weir.json", NULL);
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return true;
  g_autoptr (Json) root = json_pack ("{s:s}", "description", "The settings of this home. All have defaults: weir check --json");
  if (database != NULL)
    json_object_set_new (root, "database", weir_json_string (database));
  g_autofree char *text = weir_json_pretty (root);
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  if (!fs_write_file (path, line, strlen (line), database != NULL ? 0600 : 0644, error))
    return false;
  note (report, "settings weir.json");
  return true;
}

/* What the models' "$schema" names, for editors. */
static bool
make_schema_file (const Settings *settings, Report *report, GError **error)
{
  bool made;
  if (!settings_make_model_schema (settings, &made, error))
    return false;
  if (made)
    note (report, "schema of models schema/model.schema.json");
  return true;
}

static bool
has_schema (Db *db, const char *name, bool *ret_has, GError **error)
{
  g_autoptr (DbResult) found = NULL;
  const char *const params[] = { name };
  if (!db_query (db, "select from pg_namespace where nspname = $1", params, 1, &found, error))
    return false;
  *ret_has = db_result_rows (found) > 0;
  return true;
}

static bool
make_schema (Db *db, const char *name, Report *report, GError **error)
{
  bool has = false;
  if (!has_schema (db, name, &has, error) || has)
    return has;
  g_autofree char *identifier = text_quote_ident (name);
  g_autofree char *sql = g_strdup_printf ("create schema %s", identifier);
  g_autoptr (GError) problem = NULL;
  if (db_exec (db, sql, &problem))
    return note (report, "schema %s", name), true;
  /* Another init may have been faster. */
  if (has_schema (db, name, &has, NULL) && has)
    return true;
  g_propagate_prefixed_error (error, g_steal_pointer (&problem), "could not make schema %s: ", identifier);
  return false;
}

static bool
make_secret (const Settings *settings, Db *db, Report *report, GError **error)
{
  bool there = g_file_test (settings->secret_file, G_FILE_TEST_EXISTS);
  g_autofree char *secret = NULL;
  size_t length = 0;
  if (!database_read_secret (settings, db, &secret, &length, error))
    return false;
  g_autofree char *shown = settings_shown_path (settings, settings->secret_file);
  if (!there)
    note (report, "key secret %s", shown);
  return true;
}

static bool
make_database (const Settings *settings, Report *report, GError **error)
{
  g_autofree char *url = NULL;
  g_autofree char *why = NULL;
  if (!database_url (settings, true, &url, &why, error))
    return false;
  g_autoptr (Db) db = db_connect (url, "weir", -1, error);
  int applied = 0;
  if (db == NULL || !migrate_up (db, &applied, error))
    return false;
  if (applied > 0)
    note (report, "ledger in %s", why);
  return make_schema (db, settings->staging_schema, report, error) && make_schema (db, settings->warehouse_schema, report, error)
         && make_secret (settings, db, report, error);
}

/* As in git, here means here, not the home this folder may be in. */
static void
choose_folder (Call *call)
{
  const Setting *home = settings_row (home);
  if (call->n_arguments == 1)
    settings_give (&call->given, home, call->arguments[0]);
  else if (settings_given_text (&call->given, home, NULL) == NULL)
    settings_give (&call->given, home, ".");
}

bool
init_home (Call *call, InitReport *report, GError **error)
{
  bool was_home = settings_is_home (settings_given_text (&call->given, settings_row (home), NULL));
  const Settings *settings = call->settings = settings_load (&call->given, HOME_CREATE, error);
  if (settings == NULL)
    return false;
  if (!was_home)
    note (report, "home %s", settings->home);
  return make_settings_file (settings, report, error) && make_schema_file (settings, report, error)
         && make_database (settings, report, error);
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  g_autoptr (Json) made = json_array ();
  Report report = { call->json, made };
  choose_folder (call);
  if (!init_home (call, &report, error))
    return false;
  if (call->json)
    {
      g_autoptr (Json) object = json_pack ("{s:o, s:O}", "home", weir_json_string (call->settings->home), "made", made);
      show_json (object);
    }
  else
    printf ("%s is ready%s. Next: weir watch\n", call->settings->home,
            json_array_size (made) == 0 ? ", nothing had to be made" : "");
  return true;
}

const Command command_init = {
  .name = "init",
  .arguments = "[DIR]",
  .summary = "make a home: folders, key secret, database",
  .description =
      "Makes what is missing of a home in DIR (default: here): the folders, weir.json, the key secret, the ledger and the\n"
      "schemas. What is there already is left as it is.\n\n"
      "  weir init\n"
      "  weir init /srv/shop --database postgresql://etl@db.example.org/shop",
  .takes = TAKES_SETTINGS | TAKES_JSON,
  .most = 1,
  .usage = "one folder at most",
  .run = run,
};
