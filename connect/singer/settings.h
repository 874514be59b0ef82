/* A connection of type "singer": which tap or target it is, and how it is run.
 *
 *   {"type": "singer", "command": ["tap-csv"], "config": {...},
 *    "catalog": "catalogs/x.json" | {...} | false, "properties": true, "kind": "tap" | "target", "check_stream": "...", "decimals": "text"} */
#ifndef WEIR_CONNECT_SINGER_SETTINGS_H
#define WEIR_CONNECT_SINGER_SETTINGS_H

#include "connect/connector.h"
#include "connect/singer/folder.h"
#include "connect/singer/peer.h"

typedef struct
{
  const Json *config;       /* an object; NULL: none; borrowed, as those below are */
  const Json *catalog;      /* of the connection; NULL: the tap is asked */
  const char *check_stream; /* of a target: where check may write; NULL: nowhere */
  bool has_catalog;         /* false: the tap takes none */
  bool is_target;
  bool old_option;       /* --properties in the place of --catalog */
  bool decimals_as_text; /* of a target */
  GPtrArray *command;    /* of const char *; owned */
  Redaction *redaction;  /* owned */
  Folder folder;         /* owned; made by settings_open */
  char *config_path;     /* in it; owned */
} SingerSettings;

/* What the request says; all mistakes are told, and then it is false. */
bool settings_read (const Request *request, SingerSettings *ret_settings, GError **error);
void settings_clear (SingerSettings *settings);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SingerSettings, settings_clear)

/* The folder with the configuration. */
bool settings_open (SingerSettings *settings, GError **error);

/* Starts it with --config and these words (ends with NULL; NULL words are left out where their option is). with_input: of a target. */
Peer *settings_start (const SingerSettings *settings, const char *const *words, bool with_input, GError **error);

#endif
