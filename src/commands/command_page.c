#include "base/error.h"
#include "base/secrets.h"
#include "src/commands/cli.h"
#include "src/commands/page_options.h"
#include "src/server/program.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Replaces this process. What is secret goes along in an unnamed file. */
static bool
exec_page (const char *program, const Call *call, GError **error)
{
  const PageOptions *options = call->options;
  const Settings *settings = call->settings;
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  bool said = g_strcmp0 (settings->database_source, "--database") == 0;
  g_auto (GStrv) environment = secrets_pass (said ? settings->database : NULL, error);
  if (environment == NULL)
    return false;
  const char *secrets = g_environ_getenv (environment, SECRETS_FD);
  if (secrets != NULL)
    fcntl ((int) g_ascii_strtoll (secrets, NULL, 10), F_SETFD, 0);
  g_ptr_array_add (words, (gpointer) PAGE_PROGRAM);
  g_ptr_array_add (words, (gpointer) "--home");
  g_ptr_array_add (words, settings->home);
  if (options->listen != NULL)
    {
      g_ptr_array_add (words, (gpointer) "--listen");
      g_ptr_array_add (words, options->listen);
    }
  if (options->beside)
    g_ptr_array_add (words, (gpointer) "--beside");
  for (int i = 0; i < call->n_arguments; i++)
    g_ptr_array_add (words, call->arguments[i]);
  g_ptr_array_add (words, NULL);
  execve (program, (char **) words->pdata, environment);
  return weir_system_error (error, errno, "could not run \"%s\"", program);
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  if (call->n_arguments > 0 && !g_str_equal (call->arguments[0], "token"))
    return *ret_code = command_usage ("page", "the word is token, or none"), true;
  g_autofree char *program = program_find (PAGE_PROGRAM);
  if (program == NULL)
    return weir_fail (
        error,
        &(Failure) { WEIR_ERROR_LOCAL,
                     .hint = "It is built where libmicrohttpd is, on Debian: apt-get install libmicrohttpd-dev, and build "
                             "weir again; or install the package weir-page." },
        "could not find " PAGE_PROGRAM ", the program that is the page");
  return exec_page (program, call, error);
}

const CommandOption page_options[] = {
  { "listen", 0, OPTION_TEXT (PageOptions, listen), "Where: 127.0.0.1:8080, or what weir.json says", "ADDRESS:PORT" },
  { "beside", 0, OPTION_FLAG (PageOptions, beside), NULL, NULL },
  { NULL },
};

const Command command_page = {
  .name = "page",
  .arguments = "[token]",
  .summary = "a web page of all this, for this machine's browser",
  .description =
      "It only reads. `weir watch` starts it where weir.json has \"page\": {\"listen\": \"127.0.0.1:8080\"}.\n"
      "\"weir page token\" prints the address, good for ten minutes, that lets a browser approve and reject held files.\n\n"
      "  weir page\n"
      "  weir page --listen 127.0.0.1:9000\n"
      "  weir page token",
  .takes = TAKES_SETTINGS | NEEDS_HOME,
  .also = "token",
  .most = 1,
  .usage = "the word is token, or none",
  .options = page_options,
  .options_size = sizeof (PageOptions),
  .run = run,
};
