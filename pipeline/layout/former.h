/* Columns that the warehouse may still have under a name which the model lists in "from".
 *
 *   pins_parse, former_apply, then everything that reads the pins; the warehouse renames what it finds (columns.h)
 *
 * A pin follows its column: type, format and the name in row hashes stay, so that a rename is no change of any row. Pure. */
#ifndef WEIR_PIPELINE_LAYOUT_FORMER_H
#define WEIR_PIPELINE_LAYOUT_FORMER_H

#include "models/model.h"
#include "pipeline/layout/pins.h"

/* Gives the pins of such columns the names that the model declares, and puts down in pins->former which names those were. Pins that
 * were given them before stay. */
void former_apply (Pins *pins, const Model *model);

#endif
