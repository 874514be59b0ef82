/* Settings: one table of options that feeds weir.json, the environment, the command line, `weir check` and docs/settings.md. */
#ifndef WEIR_SRC_SETTINGS_SETTINGS_H
#define WEIR_SRC_SETTINGS_SETTINGS_H

#include "base/json.h"
#include "models/catalog.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

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
  char *state;           /* HOME/.weir */
  char *database;        /* conninfo or URL; NULL: the embedded server */
  char *database_source; /* who said so: "--database", "WEIR_DATABASE", "weir.json", "default" */
  char *staging_schema, *warehouse_schema;
  char *secret_file; /* HOME/.weir/key_secret or WEIR_KEY_SECRET_FILE */
  WatchMode watch;
  double settle;          /* seconds */
  int workers;            /* 1 to 64; default: cores, at most 4 */
  bool delete_after_load; /* "after_load": "delete" */
  double max_percent;     /* "rejects": {"max_percent": 1} */
  double swap_timeout;    /* seconds, "swap_timeout": default 2 */
  int limit_record_kb, limit_field_kb, limit_columns;
  double limit_file_mb, limit_rows; /* 0: no limit */
} Settings;

typedef enum
{
  SETTING_FOLDER, /* a path, relative to the home */
  SETTING_TEXT,
  SETTING_SCHEMA, /* a schema's name in the database */
  SETTING_CHOICE, /* one of "words", kept as an enum */
  SETTING_FLAG,   /* one of two words, kept as a bool: the second is true */
  SETTING_WHOLE,  /* a whole number from low to high */
  SETTING_NUMBER, /* a number from low to high */
} SettingType;

/* One row of the table that the loader, `weir check` and docs/settings.md are made from. */
typedef struct
{
  const char *path; /* in weir.json: "rejects.max_percent"; NULL: not there, by environment or command line only */
  SettingType type;
  const char *fallback; /* the default as JSON text; NULL: told by "otherwise" */
  const char *otherwise;
  const char *words[3]; /* SETTING_CHOICE and SETTING_FLAG */
  double low, high;     /* SETTING_WHOLE and SETTING_NUMBER */
  size_t offset;        /* of its member in Settings */
  const char *option;   /* on the command line, or NULL */
  const char *variable; /* in the environment, or NULL */
  const char *help;     /* one or two sentences */
} Setting;

extern const Setting settings_table[]; /* ends with a help of NULL */

/* All settings in force as weir.json would spell them; never a password. A new reference. */
Json *settings_to_json (const Settings *settings);

/* The table as Markdown, as docs/settings.md carries it. Owned by the caller. */
char *settings_to_markdown (void);

/* What a command does where there is no home. */
typedef enum
{
  HOME_REQUIRED, /* MODEL error that says so and names `weir init` */
  HOME_CREATE,   /* the current folder (or --home) becomes one: folders and .weir/ are made, weir.json is not needed */
} HomePolicy;

/* Finds the home (--home, WEIR_HOME, the nearest parent with weir.json or .weir/) and reads its settings. home and database are the
 * command line's options or NULL. Every mistake in weir.json is reported at once with its JSON path and the nearest valid word
 * (MODEL). */
Settings *settings_load (const char *home, const char *database, HomePolicy policy, GError **error);
void settings_free (Settings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Settings, settings_free)

/* Whether the folder has weir.json or .weir/. */
bool settings_is_home (const char *folder);

/* Makes the folders (imports, archive, failed, models, .weir 0700) that are missing. */
bool settings_make_folders (const Settings *settings, GError **error);

/* The key secret; made once (32 random bytes as hex, 0600) when "create" and there is none. *ret_secret is owned by the caller;
 * NULL with MODEL when it is missing and must not be made, LOCAL when it cannot be read. A file others can read is refused. */
bool settings_read_secret (const Settings *settings, bool create, char **ret_secret, size_t *ret_length, GError **error);

/* The words that a model may use: the types and formats that this program knows. */
ModelWords settings_model_words (void);

/* The models of the home's folder: catalog_load. Errors: LOCAL. */
Catalog *settings_load_catalog (const Settings *settings, GError **error);

/* A path as people see it: relative to the home where it is inside. Owned by the caller. */
char *settings_shown_path (const Settings *settings, const char *path);

#endif
