#include "connect/singer/verbs.h"

bool
singer_check (const Request *request, GError **error)
{
  g_auto (SingerSettings) settings = { 0 };
  if (!settings_read (request, &settings, error) || !settings_open (&settings, error))
    return false;
  return settings.is_target ? check_target (&settings, error) : check_tap (request, &settings, error);
}
