#include "base/error.h"
#include "base/fsutil.h"
#include "base/text.h"
#include "schema/migrate.h"
#include "src/commands/cli.h"
#include "src/commands/init_home.h"
#include "src/commands/service_unit.h"
#include "src/jobs/job.h"
#include "src/server/connect.h"
#include "src/server/program.h"
#include "src/settings/settings_show.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  gboolean systemd;
} InitOptions;

static void G_GNUC_PRINTF (2, 3) note (InitReport *report, const char *format, ...)
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
make_settings_file (const Settings *settings, InitReport *report, GError **error)
{
  const char *database = g_strcmp0 (settings->database_source, settings_row (database)->option) == 0 ? settings->database : NULL;
  g_autofree char *path = g_build_filename (settings->home, "weir.json", NULL);
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return true;
  g_autoptr (Json) root = json_pack ("{s:s, s:s}", "$schema", "./schema/weir.schema.json", "description",
                                     "The settings of this home. All have defaults: weir check --json");
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
make_schema_file (const Settings *settings, InitReport *report, GError **error)
{
  bool made;
  if (!settings_make_model_schema (settings, &made, error))
    return false;
  if (made)
    note (report, "schema of models schema/model.schema.json");
  return true;
}

/* The folder of jobs, and what their "$schema" names. */
static bool
make_jobs (const Settings *settings, InitReport *report, GError **error)
{
  bool made;
  g_autofree char *folder = g_build_filename (settings->home, "jobs", NULL);
  if (!fs_make_folder (folder, 0755, error) || !jobs_make_schema (settings, &made, error))
    return false;
  if (made)
    note (report, "schema of jobs schema/job.schema.json");
  return true;
}

/* The same of weir.json. It is of this weir: nobody changes it, and a newer one knows more settings. */
static bool
make_settings_schema (const Settings *settings, InitReport *report, GError **error)
{
  g_autofree char *folder = g_build_filename (settings->home, "schema", NULL);
  g_autofree char *path = g_build_filename (folder, "weir.schema.json", NULL);
  g_autoptr (Json) schema = settings_to_schema ();
  g_autofree char *pretty = weir_json_pretty (schema), *there = NULL;
  g_autofree char *text = g_strconcat (pretty, "\n", NULL);
  if (g_file_get_contents (path, &there, NULL, NULL) && g_str_equal (there, text))
    return true;
  if (!fs_make_folder (folder, 0755, error) || !fs_write_file (path, text, strlen (text), 0644, error))
    return false;
  note (report, "schema of settings schema/weir.schema.json");
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
make_schema (Db *db, const char *name, InitReport *report, GError **error)
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
make_secret (const Settings *settings, Db *db, InitReport *report, GError **error)
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
make_database (const Settings *settings, InitReport *report, GError **error)
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
         && make_jobs (settings, report, error) && make_settings_schema (settings, report, error)
         && make_database (settings, report, error);
}

/* ---- with a service ---- */

/* By a weir of the owner, whose files and whose database they are to be. */
static bool
make_home_as (Call *call, uid_t owner, InitReport *report, GError **error)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL), *output = NULL;
  const char *home = settings_given_text (&call->given, settings_row (home), NULL);
  const char *database = *settings_given_place (&call->given, settings_row (database));
  /* Others may look into imports, as always; programs that weir runs are more private than that. */
  const char *const argv[] = { "/bin/sh", "-c", "umask 022; exec \"$0\" \"$@\"",        program,
                               "init",    home, database != NULL ? "--database" : NULL, database,
                               NULL };
  if (!program_run (argv, "/", owner, &output, error))
    return g_prefix_error (error, "could not make the home as its owner: "), false;
  g_auto (GStrv) lines = g_strsplit (output, "\n", -1);
  for (int i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "made "))
      note (report, "%s", lines[i] + strlen ("made "));
  call->settings = settings_load (&call->given, HOME_REQUIRED, error);
  return call->settings != NULL;
}

/* *ret_next: what is to be typed then; the caller's. */
static bool
make_unit (const Settings *settings, uid_t owner, InitReport *report, char **ret_next, GError **error)
{
  g_autofree char *name = NULL, *path = NULL;
  if (!service_unit_write (settings, owner, &name, &path, error))
    return false;
  note (report, "unit %s", path);
  const char *whose = owner != geteuid () ? "" : " --user";
  g_autofree char *quoted = strchr (name, '\\') != NULL ? g_shell_quote (name) : g_strdup (name);
  *ret_next = g_strdup_printf ("systemctl%s daemon-reload && systemctl%s enable --now %s%s", whose, whose, quoted,
                               owner != geteuid () ? "" : "\nTo let it run while you are not logged in: loginctl enable-linger");
  return true;
}

/* The home, and its unit, of which root's is as the home's owner. */
static bool
make_service (Call *call, InitReport *report, char **ret_next, GError **error)
{
  uid_t owner = geteuid ();
  const Setting *row = settings_row (home);
  char *home = g_canonicalize_filename (settings_given_text (&call->given, row, NULL), NULL);
  g_free (*settings_given_place (&call->given, row));
  *settings_given_place (&call->given, row) = home;
  if (owner == 0 && !service_unit_owner (home, &owner, error))
    return false;
  if (!(owner == geteuid () ? init_home (call, report, error) : make_home_as (call, owner, report, error)))
    return false;
  return make_unit (call->settings, owner, report, ret_next, error);
}

static void
print_end (const Settings *settings, const InitReport *report, const char *next)
{
  if (report->quiet)
    {
      g_autoptr (Json) object = json_pack ("{s:o, s:O}", "home", weir_json_string (settings->home), "made", report->made);
      show_json (object);
    }
  else
    printf ("%s is ready%s. Next: %s\n", settings->home, json_array_size (report->made) == 0 ? ", nothing had to be made" : "",
            next);
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  const InitOptions *options = call->options;
  g_autoptr (Json) made = json_array ();
  InitReport report = { call->json, made };
  g_autofree char *next = NULL;
  choose_folder (call);
  if (!(options->systemd ? make_service (call, &report, &next, error) : init_home (call, &report, error)))
    return false;
  print_end (call->settings, &report, next != NULL ? next : "weir watch");
  return true;
}

static const CommandOption options[] = {
  { "systemd", 0, OPTION_FLAG (InitOptions, systemd), "Also a unit of systemd, to run `weir watch` here as a service", NULL },
  { NULL },
};

const Command command_init = {
  .name = "init",
  .arguments = "[DIR]",
  .summary = "make a home: folders, key secret, database",
  .description =
      "Makes what is missing of a home in DIR (default: here): the folders, weir.json, the key secret, the ledger and the\n"
      "schemas. What is there already is left as it is.\n\n"
      "--systemd writes a unit too, and prints how to enable it. That of root is a service of the machine, hardened, and runs as "
      "the\n"
      "owner of DIR, who makes the home; where DIR is not there, that is the user weir. That of anybody else is one of his own\n"
      "services (systemctl --user). Changes belong into `systemctl edit`.\n\n"
      "  weir init\n"
      "  weir init /srv/shop --database postgresql://etl@db.example.org/shop\n"
      "  sudo weir init /srv/shop --systemd",
  .takes = TAKES_SETTINGS | TAKES_JSON,
  .most = 1,
  .usage = "one folder at most",
  .options = options,
  .options_size = sizeof (InitOptions),
  .run = run,
};
