/* What a source has, as its connector says: `weir discover`. */
#ifndef WEIR_SRC_REPORT_DISCOVERED_H
#define WEIR_SRC_REPORT_DISCOVERED_H

#include "src/report/asked.h"

/* The streams of a connection (docs/connectors.md), an array; a new reference. stream: the one that is asked for, of which alone is told; NULL: all. Notes go
 * to stderr. NULL with the connector's error, or with MODEL where there is no such stream. */
Json *discover_streams (const Asking *asking, const char *connection, const char *stream, GError **error);

/* Prints them as a table; of one stream its columns. */
void discovered_show (const Json *streams, bool columns);

/* A job that pulls the streams, as a person would begin it, and what its file would be called without .json (the caller's). Of several streams only a tap's are
 * one job. A new reference; NULL with MODEL. */
Json *discovered_propose (const Settings *settings, const char *connection, const Json *streams, char **ret_name, GError **error);

#endif
