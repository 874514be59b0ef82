#include "src/report/asked.h"

#include <stdio.h>

static void
on_said (const char *text, void *data)
{
  fprintf (stderr, "%s: %s\n", (const char *) data, text);
}

bool
ask_connector (const Asking *asking, const char *connection, const char *verb, const Json *request, Connected *ret, GError **error)
{
  const Json *found = connection_find (asking->settings, connection, error);
  g_autofree char *place = g_strconcat ("$.connections.", connection, NULL);
  g_autoptr (Json) resolved = found != NULL ? job_resolve (asking->settings, found, place, error) : NULL;
  g_autoptr (Json) asked = request != NULL ? json_copy ((Json *) request) : json_object ();
  if (resolved == NULL)
    return false;
  const ConnectorCall call = { .verb = verb,
                               .connection = resolved,
                               .request = asked,
                               .spool_fd = -1,
                               .stop_fd = asking->stop_fd,
                               .most_seconds = asking->most_seconds,
                               .said = on_said,
                               .data = (void *) connection };
  return connector_call (asking->settings, &call, ret, error);
}
