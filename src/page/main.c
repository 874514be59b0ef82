/* weir-page: the page of `weir page`, a program of its own so that weir itself speaks no HTTP. */
#include "base/autoptr.h"
#include "base/error.h"
#include "base/secrets.h"
#include "src/commands/page_options.h"
#include "src/page/pass.h"
#include "src/page/server.h"

#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>

/* ---- what it is started with ---- */

/* Whoever reaches the page sees everything in it. */
static bool
check_reach (const Listen *where, const PageSettings *terms, GError **error)
{
  if (where->is_loopback || terms->is_private || terms->password_file != NULL || terms->certificate != NULL)
    return true;
  return weir_fail (
      error,
      &(Failure) { WEIR_ERROR_MODEL, .detail = "Everybody who reaches that address would see what is loaded.",
                   .hint = "Add a \"password_file\" or \"tls\" to \"page\" in weir.json; or \"network\": \"private\", where "
                           "only those reach it who may, as in a container whose port is published on 127.0.0.1." },
      "the page does not listen on %s, which other machines reach, without a password or TLS", where->host);
}

/* Sent over a network as they are, both could be read. */
static void
warn (const Listen *where, const PageSettings *terms)
{
  if (where->is_loopback || terms->is_private)
    return;
  if (terms->certificate == NULL)
    fputs ("weir page: without \"tls\" the password and the pages go over the network as they are\n", stderr);
  if (terms->password_file == NULL)
    fputs ("weir page: without \"password_file\" everybody who reaches the address sees the page\n", stderr);
}

static char *
find_weir (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = g_path_get_dirname (self != NULL ? self : "");
  g_autofree char *beside = g_build_filename (folder, "weir", NULL);
  return g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE) ? g_steal_pointer (&beside) : g_strdup ("weir");
}

static char *
url_of (const Listen *where, const PageSettings *terms, int port)
{
  bool any = g_str_equal (where->host, "0.0.0.0") || g_str_equal (where->host, "[::]");
  return g_strdup_printf ("http%s://%s:%d/", terms->certificate != NULL ? "s" : "", any ? "127.0.0.1" : where->host, port);
}

/* ---- its loop ---- */

/* SIGTERM and SIGINT, as a descriptor; those that we start get them again (deeds.c). */
static int
open_signals (void)
{
  sigset_t set;
  sigemptyset (&set);
  sigaddset (&set, SIGTERM);
  sigaddset (&set, SIGINT);
  sigprocmask (SIG_BLOCK, &set, NULL);
  return signalfd (-1, &set, SFD_CLOEXEC);
}

static bool
is_at_end (void)
{
  char rest[256];
  return read (STDIN_FILENO, rest, sizeof rest) <= 0;
}

/* Until a signal, or the end of stdin where that is waited for. */
static void
serve (Server *server, Page *page, int signals, bool beside)
{
  for (;;)
    {
      struct pollfd fds[] = { { server_fd (server), POLLIN, 0 },
                              { signals, POLLIN, 0 },
                              { beside ? STDIN_FILENO : -1, POLLIN, 0 } };
      if (poll (fds, G_N_ELEMENTS (fds), server_wait (server)) < 0 && errno != EINTR)
        return;
      if (fds[1].revents != 0 || (fds[2].revents != 0 && is_at_end ()))
        return;
      server_work (server);
      deeds_look (page->deeds);
    }
}

static bool
start (Page *page, const Listen *where, bool beside, GError **error)
{
  AUTO_FD int signals = open_signals ();
  g_autoptr (Server) server = server_new (page, where, error);
  if (server == NULL)
    return false;
  g_autofree char *url = url_of (where, page->terms, server_port (server));
  page->cookie = g_strdup_printf ("weir_page_%d", server_port (server));
  warn (where, page->terms);
  printf ("%s\n", url);
  fflush (stdout);
  serve (server, page, signals, beside);
  return true;
}

static bool
print_token_url (const Listen *where, const PageSettings *terms, const char *token)
{
  g_autofree char *url = url_of (where, terms, where->port);
  g_autofree char *code = pass_make (token, "code", g_get_real_time () / G_USEC_PER_SEC + PASS_CODE_SECONDS);
  printf ("%stoken?code=%s\n", url, code);
  return true;
}

static bool
run_page (const Call *call, const PageSettings *terms, const Listen *where, GError **error)
{
  const PageOptions *options = call->options;
  g_autofree char *token = check_reach (where, terms, error) ? pass_read_token (call->settings, error) : NULL;
  if (token == NULL)
    return false;
  if (call->n_arguments > 0)
    return print_token_url (where, terms, token);
  g_autofree char *password = terms->password_file != NULL ? pass_read_file (terms->password_file, error) : NULL;
  bool said = g_strcmp0 (call->settings->database_source, "--database") == 0;
  g_auto (GStrv) environment = secrets_pass (said ? call->settings->database : NULL, error);
  if ((terms->password_file != NULL && password == NULL) || environment == NULL)
    return false;
  g_autofree char *weir = find_weir ();
  g_autoptr (PageDb) db = page_db_new (call->settings);
  g_autoptr (Metrics) metrics = metrics_new ();
  g_autoptr (Deeds) deeds = deeds_new (weir, environment, call->settings);
  Page page = { call->settings, terms, password, token, NULL, db, metrics, deeds };
  bool started = start (&page, where, options->beside, error);
  g_free (page.cookie);
  return started;
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  const PageOptions *options = call->options;
  g_auto (PageSettings) terms = page_settings_read (call->settings);
  g_auto (Listen) where = { 0 };
  return listen_parse (options->listen != NULL ? options->listen : terms.listen, &where, error)
         && run_page (call, &terms, &where, error);
}

int
main (int argc, char **argv)
{
  const Command command = {
    .name = "page",
    .arguments = "[token]",
    .summary = "the page of `weir page`",
    .takes = TAKES_SETTINGS | NEEDS_HOME,
    .most = 1,
    .usage = "the word is token, or none",
    .options = page_options,
    .options_size = sizeof (PageOptions),
    .run = run,
  };
  g_auto (GStrv) arguments = secrets_guard (argc, argv);
  g_autofree char **words = g_memdup2 (arguments, (gsize) (argc + 1) * sizeof *words);
  setlocale (LC_CTYPE, "C.UTF-8");
  signal (SIGPIPE, SIG_IGN);
  weir_json_setup ();
  return command_call (&command, argc, words);
}
