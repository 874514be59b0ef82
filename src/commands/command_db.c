#include "base/error.h"
#include "src/commands/cli.h"
#include "src/commands/confirm.h"
#include "src/server/pgclusters.h"
#include "src/server/pgplace.h"
#include "src/server/pgserver.h"
#include "src/watch/board.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EXIT_STOPPED 3

typedef struct
{
  int port;
  gboolean no_port;
  gboolean tcp;
  gboolean orphans;
  char *orphan;
  gboolean yes;
} DbOptions;

static bool
start (const Call *call, PgServer *server, GError **error)
{
  const Settings *settings = call->settings;
  const DbOptions *options = call->options;
  if (settings->database != NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "the embedded PostgreSQL is not in use: %s names another database",
                       settings->database_source);
  bool was_running = server->running;
  bool was_tcp = server->tcp;
  int was_port = server->port;
  if (!pgserver_start (settings, server, options->no_port ? TCP_OFF : options->port, error))
    return false;
  bool same = was_tcp == server->tcp && was_port == server->port;
  g_autofree char *url = pgserver_url (server, false);
  g_autofree char *data = settings_shown_path (settings, server->data);
  fprintf (stderr, "PostgreSQL %d %s in %s\n", server->version,
           !was_running ? "started"
           : same       ? "is running"
                        : "was started anew",
           data);
  if (server->tcp)
    fprintf (stderr, "Also on 127.0.0.1:%d; the password is in: weir db url --tcp\n", server->port);
  if (!call->json)
    puts (url);
  return true;
}

static bool
stop (PgServer *server, GError **error)
{
  bool ran;
  if (!pgserver_stop (server, &ran, error))
    return false;
  fputs (ran ? "PostgreSQL stopped\n" : "PostgreSQL was not running\n", stderr);
  return true;
}

static Json *
status_to_json (const PgServer *server)
{
  g_autofree char *url = pgserver_url (server, false);
  return json_pack ("{s:b, s:b, s:i, s:o, s:o, s:o, s:o, s:i, s:b, s:o}", "running", server->running, "initialised",
                    server->initialised, "version", server->version, "programs", weir_json_string (server->bin), "data",
                    weir_json_string (server->data), "log", weir_json_string (server->log), "socket",
                    weir_json_string (server->socket), "port", server->port, "tcp", server->tcp, "url", weir_json_string (url));
}

static void
print_status (const PgServer *server)
{
  g_autofree char *url = pgserver_url (server, false);
  printf ("state     %s\n", server->running       ? "running"
                            : server->initialised ? "stopped"
                            : server->recorded    ? "gone: server.json names data that are not there"
                                                  : "not made yet");
  printf ("programs  PostgreSQL %d in %s\n", server->version, server->bin);
  printf ("data      %s\n", server->data);
  printf ("log       %s\n", server->log);
  printf ("url       %s\n", url);
  if (server->tcp)
    printf ("tcp       127.0.0.1:%d\n", server->port);
}

static bool
show_url (const Call *call, const PgServer *server, GError **error)
{
  const DbOptions *options = call->options;
  if (options->tcp && !server->tcp)
    return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "weir db start --port 5433" },
                      "the embedded PostgreSQL takes no TCP connections");
  g_autofree char *url = pgserver_url (server, options->tcp);
  if (call->json)
    {
      g_autoptr (Json) json = json_pack ("{s:s}", "url", url);
      show_json (json);
    }
  else
    puts (url);
  return true;
}

/* ---- drop ---- */

static void
print_what_goes (const PgServer *server)
{
  g_autofree char *size = g_format_size ((guint64) pgclusters_measure (server->data));
  printf ("Removed:\n  the embedded PostgreSQL %d in %s (%s): its ledger, staging, warehouse and all else\n", server->version,
          server->data, size);
  puts ("Kept:\n  models, archive, failed, the key secret");
}

/* Its next worker would begin anew with an empty database, also where the server is stopped now. */
static bool
check_unwatched (const Settings *settings, GError **error)
{
  return !board_is_shown (settings->state)
         || weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .detail = "Nothing was changed.", .hint = "Stop `weir watch` first." },
                       "`weir watch` runs in \"%s\"", settings->home);
}

