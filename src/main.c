#include "base/json.h"
#include "base/secrets.h"
#include "src/commands/cli.h"

#include <locale.h>
#include <signal.h>

int
main (int argc, char **argv)
{
  g_auto (GStrv) arguments = secrets_guard (argc, argv);
  g_autofree char **words = g_memdup2 (arguments, (gsize) (argc + 1) * sizeof *words); /* for parsers, which take words out */
  /* Arguments and messages are UTF-8 whatever the terminal says; numbers stay C's. */
  setlocale (LC_CTYPE, "C.UTF-8");
  /* `weir runs | head` ends by a failed write, not by a signal in the middle of something. */
  signal (SIGPIPE, SIG_IGN);
  weir_json_setup ();
  return cli_main (argc, words);
}
