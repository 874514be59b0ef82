/* What holds between the members of one model: defaults that follow from others, names that clash, words that contradict. */
#ifndef WEIR_MODELS_MODEL_RULES_H
#define WEIR_MODELS_MODEL_RULES_H

#include "models/members.h"

/* Sets the id column where none is given, and adds a problem for each contradiction. "root" is what the model was read from: only
 * it knows which members were there. Members that could not be read were told already and are passed over. */
void model_apply_rules (Model *model, const Json *root, const MemberScope *scope);

#endif