static bool
drop (const Call *call, PgServer *server, int *ret_code, GError **error)
{
  const DbOptions *options = call->options;
  if (!server->initialised && !server->recorded)
    return weir_error (error, WEIR_ERROR_MODEL, "there is no embedded database to drop: none was made in \"%s\"", server->data);
  if (!check_unwatched (call->settings, error))
    return false;
  if (!call->json)
    print_what_goes (server);
  if (!confirm ("Remove all of that for good?", options->yes, ret_code, error))
    return *ret_code != 0;
  return pgserver_drop (server, error);
}

/* ---- the clusters of the machine ---- */

static const char *
cluster_word (const PgCluster *cluster)
{
  return cluster->orphan ? "home is gone" : cluster->home != NULL ? "in use" : "home not recorded";
}

static void
print_clusters (const GPtrArray *clusters)
{
  static const char *const headers[] = { "folder", "home", "state", "runs", "size", NULL };
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < clusters->len; i++)
    {
      const PgCluster *cluster = clusters->pdata[i];
      g_ptr_array_add (cells, g_strdup (cluster->folder));
      g_ptr_array_add (cells, g_strdup (cluster->home));
      g_ptr_array_add (cells, g_strdup (cluster_word (cluster)));
      g_ptr_array_add (cells, g_strdup (cluster->running ? "yes" : NULL));
      g_ptr_array_add (cells, g_format_size ((guint64) cluster->bytes));
    }
  if (clusters->len > 0)
    show_table (headers, cells);
  else
    puts ("None below " PGPLACE_ROOT ": an embedded database is in its home's .weir, where weir does not run as root.");
}

static void
show_clusters (const GPtrArray *clusters, bool json)
{
  g_autoptr (Json) array = json_array ();
  for (guint i = 0; i < clusters->len; i++)
    {
      const PgCluster *cluster = clusters->pdata[i];
      json_array_append_new (array,
                             json_pack ("{s:o, s:o, s:b, s:b, s:i, s:I}", "folder", weir_json_string (cluster->folder), "home",
                                        weir_json_string (cluster->home), "orphan", cluster->orphan, "running", cluster->running,
                                        "version", cluster->version, "bytes", (json_int_t) cluster->bytes));
    }
  if (json)
    show_json (array);
  else
    print_clusters (clusters);
}

static GPtrArray *
find_all (GError **error)
{
  GPtrArray *former = pgclusters_list (PGPLACE_FORMER_ROOT, error);
  GPtrArray *clusters = former != NULL ? pgclusters_list (PGPLACE_ROOT, error) : NULL;
  if (clusters != NULL)
    g_ptr_array_extend_and_steal (clusters, former);
  else if (former != NULL)
    g_ptr_array_unref (former);
  return clusters;
}

/* Of root's clusters and homes others see too little to tell whether one is in use. */
static GPtrArray *
find_clusters (GError **error)
{
  if (geteuid () == 0)
    return find_all (error);
  weir_fail (error,
             &(Failure) { WEIR_ERROR_MODEL, .detail = "Where weir runs as an ordinary user, its data are in its home.",
                          .hint = "`weir db status` shows those of this home." },
             "the clusters in %s are root's to list and remove", PGPLACE_ROOT);
  return NULL;
}

static bool
list_clusters (const Call *call, GError **error)
{
  g_autoptr (GPtrArray) clusters = find_clusters (error);
  if (clusters == NULL)
    return false;
  show_clusters (clusters, call->json);
  return true;
}

/* Leaves those whose home is gone, and of these the one of that home where it is named. */
static bool
choose_orphans (GPtrArray *clusters, const char *home, GError **error)
{
  for (guint i = clusters->len; i-- > 0;)
    {
      const PgCluster *cluster = clusters->pdata[i];
      if (!cluster->orphan || (home != NULL && !g_str_equal (home, cluster->home)))
        g_ptr_array_remove_index (clusters, i);
    }
  if (clusters->len > 0 || home == NULL)
    return true;
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "`weir db list` shows whose clusters there are." },
                    "no embedded database is recorded for a home \"%s\" that is gone", home);
}

