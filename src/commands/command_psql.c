#include "base/error.h"
#include "src/commands/cli.h"
#include "base/conninfo.h"
#include "base/secrets.h"
#include "src/server/connect.h"
#include "src/server/pgserver.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What psql finds without a schema's name: the warehouse first, for a staging table may have the same one. */
static void
set_search_path (const Settings *settings)
{
  g_autofree char *path = g_strdup_printf ("%s,%s,public", settings->warehouse_schema, settings->staging_schema);
  /* A name that needs quotes would need them for the server's option parser as well: leave the path alone then. */
  if (strspn (path, "abcdefghijklmnopqrstuvwxyz0123456789_,") != strlen (path))
    return;
  g_autofree char *options = g_strdup_printf ("-csearch_path=%s", path);
  g_setenv ("PGOPTIONS", options, TRUE);
}

/* The psql of the server's own version where the server is ours. Owned by the caller. */
static char *
find_psql (const Settings *settings)
{
  g_autoptr (PgServer) server = settings->database == NULL ? pgserver_find (settings, NULL) : NULL;
  g_autofree char *beside = server != NULL ? g_build_filename (server->bin, "psql", NULL) : NULL;
  if (beside != NULL && access (beside, X_OK) == 0)
    return g_steal_pointer (&beside);
  return g_find_program_in_path ("psql");
}

/* The password goes by an unnamed file: arguments are everybody's to read, and the environment is its children's. */
static bool
pass_password (const char *password, GError **error)
{
  g_autofree char *ours = g_strdup (password != NULL ? password : g_getenv ("PGPASSWORD"));
  g_unsetenv ("PGPASSWORD");
  g_unsetenv (SECRETS_DATABASE);
  if (ours == NULL)
    return true;
  g_autofree char *path = secrets_password_file (ours, error);
  return path != NULL && g_setenv ("PGPASSFILE", path, TRUE);
}

/* Replaces this process. */
static bool
exec_psql (const Settings *settings, const char *url, char **arguments, GError **error)
{
  g_autofree char *program = find_psql (settings);
  if (program == NULL)
    return weir_fail (error,
                      &(Failure) { WEIR_ERROR_LOCAL,
                                   .hint =
                                       "It comes with PostgreSQL's client, on Debian: postgresql-client. A container without it "
                                       "leaves psql to the database's own: docker compose exec db psql -U weir" },
                      "could not find psql");
  g_autofree char *password = NULL;
  g_autofree char *shown = conninfo_without_password (url, &password);
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_ptr_array_add (words, (gpointer) "psql");
  if (shown[0] != '\0')
    {
      g_ptr_array_add (words, (gpointer) "-d");
      g_ptr_array_add (words, shown);
    }
  for (int i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (words, arguments[i]);
  g_ptr_array_add (words, NULL);
  if (!pass_password (password, error))
    return false;
  if (settings->database == NULL)
    set_search_path (settings);
  signal (SIGPIPE, SIG_DFL);
  execv (program, (char **) words->pdata);
  return weir_error (error, WEIR_ERROR_LOCAL, "could not run \"%s\": %s", program, g_strerror (errno));
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  g_autofree char *url = NULL;
  return database_url (call->settings, false, &url, NULL, error) && exec_psql (call->settings, url, call->arguments, error);
}

const Command command_psql = {
  .name = "psql",
  .arguments = "[ARGS]",
  .summary = "psql on weir's database",
  .description = "ARGS go to psql as they are.\n\n"
                 "  weir psql\n"
                 "  weir psql -c 'select * from warehouse.users_current limit 5'",
  .takes = TAKES_SETTINGS | NEEDS_HOME | PASSES_ARGUMENTS,
  .most = ANY_NUMBER,
  .run = run,
};
