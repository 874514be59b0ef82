/* The variables of TRANSFORM's statements (schema/sql.h): gathered on the way, made once per run. */
#ifndef WEIR_PIPELINE_WAREHOUSE_VARS_H
#define WEIR_PIPELINE_WAREHOUSE_VARS_H

#include "schema/history_vars.h"

typedef struct
{
  GArray *vars;     /* of SqlVar */
  GPtrArray *owned; /* of char * */
} Vars;

/* Begins with those, which are borrowed. */
Vars vars_from (const SqlVar *vars, size_t n_vars);
void vars_clear (Vars *vars);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Vars, vars_clear)

/* What has the name already counts no more. */
void vars_set (Vars *vars, const char *name, const char *value);

/* The same; takes ownership of value. */
void vars_take (Vars *vars, const char *name, char *value);

/* Those of the columns that tell versions apart. Borrowed. */
void vars_set_history (Vars *vars, const History *history);

/* As statements take them: borrowed until the next one is set. */
const SqlVar *vars_all (const Vars *vars);
size_t vars_count (const Vars *vars);

/* A part of a statement, owned by the caller, and a statement of which nobody wants the rows (sql_part, sql_run). */
char *vars_part (const Vars *vars, const char *statement);
bool vars_run (Db *db, const Vars *vars, const char *statement, GError **error);

#endif
