#include "pipeline/warehouse/kinds.h"

#include "base/text.h"

static const Kind dimension = {
  .create = "dimension/create",
  .index = (const char *const[]) { "dimension/primary_key", "dimension/unique_current", NULL },
  .first = "dimension/first",
  .apply = "dimension/apply",
  .versions = true,
};

static const Kind keyed_fact = {
  .create = "fact/create",
  .index = (const char *const[]) { "fact/primary_key", NULL },
  .first = "fact/first",
  .apply = "fact/apply",
};

/* Rows without a key: a bag. */
static const Kind keyless_fact = {
  .create = "fact/create_keyless",
  .index = (const char *const[]) { "fact/unique", NULL },
  .first = "fact/first_keyless",
};

const Kind *
kind_of (const Model *model)
{
  if (model->kind == MODEL_DIMENSION)
    return &dimension;
  return model_is_keyless (model) ? &keyless_fact : &keyed_fact;
}

char *
kind_current (const Model *model)
{
  g_autofree char *column = text_quote_ident (model->history.names[HISTORY_CURRENT]);
  return kind_of (model)->versions ? g_strconcat ("w.", column, NULL) : g_strdup ("true");
}
