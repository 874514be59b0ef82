/* The models of a home, with the types and formats that this program knows. */
#ifndef WEIR_SRC_SETTINGS_SETTINGS_CATALOG_H
#define WEIR_SRC_SETTINGS_SETTINGS_CATALOG_H

#include "models/catalog.h"
#include "src/settings/settings.h"

/* catalog_load of the home's models folder. Errors: LOCAL. */
Catalog *settings_load_catalog (const Settings *settings, GError **error);

/* The words that a model may use. */
ModelWords settings_model_words (void);

#endif