static bool
drop_orphans (const Call *call, int *ret_code, GError **error)
{
  const DbOptions *options = call->options;
  g_autofree char *home = options->orphan != NULL ? g_canonicalize_filename (options->orphan, NULL) : NULL;
  g_autofree char *programs = g_strdup (g_getenv ("WEIR_PG_BIN"));
  g_autoptr (GPtrArray) clusters = find_clusters (error);
  if (clusters == NULL || !choose_orphans (clusters, home, error))
    return false;
  show_clusters (clusters, call->json);
  if (clusters->len > 0
      && !confirm ("Remove these for good? A home that was moved and not used since looks as if it were gone.", options->yes,
                   ret_code, error))
    return *ret_code != 0;
  for (guint i = 0; i < clusters->len; i++)
    if (!pgclusters_remove (clusters->pdata[i], programs, error))
      return false;
  return true;
}

/* ---- the command ---- */

/* What is asked of the home's own server. */
static bool
serve (const Call *call, PgServer *server, int *ret_code, GError **error)
{
  const char *verb = call->arguments[0];
  if (g_str_equal (verb, "url"))
    return show_url (call, server, error);
  if ((g_str_equal (verb, "start") && !start (call, server, error)) || (g_str_equal (verb, "stop") && !stop (server, error))
      || (g_str_equal (verb, "drop") && !drop (call, server, ret_code, error)))
    return false;
  bool status = g_str_equal (verb, "status");
  if (call->json)
    {
      g_autoptr (Json) json = status_to_json (server);
      show_json (json);
    }
  else if (status)
    print_status (server);
  if (status && !server->running)
    *ret_code = EXIT_STOPPED;
  return true;
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  const DbOptions *options = call->options;
  const char *verb = call->arguments[0];
  if (options->port < 0 || options->port > 65535)
    return *ret_code = command_usage ("db", "--port must be from 1 to 65535"), true;
  if (options->port > 0 && options->no_port)
    return *ret_code = command_usage ("db", "--port and --no-port contradict each other"), true;
  if (g_str_equal (verb, "list"))
    return list_clusters (call, error);
  if (g_str_equal (verb, "drop") && (options->orphans || options->orphan != NULL))
    return drop_orphans (call, ret_code, error);
  HomePolicy policy = g_str_equal (verb, "start") ? HOME_CREATE : g_str_equal (verb, "stop") ? HOME_UNREAD : HOME_REQUIRED;
  call->settings = settings_load (&call->given, policy, error);
  g_autoptr (PgServer) server = call->settings != NULL ? pgserver_find (call->settings, error) : NULL;
  return server != NULL && serve (call, server, ret_code, error);
}

static const CommandOption options[] = {
  { "port", 0, OPTION_NUMBER (DbOptions, port), "start: also listen on 127.0.0.1:N, with a password", "N" },
  { "no-port", 0, OPTION_FLAG (DbOptions, no_port), "start: listen on the socket alone again", NULL },
  { "tcp", 0, OPTION_FLAG (DbOptions, tcp), "url: the loopback URL with its password", NULL },
  { "orphans", 0, OPTION_FLAG (DbOptions, orphans), "drop: all whose home is gone, as `weir db list` shows them", NULL },
  { "orphan", 0, OPTION_TEXT (DbOptions, orphan), "drop: the one of this home, which is gone", "HOME" },
  { "yes", 'y', OPTION_FLAG (DbOptions, yes), "drop: do not ask", NULL },
  { NULL },
};

const Command command_db = {
  .name = "db",
  .arguments = "start|stop|status|url|list|drop",
  .summary = "the embedded PostgreSQL",
  .description = "  weir db start --port 5433    also on 127.0.0.1:5433, with a password; --no-port takes it back\n"
                 "  weir db url --tcp            the URL for that, with the password\n"
                 "  psql \"$(weir db url)\"\n"
                 "  weir db list                 those of all homes, where weir runs as root\n"
                 "  weir db drop                 stops it and removes its data: says what goes, and asks\n"
                 "  weir db drop --orphans       those of homes that are gone",
  .takes = TAKES_SETTINGS | TAKES_JSON,
  .options = options,
  .options_size = sizeof (DbOptions),
  .run = run,
};
