/* The view <fact>_at: each row of a fact with the versions of its entities that were true at the row's time, as the model's references say
 * it ("as_of"). It is made of the tables as they are, so late rows are in it at once; it is made anew when their columns or the model are
 * others now, which a digest in its comment tells. A view of that name without such a comment is somebody else's, and left alone.
 *
 *   as_of_facts           whose views show the columns of a table
 *     as_of_drop          before the type of one changes, which no view may use
 *     as_of_bring_up      behind all changes of columns
 *
 * All in the caller's transaction. */
#ifndef WEIR_PIPELINE_WAREHOUSE_AS_OF_H
#define WEIR_PIPELINE_WAREHOUSE_AS_OF_H

#include "base/db.h"
#include "models/catalog.h"
#include "pipeline/layout/layout.h"

/* The models of the facts with such a view that shows columns of the model's table: the fact itself, or of a dimension those that refer to
 * it so (of const Model *). The array is the caller's. */
GPtrArray *as_of_facts (const Catalog *catalog, const Model *model);

/* Owned by the caller. */
char *as_of_view (const Model *fact);

/* Makes the view, or brings it up to the tables as they are, if these are all there. layout: of the load that this is part of, where it is the
 * fact's own; what the model says and cannot be is an error then (MODEL), and a note of others. A column in which no file has had a value so
 * far has no type, and there is no view yet. */
bool as_of_bring_up (Db *db, const char *schema, const Model *fact, const Catalog *catalog, const Layout *layout, GPtrArray *notes,
                     GError **error);

/* Drops the view, if it is there and weir's. Adds its grants to "grants" (of DbResult), for grants_give once it is made again. Errors: MODEL
 * where something of somebody's depends on it. */
bool as_of_drop (Db *db, const char *schema, const Model *fact, GPtrArray *grants, GError **error);

#endif
