#include "base/error.h"
#include "src/commands/cli.h"
#include "src/server/pgserver.h"

#include <stdio.h>
#include <string.h>

typedef struct
{
  CommonOptions common;
  int port;
  gboolean tcp;
} Options;

static bool
start (const Options *options, const Settings *settings, PgServer *server, GError **error)
{
  if (settings->database != NULL)
    {
      weir_error (error, WEIR_ERROR_MODEL, "the embedded PostgreSQL is not in use: %s names another database",
                  settings->database_source);
      return false;
    }
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
  if (!options->common.json)
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
show_url (const Options *options, const PgServer *server, GError **error)
{
  if (options->tcp && !server->tcp)
    {
      weir_error (error, WEIR_ERROR_MODEL, "the embedded PostgreSQL takes no TCP connections");
      weir_error_hint (error, "weir db start --port 5433");
      return false;
    }
  g_autofree char *url = pgserver_url (server, options->tcp);
  if (options->common.json)
    {
      g_autoptr (Json) json = json_pack ("{s:s}", "url", url);
      show_json (json);
    }
  else
    puts (url);
  return true;
}

/* *ret_code: the exit code where there is no error. */
static bool
run (const Options *options, const char *verb, int *ret_code, GError **error)
{
  bool starts = g_str_equal (verb, "start");
  g_autoptr (Settings) settings = settings_load (&options->common.given, starts ? HOME_CREATE : HOME_REQUIRED, error);
  g_autoptr (PgServer) server = settings != NULL ? pgserver_find (settings, error) : NULL;
  if (server == NULL)
    return false;
  if (g_str_equal (verb, "url"))
    return show_url (options, server, error);
  if (starts && !start (options, settings, server, error))
    return false;
  if (g_str_equal (verb, "stop") && !stop (server, error))
    return false;
  bool status = g_str_equal (verb, "status");
  if (options->common.json)
    {
      g_autoptr (Json) json = status_to_json (server);
      show_json (json);
    }
  else if (status)
    print_status (server);
  *ret_code = status && !server->running ? 3 : 0;
  return true;
}

int
command_db (int argc, char **argv)
{
  Options options = { .port = 0 };
  const GOptionEntry entries[] = {
    { "port", 0, 0, G_OPTION_ARG_INT, &options.port, "start: also listen on 127.0.0.1:N, with a password", "N" },
    { "tcp", 0, 0, G_OPTION_ARG_NONE, &options.tcp, "url: the loopback URL with its password", NULL },
    { NULL },
  };
  bool done = false;
  GError *error = NULL;
  int code = 0;
  if (!cli_parse ("db", entries, &options.common, &argc, &argv, &done, &error))
    code = cli_fail (error, options.common.json);
  else if (done)
    code = 0;
  else if (argc != 2 || !g_strv_contains ((const char *const[]) { "start", "stop", "status", "url", NULL }, argv[1]))
    code = cli_usage ("db", "one of start, stop, status and url is needed");
  else if (options.port < 0 || options.port > 65535)
    code = cli_usage ("db", "--port must be from 1 to 65535");
  else if (!run (&options, argv[1], &code, &error))
    code = cli_fail (error, options.common.json);
  common_options_clear (&options.common);
  return code;
}
