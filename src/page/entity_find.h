/* A business key that somebody typed into the form of view_find. */
#ifndef WEIR_SRC_PAGE_ENTITY_FIND_H
#define WEIR_SRC_PAGE_ENTITY_FIND_H

#include "src/page/view.h"

/* The path of the entity's page. Owned by the caller. Errors: MODEL. */
bool entity_find (const Visit *visit, char **ret_path, GError **error);

#endif
