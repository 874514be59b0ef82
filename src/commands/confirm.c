#include "src/commands/confirm.h"

#include "base/error.h"

#include <stdio.h>
#include <unistd.h>

#define EXIT_NO 1

bool
confirm (const char *question, bool yes, int *ret_code, GError **error)
{
  if (yes)
    return true;
  if (!isatty (STDIN_FILENO) || !isatty (STDERR_FILENO))
    return weir_fail (error,
                      &(Failure) { WEIR_ERROR_MODEL, .detail = "Nothing was changed.",
                                   .hint = "--yes is the answer of a script; at a terminal weir asks." },
                      "nobody is there to say yes");
  fflush (stdout);
  fprintf (stderr, "%s [y/N] ", question);
  char answer[16] = "";
  if (fgets (answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y'))
    return true;
  fputs ("Nothing was changed.\n", stderr);
  *ret_code = EXIT_NO;
  return false;
}
