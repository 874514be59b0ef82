/* SQL about columns whose changes do not open versions, or not only that: "scd" 0, 1, 3 and 6 of a model's columns (models/history.h).
 * Pure; every text is the caller's, and "" or "false" where the model has no such column. Rows of the delta are d, the warehouse's w, the
 * version before one that is inserted c, as in expressions.h. */
#ifndef WEIR_PIPELINE_WAREHOUSE_SCD_H
#define WEIR_PIPELINE_WAREHOUSE_SCD_H

#include "pipeline/warehouse/warehouse.h"
#include "schema/sql.h"

/* The rule of a column; NULL: it is as its table. */
const HistoryRule *scd_rule (const Warehouse *warehouse, const char *name);

/* Those of the names of which another value opens a version; or, in a table without versions, makes a row another one. Borrows them; the
 * array is the caller's. */
GPtrArray *scd_deciding (const Warehouse *warehouse, const GPtrArray *names);

/* Whether d has something that is written into the current version w in place; in a table without versions: into a row that is the
 * same otherwise. */
char *scd_overwrites (const Warehouse *warehouse);

/* expression_refreshed_hash, of a row that may be written in place as well. */
char *scd_refreshed_hash (const Warehouse *warehouse);

/* ', "p" = d."p"': what is written then. */
char *scd_written (const Warehouse *warehouse);

/* The same of all columns of a row that becomes another one, in a table without versions: '"a" = d."a", '. */
char *scd_assignments (const Warehouse *warehouse);

/* '"c_current" = d."c", ': the same of a row that is filled for the first time, what weir makes of it. */
char *scd_newest_made (const Warehouse *warehouse);

/* ', "p" = d."p"': what the newest row says in every version, in the one that it ends. */
char *scd_closing (const Warehouse *warehouse);

/* 'everywhere as (update ...),': the same in those that have ended before. vars: "schema", "table", "id" and those of history. */
char *scd_everywhere (const Warehouse *warehouse, const SqlVar *vars, size_t n_vars);

/* ', w."p"': what the version before has to give to the next one, besides what is carried. */
char *scd_returned (const Warehouse *warehouse);

/* 'd."a", ...': the values of warehouse->columns in a row that is inserted; and '"p_previous", ' and its value for the columns that weir
 * makes. of: "s." of a first load, where there is no c, or "d.". */
char *scd_values (const Warehouse *warehouse, const char *of);
char *scd_made_names (const Warehouse *warehouse);
char *scd_made_values (const Warehouse *warehouse, const char *of);

/* Whether rows of before can find a place in history: not, where a column is overwritten in the current version alone. *ret_column: which
 * one. */
bool scd_can_splice (const Warehouse *warehouse, const char **ret_column);

/* What splice.sql has to know. row("of"p, ...) of those columns that have the newest, or the first, value in every version; whether d
 * differs from w in any column that opens no version; what is written into all versions of "overwrite", NULL: nothing. */
char *scd_newest (const Warehouse *warehouse, const char *of);
char *scd_oldest (const Warehouse *warehouse, const char *of);
char *scd_unlike (const Warehouse *warehouse);
char *scd_one_value (const Warehouse *warehouse);

#endif
