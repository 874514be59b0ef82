#include "base/error.h"
#include "src/commands/cli.h"
#include "src/server/pgserver.h"

#include <stdio.h>
#include <string.h>

#define EXIT_STOPPED 3

typedef struct
{
  int port;
  gboolean tcp;
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
  if (!pgserver_start (settings, server, options->port, error))
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
  bool was_running = server->running;
  if (!pgserver_stop (server, error))
    return false;
  fputs (was_running ? "PostgreSQL stopped\n" : "PostgreSQL was not running\n", stderr);
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
  printf ("state     %s\n", server->running ? "running" : server->initialised ? "stopped" : "not made yet");
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

static bool
run (Call *call, int *ret_code, GError **error)
{
  const DbOptions *options = call->options;
  const char *verb = call->arguments[0];
  if (options->port < 0 || options->port > 65535)
    return *ret_code = command_usage ("db", "--port must be from 1 to 65535"), true;
  bool starts = g_str_equal (verb, "start");
  call->settings = settings_load (&call->given, starts ? HOME_CREATE : HOME_REQUIRED, error);
  g_autoptr (PgServer) server = call->settings != NULL ? pgserver_find (call->settings, error) : NULL;
  if (server == NULL)
    return false;
  if (g_str_equal (verb, "url"))
    return show_url (call, server, error);
  if (starts && !start (call, server, error))
    return false;
  if (g_str_equal (verb, "stop") && !stop (server, error))
    return false;
  bool status = g_str_equal (verb, "status");
  if (call->json)
    {
      g_autoptr (Json) json = status_to_json (server);
      show_json (json);
    }
  else if (status)
    print_status (server);
  *ret_code = status && !server->running ? EXIT_STOPPED : 0;
  return true;
}

static const CommandOption options[] = {
  { "port", 0, OPTION_NUMBER (DbOptions, port), "start: also listen on 127.0.0.1:N, with a password", "N" },
  { "tcp", 0, OPTION_FLAG (DbOptions, tcp), "url: the loopback URL with its password", NULL },
  { NULL },
};

const Command command_db = {
  .name = "db",
  .arguments = "start|stop|status|url",
  .summary = "the embedded PostgreSQL",
  .description = "  weir db start --port 5433    also on 127.0.0.1:5433, with a password\n"
                 "  weir db url --tcp            the URL for that, with the password\n"
                 "  psql \"$(weir db url)\"",
  .takes = TAKES_SETTINGS | TAKES_JSON,
  .options = options,
  .options_size = sizeof (DbOptions),
  .run = run,
};
