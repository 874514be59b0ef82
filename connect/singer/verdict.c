#include "connect/singer/verdict.h"

#include "connect/connector.h"

#include <string.h>
#include <sys/wait.h>

#define LINES_SHOWN 2

/* What taps, targets and the libraries below them say; in lower case. The first that is found holds. */
static const struct
{
  const char *text;
  ConnectClass error_class;
} signs[] = {
  { "config validation failed", CONNECT_CONFIGURATION },
  { "config validation error", CONNECT_CONFIGURATION },
  { "configvalidationexception", CONNECT_CONFIGURATION },
  { "missing required config", CONNECT_CONFIGURATION },
  { "config is missing required keys", CONNECT_CONFIGURATION },
  { "modulenotfounderror", CONNECT_CONFIGURATION },
  { "importerror", CONNECT_CONFIGURATION },
  { "password authentication failed", CONNECT_CREDENTIALS },
  { "authentication failed", CONNECT_CREDENTIALS },
  { "invalid credentials", CONNECT_CREDENTIALS },
  { "invalid_grant", CONNECT_CREDENTIALS },
  { "invalid_client", CONNECT_CREDENTIALS },
  { "access denied for user", CONNECT_CREDENTIALS },
  { "401 unauthorized", CONNECT_CREDENTIALS },
  { "401 client error", CONNECT_CREDENTIALS },
  { "403 forbidden", CONNECT_CREDENTIALS },
  { "403 client error", CONNECT_CREDENTIALS },
  { "certificate verify failed", CONNECT_CREDENTIALS },
  { "unrecognized arguments", CONNECT_CONFIGURATION },
  { "no such option", CONNECT_CONFIGURATION },
  { "the following arguments are required", CONNECT_CONFIGURATION },
};

static ConnectClass
class_of (int status, const char *words)
{
  g_autofree char *lower = g_ascii_strdown (words, -1);
  for (size_t i = 0; i < G_N_ELEMENTS (signs); i++)
    if (strstr (lower, signs[i].text) != NULL)
      return signs[i].error_class;
  bool cannot_run = WIFEXITED (status) && (WEXITSTATUS (status) == 126 || WEXITSTATUS (status) == 127);
  return cannot_run ? CONNECT_CONFIGURATION : CONNECT_TRANSIENT;
}

/* The last lines that say something, not those that only point into the one before. Owned by the caller. */
static char *
tail_of (const char *words)
{
  g_auto (GStrv) lines = g_strsplit (words, "\n", -1);
  g_autofree char *tail = g_strdup ("");
  int shown = 0;
  for (int i = (int) g_strv_length (lines) - 1; i >= 0 && shown < LINES_SHOWN; i--)
    {
      const char *line = g_strstrip (lines[i]);
      if (line[strspn (line, "^~ -=")] == '\0')
        continue;
      char *longer = g_strconcat (line, shown > 0 ? " | " : "", tail, NULL);
      g_free (tail);
      tail = longer;
      shown++;
    }
  return g_steal_pointer (&tail);
}

bool
verdict_of (const char *program, int status, const char *words, GError **error)
{
  if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
    return true;
  g_autofree char *tail = tail_of (words);
  g_autofree char *how = WIFEXITED (status) ? g_strdup_printf ("exit code %d", WEXITSTATUS (status))
                                            : g_strdup_printf ("signal %d", WTERMSIG (status));
  return connect_fail (error, class_of (status, words), NULL, NULL, "\"%s\" ended with %s%s%s", program, how,
                       tail[0] != '\0' ? ": " : "", tail);
}
