/* What a source has, as its connector says: `weir discover`. */
#ifndef WEIR_SRC_REPORT_DISCOVERED_H
#define WEIR_SRC_REPORT_DISCOVERED_H

#include "src/report/asked.h"

/* Whether "stream" is a path or pattern of files ("out/x.csv", "*.csv"), and the connection one of files. */
bool discover_is_pattern (const Settings *settings, const char *connection, const char *stream);

/* The streams of a connection (docs/connectors.md), an array; a new reference. stream: the one that is asked for, of which alone is told, or the files of a
 * pattern; NULL: all. Notes go to stderr. NULL with the connector's error, or with MODEL where there is no such stream. */
Json *discover_streams (const Asking *asking, const char *connection, const char *stream, GError **error);

/* Prints them as a table; of one stream its columns. */
void discovered_show (const Json *streams, bool columns);

/* A job that pulls the streams, as a person would begin it, and what its file would be called without .json (the caller's). Of several streams only a tap's, and the
 * files of the pattern that was asked for (NULL: none was), are one job. A new reference; NULL with MODEL. */
Json *discovered_propose (const Settings *settings, const char *connection, const char *pattern, const Json *streams,
                          char **ret_name, GError **error);

#endif
