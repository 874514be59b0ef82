/* The variables by which statements name the columns that tell versions apart (models/history.h):
 *
 *   :"valid_from" :"valid_to"   since when and until when a version holds, [from, to)
 *   :"is_current" :"version"    whether it holds now; its number
 *   :"changed"                  the columns in which it differs from the version before
 *   :"is_inferred"              whether it is a placeholder
 *   :open_end                   what :"valid_to" is in a version without an end, NULL or a time, so that
 *                               w.:"valid_to" is not distinct from :open_end   says that w has none, and
 *                               nullif(w.:"valid_to", :open_end)   is NULL there */
#ifndef WEIR_SCHEMA_HISTORY_VARS_H
#define WEIR_SCHEMA_HISTORY_VARS_H

#include "models/history.h"
#include "schema/sql.h"

/* For an array of SqlVar. */
/* clang-format off */
#define HISTORY_VARS(history)                                                                                                      \
  { "valid_from", (history)->names[HISTORY_START] },                                                                               \
  { "valid_to", (history)->names[HISTORY_END] },                                                                                   \
  { "is_current", (history)->names[HISTORY_CURRENT] },                                                                             \
  { "version", (history)->names[HISTORY_VERSION] },                                                                                \
  { "changed", (history)->names[HISTORY_CHANGED] },                                                                                \
  { "is_inferred", (history)->names[HISTORY_INFERRED] },                                                                           \
  { "open_end", history_open_end (history) }
/* clang-format on */

#endif
