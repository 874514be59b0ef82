/* The verbs of the source's side. */
#ifndef WEIR_CONNECT_PG_READ_H
#define WEIR_CONNECT_PG_READ_H

#include "connect/connector.h"

bool pg_check (const Request *request, GError **error);
bool pg_discover (const Request *request, GError **error);
bool pg_read (const Request *request, Done *done, GError **error);

#endif
