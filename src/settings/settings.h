/* The settings of a home, as settings_table.h has them: from weir.json, the environment and the command line. */
#ifndef WEIR_SRC_SETTINGS_SETTINGS_H
#define WEIR_SRC_SETTINGS_SETTINGS_H

#include "base/json.h"
#include "base/log.h"
#include "models/catalog.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum
{
  WATCH_AUTO, /* weir-notify where it can be run, else polling */
  WATCH_POLL,
} WatchMode;

/* All paths absolute. Owned. */
typedef struct
{
  char *home;
  char *imports, *archive, *failed, *models;
  char *state;                 /* HOME/.weir */
  char *database;              /* conninfo or URL; NULL: the embedded server */
  const char *database_source; /* who said so: "--database", "WEIR_DATABASE", "weir.json", "default"; static */
  char *staging_schema, *warehouse_schema;
  char *secret_file;     /* of the key secret */
  char *server_programs; /* folder of the embedded server's programs; NULL: whichever is found */
  WatchMode watch;
  char *log_file;       /* of what the watch says; NULL: stderr alone */
  int64_t log_bytes;    /* how large it gets; 0: any size */
  int log_keep;         /* how many full ones stay */
  LogFormat log_format; /* of the file and stderr, as is the level */
  LogLevel log_level;
  double settle;          /* seconds */
  double wait_for_older;  /* seconds, "wait_for_older": default 60 */
  int workers;            /* 1 to 64; default: cores, at most 4 */
  bool delete_after_load; /* "after_load": "delete" */
  double max_percent;     /* "rejects": {"max_percent": 1} */
  int min_confidence;     /* "sniff": {"min_confidence_percent": 50} */
  bool index_keys;        /* "indexes": "keys" */
  double swap_timeout;    /* seconds, "swap_timeout": default 2 */
  double lock_timeout;    /* seconds, "lock_timeout": default 5 */
  Json *page;             /* settings_page.h; NULL: not there */
  int limit_record_kb, limit_field_kb, limit_columns;
  double limit_file_mb, limit_rows; /* 0: no limit */
  Json *notify;                     /* who is told of what: settings_notify.h; NULL: nobody */
  Json *connections;                /* stores, by name: settings_connections.h; NULL: none */
  GHashTable *resolved;             /* a set of what "${...}" in jobs and connections stood for so far (job_resolve): secrets */
  int64_t keep_archive, keep_failed, keep_rejects, keep_undo, keep_ledger; /* "retention", in seconds; 0: forever */
} Settings;

/* What the command line says of settings: settings_given.h. */
typedef struct SettingsGiven SettingsGiven;

/* What a command does where there is no home. */
typedef enum
{
  HOME_REQUIRED, /* MODEL error that says so and names `weir init` */
  HOME_UNREAD,   /* the same, and weir.json is not read: for what has to work whatever is in it */
  HOME_CREATE,   /* the current folder (or --home) becomes one: folders and .weir/ are made, weir.json is not needed */
} HomePolicy;

/* Finds the home (--home, WEIR_HOME, the nearest parent with weir.json or .weir/) and reads its settings; given: what the command
 * line says, or NULL. The command line wins over the environment, which wins over weir.json. All mistakes are reported at once,
 * each with its place and the nearest valid word (MODEL). */
Settings *settings_load (const SettingsGiven *given, HomePolicy policy, GError **error);

/* The folder that is the home by these rules, or would be made one. Owned by the caller. */
char *settings_find_home (const SettingsGiven *given);

/* settings_load for this folder, where the command line says nothing else. */
Settings *settings_load_home (const char *folder, HomePolicy policy, GError **error);

void settings_free (Settings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Settings, settings_free)

/* All settings in force as weir.json would spell them; never a password. A new reference. */
Json *settings_to_json (const Settings *settings);

/* Whether the folder has weir.json or .weir/. */
bool settings_is_home (const char *folder);

/* Makes the folders (imports and models 0755, archive and failed 0750, .weir 0700) that are missing; that of the log, where it can. */
bool settings_make_folders (const Settings *settings, GError **error);

/* The key secret; made once (32 random bytes as hex, 0600) when "create" and there is none. *ret_secret is owned by the caller;
 * NULL with MODEL when it is missing and must not be made, LOCAL when it cannot be read. A file others can read is refused. */
bool settings_read_secret (const Settings *settings, bool create, char **ret_secret, size_t *ret_length, GError **error);

/* One of any place, by the same rules. */
bool settings_read_secret_file (const char *path, char **ret_secret, size_t *ret_length, GError **error);

/* A secret takes the place of another (`weir key rotate`): it lies beside it as "key_secret.next", whole and on the disk, before anything is
 * made with it; and takes its place when all of that is done. The old one stays as "key_secret.FINGERPRINT". Paths are the caller's. */
char *settings_next_secret (const Settings *settings);
char *settings_former_secret (const Settings *settings, const char *fingerprint);
bool settings_make_next_secret (const Settings *settings, char **ret_secret, size_t *ret_length, GError **error);

/* "secret": the old one, for "former", which is written where it is not there. One process at a time (rotate/lock). */
bool settings_take_next_secret (const Settings *settings, const char *former, const char *secret, GError **error);

/* The JSON schema of models, for editors: schema/model.schema.json beside the models' folder, which is what "$schema" of a model names.
 * One that is there stays; *ret_made: there was none. */
bool settings_make_model_schema (const Settings *settings, bool *ret_made, GError **error);

/* The words that a model may use: the types and formats that this program knows. */
ModelWords settings_model_words (void);

/* The models of the home's folder: catalog_load. Errors: LOCAL. */
Catalog *settings_load_catalog (const Settings *settings, GError **error);

/* Whether a folder is the drop folder, by whatever path it is named. */
bool settings_is_drop_folder (const Settings *settings, const char *folder);

/* How `weir watch` logs. The path is borrowed. */
LogOptions settings_log_options (const Settings *settings);

/* A path as people see it: relative to the home where it is inside. Owned by the caller. */
char *settings_shown_path (const Settings *settings, const char *path);

#endif
