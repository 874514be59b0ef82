#include "base/fault.h"

#include <glib.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
apply_fault (const char *action)
{
  if (g_str_equal (action, "kill"))
    raise (SIGKILL);
  else if (g_str_equal (action, "stop"))
    raise (SIGSTOP);
  else if (g_str_equal (action, "sleep"))
    sleep (1);
  else if (g_str_equal (action, "crash"))
    {
      /* A sanitizer's handler would turn the crash into an ordinary exit. */
      signal (SIGSEGV, SIG_DFL);
      raise (SIGSEGV);
    }
}

void
fault_point (const char *point)
{
  const char *wanted = getenv ("WEIR_FAULT");
  if (wanted == NULL || *wanted == '\0')
    return;

  g_auto (GStrv) faults = g_strsplit (wanted, ",", -1);
  for (char **fault = faults; *fault != NULL; fault++)
    {
      char *colon = strchr (*fault, ':');
      if (colon == NULL || !g_str_equal (colon + 1, point))
        continue;
      *colon = '\0';
      apply_fault (*fault);
    }
}
