/* What a single model file cannot know: whether the models fit each other. */
#ifndef WEIR_MODELS_MODEL_CHECK_H
#define WEIR_MODELS_MODEL_CHECK_H

#include "models/model.h"

/* Checks one model against all (of Model): its references name dimensions with as many business key columns, and two models do
 * not share a table. Every problem is a line in the error's detail (MODEL). */
bool model_check (const Model *model, const GPtrArray *models, GError **error);

#endif
