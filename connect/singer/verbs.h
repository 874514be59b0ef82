/* What the program does, verb by verb. */
#ifndef WEIR_CONNECT_SINGER_VERBS_H
#define WEIR_CONNECT_SINGER_VERBS_H

#include "connect/connector.h"
#include "connect/singer/settings.h"

bool singer_discover (const Request *request, GError **error);
bool singer_read (const Request *request, Done *done, GError **error);
bool singer_write (const Request *request, Done *done, GError **error);
bool singer_check (const Request *request, GError **error);

/* One row of a stream, told as "checked". The settings are open. */
bool check_tap (const Request *request, const SingerSettings *settings, GError **error);

/* One row into "check_stream", told as "checked"; without it nothing is sent. */
bool check_target (const SingerSettings *settings, GError **error);

#endif
