/* What a file's declaration says of its layout (models/declaration.h). Part of layout.c. */
#ifndef WEIR_PIPELINE_LAYOUT_DECLARED_H
#define WEIR_PIPELINE_LAYOUT_DECLARED_H

#include "pipeline/layout/layout.h"

/* What it means for such a file that a key is not in it: as the model says, but for one that is declared to have changes alone. model, declaration:
 * NULL: none. */
Absent declared_absent (const Model *model, const Declaration *declaration);

/* Types to the columns, and that their cells are exact. The layout has all else. Errors: layout_new_declared. */
bool declared_apply (Layout *layout, const Declaration *declaration, GError **error);

#endif
