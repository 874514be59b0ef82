#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsutil.h"
#include "src/commands/cli.h"
#include "src/jobs/job.h"
#include "src/load/loader.h"
#include "src/report/discovered.h"

#include <stdio.h>
#include <string.h>

#define MOST_SECONDS 600

typedef struct
{
  gboolean job, write, names;
} DiscoverOptions;

/* One of that name is never replaced. */
static bool
write_job (const Settings *settings, const char *name, const Json *job, GError **error)
{
  g_autofree char *folder = g_build_filename (settings->home, "jobs", NULL);
  g_autofree char *path = g_strdup_printf ("%s/%s.json", folder, name);
  g_autofree char *text = weir_json_pretty (job), *line = g_strconcat (text, "\n", NULL);
  bool exists = false, made;
  if (fs_make_folder (folder, 0777, error) && fs_write_new (path, line, strlen (line), 0644, &exists, error))
    {
      fprintf (stderr, "wrote jobs/%s.json; read it, then try it: weir check %s\n", name, name);
      return jobs_make_schema (settings, &made, error);
    }
  return exists && weir_error (error, WEIR_ERROR_MODEL, "\"jobs/%s.json\" exists already and is never replaced", name);
}

static bool
propose (const Call *call, const Json *streams, GError **error)
{
  const DiscoverOptions *options = call->options;
  g_autofree char *name = NULL;
  const char *connection = call->arguments[0], *stream = call->arguments[1];
  const char *pattern = discover_is_pattern (call->settings, connection, stream) ? stream : NULL;
  g_autoptr (Json) job = discovered_propose (call->settings, connection, pattern, streams, &name, error);
  if (job == NULL || (options->write && !write_job (call->settings, name, job, error)))
    return false;
  show_json (job);
  return true;
}

static bool
print_names (const Settings *settings)
{
  const char *name;
  Json *connection;
  json_object_foreach (settings->connections, name, connection)
    puts (name);
  return true;
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  const DiscoverOptions *options = call->options;
  if (options->names)
    return print_names (call->settings);
  if (call->n_arguments == 0)
    return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "weir discover --help" }, "%s", command_discover.usage);
  AUTO_FD int stop_fd = loader_open_stop ();
  const Asking asking = { call->settings, stop_fd, MOST_SECONDS };
  const char *stream = call->arguments[1];
  g_autoptr (Json) streams = discover_streams (&asking, call->arguments[0], stream, error);
  if (streams == NULL)
    return false;
  if (options->job || options->write)
    return propose (call, streams, error);
  if (call->json)
    {
      g_autoptr (Json) root = json_pack ("{s:s, s:O}", "connection", call->arguments[0], "streams", streams);
      show_json (root);
    }
  else
    discovered_show (streams, stream != NULL);
  return true;
}

static const CommandOption options[] = {
  { "job", 0, OPTION_FLAG (DiscoverOptions, job), "Propose a job that pulls it", NULL },
  { "write", 0, OPTION_FLAG (DiscoverOptions, write), "Write that to jobs/; an existing one is never replaced", NULL },
  { "names", 0, OPTION_FLAG (DiscoverOptions, names), NULL, NULL },
  { NULL },
};

const Command command_discover = {
  .name = "discover",
  .arguments = "CONNECTION [STREAM]",
  .summary = "what a source has: tables, files, their columns, keys and bookmarks",
  .description = "Reads no more than names, and changes nothing there. The job that --job proposes takes what is new and changed "
                 "(sync), where\n"
                 "the table has a key and a column that grows; read it before it is pulled.\n\n"
                 "  weir discover app\n"
                 "  weir discover app public.orders\n"
                 "  weir discover app public.orders --job --write    writes jobs/orders.json\n"
                 "  weir discover partner 'out/orders_*.csv' --job   of files: of all that the pattern names",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .least = 0,
  .most = 2,
  .usage = "a connection is needed, and perhaps a stream",
  .options = options,
  .options_size = sizeof (DiscoverOptions),
  .run = run,
};
