/* The table of settings: a row is all that is said of one. weir.json, the environment, the command line with its help and its
 * completion, `weir check --json` and docs/settings.md are made from it; a test holds the manual to it.
 *
 * A new setting is a member of Settings and a row in settings_table.c. The row's macro says which type the member has: a row whose
 * member has another does not compile. */
#ifndef WEIR_SRC_SETTINGS_SETTINGS_TABLE_H
#define WEIR_SRC_SETTINGS_SETTINGS_TABLE_H

#include "src/settings/settings.h"

typedef enum
{
  /* texts, kept as char *; paths may be relative to the home and are kept absolute */
  SETTING_HOME,     /* the home itself, settled before everything else */
  SETTING_FOLDER,   /* a folder of the home's own: made where it is missing, and no two are the same */
  SETTING_FILE,     /* a file of the home's own, made when it is needed; "": none, kept as NULL */
  SETTING_PATH,     /* a file or folder that is somebody else's to make */
  SETTING_CONNINFO, /* a database; its password is never shown */
  SETTING_SCHEMA,   /* a schema's name in the database */

  SETTING_CHOICE, /* one of "words", kept as an enumeration that has them in this order */
  SETTING_FLAG,   /* one of two words, kept as a bool: the second is true */
  SETTING_WHOLE,  /* a whole number from low to high, kept as an int */
  SETTING_NUMBER, /* a number from low to high, kept as a double */
  SETTING_BYTES,  /* a size as "10 MB", from low to high, kept as an int64_t in bytes */
  SETTING_PERIOD, /* a time as "90 days", from low to high, or "forever", kept as an int64_t in seconds; forever: 0 */
  SETTING_TREE,   /* an object with parts of its own, kept as it is, a Json *; NULL: not there */
} SettingType;

typedef struct
{
  const char *path;     /* in weir.json: "rejects.max_percent"; NULL: not there */
  const char *option;   /* on the command line: "--database"; NULL: not there */
  const char *argument; /* what the help puts behind the option: "URL" */
  const char *variable; /* in the environment; NULL: not there */

  SettingType type;
  size_t offset;            /* of the member in Settings */
  size_t source;            /* of the member that keeps who has said it, a static text; 0: nobody asks */
  const char *const *words; /* of a CHOICE and a FLAG; ends with NULL */
  double low, high;         /* of a WHOLE, a NUMBER, a BYTES and a PERIOD */

  /* Of a TREE. check: adds what is wrong to "mistakes", of char *, each with its place, which begins with "place": "$.notify.targets: must ...".
   * show: as others may see it, without what is secret; a new reference. schema: the JSON schema of it; a new reference. */
  void (*check) (Json *value, const char *place, GPtrArray *mistakes);
  Json *(*show) (const Json *value);
  Json *(*schema) (void);
  const char *values; /* what it may be, in words; of others NULL, where the type says it */

  const char *fallback; /* the default as JSON text; NULL: none, or made by "compute" */
  Json *(*compute) (void);
  const char *otherwise; /* where there is no fallback: the default in words */
  const char *help;      /* sentences; the first one is what --help shows */
} Setting;

#define SETTINGS_MOST 64
extern const Setting settings_table[]; /* fewer than SETTINGS_MOST; ends with a help of NULL */

/* The row of a member: settings_row (imports). */
#define settings_row(member) settings_row_at (offsetof (Settings, member))
const Setting *settings_row_at (size_t offset);

/* The row's member in "settings". */
void *settings_member (const Settings *settings, const Setting *row);

bool settings_is_text (const Setting *row); /* whether the member is a char * */
bool settings_is_path (const Setting *row); /* a text that names a file or folder */

#endif
