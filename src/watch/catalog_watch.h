/* The catalog in force, kept in step with the models folder: edits are taken up without a restart, a bad one stops only its table.
 */
#ifndef WEIR_SRC_WATCH_CATALOG_WATCH_H
#define WEIR_SRC_WATCH_CATALOG_WATCH_H

#include "base/log.h"
#include "models/catalog.h"
#include "src/settings/settings.h"

typedef struct CatalogWatch CatalogWatch;

typedef enum
{
  CATALOG_SAME,
  CATALOG_MODELS_CHANGED,   /* or the key secret, or jobs; what was borrowed from the catalog before is gone */
  CATALOG_SETTINGS_CHANGED, /* weir.json is another one (models perhaps too) */
} CatalogChange;

/* Borrows settings and log. Nothing is loaded yet. */
CatalogWatch *catalog_watch_new (const Settings *settings, Log *log);
void catalog_watch_free (CatalogWatch *watch);

/* Looks whether model files, jobs, weir.json or the key secret changed (name, inode, size, mtime) and loads the models again if they did.
 * Models that could not be read are tried again at each look. What is broken, and what is mended, is said to the log once per edit. */
CatalogChange catalog_watch_look (CatalogWatch *watch);

/* The catalog in force; NULL while the models folder cannot be read. Borrowed until the next look. */
const Catalog *catalog_watch_get (const CatalogWatch *watch);

#endif
