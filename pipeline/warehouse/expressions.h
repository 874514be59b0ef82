/* SQL about the columns of a load, for the templates. Pure; every text is the caller's. Staged rows are s, those of the delta d,
 * the warehouse's w, what is carried over to a next version c (schema/templates/table.sql). */
#ifndef WEIR_PIPELINE_WAREHOUSE_EXPRESSIONS_H
#define WEIR_PIPELINE_WAREHOUSE_EXPRESSIONS_H

#include "pipeline/warehouse/warehouse.h"

/* before + "name" + after for each name. */
char *expression_names (const GPtrArray *names, const char *before, const char *after);

/* of + "name" for each name, with commas between them. */
char *expression_list (const GPtrArray *names, const char *of);

/* before + "name" = d."name" + after for each name. */
char *expression_assignments (const GPtrArray *names, const char *before, const char *after);

/* d."a", d."b" of the names ("of" is "d."), for comparing: a new text's "" counts as the NULL that it was, and in a text that was a
 * number once 5.50 as 5.5. */
char *expression_compared (const Warehouse *warehouse, const GPtrArray *names, const char *of);

/* All that a row of the table, w, has, as jsonb of texts: what weir.overwritten keeps. stored: of StoredColumn (columns.h). */
char *expression_image (const GPtrArray *stored);

/* A column of a row that waits, w, or that was overwritten, as a value of its type, which the name of the type says. */
char *expression_cell (const char *name, const char *type);

/* Whether the tracked columns differ that both the file and the warehouse had before: a column that this load adds is no change of
 * the world but of the export. */
char *expression_distinct (const Warehouse *warehouse);

/* An array of those of the names in whose values "of" and "other" ("d.", "w.") differ, compared as above: what a version is another one
 * than the one before by. */
char *expression_changed (const Warehouse *warehouse, const GPtrArray *names, const char *of, const char *other);

/* The row hash of a version, or of a row that was updated, of which what is carried over is in "of" ("c."). One that carries columns over from the version before has no hash that a file without them could prove
 * equal: it gets one of its own, always the same for the same values, so that replaying the archive gives the same rows. */
char *expression_hash (const Warehouse *warehouse, const char *of);

/* The row hash of a stored row that the file has found unchanged: the file's, where that covers all of the row; else the one that
 * it has, made anew of that and of what is filled in, so that it covers no less than before. */
char *expression_refreshed_hash (const Warehouse *warehouse);

/* Those of the names that are not left out. Borrows them; the array is the caller's. */
GPtrArray *expression_names_but (const GPtrArray *names, const GPtrArray *left_out);

#endif
