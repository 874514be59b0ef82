#include "pipeline/warehouse/kinds.h"

static const Kind dimension = {
  .create = "dimension/create",
  .index = (const char *const[]) { "dimension/primary_key", "dimension/unique_current", NULL },
  .first = "dimension/first",
  .apply = "dimension/apply",
  .versions = true,
  .current = "w.is_current",
};

static const Kind keyed_fact = {
  .create = "fact/create",
  .index = (const char *const[]) { "fact/primary_key", NULL },
  .first = "fact/first",
  .apply = "fact/apply",
  .current = "true",
};

/* Rows without a key: a bag. */
static const Kind keyless_fact = {
  .create = "fact/create_keyless",
  .index = (const char *const[]) { "fact/unique", NULL },
  .first = "fact/first_keyless",
  .current = "true",
};

const Kind *
kind_of (const Model *model)
{
  if (model->kind == MODEL_DIMENSION)
    return &dimension;
  return model_is_keyless (model) ? &keyless_fact : &keyed_fact;
}
