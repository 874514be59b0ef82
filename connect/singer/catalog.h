/* The catalog: which streams a tap has, and which of them and of their columns it is to bring. */
#ifndef WEIR_CONNECT_SINGER_CATALOG_H
#define WEIR_CONNECT_SINGER_CATALOG_H

#include "connect/connector.h"
#include "connect/singer/settings.h"

/* The connection's, or what the tap answers to --discover. A new reference: {"streams": [...]}. */
Json *catalog_get (const SingerSettings *settings, GError **error);

/* The stream of this name (tap_stream_id, or "stream" where that is of one only); NULL: the only one. Borrowed. NULL with CONFIGURATION, which names what there is. */
Json *catalog_stream (const Json *catalog, const char *name, GError **error);

const char *catalog_id (const Json *stream);

/* What the metadata say of the stream ("table-key-properties"), or of one of its columns; NULL: nothing. Borrowed. */
const Json *catalog_said (const Json *stream, const char *column, const char *keyword);

/* Names of columns: the key, and by what it may be read. New references of arrays, perhaps empty. */
Json *catalog_key (const Json *stream);
Json *catalog_bookmarks (const Json *stream);

/* Whether messages of this stream name are of the stream. */
bool catalog_is_of (const Json *stream, const char *name);

/* How the stream is to be read. */
typedef struct
{
  const char *method;   /* "FULL_TABLE", "INCREMENTAL", "LOG_BASED"; NULL: as the tap does */
  const char *bookmark; /* NULL: none, or the tap's own */
  const Json *key;      /* of the job; NULL: the tap's */
  const Json *columns;  /* what the job says of them; NULL: nothing */
  bool keys_only;
} Selection;

/* Selects it in the catalog, and nothing else. The stream is of the catalog. */
void catalog_select (Json *catalog, Json *stream, const Selection *selection);

#endif
