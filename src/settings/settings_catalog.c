#include "src/settings/settings_catalog.h"

#include "pipeline/types/types.h"

ModelWords
settings_model_words (void)
{
  return (ModelWords) { types_words (), types_format_fits };
}

Catalog *
settings_load_catalog (const Settings *settings, GError **error)
{
  const ModelWords words = settings_model_words ();
  g_autofree char *shown = settings_shown_path (settings, settings->models);
  return catalog_load (settings->models, shown, &words, error);
}
